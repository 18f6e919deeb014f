"""How sure one figure is: intervals for proportions, rates and survey figures, and flags for care.

Every function works on whole columns: arguments broadcast together and NaN (no value) in any of them gives NaN out.
Numerators need not be whole numbers. A denominator of 0 gives no value: not 0, and not an error.
"""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.compare._arrays import Floats, floats, ratio, usable_counts, usable_rate

Z95 = 1.959963984540054  # the standard normal's 97.5th percentile: 95% two-sided
Z998 = 3.090232306167813  # its 99.9th: 99.8% two-sided
EXACT_BELOW = 10.0  # counts below this get exact Poisson limits, as OHID's technical guide does


class Interval(NamedTuple):
    """Two arrays of the same shape: the lower and the upper limits."""

    lower: Floats
    upper: Floats


def wilson(x: ArrayLike, n: ArrayLike, z: float = Z95) -> Interval:
    """Wilson's score interval of the proportion x / n.

    (2x + z² ± z·√(z² + 4x(1 − x/n))) / (2(n + z²)). Source: Wilson, JASA 22 (1927) 209-212; recommended by Newcombe,
    Statistics in Medicine 17 (1998) 857-872. Example: 395 of 1,782 -> 0.2030 to 0.2415.

    x, n: people counted and people in all. Returns limits as proportions 0..1; NaN where no proportion exists.
    """
    x, n = usable_counts(x, n)
    p = ratio(x, n)
    middle, reach = 2 * x + z * z, z * np.sqrt(z * z + 4 * x * (1 - p))
    bottom = 2 * (n + z * z)
    # At the ends one limit *is* 0 or 1; subtraction would leave a rounding error there. The estimate is always inside.
    lower = np.where(x == 0, 0.0, np.minimum(np.maximum((middle - reach) / bottom, 0.0), p))
    upper = np.where(x == n, 1.0, np.maximum(np.minimum((middle + reach) / bottom, 1.0), p))
    gone = np.isnan(p)
    return Interval(np.where(gone, np.nan, lower), np.where(gone, np.nan, upper))


def byar(x: ArrayLike, z: float = Z95) -> Interval:
    """Byar's approximation to the exact Poisson limits of a count.

    x(1 − 1/(9x) − z/(3√x))³ and (x+1)(1 − 1/(9(x+1)) + z/(3√(x+1)))³. Source: Breslow & Day, Statistical Methods in
    Cancer Research II (1987), p. 69. Very good from about 10 upward. Example: 20 -> 12.21 to 30.89.
    """
    x = floats(x)
    x = np.where(x >= 0, x, np.nan)
    safe = np.where(x > 0, x, 1.0)
    inner = 1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))
    # A negative bracket cubed would be a negative count: the limit is then 0.
    lower = np.where(x > 0, x * np.maximum(inner, 0.0) ** 3, 0.0)
    y = x + 1
    upper = y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3
    return Interval(np.where(np.isnan(x), np.nan, lower), upper)


