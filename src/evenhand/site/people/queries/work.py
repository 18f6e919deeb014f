"""What waits for a member of staff: their people, assessments at work, emergencies, and people without a team."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role
from evenhand.site.people.models import Allocation, Assessment, BreakGlass, ErasureRequest, NamedReader, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.queries.emergencies import alerts
from evenhand.site.people.queries.visible import visible

MOST = 100  # of one list: whoever has more finds them by searching
AT_WORK = (State.OPEN, State.WITH_PERSON, State.TO_DETERMINE)
IN_TEAMS = (Role.PRACTITIONER, Role.TEAM_MANAGER, Role.BROKER)


@dataclass(frozen=True)
class Work:
    """The lists of the start page. ``mine`` is cut at ``MOST``; ``count`` says how many there are."""

    mine: list[Person]
    count: int
    alerts: list[BreakGlass] = field(default_factory=list)
    without: list[Person] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    erasures: list[ErasureRequest] = field(default_factory=list)


def work_of(actor: Actor) -> Work:
    """What waits for this member of staff. Every list begins with the people whom they may see."""
    if actor.role not in IN_TEAMS:
        return Work([], 0, alerts=alerts(actor))
    seen = visible(actor)
    # Few have a worker of this name: from them to the people, and not from 30,000 people to each one's allocations.
    worked = Allocation.objects.filter(worker=actor.user, ended_at=None).values("person")
    mine = seen.filter(pk__in=worked, died=None).order_by("name", "pk")
    found = Work(list(mine[:MOST]), mine.count(), alerts=alerts(actor))
    if actor.may("people.person.make"):  # who works on assessments
        wanted = Q(person__in=mine, state__in=AT_WORK)
        if actor.role == Role.TEAM_MANAGER:
            wanted |= Q(person__in=seen, state=State.TO_DETERMINE)
        at_work = Assessment.objects.filter(wanted)
        found.assessments.extend(at_work.select_related("person").order_by("begun_on", "pk")[:MOST])
    if actor.role == Role.TEAM_MANAGER:
        found.without.extend(without_team(actor))
        asked = ErasureRequest.objects.filter(person__in=seen, confirmed_at=None, withdrawn_at=None)
        found.erasures.extend(asked.select_related("person", "asked_by").order_by("asked_at")[:MOST])
    return found


def without_team(actor: Actor) -> list[Person]:
    """People whom no team has and whom this manager may take on: ``people.person.allocate`` as SQL."""
    of_person = Q(person=OuterRef("pk"))
    with_a_team = Allocation.objects.filter(ended_at=None).values("person")
    named = Exists(NamedReader.objects.filter(of_person, user=actor.user, ended_at=None))
    found = Person.objects.exclude(pk__in=with_a_team).filter(
        Q(restricted=False) | Q(named), merged_into=None, erased_at=None, died=None
    )
    return list(found.order_by("made_at", "pk")[:MOST])
