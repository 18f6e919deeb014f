"""The tile grid: England drawn with one equal square a council, so that every council is as easy to see as any other.

Arranged by hand for the 153 councils since April 2023 (``data/tiles.csv``). North is up and west is left; each
region is one connected block, except that the Isles of Scilly lie apart, as they do; London is one compact block.
A grid of squares cannot keep every neighbour: about two thirds of the pairs of councils that share a border stand at
most one square apart. The labels are the three letters that government's register of local authorities gives them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from evenhand.facts.errors import BadCell, Where


@dataclass(frozen=True, slots=True)
class Tile:
    """One square: ``column`` counts from 1 in the west, ``row`` from 1 in the north; ``council`` is a register id."""

    council: str
    column: int
    row: int
    label: str


def from_file(path: Path) -> tuple[Tile, ...]:
    """Read a grid from a CSV headed ``council,column,row,label``.

    Raises BadCell when a place is not a number of 1 or more, or when a council, a place or a label comes twice.
    """
    out: list[Tile] = []
    with path.open(encoding="utf-8", newline="") as f:
        for n, r in enumerate(csv.DictReader(f), start=2):
            for key in ("column", "row"):
                if not r[key].isdecimal() or int(r[key]) < 1:
                    raise BadCell(
                        f"{r[key]!r} is not a place in the grid.",
                        where=Where(path.name, row=n, column=key),
                        do="Write a whole number from 1.",
                    )
            out.append(Tile(r["council"], int(r["column"]), int(r["row"]), r["label"]))
            _no_twin(out, path, n)
    return tuple(out)


def _no_twin(tiles: list[Tile], path: Path, n: int) -> None:
    """Raise BadCell when the last tile repeats the council, the place or the label of an earlier one."""
    *before, new = tiles
    for t in before:
        for column, same in (
            ("council", t.council == new.council),
            ("column", (t.column, t.row) == (new.column, new.row)),
            ("label", t.label == new.label),
        ):
            if same:
                raise BadCell(
                    f"{new.council} has the same {'place' if column == 'column' else column} as {t.council}.",
                    where=Where(path.name, row=n, column=column),
                    do="Give each council one place and one label of its own.",
                )


def blocks(tiles: tuple[Tile, ...]) -> list[tuple[Tile, ...]]:
    """The connected blocks (sharing a side) that tiles fall into, the largest first."""
    left = {(t.column, t.row): t for t in tiles}
    out: list[tuple[Tile, ...]] = []
    while left:
        edge = [next(iter(left.values()))]
        block: list[Tile] = []
        while edge:
            t = edge.pop()
            if left.pop((t.column, t.row), None) is None:
                continue
            block.append(t)
            sides = ((t.column, t.row - 1), (t.column + 1, t.row), (t.column, t.row + 1), (t.column - 1, t.row))
            edge += [left[side] for side in sides if side in left]
        out.append(tuple(block))
    return sorted(out, key=len, reverse=True)


def as_text(tiles: tuple[Tile, ...]) -> str:
    """The grid in letters, one line a row: for a terminal, and for looking at it while arranging it."""
    place = {(t.column, t.row): t.label for t in tiles}
    width, height = max(t.column for t in tiles), max(t.row for t in tiles)
    lines = (" ".join(place.get((x, y), "   ") for x in range(1, width + 1)).rstrip() for y in range(1, height + 1))
    return "\n".join(lines) + "\n"


@cache
def official() -> tuple[Tile, ...]:
    """The grid that ships with Evenhand, in the register's order."""
    return from_file(Path(str(files("evenhand.facts") / "data" / "tiles.csv")))
