"""A measure's comparison as a picture: funnel, ordered intervals, tile map, or one council over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from evenhand.documents.chart import Chart
from evenhand.documents.numbers import Kind
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence.present.numbers import numbers, periods
from evenhand.site.evidence.present.wording import KINDS

if TYPE_CHECKING:
    from evenhand.compare.funnel import Fitted
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition

WIDE, NARROW = 700, 345  # a page's column, and a phone of 375 pixels less GOV.UK's margins: drawn, never shrunk

_OPEN = Markup(
    '<details class="govuk-details evenhand-no-print"><summary class="govuk-details__summary">'
    '<span class="govuk-details__summary-text">Show the numbers'
    '<span class="govuk-visually-hidden">: {0}</span></span></summary>\n<div class="govuk-details__text">'
    '<div class="evenhand-scroll" role="region" tabindex="0" aria-label="{0}: the numbers">{1}</div></div></details>\n'
)
_FILE = Markup('<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> of {}</span></a>')
KEY = "Dots are councils. Soft bands are the 95% and 99.8% limits, widened for how much councils differ anyway."


def picture(
    kind: str,
    edition: Edition,
    definition: dict[str, Any],
    found: Comparison,
    chosen: dict[str, Any] | None,
    *,
    links: bool = False,
) -> Chart:
    """One chart of a comparison, its title the finding. ``chosen`` is the row of the council to point out, if any.

    links: tiles of the map lead to the councils' pages (on a page; a file that is taken away has no pages).
    Raises EvenhandError where the measure has nothing that this chart could show.
    """
    from evenhand.site.evidence.present.findings import finding

    rows = found.rows
    councils = rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    if councils.is_empty():
        raise EvenhandError("No council has a figure to draw.", do="Try another period.")
    drawing, key = DRAWERS[kind](edition, definition, found, councils, chosen)
    if kind == "map" and links:
        drawing = _linked(drawing, rows)
    title, sentence = finding(kind, edition, definition, found, chosen)
    table = numbers(kind, edition, definition, found, chosen)
    return Chart(title, sentence, drawing, table, key, f"Edition {edition.id}.", edition.simulated)


def figure_markup(
    chart: Chart, *, anchor: str = "", downloads: Sequence[tuple[str, str]] = (), level: int = 3
) -> Markup:
    """A chart as a figure for a page: finding, sentence, a drawing for each width, its numbers, and files to take away.

    anchor: the figure's id. downloads: (words, address) of each file. level: of the heading, 2 to 4.
    Everything that is not ours is escaped; there is no style and no script in line.
    """
    title = chart.title
    named = Markup(' id="{}"').format(anchor) if anchor else ""
    out = Markup('<figure class="evenhand-chart"{}>\n<figcaption>').format(named)
    out += Markup('<h{0} class="govuk-heading-{1}">{2}</h{0}>').format(level, "m" if level < 4 else "s", title)
    out += Markup('<p class="govuk-body">{}</p></figcaption>\n').format(chart.sentence)
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        svg = Markup(chart.to_svg(width=width, heading=False))  # noqa: S704 - drawn by us, its texts escaped
        out += Markup('<div class="evenhand-chart--{}">{}</div>\n').format(name, svg)
    if chart.table is not None:
        table = Markup(chart.table.to_html(caption_size="s"))  # noqa: S704 - written by us, its texts escaped
        out += _OPEN.format(title, table)
    files = Markup(", ").join(_FILE.format(address, words, title) for words, address in downloads)
    if files:
        out += Markup('<p class="govuk-body-s evenhand-no-print">Take this chart away: {}</p>\n').format(files)
    return out + Markup("</figure>\n")


def titled(definition: dict[str, Any]) -> str:
    """A measure's title with its unit once: "People with a direct payment (%)", "…, per 1,000 adults"."""
    title, unit = definition["title"], definition["unit"]
    return str(title) if unit in title else f"{title} ({unit})"


def _role(councils: pl.DataFrame, chosen: dict[str, Any] | None) -> pl.Expr:
    area = chosen["area"] if chosen else ""
    return pl.when(pl.col("area") == area).then(pl.lit("chosen")).otherwise(pl.lit("other")).alias("role")


DRAWN = ("value", "lower95", "upper95", "p10", "p25", "p50", "p75", "p90")


def _drawn(definition: dict[str, Any], frame: pl.DataFrame) -> pl.DataFrame:
    """Figures in the unit that charts draw: an edition holds money a head in pounds, and documents count pence."""
    if KINDS[definition["kind"]] is not Kind.MONEY_PENCE:
        return frame
    return frame.with_columns(pl.col(c) * 100 for c in DRAWN if c in frame.columns)


def _centre(definition: dict[str, Any], rows: pl.DataFrame) -> float | None:
    whole = _drawn(definition, rows.filter((pl.col("level") == "country") & pl.col("value").is_not_null()))
    return float(whole["value"][0]) if whole.height else None


