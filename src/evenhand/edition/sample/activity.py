"""The people whom Simulated England's councils supported in 2024-25, from which two things are made.

The outcomes framework's figures that come from client-level records (2A, 2B, 2C, 2E, 3D(1a) and 3D(2a)) are sums of
``activity``, and ``plans`` hands the same numbers to ``evenhand.measures.sample``, which draws the people and writes
their records. So the measures, worked out from a council's records, come to its published figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.edition.sample.draws import Floats, Ints
from evenhand.edition.sample.world import World
from evenhand.measures.sample.plan import Part, Plan

PERIOD, YEAR = "2024-25", 2025


@dataclass(frozen=True, slots=True)
class Count:
    """One measure counted from client-level data.

    base: the age band of residents that the denominator is a share of; rate: that share (1 for a rate of residents);
    mean and spread: the numerator's share of the denominator over councils; per and unit: how the value is printed.
    """

    code: str
    base: str
    rate: float
    mean: float
    spread: float
    per: int = 100
    unit: str = "percent"
    uneven: float = 0.35  # how much the denominator's share differs between councils


COUNTS: tuple[Count, ...] = (
    Count("2A", "18+", 0.0040, 0.745, 0.13),
    Count("2B", "18-64", 1.0, 0.00017, 0.00006, 100_000, "per_100000", 0.0),
    Count("2C", "65+", 1.0, 0.0059, 0.0013, 100_000, "per_100000", 0.0),
    Count("2E(1)", "18-64", 0.0038, 0.82, 0.07, uneven=0.15),
    Count("2E(2a)", "18-64", 0.0088, 0.775, 0.075, uneven=0.15),
    Count("2E(2b)", "65+", 0.052, 0.61, 0.095, uneven=0.15),
)


@dataclass(frozen=True)
class Activity:
    """Counts of each atom. counts: numerator and denominator by code; community, direct and managed: by age band."""

    counts: dict[str, tuple[Ints, Ints]]
    community: dict[str, Ints]
    direct: dict[str, Ints]
    budgets: Ints

    def total(self, by_age: dict[str, Ints]) -> Ints:
        """Both ages."""
        return by_age["18-64"] + by_age["65+"]


def activity(world: World) -> Activity:
    """The year's counts: those of 2E hold everybody supported at home or newly in a care home, as they must."""
    counts = {c.code: _drawn(world, c) for c in COUNTS}
    community, direct = world.supported(YEAR), world.with_direct_payment(YEAR, 0.93)
    learning_at_home, learning = counts["2E(1)"]
    at_home, younger = counts["2E(2a)"]
    younger = np.maximum(younger, np.maximum(learning, community["18-64"] + counts["2B"][0]))
    at_home = np.clip(at_home, learning_at_home, learning_at_home + younger - learning)
    older_at_home, older = counts["2E(2b)"]
    older = np.maximum(older, community["65+"] + counts["2C"][0])
    counts["2E(2a)"], counts["2E(2b)"] = (at_home, younger), (older_at_home, older)
    everyone, paid = (x["18-64"] + x["65+"] for x in (community, direct))
    return Activity(counts, community, direct, with_budget(world, everyone, paid, "records"))


def _drawn(world: World, c: Count) -> tuple[Ints, Ints]:
    base = world.residents(2023)[c.base]
    share = np.clip(c.rate * (1.0 + c.uneven * world.own(f"use of {c.code}")), c.rate * 0.1, 1.0)
    under = base if c.rate == 1.0 else world.draws.binomial(f"ascof/{c.code}/denominator", base, share)
    p: Floats = np.clip(c.mean + c.spread * world.own(f"result of {c.code}"), c.mean * 0.2, 0.995)
    return world.draws.binomial(f"ascof/{c.code}", under, p), under


