"""Small counts are hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evenhand.compare.disclosure import RULES, Sums, bounds, protect, rounded
from evenhand.facts.errors import EvenhandError


def cross(
    rows: list[list[int]],
) -> tuple[dict[tuple[str, str], int], list[tuple[tuple[str, str], list[tuple[str, str]]]]]:
    """A table of two ways with its totals, and all its sums."""
    counts = {(f"r{i}", f"c{j}"): value for i, row in enumerate(rows) for j, value in enumerate(row)}
    down, over = [f"r{i}" for i in range(len(rows))], [f"c{j}" for j in range(len(rows[0]))]
    counts |= {(r, "all"): sum(counts[r, c] for c in over) for r in down}
    counts |= {("all", c): sum(counts[r, c] for r in down) for c in over}
    counts["all", "all"] = sum(counts[r, "all"] for r in down)
    sums = [((r, "all"), [(r, c) for c in over]) for r in down]
    sums += [(("all", c), [(r, c) for r in down]) for c in over]
    sums += [(("all", "all"), [(r, "all") for r in down]), (("all", "all"), [("all", c) for c in over])]
    return counts, sums


@pytest.mark.parametrize(
    ("count", "profile", "shown"),
    [
        (0, "ascof", None), (4, "ascof", None), (5, "ascof", 5), (7, "ascof", 5), (8, "ascof", 10),
        (0, "hes", 0), (1, "hes", None), (7, "hes", None), (8, "hes", 10), (12, "hes", 10), (13, "hes", 15),
        (0, "none", 0), (3, "none", 3),
    ],
)  # fmt: skip
def test_small_counts_are_suppressed_and_the_others_rounded_to_five(
    count: int, profile: str, shown: int | None
) -> None:
    assert protect({"only": count}, [], profile)["only"].count == shown  # type: ignore[arg-type]


def test_a_single_small_part_is_not_left_to_be_subtracted_from_its_total() -> None:
    counts = {"all": 1003, "a": 500, "b": 500, "c": 3}
    shown = protect(counts, [("all", ["a", "b", "c"])], "hes")
    assert shown["c"].primary
    assert sum(cell.suppressed for cell in shown.values()) >= 2
    assert not shown["all"].suppressed, "the total is worth most, so a part is hidden with the small one"


def test_small_parts_that_hide_one_another_need_no_more() -> None:
    counts = {"all": 110, "a": 100, "b": 6, "c": 4}
    shown = protect(counts, [("all", ["a", "b", "c"])], "hes")
    assert [key for key, cell in shown.items() if cell.suppressed] == ["b", "c"]


def test_a_count_that_stands_in_no_sum_needs_no_company() -> None:
    assert [k for k, cell in protect({"a": 3, "b": 90}, [], "ascof").items() if cell.suppressed] == ["a"]


def test_sums_that_do_not_hold_are_refused() -> None:
    with pytest.raises(EvenhandError, match="do not add up"):
        protect({"all": 5, "a": 4}, [("all", ["a"])], "ascof")


TABLES = st.integers(1, 4).flatmap(
    lambda across: st.lists(st.lists(st.integers(0, 40), min_size=across, max_size=across), min_size=1, max_size=4)
)


@settings(max_examples=40, deadline=None)
@given(rows=TABLES, profile=st.sampled_from(["ascof", "hes"]))
def test_no_small_count_can_be_worked_out_from_what_is_shown(rows: list[list[int]], profile: str) -> None:
    counts, sums = cross(rows)
    shown = protect(counts, sums, profile)  # type: ignore[arg-type]
    rule = RULES[profile]
    table = Sums(counts, sums)
    hidden = np.array([shown[key].suppressed for key in table.keys])
    for place, key in enumerate(table.keys):
        assert shown[key].count in (None, rounded(counts[key]))
        if rule.small(counts[key]):
            assert shown[key].suppressed
            low, high = bounds(table, hidden, place)
            assert low - 1e-6 <= counts[key] <= high + 1e-6
            assert high - low >= rule.width - 1e-6


def whole(held: Sums, hidden: np.ndarray[Any, Any], cell: int) -> tuple[float, float]:
    """The attack on all cells at once: the shown ones are what they are, the withheld ones 0 or more."""
    ends = [(0, None) if out else (value, value) for value, out in zip(held.values, hidden, strict=True)]
    aim, sides = np.zeros(len(ends)), []
    for sign in (1, -1):
        aim[cell] = sign
        got = linprog(aim, A_eq=held.matrix, b_eq=np.zeros(held.matrix.shape[0]), bounds=ends, method="highs")
        sides.append(float(sign * got.fun) if got.status == 0 else -sign * np.inf)
    return sides[0], sides[1]


def hidden_plainly(
    counts: Mapping[Any, int], sums: Sequence[tuple[Any, Sequence[Any]]], profile: str
) -> dict[Hashable, bool]:
    """Which cells are withheld, cell by cell, each attacked and hidden anew with every cell of the table."""
    held, rule = Sums(counts, sums), RULES[profile]
    n, values = len(held.keys), held.values
    small = np.array([rule.small(counts[key]) for key in held.keys])
    hidden = small.copy()
    for cell in np.flatnonzero(small):
        low, high = whole(held, hidden, cell)
        for way in (1, -1) if high - low < rule.width - 1e-6 else ():
            least = [0.0] * 4 * n
            most = [np.where(hidden, np.inf, 0), np.where(hidden, values, 0)]
            most += [np.where(hidden, 0, np.inf), np.where(hidden, 0, values)]
            row = np.zeros((1, 4 * n))
            row[0, [cell, n + cell]] = 1, -1
            flows = np.vstack([held.matrix.toarray() @ np.hstack([np.eye(n), -np.eye(n)] * 2), row])
            need = rule.width if way > 0 else min(rule.width, values[cell])
            cost = np.concatenate([np.zeros(2 * n), np.tile(1 + np.log1p(values), 2)])
            right = np.append(np.zeros(len(flows) - 1), way * need)
            got = linprog(cost, A_eq=flows, b_eq=right, bounds=np.column_stack([least, np.concatenate(most)]))
            assert got.status == 0
            hidden = hidden | (got.x[2 * n : 3 * n] > 1e-6) | (got.x[3 * n :] > 1e-6)
    return dict(zip(held.keys, hidden.tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(rows=TABLES, profile=st.sampled_from(["ascof", "hes"]))
def test_the_short_way_withholds_the_cells_that_the_plain_way_does(rows: list[list[int]], profile: str) -> None:
    counts, sums = cross(rows)
    shown = protect(counts, sums, profile)  # type: ignore[arg-type]
    assert {key: cell.suppressed for key, cell in shown.items()} == hidden_plainly(counts, sums, profile)


@settings(max_examples=30, deadline=None)
@given(rows=TABLES, data=st.data())
def test_the_short_attack_finds_what_the_attack_on_the_whole_table_finds(
    rows: list[list[int]], data: st.DataObject
) -> None:
    counts, sums = cross(rows)
    held = Sums(counts, sums)
    hidden = np.array(data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts))))
    for cell in np.flatnonzero(hidden):
        assert bounds(held, hidden, int(cell)) == pytest.approx(whole(held, hidden, int(cell)), abs=1e-6)


@pytest.mark.parametrize("rows", [[[3, 9], [12, 20]], [[0, 2], [9, 9]], [[1, 1], [30, 5]]])
def test_the_attack_finds_what_trying_every_table_finds(rows: list[list[int]]) -> None:
    """Every 2 by 2 table of whole numbers that fits what is shown, against the linear programme's bounds."""
    counts, sums = cross(rows)
    shown = protect(counts, sums, "ascof")
    every = np.indices((45, 45, 45, 45)).reshape(4, -1)
    cells = dict(zip([("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")], every, strict=True))
    for total, parts in sums:
        cells[total] = sum(cells[part] for part in parts)
    fits = np.ones(every.shape[1], dtype=bool)
    for key, cell in shown.items():
        if not cell.suppressed:
            fits &= cells[key] == counts[key]
    table = Sums(counts, sums)
    hidden = np.array([shown[key].suppressed for key in table.keys])
    for place, key in enumerate(table.keys):
        if shown[key].primary:
            low, high = bounds(table, hidden, place)
            found = cells[key][fits]
            assert found.min() == pytest.approx(low, abs=0.5)
            assert found.max() == pytest.approx(min(high, found.max()), abs=0.5)
