"""Run every ``bench_*.py`` here, each in a process of its own, and say which promises are kept.

python benchmarks/run.py [word…]     those whose file name holds one of the words; all without any
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(words: list[str]) -> int:
    """Run, and give 1 when a promise is broken or a script fails."""
    outcome: list[str] = []
    broken = False
    for script in sorted(HERE.glob("bench_*.py")):
        if words and not any(word in script.stem for word in words):
            continue
        print(f"\n== {script.stem}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, script], cwd=HERE.parent, check=False).returncode
        broken |= code != 0
        outcome.append(f"{'ok    ' if code == 0 else 'BROKEN'} {script.stem} ({time.monotonic() - began:.0f} s)")
    print("\n== Summary", *outcome or ["No benchmark has that name."], sep="\n")
    return int(broken or not outcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
