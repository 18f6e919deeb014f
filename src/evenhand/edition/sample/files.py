"""Writes the simulated outcomes framework as a workbook in the publisher's layout, to try loading end to end.

The councils and codes are the simulated ones, so with the register of real councils no row of it can be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import polars as pl
from odfdo import Document, Element

from evenhand.edition.sample.results import MARK
from evenhand.edition.sample.words import NEW
from evenhand.facts.register import Register, period_end
from evenhand.facts.status import Status
from evenhand.sources.model import ReadResult

# Status -> what the publisher prints for it.
SYMBOL = {Status.SUPPRESSED: "[c]", Status.MISSING: "[x]", Status.NOT_APPLICABLE: "[z]"}
Cells = list[list[Any]]


def write_framework(result: ReadResult, register: Register, path: Path) -> None:
    """Write ``ascof/2024-25`` of ``sample_results`` as an ODS workbook with all the publisher's sheets.

    result: the table to write; register: the simulated one; path: ends in ``.ods`` and is written over.
    """
    sheets: dict[str, Cells] = {
        "Cover": [[result.title], ["Every council and every figure in this workbook is invented."]],
        "Contents": _contents(result),
        "Comparability_over_time_log": _log(result),
        "Notes": [["Notes"], ["Note number", "Note text", "Note Link"],
                  *([f"[{n}]", text, "Not applicable"] for n, text in result.notes.select("note", "text").iter_rows())],
    }  # fmt: skip
    for (item,), rows in (
        result.observations.with_columns(base=pl.col("item").str.split(":").list.first())
        .partition_by("base", as_dict=True, maintain_order=True)
        .items()
    ):
        code = str(item).removeprefix(NEW)
        cited = [n for n, items in result.notes.select("note", "items").iter_rows() if item in items]
        sheets[f"Table_{code.lower()}"] = _measure(code, rows, cited, register)
    book = Document("spreadsheet")
    book.body.clear()
    for name, cells in sheets.items():
        book.body.append(_table(name, cells))
    book.save(str(path), pretty=False)


def _table(name: str, cells: Cells) -> Element:
    """A sheet, parsed from its text in one go: cell objects one by one would take seconds for the whole workbook."""
    rows = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in cells)
    return Element.from_tag(f"<table:table table:name={quoteattr(name)}>{rows}</table:table>")


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        kind, shown = 'office:value-type="string"', escape(value)
    else:
        shown = f"{value:.10g}"
        kind = f'office:value-type="float" office:value="{shown}"'
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"


def _years(period: str) -> str:
    """``2024-25`` as the publisher heads it: ``2024 to 2025``."""
    return f"{period[:4]} to {int(period[:4]) + 1}"


def _plain(item: str | None) -> str:
    return "[z]" if item is None else item.split("/")[1]


def _contents(result: ReadResult) -> Cells:
    head = ["Metric", "Description", "Source", "Start year", "2022 to 2023 Code"]
    rows = [
        [_plain(item), description, source, _years(start), _plain(old) if old else "Not applicable"]
        for item, description, source, start, old in result.measures.iter_rows()
    ]
    return [["Contents table (simulated)"], head, *rows]


def _log(result: ReadResult) -> Cells:
    head = ["2024 to 2025 metric code", "2022 to 2023 metric code", "Year of change",
            "Description of impact on comparability over time"]  # fmt: skip
    rows = [
        [_plain(item), _plain(old), _years(period), text]
        for item, old, period, text in result.comparability.select("item", "old_item", "period", "text").iter_rows()
    ]
    return [["Comparability over time (simulated)"], head, *rows]


def _measure(code: str, rows: pl.DataFrame, cited: list[str], register: Register) -> Cells:
    """One sheet: five lines of words, the headings in row 6, and a row for every area that ever has a figure."""
    headings = rows["column"].unique(maintain_order=True).to_list()
    figures: dict[tuple[str, str], Any] = {}
    for area, heading, value, status in rows.select("area", "column", "value", "status").iter_rows():
        figures[area, heading] = SYMBOL.get(Status(status), value)
    day = period_end(str(rows["period"].max()))
    notes = " ".join(f"[{n}]" for n in cited)
    words = [[f"{MARK}Table {code.lower()} {notes}"], ["This worksheet contains one table."], [""], [""], [""]]
    head = ["Local authority code", "Local authority", "ONS area code", *headings]
    areas = [a for a in register.areas if any((a.code, h) in figures for h in headings)]
    body = [
        [a.code if a.level == "council_type" else a.name, a.name, "[z]" if a.level == "council_type" else a.code]
        + [figures.get((a.code, h), "[z]") for h in headings]
        for a in areas
    ]
    for c in register.all:
        if any((c.id, h) in figures for h in headings):
            own = [register.code_of(c.id, "cassr", day), c.name, register.gss(c.id, day)]
            body.append(own + [figures.get((c.id, h), "[z]") for h in headings])
    return [*words, head, *body]
