"""What the home page prints: the headline measures, the tile map, every measure by topic, every council by region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from evenhand.documents.chart import Chart
from evenhand.edition.assemble import SUM_AREA
from evenhand.edition.read import Edition
from evenhand.edition.sentences import written

HEADLINES = ("ascof-3d-2a", "ascof-3d-1a", "dp-per-1000-adults", "dp-share-of-spend", "ascof-3a")
MAPPED = "ascof-3d-2a"
HIGH, LOW = ("higher", "much higher"), ("lower", "much lower")
# The topics in the order in which people ask; a topic that is not here comes after these.
TOPICS = (
    "personal budgets", "money", "quality of life", "empowerment", "independence", "connection", "safety", "continuity",
    "context",
)  # fmt: skip
KEY = "One equal tile a council, near its place on the map. Triangles up are higher, down are lower; two are much so."


@dataclass(frozen=True, slots=True)
class Glance:
    """One headline measure for the whole country: its figure and how its councils stand to each other."""

    id: str
    title: str
    period: str
    value: str
    unit: str  # in words, where the number alone does not say it
    sentence: str
    spread: str


def glance(edition: Edition) -> list[Glance]:
    """The headline measures that this edition holds, in order. A measure without a period is left out."""
    out = []
    for ident in HEADLINES:
        d = edition.definitions.get(ident)
        if d is None or d["latest_period"] is None:
            continue
        rows = edition.rows(ident, d["latest_period"])
        value, unit = _split(d, country_value(rows))
        out.append(
            Glance(ident, d["title"], d["latest_period"], value, unit, _sentence(edition, d, rows), spread(rows))
        )
    return out


def country_value(rows: pl.DataFrame) -> float | None:
    """The country's figure as its publisher prints it, else as the sum of councils; None when neither is there."""
    whole = rows.filter((pl.col("level") == "country") & pl.col("value").is_not_null())
    whole = whole.sort(pl.col("area") == SUM_AREA)
    return float(whole["value"][0]) if whole.height else None


def _split(definition: dict[str, Any], value: float | None) -> tuple[str, str]:
    """A figure and its unit apart, so that the number can be printed large."""
    if value is None:
        return "No figure", ""
    number, _, unit = written(definition, value).partition(" ")
    return number, unit


def _sentence(edition: Edition, d: dict[str, Any], rows: pl.DataFrame) -> str:
    value = country_value(rows)
    where, when = edition.about["country"], d["latest_period"]
    if value is None:
        return f"No figure is published for {where} as a whole, {when}."
    councils = rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    if councils.is_empty():
        return f"{where}, {when}. No council has a figure."
    low, high = float(councils["value"].min()), float(councils["value"].max())  # type: ignore[arg-type]
    return f"{where}, {when}. Councils run from {written(d, low)} to {written(d, high)}."


def spread(rows: pl.DataFrame) -> str:
    """How many councils are higher or lower beyond how much councils differ anyway, and how many have no figure.

    Counts the bands that the edition holds; nothing is judged here.
    """
    councils = rows.filter(pl.col("level") == "council")
    judged = councils["band"].drop_nulls()
    gaps = councils.filter(pl.col("value").is_null())
    hidden = int((gaps["status"] == "suppressed").sum())
    none = gaps.height - hidden
    said = [] if judged.is_empty() else [_beyond(int(judged.is_in(HIGH).sum()), int(judged.is_in(LOW).sum()))]
    if judged.is_empty():
        said.append("Councils are not set against each other here: these figures have no limits to judge by.")
    if hidden:
        whose = "The figure of 1 council is" if hidden == 1 else f"The figures of {hidden} councils are"
        said.append(f"{whose} suppressed to protect people.")
    if none:
        said.append(f"{_councils(none)} without a figure.")
    return " ".join(said)


def _beyond(high: int, low: int) -> str:
    if not high and not low:
        return "No council is higher or lower beyond how much councils usually differ."
    first = f"{_councils(high)} higher" if high else "No council is higher"
    second = f"{low} lower" if low and high else f"{low} {'is' if low == 1 else 'are'} lower" if low else "none lower"
    return f"{first} and {second}, beyond how much councils usually differ."


