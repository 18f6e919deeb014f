"""How much councils differ from one another, and how much of that is real.

The last axis is councils; axes before it are worked at once. NaN is a council with no figure: it is left out, never
taken as 0. A ratio to zero does not exist: the smallest council above zero is used instead, and the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import (
    Bools,
    Floats,
    floats,
    nanmean,
    nansum,
    nanvar,
    quantiles,
    ratio,
    usable_counts,
    usable_rate,
)
from evenhand.compare.intervals import Z95

DECILES = tuple(d / 10 for d in range(1, 10))
BANDS = (0.10, 0.25, 0.50, 0.75, 0.90)


@dataclass(frozen=True)
class Spread:
    """How councils' figures lie; every array has the shape (...) of the axes before councils.

    councils:          how many have a figure.      zeros: how many of those are exactly 0.
    minimum, maximum:  the ends.                    smallest_non_zero: the smallest figure above 0.
    deciles:           nine of them, shape (..., 9).
    mean_of_councils:  each council counting the same. The benchmark (sums) is in ``funnel.benchmark``.
    cv:                coefficient of variation, standard deviation (divisor k − 1) / mean.
    highest_to_lowest: maximum / minimum, or / smallest_non_zero where the minimum is 0.
    ninety_to_ten:     9th decile / 1st decile; NaN where the 1st is 0.
    used_non_zero:     where highest_to_lowest had to leave councils with 0 aside.
    """

    councils: Floats
    zeros: Floats
    minimum: Floats
    smallest_non_zero: Floats
    maximum: Floats
    deciles: Floats
    mean_of_councils: Floats
    cv: Floats
    highest_to_lowest: Floats
    ninety_to_ten: Floats
    used_non_zero: Bools


def _least(values: Floats) -> Floats:
    """Smallest over the last axis; NaN, without a warning, where there is none."""
    least = np.where(np.isfinite(values), values, np.inf).min(axis=-1, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)


def spread(values: ArrayLike) -> Spread:
    """Ends, deciles, mean, coefficient of variation and ratios of councils' figures (not below 0), shape (..., k).

    Example: 0, 10, 20, 30, 40 -> mean 20, cv 0.79, highest to lowest 4.0 with ``used_non_zero`` True.
    """
    v = floats(values)
    low, high = _least(v), -_least(-v)
    above_zero = _least(np.where(v > 0, v, np.nan))
    mean, deciles = nanmean(v), quantiles(v, DECILES)
    return Spread(
        councils=np.isfinite(v).sum(axis=-1).astype(np.float64),
        zeros=(v == 0).sum(axis=-1).astype(np.float64),
        minimum=low,
        smallest_non_zero=above_zero,
        maximum=high,
        deciles=deciles,
        mean_of_councils=mean,
        cv=ratio(np.sqrt(nanvar(v)), mean),
        highest_to_lowest=ratio(high, above_zero),
        ninety_to_ten=ratio(deciles[..., 8], deciles[..., 0]),
        used_non_zero=np.asarray((low == 0) & np.isfinite(above_zero)),
    )


def count_above(values: ArrayLike, threshold: float) -> Floats:
    """How many councils have a figure above a threshold (not at it)."""
    return np.asarray((floats(values) > threshold).sum(axis=-1), dtype=np.float64)


def count_below(values: ArrayLike, threshold: float) -> Floats:
    """How many councils have a figure below a threshold; a council without a figure is not below anything."""
    return np.asarray((floats(values) < threshold).sum(axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Ratio:
    """One rate as so many times another, with its interval; NaN in all three where it does not exist."""

    ratio: Floats
    lower: Floats
    upper: Floats


def ratio_of_rates(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    kind: Literal["proportion", "rate"] = "proportion",
    z: float = Z95,
) -> Ratio:
    """(x1/n1) / (x2/n2) with its interval by the log method; both x must be above 0, or there is no ratio.

    se(log ratio) = √(1/x1 − 1/n1 + 1/x2 − 1/n2) for proportions (Katz, Baptista, Azen & Pike, Biometrics 34 (1978)
    469-474), √(1/x1 + 1/x2) for rates of events. Example: 30/100 against 10/100 -> 3.0 (1.55 to 5.80).
    """
    usable = usable_counts if kind == "proportion" else usable_rate
    x1, n1 = usable(x1, n1)
    x2, n2 = usable(x2, n2)
    x1, x2 = np.where(x1 > 0, x1, np.nan), np.where(x2 > 0, x2, np.nan)
    variance = 1 / x1 + 1 / x2
    if kind == "proportion":
        variance = variance - 1 / n1 - 1 / n2
    middle = (x1 / n1) / (x2 / n2)
    # Two councils at exactly 100% leave a rounding error here that must not go below nothing.
    factor = np.exp(z * np.sqrt(np.maximum(variance, 0.0)))
    return Ratio(np.asarray(middle), np.asarray(middle / factor), np.asarray(middle * factor))


@dataclass(frozen=True)
class Extremes:
    """The highest council against the lowest above zero: "k times as likely".

    highest, lowest: their places along the councils' axis (the first of equals). ratio: with its interval.
    zeros: councils at exactly 0 that were set aside because a ratio to zero does not exist; say so when above 0.
    """

    highest: int
    lowest: int
    ratio: Ratio
    zeros: int


def extremes(x: ArrayLike, n: ArrayLike, *, kind: Literal["proportion", "rate"] = "proportion") -> Extremes | None:
    """Compare the highest council with the lowest above zero; None when fewer than two councils are above zero.

    x, n: shape (k,). The interval is that of these two councils; it does not know that they were picked as the ends
    of many, and so is somewhat too narrow: the sentence that shows it names both councils.
    """
    x, n = usable_counts(x, n) if kind == "proportion" else usable_rate(x, n)
    p = ratio(x, n)
    positive = np.flatnonzero(p > 0)
    if positive.size < 2:
        return None
    top, bottom = int(positive[np.argmax(p[positive])]), int(positive[np.argmin(p[positive])])
    found = ratio_of_rates(x[top], n[top], x[bottom], n[bottom], kind=kind)
    return Extremes(top, bottom, found, int((p == 0).sum()))


def chance_variance(x: ArrayLike, n: ArrayLike, *, kind: Literal["proportion", "rate"] = "proportion") -> Floats:
    """The variance that chance alone would give each council's figure if it had the benchmark's rate; shape (..., k).

    Proportions: p₀(1 − p₀)/n; rates: θ₀/population, with p₀ and θ₀ the sums' ratio. The benchmark and not the council's
    own figure, because a council with 0 of 12 would otherwise seem perfectly sure.
    """
    x, n = usable_counts(x, n) if kind == "proportion" else usable_rate(x, n)
    p0 = ratio(nansum(x), nansum(n))[..., None]
    return np.asarray((p0 * (1 - p0) if kind == "proportion" else p0) / n)


@dataclass(frozen=True)
class Systematic:
    """Observed variance between councils, split into chance and the rest.

    observed: variance of councils' figures (divisor k − 1). chance: mean of their sampling variances.
    systematic: observed − chance; below 0 when councils differ less than chance would make them (shown as 0 by
    ``share``). share: systematic / observed, cut to 0..1.
    """

    observed: Floats
    chance: Floats
    systematic: Floats
    share: Floats


def systematic_component(values: ArrayLike, variances: ArrayLike) -> Systematic:
    """Systematic component of variation: observed variance − mean sampling variance.

    values: councils' figures; variances: their sampling variances (``chance_variance``, or se² of survey figures);
    shape (..., k). Source: McPherson, Wennberg, Hovind & Clifford, NEJM 307 (1982) 1310-1314, on the scale of the rate.
    Example: figures 0.1, 0.2, 0.3 with variances 0.001 each -> observed 0.01, systematic 0.009, share 0.9.
    """
    v, s2 = np.broadcast_arrays(floats(values), floats(variances))
    both = np.isfinite(v) & (s2 >= 0)
    v, s2 = np.where(both, v, np.nan), np.where(both, s2, np.nan)
    observed, chance = nanvar(v), nanmean(s2)
    real = observed - chance
    return Systematic(observed, chance, real, np.clip(ratio(real, observed), 0.0, 1.0))


@dataclass(frozen=True)
class Shrunken:
    """Empirical Bayes estimates: always to be labelled as such, beside the plain figures and never instead of them.

    estimate: shape (..., k).  weight: the share of each council's own figure in it, 0..1.  towards: the middle that
    the rest comes from.  label: the words to show.
    """

    estimate: Floats
    weight: Floats
    towards: Floats
    label: str = "shrunken estimate (empirical Bayes)"


def shrink(values: ArrayLike, variances: ArrayLike) -> Shrunken:
    """Pull each figure towards the middle of all, the more the less it is sure.

    weight = τ²/(τ² + s²) with τ² the systematic component (not below 0); the middle is the mean weighted by
    1/(τ² + s²). Source: Morris, JASA 78 (1983) 47-55, in the method-of-moments form. values, variances: as for
    ``systematic_component``. Example: figures 0.1, 0.2, 0.3, variances 0.001 each -> 0.11, 0.20, 0.29.
    """
    v, s2 = np.broadcast_arrays(floats(values), floats(variances))
    both = np.isfinite(v) & (s2 > 0)
    v, s2 = np.where(both, v, np.nan), np.where(both, s2, np.nan)
    tau2 = np.maximum(np.nan_to_num(systematic_component(v, s2).systematic), 0.0)[..., None]
    precision = 1 / (tau2 + s2)
    towards = ratio(nansum(precision * v), nansum(precision))
    weight = tau2 * precision
    middle = towards[..., None]
    return Shrunken(np.asarray(middle + weight * (v - middle)), np.asarray(weight), towards)


def percentile_bands(values_by_period: ArrayLike, shares: tuple[float, ...] = BANDS) -> Floats:
    """Percentiles of councils in each period: the background of a trend.

    values_by_period: shape (periods, councils), NaN for missing. Returns (periods, len(shares)); a period without any
    council is a row of NaN, so no band is drawn across it.
    """
    return quantiles(values_by_period, shares)
