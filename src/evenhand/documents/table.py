"""One immutable Table: what a page, a download or a terminal prints, with all that is needed to understand it.

A table knows its finding, its columns, its rows, its notes and where it came from. Missing, suppressed, not
applicable and zero stay four different things in every output. The same table gives the same bytes, on any day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from evenhand.documents.numbers import Kind, finite, places
from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.status import Status

if TYPE_CHECKING:
    import polars as pl

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    name:        the column of the frame, and the heading in CSV, JSON and Parquet (lower case, digits, underscores).
    heading:     the heading that people read; it carries the unit ("People with a direct payment (%)").
    kind:        text | count | percent | rate | score | money_pence | code | rank | band | status.
    decimals:    how many to show; None takes the kind's own.
    description: one sentence for the columns sheet and the file about the table.
    status:      name of the frame's column that says what is known about each figure of this one. Without it, an empty
                 cell is missing.
    """

    name: str
    heading: str
    kind: Kind | str = Kind.TEXT
    decimals: int | None = None
    description: str = ""
    status: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise EvenhandError(
                f"{self.name!r} cannot be the name of a column.", do="Use lower case letters, digits and underscores."
            )
        if not self.heading.strip():
            raise EvenhandError(f"Column {self.name} has no heading.", do="Give it a heading that people can read.")
        object.__setattr__(self, "kind", Kind(self.kind))

    @property
    def sort(self) -> Kind:
        """The kind, as the enumeration."""
        return Kind(self.kind)

    @property
    def places(self) -> int:
        """Decimals to show (numeric columns only)."""
        return places(self.kind, self.decimals)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a value and what is known about it. ``value`` is None exactly when the status has no value."""

    value: Any
    status: Status


@dataclass(frozen=True)
class Table:
    """A table that can be written down anywhere.

    title:     a finding or a description, in one sentence.
    columns:   in the order of printing; the first is the heading of its row.
    rows:      a polars frame with a column for each ``Column.name`` and each ``Column.status``.
    subtitle:  who, where and when the figures are about.
    notes:     sentences that a reader needs; numbered from 1 in this order.
    sources:   one line a source, publisher first.
    edition:   id of the edition that the figures came from.
    licence:   e.g. "Open Government Licence v3.0".
    simulated: the figures are invented; every output says so.

    Raises ``EvenhandError`` for a column that is not there, text where numbers belong, a figure that is not finite, and
    a status that disagrees with its figure (a suppressed cell with a number is the one thing that must never print).
    """

    title: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    edition: str = ""
    licence: str = ""
    simulated: bool = False
    _cells: dict[str, tuple[Cell, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("columns", "notes", "sources"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check_shape(self)
        for column in self.columns:
            self._cells[column.name] = _cells_of(self, column)

    def cells(self, column: str) -> tuple[Cell, ...]:
        """The cells of one column, top to bottom."""
        return self._cells[column]

    def records(self) -> Iterator[tuple[tuple[Column, Cell], ...]]:
        """Row by row, each a tuple of (column, cell)."""
        for index in range(self.rows.height):
            yield tuple((column, self._cells[column.name][index]) for column in self.columns)

    @property
    def caption(self) -> str:
        """The title, and "Simulated figures" before it when they are."""
        return f"Simulated figures: {self.title}" if self.simulated else self.title

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses without a number that occur in the cells, in the order of the enumeration."""
        found = {cell.status for cells in self._cells.values() for cell in cells}
        return tuple(status for status in Status if status in found and not status.has_value)

    # Each output is a module of its own and is loaded only when it is asked for: `evenhand show` must start quickly.

    def to_csv(self, *, bom: bool = False, rounded: bool = True) -> bytes:
        """The data alone as CSV (RFC 4180, UTF-8). See ``evenhand.documents.csv_files``."""
        from evenhand.documents.csv_files import data_csv

        return data_csv(self, bom=bom, rounded=rounded)

    def about_csv(self, *, bom: bool = False) -> bytes:
        """What the data are, as a second CSV to stand beside the first: two columns, ``item`` and ``text``."""
        from evenhand.documents.csv_files import about_csv

        return about_csv(self, bom=bom)

    def to_json(self, *, rounded: bool = False) -> str:
        """A JSON list with one object a row. Unrounded unless asked; money in whole pence; no number is null."""
        from evenhand.documents.csv_files import data_json

        return data_json(self, rounded=rounded)

    def to_parquet(self) -> bytes:
        """The rows unrounded, with title, edition, sources and licence in the file's own metadata."""
        from evenhand.documents.parquet import data_parquet

        return data_parquet(self)

    def to_html(self, *, caption_size: str = "m", row_headings: bool = True) -> str:
        """An accessible HTML table in GOV.UK classes, with its notes and sources below. No inline styles."""
        from evenhand.documents.html import table_html

        return table_html(self, caption_size=caption_size, row_headings=row_headings)

    def to_text(self, *, styled: bool = False, width: int | None = None) -> str:
        """The table for a terminal. ``styled`` only when a person is looking at one; plain text otherwise."""
        from evenhand.documents.terminal import table_text

        return table_text(self, styled=styled, width=width)

    def to_xlsx(self, *, created: date) -> bytes:
        """A workbook of this one table (cover, contents, notes, columns, data). ``created`` is the date it states."""
        from evenhand.documents.spreadsheet import Workbook, to_xlsx

        return to_xlsx(Workbook(self.title, (self,), created=created))

    def to_ods(self, *, created: date) -> bytes:
        """The same workbook as OpenDocument, the format in which official statistics are released."""
        from evenhand.documents.spreadsheet import Workbook, to_ods

        return to_ods(Workbook(self.title, (self,), created=created))


