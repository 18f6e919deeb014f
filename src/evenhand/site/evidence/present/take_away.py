"""Tables and charts as files: which bytes, type and name. The same edition gives the same bytes, on any day."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

from evenhand.documents.numbers import Kind
from evenhand.facts.register import period_end
from evenhand.site.evidence.present.asked import NotHeld
from evenhand.site.evidence.present.tables import COLUMNS, fields_of, licence_of, measure_table, sources_of
from evenhand.site.evidence.present.wording import KINDS, small_print, warned

if TYPE_CHECKING:
    import polars as pl

    from evenhand.documents.table import Column, Table
    from evenhand.edition.against import Comparison
    from evenhand.edition.read import Edition

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "zip": "application/zip",
}
WORKBOOKS = ("ods", "xlsx")
ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file can state: members carry no clock
STATED = (
    "The date on this sheet is the last day of the newest year in the edition, not the day of the download: "
    "the same edition always gives the same file."
)


def stated_date(edition: Edition) -> date:
    """The date that a workbook states: the last day of the edition's newest period. No clock is read."""
    return period_end(edition.about["newest_period"])


def file_name(edition: Edition, *parts: str, ending: str) -> str:
    """A file name of lower case letters, digits, dashes and points, with the edition in it.

    >>> from types import SimpleNamespace
    >>> file_name(SimpleNamespace(id="e-12"), "ascof-3d-2a", "2024-25", "65+", ending="csv")
    'evenhand-ascof-3d-2a-2024-25-65-plus-e-12.csv'
    """
    words = "-".join(("evenhand", *(p for p in parts if p and p != "all"), edition.id))
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower().replace("+", "-plus-")).strip("-")
    return f"{plain[:150]}.{ending}"


def measure_file(edition: Edition, definition: dict[str, Any], found: Comparison, ending: str) -> bytes:
    """A comparison as a file. Machines get pounds unrounded; workbooks show what people read."""
    table = measure_table(edition, definition, found, pounds=ending not in WORKBOOKS)
    return workbook(edition, table.title, [table], ending) if ending in WORKBOOKS else data_file(table, ending)


def data_file(table: Table, ending: str) -> bytes:
    """A table as a file that machines read: CSV of the data alone, or JSON or Parquet with what the data are."""
    if ending == "csv":
        return table.to_csv(rounded=False)
    return described_json(table) if ending == "json" else table.to_parquet()


def described_json(table: Table) -> bytes:
    """One object: title, edition, simulated, licence, sources, notes, columns, and ``rows`` unrounded."""
    from evenhand.documents.parquet import metadata

    told = metadata(table)
    about = {k: told[k] for k in ("title", "subtitle", "edition", "licence")}
    listed = {k: json.loads(told[k]) for k in ("simulated", "sources", "notes", "columns")}
    rows = json.loads(table.to_json())
    return json.dumps(about | listed | {"rows": rows}, ensure_ascii=False, allow_nan=False, indent=1).encode()


def workbook(edition: Edition, title: str, tables: list[Table], ending: str) -> bytes:
    """Tables as one ODS or XLSX workbook, a sheet each."""
    from evenhand.documents.spreadsheet import Workbook, to_ods, to_xlsx

    book = Workbook(title, tuple(tables), created=stated_date(edition), intro=(STATED,))
    return to_ods(book) if ending == "ods" else to_xlsx(book)


# A council's file has rows of many measures, so it says in each row which measure, in which unit.
OF_MEASURE: tuple[tuple[str, str, str], ...] = (
    ("title", "Measure in words", "What the measure counts."),
    ("unit", "Unit", "What the figure and its limits are in."),
)


def council_rows(edition: Edition, area: str) -> pl.DataFrame:
    """Every row of a council: all measures in the order people see them, all periods, all groups."""
    import polars as pl

    about = pl.DataFrame(
        [{"measure": d["id"], "title": d["title"], "unit": d["unit"], "n": n}
         for n, d in enumerate(edition.definitions.values())],
    )  # fmt: skip
    rows = fields_of(edition, edition.table("values").filter(pl.col("area") == area).collect())
    ends = {p: period_end(p) for p in rows["period"].unique()}
    joined = rows.join(about, on="measure", how="left").with_columns(
        pl.col("period").replace_strict(ends, return_dtype=pl.Date).alias("end")
    )
    return joined.sort("n", "end", pl.col("group") != "all", "group").drop("n", "end")


