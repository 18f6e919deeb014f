"""Which records an actor may open, as SQL; and one of them by its reference."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role
from evenhand.site.people.models import Access, Allocation, BreakGlass, NamedReader, Person
from evenhand.site.people.refusals import no_such_record


def visible(actor: Actor) -> QuerySet[Person]:
    """The people whose record the actor may open: ``people.person.view`` as SQL. Without records that were merged."""
    everyone = Person.objects.filter(merged_into=None)
    if not actor.user.is_active:
        return everyone.none()
    me = actor.user
    of_person = Q(person=OuterRef("pk"))
    named = Exists(NamedReader.objects.filter(of_person, user=me, ended_at=None))
    open_to = Q(restricted=False) | Q(named)
    match actor.role:
        case Role.AUDITOR:
            return everyone
        case Role.PRACTITIONER | Role.TEAM_MANAGER | Role.BROKER:
            ours = Exists(Allocation.objects.filter(of_person, ended_at=None, team_id__in=actor.teams))
            found = Q(ours) & open_to
            if actor.role != Role.BROKER:
                now = timezone.now()
                found |= Q(Exists(BreakGlass.objects.filter(of_person, user=me, opened_at__lte=now, until__gt=now)))
            return everyone.filter(found)
        case Role.FINANCE_OFFICER | Role.PAYMENTS_OFFICER:
            return everyone.filter(open_to)
        case "":
            return everyone.filter(Exists(Access.objects.filter(of_person, user=me, ended_at=None)))
    return everyone.none()


def person(actor: Actor, reference: str) -> Person:
    """The person with this reference. Raises NotPermitted alike when there is none and when the actor may not see.

    The reference of a record that was merged leads to the record that was kept.
    """
    found = visible(actor).filter(reference=reference).first()
    if found is None and (kept := _kept(reference)) is not None:
        found = visible(actor).filter(pk=kept).first()
    if found is None:
        raise no_such_record()
    return found


def permitted(actor: Actor, permission: str, reference: str) -> Person:
    """The person, where the permission may reach further than seeing: a manager takes on people whom no team has."""
    found = Person.objects.filter(reference=reference, merged_into=None).first()
    if found is None or not actor.may(permission, found):
        raise no_such_record()
    return found


def _kept(reference: str) -> int | None:
    """The id of the record that a merged one ended in, however many merges followed; None when it was not merged."""
    kept = Person.objects.filter(reference=reference).values_list("merged_into", flat=True).first()
    while kept is not None:
        further = Person.objects.filter(pk=kept).values_list("merged_into", flat=True).first()
        if further is None:
            return int(kept)
        kept = further
    return None


def kept_reference(reference: str) -> str:
    """The reference of the record that this one was merged into; its own when it was not."""
    kept = _kept(reference)
    return reference if kept is None else Person.objects.values_list("reference", flat=True).get(pk=kept)
