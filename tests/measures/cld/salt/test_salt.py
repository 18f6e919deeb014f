"""The tables of long-term support: the worked cases, on the rows as they were submitted.

A case is a council of its own, and its persons are nobody else's. What is expected is every cell of its tables that
holds somebody, as short words: ``b: 65+ Comm MPB`` is one person in LTS001b, 65 and over, community, managed budget.
"""

# ruff: noqa: E501 - a case is read along its line

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import pytest

from evenhand.measures.cld import tables
from evenhand.measures.cld.crossed import ALL, Crossed
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.salt import salt
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
OFFICIAL = Options()
SHORT = {
    "18 to 64": "18-64", "65 and over": "65+", "Nursing care": "Nur", "Residential care": "Res", "Community": "Comm",
    "Prison": "Pris", "Not applicable": "", "Not recorded": "blank", "Direct payment": "DP",
    "CASSR managed personal budget": "MPB", "CASSR commissioned support": "COM",
    "Learning disability support": "LD", "Mental health support": "MH",
    "Physical support: Personal care support": "care", "Direct payment only": "DP",
    "CASSR commissioned support only": "COM", "Support direct to carer: Unknown delivery mechanism": "unknown mechanism",
    "Information, advice and other universal services": "information", "No direct support provided to carer": "none",
}  # fmt: skip
NAMES = {"lts001a": "a", "lts001b_1": "b", "lts001c": "c", "lts003": "carer", "lts004_1": "work", "lts004_2": "home"}


@dataclass(frozen=True)
class Case:
    name: str
    rows: str
    expected: str
    options: Options = OFFICIAL
    tables: tuple[str, ...] = ("a", "b", "c", "carer")


def c(name: str, text: str, expected: str, *only: str, options: Options | None = None) -> Case:
    return Case(name, text, expected, options or Options(), only or ("a", "b", "c", "carer"))


