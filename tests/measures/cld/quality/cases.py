"""Records with something amiss, every way in which each can be put right, and the run that measures them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import ibis
import polars as pl

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Component
from evenhand.measures.cld import run, tables
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import Period
from evenhand.sources.cld.model import DICTIONARY, Read, Summary
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
Cells = dict[str, Any]
Mended = dict[int, Cells]  # cells to change, by the row's place in the case


@dataclass(frozen=True)
class Case:
    """Rows in which one check finds something, and for each of several people every way to mend their rows."""

    check: str
    count: int
    rows: str
    groups: tuple[tuple[Mended, ...], ...]


def each(places: Iterable[int], **options: list[Any]) -> tuple[tuple[Mended, ...], ...]:
    """Every row mended on its own, one column in each of several ways."""
    ((name, values),) = options.items()
    return tuple(tuple({place: {name: value}} for value in values) for place in places)


def alike(places: tuple[int, ...], **options: list[Any]) -> tuple[Mended, ...]:
    """Several rows mended in the same way."""
    ((name, values),) = options.items()
    return tuple({place: {name: value} for place in places} for value in values)


def birth(places: tuple[int, ...], *years: int) -> tuple[Mended, ...]:
    """Rows given each of several years of birth."""
    return tuple({place: {"birth_year": year, "birth_month": 6} for place in places} for year in years)


AGES = (2014, 1984, 1944)
OLD = "born 1950-06"
HOLES = [Component.LONG_TERM_RESIDENTIAL, Component.LONG_TERM_NURSING, Component.SHORT_TERM_RESIDENTIAL]
CASES = (
    Case(
        "mechanism_community", 4,
        f"""Comm HS 2024-05-01→, {OLD}
        Comm DS 2024-05-01→, {OLD}, person 2; Comm DP HS 2024-06-01→, {OLD}, person 2
        Comm HS 2024-05-01→, {OLD}, person 3; Res LR 2024-05-01→, {OLD}, person 3
        Comm HS 2024-05-01→, {OLD}, person 4, mechanism invalid; Comm COM HS 2024-05-02→, {OLD}, person 4
        Comm COM HS 2024-05-01→, {OLD}, person 5; Comm HS 2024-05-01→2024-06-01, {OLD}, person 6""",
        each((0, 1, 3, 5), mechanism=[1, 2, 3]),
    ),
    Case(
        "mechanism_carer", 3,
        f"""DTC RESP 2024-05-01→, {OLD}; DTC COM RESP 2024-05-01→, {OLD}, person 2
        DTC RESP 2024-05-01→2024-06-01, {OLD}, person 3; DTC MPB RESP 2024-06-02→, {OLD}, person 3
        DTC 2024-05-01→, {OLD}, person 4; DTC DPc 2024-05-01→, {OLD}, person 5""",
        each((0, 2, 4), mechanism=[1, 2, 3]),
    ),
    Case(
        "component_carer", 3,
        f"""DTC MPB 2024-05-01→, {OLD}; DTC COM RESP 2024-05-01→, {OLD}, person 2
        DTC COM 2024-05-01→2024-06-01, {OLD}, person 3; DTC DP 2024-05-01→, {OLD}, person 4
        DTC COM 2024-05-01→, {OLD}, person 5""",
        each((0, 2, 4), component=[Component.DIRECT_PAYMENT, Component.CARER_RESPITE, Component.CARER_SITTING]),
    ),
    Case(
        "component_home", 5,
        f"""Res 2024-06-01→, {OLD}
        Res 2023-06-01→2024-05-31, {OLD}, person 2; Res 2024-06-02→, {OLD}, person 2, component invalid
        Res 2023-06-01→2024-05-31, {OLD}, person 3; Nur LN 2024-06-02→, {OLD}, person 3
        Nur 2024-06-02→, born 1980-06, person 4; Nur LN 2024-06-01→, {OLD}, person 5""",
        each((0, 1, 2, 3, 5), component=HOLES),
    ),
    Case(
        "birth_unknown", 5,
        f"""Comm DP HS 2024-05-01→, person 1; Comm COM HS 2024-05-01→, person 2; Res LR 2024-05-01→, person 3
        STMax 2024-06-01→2024-06-20, person 4, outcome ENDED_AS_PLANNED; DTC DP RESP 2024-05-01→, person 5
        Comm COM DS 2024-05-01→, {OLD}, person 6; DTC COM RESP 2024-05-01→, {OLD}, person 7
        Comm COM HS 2024-05-01→, born 1990-01, person 8, psr LEARNING_DISABILITY
        STMax 2024-06-01→2024-06-20, {OLD}, person 9; Comm 2024-06-21→, {OLD}, person 9""",
        tuple(birth((place,), *AGES) for place in range(5)),
    ),
    Case(
        "births_differ", 2,
        """Comm DP HS 2024-05-01→, born 1984-06; Comm DS 2024-05-02→, born 1944-06
        Comm COM HS 2024-05-01→, born 2014-06, person 2; Comm COM DS 2024-05-02→, born 1984-06, person 2
        Comm COM DS 2024-05-02→, born 1985-06, person 3; Comm COM DS 2024-05-02→, born 1945-06, person 4""",
        (birth((0, 1), 1984, 1944), birth((2, 3), 2014, 1984)),
    ),
    Case(
        "accommodation_unknown", 3,
        """Comm DS 2024-05-01→, born 1984-06; Comm HS 2024-05-01→, born 1984-06, person 2
        Comm HS 2024-05-01→, born 1984-06, person 3, accommodation 1
        Pris 2024-05-01→, born 1984-06, person 4; STMax 2024-05-01→, born 1944-06, person 5
        Comm HS 2024-05-01→, born 1944-06, person 6, accommodation invalid, psr LEARNING_DISABILITY""",
        each((0, 1, 5), accommodation=[1, 8, 10, 16]),
    ),
    Case(
        "reason_unknown", 2,
        """Comm HS 2024-05-01→, born 1984-06, psr UNKNOWN; Comm DS 2024-05-01→, born 1984-06, person 2, psr blank
        Comm HS 2024-05-01→, born 1984-06, person 3, psr LEARNING_DISABILITY
        Comm HS 2024-05-01→, born 1984-06, person 4""",
        each((0, 1), psr=[codes.Reason.LEARNING_DISABILITY, codes.Reason.MEMORY]),
    ),
    Case(
        "client_unknown", 4,
        f"""Comm DP HS 2024-05-01→, {OLD}, client invalid; Res LR 2024-05-02→, {OLD}, client invalid
        DTC COM RESP 2024-05-01→, {OLD}, person 2, client blank; DTC DP RESP 2024-05-01→, {OLD}, person 3
        Comm COM DS 2024-05-01→, {OLD}, person 4; Comm DP DS 2024-05-01→, {OLD}, person 5, client invalid""",
        (alike((0, 1), client=[1, 2]), *each((2, 5), client=[1, 2])),
    ),
    Case(
        "outcome_reablement", 3,
        f"""STMax 2024-06-01→2024-06-20, {OLD}; STMax 2024-08-01→2024-08-20, {OLD}; Comm 2024-08-21→, {OLD}
        STMax 2024-06-01→2024-06-20, {OLD}, person 2, outcome invalid
        Review 2024-06-22→2024-06-23, {OLD}, person 2, outcome NHS
        STMax 2024-06-01→2024-06-20, {OLD}, person 3, outcome ENDED_AS_PLANNED""",
        each((0, 1, 3), outcome=list(range(1, 18))),
    ),
    Case(
        "end_before_start", 3,
        f"""Comm DP HS 2024-05-01→2024-04-20, {OLD}; Res LR 2024-05-01→2024-04-20, {OLD}, person 2
        STMax 2024-05-01→2024-04-20, {OLD}, person 3, outcome ENDED_AS_PLANNED
        Comm COM DS 2024-05-01→, {OLD}, person 4; STMax 2024-05-01→2024-05-20, {OLD}, person 5""",
        tuple(alike((place,), end=[None, dt.date(2024, 5, 1), YEAR.end]) for place in range(3)),
    ),
    Case(
        "split_person", 2,
        f"""Comm DP HS 2024-05-01→, {OLD}, la_person p; Comm COM DS 2024-05-01→, {OLD}, nhs blank, la_person p
        Comm COM HS 2024-05-01→, {OLD}, person 2, la_person q; Res LR 2024-06-01→, {OLD}, nhs blank, la_person q
        Comm DP DS 2024-05-01→, {OLD}, person 3, la_person r; Comm COM DS 2024-05-01→, {OLD}, nhs blank, la_person s""",
        (alike((1,), nhs=[None, "N1"]), alike((3,), nhs=[None, "N2"])),
    ),
    Case(
        "no_person_id", 2,
        f"""Comm DP HS 2024-05-01→, {OLD}, nhs blank; Res LR 2024-05-01→, {OLD}, nhs blank
        Comm COM DS 2024-05-01→, {OLD}, person 2""",
        (alike((0,), nhs=[None, "X1"]), alike((1,), nhs=[None, "X2"])),
    ),
)  # fmt: skip
# Several things amiss at once, with the same people in more than one.
MIXED = Case(
    "", 0,
    f"""Comm HS 2024-05-01→; Comm HS 2024-05-01→, {OLD}, person 2; Comm DP DS 2024-05-01→, {OLD}, person 3
    Res 2024-05-01→, {OLD}, person 4; Comm COM DS 2024-05-01→, {OLD}, person 5, accommodation 1
    STMax 2024-06-01→2024-06-20, person 6; STMax 2024-06-01→2024-06-20, {OLD}, person 7, outcome ENDED_AS_PLANNED""",
    (
        *each((0, 1), mechanism=[1, 3]), *each((0, 3), accommodation=[1, 10]), birth((0,), *AGES),
        birth((5,), 2014, 1944), *each((3,), component=[5, 3]), *each((5,), outcome=[7, 6]),
    ),
)  # fmt: skip


def mended(case: Case) -> list[list[Cells]]:
    """The case's rows in every way in which they can be mended: each person's choice with every other's."""
    out = []
    for choice in product(*case.groups):
        made = [dict(row) for row in rows.cells(case.rows)]
        for change in choice:
            for place, cells in change.items():
                made[place].update(cells)
        out.append(made)
    return out


