"""The interval of a difference: published examples, other implementations, and what must hold of any two figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from evenhand.compare.difference import difference
from evenhand.compare.intervals import wilson

# Newcombe 1998, table II, method 10: x of m, y of n, lower, upper
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


def of_counts(x: int, m: int, y: int, n: int) -> tuple[float, float, float]:
    low, high = wilson([x, y], [m, n])
    d = difference(x / m, low[0], high[0], y / n, low[1], high[1])
    return float(d.difference), float(d.lower), float(d.upper)


@pytest.mark.parametrize(("x", "m", "y", "n", "lower", "upper"), PUBLISHED)
def test_published_examples(x: int, m: int, y: int, n: int, lower: float, upper: float) -> None:
    _, low, high = of_counts(x, m, y, n)
    assert (low, high) == pytest.approx((lower, upper), abs=5e-5)


@given(st.integers(1, 3000), st.integers(1, 3000), st.data())
def test_statsmodels_gives_the_same(m: int, n: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    assert of_counts(x, m, y, n)[1:] == pytest.approx(
        confint_proportions_2indep(x, m, y, n, compare="diff", method="newcomb"), abs=1e-9
    )


@given(*[st.floats(-50, 50)] * 2, *[st.floats(0, 20)] * 4)
def test_turned_round_it_is_the_same_with_the_other_sign(
    a: float, b: float, down_a: float, up_a: float, down_b: float, up_b: float
) -> None:
    one = difference(a, a - down_a, a + up_a, b, b - down_b, b + up_b)
    other = difference(b, b - down_b, b + up_b, a, a - down_a, a + up_a)
    assert (one.lower, one.difference, one.upper) == (-other.upper, -other.difference, -other.lower)
    assert one.lower <= one.difference <= one.upper


def test_survey_figures_add_their_margins_as_squares() -> None:
    d = difference(19.4, 19.0, 19.8, 19.0, 18.7, 19.3)  # margins 0.4 and 0.3: 0.5 together
    assert (d.difference, d.lower, d.upper) == pytest.approx((0.4, -0.1, 0.9))


def test_a_figure_without_limits_has_no_difference_and_one_rounded_past_its_limit_is_on_it() -> None:
    d = difference([20.0, 20.0, np.nan], [18.0, np.nan, 18.0], [22.0, 22.0, 22.0], 10.0, 9.0, 11.0)
    assert np.isnan(d.lower).tolist() == np.isnan(d.difference).tolist() == [False, True, True]
    rounded = difference(100.0, 97.0, 99.96, 50.0, 50.0, 50.0)
    assert (rounded.lower, rounded.upper) == (47.0, 50.0)
