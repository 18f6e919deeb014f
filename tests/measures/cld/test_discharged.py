"""2D: the worked cases of hospital discharges, and the file of discharges as it is read.

A case is a council of its own with one person, who lives there; ``stays`` are stays in hospital, admission→discharge,
with codes of their own where a case needs them. What is expected: part 1 as denominator/numerator, part 2 the same.
"""

# ruff: noqa: E501 - a case is read along its line

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import discharged, figures, tables
from evenhand.measures.cld.definition import definitions
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.sources.cld.discharges import DISCHARGES, HEADINGS, read_discharges
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
OFFICIAL = Options()
SPELL = "STMax RB 2024-05-10→2024-06-20"
HOME = {"admission_method": "21", "discharge_method": "1", "destination": "19", "management": "1P", "treatment": "300"}


@dataclass(frozen=True)
class Case:
    name: str
    rows: str
    stays: str
    expected: tuple[str, str]
    options: Options = OFFICIAL


def c(name: str, text: str, stays: str, one: str, two: str, options: Options | None = None) -> Case:
    return Case(name, text, stays, (one, two), options or Options())


LATE = "2024-05-09→2024-05-12"
CASES = [
    c("W68 of two discharges the latest", SPELL, f"2024-05-01→2024-05-03; {LATE}", "1/1", "2/1"),
    c("seven days before the spell, alone", SPELL, "2024-05-01→2024-05-03", "1/1", "1/1"),
    c("eight days before the spell", SPELL, "2024-05-01→2024-05-02", "0/0", "1/0"),
    c("W69 an emergency on day 84", SPELL, f"{LATE}; 2024-08-04→2024-08-06, management EM, admission_method 82", "1/0", "1/1"),
    c("W69 an emergency on day 85", SPELL, f"{LATE}; 2024-08-05→2024-08-06, management EM, admission_method 82", "1/1", "1/1"),
    c("a planned stay is no emergency", SPELL, f"{LATE}; 2024-08-04→2024-08-06, admission_method 82", "1/1", "1/1"),
    c("W70 dies on day 84", SPELL, LATE, "1/0", "1/1"),
    c("W70 a care home from the day of discharge", f"{SPELL}; Res LR 2024-05-12→∞", LATE, "1/0", "1/1"),
    c("a care home from day 85", f"{SPELL}; Res LR 2024-08-05→∞", LATE, "1/1", "1/1"),
    c("W71 in a care home when admitted", f"{SPELL}; Res LR 2024-01-01→2024-05-09", LATE, "0/0", "0/0"),
    c("community support when admitted", f"{SPELL}; Comm HS 2024-01-01→2024-05-09", LATE, "1/1", "1/1"),
    c("W72 discharged four days after the start", SPELL, "2024-05-09→2024-05-14", "0/0", "1/0"),
    c("three days after the start", SPELL, "2024-05-09→2024-05-13", "1/1", "1/1"),
    c("W72 a person without NHS number", SPELL, LATE, "0/0", "1/0"),
    c("admitted after the spell began", SPELL, "2024-05-11→2024-05-12", "0/0", "1/0"),
    c("another component than reablement", "STMax HS 2024-05-10→2024-06-20", LATE, "0/0", "1/0"),
    c("64 at discharge", SPELL, f"{LATE}, birth 1959-06-01", "0/0", "0/0"),
    c("in and out on one day", SPELL, "2024-05-12→2024-05-12", "0/0", "0/0"),
    c("a child's or a mother's ward", SPELL, f"{LATE}, treatment 501", "0/0", "0/0"),
    c("mental health wards begin with 7", SPELL, f"{LATE}, treatment 715", "0/0", "0/0"),
    c("a blank code keeps the row out", SPELL, f"{LATE}, destination blank", "0/0", "0/0"),
    c("a blank code under the option", SPELL, f"{LATE}, destination blank", "1/1", "1/1", Options(sus_null_code_excludes=False)),
    c("home outside England", SPELL, f"{LATE}, la blank", "0/0", "0/0"),
    c("lives in another council", SPELL, f"{LATE}, la ELSEWHERE", "1/1", "0/1"),
    c("lives in another council, under the option", SPELL, f"{LATE}, la ELSEWHERE", "1/1", "0/0", Options(m2d_area_mismatch=False)),
]  # fmt: skip


