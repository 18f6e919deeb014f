"""Two questions about one council: is it chance, and is it unusual?"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.compare import funnel as fu
from evenhand.compare.intervals import Z95, Z998, exact_poisson, wilson
from evenhand.edition.read import Edition


def made(k: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(50, 9000, k)
    return rng.binomial(n, rng.beta(20, 60, k)).astype(float), n.astype(float)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def naive(kind: str, x: np.ndarray, n: np.ndarray) -> tuple[float, float, list[float]]:
    """METHODS section 2, one council at a time, in plain Python."""
    p0 = math.fsum(x) / math.fsum(n)
    y, s = [], []
    for a, b in zip(x, n, strict=True):
        if kind == "proportion":
            y.append(math.asin(math.sqrt(a / b)) - math.asin(math.sqrt(p0)))
            s.append(1 / (2 * math.sqrt(b)))
        else:
            y.append(math.sqrt(a / (p0 * b)) - 1)
            s.append(1 / (2 * math.sqrt(p0 * b)))
    u = [a / b for a, b in zip(y, s, strict=True)]
    low, high = percentile(u, 0.1), percentile(u, 0.9)
    k = len(u)
    phi = sum(min(max(v, low), high) ** 2 for v in u) / k
    w = [1 / v**2 for v in s]
    tau2 = 0.0
    if k * phi > k - 1:
        tau2 = (k * phi - (k - 1)) / (sum(w) - sum(v * v for v in w) / sum(w))
    return phi, tau2, [a / math.sqrt(b * b + tau2) for a, b in zip(y, s, strict=True)]


@pytest.mark.parametrize("kind", ["proportion", "rate"])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_over_dispersion_is_its_naive_rewrite(kind, seed):
    x, n = made(seed=seed)
    fit = fu.overdispersion(kind, x, n)
    phi, tau2, z = naive(kind, x, n)
    assert float(fit.phi) == pytest.approx(phi, rel=1e-9)
    assert float(fit.tau2) == pytest.approx(tau2, rel=1e-9)
    np.testing.assert_allclose(fit.z, z, rtol=1e-9, atol=1e-9)
    assert tau2 > 0


def test_a_rates_u_is_twice_the_difference_of_roots():
    x, n = made()
    fit = fu.overdispersion("rate", x, n)
    e = x.sum() / n.sum() * n
    np.testing.assert_allclose(fit.u, 2 * (np.sqrt(x) - np.sqrt(e)), atol=1e-9)


def test_without_real_differences_nothing_is_widened():
    rng = np.random.default_rng(8)
    n = np.full(400, 2000)
    fit = fu.overdispersion("proportion", rng.binomial(n, 0.25), n)
    assert float(fit.phi) < 1  # winsorised chance is a little under 1
    assert float(fit.tau2) == 0
    np.testing.assert_allclose(fit.z, fit.u)


def test_with_real_differences_most_differ_by_chance_and_few_are_unusual():
    x, n = made(150)
    p0 = fu.benchmark(x, n).ratio
    chance = fu.differs_by_chance(*wilson(x, n), *wilson(x, n, Z998), p0)
    bands = fu.unusual(fu.overdispersion("proportion", x, n))
    assert (chance != 0).mean() > 0.6
    assert (bands != 0).mean() < 0.15


def test_the_benchmark_is_the_ratio_of_sums_with_the_mean_of_rates_beside_it():
    b = fu.benchmark([30, 10, 90, None], [100, 100, 600, 50])
    assert float(b.ratio) == pytest.approx(130 / 800)  # the council without a numerator is in neither sum
    assert float(b.mean_of_councils) == pytest.approx((0.3 + 0.1 + 0.15) / 3)
    assert (float(b.numerator), float(b.denominator), float(b.councils)) == (130, 800, 3)


def test_no_council_at_all_is_no_benchmark_and_no_error():
    b = fu.benchmark([None, None], [10, 0])
    assert np.isnan(b.ratio)
    assert np.isnan(b.numerator)
    fit = fu.overdispersion("proportion", [None, None], [10, 0])
    assert np.isnan(fu.unusual(fit)).all()


@pytest.mark.parametrize("z", [Z95, Z998])
def test_the_plain_limit_of_a_proportion_is_where_wilson_touches_the_benchmark(z):
    n = np.array([40, 300, 5000.0])
    lower, upper = fu.proportion_limits(0.25, n, z)
    np.testing.assert_allclose(wilson(upper * n, n, z).lower, 0.25, atol=1e-9)
    np.testing.assert_allclose(wilson(lower * n, n, z).upper, 0.25, atol=1e-9)


@pytest.mark.parametrize("z", [Z95, Z998])
def test_the_plain_limit_of_a_rate_is_where_the_exact_interval_touches_the_benchmark(z):
    population = np.array([2_000, 40_000, 900_000.0])
    lower, upper = fu.rate_limits(0.005, population, z)
    np.testing.assert_allclose(exact_poisson(upper * population, z).lower, 0.005 * population, rtol=1e-9)
    np.testing.assert_allclose(exact_poisson(lower * population, z).upper, 0.005 * population, rtol=1e-9)


def test_where_even_no_event_is_expected_enough_the_lower_limit_is_zero():
    lower, upper = fu.rate_limits(0.001, [1000, 0], Z95)
    assert lower[0] == 0
    assert stats.poisson.sf(math.ceil(upper[0] * 1000), 1.0) < 0.025
    assert np.isnan(upper[1])


def test_drawn_limits_and_bands_agree():
    x, n = made(120)
    for kind in ("proportion", "rate"):
        fit = fu.overdispersion(kind, x, n)
        lower, upper = fu.overdispersed_limits(fit, n, Z95)
        outside = np.where(x / n > upper, 1, 0) - np.where(x / n < lower, 1, 0)
        np.testing.assert_array_equal(np.sign(fu.unusual(fit)), outside)


def test_limits_from_the_numbers_an_edition_stores_are_those_of_fitting_its_councils_again(sample: Edition) -> None:
    """Pages draw the funnel from what the edition holds; here every funnel of the simulated edition is refitted."""
    drawn = 0
    for stored in sample.table("benchmarks").filter(pl.col("kind").is_in(["proportion", "rate"])).collect().to_dicts():
        kind, per = stored["kind"], sample.definition(stored["measure"])["per"]
        rows = sample.rows(stored["measure"], stored["period"], stored["group"]).filter(
            (pl.col("level") == "council") & pl.col("value").is_not_null() & (pl.col("series") == stored["series"])
        )
        x, n = (rows[name].fill_null(np.nan).to_numpy() for name in ("numerator", "denominator"))
        if stored["tau2"] is None:
            assert not np.isfinite(fu.overdispersion(kind, x, n).tau2)
            continue
        fit = fu.fitted(kind, stored["value"] / per, y0=stored["y0"], tau2=stored["tau2"])
        grid = fu.denominator_grid(n)
        for z in (Z95, Z998):
            again = fu.overdispersed_limits(fu.overdispersion(kind, x, n), grid, z)
            np.testing.assert_allclose(fu.overdispersed_limits(fit, grid, z), again, rtol=1e-9, atol=1e-9)
            assert (again.upper > again.lower).all()
        drawn += 1
    assert drawn > 20


def test_survey_figures_use_their_margin_and_a_score_without_one_has_no_band():
    value, moe = np.array([18.0, 19.0, 19.5, 20.5, 19.2, 21.0]), np.array([0.4, 0.5, 0.4, 0.6, np.nan, 0.0])
    fit = fu.overdispersion_of_scores(value, moe, expected=19.2)
    s = moe / Z95
    np.testing.assert_allclose(fit.u[:4], (value[:4] - 19.2) / s[:4])
    assert np.isnan(fu.unusual(fit)[4:]).all()
    assert float(fit.k) == 4
    free = fu.overdispersion_of_scores(value[:4], moe[:4])
    assert float(free.benchmark) == pytest.approx(np.average(value[:4], weights=1 / s[:4] ** 2))


BANDS = [(-3.2, -2), (-2.0, -1), (-1.9, 0), (0.0, 0), (1.9, 0), (2.0, 1), (3.0, 1), (3.1, 2)]


@pytest.mark.parametrize(("z", "band"), BANDS)
def test_bands_come_from_95_and_99_8_percent_limits(z, band):
    one = np.zeros(())
    fit = fu.Overdispersion("score", one, one, np.ones(1), np.array([z]), one, one, one, np.array([z]))
    assert fu.unusual(fit).tolist() == [band]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(500, 9000)), min_size=3, max_size=30), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_of_councils_does_not_matter_and_a_missing_one_changes_nothing(rows, random):
    x, n = np.array(rows, dtype=float).T
    order = list(range(len(rows)))
    random.shuffle(order)
    plain = fu.overdispersion("proportion", x, n)
    np.testing.assert_allclose(fu.overdispersion("proportion", x[order], n[order]).z, plain.z[order], atol=1e-7)
    more = fu.overdispersion("proportion", [*x, np.nan], [*n, 100.0])
    np.testing.assert_allclose(more.z[:-1], plain.z, atol=1e-7)
    assert np.isnan(more.z[-1])


def test_many_measures_at_once_are_each_measure_by_itself():
    (x1, n1), (x2, n2) = made(seed=1), made(seed=2)
    x2[4] = np.nan
    both = fu.overdispersion("proportion", np.stack([x1, x2]), np.stack([n1, n2]))
    for row, (x, n) in enumerate([(x1, n1), (x2, n2)]):
        alone = fu.overdispersion("proportion", x, n)
        np.testing.assert_allclose(both.z[row], alone.z)
        assert both.tau2[row] == pytest.approx(float(alone.tau2))
    grid = fu.denominator_grid(n1)
    assert fu.overdispersed_limits(both, grid).lower.shape == (2, 60)


def test_chance_codes_follow_the_councils_own_interval():
    code = fu.differs_by_chance([0.1, 0.3, 0.26, 0.2, None], [0.2, 0.4, 0.4, 0.3, 0.3],
                                [0.05, 0.26, 0.2, 0.1, 0.1], [0.24, 0.5, 0.5, 0.4, 0.4], 0.25)  # fmt: skip
    np.testing.assert_array_equal(code, [-2, 2, 1, 0, np.nan])
