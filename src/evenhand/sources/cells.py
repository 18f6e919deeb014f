"""What every reader does with a cell: read a number or a symbol, find the area, keep the place, report what it refused.

A reader makes one ``Collector``, gives it each cell, and takes the finished frames from it. So all readers treat
symbols, commas, negative counts, unknown councils and non-numbers alike, and a reject always names its place.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register, period_end
from evenhand.facts.status import Status
from evenhand.sources.model import OBSERVATION, REJECT
from evenhand.sources.sniff import Cell

# What publishers print instead of a number. A reader passes its own table where its publisher differs: in PSS-EX1
# ``-`` is a small number hidden and ``..`` is missing; in ASC-FR ``:`` is missing.
SYMBOLS: dict[str, Status] = {
    "[x]": Status.MISSING,
    "x": Status.MISSING,
    "..": Status.MISSING,
    ":": Status.MISSING,
    "[c]": Status.SUPPRESSED,
    "c": Status.SUPPRESSED,
    "*": Status.SUPPRESSED,
    "[z]": Status.NOT_APPLICABLE,
    "z": Status.NOT_APPLICABLE,
}

MAX_REJECTS = 5_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """One cell understood: a number with status published, or a status without a number; ``note`` keeps the rest."""

    value: float | None
    status: Status
    note: str | None = None


def cell_text(cell: Cell) -> str:
    """A cell as text: whole floats without ``.0`` (calamine gives 104.0 for 104), None and empty as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def parse_cell(cell: Cell, symbols: dict[str, Status] | None = None) -> Parsed | None:
    """A number, a publisher's symbol, or None when the cell is neither (a reject for the caller to report).

    Accepts thousands commas, a trailing per cent sign, and ``7.7 (7.6)``: the number outside the brackets is the
    official one and the bracketed one becomes a note. An empty cell is None: whether blank means missing is for
    the reader to say (``symbols={"": Status.MISSING, ...}``). Nothing is ever turned into zero.
    """
    table = SYMBOLS if symbols is None else symbols
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return Parsed(float(cell), Status.PUBLISHED) if math.isfinite(cell) else None
    text = cell_text(cell)
    if text.lower() in table:
        return Parsed(None, table[text.lower()], text or None)
    note = None
    if m := re.fullmatch(r"(-?[\d,.]+)\s*\((-?[\d,.]+)\)", text):
        text, note = m[1], f"({m[2]})"
    if re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?", text):
        return Parsed(float(text.replace(",", "").rstrip("%")), Status.PUBLISHED, note)
    return None


