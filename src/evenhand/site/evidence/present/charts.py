"""A measure's comparison as a picture: funnel, ordered intervals, tile map, or one council over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.documents.chart import Chart
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence.present.tables import measure_table
from evenhand.site.evidence.present.wording import KINDS

if TYPE_CHECKING:
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition

KEY = "Dots are councils. Soft bands are the 95% and 99.8% limits, widened for how much councils differ anyway."


def picture(
    kind: str, edition: Edition, definition: dict[str, Any], found: Comparison, chosen: dict[str, Any] | None
) -> Chart:
    """One chart of a comparison. ``chosen`` is the row of the council to point out, if any.

    Raises EvenhandError where the measure has nothing that this chart could show.
    """
    from evenhand.edition.sentences import about, figure

    rows = found.rows
    councils = rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    if councils.is_empty():
        raise EvenhandError("No council has a figure to draw.", do="Try another period.")
    drawing, key = DRAWERS[kind](edition, definition, rows, councils, chosen)
    said = [figure(definition, chosen)] if chosen else about(edition, definition, rows, found, people=False)
    table = measure_table(edition, definition, found)
    country = edition.about["country"]
    title = f"{definition['title']}, {rows['period'][0]}: {chosen['area_name'] if chosen else f'councils in {country}'}"
    return Chart(title, " ".join(said), drawing, table, key, f"Edition {edition.id}.", edition.simulated)


def _role(councils: pl.DataFrame, chosen: dict[str, Any] | None) -> pl.Expr:
    area = chosen["area"] if chosen else ""
    return pl.when(pl.col("area") == area).then(pl.lit("chosen")).otherwise(pl.lit("other")).alias("role")


def _centre(rows: pl.DataFrame) -> float | None:
    whole = rows.filter((pl.col("level") == "country") & pl.col("value").is_not_null())
    return float(whole["value"][0]) if whole.height else None


def _funnel(
    edition: Edition,
    definition: dict[str, Any],
    rows: pl.DataFrame,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.compare import funnel as calc
    from evenhand.compare.intervals import Z95, Z998
    from evenhand.documents.compare_charts import funnel

    counted = councils.filter(pl.col("numerator").is_not_null() & (pl.col("denominator") > 0))
    if definition["kind"] not in ("proportion", "rate") or counted.height < 3:
        raise EvenhandError("A funnel needs a count and a total for each council.", do="Try --chart intervals.")
    how = definition["kind"]
    fit = calc.overdispersion(how, counted["numerator"].to_numpy(), counted["denominator"].to_numpy())
    grid = calc.denominator_grid(counted["denominator"].to_numpy())
    limits: dict[str, Any] = {"n": grid}
    for name, z in (("95", Z95), ("998", Z998)):
        got = calc.overdispersed_limits(fit, grid, z)
        limits[f"lower{name}"], limits[f"upper{name}"] = got.lower * definition["per"], got.upper * definition["per"]
    points = counted.select(
        pl.col("area_name").alias("name"), pl.col("denominator").alias("n"), "value", _role(councils, chosen)
    )
    drawing = funnel(
        points, pl.DataFrame(limits), centre=float(fit.benchmark) * definition["per"],
        x_title="People in the denominator",
        y_title=f"{definition['title']} ({definition['unit']})", kind=KINDS[how], decimals=definition["decimals"],
        centre_label=edition.about["country"],
    )  # fmt: skip
    return drawing, KEY


def _intervals(
    edition: Edition,
    definition: dict[str, Any],
    rows: pl.DataFrame,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.compare_charts import intervals

    sure = councils.filter(pl.col("lower95").is_not_null())
    if sure.is_empty():
        raise EvenhandError("These figures have no interval to draw.", do="Try --chart map.")
    rank = (chosen["rank_low"], chosen["rank_high"]) if chosen and chosen["rank_low"] else None
    table = sure.select(pl.col("area_name").alias("name"), "value", "lower95", "upper95", _role(sure, chosen))
    drawing = intervals(
        table, y_title=f"{definition['title']} ({definition['unit']})", centre=_centre(rows), rank=rank,
        kind=KINDS[definition["kind"]], decimals=definition["decimals"], centre_label=edition.about["country"],
    )  # fmt: skip
    return drawing, "Bars are 95% intervals: the values that chance alone could explain."


def _map(
    edition: Edition,
    definition: dict[str, Any],
    rows: pl.DataFrame,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.part_charts import tile_map

    tiles = edition.table("tiles").collect()
    every = rows.filter(pl.col("level") == "council").select(
        pl.col("area").alias("council"), "area", pl.col("area_name").alias("name"),
        pl.coalesce("band", pl.when(pl.col("value").is_null()).then("status"), pl.lit("missing")).alias("band"),
    )  # fmt: skip
    if every["band"].is_in(["missing", "suppressed", "not_applicable"]).all():
        raise EvenhandError("No council has a band on this measure.", do="Try --chart intervals.")
    placed = tiles.join(every, on="council", how="inner").with_columns(
        pl.col("column") - tiles["column"].min(), pl.col("row") - tiles["row"].min(), _role(every, chosen)
    )
    return tile_map(placed.select("name", "label", "column", "row", "band", "role")), "One equal tile a council."


def _trend(
    edition: Edition,
    definition: dict[str, Any],
    rows: pl.DataFrame,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.time_charts import decile_bands
    from evenhand.facts.register import period_end

    if chosen is None:
        raise EvenhandError("A chart over time is of one council.", do="Name it with --area.")
    # A year in which few councils volunteered has no middle half of councils to draw.
    aside = [p for p, _ in definition["set_aside"]]
    wanted = (pl.col("measure") == definition["id"]) & (pl.col("group") == chosen["group"])
    bands = edition.table("deciles").filter(wanted & ~pl.col("period").is_in(aside))
    own = edition.rows(definition["id"], None, chosen["group"]).filter(pl.col("area") == chosen["area"])
    joined = bands.collect().join(own.select("period", "value"), on="period", how="left")
    order = sorted(joined["period"].to_list(), key=period_end)
    table = joined.sort(pl.col("period").replace_strict({p: i for i, p in enumerate(order)}, return_dtype=pl.Int32))
    first, last = order[0], order[-1]
    breaks = [b for b in definition["breaks"] if period_end(first) < period_end(b[0]) <= period_end(last)]
    drawing = decile_bands(
        table.select("period", "p10", "p25", "p50", "p75", "p90", "value"), name=chosen["area_name"],
        y_title=f"{definition['title']} ({definition['unit']})", breaks=[(b[0], b[1]) for b in breaks],
        kind=KINDS[definition["kind"]], decimals=definition["decimals"],
    )  # fmt: skip
    return (
        drawing,
        "Bands hold the middle half and the middle eight in ten councils of each period; the line is the median.",
    )


DRAWERS = {"funnel": _funnel, "intervals": _intervals, "map": _map, "trend": _trend}
