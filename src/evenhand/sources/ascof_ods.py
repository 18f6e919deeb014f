"""Reader of the ASCOF workbook that the Department of Health and Social Care publishes from 2023-24 on.

One sheet a measure (``Table_3d(2a)``), one row an area, three columns a year; beside them Contents, Notes and a log
of comparability. The survey measures give margin of error, respondents and outcome for ten years; the measures from
client-level data give numerator, denominator and outcome. Table 6b gives the ratings of one kind of provider: the
measure itself is ``6B``, and the ratings behind it are ``6B:outstanding``, ``6B:good``, ``6B:other`` and
``6B:not-yet-rated``.

Three things that the publisher does and this reader settles:

* Former councils stand in the tables for years with ``[z]``. A symbol of a council that was not there is passed
  over; a number is a reject.
* Some sheets still print Dorset under the ONS code of Dorset County, which ended in 2019. Where the publisher's own
  code is the successor's and no other row is about the successor, the row is the successor's, with a warning.
  (The survey sheets have both rows, with the figures of 2024-25 in both: there the former council's are refused.)
* Table 6a prints Cornwall and the Isles of Scilly together. That is no council: the figure becomes a note beside
  the empty cells of both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register, period_end
from evenhand.sources import _ascof_words as words
from evenhand.sources._ascof import LICENCE, NEW, date_in, item_of, periods_of, revision_in, settle, unit_of
from evenhand.sources.cells import SYMBOLS, Collector, cell_text, column_letter, find_header, parse_cell
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "ascof_ods"
PUBLISHER = "Department of Health and Social Care"

AREA_HEADINGS = ("Local authority code", "Local authority", "ONS area code")
PARTS = {
    "numerator": "numerator",
    "denominator": "denominator",
    "outcome": "value",
    "margin of error": "margin_of_error",
    "number of respondents": "respondents",
}
HEADING = re.compile(rf"(20\d\d to 20\d\d) - (?:(.+?) )?({'|'.join(PARTS)})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures: where it stands and what it counts."""

    index: int
    period: str
    item: str
    part: str

    @property
    def letter(self) -> str:
        """Its spreadsheet letter."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number as a spreadsheet shows it, what it says the area is, and its cells."""

    number: int
    code: str
    gss: str
    name: str
    cells: list[Cell]

    def cell(self, column: Column) -> Cell:
        """The cell of a column, "" beyond the end of the row."""
        return self.cells[column.index] if column.index < len(self.cells) else ""


def _tables(file: Sniff) -> dict[str, str]:
    """Sheet name -> item, for every sheet that is named as a table of the framework."""
    found = {}
    for sheet in file.sheets:
        item = item_of(sheet[6:], NEW) if sheet.lower().startswith(("table_", "table ")) else None
        if item:
            found[sheet] = item
    return found


def _title(file: Sniff) -> str:
    cover = words.sheet_like(file, "cover")
    rows = file.rows(cover) if cover else []
    return next((cell_text(c) for row in rows[:3] for c in row if cell_text(c)), "")


def recognise(file: Sniff) -> str | None:
    """The workbook's title when it is the time series of aggregated ASCOF measures, else None."""
    if file.kind not in ("ods", "xlsx") or not _tables(file):
        return None
    title = _title(file)
    said = title.lower()
    return title if "adult social care outcomes framework" in said and "time series" in said else None


def read(file: Sniff, register: Register) -> ReadResult:
    """All tables, notes and breaks of the workbook.

    Raises UnreadableFile, naming sheet, row and column, when a sheet that Contents lists is missing, when a heading
    is not one the publisher uses, or when a table has no rows.
    """
    into = Collector(file.name, register)
    tables = _tables(file)
    measures = words.read_contents(file, into)
    _compare_contents(file, tables, measures, into)
    cited_by: dict[str, list[str]] = {}
    periods: set[str] = set()
    for sheet, item in tables.items():
        periods |= _read_table(file, sheet, item, into, cited_by)
    log = words.read_log(file, measures, into)
    measures = words.trust_the_log(file, measures, log, into)
    notes = words.read_notes(file, cited_by, into)
    observations, rejects = settle(into)
    return ReadResult(
        reader=NAME,
        publisher=PUBLISHER,
        table=f"ascof/{words.latest(periods)}",
        title=_title(file),
        periods=periods_of(observations),
        revision=revision_in(file.name) or _revision_on_cover(file),
        licence=LICENCE,
        observations=observations,
        rejects=rejects,
        notes=notes,
        comparability=log,
        measures=measures,
    )


