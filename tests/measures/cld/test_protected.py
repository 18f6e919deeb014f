"""What may be shown outside the council: small counts withheld, and whatever would give them away."""

# ruff: noqa: E501 - a case is read along its line

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from evenhand.compare.disclosure import Profile
from evenhand.facts.status import Status
from evenhand.measures.cld import protected
from evenhand.measures.cld.crossed import crossed
from evenhand.measures.cld.equity import SEX, Counted, gaps
from evenhand.measures.cld.figures import IN_COMMUNITY, NO_SUPPORT, Figure, within
from evenhand.measures.cld.spend import QUARTER, Share, Spend

C = Status.SUPPRESSED


def _figures(*groups: tuple[str, int, int], measure: str = "3D", part: str = "2a") -> list[Figure]:
    return [Figure("A", measure, part, group, number, of) for group, number, of in groups]


def _shown(found: list[Figure], profile: Profile = "hes") -> dict[str, tuple[object, ...]]:
    return {
        one.figure.group: (one.numerator, one.denominator, one.value and str(one.value))
        for one in protected.figures(found, profile)
    }


def test_none_leaves_everything_as_it_is() -> None:
    found = _shown(_figures(("Total", 3, 7), ("18-64", 1, 3), ("65+", 2, 4)), "none")
    assert found == {"Total": (3, 7, "42.9"), "18-64": (1, 3, "33.3"), "65+": (2, 4, "50.0")}


def test_counts_are_rounded_and_the_percentage_is_of_the_counts_before() -> None:
    assert _shown(_figures(("Total", 33, 77))) == {"Total": (35, 75, "42.9")}


def test_a_small_group_takes_the_other_with_it_or_the_total_would_give_it_away() -> None:
    found = _shown(_figures(("Total", 33, 77), ("18-64", 3, 20), ("65+", 30, 57)))
    assert found["18-64"] == (C, 20, str(C))
    assert C in (found["65+"][0], found["Total"][0])


def test_what_is_left_of_a_total_is_a_group_too() -> None:
    """Two people of unknown age: 30 + 45 + 2 = 77. Both bands and the total shown would give them away."""
    found = _shown(_figures(("Total", 40, 77), ("18-64", 20, 30), ("65+", 20, 45)))
    assert C in [cells[1] for cells in found.values()]


def test_a_small_client_group_of_2d_hides_another_and_the_numerator_of_part_2_with_it() -> None:
    """One of 34 linked spells was in community support: 34 and 33 both shown would give it away."""
    groups = [("Total", 34), (IN_COMMUNITY, 1), (NO_SUPPORT, 33), ("65-74", 12), ("75-84", 12), ("85+", 10)]
    one = [Figure("A", "2D", "1", name, of, of) for name, of in groups]
    two = [Figure("A", "2D", "2", name, of, 90) for name, of in groups]
    found = protected.figures([*one, *two], "hes")
    linked = {one.figure.group: one.denominator for one in found if one.figure.part == "1"}
    assert linked == {one.figure.group: one.numerator for one in found if one.figure.part == "2"}
    assert linked[IN_COMMUNITY] == C
    assert C in (linked["Total"], linked[NO_SUPPORT])


def test_ages_in_a_client_group_of_2d_hide_each_other() -> None:
    young, old, oldest = (within(IN_COMMUNITY, age) for age in ("65-74", "75-84", "85+"))
    given = _figures((IN_COMMUNITY, 30, 63), (young, 0, 3), (old, 15, 30), (oldest, 15, 30), measure="2D", part="1")
    found = _shown(given)
    assert found[young][1] == C
    assert [cells[1] for cells in found.values()].count(C) > 1


def test_spells_that_count_in_two_ages_are_protected_as_they_are() -> None:
    """Nothing adds up then, and nothing fails."""
    ages = (("65-74", 11, 11), ("75-84", 11, 11), ("85+", 1, 1))
    assert _shown(_figures(("Total", 20, 20), *ages, measure="2D", part="1"))["85+"][1] == C


def test_a_figure_of_nobody_is_written_as_0_when_asked() -> None:
    zero = [Figure("A", "3D", "2a", "Total", 0, 0, zero_when_empty=True)]
    assert [one.value for one in protected.figures(zero, "none")] == [Decimal("0.0")]
    assert [one.value for one in protected.figures([replace(zero[0], zero_when_empty=False)], "none")] == [None]


