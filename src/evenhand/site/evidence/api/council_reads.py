"""Rows of the edition about one council, and the marks that councils are judged by, as the API gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from evenhand.edition.profile import history
from evenhand.edition.read import Edition
from evenhand.edition.spread import TOO_UNLIKE
from evenhand.edition.store import listed
from evenhand.facts.errors import UnknownArea
from evenhand.facts.register import period_end
from evenhand.site.evidence.api import reads
from evenhand.site.evidence.api.problems import Problem
from evenhand.site.evidence.present.asked import measure_of
from evenhand.site.evidence.present.tables import fields_of

Row = dict[str, Any]


def council(edition: Edition, slug: str) -> Row:
    """The row of a council, standing or gone, by its short name. Raises UnknownArea."""
    found = reads.area(edition, slug)
    if found["slug"] != slug:
        raise UnknownArea("No council has this short name.", do="/api/v1/councils lists them.")
    return found


def councils(edition: Edition) -> list[Row]:
    """The councils that stand today, by name."""
    return [r for r in reads.areas(edition, "council", None) if r["standing"]]


def told(edition: Edition, row: Row) -> Row:
    """An area with its history in sentences, none above councils."""
    sentences = history(edition, edition.register.council(row["slug"])) if row["slug"] else []
    return row | {"history": sentences}


def values(edition: Edition, slug: str, measure: str | None, period: str | None, group: str | None) -> list[Row]:
    """Every figure and gap of a council: by measure in the edition's order, then period, then group (all first).

    Raises Problem for a measure, period or group that the council has no row for, with those that it has.
    """
    own = council(edition, slug)
    if measure:
        measure_of(edition, measure)
    rows = edition.table("values").filter(pl.col("area") == own["slug"]).collect()
    for name, wanted in (("measure", measure), ("period", period), ("group", group)):
        if wanted is None:
            continue
        there = rows[name].unique(maintain_order=True).to_list()
        rows = rows.filter(pl.col(name) == wanted)
        if rows.is_empty():
            there = sorted(there, key=period_end) if name == "period" else there
            raise Problem("no-figures", f"{own['name']} has no row for the {name} asked for.", available=there)
    if rows.is_empty():
        raise Problem("no-figures", f"{own['name']} has no row in this edition.", available=own["successors"])
    order = {m: n for n, m in enumerate(edition.definitions)}
    ends = {p: period_end(p) for p in rows["period"].unique()}
    return fields_of(edition, rows.sort(
        pl.col("measure").replace_strict(order, return_dtype=pl.Int32),
        pl.col("period").replace_strict(ends, return_dtype=pl.Date), pl.col("group") != "all", "group",
    )).to_dicts()  # fmt: skip


def peers(edition: Edition, slug: str) -> list[Row]:
    """The councils most like one, nearest first, with what sets each apart. Raises Problem for one without peers."""
    own = council(edition, slug)
    near = edition.table("peers").filter(pl.col("area") == slug).sort("place").collect()
    if near.is_empty():
        why = "is too unlike any other council" if slug in TOO_UNLIKE else "lacks the figures that peers are found by"
        held = edition.table("peers").select("area").unique().collect()["area"].sort().to_list()
        after = own["successors"]
        detail = f"{own['name']} has ended." if after else f"{own['name']} has no peers: it {why}."
        raise Problem("no-figures", detail, available=after or held)
    names = {c.id: c.name for c in edition.register.all}
    return [
        {
            "place": r["place"], "slug": r["peer"], "name": names[r["peer"]], "distance": r["distance"],
            "shares": dict(zip(r["features"], r["shares"], strict=True)), "without": r["without"],
        }
        for r in near.to_dicts()
    ]  # fmt: skip


def benchmarks(edition: Edition, measure_id: str, period: str | None, group: str | None) -> list[Row]:
    """What councils are judged by on a measure, the oldest period first. Raises NotHeld or Problem."""
    d = measure_of(edition, measure_id)
    rows = edition.table("benchmarks").filter(pl.col("measure") == d["id"]).collect()
    for name, wanted in (("period", period), ("group", group)):
        there = rows[name].unique(maintain_order=True).to_list()
        rows = rows if wanted is None else rows.filter(pl.col(name) == wanted)
        if rows.is_empty():
            there = sorted(there, key=period_end) if name == "period" else there
            raise Problem("no-figures", f"{d['title']} has no benchmark for the {name} asked for.", available=there)
    found = rows.to_dicts()
    return sorted(found, key=lambda r: (period_end(r["period"]), r["group"] != "all", r["group"]))


def editions(home: Path) -> list[Row]:
    """Every edition on this machine, the newest built first, with whether it is the one in use."""
    return [
        {
            "id": e.id, "current": e.current, "simulated": bool(e.about.get("simulated")),
            "country": e.about.get("country"), "newest_period": e.about.get("newest_period"),
            "code_version": e.about.get("code_version"), "sources": len(e.about.get("built_from", [])),
        }
        for e in reversed(listed(home))
    ]  # fmt: skip
