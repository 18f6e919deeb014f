"""How much councils differ, and how much of that is real."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.compare import variation as va

figures = st.lists(st.floats(0.01, 100), min_size=2, max_size=40)


@given(figures)
def test_spread_is_the_standard_librarys(values):
    found = va.spread(values)
    assert float(found.mean_of_councils) == pytest.approx(statistics.fmean(values))
    cv = statistics.stdev(values) / statistics.fmean(values)
    assert float(found.cv) == pytest.approx(cv, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(found.deciles, np.quantile(values, va.DECILES), rtol=1e-9)
    assert (float(found.minimum), float(found.maximum)) == (min(values), max(values))


@given(figures, st.floats(0.1, 50))
def test_ratios_and_cv_do_not_depend_on_the_unit(values, factor):
    one, many = va.spread(values), va.spread(np.array(values) * factor)
    for name in ("cv", "highest_to_lowest", "ninety_to_ten"):
        assert float(getattr(many, name)) == pytest.approx(float(getattr(one, name)), rel=1e-9, abs=1e-9)


def test_zero_is_a_figure_and_missing_is_not():
    found = va.spread([0, 10, None, 20, 40])
    assert (float(found.councils), float(found.zeros), float(found.minimum)) == (4, 1, 0)
    assert float(found.smallest_non_zero) == 10
    assert float(found.highest_to_lowest) == 4  # not infinite: the smallest above zero
    assert bool(found.used_non_zero)
    assert not va.spread([10, 20]).used_non_zero


@pytest.mark.parametrize("values", [[None, None], [0, 0]])
def test_a_ratio_that_does_not_exist_is_no_value(values):
    assert np.isnan(va.spread(values).highest_to_lowest)


def test_thresholds_do_not_count_the_missing_on_either_side():
    values = [10, 15, 30, None, 31]
    assert float(va.count_above(values, 30)) == 1
    assert float(va.count_below(values, 15)) == 1


def test_the_log_method_is_its_formula():
    found = va.ratio_of_rates(30, 100, 10, 100)
    se = math.sqrt(1 / 30 - 1 / 100 + 1 / 10 - 1 / 100)
    assert float(found.lower) == pytest.approx(math.exp(math.log(3) - va.Z95 * se), rel=1e-12)
    assert float(found.upper) == pytest.approx(math.exp(math.log(3) + va.Z95 * se), rel=1e-12)
    rate = va.ratio_of_rates(30, 100, 10, 100, kind="rate")
    assert float(rate.upper) == pytest.approx(math.exp(math.log(3) + va.Z95 * math.sqrt(1 / 30 + 1 / 10)), rel=1e-12)


def test_the_log_method_is_statsmodels_on_a_two_by_two_table():
    from statsmodels.stats.contingency_tables import Table2x2

    table = Table2x2(np.array([[395, 1387], [120, 1480]]))
    found = va.ratio_of_rates(395, 1782, 120, 1600)
    assert float(found.ratio) == pytest.approx(table.riskratio, rel=1e-9)
    low, high = table.riskratio_confint(0.05)
    assert (float(found.lower), float(found.upper)) == pytest.approx((low, high), rel=1e-9)


@given(st.integers(1, 400), st.integers(1, 400))
def test_turning_a_ratio_over_turns_its_interval_over(a, b):
    one, other = va.ratio_of_rates(a, 500, b, 700), va.ratio_of_rates(b, 700, a, 500)
    assert float(one.lower) == pytest.approx(1 / float(other.upper), rel=1e-9)


def test_extremes_set_zeros_aside_and_count_them():
    found = va.extremes([0, 50, 10, None, 0], [100, 100, 100, 100, 100])
    assert found is not None
    assert (found.highest, found.lowest, found.zeros) == (1, 2, 2)
    assert float(found.ratio.ratio) == pytest.approx(5)
    assert va.extremes([0, 5], [10, 10]) is None


def test_only_chance_leaves_no_systematic_component_and_real_spread_is_found_again():
    rng = np.random.default_rng(5)
    n = np.full((200, 150), 800)
    same = rng.binomial(n, 0.25)
    none = va.systematic_component(same / n, va.chance_variance(same, n))
    assert abs(none.systematic.mean()) < 2e-6  # against a chance variance of 2.3e-4
    truth = rng.beta(20, 60, n.shape)
    real = rng.binomial(n, truth)
    found = va.systematic_component(real / n, va.chance_variance(real, n))
    # The chance part uses the benchmark, so it is too large by var(p)/n: about 0.1% of what is found.
    assert found.systematic.mean() == pytest.approx(20 * 60 / (80**2 * 81), rel=0.03)


def test_shrunken_estimates_are_nearer_the_truth_and_say_what_they_are():
    rng = np.random.default_rng(6)
    n = rng.integers(10, 400, 150)
    truth = rng.beta(20, 60, 150)
    x = rng.binomial(n, truth)
    found = va.shrink(x / n, va.chance_variance(x, n))
    assert ((found.estimate - truth) ** 2).mean() < ((x / n - truth) ** 2).mean()
    assert "empirical Bayes" in found.label
    order = np.argsort(n)
    assert (np.diff(found.weight[order]) >= -1e-12).all()  # the surer, the less it moves


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1e-5, 0.1)), min_size=3, max_size=20))
def test_a_shrunken_estimate_lies_between_the_figure_and_the_middle(rows):
    v, s2 = np.array(rows).T
    found = va.shrink(v, s2)
    low, high = np.minimum(v, found.towards), np.maximum(v, found.towards)
    assert (found.estimate >= low - 1e-12).all()
    assert (found.estimate <= high + 1e-12).all()


def test_a_year_without_figures_has_no_band():
    bands = va.percentile_bands([[1, 2, 3, None], [None] * 4])
    assert bands.shape == (2, 5)
    assert bands[0, 2] == 2
    assert np.isnan(bands[1]).all()
