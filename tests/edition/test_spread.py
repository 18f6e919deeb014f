"""How councils differ, against a plain rewrite: ends, thresholds, ratios, and how much is more than chance."""

from __future__ import annotations

import math
import random
import statistics
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.edition.assemble import RAW
from evenhand.edition.context import Feature
from evenhand.edition.marks import JUDGED
from evenhand.edition.spread import DECILES, PEERS, VARIATION, deciles, exact, peers, variation
from evenhand.measures.definition import load_all

MEASURES = {m.id: m for m in load_all()}
DP = MEASURES["ascof-3d-2a"]  # a proportion, with thresholds at 15 and 30
PLAIN = replace(DP, thresholds=None)
QUALITY = MEASURES["ascof-1a"]


def values(figures: list[dict[str, Any]], **common: Any) -> pl.DataFrame:
    rows = []
    for i, f in enumerate(figures):
        base: dict[str, Any] = dict.fromkeys([*RAW, *JUDGED])
        base |= {"measure": "m", "series": 0, "segment": "2014-15", "period": "2024-25", "group": "all",
                 "level": "council", "area": f"c{i}", "status": "published"}  # fmt: skip
        rows.append(base | f | common)
    return pl.DataFrame(rows, schema=RAW | JUDGED)


def counted(x: float | None, n: float | None) -> dict[str, Any]:
    """Counts and the figure as a publisher prints it: one decimal."""
    if x is None or not n:
        return {"numerator": x, "denominator": n, "status": "suppressed"}
    return {"numerator": x, "denominator": n, "value": round(100 * x / n, 1), "calculated": 100 * x / n}


COUNTS = st.tuples(st.integers(0, 900), st.integers(1, 900)).map(lambda p: (float(min(p)), float(max(p))))
FIGURES = st.lists(
    st.one_of(COUNTS.map(lambda p: counted(*p)), st.sampled_from([counted(None, None), counted(0.0, 60.0)])),
    min_size=2,
    max_size=12,
)


def naive(figures: list[dict[str, Any]], low: float, high: float) -> dict[str, Any]:
    """METHODS §4, written plainly for counts."""
    v = {f"c{i}": f["calculated"] for i, f in enumerate(figures) if f.get("value") is not None}
    xn = {f"c{i}": (f["numerator"], f["denominator"]) for i, f in enumerate(figures) if f.get("value") is not None}
    above = {a: f for a, f in v.items() if f > 0}
    out: dict[str, Any] = {
        "councils": len(v), "without_figure": len(figures) - len(v), "zeros": sum(f == 0 for f in v.values()),
        "minimum": min(v.values()), "maximum": max(v.values()), "mean_of_councils": statistics.fmean(v.values()),
        "smallest_non_zero": min(above.values(), default=None),
        "below": sum(f < low for f in v.values()), "above": sum(f > high for f in v.values()),
        "observed_variance": statistics.variance([f / 100 for f in v.values()]),
    }  # fmt: skip
    mean = out["mean_of_councils"]
    out["cv"] = statistics.stdev(v.values()) / mean if mean else None
    out["highest_to_lowest"] = out["maximum"] / out["smallest_non_zero"] if above else None
    p0 = sum(x for x, _ in xn.values()) / sum(n for _, n in xn.values())
    out["chance_variance"] = statistics.fmean(p0 * (1 - p0) / n for _, n in xn.values())
    real = out["observed_variance"] - out["chance_variance"]
    out["systematic_share"] = min(max(real / out["observed_variance"], 0.0), 1.0) if out["observed_variance"] else None
    if len(above) >= 2:
        top = max(above, key=lambda a: (above[a], -int(a[1:])))
        bottom = min(above, key=lambda a: (above[a], int(a[1:])))
        (x1, n1), (x2, n2) = xn[top], xn[bottom]
        ratio = (x1 / n1) / (x2 / n2)
        factor = math.exp(1.959963984540054 * math.sqrt(max(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2, 0)))
        out |= {"highest": top, "lowest": bottom, "ratio": ratio, "ratio_lower": ratio / factor,
                "ratio_upper": ratio * factor}  # fmt: skip
    else:
        out |= {"ratio": None, "ratio_lower": None, "ratio_upper": None}
    return out


