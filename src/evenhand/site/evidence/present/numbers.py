"""The figures behind a chart, no more columns than the chart shows: what "Show the numbers" opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.documents.numbers import Kind
from evenhand.documents.table import Column, Table
from evenhand.site.evidence.present.wording import KINDS

if TYPE_CHECKING:
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition

# Which columns of the edition's rows each chart shows, in order, with the heading of each.
SHOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "funnel": (
        ("area_name", "Area"), ("value", "Figure"), ("denominator", "People counted"), ("band", "Among councils"),
    ),
    "intervals": (
        ("area_name", "Area"), ("value", "Figure"), ("lower95", "Lower 95%"), ("upper95", "Upper 95%"),
        ("rank_low", "Rank from"), ("rank_high", "Rank to"),
    ),
    "map": (("area_name", "Council"), ("band", "Among councils"), ("value", "Figure")),
}  # fmt: skip
JUDGED = {"band", "lower95", "upper95", "rank_low", "rank_high"}
OWN = ("value", "lower95", "upper95", "p10", "p25", "p50", "p75", "p90")
SORTS = {"area_name": "text", "period": "text", "band": "band", "denominator": "count", "rank_low": "rank",
         "rank_high": "rank"}  # fmt: skip


def numbers(
    kind: str, edition: Edition, definition: dict[str, Any], found: Comparison, chosen: dict[str, Any] | None
) -> Table:
    """The table of one chart: the country and every council, or for a trend every period."""
    period = found.rows["period"][0]
    if kind == "trend":
        return over_time(edition, definition, chosen)
    rows = found.rows.filter(pl.col("level").is_in(["council"] if kind == "map" else ["country", "council"]))
    return _table(f"{definition['title']}, {period}", definition, rows, SHOWN[kind], edition)


def over_time(edition: Edition, definition: dict[str, Any], chosen: dict[str, Any] | None) -> Table:
    """Every period's deciles of councils, and the figure of the area chosen."""
    assert chosen is not None
    heads = (
        ("period", "Period"), ("value", chosen["area_name"]), ("p10", "1 in 10 below"), ("p25", "1 in 4 below"),
        ("p50", "Half below"), ("p75", "3 in 4 below"), ("p90", "9 in 10 below"),
    )  # fmt: skip
    return _table(
        f"{definition['title']}: {chosen['area_name']} and councils, period by period",
        definition, periods(edition, definition, chosen), heads, edition,
    )  # fmt: skip


def periods(edition: Edition, definition: dict[str, Any], chosen: dict[str, Any]) -> pl.DataFrame:
    """A row a period in order of time: period, p10 to p90, and value and status of the area chosen.

    A year in which few councils volunteered has no middle half of councils, and is left out.
    """
    from evenhand.facts.register import period_end

    aside = [p for p, _ in definition["set_aside"]]
    wanted = (pl.col("measure") == definition["id"]) & (pl.col("group") == chosen["group"])
    bands = edition.table("deciles").filter(wanted & ~pl.col("period").is_in(aside)).collect()
    own = edition.rows(definition["id"], None, chosen["group"]).filter(pl.col("area") == chosen["area"])
    joined = bands.join(own.select("period", "value", "status"), on="period", how="left")
    joined = joined.with_columns(pl.col("status").fill_null("not_applicable"))  # it did not stand in that period
    order = sorted(joined["period"].to_list(), key=period_end)
    return joined.sort(pl.col("period").replace_strict({p: i for i, p in enumerate(order)}, return_dtype=pl.Int32))


def _table(
    title: str, definition: dict[str, Any], rows: pl.DataFrame, heads: tuple[tuple[str, str], ...], edition: Edition
) -> Table:
    own = KINDS[definition["kind"]]
    if own is Kind.MONEY_PENCE:  # held in pounds a head; documents count money in pence
        rows = rows.with_columns((pl.col(c) * 100).round(0).cast(pl.Int64) for c in OWN if c in rows.columns)
    columns = tuple(
        Column(
            name, heading, own if name in OWN else SORTS[name], definition["decimals"] if name in OWN else None,
            status="status" if name == "value" else f"{name}_status" if name in JUDGED else None,
        )
        for name, heading in heads
    )  # fmt: skip
    keep = [name for name, _ in heads]
    for name in JUDGED & set(keep):  # a figure that is not judged is no missing figure
        unsaid = pl.when(pl.col("value").is_null()).then("status").otherwise(pl.lit("not_applicable"))
        known = pl.when(pl.col(name).is_not_null()).then(pl.lit("derived")).otherwise(unsaid)
        rows = rows.with_columns(known.alias(f"{name}_status"))
        keep.append(f"{name}_status")
    return Table(title, columns, rows.select(*keep, "status"), edition=edition.id, simulated=edition.simulated)
