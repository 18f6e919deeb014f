"""Ranks with intervals: held to an exact calculation, to plain simulation, and to scipy's own distributions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.compare import ranks as rk
from evenhand.compare._arrays import min_ranks


def made(k: int = 40, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(30, 4000, k)
    return rng.binomial(n, rng.beta(8, 25, k)).astype(float), n.astype(float)


def exact_rank_cdf(x: np.ndarray, n: np.ndarray, i: int) -> np.ndarray:
    """P(rank of i ≤ r), r = 1…k, without any simulation.

    Given council i's figure, each other council is above it with its own probability, so the number above is a sum of
    unlike coin tosses (Poisson-binomial); averaged over council i's own distribution on a fine grid of its quantiles.
    """
    u = (np.arange(400) + 0.5) / 400
    own = stats.beta.ppf(u, x[i] + 0.5, n[i] - x[i] + 0.5)
    others = [j for j in range(x.size) if j != i]
    above = np.zeros((u.size, x.size))
    above[:, 0] = 1.0
    for j in others:
        p = stats.beta.sf(own, x[j] + 0.5, n[j] - x[j] + 0.5)[:, None]
        shifted = np.c_[np.zeros(u.size), above[:, :-1]]
        above = above * (1 - p) + shifted * p
    return np.cumsum(above.mean(axis=0))


def test_rank_intervals_are_the_exact_percentiles_up_to_the_simulation():
    x, n = made()
    found = rk.rank_intervals("proportion", x, n, seed=4)
    for i in range(x.size):
        cdf = exact_rank_cdf(x, n, i)
        for share, rank in ((0.025, found.low[i]), (0.5, found.median[i]), (0.975, found.high[i])):
            # The percentile is right when the exact CDF crosses the share there, within the error of 10,000 draws.
            noise = 4 * np.sqrt(share * (1 - share) / 10_000) + 0.002
            assert cdf[int(rank) - 1] >= share - noise
            assert rank == 1 or cdf[int(rank) - 2] <= share + noise


KINDS = [
    ("proportion", [0, 3, 30, 30, 12.5, 900], [25, 30, 30, 60, 50, 2000]),
    ("rate", [0, 3, 30, 250, 12.5, 900], [2_000, 3_000, 9_000, 90_000, 5_000, 300_000]),
    ("score", [18.0, 19.0, 19.1, 20.5, 19.9, 21.0], [0.3, 0.5, 0.1, 0.9, 0.4, 0.2]),
]


@pytest.mark.parametrize(("kind", "a", "b"), KINDS)
def test_the_fast_way_agrees_with_plain_draws_ranked_one_by_one(kind, a, b):
    rng = np.random.default_rng(0)
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    shape = (40_000, a.size)
    if kind == "proportion":
        drawn = rng.beta(a + 0.5, b - a + 0.5, shape)
    elif kind == "rate":
        drawn = rng.gamma(a + 0.5, size=shape) / b
    else:
        drawn = rng.normal(a, b, shape)
    plain = (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2) + 1
    rng = np.random.default_rng([7, 0])
    drawn = rk.draw(kind, a, b, draws=10_000, rng=rng)
    share = np.cumsum(rk.count_ranks(drawn, np.arange(a.size)), axis=1) / 10_000
    theirs = np.stack([(plain <= r).mean(axis=0) for r in range(1, a.size + 1)], axis=1)
    assert np.abs(share - theirs).max() < 0.02  # four standard errors of 10,000 plain draws


@pytest.mark.parametrize(
    ("x", "n"), [(0, 1), (0, 500), (1, 3), (395, 1782), (3000, 3000), (0.4, 7), (150_000, 480_000), (29, 30)]
)
def test_the_table_of_a_proportion_is_scipys_beta(x, n):
    u = (np.arange(10_000) + 0.5) / 10_000
    exact = np.arcsin(np.sqrt(stats.beta.ppf(u, x + 0.5, n - x + 0.5)))
    table = rk.quantile_table("proportion", [x], [n], 10_000)[0]
    assert np.abs(table - exact).max() < 5e-6 * exact.std()


@pytest.mark.parametrize(("x", "population"), [(0, 1000), (0.3, 1000), (40, 20_000), (9000, 100_000), (1e6, 5e7)])
def test_the_table_of_a_rate_is_scipys_gamma(x, population):
    u = (np.arange(10_000) + 0.5) / 10_000
    exact = np.sqrt(stats.gamma.ppf(u, x + 0.5) / population)
    table = rk.quantile_table("rate", [x], [population], 10_000)[0]
    assert np.abs(table - exact).max() < 5e-6 * exact.std()


def test_shuffled_places_are_every_place_once_and_councils_are_not_shuffled_alike():
    places = rk._shuffled_places(np.random.default_rng(1), 30, 10_000)
    np.testing.assert_array_equal(np.sort(places, axis=1), np.broadcast_to(np.arange(10_000), (30, 10_000)))
    between = np.corrcoef(places)[np.triu_indices(30, 1)]
    assert np.abs(between).max() < 0.05
    along = [np.corrcoef(row[:-1], row[1:])[0, 1] for row in places.astype(float)]
    assert np.abs(np.mean(along)) < 0.01


def test_a_missing_council_has_no_rank_and_is_not_counted():
    found = rk.rank_intervals("proportion", [10, None, 30, 5], [100, 100, 100, 0], seed=1)
    assert np.isnan(found.low).tolist() == [False, True, False, True]
    assert float(found.of) == 2
    assert found.high[np.isfinite(found.high)].max() <= 2


def test_nobody_at_all_is_no_rank_and_no_error():
    found = rk.rank_intervals("score", [None, None], [1, 1], seed=1)
    assert np.isnan(found.median).all()
    assert float(found.of) == 0


def test_rank_1_is_the_highest_and_one_council_alone_is_1st_of_1():
    found = rk.rank_intervals("proportion", [900, 10], [1000, 1000], seed=1)
    assert (found.low[0], found.high[0], found.low[1], found.high[1]) == (1, 1, 2, 2)
    alone = rk.rank_intervals("rate", [4], [1000], seed=1)
    assert (alone.low[0], alone.high[0]) == (1, 1)


def test_figures_without_uncertainty_share_the_best_place_of_a_tie():
    found = rk.rank_intervals("score", [5.0, 7.0, 7.0, 1.0], [0, 0, 0, 0], seed=1)
    assert found.median.tolist() == [3, 1, 1, 4]
    assert found.low.tolist() == found.high.tolist() == found.observed.tolist()
    assert rk.rank_intervals("score", [2.0, 2.0], [0, 0], seed=1).high.tolist() == [1, 1]
    assert min_ranks([3, 3, np.nan, 9]).tolist()[:2] == [2, 2]


def test_the_same_seed_gives_the_same_ranks_and_another_seed_nearly_the_same():
    x, n = made()
    one, again, other = (rk.rank_intervals("proportion", x, n, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.low, again.low)
    np.testing.assert_array_equal(one.high, again.high)
    assert np.abs(one.median - other.median).max() <= 1
    assert np.abs(one.low - other.low).max() <= 2


def test_many_measures_at_once_keep_their_own_missing_councils():
    x, n = made()
    table_x, table_n = np.stack([x, x]), np.stack([n, n])
    table_x[1, 3] = np.nan
    found = rk.rank_intervals("proportion", table_x, table_n, seed=5)
    np.testing.assert_array_equal(found.low[0], rk.rank_intervals("proportion", x, n, seed=5).low)
    assert np.isnan(found.low[1, 3])
    assert found.of.tolist() == [40, 39]


@given(st.permutations(range(8)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_councils_matters_only_as_much_as_chance(order):
    x, n = np.array([2, 9, 20, 21, 40, 41, 70, 99.0]), np.full(8, 100.0)
    plain = rk.rank_intervals("proportion", x, n, seed=1)
    moved = rk.rank_intervals("proportion", x[list(order)], n[list(order)], seed=1)
    assert np.abs(moved.median - plain.median[list(order)]).max() <= 1
    assert np.abs(moved.low - plain.low[list(order)]).max() <= 1


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(400, 4000)), min_size=2, max_size=12))
@settings(max_examples=25, deadline=None)
def test_low_median_and_high_are_places_in_order(rows):
    x, n = np.array(rows, dtype=float).T
    found = rk.rank_intervals("proportion", x, n, seed=2, draws=500)
    assert (found.low >= 1).all()
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()
    assert (found.high <= len(rows)).all()


def drawn_alone(kind: rk.Kind, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    drawn = rk.draw(kind, a, b, draws=2_000, rng=np.random.default_rng([3, 0]))
    return rk.count_ranks(drawn, np.arange(a.size))


@pytest.mark.parametrize("size", [1, 2, 9, 16, 17, 40])
@pytest.mark.parametrize("kind", ["proportion", "rate", "score"])
def test_a_set_has_the_same_ranks_whichever_councils_were_drawn_beside_it(kind, size):
    x, n = made()
    a, b = (x, n) if kind != "score" else (x / n, np.sqrt(n) / 4000)
    whole = rk.draw(kind, a, b, draws=2_000, rng=np.random.default_rng([3, 0]))
    members = np.sort(np.random.default_rng(size).choice(a.size, size, replace=False))
    alone = drawn_alone(kind, a[members], b[members])
    np.testing.assert_array_equal(rk.count_ranks(whole, members), alone)
    for one in (0, size // 2, size - 1):
        np.testing.assert_array_equal(rk.count_one_rank(whole, members, one), alone[one])


def test_comparing_in_pairs_and_sorting_count_alike():
    x, n = made()
    drawn = rk.draw("proportion", x, n, draws=2_000, rng=np.random.default_rng([3, 0]))
    members = np.arange(12)
    # A value that the two ways round to opposite sides of another can move a draw or two by one place.
    gap = rk._counted_in_pairs(drawn, members) - rk._counted_by_sorting(drawn, members)
    assert np.abs(gap).max() <= 2


def test_one_council_among_certain_figures_shares_the_best_place_of_a_tie():
    value, se = np.array([5.0, 7.0, 7.0, 1.0]), np.zeros(4)
    drawn = rk.draw("score", value, se, draws=200, rng=np.random.default_rng(1))
    places = [int(rk.count_one_rank(drawn, np.arange(4), i).argmax()) + 1 for i in range(4)]
    assert places == [3, 1, 1, 4]


def test_more_councils_than_fit_in_a_byte():
    value = np.arange(700.0)
    found = rk.rank_intervals("score", value, np.full(700, 0.01), seed=1, draws=200)
    np.testing.assert_array_equal(found.median, 700 - value)


@pytest.mark.parametrize("draws", [0, 99, 65_537])
def test_too_few_or_too_many_draws_are_refused(draws):
    with pytest.raises(ValueError, match="ask for 100 to 65536"):
        rk.rank_intervals("score", [1.0], [1.0], draws=draws, seed=1)


def test_importing_the_package_never_loads_scipy_and_running_it_never_loads_scipy_stats():
    code = (
        "import sys\n"
        "from evenhand.compare import funnel, frontier, intervals, money, peers\n"
        "from evenhand.compare import rank_sets, ranks, trend, variation, words\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'scipy'], 'scipy loaded by import'\n"
        "ranks.rank_intervals('proportion', [3, 5], [10, 10], seed=1)\n"
        "intervals.poisson_interval([3]); funnel.rate_limits(0.01, 1000); frontier.dea([[1, 2], [2, 1]], [[1], [1]])\n"
        "assert 'scipy.special' in sys.modules\n"
        "assert 'scipy.stats' not in sys.modules, 'scipy.stats loaded at run time'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
