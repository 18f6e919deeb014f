"""Readers of the publishers' files: one module a file format, one tidy frame out.

``recognise(path)`` finds the one reader that knows a file by its content; ``read(path, register)`` reads it.
To add a format, write a module with ``NAME``, ``recognise(sniff) -> str | None`` (the table's title, when the file
is its kind) and ``read(sniff, register) -> ReadResult``, and name it in ``READERS``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Register
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Sniff, sniff

READERS: tuple[str, ...] = (
    "ascof_ods",
    "ascof_open_data",
    "pssex1_activity",
    "pssex1_expenditure",
    "pssex1_unit_costs",
    "ascfr_2016",
    "ascfr_2017",
    "activity_csv",
    "finance_zip",
    "population_table",
    "population_mye",
    "population_nomis",
    "deprivation",
    "boundaries",
    "deflator_table",
)


class Reader(Protocol):
    """What a reader module offers. ``recognise`` must be cheap: it looks at the head, not at every row."""

    NAME: str
    PUBLISHER: str

    def recognise(self, file: Sniff) -> str | None:
        """The table's title in words when the file is of this kind, else None. Never raises on a foreign file."""

    def read(self, file: Sniff, register: Register) -> ReadResult:
        """All that the file says. Raises UnreadableFile or BadCell naming file, sheet, row and column."""


def reader(name: str) -> Reader:
    """The reader module of this name."""
    return import_module(f"evenhand.sources.{name}")


def recognise(path: Path) -> tuple[Reader, Sniff, str]:
    """The reader that knows this file, the opened file, and the title of its table.

    Raises UnreadableFile when the file is broken or when no reader knows it.
    """
    file = sniff(path)
    for name in READERS:
        r = reader(name)
        title = r.recognise(file)
        if title:
            return r, file, title
    raise UnreadableFile(
        "This is not an official file that Evenhand knows.",
        where=Where(path.name),
        do="Nothing was loaded. `evenhand sources --known` lists the files it reads and where publishers keep them.",
    )


def checked(result: ReadResult, file: str) -> ReadResult:
    """The result itself, when its frames keep the declared schemas. Raises UnreadableFile."""
    from evenhand.sources.schema import check

    return check(result, file)


def read(path: Path, register: Register) -> ReadResult:
    """Recognise, read and check one file against the declared schemas."""
    r, file, _ = recognise(path)
    return checked(r.read(file, register), path.name)
