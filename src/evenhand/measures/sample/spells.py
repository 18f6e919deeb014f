"""Reablement and what followed it: every kind of sequel that ASCOF 2A tells apart (CLD.md 5.1)."""

from __future__ import annotations

import numpy as np

from evenhand.facts.cld.codes import Component, Mechanism, Outcome, Reason, ServiceType
from evenhand.measures.sample import contacts
from evenhand.measures.sample.chance import Flags, Ints
from evenhand.measures.sample.longterm import Lives
from evenhand.measures.sample.tables import NONE
from evenhand.measures.sample.town import EIGHTEEN, Town, add_services, adult_days, reason_weights

# What a spell in the numerator ends in: its own outcome, and what else there is.
PLAIN, LOW_LEVEL, OTHER_SHORT, REVIEWED_AFTER, REVIEWED_DURING, EQUIPPED = range(6)
GOOD_SEQUELS = {
    PLAIN: 0.62,
    LOW_LEVEL: 0.12,
    OTHER_SHORT: 0.05,
    REVIEWED_AFTER: 0.07,
    REVIEWED_DURING: 0.07,
    EQUIPPED: 0.07,
}
GOOD: dict[int, float] = {
    Outcome.ENDED_AS_PLANNED: 0.66, Outcome.INFORMATION: 0.12, Outcome.ENDED_OTHER: 0.08, Outcome.NOT_OFFERED: 0.06,
    Outcome.OTHER_COUNCIL_SERVICE: 0.03, Outcome.MOVED: 0.02, Outcome.OTHER: 0.03,
}  # fmt: skip
# What takes a spell out of both numerator and denominator; the last two are ours: died, and not to be classified.
DIED, UNCLASSIFIED = 100, 101
ASIDE: dict[int, float] = {
    DIED: 0.24, int(Outcome.HOSPITAL): 0.34, int(Outcome.NHS): 0.08, int(Outcome.SELF_FUNDED): 0.09,
    int(Outcome.DECLINED): 0.15, UNCLASSIFIED: 0.10,
}  # fmt: skip


def choose_led_on(town: Town, lives: Lives) -> Flags:
    """Whom reablement led to long-term support: some of those whose support began in the last year, none before."""
    n = len(lives.person)
    at = np.where(lives.until == NONE, town.last + 400, lives.until)
    adult = lives.person < sum(p.everyone for p in (town.plan.learning, town.plan.younger, town.plan.older))
    fit = adult & (lives.start >= town.year + 45) & (at >= lives.start + 20) & (lives.start <= town.last)
    fit &= lives.birth + EIGHTEEN + 60 <= lives.start
    chosen = np.zeros(n, dtype=np.bool_)
    order = town.chance.order(n)
    wanted = town.plan.further * 4 // 5  # the others go into a care home for a while
    chosen[order[fit[order]][:wanted]] = True
    return chosen


