"""Which councils are most alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.compare import peers as pe

RNG = np.random.default_rng(3)
K = 40
FEATURES = {
    "adults": RNG.lognormal(12, 0.9, K),
    "share aged 65 and over": RNG.beta(19, 81, K),
    "density": RNG.normal(50, 5, K),
}


def naive(features: dict[str, np.ndarray], weights: dict[str, float], i: int) -> list[tuple[float, int]]:
    """Distances from one council, one pair and one feature at a time, with the transforms given."""
    total = [0.0] * K
    for name, values in features.items():
        tries = [values]
        if (values > 0).all():
            tries += [np.log(values), np.sqrt(values)]
        if ((values > 0) & (values < 1)).all():
            tries.append(np.log(values / (1 - values)))
        bent = min(tries, key=lambda v: abs(stats.skew(v)))
        for j in range(K):
            total[j] += weights.get(name, 1) * ((bent[i] - bent[j]) / np.std(bent, ddof=1)) ** 2
    return sorted((d**0.5, j) for j, d in enumerate(total) if j != i)


@pytest.mark.parametrize("weights", [{}, {"density": 4.0, "adults": 0.5}])
def test_peers_are_their_naive_rewrite(weights):
    found = pe.peers(FEATURES, weights=weights)
    for i in range(K):
        expected = naive(FEATURES, weights, i)[:15]
        assert found.index[i].tolist() == [j for _, j in expected]
        np.testing.assert_allclose(found.distance[i], [d for d, _ in expected], rtol=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=30))
def test_skewness_is_scipys(values):
    v = np.array(values)
    if v.std() > 1e-6 * max(np.abs(v).max(), 1):
        assert pe.skewness(v) == pytest.approx(float(stats.skew(v)), rel=1e-6, abs=1e-9)


TRANSFORMS = [
    (np.exp(np.linspace(-2, 2, 21)), "log"),
    (np.linspace(1, 3, 21) ** 2 + 0.0, "sqrt"),
    (1 / (1 + np.exp(-np.linspace(-5, 1, 21))), "logit"),
    (np.linspace(-3, 3, 21), "none"),
    (np.r_[0.0, np.linspace(0.1, 3, 20)] ** 2, "sqrt"),  # a zero leaves no logarithm
]


@pytest.mark.parametrize(("values", "how"), TRANSFORMS)
def test_each_feature_is_bent_the_way_that_leaves_least_skew(values, how):
    assert pe.to_normal(values)[1] == how


def test_shares_of_the_squared_distance_sum_to_one():
    found = pe.peers(FEATURES, categories={"type": list("ABCD") * 10})
    np.testing.assert_allclose(found.share.sum(axis=2), 1.0)
    assert found.transforms[-1] == "category"
    assert (found.share >= 0).all()


def test_a_feature_of_weight_one_pulls_alike_whether_number_or_category():
    labels = list("AABCD") * 8
    ok = np.ones(K, dtype=bool)
    pairs = ~np.eye(K, dtype=bool)
    number, _ = pe._feature_gaps(FEATURES["adults"], ok)
    assert number[pairs].mean() == pytest.approx(2.0)
    assert pe._category_gaps(labels, ok)[pairs].mean() == pytest.approx(2.0)


def test_an_excluded_council_has_no_peers_is_nobodys_peer_and_bends_no_scale():
    exclude = np.zeros(K, dtype=bool)
    exclude[[4, 7]] = True
    odd = {n: v.copy() for n, v in FEATURES.items()}
    odd["adults"][4] = 1e12
    found, plain = pe.peers(odd, exclude=exclude), pe.peers(FEATURES, exclude=exclude)
    assert found.eligible[4] is pe.Eligible.EXCLUDED
    assert (found.index[4] == -1).all()
    assert not np.isin(found.index, [4, 7]).any()
    np.testing.assert_allclose(found.distance, plain.distance)


def test_a_council_without_a_feature_has_no_peers_and_the_feature_is_named():
    part = {n: v.copy() for n, v in FEATURES.items()}
    part["density"][3] = np.nan
    found = pe.peers(part)
    assert found.eligible[3] is pe.Eligible.MISSING
    assert found.missing[3] == ("density",)
    assert np.isnan(found.distance[3]).all()
    assert not (found.index == 3).any()
    without = pe.peers(part, weights={"density": 0})
    assert without.eligible[3] is pe.Eligible.YES  # not held to have what nobody asked about
    assert without.features == ("adults", "share aged 65 and over")


def test_fewer_others_than_asked_for_leaves_empty_places():
    found = pe.peers({"adults": [1.0, 2.0, 4.0]}, nearest=15)
    assert found.index.shape == (3, 15)
    assert found.index[0, :3].tolist() == [1, 2, -1]


def test_a_feature_that_is_the_same_everywhere_tells_nobody_apart():
    found = pe.peers({"adults": FEATURES["adults"], "flat": np.full(K, 0.3)})
    assert np.nanmax(found.share[:, :, 1]) == 0


def test_the_unit_of_a_feature_does_not_matter():
    other = FEATURES | {"adults": FEATURES["adults"] / 1000}
    np.testing.assert_array_equal(pe.peers(FEATURES).index, pe.peers(other).index)


@pytest.mark.parametrize("weights", [{"adults": -1.0}, {"nonsense": 1.0}, {"adults": np.inf}, {"adults": np.nan}])
def test_impossible_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        pe.peers(FEATURES, weights=weights)


def test_no_feature_left_is_refused():
    with pytest.raises(ValueError, match="no feature is left"):
        pe.peers({"adults": [1.0, 2.0]}, weights={"adults": 0})
