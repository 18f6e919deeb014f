"""People with long-term support in the last year, drawn to the plan: who they are, when it began, how it is held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.facts.cld.codes import Accommodation, Component, Mechanism, Reason, ServiceType
from evenhand.measures.sample.chance import Chance, Flags, Ints
from evenhand.measures.sample.plan import Part
from evenhand.measures.sample.tables import NONE
from evenhand.measures.sample.town import Town, adult_days, reason_weights

HOMES = (ServiceType.NURSING, ServiceType.RESIDENTIAL)
# Components from which the measures infer where somebody lives whose accommodation is unknown.
TELLING = (Component.HOME_SUPPORT, Component.SHARED_LIVES, Component.SUPPORTED_LIVING, Component.EXTRA_CARE)


@dataclass(frozen=True)
class Lives:
    """One entry a person. kind: the service type; until: the last day of support, NONE while it goes on.

    component, mechanism: of the main service; died: whether support ended with death; admitted: new in a care home in
    the year; quiet: accommodation unknown, so that no other service may tell where the person lives.
    """

    person: Ints
    older: Flags
    birth: Ints
    reason: Ints
    kind: Ints
    start: Ints
    until: Ints
    component: Ints
    mechanism: Ints
    died: Flags
    admitted: Flags
    quiet: Flags


def joined(lives: list[Lives]) -> Lives:
    """Several as one."""
    names = Lives.__dataclass_fields__
    return Lives(**{name: np.concatenate([getattr(each, name) for each in lives]) for name in names})


def draw_long_term(town: Town) -> Lives:
    """Everybody of the plan's three parts, and those under 18 or whose support ended before the last year."""
    plan = town.plan
    return joined([
        _part(town, plan.learning, older=False, learning=True),
        _part(town, plan.younger, older=False, learning=False),
        _part(town, plan.older, older=True, learning=False),
        _minors(town, plan.minors),
        _gone(town, plan.gone),
    ])  # fmt: skip