def test_parts_with_one_denominator_hide_it_together() -> None:
    found = protected.figures(
        [*_figures(("Total", 30, 77), ("18-64", 10, 5), ("65+", 20, 72), part="1a"), *_figures(("Total", 30, 77), ("18-64", 10, 5), ("65+", 20, 72))],
        "hes",
    )  # fmt: skip
    one, other = ([(f.figure.group, f.denominator) for f in found if f.figure.part == part] for part in ("1a", "2a"))
    assert one == other
    assert C in [of for _, of in one]


def test_a_rate_keeps_its_population_and_hides_the_rest() -> None:
    found = _shown(_figures(("Total", 3, 87_479), measure="2C", part=""))
    assert found == {"Total": (C, 87_479, str(C))}


def test_a_figure_that_there_is_not_stays_none() -> None:
    assert _shown([Figure("A", "2D", "1", "Total", None, None)]) == {"Total": (None, None, None)}


def test_small_cells_of_a_table_cannot_be_subtracted_out() -> None:
    """Of the two columns one cell is small: the row's other cell, or sums, go with it."""
    cells = [
        (("A", "18-64", "LD", "Nur"), 3),
        (("A", "18-64", "LD", "Comm"), 50),
        (("A", "18-64", "MH", "Nur"), 40),
        (("A", "18-64", "MH", "Comm"), 60),
    ]
    shown = protected.table(crossed("t", ("council_code", "age", "reason", "setting"), cells), "hes")
    assert shown["A", "18-64", "LD", "Nur"] is C
    row = [shown["A", "18-64", "LD", name] for name in ("Nur", "Comm", "All")]
    column = [shown["A", "18-64", name, "Nur"] for name in ("LD", "MH", "All")]
    assert row.count(C) >= 2
    assert column.count(C) >= 2


def test_a_gap_is_withheld_whole() -> None:
    found = protected.equity(
        gaps([Counted("A", "2a", SEX, "Male", 3, 70), Counted("A", "2a", SEX, "Female", 48, 80)]), "hes"
    )
    assert [one.hidden for one in found] == [True, True]
    assert [one.denominator for one in found] == [70, 80]


def test_a_total_that_would_be_withheld_withholds_every_group() -> None:
    found = protected.equity(
        gaps([Counted("A", "2a", SEX, "Male", 0, 70), Counted("A", "2a", SEX, "Female", 3, 80)]), "hes"
    )
    assert [one.hidden for one in found] == [True, True]


def _spend(mechanism: str, setting: str, people: int, rows: int, total: int) -> Spend:
    return Spend("A", QUARTER, mechanism, setting, "All", "All", people, rows, 0, 0, None, Decimal(total), None, None)


SPENT = [
    _spend("All", "All", 90, 120, 1000), _spend("Direct payment", "All", 40, 60, 500), _spend("Not recorded", "All", 52, 60, 500),
    _spend("All", "Community", 70, 90, 700), _spend("All", "Prison", 25, 30, 300), _spend("Direct payment", "Community", 38, 40, 400),
    _spend("Direct payment", "Prison", 2, 20, 100), _spend("Not recorded", "Community", 45, 50, 300), _spend("Not recorded", "Prison", 10, 10, 200),
]  # fmt: skip


def test_money_of_few_people_is_withheld_and_cannot_be_subtracted_out() -> None:
    """Two people have twenty services: it is people who are few."""
    hidden = {one.spend.groups[:2] for one in protected.spend(SPENT, "hes") if one.hidden}
    assert ("Direct payment", "Prison") in hidden
    assert len([key for key in hidden if key[1] == "Prison"]) >= 2
    assert len([key for key in hidden if key[0] == "Direct payment"]) >= 2


def test_withheld_money_is_a_value_of_its_own_kind() -> None:
    one = next(one for one in protected.spend(SPENT, "hes") if one.spend.groups[:2] == ("Direct payment", "Prison"))
    assert one.money(one.spend.total) is C
    assert one.money(None) is None
    assert one.count(20) is C


@pytest.mark.parametrize(("profile", "expected"), [("none", 60), ("hes", 60), ("ascof", 60)])
def test_counts_of_services_are_rounded(profile: Profile, expected: int) -> None:
    shown = protected.spend([_spend("All", "All", 90, 61, 1000)], profile)
    assert shown[0].count(61) == (61 if profile == "none" else expected)


def test_a_share_of_withheld_money_is_withheld() -> None:
    found = [
        _spend("All", "All", 90, 120, 1000),
        _spend("Direct payment", "All", 3, 60, 500),
        _spend("Not recorded", "All", 52, 60, 500),
    ]
    share = Share("A", QUARTER, "All support", "Direct payments", Decimal(500), Decimal(1000))
    assert protected.shares([share], protected.spend(found, "hes"), "hes") == [(share, True)]
    assert protected.shares([share], protected.spend(found, "none"), "none") == [(share, False)]
