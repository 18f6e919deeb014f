"""Going up or down? Only where it can be judged, and never across a break."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from evenhand.compare import trend as tr

YEARS = np.arange(2016.0, 2025.0)
Judged, Signal = tr.Judged, tr.Signal


@pytest.mark.parametrize("seed", range(5))
def test_the_slope_is_statsmodels_weighted_least_squares(seed):
    rng = np.random.default_rng(seed)
    y, s = rng.normal(20, 2, 9), rng.uniform(0.2, 1.5, 9)
    fit = sm.WLS(y[-5:], sm.add_constant(YEARS[-5:] - 2020), weights=1 / s[-5:] ** 2).fit(cov_type="fixed scale")
    found = tr.trend(YEARS, y, s)
    assert found.slope[0] == pytest.approx(fit.params[1], rel=1e-9)
    assert found.se[0] == pytest.approx(fit.bse[1], rel=1e-9)
    signs = {
        np.sign(sm.WLS(np.delete(y[-5:], i), sm.add_constant(np.delete(YEARS[-5:] - 2020, i)),
                       weights=1 / np.delete(s[-5:], i) ** 2).fit().params[1])
        for i in range(5)
    }  # fmt: skip
    assert bool(found.steady[0]) == (signs == {np.sign(fit.params[1])})


CASES = [
    # figures of the last five years, se, direction
    ([20.0, 20.9, 22.1, 23.0, 24.0], 0.3, 1),
    ([24.0, 23.0, 22.1, 20.9, 20.0], 0.3, -1),
    ([20.0, 20.1, 19.9, 20.2, 20.1], 0.3, 0),
    ([20.0, 20.0, 20.0, 20.0, 30.0], 0.3, 0),  # far beyond 9.55, but all of it is one point
    ([20.0, 20.9, 22.1, 23.0, 24.0], 3.0, 0),  # the same rise, not sure enough
]


@pytest.mark.parametrize(("values", "se", "direction"), CASES)
def test_significant_needs_both_a_large_slope_and_no_single_point_behind_it(values, se, direction):
    found = tr.trend([2020, 2021, 2022, 2023, 2024], values, [se] * 5)
    assert found.direction[0] == direction
    if values[-1] == 30:
        assert found.statistic[0] > tr.CRITICAL
        assert not found.steady[0]


def test_never_across_a_break():
    values, se = np.arange(9.0), np.full(9, 0.1)
    found = tr.trend(YEARS, values, se, segment=["old"] * 6 + ["new"] * 3)
    assert found.judged == (Judged.BREAK,)
    assert found.points[0] == 3
    assert np.isnan(found.slope[0])
    assert np.isnan(found.direction[0])


@pytest.mark.parametrize("labels", ["aaaabbaaa", "aabaabaaa", "ababababa"])
def test_a_label_used_again_after_a_break_does_not_join_both_sides(labels):
    found = tr.trend(YEARS, np.arange(9.0), np.full(9, 0.1), segment=list(labels))
    assert found.judged == (Judged.BREAK,)
    assert found.points[0] == len(labels) - len(labels.rstrip("a"))


def test_the_jump_at_a_break_is_never_part_of_the_slope():
    values = np.r_[np.full(4, 50.0), np.full(5, 20.0) + np.arange(5)]
    found = tr.trend(YEARS, values, np.full(9, 0.1), segment=[0] * 4 + [1] * 5)
    assert found.slope[0] == pytest.approx(1.0)
    assert (found.first[0], found.last[0]) == (2020, 2024)


def test_why_not_judged_is_said_for_each_council():
    values = np.full((3, 9), 10.0)
    values[1, :6] = np.nan
    values[2] = np.nan
    found = tr.trend(YEARS, values, np.full((3, 9), 0.5))
    assert found.judged == (Judged.YES, Judged.TOO_FEW, Judged.NO_FIGURES)
    assert found.points.tolist() == [5, 3, 0]
    assert all(tr.JUDGED_SENTENCES[j] for j in Judged)


def test_a_missing_year_between_is_allowed_and_the_real_years_are_used():
    values = 3.0 * (YEARS - 2016)
    values[6] = np.nan
    found = tr.trend(YEARS, values, np.full(9, 0.2))
    assert found.slope[0] == pytest.approx(3.0)
    assert found.first[0] == 2019


def test_a_point_without_a_positive_standard_error_cannot_be_used():
    se = np.full(9, 0.2)
    se[-1] = 0
    assert tr.trend(YEARS, np.arange(9.0), se).last[0] == 2023


@given(st.lists(st.floats(5, 40), min_size=5, max_size=5), st.floats(0.5, 20), st.floats(-50, 50))
def test_shifting_changes_nothing_and_scaling_scales(values, factor, shift):
    v, s = np.array(values), np.full(5, 0.7)
    years = np.arange(5.0)
    one, moved = tr.trend(years, v, s), tr.trend(years, v * factor + shift, s * factor)
    assert moved.slope[0] == pytest.approx(one.slope[0] * factor, rel=1e-6, abs=1e-7)
    assert moved.statistic[0] == pytest.approx(one.statistic[0], rel=1e-5, abs=1e-6)


def test_years_out_of_order_are_refused():
    with pytest.raises(ValueError, match="years must rise"):
        tr.trend([2021, 2020], [1, 2], [1, 1])


STEADY = [10, 12, 11, 9, 10, 11, 9, 10, 12, 11, 9, 10]


def test_the_chart_is_its_formula_worked_by_hand():
    found = tr.xmr(STEADY)
    ranges = [abs(b - a) for a, b in pairwise(STEADY)]
    middle, mean_range = sum(STEADY) / 12, sum(ranges) / 11
    assert found.mean == pytest.approx(middle)
    assert found.lower == pytest.approx(middle - 2.66 * mean_range)
    assert found.upper == pytest.approx(middle + 2.66 * mean_range)
    assert found.signals == {}


def test_one_wild_range_is_dropped_once_so_that_it_cannot_widen_the_limits_that_judge_it():
    values = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 40]
    found = tr.xmr(values)
    assert found.dropped.tolist() == [False] * 10 + [True]
    assert found.mean_range == pytest.approx(1.0)
    assert found.upper - found.mean == pytest.approx(2.66)  # not 2.66 × 3.5
    assert found.signals[Signal.OUTSIDE][-1]


def test_fewer_than_twelve_points_are_drawn_and_not_judged():
    found = tr.xmr([*STEADY[:11], None])
    assert not found.judged
    assert (found.mean, found.lower, found.signals) == (None, None, {})
    assert "11 points are too few" in found.reason


def hits(found: tr.Xmr, signal: tr.Signal) -> list[int]:
    return np.flatnonzero(found.signals.get(signal, np.zeros(0))).tolist()


def test_eight_in_a_row_on_one_side_is_a_signal_and_seven_is_not():
    noisy = [10, 14, 9, 15, 8, 13]
    eight = tr.xmr([*noisy, 20, 23, 19, 22, 20, 24, 19, 23])
    assert hits(eight, Signal.RUN) == list(range(6, 14))
    seven = tr.xmr([*noisy, 20, 23, 19, 22, 20, 24, 19])
    assert hits(seven, Signal.RUN) == []


def test_six_points_rising_is_a_signal_and_five_is_not():
    six = tr.xmr([10, 12, 9, 10, 11, 12, 13, 14, 9, 11, 10, 12, 9])
    assert hits(six, Signal.CLIMB) == [2, 3, 4, 5, 6, 7]
    five = tr.xmr([10, 12, 9, 10, 11, 12, 13, 9, 12, 11, 10, 12, 9])
    assert hits(five, Signal.CLIMB) == []


def test_a_missing_point_ends_a_run():
    noisy = [10, 14, 9, 15, 8, 13]
    assert hits(tr.xmr([*noisy, 20, 23, 19, 22, None, 20, 24, 19, 23]), Signal.RUN) == []


def test_two_of_three_near_the_same_limit_is_a_signal_and_on_opposite_sides_is_not():
    base = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12]
    near = tr._signals(np.array([*base, 15.3, 11.0, 15.2]), 11.0, 6.0)
    assert np.flatnonzero(near[Signal.NEAR_LIMIT]).tolist() == [14, 16]
    assert Signal.NEAR_LIMIT not in tr._signals(np.array([*base, 15.3, 11.0, 6.8]), 11.0, 6.0)
