"""People counted by one thing down and another across, with the sums: the shape of the tables of long-term support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

ALL = "All"
Key = tuple[str, ...]


@dataclass(frozen=True)
class Crossed:
    """A table of counts. headings: council_code, the block's, then down and across; ``people`` comes after them.

    counts: people by cell, in the order of the file, sums among them. Cells of nobody are not there. Somebody is in one
    cell of a block only, so a block's cells add up to its sums. down: how many headings (after council and block) tell
    the row.
    """

    name: str
    headings: Key
    counts: Mapping[Key, int]
    down: int = 1

    def blocks(self) -> Iterator[tuple[dict[Key, int], list[tuple[Key, list[Key]]]]]:
        """For each council and block its cells, and the sums among them: each total with its parts."""
        held: dict[Key, dict[Key, int]] = {}
        for key, people in self.counts.items():
            held.setdefault(key[:2], {})[key] = people
        for cells in held.values():
            yield cells, self._sums(cells)

    def _sums(self, cells: Mapping[Key, int]) -> list[tuple[Key, list[Key]]]:
        edge = 2 + self.down
        rows: dict[Key, list[Key]] = {}
        columns: dict[Key, list[Key]] = {}
        for key in cells:
            if ALL not in (key[2], key[edge]):
                rows.setdefault(_total(key, slice(edge, None)), []).append(key)
                columns.setdefault(_total(key, slice(2, edge)), []).append(key)
        whole: dict[Key, list[Key]] = {}
        for key in rows:
            whole.setdefault(_total(key, slice(2, edge)), []).append(key)
        return [*rows.items(), *columns.items(), *whole.items()]


def crossed(name: str, headings: Key, cells: Iterable[tuple[Key, int]], down: int = 1) -> Crossed:
    """The table of these cells with every sum put before its parts. cells: in the order of the file."""
    edge = 2 + down
    blocks: dict[Key, dict[Key, int]] = {}
    for key, people in cells:
        block = blocks.setdefault(key[:2], {})
        block[key] = block.get(key, 0) + people
    out: dict[Key, int] = {}
    for block in blocks.values():
        whole: dict[Key, int] = {}
        columns: dict[Key, int] = {}
        rows: dict[Key, dict[Key, int]] = {}
        for key, people in block.items():
            row, column = _total(key, slice(edge, None)), _total(key, slice(2, edge))
            both = _total(row, slice(2, edge))
            whole[both] = whole.get(both, 0) + people
            columns[column] = columns.get(column, 0) + people
            held = rows.setdefault(row, {row: 0})
            held[row] += people
            held[key] = people
        out |= whole | columns
        for held in rows.values():
            out |= held
    return Crossed(name, headings, out, down)


def _total(key: Key, part: slice) -> Key:
    """The key with ALL in these places."""
    places = range(*part.indices(len(key)))
    return tuple(ALL if place in places else word for place, word in enumerate(key))
