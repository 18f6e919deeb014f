"""How long does a council's own file take, and (--nation) the nation's? A bare scan and naive pandas beside it.

Promises: one council (60,000 rows, CSV) in at most 3 s including start-up; a national year (153 councils, about 12
million rows, Parquet) to all files in at most 60 s and 6 GB. Baselines in the same run: DuckDB reading the same columns
and counting them, and the same figures in pandas as an analyst would write them. Leaves with 1 when one is broken.
Run: python benchmarks/bench_cld.py [--nation]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS, COUNCIL_S, NATION_S, NATION_GB = 60_000, 3.0, 60.0, 6.0
YEAR = ("--from", "2024-04-01", "--to", "2025-03-31")
SCAN = "SELECT count(COLUMNS(*)) FROM {reader}('{path}'{more})"
COMMAND = (sys.executable, "-c", "from evenhand.cli import main; main()")


def timed(command: list[str], home: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"EVENHAND_HOME": str(home)})
    return time.perf_counter() - start


def scan(path: Path) -> float:
    """A new process that reads every column of the file and counts what is there."""
    reader, more = ("read_csv", ", all_varchar=true") if path.suffix == ".csv" else ("read_parquet", "")
    text = SCAN.format(reader=reader, path=path, more=more)
    return timed([sys.executable, "-c", f"import duckdb; duckdb.sql({text!r}).fetchall()"], path.parent)


def measure(path: Path, *more: str) -> float:
    return timed([*COMMAND, "measure", str(path), *YEAR, "--disclosure", "none", *more], path.parent)


def sample(path: Path, *more: str) -> None:
    timed([*COMMAND, "sample", "cld", "--out", str(path), "--mess", "0.02", *more], path.parent)


def council(folder: Path) -> bool:
    path = folder / "council.csv"
    sample(path, "--people", str(ROWS // 5))
    rows = sum(1 for _ in path.open(encoding="utf-8")) - 1
    bare = min(scan(path) for _ in range(3))
    plain = min(measure(path) for _ in range(3))
    whole = min(measure(path, "--out", str(folder / "out")) for _ in range(3))
    print(f"one council, {rows:,} rows of CSV; baseline, a bare scan in DuckDB: {bare:.2f} s")
    for what, took in (("figures", plain), ("figures and all files", whole)):
        kept = "" if took <= COUNCIL_S else "  BROKEN"
        print(f"  {what:<24}{took:6.2f} s (promise: {COUNCIL_S:.0f} s); {took / bare:.1f} times the scan{kept}")
    subprocess.run([sys.executable, "-m", "benchmarks.cld_naive_pandas", "10000"], check=True,
                   cwd=Path(__file__).resolve().parent.parent)  # fmt: skip
    return whole <= COUNCIL_S


def nation(folder: Path) -> bool:
    path = folder / "nation.parquet"
    sample(path, "--councils", "153")
    bare = scan(path)
    took = measure(path, "--out", str(folder / "nation"))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(f"the nation; baseline, a bare scan in DuckDB: {bare:.1f} s")
    kept = f"promises: {NATION_S:.0f} s, {NATION_GB:.0f} GB"
    print(f"  all files {took:6.1f} s, {peak:.1f} GB at most ({kept}); {took / bare:.1f} times the scan")
    return took <= NATION_S and peak <= NATION_GB


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        kept = council(Path(scratch))
        if "--nation" in arguments:
            kept &= nation(Path(scratch))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
