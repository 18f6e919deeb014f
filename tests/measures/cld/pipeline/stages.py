"""The stages of the pipeline on short-hand rows, for tests to read what comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir

from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import (
    Identified,
    Selection,
    Taken,
    account,
    identify,
    main_table,
    people_table,
    single_table,
)
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
OFFICIAL = Options()
Cells = dict[str, Any]
APART = 1000  # numbers of records and submissions of one case and the next


def using(text: str) -> Selection:
    """A selection from ``A 1 2024-10-01→2024-12-31; A 2 2025-01-01→2025-03-31``; each council's last is its single."""
    taken = []
    for line in text.split(";"):
        la, submission, days = line.split()
        start, end = rows.span(days)
        assert end
        taken.append(Taken(la, start, end, int(submission)))
    last = {one.la: one for one in sorted(taken)}
    return Selection(tuple(sorted(taken)), tuple(last.values()), {}, ())


WHOLE_YEAR = using("A 1 2024-04-01→2025-03-31")


def read(table: ir.Table, *order: str) -> list[Cells]:
    """The table's rows, in order of these columns."""
    return sorted(table.to_pyarrow().to_pylist(), key=lambda row: [row[name] for name in order])


def identified(engine: DuckDb | Spark, text: str, options: Options = OFFICIAL) -> tuple[Identified, ir.Table]:
    """RECORDS from short-hand, with their persons' numbers."""
    return identify(engine, rows.records(text), options)


def kept(
    engine: DuckDb | Spark, text: str, selection: Selection = WHOLE_YEAR, options: Options = OFFICIAL
) -> list[Cells]:
    """MAIN of the short-hand records, by record."""
    return read(main_table(engine, identified(engine, text, options)[0], selection, options), "record")


def people(engine: DuckDb | Spark, text: str, options: Options = OFFICIAL) -> list[Cells]:
    """PEOPLE of short-hand rows of MAIN, by council and person."""
    return read(people_table(engine, engine.keep("main", rows.main(text)), YEAR, options), "la", "person")


def people_of(engine: DuckDb | Spark, cases: Mapping[str, str], options: Options = OFFICIAL) -> dict[str, Cells]:
    """Each case's person 1, of short-hand rows of MAIN: every case is a council of its own, all worked at once."""
    written = [row | {"la": name} for name, text in cases.items() for row in rows.cells(text)]
    for number, row in enumerate(written):
        row["record"] = number
    main = engine.keep("main", rows.table(written, tables.MAIN))
    found = read(people_table(engine, main, YEAR, options), "la", "person")
    assert len({(row["la"], row["person"]) for row in found}) == len(found)
    return {row["la"]: row for row in found if row["person"] == 1}


@dataclass(frozen=True)
class Outcome:
    """What became of one case's rows: those in MAIN and in SINGLE, and the account."""

    main: list[Cells]
    single: list[Cells]
    account: list[Cells]


def outcomes(
    engine: DuckDb | Spark, cases: Mapping[str, str], days: str = "1 2024-04-01→2025-03-31", options: Options = OFFICIAL
) -> dict[str, Outcome]:
    """Each case through the stages: every case is a council of its own, all worked at once (starting costs most).

    days: submissions and reference periods, the same for each: ``1 2024-10-01→2024-12-31; 2 2025-01-01→2025-03-31``.
    """
    written: list[Cells] = []
    taken: list[Taken] = []
    single: list[Taken] = []
    for place, (name, text) in enumerate(cases.items()):
        used = using("; ".join(f"{name.replace(' ', '_')} {one}" for one in days.split("; ")))
        number = {
            one.submission: replace(one, la=name, submission=place * APART + one.submission) for one in used.taken
        }
        taken += number.values()
        single += [number[one.submission] for one in used.single]
        for row in rows.cells(text):
            numbers = {key: place * APART + row[key] for key in ("record", "submission")}
            written.append(row | {"la": name, **numbers})
    selection = Selection(tuple(sorted(taken)), tuple(single), {}, ())
    known, _ = identify(engine, rows.table(written, tables.RECORDS), options)
    main = main_table(engine, known, selection, options)
    made = {
        "main": read(main, "record"),
        "single": read(single_table(known, selection, options), "record"),
        "account": read(account(engine, known, selection, main, options), "la", "submission", "reason"),
    }
    for table in made.values():
        for row in table:
            row |= {key: row[key] % APART for key in ("record", "submission") if key in row}
    return {
        name: Outcome(**{key: [row for row in table if row["la"] == name] for key, table in made.items()})
        for name in cases
    }


def only(found: list[Cells], *names: str) -> list[Any]:
    """One column's values, or several columns' values together."""
    return [row[names[0]] if len(names) == 1 else tuple(row[name] for name in names) for row in found]
