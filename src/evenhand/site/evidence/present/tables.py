"""A measure's comparison as a document: every field a described column, ready for CSV, ODS, XLSX and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evenhand.documents.numbers import Kind
from evenhand.site.evidence.present.wording import KINDS, small_print, warned

if TYPE_CHECKING:
    import polars as pl

    from evenhand.documents.table import Table
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition

# name, heading, kind ("figure" is the measure's own kind), decimals, description. Also the order of JSON. Documented in
# docs/reference/cli.md; fields are added at the end and never renamed.
COLUMNS: tuple[tuple[str, str, str, int | None, str], ...] = (
    ("area_code", "Area code", "code", None, "ONS code in use at the end of the period; a letter for council types."),
    ("area_name", "Area", "text", None, "Name of the council, region, council type or country."),
    ("level", "Level", "text", None, "council, region, council_type or country."),
    ("period", "Period", "text", None, "Financial year, or mid-year of a population."),
    ("numerator", "Numerator", "score", 3, "The count or amount above the line, as published (money in pence)."),
    ("denominator", "Denominator", "score", 3, "The count or amount below the line (money in pence)."),
    ("value", "Figure", "figure", None, "As published where the publisher prints it, else worked out from the counts."),
    ("lower95", "Lower 95%", "figure", None, "Lower 95% limit for chance."),
    ("upper95", "Upper 95%", "figure", None, "Upper 95% limit for chance."),
    ("lower998", "Lower 99.8%", "figure", None, "Lower 99.8% limit for chance."),
    ("upper998", "Upper 99.8%", "figure", None, "Upper 99.8% limit for chance."),
    ("band", "Among councils", "band", None, "From over-dispersed 95% and 99.8% limits; no better or worse is meant."),
    ("rank_median", "Rank, middle", "rank", None, "Middle of the simulated ranks; 1 is the highest figure."),
    ("rank_low", "Rank, from", "rank", None, "Lower end of the 95% interval of the rank."),
    ("rank_high", "Rank, to", "rank", None, "Upper end of the 95% interval of the rank."),
    ("status", "Status", "status", None, "published, derived, suppressed, missing or not_applicable."),
    ("reason", "Reason", "text", None, "Why there is no figure."),
    ("ranked", "Councils ranked", "rank", None, "How many councils have a rank."),
    ("differs", "Differs by chance", "score", 0, "-2 to 2: below or above the benchmark beyond chance; 0 may be."),
    ("z", "z", "score", 4, "Distance from the benchmark in over-dispersed standard errors."),
    ("calculated", "Figure from counts", "figure", 6, "Numerator over denominator, unrounded."),
    ("margin_of_error", "Margin of error", "score", 3, "The publisher's 95% half-width (surveys)."),
    ("respondents", "Respondents", "count", None, "People who answered (surveys)."),
    ("interval", "Interval", "text", None, "How the limits were worked out."),
    ("reliability", "Care", "score", 0, "1: under 30 people; 2: over 20 points wide; 4: over 1.2 x the figure."),
    ("basis", "Population", "text", None, "Which population was divided by."),
    ("note", "Note", "text", None, "What the publisher printed beside the figure."),
    ("slug", "Short name", "text", None, "The council's lasting id."),
    ("region", "Region code", "code", None, "ONS code of the region."),
    ("council_type", "Type code", "code", None, "The publishers' letter for the type of council, as at the period."),
    ("measure", "Measure", "text", None, "Id of the measure."),
    ("group", "Group", "text", None, "Group of people; all is everyone."),
    ("segment", "Comparable since", "text", None, "Start of the unbroken run of periods that this one belongs to."),
    ("real_value", "In today's prices", "figure", None, "Money per head in the prices of the newest year."),
    ("real_basis", "Price index", "text", None, "Which price index was used, and how sure it is."),
    ("simulated", "Simulated", "text", None, "true when every figure is invented; false for the publishers' own."),
)  # fmt: skip
FIELDS = tuple(c[0] for c in COLUMNS)


def fields(edition: Edition, found: Comparison) -> pl.DataFrame:
    """The rows of a comparison with every field of COLUMNS, in order: what JSON prints."""
    return fields_of(edition, found.rows)


def fields_of(edition: Edition, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the edition's values with every field of COLUMNS, in order. A gap always has its reason in words."""
    import polars as pl

    from evenhand.facts.status import SENTENCES

    gaps = pl.col("status").replace_strict({s.value: t for s, t in SENTENCES.items() if not s.has_value}, default=None)
    return rows.with_columns(
        simulated=pl.lit(edition.simulated), reason=pl.coalesce("reason", gaps)
    ).select(*FIELDS)  # fmt: skip


def measure_table(edition: Edition, definition: dict[str, Any], found: Comparison, *, pounds: bool = False) -> Table:
    """The comparison as a table that explains itself: headings, descriptions, caveats, sources, licence, edition.

    pounds: money per head as pounds, unrounded, as the edition and ``show --format json`` hold it: for files that
    machines read. Otherwise as whole pence, which workbooks show as pounds.
    """
    import polars as pl

    from evenhand.documents.table import Column, Table

    own = KINDS[definition["kind"]]
    rows = fields(edition, found).with_columns(pl.col("simulated").cast(pl.String))
    money = own is Kind.MONEY_PENCE and not pounds
    if own is Kind.MONEY_PENCE and pounds:
        own = Kind.SCORE
    columns = []
    for name, heading, kind, decimals, words in COLUMNS:
        if kind == "figure":
            if money:  # held in pounds a head; documents count money in pence
                rows = rows.with_columns((pl.col(name) * 100).round(0).cast(pl.Int64))
            what = Kind.SCORE if name == "calculated" and not money else own
            digits = definition["decimals"] if decimals is None else decimals
            columns.append(Column(name, heading, what, digits, words, status="status" if name == "value" else None))
        else:
            columns.append(Column(name, heading, kind, decimals, words))
    period = rows["period"][0]
    return Table(
        f"{definition['title']}, {period}",
        tuple(columns),
        rows,
        subtitle=f"{definition['question']} {definition['date_basis']}. Compared with {found.words}.",
        notes=(*warned(definition, period), *small_print(definition)),
        sources=sources_of(edition, definition),
        edition=edition.id,
        licence=licence_of(edition),
        simulated=edition.simulated,
    )


def sources_of(edition: Edition, definition: dict[str, Any]) -> tuple[str, ...]:
    """The return that the measure comes from, and the source files that its figures were read from."""
    used = set(definition["tables"])
    held = [k for k in edition.built_from if k["table"] in used]
    returns = ", ".join(dict.fromkeys(s["source_return"] for s in definition["series"]))
    return (f"From {returns}.", *(f"{k['publisher']}: {k['title']} (SHA-256 {k['sha256'][:12]})" for k in held))


def licence_of(edition: Edition) -> str:
    """The licences of the source files, each once."""
    names = {"OGL-3.0": "Open Government Licence v3.0"}
    return "; ".join(dict.fromkeys(names.get(k["licence"], k["licence"]) for k in edition.built_from))