OPEN = "2023-06-01→∞, born 1940-01"
LD = "psr LEARNING_DISABILITY"
CASES = [
    c("W01 ends on the last day", "Comm MPB HS 2023-05-10→2025-03-31, born 1950-06", "a: 65+ Comm MPB; b: 65+ Comm MPB; c: 65+ Comm MPB"),
    c("W02 ends the day before", "Comm MPB HS 2023-05-10→2025-03-30, born 1950-06", "a: 65+ Comm MPB"),
    c("W03 dies on the last day", "Comm DP HS 2024-01-01→∞, born 1945-02, died 2025-03-31", "b: 65+ Comm DP", "b"),
    c("W04 dies the day before", "Comm DP HS 2024-01-01→∞, born 1945-02, died 2025-03-30", "a: 65+ Comm DP"),
    c("W07 17 at the end", "Comm DP HS 2025-01-10→∞, born 2007-04", ""),
    c("W08 18 at the end", "Comm DP HS 2025-01-10→∞, born 2007-03", "a: 18-64 Comm DP; b: 18-64 Comm DP"),
    c("W12 unknown age", "Comm DP HS 2024-05-01→∞", ""),
    c(
        "W14 two births are two people in two ages",
        "Comm COM HS 2024-05-01→∞, born 1970-01; Comm COM DS 2024-05-01→∞, born 1950-01", "b: 18-64 Comm COM; b: 65+ Comm COM", "b",
    ),
    c("W15 residential and community", f"Res LR {OPEN}; Comm DP {OPEN}", "b: 65+ Res", "b"),
    c("W16 residential with a direct payment", f"Res LR DP {OPEN}", "b: 65+ Res", "b"),
    c("W17 a direct payment as component only", f"Comm DPc {OPEN}", "b: 65+ Comm blank", "b"),
    c(
        "W17 under the option", f"Comm DPc {OPEN}", "b: 65+ Comm DP", "b", options=Options(lts_no_dp_component=False),
    ),
    c("W18 component direct payment, mechanism commissioned", f"Comm COM DPc {OPEN}", "b: 65+ Comm COM", "b"),
    c("W19 invalid mechanism", f"Comm HS {OPEN}, mechanism invalid", "b: 65+ Comm blank", "b"),
    c("W20 commissioned and direct payment", f"Comm COM HS {OPEN}; Comm DP HS {OPEN}", "b: 65+ Comm DP", "b"),
    c("W21 nursing that ended earlier", f"Nur LN 2023-06-01→2025-02-01, born 1940-01; Comm MPB HS {OPEN}", "a: 65+ Nur; b: 65+ Comm MPB", "a", "b"),
    c("W22 prison with a direct payment", f"Pris DP {OPEN}", "b: 65+ Pris blank", "b"),
    c("W25 managed budget, blank component", "DTC MPB 2024-05-01→∞, born 1975-05", "carer: MPB 26 to 64"),
    c("W27 no mechanism", "DTC RESP 2024-05-01→∞, born 1975-05", "carer: unknown mechanism 26 to 64"),
    c("W28 component direct payment only", "DTC DPc 2024-05-01→∞, born 1975-05", "carer: unknown mechanism 26 to 64"),
    c("W29 information", "Carer Assessment 2024-05-01→2024-05-20, born 1975-05, outcome INFORMATION", "carer: information 26 to 64"),
    c("an assessment without outcome", "Carer Assessment 2024-05-01→2024-05-20, born 2010-05", "carer: none Under 18"),
    c("a request that ended in information", "Carer Request 2024-05-01→2024-05-20, outcome INFORMATION", "carer: information Unknown"),
    c("a request that did not", "Carer Request 2024-05-01→2024-05-20, outcome DECLINED", ""),
    c("the best of a carer's supports", "DTC COM 2024-05-01→∞, born 1935-05; CIP DP 2024-05-01→∞, born 1935-05", "carer: COM 85 and over"),
    c(
        "W36 a row without NHS number that may be a twin's", f"Comm MPB HS {OPEN}, la_person 456; Comm DP HS {OPEN}, nhs blank, la_person 456",
        "b: 65+ Comm MPB", "b",
    ),
    c("a row with the council's id alone", f"Comm DP HS {OPEN}, nhs blank, la_person 789", "b: 65+ Comm DP", "b"),
    c(
        "the twin is not in the table: it counts", "Comm MPB HS 2023-06-01→2024-05-01, born 1940-01, la_person 456\n"
        f"Comm DP HS {OPEN}, nhs blank, la_person 456", "a: 65+ Comm MPB; b: 65+ Comm DP", "a", "b",
    ),
    c("W74 a chain goes on the next day", "Comm 2023-05-01→2024-08-31, born 1940-01; Res 2024-09-01→∞, born 1940-01", "c: 65+ Res", "c"),
    c("W74 one clear day breaks it", "Comm 2023-05-01→2024-08-31, born 1940-01; Res 2024-09-02→∞, born 1940-01", "", "c"),
    c("W75 a chain from the day a year before", "Comm 2024-03-31→∞, born 1940-01", "", "c"),
    c("W75 under the option", "Comm 2024-03-31→∞, born 1940-01", "c: 65+ Comm blank", "c", options=Options(lts001c_strict=False)),
    c("W75 from the day before that", "Comm 2024-03-30→∞, born 1940-01", "c: 65+ Comm blank", "c"),
    c(
        "a short service within a long one breaks the chain", "Comm 2023-05-01→2024-12-31, born 1940-01\n"
        "Comm DS 2023-06-01→2023-06-30, born 1940-01; Res 2025-01-01→∞, born 1940-01", "", "c",
    ),
    c(
        "and not under the option", "Comm 2023-05-01→2024-12-31, born 1940-01\n"
        "Comm DS 2023-06-01→2023-06-30, born 1940-01; Res 2025-01-01→∞, born 1940-01", "c: 65+ Res", "c",
        options=Options(chain_lag_not_max=False),
    ),
    c(
        "W77 the latest start wins, though unknown",
        f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, employment PAID_UNDER_16\nComm HS 2024-06-01→∞, born 1985-01, {LD}, employment 7",
        "work: LD Unknown Female", "work",
    ),
    c(
        "of one start the known status", f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, employment 1; Comm DS 2024-05-01→∞, born 1985-01, {LD}, employment 7",
        "work: LD Paid: Less than 16 hours a week Female", "work",
    ),
    c(
        "a status that is not listed is passed over", f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, employment 1; Comm DS 2024-06-01→∞, born 1985-01, {LD}, employment invalid",
        "work: LD Paid: Less than 16 hours a week Female", "work",
    ),
    c(
        "a known status beats an unknown one that another sex goes with",
        f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, employment 1; Comm DS 2024-05-01→∞, born 1985-01, {LD}, employment 7, gender MALE",
        "work: LD Paid: Less than 16 hours a week Female", "work",
    ),
    c("no listed status at all", f"Comm HS 2024-05-01→∞, born 1985-01, {LD}", "work: LD Invalid/NULL Female", "work"),
    c("unknown accommodation is unsettled", f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, gender MALE", "home: Unsettled Unknown Male", "home"),
    c("a tenant is settled", f"Comm HS 2024-05-01→∞, born 1985-01, {LD}, accommodation 3", "home: Settled Tenant: Private landlord Female", "home"),
    c("another reason on the row", "Comm HS 2024-05-01→∞, born 1985-01, employment 1", "", "work", "home"),
    c("65 at the end", f"Comm HS 2024-05-01→∞, born 1960-01, {LD}, employment 1", "", "work", "home"),
]  # fmt: skip


def _rows(cases: list[Case]) -> list[dict[str, Any]]:
    """Rows of all cases; a person's and a council's own ids are told apart by the case's number."""
    out = []
    for number, case in enumerate(cases, start=1):
        for cell in rows.cells(case.rows):
            own = {name: f"{cell[name]}-{number}" for name in ("nhs", "la_person") if cell.get(name)}
            out.append({**cell, **own, "la": case.name, "submission": number})
    return [{**cell, "record": number} for number, cell in enumerate(out, start=1)]


def _tables(duck: DuckDb, cases: list[Case], options: Options) -> dict[str, Crossed]:
    submissions = [{"submission": number, "la": case.name} for number, case in enumerate(cases, start=1)]
    return salt(
        duck, duck.keep("records", rows.table(_rows(cases), tables.RECORDS)),
        rows.table(submissions, tables.SUBMISSIONS), YEAR, options,
    ).tables  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Crossed]]:
    """The tables that each case is in, by its name; cases of the same options are worked out at once."""
    duck = DuckDb(tmp_path_factory.mktemp("scratch"))
    out: dict[str, dict[str, Crossed]] = {}
    for options in {case.options for case in CASES}:
        same = [case for case in CASES if case.options == options]
        made = _tables(duck, same, options)
        out |= {case.name: made for case in same}
    duck.close()
    return out


