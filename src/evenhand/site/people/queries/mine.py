"""What a citizen sees: the records they stand beside, and one of them, as far as their standing reaches."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Standing
from evenhand.site.people.models import Access, Allocation, Assessment, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.queries.case import look
from evenhand.site.people.queries.page import live_allocations, need_words
from evenhand.site.people.queries.visible import visible


@dataclass(frozen=True)
class MyPage:
    """One record for a citizen. ``own``: it is theirs; ``speaks``: they decide on its behalf and see all of this."""

    person: Person
    access: Access
    own: bool
    speaks: bool
    allocations: list[Allocation]
    needs: list[str]
    to_fill_in: list[Assessment]
    to_read: list[Assessment]  # turned in or determined, where this citizen may read assessments
    beside: list[Access]


def my_records(actor: Actor) -> list[Access]:
    """How this citizen stands beside which records."""
    live = Access.objects.filter(user=actor.user, ended_at=None, person__in=visible(actor))
    return list(live.select_related("person").order_by("person__name", "pk")) if not actor.role else []


def my_page(actor: Actor, reference: str) -> MyPage:
    """What one record's page shows this citizen; the look is written to the audit. Raises NotPermitted."""
    person = look(actor, reference)
    access = Access.objects.get(person=person, user=actor.user, ended_at=None)
    speaks = access.standing in (Standing.HOLDER, Standing.AUTHORISED)
    waiting = Assessment.objects.filter(person=person, state=State.WITH_PERSON) if speaks else ()
    reads = actor.may("people.assessment.view", person)
    shown = Q(state=State.DETERMINED) | Q(returned_at__isnull=False)
    readable = Assessment.objects.filter(shown, person=person).exclude(state=State.WITH_PERSON) if reads else ()
    beside = (
        Access.objects.filter(person=person, ended_at=None).exclude(user=actor.user)
        if speaks
        else Access.objects.none()
    )
    return MyPage(
        person=person,
        access=access,
        own=access.standing == Standing.HOLDER,
        speaks=speaks,
        allocations=live_allocations(person),
        needs=need_words(person) if speaks else [],
        to_fill_in=list(waiting),
        to_read=list(readable),
        beside=list(beside.select_related("user").order_by("began_at")),
    )