def _stay(text: str, case: Case, number: int, place: int) -> dict[str, Any]:
    span, *details = (part.strip() for part in text.split(","))
    admission, discharge = rows.span(span)
    known = "without NHS" not in case.name
    row: dict[str, Any] = {
        "pseudonym": f"N{number}" if known else f"H{number}", "la": case.name, "spell": f"S{number}-{place}",
        "last": True, "admission": admission, "discharge": discharge, "birth": dt.date(1946, 1, 1), "sex": 2, **HOME,
    }  # fmt: skip
    for detail in details:
        name, value = detail.split(" ", 1)
        kinds: dict[str, Callable[[str], Any]] = {"birth": dt.date.fromisoformat, "sex": int}
        row[name] = None if value == "blank" else kinds.get(name, str)(value)
    return row


def _discharges(found: list[dict[str, Any]]) -> ir.Table:
    shape = ibis.schema(DISCHARGES).to_pyarrow()
    return ibis.memtable(
        pa.table({name: pa.array([row[name] for row in found], shape.field(name).type) for name in DISCHARGES})
    )


Inputs = tuple[ir.Table, ir.Table, ir.Table, ir.Table]


def _inputs(duck: DuckDb, cases: list[Case]) -> Inputs:
    """MAIN, PEOPLE, IDS and DISCHARGES of the cases."""
    numbered = list(enumerate(cases, start=1))
    cells = [
        {**cell, "la": case.name, "person": number, "record": 100 * number + place}
        for number, case in numbered
        for place, cell in enumerate(rows.cells(case.rows))
    ]
    people = [
        {
            "la": case.name,
            "person": number,
            "gender": 2,
            "death": dt.date(2024, 8, 4) if case.name.startswith(("W70 dies", "dies")) else None,
        }
        for number, case in numbered
    ]
    ids = ibis.memtable(
        {"person": [n for n, _ in numbered], "pseudonym": [f"N{n}" for n, _ in numbered]}, schema=tables.IDS
    )
    stays = [_stay(t, case, n, i) for n, case in numbered for i, t in enumerate(case.stays.split(";"))]
    return (
        duck.keep("main", rows.table(cells, tables.MAIN)), duck.keep("people", rows.table(people, tables.PEOPLE)),
        duck.keep("ids", ids), duck.keep("stays", _discharges(stays)),
    )  # fmt: skip


def _ran(duck: DuckDb, cases: list[Case], options: Options) -> list[dict[str, Any]]:
    decided = discharged.after_hospital(*_inputs(duck, cases), YEAR, options)
    return list(duck.keep("decided_2d", decided).to_pyarrow().to_pylist())


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Every case's decisions by its name; cases of the same options run at once."""
    duck = DuckDb(tmp_path_factory.mktemp("scratch"))
    out: dict[str, list[dict[str, Any]]] = {}
    for options in {case.options for case in CASES}:
        same = [case for case in CASES if case.options == options]
        found = _ran(duck, same, options)
        out |= {case.name: [row for row in found if row["la"] == case.name] for case in same}
    duck.close()
    return out


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_worked_case(decided: dict[str, list[dict[str, Any]]], case: Case) -> None:
    found = decided[case.name]
    sums = {
        part: f"{sum(r['denominator'] for r in found if r['part'] == part)}"
        f"/{sum(r['numerator'] for r in found if r['part'] == part)}"
        for part in ("1", "2")
    }
    assert (sums["1"], sums["2"]) == case.expected


def test_every_decision_gives_a_reason_that_the_handbook_has(decided: dict[str, list[dict[str, Any]]]) -> None:
    reasons = {row["why"] for found in decided.values() for row in found}
    assert reasons == set(definitions()["2D"].reasons)


def test_no_two_decisions_of_a_part_are_of_one_unit(decided: dict[str, list[dict[str, Any]]]) -> None:
    for found in decided.values():
        units = [(row["part"], row["unit"]) for row in found]
        assert len(units) == len(set(units))


