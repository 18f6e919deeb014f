"""Trends of an edition: only comparable years, never across a break, never with a year that was set aside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edition.assemble import RAW
from evenhand.edition.marks import JUDGED
from evenhand.edition.over_time import TRENDS, trends
from evenhand.measures.definition import Measure, load_all

MEASURES = {m.id: m for m in load_all()}
DP = MEASURES["ascof-3d-2a"]  # breaks at 2014-15 and 2024-25
QUALITY = MEASURES["ascof-1a"]  # 2020-21 set aside, no breaks
Z95 = 1.959963984540054
Series = dict[str, float | None]


def year(y: int) -> str:
    return f"{y}-{(y + 1) % 100:02d}"


def values(m: Measure, series: dict[str, Series], se: float = 0.3, group: str = "all") -> pl.DataFrame:
    """Judged rows: area -> period -> figure, each with an interval of ± 1.96 se."""
    rows = []
    for area, figures in series.items():
        for period, v in figures.items():
            base: dict[str, Any] = dict.fromkeys([*RAW, *JUDGED])
            base |= {"measure": m.id, "series": 0, "segment": m.segment(period), "period": period, "group": group,
                     "level": "council", "area": area, "value": v,
                     "status": "published" if v is not None else "suppressed"}  # fmt: skip
            if v is not None:
                base |= {"lower95": v - Z95 * se, "upper95": v + Z95 * se}
            rows.append(base)
    return pl.DataFrame(rows, schema=RAW | JUDGED)


def one(m: Measure, figures: Series, se: float = 0.3) -> dict[str, Any]:
    return trends(m, values(m, {"ashvale": figures}, se)).row(0, named=True)


def rising(first: int, last: int, start: float = 20.0) -> Series:
    return {year(y): start + (y - first) for y in range(first, last + 1)}


def slope(points: list[tuple[int, float]]) -> float:
    """Ordinary least squares, written plainly (all weights are alike here)."""
    mx = sum(x for x, _ in points) / len(points)
    my = sum(y for _, y in points) / len(points)
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)


def test_five_rising_years_are_a_rising_trend() -> None:
    got = one(QUALITY, rising(2011, 2015))
    assert (got["judged"], got["direction"], got["points"], got["first"], got["last"]) == (
        "judged", 1, 5, "2011-12", "2015-16",
    )  # fmt: skip
    assert got["slope"] == pytest.approx(1.0)
    # 0.3, and what rounding to 0.1 may hide in the margin and in the figure (edition/over_time.py)
    each = math.hypot(0.3 + 0.05 / Z95, 0.1 / math.sqrt(12))
    assert got["se"] == pytest.approx(each / math.sqrt(10))


@given(st.dictionaries(st.integers(2010, 2019).map(year), st.floats(1, 23), min_size=1))
@settings(max_examples=60, deadline=None)
def test_the_slope_is_that_of_the_last_five_years_with_a_figure(figures: dict[str, float]) -> None:
    got = one(QUALITY, dict(figures))
    last = sorted(figures)[-5:]
    if len(last) < 5:
        assert (got["slope"], got["direction"], got["judged"]) == (None, None, "fewer than five points")
        return
    want = slope([(int(p[:4]), figures[p]) for p in last])
    assert got["slope"] == pytest.approx(want, abs=1e-9)
    assert (got["first"], got["last"]) == (last[0], last[-1])
    if got["direction"]:
        assert math.copysign(1, got["slope"]) == got["direction"]
        assert got["statistic"] > 9.55
        assert got["steady"]


def test_a_year_that_is_set_aside_is_in_no_trend() -> None:
    figures = rising(2016, 2023)
    plain = one(QUALITY, figures)
    assert "2020-21" in figures
    wild = one(QUALITY, figures | {"2020-21": 3.0})
    assert wild == plain
    assert one(QUALITY, {k: v for k, v in figures.items() if k != "2020-21"}) == plain
    nothing_aside = one(replace(QUALITY, set_aside=()), figures | {"2020-21": 3.0})
    assert nothing_aside["slope"] != plain["slope"], "only because the definition says so is it left out"


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_trend_never_crosses_a_break(after: int) -> None:
    m = replace(DP, breaks=(("2018-19", "another return"),))
    got = one(m, rising(2011, 2017 + after))
    assert got["judged"] == "too few points since a break in definition"
    assert (got["direction"], got["slope"], got["points"]) == (None, None, after)


def test_after_five_years_on_one_side_of_a_break_the_trend_is_of_those_five() -> None:
    m = replace(DP, breaks=(("2018-19", "another return"),))
    falling = {year(y): 90.0 - (y - 2018) for y in range(2018, 2023)}
    got = one(m, rising(2011, 2017) | falling)
    assert (got["judged"], got["direction"], got["first"]) == ("judged", -1, "2018-19")
    assert got["slope"] == pytest.approx(-1.0)


def test_the_measure_as_it_is_defined_is_not_judged_over_the_new_return_of_2024_25() -> None:
    got = one(DP, rising(2018, 2024))
    assert (got["judged"], got["points"]) == ("too few points since a break in definition", 1)


def test_a_suppressed_year_is_a_gap_and_not_a_zero() -> None:
    figures = rising(2011, 2016)
    assert one(QUALITY, figures | {"2013-14": None})["slope"] == pytest.approx(1.0)
    assert one(QUALITY, rising(2011, 2015) | {"2013-14": None})["judged"] == "fewer than five points"


def test_an_area_without_any_figure_has_no_trend_row() -> None:
    got = trends(QUALITY, values(QUALITY, {"ashvale": rising(2011, 2015), "dunmere": {"2011-12": None}}))
    assert got["area"].to_list() == ["ashvale"]


def test_a_figure_without_an_interval_cannot_be_in_a_trend() -> None:
    bare = values(QUALITY, {"ashvale": rising(2011, 2015)}).with_columns(lower95=None, upper95=None)
    row = trends(QUALITY, bare).row(0, named=True)
    assert (row["judged"], row["direction"]) == ("no figures", None)


def test_each_area_is_judged_by_itself_and_groups_do_not_mix() -> None:
    both = pl.concat([
        values(QUALITY, {"ashvale": rising(2011, 2015), "dunmere": dict.fromkeys(rising(2011, 2015), 20.0)}),
        values(QUALITY, {"ashvale": {year(y): 30.0 - y % 100 for y in range(2011, 2016)}}, group="65+"),
    ])  # fmt: skip
    got = {(r["area"], r["group"]): r["direction"] for r in trends(QUALITY, both).to_dicts()}
    assert got == {("ashvale", "all"): 1, ("dunmere", "all"): 0, ("ashvale", "65+"): -1}


def test_the_unrounded_figure_is_used_where_there_is_one() -> None:
    frame = values(QUALITY, {"ashvale": {year(y): 20.0 for y in range(2011, 2016)}})
    exact = pl.Series("calculated", [20.0, 20.1, 20.2, 20.3, 20.4])
    assert trends(QUALITY, frame.with_columns(exact))["slope"][0] == pytest.approx(0.1)


def test_nothing_at_all_is_an_empty_frame_of_the_right_shape() -> None:
    got = trends(QUALITY, values(QUALITY, {"ashvale": {"2011-12": None}}))
    assert dict(got.schema) == dict(pl.DataFrame(schema=TRENDS).schema)
    assert got.is_empty()
