"""Results of invented councils, kept in a home as a run keeps them; and the work of runs that tests need."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.figures import Figure
from evenhand.measures.cld.quality.report import TO_CHECK
from evenhand.site.workspace import runs
from evenhand.site.workspace.running import Wanted
from evenhand.sources.cld.discharges import HEADINGS

# A person a line: who, measure, part, in the denominator, in the numerator, why, and the row that decided (0: none).
PERSON = tuple[str | None, str, str, bool, bool, str, int]
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
# With hospital discharges: reablement of p02, which a discharge is linked to, and p03, which none is; and discharges,
# one of them of somebody whom the records do not know.
STAYS: tuple[PERSON, ...] = (
    ("p02", "2D", "1", True, True, "counted", 3),
    ("p03", "2D", "1", False, False, "not_linked", 4),
    ("p02", "2D", "2", False, True, "counted", 3),
    ("p03", "2D", "2", False, False, "not_linked", 4),
    ("p02", "2D", "2", True, False, "followed", 0),
    (None, "2D", "2", True, False, "no_reablement", 0),
)
STRANGER: PERSON = (None, "2D", "2", True, False, "no_reablement", 0)
RESIDENTS = 10_000
FIRST_DAY, STARTS, BORN = "2024-04-05", "Event Start Date", "Date of Birth"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


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
    hospital = any(r[1] == "2D" for r in rows)
    if not hospital:
        figures.append(Figure(la, "2D", "1", "Total", None, None))
    about = runs.About(
        id=run_id, made="2026-05-01T10:00:00+00:00", by="tester", council=council, code=la, slug="", start=start,
        end=end, joined=False, disclosure="ascof", key=key, files=(file,), councils=(la,), read=120, kept=100,
        rows={"No start date": 20}, notes=(), population="",
        discharges="discharges.csv" if hospital else "",
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


def discharges(records: Path, out: Path, *, strangers: int = 20) -> int:
    """Invented hospital discharges that go with invented records: how many are followed by reablement.

    Everybody aged 65 or over whose reablement begins in 2024-25 had left hospital two days before; and so had some
    people whom the records do not know, whose numbers are of the range for tests too.
    """
    begun: dict[str, tuple[date, str]] = {}
    with records.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            plain = row["NHS Number"].isdigit() and all(DAY.fullmatch(row[name]) for name in (STARTS, BORN))
            code = row["LA Code"]
            if plain and row["Service Component"] == "Reablement" and row[BORN] < "1955" and row[STARTS] >= FIRST_DAY:
                begun[row["NHS Number"]] = date.fromisoformat(row[STARTS]), row[BORN]
    rows = [(number, day - timedelta(days=2), born[:4], born[5:7]) for number, (day, born) in begun.items()]
    rows += [(f"99999{place:05}", date(2024, 6, 1) + timedelta(days=place), "1940", "6") for place in range(strangers)]
    lines = [",".join(HEADINGS)]
    for place, (number, day, year, month) in enumerate(rows):
        lines.append(f"{number},{code},S{place},1,{day - timedelta(days=3)},{day},{year},{month},2,21,1,19,1P,300")
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(begun)


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


def lists(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """Tells what is in the folder of a run."""
    found = sorted(path.relative_to(incoming).as_posix() for path in incoming.rglob("*"))
    raise EvenhandError(", ".join(found))


def breaks(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """A fault of the program whose words hold a person's number."""
    raise ValueError("could not convert 943 476 5919 to a date")