OLDER, MAN = "birth 1938-05-01", "sex 1"  # 86 at discharge
GROUPED = [
    c("nobody", SPELL, "2024-05-01→2024-05-02, treatment 501", "", ""),
    c("a woman of 78 without support", SPELL, LATE, "75-84, Female, not, not 75-84, not Female: 1/1", "the same 1/1"),
    c("a man of 86", SPELL, f"{LATE}, {OLDER}, {MAN}", "85+, Male, not, not 85+, not Male: 1/1", "the same 1/1"),
    c(
        "support in the community on the day of admission", f"{SPELL}; Comm HS 2024-01-01→2024-05-09", LATE,
        "75-84, Female, in, in 75-84, in Female: 1/1", "the same 1/1",
    ),
    c(
        "support in the community that ended the day before", f"{SPELL}; Comm HS 2024-01-01→2024-05-08", LATE,
        "75-84, Female, not, not 75-84, not Female: 1/1", "the same 1/1",
    ),
    c(
        "support in the community that began the day after", f"{SPELL}; Comm HS 2024-05-10→∞", LATE,
        "75-84, Female, not, not 75-84, not Female: 1/1", "the same 1/1",
    ),
    c("dies on day 84", SPELL, LATE, "75-84, Female, not, not 75-84, not Female: 1/0", "the same 1/1"),
    c("no reablement follows", "Comm HS 2025-01-01→∞", LATE, "", "75-84, Female, not, not 75-84, not Female: 1/0"),
    c(
        "two stays end that day, at two ages", SPELL, f"{LATE}; 2024-05-10→2024-05-12, {OLDER}",
        "75-84, 85+, Female, not, not 75-84, not 85+, not Female: 1/1",
        "75-84, 85+, not 75-84, not 85+: 1/1; Female, not, not Female: 2/1",
    ),
    c(
        "two stays end that day, in one of them support had begun",
        f"{SPELL}; Comm HS 2024-05-10→2024-05-11", "2024-05-09→2024-05-12; 2024-05-10→2024-05-12",
        "75-84, Female, in, in 75-84, in Female, not, not 75-84, not Female: 1/1",
        "75-84, Female: 2/1; in, in 75-84, in Female, not, not 75-84, not Female: 1/1",
    ),
    c("the sex is not said: that of the records", SPELL, f"{LATE}, sex blank", "75-84, Female, not, not 75-84, not Female: 1/1", "75-84, not, not 75-84: 1/1; Female, not Female: 0/1"),
]  # fmt: skip


def _told(found: list[figures.Figure]) -> str:
    """The groups that hold anybody, those of the same counts together: "75-84, in: 1/1"."""
    short = {figures.IN_COMMUNITY: "in", figures.NO_SUPPORT: "not"}
    held: dict[str, list[str]] = {}
    for one in found:
        client, _, finer = one.group.partition(": ")
        name = f"{short[client]} {finer}".strip() if client in short else one.group
        if one.denominator or one.numerator:
            held.setdefault(f"{one.denominator}/{one.numerator}", []).append(name)
    return "; ".join(f"{', '.join(sorted(names))}: {counts}" for counts, names in held.items())


def _sorted(expected: str) -> str:
    told = [part.split(": ") for part in expected.split("; ") if part]
    return "; ".join(f"{', '.join(sorted(names.split(', ')))}: {counts}" for names, counts in told)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> list[figures.Figure]:
    duck = DuckDb(tmp_path_factory.mktemp("scratch"))
    councils = ["missing", *(case.name for case in GROUPED)]
    made = discharged.by_group(*_inputs(duck, GROUPED), YEAR, OFFICIAL, councils, unknown={"missing"})
    duck.close()
    return made


@pytest.mark.parametrize("case", GROUPED, ids=[case.name for case in GROUPED])
def test_a_figure_by_client_group_age_and_sex(grouped: list[figures.Figure], case: Case) -> None:
    one, two = (_told([f for f in grouped if (f.council, f.part) == (case.name, part)]) for part in ("1", "2"))
    first, second = case.expected
    assert one == _sorted(first)
    assert two == _sorted(f"{first.split(':')[0]}: 1/1" if second == "the same 1/1" else second)


def test_every_council_has_every_group_and_empty_ones_have_no_value(grouped: list[figures.Figure]) -> None:
    for council, counts in (("nobody", (0, 0)), ("missing", (None, None))):
        held = [one for one in grouped if one.council == council]
        assert [(one.part, one.group) for one in held] == [(part, g) for part in "12" for g in figures.GROUPS_2D]
        assert {(one.numerator, one.denominator, one.value) for one in held} == {(*counts, None)}


def test_the_groups_add_up_to_the_figures_of_the_handbook(duck: DuckDb) -> None:
    """Client groups, ages and sexes of the worked cases, each of one stay a day, against the decisions."""
    plain = [case for case in CASES if case.options == OFFICIAL]
    inputs = _inputs(duck, plain)
    councils = [case.name for case in plain]
    every = figures.add_up(discharged.after_hospital(*inputs, YEAR, OFFICIAL), councils)
    every += discharged.by_group(*inputs, YEAR, OFFICIAL, councils)
    held = {(one.council, one.part, one.group): one for one in every if one.measure == "2D"}
    assert any(one.denominator for one in held.values())
    for (council, part, whole), one in held.items():
        for of, names in figures.splits("2D"):
            if of == whole:
                parts = [held[council, part, name] for name in names]
                assert one.numerator == sum(each.numerator or 0 for each in parts), (council, part, whole)
                assert one.denominator == sum(each.denominator or 0 for each in parts), (council, part, whole)


