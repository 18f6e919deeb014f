"""A measure's figures against a set that the reader chooses: England, region, type, peers, or named councils.

A council against its region means the region's councils set the benchmark, the limits and the ranks. Everyone against
England is in the edition, and so is everyone in the latest period against region, type and peers: these are only read.
Named councils, older periods and groups of people are judged when asked, by the same code on fewer rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.edition.marks import GROUP, JUDGED, KINDS, OF_THE_SET, Against, mark_of
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Council

# The judge is imported where it is needed: most comparisons are only read, and reading must be quick.
# City of London and the Isles of Scilly are too unlike any other council; another may lack what peers are found by.
NO_PEERS = "It has no peers: it is too unlike any other council, or the figures that peers are found by are missing."
WORDS = ("england", *KINDS)
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
    elif what in KINDS:
        sets = _held(edition, what, d, period, group)
        if sets is None and not chosen and rows.height:
            sets = _judged_at_once(edition, what, d, rows)
        out, marks = _told(what, rows, chosen, *sets) if sets else judged_now(edition, what, d, rows, chosen)
        words = "the councils of each council's own " + ("region" if what == "region" else "type")
        if what == "peers":
            words = "each council's own peers (its nearest neighbours in age, size, density and deprivation)"
    else:
        members = {_id(edition, text, period) for text in names_in(edition, against, period)} | chosen
        out, marks = _named(d, rows, members)
        words = f"the {len(members)} councils named"
    if chosen:
        out = out.filter(pl.col("area").is_in(sorted(chosen)) | (pl.col("level") == "country"))
    return Comparison(in_order(out), marks, words)


def of_council(edition: Edition, area: str, against: str) -> dict[tuple[str, str], tuple[dict[str, Any], Against]]:
    """What the edition holds of one council against its region, type or peers, on every measure at once.

    By (measure, period), the latest of each measure, for everyone: what to change in the council's row as against
    England, and what its set was compared with. Empty for a council without such a set.
    """
    wanted = (pl.col("against") == against) & (pl.col("group") == GROUP)
    rows = edition.table("sets").filter(wanted & (pl.col("area") == area)).collect()
    names = [area] if against == "peers" else rows["set"].unique().to_list()
    marks = edition.table("set_benchmarks").filter(wanted & pl.col("set").is_in(names)).collect()
    bare: dict[str, Any] = dict.fromkeys(JUDGED)  # where nobody in the set could be judged, there is no row
    out = {(m["measure"], m["period"]): (bare, mark_of(m)) for m in marks.to_dicts() if m["kind"] == "none"}
    for row in rows.join(marks, on=["measure", "period", "set"]).to_dicts():
        out[row["measure"], row["period"]] = ({c: row[c] for c in OF_THE_SET}, mark_of(row))
    return out


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
    keep = ("lower95", "upper95", "lower998", "upper998", "interval", "reliability")
    return rows.with_columns(pl.lit(None, dtype=t).alias(c) for c, t in JUDGED.items() if c not in keep)


def judged_now(
    edition: Edition, against: str, definition: dict[str, Any], rows: pl.DataFrame, chosen: set[str]
) -> tuple[pl.DataFrame, dict[str, Against]]:
    """Judge each council among its region, type or peers, one set after another: the plain way, for any rows.

    chosen: judge only these councils' sets; all when empty.
    """
    if against == "peers":
        return _peers(edition, definition, rows, chosen)
    return _each_set(definition, rows, "region" if against == "region" else "council_type", chosen)


def _held(
    edition: Edition, against: str, definition: dict[str, Any], period: str, group: str
) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """The SETS and MARKS rows that the edition holds; None where it holds none."""
    if (period, group) != (definition["latest_period"], GROUP):
        return None
    wanted = (pl.col("measure") == definition["id"]) & (pl.col("period") == period) & (pl.col("against") == against)
    marks = edition.table("set_benchmarks").filter(wanted).collect()
    return None if marks.is_empty() else (edition.table("sets").filter(wanted).collect(), marks)


def _judged_at_once(
    edition: Edition, against: str, definition: dict[str, Any], rows: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same judged now, as the build does it: all councils' peers in a tenth of the time of one after another."""
    from evenhand.edition.judge import Figures, Scale
    from evenhand.edition.sets import Neighbours, judge_sets

    scale = Scale.stored(definition)
    near = Neighbours.of(edition.register, edition.table("peers").collect())
    return judge_sets(scale, rows, Figures.of(scale, rows), near, kinds=(against,))


def _told(
    against: str, rows: pl.DataFrame, chosen: set[str], judged: pl.DataFrame, marks: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, Against]]:
    """What ``judged_now`` would say, from SETS and MARKS rows."""
    councils = rows.filter(pl.col("level") == "council")
    if chosen:
        councils = councils.filter(pl.col("area").is_in(sorted(chosen)))
    own = {"region": "region", "type": "council_type", "peers": "area"}[against]
    councils = councils.with_columns(set=pl.col(own)).filter(pl.col("set").is_not_null())
    there = marks.filter(pl.col("set").is_in(councils["set"].to_list())).sort("set")
    if against == "peers":
        alone = ~pl.col("set").is_in(there["set"].to_list())
        note = pl.when(alone).then(pl.coalesce("note", pl.lit(NO_PEERS))).otherwise("note")
        councils = councils.with_columns(note=note)
    bare = pl.col("set").is_in(there.filter(pl.col("kind") == "none")["set"].to_list())
    found = judged.select("area", *OF_THE_SET)
    councils = councils.drop(OF_THE_SET).join(found, on="area", how="left", maintain_order="left")
    councils = councils.with_columns(pl.when(bare).then(None).otherwise(c).alias(c) for c in JUDGED)
    both = [_blank(rows.filter(pl.col("level") != "council")), councils.select(rows.columns)]
    return pl.concat(both), {m["set"]: mark_of(m) for m in there.to_dicts()}


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
            "Name at least two councils to compare with.",
            do="Write names with commas between: Gateshead,Sunderland,Durham.",
        )
    frame, mark = _judged(definition, councils)
    both = [_blank(rows.filter(pl.col("level") == "country")), frame]
    return pl.concat(both, how="diagonal"), {"named": mark}