def _revision_on_cover(file: Sniff) -> str:
    """The last day that the cover gives in a line about publishing or revising, or ""."""
    cover = words.sheet_like(file, "cover")
    lines = [cell_text(c) for row in (file.rows(cover) if cover else []) for c in row]
    about = [t for t in lines if re.search(r"publish|revis|updat|correct|re-?issue", t, re.IGNORECASE)]
    return max((date_in(t) for t in about), default="")


def _compare_contents(file: Sniff, tables: dict[str, str], measures: pl.DataFrame, into: Collector) -> None:
    """Raise when a measure that Contents lists has no sheet; warn of a sheet that Contents does not list."""
    listed = measures["item"].to_list()
    for item in listed:
        if item not in tables.values():
            code = item.removeprefix(NEW)
            raise UnreadableFile(
                f"There is no sheet for {code}, which the contents page lists.",
                where=Where(file.name, f"Table_{code.lower()}"),
                do="Load the publisher's own copy, unchanged. Nothing was loaded.",
            )
    for sheet, item in tables.items():
        if item not in listed:
            into.reject(sheet, 1, "A", sheet, "The contents page does not list this table.", severity="warning")


def _columns(header: list[Cell], body: list[list[Cell]], item: str, where: Where) -> list[Column]:
    """The columns of figures. A heading that is not understood is an error: a figure is never guessed at."""
    areas = {h.lower() for h in AREA_HEADINGS}
    columns: list[Column] = []
    for i, cell in enumerate(header):
        heading = re.sub(r"\s+", " ", words.NOTE_MARK.sub("", cell_text(cell))).strip()
        here = Where(where.file, where.sheet, where.row, column_letter(i))
        if heading.lower() in areas or (not heading and not any(words.cell_at(r, i) for r in body)):
            continue
        m = HEADING.fullmatch(heading)
        period = words.year_of(m[1].lower()) if m else None
        if m is None or period is None:
            _refuse(f"The heading {heading!r} is not one that Evenhand knows.", here)
        code = item.removeprefix(NEW).lower()
        division = (m[2] or "").lower()
        own = item if division in ("", code) else f"{item}:{re.sub(r'[^a-z0-9]+', '-', division)}"
        column = Column(i, period, own, PARTS[m[3].lower()])
        if any((c.period, c.item, c.part) == (period, own, column.part) for c in columns):
            _refuse(f"The heading {heading!r} stands here twice.", here)
        columns.append(column)
    if not columns:
        _refuse("There is no column of figures.", where)
    return columns


def _refuse(what: str, where: Where) -> NoReturn:
    raise UnreadableFile(what, where=where, do="The table is not as the publisher lays it out. Nothing was loaded.")


def _plain(cells: list[Cell], index: int) -> str:
    """A code or name as text, "" where the publisher prints a symbol for none."""
    text = words.cell_at(cells, index)
    return "" if text.lower() in SYMBOLS else text


def _read_table(file: Sniff, sheet: str, item: str, into: Collector, cited_by: dict[str, list[str]]) -> set[str]:
    """Collect one sheet and what it cites; the periods that it has columns for."""
    rows = file.rows(sheet)
    top = find_header(rows, AREA_HEADINGS, file=file.name, sheet=sheet)
    for label in words.cited(rows[: top + 1]):
        cited_by.setdefault(label, []).append(item)
    header = [cell_text(c).lower() for c in rows[top]]
    code_at, name_at, gss_at = (header.index(h.lower()) for h in AREA_HEADINGS)
    where = Where(file.name, sheet, top + 1)
    body = [
        Row(n, code=_plain(cells, code_at), gss=_plain(cells, gss_at), name=_plain(cells, name_at), cells=cells)
        for n, cells in enumerate(rows[top + 1 :], start=top + 2)
        if any(cell_text(c) for c in cells)
    ]
    if not body:
        _refuse("The table has headings and no rows.", where)
    columns = _columns(rows[top], [r.cells for r in body], item, where)
    table = _Table(sheet, column_letter(gss_at), body, columns, into)
    table.collect()
    return {c.period for c in columns}


