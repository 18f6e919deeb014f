"""How long do rank intervals take? Promise: 152 councils × 10,000 draws in at most 50 ms a measure.

Prints the median of many runs, and the ratio to a plain loop (numpy's own draws, one ranking a draw) measured in the
same run on the same figures. Leaves with 1 when the promise is broken. Run: python benchmarks/bench_ranks.py
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from evenhand.compare.ranks import rank_intervals

COUNCILS, DRAWS, PROMISE_MS = 152, 10_000, 50.0


def milliseconds(work: Callable[[int], object], runs: int) -> float:
    took = []
    for run in range(runs):
        start = time.perf_counter()
        work(run)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def plain_loop(x: np.ndarray, n: np.ndarray, seed: int) -> np.ndarray:
    """The same answer written plainly: draw, rank, and take percentiles of the ranks."""
    rng = np.random.default_rng(seed)
    ranks = np.empty((DRAWS, x.size))
    for d in range(DRAWS):
        drawn = rng.beta(x + 0.5, n - x + 0.5)
        ranks[d, np.argsort(-drawn)] = np.arange(1, x.size + 1)
    return np.quantile(ranks, [0.5, 0.025, 0.975], axis=0)


def main() -> int:
    rng = np.random.default_rng(0)
    n = rng.integers(300, 9000, COUNCILS).astype(float)
    x = rng.binomial(n.astype(int), rng.beta(8, 25, COUNCILS)).astype(float)
    start = time.perf_counter()
    rank_intervals("proportion", x, n, draws=DRAWS, seed=0)
    first = (time.perf_counter() - start) * 1000
    cases = {
        "proportion": (x, n),
        "rate": (x, n * 60),
        "score": (rng.normal(19, 1, COUNCILS), rng.uniform(0.1, 0.5, COUNCILS)),
    }
    took = {
        kind: milliseconds(lambda seed, k=kind, p=pair: rank_intervals(k, *p, draws=DRAWS, seed=seed), 21)
        for kind, pair in cases.items()
    }
    loop = milliseconds(lambda seed: plain_loop(x, n, seed), 3)
    print(f"rank intervals, {COUNCILS} councils x {DRAWS:,} draws (first call, loading scipy.special: {first:.0f} ms)")
    for kind, ms in took.items():
        print(f"  {kind:<11}{ms:7.1f} ms a measure (promise: {PROMISE_MS:.0f} ms)")
    print(f"  plain loop {loop:7.1f} ms: {loop / took['proportion']:.1f} times as long as the proportion above")
    return 0 if max(took.values()) <= PROMISE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
