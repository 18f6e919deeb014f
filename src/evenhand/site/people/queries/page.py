"""Everything that a person's page shows, in a number of queries that does not grow with the record."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from evenhand.facts.people import needs
from evenhand.site.accounts.actor import Actor
from evenhand.site.people.models import Access, Allocation, CapacityDecision, Link, Person
from evenhand.site.people.models.person import LinkKind
from evenhand.site.people.queries.case import look
from evenhand.site.people.queries.visible import visible

CLOSED = "a person whose record you cannot see"
FROM_OTHER = {  # how a link reads on the page of the one it leads to
    LinkKind.CARER: "Cares for",
    LinkKind.LIVES_WITH: "Lives with",
    LinkKind.FAMILY: "Family or friend of",
    LinkKind.ADVOCATE: "Advocate of",
    LinkKind.DEPUTY: "Deputy of",
    LinkKind.ATTORNEY: "Attorney of",
    LinkKind.NOMINATED: "Nominated person for a direct payment of",
    LinkKind.AUTHORISED: "Authorised person for a direct payment of",
    LinkKind.EMERGENCY: "To be called in an emergency of",
}


@dataclass(frozen=True)
class Beside:
    """One link as a page shows it. ``address`` leads to the other's record where the actor may open it."""

    how: str
    name: str
    reached: str = ""
    address: str = ""
    reference: str = ""
    ended: bool = False


@dataclass(frozen=True)
class PersonPage:
    """What the page shows. Lists are empty where the actor may not see them; ``may`` names what they may do."""

    person: Person
    links: list[Beside]
    capacity: list[CapacityDecision]
    sees_capacity: bool
    allocations: list[Allocation]
    accesses: list[Access]
    needs: list[str]
    may: set[str] = field(default_factory=set)


DOINGS = (
    "people.person.change", "people.person.merge", "people.person.allocate", "people.person.restrict",
    "people.capacity.decide", "people.safeguarding.view", "people.safeguarding.change", "people.assessment.view",
    "people.holder.invite", "people.lookers.view", "people.bundle.make", "people.hold.set", "people.erase",
)  # fmt: skip


def person_page(actor: Actor, reference: str) -> PersonPage:
    """What a person's page shows to this actor; the look is written to the audit. Raises NotPermitted."""
    person = look(actor, reference)
    sees_capacity = actor.may("people.capacity.view", person)
    decisions = CapacityDecision.objects.filter(person=person).select_related("decided_by") if sees_capacity else ()
    accesses = Access.objects.filter(person=person, ended_at=None).select_related("user").order_by("began_at")
    return PersonPage(
        person=person,
        links=links_of(actor, person),
        capacity=list(decisions),
        sees_capacity=sees_capacity,
        allocations=list(live_allocations(person)),
        accesses=list(accesses),
        needs=need_words(person),
        may={name for name in DOINGS if actor.may(name, person)},
    )


def live_allocations(person: Person) -> list[Allocation]:
    """Who works with the person now."""
    return list(
        Allocation.objects.filter(person=person, ended_at=None).select_related("team", "worker").order_by("team__name")
    )


def need_words(person: Person) -> list[str]:
    """The person's accessible-information needs in words, in the order of the list."""
    return [need.words for code, need in needs().items() if code in person.formats]


def links_of(actor: Actor, person: Person) -> list[Beside]:
    """Who stands beside the person, and whom they stand beside; live ones first."""
    whole = Q(other=None) | Q(other__merged_into=None)  # what stayed with a merged record is a copy
    own = list(Link.objects.filter(whole, person=person).select_related("other"))
    others = list(Link.objects.filter(other=person, person__merged_into=None).select_related("person"))
    wanted = {link.other_id for link in own if link.other_id} | {link.person_id for link in others}
    seen = set(visible(actor).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    shown = [_own(link, seen) for link in own] + [_from_other(link, seen) for link in others]
    return sorted(shown, key=lambda one: (one.ended, one.how, one.name))


def _own(link: Link, seen: set[int]) -> Beside:
    how, ended = LinkKind(link.kind).label, link.ended is not None
    if link.other is None:
        return Beside(how, link.name, link.reached, "", link.reference, ended)
    name, address = _named(link.other, seen)
    return Beside(how, name, "", address, link.reference, ended)


def _from_other(link: Link, seen: set[int]) -> Beside:
    name, address = _named(link.person, seen)
    return Beside(FROM_OTHER[LinkKind(link.kind)], name, "", address, "", link.ended is not None)


def _named(other: Person, seen: set[int]) -> tuple[str, str]:
    return (other.name, f"/work/people/{other.reference}/") if other.pk in seen else (CLOSED, "")
