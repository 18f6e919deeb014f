"""The tables of long-term support against a plain rewrite of the specification, on councils made to be messy.

Hundreds of councils here. For thousands add seeds to SEEDS, or raise MANY: 3,000 councils take some three seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from evenhand.measures.cld import tables
from evenhand.measures.cld.crossed import ALL
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.salt import salt
from tests.measures.cld.salt import messy, naive
from tests.measures.cld.salt.messy import YEAR, Council, Row

MANY = 600  # councils; thousands take some seconds each
SEEDS = (1, 2)
SOME = 300  # councils for each option
AS_OF = dt.date(2025, 4, 20)

# At the end of a month both ways of reckoning ages agree (CLD.md 3.7): this year ends on the first of one.
TO_A_FIRST = Period(YEAR.start, dt.date(2025, 3, 1))
TURNED: dict[str, tuple[Options, Period]] = {
    "age_365_25": (Options(age_365_25=False), TO_A_FIRST),
    "lts_no_dp_component": (Options(lts_no_dp_component=False), YEAR),
    "chain_lag_not_max": (Options(chain_lag_not_max=False), YEAR),
    "lts001c_strict": (Options(lts001c_strict=False), YEAR),
    "lts004_latest_cross_la": (Options(lts004_latest_cross_la=False), YEAR),
}


def _table(rows: Sequence[Row], schema: tables.Schema) -> ir.Table:
    shape = ibis.schema(schema).to_pyarrow()
    columns = {name: pa.array([row.get(name) for row in rows], shape.field(name).type) for name in schema}
    return ibis.memtable(pa.table(columns, shape))


def _plain(
    made: Sequence[Council], options: Options, period: Period = YEAR, as_of: dt.date | None = None
) -> naive.Counts:
    rows, submissions = _together(made)
    return naive.tables(rows, submissions, period, options, as_of)


def _together(made: Sequence[Council]) -> tuple[list[Row], list[Row]]:
    return [row for one in made for row in one.rows], [told for one in made for told in one.submissions]


def differences(
    duck: DuckDb, made: Sequence[Council], options: Options, period: Period = YEAR, as_of: dt.date | None = None
) -> list[str]:
    """Cells that differ, in words."""
    rows, submissions = _together(made)
    ours = naive.tables(rows, submissions, period, options, as_of)
    records = duck.keep("records", _table(rows, tables.RECORDS))
    theirs = salt(duck, records, _table(submissions, tables.SUBMISSIONS), period, options, as_of=as_of).tables
    assert set(ours) == set(theirs)
    out = []
    for name, counted in ours.items():
        real = {key: people for key, people in theirs[name].counts.items() if ALL not in key}
        out += [
            f"{name} {key}: naive {counted.get(key, 0)}, real {real.get(key, 0)}"
            for key in sorted({*counted, *real}, key=str)
            if counted.get(key, 0) != real.get(key, 0)
        ]
    return out


def _report(
    duck: DuckDb, made: Sequence[Council], options: Options, period: Period = YEAR, as_of: dt.date | None = None
) -> str:
    """Nothing when all agree; else what differs, and the rows of the first council that does."""
    found = differences(duck, made, options, period, as_of)
    if not found:
        return ""
    told = next(one.told() for one in made if f"'{one.name}'" in found[0])
    return "\n".join([f"{len(found)} cells differ.", *found[:10], told])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plain_rewrite_agrees_on_messy_councils(duck: DuckDb, seed: int) -> None:
    assert _report(duck, messy.councils(seed, MANY), Options()) == ""


def test_it_agrees_on_what_had_been_received_by_a_day(duck: DuckDb) -> None:
    made = messy.councils(3, SOME)
    assert _plain(made, Options(), as_of=AS_OF) != _plain(made, Options())
    assert _report(duck, made, Options(), as_of=AS_OF) == ""


@pytest.mark.parametrize("name", TURNED)
def test_it_agrees_under_each_option_which_changes_some_cell(duck: DuckDb, name: str) -> None:
    made = messy.councils(4, SOME)
    options, period = TURNED[name]
    assert _plain(made, options, period) != _plain(made, Options(), period)
    assert _report(duck, made, options, period) == ""


def test_the_councils_put_people_in_many_cells_of_every_table() -> None:
    found = _plain(messy.councils(1, MANY), Options())
    cells = {name: len({key[1:] for key in counted}) for name, counted in found.items()}
    assert {name: many for name, many in cells.items() if many < 12} == {}
