"""How sure one figure is: published formulas, other people's code, and the laws an interval must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from evenhand.compare import intervals as iv

LEVELS = [(iv.Z95, 0.05), (iv.Z998, 0.002)]
counts = st.integers(1, 200_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_the_two_normal_scores_are_the_ones_for_95_and_99_8_percent():
    assert abs(stats.norm.ppf(0.975) - iv.Z95) < 1e-14
    assert abs(stats.norm.ppf(0.999) - iv.Z998) < 1e-14


@pytest.mark.parametrize(("z", "alpha"), LEVELS)
def test_wilson_is_statsmodels_wilson(z, alpha):
    rng = np.random.default_rng(1)
    n = rng.integers(1, 20_000, 400)
    x = rng.integers(0, n + 1)
    lower, upper = iv.wilson(x, n, z)
    theirs = proportion_confint(x, n, alpha=alpha, method="wilson")
    np.testing.assert_allclose(lower, theirs[0], atol=1e-9, rtol=0)
    np.testing.assert_allclose(upper, theirs[1], atol=1e-9, rtol=0)


@pytest.mark.parametrize(("z", "alpha"), LEVELS)
def test_exact_poisson_is_the_chi_square_and_gives_back_its_tail(z, alpha):
    x = np.arange(0, 60)
    lower, upper = iv.exact_poisson(x, z)
    np.testing.assert_allclose(lower[1:], stats.chi2.ppf(alpha / 2, 2 * x[1:]) / 2, rtol=1e-9)
    np.testing.assert_allclose(upper, stats.chi2.ppf(1 - alpha / 2, 2 * x + 2) / 2, rtol=1e-9)
    np.testing.assert_allclose(stats.poisson.sf(x[1:] - 1, lower[1:]), alpha / 2, rtol=1e-9)
    np.testing.assert_allclose(stats.poisson.cdf(x, upper), alpha / 2, rtol=1e-9)
    assert lower[0] == 0


def test_byar_is_its_formula_and_close_to_exact_from_ten_upward():
    x = np.arange(10.0, 500)
    lower, upper = iv.byar(x)
    for i, value in enumerate(x):  # naive rewrite
        assert lower[i] == pytest.approx(value * (1 - 1 / (9 * value) - iv.Z95 / (3 * value**0.5)) ** 3, rel=1e-12)
    exact = iv.exact_poisson(x)
    assert np.abs(lower / exact.lower - 1).max() < 0.002
    assert np.abs(upper / exact.upper - 1).max() < 0.002


def test_a_count_below_ten_is_exact_and_ten_is_byars():
    mixed = iv.poisson_interval([0, 9, 10])
    assert mixed.upper[0] == pytest.approx(3.688879454113936, rel=1e-12)  # −log 0.025
    assert mixed.lower[1] == pytest.approx(iv.exact_poisson(9).lower, rel=1e-12)
    assert mixed.lower[2] == pytest.approx(iv.byar(10).lower, rel=1e-12)


NO_VALUE = [(0, 0), (5, 0), (None, 10), (3, None), (np.nan, 10), (-1, 10), (11, 10), (1, -5), (np.inf, 10), (1, np.inf)]


@pytest.mark.parametrize(("x", "n"), NO_VALUE)
def test_no_denominator_or_an_impossible_count_is_no_value_not_zero_and_not_an_error(x, n):
    assert np.isnan(iv.wilson(x, n)).all()


def test_a_missing_cell_leaves_the_rest_of_the_column_alone():
    lower, _ = iv.wilson([5, None, 0], [10, 10, 10])
    assert np.isfinite(lower).tolist() == [True, False, True]
    assert lower[2] == 0
    assert np.isnan(iv.rate_interval([1, None, 3], [0, 100, 100]).upper).tolist() == [True, True, False]


def test_numerators_need_not_be_whole():
    low, mid, high = (float(iv.wilson(x, 50).lower) for x in (10, 10.5, 11))
    assert low < mid < high
    assert float(iv.exact_poisson(2).lower) < float(iv.exact_poisson(2.5).lower) < float(iv.exact_poisson(3).lower)


def test_columns_and_tables_work_at_once():
    x = np.arange(12).reshape(3, 4)
    table = iv.wilson(x, 20)
    assert table.lower.shape == (3, 4)
    assert table.lower[2, 1] == iv.wilson(9, 20).lower


@given(counts, st.sampled_from([iv.Z95, iv.Z998]))
def test_wilson_contains_the_estimate_and_stays_in_0_to_1(xn, z):
    x, n = xn
    lower, upper = iv.wilson(x, n, z)
    assert 0 <= lower <= x / n <= upper <= 1
    assert lower < upper


@given(counts)
def test_the_complement_has_the_mirrored_interval(xn):
    x, n = xn
    here, there = iv.wilson(x, n), iv.wilson(n - x, n)
    assert here.lower == pytest.approx(1 - there.upper, abs=1e-12)


@given(counts)
def test_more_people_with_the_same_share_is_narrower_and_99_8_is_wider_than_95(xn):
    x, n = xn
    one, four = iv.wilson(x, n), iv.wilson(4 * x, 4 * n)
    assert four.upper - four.lower < one.upper - one.lower
    wide = iv.wilson(x, n, iv.Z998)
    assert wide.lower <= one.lower
    assert wide.upper >= one.upper


@given(st.integers(1, 5000), st.data())
def test_limits_rise_with_the_count(n, data):
    x = data.draw(st.integers(0, n - 1))
    assert iv.wilson(x, n).lower <= iv.wilson(x + 1, n).lower
    assert iv.wilson(x, n).upper <= iv.wilson(x + 1, n).upper
    low, high = iv.poisson_interval([x, x + 1])
    assert low[0] < low[1]
    assert high[0] < high[1]


@given(st.integers(0, 3000), st.integers(1, 10**6), st.sampled_from([1.0, 1000.0, 100_000.0]))
def test_a_rate_scales_with_its_per(x, population, per):
    one, many = iv.rate_interval(x, population), iv.rate_interval(x, population, per)
    assert many.lower == pytest.approx(one.lower * per, rel=1e-12)
    assert one.lower <= x / population <= one.upper


def test_a_survey_margin_is_widened_for_99_8_and_cut_at_the_ends_of_the_scale():
    lower, upper = iv.survey_interval([19.2, 23.9, 5.0], [0.3, 0.4, -1.0], iv.Z998, lowest=0, highest=24)
    assert lower[0] == pytest.approx(19.2 - 0.3 * iv.Z998 / iv.Z95, abs=1e-12)
    assert upper[1] == 24
    assert np.isnan(lower[2])  # a negative margin is no margin


def test_the_standard_error_behind_an_interval_is_never_zero_even_for_a_figure_of_zero():
    lower, upper = iv.wilson(0, 40)
    assert iv.standard_error(lower, upper) > 0
    assert iv.standard_error(*iv.survey_interval(10, 1.96 * 2, iv.Z95)) == pytest.approx(2, rel=1e-4)


FLAGS = [
    # x, n, expected
    (395, 1782, 0),
    (6, 20, 7),  # few people, 37 points wide, 1.25 times the figure
    (15, 29, iv.Reliability.FEW_PEOPLE | iv.Reliability.WIDE_POINTS),
    (15, 30, iv.Reliability.WIDE_POINTS),
    (2, 400, iv.Reliability.WIDE_RELATIVE),
]


@pytest.mark.parametrize(("x", "n", "expected"), FLAGS)
def test_flags_for_care(x, n, expected):
    lower, upper = iv.wilson(x, n)
    assert int(iv.reliability(x / n, lower, upper, n)) == int(expected)
    assert len(iv.reasons(int(expected))) == bin(int(expected)).count("1")


def test_percentage_points_mean_nothing_for_a_score_and_no_value_has_no_flag():
    assert int(iv.reliability(19.2, 18.9, 19.5, percentage_points=None)) == 0
    assert int(iv.reliability(np.nan, np.nan, np.nan, 5)) == 0
