"""Ranks that hold for all councils at once, and who could be first."""

from __future__ import annotations

import numpy as np
import pytest

from evenhand.compare import rank_sets as rs

VALUE = np.array([19.6, 20.1, 24.0, 25.6, 25.5, 25.0, 27.4, 32.2, 33.9])
SE = np.array([0.5, 0.8, 0.4, 1.2, 0.6, 2.5, 0.9, 0.6, 1.1])

# From R 4.2.2, 40,000 bootstrap draws, the same for each of three seeds. Not run with the package csranks itself, which
# could not be installed, but with a condensed transcription of its published algorithm: these rows guard the
# arithmetic, and the naive rewrite and the coverage below guard the method. The values were chosen, before R was run,
# so that no statistic lies within 0.08 of its critical value, whose simulation error is about 0.005.
R_FIGURES = [
    # side, step_down, simultaneous, low, high
    ("two-sided", True, True, "7 7 4 3 3 2 3 1 1", "9 9 7 7 7 9 6 3 2"),
    ("two-sided", True, False, "7 7 4 3 3 3 3 1 1", "9 9 7 7 7 9 6 2 2"),
    ("two-sided", False, True, "7 7 4 3 3 2 3 1 1", "9 9 7 7 7 9 6 3 2"),
    ("two-sided", False, False, "7 7 4 3 3 3 3 1 1", "9 9 7 7 7 9 6 2 2"),
    ("lower", True, True, "7 7 4 3 3 2 3 1 1", "9 9 9 9 9 9 9 9 9"),
    ("lower", True, False, "8 7 4 3 3 3 3 1 1", "9 9 9 9 9 9 9 9 9"),
    ("lower", False, True, "7 7 4 3 3 2 3 1 1", "9 9 9 9 9 9 9 9 9"),
    ("lower", False, False, "7 7 4 3 3 3 3 1 1", "9 9 9 9 9 9 9 9 9"),
    ("upper", True, True, "1 1 1 1 1 1 1 1 1", "9 9 7 7 7 9 6 3 2"),
    ("upper", True, False, "1 1 1 1 1 1 1 1 1", "9 9 7 7 7 8 6 2 2"),
    ("upper", False, True, "1 1 1 1 1 1 1 1 1", "9 9 7 7 7 9 6 3 2"),
    ("upper", False, False, "1 1 1 1 1 1 1 1 1", "9 9 7 7 7 8 6 2 2"),
]


@pytest.mark.parametrize(("side", "step_down", "simultaneous", "low", "high"), R_FIGURES)
def test_the_sets_are_those_of_the_published_algorithm_run_in_r(side, step_down, simultaneous, low, high):
    found = rs.simultaneous_ranks(
        VALUE, SE, seed=1, draws=40_000, side=side, step_down=step_down, simultaneous=simultaneous
    )
    assert found.low.tolist() == [float(v) for v in low.split()]
    assert found.high.tolist() == [float(v) for v in high.split()]


def naive_two_sided(value, se, seed, draws):
    """Single step, all pairs, one pair and one draw at a time."""
    k = len(value)
    noise = np.random.default_rng(seed).standard_normal((draws, k)) * se
    largest = [
        max(abs(z[i] - z[j]) / (se[i] ** 2 + se[j] ** 2) ** 0.5 for i in range(k) for j in range(i)) for z in noise
    ]
    c = np.quantile(largest, 0.95)
    low, high = [], []
    for i in range(k):
        gaps = [(value[i] - value[j]) / (se[i] ** 2 + se[j] ** 2) ** 0.5 for j in range(k) if j != i]
        low.append(1 + sum(g < -c for g in gaps))
        high.append(k - sum(g > c for g in gaps))
    return low, high


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_vectorised_sets_are_their_naive_rewrite(seed):
    rng = np.random.default_rng(seed)
    value, se = rng.normal(20, 3, 9), rng.uniform(0.3, 1.5, 9)
    found = rs.simultaneous_ranks(value, se, seed=seed, draws=300, step_down=False)
    low, high = naive_two_sided(value, se, seed, 300)
    assert found.low.tolist() == low
    assert found.high.tolist() == high


@pytest.mark.parametrize("truth", [np.arange(8) * 1.0, np.zeros(8), np.repeat([0.0, 3.0], 4)])
def test_true_ranks_are_covered_together_in_at_least_95_of_100_worlds(truth):
    """Councils of equal true value cover several places between them: their set must hold them all."""
    rng = np.random.default_rng(10)
    se = np.linspace(0.4, 1.2, 8)
    best = np.array([(truth > t).sum() + 1 for t in truth])
    worst = np.array([(truth >= t).sum() for t in truth])
    worlds, held = 300, 0
    for world in range(worlds):
        found = rs.simultaneous_ranks(truth + rng.normal(0, se), se, seed=world, draws=500)
        held += bool(((found.low <= best) & (found.high >= worst)).all())
    assert held / worlds >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / worlds)


def test_the_truly_highest_council_is_among_those_that_could_be_first():
    rng = np.random.default_rng(4)
    n = rng.integers(200, 3000, 25)
    p = rng.beta(8, 25, 25)
    held, size, worlds = 0, 0, 200
    for world in range(worlds):
        could = rs.could_be_first("proportion", rng.binomial(n, p), n, seed=world, draws=400)
        held += bool(could[p.argmax()])
        size += int(could.sum())
    assert held / worlds >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / worlds)
    assert size / worlds < 25  # it says something: not everybody could be first


def test_step_down_never_makes_a_set_wider():
    single = rs.simultaneous_ranks(VALUE, SE, seed=1, step_down=False)
    stepped = rs.simultaneous_ranks(VALUE, SE, seed=1)
    assert (stepped.low >= single.low).all()
    assert (stepped.high <= single.high).all()


def test_could_be_lowest_is_could_be_first_turned_over():
    x, n = np.array([5, 40, 42, 80.0]), np.full(4, 100.0)
    assert rs.could_be_first("proportion", x, n, seed=1).tolist() == [False, False, False, True]
    assert rs.could_be_first("proportion", x, n, seed=1, end="lowest").tolist() == [True, False, False, False]
    assert rs.could_be_first("proportion", x, n, seed=1, places=2).tolist() == [False, True, True, True]


def test_a_missing_council_has_no_set_and_could_not_be_first():
    found = rs.simultaneous_ranks([5.0, np.nan, 9.0], [0.1, 0.1, 0.1], seed=1)
    assert np.isnan(found.low).tolist() == [False, True, False]
    assert found.of == 2
    assert not rs.could_be_first("proportion", [None, 90], [100, 100], seed=1)[0]


def test_figures_without_uncertainty_are_ranked_as_they_stand_and_equals_share():
    found = rs.simultaneous_ranks([3.0, 7.0, 7.0], [0, 0, 0], seed=1)
    assert found.low.tolist() == [3, 1, 1]
    assert found.high.tolist() == [3, 2, 2]


def test_a_council_with_zero_keeps_an_uncertainty():
    _, se = rs.on_normal_scale("proportion", [0], [50])
    assert se[0] > 0


@pytest.mark.parametrize("bad", [{"coverage": 1.0}, {"coverage": 0.0}, {"draws": 0}])
def test_impossible_requests_are_refused(bad):
    with pytest.raises(ValueError, match="coverage"):
        rs.simultaneous_ranks([1.0, 2.0], [1.0, 1.0], seed=1, **bad)
