"""The one family of errors that people are meant to read: what happened, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A place a person can go and look at: a file, and in it a sheet, a row and a column.

    ``row`` counts from 1 as a spreadsheet shows it; ``column`` is a spreadsheet letter or a heading.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.sheet:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


class EvenhandError(Exception):
    """Something a person can put right.

    what:  one plain sentence saying what happened.
    where: the file, sheet, row and column, as far as they are known.
    do:    one plain sentence saying what to do next.
    """

    def __init__(self, what: str, *, where: Where | None = None, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where or Where()
        self.do = do

    def __str__(self) -> str:
        place = str(self.where)
        head = f"{place}: {self.what}" if place else self.what
        return f"{head} {self.do}".strip()


class UnknownArea(EvenhandError):
    """A council, region or code that the register does not know, or not at that date."""


class UnreadableFile(EvenhandError):
    """A file that is broken, too large, or not one that Evenhand reads."""


class BadCell(EvenhandError):
    """A cell whose content cannot be what its heading says it is."""
