"""Small array helpers that every calculator of this package shares. NaN means *no value*, everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def floats(values: ArrayLike) -> Floats:
    """Anything array-like as float64; None becomes NaN, infinity is no value either."""
    out = np.array(values, dtype=np.float64)
    out[~np.isfinite(out)] = np.nan
    return out


def usable_counts(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Numerators and denominators broadcast together, both NaN where no proportion exists.

    No proportion exists when either is missing, n is not above 0, x is negative or x is above n. (Readers reject the
    last two with a message that names the cell; here they must only never become a number.)
    """
    x, n = np.broadcast_arrays(floats(x), floats(n))
    good = (n > 0) & (x >= 0) & (x <= n)
    return np.where(good, x, np.nan), np.where(good, n, np.nan)


def usable_rate(x: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    """As ``usable_counts`` for events in a population, where x may be above the population."""
    x, population = np.broadcast_arrays(floats(x), floats(population))
    good = (population > 0) & (x >= 0)
    return np.where(good, x, np.nan), np.where(good, population, np.nan)


def nansum(values: Floats) -> Floats:
    """Sum over the last axis without the missing ones; NaN (not 0) where every value is missing."""
    some = np.isfinite(values).any(axis=-1)
    return np.where(some, np.nansum(values, axis=-1), np.nan)


def nanmean(values: Floats) -> Floats:
    """Mean over the last axis without the missing ones; NaN, and no warning, where every value is missing."""
    k = np.isfinite(values).sum(axis=-1)
    return ratio(nansum(values), k)


def nanvar(values: Floats) -> Floats:
    """Sample variance (divisor k - 1) over the last axis without the missing ones; NaN for fewer than two values."""
    k = np.isfinite(values).sum(axis=-1)
    gap = values - nanmean(values)[..., None]
    return ratio(nansum(gap * gap), np.where(k > 1, k - 1, 0))


def ratio(top: ArrayLike, bottom: ArrayLike) -> Floats:
    """top / bottom, and NaN (no warning, no infinity) where bottom is 0 or either is missing."""
    top, bottom = np.broadcast_arrays(floats(top), floats(bottom))
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=(bottom != 0) & np.isfinite(bottom) & np.isfinite(top))
    return out


def quantiles(values: ArrayLike, shares: Sequence[float]) -> Floats:
    """Quantiles over the last axis without the missing ones, for many rows at once.

    values: shape (..., k). shares: q numbers in 0..1. Returns shape (..., q); NaN where a row has no value.
    Hyndman & Fan's type 7 (linear between order statistics), numpy's and R's default. ``np.nanquantile`` gives the
    same numbers but walks row by row, which is slow for hundreds of measures.
    """
    ordered = np.sort(floats(values), axis=-1)  # NaN sorts last
    if ordered.shape[-1] == 0:
        return np.full((*ordered.shape[:-1], len(shares)), np.nan)
    k = np.isfinite(ordered).sum(axis=-1)[..., None]
    place = np.asarray(shares, dtype=np.float64) * np.maximum(k - 1, 0)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(k - 1, 0))
    low = np.take_along_axis(ordered, below, axis=-1)
    high = np.take_along_axis(ordered, above, axis=-1)
    return np.asarray(low + (high - low) * (place - below), dtype=np.float64)


def min_ranks(values: ArrayLike) -> Floats:
    """Rank 1 for the highest; ties share the lowest number of their places ("joint 3rd"); missing has no rank.

    values: shape (..., k) -> the same shape.
    """
    v = floats(values)
    higher = (v[..., None, :] > v[..., :, None]).sum(axis=-1)
    return np.where(np.isfinite(v), higher + 1.0, np.nan)


def mid_ranks(values: ArrayLike) -> Floats:
    """Ranks from 1 for the lowest, ties given the mean of their places: what rank correlations need."""
    v = floats(values)
    below = (v[..., None, :] < v[..., :, None]).sum(axis=-1)
    same = (v[..., None, :] == v[..., :, None]).sum(axis=-1)
    return np.where(np.isfinite(v), below + (same + 1) / 2.0, np.nan)
