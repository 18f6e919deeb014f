"""A CSV or XLSX file as a table of text: one row of headings, then rows with the numbers that a spreadsheet shows.

What the file is, its content says, never its name. Sizes are limited before anything is unpacked.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from evenhand.documents.text import clean
from evenhand.facts.errors import UnreadableFile
from evenhand.site.people.refusals import Refused
from evenhand.sources.cells import cell_text, column_letter
from evenhand.sources.sniff import Cell, Sniff, sniff

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 200 * 2**20
MOST_ROWS = 50_000
MOST_COLUMNS = 100
LONGEST = 20_000  # letters of a cell: more than any of our fields takes
DELIMITERS = (",", ";", "\t", "|")
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CHOOSE_OTHER = "Choose a CSV or an XLSX file."


@dataclass(frozen=True)
class Table:
    """Headings, and rows: the number that a spreadsheet shows, and a text for each heading. No row is empty."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def sheets(path: Path) -> list[str]:
    """The sheets with something in them; one called "" for a CSV file. Raises Refused for what is no table of ours."""
    kind = _kind(path)
    if kind == "csv":
        return [""]
    book = Sniff(path, "xlsx")
    try:
        held = [name for name in book.sheets if any(any(map(_text, row)) for row in book.rows(name))]
    except UnreadableFile:
        raise _damaged() from None
    if not held:
        raise Refused("The workbook is empty.", CHOOSE_OTHER, field="file")
    return held


def table(path: Path, sheet: str) -> Table:
    """One sheet as a table. Raises Refused naming what is wrong with the whole of it."""
    if _kind(path) == "csv":
        return _tidied(_csv_rows(path.read_bytes()))
    try:
        return _tidied([[_text(cell) for cell in row] for row in Sniff(path, "xlsx").rows(sheet)])
    except UnreadableFile:
        raise _damaged() from None


def _kind(path: Path) -> str:
    """ "csv" or "xlsx", by content. Raises Refused for everything else, and for a workbook built to fill memory."""
    raw = path.read_bytes()
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused("The file is empty.", CHOOSE_OTHER, field="file")
    if len(raw) > MOST_BYTES:
        raise Refused("The file is larger than 20 MB.", "Divide it into smaller files.", field="file")
    if raw.startswith(OLD_WORKBOOK):
        if ENCRYPTED in raw:
            raise Refused("The workbook is protected with a password.", "Save it without one, then choose it again.",
                          field="file")  # fmt: skip
        raise Refused("This is an old workbook (.xls).", "Open it and save it as XLSX or CSV.", field="file")
    if not raw.startswith(b"PK"):
        return "csv"
    try:
        with zipfile.ZipFile(path) as packed:
            names, unpacked = packed.namelist(), sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _damaged() from None
    if "xl/workbook.xml" not in names:
        raise Refused("This is not a CSV or an XLSX file.", CHOOSE_OTHER, field="file")
    if unpacked > MOST_UNPACKED:
        raise Refused(f"This workbook unpacks to {unpacked / 2**20:,.0f} MB, more than any list of people.",
                      "Save the sheet as CSV.", field="file")  # fmt: skip
    try:
        sniff(path)  # measures the parts as they unpack, and the corners of each sheet
    except UnreadableFile:
        raise Refused("The workbook is damaged, or spreads over far too many cells.",
                      "Save the sheet as CSV, and choose that.", field="file") from None  # fmt: skip
    return "xlsx"


def _damaged() -> Refused:
    return Refused("The workbook is damaged or cut short.", "Save it again, or as CSV, and choose that.", field="file")


def _csv_rows(raw: bytes) -> list[list[str]]:
    text = _decoded(raw)
    if "\x00" in text:
        raise Refused("This is not a CSV or an XLSX file.", CHOOSE_OTHER, field="file")
    delimiter = max(DELIMITERS, key=lambda mark: _columns(text, mark))
    rows: list[list[str]] = []
    csv.field_size_limit(1_000_000)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False):
            rows.append([clean(cell).strip() for cell in row])
            if len(rows) > MOST_ROWS + 1_000:
                raise _too_many()
    except csv.Error:
        raise Refused(f"Row {len(rows) + 1} cannot be read: a quotation mark is open, or a cell is far too long.",
                      "Save the list as CSV again.", field="file") from None  # fmt: skip
    return rows


def _decoded(raw: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _columns(text: str, mark: str) -> tuple[int, int]:
    """How many cells the headings have with this mark between them, and how many of the next rows have as many."""
    counts: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=mark):
            if any(cell.strip() for cell in row):
                counts.append(len(row))
            if len(counts) > 50:
                break
    except csv.Error:
        pass
    return (counts[0], counts.count(counts[0])) if counts else (0, 0)


def _text(cell: Cell) -> str:
    """A cell of a workbook as text: days as 1950-05-17, whole numbers without a point, yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return clean(cell_text(cell)).strip()


def _tidied(given: list[list[str]]) -> Table:
    """The table without empty rows and columns. Raises Refused for missing or doubtful headings, and for too much."""
    at = next((n for n, row in enumerate(given) if any(row)), None)
    if at is None:
        raise Refused("There is nothing in it.", CHOOSE_OTHER, field="file")
    rows = [(n, row) for n, row in enumerate(given[at + 1 :], start=at + 2) if any(row)]
    used = [n for n in range(max(map(len, given))) if any(n < len(row) and row[n] for row in given)]
    head = given[at] + [""] * max(0, used[-1] + 1 - len(given[at]))
    if not rows:
        raise Refused("There are headings, and no rows below them.", "Choose the file with the rows.", field="file")
    if len(rows) > MOST_ROWS:
        raise _too_many()
    if len(used) > MOST_COLUMNS:
        raise Refused(f"There are {len(used):,} columns; at most {MOST_COLUMNS} can be read.",
                      "Leave out those that are not needed.", field="file")  # fmt: skip
    if sum(map(bool, head)) < 2:
        raise Refused("The first row does not hold headings.", "Put one heading over each column, in the first row.",
                      field="file")  # fmt: skip
    if long := next((n for n, row in rows if any(len(cell) > LONGEST for cell in row)), 0):
        raise Refused(f"A cell in row {long} has more than {LONGEST:,} letters.", "Shorten it.", field="file")
    headings = [head[n][:200] or f"Column {column_letter(n)}, without a heading" for n in used]
    _refuse_alike(headings)
    return Table(headings, [(n, [row[c] if c < len(row) else "" for c in used]) for n, row in rows])


def _refuse_alike(headings: list[str]) -> None:
    seen: dict[str, str] = {}
    for heading in headings:
        spelt = re.sub(r"\s+", " ", heading).casefold()
        if spelt in seen:
            raise Refused(f"Two columns have the heading “{heading[:60]}”.", "Give each column a heading of its own.",
                          field="file")  # fmt: skip
        seen[spelt] = heading


def _too_many() -> Refused:
    return Refused(f"There are more than {MOST_ROWS:,} rows.", "Divide it into smaller files.", field="file")