def _stored_fit(edition: Edition, definition: dict[str, Any], found: Comparison) -> Fitted | None:
    """The funnel of the set that the rows were judged by, from the numbers stored of it; None where there is none.

    Councils of several sets have no funnel in common but that of the whole country.
    """
    from evenhand.compare.funnel import fitted

    if len(found.benchmarks) == 1:
        mark = asdict(next(iter(found.benchmarks.values())))
    else:
        first = found.rows.row(0, named=True)
        held = edition.table("benchmarks").filter(
            *(pl.col(name) == first[name] for name in ("measure", "period", "group"))
        )
        mark = next(iter(held.collect().to_dicts()), {"kind": "none"})
    if mark["kind"] == "none" or mark["tau2"] is None:
        return None
    return fitted(mark["kind"], mark["value"] / definition["per"], y0=mark["y0"], tau2=mark["tau2"])


def _funnel(
    edition: Edition,
    definition: dict[str, Any],
    found: Comparison,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.compare import funnel as calc
    from evenhand.compare.intervals import Z95, Z998
    from evenhand.documents.compare_charts import funnel

    counted = councils.filter(pl.col("numerator").is_not_null() & (pl.col("denominator") > 0))
    fit = _stored_fit(edition, definition, found) if definition["kind"] in ("proportion", "rate") else None
    if fit is None or counted.height < 3:
        raise EvenhandError("A funnel needs a count and a total for each council.", do="Look at its intervals instead.")
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
        x_title="Number of people counted",
        y_title=titled(definition), kind=KINDS[definition["kind"]], decimals=definition["decimals"],
        centre_label=edition.about["country"],
    )  # fmt: skip
    return drawing, KEY


def _intervals(
    edition: Edition,
    definition: dict[str, Any],
    found: Comparison,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.compare_charts import intervals

    sure = councils.filter(pl.col("lower95").is_not_null())
    certain = sure.is_empty()  # amounts of money and facts about places are not samples: they are put in order as dots
    sure = councils.sort("area_name") if certain else sure
    rank = (chosen["rank_low"], chosen["rank_high"]) if chosen and chosen["rank_low"] else None
    table = sure.select(pl.col("area_name").alias("name"), "value", "lower95", "upper95", _role(sure, chosen))
    drawing = intervals(
        _drawn(definition, table), y_title=titled(definition), centre=_centre(definition, found.rows), rank=rank,
        kind=KINDS[definition["kind"]], decimals=definition["decimals"], centre_label=edition.about["country"],
    )  # fmt: skip
    if certain:
        return drawing, "Dots are councils in order. These figures are not a sample, so they have no interval."
    return drawing, "Bars are 95% intervals: the values that chance alone could explain."


def _map(
    edition: Edition,
    definition: dict[str, Any],
    found: Comparison,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.part_charts import tile_map

    tiles = edition.table("tiles").collect()
    every = found.rows.filter(pl.col("level") == "council").select(
        pl.col("area").alias("council"), "area", pl.col("area_name").alias("name"),
        pl.coalesce("band", pl.when(pl.col("value").is_null()).then("status"), pl.lit("missing")).alias("band"),
    )  # fmt: skip
    if every["band"].is_in(["missing", "suppressed", "not_applicable"]).all():
        raise EvenhandError("No council has a band on this measure.", do="Look at its intervals instead.")
    placed = tiles.join(every, on="council", how="inner").with_columns(
        pl.col("column") - tiles["column"].min(), pl.col("row") - tiles["row"].min(), _role(every, chosen)
    )
    gone = every.height - placed.height
    since = f" {gone} {'council has' if gone == 1 else 'councils have'} gone since and have no tile." if gone else ""
    drawing = tile_map(placed.select("name", "label", "column", "row", "band", "role"))
    return drawing, f"One equal tile a council.{since}"


def _linked(drawing: Any, rows: pl.DataFrame) -> Any:
    """The tile map with each tile leading to its council's page."""
    councils = rows.filter(pl.col("level") == "council").select("area_name", "slug")
    at = {name: f"/councils/{slug}/" for name, slug in councils.iter_rows() if slug}
    return replace(drawing, tiles=tuple(tile | {"href": at.get(tile["name"])} for tile in drawing.tiles))


def _drawn_breaks(definition: dict[str, Any], held: list[str]) -> list[tuple[str, str]]:
    """Breaks at the first period held from each on: a break in a year that nobody published still parts its sides."""
    from evenhand.facts.register import period_end

    out: dict[str, str] = {}
    for period, reason in definition["breaks"]:
        if period_end(period) > period_end(held[0]):
            at = next((p for p in held if period_end(p) >= period_end(period)), None)
            if at is not None:
                out[at] = " ".join(part for part in (out.get(at), reason) if part)
    return list(out.items())


def _trend(
    edition: Edition,
    definition: dict[str, Any],
    found: Comparison,
    councils: pl.DataFrame,
    chosen: dict[str, Any] | None,
) -> tuple[Any, str]:
    from evenhand.documents.time_charts import decile_bands

    if chosen is None:
        raise EvenhandError("A chart over time is of one council.", do="Name a council to draw.")
    table = periods(edition, definition, chosen)
    breaks = _drawn_breaks(definition, table["period"].to_list())
    drawing = decile_bands(
        _drawn(definition, table).select("period", "p10", "p25", "p50", "p75", "p90", "value"),
        name=chosen["area_name"], y_title=titled(definition), breaks=breaks,
        kind=KINDS[definition["kind"]], decimals=definition["decimals"],
    )  # fmt: skip
    return (
        drawing,
        "Bands hold the middle half and the middle eight in ten councils of each period; the line is the median.",
    )


DRAWERS = {"funnel": _funnel, "intervals": _intervals, "map": _map, "trend": _trend}
