"""The measures' definitions: complete, strict, honest about breaks, and written for people."""

from __future__ import annotations

import re
from typing import Any

import pytest

from evenhand.facts.register import period_end
from evenhand.measures.definition import BadDefinition, Measure, Population, load_all, parse

ALL = load_all()
IDS = [m.id for m in ALL]

ASCOF_2024_25 = [
    *("1a", "1b", "1c", "1d", "1e"),
    *("2a", "2b", "2c", "2d-1", "2d-2", "2e-1", "2e-2a", "2e-2b"),
    *("3a", "3b", "3c-1", "3c-2", "3d-1a", "3d-2a"),
    *("4a", "4b", "5a-1", "5a-2", "6a", "6b"),
]


def minimal() -> dict[str, Any]:
    return {
        "id": "tea", "order": 1, "title": "Tea", "question": "How much tea?", "why_it_matters": "It warms.",
        "topic": "tea", "official_code": None, "code_history": [], "kind": "proportion", "unit": "%", "per": 100,
        "decimals": 1, "direction": "none", "direction_reason": "Taste differs.", "date_basis": "at four",
        "likelihood": "drink tea", "breaks": [], "caveats": [],
        "series": [{
            "definition": "cups", "from": "2023-24", "to": None, "source_return": "kettle",
            "numerator": {"item": "cups"}, "denominator": "everybody",
        }],
    }  # fmt: skip


def test_every_sheet_of_the_2024_25_framework_has_a_measure() -> None:
    assert [f"ascof-{code}" for code in ASCOF_2024_25 if f"ascof-{code}" not in IDS] == []


def test_the_founding_measures_are_there() -> None:
    assert {"sds-per-1000-adults", "dp-per-1000-adults", "dp-clients-per-1000-adults", "dp-share-of-spend"} <= set(IDS)


@pytest.mark.parametrize("m", ALL, ids=IDS)
def test_texts_are_written_for_people(m: Measure) -> None:
    assert m.question.endswith("?")
    assert m.direction_reason.endswith(".")
    said = " ".join([m.title, m.question, m.why_it_matters, *m.caveats])
    assert not re.search(r"service user|\bleague\b|\bworst\b|\bperformance\b", said, re.IGNORECASE)
    assert not re.search(r"\bDPs?\b|\bSDS\b", " ".join([m.title, m.question, m.why_it_matters]))


@pytest.mark.parametrize("m", ALL, ids=IDS)
def test_definitions_follow_one_another_without_overlap(m: Measure) -> None:
    for earlier, later in zip(m.series, m.series[1:], strict=False):
        assert earlier.end is not None
        assert period_end(earlier.end) < period_end(later.start)


@pytest.mark.parametrize("m", [m for m in ALL if len(m.series) > 1], ids=lambda m: m.id)
def test_a_new_return_is_a_break(m: Measure) -> None:
    """Two definitions are joined into one line only where the publisher went on with the same return."""
    for earlier, later in zip(m.series, m.series[1:], strict=False):
        same_return = earlier.source_return == later.source_return or "SALT" in later.source_return
        assert same_return or m.segment(earlier.start) != m.segment(later.start)


def test_direct_payments_in_2024_25_are_never_joined_to_earlier_years() -> None:
    m = next(m for m in ALL if m.id == "ascof-3d-2a")
    assert m.segment("2024-25") == "2024-25"
    assert m.segment("2022-23") == m.segment("2014-15") == "2014-15"


def test_the_codes_of_direct_payments_are_those_of_the_log_and_not_of_the_contents_sheet() -> None:
    m = next(m for m in ALL if m.id == "ascof-3d-2a")
    assert ("1C(2A)", "2014-15 to 2022-23") in m.code_history
    assert any("1C(1b)" in c for c in m.caveats)


def test_a_whole_definition_is_read() -> None:
    m = parse(minimal(), "tea.yaml", {"everybody": {"population": {"age": "18+"}}})
    assert m.series[0].denominator == Population("18+")
    assert m.series[0].numerator[0].item == "cups"  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"question": None}, "question", "missing"),
        ({"colour": "brown"}, "colour", "no field of this name"),
        ({"kind": "guess"}, "kind", "not a kind"),
        ({"direction": "up"}, "direction", "higher, lower or none"),
        ({"series": [{"definition": "x", "from": "2023-25", "to": None, "source_return": "x"}]}, "series", "2023-25"),
        ({"series": [{"definition": "x", "from": "2023-24", "to": None, "source_return": "x", "denominator": "none"}]},
         "denominator", "no amount called"),
        ({"series": [{"definition": "x", "from": "2023-24", "to": None, "source_return": "x", "value": {"itme": "a"}}]},
         "value", "needs an item"),
        ({"series": [{"definition": "x", "from": "2023-24", "to": None, "source_return": "x", "val": {"item": "a"}}]},
         "series", "no field called 'val'"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_understood_is_refused_by_file_and_field(
    change: dict[str, Any], field: str, says: str
) -> None:
    raw = minimal() | change
    raw = {k: v for k, v in raw.items() if v is not None or k in ("official_code",)}
    with pytest.raises(BadDefinition) as fault:
        parse(raw, "tea.yaml", {})
    assert says in fault.value.what
    assert fault.value.where.file == "tea.yaml"
    assert fault.value.where.column == field