def council_file(edition: Edition, area: dict[str, Any], ending: str) -> bytes:
    """Everything about a council as a file: one table for machines; in a workbook a sheet for each unit."""
    rows = council_rows(edition, area["area"])
    if rows.is_empty():
        raise NotHeld(f"{area['name']} has no row in this edition.", asked="council", do="Look at its successors.")
    if ending not in WORKBOOKS:
        return data_file(council_table(edition, area, rows, Kind.SCORE, 6), ending)
    sheets: dict[tuple[Kind, int], list[str]] = {}
    there = set(rows["measure"])
    for d in edition.definitions.values():
        if d["id"] in there:
            sheets.setdefault((KINDS[d["kind"]], d["decimals"]), []).append(d["id"])
    tables = [
        council_table(edition, area, rows.filter(rows["measure"].is_in(ids)), kind, decimals)
        for (kind, decimals), ids in sheets.items()
    ]
    return workbook(edition, f"{area['name']}: every measure", tables, ending)


def council_table(edition: Edition, area: dict[str, Any], rows: pl.DataFrame, kind: Kind, decimals: int) -> Table:
    """Rows of a council as one table. Money becomes whole pence where ``kind`` is money, else stays in pounds."""
    import polars as pl

    from evenhand.documents.table import Column, Table

    columns: list[Column] = [Column(name, heading, "text", None, words) for name, heading, words in OF_MEASURE]
    rows = rows.with_columns(pl.col("simulated").cast(pl.String))
    money = kind is Kind.MONEY_PENCE
    for name, heading, what, places, words in COLUMNS:
        if what == "figure":
            if money:
                rows = rows.with_columns((pl.col(name) * 100).round(0).cast(pl.Int64))
            own = kind if name != "calculated" or money else Kind.SCORE
            digits = decimals if places is None or money else places
            columns.append(Column(name, heading, own, digits, words, status="status" if name == "value" else None))
        else:
            columns.append(Column(name, heading, what, places, words))
    used = [edition.definitions[m] for m in dict.fromkeys(rows["measure"])]
    what_it_is = used[0]["unit"] if len({d["unit"] for d in used}) == 1 else "every measure"
    return Table(
        f"{area['name']}: {what_it_is}",
        tuple(columns),
        rows,
        subtitle=f"Every measure, period and group. Compared with all councils in {edition.about['country']}.",
        notes=tuple(_notes(used, set(rows["period"]))),
        sources=tuple(dict.fromkeys(line for d in used for line in sources_of(edition, d))),
        edition=edition.id,
        licence=licence_of(edition),
        simulated=edition.simulated,
    )


def _notes(definitions: list[dict[str, Any]], periods: set[str]) -> list[str]:
    out = []
    for d in definitions:
        out.append(f"{d['title']} ({d['unit']}, {d['date_basis']}): {d['question']}")
        out += [f"{d['title']}: {text}" for p in sorted(periods) for text in warned(d, p)]
        out += [f"{d['title']}: {text.strip()}" for text in small_print(d)]
    return out


def edition_zip(edition: Edition) -> bytes:
    """Every table of the edition as Parquet, its definitions and description as JSON, and a README."""
    from evenhand.edition.read import TABLES

    names = [f"{name}.parquet" for name in TABLES] + ["measures.json", "edition.json"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {"README.txt": readme(edition).encode()}
        members |= {n: (edition.folder / n).read_bytes() for n in names if (edition.folder / n).is_file()}
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(f"{edition.id}/{name}", ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def readme(edition: Edition) -> str:
    """What is in the zip file, where it came from, and on what terms."""
    about = edition.about
    invented = "SIMULATED: every figure here is invented and says nothing about any real council.\n\n"
    rows = "\n".join(f"  {name}.parquet  {count:,} rows" for name, count in sorted(about["rows"].items()))
    sources = "\n".join(
        f"  {k['publisher']}: {k['title']} (SHA-256 {k['sha256']}; {k['licence']})" for k in edition.built_from
    )
    return (
        f"Evenhand, edition {edition.id}\n\n{invented if edition.simulated else ''}"
        f"Personal budgets in adult social care: {about['country']}, newest period {about['newest_period']}.\n"
        f"Licence: {licence_of(edition)}\n\nTables\n{rows}\n\n"
        "values.parquet is the main table: one row for each measure, period, group and area. Money per head is in\n"
        "pounds. Where there is no figure, value is empty and status and reason say why.\n"
        "measures.json defines each measure; edition.json says how the edition was made.\n\n"
        f"Sources\n{sources}\n"
    )