def _councils(n: int) -> str:
    return f"{n} council is" if n == 1 else f"{n} councils are"


def map_of(edition: Edition) -> Chart | None:
    """The tile map of direct payments, each tile a link to its council; None when there is nothing to map."""
    d = edition.definitions.get(MAPPED)
    if d is None or d["latest_period"] is None:
        return None
    rows = edition.rows(MAPPED, d["latest_period"]).filter(pl.col("level") == "council").sort("area_name")
    if not rows["band"].is_not_null().any():
        return None
    return Chart(
        f"{d['title']}, {d['latest_period']}: which councils are higher or lower", spread(rows),
        _tiles(edition, rows), _table(edition, d, rows), KEY, simulated=edition.simulated,
    )  # fmt: skip


def map_figure(edition: Edition) -> Markup:
    """The tile map as a figure with its numbers and its files; empty when there is nothing to map."""
    from evenhand.site.evidence.present.charts import figure_markup

    chart = map_of(edition)
    if chart is None:
        return Markup()
    files = [(kind.upper(), f"/measures/{MAPPED}/map.{kind}") for kind in ("svg", "png")]
    files.append(("the figures (CSV)", f"/measures/{MAPPED}/download.csv"))
    return figure_markup(chart, anchor="map-figure", downloads=files)


def _tiles(edition: Edition, rows: pl.DataFrame) -> Any:
    from evenhand.documents.part_charts import tile_map

    tiles = edition.table("tiles").collect()
    said = rows.select(
        pl.col("area").alias("council"),
        pl.col("area_name").alias("name"),
        pl.coalesce("band", pl.when(pl.col("value").is_null()).then("status"), pl.lit("missing")).alias("band"),
        (pl.lit("/councils/") + pl.col("slug") + pl.lit("/")).alias("href"),
    )
    placed = tiles.join(said, on="council", how="inner").with_columns(
        pl.col("column") - tiles["column"].min(), pl.col("row") - tiles["row"].min()
    )
    return tile_map(placed.sort("row", "column").select("name", "label", "column", "row", "band", "href"))


def _table(edition: Edition, d: dict[str, Any], rows: pl.DataFrame) -> Any:
    from evenhand.documents.table import Column, Table
    from evenhand.site.evidence.present.wording import KINDS

    columns = (
        Column("area_name", "Council", "text"),
        Column("value", f"{d['title']} ({d['unit']})", KINDS[d["kind"]], d["decimals"], status="status"),
        Column("band", "Among councils", "text"),
    )
    # A council that was not judged has no band: the cell must not read as a figure that is missing.
    shown = rows.with_columns(pl.col("band").fill_null("not judged"))
    return Table(f"{d['title']}, {d['latest_period']}", columns, shown, edition=edition.id, simulated=edition.simulated)


def by_topic(lines: list[Any], edition: Edition) -> list[tuple[str, list[Any]]]:
    """Measures under their topics, topics in the order in which people ask."""
    topics: dict[str, list[Any]] = {}
    for line in lines:
        topics.setdefault(edition.definitions[line.id]["topic"], []).append(line)
    place = {t: i for i, t in enumerate(TOPICS)}
    return sorted(((t, m) for t, m in topics.items()), key=lambda pair: (place.get(pair[0], len(place)), pair[0]))


def by_region(councils: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Councils under their regions, in the order of the names."""
    regions: dict[str, list[dict[str, Any]]] = {}
    for council in councils:
        regions.setdefault(council["region_name"] or "No region", []).append(council)
    return sorted(regions.items())


def names(edition: Edition) -> list[dict[str, str]]:
    """Every council's name and address for the box that finishes names, those that have gone marked as such."""
    rows = edition.areas().filter(pl.col("level") == "council").sort("name").to_dicts()
    out = []
    for r in rows:
        until = f"to {r['valid_to']:%B %Y}" if not r["standing"] and r["valid_to"] else ""
        out.append({"name": r["name"], "slug": r["slug"], "until": until})
    return out
