"""Look at a file safely before anything reads it: what kind it is, and what its first rows say.

A hostile or broken file must cost little: size, unpacked size, compression ratio, sheet count and cell count are
all limited here, once, for every reader. Readers take cells from a ``Sniff`` and open nothing themselves.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from evenhand.facts.errors import UnreadableFile, Where

Kind = Literal["ods", "xlsx", "xls", "csv", "json", "zip"]
Cell = str | float | int | bool | object

# The largest official file known is 3.4 MB; ten times the largest plausible one is still refused quickly.
MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 1_000 * 2**20
MAX_RATIO = 200
MAX_MEMBERS = 2_000
MAX_CELLS = 20_000_000
SMALL_MEMBER = 10 * 2**20


@dataclass
class Sniff:
    """A file seen from outside, with its cells to hand.

    ``kind`` comes from the content, never from the name. ``rows(sheet)`` gives every row of a sheet as the file
    stores it (row 1 of the sheet is index 0, empty leading rows and columns kept); ``text`` is the decoded text of
    a CSV or JSON file (UTF-8, or Windows-1252 when it is not UTF-8).
    """

    path: Path
    kind: Kind
    _rows: dict[str, list[list[Cell]]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The file's name, for people."""
        return self.path.name

    @cached_property
    def text(self) -> str:
        """The whole text of a CSV or JSON file. Raises UnreadableFile on binary content."""
        raw = self.path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        if "\x00" in text:
            raise UnreadableFile(
                "This is not a text file.", where=Where(self.name), do="Load the publisher's own copy."
            )
        return text

    @cached_property
    def head(self) -> str:
        """The first 4,000 characters of a CSV or JSON file, "" for a workbook."""
        return self.text[:4000] if self.kind in ("csv", "json") else ""

    @cached_property
    def _workbook(self) -> object:
        from python_calamine import CalamineWorkbook

        with _opening(self.name):
            # From a path the library goes by the name's ending, and a name is only what somebody typed.
            if self.path.suffix.lower() == f".{self.kind}":
                return CalamineWorkbook.from_path(str(self.path))
            return CalamineWorkbook.from_filelike(io.BytesIO(self.path.read_bytes()))

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Sheet names in order; a CSV has one sheet called "" ."""
        if self.kind == "csv":
            return ("",)
        return tuple(self._workbook.sheet_names) if self.kind in ("ods", "xlsx", "xls") else ()  # type: ignore[attr-defined]

    def rows(self, sheet: str = "") -> list[list[Cell]]:
        """All rows of a sheet. Raises UnreadableFile when the sheet is missing, broken or absurdly large."""
        if sheet not in self._rows:
            self._rows[sheet] = self._csv_rows() if self.kind == "csv" else self._sheet_rows(sheet)
        return self._rows[sheet]

    def _csv_rows(self) -> list[list[Cell]]:
        csv.field_size_limit(1_000_000)
        try:
            rows: list[list[Cell]] = [list(r) for r in csv.reader(io.StringIO(self.text, newline=""))]
        except csv.Error as fault:
            raise _broken(self.name, fault) from fault
        self._limit(sum(len(r) for r in rows), None)
        return rows

    def _sheet_rows(self, sheet: str) -> list[list[Cell]]:
        if sheet not in self.sheets:
            raise UnreadableFile(
                f"There is no sheet called {sheet!r}; the sheets are {', '.join(self.sheets[:12])}.",
                where=Where(self.name),
                do="Load the publisher's own copy, unchanged.",
            )
        with _opening(self.name, sheet):
            s = self._workbook.get_sheet_by_name(sheet)  # type: ignore[attr-defined]
            self._limit(max(s.total_height, 1) * max(s.total_width, 1), sheet)
            return s.to_python(skip_empty_area=False)  # type: ignore[no-any-return]

    def _limit(self, cells: int, sheet: str | None) -> None:
        if cells > MAX_CELLS:
            raise UnreadableFile(
                f"This table has {cells:,} cells; Evenhand reads at most {MAX_CELLS:,}.",
                where=Where(self.name, sheet),
                do="It is not an official table as published. Nothing was loaded.",
            )


def _broken(name: str, fault: BaseException, sheet: str | None = None) -> UnreadableFile:
    return UnreadableFile(
        f"The file cannot be opened: it is cut short or damaged ({str(fault)[:120] or type(fault).__name__}).",
        where=Where(name, sheet),
        do="Download it again from the publisher. Nothing was loaded.",
    )


@contextmanager
def _opening(name: str, sheet: str | None = None) -> Iterator[None]:
    """Turn every way in which the table library fails on a broken workbook into one sentence.

    The library is written in Rust and may panic on markup it did not expect; its PanicException is no Exception.
    """
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError, ValueError) as fault:
        raise _broken(name, fault, sheet) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise _broken(name, fault, sheet) from fault


ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


def _measure(path: Path, kind: Kind) -> None:
    """Refuse a workbook that would fill memory when opened, or whose parts do not unpack as they say.

    The table library lays a sheet out whole, from its first used cell to its last, so one cell in the far corner of
    an otherwise empty sheet of 200 bytes would ask for hundreds of gigabytes. The parts are unpacked here once (which
    also finds damage and a false size), and the corners are read from the markup.
    """
    cells = 0
    try:
        with zipfile.ZipFile(path) as z:
            for m in z.infolist():
                data = z.read(m)
                if kind == "ods" and m.filename == "content.xml":
                    cells = max((_ods_cells(t) for t in re.split(rb"<table:table[ >]", data)[1:]), default=0)
                elif kind == "xlsx" and m.filename.startswith("xl/worksheets/sheet"):
                    cells = max(cells, _xlsx_cells(data))
    except ZIP_FAULTS as fault:
        raise _broken(path.name, fault) from fault
    if cells > MAX_CELLS:
        raise UnreadableFile(
            f"A sheet of this file spreads over {cells:,} cells; Evenhand reads at most {MAX_CELLS:,}.",
            where=Where(path.name),
            do="It is not an official table as published. It was not opened and nothing was loaded.",
        )


def _xlsx_cells(sheet: bytes) -> int:
    """Cells from A1 to the last row and column that hold something; styled cells count only when it matters."""
    rows = max(map(int, set(re.findall(rb"""\sr=["'][A-Z]{0,4}(\d{1,9})["']""", sheet))), default=0)
    columns = max(map(_column_number, set(re.findall(rb"""\sr=["']([A-Z]{1,4})\d""", sheet))), default=0)
    if rows * columns <= MAX_CELLS:
        return rows * columns
    used = set(re.findall(rb"""<(?:\w+:)?c\b[^>]*?\sr=["']([A-Z]{1,4})(\d{1,9})["'][^>/]*>""", sheet))
    return max((int(r) for _, r in used), default=0) * max((_column_number(c) for c, _ in used), default=0)


def _column_number(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


ODS_TAG = re.compile(rb"<table:(table-row|covered-table-cell|table-cell)\b([^>]*)>")
ODS_REPEAT = re.compile(rb"number-(?:columns|rows)-repeated=[\"'](\d{1,9})")


def _ods_cells(table: bytes) -> int:
    """Cells from A1 to the last row and column that hold something; repeated cells and rows count as laid out."""
    widest = at = last = 0
    for repeat, width in _ods_rows(table):
        at += repeat
        if width:
            last, widest = at, max(widest, width)
    return last * widest


def _ods_rows(table: bytes) -> Iterator[tuple[int, int]]:
    """For each row of a table: how often it is repeated, and the columns up to its last cell with a value."""
    repeat = width = columns = 0
    for m in ODS_TAG.finditer(table):
        times = int(r[1]) if (r := ODS_REPEAT.search(m[2])) else 1
        if m[1] == b"table-row":
            if repeat:
                yield repeat, width
            repeat, width, columns = times, 0, 0
        else:
            columns += times
            if b"value-type" in m[2] or b"formula" in m[2]:
                width = columns
    yield repeat, width


def _zip_kind(path: Path) -> Kind:
    """The kind of a zip container, after checking that it is not built to exhaust memory."""
    where = Where(path.name)
    try:
        with zipfile.ZipFile(path) as z:
            members = z.infolist()
            names = {m.filename for m in members}
            mimetype = z.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except ZIP_FAULTS as fault:
        raise _broken(path.name, fault) from fault
    unpacked = sum(m.file_size for m in members)
    steep = any(m.file_size > SMALL_MEMBER and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members)
    if unpacked > MAX_UNPACKED or steep or len(members) > MAX_MEMBERS:
        raise UnreadableFile(
            f"This file unpacks to {unpacked / 2**20:,.0f} MB in {len(members):,} parts, more than any official file.",
            where=where,
            do="It was not opened and nothing was loaded. Download it again from the publisher.",
        )
    kind: Kind = "zip"
    if "opendocument.spreadsheet" in mimetype:
        kind = "ods"
    elif "xl/workbook.xml" in names:
        kind = "xlsx"
    if kind != "zip":
        _measure(path, kind)
    return kind


def sniff(path: Path) -> Sniff:
    """Recognise a file's kind by its content, within the limits above.

    Raises UnreadableFile when the path is no file, too large, empty, damaged, or of no kind that Evenhand reads.
    """
    where = Where(path.name)
    if not path.is_file():
        raise UnreadableFile("There is no such file.", where=Where(str(path)), do="Check the path.")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("The file is empty.", where=where, do="Download it again from the publisher.")
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"The file has {size / 2**20:,.0f} MB; no official file is larger than {MAX_BYTES // 2**20} MB.",
            where=where,
            do="It was not opened and nothing was loaded.",
        )
    with path.open("rb") as f:
        start = f.read(4096)
    if start.startswith(b"PK"):
        return Sniff(path, _zip_kind(path))
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Sniff(path, "xls")
    if b"\x00" in start:
        raise UnreadableFile(
            "This is neither a spreadsheet, a CSV nor a JSON file.",
            where=where,
            do="Load the publisher's own copy.",
        )
    return Sniff(path, "json" if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "csv")