def alike(got: Any, want: Any) -> bool:
    if isinstance(want, float) and isinstance(got, float):
        return math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-12)
    return bool(got == want)


@given(FIGURES)
@settings(max_examples=60, deadline=None)
def test_variation_agrees_with_a_plain_rewrite(figures: list[dict[str, Any]]) -> None:
    got = variation(DP, values(figures))
    known = [f for f in figures if f.get("value") is not None]
    if len(known) < 2:
        assert got.is_empty()
        return
    row = got.row(0, named=True)
    for name, want in naive(figures, 15.0, 30.0).items():
        tiny = name == "systematic_share" and row["observed_variance"] < 1e-12
        assert tiny or alike(row[name], want), (name, row[name], want)


@given(FIGURES, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_councils_changes_no_figure(figures: list[dict[str, Any]], order: random.Random) -> None:
    frame = values(figures)
    mixed = list(range(frame.height))
    order.shuffle(mixed)
    a, b = variation(PLAIN, frame), variation(PLAIN, frame[mixed])
    named = {"highest", "lowest"}  # equal councils: the first in the list is named
    for name in set(VARIATION) - named - {"deciles", "ends_with_care"}:
        assert all(alike(x, y) for x, y in zip(a[name], b[name], strict=True)), name


@pytest.mark.parametrize(
    ("thresholds", "below", "above", "low", "high"),
    [((15.0, 30.0), 1, 1, 15.0, 30.0), (None, 1, 1, 18.75, 31.25), ((10.0, 40.0), 0, 0, 10.0, 40.0)],
)
def test_thresholds_are_the_measures_own_or_a_quarter_beside_the_mean_and_count_what_is_strictly_beyond(
    thresholds: tuple[float, float] | None, below: int, above: int, low: float, high: float
) -> None:
    figures = [counted(x, 100.0) for x in (10.0, 20.0, 30.0, 40.0)]
    row = variation(replace(DP, thresholds=thresholds), values(figures)).row(0, named=True)
    assert (row["below"], row["above"], row["low_threshold"], row["high_threshold"]) == (below, above, low, high)


def test_a_council_without_a_figure_is_counted_as_without_and_never_as_zero() -> None:
    figures = [counted(10.0, 100.0), counted(30.0, 100.0), counted(None, None), counted(0.0, 100.0)]
    row = variation(DP, values(figures)).row(0, named=True)
    assert (row["councils"], row["without_figure"], row["zeros"]) == (3, 1, 1)
    assert (row["minimum"], row["smallest_non_zero"], row["lowest"]) == (0.0, 10.0, "c0")
    assert row["mean_of_councils"] == pytest.approx(40 / 3)
    assert row["ratio"] == pytest.approx(3.0), "a ratio to zero does not exist"


def test_counts_beside_a_figure_that_is_not_shown_take_no_part() -> None:
    hidden = {"numerator": 99.0, "denominator": 100.0, "calculated": 99.0, "status": "suppressed"}
    row = variation(DP, values([counted(10.0, 100.0), counted(30.0, 100.0), hidden])).row(0, named=True)
    alone = variation(DP, values([counted(10.0, 100.0), counted(30.0, 100.0)])).row(0, named=True)
    differing = {k for k in row if row[k] != alone[k]}
    assert differing == {"without_figure"}


def test_regions_and_england_take_no_part() -> None:
    figures = [counted(10.0, 100.0), counted(30.0, 100.0)]
    whole = values([counted(900.0, 1000.0)], level="country", area="E99000001")
    assert variation(DP, pl.concat([whole, values(figures)])).equals(variation(DP, values(figures)))


@pytest.mark.parametrize("figures", [[], [counted(10.0, 100.0)], [counted(10.0, 100.0), counted(None, None)]])
def test_fewer_than_two_councils_do_not_vary(figures: list[dict[str, Any]]) -> None:
    assert variation(DP, values(figures)).is_empty()
    assert dict(variation(DP, values(figures)).schema) == dict(pl.DataFrame(schema=VARIATION).schema)


def test_each_period_and_group_has_its_own_row() -> None:
    figures = [counted(10.0, 100.0), counted(30.0, 100.0)]
    both = pl.concat([values(figures), values(figures, period="2023-24"), values(figures, group="65+")])
    assert set(variation(DP, both).select("period", "group").rows()) == {
        ("2024-25", "all"), ("2023-24", "all"), ("2024-25", "65+"),
    }  # fmt: skip


def test_a_survey_has_a_share_of_real_variation_and_no_ratio_of_ends() -> None:
    figures = [{"value": v, "margin_of_error": 0.4} for v in (17.0, 18.0, 19.0, 20.0)]
    row = variation(QUALITY, values(figures)).row(0, named=True)
    chance = (0.4 / 1.959963984540054) ** 2
    assert row["chance_variance"] == pytest.approx(chance)
    assert row["systematic_share"] == pytest.approx((5 / 3 - chance) / (5 / 3))
    assert row["ratio"] is None


def test_a_figure_is_compared_unrounded_where_its_counts_are_published() -> None:
    frame = values([counted(1.0, 3.0), {"value": 12.3}, {"status": "missing", "calculated": 5.0}])
    got = exact(frame)
    assert got[0] == pytest.approx(100 / 3)
    assert got[1] == 12.3
    assert math.isnan(got[2])


def test_deciles_agree_with_the_ordinary_definition_and_skip_periods_without_figures() -> None:
    figures = [counted(float(x), 100.0) for x in (5, 10, 20, 40, 80)]
    both = pl.concat([values(figures), values([counted(None, None)] * 3, period="2023-24")])
    got = deciles(DP, both)
    assert list(got.columns) == list(DECILES)
    assert got.height == 1
    cuts = statistics.quantiles([5, 10, 20, 40, 80], n=100, method="inclusive")
    assert got.select("p10", "p25", "p50", "p75", "p90").row(0) == pytest.approx(
        [cuts[i - 1] for i in (10, 25, 50, 75, 90)]
    )


# Peers


FEATURES = [Feature("adults", "Adults", "invented"), Feature("density", "Density", "invented"),
            Feature("age", "Age", "invented")]  # fmt: skip


def places(**columns: list[float | None]) -> pl.DataFrame:
    n = len(columns["adults"])
    return pl.DataFrame({"area": [f"c{i}" for i in range(n)]} | columns)


def test_nobody_is_its_own_peer_and_the_nearest_come_first() -> None:
    got = peers(places(adults=[1.0, 2.0, 3.0, 9.0], density=[1.0, 2.0, 3.0, 9.0], age=[1.0, 2.0, 3.0, 9.0]), FEATURES)
    assert list(got.columns) == list(PEERS)
    assert got.filter(pl.col("area") == pl.col("peer")).is_empty()
    for rows in got.partition_by("area"):
        assert rows["place"].to_list() == list(range(1, 4))
        assert rows["distance"].is_sorted()
        assert rows["shares"].list.sum().to_list() == pytest.approx([1.0] * 3)
    assert got.filter(area="c0")["peer"].to_list() == ["c1", "c2", "c3"]


def test_a_council_that_lacks_a_feature_is_matched_on_the_others_and_says_so() -> None:
    frame = places(adults=[1.0, 2.0, 3.0, 9.0], density=[1.0, 2.0, 3.0, 9.0], age=[1.0, 2.0, 3.0, None])
    got = peers(frame, FEATURES)
    assert got.filter(area="c3")["without"].to_list() == [["age"]] * 3
    assert got.filter(area="c3")["features"].to_list() == [["adults", "density"]] * 3
    assert "c3" not in got.filter(area="c0")["peer"].to_list(), "whoever has all features is matched on all of them"
    assert got.filter(area="c0")["without"].to_list() == [[]] * 2


def test_one_feature_alone_makes_nobody_alike() -> None:
    frame = places(adults=[1.0, 2.0, 3.0], density=[1.0, 2.0, None], age=[1.0, 2.0, None])
    assert "c2" not in peers(frame, FEATURES)["area"].to_list()


def test_without_features_there_are_no_peers() -> None:
    assert peers(places(adults=[1.0, 2.0]).select("area"), []).is_empty()


def test_the_two_smallest_places_are_nobodys_peers() -> None:
    frame = places(adults=[1.0, 2.0, 3.0], density=[1.0, 2.0, 3.0], age=[1.0, 2.0, 3.0])
    frame = frame.with_columns(area=pl.Series(["city-of-london", "c1", "c2"]))
    got = peers(frame, FEATURES)
    assert "city-of-london" not in {*got["area"], *got["peer"]}
