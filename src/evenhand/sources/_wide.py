"""What the two PSS-EX1 tables of 2014-15 share: a council a column, a year that only the file's name tells."""

from __future__ import annotations

import re

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council
from evenhand.sources.cells import Collector, cell_text, column_letter
from evenhand.sources.sniff import Cell

# Each column of figures by its heading: its index, and the council or region it is about (or why it is none).
Wide = dict[str, tuple[int, Council | Area | str]]


def year_in_name(file: str, period: str) -> None:
    """Refuse a file whose name gives another year than the layout's; the table itself names none."""
    for a, b in re.findall(r"(?<!\d)(?:20)?(\d{2})[-_](\d{2})(?!\d)", file):
        if (int(a) + 1) % 100 == int(b) and f"20{a}-{b}" != period:
            raise UnreadableFile(
                f"The name of the file says 20{a}-{b}, but this layout was published for {period} only.",
                where=Where(file),
                do="Nothing was loaded. Check what the file is.",
            )


def heading_row(rows: list[list[Cell]], first: str, file: str) -> int:
    """Index of the row whose first cell is ``first``; the row above it holds the region letters."""
    for i, row in enumerate(rows[:10]):
        if row and cell_text(row[0]) == first:
            return i
    raise UnreadableFile(
        f"None of the first 10 rows begins with the heading {first!r}.",
        where=Where(file),
        do="The table is not as the publisher lays it out. Nothing was loaded.",
    )


def body_and_notes(rows: list[list[Cell]], first: int, file: str) -> tuple[list[list[Cell]], list[str]]:
    """The rows of figures, up to the first empty row, and the publisher's notes under them.

    Raises UnreadableFile when figures stand under an empty row: they would be lost without a word.
    """
    end = next((i for i in range(first, len(rows)) if not any(cell_text(c) for c in rows[i])), len(rows))
    for n, row in enumerate(rows[end:], end + 1):
        if sum(bool(cell_text(c)) for c in row) > 1:
            raise UnreadableFile(
                "Figures stand under an empty row, where the notes belong.",
                where=Where(file, None, n),
                do="Nothing was loaded. Load the publisher's own copy, unchanged.",
            )
    texts = [re.sub(r"\s+", " ", cell_text(r[0])) for r in rows[end:] if r and cell_text(r[0])]
    return rows[first:end], [t for t in texts if t.lower().rstrip(":") != "notes"]


def unit_note(notes: list[str], pattern: str, file: str, row: int) -> None:
    """Refuse a table whose notes do not say that amounts are £000: without them a pound and a thousand look alike."""
    said = [n for n in notes if re.search(r"presented in", n, re.I)]
    if not any(re.search(pattern, n.replace("'", ""), re.I) for n in said):
        raise UnreadableFile(
            f"The notes do not say that the data are in £000's{'; they say: ' + said[0][:120] if said else ''}.",
            where=Where(file, None, row),
            do="Nothing was loaded: without the notes the unit of the amounts is not certain.",
        )


def council_columns(collector: Collector, rows: list[list[Cell]], top: int, first: int, period: str) -> Wide:
    """Each column of figures by its heading: its index and the council or region it is about.

    A heading is ``102 - Cumbria``, or a region's or England's name with its letters in the row above. Raises
    UnreadableFile when two columns have one heading.
    """
    out: Wide = {}
    for j, cell in enumerate(rows[top][first:], first):
        label = cell_text(cell)
        if not label:
            continue
        if label in out:
            raise UnreadableFile(
                f"Two columns are headed {label!r}.",
                where=Where(collector.file, None, top + 1, column_letter(j)),
                do="Nothing was loaded. Check the file against the publisher's copy.",
            )
        letters = cell_text(rows[top - 1][j]) if top and j < len(rows[top - 1]) else ""
        out[label] = (j, _area(collector, label, letters, period))
    return out


def _area(collector: Collector, label: str, letters: str, period: str) -> Council | Area | str:
    if m := re.fullmatch(r"(\d{3})\s*-\s*(\S.*)", label):
        return collector.area(period=period, code=m[1], name=m[2])
    found = collector.register.area(label) or collector.register.area(letters)
    return found or f"The column heading {label!r} names neither a council by its code nor a region."