def with_budget(world: World, people: Ints, direct: Ints, how: str) -> Ints:
    """People with self-directed support in any form: at least those with a direct payment.

    ``return``: the old return, where most councils count nearly everyone. ``records``: client-level data, where about
    half do, others have gaps, and some record direct payments alone.
    """
    u, z = world.draws.uniform(f"budgets/{how}/kind", world.n), world.draws.uniform(f"budgets/{how}/share", world.n)
    if how == "return":
        share = np.where(u < 0.45, 1.0, np.where(u < 0.8, 0.93 + 0.07 * z, 0.45 + 0.48 * z))
    else:
        share = np.where(
            u < 0.25, 1.0, np.where(u < 0.55, 0.97 + 0.03 * z, np.where(u < 0.82, 0.72 + 0.25 * z, 0.3 * z))
        )
    rest = people - direct
    managed = world.draws.binomial(f"budgets/{how}", rest, np.where(u < 0.92, share, 0.0))
    return direct + managed


def plans(world: World) -> dict[str, Plan]:
    """For each council of the period's last day, by id, the people whom its records tell of."""
    year, areas = activity(world), world.period(PERIOD)
    over, under = ({code: areas.sums(pair[i]).tolist() for code, pair in year.counts.items()} for i in (0, 1))
    community, direct = ({age: areas.sums(x).tolist() for age, x in by.items()} for by in (year.community, year.direct))
    budgets = areas.sums(year.budgets).tolist()
    out = {}
    for i, council in enumerate(areas.councils):
        out[council.id] = _plan(
            {code: (over[code][i], under[code][i]) for code in over},
            (community["18-64"][i], community["65+"][i]), (direct["18-64"][i], direct["65+"][i]), budgets[i],
            (0.05, 0.35, 0.7, 1.0)[i % 4],
        )  # fmt: skip
    return out


def _plan(
    counts: dict[str, tuple[int, int]], community: tuple[int, int], direct: tuple[int, int], budgets: int, part: float
) -> Plan:
    """One council's plan: its published numbers, and beside them people whom no figure counts, in proportion."""
    managed = budgets - sum(direct)
    without = [c - d for c, d in zip(community, direct, strict=True)]
    younger_managed = min(_share(managed, without[0], sum(without)), without[0])
    younger_managed = max(younger_managed, managed - without[1])
    home_l, everyone_l = counts["2E(1)"]
    home, everyone = counts["2E(2a)"]
    new = counts["2B"][0]
    new_l = min(_share(new, everyone_l, 4 * everyone), everyone_l)
    new_l = max(new_l, new - (everyone - everyone_l))
    # Supported at home: those with a learning disability in proportion, as far as both parts have room.
    here_l = min(_share(community[0], everyone_l, everyone), everyone_l - new_l)
    here_l = max(here_l, community[0] - (everyone - everyone_l - (new - new_l)))
    here = community[0] - here_l
    direct_l = max(min(_share(direct[0], 9 * here_l, 10 * community[0]), here_l), direct[0] - here)
    left_l, left = here_l - direct_l, here - (direct[0] - direct_l)
    managed_l = max(min(_share(younger_managed, left_l, left_l + left), left_l), younger_managed - left)
    older_home, older = counts["2E(2b)"]
    supported = everyone + older
    good, spells = counts["2A"]
    return Plan(
        learning=Part(everyone_l, home_l, here_l, direct_l, managed_l, new_l),
        younger=Part(
            everyone - everyone_l, home - home_l, here, direct[0] - direct_l, younger_managed - managed_l, new - new_l
        ),
        older=Part(older, older_home, community[1], direct[1], managed - younger_managed, counts["2C"][0]),
        regained=good, further=spells - good, aside=spells * 45 // 100, low_level=supported * 12 // 100,
        contacts=supported * 35 // 100 + 5, carers=supported * 25 // 100, associated=supported * 3 // 100,
        minors=supported // 80, gone=supported * 11 // 100, component=part,
    )  # fmt: skip


def _share(n: int, part: int, of: int) -> int:
    """n * part / of to the nearest whole number; 0 of nothing."""
    return (2 * n * part + of) // (2 * of) if of else 0


__all__ = ["COUNTS", "PERIOD", "YEAR", "Activity", "activity", "plans", "with_budget"]
