"""How figures are spelled."""

from __future__ import annotations

import pytest

from evenhand.site.evidence import words


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (24.5, "%", "24.5%"),
        (22.166, "% of adults", "22.2%"),
        (0.05, "%", "0.1%"),  # half away from zero, as publishers round
        (0.0, "%", "0.0%"),
        (100.0, "%", "100.0%"),
        (2.347, "per 1,000 adults", "2.35"),
        (19.25, "score", "19.3"),
        (7.4, "out of 12", "7.4"),
        (1204.49, "£ per adult", "£1,204"),
        (1234567.5, "£ per person a year", "£1,234,568"),
        (None, "%", ""),
    ],
)
def test_a_value_is_written_with_its_unit(value: float | None, unit: str, said: str) -> None:
    assert words.number(value, unit) == said


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "said"),
    [
        (0.4194, "score", 3, "0.419"),
        (595.52, "per 100,000 aged 65 and over", 1, "595.5"),
        (34.99, "£ per adult", 2, "£35"),  # whole pounds on public pages
    ],
)
def test_a_measure_says_how_many_decimals(value: float, unit: str, decimals: int, said: str) -> None:
    assert words.number(value, unit, decimals) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (52, "52nd"), (103, "103rd"), (111, "111th"), (152, "152nd")],
)  # fmt: skip
def test_ordinals(n: int, said: str) -> None:
    assert words.ordinal(n) == said


def test_a_rank_is_a_range_and_never_a_place_without_one() -> None:
    assert words.rank(52.0, 85.0, 152) == "between 52nd and 85th of 152"
    assert words.rank(1.0, 1.0, 152) == "1st of 152"
    assert words.rank(None, None, 152) == ""
    assert words.rank(1.0, 2.0, None) == ""
