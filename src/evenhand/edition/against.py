"""A measure's figures against a set that the reader chooses: England, region, type, peers, or named councils.

England's comparison is in the edition. The others are worked out when asked, by the same code on fewer rows: a council
against its region means the region's councils set the benchmark, the limits and the ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Council

if TYPE_CHECKING:
    from evenhand.edition.judge import Against

# The judge is imported where it is needed: the comparison with England is only read, and reading must be quick.
# City of London and the Isles of Scilly are too unlike any other council; another may lack what peers are found by.
NO_PEERS = "It has no peers: it is too unlike any other council, or the figures that peers are found by are missing."
WORDS = ("england", "region", "type", "peers")
LEVEL_ORDER = {"country": 0, "region": 1, "council_type": 2, "council": 3}


@dataclass(frozen=True)
class Comparison:
    """Rows with JUDGED columns as against each council's own set, and the sets' benchmarks by set name."""

    rows: pl.DataFrame
    benchmarks: dict[str, Against]
    words: str


def compare(
    edition: Edition, measure: str, period: str | None = None, *, group: str = "all", against: str = "england",
    areas: tuple[str, ...] = (),
) -> Comparison:  # fmt: skip
    """The comparison of one measure and period.

    against: one of WORDS, or council names or codes with commas between. areas: show only these (names or codes) and
    England; empty for all. Raises UnknownMeasure, UnknownArea, or EvenhandError for a set that cannot be compared.
    """
    d = edition.definition(measure)
    period = period or d["latest_period"]
    if period is None:
        raise EvenhandError(f"{d['title']} has no figure in this edition.", do="Load the files that it is made from.")
    rows = edition.rows(measure, period, group)
    chosen = {_id(edition, text, period) for text in areas}
    what = against.strip().lower()
    marks: dict[str, Against] = {}
    if what == "england":
        out, words = rows, f"all councils in {edition.about['country']}"
    elif what in ("region", "type"):
        column = "region" if what == "region" else "council_type"
        out, marks = _each_set(d, rows, column, chosen)
        words = "the councils of each council's own " + ("region" if what == "region" else "type")
    elif what == "peers":
        out, marks = _peers(edition, d, rows, chosen)
        words = "each council's own peers (its nearest neighbours in age, size, density and deprivation)"
    else:
        members = {_id(edition, text, period) for text in names_in(edition, against, period)} | chosen
        out, marks = _named(d, rows, members)
        words = f"the {len(members)} councils named"
    if chosen:
        out = out.filter(pl.col("area").is_in(sorted(chosen)) | (pl.col("level") == "country"))
    return Comparison(in_order(out), marks, words)


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """England first (as published before the sum), then regions, types, and councils from the highest figure down."""
    level = pl.col("level").replace_strict(LEVEL_ORDER, return_dtype=pl.Int8)
    return rows.sort(level, pl.col("area") == "sum-of-councils", "value", "area_name",
                     descending=[False, False, True, False], nulls_last=True)  # fmt: skip


def _judged(
    definition: dict[str, Any], rows: pl.DataFrame, published: float | None = None
) -> tuple[pl.DataFrame, Against]:
    from evenhand.edition.judge import Scale, judged

    return judged(Scale.stored(definition), rows, published=published)


def _id(edition: Edition, text: str, period: str) -> str:
    found = edition.find(text, period)
    return found.id if isinstance(found, Council) else found.code


def names_in(edition: Edition, text: str, period: str) -> list[str]:
    """The names or codes in a list with commas between, where a name may itself hold commas.

    From the left, the longest run of parts that is a name is taken: "Bournemouth, Christchurch and Poole,Kent" is two.
    A part that is no name stays as it was typed, for the look-up to refuse it.
    """
    parts, out = [p.strip() for p in text.split(",") if p.strip()], []
    while parts:
        n = next((n for n in range(min(len(parts), 4), 1, -1) if _known(edition, ", ".join(parts[:n]), period)), 1)
        out.append(", ".join(parts[:n]))
        parts = parts[n:]
    return out


def _known(edition: Edition, text: str, period: str) -> bool:
    try:
        edition.find(text, period)
    except UnknownArea:
        return False
    return True


def _blank(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without judgement: those that have no place in the comparison asked for."""
    from evenhand.edition.judge import JUDGED

    keep = ("lower95", "upper95", "lower998", "upper998", "interval", "reliability")
    return rows.with_columns(pl.lit(None, dtype=t).alias(c) for c, t in JUDGED.items() if c not in keep)


def _each_set(
    definition: dict[str, Any], rows: pl.DataFrame, column: str, chosen: set[str]
) -> tuple[pl.DataFrame, dict[str, Against]]:
    """Judge each region's (or type's) councils among themselves; the other levels stay unjudged."""
    councils = rows.filter(pl.col("level") == "council")
    wanted = councils.filter(pl.col("area").is_in(sorted(chosen))) if chosen else councils
    names = set(wanted[column].drop_nulls().to_list())
    frames, marks = [_blank(rows.filter(pl.col("level") != "council"))], {}
    for name in sorted(names):
        frame, mark = _judged(definition, councils.filter(pl.col(column) == name), published=_published(rows, name))
        frames.append(frame)
        marks[name] = mark
    return pl.concat(frames, how="diagonal"), marks


def _published(rows: pl.DataFrame, area: str) -> float | None:
    own = rows.filter(pl.col("area") == area)
    return own["value"][0] if own.height else None


def _peers(
    edition: Edition, definition: dict[str, Any], rows: pl.DataFrame, chosen: set[str]
) -> tuple[pl.DataFrame, dict[str, Against]]:
    """Judge each council (or the chosen ones) among itself and its peers."""
    councils = rows.filter(pl.col("level") == "council")
    near = edition.table("peers").collect()
    frames, marks = [_blank(rows.filter(pl.col("level") != "council"))], {}
    for area in councils["area"] if not chosen else sorted(chosen & set(councils["area"])):
        peers = near.filter(pl.col("area") == area)["peer"].to_list()
        own = councils.filter(pl.col("area") == area)
        if not peers:
            frames.append(_blank(own).with_columns(note=pl.coalesce("note", pl.lit(NO_PEERS))))
            continue
        frame, mark = _judged(definition, councils.filter(pl.col("area").is_in([area, *peers])))
        frames.append(frame.filter(pl.col("area") == area))
        marks[area] = mark
    return pl.concat(frames, how="diagonal"), marks


def _named(
    definition: dict[str, Any], rows: pl.DataFrame, members: set[str]
) -> tuple[pl.DataFrame, dict[str, Against]]:
    councils = rows.filter((pl.col("level") == "council") & pl.col("area").is_in(sorted(members)))
    if councils.height < 2:
        raise EvenhandError(
            "Name at least two councils to compare with.", do="For example --against Gateshead,Sunderland,Durham."
        )
    frame, mark = _judged(definition, councils)
    both = [_blank(rows.filter(pl.col("level") == "country")), frame]
    return pl.concat(both, how="diagonal"), {"named": mark}
