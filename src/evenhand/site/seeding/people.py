"""Saving the people with all that stands beside them, and the events of the years in which it came about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role
from evenhand.site.people.models import (
    Allocation,
    CapacityDecision,
    Link,
    NamedReader,
    NameGram,
    Person,
    SafeguardingConcern,
)
from evenhand.site.people.models.person import LinkKind, Reason
from evenhand.site.people.names import grams
from evenhand.site.seeding.council import Council
from evenhand.site.seeding.drawing import listed, phone, working_hours
from evenhand.site.seeding.lives import Life
from evenhand.site.seeding.past import Happened

NAMED = 0.45  # of the people have a worker of their own; a team knows the others
RESTRICTED, CONCERNS, CLOSED, CAPACITY = 4, 14, 8, 36
TOLD_AT_MAKING = ("name", "legal_name", "nhs_number", "council_id", "born", "born_to", "is_adult", "is_carer", "reason",
                  "postcode", "language", "interpreter", "formats")  # fmt: skip


def save(council: Council) -> None:
    """Everybody, found by name, with a team and a worker."""
    dice = council.dice
    people = []
    for life in council.lives:
        life.person.made_at = working_hours(dice, life.since)
        people.append(life.person)
    Person.objects.bulk_create(people)
    NameGram.objects.bulk_create(
        NameGram(person=one, gram=gram) for one in people for gram in sorted(grams(one.name, one.legal_name))
    )
    allocations = []
    for life in council.lives:
        if life.team is None:
            _made(council, life, council.managers[0])
            continue
        worker = council.workers[life.person.pk] = dice.choice(council.in_team[life.team])
        _made(council, life, worker)
        team = council.teams[life.team]
        if life.person.died is None or dice.random() < 0.3:
            named = worker if dice.random() < NAMED else None
            allocations.append(Allocation(person=life.person, team=team, worker=named, began_at=life.person.made_at,
                                          began_by=worker))  # fmt: skip
            council.named |= {life.person.pk} if named else set()
    Allocation.objects.bulk_create(allocations)


def _made(council: Council, life: Life, by: User) -> None:
    one = life.person
    after: dict[str, Any] = {name: getattr(one, name) for name in TOLD_AT_MAKING}
    after = {name: str(held) if isinstance(held, str) else held for name, held in after.items()}
    after["team"] = council.teams[life.team].reference if life.team is not None else ""
    council.past.append(Happened(
        one.made_at, council.who(by), "people.person.make", f"person:{one.reference}", one.reference, after=after
    ))  # fmt: skip


def beside(council: Council) -> None:
    """Who stands beside whom: carers with a record of their own, family, friends, advocates, attorneys, deputies."""
    dice, names, links = council.dice, listed("names"), []
    for life in council.lives:
        one, since = life.person, life.since
        if (cared := life.cares_for) is not None:
            began = max(since, cared.since)
            links.append(Link(person=cared.person, kind=LinkKind.CARER, other=one, began=began))
            if one.address == cared.person.address:
                links.append(Link(person=cared.person, kind=LinkKind.LIVES_WITH, other=one, began=began))
            continue
        last = one.name.split()[-1]
        if dice.random() < 0.45:
            how = dice.choice(names["carers_beside"])
            group = dice.choice(names["origins"][0]["women" if dice.random() < 0.5 else "men"])
            name = f"{group} {last if how in ('daughter', 'son', 'sister', 'brother') else 'Thornaby'} ({how})"
            kind = dice.choice((LinkKind.FAMILY, LinkKind.FAMILY, LinkKind.EMERGENCY))
            links.append(Link(person=one, kind=kind, name=name, reached=phone(dice), began=since))
        if one.reason in (Reason.MEMORY, Reason.LEARNING) and dice.random() < 0.35:
            kind = dice.choice((LinkKind.ATTORNEY, LinkKind.DEPUTY, LinkKind.ADVOCATE))
            links.append(
                Link(person=one, kind=kind, name=dice.choice(names["firms"]), reached=phone(dice), began=since)
            )
    Link.objects.bulk_create(links)
    for link in links:
        at = max(link.person.made_at, _day(link.began)) + timedelta(minutes=dice.randrange(20, 90))
        after = {"kind": str(link.kind), "other": link.other.reference if link.other else "", "name": link.name}
        _by_worker(council, link.person, at, "people.person.change", f"link:{link.reference}", after)


def protected(council: Council) -> None:
    """Decisions on capacity, safeguarding concerns open and closed, and records that few may read."""
    dice, told, today = council.dice, listed("told"), timezone.localdate(council.now)
    here = [life for life in council.lives if life.alive_here and life.team is not None and life.person.is_adult]
    likely = [one for one in here if one.person.reason in (Reason.MEMORY, Reason.LEARNING)]
    decisions, concerns = [], []
    for life in dice.sample(likely, min(CAPACITY, len(likely))):
        what, could, why, best = dice.choice(told["capacity"])
        on = today - timedelta(days=dice.randrange(5, max(6, (today - life.since).days)))
        decisions.append(CapacityDecision(
            person=life.person, decision=what, has_capacity=could, reasons=why, best_interests=best, decided_on=on,
            decided_by=council.workers[life.person.pk], made_at=working_hours(dice, on),
        ))  # fmt: skip
    CapacityDecision.objects.bulk_create(decisions)
    for one in decisions:
        _by_worker(council, one.person, one.made_at, "people.capacity.decide", f"capacity:{one.reference}",
                   {"decision": one.decision, "has_capacity": one.has_capacity, "reasons": one.reasons})  # fmt: skip
    for number, life in enumerate(dice.sample(here, CONCERNS)):
        worker = council.workers[life.person.pk]
        on = today - timedelta(days=dice.randrange(4, max(5, min(200, (today - life.since).days))))
        concern = SafeguardingConcern(
            person=life.person, what=dice.choice(told["concerns"]), raised_on=on, raised_by=worker
        )
        if number < CLOSED:
            concern.closed_on, concern.closed_by = min(today, on + timedelta(days=30)), worker
            concern.outcome = dice.choice(told["outcomes_of_concerns"])
        life.person.safeguarding = concern.closed_on is None
        concerns.append(concern)
        _by_worker(council, life.person, working_hours(dice, on), "people.safeguarding.change",
                   f"concern:{concern.reference}", {"what": concern.what, "raised_on": on})  # fmt: skip
    SafeguardingConcern.objects.bulk_create(concerns)
    _restrict(council, [life for life in here if not life.person.safeguarding])


def _restrict(council: Council, here: list[Life]) -> None:
    dice = council.dice
    for life in dice.sample(here, RESTRICTED):
        life.person.restricted = True
        assert life.team is not None
        manager, worker = council.managers[life.team], council.workers[life.person.pk]
        at = life.person.made_at + timedelta(days=2)
        NamedReader.objects.bulk_create(
            NamedReader(person=life.person, user=user, given_at=at, given_by=manager) for user in (manager, worker)
        )
        council.past.append(Happened(
            at, council.who(manager), "people.person.restrict", f"person:{life.person.reference}",
            life.person.reference, before={"restricted": False}, after={"restricted": True},
        ))  # fmt: skip
    Person.objects.bulk_update([life.person for life in council.lives], ["restricted", "safeguarding"])


def visits(council: Council) -> None:
    """Who opened each record over the years: its worker often, a manager and a broker now and then, finance once."""
    dice, today = council.dice, timezone.localdate(council.now)
    finance = council.others[Role.FINANCE_OFFICER]
    for life in council.lives:
        if life.team is None:
            continue
        one, known = life.person, max(2, (today - life.since).days - 1)
        worker, manager = council.workers[one.pk], council.managers[life.team]
        lookers = [worker] * 6 + [manager] + ([] if one.restricted else [finance, *council.brokers[life.team :][:1]])
        days = sorted(dice.randrange(1, known) for _ in range(min(30, 4 + known // 60)))
        for before, after in pairwise([*days, known]):
            by, at = dice.choice(lookers), working_hours(dice, today - timedelta(days=known - before))
            if at <= one.made_at:
                continue
            council.past.append(
                Happened(at, council.who(by), "people.person.view", f"person:{one.reference}", one.reference)
            )
            if by == worker and after - before > 20 and dice.random() < 0.2:
                happened = {"last_contact": timezone.localdate(at)}
                _by_worker(council, one, at + timedelta(minutes=6), "people.person.change", "", happened)


def _by_worker(
    council: Council, one: Person, at: datetime, verb: str, subject: str, after: dict[str, Any]
) -> None:  # fmt: skip
    by = council.workers.get(one.pk, council.managers[0])
    council.past.append(
        Happened(at, council.who(by), verb, subject or f"person:{one.reference}", one.reference, after=after)
    )


def _day(day: date | None) -> datetime:
    assert day is not None
    return timezone.make_aware(datetime.combine(day, time(9)))
