"""Random numbers for invented records: the same on every machine, for one council at a time.

numpy promises the raw output of PCG64 for ever, and not what its distributions make of it; so only the raw output is
used, and only additions, multiplications and comparisons, which IEEE 754 defines to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Chance:
    """All the chance in one council's records. seed: the user's; council: its place in the list, from 0."""

    def __init__(self, seed: int, council: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence((seed, council)))

    def uniform(self, n: int) -> Floats:
        """n numbers in [0, 1), multiples of 2 to the power -53."""
        raw = np.asarray(self._bits.random_raw(n), dtype=np.uint64)
        scaled: Floats = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return scaled

    def yes(self, n: int, p: float | Floats) -> Flags:
        """n flags, true with probability p."""
        flags: Flags = self.uniform(n) < p
        return flags

    def within(self, low: int | Ints, high: int | Ints, n: int | None = None) -> Ints:
        """Whole numbers from low to high, both possible; where high is below low, low."""
        lows = np.asarray(low, dtype=np.int64)
        highs = np.asarray(high, dtype=np.int64)
        size = n if n is not None else int(np.broadcast(lows, highs).size)
        span = np.maximum(highs - lows, 0) + 1
        found: Ints = lows + (self.uniform(size) * span).astype(np.int64)
        return found

    def early(self, n: int, most: int) -> Ints:
        """Whole numbers from 0 to most, small ones more often: the square of a uniform number."""
        u = self.uniform(n)
        return (u * u * most).astype(np.int64)

    def pick(self, n: int, weights: Sequence[float] | Floats) -> Ints:
        """n places in the list of weights, each as often as its weight says."""
        steps = np.cumsum(np.asarray(weights, dtype=np.float64))
        found: Ints = np.searchsorted(steps, self.uniform(n) * steps[-1], side="right").astype(np.int64)
        return found

    def one_of(self, n: int, weights: dict[int, float]) -> Ints:
        """n codes, each as often as its weight says."""
        return np.array(list(weights), dtype=np.int64)[self.pick(n, list(weights.values()))]

    def order(self, n: int) -> Ints:
        """The numbers 0 to n - 1 shuffled."""
        return np.argsort(self.uniform(n), kind="stable").astype(np.int64)

    def near(self) -> float:
        """One number of mean 0 and variance 1, never beyond 6: twelve uniform ones added, less six."""
        total = 0.0
        for x in self.uniform(12).tolist():
            total += x
        return total - 6.0


def whole(x: float) -> int:
    """To the nearest whole number, halves upwards."""
    return int(np.floor(x + 0.5))
