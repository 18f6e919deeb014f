"""Every table of Simulated England as a reader would hand it over, marked as simulated in all that names it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from evenhand.edition.sample import context, earlier, money, words
from evenhand.edition.sample.framework import add_framework
from evenhand.edition.sample.surveys import add_surveys
from evenhand.edition.sample.table import ACTIVITY, FINANCE, Table
from evenhand.edition.sample.world import World
from evenhand.facts.register import Register, period_end
from evenhand.sources.model import COMPARABILITY, MEASURE, NOTE, ReadResult, empty

PUBLISHER = "Evenhand simulation (invented figures)"
LICENCE = "none: invented"
MARK = "SIMULATED: "
READER = "simulation"


def _result(
    table: str,
    title: str,
    frame: pl.DataFrame,
    *,
    notes: pl.DataFrame | None = None,
    comparability: pl.DataFrame | None = None,
    measures: pl.DataFrame | None = None,
) -> ReadResult:
    have = frame.filter(pl.col("value").is_not_null())["period"].unique().to_list()
    return ReadResult(
        reader=READER, publisher=PUBLISHER, table=table, title=f"{MARK}{title}",
        periods=tuple(sorted(have, key=period_end)), revision="", licence=LICENCE, observations=frame,
        notes=empty(NOTE) if notes is None else notes,
        comparability=empty(COMPARABILITY) if comparability is None else comparability,
        measures=empty(MEASURE) if measures is None else measures,
    )  # fmt: skip


def _frame(world: World, *adders: Callable[[Table, World], None]) -> pl.DataFrame:
    table = Table()
    for add in adders:
        add(table, world)
    return table.frame()


def sample_results(register: Register, seed: int = 1) -> list[ReadResult]:
    """All simulated tables for ``sample_register(seed)``, the oldest family first; the same bytes on every machine.

    Raises ValueError for any other register: invented figures never stand beside a real council's name.
    """
    if not register.simulated:
        raise ValueError("simulated figures are only made for a simulated register")
    world = World(register, seed)
    results = []
    for year in earlier.GROWTH:
        period = f"{year - 1}-{year % 100:02d}"
        table = Table(ACTIVITY)
        earlier.add_activity(table, world, year)
        results.append(_result(f"pssex1-activity/{period}", f"Activity by council, {period}", table.frame(),
                               notes=words.activity_notes(), comparability=words.activity_breaks()))  # fmt: skip
    results += _spending(world)
    results.append(_result(
        "ascof-open-data/2020-21", "Measures from the Adult Social Care Outcomes Framework, 2020-21, open data",
        _frame(world, earlier.add_return), notes=words.return_notes(),
    ))  # fmt: skip
    results.append(_result(
        "ascof/2024-25", "Measures from the Adult Social Care Outcomes Framework, time series to 2024-25",
        _frame(world, add_surveys, add_framework), notes=words.framework_notes(),
        comparability=words.framework_breaks(), measures=words.framework_measures(),
    ))  # fmt: skip
    results += _context(world)
    return results


SPENDING = {
    2015: ("pssex1-expenditure/2014-15", "Expenditure by council, 2014-15", 1000),
    2017: ("ascfr-totals/2016-17", "Adult social care finance return, 2016-17", 1000),
    2018: ("ascfr-gross-current-expenditure/2017-18", "Adult social care finance return, 2017-18", 1),
}


def _spending(world: World) -> list[ReadResult]:
    results = []
    for year, (table_id, title, step) in SPENDING.items():
        table = Table(FINANCE)
        money.add_spending(table, world, year, step=step)
        results.append(_result(table_id, title, table.frame(), notes=words.spending_notes()))
    return results


def _context(world: World) -> list[ReadResult]:
    return [
        _result("population-mye/mid-2020", "Mid-year population estimates, mid-2020, on boundaries of April 2021",
                _frame(world, context.add_population_2020)),
        _result("population-table/mid-2023", "Residents by council, mid-2023",
                _frame(world, context.add_population_2023)),
        _result("deprivation/2019", "Index of multiple deprivation 2019, council summaries",
                _frame(world, context.add_deprivation)),
    ]  # fmt: skip