def exact_poisson(x: ArrayLike, z: float = Z95) -> Interval:
    """Exact (Garwood) Poisson limits of a count, from the chi-square distribution.

    Lower: half the α/2 quantile of χ² on 2x degrees of freedom (0 when x = 0); upper: half the 1 − α/2 quantile on
    2x + 2. Source: Garwood, Biometrika 28 (1936) 437-442. Example: 5 -> 1.6235 to 11.6683.
    """
    from scipy import special

    x = floats(x)
    x = np.where(x >= 0, x, np.nan)
    tail = special.ndtr(-z)
    lower = np.where(x > 0, special.gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    return Interval(np.where(np.isnan(x), np.nan, lower), np.asarray(special.gammainccinv(x + 1, tail)))


def poisson_interval(x: ArrayLike, z: float = Z95) -> Interval:
    """Limits of a count: exact Poisson below 10, Byar's from 10 upward (they differ by under 0.2% there)."""
    x = floats(x)
    lower, upper = byar(x, z)
    small = x < EXACT_BELOW
    if small.any():  # only then is scipy needed at all
        exact = exact_poisson(np.where(small, x, 0.0), z)
        lower, upper = np.where(small, exact.lower, lower), np.where(small, exact.upper, upper)
    return Interval(lower, upper)


def rate_interval(x: ArrayLike, population: ArrayLike, per: float = 1.0, z: float = Z95) -> Interval:
    """Limits of the rate x / population × per; ``per=1000`` for a rate per 1,000 people.

    The count carries the uncertainty and the population is taken as known. Source: as ``poisson_interval``; Office for
    Health Improvement and Disparities, technical guide on confidence intervals. Example: 120 in 40,000 per 1,000
    -> 2.49 to 3.59.
    """
    x, population = usable_rate(x, population)
    lower, upper = poisson_interval(x, z)
    return Interval(ratio(lower * per, population), ratio(upper * per, population))


def survey_interval(
    value: ArrayLike,
    moe95: ArrayLike,
    z: float = Z95,
    *,
    lowest: float | None = None,
    highest: float | None = None,
) -> Interval:
    """Limits of a survey figure from the publisher's margin of error (a 95% half-width): value ± moe·z/1.96.

    lowest, highest: the ends of the scale when it has them (0 and 100 for a percentage, 0 and 24 for the quality of
    life score); limits are cut there, because no council can be beyond them. A negative margin is no margin: NaN.
    Example: 19.2 ± 0.3 at 99.8% -> 18.727 to 19.673.
    """
    value, moe95 = np.broadcast_arrays(floats(value), floats(moe95))
    reach = np.where(moe95 >= 0, moe95, np.nan) * (z / Z95)
    lower, upper = value - reach, value + reach
    if lowest is not None:
        lower = np.minimum(np.maximum(lower, lowest), value)
    if highest is not None:
        upper = np.maximum(np.minimum(upper, highest), value)
    return Interval(lower, upper)


def standard_error(lower: ArrayLike, upper: ArrayLike, z: float = Z95) -> Floats:
    """The standard error that an interval stands for: its width / 2z. Never 0 for Wilson limits, even at x = 0."""
    return np.asarray((floats(upper) - floats(lower)) / (2 * z))


class Reliability(IntFlag):
    """Why a figure should be treated with care; 0 is "no reason found". Several can hold at once."""

    FEW_PEOPLE = 1
    WIDE_POINTS = 2
    WIDE_RELATIVE = 4


FEW = 30  # people in the denominator
WIDE_POINTS = 0.20  # 20 percentage points, as a proportion
WIDE_RELATIVE = 1.2  # times the estimate

REASONS: dict[Reliability, str] = {
    Reliability.FEW_PEOPLE: "Fewer than 30 people are counted.",
    Reliability.WIDE_POINTS: "The 95% interval is wider than 20 percentage points.",
    Reliability.WIDE_RELATIVE: "The 95% interval is wider than 1.2 times the figure itself.",
}


def reliability(
    estimate: ArrayLike,
    lower95: ArrayLike,
    upper95: ArrayLike,
    denominator: ArrayLike | None = None,
    *,
    percentage_points: float | None = WIDE_POINTS,
) -> NDArray[np.uint8]:
    """Flags for figures to treat with care, as a bit mask of ``Reliability`` (see ``reasons``).

    percentage_points: the width that is too wide, in the units of ``estimate`` (0.20 for proportions, 20 for
    percentages); None for rates and scores, where percentage points mean nothing. A figure with no value has no flag.
    Example: 6 of 20 -> FEW_PEOPLE | WIDE_POINTS | WIDE_RELATIVE (0.145 to 0.519: 0.374 wide, 1.25 times 0.3).
    """
    estimate, lower, upper = np.broadcast_arrays(floats(estimate), floats(lower95), floats(upper95))
    width = upper - lower
    flags = np.zeros(width.shape, dtype=np.uint8)
    if denominator is not None:
        n = np.broadcast_to(floats(denominator), width.shape)
        flags |= np.where(n < FEW, Reliability.FEW_PEOPLE, 0).astype(np.uint8)
    if percentage_points is not None:
        flags |= np.where(width > percentage_points, Reliability.WIDE_POINTS, 0).astype(np.uint8)
    flags |= np.where(width > WIDE_RELATIVE * estimate, Reliability.WIDE_RELATIVE, 0).astype(np.uint8)
    return np.where(np.isfinite(estimate), flags, 0).astype(np.uint8)


def reasons(flag: int) -> tuple[str, ...]:
    """The sentences for one figure's flag, in a fixed order; empty when nothing speaks against it."""
    return tuple(text for bit, text in REASONS.items() if flag & bit)
