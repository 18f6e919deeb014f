"""Councils against their region, type and peers: the way of the build, all at once, held to the plain way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from evenhand.edition import against as sets
from evenhand.edition import judge
from evenhand.edition.marks import GROUP, KINDS, MARKS, OF_A_MARK, OF_THE_SET, Against
from evenhand.edition.read import Edition

# One of each kind of figure: a share, a rate, a survey's score, a survey's share, money; and an older period.
SOME = (
    ("ascof-3d-2a", "latest"), ("dp-per-1000-adults", "latest"), ("ascof-1a", "latest"), ("ascof-3a", "latest"),
    ("dp-spend-per-adult", "latest"), ("ascof-3d-2a", "oldest"),
)  # fmt: skip


def plainly(
    edition: Edition, measure: str, period: str, kind: str, chosen: set[str]
) -> tuple[pl.DataFrame, dict[str, Any]]:
    return sets.judged_now(edition, kind, edition.definition(measure), edition.rows(measure, period), chosen)


def some_councils(edition: Edition, measure: str, period: str) -> list[str]:
    """Every twelfth council, those without peers, and those without a figure: peers are many, and judging them slow."""
    rows = edition.rows(measure, period).filter(pl.col("level") == "council").sort("area")
    near = set(edition.table("peers").collect()["area"])
    odd = rows.filter(pl.col("value").is_null() | ~pl.col("area").is_in(sorted(near)))["area"].to_list()
    return [*rows["area"].to_list()[::12], *odd[:3]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("measure", "which"), SOME)
def test_what_is_held_is_what_judging_one_set_at_a_time_gives(
    sample: Edition, measure: str, which: str, kind: str
) -> None:
    periods = sample.definition(measure)["periods"]  # the latest is held, an older one is judged when asked for
    period = periods[0] if which == "oldest" else periods[-1]
    chosen = set(some_councils(sample, measure, period)) if kind == "peers" else set()
    rows, marks = plainly(sample, measure, period, kind, chosen)
    found = sets.compare(sample, measure, period, against=kind, areas=tuple(sorted(chosen)))
    if chosen:
        rows = rows.filter(pl.col("area").is_in(sorted(chosen)) | (pl.col("level") == "country"))
    expected = sets.in_order(rows).select(found.rows.columns)
    assert_frame_equal(found.rows, expected, rel_tol=1e-9, abs_tol=1e-12)
    ranks = [c for c in OF_THE_SET if c.startswith("rank") or c == "band"]
    assert found.rows.select(ranks).equals(expected.select(ranks)), "ranks and words are the same, not nearly"
    assert_frame_equal(as_rows(found.benchmarks), as_rows(marks), rel_tol=1e-9, abs_tol=1e-12)


def as_rows(marks: dict[str, Against]) -> pl.DataFrame:
    """The sets' benchmarks, one row a set."""
    schema = {k: t for k, t in MARKS.items() if k in OF_A_MARK or k == "set"}
    return pl.DataFrame([{"set": n} | asdict(m) for n, m in sorted(marks.items())], schema=schema)


def nothing_is_judged(*_: object, **__: object) -> None:
    pytest.fail("the edition holds this comparison, and it was judged again")


@pytest.mark.parametrize("kind", KINDS)
def test_a_held_comparison_is_only_read(sample: Edition, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "judged", nothing_is_judged)
    d = sample.definition("ascof-3d-2a")
    assert sets.compare(sample, d["id"], against=kind).benchmarks


@pytest.mark.parametrize("kind", KINDS)
def test_one_council_on_every_measure_is_the_same_as_measure_by_measure(sample: Edition, kind: str) -> None:
    area = sample.table("peers").collect()["area"][0]
    held = sets.of_council(sample, area, kind)
    assert held
    for (measure, period), (judged, mark) in list(held.items())[::4]:
        found = sets.compare(sample, measure, period, against=kind, areas=(area,))
        own = found.rows.filter(pl.col("area") == area).to_dicts()[0]
        assert {c: own[c] for c in judged} == judged
        assert list(found.benchmarks.values()) == [mark]


def test_a_council_without_peers_has_no_set_of_them(sample: Edition) -> None:
    near = set(sample.table("peers").collect()["area"])
    alone = sample.areas().filter((pl.col("level") == "council") & ~pl.col("area").is_in(sorted(near)))["area"]
    assert len(alone), "the simulated country has councils that are unlike all others"
    assert sets.of_council(sample, alone[0], "peers") == {}


def test_the_latest_period_of_every_measure_is_held(sample: Edition) -> None:
    latest = {(d["id"], d["latest_period"]) for d in sample.definitions.values() if d["latest_period"]}
    for kind in KINDS:
        held = sample.table("set_benchmarks").filter(pl.col("against") == kind).select("measure", "period").collect()
        assert set(held.iter_rows()) == latest


def test_a_group_of_people_against_a_region_is_judged_when_asked(sample: Edition) -> None:
    held = sample.table("sets").filter(pl.col("group") != GROUP).collect()
    assert held.is_empty()
    d = sample.definition("dp-per-1000-adults")
    rows = sample.table("values").filter((pl.col("measure") == d["id"]) & (pl.col("group") == "65+")).collect()
    period = rows["period"].max()
    found = sets.compare(sample, d["id"], period, group="65+", against="region")  # type: ignore[arg-type]
    expected, _ = sets.judged_now(sample, "region", d, rows.filter(pl.col("period") == period), set())
    assert_frame_equal(found.rows, sets.in_order(expected).select(found.rows.columns), rel_tol=1e-9, abs_tol=1e-12)
    assert found.rows["rank_low"].is_not_null().any()


def test_a_group_without_figures_in_a_period_is_an_empty_comparison(sample: Edition) -> None:
    assert sets.compare(sample, "ascof-3d-2a", group="nobody", against="peers").rows.is_empty()
