"""Throw broken files at every reader and nasty numbers at every comparison, and see that nothing but words comes back.

    python scripts/fuzz.py --seconds 300 --seed 7      many cases (or --cases 1000, however long they take)
    python scripts/fuzz.py --case 7:1234               one case again, with its traceback

A reader must return a ReadResult that keeps its declared schemas, or raise EvenhandError; a function of
``evenhand.compare`` must return, or raise ValueError, and must give no result to a council that has no value. Anything
else is a finding: it is printed with the case that makes it again, and the script leaves with 1.

The small valid files are those of the readers' own tests; what is done to them is in ``fuzz_files`` and the numbers are
in ``fuzz_numbers``.
"""

from __future__ import annotations

import argparse
import faulthandler
import math
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import fuzz_files  # noqa: E402
import fuzz_numbers  # noqa: E402

SLOW = 20.0  # seconds for one case: these files are small, so a reader that takes longer has found a loop
HUNG = 60.0  # then the case never ends: the process is ended with a traceback


def one(case: str, folder: Path) -> tuple[str, str, BaseException | None]:
    """Work one case: what it was, how it ended ("read", "refused", "finding"), and the fault when it is a finding."""
    rng = random.Random(case)
    (folder / "case").write_text(case)
    faulthandler.dump_traceback_later(HUNG, exit=True)
    start = time.monotonic()
    family = fuzz_files if rng.random() < 0.6 else fuzz_numbers
    what, end, fault = family.attempt(rng, folder)
    faulthandler.cancel_dump_traceback_later()
    if time.monotonic() - start > SLOW:
        return what, "finding", TimeoutError(f"took {time.monotonic() - start:.0f} seconds")
    return what, end, fault


def kind(fault: BaseException) -> str:
    """Findings with one kind are one fault found many times."""
    frames = [f for f in traceback.extract_tb(fault.__traceback__) if "evenhand" in f.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "check"
    return f"{type(fault).__name__} at {place}"


def campaign(seed: str, folder: Path, *, seconds: float = math.inf, cases: float = math.inf) -> int:
    """Cases until the time is over or there were so many. Returns how many kinds of finding there were."""
    tally: Counter[str] = Counter()
    found: dict[str, tuple[str, str, BaseException]] = {}
    end_at, n = time.monotonic() + seconds, 0
    while n < cases and time.monotonic() < end_at:
        case = f"{seed}:{n}"
        what, end, fault = one(case, folder)
        tally[f"{what.split(',')[0]}: {end}"] += 1
        if fault is not None:
            found.setdefault(f"{what.split(',')[0]}: {kind(fault)}", (case, what, fault))
        n += 1
    for line, times in sorted(tally.items()):
        print(f"{times:7,}  {line}")
    for name, (case, what, fault) in sorted(found.items()):
        print(f"FINDING {name}\n    {what}\n    {str(fault)[:300]}\n    again: python scripts/fuzz.py --case {case}")
    print(f"{n:,} cases with seed {seed}, {len(found)} kinds of finding")
    return len(found)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--seconds", type=float, help="60 when --cases is not given")
    asked.add_argument("--cases", type=int)
    asked.add_argument("--seed", default="1")
    asked.add_argument("--case", help="seed:number of one case to work again")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="evenhand-fuzz-") as name:
        folder = Path(name)
        fuzz_files.prepare(folder)
        missing = fuzz_numbers.untested()
        if missing:
            print(f"FINDING no cases for {', '.join(missing)}: add them to scripts/fuzz_numbers.py")
            return 1
        if not options.case:
            seconds = options.seconds or (math.inf if options.cases else 60.0)
            return 1 if campaign(options.seed, folder, seconds=seconds, cases=options.cases or math.inf) else 0
        what, end, fault = one(options.case, folder)
        print(f"{what}: {end}")
        if fault is not None:
            traceback.print_exception(fault)
        return 1 if fault is not None else 0


if __name__ == "__main__":
    sys.exit(main())