def pence(cell: Cell, *, pounds: int = 1) -> int | None:
    """An amount in units of ``pounds`` pounds (1, or 1000 for £000) as whole pence, half away from zero.

    None when the cell is no number. Goes through its decimal text: 0.145 thousand pounds is 14500 pence.
    """
    text = repr(cell) if isinstance(cell, float) else cell_text(cell)
    text = text.replace(",", "").replace("£", "").strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    return int((amount * pounds * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def column_letter(index: int) -> str:
    """The spreadsheet letter of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_header(rows: list[list[Cell]], wanted: tuple[str, ...], *, file: str, sheet: str, within: int = 25) -> int:
    """Index of the first row that holds every wanted heading (case and spaces do not matter).

    Raises UnreadableFile naming the first heading that no row holds: a renamed column is an error, never a guess.
    """

    def norm(c: Cell) -> str:
        return re.sub(r"\s+", " ", cell_text(c)).lower()

    need = [norm(w) for w in wanted]
    best: list[str] = need
    for i, row in enumerate(rows[:within]):
        have = {norm(c) for c in row}
        lacking = [w for w in need if w not in have]
        if not lacking:
            return i
        if len(lacking) < len(best):
            best = lacking
    shown = next(w for w in wanted if norm(w) == best[0])
    raise UnreadableFile(
        f"No row of the first {within} has the heading {shown!r}.",
        where=Where(file, sheet or None),
        do="The table is not as the publisher lays it out. Nothing was loaded.",
    )


@dataclass
class Collector:
    """Gathers one file's observations and rejects.

    ``file`` is the name for messages. ``symbols`` overrides SYMBOLS for this publisher.
    """

    file: str
    register: Register
    symbols: dict[str, Status] = field(default_factory=lambda: dict(SYMBOLS))
    _rows: list[tuple[object, ...]] = field(default_factory=list, repr=False)
    _rejects: list[tuple[object, ...]] = field(default_factory=list, repr=False)
    _areas: dict[tuple[str, str, str, str], Council | Area | str] = field(default_factory=dict, repr=False)

    def reject(
        self, sheet: str, row: int, column: str, found: Cell, reason: str, *, severity: str = "rejected"
    ) -> None:
        """Report one cell that is not used (or, with severity ``warning``, used but worth a look)."""
        if len(self._rejects) >= MAX_REJECTS:
            raise UnreadableFile(
                f"More than {MAX_REJECTS:,} cells cannot be read; the first: {self._rejects[0][5]}",
                where=Where(self.file, sheet or None, row, column),
                do="This is not the table it says it is. Nothing was loaded.",
            )
        self._rejects.append((severity, sheet, row, column, cell_text(found)[:80], reason))

    def area(self, *, period: str, code: str = "", gss: str = "", name: str = "") -> Council | Area | str:
        """The council or area a row is about at the end of a period, or a sentence saying why it is none.

        The GSS code is tried first, then the publisher's code, then the name; they must not contradict each other.
        """
        key = (period, code, gss, name)
        if key not in self._areas:
            self._areas[key] = self._find(*key)
        return self._areas[key]

    def _find(self, period: str, code: str, gss: str, name: str) -> Council | Area | str:
        day = period_end(period)
        reg = self.register
        by_gss = reg.by_code(gss, day) if gss else None
        by_code = reg.by_code(code, day) if code else None
        by_name = reg.by_name(name, day) if name else None
        if by_gss and by_code and by_gss != by_code:
            return f"The codes disagree: {gss} is {by_gss.name}, {code} is {by_code.name}."
        found: Council | Area | None = by_gss or by_code or by_name
        if found:
            return found
        for text in (gss, code, name):
            if text and (found := reg.area(text)):
                return found
        for text in (gss, code):
            if text and (ever := reg.ever_by_code(text)):
                return f"{text} is {ever[0].name}, which was not a council with these duties at the end of {period}."
        return f"No council or area is known by {', '.join(t for t in (code, gss, name) if t)!s} in {period}."

    def add(
        self,
        cell: Cell,
        *,
        area: Council | Area | str,
        item: str,
        period: str,
        part: str,
        unit: str,
        sheet: str,
        row: int,
        column: str,
        age: str = "all",
        sex: str = "all",
        reason: str = "all",
        setting: str = "all",
        thousands: bool = False,
    ) -> None:
        """Take one cell: an observation when it is a number or a symbol, else a reject with its reason.

        area: from ``area()``; when it is a sentence, a number in the cell is rejected with that sentence and a
              symbol is quietly passed over (tables list former councils with [z] for years on end).
        unit: with ``pence`` the cell is pounds (or £000 with ``thousands``) and is stored as whole pence.
        """
        parsed = parse_cell(cell, self.symbols)
        if parsed is None:
            why = (
                "This is neither a number nor a symbol that the publisher uses."
                if cell_text(cell)
                else "This cell is empty."
            )
            self.reject(sheet, row, column, cell, why)
            return
        if isinstance(area, str):
            if parsed.status.has_value:
                self.reject(sheet, row, column, cell, area)
            return
        value = parsed.value
        if value is not None:
            if unit == "pence":
                whole = pence(cell, pounds=1000 if thousands else 1)
                if whole is None:
                    self.reject(sheet, row, column, cell, "This is not an amount of money.")
                    return
                value = float(whole)
            if unit in ("people", "providers") and value < 0:
                self.reject(sheet, row, column, cell, "A count cannot be negative.")
                return
            if unit == "percent" and part == "value" and not -1e-9 <= value <= 100 + 1e-9:
                self.reject(sheet, row, column, cell, "A percentage of people must lie between 0 and 100.")
                return
        level = "council" if isinstance(area, Council) else area.level
        code = area.id if isinstance(area, Council) else area.code
        self._rows.append(
            (item, period, level, code, age, sex, reason, setting, part, unit, value, str(parsed.status), parsed.note,
             sheet, row, column)
        )  # fmt: skip

    def observations(self) -> pl.DataFrame:
        """All observations so far, in the order given."""
        return pl.DataFrame(self._rows, schema=OBSERVATION, orient="row")

    def rejects(self) -> pl.DataFrame:
        """All rejects and warnings so far, in the order given."""
        return pl.DataFrame(self._rejects, schema=REJECT, orient="row")

    def periods(self) -> tuple[str, ...]:
        """Periods with at least one published value, oldest first."""
        return tuple(sorted({str(r[1]) for r in self._rows if r[10] is not None}, key=period_end))
