"""Shares by group and their gaps to everybody else."""

from __future__ import annotations

import datetime as dt

import pytest

from evenhand.measures.cld import budgets
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.equity import AGE, DIMENSIONS, ETHNICITY, REASON, SEX, Counted, gaps, groups
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import people_table
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
OPEN = "2024-05-01→∞"


@pytest.fixture(scope="module")
def found(duck: DuckDb) -> list[Counted]:
    main = duck.keep("main", rows.main(
        f"Comm DP HS {OPEN}, person 1, born 1990-01, psr MENTAL_HEALTH, ethnicity WHITE_IRISH, gender MALE",
        f"Comm COM HS {OPEN}, person 2, born 1990-01, psr MENTAL_HEALTH, ethnicity WHITE_BRITISH",
        f"Comm MPB HS {OPEN}, person 3, psr LEARNING_DISABILITY, ethnicity NOT_KNOWN",
        f"Comm DP HS {OPEN}, person 4, born 1930-01, psr invalid, gender blank",
        f"Nur DP LN {OPEN}, person 5, born 1930-01",
        f"Comm DP HS {OPEN}, person 6, born 1930-01, la B",
    ))  # fmt: skip
    people = duck.keep("people", people_table(duck, main, YEAR, Options()))
    return groups(duck.keep("decided", budgets.clients(main, people, YEAR, Options())), people)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (REASON, {"Learning disability support": (0, 1), "Mental health support": (1, 2), "Unknown": (1, 1)}),
        (AGE, {"Unknown": (0, 1), "25 to 44": (1, 2), "85 and over": (1, 1)}),
        (ETHNICITY, {"No data": (1, 2), "White": (1, 2)}),
        (SEX, {"Male": (1, 1), "Female": (0, 2), "Unknown": (1, 1)}),
    ],
)
def test_people_in_the_measure_by_group(
    found: list[Counted], dimension: str, expected: dict[str, tuple[int, int]]
) -> None:
    held = {
        one.group: (one.numerator, one.denominator)
        for one in found
        if (one.council, one.part, one.dimension) == ("A", "2a", dimension)
    }
    assert held == expected


def test_every_dimension_adds_up_to_the_measure(found: list[Counted]) -> None:
    for part, numerator in (("1a", 3), ("2a", 2)):
        for dimension in DIMENSIONS:
            held = [one for one in found if (one.council, one.part, one.dimension) == ("A", part, dimension)]
            assert (sum(one.numerator for one in held), sum(one.denominator for one in held)) == (numerator, 4)


def test_the_gap_is_to_everybody_else() -> None:
    """56 of 70 less 48 of 80: the worked example of Newcombe's method 10."""
    one, other = gaps([Counted("A", "2a", SEX, "Male", 56, 70), Counted("A", "2a", SEX, "Female", 48, 80)])
    assert (one.value, one.others) == (pytest.approx(80.0), pytest.approx(60.0))
    assert (one.gap, one.gap_lower, one.gap_upper) == (
        pytest.approx(20.0),
        pytest.approx(5.24, abs=0.01),
        pytest.approx(33.39, abs=0.01),
    )
    assert other.gap == pytest.approx(-20.0)
    assert one.clear
    assert other.clear


def test_a_gap_that_chance_explains_is_not_clear() -> None:
    one, _ = gaps([Counted("A", "2a", SEX, "Male", 6, 10), Counted("A", "2a", SEX, "Female", 5, 10)])
    assert not one.clear


def test_groups_of_another_council_or_part_are_not_everybody_else() -> None:
    held = gaps(
        [
            Counted("A", "2a", SEX, "Male", 6, 10),
            Counted("B", "2a", SEX, "Male", 5, 10),
            Counted("A", "1a", SEX, "Male", 9, 10),
        ]
    )
    assert [one.others for one in held] == [None, None, None]
    assert [one.gap for one in held] == [None, None, None]
