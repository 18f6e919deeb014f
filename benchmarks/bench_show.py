"""How long does `evenhand show` take? Promise: at most 0.7 s with start-up, over the simulated England.

Prints the median of several runs in processes of their own, and the ratio to a process that only imports Polars.
Leaves with 1 when the promise is broken. Run: python benchmarks/bench_show.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

PROMISE, RUNS = 0.7, 9
MAIN = (sys.executable, "-c", "from evenhand.cli import main; main()")


def seconds(*argv: str, runs: int = RUNS) -> float:
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(argv, check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ["EVENHAND_HOME"] = home
        seconds(*MAIN, "build", "--sample", runs=1)
        polars = seconds(sys.executable, "-c", "import polars")
        cases = {
            "show ascof-3d-2a": ("show", "ascof-3d-2a"),
            "show ascof-3d-2a --format json": ("show", "ascof-3d-2a", "--format", "json"),
            "show --list": ("show", "--list"),
        }
        took = {what: seconds(*MAIN, *verb) for what, verb in cases.items()}
    print(f"evenhand show over the simulated England, start-up included (import polars alone: {polars:.2f} s)")
    for what, s in took.items():
        print(f"  {what:<32}{s:5.2f} s (promise: {PROMISE} s); {s / polars:.1f} times as long as import polars")
    return 0 if max(took.values()) <= PROMISE else 1


if __name__ == "__main__":
    sys.exit(main())
