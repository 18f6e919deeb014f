"""Requests, assessments and reviews."""

from __future__ import annotations

import numpy as np

from evenhand.facts.cld.codes import Outcome, Reason, ServiceType
from evenhand.measures.sample.chance import Ints
from evenhand.measures.sample.longterm import Lives
from evenhand.measures.sample.tables import NONE
from evenhand.measures.sample.town import Town, adult_days, reason_weights

REQUEST, ASSESSMENT, REVIEW = 1, 2, 4
# Places in the lists of ``words``: routes of access, kinds of assessment, methods, reasons for a review.
FROM_HOSPITAL, COMMUNITY_ROUTE, SELF_FUNDER = 2, 4, 6
ROUTES = {1: 0.01, 2: 0.22, 3: 0.05, 4: 0.66, 5: 0.003, 6: 0.03, 7: 0.02, 8: 0.007}
LONG_TERM, SHORT_TERM = 1, 2
METHODS: dict[int, float] = {2: 0.8, 3: 0.2}
PLANNED, SHORT_TERM_REVIEW = 1, 8
REASONS = {1: 0.70, 2: 0.07, 3: 0.03, 4: 0.04, 5: 0.12, 6: 0.02, 7: 0.02}
REVIEWED: dict[int, float] = {
    Outcome.CONTINUES: 0.72, Outcome.TO_SUPPORT: 0.15, Outcome.TO_ASSESSMENT_OR_REVIEW: 0.07, Outcome.OTHER: 0.03,
    Outcome.INFORMATION: 0.03,
}  # fmt: skip
ASKED: dict[int, float] = {
    Outcome.INFORMATION: 0.40, Outcome.OTHER_COUNCIL_SERVICE: 0.14, Outcome.NOT_OFFERED: 0.10, Outcome.DECLINED: 0.08,
    Outcome.OTHER: 0.08, Outcome.NHS: 0.06, Outcome.SELF_FUNDED: 0.04, Outcome.TO_ASSESSMENT_OR_REVIEW: 0.08,
    Outcome.MOVED: 0.01, Outcome.HOSPITAL: 0.01,
}  # fmt: skip


def requests(town: Town, person: Ints, start: Ints, end: Ints, outcome: int | Ints, route: int | Ints) -> None:
    """Requests that ended in the period; the others are of another submission."""
    kept = (end >= town.first) & (end <= town.last)
    o, r = (np.broadcast_to(np.asarray(x, dtype=np.int64), kept.shape)[kept] for x in (outcome, route))
    town.events.add(
        int(kept.sum()), person=person[kept], event=REQUEST, start=start[kept], end=end[kept], outcome=o, route=r
    )


def assessments(town: Town, person: Ints, start: Ints, end: Ints, outcome: int | Ints, kind: int = LONG_TERM) -> None:
    """Assessments that ended in the period."""
    kept = (end >= town.first) & (end <= town.last)
    n = int(kept.sum())
    said = np.broadcast_to(np.asarray(outcome, dtype=np.int64), kept.shape)[kept]
    method = town.chance.one_of(n, METHODS)
    needs = np.where(np.isin(said, (Outcome.TO_SUPPORT, Outcome.TO_REABLEMENT, Outcome.CONTINUES)), 1, 2)
    town.events.add(
        n, person=person[kept], event=ASSESSMENT, start=start[kept], end=end[kept], outcome=said, assessment=kind,
        needs=needs, method=method,
    )  # fmt: skip


def reviews(town: Town, person: Ints, start: Ints, end: Ints, outcome: int | Ints, reason: int | Ints) -> None:
    """Reviews that ended in the period; planned ones say what was achieved."""
    kept = (end >= town.first) & (end <= town.last)
    n = int(kept.sum())
    o, r = (np.broadcast_to(np.asarray(x, dtype=np.int64), kept.shape)[kept] for x in (outcome, reason))
    achieved = np.where(r == PLANNED, town.chance.one_of(n, {1: 0.55, 2: 0.35, 3: 0.1}), 0)
    town.events.add(
        n, person=person[kept], event=REVIEW, start=start[kept], end=end[kept], outcome=o, review=r,
        achieved=achieved, method=town.chance.one_of(n, METHODS),
    )  # fmt: skip


