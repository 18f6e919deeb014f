"""How far apart two figures are, and how sure that is: the interval of a difference from the intervals of its two ends.

It needs nothing but two figures with limits, so it serves proportions, rates and survey figures alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import Floats, floats


@dataclass(frozen=True)
class Difference:
    """a − b with its limits, in the figures' unit; NaN in all three where either has no figure or no limits."""

    difference: Floats
    lower: Floats
    upper: Floats


def difference(
    a: ArrayLike, lower_a: ArrayLike, upper_a: ArrayLike, b: ArrayLike, lower_b: ArrayLike, upper_b: ArrayLike
) -> Difference:
    """a − b with limits made from the limits of a and b, which must be of one level (both 95% or both 99.8%).

    lower = d − √((a − lower_a)² + (upper_b − b)²), upper = d + √((upper_a − a)² + (b − lower_b)²). With Wilson limits
    it is method 10 of Newcombe, Statistics in Medicine 17 (1998) 873-890; for any two figures, Zou & Donner, Statistics
    in Medicine 27 (2008) 1693-1702. The two are of different people: what chance does to one it does not do to the
    other. A figure that its publisher rounded past its own limit counts as on it. Arguments broadcast together.
    Example: 56 of 70 less 48 of 80 with Wilson limits -> 0.2 (0.0524 to 0.3339).
    """
    a, la, ua, b, lb, ub = np.broadcast_arrays(*(floats(v) for v in (a, lower_a, upper_a, b, lower_b, upper_b)))
    d = a - b
    down = np.hypot(np.maximum(a - la, 0.0), np.maximum(ub - b, 0.0))
    up = np.hypot(np.maximum(ua - a, 0.0), np.maximum(b - lb, 0.0))
    known = np.isfinite(d + down + up)
    return Difference(*(np.where(known, v, np.nan) for v in (d, d - down, d + up)))