def add_spells(town: Town, lives: Lives, led_on: Flags) -> None:
    """Every spell of the plan; and some that no figure counts, of an earlier year or beside long-term support."""
    chance = town.chance
    start = lives.start[led_on]
    k = len(start)
    end = start - chance.within(0, 7, k)
    begun = end - chance.within(7, 34, k)
    person = lives.person[led_on]
    _spell(town, person, begun, end, chance.one_of(k, {Outcome.TO_SUPPORT: 0.8, Outcome.TO_ASSESSMENT_OR_REVIEW: 0.2}))
    assessed = chance.yes(k, 0.7)
    seen = np.maximum(end - 5, begun)[assessed]
    contacts.assessments(town, person[assessed], seen, end[assessed], int(Outcome.TO_SUPPORT), contacts.SHORT_TERM)
    stays = town.plan.further - k
    _stays(town, stays)
    _good(town, town.plan.regained)
    _aside(town, town.plan.aside)
    _earlier(town, town.plan.gone // 2, lives)
    _existing(town, lives, led_on)


def _new_people(town: Town, n: int, death: Ints | None = None) -> Ints:
    chance = town.chance
    older = chance.yes(n, 0.86)
    birth = town.last - adult_days(chance, n, older, 1_100)
    reason = np.where(
        older, chance.one_of(n, reason_weights(True, False)), chance.one_of(n, reason_weights(False, False))
    )
    reason = np.where(chance.yes(n, 0.6), int(Reason.PHYSICAL_PERSONAL_CARE), reason)
    homes = chance.one_of(n, {1: 0.6, 2: 0.21, 3: 0.06, 4: 0.06, 8: 0.05, 15: 0.02})
    return town.people.add(
        n, client=1, reason=reason, birth=birth, accommodation=homes, death=NONE if death is None else death
    )


def _when(town: Town, n: int) -> tuple[Ints, Ints]:
    """First and last day of spells that end in the last year and leave room for what follows."""
    end = town.chance.within(town.year + 10, town.last - 10, n)
    return end - town.chance.within(4, 42, n), end


def _spell(town: Town, person: Ints, begun: Ints, end: Ints, outcome: Ints) -> None:
    """The spell itself, sometimes as two services with a few days between; the request that led to it; its review."""
    chance, n = town.chance, len(person)
    kind, arranged = int(ServiceType.ST_MAX), int(Mechanism.COMMISSIONED)
    part = chance.one_of(n, {
        Component.REABLEMENT: 0.93, Component.SHORT_TERM_RESIDENTIAL: 0.04, Component.SHORT_TERM_NURSING: 0.01,
        Component.OTHER_SHORT_TERM: 0.02,
    })  # fmt: skip
    two = (end - begun > 20) & (begun >= town.year) & chance.yes(n, 0.08)
    pause = begun + 8
    add_services(town, person[two], kind, part[two], arranged, begun[two], pause[two], int(Outcome.CONTINUES))
    again = np.where(two, pause + chance.within(1, 7, n), begun)
    add_services(town, person, kind, part, arranged, again, end, outcome)
    asked = begun - chance.within(0, 4, n)
    contacts.requests(
        town, person, asked, np.minimum(asked + 1, begun), int(Outcome.TO_REABLEMENT),
        chance.one_of(n, {contacts.FROM_HOSPITAL: 0.66, contacts.COMMUNITY_ROUTE: 0.34}),
    )  # fmt: skip


def _good(town: Town, n: int) -> None:
    chance = town.chance
    begun, end = _when(town, n)
    begun = np.minimum(begun, end - 7)
    person = _new_people(town, n)
    sequel, outcome = chance.one_of(n, GOOD_SEQUELS), chance.one_of(n, GOOD)
    # With an outcome that only leads on, what decides is the other record.
    leads = np.isin(sequel, (LOW_LEVEL, OTHER_SHORT, REVIEWED_AFTER, REVIEWED_DURING, EQUIPPED))
    own = np.where(leads, chance.one_of(n, {Outcome.TO_ASSESSMENT_OR_REVIEW: 0.6, Outcome.TO_SUPPORT: 0.4}), outcome)
    _spell(town, person, begun, end, own)
    arranged = int(Mechanism.COMMISSIONED)
    after = end + chance.within(1, 5, n)
    for which, kind, part in (
        (LOW_LEVEL, ServiceType.LOW_LEVEL, Component.EQUIPMENT),
        (OTHER_SHORT, ServiceType.OTHER_SHORT_TERM, Component.OTHER_SHORT_TERM),
    ):
        at = sequel == which
        k = int(at.sum())
        stop = after[at] + chance.within(2, 20, k)
        add_services(town, person[at], int(kind), int(part), arranged, after[at], stop, int(Outcome.ENDED_AS_PLANNED))
    at = sequel == EQUIPPED
    # In the year even where the spell began before it, so that a file of that year alone tells the same.
    given = np.maximum(begun[at], town.year - 1) + chance.within(1, 4, int(at.sum()))
    add_services(
        town, person[at], int(ServiceType.LOW_LEVEL), int(Component.EQUIPMENT), arranged, given, given + 1,
        int(Outcome.ENDED_AS_PLANNED),
    )  # fmt: skip
    said = np.where(outcome == Outcome.ENDED_AS_PLANNED, int(Outcome.INFORMATION), outcome)
    for which, low, high in ((REVIEWED_AFTER, end + 1, end + 5), (REVIEWED_DURING, end - 4, end - 2)):
        at = sequel == which
        day = chance.within(low[at], high[at])
        contacts.reviews(town, person[at], day, day + 1, said[at], contacts.SHORT_TERM_REVIEW)


def _stays(town: Town, n: int) -> None:
    """People who went on to a short stay in a care home: in the denominator alone."""
    chance = town.chance
    begun, end = _when(town, n)
    person = _new_people(town, n)
    _spell(town, person, begun, end, np.full(n, int(Outcome.TO_SUPPORT)))
    start = end + chance.within(0, 6, n)
    part = chance.one_of(n, {Component.SHORT_TERM_RESIDENTIAL: 0.8, Component.SHORT_TERM_NURSING: 0.2})
    add_services(
        town, person, int(ServiceType.OTHER_SHORT_TERM), part, int(Mechanism.COMMISSIONED), start,
        start + chance.within(2, 40, n), int(Outcome.ENDED_AS_PLANNED),
    )  # fmt: skip


def _aside(town: Town, n: int) -> None:
    """Spells in neither: the person died, went to hospital, or nobody can tell what followed."""
    chance = town.chance
    begun, end = _when(town, n)
    kind = chance.one_of(n, ASIDE)
    death = np.where(kind == DIED, end + chance.within(0, 7, n), NONE)
    person = _new_people(town, n, death)
    lost = chance.one_of(n, {Outcome.TO_ASSESSMENT_OR_REVIEW: 0.5, Outcome.CONTINUES: 0.3, Outcome.TO_REABLEMENT: 0.2})
    own = np.where(kind == DIED, int(Outcome.DECEASED), np.where(kind == UNCLASSIFIED, lost, kind))
    _spell(town, person, begun, end, own)


def _earlier(town: Town, n: int, lives: Lives) -> None:
    """Spells that ended before the last year: of no figure, and long enough before it."""
    if town.year - town.first < 120:
        return
    chance = town.chance
    end = chance.within(town.first, town.year - 20, n)
    person = _new_people(town, n)
    _spell(town, person, end - chance.within(4, 42, n), end, chance.one_of(n, GOOD))


def _existing(town: Town, lives: Lives, led_on: Flags) -> None:
    """Spells of people who have had long-term support all along: no figure of 2A counts them."""
    chance, n = town.chance, len(lives.person)
    at = np.where(lives.until == NONE, town.last, lives.until)
    fit = ~led_on & (lives.kind == ServiceType.COMMUNITY) & (lives.start < town.year - 60) & (at > town.year + 80)
    has = fit & chance.yes(n, 0.04)
    k = int(has.sum())
    end = chance.within(np.full(k, town.year + 50), at[has] - 8)
    _spell(town, lives.person[has], end - chance.within(4, 30, k), end, chance.one_of(k, GOOD))