def _part(town: Town, part: Part, *, older: bool, learning: bool) -> Lives:
    chance, n = town.chance, part.everyone
    place = np.arange(n)
    community = place < part.community
    admitted = ~community & (place < part.community + part.admitted)
    rest = n - part.community - part.admitted
    unsettled = n - part.settled
    prison = min(rest // 60, max(unsettled - part.admitted, 0)) if not older else min(rest // 900, 1)
    astray = min(part.community * 3 // 100, max(unsettled - part.admitted - prison, 0))
    homes = min(max(unsettled - part.admitted - prison - astray, 0), rest - prison)
    after = place - part.community - part.admitted
    in_prison = (after >= 0) & (after < prison)
    in_home = (after >= prison) & (after < prison + homes)
    ended = after >= prison + homes
    settled = _settled(chance, part, (admitted, in_prison, in_home, ended), astray)
    kind = np.where(in_prison, int(ServiceType.PRISON), int(ServiceType.COMMUNITY))
    nursing = chance.yes(n, 0.33 if older else 0.08)
    kind = np.where(admitted | in_home, np.where(nursing, int(ServiceType.NURSING), int(ServiceType.RESIDENTIAL)), kind)
    start, until, died = _days(town, community, admitted, in_home, in_prison)
    reason = np.full(n, int(Reason.LEARNING_DISABILITY))
    if not learning:
        some = chance.one_of(n, reason_weights(older, direct=True))
        reason = np.where(place < part.direct, some, chance.one_of(n, reason_weights(older, direct=False)))
    at = np.where(until == NONE, town.last, until)
    # Whoever is new in a care home is of the band on the day of admission too: a year's room for that.
    room = np.where(~admitted & chance.yes(n, 0.5), 366, 0)
    birth = at - adult_days(chance, n, np.full(n, older), 366) + room
    if not older:
        # Nobody has adult support from childhood on: it begins about the eighteenth birthday at the earliest.
        latest = np.where(community | ended, at, np.where(admitted | in_prison, start, town.year - 1))
        start = np.minimum(np.maximum(start, birth + 6_500), latest)
    mechanism = np.where(
        place < part.direct,
        int(Mechanism.DIRECT_PAYMENT),
        np.where(place < part.direct + part.managed, int(Mechanism.MANAGED_BUDGET), int(Mechanism.COMMISSIONED)),
    )
    loose = chance.one_of(
        n, {Mechanism.DIRECT_PAYMENT: 0.15, Mechanism.MANAGED_BUDGET: 0.4, Mechanism.COMMISSIONED: 0.45}
    )
    formal = chance.one_of(n, {Mechanism.MANAGED_BUDGET: 0.2, Mechanism.COMMISSIONED: 0.8})
    mechanism = np.where(ended, loose, np.where(community, mechanism, formal))
    component, accommodation, quiet = _home(town, kind, reason, mechanism, settled, older=older)
    person = town.people.add(
        n, client=1, reason=reason, birth=birth, death=np.where(died, at, NONE), accommodation=accommodation
    )
    return Lives(
        person, np.full(n, older), birth, reason, kind, start, until, component, mechanism, died, admitted, quiet
    )


def _settled(chance: Chance, part: Part, roles: tuple[Flags, Flags, Flags, Flags], astray: int) -> Flags:
    """Who lives in settled accommodation: exactly as many as the plan says, people in care homes last of all."""
    admitted, in_prison, in_home, ended = roles
    n = part.everyone
    rank = np.full(n, 5)
    rank[chance.order(part.community)[:astray]] = 3
    for flags, value in ((admitted, 0), (in_prison, 1), (in_home, 2), (ended, 4)):
        rank[flags] = value
    settled = np.ones(n, dtype=np.bool_)
    settled[np.argsort(rank, kind="stable")[: n - part.settled]] = False
    return settled


def _days(town: Town, community: Flags, admitted: Flags, in_home: Flags, in_prison: Flags) -> tuple[Ints, Ints, Flags]:
    """When support began and ended (NONE: it goes on), and whether death ended it."""
    chance, year, last, n = town.chance, town.year, town.last, len(community)
    ended = ~(community | admitted | in_home | in_prison)
    long_ago = year - 1 - chance.early(n, 3_600)
    this_year = chance.within(year, last, n)
    begun = np.where(
        admitted | (community & chance.yes(n, 0.24)) | (in_prison & chance.yes(n, 0.4)), this_year, long_ago
    )
    over = chance.within(np.maximum(begun, year), last - 1)
    leaves = ended | ((admitted | in_home) & (begun < last - 20) & chance.yes(n, 0.22))
    until = np.where(leaves, over, NONE)
    return begun, until, leaves & (~ended & chance.yes(n, 0.9) | ended & chance.yes(n, 0.45))


SETTLED_HOMES: dict[str, dict[int, float]] = {
    "learning": {
        Accommodation.SUPPORTED: 0.30, Accommodation.FAMILY_OR_FRIENDS: 0.40, Accommodation.SOCIAL_TENANT: 0.20,
        Accommodation.PRIVATE_TENANT: 0.05, Accommodation.OWNER_OCCUPIER: 0.03,
        Accommodation.SHELTERED_OR_EXTRA_CARE: 0.02,
    },
    "younger": {
        Accommodation.SOCIAL_TENANT: 0.42, Accommodation.PRIVATE_TENANT: 0.19, Accommodation.FAMILY_OR_FRIENDS: 0.16,
        Accommodation.OWNER_OCCUPIER: 0.18, Accommodation.SHELTERED_OR_EXTRA_CARE: 0.04, Accommodation.MOBILE: 0.003,
        Accommodation.APPROVED_PREMISES: 0.004,
    },
    "older": {
        Accommodation.OWNER_OCCUPIER: 0.60, Accommodation.SOCIAL_TENANT: 0.24, Accommodation.PRIVATE_TENANT: 0.06,
        Accommodation.FAMILY_OR_FRIENDS: 0.06, Accommodation.SHELTERED_OR_EXTRA_CARE: 0.04, Accommodation.MOBILE: 0.001,
    },
}  # fmt: skip
UNSETTLED_HOMES: dict[int, float] = {
    Accommodation.UNKNOWN: 0.4, Accommodation.COUNCIL_TEMPORARY: 0.15, Accommodation.HOSPITAL: 0.18,
    Accommodation.ROUGH_SLEEPING: 0.02, Accommodation.NIGHT_SHELTER: 0.03, Accommodation.REFUGE: 0.02,
    Accommodation.SHORT_TERM_GUEST: 0.1, Accommodation.OTHER_TEMPORARY: 0.1,
}  # fmt: skip
LEARNING_SUPPORT: dict[int, float] = {
    Component.SUPPORTED_LIVING: 0.34, Component.DAY_SUPPORT: 0.24, Component.HOME_SUPPORT: 0.20,
    Component.SHARED_LIVES: 0.07, Component.OTHER_LONG_TERM: 0.07, Component.LEARNING_OR_WORK: 0.05,
    Component.TRANSPORT: 0.03,
}  # fmt: skip
MENTAL_SUPPORT: dict[int, float] = {
    Component.SUPPORTED_LIVING: 0.36, Component.HOME_SUPPORT: 0.27, Component.OTHER_LONG_TERM: 0.15,
    Component.DAY_SUPPORT: 0.08, Component.SOCIAL_WORKER: 0.07, Component.OTHER_PROFESSIONAL: 0.07,
}  # fmt: skip
OTHER_SUPPORT: dict[int, float] = {
    Component.HOME_SUPPORT: 0.74, Component.EXTRA_CARE: 0.09, Component.DAY_SUPPORT: 0.07, Component.MEALS: 0.03,
    Component.OTHER_LONG_TERM: 0.05, Component.SHARED_LIVES: 0.005, Component.END_OF_LIFE: 0.015,
}  # fmt: skip
LIVED_IN = {
    Component.SHARED_LIVES: Accommodation.SHARED_LIVES,
    Component.SUPPORTED_LIVING: Accommodation.SUPPORTED,
    Component.EXTRA_CARE: Accommodation.SHELTERED_OR_EXTRA_CARE,
}


def main_component(town: Town, reason: Ints, mechanism: Ints) -> Ints:
    """The component of people's main service at home."""
    chance, n = town.chance, len(reason)
    learning, mental, other = (chance.one_of(n, w) for w in (LEARNING_SUPPORT, MENTAL_SUPPORT, OTHER_SUPPORT))
    found = np.where(
        reason == Reason.LEARNING_DISABILITY, learning, np.where(reason == Reason.MENTAL_HEALTH, mental, other)
    )
    direct = mechanism == Mechanism.DIRECT_PAYMENT
    return np.where(direct & chance.yes(n, town.plan.component), int(Component.DIRECT_PAYMENT), found)


def _home(
    town: Town, kind: Ints, reason: Ints, mechanism: Ints, settled: Flags, *, older: bool
) -> tuple[Ints, Ints, Flags]:
    """Main component and accommodation, which fit each other; and for whom accommodation is unknown."""
    chance, n = town.chance, len(kind)
    component = main_component(town, reason, mechanism)
    nursing, residential = (kind == k for k in HOMES)
    component = np.where(nursing, int(Component.LONG_TERM_NURSING), component)
    component = np.where(residential, int(Component.LONG_TERM_RESIDENTIAL), component)
    component = np.where(kind == ServiceType.PRISON, int(Component.OTHER_LONG_TERM), component)
    which = "older" if older else "younger"
    at = np.where(
        reason == Reason.LEARNING_DISABILITY,
        chance.one_of(n, SETTLED_HOMES["learning"]),
        chance.one_of(n, SETTLED_HOMES[which]),
    )
    for part, home in LIVED_IN.items():
        at = np.where(component == part, int(home), at)
    away = chance.one_of(n, UNSETTLED_HOMES)
    for where, home in (
        (nursing, Accommodation.NURSING_HOME), (residential, Accommodation.CARE_HOME),
        (kind == ServiceType.PRISON, Accommodation.PRISON),
    ):  # fmt: skip
        away = np.where(where, int(home), away)
    accommodation = np.where(settled, at, away)
    community = kind == ServiceType.COMMUNITY
    lost = community & (accommodation == Accommodation.UNKNOWN)
    # With day support nothing tells of a home; with home support alone the measures presume one.
    component = np.where(lost & (component != Component.DIRECT_PAYMENT), int(Component.DAY_SUPPORT), component)
    presumed = community & settled & (component == Component.HOME_SUPPORT) & chance.yes(n, 0.03)
    return component, np.where(presumed, int(Accommodation.UNKNOWN), accommodation), lost | presumed


def _simple(town: Town, n: int, start: Ints, until: Ints, days: Ints, older: Flags, died: Flags) -> Lives:
    """People with support at home who are in no figure of the last year."""
    chance = town.chance
    at = np.where(until == NONE, town.last, until)
    young = chance.one_of(n, reason_weights(False, direct=False) | {Reason.LEARNING_DISABILITY: 0.7})
    reason = np.where(older, chance.one_of(n, reason_weights(True, direct=False)), young)
    mechanism = chance.one_of(
        n, {Mechanism.DIRECT_PAYMENT: 0.2, Mechanism.MANAGED_BUDGET: 0.35, Mechanism.COMMISSIONED: 0.45}
    )
    homes = chance.one_of(n, SETTLED_HOMES["older"])
    person = town.people.add(
        n, client=1, reason=reason, birth=at - days, death=np.where(died, at, NONE), accommodation=homes
    )
    no = np.zeros(n, dtype=np.bool_)
    kind = np.full(n, int(ServiceType.COMMUNITY))
    component = main_component(town, reason, mechanism)
    return Lives(person, older, at - days, reason, kind, start, until, component, mechanism, died, no, no)


def _minors(town: Town, n: int) -> Lives:
    """People of 17, getting ready for adult life."""
    no = np.zeros(n, dtype=np.bool_)
    start = np.maximum(town.last - town.chance.within(1, 300, n), town.first)
    return _simple(town, n, start, np.full(n, NONE), town.chance.within(6_215, 6_540, n), no, no)


def _gone(town: Town, n: int) -> Lives:
    """People whose support ended before the last year began, none less than 100 days before."""
    chance = town.chance
    until = chance.within(town.first, max(town.year - 100, town.first), n)
    older = chance.yes(n, 0.7)
    start = until - 30 - chance.early(n, 2_500)
    return _simple(town, n, start, until, adult_days(chance, n, older, 30), older, chance.yes(n, 0.5))
