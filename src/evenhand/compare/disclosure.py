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
from scipy.sparse import csr_array, hstack

from evenhand.facts.errors import EvenhandError

Profile = Literal["ascof", "hes", "none"]
PROFILES: tuple[Profile, ...] = ("ascof", "hes", "none")
ROUND_TO = 5
_TINY = 1e-6


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


def _with_secondary(table: Sums, primary: np.ndarray[Any, Any], rule: Rule) -> np.ndarray[Any, Any]:
    """Which cells are withheld so that each primary one is in doubt: those, and the least costly others."""
    hidden = primary.copy()
    if table.matrix.shape[0] == 0:
        return hidden
    for cell in np.flatnonzero(primary):
        if _wide(bounds(table, hidden, int(cell)), rule):
            continue
        for way in (1.0, -1.0):
            hidden |= _hiding(table, hidden, int(cell), way, rule)
        if not _wide(bounds(table, hidden, int(cell)), rule):
            hidden |= _whole_sums(table, int(cell))
    # What was added must itself stay in doubt: a secondary cell that can be worked out gives a primary one away only
    # through the sums, and those were attacked above with all that is hidden now, so one more round proves it.
    for cell in np.flatnonzero(primary):
        assert _wide(bounds(table, hidden, int(cell)), rule) or _alone(table, int(cell)), "a small count can be found"
    return hidden


def _wide(found: tuple[float, float], rule: Rule) -> bool:
    return found[1] - found[0] >= rule.width - _TINY


def _alone(table: Sums, cell: int) -> bool:
    """Whether nothing adds up to or with this cell."""
    return bool(table.matrix[:, [cell]].nnz == 0)


def _limits(table: Sums, hidden: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """What an attacker knows of each cell: 0 or more if withheld, and the very count if shown.

    Shown counts are rounded, but a percentage printed beside them is worked out from the counts before rounding and
    can undo it. So the rounding is not counted on.
    """
    return np.where(hidden, 0.0, table.values), np.where(hidden, np.inf, table.values)


def bounds(table: Sums, hidden: np.ndarray[Any, Any], cell: int) -> tuple[float, float]:
    """The attack: the least and the most that a cell could be, for someone who knows all that is shown and the sums."""
    low, high = _limits(table, hidden)
    out = []
    for sign in (1.0, -1.0):
        aim = np.zeros(len(low))
        aim[cell] = sign
        got = linprog(
            aim, A_eq=table.matrix, b_eq=np.zeros(table.matrix.shape[0]), bounds=np.column_stack([low, high]),
            method="highs",
        )  # fmt: skip
        out.append(sign * got.fun if got.status == 0 else sign * -np.inf)
    return float(out[0]), float(out[1])


def _hiding(table: Sums, hidden: np.ndarray[Any, Any], cell: int, way: float, rule: Rule) -> np.ndarray[Any, Any]:
    """The cells to withhold so that this one could be as much more (way 1) or less (way -1) as the rule asks.

    A flow of that size through the sums: free through withheld cells, at a cost through any other, that rises with its
    count. Cells that the flow passes through are withheld.
    """
    free_up, free_down = np.where(hidden, np.inf, 0.0), np.where(hidden, table.values, 0.0)
    paid_up, paid_down = np.where(hidden, 0.0, np.inf), np.where(hidden, 0.0, table.values)
    need = rule.width if way > 0 else min(rule.width, table.values[cell])
    cost = 1.0 + np.log1p(table.values)  # a large count is worth more to a reader than a small one
    matrix = hstack([table.matrix, -table.matrix, table.matrix, -table.matrix])
    aim = np.concatenate([np.zeros(2 * len(cost)), cost, cost])
    limits = [(0.0, most) for most in np.concatenate([free_up, free_down, paid_up, paid_down])]
    n = len(cost)
    fixed = np.zeros(4 * n)
    fixed[[cell, n + cell]] = 1.0, -1.0
    equal = csr_array(np.vstack([matrix.toarray(), fixed]))
    right = np.concatenate([np.zeros(matrix.shape[0]), [way * need]])
    got = linprog(aim, A_eq=equal, b_eq=right, bounds=limits, method="highs")
    if got.status != 0:
        return _whole_sums(table, cell)
    used: np.ndarray[Any, Any] = (got.x[2 * n : 3 * n] > _TINY) | (got.x[3 * n :] > _TINY)
    return used


def _whole_sums(table: Sums, cell: int) -> np.ndarray[Any, Any]:
    """Every cell that stands in a sum with this one: when nothing cheaper hides it."""
    rows = table.matrix[:, [cell]].toarray().ravel() != 0
    return np.asarray(abs(table.matrix[rows]).sum(axis=0) > 0).ravel()
