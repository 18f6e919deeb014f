"""Statistical spreadsheets by the Government Analysis Function's practice ("Releasing statistics in spreadsheets").

A workbook has a cover, a list of contents with links, a sheet of notes, a sheet saying what each column means, and one
table a sheet, marked as a table, starting in column A, with no merged cells, no blank rows inside, no meaning in
colour, and shorthand ([x], [c], [z]) that the sheet explains. XLSX is written by gptables, which cannot write ODS; ODS
is written with odfdo from the same sheets, so both hold the same cells.

The same tables and the same ``created`` date give the same bytes: no clock is read and the members of the zip file
carry a fixed date.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evenhand.documents.numbers import SYMBOLS, UNITS, WORDS, Kind, shown
from evenhand.documents.table import Cell, Column, Table
from evenhand.documents.text import one_line
from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.status import Status

LANGUAGE = "en-GB"
LONGEST_TEXT = 32_767
"""Characters in one cell: the limit of Excel."""
Value = str | int | Decimal


@dataclass(frozen=True)
class Workbook:
    """Tables released together.

    title:   of the release; also the document's title.
    tables:  one sheet each, named Table_1, Table_2 ... in this order.
    created: the date that the document states (the edition's date, never today's).
    intro:   sentences for the cover. contact: lines for the cover.
    """

    title: str
    tables: tuple[Table, ...]
    created: date
    intro: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.tables:
            raise EvenhandError("A workbook needs at least one table.", do="Give it the tables to release.")
        for table in self.tables:
            if table.rows.height == 0:
                raise EvenhandError(
                    f"The table {table.title!r} has no rows.",
                    do="Leave it out of the spreadsheet: an empty sheet tells a reader nothing.",
                )

    @property
    def simulated(self) -> bool:
        """Whether any table holds invented figures."""
        return any(table.simulated for table in self.tables)


@dataclass(frozen=True)
class Sheet:
    """One sheet as both writers need it: lines of text, then one table.

    formats holds, for each column, the number of decimals, or None for text.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    formats: tuple[int | None, ...]


def to_xlsx(workbook: Workbook) -> bytes:
    """The workbook as XLSX (gptables on xlsxwriter). Raises EvenhandError for a table without rows."""
    from evenhand.documents.xlsx import write

    return write(workbook)


def to_ods(workbook: Workbook) -> bytes:
    """The workbook as OpenDocument (odfdo)."""
    from evenhand.documents.ods import write

    return write(workbook)


def cover_lines(workbook: Workbook) -> dict[str, list[str]]:
    """Text of the cover by heading, in order; sections with nothing to say are absent."""
    intro = [*workbook.intro]
    if workbook.simulated:
        intro.insert(0, "Simulated figures: they are invented and say nothing about any real council.")
    intro.append(f"This file is dated {workbook.created.day} {workbook.created:%B %Y}.")
    tables = "1 table" if len(workbook.tables) == 1 else f"{len(workbook.tables)} tables"
    intro.append(f"It has {tables}, each on a sheet of its own. The contents sheet lists them.")
    about = _unique(f"Source: {source}" for table in workbook.tables for source in table.sources)
    about += _unique(f"Edition: {table.edition}" for table in workbook.tables if table.edition)
    about += _unique(f"Licence: {table.licence}" for table in workbook.tables if table.licence)
    about += [
        "A cell without a number holds shorthand. Zero is a number and is written 0.",
        *_shorthand(tuple(SYMBOLS)),
    ]
    sections = {"Introductory information": intro, "About these data": about, "Contact": list(workbook.contact)}
    return {heading: [one_line(text) for text in lines] for heading, lines in sections.items() if lines}


