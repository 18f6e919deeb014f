"""Which rows are events of the period, which are the same event, and which row of it is kept (CLD.md 3.3 to 3.8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.options import Options
from tests.measures.cld.pipeline.stages import Outcome, identified, kept, only, outcomes, read, using

Q1 = using("A 1 2024-04-01→2024-06-30")
DAY = dt.date.fromisoformat


EACH = [
    # The table of 3.3.
    ("Comm 2024-05-01→∞, died 2024-06-10", "2024-06-10"),
    ("Comm 2024-05-01→2024-06-10, died 2024-06-10", "2024-06-10"),
    ("Comm 2024-05-01→∞, died 2024-05-01", "open"),
    ("Assessment 2024-05-01→2024-08-01", "not_ended_in_period"),
    ("Comm 2024-02-01→2024-03-31", "ended_before_period"),
    ("Comm 2024-07-01→∞", "starts_after_period"),
    # Its edges.
    ("Comm 2024-05-01→2024-06-01, died 2024-06-10", "2024-06-01"),
    ("Comm 2024-05-01→2024-08-01", "2024-08-01"),
    ("Comm 2024-02-01→2024-04-01", "2024-04-01"),
    ("Comm 2024-05-02→∞, died 2024-05-01", "starts_after_death"),
    ("Comm 2024-01-02→∞, died 2024-03-31", "died_before_period"),
    ("Comm 2024-06-10→2024-06-01", "2024-06-01"),  # W40: an end before the start stays
    ("Comm 2024-06-10→2024-06-01, died 2024-06-20", "2024-06-01"),
    ("Assessment 2024-05-01→2024-06-30", "2024-06-30"),
    ("Assessment 2024-05-01→∞", "not_ended_in_period"),
    ("Assessment 2024-05-01→∞, died 2024-05-20", "2024-05-20"),
    ("Assessment 2024-05-01→2024-08-01, died 2024-06-20", "2024-06-20"),
    ("Review 2024-05-01→2024-08-01, died 2024-07-20", "not_ended_in_period"),
    ("Request 2024-02-01→2024-03-31", "ended_before_period"),
    ("Comm 2024-05-01→∞, event blank", "no_event_type"),
    ("Comm 2024-05-01→∞, event invalid", "no_event_type"),
    ("KBA 2024-05-01→∞", "no_event_type"),
    ("Comm", "no_start"),
    ("Comm 2024-05-01→∞, nhs blank", "no_person_id"),  # W37
    ("Comm 2024-05-01→∞, submission 2", "submission_not_used"),
]


@pytest.fixture(scope="module")
def each(duck: DuckDb) -> dict[str, Outcome]:
    return outcomes(duck, {row: row for row, _ in EACH}, "1 2024-04-01→2024-06-30")


@pytest.mark.parametrize(("row", "expected"), EACH)
def test_each_row_is_kept_with_its_corrected_end_or_left_out_for_one_reason(
    each: dict[str, Outcome], row: str, expected: str
) -> None:
    reasons = only(each[row].account, "reason", "rows")
    if each[row].main:
        (found,) = each[row].main
        assert reasons == [("kept", 1)]
        assert (found["end"].isoformat() if found["end"] else "open") == expected
    else:
        assert reasons == [(expected, 1)]


def test_the_raw_end_stays_beside_the_corrected_one(duck: DuckDb) -> None:
    (found,) = kept(duck, "Comm MPB HS 2024-05-01→2024-09-01, died 2024-06-10", Q1)
    assert (found["end"], found["raw_end"]) == (DAY("2024-06-10"), DAY("2024-09-01"))


def test_an_option_closes_a_service_that_starts_on_the_day_of_death(duck: DuckDb) -> None:
    row = "Nur LN 2024-06-01→∞, died 2024-06-01"  # W06
    assert only(kept(duck, row), "end") == [None]
    assert only(kept(duck, row, options=Options(death_on_start_stays_open=False)), "end") == [DAY("2024-06-01")]


def test_the_person_is_the_nhs_number_else_the_councils_own_id(duck: DuckDb) -> None:
    text = """Comm HS 2024-05-01→, nhs 123
              Comm HS 2024-05-02→, nhs 123, la_person 456
              Comm HS 2024-05-03→, nhs blank, la_person 456
              Comm HS 2024-05-04→, nhs blank, la_person 789
              Comm HS 2024-05-05→, nhs blank"""
    known, ids = identified(duck, text)
    named = {row["person"]: row["pseudonym"] for row in read(ids, "person")}
    assert list(named.values()) == ["123", "A_456", "A_789"]
    found = read(known.numbered.select("record", "person"), "record")
    assert [(row["record"], named[row["person"]]) for row in found] == [
        (1, "123"), (2, "123"), (3, "A_456"), (4, "A_789"),
    ]  # fmt: skip


def test_an_option_keeps_rows_without_any_id_as_one_person_a_council(duck: DuckDb) -> None:
    text = "Comm HS 2024-05-01→, nhs blank; Comm DS 2024-05-01→, nhs blank"
    found = kept(duck, text, options=Options(drop_no_person_id=False))
    assert only(found, "record") == [1, 2]
    assert len(set(only(found, "person"))) == 1


def test_w36_a_row_without_nhs_number_is_a_second_person(duck: DuckDb) -> None:
    found = kept(
        duck, "Comm MPB HS 2024-05-01→, nhs 123, la_person 456; Comm DP HS 2024-05-01→, nhs blank, la_person 456"
    )
    assert len(set(only(found, "person"))) == 2


def test_w38_one_nhs_number_in_two_councils_is_one_person_and_two_events(duck: DuckDb) -> None:
    both = using("A 1 2024-04-01→2025-03-31; B 2 2024-04-01→2025-03-31")
    text = "Comm DP HS 2024-04-01→2024-09-30, nhs 9; Comm DP HS 2024-04-01→, nhs 9, la B, submission 2"
    found = kept(duck, text, both)
    assert only(found, "la") == ["A", "B"]
    assert len(set(only(found, "person"))) == 1


SAME_OR_NOT = [
    ("the mechanism does not tell services apart", "Comm DP HS 2024-05-01→; Comm COM HS 2024-05-01→", True),
    ("nor does the end", "Comm HS 2024-05-01→; Comm HS 2024-05-01→2024-09-01", True),
    ("the component does", "Comm HS 2024-05-01→; Comm DS 2024-05-01→", False),
    ("so does a blank component", "Comm HS 2024-05-01→; Comm 2024-05-01→", False),
    ("but two blanks are the same", "Comm 2024-05-01→; Comm 2024-05-01→", True),
    ("the service type tells apart", "Comm HS 2024-05-01→; Pris HS 2024-05-01→", False),
    ("the start does", "Comm HS 2024-05-01→; Comm HS 2024-05-02→", False),
    ("the person does", "Comm HS 2024-05-01→; Comm HS 2024-05-01→, person 2", False),
    ("W35: the client type in its raw words does", "DTC 2024-05-01→, client_raw 5; "
        "DTC 2024-05-01→, client_raw 6", False),
    ("W34: equal words in other cases do not", "Comm HS 2024-05-01→, service_raw 5; "
        "Comm HS 2024-05-01→, service_raw 5", True),
    ("words of two releases do", "Comm HS 2024-05-01→, service_raw 5; Comm HS 2024-05-01→, service_raw 6", False),
    ("the end tells assessments apart", "Assessment 2024-05-01→2024-05-09; Assessment 2024-05-01→2024-05-10", False),
    ("the assessment type does", "Assessment 2024-05-01→2024-05-09, assessment_raw 1; "
        "Assessment 2024-05-01→2024-05-09, assessment_raw 2", False),
    ("the route is no part of an assessment", "Assessment 2024-05-01→2024-05-09, route_raw 1; "
        "Assessment 2024-05-01→2024-05-09", True),
    ("the route tells requests apart", "Request 2024-05-01→2024-05-09, route_raw 1; "
        "Request 2024-05-01→2024-05-09", False),
    ("the service is no part of a review", "Review Comm HS 2024-05-01→2024-05-09; Review 2024-05-01→2024-05-09", True),
    ("the end of a review does", "Review 2024-05-01→2024-05-09; Review 2024-05-01→2024-05-10", False),
    ("an assessment is not a review", "Assessment 2024-05-01→2024-05-09; Review 2024-05-01→2024-05-09", False),
    ("death makes two ends one", "Review 2024-05-01→2024-05-09, died 2024-05-08; "
        "Review 2024-05-01→2024-05-10, died 2024-05-08", True),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole_year(duck: DuckDb) -> dict[str, Outcome]:
    cases = [(case[0], case[1]) for case in (*SAME_OR_NOT, *SURVIVORS, *COSTS)]
    return outcomes(duck, dict(cases))


@pytest.mark.parametrize(("why", "same"), [(case[0], case[2]) for case in SAME_OR_NOT])
def test_what_makes_two_rows_one_event(whole_year: dict[str, Outcome], why: str, same: bool) -> None:
    assert len(whole_year[why].main) == (1 if same else 2)


def test_an_option_tells_events_apart_by_mapped_values(duck: DuckDb) -> None:
    text = "Comm HS 2024-05-01→, service_raw 5, client_raw 1; Comm HS 2024-05-01→, service_raw 6, client_raw 2"
    assert only(kept(duck, text, options=Options(raw_keys=False)), "record") == [2]


SURVIVORS = [
    ("the better outcome, whatever the record", "Assessment 2024-05-01→2024-05-09, outcome DECLINED, record 900; "
        "Assessment 2024-05-01→2024-05-09, outcome TO_SUPPORT, record 100", 100),
    ("of equal outcomes the larger record", "Assessment 2024-05-01→2024-05-09, outcome DECLINED, record 900; "
        "Assessment 2024-05-01→2024-05-09, outcome DECLINED, record 100", 900),
    ("any outcome before none", "Comm 2024-05-01→, outcome OTHER, record 1; "
        "Comm 2024-05-01→, record 2; "
        "Comm 2024-05-01→, outcome invalid, record 3", 1),
    ("open before the latest end", "Comm 2024-05-01→, record 1; "
        "Comm 2024-05-01→2024-09-01, outcome TO_REABLEMENT, record 2", 1),
    ("the latest end before the outcome", "Comm 2024-05-01→2024-09-02, record 1; "
        "Comm 2024-05-01→2024-09-01, outcome TO_REABLEMENT, record 2", 1),
    ("the conversation before the record", "Comm 2024-05-01→, conversation 1, record 1; "
        "Comm 2024-05-01→, conversation 0, record 2; "
        "Comm 2024-05-01→, record 3", 1),
]  # fmt: skip


@pytest.mark.parametrize(("why", "record"), [(case[0], case[2]) for case in SURVIVORS])
def test_which_row_of_one_event_is_kept(whole_year: dict[str, Outcome], why: str, record: int) -> None:
    assert only(whole_year[why].main, "record") == [record]


def test_the_later_file_outranks_an_open_end(duck: DuckDb) -> None:
    two = using("A 1 2024-04-01→2024-06-30; A 2 2024-07-01→2024-09-30")
    text = "Comm 2024-05-01→, submission 1; Comm 2024-05-01→2024-08-10, submission 2"
    assert only(kept(duck, text, two), "record", "end") == [(2, DAY("2024-08-10"))]


FILES = using("A 1 2024-10-01→2024-12-31; A 2 2025-01-01→2025-03-31")
CROPS = [
    ("open and not in the next file", "Comm 2024-11-01→", ["2024-12-31"]),
    ("ending later and not in the next", "Comm 2024-11-01→2025-02-15", ["2024-12-31"]),
    ("ending before the file's end", "Comm 2024-11-01→2024-12-20", ["2024-12-20"]),
    ("ended in the next file", "Comm 2024-11-01→; Comm 2024-11-01→2025-03-03, submission 2", ["2025-03-03"]),
    ("in the last file", "Comm 2024-11-01→, submission 2", ["open"]),
    ("start reset in the next file", "Comm 2024-11-01→; Comm 2025-01-05→, submission 2", ["2024-12-31", "open"]),
]


@pytest.fixture(scope="module")
def two_files(duck: DuckDb) -> dict[str, Outcome]:
    return outcomes(duck, {case[0]: case[1] for case in CROPS}, "1 2024-10-01→2024-12-31; 2 2025-01-01→2025-03-31")


@pytest.mark.parametrize(("why", "ends"), [(case[0], case[2]) for case in CROPS])
def test_services_that_the_next_file_does_not_show_are_cropped(
    two_files: dict[str, Outcome], why: str, ends: list[str]
) -> None:
    assert [row["end"].isoformat() if row["end"] else "open" for row in two_files[why].main] == ends


def test_after_a_missed_quarter_the_later_row_is_kept_as_it_is(duck: DuckDb) -> None:
    gap = using("A 1 2024-04-01→2024-06-30; A 2 2024-10-01→2024-12-31")
    assert only(kept(duck, "Comm 2024-05-01→; Comm 2024-05-01→, submission 2", gap), "record", "end") == [(2, None)]


def test_a_crop_comes_before_the_choice_among_rows_of_one_file(duck: DuckDb) -> None:
    # Open and ending next spring are both cropped to the file's end, and then the outcome decides.
    text = "Comm 2024-11-01→, outcome OTHER; Comm 2024-11-01→2025-05-01, outcome TO_SUPPORT"
    assert only(kept(duck, text, FILES), "record", "end") == [(2, DAY("2024-12-31"))]
    assert only(kept(duck, text, FILES, Options(crop_missing_next=False)), "record", "end") == [(1, None)]


def test_w32_and_w33_one_event_in_two_files(duck: DuckDb) -> None:
    files = using("A 1 2024-01-01→2024-03-31; A 2 2024-04-01→2025-03-31")
    first = "Comm HS 2023-05-10→"
    both = f"{first}; Comm HS 2023-05-10→2024-11-30, submission 2"
    assert only(kept(duck, both, files), "record", "end") == [(2, DAY("2024-11-30"))]
    # File 2 has another service, so there is a later file that does not show the first.
    cropped = f"{first}; Comm DS 2024-06-01→, submission 2"
    assert only(kept(duck, cropped, files), "end") == [DAY("2024-03-31"), None]
    assert only(kept(duck, cropped, files, Options(crop_missing_next=False)), "end") == [None, None]


def test_w35_a_change_of_raw_client_type_makes_two_events_and_crops_the_first(duck: DuckDb) -> None:
    files = using("A 1 2024-01-01→2024-03-31; A 2 2024-04-01→2025-03-31")
    text = "DTC 2023-05-10→, client_raw 5; DTC 2023-05-10→, client_raw 6, submission 2"
    assert only(kept(duck, text, files), "end") == [DAY("2024-03-31"), None]


COSTS = [
    ("another mechanism", "Comm DP HS 2024-05-01→; Comm COM HS 2024-05-01→", 2),
    ("another cost", "Comm 2024-05-01→, cost 700 WEEKLY; Comm 2024-05-01→, cost 701 WEEKLY", 2),
    ("another frequency", "Comm 2024-05-01→, cost 700 WEEKLY; Comm 2024-05-01→, cost 700 DAILY", 2),
    ("other units", "Comm 2024-05-01→, cost 20 HOURLY 10; Comm 2024-05-01→, cost 20 HOURLY 11", 2),
    ("a blank cost", "Comm 2024-05-01→, cost 700 WEEKLY; Comm 2024-05-01→, frequency WEEKLY", 2),
    ("the same throughout", "Comm 2024-05-01→, cost 700.00 WEEKLY; Comm 2024-05-01→2024-06-01, cost 700 WEEKLY", 1),
    ("a review", "Review DP 2024-05-01→2024-05-02; Review COM 2024-05-01→2024-05-02, cost 1 DAILY", 1),
]  # fmt: skip


@pytest.mark.parametrize(("why", "count"), [(case[0], case[2]) for case in COSTS])
def test_in_single_submissions_services_of_different_cost_stay_apart(
    whole_year: dict[str, Outcome], why: str, count: int
) -> None:
    assert len(whole_year[why].single) == count
    assert len(whole_year[why].main) == 1


def test_single_keeps_the_costs(duck: DuckDb) -> None:
    (found,) = outcomes(duck, {"A": "Comm 2024-05-01→, cost 20.50 HOURLY 15"})["A"].single
    assert (found["unit_cost"], found["frequency"], found["units"]) == (Decimal("20.50"), 2, Decimal("15.00"))


def test_the_account_adds_up_by_submission(duck: DuckDb) -> None:
    text = """Comm 2024-11-01→; Comm 2024-11-01→; Comm 2024-11-01→, submission 2; Comm; Comm 2024-11-01→, submission 3
              Review 2025-02-01→2025-02-01, submission 2; Review 2025-02-01→2025-02-01, submission 2"""
    found = outcomes(duck, {"A": text}, "1 2024-10-01→2024-12-31; 2 2025-01-01→2025-03-31")["A"].account
    assert only(found, "submission", "reason", "rows") == [
        (1, "no_start", 1), (1, "same_event", 2), (2, "kept", 2), (2, "same_event", 1), (3, "submission_not_used", 1),
    ]  # fmt: skip