def add_contacts(town: Town, lives: Lives) -> None:
    """What leads to long-term support, its yearly reviews, and further requests and assessments on the way."""
    chance, n = town.chance, len(lives.person)
    at = np.where(lives.until == NONE, town.last, lives.until)
    asked = lives.start - chance.within(14, 60, n)
    heard = asked + chance.within(0, 6, n)
    requests(town, lives.person, asked, heard, int(Outcome.TO_ASSESSMENT_OR_REVIEW), chance.one_of(n, ROUTES))
    seen = heard + chance.within(0, 5, n)
    assessments(
        town, lives.person, seen, np.minimum(seen + chance.within(2, 30, n), lives.start), int(Outcome.TO_SUPPORT)
    )
    for year in range(town.first, town.last + 1, 365):
        for p, gap in ((0.74, 30), (0.27, 10)):
            low, high = np.maximum(lives.start + gap, year), np.minimum(np.minimum(at, town.last), year + 364)
            day = chance.within(low, high)
            over = np.minimum(day + chance.early(n, 21), np.minimum(at, town.last))
            has = (low < high) & chance.yes(n, p)
            said, why = chance.one_of(n, REVIEWED), chance.one_of(n, REASONS)
            reviews(town, lives.person[has], day[has], over[has], said[has], why[has])
    for p in (0.62, 0.45, 0.35, 0.25, 0.15):
        low = np.maximum(lives.start, town.first)
        high = np.minimum(at, town.last) - 25
        has = (low < high) & chance.yes(n, p)
        person, day = lives.person[has], chance.within(low[has], high[has])
        k = len(person)
        over = day + chance.within(0, 8, k)
        leads = chance.yes(k, 0.4)
        said = np.where(leads, int(Outcome.TO_ASSESSMENT_OR_REVIEW), chance.one_of(k, ASKED))
        requests(town, person, day, over, said, chance.one_of(k, ROUTES))
        seen = over[leads] + chance.within(0, 4, int(leads.sum()))
        ends = np.minimum(seen + chance.within(1, 14, int(leads.sum())), high[has][leads] + 25)
        assessments(town, person[leads], seen, ends, int(Outcome.CONTINUES))


def add_contacts_only(town: Town, n: int) -> None:
    """People who asked, some of whom were assessed, and who got information or were sent elsewhere."""
    chance, n = town.chance, max(n, 0)
    older = chance.yes(n, 0.62)
    birth = town.last - adult_days(chance, n, older, 1_100)
    reason = np.where(
        older, chance.one_of(n, reason_weights(True, False)), chance.one_of(n, reason_weights(False, False))
    )
    person = town.people.add(n, client=1, reason=reason, birth=birth, accommodation=_anywhere(town, n))
    for p in (1.0, 0.45, 0.2):
        has = chance.yes(n, p)
        who = person[has]
        k = len(who)
        day = chance.within(town.first, max(town.last - 40, town.first), k)
        over = day + chance.early(k, 9)
        on = chance.yes(k, 0.22)
        said = np.where(on, int(Outcome.TO_ASSESSMENT_OR_REVIEW), chance.one_of(k, ASKED))
        requests(town, who, day, over, said, chance.one_of(k, ROUTES))
        m = int(on.sum())
        seen = over[on] + chance.within(0, 5, m)
        ended = chance.one_of(m, {
            Outcome.INFORMATION: 0.4, Outcome.NOT_OFFERED: 0.25, Outcome.SELF_FUNDED: 0.15, Outcome.DECLINED: 0.12,
            Outcome.OTHER_COUNCIL_SERVICE: 0.08,
        })  # fmt: skip
        assessments(town, who[on], seen, seen + chance.within(1, 20, m), ended)


def _anywhere(town: Town, n: int) -> Ints:
    return town.chance.one_of(n, {1: 0.52, 2: 0.2, 3: 0.1, 4: 0.08, 5: 0.02, 8: 0.03, 14: 0.01, 20: 0.04})


def add_low_level(town: Town) -> None:
    """People with small support that goes on, or a short stay, and no more: in none of the figures."""
    from evenhand.facts.cld.codes import Component, Mechanism
    from evenhand.measures.sample.town import add_services

    chance, n = town.chance, town.plan.low_level
    older = chance.yes(n, 0.75)
    reason = np.where(older, chance.one_of(n, reason_weights(True, False)), int(Reason.PHYSICAL_MOBILITY))
    birth = town.last - adult_days(chance, n, older, 1_100)
    person = town.people.add(n, client=1, reason=reason, birth=birth, accommodation=_anywhere(town, n))
    start = chance.within(town.first, max(town.last - 60, town.first), n)
    kind = chance.one_of(n, {ServiceType.LOW_LEVEL: 0.7, ServiceType.OTHER_SHORT_TERM: 0.3})
    low = chance.one_of(
        n,
        {Component.EQUIPMENT: 0.7, Component.EMERGENCY: 0.05, Component.OTHER_PROFESSIONAL: 0.15, Component.MEALS: 0.1},
    )
    short = chance.one_of(n, {
        Component.SHORT_TERM_RESIDENTIAL: 0.4, Component.SHORT_TERM_NURSING: 0.12, Component.OTHER_SHORT_TERM: 0.38,
        Component.END_OF_LIFE: 0.1,
    })  # fmt: skip
    part = np.where(kind == ServiceType.LOW_LEVEL, low, short)
    asked = start - chance.within(3, 30, n)
    requests(town, person, asked, asked + chance.within(0, 2, n), int(Outcome.TO_SUPPORT), chance.one_of(n, ROUTES))
    on = (kind == ServiceType.LOW_LEVEL) & chance.yes(n, 0.5)
    end = np.where(on, NONE, np.minimum(start + chance.within(2, 42, n), town.last))
    add_services(town, person, kind, part, int(Mechanism.COMMISSIONED), start, end, int(Outcome.ENDED_AS_PLANNED))
