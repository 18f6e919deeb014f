"""Look at a file of client-level records before it is read: what it is, how it is written, which column is what.

The name of a file says nothing; its content does.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.sources.cld.headings import columns_of, known

DELIMITERS = (",", ";", "\t", "|")
CHUNK = 2**24
ZEROS = 100  # of the first 2,000 characters: a few are slips, more are no text
# An empty line with something after it: a spreadsheet counts it as a row and quick readers do not.
_GAP = re.compile(rb"\n[ \t]*\r?\n\s*[^\s]")
_LONE_RETURN = re.compile(rb"\r[^\n]")


@dataclass(frozen=True)
class Source:
    """One file, looked at.

    columns: for each field found (by key) its column from 0. names: every heading as it stands. types: for a Parquet
    file the Arrow type of each field found, as text. encoding, delimiter: of a text file. plain: a quick reader may
    read it (no empty lines between rows, no zero bytes, no old line ends).
    """

    path: Path
    kind: str
    columns: dict[str, int]
    names: tuple[str, ...]
    types: dict[str, str]
    rows: int | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    plain: bool = True

    @property
    def name(self) -> str:
        """The file's name, for people."""
        return self.path.name


def recognise(path: Path, la: str | None = None) -> Source:
    """What the file is. Raises UnreadableFile or EvenhandError saying what is wrong with the whole of it."""
    where = Where(path.name)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as fault:
        raise UnreadableFile(
            "The file cannot be opened.", where=where, do="See that it is there and may be read."
        ) from fault
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("The file is empty.", where=where, do="Give the file as it was submitted.")
    if head[:4] == b"PAR1":
        return _parquet(path, la)
    if head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            "This is a workbook or a zip file, not a CSV or Parquet file.", where=where,
            do="Open it and save the sheet as CSV UTF-8.",
        )  # fmt: skip
    return _text(path, la)


def _parquet(path: Path, la: str | None) -> Source:
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = Where(path.name)
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise UnreadableFile(
            "The Parquet file is damaged or cut short.", where=where, do="Copy or export it again."
        ) from fault
    columns = columns_of(schema.names, path.name, la)
    types = {key: str(schema.field(n).type) for key, n in columns.items()}
    if nested := [schema.names[columns[k]] for k, kind in types.items() if kind.startswith(("list", "struct", "map"))]:
        raise UnreadableFile(
            f"{nested[0]} holds lists or tables, not single values.", where=where, do="Export one value a cell."
        )
    _some(rows, where)
    return Source(path, "parquet", columns, tuple(schema.names), types, rows)


def _some(rows: int, where: Where) -> None:
    if not rows:
        raise UnreadableFile("There are headings and no rows.", where=where, do="Give the file as it was submitted.")


def _text(path: Path, la: str | None) -> Source:
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(200_000)
    where = Where(path.name)
    if encoding.startswith("utf-8") and text.count("\x00", 0, 2000) > ZEROS:
        raise UnreadableFile("This is not a text or a Parquet file.", where=where, do="Give a CSV or Parquet file.")
    rows = {d: _records(text, d) for d in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: known(rows[d][0]) if rows[d] else 0)
    read = rows[delimiter]
    lower = next((n for n, row in enumerate(read[:20], start=1) if known(row) >= 10), 1)
    if lower > 1:
        raise UnreadableFile(
            f"The headings stand in row {lower}.", where=where, do="Delete the rows above the headings."
        )
    columns = columns_of(read[0] if read else [], path.name, la)
    _some(sum(1 for row in read[1:] if any(cell.strip() for cell in row)) if len(text) < 200_000 else 1, where)
    plain = encoding in ("utf-8", "utf-8-sig") and _plain(path)
    return Source(path, "csv", columns, tuple(read[0]), {}, None, encoding, delimiter, plain)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The first records of a text, divided by the delimiter; a broken quotation ends them."""
    out: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter):
            out.append(row)
            if len(out) > 200:
                break
    except csv.Error:
        pass
    return out


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is, UTF-16 if it says so or every other byte is zero, and Windows-1252 otherwise."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if len(head) > 8 and head[1::2].count(0) > len(head) // 3:
            return "utf-16-le"
        if len(head) > 8 and head[::2].count(0) > len(head) // 3:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"


def _plain(path: Path) -> bool:
    """Whether a quick reader finds the rows that a spreadsheet shows, under the numbers that it shows."""
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            piece = tail + chunk
            if b"\x00" in chunk or _GAP.search(piece) or _LONE_RETURN.search(piece):
                return False
            tail = piece[-64:]
    return True
