"""Which submission is used for which days: the specification's example, the edges, and one file on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import tables
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.pipeline import Override, Selection, select
from evenhand.measures.cld.pipeline.selection import blocks
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))


def submissions(*lines: str) -> Any:
    """SUBMISSIONS from ``A 2025-04-20 2024-04-01→2025-03-31``: council, received, derived; numbered from 1."""
    out = []
    for number, line in enumerate(lines, start=1):
        la, imported, *days = line.split()
        start, end = rows.span(days[0]) if days else (None, None)
        out.append(
            {"submission": number, "la": la, "file": f"file {number}", "imported": dt.datetime.fromisoformat(imported),
             "derived_start": start, "derived_end": end, "stated_start": dt.date(2024, 4, 1),
             "stated_end": dt.date(2025, 3, 31), "rows": 10}
        )  # fmt: skip
    return rows.table(out, tables.SUBMISSIONS)


def used(selection: Selection) -> list[str]:
    return [f"{one.la} {one.submission} {one.start}→{one.end}" for one in selection.taken]


EXAMPLE = (
    "A 2025-10-05 2024-10-01→2025-09-30",
    "A 2025-12-28 2024-10-01→2025-09-30",
    "A 2026-01-15 2025-01-01→2025-12-31",
)
FIFTEEN_MONTHS = Period(dt.date(2024, 10, 1), dt.date(2025, 12, 31))


def test_the_specifications_example_takes_the_latest_file_of_each_quarter_and_merges_its_quarters() -> None:
    chosen = select(submissions(*EXAMPLE), FIFTEEN_MONTHS, as_of=dt.date(2026, 2, 1), joined=True)
    assert used(chosen) == ["A 2 2024-10-01→2024-12-31", "A 3 2025-01-01→2025-12-31"]
    assert chosen.missing == {}


def test_as_of_leaves_out_what_was_received_later() -> None:
    chosen = select(submissions(*EXAMPLE), FIFTEEN_MONTHS, as_of=dt.date(2025, 12, 31), joined=True)
    assert used(chosen) == ["A 2 2024-10-01→2025-09-30"]


def test_a_file_best_for_the_first_and_third_quarter_speaks_for_the_second_too() -> None:
    days = Period(dt.date(2024, 4, 1), dt.date(2024, 12, 31))
    # File 2 is the latest that covers the second quarter; file 1, received before it, is all there is for the others.
    lines = ("A 2025-01-05 2024-04-01→2024-12-31", "A 2025-02-05 2024-07-01→2024-09-30")
    assert used(select(submissions(*lines), days, joined=True)) == [
        "A 1 2024-04-01→2024-12-31",
        "A 2 2024-07-01→2024-09-30",
    ]


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ("A 2025-04-20 2024-04-01→2025-03-31", True),
        ("A 2025-03-31T09:00 2024-04-01→2025-03-31", True),  # W39: during the last day is after its midnight
        ("A 2025-03-31T00:00 2024-04-01→2025-03-31", False),
        ("A 2025-03-31T09:00 2024-04-01→2025-02-28", False),  # W39 in practice: the import month has no say
        ("A 2025-04-20 2024-04-02→2025-03-31", False),
        ("A 2025-04-20 2024-04-01→2025-03-30", False),
        ("A 2025-04-20", False),  # no end dates: no derived period
        ("A 2026-04-23T13:28:24.253 2024-04-01→2025-03-31", False),  # a file with known faults
    ],
)
def test_what_the_official_test_lets_through(line: str, passes: bool) -> None:
    # Council B makes sure that there is something to choose, and has two files so that the official test applies.
    others = ("B 2025-04-20 2024-04-01→2025-03-31", "B 2025-04-21 2024-04-01→2025-03-31")
    chosen = select(submissions(*others, line), YEAR)
    assert ("A" in chosen.councils) is passes
    assert ("A" in chosen.missing) is not passes
    assert used(chosen)[-1] == "B 2 2024-04-01→2025-03-31"


def test_one_file_for_its_own_use_is_taken_as_it_is_and_a_note_says_so() -> None:
    chosen = select(submissions("A 2025-02-10"), YEAR)
    assert used(chosen) == ["A 1 2024-04-01→2025-03-31"]
    assert chosen.single == chosen.taken
    assert chosen.notes == (
        "The submission is taken as it is for 1 April 2024 to 31 March 2025: whether it covers these days, and was "
        "received after them, is not tested.",
    )


def test_one_file_received_after_the_day_as_of_is_not_used() -> None:
    lines = ("A 2025-04-20", "B 2025-04-22")
    chosen = select(submissions(*lines), YEAR, as_of=dt.date(2025, 4, 20))
    assert used(chosen) == ["A 1 2024-04-01→2025-03-31"]
    assert list(chosen.missing) == ["B"]
    assert len(chosen.notes) == 2


def test_a_council_whose_files_are_all_left_out_is_said_to_be_missing() -> None:
    chosen = select(submissions("A 2025-04-20", "B 2025-04-22"), YEAR, overrides=[Override("file 2", take=False)])
    assert chosen.councils == ("A",)
    assert chosen.missing == {"B": "Council B has no figures: each of its submissions was left out."}


def test_the_same_file_is_tested_when_tables_are_joined() -> None:
    with pytest.raises(EvenhandError, match="No submission can be used for 1 April 2024 to 31 March 2025"):
        select(submissions("A 2025-02-10"), YEAR, joined=True)


def test_a_council_without_a_usable_file_is_said_to_be_missing_and_why() -> None:
    lines = ("A 2025-04-20 2024-04-01→2025-03-31", "B 2024-05-20 2024-04-01→2024-04-30")
    chosen = select(submissions(*lines), YEAR, joined=True)
    assert chosen.councils == ("A",)
    assert list(chosen.missing) == ["B"]
    assert "Council B has no figures" in chosen.notes[0]
    assert "1 April 2024 to 30 April 2024" in chosen.notes[0]


def test_quarters_that_no_file_covers_are_said() -> None:
    lines = ("A 2025-04-20 2024-06-01→2025-03-31", "B 2025-04-20 2024-04-01→2025-03-31")
    chosen = select(submissions(*lines), YEAR, joined=True)
    assert used(chosen) == ["A 1 2024-07-01→2025-03-31", "B 2 2024-04-01→2025-03-31"]
    assert chosen.missing == {}
    assert chosen.notes == (
        "Council A: no submission covers 1 April 2024 to 30 June 2024.",
        "No one submission of A covers the whole period, so spending and data quality, which are worked out from a "
        "single submission, have nothing of it.",
    )


def test_days_after_the_last_whole_quarter_are_said_to_be_left_out() -> None:
    days = Period(dt.date(2024, 4, 1), dt.date(2025, 2, 28))
    chosen = select(submissions("A 2025-04-20 2024-04-01→2025-03-31"), days, joined=True)
    assert used(chosen) == ["A 1 2024-04-01→2024-12-31"]
    assert chosen.notes == ("Joined tables are of whole quarters: 1 January 2025 to 28 February 2025 is left out.",)


def test_joined_and_single_are_chosen_side_by_side() -> None:
    lines = ("A 2024-07-10 2024-04-01→2024-06-30", "A 2025-04-20 2024-07-01→2025-03-31")
    chosen = select(submissions(*lines), YEAR, joined=True)
    assert used(chosen) == ["A 1 2024-04-01→2024-06-30", "A 2 2024-07-01→2025-03-31"]
    assert chosen.single == ()


def test_stated_periods_can_be_the_basis() -> None:
    lines = ("A 2025-04-20", "A 2025-04-21")
    assert used(select(submissions(*lines), YEAR, basis="stated")) == ["A 2 2024-04-01→2025-03-31"]


def test_a_persons_own_decision_comes_before_the_rules() -> None:
    lines = ("A 2025-04-20 2024-04-01→2025-03-31", "A 2025-05-20 2024-04-01→2025-03-31", "A 2025-01-01")
    out = select(submissions(*lines), YEAR, overrides=[Override("file 2", take=False)])
    assert used(out) == ["A 1 2024-04-01→2025-03-31"]
    out = select(submissions(*lines), YEAR, overrides=[Override("file 3", take=True)])
    assert used(out) == ["A 3 2024-04-01→2025-03-31"]
    for_another = select(submissions(*lines), YEAR, overrides=[Override("file 3", take=True, la="B")])
    assert used(for_another) == ["A 2 2024-04-01→2025-03-31"]
    first_half = Override("file 3", take=True, start=dt.date(2024, 4, 1), end=dt.date(2024, 9, 30))
    out = select(submissions(*lines), YEAR, joined=True, overrides=[first_half])
    assert used(out) == ["A 2 2024-10-01→2025-03-31", "A 3 2024-04-01→2024-09-30"][::-1]


def test_leaving_every_file_out_is_an_error() -> None:
    with pytest.raises(EvenhandError, match="Council A has no figures: each of its submissions was left out"):
        select(submissions("A 2025-04-20"), YEAR, overrides=[Override("file 1", take=False)])


def test_a_period_falls_into_quarters_and_what_is_left_over_is_in_none() -> None:
    found = list(blocks(Period(dt.date(2024, 11, 30), dt.date(2025, 6, 30))))
    assert [(one.start.isoformat(), one.end.isoformat()) for one in found] == [
        ("2024-11-30", "2025-02-27"),
        ("2025-02-28", "2025-05-27"),
    ]


def test_one_file_of_a_council_speaks_for_its_own_longer_period_but_is_costed_for_the_days_asked() -> None:
    chosen = select(submissions("A 2025-04-20 2023-05-01→2025-03-31"), YEAR)
    assert used(chosen) == ["A 1 2023-05-01→2025-03-31"]
    assert [(one.start, one.end) for one in chosen.single] == [(YEAR.start, YEAR.end)]
