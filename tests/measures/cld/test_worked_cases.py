"""The worked cases of the specification, ``worked_cases.yaml``: rows in, figures out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pytest
import yaml

from evenhand.measures.cld import admissions, budgets, home, reablement, tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import people_table
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
Figures = dict[str, str]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figures]:
    """Every case's figures by its name. Each case is a council of its own, so that all of one kind run at once."""
    duck = DuckDb(tmp_path_factory.mktemp("scratch"))
    out: dict[str, Figures] = {case.name: {} for case in CASES}
    for options in {case.options for case in CASES}:
        same = [case for case in CASES if case.options == options]
        sums: dict[str, dict[tuple[str, str, str], tuple[int, int]]] = {case.name: {} for case in same}
        for row in _run(duck, same, options):
            if row["of"] or row["number"]:
                sums[row["la"]][row["measure"], row["part"], row["band"]] = (row["of"], row["number"])
        out |= {name: _written(cells) for name, cells in sums.items()}
    duck.close()
    return out


def _run(duck: DuckDb, cases: list[Case], options: Options) -> list[dict[str, Any]]:
    cells = [{**cell, "la": case.name} for case in cases for cell in rows.cells(case.rows)]
    numbered = [{**cell, "record": number} for number, cell in enumerate(cells, start=1)]
    main = duck.keep("main", rows.table(numbered, tables.MAIN))
    people = duck.keep("people", people_table(duck, main, YEAR, options))
    stages = (budgets.clients, budgets.carers, home.at_home, admissions.admissions, reablement.short_term)
    decided = ibis.union(*(duck.keep(f"d{i}", stage(main, people, YEAR, options)) for i, stage in enumerate(stages)))
    table = decided.group_by("la", "measure", "part", "band").agg(
        of=decided["denominator"].cast("int64").sum(), number=decided["numerator"].cast("int64").sum()
    )
    return list(table.to_pyarrow().to_pylist())


def _written(sums: dict[tuple[str, str, str], tuple[int, int]]) -> Figures:
    out: Figures = {}
    for (measure, part, band), (of, number) in sums.items():
        if measure == "3D":
            name = "3D" if part in ("1a", "2a") else "carer"
            first, second = (sums[measure, one, band][1] for one in (("1a", "2a") if name == "3D" else ("1b", "2b")))
            out[f"{name} {band}"] = f"{of}/{first}/{second}"
        elif measure == "2E":
            out[f"2E({part})"] = f"{of}/{number}"
        elif measure == "2A":
            out[f"2A {band}"] = f"{of}/{number}"
        else:
            out[measure] = str(number)
    return out


@dataclass(frozen=True)
class Case:
    """One worked case."""

    name: str
    rows: str
    expected: Figures
    options: Options


def _cases() -> list[Case]:
    text = (Path(__file__).parent / "worked_cases.yaml").read_text(encoding="utf-8")
    return [
        Case(case["name"], "\n".join(case["rows"]), case["figures"], Options.named(case.get("options", {})))
        for cases in yaml.safe_load(text).values()
        for case in cases
    ]


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_worked_case(found: dict[str, Figures], case: Case) -> None:
    assert found[case.name] == case.expected


def test_no_two_cases_have_one_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
