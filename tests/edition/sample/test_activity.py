"""The simulated England's activity: measuring its councils' records gives the figures that it publishes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from evenhand.edition.sample import sample_register, sample_results, with_role
from evenhand.edition.sample.activity import PERIOD, plans
from evenhand.edition.sample.world import World
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.run import Asked, Measured, measured
from evenhand.measures.sample import writing
from evenhand.sources.cld import read

DAY = dt.date(2025, 3, 31)
FIGURES = [
    ("2A", "", "2A"), ("2B", "", "2B"), ("2C", "", "2C"), ("2E", "1", "2E(1)"), ("2E", "2a", "2E(2a)"),
    ("2E", "2b", "2E(2b)"), ("3D", "1a", "3D(1a)"), ("3D", "2a", "3D(2a)"),
]  # fmt: skip


def three() -> list[str]:
    """The council where nobody has a direct payment, an island, and the smallest of the others."""
    sizes = plans(World(sample_register(), 1))
    others = sorted(
        (c for c in sizes if c not in (*with_role("tiny"), *with_role("few"))), key=lambda c: sizes[c].people
    )
    first = [with_role("zero")[0], with_role("island")[0]]
    return first + [c for c in others if c not in first][:1]


def code(council: str) -> str:
    return sample_register().code_of(council, "cassr", DAY)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Three councils' written records, measured for the year."""
    folder = tmp_path_factory.mktemp("activity")
    sizes = plans(World(sample_register(), 1))
    councils = three()
    file = folder / "records.parquet"
    writing.write(writing.Asked([code(c) for c in councils], plans=[sizes[c] for c in councils]), file)
    engine = DuckDb(Path(folder))
    return measured(engine, read(engine, [file]), Asked(Period(dt.date(2024, 4, 1), DAY)))


@pytest.fixture(scope="module")
def published() -> dict[tuple[str, str, str], tuple[float | None, str]]:
    """What the simulated outcomes framework prints, by council, item and part."""
    table = next(r for r in sample_results(sample_register()) if r.table == "ascof/2024-25").observations
    rows = table.filter(pl.col("period") == PERIOD, pl.col("level") == "council", pl.col("age") == "all")
    return {
        (row["area"], row["item"].removeprefix("ascof2023/"), row["part"]): (row["value"], row["status"])
        for row in rows.iter_rows(named=True)
    }


@pytest.mark.parametrize(("measure", "part", "item"), FIGURES)
def test_measuring_the_records_of_three_councils_gives_the_published_counts(
    found: Measured, published: dict[tuple[str, str, str], tuple[float | None, str]], measure: str, part: str, item: str
) -> None:
    figures = {(f.council, f.measure, f.part): f for f in found.figures if f.group == "Total"}
    compared = 0
    for council in three():
        got = figures[code(council), measure, part]
        # The denominator of 2B and 2C is the council's residents, whom no record tells of.
        of = {"numerator": got.numerator} | ({} if item in ("2B", "2C") else {"denominator": got.denominator})
        for name, count in of.items():
            value, status = published[council, item, name]
            if status == "published":
                assert count == value, (council, name)
                compared += 1
            else:
                assert status == "suppressed"
                assert 0 < (got.numerator or 0) < 5
    assert compared >= 2


def test_what_followed_reablement_is_of_every_kind_that_2a_tells_apart(found: Measured) -> None:
    rows = found.decisions.filter(found.decisions["measure"] == "2A").select("why").distinct().to_pyarrow()
    assert set(rows["why"].to_pylist()) >= {
        "counted", "long_term", "care_home_short_term", "died", "hospital", "nhs", "self_funded", "declined",
        "not_classified", "existing_client", "no_reablement",
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6, 7, 8])
def test_every_councils_plan_is_possible_and_adds_up(seed: int) -> None:
    """A part that could not be drawn (more people at home than there are) would not pass ``Part``'s own check."""
    register = sample_register(seed)
    made = plans(World(register, seed))
    assert set(made) == {c.id for c in register.councils(DAY)}
    nobody = made[with_role("zero", seed)[0]]
    assert nobody.learning.direct + nobody.younger.direct + nobody.older.direct == 0
