"""Reader of HM Treasury's GDP deflators at market prices (xlsx): one index number a financial year.

The layout moves from edition to edition: some preamble, financial years (``2024-25``) on the left and calendar years
further right, and a base year (the year that is 100) that moves too. So nothing is taken by position. Financial years
are found by their form, and the deflator is the column whose cell in the stated base year *is* 100. The base is kept
with every observation (``note``): two editions of different base must never be mixed in one sum.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Register, period_end
from evenhand.sources.cells import Collector, cell_text, column_letter, parse_cell
from evenhand.sources.model import NOTE, OBSERVATION, ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "deflator_table"
PUBLISHER = "HM Treasury"

_FINANCIAL = re.compile(r"\d{4}-\d{2}")
_BASE = re.compile(r"(\d{4}-\d{2})\s*=\s*100")
_MONTHS = {m: i for i, m in enumerate(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"), start=1)}  # fmt: skip


def _is_deflator_sheet(rows: list[list[Cell]]) -> bool:
    text = " ".join(cell_text(x).lower() for row in rows[:15] for x in row)
    years = sum(bool(_FINANCIAL.fullmatch(cell_text(x))) for row in rows for x in row[:4])
    return "deflator" in text and years >= 3


def _sheet(file: Sniff) -> str | None:
    """The first sheet that speaks of deflators and lists financial years. Deflator workbooks are small: others wait."""
    if file.kind not in ("xlsx", "xls", "ods") or len(file.sheets) > 6:
        return None
    try:
        return next((s for s in file.sheets if _is_deflator_sheet(file.rows(s))), None)
    except UnreadableFile:  # a sheet of a foreign workbook that cannot be read is not this table
        return None


def recognise(file: Sniff) -> str | None:
    """The table's title when a sheet speaks of deflators and lists financial years."""
    return "GDP deflators at market prices" if _sheet(file) else None


def _year_column(file: Sniff, sheet: str, rows: list[list[Cell]]) -> int:
    """The column with most financial years (the leftmost of equals)."""
    width = max(len(r) for r in rows)
    counts = [sum(bool(_FINANCIAL.fullmatch(cell_text(r[i]))) for r in rows if i < len(r)) for i in range(width)]
    if max(counts) < 3:
        raise UnreadableFile(
            "No column lists financial years such as 2024-25.",
            where=Where(file.name, sheet),
            do="Nothing was loaded. Load the publisher's own copy, unchanged.",
        )
    return counts.index(max(counts))


def _base(file: Sniff, sheet: str, rows: list[list[Cell]]) -> str:
    """The financial year that is stated to be 100."""
    found = dict.fromkeys(m[1] for row in rows for cell in row for m in _BASE.finditer(cell_text(cell)))
    if len(found) != 1:
        said = " and ".join(found) or "no year"
        raise UnreadableFile(
            f"The sheet must state one base year, as 2024-25 = 100; it states {said}.",
            where=Where(file.name, sheet),
            do="Nothing was loaded. Without its base an index cannot be used.",
        )
    return str(next(iter(found)))


def _index_column(file: Sniff, sheet: str, years: dict[int, str], *, base: str, right: int) -> int:
    """The first column right of the years whose cell in the base year is 100."""
    rows = file.rows(sheet)
    at = next((i for i, y in years.items() if y == base), None)
    if at is None:
        raise UnreadableFile(
            f"The base year {base} has no row.",
            where=Where(file.name, sheet),
            do="Nothing was loaded. Load the publisher's own copy, unchanged.",
        )
    for i in range(right + 1, len(rows[at])):
        parsed = parse_cell(rows[at][i])
        if parsed and parsed.value is not None and abs(parsed.value - 100) < 5e-4:
            return i
    raise UnreadableFile(
        f"No column is 100 in the base year {base}.",
        where=Where(file.name, sheet, at + 1),
        do="Nothing was loaded. Load the publisher's own copy, unchanged.",
    )


def _revision(rows: list[list[Cell]], file: str) -> str:
    """Month of the edition as 2026-06, from the lines above the table or else the file's name; "" if neither says."""
    names = "|".join(_MONTHS)
    for text in [*(cell_text(x) for row in rows[:10] for x in row), file.replace("_", " ")]:
        if m := re.search(rf"\b({names})\s+(20\d\d)\b", text, re.IGNORECASE):
            return f"{m[2]}-{_MONTHS[m[1].lower()]:02d}"
    return ""


def read(file: Sniff, register: Register) -> ReadResult:
    """``gdp_deflator`` for each financial year, level country, with the base year in ``note``.

    Raises UnreadableFile when the base year is not stated, has no row, or no column is 100 in it.
    """
    sheet = _sheet(file)
    assert sheet, "recognise() saw the sheet"
    rows = file.rows(sheet)
    at_year = _year_column(file, sheet, rows)
    # row index -> financial year
    years = {
        i: cell_text(r[at_year]) for i, r in enumerate(rows)
        if at_year < len(r) and _FINANCIAL.fullmatch(cell_text(r[at_year]))
    }  # fmt: skip
    base = _base(file, sheet, rows)
    at_index = _index_column(file, sheet, years, base=base, right=at_year)
    c = Collector(file.name, register)
    seen: dict[str, int] = {}
    for i, period in years.items():
        cell = rows[i][at_index] if at_index < len(rows[i]) else None
        parsed = parse_cell(cell)
        column = column_letter(at_index)
        if (reason := _fault(period, parsed.value if parsed else None, seen)) is not None:
            c.reject(sheet, i + 1, column, cell, reason)
            continue
        seen[period] = i + 1
        c.add(cell, area=register.country, item="gdp_deflator", period=period, part="value", unit="index",
              sheet=sheet, row=i + 1, column=column)  # fmt: skip
    marked = c.observations().with_columns(note=pl.lit(f"{base} = 100"))
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table="gdp-deflator", title=f"GDP deflators at market prices, {base} = 100",
        periods=c.periods(), revision=_revision(rows, file.name), licence="OGL-3.0",
        observations=marked.select(list(OBSERVATION)), rejects=c.rejects(),
        notes=pl.DataFrame([("base year", f"{base} = 100", ["gdp_deflator"])], schema=NOTE, orient="row"),
    )  # fmt: skip


def _fault(period: str, value: float | None, seen: dict[str, int]) -> str | None:
    """Why a year's index cannot be used, or None."""
    try:
        period_end(period)
    except ValueError as fault:
        return str(fault)
    if period in seen:
        return f"{period} stands already in row {seen[period]}."
    if value is None or value <= 0:
        return f"The index of {period} is not a number above zero."
    return None