def _written(made: dict[str, Crossed], case: Case) -> str:
    out = []
    for name, short in NAMES.items():
        for key, people in made[name].counts.items():
            if short in case.tables and key[0] == case.name and ALL not in key:
                assert people == 1
                words = [key[1], *key[3:]] if short in "abc" else key[2:] if short == "carer" else key[1:]
                out.append(f"{short}: " + " ".join(SHORT.get(word, word) for word in words).strip())
    return "; ".join(out)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_worked_case(found: dict[str, dict[str, Crossed]], case: Case) -> None:
    assert _written(found[case.name], case) == case.expected


REASONS = [
    ("W73 two reasons", "LEARNING_DISABILITY", "MENTAL_HEALTH", "Unknown", "Unknown"),
    ("W73 one is unknown", "LEARNING_DISABILITY", "UNKNOWN", "Learning disability support", "Learning disability support"),
    ("W73 one is blank", "LEARNING_DISABILITY", "blank", "Learning disability support", "Learning disability support"),
    ("W73 one is invalid: it is known", "LEARNING_DISABILITY", "invalid", "Unknown", "Unknown"),
    ("only blank", "blank", "blank", "Invalid/NULL", "Blank"),
    ("only invalid", "invalid", "invalid", "Invalid/NULL", "Invalid and not mapped"),
]  # fmt: skip
CARERS = [
    ("YES", "Yes"),
    ("NO", "No"),
    ("UNKNOWN", "Invalid/NULL"),
    ("blank", "Invalid/NULL"),
    ("invalid", "Invalid/NULL"),
]
ETHNICITIES = [
    ("WHITE_IRISH", "FEMALE", ("Female", "White: Irish")), ("NOT_KNOWN", "MALE", ("Male", "No data: Undeclared or not known")),
    ("blank", "FEMALE", ("Female", "Invalid/NULL")), ("WHITE_IRISH", "OTHER", ("Other or Unknown", "Not applicable")),
    ("ARAB", "UNKNOWN", ("Other or Unknown", "Not applicable")),
]  # fmt: skip


@pytest.fixture(scope="module")
def values(duck: DuckDb) -> dict[str, Crossed]:
    """One run for reasons, carers and ethnicities: each a council."""
    start = "2023-05-01→∞, born 1985-01"
    cases = [c(name, f"Comm HS {start}, psr {one}; Comm DS {start}, psr {two}", "") for name, one, two, *_ in REASONS]
    cases.append(c("later invalid", f"Comm HS {start}, psr 7; Comm HS 2023-06-01→∞, born 1985-01, psr invalid", ""))
    cases += [c(f"carer {said}", f"Comm HS {start}, has_carer {said}", "") for said, _ in CARERS]
    cases += [
        c(f"{said} {sex}", f"Comm HS {start}, ethnicity {said}, gender {sex}", "") for said, sex, _ in ETHNICITIES
    ]
    return _tables(duck, cases, Options())


@pytest.mark.parametrize(("name", "_one", "_two", "year", "over_a_year"), REASONS, ids=[r[0] for r in REASONS])
def test_one_reason_a_person(
    values: dict[str, Crossed], name: str, _one: str, _two: str, year: str, over_a_year: str
) -> None:
    reason = {table: [key[2] for key in values[table].counts if key[0] == name and ALL not in key] for table in values}
    assert reason["lts001a"] == reason["lts001b_1"] == [year]
    assert reason["lts001c"] == [over_a_year]


