"""Unit costs of the return PSS-EX1 2014-15, on a small file in its layout with invented councils."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import pssex1_unit_costs
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

Rows = list[list[str]]
Load = Callable[[Rows], ReadResult]


def table() -> Rows:
    """Ashvale, Brackwater, a region and the country; one figure of three rows, and one that nobody had."""
    home = ["Long term", "Age 18 to 64", "Physical support", "Nursing"]
    both = ["Long term", "Age 18 and over", "", "Residential and nursing care"]
    return [
        ["", "", "", "", "", "", "NV", "NV", "SV", "Eng"],
        ["Support type", "Age category", "Primary support reason", "Service delivery mechanism", "Unit cost category",
         "Unit cost provision", "001 - Ashvale", "002 - Brackwater", "South Vale", "Tinyland"],
        [*home, "Numerator", "All", "47.8", "0", "100", "147.8"],
        [*home, "Denominator", "All", "103", "0", "200", "303"],
        [*home, "Unit costs", "All", "464.11", ".", "500", "487.79"],
        [*both, "Numerator", "LA supported only", "10", ":", "20", "30"],
        [*both, "Denominator", "LA supported only", "10", "10", "20", "30"],
        [*both, "Unit costs", "LA supported only", "1000", ".", "1000", "1000"],
        [""] * 10,
        ["Notes:", *[""] * 9],
        ["Unit costs are presented in £'s", *[""] * 9],
        ["Numerator data are presented in £'000s", *[""] * 9],
    ]  # fmt: skip


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Load:
    def _load(rows: Rows) -> ReadResult:
        path = tmp_path / "unit-costs.csv"
        with path.open("w", encoding="cp1252", newline="") as f:
            csv.writer(f).writerows(rows)
        file = sniff(path)
        assert pssex1_unit_costs.recognise(file)
        return check(pssex1_unit_costs.read(file, tiny), path.name)

    return _load


def test_each_figure_has_three_parts_in_their_own_units(load: Load) -> None:
    o = load(table()).observations.filter(area="ashvale", setting="nursing")
    assert o.select("part", "unit", "value").rows() == [
        ("numerator", "pence", 4_780_000), ("denominator", "weeks", 103), ("value", "pence", 46_411),
    ]  # fmt: skip


def test_regions_and_the_country_stand_beside_councils(load: Load) -> None:
    o = load(table()).observations
    assert set(o.select("level", "area").rows()) == {
        ("council", "ashvale"), ("council", "brackwater"), ("region", "E62000002"), ("country", "E99000001"),
    }  # fmt: skip
    assert set(o.filter(item="unit_cost_la_supported")["setting"]) == {"residential-nursing"}
    assert set(o.filter(item="unit_cost_la_supported")["age"]) == {"all"}


def test_a_dot_is_not_applicable_where_both_parts_are_printed_and_missing_where_one_is_not(load: Load) -> None:
    o = load(table()).observations.filter(area="brackwater", part="value")
    status = dict(o.select("setting", "status").iter_rows())
    assert status == {"nursing": "not_applicable", "residential-nursing": "missing"}


def test_a_unit_cost_that_does_not_follow_from_its_parts_is_noticed(load: Load) -> None:
    """Rounding of the numerator to £10 explains 464.11 (464.08 from the digits), and nothing explains 0.46411."""
    assert load(table()).rejects.filter(pl.col("reason").str.contains("numerator")).is_empty()
    rows = table()
    rows[4][6] = "0.46"
    warning = load(rows).rejects.filter(pl.col("reason").str.contains("numerator")).row(0, named=True)
    assert (warning["row"], warning["found"], warning["severity"]) == (5, "0.46", "warning")
    assert "ashvale" in warning["reason"]


def test_negative_weeks_and_percentages_are_rejected_with_their_place(load: Load) -> None:
    rows = table()
    rows[3][6], rows[4][8] = "-103", "12%"
    bad = load(rows).rejects.filter(severity="rejected")
    assert set(bad.select("row", "column", "reason").rows()) == {
        (4, "G", "A count cannot be negative."), (5, "I", "A percentage stands where a count or an amount belongs."),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "text", "says"),
    [
        (1, 4, "Cost category", "no column headed 'Unit cost category'"),
        (11, 0, "Numerator data are presented in £'s", "do not say that the data are in £000's"),
        (1, 7, "001 - Ashvale", "Two columns are headed"),
    ],
)
def test_a_table_that_is_not_as_published_is_refused(
    tiny: Register, tmp_path: Path, row: int, column: int, text: str, says: str
) -> None:
    rows = table()
    rows[row][column] = text
    path = tmp_path / "unit-costs.csv"
    with path.open("w", encoding="cp1252", newline="") as f:
        csv.writer(f).writerows(rows)
    with pytest.raises(UnreadableFile, match=says):
        pssex1_unit_costs.read(sniff(path), tiny)
