"""The wording of the test of eligibility: ten outcomes, eight for carers, nine parts of wellbeing, each in the law."""

from __future__ import annotations

import re
from datetime import date

import pytest

from evenhand.facts.care_act import WAYS, criteria
from evenhand.facts.errors import EvenhandError

ON = date(2026, 4, 1)


@pytest.mark.parametrize(("kind", "outcomes"), [("adult", 10), ("carer", 8)])
def test_each_kind_has_its_outcomes_and_nine_parts_of_wellbeing(kind: str, outcomes: int) -> None:
    found = criteria(kind, ON)
    assert (len(found.outcomes), len(found.wellbeing)) == (outcomes, 9)
    assert set(found.ways) <= set(WAYS)


@pytest.mark.parametrize("kind", ["adult", "carer"])
def test_every_entry_stands_in_its_own_place_of_the_law_in_order(kind: str) -> None:
    found = criteria(kind, ON)
    for group in (found.outcomes, found.ways, found.wellbeing):
        places = [asked.where for asked in group.values()]
        assert len(set(places)) == len(places)
    regulation = r"reg 2\(2\)\([a-j]\)" if kind == "adult" else r"reg 3\(2\)\(b\)\([iv]+\)"
    assert all(re.fullmatch(regulation, asked.where) for asked in found.outcomes.values())
    assert [asked.where[-2] for asked in found.wellbeing.values()] == list("abcdefghi")


@pytest.mark.parametrize("kind", ["adult", "carer"])
def test_every_outcome_is_asked_in_plain_words_and_in_easy_read(kind: str) -> None:
    for asked in criteria(kind, ON).outcomes.values():
        assert asked.question.endswith("?")
        assert asked.easy_help.endswith("?")
        sentences = re.split(r"(?<=[.?]) ", asked.easy_help)
        assert all(len(sentence.split()) <= 10 for sentence in sentences), asked.key


def test_words_that_were_not_read_in_the_law_say_so() -> None:
    adult, carer = criteria("adult", ON), criteria("carer", ON)
    assert all(asked.confirmed for asked in adult.outcomes.values())
    assert not any(asked.confirmed for asked in carer.outcomes.values())
    assert "from memory" in carer.cause.cited
    assert "from memory" not in adult.cause.cited


def test_there_is_no_test_for_another_kind_or_before_the_act() -> None:
    with pytest.raises(EvenhandError, match="no test of eligibility for 'child'"):
        criteria("child", ON)
    with pytest.raises(EvenhandError, match="did not apply"):
        criteria("adult", date(2015, 3, 31))
