"""The services of people with long-term support: what they have now, what they had before, and what it costs."""

from __future__ import annotations

import numpy as np

from evenhand.facts.cld.codes import Component, Mechanism, Outcome, ServiceType
from evenhand.measures.sample.chance import Flags, Ints
from evenhand.measures.sample.longterm import Lives
from evenhand.measures.sample.tables import NONE
from evenhand.measures.sample.town import Town, add_services

ALSO: dict[int, float] = {
    Component.DAY_SUPPORT: 0.20, Component.TRANSPORT: 0.12, Component.MEALS: 0.08, Component.EQUIPMENT: 0.22,
    Component.HOME_SUPPORT: 0.16, Component.OTHER_LONG_TERM: 0.07, Component.LEARNING_OR_WORK: 0.03,
    Component.SOCIAL_WORKER: 0.06, Component.OTHER_PROFESSIONAL: 0.05, Component.EMERGENCY: 0.01,
}  # fmt: skip
# What tells of no home, for people whose accommodation is unknown.
QUIET: dict[int, float] = {Component.DAY_SUPPORT: 0.4, Component.TRANSPORT: 0.35, Component.MEALS: 0.25}
LEFT: dict[int, float] = {
    Outcome.ENDED_AS_PLANNED: 0.30, Outcome.ENDED_OTHER: 0.22, Outcome.MOVED: 0.14, Outcome.DECLINED: 0.12,
    Outcome.SELF_FUNDED: 0.10, Outcome.NHS: 0.12,
}  # fmt: skip


def add_long_term(town: Town, lives: Lives, begins_with_spell: Flags) -> None:
    """Every long-term service. begins_with_spell: people whom reablement led here, who had nothing before."""
    chance, n = town.chance, len(lives.person)
    left = np.where(lives.died, int(Outcome.DECEASED), chance.one_of(n, LEFT))
    # 2B and 2C pass over admissions that somebody pays for alone; the plan's admissions all count.
    left = np.where(lives.admitted & (left == Outcome.SELF_FUNDED), int(Outcome.ENDED_OTHER), left)
    community = lives.kind == ServiceType.COMMUNITY
    begun = lives.start
    at = np.where(lives.until == NONE, town.last, lives.until)
    # Some people changed from council-arranged support to what they have, or from one home to another.
    low = np.maximum(begun + 60, np.where(community, town.first, town.year) + 1)
    may = (low < at - 30) & (lives.kind != ServiceType.PRISON)
    changes = may & chance.yes(n, np.where(community, 0.17, 0.09))
    change = chance.within(low, at - 20)
    start = np.where(changes, change, begun)
    before = lives.kind.copy()
    before[before == ServiceType.NURSING] = ServiceType.RESIDENTIAL
    part = np.where(community, lives.component, int(Component.LONG_TERM_RESIDENTIAL))
    swap = community & ~lives.quiet & (part == Component.DIRECT_PAYMENT)
    part = np.where(swap, int(Component.HOME_SUPPORT), part)
    _add(town, lives, changes, before, part, np.full(n, int(Mechanism.COMMISSIONED)), begun, change - 1)
    _main(town, lives, start, left)
    _second(town, lives, community, begun, at)
    # New in a care home: many had support at home until then.
    prior = lives.admitted & ~begins_with_spell & chance.yes(n, 0.55)
    early = begun - 40 - chance.early(n, 2_000)
    some = chance.one_of(
        n, {Mechanism.DIRECT_PAYMENT: 0.13, Mechanism.MANAGED_BUDGET: 0.35, Mechanism.COMMISSIONED: 0.52}
    )
    home = np.full(n, int(Component.HOME_SUPPORT))
    _add(town, lives, prior, np.full(n, int(ServiceType.COMMUNITY)), home, some, early, begun - 1)


def _add(
    town: Town, lives: Lives, which: Flags, kind: Ints, component: Ints, mechanism: Ints, start: Ints, end: Ints,
    outcome: int = Outcome.CONTINUES,
) -> None:  # fmt: skip
    add_services(
        town, lives.person[which], kind[which], component[which], mechanism[which], start[which], end[which], outcome
    )


def _main(town: Town, lives: Lives, start: Ints, left: Ints) -> None:
    """The main service. Where the council puts prices up each April, a new row begins then (not in care homes)."""
    community = lives.kind == ServiceType.COMMUNITY
    starts = start
    if town.chance.yes(1, 0.4)[0]:
        for april in _aprils(town):
            split = community & (starts < april) & ((lives.until == NONE) | (lives.until >= april))
            _add(
                town,
                lives,
                split,
                lives.kind,
                lives.component,
                lives.mechanism,
                starts,
                np.full(len(starts), april - 1),
            )
            starts = np.where(split, april, starts)
    add_services(town, lives.person, lives.kind, lives.component, lives.mechanism, starts, lives.until, left)


def _aprils(town: Town) -> list[int]:
    """Each 1 April after the period's first day, up to its last."""
    firsts = np.arange("1990-04", "2100-04", 12, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return [int(d) for d in firsts if town.first < d <= town.last]


def _second(town: Town, lives: Lives, community: Flags, begun: Ints, at: Ints) -> None:
    """Further services beside the main one; on the last day they never outrank the plan's way of holding the money."""
    chance, n = town.chance, len(lives.person)
    for p in (0.5, 0.22, 0.08):
        has = community & chance.yes(n, p)
        component = np.where(lives.quiet, chance.one_of(n, QUIET), chance.one_of(n, ALSO))
        # Never the main service's component: rows of one person, kind, component and start are one event.
        free = np.where(lives.component == Component.TRANSPORT, int(Component.MEALS), int(Component.TRANSPORT))
        component = np.where(component == lives.component, free, component)
        one_off = component == Component.EQUIPMENT
        start = chance.within(begun, np.maximum(at - 1, begun))
        goes_on = (lives.until == NONE) & chance.yes(n, 0.7) & ~one_off
        over = chance.within(start, np.minimum(at, town.last - 1))
        end = np.where(goes_on, NONE, np.where(one_off, np.minimum(start + 3, np.minimum(at, town.last - 1)), over))
        # What ended before the last day may have been held in any way, what goes on only as below.
        same = chance.yes(n, 0.4)
        mechanism = np.where(
            same | (lives.mechanism == Mechanism.COMMISSIONED), int(Mechanism.COMMISSIONED), lives.mechanism
        )
        has &= (end == NONE) | (end >= start)
        _add(town, lives, has, lives.kind, component, mechanism, start, end, Outcome.ENDED_AS_PLANNED)
