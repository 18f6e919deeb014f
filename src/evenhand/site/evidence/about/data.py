"""The data page: source files, figures that two tables print differently, what changed, and the publishers' notes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from evenhand.edition.read import Edition, open_edition
from evenhand.edition.store import listed
from evenhand.facts.errors import EvenhandError
from evenhand.measures.definition import Measure, Population, load_all

MOST_CHANGES = 10  # sentences about single figures; the totals come before them
MOST_CONFLICTS = 100
MOST_NOTES = 60
LICENCES = {"OGL-3.0": "Open Government Licence v3.0"}
ADDRESSES = {"OGL-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"}
KINDS = {"break": "Break: never compare across it", "caution": "Compare with care", "rename": "New code, same measure"}


@dataclass(frozen=True, slots=True)
class Source:
    """One source file, spelled for a page."""

    table: str
    publisher: str
    title: str
    periods: str
    revision: str
    licence: str
    licence_address: str
    sha256: str
    size: str
    councils: int
    values: int
    gaps: str
    rejected: int
    why: tuple[tuple[str, int], ...]


def sources(edition: Edition) -> list[Source]:
    """Every source file of an edition, publisher by publisher."""
    rows = sorted(edition.built_from, key=lambda k: (k["publisher"], k["title"], k["table"]))
    return [
        Source(
            table=k["table"],
            publisher=k["publisher"],
            title=k["title"],
            periods=span(k["periods"]),
            revision=k["revision"] or "none stated",
            licence=LICENCES.get(k["licence"], k["licence"]),
            licence_address=ADDRESSES.get(k["licence"], ""),
            sha256=k["sha256"],
            size=size(k["bytes"]),
            councils=k["councils"],
            values=k["values"],
            gaps=gaps(k),
            rejected=k["rejected"],
            why=tuple(sorted(k["why"].items(), key=lambda pair: (-pair[1], pair[0]))),
        )
        for k in rows
    ]


def span(periods: list[str]) -> str:
    """Periods in a few words: one, two, or the first and the last of them."""
    if not periods:
        return "none stated"
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def size(count: int) -> str:
    """Bytes as people read them: ``1,067,136 bytes (1.1 MB)``; files of the simulation were never files."""
    if not count:
        return "made here, no file"
    return f"{count:,} bytes ({count / 1e6:.1f} MB)" if count >= 100_000 else f"{count:,} bytes"


def gaps(k: dict[str, Any]) -> str:
    """The three kinds of empty cell, each by its own name."""
    return (
        f"{k['suppressed']:,} suppressed to protect people, {k['missing']:,} with no figure published, "
        f"{k['not_applicable']:,} where the question does not arise"
    )


def totals(edition: Edition) -> str:
    """The page's answer in one sentence."""
    built = edition.built_from
    publishers = {k["publisher"] for k in built}
    values = sum(k["values"] for k in built)
    files = "1 source file" if len(built) == 1 else f"{len(built)} source files"
    by = "1 publisher" if len(publishers) == 1 else f"{len(publishers)} publishers"
    return f"This edition is made from {files} of {by}, which hold {values:,} figures."


def conflicts(edition: Edition) -> tuple[list[dict[str, Any]], int]:
    """The first MOST_CONFLICTS figures on which two tables disagree, with their area's name; and how many there are."""
    rows = edition.table("conflicts").collect()
    areas = edition.areas()
    names = dict(zip(areas["area"].to_list(), areas["name"].to_list(), strict=True))
    shown = rows.head(MOST_CONFLICTS).to_dicts()
    for r in shown:
        narrower = [r[k] for k in ("age", "sex", "reason", "setting") if r[k] not in (None, "all")]
        r["name"] = names.get(r["area"], r["area"])
        r["what"] = ", ".join([r["item"], r["part"], *narrower])
    return shown, rows.height


def changes(home: Path, edition: Edition) -> list[str]:
    """What changed since the edition before this one on the shelf, in sentences; says so when there is none."""
    try:
        before = _before(home, edition)
    except EvenhandError as fault:
        return [f"The shelf of editions cannot be read: {fault}"]
    if before is None:
        return ["There is no earlier edition on this machine to compare with."]
    return list(_changes(home, before, edition.id))


def _before(home: Path, edition: Edition) -> str | None:
    """The id of the newest edition built before this one, of the same kind: real and simulated are never compared."""
    same = [e.id for e in listed(home) if bool(e.about.get("simulated")) == edition.simulated]
    place = same.index(edition.id) if edition.id in same else 0
    return same[place - 1] if place else None


@lru_cache(maxsize=4)
def _changes(home: Path, old: str, new: str) -> tuple[str, ...]:
    """Computed once for two editions, which never change. One made by another version cannot be read: that is said."""
    from evenhand.edition.diff import compare

    try:
        found = compare(open_edition(home, old), open_edition(home, new))
    except EvenhandError as fault:
        return (f"The edition before this one, {old}, cannot be compared. {fault}",)
    said = found.sentences(MOST_CHANGES)
    more = found.figures.height - MOST_CHANGES
    if more > 0:  # the last sentence speaks of the command line
        said[-1] = f"And {more:,} more: `evenhand editions diff {old} --format json` lists them all."
    return tuple(said)


@lru_cache(maxsize=1)
def _items() -> dict[str, frozenset[str]]:
    """The publishers' items that each measure is made from, by the measure's id."""
    return {m.id: frozenset(_items_of(m)) for m in load_all()}


def _items_of(m: Measure) -> set[str]:
    items: set[str] = set()
    for s in m.series:
        for source in (s.numerator, s.denominator, s.value, s.margin_of_error, s.respondents):
            if source is not None and not isinstance(source, Population):
                items |= {x.item for x in (source if isinstance(source, tuple) else (source,))}
    return items


def notes(edition: Edition, measure: str = "") -> tuple[list[dict[str, Any]], int]:
    """The publishers' notes (about one measure, when one is named), longest first MOST_NOTES; and how many there are.

    A note that names no item is about its whole table, so it belongs to each measure read from that table.
    """
    rows = edition.table("notes").collect()
    if measure:
        own, tables = _own(edition, measure)
        named = pl.col("items").list.set_intersection(own).list.len() > 0
        whole = (pl.col("items").list.len() == 0) & pl.col("table").is_in(tables)
        rows = rows.filter(named | whole)
    return rows.head(MOST_NOTES).to_dicts(), rows.height


def comparability(edition: Edition, measure: str = "") -> list[dict[str, Any]]:
    """The log of breaks, cautions and new codes (of one measure, when one is named), newest period first."""
    rows = edition.table("comparability").collect()
    if measure:
        own, _ = _own(edition, measure)
        rows = rows.filter(pl.col("item").is_in(own) | pl.col("old_item").is_in(own))
    said = rows.sort("period", "item", descending=[True, False]).to_dicts()
    return [r | {"words": KINDS.get(r["kind"], r["kind"])} for r in said]


def _own(edition: Edition, measure: str) -> tuple[list[str], list[str]]:
    tables = edition.definition(measure).get("tables", [])
    return sorted(_items().get(measure, frozenset())), list(tables)


def as_json(edition: Edition) -> str:
    """The sources as machines read them: what ``edition.json`` says of each file."""
    return json.dumps({"edition": edition.id, "sources": edition.built_from}, indent=1, ensure_ascii=False)
