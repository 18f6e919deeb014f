"""The range of a figure is what the official measures give when the rows are mended in every way that there is."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.figures import Figure
from evenhand.measures.cld.quality import Quality, quality
from evenhand.measures.cld.quality.checks import CHECKS
from evenhand.measures.cld.quality.effects import Effect
from evenhand.measures.cld.quality.report import Council, exact
from tests.measures.cld import rows
from tests.measures.cld.quality import cases
from tests.measures.cld.quality.cases import CASES, MIXED, Case

Spread = dict[tuple[str, str], tuple[Fraction | None, Fraction | None]]


@pytest.fixture(scope="module")
def found(duck: DuckDb) -> Quality:
    """All cases at once, each a council of its own."""
    given = cases.read({case.check or "mixed": rows.cells(case.rows) for case in (*CASES, MIXED)})
    return quality(duck, given, cases.measured(duck, given))


@pytest.fixture(scope="module")
def spreads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spread]:
    """The lowest and highest of each figure over every way to mend each case: each way a council of its own."""
    engine = DuckDb(tmp_path_factory.mktemp("ways"))
    every = {
        f"{case.check or 'mixed'} {number}": cells
        for case in (*CASES, MIXED) for number, cells in enumerate(cases.mended(case))
    }  # fmt: skip
    values: dict[str, dict[tuple[str, str], list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for figure in cases.measured(engine, cases.read(every)).figures:
        if figure.group == "Total" and (value := exact(figure)) is not None:
            values[figure.council.split()[0]][figure.measure, figure.part].append(value)
    engine.close()
    return {name: {key: (min(held), max(held)) for key, held in of.items()} for name, of in values.items()}


def council(found: Quality, name: str) -> Council:
    return next(one for one in found.councils if one.code == name)


def spread(effect: Effect) -> tuple[Fraction | None, Fraction | None]:
    low, high = (exact(figure) if figure else None for figure in (effect.low, effect.high))
    return low, high


@pytest.mark.parametrize("case", CASES, ids=[case.check for case in CASES])
def test_the_range_is_that_of_every_way_to_mend_the_rows(
    found: Quality, spreads: dict[str, Spread], case: Case
) -> None:
    one = council(found, case.check)
    (check,) = [held for held in one.found if held.check.key == case.check]
    expected = spreads[case.check]
    ranges = {(effect.measure, effect.part): spread(effect) for effect in check.effects}
    assert ranges, "the case moves no figure"
    for now in one.now:
        key = (now.measure, now.part)
        if key in expected and key in ((m, p) for m, p in check.check.figures):
            as_it_is = (exact(now), exact(now))
            assert ranges.get(key, as_it_is) == expected[key], key


@pytest.mark.parametrize("case", CASES, ids=[case.check for case in CASES])
def test_a_check_says_how_much_it_found(found: Quality, case: Case) -> None:
    assert {one.check.key: one.count for one in council(found, case.check).found}[case.check] == case.count


@pytest.mark.parametrize("case", CASES, ids=[case.check for case in CASES])
def test_figures_that_a_check_does_not_name_do_not_move(found: Quality, spreads: dict[str, Spread], case: Case) -> None:
    one = council(found, case.check)
    named = next(check.figures for check in CHECKS if check.key == case.check)
    for now in one.now:
        key = (now.measure, now.part)
        if key not in named and key in spreads[case.check]:
            assert spreads[case.check][key] == (exact(now), exact(now)), key


def test_the_range_of_all_checks_at_once_covers_every_mix_of_them(found: Quality, spreads: dict[str, Spread]) -> None:
    together = {(one.measure, one.part): spread(one) for one in council(found, "mixed").together}
    moved = 0
    for now in council(found, "mixed").now:
        key = (now.measure, now.part)
        low, high = spreads["mixed"].get(key, (None, None))
        if low is None or high is None:
            continue
        least, most = together.get(key, (exact(now), exact(now)))
        assert least is not None, key
        assert most is not None, key
        assert least <= low <= high <= most, key
        moved += low < high
    assert moved >= 5


def test_every_check_that_one_submission_can_show_has_a_case() -> None:
    assert {case.check for case in CASES} == {check.key for check in CHECKS} - {"cropped"}


def test_a_person_whom_nothing_would_move_is_not_counted(found: Quality) -> None:
    """Person 3 has a care home beside the service without a mechanism; person 2 has a direct payment already."""
    (check,) = [one for one in council(found, "mechanism_community").found if one.check.key == "mechanism_community"]
    assert {(one.part, one.people) for one in check.effects} == {("1a", 2), ("2a", 2)}
    assert check.moved == 2


def test_the_figure_as_it_stands_is_the_official_one(found: Quality) -> None:
    (check,) = [one for one in council(found, "mechanism_community").found if one.check.key == "mechanism_community"]
    name = "mechanism_community"
    assert [one.now for one in check.effects] == [Figure(name, "3D", part, "Total", 1, 4) for part in ("1a", "2a")]
    assert [(one.low and one.low.value, one.high and one.high.value) for one in check.effects] == [
        (Decimal("25.0"), Decimal("75.0"))
    ] * 2
