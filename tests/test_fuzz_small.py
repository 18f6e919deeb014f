"""A few seconds of ``scripts/fuzz.py``: it runs, finds nothing today, and would find what was there to be found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# A reader with a slip of the programmer's, and a formula that gives a figure to a council that has none.
SPOILT = """
import sys, tempfile
sys.path[:0] = ["scripts", "."]
from pathlib import Path
import fuzz, fuzz_files, fuzz_numbers
from evenhand.compare import intervals
from evenhand.sources import population_table

right = intervals.wilson
with tempfile.TemporaryDirectory() as name:
    fuzz_files.prepare(Path(name))
    population_table.read = lambda file, register: {}[file.name]
    intervals.wilson = lambda x, n, z: intervals.Interval(*map(fuzz_numbers.np.nan_to_num, right(x, n, z)))
    fuzz.campaign("spoilt", Path(name), cases=150)
"""


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/fuzz.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_some_broken_files_and_nasty_numbers_find_nothing() -> None:
    done = fuzz("--cases", "160", "--seed", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "160 cases with seed small, 0 kinds of finding" in done.stdout


def test_one_case_can_be_worked_again() -> None:
    first, again = fuzz("--case", "7:1"), fuzz("--case", "7:1")
    assert first.stdout == again.stdout != ""
    assert first.returncode == 0


def test_a_reader_or_a_formula_that_is_careless_is_found_and_named() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPOILT], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert "FINDING population_table: KeyError" in done.stdout
    assert "FINDING compare.intervals.wilson: Rule" in done.stdout
    assert "again: python scripts/fuzz.py --case spoilt:" in done.stdout
