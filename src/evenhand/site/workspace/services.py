"""The verbs of the workspace. Each asks first whether this user may, and writes down who looked before it shows."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.facts.errors import EvenhandError
from evenhand.site.workspace import access, receiving, running, runs
from evenhand.site.workspace.runs import Run


class NotAllowed(EvenhandError):
    """This user may not do this."""


def permitted(home: Path) -> None:
    """Whether whoever uses this program may see people. Raises NotAllowed.

    Until there is sign-in, that is the user whose folder it is, and no other: who may read the folder's files could
    read the people there anyway.
    """
    place = runs.private(runs.folder(home))
    if place.stat().st_uid != os.getuid():
        raise NotAllowed(
            "You may not see the people behind these figures.", do="Ask the user who keeps this workspace."
        )


def measure(home: Path, incoming: Path, held: dict[str, Any]) -> str:
    """Start measuring the files that came. held: what the form says. The run's id.

    Raises EvenhandError when a run is at work, when too many results are kept, or when nothing came.
    """
    permitted(home)
    files, discharges = (_names(incoming / field) for field in receiving.FIELDS)
    if not files:
        raise EvenhandError("No file was chosen.", do="Choose at least one CSV or Parquet file of records.")
    if len(runs.all_runs(home)) >= runs.KEPT:
        raise EvenhandError(f"{runs.KEPT} results are kept, which is the most.", do="Delete one, then measure again.")
    name, code, slug = held["council"]
    wanted = running.Wanted(
        run=runs.fresh_id(), by=access.local_user(), council=name, code=code, slug=slug, start=held["start"],
        end=held["end"], received=held["received"] or date.today(), joined=held["joined"] == "yes",  # noqa: DTZ011
        release=int(held["release"]) if held["release"] else None, disclosure=held["disclosure"],
        keep_ids=held["keep_ids"], files=files, discharges=discharges[0] if discharges else "",
    )  # fmt: skip
    if not running.start(home, incoming, wanted):
        raise EvenhandError(
            "Another run is at work, and one works at a time. These files were not kept.",
            do="Wait until it ends, then choose the files again.",
        )
    return wanted.run


def _names(place: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in place.iterdir())) if place.is_dir() else ()


def delete(home: Path, run_id: str) -> None:
    """Remove a result for good. What was written down of who looked at it stays."""
    permitted(home)
    run = runs.find(home, run_id)
    access.add(home, what=f"Deleted the result: {title(run)}", run=run_id, people=0)
    runs.delete(home, run_id)


def open_people(home: Path, run: Run, what: str, people: pl.DataFrame) -> pl.DataFrame:
    """The people, once it is written down that they are looked at. what: which figure and why, in words."""
    permitted(home)
    access.add(home, what=f"{what} ({title(run)})", run=run.id, people=people.height)
    return people


def take(home: Path, run: Run, name: str) -> Path:
    """A file of a result, once it is written down that it is taken. Raises NoRun for a name that is none of them."""
    permitted(home)
    path = run.files().get(name)
    if path is None:
        raise runs.NoRun("This result has no such file.", do="Choose one of the files on its page.")
    people = run.people["person"].drop_nulls().n_unique() if path.name == "people.parquet" else 0
    access.add(home, what=f"Took the file {name} ({title(run)})", run=run.id, people=people)
    return path


def title(run: Run) -> str:
    """What a result is called: its council and period."""
    about, made = run.about, datetime.fromisoformat(run.about.made)
    when = f"measured {spelled(made)} at {made:%H:%M} UTC"
    return f"{about.council}, {spelled(run.period[0])} to {spelled(run.period[1])}, {when}"


def spelled(day: date) -> str:
    """A day in words: 31 March 2025."""
    return f"{day.day} {day:%B %Y}"