def _check_shape(table: Table) -> None:
    """Columns are there, once each, and of the type that their kind needs."""
    if not table.title.strip() or not table.columns:
        raise EvenhandError("A table needs a title and at least one column.", do="Say what the table shows.")
    for label, values in (
        ("name", [column.name for column in table.columns]),
        ("heading", [column.heading.strip().casefold() for column in table.columns]),
    ):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise EvenhandError(f"Two columns have the {label} {twice[0]!r}.", do="Give each column its own.")
    for column in table.columns:
        for name in (column.name, column.status):
            if name is not None and name not in table.rows.columns:
                raise EvenhandError(
                    f"The rows have no column {name!r}.",
                    where=Where(column=column.heading),
                    do=f"Add it; the rows have {', '.join(table.rows.columns)}.",
                )
        dtype = table.rows.schema[column.name]
        if column.sort.is_numeric and not (dtype.is_numeric() or str(dtype) == "Null"):
            raise EvenhandError(
                f"A column of kind {column.kind} holds {dtype}.",
                where=Where(column=column.heading),
                do="Give numbers, and keep symbols in a status column.",
            )
        if column.sort is Kind.MONEY_PENCE and dtype.is_float():
            raise EvenhandError(
                "Money is held in whole pence, and this column holds decimals.",
                where=Where(column=column.heading),
                do="Round to whole pence and cast to an integer.",
            )


def _cells_of(table: Table, column: Column) -> tuple[Cell, ...]:
    """Each value with its status; refuses a value that its status denies, and a status whose value is not there."""
    values = table.rows.get_column(column.name).to_list()
    stated = table.rows.get_column(column.status).to_list() if column.status else [None] * len(values)
    return tuple(
        _cell(column, value, status, row) for row, (value, status) in enumerate(zip(values, stated, strict=True), 1)
    )


def _cell(column: Column, value: Any, stated: str | None, row: int) -> Cell:
    """One checked cell. Blank text is as empty as no text."""
    where = Where(row=row, column=column.heading)
    if isinstance(value, str) and not value.strip():
        value = None
    if not finite(value):
        raise EvenhandError(
            f"{value} is not a figure.", where=where, do="Leave the cell empty and say why in its status."
        )
    if stated is None:
        if column.status and value is not None:
            raise EvenhandError("A figure has no status.", where=where, do="Say published or derived.")
        return Cell(value, Status.MISSING if value is None else Status.PUBLISHED)
    if stated not in set(Status):
        raise EvenhandError(f"{stated!r} is not a status.", where=where, do=f"Use one of {', '.join(Status)}.")
    status = Status(stated)
    if status.has_value and value is None:
        raise EvenhandError(
            f"The status says {status} and there is no figure.", where=where, do="Say why it is missing."
        )
    if not status.has_value and value is not None:
        raise EvenhandError(
            f"The status says {status} and yet there is a figure.", where=where, do="Remove the figure before printing."
        )
    return Cell(value, status)