def test_an_invalid_reason_that_starts_later_wins(values: dict[str, Crossed]) -> None:
    """W73: an invalid value counts as known."""
    assert ("later invalid", "18 to 64", "Invalid/NULL", "Community", "Not recorded") in values["lts001a"].counts


@pytest.mark.parametrize(("said", "printed"), CARERS)
def test_a_listed_unknown_carer_is_printed_as_invalid(values: dict[str, Crossed], said: str, printed: str) -> None:
    """W76."""
    held = values["lts001b_2"].counts
    assert [key[2] for key in held if key[0] == f"carer {said}" and ALL not in key] == [printed]


@pytest.mark.parametrize(("said", "sex", "printed"), ETHNICITIES)
def test_ethnicity_by_sex(values: dict[str, Crossed], said: str, sex: str, printed: tuple[str, str]) -> None:
    held = values["lts001b_3"].counts
    assert [key[1:3] for key in held if key[0] == f"{said} {sex}" and ALL not in key] == [printed]


def test_the_latest_start_is_that_of_all_councils(duck: DuckDb) -> None:
    """LTS004_LATEST_CROSS_LA: who is in two councils is counted where the latest start is."""
    text = f"la A, submission 1, born 1985-01, {LD}, employment 1, nhs N"
    records = rows.records(
        f"Comm HS 2024-05-01→∞, {text}; Comm HS 2024-06-01→∞, {text.replace('la A, submission 1', 'la B, submission 2')}"
    )
    submissions = rows.table([{"submission": 1, "la": "A"}, {"submission": 2, "la": "B"}], tables.SUBMISSIONS)
    for options, councils in ((Options(), ["B"]), (Options(lts004_latest_cross_la=False), ["A", "B"])):
        made = salt(duck, records, submissions, YEAR, options).tables["lts004_1"]
        assert [key[0] for key in made.counts if ALL not in key] == councils


def test_births_of_people_take_the_place_of_the_rows_own_under_the_option(duck: DuckDb) -> None:
    """LTS_AGE_ROW_LEVEL off: nobody is in two ages."""
    records = rows.records("Comm HS 2024-05-01→∞, born 1970-01; Comm DS 2024-05-01→∞, born 1950-01")
    births = ibis.memtable({"la": ["A"], "pseudonym": ["N1"], "birth": [dt.date(1950, 1, 1)]})
    submissions = rows.table([{"submission": 1, "la": "A"}], tables.SUBMISSIONS)
    made = salt(duck, records, submissions, YEAR, Options(lts_age_row_level=False), births=births).tables["lts001b_1"]
    assert [key[1] for key in made.counts if ALL not in key] == ["65 and over"]


def test_the_latest_submission_by_its_stated_period(duck: DuckDb) -> None:
    """Of two that state the whole year the latest, though its end dates show less."""
    at = dt.datetime(2025, 4, 10)  # noqa: DTZ001
    stated = {"la": "A", "stated_start": YEAR.start, "stated_end": YEAR.end}
    submissions = rows.table(
        [{"submission": 1, **stated, "imported": at}, {"submission": 2, **stated, "imported": at.replace(day=11)}],
        tables.SUBMISSIONS,
    )
    records = rows.records(
        "Comm DP 2024-05-01→∞, born 1970-01, submission 1; Comm COM 2024-05-01→∞, born 1970-01, submission 2"
    )
    made = salt(duck, records, submissions, YEAR, Options()).tables["lts001b_1"]
    assert [key[4] for key in made.counts if ALL not in key] == ["CASSR commissioned support"]


def test_without_a_usable_submission_the_tables_are_empty_and_a_note_says_so(duck: DuckDb) -> None:
    late = {"stated_start": YEAR.start, "stated_end": YEAR.end, "imported": dt.datetime(2025, 1, 1)}  # noqa: DTZ001
    submissions = rows.table([{"submission": n, "la": "A", **late} for n in (1, 2)], tables.SUBMISSIONS)
    made = salt(duck, rows.records("Comm 2024-05-01→∞, born 1970-01"), submissions, YEAR, Options())
    assert not any(table.counts for table in made.tables.values())
    assert "The tables of long-term support are empty" in made.notes[0]


def test_cells_add_up_to_their_sums(values: dict[str, Crossed]) -> None:
    for table in values.values():
        for cells, sums in table.blocks():
            assert sums
            for total, parts in sums:
                assert cells[total] == sum(cells[part] for part in parts), (table.name, total)
