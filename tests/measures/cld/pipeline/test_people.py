"""Of all that is said of somebody, what is taken to be so (CLD.md 4). Every case is one person of a council."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from evenhand.facts.cld.codes import Accommodation as Home
from evenhand.facts.cld.codes import Employment, Ethnicity, Funding, Gender, Reason, YesNo
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.options import Options
from tests.measures.cld.pipeline.stages import people, people_of

DAY = dt.date.fromisoformat
Q3, Q4 = "ref 2024-10-01→2024-12-31", "ref 2025-01-01→2025-03-31"

# name: rows, the column, what it comes to.
CASES: dict[str, tuple[str, str, Any]] = {
    # The common rule.
    "known beats newer unknown": (f"Comm 2024-05-01→2024-10-02, gender MALE, {Q3}; "
        f"Comm 2025-01-01→, gender UNKNOWN, {Q4}", "gender", Gender.MALE),
    "known beats newer invalid": (f"Comm 2024-05-01→2024-10-02, gender MALE, {Q3}; "
        f"Comm 2025-01-01→, gender invalid, {Q4}", "gender", Gender.MALE),
    "known beats newer blank": (f"Comm 2024-05-01→2024-10-02, gender MALE, {Q3}; "
        f"Comm 2025-01-01→, gender blank, {Q4}", "gender", Gender.MALE),
    "later reference period beats an open end": (f"Comm 2024-05-01→, gender MALE, {Q3}; "
        f"Comm 2025-01-01→2025-01-02, gender OTHER, {Q4}", "gender", Gender.OTHER),
    "open beats a later start": ("Comm 2024-05-01→, gender MALE; "
        "Comm 2025-01-01→2025-01-02, gender OTHER", "gender", Gender.MALE),
    "later end beats a later start": ("Comm 2024-05-01→2025-01-03, gender MALE; "
        "Comm 2025-01-01→2025-01-02, gender OTHER", "gender", Gender.MALE),
    "of equal ends the later start": ("Comm 2024-05-01→, gender MALE; "
        "Comm 2024-05-02→, gender OTHER", "gender", Gender.OTHER),
    "a tie that disagrees is unknown": ("Comm HS 2024-05-01→, gender MALE; "
        "Comm DS 2024-05-01→, gender FEMALE", "gender", Gender.UNKNOWN),
    "a tie that agrees is known": ("Comm HS 2024-05-01→, gender MALE; "
        "Comm DS 2024-05-01→, gender MALE", "gender", Gender.MALE),
    "a tie of three, the middle one apart": ("Comm HS 2024-05-01→, gender MALE; "
        "Comm DS 2024-05-01→, gender FEMALE; "
        "Comm 2024-05-01→, gender MALE", "gender", Gender.UNKNOWN),
    "a disagreement below the first does not show": ("Comm HS 2024-05-01→, gender MALE; "
        "Comm DS 2024-04-01→, gender FEMALE; "
        "Comm 2024-04-01→, gender MALE", "gender", Gender.MALE),
    "nothing said of the gender": ("Comm 2024-05-01→, gender blank", "gender", Gender.UNKNOWN),
    "invalid gender": ("Comm 2024-05-01→, gender invalid", "gender", Gender.UNKNOWN),
    "a request says as much as a service": ("Comm 2024-05-01→2024-06-01, gender MALE; "
        "Request 2024-07-01→2024-07-02, gender FEMALE", "gender", Gender.FEMALE),
    # Each attribute's own words for unknown.
    "refused beats not known": (f"Comm 2024-05-01→, ethnicity REFUSED, {Q3}; "
        f"Comm 2024-05-01→, ethnicity NOT_KNOWN, {Q4}", "ethnicity", Ethnicity.REFUSED),
    "any ethnicity beats a later refusal": (f"Comm 2024-05-01→, ethnicity ARAB, {Q3}; "
        f"Comm 2024-05-01→, ethnicity REFUSED, {Q4}", "ethnicity", Ethnicity.ARAB),
    "invalid ethnicity": ("Comm 2024-05-01→, ethnicity invalid", "ethnicity", Ethnicity.NOT_KNOWN),
    "two ethnicities": ("Comm HS 2024-05-01→, ethnicity ARAB; "
        "Comm DS 2024-05-01→, ethnicity OTHER", "ethnicity", Ethnicity.NOT_KNOWN),
    "invalid employment stays invalid": ("Comm 2024-05-01→, employment invalid", "employment", 0),
    "invalid and unknown employment": ("Comm HS 2024-05-01→, employment invalid; "
        "Comm DS 2024-05-01→, employment UNKNOWN", "employment", Employment.UNKNOWN),
    "blank employment": ("Comm HS 2024-05-01→", "employment", Employment.UNKNOWN),
    "paid work": ("Comm HS 2024-05-01→, employment SEEKING; "
        "Comm DS 2024-05-02→, employment PAID_UNDER_16", "employment", Employment.PAID_UNDER_16),
    "invalid funding": ("Comm HS 2024-05-01→, funding invalid", "funding", Funding.UNKNOWN),
    "funding": (f"Comm HS 2024-05-01→, funding JOINT, {Q3}; "
        f"Comm HS 2024-05-01→, funding UNKNOWN, {Q4}", "funding", Funding.JOINT),
    "a carer's reason gives way": (f"Comm HS 2024-05-01→, psr MEMORY, {Q3}; "
        f"Comm HS 2024-05-01→, psr UNPAID_CARER, {Q4}", "psr", Reason.MEMORY),
    "a carer's reason alone stays": ("DTC 2024-05-01→, psr UNPAID_CARER; "
        "Comm 2024-04-01→, psr UNKNOWN", "psr", Reason.UNPAID_CARER),
    "two reasons": ("Comm HS 2024-05-01→, psr MEMORY; Comm DS 2024-05-01→, psr MENTAL_HEALTH", "psr", Reason.UNKNOWN),
    "W67 the later end's reason": ("Comm HS 2023-05-01→2024-06-30, psr LEARNING_DISABILITY; "
        "Review 2024-12-01→2024-12-10, psr MENTAL_HEALTH", "psr", Reason.MENTAL_HEALTH),
    "W67 an open service's reason": ("Comm HS 2023-05-01→, psr LEARNING_DISABILITY; "
        "Review 2024-12-01→2024-12-10, psr MENTAL_HEALTH", "psr", Reason.LEARNING_DISABILITY),
    # Births and deaths.
    "W14 the latest file, then the earliest birth": (f"Comm HS 2024-05-01→, born 1970-01, {Q3}; "
        f"Comm HS 2024-05-01→, born 1955-01, {Q4}; "
        f"Comm DS 2024-05-01→, born 1950-01, {Q4}", "birth", DAY("1950-01-01")),
    "of one year the earliest month": ("Comm HS 2024-05-01→, born 1950-12; "
        "Comm DS 2024-05-01→, born 1950-11", "birth", DAY("1950-11-01")),
    "a birth said once": (f"Comm HS 2024-05-01→, born 1950-12, {Q3}; "
        f"Comm HS 2024-05-01→, {Q4}", "birth", DAY("1950-12-01")),
    "a year without a month is no birth": (f"Comm HS 2024-05-01→, born 1950-12, {Q3}; "
        f"Comm DS 2024-05-01→, birth_year 1940, {Q4}", "birth", DAY("1950-12-01")),
    "no birth": ("Comm HS 2024-05-01→", "birth", None),
    "W05 a death once said stays": (f"Comm HS 2023-05-01→, died 2024-03-31, {Q3}; "
        f"Comm HS 2023-05-01→, {Q4}", "death", DAY("2024-03-31")),
    "the latest file's death": (f"Comm HS 2023-05-01→, died 2024-12-31, {Q3}; "
        f"Comm HS 2023-05-01→, died 2024-11-30, {Q4}", "death", DAY("2024-11-30")),
    "of one file the later death": ("Comm HS 2023-05-01→, died 2024-12-31; "
        "Comm DS 2023-05-01→, died 2024-11-30", "death", DAY("2024-12-31")),
    "no death": ("Comm HS 2023-05-01→", "death", None),
    # Where somebody lives, and what is inferred.
    "a telling component before another": ("Comm DS 2024-05-01→; "
        "Comm HS 2024-05-01→", "accommodation", Home.PRESUMED_AT_HOME),
    "W63 conflict, presumed at home": ("Comm HS 2024-05-01→, accommodation PRIVATE_TENANT; "
        "Comm HS 2024-05-01→, accommodation OWNER_OCCUPIER", "accommodation", Home.PRESUMED_AT_HOME),
    "W64 presumed in the community": ("Comm DS 2024-05-01→", "accommodation", Home.PRESUMED_IN_COMMUNITY),
    "W65 two telling components": ("Comm HS 2024-05-01→; "
        "Comm SL 2024-05-01→", "accommodation", Home.PRESUMED_IN_COMMUNITY),
    "W66 known beats newer unknown": (f"Request 2023-05-01→2023-05-02, accommodation CARE_HOME, {Q3}; "
        f"Comm HS 2025-01-01→, {Q4}", "accommodation", Home.CARE_HOME),
    "invalid is unknown": ("Comm HS 2024-05-01→, accommodation invalid", "accommodation", Home.PRESUMED_AT_HOME),
    "nursing": ("Nur HS 2024-05-01→", "accommodation", Home.NURSING_HOME),
    "residential": ("Res 2024-05-01→", "accommodation", Home.CARE_HOME),
    "nursing before residential": ("Res LR 2024-05-01→; Nur LN 2024-05-01→", "accommodation", Home.NURSING_HOME),
    "prison": ("Pris 2024-05-01→", "accommodation", Home.PRISON),
    "prison with a telling component": ("Pris SL 2024-05-01→", "accommodation", Home.SHARED_LIVES),
    "Shared Lives in the short term": ("STother SL 2024-05-01→", "accommodation", Home.SHARED_LIVES),
    "extra care": ("Comm EC 2024-05-01→", "accommodation", Home.SHELTERED_OR_EXTRA_CARE),
    "supported living": ("Comm CSL 2024-05-01→", "accommodation", Home.SUPPORTED),
    "home support in the short term": ("STMax HS 2024-05-01→", "accommodation", Home.UNKNOWN),
    "a service type that is not listed": ("DTC SL 2024-05-01→", "accommodation", Home.SHARED_LIVES),
    "no service type, home support": ("HS 2024-05-01→", "accommodation", Home.UNKNOWN),
    "open before ended": ("Comm HS 2024-05-01→; Nur LN 2024-06-01→2025-01-01", "accommodation", Home.PRESUMED_AT_HOME),
    "a telling component before a later start": ("Comm EC 2024-05-01→; "
        "Comm DS 2024-06-01→", "accommodation", Home.SHELTERED_OR_EXTRA_CARE),
    "of telling ones the later start": ("Comm EC 2024-05-01→; Comm SL 2024-06-01→", "accommodation", Home.SHARED_LIVES),
    "reviews tell nothing": ("Review Nur 2024-05-01→2024-05-01", "accommodation", Home.UNKNOWN),
    "settled: a tenant": ("Comm HS 2024-05-01→, accommodation SOCIAL_TENANT", "settled", 1),
    "settled: presumed at home": ("Comm HS 2024-05-01→", "settled", 1),
    "not settled: presumed in the community": ("Comm DS 2024-05-01→", "settled", 0),
    "not settled: a refuge": ("Comm HS 2024-05-01→, accommodation REFUGE", "settled", 0),
    "not settled: unknown": ("Request 2024-05-01→2024-05-01", "settled", 0),
    # Has an unpaid carer.
    "says no": ("Comm 2024-05-01→, has_carer NO", "has_carer", YesNo.NO),
    "named by a carer": ("Comm 2024-05-01→, has_carer NO, la_person 7; "
        "DTC 2024-05-01→, person 2, links 5 7", "has_carer", YesNo.YES),
    "named by a carer of last year": ("Comm 2024-05-01→, has_carer NO, la_person 7; "
        "DTC 2023-05-01→2024-03-31, person 2, links 7", "has_carer", YesNo.NO),
    "named by a carer on the first day": ("Comm 2024-05-01→, has_carer NO, la_person 7; "
        "DTC 2023-05-01→2024-04-01, person 2, links 7", "has_carer", YesNo.YES),
    "named by a carer of next year": ("Comm 2024-05-01→, has_carer NO, la_person 7; "
        "DTC 2025-04-01→, person 2, links 7", "has_carer", YesNo.NO),
    "named by somebody who is no carer": ("Comm 2024-05-01→, has_carer NO, la_person 7; "
        "Comm 2024-05-01→, person 2, links 7", "has_carer", YesNo.NO),
    "named on any of one's rows": ("Comm 2024-05-01→, la_person 7; "
        "Comm 2024-06-01→, la_person 8; "
        "DTC 2024-05-01→, person 2, links 7", "has_carer", YesNo.YES),
    "nobody named, no id": ("Comm 2024-05-01→; DTC 2024-05-01→, person 2", "has_carer", YesNo.UNKNOWN),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(duck: DuckDb) -> dict[str, dict[str, Any]]:
    return people_of(duck, {name: case[0] for name, case in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_what_is_taken_to_be_so(found: dict[str, dict[str, Any]], name: str) -> None:
    _, column, expected = CASES[name]
    assert found[name][column] == expected


def test_a_link_counts_in_the_carers_own_council_only(duck: DuckDb) -> None:
    text = "Comm 2024-05-01→, has_carer NO, la_person 7; DTC 2024-05-01→, person 2, la B, links 7"
    assert people(duck, text)[0]["has_carer"] == YesNo.NO


def test_a_person_in_two_councils_is_told_of_in_each(duck: DuckDb) -> None:
    found = people(duck, "Comm 2024-05-01→, gender MALE; Comm 2024-05-01→, la B, gender OTHER")
    assert [(row["la"], row["person"], row["gender"]) for row in found] == [
        ("A", 1, Gender.MALE),
        ("B", 1, Gender.OTHER),
    ]


def test_an_option_lets_the_latest_file_blank_a_death(duck: DuckDb) -> None:
    cases = {
        "blanked": f"Comm 2023-05-01→, died 2024-03-31, {Q3}; Comm 2023-05-01→, {Q4}",
        "still said": f"Comm 2023-05-01→, {Q3}; Comm 2023-05-01→, died 2025-02-01, {Q4}; Comm 2024-05-01→, {Q4}",
    }
    found = people_of(duck, cases, Options(death_sticky=False))
    assert {name: row["death"] for name, row in found.items()} == {"blanked": None, "still said": DAY("2025-02-01")}


def test_nobody_at_all_is_no_row(duck: DuckDb) -> None:
    assert people(duck, "") == []


def test_reference_periods_a_lifetime_apart_are_an_error_not_a_wrong_answer(duck: DuckDb) -> None:
    with pytest.raises(EvenhandError, match="more than eleven years apart"):
        people(duck, f"Comm 2024-05-01→, {Q4}; Comm 2024-05-01→, ref 2001-01-01→2001-03-31")
