"""Reads for pages. Each begins with ``visible``: permission stands in the query, not only before it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.roles import Role
from evenhand.site.people.models import Access, Allocation, BreakGlass, NamedReader, Person


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
    """The person with this reference. Raises NotPermitted alike when there is none and when the actor may not see."""
    found = visible(actor).filter(reference=reference).first()
    if found is None:
        raise NotPermitted(
            "There is no such record, or you cannot see it.",
            do="Check the address. If the person needs you now, open the record in an emergency.",
        )
    return found
