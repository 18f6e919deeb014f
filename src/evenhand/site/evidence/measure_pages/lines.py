"""The rows of a measure as a page prints them: one line an area, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.edition import sentences
from evenhand.edition.assemble import SUM_AREA
from evenhand.site.evidence import words

SORTS = {"name": "Area", "value": "Figure", "rank": "Rank"}
LEVELS = (
    ("country", "The country"), ("region", "Regions"), ("council_type", "Types of council"), ("council", "Councils"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One area's figure, spelled. ``mark`` and ``why`` stand where the figure would, when there is none."""

    name: str
    slug: str | None
    value: str
    interval: str
    counts: str
    band: str
    rank: str
    mark: str
    why: str
    chosen: bool
    care: str


def line(definition: dict[str, Any], row: dict[str, Any], chosen: str | None = None) -> Line:
    """One row of an edition as a line. chosen: the slug of the council to mark."""
    mark, why = sentences.absence(row) if row["value"] is None else ("", "")
    if not mark and row["value"] == 0:
        why = "Zero: the figure is published and is nought."
    return Line(
        name=row["area_name"],
        slug=row["slug"] if row["level"] == "council" else None,
        value=short(definition, row["value"]),
        interval="" if row["lower95"] is None or row["value"] is None
        else f"{short(definition, row['lower95'])} to {short(definition, row['upper95'])}",
        counts=sentences.counts(definition, row) if row["value"] is not None else "",
        band=words.band(row["band"]),
        rank=words.rank(row["rank_low"], row["rank_high"], row["ranked"]),
        mark=mark[:1].upper() + mark[1:],
        why=why,
        chosen=chosen is not None and row["slug"] == chosen,
        care="care" if row["reliability"] else "",
    )  # fmt: skip


def short(definition: dict[str, Any], value: float | None) -> str:
    """A figure without the words of its unit: the caption says those. "24.5%", "2.57", "£33.12"; "" for none."""
    if value is None:
        return ""
    text = sentences.written(definition, value)
    return text if definition["kind"] in sentences.PERCENTS else text.split(" ", 1)[0]


def levels(
    definition: dict[str, Any], rows: pl.DataFrame, *, sort: str, down: bool, chosen: str | None
) -> list[tuple[str, list[Line]]]:
    """The lines under a heading for each level, sorted within it; areas without what is sorted by come last."""
    out = []
    for level, heading in LEVELS:
        here = rows.filter(pl.col("level") == level)
        if level == "country":  # as published, then as the sum of councils: there is nothing to sort
            here = here.sort(pl.col("area") == SUM_AREA)
        else:
            here = in_order(here, sort, down=down)
        if here.height:
            out.append((heading, [line(definition, r, chosen) for r in here.iter_rows(named=True)]))
    return out


def in_order(rows: pl.DataFrame, sort: str, *, down: bool) -> pl.DataFrame:
    """Rows by name, figure or rank. Rank is by the middle of the ranks that chance allows."""
    column = {"name": "area_name", "value": "value", "rank": "rank_median"}[sort]
    by = [column] if sort == "name" else [column, "area_name"]
    return rows.sort(by, descending=[down, False][: len(by)], nulls_last=True)
