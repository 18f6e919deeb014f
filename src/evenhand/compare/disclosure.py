"""Disclosure control: counts that may be shown outside the council, so that nobody can be found in them.

Small counts are suppressed, the others rounded to 5 (METHODS 10). Whoever knows how a table adds up could subtract a
suppressed count back out of a total, so further cells are suppressed until nobody can: the extra cells are chosen with
a small linear programme (the flow that would hide each small cell at least cost), and then the result is attacked with
another, which finds the least and the most that each suppressed cell could be. Source of the approach: Fischetti and
Salazar-González, "Models and algorithms for optimizing cell suppression in tabular data with linear constraints", 2000.

A table is any set of cells and the sums that hold among them: total = part + part + ...
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from evenhand.facts.errors import EvenhandError

Profile = Literal["ascof", "hes", "none"]
PROFILES: tuple[Profile, ...] = ("ascof", "hes", "none")
ROUND_TO = 5
_TINY = 1e-6

Flags = np.ndarray[Any, np.dtype[np.bool_]]  # one for each cell of a table
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Rule:
    """Which counts are too small to show, and how wide the doubt about a suppressed count must be."""

    lowest: int
    highest: int

    def small(self, count: int) -> bool:
        """Whether this count may not be shown."""
        return self.lowest <= count <= self.highest

    @property
    def width(self) -> int:
        """What an attacker must at least be left with: as wide as the small counts themselves."""
        return self.highest - self.lowest


RULES: dict[str, Rule] = {"ascof": Rule(0, 4), "hes": Rule(1, 7)}


@dataclass(frozen=True)
class Shown:
    """One count as it may be shown: rounded, or None when suppressed; primary when it was itself too small."""

    count: int | None
    primary: bool = False

    @property
    def suppressed(self) -> bool:
        """Whether the count is withheld."""
        return self.count is None


def rounded(count: int) -> int:
    """To the nearest 5. A whole number is never half-way between two fives, so there is nothing to break."""
    return (count + 2) // ROUND_TO * ROUND_TO


class Sums:
    """The cells of a table by number, and its sums as rows of a matrix: total minus parts is 0."""

    def __init__(self, counts: Mapping[Hashable, int], sums: Sequence[tuple[Hashable, Sequence[Hashable]]]) -> None:
        self.keys = list(counts)
        place = {key: index for index, key in enumerate(self.keys)}
        self.values = np.array([counts[key] for key in self.keys], dtype=float)
        rows, columns, signs = [], [], []
        for row, (total, parts) in enumerate(sums):
            for key, sign in [(total, 1.0), *((part, -1.0) for part in parts)]:
                if key not in place:
                    raise EvenhandError(f"A sum names the cell {key}, which the table does not have.")
                rows.append(row)
                columns.append(place[key])
                signs.append(sign)
            if counts[total] != sum(counts[part] for part in parts):
                raise EvenhandError(f"The parts of {total} do not add up to it.", do="Give counts before rounding.")
        self.matrix = csr_array((signs, (rows, columns)), shape=(len(sums), len(self.keys)))
        self.there = abs(self.matrix).astype(np.int32)  # which cells stand in which sums


def protect(
    counts: Mapping[Hashable, int],
    sums: Sequence[tuple[Hashable, Sequence[Hashable]]],
    profile: Profile,
    *,
    also: Collection[Hashable] = (),
) -> dict[Hashable, Shown]:
    """Every cell as it may be shown.

    counts: whole numbers of people, 0 or more. sums: each total with its parts; every sum must hold. profile:
    "ascof" (below 5 suppressed), "hes" (1 to 7 suppressed), both rounding to 5; "none" gives the counts as they are.
    also: cells to treat as too small whatever their count (services of few people).
    Raises EvenhandError for a negative count, a sum that does not hold, or a profile that is none.
    """
    if profile not in PROFILES:
        raise EvenhandError(f"There is no disclosure profile {profile}.", do=f"Choose of {', '.join(PROFILES)}.")
    if any(count < 0 for count in counts.values()):
        raise EvenhandError("A count is below 0.", do="Give counts of people.")
    if profile == "none":
        return {key: Shown(count) for key, count in counts.items()}
    rule = RULES[profile]
    table = Sums(counts, sums)
    primary = np.array([rule.small(counts[key]) or key in also for key in table.keys], dtype=bool)
    hidden = _with_secondary(table, primary, rule)
    return {
        key: Shown(None, bool(primary[i])) if hidden[i] else Shown(rounded(counts[key]))
        for i, key in enumerate(table.keys)
    }


def _with_secondary(table: Sums, primary: Flags, rule: Rule) -> Flags:
    """Which cells are withheld so that each primary one is in doubt: those, and the least costly others."""
    if table.matrix.shape[0] == 0:
        return primary.copy()
    doubt = _Doubt(table, primary, rule)
    cells = [int(cell) for cell in np.flatnonzero(primary)]
    doubt.try_many(cells)
    for cell in cells:
        if doubt.wide(cell):
            continue
        for way in (1.0, -1.0):
            doubt.hide(_hiding(doubt, cell, way))
        if not doubt.wide(cell):
            doubt.hide(_whole_sums(table, cell))
    # What was added must itself stay in doubt: a secondary cell that can be worked out gives a primary one away only
    # through the sums, and those were attacked above. Hiding more never narrows a doubt, so what was wide still is.
    for cell in cells:
        assert doubt.wide(cell) or _alone(table, cell), "a small count can be found"
    return doubt.hidden


class _Doubt:
    """What an attacker must think possible, of a table of which more and more is withheld.

    ``low`` and ``high``: the least and most of each cell in the tables found so far that fit all that is shown. Every
    table found speaks for all of its cells, so that few cells need a search of their own; and since a table that fits
    still fits when more is withheld, what was found stays found.
    """

    def __init__(self, table: Sums, hidden: Flags, rule: Rule) -> None:
        self.table, self.hidden, self.rule = table, hidden.copy(), rule
        self.low, self.high = table.values.copy(), table.values.copy()
        self.parts = _parts(table, self.hidden)

    def hide(self, more: Flags) -> None:
        """Withhold more cells."""
        if (more & ~self.hidden).any():
            self.hidden |= more
            self.parts = _parts(self.table, self.hidden)

    def fits(self, found: Numbers) -> None:
        """Learn from a table that fits."""
        self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)

    def wide(self, cell: int) -> bool:
        """Whether an attacker is left with as wide a doubt of this cell as the rule asks."""
        for sign in (-1.0, 1.0):  # the most first, then the least: no further than is asked
            if self._wide(cell):
                return True
            ends = np.zeros_like(self.low), np.full_like(self.low, np.inf)
            ends[0][cell] = max(self.high[cell] - self.rule.width, 0.0)
            ends[1][cell] = self.low[cell] + self.rule.width
            aim = np.zeros_like(self.low)
            aim[cell] = sign
            self._search(aim, self.parts == self.parts[cell], *ends)
        return self._wide(cell)

    def try_many(self, cells: list[int]) -> None:
        """Look for tables in which many of these cells are at once more, or less, than they are."""
        values, width = self.table.values, self.rule.width
        least, most = np.zeros_like(values), np.full_like(values, np.inf)
        most[cells] = values[cells] + width
        for sign in (-1.0, 1.0):
            aim = np.zeros_like(values)
            aim[cells] = sign
            self._search(aim, self.parts >= 0, least, most)

    def _wide(self, cell: int) -> bool:
        return bool(self.high[cell] - self.low[cell] >= self.rule.width - _TINY)

    def _search(self, aim: Numbers, free: Flags, least: Numbers, most: Numbers) -> None:
        """Learn from the table that fits, and in which ``aim`` is least. free: the cells that may differ."""
        free &= self.parts >= 0
        if free.any():
            got = _attacked(self.table, aim, free, least, most)
            assert got.status == 0, "the table itself fits, so some table does"
            found = self.table.values.copy()
            found[free] = got.x
            self.fits(found)


def _parts(table: Sums, hidden: Flags) -> np.ndarray[Any, Any]:
    """A number for each withheld cell that is not known, the same for those that a chain of sums ties; -1 for others.

    A withheld cell that is the only one of a sum is known, and so is one that is then the only one.
    """
    there, loose = table.there, hidden.copy()
    while True:
        single = (there @ loose.astype(np.int32)) == 1
        known = loose & (there.T @ single.astype(np.int32) > 0)
        if not known.any():
            break
        loose &= ~known
    cells = np.flatnonzero(loose)
    among = there[:, cells]
    _, labels = connected_components(block_array([[None, among], [among.T, None]]), directed=False)
    out = np.full(len(hidden), -1)
    out[cells] = labels[there.shape[0] :]
    return out


def _attacked(table: Sums, aim: Numbers, free: Flags, least: Numbers, most: Numbers) -> Any:
    """The linear programme of an attack: the free cells of a table that fits, where the aim is least.

    What an attacker knows of each cell: 0 or more if withheld, and the very count if shown. Shown counts are rounded,
    but a percentage printed beside them is worked out from the counts before rounding and can undo it. So the rounding
    is not counted on.
    """
    matrix = table.matrix[:, free]
    rows = np.diff(matrix.indptr) > 0
    return linprog(
        aim[free], A_eq=matrix[rows], b_eq=matrix[rows] @ table.values[free],
        bounds=np.column_stack([least[free], most[free]]), method="highs",
        options={"presolve": False},  # tidying these small programmes costs more than solving them
    )  # fmt: skip


def _alone(table: Sums, cell: int) -> bool:
    """Whether nothing adds up to or with this cell."""
    return bool(table.matrix[:, [cell]].nnz == 0)


def bounds(table: Sums, hidden: Flags, cell: int) -> tuple[float, float]:
    """The attack: the least and the most that a cell could be, for someone who knows all that is shown and the sums."""
    parts = _parts(table, hidden)
    if parts[cell] < 0:
        return float(table.values[cell]), float(table.values[cell])
    free, aim = parts == parts[cell], np.zeros_like(table.values)
    out = []
    for sign in (1.0, -1.0):
        aim[cell] = sign
        got = _attacked(table, aim, free, np.zeros_like(aim), np.full_like(aim, np.inf))
        out.append(sign * got.fun if got.status == 0 else sign * -np.inf)
    return float(out[0]), float(out[1])


def _hiding(doubt: _Doubt, cell: int, way: float) -> Flags:
    """The cells to withhold so that this one could be as much more (way 1) or less (way -1) as the rule asks.

    A flow of that size through the sums: free through withheld cells, at a cost through any other, that rises with its
    count. Cells that the flow passes through are withheld.
    """
    table, hidden, values = doubt.table, doubt.hidden, doubt.table.values
    least = min(doubt.rule.width, values[cell])
    need = doubt.rule.width if way > 0 else least
    if way < 0 and values[cell] - doubt.low[cell] >= need - _TINY:
        return np.zeros_like(hidden)  # it can already be that much less, at no cost
    cost = 1.0 + np.log1p(values)  # a large count is worth more to a reader than a small one
    order = np.concatenate([np.flatnonzero(hidden), np.flatnonzero(~hidden)])
    paid = np.where(hidden, 0.0, cost)
    n, free = len(order), int(hidden.sum())
    # Up and down through the withheld cells, then through the others.
    cells = np.concatenate([order[:free], order[:free], order[free:], order[free:]])
    up = np.concatenate([np.ones(free), -np.ones(free), np.ones(n - free), -np.ones(n - free)])
    fixed = csr_array(((cells == cell) * up)[None, :])
    got = linprog(
        paid[cells], A_eq=vstack([table.matrix[:, cells] * up, fixed], format="csr"),
        b_eq=np.concatenate([np.zeros(table.matrix.shape[0]), [way * need]]),
        bounds=np.column_stack([np.zeros(2 * n), np.where(up > 0, np.inf, values[cells])]), method="highs",
    )  # fmt: skip
    if got.status != 0:
        return _whole_sums(table, cell)
    used = np.zeros_like(hidden)
    used[cells[2 * free :][got.x[2 * free :] > _TINY]] = True
    flow = np.zeros_like(values)
    np.add.at(flow, cells, up * got.x)
    doubt.fits(values + flow)
    if way > 0 and (values - flow * least / need > -_TINY).all():
        doubt.fits(values - flow * least / need)  # the same way back
    return used


def _whole_sums(table: Sums, cell: int) -> Flags:
    """Every cell that stands in a sum with this one: when nothing cheaper hides it."""
    rows = table.matrix[:, [cell]].toarray().ravel() != 0
    return np.asarray(abs(table.matrix[rows]).sum(axis=0) > 0).ravel()