def sheets(workbook: Workbook) -> list[Sheet]:
    """Notes (when there are any), Columns, Table_1 ...: everything after the cover and the contents."""
    made, number = [], 0
    notes: list[tuple[Value, ...]] = []
    for index, table in enumerate(workbook.tables, 1):
        first = number + 1
        for note in table.notes:
            number += 1
            notes.append((f"note {number}", f"Table_{index}", one_line(note)))
        made.append(_data_sheet(f"Table_{index}", table, first, number))
    front = [_columns_sheet(workbook)]
    if notes:
        lines = ("This sheet has one table, of the notes that the tables refer to.",)
        head = ("Note number", "Table", "Note text")
        front.insert(0, Sheet("Notes", "Notes", lines, head, tuple(notes), (None, None, None)))
    return [*front, *made]


def _data_sheet(name: str, table: Table, first: int, last: int) -> Sheet:
    lines = [table.subtitle] if table.subtitle else []
    if table.simulated:
        lines.append("Simulated figures: they are invented and say nothing about any real council.")
    lines.append("This sheet has one table.")
    if table.notes:
        notes = f"note {first}" if first == last else f"notes {first} to {last}"
        lines.append(f"It refers to {notes}, on the Notes sheet.")
    if table.statuses:
        lines += ["Some cells have no number and hold shorthand.", *_shorthand(table.statuses)]
    lines += [f"Source: {source}" for source in table.sources]
    return Sheet(
        name,
        one_line(table.caption),
        tuple(one_line(line) for line in lines),
        tuple(one_line(column.heading) for column in table.columns),
        tuple(tuple(_value(column, cell) for column, cell in record) for record in table.records()),
        tuple(column.places if column.sort.is_numeric else None for column in table.columns),
    )


def _columns_sheet(workbook: Workbook) -> Sheet:
    rows = tuple(
        (f"Table_{index}", one_line(column.heading), UNITS[column.sort], one_line(column.description) or column.heading)
        for index, table in enumerate(workbook.tables, 1)
        for column in table.columns
    )
    lines = ("This sheet has one table, saying what each column of each table means.",)
    return Sheet("Columns", "What the columns mean", lines, ("Table", "Column", "Unit", "Meaning"), rows, (None,) * 4)


def _value(column: Column, cell: Cell) -> Value:
    """A number as shown, text, or the shorthand that stands in place of either."""
    if not cell.status.has_value:
        return SYMBOLS[cell.status]
    if column.sort.is_numeric:
        return shown(column.sort, cell.value, column.decimals)
    if column.sort is Kind.STATUS:
        text = str(cell.value)
        return WORDS[Status(text)] if text in set(Status) else one_line(text)
    # Spreadsheet programs disagree about tabs and line ends inside a cell; CSV keeps them.
    text = one_line(str(cell.value))
    if len(text) > LONGEST_TEXT:
        # xlsxwriter would leave such a cell out without a word.
        raise EvenhandError(
            f"A cell holds {len(text):,} characters, and a spreadsheet cell can hold {LONGEST_TEXT:,}.",
            where=Where(column=column.heading),
            do="Shorten the text, or use CSV.",
        )
    return text


def _shorthand(statuses: tuple[Status, ...]) -> list[str]:
    return [f"{SYMBOLS[status]} means {WORDS[status]}." for status in statuses]


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def widths(sheet: Sheet) -> list[int]:
    """Width of each column in characters: its longest cell (60 at most), or a heading wrapped over a few lines."""
    result = []
    for index, heading in enumerate(sheet.headings):
        longest = max(
            (len(f"{row[index]:,}" if isinstance(row[index], Decimal) else str(row[index])) for row in sheet.rows),
            default=0,
        )
        word = max((len(part) for part in heading.split()), default=0)
        result.append(max(9, min(60, max(longest, word + 2, min(len(heading) + 2, 22)))))
    return result


def number_format(decimals: int) -> str:
    """The spreadsheet's picture of a number: 1 decimal is "#,##0.0"."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def repack(archive: bytes, replace: dict[str, bytes] | None = None, first: str = "") -> bytes:
    """The same zip file with fixed dates, members in name order (``first`` ahead, stored), some replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = sorted(set(old.namelist()), key=lambda name: (name != first, name))
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            # The system that made the file is part of the header, and would differ between Windows and Linux.
            info.create_system = 3
            new.writestr(info, (replace or {}).get(name, old.read(name)))
    return out.getvalue()
