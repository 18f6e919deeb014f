"""Many tables into one: a cell printed twice is taken from the table that goes further, and no disagreement is lost."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edition.combine import CONFLICT, combined
from evenhand.edition.library import Kept
from evenhand.sources.model import OBSERVATION, ReadResult
from evenhand.sources.schema import KEY
from tests.edition.tables import COUNCILS, kept, result, row

ITEM = "ascof2023/3D(2a)"
Pair = tuple[Kept, ReadResult]


def table(name: str, figures: dict[tuple[str, str], Any], *, revision: str = "") -> Pair:
    """A table of (period, council) -> a figure, or the word for why there is none."""
    rows = [
        row(ITEM, period, area, "value", None, status=v, unit="percent")
        if isinstance(v, str)
        else row(ITEM, period, area, "value", v, unit="percent")
        for (period, area), v in figures.items()
    ]
    r = result(name, rows, revision=revision)
    return kept(r), r


def figures(used: pl.DataFrame) -> dict[tuple[str, str], Any]:
    rows = used.select("period", "area", "value", "status").iter_rows()
    return {(p, a): v if v is not None else s for p, a, v, s in rows}


def test_a_later_tables_correction_of_an_earlier_year_is_used_and_the_disagreement_kept() -> None:
    old = table("a/2023-24", {("2023-24", "ashvale"): 20.0, ("2023-24", "brackwater"): 5.0})
    new = table("a/2024-25", {("2023-24", "ashvale"): 21.0, ("2024-25", "ashvale"): 22.0})
    used, conflicts = combined([new, old])
    assert figures(used) == {
        ("2023-24", "ashvale"): 21.0, ("2024-25", "ashvale"): 22.0, ("2023-24", "brackwater"): 5.0,
    }  # fmt: skip
    assert conflicts.select("period", "area", "used_table", "used_value", "other_table", "other_value").rows() == [
        ("2023-24", "ashvale", "a/2024-25", 21.0, "a/2023-24", 20.0)
    ]


def test_every_row_says_which_table_it_came_from() -> None:
    old = table("a/2023-24", {("2023-24", "ashvale"): 20.0})
    new = table("a/2024-25", {("2024-25", "ashvale"): 22.0})
    used, _ = combined([old, new])
    assert dict(used.select("period", "table").iter_rows()) == {"2023-24": "a/2023-24", "2024-25": "a/2024-25"}


def test_of_two_tables_that_go_as_far_the_later_revision_is_used() -> None:
    first = table("b", {("2024-25", "ashvale"): 20.0}, revision="2025-12-18")
    second = table("a", {("2024-25", "ashvale"): 21.0}, revision="2026-01-23")
    used, _ = combined([second, first])
    assert figures(used) == {("2024-25", "ashvale"): 21.0}


def test_a_figure_that_the_later_table_suppresses_stays_suppressed() -> None:
    old = table("a/2023-24", {("2023-24", "ashvale"): 20.0})
    new = table("a/2024-25", {("2023-24", "ashvale"): "suppressed", ("2024-25", "ashvale"): 22.0})
    used, conflicts = combined([old, new])
    assert figures(used)["2023-24", "ashvale"] == "suppressed"
    assert conflicts.select("used_value", "other_value").rows() == [(None, 20.0)]


def test_disagreements_of_many_tables_are_listed_in_one_order_whichever_is_older() -> None:
    tables = [
        table("z", {("2023-24", "ashvale"): 1.0}),
        table("b", {("2023-24", "ashvale"): 2.0}, revision="v2"),
        table("a", {("2023-24", "ashvale"): 3.0}, revision="v1"),
        table("c", {("2023-24", "ashvale"): 4.0, ("2024-25", "ashvale"): 4.0}),
    ]
    for order in (tables, tables[::-1]):
        _, conflicts = combined(order)
        assert conflicts["other_table"].to_list() == ["a", "b", "z"]


def test_two_tables_that_agree_are_no_conflict() -> None:
    old = table("a/2023-24", {("2023-24", "ashvale"): 20.0, ("2023-24", "dunmere"): "missing"})
    new = table("a/2024-25", {("2023-24", "ashvale"): 20.0, ("2023-24", "dunmere"): "suppressed",
                              ("2024-25", "ashvale"): 1.0})  # fmt: skip
    used, conflicts = combined([old, new])
    assert conflicts.is_empty()
    assert figures(used)["2023-24", "dunmere"] == "suppressed"


def test_nothing_loaded_is_an_empty_frame_of_the_right_shape() -> None:
    used, conflicts = combined([])
    assert dict(used.schema) == {k: v() if isinstance(v, type) else v for k, v in OBSERVATION.items()} | {
        "table": pl.String()
    }
    assert list(conflicts.columns) == list(CONFLICT)


CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["2022-23", "2023-24", "2024-25"]), st.sampled_from(COUNCILS[:3])),
    st.one_of(st.floats(0, 100).map(lambda v: round(v, 1)), st.sampled_from(["suppressed", "missing"])),
    min_size=1,
)


def naive(tables: list[Pair]) -> tuple[dict[tuple[str, str], Any], set[tuple[Any, ...]]]:
    """The same, cell by cell, from the rule in words: the table with the later newest year, then the later name."""
    cells: dict[tuple[str, str], list[tuple[tuple[str, str], str, Any]]] = {}
    for k, r in tables:
        standing = (max(k.periods, default=""), k.table)
        for at, v in figures(r.observations).items():
            cells.setdefault(at, []).append((standing, k.table, v))
    best = {at: max(found) for at, found in cells.items()}

    def number(v: Any) -> float | None:
        return v if isinstance(v, float) else None

    other = {
        (*at, best[at][1], number(best[at][2]), t, number(v))
        for at, found in cells.items()
        for _, t, v in found
        if t != best[at][1] and number(v) != number(best[at][2])
    }
    return {at: v for at, (_, _, v) in best.items()}, other


@given(st.lists(CELLS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_combining_agrees_with_the_rule_cell_by_cell_in_whatever_order_files_are_read(
    contents: list[dict[tuple[str, str], Any]], shuffle: random.Random
) -> None:
    tables = [table(f"t{i}", c) for i, c in enumerate(contents)]
    used, conflicts = combined(tables)
    expected, disagreements = naive(tables)
    assert figures(used) == expected
    assert (
        set(conflicts.select("period", "area", "used_table", "used_value", "other_table", "other_value").iter_rows())
        == disagreements
    )
    assert used.select(KEY).is_duplicated().sum() == 0
    shuffle.shuffle(tables)
    again, conflicts_again = combined(tables)
    assert again.equals(used)
    assert conflicts_again.equals(conflicts)
