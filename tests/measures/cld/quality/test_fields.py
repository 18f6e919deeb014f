"""Fields counted by the official rules. A dictionary row reads: field, event (R A S V, - for none), class, rows."""

from __future__ import annotations

import polars as pl
import pytest

from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import list_of
from evenhand.measures.cld import tables
from evenhand.measures.cld.quality import fields as counting
from evenhand.measures.cld.quality.fields import BLANK, BLANK_FINE, INVALID, RELEASE_1, UNDECIDED, VALID
from evenhand.sources.cld.model import DICTIONARY
from tests.measures.cld import rows
from tests.measures.cld.quality.cases import YEAR

EVENT = {"R": 1, "A": 2, "S": 3, "V": 4, "-": None}


def _number(field: str, starts: str | None = None) -> int | None:
    if starts is None:
        return None
    return next(n for n, v in list_of(field).values.items() if v.words.startswith(starts))


def words(text: str) -> pl.DataFrame:
    """DICTIONARY from short-hand; a fifth word begins the listed value that the row means."""
    out = []
    for line in text.split(";"):
        field, event, kind, count, *listed = line.split()
        number = _number(field, *listed)
        raw = number if number is not None else None if kind == "blank" else 99
        out.append(("A", EVENT[event], field, raw, None, number, kind, int(count)))
    return pl.DataFrame(out, schema=DICTIONARY, orient="row")


CASES = [
    ("gender S valid 5; gender S blank 2; gender - invalid 1", "", {VALID: 5, BLANK: 2, INVALID: 1}),
    ("gender S release1 3", "", {RELEASE_1: 3}),
    ("death S valid 1; death S implausible 2; death R blank 4", "", {VALID: 3, BLANK_FINE: 4}),
    ("mechanism S blank 4; mechanism R blank 9", "", {BLANK_FINE: 4}),
    ("component S blank 4; component R blank 9", "", {BLANK: 4}),
    ("psr R blank 1; psr S blank 2; psr A blank 3; psr - blank 5", "", {BLANK: 5, BLANK_FINE: 6}),
    ("start - blank 3; start S valid 1", "KBA; KBA; Comm 2024-05-01→", {BLANK: 1, BLANK_FINE: 2, VALID: 1}),
    ("end S blank 3; end A blank 2", "Comm 2024-05-01→, died 2024-06-01", {BLANK: 3, BLANK_FINE: 2}),
    (
        "employment S blank 3",
        "Comm, born 1990-01, psr LEARNING_DISABILITY; Comm, born 1990-01; Comm, born 1950-01, psr LEARNING_DISABILITY",
        {BLANK: 1, BLANK_FINE: 2},
    ),
    ("funding S blank 2; funding R blank 1", "Comm; Carer Comm; Request", {BLANK: 1, BLANK_FINE: 2}),
    ("outcome S blank 2; outcome - blank 1", "Comm; Comm; KBA", {BLANK: 2, BLANK_FINE: 1}),
    (
        "outcome A blank 2; assessment A valid 1 Financial; assessment A valid 1 Long",
        "Assessment, assessment_raw 3; Assessment, assessment_raw 1", {BLANK: 1, BLANK_FINE: 1},
    ),
    ("assessment_method A blank 3; assessment A valid 2 Financial", "", {BLANK: 1, UNDECIDED: 2}),
    (
        "review_outcomes V blank 3; review_reason V valid 2 Planned; event V valid 4",
        "", {BLANK: 1, UNDECIDED: 1, BLANK_FINE: 1},
    ),
    (
        "unit_cost S blank 4", "Comm DP; Comm COM; STMax; DTC", {BLANK: 2, BLANK_FINE: 2},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("dictionary", "records", "expected"), CASES, ids=[case[0][:30] for case in CASES])
def test_a_field_is_judged_by_its_rule(dictionary: str, records: str, expected: dict[str, int]) -> None:
    held = rows.table(rows.cells(records), tables.RECORDS)
    found = counting.count_fields(words(dictionary), held, YEAR)
    first = next(one for one in found if one.field.key == dictionary.split()[0])
    assert dict(first.results) == expected
    assert first.failed == sum(expected.get(name, 0) for name in (BLANK, INVALID, RELEASE_1))


def test_a_date_that_cannot_be_right_is_valid_and_counted_apart() -> None:
    (found,) = counting.count_fields(words("birth S implausible 2; birth S valid 3"), rows.records("Comm"), YEAR)
    assert (found.results, found.odd) == ({VALID: 5}, 2)


def test_every_field_is_in_one_module_of_the_official_report() -> None:
    modules = {field.key: counting.module(field) for field in fields().values()}
    assert set(modules.values()) <= set(counting.ORDER)
    assert modules["unit_cost"] == "Costs"
    assert modules["nhs"] == "Person details"
    assert modules["mechanism"] == "Events: services only"
    assert modules["start"] == "Events: all"