def test_ages_by_the_calendar_under_the_option(duck: DuckDb) -> None:
    """Born in March 1960 and discharged on 1 March 2025: 65 by the calendar, 64 by days over 365.25."""
    case = c("first of the month", "STMax RB 2025-03-01→2025-03-20", "2025-02-20→2025-03-01, birth 1960-03-01", "", "")
    inputs = _inputs(duck, [case])
    for options, age in ((OFFICIAL, []), (Options(age_365_25=False), [65, 65])):
        found = discharged.after_hospital(*inputs, YEAR, options).to_pyarrow().to_pylist()
        assert [row["age"] for row in found if row["denominator"]] == age


def test_the_worked_example_of_the_page_gives_its_figures(duck: DuckDb) -> None:
    example = definitions()["2D"].example
    case = c("A", example["rows"][0].removeprefix("A: "), example["discharges"][0].removeprefix("A: "), "", "")
    made = figures.add_up(discharged.after_hospital(*_inputs(duck, [case]), YEAR, OFFICIAL), ["A"])
    found = {(one.part, one.group): one for one in made if one.measure == "2D"}
    for wanted in example["figures"]:
        one = found[wanted["part"], wanted["group"]]
        assert (one.numerator, one.denominator, str(one.value)) == (
            wanted["numerator"], wanted["denominator"], wanted["value"],
        )  # fmt: skip


PLAIN = ["485 777 3456", "A", "S1", "1", "09/05/2024", "2024-05-12", "1946", "1", "2", "21", "1", "19", "em", "300"]


def _file(tmp_path: Path, *lines: list[str], headings: tuple[str, ...] = HEADINGS) -> Path:
    path = tmp_path / "discharges.csv"
    path.write_text("\n".join(",".join(line) for line in [list(headings), *lines]) + "\n", encoding="utf-8")
    return path


def test_a_file_is_read_in_the_shape_that_the_measure_takes(duck: DuckDb, tmp_path: Path) -> None:
    found = read_discharges(duck, _file(tmp_path, PLAIN, ["", *PLAIN[1:]]), b"secret")
    one, other = sorted(found.to_pyarrow().to_pylist(), key=lambda row: row["pseudonym"] or "")[::-1]
    assert tuple(found.columns) == tuple(DISCHARGES)
    assert (one["admission"], one["discharge"], one["birth"]) == (
        dt.date(2024, 5, 9), dt.date(2024, 5, 12), dt.date(1946, 1, 1)
    )  # fmt: skip
    assert (one["la"], one["last"], one["management"]) == ("A", True, "EM")
    assert one["pseudonym"] not in (None, "4857773456")
    assert other["pseudonym"] is None


@pytest.mark.parametrize(
    ("said", "held"),
    [("485-777-3456", "4857773456"), ("0000000000", None), (" ", None)],
    ids=["hyphens", "noughts", "blank"],
)
def test_a_number_is_compared_as_in_the_records(duck: DuckDb, tmp_path: Path, said: str, held: str | None) -> None:
    found = read_discharges(duck, _file(tmp_path, [said, *PLAIN[1:]]), None)
    assert found.to_pyarrow().to_pylist()[0]["pseudonym"] == held


def test_without_a_key_the_number_stays(duck: DuckDb, tmp_path: Path) -> None:
    found = read_discharges(duck, _file(tmp_path, PLAIN), None)
    assert found.to_pyarrow().to_pylist()[0]["pseudonym"] == "4857773456"


def test_a_date_that_is_none_is_an_error_that_does_not_say_it(duck: DuckDb, tmp_path: Path) -> None:
    path = _file(tmp_path, [*PLAIN[:4], "31/02/2024", *PLAIN[5:]])
    with pytest.raises(EvenhandError, match="1 rows have a admission_date that is not a date") as caught:
        read_discharges(duck, path, None)
    assert "31/02" not in str(caught.value)


def test_a_heading_that_is_missing_is_named(duck: DuckDb, tmp_path: Path) -> None:
    path = _file(tmp_path, PLAIN[:-1], headings=HEADINGS[:-1])
    with pytest.raises(EvenhandError, match="no treatment_function"):
        read_discharges(duck, path, None)
