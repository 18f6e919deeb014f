"""A table for a terminal: rich where a person looks at it, plain columns where a program reads it."""

from __future__ import annotations

import io

from evenhand.documents.numbers import format_cell
from evenhand.documents.table import Table
from evenhand.documents.text import one_line

_PLAIN_WIDTH = 10_000


def table_text(table: Table, *, styled: bool = False, width: int | None = None) -> str:
    """The table as text that ends in a line end.

    styled: colours and rules for a person at a terminal. Plain text has no escape codes and never wraps unless a
    ``width`` (in characters) is given. Nothing is read from the environment: the caller knows where it prints.
    """
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=styled,
        color_system="standard" if styled else None,
        width=width or (100 if styled else _PLAIN_WIDTH),
        legacy_windows=False,
        _environ={},
    )
    console.print(Text(one_line(table.caption), style="bold"))
    if table.subtitle:
        console.print(Text(one_line(table.subtitle)))
    console.print()
    console.print(_grid(table, styled))
    lines = [f"Note {number}: {note}" for number, note in enumerate(table.notes, 1)]
    lines += [f"Source: {source}" for source in table.sources]
    lines += [f"Edition: {table.edition}"] if table.edition else []
    if lines:
        console.print()
    for line in lines:
        console.print(Text(one_line(line), style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _grid(table: Table, styled: bool) -> object:
    """The rich table: text left, numbers right, words in place of figures dim."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD if styled else None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns:
        justify = "right" if column.sort.is_numeric else "left"
        grid.add_column(Text(one_line(column.heading)), justify=justify)  # type: ignore[arg-type]
    for record in table.records():
        grid.add_row(
            *(
                Text(
                    one_line(format_cell(column.sort, cell.value, cell.status, column.decimals)),
                    style="" if cell.status.has_value else "dim italic",
                )
                for column, cell in record
            )
        )
    return grid
