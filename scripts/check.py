"""``make test`` and ``make lint``: every check that this machine can run, then plainly what it could not.

    python scripts/check.py            everything; further arguments go to pytest
    python scripts/check.py --lint     style, types, who may import whom

What a machine may lack: a PostgreSQL server (``DATABASE_URL``, or one that answers on 127.0.0.1:5432), Chromium
(``EVENHAND_CHROMIUM``, or on the path), the publishers' official files (``EVENHAND_OFFICIAL_DATA``, default
``../shared/data``), Spark (the [scale] extra and Java). Lacking one is a line at the end; with
``EVENHAND_REQUIRE=postgres,chromium,spark,official`` it is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SERVERS = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
    "postgresql://evenhand:evenhand@127.0.0.1:5432/evenhand",
)
NEEDS = {
    "postgres": "PostgreSQL: no server answered (set DATABASE_URL). The site was tested on SQLite only.",
    "chromium": "Chromium: no browser found (set EVENHAND_CHROMIUM). No page was opened in a browser.",
    "spark": "Spark: pyspark or Java is not here (make .venv/.scale; Java 17). Records ran on DuckDB only.",
    "official": "Official files: none at {official} (set EVENHAND_OFFICIAL_DATA). No real figure was checked.",
}


@dataclass
class Report:
    """What was run, how it went, how long it took."""

    lines: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def run(self, label: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        """Run one check and keep going: a person wants to see everything that is wrong, once."""
        print(f"\n== {label}", flush=True)
        began = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False).returncode
        self.lines.append(f"{'ok    ' if code == 0 else 'FAILED'} {label} ({time.monotonic() - began:.0f} s)")
        if code:
            self.failed.append(label)


def postgres() -> str | None:
    """The address of a PostgreSQL server that answers and lets databases be made, or None."""
    import psycopg

    given = os.environ.get("DATABASE_URL", "")
    for address in [given] if given.startswith("postgres") else SERVERS:
        try:
            with psycopg.connect(address, connect_timeout=3) as connection:
                row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                if row.fetchone() == (True,):
                    return address
        except psycopg.Error:
            continue
    return None


def chromium() -> str | None:
    """The browser to test with, or None."""
    named = os.environ.get("EVENHAND_CHROMIUM")
    return named if named else shutil.which("chromium") or shutil.which("chromium-browser")


def spark() -> bool:
    """Whether a Spark session can be started: the [scale] extra and Java."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def official() -> Path:
    """Where the publishers' files should be."""
    return Path(os.environ.get("EVENHAND_OFFICIAL_DATA") or ROOT.parent / "shared" / "data")


def lint(report: Report) -> None:
    """Style, types and who may import whom."""
    report.run("Style (ruff)", [str(BIN / "ruff"), "check", "--quiet", "."])
    report.run("Format (ruff)", [str(BIN / "ruff"), "format", "--check", "--quiet", "."])
    report.run("Types (mypy)", [str(BIN / "mypy")])
    report.run("Who may import whom (import-linter)", [str(BIN / "lint-imports"), "--no-logo"])


def tests(report: Report, server: str | None, arguments: list[str]) -> None:
    """The whole suite on SQLite; the site's part once more on PostgreSQL."""
    pytest = [str(BIN / "python"), "-m", "pytest", "-q", "-n", os.environ.get("EVENHAND_TEST_PROCESSES", "2")]
    with tempfile.TemporaryDirectory(prefix="evenhand-test-") as home:
        own = {"EVENHAND_HOME": home, "EVENHAND_OFFICIAL_DATA": str(official()), "DATABASE_URL": ""}
        if browser := chromium():
            own["EVENHAND_CHROMIUM"] = browser
        if server and not arguments:
            there = {**own, "DATABASE_URL": server}
            stored = ["tests/site", *(["tests/journeys/test_records.py"] if browser else [])]
            # What touches the database, and not the walk of every address, which asks the rules the same questions.
            only = ["-m", "django_db", "-k", "not opens_to_whom"]
            report.run("What is stored, on PostgreSQL (pytest)", [*pytest, *only, *stored], there)
        report.run("All tests, on SQLite (pytest)", [*pytest, "--durations=15", *arguments], own)


def main(arguments: list[str]) -> int:
    """Run, report, and say what could not be run. 0 only when all that ran is well and nothing required lacks."""
    began = time.monotonic()
    report = Report()
    lint(report)
    lacking: list[str] = []
    if arguments[:1] != ["--lint"]:
        server = postgres()
        found = {
            "postgres": bool(server), "chromium": bool(chromium()), "spark": spark(), "official": official().is_dir(),
        }  # fmt: skip
        lacking = [need for need, there in found.items() if not there]
        tests(report, server, arguments)
    required = {r.strip() for r in os.environ.get("EVENHAND_REQUIRE", "").split(",") if r.strip()}
    print(f"\n== Summary ({time.monotonic() - began:.0f} s)")
    print("\n".join(report.lines))
    for need in lacking:
        word = "FAILED" if need in required else "not run"
        print(f"{word} {NEEDS[need].format(official=official())}")
    if not lacking and arguments[:1] != ["--lint"]:
        print("Nothing was left out: PostgreSQL, Chromium, Spark and the official files were all there.")
    if unknown := required - set(NEEDS):
        print(f"FAILED EVENHAND_REQUIRE names {', '.join(sorted(unknown))}, which is not one of {', '.join(NEEDS)}.")
    return 1 if report.failed or required & set(lacking) or unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
