"""The older tables of Simulated England: the framework's return of 2020-21 and council activity 2009-10 to 2013-14."""

from __future__ import annotations

import numpy as np

from evenhand.edition.sample.activity import with_budget
from evenhand.edition.sample.draws import Floats, Ints, round5
from evenhand.edition.sample.framework import absent
from evenhand.edition.sample.table import LEVELS, MISSING, SUPPRESSED, Codes, Column, Table, add_counts
from evenhand.edition.sample.world import Areas, World

PERIOD, YEAR = "2020-21", 2021
# How far direct payments had come, as a share of the level of 2021, by the year in which the period ends.
GROWTH: dict[int, float] = {2010: 0.62, 2011: 0.75, 2012: 0.82, 2013: 0.88, 2014: 0.93}
# Share of people of 18-64 with a direct payment, by client group; what is left are the other groups.
GROUPS: tuple[tuple[str, float], ...] = (
    ("rap:physical-disability", 0.44),
    ("rap:mental-health", 0.10),
    ("rap:learning-disability", 0.38),
)


def add_return(table: Table, world: World) -> None:
    """1C(1A) and 1C(2A) for users, all and by age; 1C(1B) and 1C(2B) for carers, all and by age."""
    areas = world.period(PERIOD)
    gone = absent(world, areas, "island", MISSING)
    people, direct = world.supported(YEAR), world.with_direct_payment(YEAR, 1.0)
    ages = ("18-64", "65+")
    budgets = {a: with_budget(world, people[a], direct[a], "return") for a in ages}
    carers, carers_direct, carers_budgets = _carers(world)
    for code, over, under, bands in (
        ("1C(1A)", budgets, people, ages),
        ("1C(2A)", direct, people, ages),
        ("1C(1B)", carers_budgets, carers, CARER_AGES),
        ("1C(2B)", carers_direct, carers, CARER_AGES),
    ):
        for age in ("all", *bands):
            chosen = bands if age == "all" else (age,)
            n, d = (np.sum([areas.sums(x[a]) for a in chosen], axis=0) for x in (over, under))
            c = Column(f"ascof2011/{code}", PERIOD, "value", "percent", "in (simulated)", age=age)
            add_counts(table, c, areas, n, d, absent=gone)


CARER_AGES = ("under-65", "65-84", "85+")


def _carers(world: World) -> tuple[dict[str, Ints], dict[str, Ints], dict[str, Ints]]:
    """Carers with support in the year, with a direct payment, and with self-directed support, by age."""
    adults = world.residents(YEAR - 1)
    g = np.clip(1.0 + 0.35 * world.own("carers"), 0.15, 2.2)
    u = world.draws.uniform("carers/direct/kind", world.n)
    share = np.where(u < 0.3, 0.98, np.where(u < 0.85, 0.45 + 0.6 * u, 0.5 * (1.0 - u)))
    share = np.where(world.plays("zero"), 0.0, np.clip(share, 0.0, 1.0))
    people, direct, budgets = {}, {}, {}
    for age, band, rate in (("under-65", "18-64", 0.0023), ("65-84", "65+", 0.0042), ("85+", "85+", 0.0075)):
        people[age] = world.draws.binomial(f"carers/{age}", adults[band], rate * g * g)
        direct[age] = world.draws.binomial(f"carers/direct/{age}", people[age], share)
        rest = people[age] - direct[age]
        more = world.draws.binomial(f"carers/budgets/{age}", rest, np.where(u < 0.55, 0.9, 0.15))
        budgets[age] = direct[age] + more
    return people, direct, budgets


def add_activity(table: Table, world: World, year: int) -> None:
    """Clients with direct payments on 31 March of one year by client group and age, to the nearest 5."""
    period = f"{year - 1}-{year % 100:02d}"
    areas = world.period(period)
    by_age = world.with_direct_payment(year, GROWTH[year])
    gone = _not_returned(world, areas, year)
    left = by_age["18-64"]
    for reason, share in GROUPS:
        p = np.clip(share * (1.0 + 0.2 * world.own(f"clients {reason}")), 0.0, 0.6)
        group = np.minimum(world.draws.binomial(f"clients/{reason}/{year}", by_age["18-64"], p), left)
        left = left - group
        _add_clients(table, areas, period, ("18-64", reason), areas.sums(group), gone)
    older = _older(world, by_age["65+"], year)
    for age, count in [("18-64", by_age["18-64"]), *older.items(), ("all", by_age["18-64"] + by_age["65+"])]:
        _add_clients(table, areas, period, (age, "all"), areas.sums(count), gone)


def _older(world: World, people: Ints, year: int) -> dict[str, Ints]:
    """People aged 65 and over as the year prints them: in three bands in 2009-10, as one afterwards."""
    if year > 2010:
        return {"65+": people}
    first = world.draws.binomial(f"clients/65-74/{year}", people, np.full(world.n, 0.30))
    second = world.draws.binomial(f"clients/75-84/{year}", people - first, np.full(world.n, 0.51))
    return {"65-74": first, "75-84": second, "85+": people - first - second}


def _not_returned(world: World, areas: Areas, year: int) -> Codes:
    """Two councils without figures in each year."""
    out = np.zeros(len(areas.councils), dtype=np.int8)
    out[world.draws.order(f"clients/not-returned/{year}", len(out))[:2]] = MISSING
    return out


def _add_clients(table: Table, areas: Areas, period: str, who: tuple[str, str], counts: Ints, gone: Codes) -> None:
    """One column: councils to the nearest 5 (1 to 4 hidden, as ``-``), then the country with the missing ones in it."""
    age, reason = who
    figures: Floats = np.concatenate([areas.above(counts), round5(counts)]).astype(np.float64)
    figures[: len(figures) - len(counts)] = round5(areas.above(counts))
    hidden = np.where((gone == 0) & (counts > 0) & (counts < 5), SUPPRESSED, gone)
    status = np.concatenate([np.zeros(len(figures) - len(counts), dtype=np.int8), hidden]).astype(np.int8)
    c = Column("dp_clients", period, "count", "people", "", age=age, reason=reason, heading=f"{reason} {age}")
    table.add(c, areas, figures, status, levels=(LEVELS[0], LEVELS[-1]))
