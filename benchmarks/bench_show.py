"""How long does a question take in a terminal? Promise: `evenhand show` answers in at most 0.7 seconds, start to end.

Builds the simulated England in a temporary home, and runs `evenhand show` as whole processes: table, JSON and the list
of measures. Prints medians of 15 runs, and the ratio to `python -c "import polars"` measured by turns in the same
run, which is what any program that reads an edition must pay. Leaves with 1 when the promise is broken.
Run: python benchmarks/bench_show.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROMISE_S, RUNS = 0.7, 15
EVENHAND = "from evenhand.cli import main; main()"
BASELINE = "import polars"
CASES = {
    "show ascof-3d-2a --format json": (EVENHAND, "show", "ascof-3d-2a", "--format", "json"),
    "show ascof-3d-2a": (EVENHAND, "show", "ascof-3d-2a"),
    "show --list": (EVENHAND, "show", "--list"),
    BASELINE: (BASELINE,),
}


def seconds(*command: str, env: dict[str, str]) -> tuple[float, str]:
    """How long a command takes as a whole process, and what it said."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", *command], env=env, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def main() -> int:
    took: dict[str, list[float]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as home:
        env = os.environ | {"EVENHAND_HOME": home}
        seconds(EVENHAND, "build", "--sample", "--quiet", env=env)
        rows = len(json.loads(seconds(*CASES["show ascof-3d-2a --format json"], env=env)[1]))
        for _ in range(RUNS):
            for name, command in CASES.items():
                took[name].append(seconds(*command, env=env)[0])
    middle = {name: statistics.median(times) for name, times in took.items()}
    baseline = middle.pop(BASELINE)
    print(f"evenhand show over the simulated England ({rows} rows), whole processes, medians of {RUNS}")
    for name, s in middle.items():
        print(f"  {name:<32}{s:6.2f} s (promise: {PROMISE_S} s); {s / baseline:.1f} times the baseline")
    print(f"  {BASELINE:<32}{baseline:6.2f} s, the baseline")
    return 0 if max(middle.values()) <= PROMISE_S else 1


if __name__ == "__main__":
    sys.exit(main())
