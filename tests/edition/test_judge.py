"""Judging, against a plain rewrite row by row from METHODS: intervals, benchmark, over-dispersion, z, band and rank."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.edition import judge
from evenhand.edition.assemble import RAW, SUM_AREA, Assembler
from evenhand.edition.judge import Scale, judged, seed_of
from evenhand.edition.marks import JUDGED, Against
from evenhand.facts.register import Register
from evenhand.measures.definition import load_all
from tests.edition.tables import direct_payments, frame

Z95, Z998 = float(stats.norm.ppf(0.975)), float(stats.norm.ppf(0.999))
PROPORTION = Scale("p", "proportion", "%", 100, None)
RATE = Scale("r", "rate", "per 1,000 adults", 1000, None)
SCORE = Scale("s", "score", "out of 24", 1, (0.0, 24.0))
SURVEY = Scale("q", "survey_percent", "%", 1, (0.0, 100.0))


@pytest.fixture(scope="module", autouse=True)
def _few_draws() -> Iterator[None]:
    """What is tested here holds for any number of draws; how many make a good rank is tested with ``compare``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "DRAWS", 400)
        yield


SCALES = {"proportion": PROPORTION, "rate": RATE, "score": SCORE, "survey_percent": SURVEY}


def rows(figures: list[dict[str, Any]]) -> pl.DataFrame:
    """RAW rows of one measure, period and group: councils named c0, c1, … unless a figure says otherwise."""
    whole = []
    for i, f in enumerate(figures):
        base: dict[str, Any] = dict.fromkeys(RAW)
        base |= {"measure": "m", "series": 0, "segment": "2014-15", "period": "2024-25", "group": "all",
                 "group_label": "Everyone", "level": "council", "area": f"c{i}"}  # fmt: skip
        base |= {"status": "published" if f.get("value") is not None else "suppressed"}
        whole.append(base | f)
    return pl.DataFrame(whole, schema=RAW)


def counted(x: float | None, n: float | None, per: int = 100, *, hidden: bool = False) -> dict[str, Any]:
    """One council's counts and the figure they make; ``hidden``: the publisher prints the counts and no figure."""
    value = None if hidden or x is None or not n else x / n * per
    return {"numerator": x, "denominator": n, "value": value, "calculated": value}


def surveyed(value: float | None, moe: float | None, n: float | None = 200.0) -> dict[str, Any]:
    return {"value": value, "margin_of_error": moe, "respondents": n}


# The same again, written plainly


def wilson(x: float, n: float, z: float) -> tuple[float, float]:
    """Wilson 1927: (2x + z² ± z√(z² + 4x(1 − x/n))) / 2(n + z²)."""
    reach = z * math.sqrt(z * z + 4 * x * (1 - x / n))
    return (2 * x + z * z - reach) / (2 * (n + z * z)), (2 * x + z * z + reach) / (2 * (n + z * z))


