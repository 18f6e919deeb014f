"""A file sorted otherwise gives the same files: figures, tables, spending and people.

A council's system exports its rows in whatever order, and tells some events twice with a field that differs. Which of
the two counts may not hang on which stands first.
"""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.run import Asked, measured
from evenhand.measures.cld.written import outputs, write
from tests.measures.cld import rows
from tests.measures.cld.naive import messy
from tests.measures.cld.naive.logic import Row

# What a second telling may say otherwise without being another event, or coming before the first by any official rule.
OTHERWISE = (
    "gender", "ethnicity", "birth_year", "birth_month", "psr", "accommodation", "employment", "has_carer", "funding",
    "mechanism", "la_person", "link1", "unit_cost", "frequency", "units",
)  # fmt: skip


def told_twice(seed: int, councils: int) -> list[Row]:
    """Messy councils, one submission each, with most rows told two or three times, nearly alike."""
    rng = random.Random(seed)
    made, _ = messy.together(messy.councils(seed, councils))
    names = sorted({row["la"] for row in made})
    told = [row | {"submission": names.index(row["la"]) + 1} for row in made]
    for row in list(told):
        for _ in range(rng.choice((0, 1, 1, 2))):
            changed = rng.sample(OTHERWISE, rng.choice((0, 1, 1, 2)))
            told.append(row | {name: rng.choice(told)[name] for name in changed})
    return told


def files(duck: DuckDb, folder: Path, told: list[Row]) -> dict[str, Any]:
    """Every file of a run on rows in this order, by name.

    Of people.parquet all but ``record``: it says where a row stands, and goes with it.
    """
    held = [row | {"record": number} for number, row in enumerate(told, start=2)]
    pairs = sorted({(row["submission"], row["la"]) for row in held})
    submissions = [{"submission": number, "la": la} for number, la in pairs]
    read: Any = SimpleNamespace(
        records=duck.keep("records", rows.table(held, tables.RECORDS)),
        submissions=rows.table(submissions, tables.SUBMISSIONS),
    )
    done = measured(duck, read, Asked(messy.YEAR))
    write(folder, duck, done, outputs(duck, done, read))
    out: dict[str, Any] = {path.name: path.read_text() for path in folder.rglob("*.csv")}
    return out | {"people.parquet": pl.read_parquet(folder / "people.parquet").drop("record").rows()}


@settings(max_examples=2)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_where_rows_stand_in_the_file_changes_nothing(
    duck: DuckDb, tmp_path_factory: Any, seed: int, data: st.DataObject
) -> None:
    told = told_twice(seed, 12)
    folder = tmp_path_factory.mktemp("order") / "out"
    first = files(duck, folder, told)
    assert len(first["people.parquet"]) > 20
    again = files(duck, folder, data.draw(st.permutations(told)))
    for name, content in first.items():
        assert again[name] == content, name
