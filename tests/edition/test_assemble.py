"""Counts into figures: published, derived, zero, suppressed and missing stay five different things."""

from __future__ import annotations

import polars as pl
import pytest

from evenhand.edition.assemble import SUM_AREA, Assembler, add_cells, later, strongest
from evenhand.facts.register import Register
from evenhand.facts.status import Status
from evenhand.measures.definition import load_all
from tests.edition.tables import direct_payments, frame, populations, row

MEASURES = {m.id: m for m in load_all()}


@pytest.fixture(scope="module")
def rows(tiny: Register) -> dict[str, dict[str, object]]:
    made = Assembler(frame(direct_payments()), tiny).rows(MEASURES["ascof-3d-2a"])
    return {r["area"]: r for r in made.to_dicts()}


@pytest.mark.parametrize(
    ("area", "value", "status"),
    [
        ("ashvale", 15.0, "published"),
        ("brackwater", 0.0, "published"),
        ("dunmere", None, "suppressed"),
        ("north-thornshire", None, "missing"),
        ("E99000001", 31.4, "published"),
    ],
)
def test_each_status_reaches_the_row(
    rows: dict[str, dict[str, object]], area: str, value: float | None, status: str
) -> None:
    assert rows[area]["value"] == value
    assert rows[area]["status"] == status
    assert (rows[area]["reason"] is None) == (value is not None)


def test_every_standing_council_has_a_row_and_a_gone_one_has_none(rows: dict[str, dict[str, object]]) -> None:
    councils = {a for a, r in rows.items() if r["level"] == "council"}
    assert councils == {"ashvale", "brackwater", "corvedale", "dunmere", "north-thornshire", "south-thornshire"}


def test_england_as_the_sum_counts_only_councils_with_both_counts_and_says_how_many(
    rows: dict[str, dict[str, object]],
) -> None:
    whole = rows[SUM_AREA]
    assert (whole["numerator"], whole["denominator"]) == (1270.0, 4050.0)
    assert whole["status"] == "derived"
    assert whole["note"] == "Sum of 4 of 6 councils."
    assert whole["value"] == pytest.approx(100 * 1270 / 4050)


def test_a_rate_is_derived_from_count_and_population(tiny: Register) -> None:
    made = Assembler(frame(direct_payments() + populations()), tiny).rows(MEASURES["dp-per-1000-adults"])
    by = {r["area"]: r for r in made.filter(pl.col("group") == "all").to_dicts()}
    assert by["ashvale"]["value"] == pytest.approx(1000 * 120 / 40_000)
    assert by["ashvale"]["status"] == "derived"
    assert by["ashvale"]["basis"] == "mid-2023"
    assert by["brackwater"]["value"] == 0.0
    assert by["dunmere"]["status"] == "suppressed"
    assert by["dunmere"]["value"] is None


def test_a_council_without_a_population_has_no_rate_and_says_why(tiny: Register) -> None:
    some = [r for r in populations() if r["area"] != "ashvale"]
    made = Assembler(frame(direct_payments() + some), tiny).rows(MEASURES["dp-per-1000-adults"])
    r = made.filter((pl.col("area") == "ashvale") & (pl.col("group") == "all")).to_dicts()[0]
    assert (r["value"], r["status"]) == (None, "missing")
    assert "population" in r["reason"]


def test_a_council_that_no_file_mentions_is_missing_not_absent(tiny: Register) -> None:
    some = [r for r in direct_payments() if r["area"] != "ashvale"]
    made = Assembler(frame(some), tiny).rows(MEASURES["ascof-3d-2a"])
    r = made.filter(pl.col("area") == "ashvale").to_dicts()[0]
    assert (r["value"], r["status"], r["reason"]) == (None, "missing", "No figure in the files loaded.")


def test_a_period_in_which_nobody_has_a_figure_is_no_period(tiny: Register) -> None:
    nothing = [row("ascof2023/3D(2a)", "2023-24", "ashvale", "value", None, status="not_applicable", unit="percent")]
    made = Assembler(frame(direct_payments() + nothing), tiny).rows(MEASURES["ascof-3d-2a"])
    assert made["period"].unique().to_list() == ["2024-25"]


def test_a_council_recoded_or_split_is_judged_by_the_day(tiny: Register) -> None:
    before = direct_payments("ascof2011/1C(2A)", "2019-20")
    made = Assembler(frame([r for r in before if "thornshire" not in r["area"]]), tiny).rows(MEASURES["ascof-3d-2a"])
    areas = set(made.filter((pl.col("period") == "2019-20") & (pl.col("level") == "council"))["area"])
    assert "thornshire" in areas
    assert "north-thornshire" not in areas


def test_money_per_head_turns_pence_into_pounds(tiny: Register) -> None:
    money = {"unit": "pence", "part": "amount"}
    cells = [("direct-payments", "18-64", "all", 1_000_000.0), ("direct-payments", "65+", "all", 500_000.0),
             ("carer-direct-payments", "all", "psr:carer-support", 100_000.0)]  # fmt: skip
    rows = [
        row(
            "gross_current_expenditure",
            "2014-15",
            "ashvale",
            money["part"],
            v,
            unit="pence",
            setting=s,
            age=a,
            reason=r,
        )
        for s, a, r, v in cells
    ]
    pops = [row("population", "mid-2014", "ashvale", "count", 1_000.0, age="18+")]
    made = Assembler(frame(rows + pops), tiny).rows(MEASURES["dp-spend-per-adult"])
    assert made.filter(pl.col("area") == "ashvale")["value"][0] == pytest.approx(16.0)


def test_a_sum_with_an_unknown_part_is_unknown_and_never_smaller() -> None:
    key = ("2024-25", "council", "ashvale")
    got = add_cells([{key: (5.0, "published", None)}, {key: (None, "suppressed", "[c]")}, {}])
    assert got[key] == (None, "suppressed", None)


@pytest.mark.parametrize(
    ("have", "wins"),
    [
        (["missing", "suppressed"], Status.SUPPRESSED),
        (["not_applicable", "missing"], Status.MISSING),
        (["not_applicable"], Status.NOT_APPLICABLE),
        ([], Status.MISSING),
    ],
)
def test_the_strongest_reason_stands_for_several(have: list[str], wins: Status) -> None:
    assert strongest(have) is wins


@pytest.mark.parametrize(
    ("period", "years", "then"), [("2013-14", 1, "2014-15"), ("1998-99", 1, "1999-00"), ("2024-25", -1, "2023-24")]
)
def test_later_periods(period: str, years: int, then: str) -> None:
    assert later(period, years) == then
