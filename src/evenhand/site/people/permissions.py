"""Who may do what with a person's record, as predicates that read like policy.

``queries.visible`` says the same in SQL, so that a list never shows what a page would refuse; a test holds the two
together over every role and every way of standing to a record.
"""

from __future__ import annotations

from django.utils import timezone
from rules.permissions import add_perm
from rules.predicates import Predicate, predicate

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.permissions import has_role
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.people.models import Access, Assessment, BreakGlass, NamedReader, Person
from evenhand.site.people.models.assessment import State

practitioner = has_role(Role.PRACTITIONER)
broker = has_role(Role.BROKER)
manager = has_role(Role.TEAM_MANAGER)
money = has_role(Role.FINANCE_OFFICER, Role.PAYMENTS_OFFICER)
auditor = has_role(Role.AUDITOR)
case_worker = practitioner | manager


def _person(thing: object) -> Person:
    """The person that a thing belongs to."""
    person = thing if isinstance(thing, Person) else getattr(thing, "person", None)
    assert isinstance(person, Person), f"{type(thing).__name__} belongs to no person"
    return person


@predicate(name="the person is with one of their teams")
def own_team(actor: Actor, thing: object) -> bool:
    """A live allocation to a team that the actor works in."""
    return _person(thing).allocations.filter(ended_at=None, team_id__in=actor.teams).exists()


@predicate(name="no team has the person")
def unallocated(actor: Actor, thing: object) -> bool:
    """Nobody works with the person yet: a manager may take them on."""
    return not _person(thing).allocations.filter(ended_at=None).exists()


@predicate(name="the record is open to them")
def not_kept_from(actor: Actor, thing: object) -> bool:
    """The record is not restricted, or the actor is one of its named readers."""
    person = _person(thing)
    return not person.restricted or NamedReader.objects.filter(person=person, user=actor.user, ended_at=None).exists()


@predicate(name="they broke the glass, and its hours are not over")
def broke_glass(actor: Actor, thing: object) -> bool:
    """Opened in an emergency by this user, and still within its hours."""
    now = timezone.now()
    return BreakGlass.objects.filter(person=_person(thing), user=actor.user, opened_at__lte=now, until__gt=now).exists()


def stands_as(*standings: Standing) -> Predicate:
    """A citizen who stands beside the record in one of these ways."""
    name = " or ".join(standing.label.lower() for standing in standings)

    def test(actor: Actor, thing: object) -> bool:
        live = Access.objects.filter(person=_person(thing), user=actor.user, ended_at=None, standing__in=standings)
        return not actor.role and live.exists()

    return Predicate(test, name=name)


@predicate(name="a supporter to whom the holder shows assessments")
def shown_assessments(actor: Actor, thing: object) -> bool:
    """The holder chose that this supporter sees assessments."""
    return not actor.role and Access.objects.filter(
        person=_person(thing), user=actor.user, ended_at=None, standing=Standing.SUPPORTER, sees_assessments=True
    ).exists()  # fmt: skip


@predicate(name="it is with the person to fill in")
def with_person(actor: Actor, thing: object) -> bool:
    """An assessment that was sent to the person and has not come back."""
    return isinstance(thing, Assessment) and thing.state == State.WITH_PERSON


holder = stands_as(Standing.HOLDER)
authorised = stands_as(Standing.AUTHORISED)
beside = stands_as(*Standing)
speaks = holder | authorised  # who decides on the record's behalf
in_team = own_team & not_kept_from
in_emergency = case_worker & broke_glass

PERMISSIONS = {
    "people.person.find": case_worker | broker | money | auditor,
    "people.person.view": (
        auditor | ((case_worker | broker) & in_team) | (money & not_kept_from) | in_emergency | beside
    ),
    "people.person.make": case_worker,
    "people.person.change": case_worker & in_team,
    "people.person.merge": manager & in_team,  # of both records
    "people.person.allocate": manager & not_kept_from & (own_team | unallocated),
    "people.person.restrict": manager & in_team,
    "people.glass.break": case_worker,
    "people.glass.view": auditor | (manager & not_kept_from & (own_team | unallocated)),
    "people.glass.review": manager & not_kept_from & (own_team | unallocated),  # another than who broke it
    "people.capacity.view": auditor | (case_worker & in_team) | in_emergency | speaks,
    "people.capacity.decide": case_worker & in_team,
    "people.safeguarding.view": auditor | (case_worker & in_team) | in_emergency,
    "people.safeguarding.change": case_worker & in_team,
    "people.assessment.view": (
        auditor | ((case_worker | broker) & in_team) | in_emergency | speaks | shown_assessments
    ),
    "people.assessment.change": case_worker & in_team,
    "people.assessment.answer": speaks & with_person,
    "people.assessment.determine": case_worker & in_team,
    "people.supporter.invite": speaks,
    "people.holder.invite": case_worker & in_team,
    "people.lookers.view": speaks | auditor | (manager & in_team),
    "people.import": manager,
    "people.bundle.make": manager & in_team,  # a subject-access bundle
    "people.hold.set": manager & in_team,
    "people.erase": manager & in_team,
}

for _name, _rule in PERMISSIONS.items():
    add_perm(_name, _rule)
