"""What every reader does with a cell: read a number or a symbol, find the area, keep the place, report what it refused.

A reader makes one ``Collector``, gives it each cell, and takes the finished frames from it. So all readers treat
symbols, commas, negative counts, unknown councils and non-numbers alike, and a reject always names its place.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date
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
    """One cell understood: a number with status published, or a status without a number; ``note`` keeps the rest.

    ``percent`` is true when the cell itself wrote a per cent sign, which no count may carry.
    """

    value: float | None
    status: Status
    note: str | None = None
    percent: bool = False


NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?", re.ASCII)
BRACKETED = re.compile(r"(-?[\d,.]+%?)\s*\((-?[\d,.]+%?|:|\.\.|\*|x|c|z|\[[xcz]\])\)", re.ASCII | re.IGNORECASE)
# Nine decimals are more than any publisher prints; what lies beyond is binary noise (20.200000000000003 is 20.2).
DECIMALS = 9


def cell_text(cell: Cell) -> str:
    """A cell as text: whole floats without ``.0`` (calamine gives 104.0 for 104), None and empty as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def parse_cell(cell: Cell, symbols: dict[str, Status] | None = None) -> Parsed | None:
    """A number, a publisher's symbol, or None when the cell is neither (a reject for the caller to report).

    Accepts thousands commas, a trailing per cent sign, and ``7.7 (7.6)`` or ``7.7 (:)``: the number outside the
    brackets is the official one and the bracketed text becomes a note. An empty cell is None: whether blank means
    missing is for the reader to say (``symbols={"": Status.MISSING, ...}``). Nothing is ever turned into zero.
    """
    table = SYMBOLS if symbols is None else symbols
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return Parsed(_tidy(cell), Status.PUBLISHED) if _finite(cell) else None
    text = cell_text(cell)
    if text.lower() in table:
        return Parsed(None, table[text.lower()], text or None)
    note = None
    if m := BRACKETED.fullmatch(text):
        text, note = m[1], f"({m[2]})"
    if not NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "").rstrip("%"))
    return Parsed(_tidy(value), Status.PUBLISHED, note, text.endswith("%")) if _finite(value) else None


# Nothing official is larger (a trillion pounds is 1e14 pence), and up to here a float holds every whole number exactly.
LARGEST = 9e15


def _finite(number: float) -> bool:
    """Whether a number is one that an official table could hold."""
    try:
        return math.isfinite(number) and abs(number) <= LARGEST
    except OverflowError:  # Python's own integers can be larger than any float
        return False


def _tidy(number: float) -> float:
    """The number without binary noise, and 0 for -0."""
    return round(float(number), DECIMALS) + 0.0


AMOUNT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


