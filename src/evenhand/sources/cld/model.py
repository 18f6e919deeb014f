"""What reading needs from an engine, and what it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir
import polars as pl

# DICTIONARY: one row a council, event type, field and raw value, with the rows that hold it. event: codes.EventType,
# 0 for a type that no list holds, NULL for none. raw_number: the value's place in the field's own dictionary, NULL
# for a blank. raw: the words as they stood, NULL for blanks and for every field that is not coded (its values may be
# personal and are many; its rows are one a class). number: what the words mean (0 nothing that we know). class:
# valid, release1, invalid, implausible (a date or number that is one, but cannot be right) or blank.
DICTIONARY = {
    "la": pl.String, "event": pl.Int16, "field": pl.String, "raw_number": pl.Int32, "raw": pl.String,
    "number": pl.Int16, "class": pl.String, "rows": pl.Int64,
}  # fmt: skip

VALID, RELEASE_1, INVALID, IMPLAUSIBLE, BLANK = "valid", "release1", "invalid", "implausible", "blank"


class Engine(Protocol):
    """What reading asks of the engine: the Ibis backend, a place to keep tables, and a folder to write in."""

    con: Any
    scratch: Path

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Work the expression out now and keep the rows under the name."""

    def drop(self, *names: str) -> None:
        """Let go of kept tables."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell or a row that could not be read as it should be.

    row: as a spreadsheet shows it (the headings are row 1). field: its heading, "" when the row itself is at fault.
    value: what stands there, "" in a personal field. used: whether the row still counts, without this cell.
    """

    file: str
    row: int
    field: str
    reason: str
    value: str = ""
    used: bool = False


@dataclass(frozen=True)
class Summary:
    """What became of the rows: ``read`` is ``usable`` and every count of ``unusable`` (by reason) added up.

    files: for each file (by name) the rows read. cells: cells that were set aside while their row counts, by heading
    and reason.
    """

    read: int
    usable: int
    unusable: Mapping[str, int]
    files: Mapping[str, int]
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """Everything that reading gives.

    records and submissions: tables of the engine, shaped as RECORDS and SUBMISSIONS of measures.cld.tables.
    dictionary: DICTIONARY above. rejects: the first of each kind, by file and row (at most LISTED of a kind); the
    summary has the whole counts. offsets: (first record number, file) in order, so that a record's row in its file is
    its number less the offset. warnings: sentences for people.
    """

    records: ir.Table
    submissions: ir.Table
    dictionary: pl.DataFrame
    rejects: tuple[Reject, ...]
    summary: Summary
    warnings: tuple[str, ...]
    offsets: tuple[tuple[int, str], ...]

    def place(self, record: int) -> tuple[str, int]:
        """The file and the row, as a spreadsheet shows it, of a record number."""
        before = [(start, file) for start, file in self.offsets if start < record]
        start, file = before[-1]
        return file, record - start


LISTED = 100
