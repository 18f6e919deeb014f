"""Residents and deprivation of Simulated England, as the statistics office and the ministry would print them."""

from __future__ import annotations

from datetime import date

import numpy as np

from evenhand.edition.sample.draws import whole
from evenhand.edition.sample.table import Column, Table
from evenhand.edition.sample.world import World

PRINTED = ("country", "region", "council")
# Mid-2020 estimates are printed on the councils of April 2021, as the real ones were, with the series back to mid-2009.
BOUNDARIES_2020 = date(2021, 4, 1)
SERIES = tuple(range(2009, 2021))


def add_population_2020(table: Table, world: World) -> None:
    """Ages in mid-2020, everyone from mid-2009 to mid-2020, and people per square kilometre."""
    areas = world.areas(BOUNDARIES_2020)
    for age, people in world.residents(2020).items():
        _people(table, world, "population", 2020, age, people)
    for year in SERIES:
        _people(table, world, "population_series", year, "all", world.residents(year)["all"])
    people, land = (areas.sums(x) for x in (world.residents(2020)["all"], world.hectares))
    over, under = (np.concatenate([areas.above(x), x]) for x in (people, land))
    c = Column("density", "mid-2020", "value", "per_km2", "MYE5 (simulated)", heading="2020 people per sq. km")
    table.add(c, areas, whole(over / under * 100.0), levels=PRINTED)


def _people(
    table: Table, world: World, item: str, year: int, age: str, people: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    areas = world.areas(BOUNDARIES_2020)
    councils = areas.sums(people)
    c = Column(item, f"mid-{year}", "count", "people", "MYE2 (simulated)", age=age, heading=f"Mid-{year} {age}")
    table.add(c, areas, np.concatenate([areas.above(councils), councils]), levels=PRINTED)


def add_population_2023(table: Table, world: World) -> None:
    """All ages, 18-64, 65+ and 18+ in mid-2023, of councils alone."""
    areas = world.areas(date(2023, 6, 30))
    for age in ("all", "18-64", "65+", "18+"):
        councils = areas.sums(world.residents(2023)[age])
        c = Column("population", "mid-2023", "count", "people", "", age=age, heading=age)
        table.add(c, areas, np.concatenate([areas.above(councils), councils]), levels=("council",))


def add_deprivation(table: Table, world: World) -> None:
    """The average score of 2019: a council of several parts has the mean of theirs weighted by residents."""
    areas = world.areas(date(2019, 4, 1))
    people = world.residents(2019)["all"]
    score = np.clip(21.0 + 7.2 * world.deprivation, 5.5, 46.0)
    weighted = areas.sums(people * whole(score * 1000.0))
    mean = whole(weighted / np.maximum(areas.sums(people), 1)) / 1000.0
    padded = np.concatenate([np.zeros(len(areas.ids) - len(mean)), mean])
    c = Column("imd/average_score", "2019", "value", "index", "IMD (simulated)", heading="IMD - Average score")
    table.add(c, areas, padded, levels=("council",))
