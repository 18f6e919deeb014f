"""CSV and JSON: the data clean for machines, and what the data are in a file of its own.

The Government Analysis Function asks that a CSV hold the data and nothing else (one heading row, one row a record),
so title, notes, sources and licence go to a second file, named by ``about_name`` ("x.csv" and "x_about.csv").

Where a figure has no number the cell is empty and the status column says why. A column that names its status column
is followed by it unless the table prints that column anyway; without one, an empty cell can only mean "missing".
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

from evenhand.documents.numbers import SYMBOLS, UNITS, WORDS, Kind, shown
from evenhand.documents.table import Cell, Column, Table
from evenhand.documents.text import clean, guard

BOM = "\ufeff"


def about_name(name: str) -> str:
    """Name of the file that explains ``name``: "direct-payments.csv" has "direct-payments_about.csv"."""
    stem = name.removesuffix(".csv")
    return f"{stem}_about.csv"


def data_csv(table: Table, *, bom: bool = False, rounded: bool = True) -> bytes:
    """The data as CSV: UTF-8, CRLF line ends, quoted where needed, text guarded against formulas (``text.guard``).

    rounded: numbers as people see them (money in pounds); otherwise every digit held (money in whole pence).
    bom:     begin with a byte order mark, which some spreadsheet programs need to read UTF-8.
    """
    layout = _layout(table)
    lines = [[guard(name) for name, _, _ in layout]]
    for row in range(table.rows.height):
        lines.append([_field(table.cells(column.name)[row], column, part, rounded) for _, column, part in layout])
    return _write(lines, bom)


def about_csv(table: Table, *, bom: bool = False) -> bytes:
    """Title, subtitle, sources, licence, edition, notes, and a line for each column: two columns, item and text."""
    lines = [["item", "text"], ["title", table.caption]]
    if table.simulated:
        lines.append(["simulated", "yes: the figures are invented and say nothing about any real council"])
    single = {"subtitle": table.subtitle, "edition": table.edition, "licence": table.licence}
    lines += [[item, text] for item, text in single.items() if text]
    lines += [["source", text] for text in table.sources]
    lines += [[f"note {number}", text] for number, text in enumerate(table.notes, 1)]
    for name, column, part in _layout(table):
        lines.append([f"column {name}", _explain(column, part)])
    lines.append(["guard", "Text that a spreadsheet could run as a formula begins with one added apostrophe."])
    return _write([[clean(item), guard(clean(text))] for item, text in lines], bom)


def data_json(table: Table, *, rounded: bool = False) -> str:
    """A JSON list of objects with the CSV's columns; numbers are numbers, and no number is null."""
    layout = _layout(table)
    objects = []
    for row in range(table.rows.height):
        objects.append(
            {name: _plain(table.cells(column.name)[row], column, part, rounded) for name, column, part in layout}
        )
    return json.dumps(objects, ensure_ascii=False, allow_nan=False, indent=2)


def _layout(table: Table) -> list[tuple[str, Column, str]]:
    """(heading, column, "value" or "status") in the order of printing."""
    printed = {column.name for column in table.columns}
    layout: list[tuple[str, Column, str]] = []
    for column in table.columns:
        layout.append((column.name, column, "value"))
        if column.status and column.status not in printed:
            layout.append((column.status, column, "status"))
            printed.add(column.status)
    return layout


def _field(cell: Cell, column: Column, part: str, rounded: bool) -> str:
    value = _plain(cell, column, part, rounded, exact=True)
    if value is None:
        return ""
    if isinstance(value, str):
        return guard(value)
    return f"{value:f}" if isinstance(value, Decimal) else repr(value) if isinstance(value, float) else str(value)


def _plain(cell: Cell, column: Column, part: str, rounded: bool, exact: bool = False) -> Any:
    """The cell as a machine reads it. ``exact`` keeps a rounded figure as a Decimal, so that 20.0 prints as 20.0."""
    if part == "status":
        return cell.status.value
    if cell.value is None:
        return None
    if not column.sort.is_numeric:
        return clean(str(cell.value))
    if not rounded:
        return float(cell.value) if isinstance(cell.value, Decimal) and not exact else cell.value
    value = shown(column.sort, cell.value, column.decimals)
    if exact:
        return value
    return int(value) if column.places == 0 else float(value)


def _explain(column: Column, part: str) -> str:
    if part == "status":
        empty = "; ".join(f"{status.value}: {WORDS[status]}" for status in SYMBOLS)
        return f"What is known about {column.name}: published, derived, or why there is no figure ({empty})."
    unit = "" if column.sort in (Kind.TEXT, Kind.CODE) else f" Unit: {UNITS[column.sort]}."
    empty = " Empty: no figure published." if not column.status and column.sort.is_numeric else ""
    said = column.description.strip()
    return f"{column.heading}. {said}{unit}{empty}".replace(".  ", ". ").replace("..", ".")


def _write(lines: list[list[str]], bom: bool) -> bytes:
    out = io.StringIO(newline="")
    out.write(BOM if bom else "")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode("utf-8")
