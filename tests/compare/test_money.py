"""Money beside outcomes, in several ways, and what-if arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.compare import frontier as fr
from evenhand.compare import money as mo


def test_spend_per_head_and_its_deflation():
    np.testing.assert_allclose(mo.per_head([1_000_000, None, 500, -300], [400, 10, 0, 100]), [2500, np.nan, np.nan, -3])
    assert mo.deflate(10_000, 80, 100) == 12_500
    assert np.isnan(mo.deflate(10_000, 0, 100))


@pytest.mark.parametrize(("pence", "whole"), [(2.5, 3), (-2.5, -3), (2.4, 2), (0.0, 0), (1250.5, 1251)])
def test_halves_round_away_from_zero(pence, whole):
    assert mo.whole_pence(pence) == whole


def test_residuals_are_statsmodels():
    rng = np.random.default_rng(1)
    spend, need = rng.lognormal(10, 0.3, 60), rng.uniform(0.7, 1.4, 60)
    outcome = 10 + 3 * np.log(spend / need) + rng.normal(0, 1, 60)
    outcome[5], spend[9] = np.nan, 0
    found = mo.spend_residuals(outcome, spend, need)
    good = np.isfinite(outcome) & (spend > 0)
    fit = sm.OLS(outcome[good], sm.add_constant(np.log(spend[good] / need[good]))).fit()
    np.testing.assert_allclose(found.residual[good], fit.resid, atol=1e-9)
    np.testing.assert_allclose(found.standardised[good], fit.get_influence().resid_studentized_internal, atol=1e-9)
    assert (found.slope, found.intercept) == pytest.approx((fit.params[1], fit.params[0]), rel=1e-9)
    assert found.r2 == pytest.approx(fit.rsquared, rel=1e-9)
    assert np.isnan(found.residual[[5, 9]]).all()
    assert found.councils == 58


@pytest.mark.parametrize("spend", [[5.0, 5.0, 5.0, 5.0], [1.0, 2.0, np.nan, np.nan]])
def test_no_difference_in_spend_or_too_few_councils_is_no_residual(spend):
    assert np.isnan(mo.spend_residuals([1.0, 2.0, 3.0, 4.0], spend).residual).all()


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=30))
def test_agreement_is_scipys_ties_and_all(rows):
    a, b = np.array(rows, dtype=float).T
    rho, tau = mo.agreement(a, b)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        assert np.isnan(rho)
        assert np.isnan(tau)
    else:
        assert rho == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
        assert tau == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-9)


def test_agreement_leaves_out_councils_that_only_one_way_judges():
    assert mo.agreement([1, 2, 3, np.nan], [1, 2, 3, -9]) == pytest.approx((1, 1))
    assert np.isnan(mo.agreement([1, np.nan], [np.nan, 2])).all()


X, N = np.array([100, 200, 300, 400, 500.0]), np.full(5, 1000.0)


def test_matching_a_decile_is_plain_arithmetic_with_own_unit_costs():
    found = mo.match_decile(X, N, 0, 5, pence_with=1_500_000, pence_without=1_800_000, seed=1)
    assert found.target == pytest.approx(0.3)
    assert found.people == pytest.approx(200)
    assert found.difference == pytest.approx(200 * -300_000)
    assert found.lower < found.difference < found.upper < 0


def test_a_dearer_way_costs_and_the_same_price_costs_nothing():
    assert mo.match_decile(X, N, 0, 5, pence_with=2, pence_without=1, seed=1).difference == pytest.approx(200)
    same = mo.match_decile(X, N, 0, 5, pence_with=1, pence_without=1, seed=1)
    assert (same.difference, same.lower, same.upper) == (0, 0, 0)


def test_more_people_counted_make_the_interval_of_a_match_relatively_narrower():
    few = mo.match_decile(X, N, 0, 5, pence_with=1, pence_without=2, seed=1)
    many = mo.match_decile(X * 100, N * 100, 0, 5, pence_with=1, pence_without=2, seed=1)
    assert (many.upper - many.lower) / abs(many.difference) < (few.upper - few.lower) / abs(few.difference) / 5


def test_a_council_without_a_figure_matches_nothing_and_its_place_is_not_confused_with_anothers():
    x = X.copy()
    x[1] = np.nan
    assert np.isnan(mo.match_decile(x, N, 1, 5, pence_with=1, pence_without=2, seed=1).difference)
    found = mo.match_decile(x, N, 4, 9, pence_with=1, pence_without=2, seed=1)
    assert found.people == pytest.approx(1000 * (np.quantile([0.1, 0.3, 0.4, 0.5], 0.9) - 0.5))


@pytest.mark.parametrize("decile", [0, 10, 50])
def test_only_nine_deciles(decile):
    with pytest.raises(ValueError, match="choose 1 to 9"):
        mo.match_decile(X, N, 0, decile, pence_with=1, pence_without=2, seed=1)


def frontier_sample(k=30, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 0.3, k)
    return x, x**0.5 * np.exp(-rng.exponential(0.2, k))


def test_one_input_and_output_the_quick_way_is_the_linear_programme():
    x, y = frontier_sample()
    by_programme = fr._programmes(x[:, None], y[:, None], x[:, None], y[:, None])
    np.testing.assert_allclose(fr.dea(x, y), by_programme, atol=1e-9)


def test_dea_worked_by_hand():
    # Spend 2 on the line from (1, 1) to (2, 3): the outcome could be 3 where it is 2.
    np.testing.assert_allclose(fr.dea([1, 2, 3, 2], [1, 3, 4, 2]), [1, 1, 1, 1.5])


def test_two_inputs_and_two_outputs_keep_the_laws_of_dea():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(1, 3, (15, 2)), rng.uniform(1, 3, (15, 2))
    plain = fr.dea(x, y)
    assert (plain >= 1).all()
    assert (plain < 1 + 1e-9).any()
    np.testing.assert_allclose(fr.dea(x * [10, 0.1], y * [7, 3]), plain, atol=1e-7)  # units do not matter
    fewer = fr.dea(x[:-1], y[:-1])
    assert (fewer <= plain[:-1] + 1e-9).all()  # a council more can only raise the frontier


def test_a_council_that_did_not_report_is_not_on_the_frontier_and_not_imputed():
    found = fr.dea([1, 2, 3, 2, 1], [1, 3, 4, 2, np.nan])
    np.testing.assert_allclose(found, [1, 1, 1, 1.5, np.nan])


def test_the_bootstrap_takes_optimism_off_and_is_nearer_the_truth():
    plain, corrected = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x = rng.lognormal(0, 0.3, 60)
        truth = np.exp(rng.exponential(0.25, 60))
        found = fr.dea_bootstrap(x, x**0.5 / truth, seed=seed, draws=200)
        assert (found.corrected >= found.phi - 1e-9).all()
        assert (found.lower <= found.upper).all()
        plain.append(np.mean(found.phi - truth))
        corrected.append(np.mean(found.corrected - truth))
    assert np.mean(plain) < 0  # plain DEA flatters
    assert abs(np.mean(corrected)) < abs(np.mean(plain))


def test_the_bootstrap_is_the_same_for_the_same_seed():
    x, y = frontier_sample()
    one, again = (fr.dea_bootstrap(x, y, seed=3, draws=60) for _ in range(2))
    np.testing.assert_array_equal(one.corrected, again.corrected)


def test_too_few_draws_and_unlike_lengths_are_refused():
    with pytest.raises(ValueError, match="at least 50"):
        fr.dea_bootstrap([1, 2], [1, 2], seed=1, draws=10)
    with pytest.raises(ValueError, match="same councils"):
        fr.dea([1, 2, 3], [1, 2])