def poisson(x: float, z: float) -> tuple[float, float]:
    """Byar from 10 upwards, Garwood's exact limits below."""
    if x >= 10:
        low = x * max(0.0, 1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3
        return low, (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3
    tail = stats.norm.sf(z)
    return (float(stats.chi2.ppf(tail, 2 * x)) / 2 if x > 0 else 0.0), float(stats.chi2.ppf(1 - tail, 2 * x + 2)) / 2


def limits(scale: Scale, r: dict[str, Any], z: float) -> tuple[float, float] | None:
    """A row's interval in the measure's unit, or None when there is nothing to make one of."""
    if r["value"] is None:
        return None
    if scale.kind in ("score", "survey_percent"):
        if not r["margin_of_error"]:
            return None
        reach = r["margin_of_error"] * z / Z95
        lowest, highest = scale.bounds or (-math.inf, math.inf)
        return max(r["value"] - reach, lowest), min(r["value"] + reach, highest)
    x, n = r["numerator"], r["denominator"]
    if x is None or not n:
        return None
    if scale.kind == "proportion":
        low, high = wilson(x, n, z)
        return max(low, 0.0) * 100, min(high, 1.0) * 100
    low, high = poisson(x, z)
    return low / n * scale.per, high / n * scale.per


@dataclass
class Fit:
    benchmark: float
    phi: float
    tau2: float
    z: dict[str, float]


def percentile(values: list[float], share: float) -> float:
    """Hyndman & Fan's type 7."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def fitted(scale: Scale, councils: list[dict[str, Any]], published: float | None) -> Fit | None:
    """METHODS §2, one council after another; None where there is nothing to expect (nobody, or no event at all)."""
    if not councils or (scale.kind == "rate" and not any(r["numerator"] for r in councils)):
        return None
    if scale.kind in ("score", "survey_percent"):
        se = {r["area"]: r["margin_of_error"] / Z95 for r in councils}
        weights = {a: 1 / s**2 for a, s in se.items()}
        mean = sum(weights[r["area"]] * r["value"] for r in councils) / sum(weights.values())
        p0 = mean if published is None else published
        s = se
        u = {r["area"]: (r["value"] - p0) / s[r["area"]] for r in councils}
        scaled = p0
    else:
        p0 = sum(r["numerator"] for r in councils) / sum(r["denominator"] for r in councils)
        scaled = p0 * scale.per
        if scale.kind == "proportion":
            s = {r["area"]: 1 / (2 * math.sqrt(r["denominator"])) for r in councils}
            u = {
                r["area"]: (math.asin(math.sqrt(r["numerator"] / r["denominator"])) - math.asin(math.sqrt(p0)))
                / s[r["area"]]
                for r in councils
            }
        else:
            e = {r["area"]: p0 * r["denominator"] for r in councils}
            s = {a: 1 / (2 * math.sqrt(v)) for a, v in e.items()}
            u = {r["area"]: 2 * (math.sqrt(r["numerator"]) - math.sqrt(e[r["area"]])) for r in councils}
    q10, q90 = percentile(list(u.values()), 0.1), percentile(list(u.values()), 0.9)
    k = len(u)
    phi = sum(min(max(v, q10), q90) ** 2 for v in u.values()) / k
    w = [1 / v**2 for v in s.values()]
    bottom = sum(w) - sum(v * v for v in w) / sum(w)
    tau2 = max(0.0, (k * phi - (k - 1)) / bottom) if bottom > 1e-9 * sum(w) else 0.0
    return Fit(scaled, phi, tau2, {a: u[a] * s[a] / math.sqrt(s[a] ** 2 + tau2) for a in u})


def band(z: float) -> str:
    if abs(z) <= Z95:
        return "similar"
    return ("much " if abs(z) > Z998 else "") + ("higher" if z > 0 else "lower")


def differs(code: tuple[float, float], far: tuple[float, float], mark: float) -> int:
    return (code[0] > mark) + (far[0] > mark) - (code[1] < mark) - (far[1] < mark)


WHOLE = st.integers(0, 3000).map(float)
COUNTS = st.tuples(WHOLE, WHOLE).map(lambda p: (min(p), max(p)))


def council(scale: Scale) -> st.SearchStrategy[dict[str, Any]]:
    """A council's figure: counts or a survey's answer; sometimes hidden, sometimes with a part not known."""
    if scale.kind == "proportion":
        whole: Any = COUNTS.filter(lambda p: p[1] > 0).map(lambda p: counted(*p))
        gap: Any = st.sampled_from([counted(None, None), counted(None, 40.0), counted(3.0, None), counted(0.0, 0.0),
                                    counted(5.0, 50.0, hidden=True)])  # fmt: skip
    elif scale.kind == "rate":
        whole = st.builds(lambda x, n: counted(x, n, 1000), WHOLE, st.integers(1, 400_000).map(float))
        gap = st.sampled_from([counted(None, 900.0), counted(7.0, None), counted(7.0, 900.0, hidden=True)])
    else:
        top = (scale.bounds or (0, 24))[1]
        whole = st.builds(surveyed, st.floats(0.5, top).map(lambda v: round(v, 1)), st.floats(0.1, 3.0))
        gap = st.sampled_from([surveyed(None, None, None), surveyed(None, 0.4), surveyed(18.0, None),
                               surveyed(18.0, 0.0)])  # fmt: skip
    return st.one_of(whole, whole, whole, gap)


def judgeable(scale: Scale, r: dict[str, Any]) -> bool:
    return limits(scale, r, Z95) is not None


def close(got: float | None, want: float | None) -> bool:
    return (got is None and want is None) or (
        got is not None and want is not None and math.isclose(got, want, rel_tol=1e-7, abs_tol=1e-8)
    )


def undecided(z: float) -> bool:
    """A z so near a limit that two ways of adding up may put it on two sides."""
    return any(abs(abs(z) - edge) < 1e-7 for edge in (Z95, Z998))


@pytest.mark.parametrize("kind", SCALES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_judging_agrees_with_a_plain_rewrite_row_by_row(kind: str, data: st.DataObject) -> None:
    scale = SCALES[kind]
    raw = rows(data.draw(st.lists(council(scale), min_size=1, max_size=9)))
    published = data.draw(st.sampled_from([None, 17.5])) if kind in ("score", "survey_percent") else None
    got, against = judged(scale, raw, published=published)
    able = [r for r in raw.iter_rows(named=True) if judgeable(scale, r)]
    fit = fitted(scale, able, published)
    if fit is not None:
        assert close(against.value, fit.benchmark)
        assert close(against.phi, fit.phi)
        assert close(against.tau2, fit.tau2)
        assert against.councils == len(able)
    for r in got.iter_rows(named=True):
        near, far = limits(scale, r, Z95), limits(scale, r, Z998)
        for names, want in ((("lower95", "upper95"), near), (("lower998", "upper998"), far)):
            assert close(r[names[0]], want and want[0]), r
            assert close(r[names[1]], want and want[1]), r
        if near is None or far is None:
            assert all(r[c] is None for c in JUDGED if c != "reliability"), "nothing is said of what is not there"
        elif fit is not None:
            assert close(r["z"], fit.z[r["area"]])
            assert undecided(fit.z[r["area"]]) or r["band"] == band(fit.z[r["area"]])
            edges = (*near, *far)
            assert any(math.isclose(e, fit.benchmark, rel_tol=1e-9) for e in edges) or (
                r["differs"] == differs(near, far, fit.benchmark)
            )


@pytest.mark.parametrize("kind", SCALES)
@given(data=st.data(), order=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_rows_changes_no_councils_result(kind: str, data: st.DataObject, order: random.Random) -> None:
    scale = SCALES[kind]
    raw = rows(data.draw(st.lists(council(scale), min_size=2, max_size=8)))
    mixed = list(range(raw.height))
    order.shuffle(mixed)
    first, against = judged(scale, raw)
    second, again = judged(scale, raw[mixed])
    assert all(close(a, b) for a, b in zip(_numbers(against), _numbers(again), strict=True))
    for a, b in zip(first.sort("area").to_dicts(), second.sort("area").to_dicts(), strict=True):
        for name in JUDGED:
            same = close(a[name], b[name]) if isinstance(a[name], float) else a[name] == b[name]
            assert same or (a["z"] is not None and undecided(a["z"])), (name, a, b)


def _numbers(a: Against) -> list[float | None]:
    return [a.value, a.mean_of_councils, a.numerator, a.denominator, a.phi, a.tau2, a.y0, float(a.councils)]


@pytest.mark.parametrize("kind", SCALES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_ranks_count_only_councils_with_a_figure_and_keep_their_order(kind: str, data: st.DataObject) -> None:
    scale = SCALES[kind]
    got, _ = judged(scale, rows(data.draw(st.lists(council(scale), min_size=1, max_size=8))))
    able = got.filter(pl.col("lower95").is_not_null())
    assert (able["ranked"] == able.height).all()
    assert got["ranked"].drop_nulls().len() == able.height
    for r in able.iter_rows(named=True):
        assert 1 <= r["rank_low"] <= r["rank_median"] <= r["rank_high"] <= able.height


# Single cases, with the numbers worked by hand


def test_a_worked_example_of_a_proportion() -> None:
    """395 of 1,782 is 22.2%, 20.3% to 24.2% (METHODS §1)."""
    got, against = judged(PROPORTION, rows([counted(395.0, 1782.0), counted(300.0, 1782.0)]))
    r = got.row(0, named=True)
    assert (round(r["lower95"], 2), round(r["upper95"], 2), r["interval"]) == (20.30, 24.15, "Wilson")
    assert against.value == pytest.approx(100 * 695 / 3564)
    assert (against.numerator, against.denominator) == (695.0, 3564.0)


def test_zero_is_a_figure_with_an_interval_a_band_and_a_rank() -> None:
    got, _ = judged(PROPORTION, rows([counted(0.0, 450.0), counted(120.0, 800.0), counted(900.0, 1800.0)]))
    zero = got.row(0, named=True)
    assert zero["value"] == 0.0
    assert zero["lower95"] == 0.0
    assert zero["upper95"] > 0
    assert zero["band"] is not None
    assert zero["rank_low"] == zero["rank_high"] == 3


@pytest.mark.parametrize("status", ["suppressed", "missing", "not_applicable"])
def test_counts_beside_a_figure_that_is_not_shown_are_not_used(status: str) -> None:
    hidden = counted(5.0, 50.0, hidden=True) | {"status": status}
    with_it, against = judged(PROPORTION, rows([hidden, counted(10.0, 100.0), counted(30.0, 100.0)]))
    without, alone = judged(PROPORTION, rows([counted(10.0, 100.0), counted(30.0, 100.0)]))
    assert against.value == alone.value == 20.0
    assert all(with_it[c][0] is None for c in JUDGED if c != "reliability")
    assert with_it["ranked"].to_list() == [None, 2, 2]
    assert without["ranked"].to_list() == [2, 2]


def test_only_councils_are_banded_and_ranked_but_everyone_has_an_interval() -> None:
    country = counted(1270.0, 4050.0) | {"level": "country", "area": "E99000001"}
    region = counted(120.0, 800.0) | {"level": "region", "area": "E62000001"}
    got, against = judged(PROPORTION, rows([country, region, counted(120.0, 800.0), counted(300.0, 800.0)]))
    for above in got.filter(pl.col("level") != "council").iter_rows(named=True):
        assert above["lower95"] is not None
        for name in ("band", "z", "differs", "rank_low", "rank_median", "rank_high", "ranked"):
            assert above[name] is None, name
    assert (against.numerator, against.denominator, against.councils) == (420.0, 1600.0, 2)


def test_a_survey_is_compared_with_the_published_national_figure() -> None:
    figures = [surveyed(19.0, 0.5), surveyed(17.0, 0.5), surveyed(18.0, None)]
    got, against = judged(SCORE, rows(figures), published=18.9)
    assert (against.value, against.kind) == (18.9, "score")
    assert against.mean_of_councils == 18.0, "labelled, and over every council with a figure"
    assert got["band"][2] is None
    assert got["ranked"].to_list() == [2, 2, None]


def test_a_printed_margin_of_nought_is_a_rounded_one_and_makes_nobody_certain() -> None:
    got, _ = judged(SURVEY, rows([surveyed(98.0, 0.0), surveyed(60.0, 4.0), surveyed(70.0, 4.0)]))
    assert got.select("lower95", "band", "rank_low", "interval").row(0) == (None, None, None, None)


def test_survey_limits_stay_on_the_scale() -> None:
    got, _ = judged(SURVEY, rows([surveyed(98.0, 4.0), surveyed(1.0, 4.0)]))
    assert got["upper95"][0] == 100.0
    assert got["lower998"][1] == 0.0


@pytest.mark.parametrize("kind", ["published_only", "money_share", "money_per_head", "context", "context_value"])
def test_a_figure_without_sampling_error_gets_no_interval_band_or_rank(kind: str) -> None:
    got, against = judged(Scale("m", kind, "%", 100, None), rows([counted(10.0, 100.0), counted(30.0, 100.0)]))
    assert all(got[c].is_null().all() for c in JUDGED)
    assert (against.kind, against.value, against.councils) == ("none", None, 0)


def test_a_proportion_published_without_its_counts_is_shown_and_not_judged() -> None:
    got, against = judged(PROPORTION, rows([{"value": 12.0}, {"value": 15.0}]))
    assert all(got[c].is_null().all() for c in JUDGED)
    assert against.kind == "none"


def test_nobody_at_all_is_judged_without_a_fault() -> None:
    for scale in SCALES.values():
        empty = rows([])
        got, against = judged(scale, empty)
        assert got.height == 0
        assert against.councils == 0
        gone, nothing = judged(scale, rows([counted(None, None), counted(None, None)]))
        assert gone["band"].is_null().all()
        assert nothing.value is None


def test_judging_twice_judges_once() -> None:
    once, first = judged(PROPORTION, rows([counted(10.0, 100.0), counted(30.0, 100.0)]))
    twice, second = judged(PROPORTION, once)
    assert twice.select(once.columns).equals(once)
    assert first == second


def test_the_seed_depends_on_what_is_ranked_and_on_nothing_else() -> None:
    assert seed_of("ascof-3d-2a", "2024-25", "all") == seed_of("ascof-3d-2a", "2024-25", "all")
    assert len({seed_of(m, p, g) for m in "ab" for p in ("2023-24", "2024-25") for g in ("all", "65+")}) == 8


def test_england_as_published_and_as_the_sum_of_councils_are_two_rows_in_one_chunk(tiny: Register) -> None:
    measure = next(m for m in load_all() if m.id == "ascof-3d-2a")
    made = Assembler(frame(direct_payments()), tiny).rows(measure).filter(pl.col("group") == "all")
    got, against = judged(Scale.of(measure), made)
    england = {r["area"]: r for r in got.filter(pl.col("level") == "country").to_dicts()}
    assert set(england) == {"E99000001", SUM_AREA}
    assert england["E99000001"]["value"] == 31.4
    assert england[SUM_AREA]["value"] == pytest.approx(100 * 1270 / 4050)
    assert england["E99000001"]["status"] == "published"
    assert england[SUM_AREA]["status"] == "derived"
    assert against.value == pytest.approx(england[SUM_AREA]["value"]), "the benchmark is the sum of the councils judged"