def read(councils: dict[str, list[Cells]], **more: Any) -> Read:
    """The councils' rows as if they had been read, a submission and a file of 10,000 rows at most for each council."""
    held: list[Cells] = []
    files: list[tuple[int, str]] = []
    sums: dict[str, list[Any]] = {name: [] for name in tables.SUBMISSIONS}
    for number, (la, cells) in enumerate(councils.items(), start=1):
        start = number * 10_000
        files.append((start, f"{la}.csv"))
        held += [
            {**cell, "la": la, "submission": number, "record": start + place} for place, cell in enumerate(cells, 2)
        ]
        told = {"submission": number, "la": la, "file": f"{la}.csv", "rows": len(cells)}
        for name, values in sums.items():
            values.append(told.get(name))
    submissions = ibis.memtable(sums, schema=tables.SUBMISSIONS)
    summary = Summary(len(held), len(held), {}, {file: 1 for _, file in files})
    given = {"dictionary": pl.DataFrame(schema=DICTIONARY)} | more
    return Read(
        rows.table(held, tables.RECORDS), submissions, rejects=(), summary=summary, warnings=(), offsets=tuple(files),
        **given,
    )  # fmt: skip


def measured(engine: Engine, given: Read) -> run.Measured:
    """All figures of what was read."""
    population = {
        (la, band): 1000 for la in given.submissions.to_pyarrow()["la"].to_pylist() for band in ("18-64", "65+")
    }
    return run.measured(engine, given, run.Asked(YEAR, population=population))
