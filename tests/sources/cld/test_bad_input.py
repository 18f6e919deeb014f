"""Bad input, with the sentence that each gets: what is wrong, where, and what to do. Never a traceback."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.edition.sample.places import sample_register
from evenhand.facts.cld.fields import fields
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import official
from evenhand.measures.cld.engines import DuckDb
from evenhand.sources.cld import account, read
from evenhand.sources.cld.submissions import derived
from tests.sources.cld.rows import HEADINGS, KEY, RECEIVED, column, engine, reading, row, text

__all__ = ["engine"]


def renamed(**names: str | None) -> str:
    """One row under headings of which some are called otherwise or are not there."""
    headings = {k: names.get(k, h) for k, h in HEADINGS.items()}
    return text([row()], headings={k: h for k, h in headings.items() if h is not None})


WHOLE_FILES = {
    "empty": (b"", "records.csv: The file is empty."),
    "spaces only": (b" \r\n \r\n", "records.csv: The file is empty."),
    "headings only": (text([]), "records.csv: There are headings and no rows."),
    "headings and empty rows": (text([]) + "," * 49 + "\r\n", "records.csv: There are headings and no rows."),
    "not CLD at all": ("name,age\nx,1\n", "row 1: The first row does not hold the headings of client-level data."),
    "divided by carets": (text([row()], "^"), "records.csv, row 1: The first row does not hold the headings"),
    "a title above": ("Our records\n" + text([row()]), "records.csv: The headings stand in row 2."),
    "a workbook": (b"PK\x03\x04rest", "records.csv: This is a workbook or a zip file, not a CSV or Parquet file."),
    "a broken Parquet file": (b"PAR1 broken", "records.csv: The Parquet file is damaged or cut short."),
    "a heading spelt wrongly": (
        renamed(mechanism="Delivery Mechanisim"),
        "Delivery Mechanism is missing; the nearest heading is 'Delivery Mechanisim' in column 42.",
    ),
    "no nearest heading": (renamed(birth=None), "Date of Birth is missing. Correct the headings."),
    "two missing": (renamed(start=None, end=None), "Event Start Date is missing. Event End Date is missing."),
    "no identifier": (renamed(nhs=None, la_person=None), "NHS Number is missing. LA Person Unique Identifier is"),
    "no council": (renamed(la=None), "LA Code is missing. Correct the headings, or say which council's file this is."),
    "no council in any row": (text([row(la="")]), "No row names its council. Say which council's records these are."),
    "a heading twice": (renamed(needs="Gender"), "The heading 'Gender' stands twice, in columns 10 and 33."),
    "month first": (
        text([row(start="04/25/2024"), row(start="05/06/2024")]),
        "records.csv: Event Start Date has the month before the day; dates are read day first.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), WHOLE_FILES.values(), ids=WHOLE_FILES.keys())
def test_a_file_that_cannot_be_read_says_why(
    engine: DuckDb, tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(EvenhandError) as said:
        reading(engine, tmp_path, content)
    assert sentence in str(said.value)
    assert said.value.do


def test_a_missing_file_is_said_to_be_missing(engine: DuckDb, tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match=r"none.csv: The file cannot be opened"):
        read(engine, [tmp_path / "none.csv"], key=KEY)


RELEASE_1 = {"client": "Carer", "ethnicity": "White - Irish", "service": "Carer Support: Direct to Carer"}


def test_release_1_records_said_to_be_release_2_are_refused(engine: DuckDb, tmp_path: Path) -> None:
    rows = [row(**RELEASE_1)] * 3 + [row()]
    with pytest.raises(EvenhandError) as said:
        reading(engine, tmp_path, rows, release=2)
    assert str(said.value).startswith("records.csv: These are records of Release 1, not 2: ")
    for heading, value in (
        ("Client Type", "Carer"), ("Ethnicity", "White - Irish"), ("Service Type", "Carer Support: Direct to Carer")
    ):  # fmt: skip
        assert f"{heading} is '{value}' in 3 rows" in str(said.value)
    assert "Primary Support Reason" not in str(said.value)
    assert reading(engine, tmp_path, rows, release=1).summary.usable == 4
    assert reading(engine, tmp_path, rows).summary.usable == 4


def test_a_few_words_of_release_1_among_those_of_release_2_are_no_reason_to_refuse(
    engine: DuckDb, tmp_path: Path
) -> None:
    assert reading(engine, tmp_path, [row(**RELEASE_1), row()], release=2).summary.usable == 2


def test_one_file_of_release_1_among_many_of_release_2_is_named(engine: DuckDb, tmp_path: Path) -> None:
    new, old = tmp_path / "new.csv", tmp_path / "old.csv"
    new.write_text(text([row(la_person=f"P{n}") for n in range(50)]))
    old.write_text(text([row(**RELEASE_1)]))
    with pytest.raises(EvenhandError, match=r"^old.csv: These are records of Release 1, not 2: Client Type is 'Carer'"):
        read(engine, [new, old], release=2, key=KEY)


def test_there_is_no_release_3(engine: DuckDb, tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match="There is no Release 3"):
        reading(engine, tmp_path, [row()], release=3)


# Codes of rows, the code given for rows that name none, and what is said.
STRANGERS = {
    "a council's": (["716", "E09000002"], None, []),
    "one that a council had once": (["E08000016"], None, []),
    "one of the simulated England": (["V101", "V01X2"], None, []),
    "nobody's": (
        ["716", "999", "999"], None, ["No council has the code 999, which 2 rows have; counted as a council's."],
    ),
    "given by hand": (["", "716"], "71B", [
        "No council has the code 71B, which 1 row has; counted as a council's.",
        "Rows that name another council than 71B keep it: 716.",
    ]),
    "given by hand and not needed": (["716"], "71B", ["Rows that name another council than 71B keep it: 716."]),
    "in another way of writing": ([" 716 ", "716.0"], None, []),
    "many": ([f"98{n}" for n in range(7)], None, [
        *(f"No council has the code 98{n}, which 1 row has; counted as a council's." for n in range(5)),
        "Nor 2 more codes, which 2 rows have; counted as councils'.",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("codes", "given", "said"), STRANGERS.values(), ids=STRANGERS.keys())
def test_a_council_code_that_no_council_has_is_named_with_its_rows_and_counted(
    engine: DuckDb, tmp_path: Path, codes: list[str], given: str | None, said: list[str]
) -> None:
    found = reading(engine, tmp_path, [row(la=code) for code in codes], la=given)
    assert list(found.warnings) == said
    assert found.summary.usable == len(codes)


def test_every_council_of_the_simulated_england_has_a_code_that_is_known_for_one() -> None:
    codes = {code.code for code in sample_register().codes if code.scheme == "cassr"}
    assert codes
    assert all(account.SIMULATED.fullmatch(code) for code in codes)
    assert not any(account.SIMULATED.fullmatch(code.code) for code in official().codes)


def test_a_council_can_be_given_for_rows_that_name_none(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(la=""), row(la="902")], la="901")
    assert column(found, "la") == ["901", "902"]
    assert "Rows that name another council than 901 keep it: 902." in found.warnings
    assert column(reading(engine, tmp_path, renamed(la=None), la="901"), "la") == ["901"]


# What is wrong with the second of two rows; the reason; the field; the value shown; whether the row still counts.
CELLS = {
    "no such day": ({"start": "31/02/2024"}, "there is no such day", "Event Start Date", "31/02/2024", False),
    "a serial number": ({"end": "45383"}, "it is a plain number, not a date", "Event End Date", "45383", False),
    "two digits of a year": ({"end": "1/4/24"}, "its year has two digits", "Event End Date", "1/4/24", False),
    "words for a date": ({"end": "ongoing"}, "it is not a date", "Event End Date", "ongoing", False),
    "a death, which is personal": ({"death": "unknown"}, "it is not a date", "Date of Death", "", False),
    "a birth, which is personal": ({"birth": "circa 1950"}, "it is not a date", "Date of Birth", "", True),
    "a cost in words": ({"unit_cost": "tbc"}, "it is not a number", "Unit Cost", "tbc", True),
    "a cost beyond all costs": ({"units": "9" * 16}, "it is too large", "Planned units per week", "9" * 16, True),
}


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS.keys())
def test_a_cell_that_cannot_be_read_is_told_by_row_and_heading(
    engine: DuckDb, tmp_path: Path, case: tuple[dict[str, str], str, str, str, bool]
) -> None:
    changes, reason, field, value, used = case
    found = reading(engine, tmp_path, [row(), row(**changes)])
    (reject,) = found.rejects
    assert (reject.file, reject.row, reject.field, reject.reason) == ("records.csv", 3, field, reason)
    assert (reject.value, reject.used) == (value, used)
    assert found.summary.usable == (2 if used else 1)
    assert found.summary.unusable == ({} if used else {f"{field} cannot be read": 1})
    assert found.summary.cells == {(field, reason): 1}


def test_one_date_with_the_month_first_among_others_is_set_aside_alone(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(start="25/04/2024"), row(start="04/25/2024"), row(start="05/06/2024")])
    assert column(found, "start") == [dt.date(2024, 4, 25), dt.date(2024, 6, 5)]
    assert found.rejects[0].reason == "it has the month before the day"


def test_rows_without_council_and_empty_rows_are_counted_apart(engine: DuckDb, tmp_path: Path) -> None:
    empty = dict.fromkeys(HEADINGS, "")
    found = reading(engine, tmp_path, [row(), row(la=""), empty, empty])
    assert found.summary.unusable == {"The row is empty": 2, "The row names no council": 1}
    assert found.summary.read == 4
    assert [(r.row, r.reason) for r in found.rejects] == [
        (3, "The row names no council"), (4, "The row is empty"), (5, "The row is empty"),
    ]  # fmt: skip


def test_broken_rows_are_counted_and_the_others_keep_their_numbers(engine: DuckDb, tmp_path: Path) -> None:
    lines = text([row(la_person="A"), row(la_person="B"), row(la_person="C"), row(la_person="D")]).split("\r\n")
    lines[2] += ",too,many"
    lines[3] = lines[3].rsplit(",", 3)[0]
    lines.insert(2, "")
    found = reading(engine, tmp_path, "\r\n".join(lines), key=None)
    assert column(found, "la_person") == ["A", "D"]
    assert column(found, "record") == [2, 6]  # the empty line is row 3 of a spreadsheet
    assert found.summary.unusable == {"The row has more or fewer cells than the headings": 2}
    assert [r.reason for r in found.rejects] == [
        "The row has 52 cells where the headings have 50", "The row has 47 cells where the headings have 50",
    ]  # fmt: skip


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only(engine: DuckDb, tmp_path: Path) -> None:
    lines = text([row(la_person=p) for p in "ABCD"]).split("\r\n")
    lines[2] = lines[2].replace("White: Irish", '"White: Irish')
    found = reading(engine, tmp_path, "\r\n".join(lines), key=None)
    assert column(found, "la_person") == ["A", "C", "D"]
    assert (found.summary.read, found.summary.usable) == (4, 3)


def test_the_same_file_twice_counts_once(engine: DuckDb, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(text([row(), row(la_person="P2")]))
    shutil.copy(one, two)
    found = read(engine, [one, two], imported={one: RECEIVED, two: RECEIVED}, key=KEY)
    assert found.summary.usable == 2
    assert "one.csv is the same file as two.csv; its rows are counted once." in found.warnings


def test_the_same_rows_in_another_order_and_form_count_once(engine: DuckDb, tmp_path: Path) -> None:
    rows = [row(nhs="", la_person=f"P{n}", start=f"2024-05-{n:02}") for n in range(1, 9)]
    one, two, three = (tmp_path / name for name in ("one.csv", "two.csv", "three.csv"))
    one.write_text(text(rows))
    two.write_text(text(rows[::-1], ";"))
    three.write_text(text([*rows[:7], row(nhs="", la_person="P8", start="2024-05-09")]))
    stamps = {one: RECEIVED, two: RECEIVED + dt.timedelta(1), three: RECEIVED + dt.timedelta(2)}
    found = read(engine, [one, two, three], imported=stamps, key=KEY)
    assert (found.summary.read, found.summary.usable) == (24, 16)
    assert found.summary.unusable == {"The same rows were submitted again": 8}
    assert "one.csv has the same rows of council 901 as a later file; they are counted once." in found.warnings


def test_two_thousand_rows_of_one_broken_field_list_a_hundred_and_count_all(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(end=f"broken {n}") for n in range(2000)] + [row()])
    assert found.summary.unusable == {"Event End Date cannot be read": 2000}
    assert [r.row for r in found.rejects] == list(range(2, 102))


ENDS_OF_3_1 = [
    *[(dt.date(2024, m, 1), 100, 4) for m in range(1, 12)], (dt.date(2024, 12, 1), 90, 4),
    (dt.date(2023, 1, 1), 5, 2), (dt.date(2025, 1, 1), 60, 4),
]  # fmt: skip
PERIODS = {
    "the example of CLD.md 3.1": (ENDS_OF_3_1, dt.date(2025, 1, 20), (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
    "no ends": ([], dt.date(2025, 1, 20), (None, None)),
    "ends in the month of receipt only": ([(dt.date(2025, 1, 1), 60, 4)], dt.date(2025, 1, 20), (None, None)),
    "under a hundred rows every month counts": (
        [(dt.date(2023, 1, 1), 1, 1), (dt.date(2024, 2, 1), 98, 4)], dt.date(2025, 1, 20),
        (dt.date(2023, 1, 1), dt.date(2024, 2, 29)),
    ),
    "two event types too few": (
        [(dt.date(2023, 1, 1), 50, 2), (dt.date(2024, 2, 1), 98, 4)], dt.date(2025, 1, 20),
        (dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PERIODS.values(), ids=PERIODS.keys())
def test_the_period_that_the_ends_of_a_submission_show(case: tuple[list, dt.date, tuple]) -> None:  # type: ignore[type-arg]
    months, received, period = case
    assert derived(months, received) == period


def test_a_submission_holds_its_stated_and_its_derived_period(engine: DuckDb, tmp_path: Path) -> None:
    rows = [row(end="2024-06-10"), row(end="2025-02-20", la_person="P2"), row(end="2025-05-01", la_person="P3")]
    (held,) = reading(engine, tmp_path, rows).submissions.to_polars().to_dicts()
    assert (held["stated_start"], held["stated_end"]) == (dt.date(2024, 4, 1), dt.date(2025, 3, 31))
    assert (held["derived_start"], held["derived_end"]) == (dt.date(2024, 6, 1), dt.date(2025, 2, 28))
    assert held["imported"] == RECEIVED


anything = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(sorted(HEADINGS)), anything, max_size=12), min_size=1, max_size=20))
def test_whatever_stands_in_the_cells_the_rows_add_up_and_no_personal_value_is_said(
    engine: DuckDb, tmp_path: Path, changes: list[dict[str, str]]
) -> None:
    personal = {f.heading for f in fields().values() if f.personal}
    found = reading(engine, tmp_path, [row()] + [row(**one) for one in changes])
    assert found.summary.read == found.summary.usable + sum(found.summary.unusable.values())
    assert found.records.count().execute() == found.summary.usable
    assert found.summary.read >= 1 + len(changes)
    assert all(not r.value for r in found.rejects if r.field in personal)
    assert set(found.dictionary.group_by("field").agg(pl.col("rows").sum())["rows"]) <= {found.summary.usable}
