"""Results of invented councils, kept in a home as a run keeps them; and the work of runs that tests need."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.figures import Figure
from evenhand.measures.cld.quality.report import TO_CHECK
from evenhand.site.workspace import runs
from evenhand.site.workspace.running import Wanted

# A person a line: who, measure, part, in the denominator, in the numerator, why, and the row that decided (0: none).
PERSON = tuple[str, str, str, bool, bool, str, int]
FIRST: tuple[PERSON, ...] = (
    ("p01", "3D", "2a", True, True, "counted", 2),
    ("p02", "3D", "2a", True, True, "counted", 3),
    ("p03", "3D", "2a", True, False, "managed", 4),
    ("p04", "3D", "2a", True, False, "no_mechanism", 5),
    ("p05", "3D", "2a", False, False, "care_home", 6),
    ("p06", "3D", "2a", False, False, "no_long_term_support", 0),
    ("p01", "2B", "", True, True, "counted", 2),
)
# A quarter later: p02 left, p03 took a direct payment, p07 came.
SECOND: tuple[PERSON, ...] = (
    ("p01", "3D", "2a", True, True, "counted", 2),
    ("p02", "3D", "2a", False, False, "not_on_the_day", 3),
    ("p03", "3D", "2a", True, True, "counted", 4),
    ("p04", "3D", "2a", True, False, "no_mechanism", 5),
    ("p05", "3D", "2a", False, False, "care_home", 6),
    ("p07", "3D", "2a", True, False, "commissioned", 7),
    ("p01", "2B", "", True, True, "counted", 2),
)
RESIDENTS = 10_000


def people(rows: tuple[PERSON, ...], la: str, file: str) -> pl.DataFrame:
    """PEOPLE of ``runs``."""
    made = [
        (la, who, measure, part, 0, 70, "65+", inside, counted, why, file if row else None, row or None)
        for who, measure, part, inside, counted, why, row in rows
    ]
    return pl.DataFrame(made, schema=runs.PEOPLE, orient="row")


def keep(
    home: Path, rows: tuple[PERSON, ...] = FIRST, *, la: str = "E66000001", council: str = "Ashvale",
    start: str = "2024-04-01", end: str = "2025-03-31", key: str = "a" * 16, file: str = "records.csv",
) -> runs.Run:  # fmt: skip
    """One result, whole, as a run keeps it."""
    run_id = runs.fresh_id()
    making = runs.private(runs.private(runs.folder(home)) / f"{runs.MAKING}{run_id}")
    frame = people(rows, la, file)
    figures = []
    for measure, part in sorted({(r[1], r[2]) for r in rows}):
        held = frame.filter((pl.col("measure") == measure) & (pl.col("part") == part))
        of = RESIDENTS if measure == "2B" else int(held["denominator"].sum())
        figures.append(Figure(la, measure, part, "Total", int(held["numerator"].sum()), of))
    figures.append(Figure(la, "2D", "1", "Total", None, None))
    about = runs.About(
        id=run_id, made="2026-05-01T10:00:00+00:00", by="tester", council=council, code=la, slug="", start=start,
        end=end, joined=False, disclosure="ascof", key=key, files=(file,), councils=(la,), read=120, kept=100,
        rows={"No start date": 20}, notes=(), population="",
    )  # fmt: skip
    (making / "files").mkdir()
    (making / "files" / "measures.csv").write_text("council_code,measure\n", encoding="utf-8")
    (making / "files" / "quality.html").write_text("<p>Quality</p>", encoding="utf-8")
    now = next(f for f in figures if (f.measure, f.part) == ("3D", "2a"))
    high = Figure(la, "3D", "2a", "Total", (now.numerator or 0) + 1, now.denominator)
    ranges = [runs.Range(la, "3D", "2a", now, high, 1)]
    listed = [(la, file, 5, "mechanism_community", "Delivery Mechanism", "3D(1a) 3D(2a)", "p04")]
    schema = {name: pl.Int64 if name == "row" else pl.String for name in TO_CHECK}
    runs.write(making, about, figures, frame, ranges, pl.DataFrame(listed, schema=schema, orient="row"))
    return runs.put(home, making, run_id)


# --- What runs do in tests: named in running.WORK, called in the process of the run ---------------------------------


def quick(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """A whole result at once."""
    say("Measures")
    made = keep(home)
    about = runs.About(**{**made.about.__dict__, "id": wanted.run, "council": wanted.council})
    runs.write(out, about, made.figures, made.people, list(made.ranges.values()), made.to_check)
    runs.delete(home, made.id)


def waits(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """Half a result, and then nothing until ``go`` is in the home."""
    (out / "measures.json").write_text("[", encoding="utf-8")
    say("Measures")
    while not (home / "go").exists():
        time.sleep(0.02)
    quick(home, incoming, out, wanted, say)


def refuses(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """A fault that a person can mend."""
    raise EvenhandError("<b>This is no file of records.</b>", do="Give another.")


def breaks(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """A fault of the program whose words hold a person's number."""
    raise ValueError("could not convert 943 476 5919 to a date")
