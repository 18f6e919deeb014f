"""One council over every measure: where it stands now, what stands out, who is like it, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Area, Council, period_end


@dataclass(frozen=True)
class Profile:
    """What one council's page or print-out shows.

    lines: one a measure that ever applied to it, in the measures' order: the definition, the council's row in the
    latest period with a row for it, and the country's row of that period (as published, else the sum of councils).
    peers: names with distances, nearest first; without: features that had no figure for it.
    """

    council: Council
    lines: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None], ...]
    looked_at: int
    outside: int
    peers: tuple[tuple[str, float], ...]
    without: tuple[str, ...]


def find_council(edition: Edition, text: str) -> Council:
    """The council a person means, standing or gone. Raises UnknownArea or EvenhandError."""
    try:
        found: Council | Area = edition.find(text)
    except UnknownArea:
        gone = [c for c in edition.register.all if c.valid_to and edition.register.by_name(text, c.valid_to) == c]
        ever = gone or list(edition.register.ever_by_code(text))
        if not ever:
            raise
        found = ever[-1]
    if not isinstance(found, Council):
        raise EvenhandError(
            f"{found.name} is not a council.", do="Use `evenhand show MEASURE --area` for regions and types."
        )
    return found


def profile(edition: Edition, text: str) -> Profile:
    """The profile of a council by name or code."""
    council = find_council(edition, text)
    everything = edition.table("values").filter(
        (pl.col("group") == "all")
        & ((pl.col("area") == council.id) | (pl.col("level") == "country"))
    ).collect()  # fmt: skip
    # One walk over the keys: a filter for every measure would cost more than all the rest of a council's page.
    own: dict[str, dict[str, int]] = {}
    whole: dict[tuple[str, str], int] = {}
    keys = everything.select("measure", "period", "area").iter_rows()
    for i, (measure, period, area) in enumerate(keys):
        if area == council.id:
            own.setdefault(measure, {})[period] = i
        elif area != "sum-of-councils" or (measure, period) not in whole:
            whole[measure, period] = i  # as published before the sum
    lines = []
    for d in edition.definitions.values():
        if d["id"] in own:
            latest = max(own[d["id"]], key=period_end)
            row = everything.row(own[d["id"]][latest], named=True)
            at = whole.get((d["id"], latest))
            lines.append((d, row, None if at is None else everything.row(at, named=True)))
    judged = [r for _, r, _ in lines if r["band"] is not None]
    outside = sum(r["band"] != "similar" for r in judged)
    near = edition.table("peers").filter(pl.col("area") == council.id).sort("place").collect()
    peers = tuple((edition.register.council(p).name, d) for p, d in near.select("peer", "distance").iter_rows())
    without = tuple(near["without"][0]) if near.height else ()
    return Profile(council, tuple(lines), len(judged), outside, peers, without)


def history(edition: Edition, council: Council) -> list[str]:
    """Where the council came from and what it became, in sentences; empty when it has always stood."""
    reg = edition.register
    out = []
    if council.predecessors:
        before = " and ".join(reg.council(p).name for p in council.predecessors)
        out.append(f"{council.name} began on {council.valid_from.day} {council.valid_from:%B %Y}; before it: {before}.")
    if council.valid_to:
        after = " and ".join(reg.council(s).name for s in council.successors)
        out.append(f"{council.name} ended on {council.valid_to.day} {council.valid_to:%B %Y}; after it: {after}.")
    codes = [c for c in reg.codes if c.council == council.id and c.scheme == "gss"]
    if len(codes) > 1:
        said = ", ".join(f"{c.code} from {c.valid_from.year}" for c in sorted(codes, key=lambda c: c.valid_from))
        out.append(f"ONS codes: {said}.")
    return out
