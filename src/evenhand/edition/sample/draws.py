"""Random numbers that are the same on every machine and with every version of numpy.

numpy promises the raw 64-bit output of a *bit generator* for ever (NEP 19), but not what ``Generator.normal`` or
``Generator.binomial`` make of it, and ``exp`` and ``log`` may differ in the last bit between processors. So a draw here
uses the raw output of PCG64 and then only addition, subtraction, multiplication, division and square roots,
which IEEE 754 defines to the last bit. Each draw has a name and a stream of its own, so that a new table leaves
the others as they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draws:
    """All the chance in one simulated country; ``seed`` is a whole number."""

    seed: int

    def uniform(self, name: str, n: int) -> Floats:
        """n numbers in [0, 1) from the stream of this name, each a multiple of 2 to the power -53."""
        key = int.from_bytes(hashlib.sha256(f"{self.seed}/{name}".encode()).digest()[:16], "big")
        raw = np.asarray(np.random.PCG64(key).random_raw(n), dtype=np.uint64)
        scaled: Floats = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return scaled

    def normal(self, name: str, n: int, *, limit: float = 2.5) -> Floats:
        """n numbers of mean 0 and variance about 1: twelve uniforms added, less six, cut off at ``limit``."""
        u = self.uniform(name, 12 * n).reshape(12, n)
        total = u[0].copy()
        for row in u[1:]:
            total = total + row
        cut: Floats = np.clip(total - 6.0, -limit, limit)
        return cut

    def binomial(self, name: str, n: Ints, p: Floats) -> Ints:
        """A count of successes in n trials each, by the normal approximation; never under 0 nor over n.

        Worked example: n = 100 and p = 0.5 give 50 + 5z with z from ``normal``, rounded to a whole number.
        """
        z = self.normal(name, len(n))
        wanted = n * p + np.sqrt(n * p * (1.0 - p)) * z
        return np.clip(whole(wanted), 0, n)

    def order(self, name: str, n: int) -> list[int]:
        """The numbers 0 to n - 1 shuffled."""
        u = self.uniform(name, n)
        return sorted(range(n), key=lambda i: (float(u[i]), i))


def whole(x: Floats) -> Ints:
    """To the nearest whole number, halves upwards."""
    return np.floor(x + 0.5).astype(np.int64)


def round5(x: Ints) -> Ints:
    """Whole numbers to the nearest 5: 2 becomes 0 and 3 becomes 5, as the publishers round."""
    return (x + 2) // 5 * 5
