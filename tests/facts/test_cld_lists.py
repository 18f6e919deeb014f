"""The lists of client-level data: their numbers, the words of both releases, and a council's own mapping."""

from __future__ import annotations

import enum
from pathlib import Path

import pytest

from evenhand.facts.cld import codes
from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import Judge, list_of, lists, read_mapping
from evenhand.facts.errors import EvenhandError

NUMBERED = {
    "event": codes.EventType, "client": codes.ClientType, "service": codes.ServiceType, "mechanism": codes.Mechanism,
    "component": codes.Component, "outcome": codes.Outcome, "gender": codes.Gender, "psr": codes.Reason,
    "accommodation": codes.Accommodation, "employment": codes.Employment, "funding": codes.Funding,
    "yes_no": codes.YesNo, "frequency": codes.Frequency, "ethnicity": codes.Ethnicity,
}  # fmt: skip


@pytest.mark.parametrize(("key", "numbers"), NUMBERED.items(), ids=NUMBERED.keys())
def test_every_number_of_the_codes_has_its_words(key: str, numbers: type[enum.IntEnum]) -> None:
    assert list(lists()[key].values) == [n.value for n in numbers]


def test_the_flags_are_those_of_the_codes() -> None:
    settled = {n for n, v in lists()["accommodation"].values.items() if v.flags["settled"]}
    assert settled == set(codes.SETTLED)
    assert {n for n, v in lists()["employment"].values.items() if v.flags["paid"]} == {1, 2, 3}


def test_there_are_fifty_fields_in_the_order_of_the_specification() -> None:
    assert len(fields()) == 50
    assert [f.heading for f in fields().values()][41] == "Delivery Mechanism"


SAID = [
    ("service", "Long term support: Community", 3, "valid"),
    ("service", "long term support:  community ", 3, "valid"),
    ("service", "Long Term Support: Community", 3, "release1"),
    ("service", "Carer Support: Direct to Carer", 8, "release1"),
    ("service", "Community", 0, "invalid"),
    ("service", "  ", None, "blank"),
    ("outcome", "No change in package", 5, "release1"),
    ("outcome", "NFA- Other", 17, "release1"),
    ("outcome", "Progress to End of Life Care", 3, "release1"),
    ("outcome", "Release 1 specification only: Not mapped", 0, "invalid"),
    ("accommodation", "Tenant", 2, "release1"),
    ("accommodation", "Unknown: Presumed at home", 0, "invalid"),
    ("ethnicity", "Mixed: White and Asian", 8, "invalid"),
    ("ethnicity", "White", 0, "invalid"),
    ("ethnicity", "No data: Refused", 20, "valid"),
    ("mechanism", "Self-Funder Metering Only", 0, "invalid"),
]


@pytest.mark.parametrize(("field", "words", "number", "kind"), SAID)
def test_what_words_mean_and_how_good_they_are(field: str, words: str, number: int | None, kind: str) -> None:
    assert Judge(field)(words) == (number, kind)


def test_words_of_a_number() -> None:
    held = list_of("mechanism")
    assert [held.words(n) for n in (1, 0, None)] == ["Direct payment", "Invalid and not mapped", ""]


def test_a_councils_mapping_is_read_by_heading_or_key_and_by_words_or_number(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Field,Value,Means,Kind\nClient Type,Carers,Unpaid carer,mistaken\ngender,F,2,\n\n", "utf-8-sig")
    found = read_mapping(path)
    assert Judge("client", found)(" carers") == (2, "invalid")
    assert Judge("gender", found)("f") == (2, "invalid")
    assert Judge("ethnicity", found)("White and Asian") == (8, "invalid")  # the shipped mapping still holds


WRONG = {
    "headings": ("value,field\n", "row 1: The headings must be field, value, means, kind."),
    "no such field": ("field,value,means,kind\nShoe size,9,1,\n", "row 2: 'Shoe size' is no coded field."),
    "a field without a list": ("field,value,means,kind\nUnit Cost,9,1,\n", "row 2: 'Unit Cost' is no coded field."),
    "no such value": ("field,value,means,kind\nGender,F,Woman,\n", "row 2: Gender has no value 'Woman'."),
    "no such kind": (
        "field,value,means,kind\nGender,F,Female,odd\n",
        "row 2: The kind is 'odd'; it must be release1 or",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_mapping_that_is_wrong_says_where(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(content)
    with pytest.raises(EvenhandError) as said:
        read_mapping(path)
    assert sentence in str(said.value)
