"""How long does a whole edition take? Promise: the publishers' files are loaded and built in at most 60 seconds.

Loads the folder EVENHAND_OFFICIAL_DATA into a fresh temporary home and builds, each as a command of its own, as people
do. The build judges every council against England and, in the latest period, against its own region, type and peers
(about 6,000 small sets). Prints the seconds, and the ratio to what merely reading the same files into lists takes
(python-calamine, csv and json), measured in the same run. Leaves with 1 when the promise is broken; without the files
it measures nothing.
Run: EVENHAND_OFFICIAL_DATA=folder python benchmarks/bench_build.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMISE_S = 60.0
EVENHAND = "from evenhand.cli import main; main()"
READ = """
import csv, json, sys
from pathlib import Path
from python_calamine import CalamineWorkbook
cells = files = 0
for path in sorted(p for p in Path(sys.argv[1]).rglob("*") if p.is_file()):
    kind = path.suffix.lower()
    if kind in (".ods", ".xlsx", ".xls"):
        book = CalamineWorkbook.from_path(str(path))
        rows = [r for name in book.sheet_names for r in book.get_sheet_by_name(name).to_python()]
    elif kind == ".csv":
        with path.open(encoding="cp1252", errors="replace", newline="") as f:
            rows = list(csv.reader(f))
    elif kind == ".json":
        rows = [json.loads(path.read_text(encoding="utf-8"))]
    else:
        continue
    files += 1
    cells += sum(map(len, rows))
print(f"{files} files, {cells:,} cells")
"""


def seconds(*command: str, home: Path) -> tuple[float, str]:
    """How long a command takes as a whole process, and the last line that it said."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *command], env=os.environ | {"EVENHAND_HOME": str(home)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    took = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command[1:])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took, (done.stdout.strip().splitlines() or [""])[-1]


def main() -> int:
    folder = Path(os.environ.get("EVENHAND_OFFICIAL_DATA") or "(no folder named)")
    if not folder.is_dir():
        print(f"a whole edition: not measured, there are no official files at {folder} (set EVENHAND_OFFICIAL_DATA)")
        return 0
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as name:
        home = Path(name) / "home"
        plain, what = seconds(READ, str(folder), home=home)
        load, loaded = seconds(EVENHAND, "load", str(folder), home=home)
        build, built = seconds(EVENHAND, "build", "--quiet", home=home)
    print(f"a whole edition from {folder.name} (promise: {PROMISE_S:.0f} s)")
    print(f"  load   {load:7.1f} s  {loaded.split('. ')[0]}")
    print(f"  build  {build:7.1f} s  {built[:110]}")
    print(f"  both   {load + build:7.1f} s: {(load + build) / plain:.1f} times the baseline")
    print(f"  plain reading of the same {what} into lists, the baseline: {plain:.1f} s")
    return 0 if load + build <= PROMISE_S else 1


if __name__ == "__main__":
    sys.exit(main())
