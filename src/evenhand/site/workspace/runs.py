"""Results that are kept: one folder each in ``EVENHAND_HOME/workspace``, whole or not there, for this user only.

EVENHAND_HOME/workspace/
    <run id>/run.json          what was asked, by whom and when, and what became of the rows
    <run id>/measures.json     every figure
    <run id>/people.parquet    PEOPLE: one row a person, part and unit of a measure
    <run id>/ranges.json       how far mending the records could move each figure
    <run id>/to_check.parquet  TO_CHECK of measures.cld.quality: the records that would move a figure
    <run id>/files/            what ``evenhand measure --out`` writes
    .incoming-<id>/            records that are being received or measured; gone when the run ends
    .making-<id>/              a result that is not whole yet
    access.jsonl               who has looked at people (``access``)
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.facts.errors import EvenhandError, Where
from evenhand.measures.cld.figures import Figure

KEPT = 12
INCOMING, MAKING = ".incoming-", ".making-"
FORMAT = 1
INSIDE = ("people.parquet", "quality.html", "quality.json", "records_to_check.csv")  # about single people
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")

# people.parquet. la: the council's code. person: a pseudonym, or the id itself where that was asked for; null for
# somebody discharged from hospital whom the records do not know. file, row: the record that decided, as a spreadsheet
# shows it; null where none did. The rest as DECISIONS of measures.cld.tables.
PEOPLE = {
    "la": pl.String, "person": pl.String, "measure": pl.String, "part": pl.String, "unit": pl.Int64,
    "age": pl.Int32, "band": pl.String, "denominator": pl.Boolean, "numerator": pl.Boolean, "why": pl.String,
    "file": pl.String, "row": pl.Int64,
}  # fmt: skip


class NoRun(EvenhandError):
    """No result has this id."""


@dataclass(frozen=True)
class Range:
    """Between which figures one could be once records are mended, and how many people would move it."""

    council: str
    measure: str
    part: str
    low: Figure | None
    high: Figure | None
    people: int


@dataclass(frozen=True)
class About:
    """What run.json says.

    council: as a person named it; code: the code given for records that hold none. key: tells whether two runs hid
    ids in the same way ("" where ids were left). read, kept: rows. rows: for each reason why rows were not kept, how
    many, in words. discharges: the name of the file of hospital discharges; "" without one, and then 2D has no figure.
    """

    id: str
    made: str
    by: str
    council: str
    code: str
    slug: str
    start: str
    end: str
    joined: bool
    disclosure: str
    key: str
    files: tuple[str, ...]
    councils: tuple[str, ...] = ()
    read: int = 0
    kept: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    population: str = ""
    discharges: str = ""
    version: str = ""
    format: int = FORMAT


class Run:
    """One result that is kept."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.id = place.name

    @cached_property
    def about(self) -> About:
        """What was asked and what came of it. Raises EvenhandError for a result that cannot be read."""
        held = self._json("run.json")
        if held.get("format") != FORMAT:
            raise EvenhandError("This result was made by another version of Evenhand.", do="Delete it, measure again.")
        many = {name: tuple(held[name]) for name in ("files", "councils", "notes")}
        return About(**{**held, **many})

    @cached_property
    def figures(self) -> list[Figure]:
        """Every figure of every council and group."""
        return [Figure(**row) for row in self._json("measures.json")]

    @cached_property
    def people(self) -> pl.DataFrame:
        """PEOPLE. Reading it for a page that names people is to be written down first (``services.open_people``)."""
        return self._table("people.parquet")

    @cached_property
    def to_check(self) -> pl.DataFrame:
        """TO_CHECK of ``measures.cld.quality``. What is said of ``people`` holds for it too."""
        return self._table("to_check.parquet")

    @cached_property
    def ranges(self) -> dict[tuple[str, str, str], Range]:
        """Ranges by council, measure and part."""
        out = {}
        for row in self._json("ranges.json"):
            low, high = (Figure(**row[name]) if row[name] else None for name in ("low", "high"))
            out[row["council"], row["measure"], row["part"]] = Range(**{**row, "low": low, "high": high})
        return out

    def _table(self, name: str) -> pl.DataFrame:
        try:
            return pl.read_parquet(self.place / name)
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise self._damaged() from fault

    @property
    def period(self) -> tuple[date, date]:
        """First and last day."""
        return date.fromisoformat(self.about.start), date.fromisoformat(self.about.end)

    def files(self) -> dict[str, Path]:
        """What can be taken away: path within the result -> file, in order."""
        root = self.place / "files"
        found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        return {path.relative_to(root).as_posix(): path for path in found}

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.place / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise self._damaged() from fault

    def _damaged(self) -> EvenhandError:
        return EvenhandError("This result is damaged.", where=Where(str(self.place)), do="Delete it and measure again.")


def folder(home: Path) -> Path:
    """Where the workspace keeps everything."""
    return home / "workspace"


def private(path: Path) -> Path:
    """The folder, made if need be, that only this user can open."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def fresh_id(now: datetime | None = None) -> str:
    """An id that sorts by time and that nobody has used."""
    return f"{now or datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def all_runs(home: Path) -> list[Run]:
    """Every result, the newest first."""
    place = folder(home)
    if not place.is_dir():
        return []
    found = [Run(path) for path in place.iterdir() if _ID.fullmatch(path.name) and (path / "run.json").is_file()]
    return sorted(found, key=lambda run: run.id, reverse=True)


def find(home: Path, run_id: str) -> Run:
    """One result. Raises NoRun."""
    place = folder(home) / run_id
    if not _ID.fullmatch(run_id) or not (place / "run.json").is_file():
        raise NoRun("There is no such result.", do="It may have been deleted. The workspace lists those that are kept.")
    return Run(place)


def write(
    place: Path, about: About, figures: list[Figure], people: pl.DataFrame, ranges: list[Range], to_check: pl.DataFrame
) -> None:
    """Write a result into a folder that is not in use yet. people: PEOPLE. to_check: TO_CHECK of the quality report."""
    assert dict(people.schema) == PEOPLE, people.schema
    people.write_parquet(place / "people.parquet")
    to_check.write_parquet(place / "to_check.parquet")
    _dump(place / "ranges.json", [asdict(one) for one in ranges])
    _dump(place / "measures.json", [asdict(figure) for figure in figures])
    _dump(place / "run.json", asdict(about))


def put(home: Path, making: Path, run_id: str) -> Run:
    """Put a whole result among those that are kept: at once, or not at all."""
    for path in making.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    target = folder(home) / run_id
    os.rename(making, target)
    return Run(target)


def delete(home: Path, run_id: str) -> None:
    """Remove a result: out of sight at once, then file by file. Raises NoRun."""
    run = find(home, run_id)
    gone = run.place.with_name(f"{MAKING}{run_id}-deleted")
    os.rename(run.place, gone)
    shutil.rmtree(gone)


def sweep(home: Path, *names: str) -> None:
    """Remove what a run that died has left: records that came, and a result that is not whole.

    names: of its folders; without any, whatever is left of all runs, which is right only when nothing is at work.
    """
    place = folder(home)
    for path in place.iterdir() if place.is_dir() else ():
        if path.name.startswith((INCOMING, MAKING)) and (not names or path.name in names):
            shutil.rmtree(path, ignore_errors=True)


def _dump(path: Path, held: Any) -> None:
    path.write_text(json.dumps(held, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