def pence(cell: Cell, *, pounds: int = 1) -> int | None:
    """An amount in units of ``pounds`` pounds (1, or 1000 for £000) as whole pence, half away from zero.

    None when the cell is no number. Goes through its decimal text: 0.145 thousand pounds is 14500 pence.
    """
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    text = repr(cell) if isinstance(cell, float) else cell_text(cell).replace("£", "").strip()
    if isinstance(cell, str) and not AMOUNT.fullmatch(text):
        return None
    try:
        amount = Decimal(text.replace(",", ""))
        if not amount.is_finite():
            return None
        return int((amount * pounds * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except InvalidOperation:  # more digits than any sum of money has
        return None


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
    _seen: dict[tuple[str, ...], int] = field(default_factory=dict, repr=False)
    _dropped: set[int] = field(default_factory=set, repr=False)

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
        A code that the register knows, of a council that did not stand at the end of the period, settles the
        matter: the row is not given to another council for the sake of its name. (``Dorset County`` stands beside
        ``Dorset`` for years after it ended, and both answer to the name Dorset.)
        """
        key = (period, code, gss, name)
        if key not in self._areas:
            self._areas[key] = self._find(*key)
        return self._areas[key]

    def _find(self, period: str, code: str, gss: str, name: str) -> Council | Area | str:
        day = period_end(period)
        reg = self.register
        by_gss, by_code = (reg.by_code(t, day) if t else None for t in (gss, code))
        for text, found in ((gss, by_gss), (code, by_code)):
            ever = reg.ever_by_code(text) if text else ()
            other = by_code if text == gss else by_gss
            if text == gss and ever and not found:
                return f"{text} is {ever[0].name}, which was not a council with these duties at the end of {period}."
            if other and ever and other not in ever:
                first = (found or ever[0]).name
                return f"The codes disagree: {text} is {first}, {code if text == gss else gss} is {other.name}."
        if by_gss or by_code:
            return self._unless_named_otherwise(by_gss or by_code, code if not by_gss else gss, name, day)
        for text in (gss, code):
            if text and (area := reg.area(text)):
                return self._unless_named_otherwise(area, text, name, day)
        if code and (ever := reg.ever_by_code(code)):
            return f"{code} is {ever[0].name}, which was not a council with these duties at the end of {period}."
        # Region and country names come first: a council's name is looked up loosely, and London is a region.
        if name and (named := reg.area(name) or reg.by_name(name, day)):
            return named
        return f"No council or area is known by {', '.join(t for t in (code, gss, name) if t)!s} in {period}."

    def _unless_named_otherwise(
        self, found: Council | Area | None, code: str, name: str, day: date
    ) -> Council | Area | str:
        """What the codes say, unless the name is plainly that of another council or area."""
        assert found is not None
        if name:
            same = (self.register.area(name), self.register.by_name(name, day))
            if any(same) and found not in same:
                other = next(x for x in same if x)
                return f"The code and the name disagree: {code} is {found.name}, and the name is that of {other.name}."
        return found

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
        whole: bool = False,
        note: str | None = None,
    ) -> None:
        """Take one cell: an observation when it is a number or a symbol, else a reject with its reason.

        area: from ``area()``; when it is a sentence, a number in the cell is rejected with that sentence and a
              symbol is quietly passed over (tables list former councils with [z] for years on end).
        unit: with ``pence`` the cell is pounds (or £000 with ``thousands``) and is stored as whole pence.
        whole: the publisher prints only whole numbers here, so a fraction is a fault (a rate in a column of people).
        note: something the reader knows about this cell from elsewhere in the file; joined to the cell's own note.

        A cell that is already known (same item, period, area, dimensions and part) is passed over with a warning
        when it says the same, and when it does not, neither is used.
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
        value, fault = self._checked(parsed, cell, part, unit, thousands=thousands, whole=whole)
        if fault:
            self.reject(sheet, row, column, cell, fault)
            return
        level = "council" if isinstance(area, Council) else area.level
        code = area.id if isinstance(area, Council) else area.code
        notes = "; ".join(n for n in (parsed.note, note) if n) or None
        new = (item, period, level, code, age, sex, reason, setting, part, unit, value, str(parsed.status), notes,
               sheet, row, column)  # fmt: skip
        key = (item, period, code, age, sex, reason, setting, part)
        if key in self._seen:
            self._twice(self._seen[key], new, cell)
            return
        self._seen[key] = len(self._rows)
        self._rows.append(new)

    @staticmethod
    def _checked(
        parsed: Parsed, cell: Cell, part: str, unit: str, *, thousands: bool, whole: bool
    ) -> tuple[float | None, str]:
        """The value to store and "", or None and the sentence that refuses it."""
        value = parsed.value
        if value is None:
            return None, ""
        if unit == "pence":
            amount = pence(cell, pounds=1000 if thousands else 1)
            return (None, "This is not an amount of money.") if amount is None else (float(amount), "")
        if unit in ("people", "providers"):
            if parsed.percent:
                return None, "A percentage stands where a count belongs."
            if value < 0:
                return None, "A count cannot be negative."
            if whole and not value.is_integer():
                return None, "A count must be a whole number here; this looks like a percentage or a rate."
        if unit == "percent" and part == "value" and not -1e-9 <= value <= 100 + 1e-9:
            return None, "A percentage of people must lie between 0 and 100."
        return value, ""

    def _twice(self, index: int, new: tuple[object, ...], cell: Cell) -> None:
        """A figure that the file gives a second time: use it once when both agree, never when they do not."""
        first = self._rows[index]
        sheet, row, column = str(new[13]), int(str(new[14])), str(new[15])
        if index not in self._dropped and first[10:12] == new[10:12]:
            self.reject(sheet, row, column, cell, f"This figure stands in row {first[14]} too; it is used once.",
                        severity="warning")  # fmt: skip
            return
        why = f"gives another figure for the same {first[8]} of {first[3]}; neither is used."
        if index not in self._dropped:
            self._dropped.add(index)
            said = first[12] if first[10] is None else first[10]
            self.reject(str(first[13]), int(str(first[14])), str(first[15]), said, f"Row {row} {why}")
        self.reject(sheet, row, column, cell, f"Row {first[14]} {why}")

    def _kept(self) -> list[tuple[object, ...]]:
        return [r for i, r in enumerate(self._rows) if i not in self._dropped] if self._dropped else self._rows

    def observations(self) -> pl.DataFrame:
        """All observations so far, in the order given."""
        return pl.DataFrame(self._kept(), schema=OBSERVATION, orient="row")

    def rejects(self) -> pl.DataFrame:
        """All rejects and warnings so far, in the order given."""
        return pl.DataFrame(self._rejects, schema=REJECT, orient="row")

    def periods(self) -> tuple[str, ...]:
        """Periods with at least one published value, oldest first."""
        return tuple(sorted({str(r[1]) for r in self._kept() if r[10] is not None}, key=period_end))
