"""The verbs of the workspace. Each asks first whether this user may, and writes down who looked before it shows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor
from evenhand.site.workspace import access, receiving, running, runs
from evenhand.site.workspace.runs import Run

USE, VIEW = "workspace.use", "workspace.view"


def measure(actor: Actor, home: Path, incoming: Path, held: dict[str, Any]) -> str:
    """Start measuring the files that came. held: what the form says. The run's id.

    Raises NotPermitted, and EvenhandError when a run is at work, when too many results are kept, or when nothing came.
    """
    actor.must(USE)
    files, discharges = (_names(incoming / field) for field in receiving.FIELDS)
    if not files:
        raise EvenhandError("No file was chosen.", do="Choose at least one CSV or Parquet file of records.")
    if len(runs.all_runs(home)) >= runs.KEPT:
        raise EvenhandError(f"{runs.KEPT} results are kept, which is the most.", do="Delete one, then measure again.")
    name, code, slug = held["council"]
    wanted = running.Wanted(
        run=runs.fresh_id(), by=actor.user.name, council=name, code=code, slug=slug, start=held["start"],
        end=held["end"], received=held["received"] or date.today(), joined=held["joined"] == "yes",  # noqa: DTZ011
        release=int(held["release"]) if held["release"] else None, disclosure=held["disclosure"],
        files=files, discharges=discharges[0] if discharges else "",
    )  # fmt: skip
    if not running.start(home, incoming, wanted):
        raise EvenhandError(
            "Another run is at work, and one works at a time. These files were not kept.",
            do="Wait until it ends, then choose the files again.",
        )
    return wanted.run


def _names(place: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in place.iterdir())) if place.is_dir() else ()


def delete(actor: Actor, home: Path, run_id: str) -> None:
    """Remove a result for good. What was written down of who looked at it stays."""
    actor.must(USE)
    run = runs.find(home, run_id)
    access.add(actor, what=f"Deleted the result: {title(run)}", run=run_id, people=0)
    runs.delete(home, run_id)


def open_people(actor: Actor, run: Run, what: str, people: pl.DataFrame) -> pl.DataFrame:
    """The people, once it is written down that they are looked at. what: which figure and why, in words."""
    actor.must(VIEW)
    access.add(actor, what=f"{what} ({title(run)})", run=run.id, people=people.height)
    return people


def take(actor: Actor, run: Run, name: str) -> Path:
    """A file of a result, once it is written down that it is taken. Raises NoRun for a name that is none of them."""
    actor.must(VIEW)
    path = run.files().get(name)
    if path is None:
        raise runs.NoRun("This result has no such file.", do="Choose one of the files on its page.")
    people = run.people["person"].drop_nulls().n_unique() if path.name == "people.parquet" else 0
    access.add(actor, what=f"Took the file {name} ({title(run)})", run=run.id, people=people)
    return path


def title(run: Run) -> str:
    """What a result is called: its council and period."""
    about, made = run.about, datetime.fromisoformat(run.about.made)
    when = f"measured {spelled(made)} at {made:%H:%M} UTC"
    return f"{about.council}, {spelled(run.period[0])} to {spelled(run.period[1])}, {when}"


def spelled(day: date) -> str:
    """A day in words: 31 March 2025."""
    return f"{day.day} {day:%B %Y}"