class _Table:
    """One sheet being collected: it knows all its rows, because some say what others mean."""

    def __init__(self, sheet: str, gss_letter: str, body: list[Row], columns: list[Column], into: Collector) -> None:
        self.sheet, self.gss_letter, self.body, self.columns, self.into = sheet, gss_letter, body, columns, into
        self.periods = {c.period for c in columns}
        plain = ((p, self._plain(r, p)) for p in self.periods for r in body)
        self.with_a_row = {(p, a.id) for p, a in plain if isinstance(a, Council)}
        self.warned: set[int] = set()
        self.beside: dict[tuple[str, int], str] = {}
        self.joint = {r.number for r in body if self._note_joint(r)}

    def collect(self) -> None:
        """Give every cell to the collector."""
        for row in self.body:
            areas = {p: self._area(row, p) for p in self.periods}
            for column in self.columns:
                cell, area = row.cell(column), areas[column.period]
                if row.number in self.joint:
                    self._refuse_joint(row, column, cell)
                    continue
                has_number = (parsed := parse_cell(cell)) is not None and parsed.status.has_value
                note = self.beside.get((area.id, column.index)) if isinstance(area, Council) else None
                self.into.add(
                    cell, area=area, item=column.item, period=column.period, part=column.part,
                    unit=unit_of(column.item, column.part), sheet=self.sheet, row=row.number, column=column.letter,
                    whole=True, note=None if has_number else note,
                )  # fmt: skip

    def _plain(self, row: Row, period: str) -> Council | Area | str:
        """The area of a row as its codes and name say."""
        if not (row.code or row.gss or row.name):
            return "This row does not say which area it is about."
        return self.into.area(period=period, code=row.code, gss=row.gss, name=row.name)

    def _area(self, row: Row, period: str) -> Council | Area | str:
        """The area of a row, seeing through a superseded ONS code as the module says."""
        found = self._plain(row, period)
        if not isinstance(found, str) or not row.gss or not row.code:
            return found
        successor = self.into.area(period=period, code=row.code)
        former = [c for c in self.into.register.ever_by_code(row.gss) if not c.existed(period_end(period))]
        if not isinstance(successor, Council) or not any(successor.id in c.successors for c in former):
            return found
        if (period, successor.id) in self.with_a_row:
            return found
        if row.number not in self.warned:
            self.warned.add(row.number)
            self.into.reject(
                self.sheet, row.number, self.gss_letter, row.gss,
                f"{row.gss} is {former[0].name}, which had ended; {row.code} is the code of {successor.name}, and no "
                f"other row is about it. The row is taken as {successor.name}.",
                severity="warning",
            )  # fmt: skip
        return successor

    def _note_joint(self, row: Row) -> bool:
        """Whether a row is several councils together (``A and B``); if so, keep its figures for the cells of each."""
        if row.code or row.gss or " and " not in row.name:
            return False
        register = self.into.register
        known = False
        for column in self.columns:
            day = period_end(column.period)
            if register.by_name(row.name, day):
                return False
            members = [register.by_name(n, day) for n in re.split(r",\s*| and ", row.name)]
            if not all(members):
                continue
            known = True
            parsed = parse_cell(row.cell(column))
            if parsed and parsed.value is not None:
                for council in members:
                    assert council is not None
                    self.beside[council.id, column.index] = f"{row.name} together: {parsed.value:g}"
        return known

    def _refuse_joint(self, row: Row, column: Column, cell: Cell) -> None:
        parsed = parse_cell(cell)
        if parsed is None or parsed.value is not None:
            self.into.reject(
                self.sheet, row.number, column.letter, cell,
                f"{row.name} is not one council. The figure stands as a note beside each of them and counts for none.",
                severity="warning",
            )  # fmt: skip
