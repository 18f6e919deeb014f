"""The declared schemas: what a reader may hand over, and what is refused at the door."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.sources.model import COMPARABILITY, MEASURE, NOTE, OBSERVATION, REJECT, ReadResult, empty
from evenhand.sources.schema import check

GOOD: dict[str, object] = {
    "item": "ascof2023/3D(2a)", "period": "2024-25", "level": "council", "area": "ashvale", "age": "all", "sex": "all",
    "reason": "all", "setting": "all", "part": "numerator", "unit": "people", "value": 41.0, "status": "published",
    "note": None, "sheet": "T", "row": 7, "column": "D",
}  # fmt: skip


def result(*rows: dict[str, object]) -> ReadResult:
    observations = pl.DataFrame([{**GOOD, **r} for r in rows], schema=OBSERVATION)
    return ReadResult("r", "P", "t/2024-25", "Title", ("2024-25",), "", "OGL-3.0", observations)


def test_a_good_result_passes_unchanged() -> None:
    r = result({}, {"part": "value", "unit": "percent", "value": None, "status": "suppressed", "note": "[c]"})
    assert check(r, "f.ods") is r
    assert check(result(), "f.ods").observations.is_empty()


FAULTS = [
    ({"value": None}, "without the status published"),
    ({"value": 0.0, "status": "suppressed"}, "without the status published"),
    ({"value": 0.0, "status": "missing"}, "without the status published"),
    ({"value": float("nan")}, "without the status published"),
    ({"value": float("inf")}, "without the status published"),
    ({"value": -1.0}, "a negative count"),
    ({"value": -1.0, "unit": "providers", "part": "count"}, "a negative count"),
    ({"level": "parish"}, "level"),
    ({"part": "guess"}, "part"),
    ({"unit": "furlongs"}, "unit"),
    ({"status": "derived"}, "status"),
    ({"row": 0}, "row"),
    ({"area": None}, "area"),
    ({"sheet": None}, "sheet"),
]


@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_a_reader_that_breaks_its_word_is_stopped(change: dict[str, object], words: str) -> None:
    with pytest.raises(UnreadableFile, match=r"f\.ods: The reader r made a table that breaks its own declaration") as e:
        check(result(change), "f.ods")
    assert words in str(e.value)


def test_amounts_and_scores_may_be_negative() -> None:
    check(
        result({"part": "amount", "unit": "pence", "value": -5.0}, {"part": "value", "unit": "score", "value": -0.1}),
        "f",
    )


def test_columns_may_not_be_added_moved_or_missing() -> None:
    good = result({})
    for frame in (
        good.observations.with_columns(x=1),
        good.observations.drop("note"),
        good.observations.select(list(reversed(good.observations.columns))),
        good.observations.with_columns(pl.col("row").cast(pl.Int64)),
    ):
        with pytest.raises(UnreadableFile):
            check(dataclasses.replace(good, observations=frame), "f")


def test_one_thing_may_stand_only_once() -> None:
    with pytest.raises(
        UnreadableFile, match=r"f\.ods, sheet T, row 9, column D: .*ashvale in 2024-25 .* more than once"
    ):
        check(result({}, {"row": 9, "value": 42.0}), "f.ods")


@pytest.mark.parametrize("frame", ["rejects", "notes", "comparability", "measures"])
def test_side_tables_keep_their_columns_too(frame: str) -> None:
    with pytest.raises(UnreadableFile, match="side table"):
        check(dataclasses.replace(result({}), **{frame: pl.DataFrame({"x": [1]})}), "f")


def test_empty_frames_have_the_declared_columns() -> None:
    for schema in (OBSERVATION, REJECT, NOTE, COMPARABILITY, MEASURE):
        assert empty(schema).columns == list(schema)
