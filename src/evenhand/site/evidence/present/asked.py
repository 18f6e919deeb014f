"""What a reader asked for, checked against what the edition holds: nothing typed goes further than this."""

from __future__ import annotations

from typing import Any

import polars as pl

from evenhand.edition.against import Comparison, compare
from evenhand.edition.read import Edition, UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import period_end

LONGEST_AGAINST = 1_000  # characters
MOST_NAMED = 30  # parts with commas between, in ``against``


class NotHeld(UnknownMeasure):
    """The edition has nothing of this kind: what was asked (``asked``), and what there is instead (``available``)."""

    def __init__(self, what: str, *, asked: str, available: list[str] | None = None, do: str = "") -> None:
        self.asked = asked
        self.available = available or []
        listed = f"There is {_listed(self.available)}." if self.available else ""
        super().__init__(what, do=do or listed)


def _listed(items: list[str]) -> str:
    shown = ", ".join(items[:40])
    return f"{shown} and {len(items) - 40} more" if len(items) > 40 else shown


def measure_of(edition: Edition, measure: str) -> dict[str, Any]:
    """A measure's definition. Raises NotHeld with the ids of all measures."""
    found = edition.definitions.get(measure)
    if found is None:
        raise NotHeld("This edition has no measure of that name.", asked="measure", available=list(edition.definitions))
    return found


def held(edition: Edition, measure: str) -> list[tuple[str, str, str]]:
    """Every (period, group, level) that the edition has rows for, the oldest period first."""
    rows = edition.table("values").filter(pl.col("measure") == measure).select("period", "group", "level").unique()
    return sorted(rows.collect().rows(), key=lambda r: (period_end(r[0]), r[1] != "all", r[1], r[2]))


def settled(edition: Edition, definition: dict[str, Any], period: str | None, group: str | None) -> tuple[str, str]:
    """The period and the group to show: as asked, else the latest period that has the group, else everyone.

    Raises NotHeld for a group or a period that the measure lacks, naming those that it has.
    """
    there = held(edition, definition["id"])
    title = definition["title"]
    if not there:
        raise NotHeld(f"{title} has no figure in this edition.", asked="measure")
    group = group or "all"
    groups = list(dict.fromkeys(sorted((g for _, g, _ in there), key=lambda g: (g != "all", g))))
    if group not in groups:
        raise NotHeld(f"{title} has no figures for that group.", asked="group", available=groups)
    periods = list(dict.fromkeys(p for p, g, _ in there if g == group))
    if period and period not in periods:
        for_group = "" if group == "all" else f" for the group {group}"
        raise NotHeld(f"{title} has no figures{for_group} for that period.", asked="period", available=periods)
    latest = definition["latest_period"]
    return period or (latest if latest in periods else periods[-1]), group


def compared(
    edition: Edition, definition: dict[str, Any], period: str, group: str, against: str | None
) -> Comparison:  # fmt: skip
    """The comparison asked for. Raises UnknownArea or NotHeld for a set that cannot be compared."""
    wanted = (against or "england").strip()
    if len(wanted) > LONGEST_AGAINST or wanted.count(",") >= MOST_NAMED:
        raise NotHeld(f"At most {MOST_NAMED} councils can be named to compare with.", asked="against")
    try:
        return compare(edition, definition["id"], period, group=group, against=wanted or "england")
    except (UnknownArea, UnknownMeasure):
        raise
    except EvenhandError as fault:
        if str(fault.where):  # a damaged edition: no fault of the question
            raise
        raise NotHeld(fault.what, asked="against", do="Name two councils or more, with commas between.") from fault


def council_of(edition: Edition, slug: str) -> dict[str, Any]:
    """The row of a council, standing or gone, by its short name. Raises UnknownArea."""
    found = edition.table("areas").filter((pl.col("level") == "council") & (pl.col("slug") == slug)).collect()
    if found.is_empty():
        raise UnknownArea("There is no council of that short name.", do="Find a council by name on the home page.")
    return found.row(0, named=True)
