"""Records that were opened in an emergency: those that wait for a review, and one of them with what was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.models import Event
from evenhand.site.audit.services import record
from evenhand.site.people.models import Allocation, BreakGlass, NamedReader
from evenhand.site.people.refusals import no_such_record

MOST = 200


@dataclass(frozen=True)
class Emergency:
    """One emergency, what its user did with the record, and whether the actor may say what they found."""

    glass: BreakGlass
    did: list[Event]
    may_review: bool


def seen_by(actor: Actor) -> QuerySet[BreakGlass]:
    """The emergencies that this actor is told of: an auditor all, a manager those of their teams' people."""
    found = BreakGlass.objects.select_related("user", "person", "reviewed_by").order_by("-opened_at")
    if actor.role == Role.AUDITOR:
        return found
    if actor.role != Role.TEAM_MANAGER:
        return found.none()
    of_person = Q(person=OuterRef("person"))
    ours = Exists(Allocation.objects.filter(of_person, ended_at=None, team_id__in=actor.teams))
    nobodys = ~Exists(Allocation.objects.filter(of_person, ended_at=None))
    named = Exists(NamedReader.objects.filter(of_person, user=actor.user, ended_at=None))
    return found.filter((Q(ours) | Q(nobodys)) & (Q(person__restricted=False) | Q(named)))


def alerts(actor: Actor) -> list[BreakGlass]:
    """The emergencies that nobody has reviewed yet, of which this actor is told."""
    return list(seen_by(actor).filter(reviewed_at=None)[:MOST])


def emergency(actor: Actor, reference: str) -> Emergency:
    """One emergency; the look is written to the audit. Raises NotPermitted when the actor is told of no such one."""
    glass = seen_by(actor).filter(reference=reference).first()
    if glass is None:
        raise no_such_record()
    did = Event.objects.filter(
        case=glass.person.reference, actor=glass.user.reference, at__gte=glass.opened_at, at__lte=glass.until
    ).order_by("number")[:MOST]
    with transaction.atomic():
        record(actor.who, "people.glass.review", f"glass:{reference}", case=glass.person.reference)
    may = actor.may("people.glass.review", glass) and glass.user_id != actor.user.pk and glass.reviewed_at is None
    return Emergency(glass, list(did), may)
