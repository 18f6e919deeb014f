"""Money beside outcomes: spend a head, deflated; productivity in several ways, never one; and what-if arithmetic.

Pounds come in as whole pence. A figure per head is a rate and not a sum of money, so it may have fractions of a penny;
``whole_pence`` rounds it for showing. Councils that did not report are NaN and are never imputed.

Left out for now, and not to be pretended: the stochastic frontier (half-normal) and Dirichlet draws of weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import Floats, floats, mid_ranks, quantiles, ratio, usable_counts


def per_head(pence: ArrayLike, people: ArrayLike) -> Floats:
    """Pence per person; NaN where there are no people or no figure. A net spend below 0 stays below 0."""
    people = floats(people)
    return ratio(pence, np.where(people > 0, people, np.nan))


def deflate(pence: ArrayLike, index_then: ArrayLike, index_base: ArrayLike) -> Floats:
    """Pence in the prices of the base year: pence × base index / index of the year spent (GDP deflator).

    Example: 10,000 pence spent when the index stood at 80, in prices of index 100 -> 12,500.
    """
    then = floats(index_then)
    return np.asarray(floats(pence) * ratio(index_base, np.where(then > 0, then, np.nan)))


def whole_pence(pence: ArrayLike) -> Floats:
    """Rounded to whole pence, halves away from zero (as money is rounded on paper): 2.5 -> 3, −2.5 -> −3."""
    v = floats(pence)
    return np.asarray(np.copysign(np.floor(np.abs(v) + 0.5), v) + 0.0)


@dataclass(frozen=True)
class Residuals:
    """Outcomes above or below what spend would lead one to expect; arrays of shape (k,), NaN for councils left out.

    residual: outcome − expected. standardised: internally studentised (0 ± 1 when the line is all there is).
    slope: change of the outcome for spend e times higher; intercept; r2: share of variance that the line explains.
    councils: how many took part.
    """

    expected: Floats
    residual: Floats
    standardised: Floats
    slope: float
    intercept: float
    r2: float
    councils: int


def spend_residuals(outcome: ArrayLike, spend: ArrayLike, need: ArrayLike | float = 1.0) -> Residuals:
    """Residuals of an outcome on log need-adjusted spend, by ordinary least squares over councils.

    spend: pence a head, above 0. need: relative need (1 = average; above 0); spend is divided by it. Needs at least
    three councils and some difference in spend; otherwise everything is NaN. Source: ordinary least squares; leverage
    as in Cook & Weisberg (1982).
    """
    y, s, n = np.broadcast_arrays(floats(outcome), floats(spend), floats(need))
    good = np.isfinite(y) & (s > 0) & (n > 0)
    gone = np.full(y.shape, np.nan)
    k = int(good.sum())
    x = np.log(s[good] / n[good])
    gap = x - x.mean() if k else x
    lean = float((gap**2).sum())
    if k < 3 or lean <= 1e-18:
        return Residuals(gone, gone.copy(), gone.copy(), np.nan, np.nan, np.nan, k)
    yy = y[good]
    slope = float((gap * yy).sum()) / lean
    intercept = float(yy.mean() - slope * x.mean())
    expected, residual, standardised = gone, gone.copy(), gone.copy()
    expected[good] = intercept + slope * x
    residual[good] = left = yy - expected[good]
    sigma2 = float((left**2).sum()) / (k - 2)
    free = 1 - (1 / k + gap**2 / lean)  # 1 − leverage
    standardised[good] = ratio(left, np.sqrt(sigma2 * np.where(free > 1e-12, free, np.nan)))
    total = float(((yy - yy.mean()) ** 2).sum())
    r2 = 1 - float((left**2).sum()) / total if total > 0 else np.nan
    return Residuals(expected, residual, standardised, slope, intercept, r2, k)


def _mean_zero(values: Floats) -> Floats:
    return np.asarray(values - values.mean())


def agreement(first: ArrayLike, second: ArrayLike) -> tuple[float, float]:
    """How far two ways of judging put councils in the same order: Spearman's ρ and Kendall's τ-b, ties allowed.

    Over councils that both judge; NaN for fewer than two of them or when either way finds all alike.
    Source: Spearman 1904; Kendall, Biometrika 33 (1945) 239-251.
    """
    a, b = np.broadcast_arrays(floats(first), floats(second))
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if a.size < 2:
        return np.nan, np.nan
    ra, rb = _mean_zero(mid_ranks(a)), _mean_zero(mid_ranks(b))
    rho = ratio((ra * rb).sum(), np.sqrt((ra**2).sum() * (rb**2).sum()))
    sa, sb = np.sign(a[:, None] - a), np.sign(b[:, None] - b)
    tau = ratio((sa * sb).sum(), np.sqrt((sa**2).sum() * (sb**2).sum()))
    return float(rho), float(tau)


@dataclass(frozen=True)
class Matched:
    """ "If this council matched decile d": arithmetic with its own unit costs, not a claim about cause.

    target: the decile of councils' shares. people: how many more would hold a direct payment (below 0: fewer).
    difference, lower, upper: change in yearly spend, in pence (below 0 is a saving), with its 95% interval.
    """

    target: float
    people: float
    difference: float
    lower: float
    upper: float


def match_decile(
    x: ArrayLike,
    n: ArrayLike,
    council: int,
    decile: int,
    *,
    pence_with: float,
    pence_without: float,
    seed: int,
    draws: int = 4000,
) -> Matched:
    """What it would cost, or save, if one council's share moved to a decile of all councils' shares.

    x, n: people with and people in all, shape (k,). decile: 1..9. pence_with, pence_without: the council's own yearly
    cost for a person with and without, held as they are. The number moved is n × (decile − own share); the difference
    is that times (pence_with − pence_without). The interval is chance in the shares: all councils' shares are drawn
    again from Beta(x + ½, n − x + ½), and the decile and the gap worked out each time; unit costs are taken as exact.
    NaN throughout when the council has no figure. Raises ValueError for another decile.
    """
    if decile not in range(1, 10):
        raise ValueError(f"{decile} is not a decile: choose 1 to 9")
    x, n = usable_counts(x, n)
    share = x / n
    target = float(quantiles(share, (decile / 10,))[0])
    people = float(n[council] * (target - share[council]))
    price = pence_with - pence_without
    if not np.isfinite(people * price):
        return Matched(target, np.nan, np.nan, np.nan, np.nan)
    has = np.isfinite(share)
    drawn = np.random.default_rng(seed).beta(x[has] + 0.5, (n - x)[has] + 0.5, size=(draws, int(has.sum())))
    own = int(has[:council].sum())
    gap = quantiles(drawn, (decile / 10,))[:, 0] - drawn[:, own]
    low, high = quantiles(gap * n[council] * price, (0.025, 0.975))
    return Matched(target, people, people * price, float(low), float(high))
