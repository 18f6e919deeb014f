"""Money of one year in the prices of another, by the GDP deflator, and how far the index can be relied on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.deflators import Deflators, Standing, deflate, official
from evenhand.facts.errors import BadCell, EvenhandError

YEARS = st.sampled_from(official().years)
PENCE = st.integers(-(10**15), 10**15)

# The same table in another public copy, of December 2025: rebased since, so only the ratios are the same.
DECEMBER_2025 = {
    "2015-16": "74.5894", "2016-17": "76.0847", "2017-18": "77.0481", "2018-19": "78.8043", "2019-20": "80.8836",
    "2020-21": "85.1105", "2021-22": "85.314", "2022-23": "91.3107", "2023-24": "96.1297", "2024-25": "100",
}  # fmt: skip

# Calendar years of the December 2025 table (2024 = 100), from a third public copy.
CALENDAR = {
    2008: "66.89", 2009: "68.217", 2010: "69.1217", 2011: "70.834", 2012: "71.9294", 2013: "73.4795",
    2014: "74.6524", 2015: "75.1536", 2016: "76.4554",
}  # fmt: skip


def test_the_worked_example() -> None:
    """£1,000 of 2014-15 is £1,350.14 in 2024-25 prices: 1,000 × 100 ÷ 74.0662."""
    real = deflate(1_000_00, "2014-15", "2024-25")
    assert real.rounded == 1_350_14
    assert round(real.factor, 6) == Decimal("1.350144")
    assert real.steps == (
        "£1,000.00 in 2014-15 prices × 1.350144 (GDP deflators 2024-25 ÷ 2014-15) = £1,350.14 in 2024-25 prices"
    )


def test_the_table_runs_without_a_gap_from_2008_and_ends_beyond_the_newest_return() -> None:
    assert official().years == tuple(f"{y}-{(y + 1) % 100:02d}" for y in range(2008, 2027))
    assert {d.base_year for d in official().rows} == {"2024-25"}
    assert official().get("2024-25").index == 100


def test_every_confirmed_year_agrees_with_the_second_copy() -> None:
    """The ratio of the two tables is one number, their rebasing, to within 0.02%."""
    confirmed = [d for d in official().rows if d.status is Standing.CONFIRMED]
    assert [d.year for d in confirmed] == list(DECEMBER_2025)
    for d in confirmed:
        assert abs(Decimal(DECEMBER_2025[d.year]) / d.index - 1) < Decimal("0.0002"), d.year


def test_unconfirmed_years_lie_where_the_calendar_years_put_them() -> None:
    """Three quarters of one calendar year and one quarter of the next, rebased: within 0.7%."""
    for d in official().rows:
        year = int(d.year[:4])
        if d.status is not Standing.UNCONFIRMED:
            continue
        between = (3 * Decimal(CALENDAR[year]) + Decimal(CALENDAR[year + 1])) / 4
        rebase = Decimal("74.5894") / ((3 * Decimal(CALENDAR[2015]) + Decimal(CALENDAR[2016])) / 4)
        assert abs(d.index / (between * rebase) - 1) < Decimal("0.007"), d.year


def test_prices_rise() -> None:
    index = [d.index for d in official().rows]
    assert index == sorted(index)


@pytest.mark.parametrize(
    ("a", "b", "status", "says"),
    [
        ("2017-18", "2024-25", Standing.CONFIRMED, ""),
        ("2013-14", "2024-25", Standing.UNCONFIRMED, "single copy"),
        ("2024-25", "2013-14", Standing.UNCONFIRMED, "single copy"),
        ("2024-25", "2025-26", Standing.FORECAST, "forecast"),
        ("2009-10", "2026-27", Standing.FORECAST, "forecast"),
    ],
)
def test_a_result_has_the_weaker_standing_of_its_two_years(a: str, b: str, status: Standing, says: str) -> None:
    real = deflate(100, a, b)
    assert real.status is status
    assert says in real.caveat
    assert bool(real.caveat) == bool(says)
    assert "HM Treasury" in real.source


@given(PENCE, YEARS)
def test_prices_of_its_own_year_are_the_sum_itself(pence: int, year: str) -> None:
    assert deflate(pence, year, year).pence == pence


@given(PENCE, YEARS, YEARS)
def test_there_and_back_is_the_same_penny(pence: int, a: str, b: str) -> None:
    assert round(deflate(deflate(pence, a, b).pence, b, a).pence) == pence


@given(PENCE, PENCE, YEARS, YEARS)
def test_the_parts_add_up_to_the_whole(x: int, y: int, a: str, b: str) -> None:
    parts = deflate(x, a, b).pence + deflate(y, a, b).pence
    assert abs(parts - deflate(x + y, a, b).pence) < Decimal("0.000001")


@given(PENCE, YEARS, YEARS)
def test_against_the_sum_in_floating_point(pence: int, a: str, b: str) -> None:
    table = {d.year: float(d.index) for d in official().rows}
    assert float(deflate(pence, a, b).pence) == pytest.approx(pence * table[b] / table[a], rel=1e-12)


def test_halves_are_rounded_away_from_zero() -> None:
    two = _table("2023-24,50,2024-25,x,confirmed", "2024-25,100,2024-25,x,confirmed")
    assert two.deflate(1, "2024-25", "2023-24").pence == Decimal("0.5")
    assert two.deflate(1, "2024-25", "2023-24").rounded == 1
    assert two.deflate(-1, "2024-25", "2023-24").rounded == -1


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="never a float"):
        deflate(1.5, "2023-24", "2024-25")  # type: ignore[arg-type]


@pytest.mark.parametrize("year", ["2007-08", "2031-32", "2024", "twenty"])
def test_a_year_outside_the_table_says_how_far_it_runs(year: str) -> None:
    with pytest.raises(EvenhandError, match="runs from 2008-09 to 2026-27"):
        deflate(100, year, "2024-25")


def _table(*rows: str) -> Deflators:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gdp.csv"
        path.write_text("\n".join(["year,index,base_year,source,status", *rows, ""]), encoding="utf-8")
        return Deflators.from_file(path)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["2024-26,100,2024-25,x,confirmed"], "row 2, column year: '2024-26' is not a financial year"),
        (["mid-2024,100,2024-25,x,confirmed"], "column year: 'mid-2024' is not a financial year"),
        (["2024,100,2024-25,x,confirmed"], "column year: '2024' is not a financial year"),
        (["2024-25,100,2024,x,confirmed"], "column base_year"),
        (["2024-25,lots,2024-25,x,confirmed"], "column index: 'lots' is not a number"),
        (["2024-25,0,2024-25,x,confirmed"], "must be above nought"),
        (["2024-25,-3,2024-25,x,confirmed"], "must be above nought"),
        (["2024-25,NaN,2024-25,x,confirmed"], "must be above nought"),
        (["2024-25,100,2024-25,x,sure"], "column status: 'sure' is not a status"),
        (["2024-25,100,2024-25,x,confirmed", "2023-24,96,2023-24,x,confirmed"], "row 3, column base_year"),
        (["2024-25,100,2024-25,x,confirmed", "2024-25,99,2024-25,x,confirmed"], "2024-25 is in the table twice"),
    ],
)
def test_a_bad_table_says_where(rows: list[str], says: str) -> None:
    with pytest.raises(BadCell) as error:
        _table(*rows)
    assert says in str(error.value)
