"""How long does a public page take? Promise: at most 100 ms, over the simulated England.

Prints the median of many requests through Django without a network, and the ratio to the page that only says that an
address does not exist. Leaves with 1 when the promise is broken. Run: python benchmarks/bench_pages.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROMISE_MS, RUNS = 100.0, 21


def milliseconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def measure(home: Path) -> tuple[dict[str, float], float]:
    import django

    django.setup()
    from django.test import Client

    from evenhand.edition.read import open_current
    from evenhand.site.evidence.queries import councils

    client = Client(headers={"host": "localhost"})
    pages = {
        "home": "/",
        "a measure, 153 councils": "/measures/ascof-3d-2a/",
        "a council, every measure": f"/councils/{councils(open_current(home))[0]['slug']}/",
    }
    for path in pages.values():
        assert client.get(path).status_code == 200, path
    took = {what: milliseconds(lambda p=path: client.get(p)) for what, path in pages.items()}
    return took, milliseconds(lambda: client.get("/nowhere/"))


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"EVENHAND_HOME": home, "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings"}
        build = [sys.executable, "-c", "from evenhand.cli import main; main()", "build", "--sample"]
        subprocess.run(build, check=True, capture_output=True)
        took, empty = measure(Path(home))
    print(f"public pages over the simulated England (the page that is not there: {empty:.1f} ms)")
    for what, ms in took.items():
        print(f"  {what:<26}{ms:6.1f} ms (promise: {PROMISE_MS:.0f} ms); {ms / empty:.1f} times as long as that page")
    return 0 if max(took.values()) <= PROMISE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
