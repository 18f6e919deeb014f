"""One rounding law, one spelling of figures, and four ways of having no number that never look alike."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.documents.numbers import DECIMALS, SYMBOLS, WORDS, Kind, format_cell, format_value, round_half_away, shown
from evenhand.facts.errors import EvenhandError
from evenhand.facts.status import Status


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.05, 1, "0.1"),
        (0.15, 1, "0.2"),
        (0.25, 1, "0.3"),
        (0.35, 1, "0.4"),
        (-0.25, 1, "-0.3"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (-0.04, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (0, 0, "0"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (24.449999, 1, "24.4"),
        (1e22, 1, "10000000000000000000000.0"),
        (10**40 + 5, 0, str(10**40 + 5)),
    ],
)
def test_halves_go_away_from_zero_as_people_read_the_figure(value: float, decimals: int, written: str) -> None:
    assert format(round_half_away(value, decimals), "f") == written


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), st.integers(0, 5))
def test_the_law_is_decimals_half_up_for_every_decimal(value: Decimal, decimals: int) -> None:
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert round_half_away(value, decimals) == expected


@given(st.integers(-(10**9), 10**9), st.integers(1, 4))
def test_a_float_is_read_as_the_decimal_it_prints(thousandths: int, decimals: int) -> None:
    """The naive rewrite works on whole numbers only: no binary fraction takes part."""
    value = thousandths / 1000
    scale = 10 ** max(0, 3 - decimals)
    whole, rest = divmod(abs(thousandths), scale)
    nearest = whole + (2 * rest >= scale)
    sign = -1 if thousandths < 0 else 1
    assert round_half_away(value, decimals) == Decimal(sign * nearest * scale) / 1000


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15), st.integers(0, 6))
def test_rounding_moves_a_figure_by_half_a_step_at_most_and_never_twice(value: float, decimals: int) -> None:
    once = round_half_away(value, decimals)
    assert abs(once - Decimal(repr(value))) <= Decimal(5).scaleb(-decimals - 1)
    assert round_half_away(once, decimals) == once


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_figure_is_refused_with_advice(value: float) -> None:
    with pytest.raises(EvenhandError, match="not a number that can be written"):
        round_half_away(value, 1)


@pytest.mark.parametrize(
    ("kind", "value", "decimals", "written"),
    [
        ("percent", 24.45, None, "24.5%"),
        ("percent", 100, None, "100.0%"),
        ("percent", 0.05, None, "0.1%"),
        ("count", 117655, None, "117,655"),
        ("count", 0, None, "0"),
        ("rate", 12.345, None, "12.35"),
        ("score", 19.25, None, "19.3"),
        ("rank", 52, None, "52"),
        ("money_pence", 123456, None, "£1,235"),
        ("money_pence", 123450, None, "£1,235"),
        ("money_pence", 123449, None, "£1,234"),
        ("money_pence", 31240, 2, "£312.40"),
        ("money_pence", -5, 2, "-£0.05"),
        ("money_pence", -5, 0, "£0"),
        ("money_pence", 99_999_999_999_999, 2, "£999,999,999,999.99"),
        ("text", "Ashvale", None, "Ashvale"),
        ("code", 1, None, "1"),
        ("status", "suppressed", None, "suppressed to protect people"),
        ("percent", None, None, "no figure published"),
    ],
)
def test_every_kind_has_one_spelling(kind: str, value: float | str | None, decimals: int | None, written: str) -> None:
    assert format_value(kind, value, decimals) == written


def test_a_number_kind_refuses_text() -> None:
    with pytest.raises(EvenhandError, match="is text where a count belongs"):
        format_value("count", "12")


@given(st.integers(-(10**15), 10**15))
def test_pounds_and_pence_are_exact(pence: int) -> None:
    assert shown(Kind.MONEY_PENCE, pence, 2) * 100 == pence


def test_words_and_symbols_are_all_different_and_none_reads_as_zero() -> None:
    assert len(set(WORDS.values())) == len(Status)
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == 3
    written = [format_cell("count", 0, Status.PUBLISHED)]
    written += [format_cell("count", None, status) for status in SYMBOLS]
    assert written == ["0", "no figure published", "suppressed to protect people", "not applicable"]


def test_the_symbols_are_the_government_analysis_functions() -> None:
    assert SYMBOLS == {Status.MISSING: "[x]", Status.SUPPRESSED: "[c]", Status.NOT_APPLICABLE: "[z]"}


def test_every_numeric_kind_has_its_decimals() -> None:
    assert {kind for kind in Kind if kind.is_numeric} == set(DECIMALS)
