"""Which people moved a figure: every movement by a case, and parts that always add up to the change."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.measures.cld.moved import MOVEMENTS, moved

OUT, IN, COUNTED = (False, False), (True, False), (True, True)
SHAPE = {
    "person": pl.String, "unit": pl.Int64, "denominator": pl.Boolean, "numerator": pl.Boolean, "why": pl.String,
    "file": pl.String, "row": pl.Int64,
}  # fmt: skip
States = dict[str, list[tuple[bool, bool]]]


def decisions(states: States) -> pl.DataFrame:
    """Each person's spells, as (in the denominator, in the numerator)."""
    rows = [
        (person, unit, d, n, "counted" if n else "managed" if d else "not_on_the_day", "r.csv", number)
        for number, (person, spells) in enumerate(states.items(), start=2)
        for unit, (d, n) in enumerate(spells)
    ]
    return pl.DataFrame(rows, schema=SHAPE, orient="row")


# Case: before, after, the movement (none when nothing moved), and what it adds to numerator and denominator.
ONE_PERSON = [
    ("not known before, counted now", [], [COUNTED], "entered_counted", 1, 1),
    ("outside before, counted now", [OUT], [COUNTED], "entered_counted", 1, 1),
    ("outside before, in the denominator now", [OUT], [IN], "entered_not_counted", 0, 1),
    ("counted before, not known now", [COUNTED], [], "left_counted", -1, -1),
    ("in the denominator before, outside now", [IN], [OUT], "left_not_counted", 0, -1),
    ("a direct payment begins", [IN], [COUNTED], "became_counted", 1, 0),
    ("a direct payment ends", [COUNTED], [IN], "no_longer_counted", -1, 0),
    ("a second spell that counts", [COUNTED], [COUNTED, COUNTED], "otherwise", 1, 1),
    ("a second spell that does not", [COUNTED], [COUNTED, IN], "otherwise", 0, 1),
    ("counted both times", [COUNTED], [COUNTED], None, 0, 0),
    ("outside both times", [OUT], [], None, 0, 0),
]


@pytest.mark.parametrize(
    ("before", "after", "key", "n", "d"), [c[1:] for c in ONE_PERSON], ids=[c[0] for c in ONE_PERSON]
)
def test_one_person_moves_in_one_way(
    before: list[tuple[bool, bool]], after: list[tuple[bool, bool]], key: str | None, n: int, d: int
) -> None:
    rest: States = {"B": [IN], "C": [COUNTED]}
    got = moved(decisions({"A": before} | rest), decisions({"A": after} | rest))
    assert [(m.key, m.people, m.numerator, m.denominator) for m in got.movements] == ([(key, 1, n, d)] if key else [])
    assert got.people["person"].to_list() == (["A"] if key else [])


def test_the_worked_example_of_a_share() -> None:
    """1 of 2 becomes 2 of 4: one who counts entered, one who does not entered, and the share stays as it was."""
    before, after = {"A": [COUNTED], "B": [IN]}, {"A": [COUNTED], "B": [IN], "C": [COUNTED], "D": [IN]}
    got = moved(decisions(before), decisions(after))
    parts = {m.key: m.points for m in got.movements}
    assert parts == {"entered_counted": Fraction(50, 3), "entered_not_counted": Fraction(-50, 3)}
    assert got.points == 0
    assert (got.before, got.after, got.same) == ((1, 2), (2, 4), 2)


def test_a_rate_moves_by_people_and_by_residents() -> None:
    """2 of 1,000 residents becomes 3 of 1,500: one more admission, and more residents to be admitted."""
    before, after = {"A": [COUNTED], "B": [COUNTED]}, {"A": [COUNTED], "B": [COUNTED], "C": [COUNTED]}
    got = moved(decisions(before), decisions(after), residents=(1_000, 1_500), per=100_000)
    assert [(m.key, m.people, m.numerator, m.denominator) for m in got.movements] == [
        ("entered_counted", 1, 1, 0),
        ("residents", 0, 0, 500),
    ]
    assert got.points == 0


def test_without_anybody_to_count_there_is_no_change_to_tell() -> None:
    got = moved(decisions({}), decisions({"A": [COUNTED]}))
    assert got.points is None
    assert [(m.key, m.points) for m in got.movements] == [("entered_counted", None)]


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.lists(st.sampled_from([OUT, IN, COUNTED]), max_size=3)),
    st.dictionaries(st.sampled_from("ABCDEF"), st.lists(st.sampled_from([OUT, IN, COUNTED]), max_size=3)),
)
def test_movements_add_up_to_the_change_whatever_happened(before: States, after: States) -> None:
    got = moved(decisions(before), decisions(after))
    for place, name in enumerate(("numerator", "denominator")):
        assert sum(getattr(m, name) for m in got.movements) == got.after[place] - got.before[place]
    if got.before[1] and got.after[1]:
        assert got.points == 100 * (Fraction(*got.after) - Fraction(*got.before))
    assert set(got.people["movement"]) <= set(MOVEMENTS)
    assert got.people.height == sum(m.people for m in got.movements)
