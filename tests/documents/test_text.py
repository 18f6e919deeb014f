"""Text from publishers' files is treated as hostile."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evenhand.documents.text import clean, escape, guard, one_line, unguard


@given(st.text())
@example("'''=1")
@example("' =1")
@example("'")
def test_the_guard_can_always_be_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text(), st.text())
def test_two_texts_never_become_one(one: str, two: str) -> None:
    assert (guard(one) == guard(two)) == (one == two)


@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text(), st.sampled_from(["", " ", "  ", "\u00a0", "'", "''"]))
def test_nothing_guarded_begins_as_a_formula(mark: str, rest: str, before: str) -> None:
    assert guard(before + mark + rest) == "'" + before + mark + rest


@pytest.mark.parametrize("text", ["Ashvale", "", "'Ashvale'", "a=b", "St Helens", "3D(1a)", "'s-Heer"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert guard(text) == text == unguard(text)


def test_control_characters_and_direction_overrides_are_shown_not_obeyed() -> None:
    assert clean("a\x1b[31mb\x00\u202ec\td") == "a\ufffd[31mb\ufffd\ufffdc\td"
    assert one_line(" a\n\tb ") == "a b"


def test_mark_up_is_escaped_inside_tags_and_attributes() -> None:
    assert escape("<b a='1' c=\"2\">&") == "&lt;b a=&#x27;1&#x27; c=&quot;2&quot;&gt;&amp;"


def test_the_examples_in_the_docstrings_are_true() -> None:
    import doctest

    from evenhand.documents import numbers, text

    for module in (numbers, text):
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0
