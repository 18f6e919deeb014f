"""Every named option is read by the code and changes a figure; one that would do nothing is refused, with the reason.

A case of TURNED is a council of its own, with the least that tells the two ways apart. All councils are worked out once
by the official method and once under each option; only what the option says may come out otherwise.
"""

# ruff: noqa: E501 - a case is read along its line

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

import evenhand
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import admissions, budgets, discharged, figures, home, options, reablement, tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import ALWAYS, CHOICES, SAID, Options, official_name
from evenhand.measures.cld.pipeline import Selection, Taken, identify, main_table, people_table
from evenhand.measures.cld.salt import salt
from evenhand.measures.cld.spend import spend
from evenhand.sources.cld.discharges import DISCHARGES
from tests.measures.cld import rows

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
NAMES = [field.name for field in fields(Options)]
FILES = ((dt.date(2023, 4, 1), dt.date(2024, 3, 31)), (YEAR.start, YEAR.end))  # submissions 1 and 2

Stage = Callable[[ir.Table, ir.Table, Period, Options], ir.Table]
OLD = "born 1950-06"
DONE = "outcome ENDED_AS_PLANNED"
# The option, its other value, the measure that it bears on, and records of two submissions (the second unless said).
ASCOF: dict[str, tuple[Any, Stage, str]] = {
    "death_on_start_stays_open": (
        False, admissions.admissions,
        f"Res LR 2023-05-01→∞, {OLD}, died 2023-05-01, submission 1; Nur LN 2024-09-01→∞, {OLD}, died 2025-02-01",
    ),
    "drop_no_person_id": (False, budgets.clients, f"Comm DP HS 2024-05-01→∞, {OLD}, nhs blank"),
    "raw_keys": (
        False, budgets.clients,
        f"Comm DP HS 2024-05-01→∞, {OLD}, service_raw 1; Comm COM HS 2024-05-01→∞, {OLD}, service_raw 2",
    ),
    "crop_missing_next": (False, budgets.clients, f"Comm DP HS 2023-05-01→∞, {OLD}, submission 1"),
    "age_365_25": (False, admissions.admissions, "Res LR 2025-03-01→∞, born 1960-03"),
    "death_sticky": (
        False, budgets.clients,
        f"Comm HS 2023-05-01→2024-02-01, {OLD}, died 2024-03-01, submission 1; Comm DP DS 2023-06-01→∞, {OLD}",
    ),
    "m2a_new_client_days": (
        365, reablement.short_term,
        f"STMax 2024-06-01→2024-07-12, {OLD}, {DONE}; Comm HS 2023-05-01→2024-02-01, {OLD}, submission 1",
    ),
    "m2a_cluster_gap": (
        30, reablement.short_term,
        f"STMax 2024-06-01→2024-06-20, {OLD}, {DONE}; STMax 2024-07-10→2024-07-30, {OLD}, {DONE}",
    ),
    "m2a_window": (
        14, reablement.short_term, f"STMax 2024-06-01→2024-07-12, {OLD}, {DONE}; Comm HS 2024-07-22→∞, {OLD}",
    ),
    "m2a_future_event_blocks_own": (
        False, reablement.short_term,
        f"STMax 2024-06-01→2024-07-12, {OLD}, outcome DECLINED; STlow EQ 2024-06-10→2024-06-10, {OLD}\n"
        f"Review 2024-07-14→2024-07-16, {OLD}, {DONE}",
    ),
    "m2bc_null_component": ("admit_null", admissions.admissions, f"Res 2024-06-01→∞, {OLD}"),
    "m2bc_return_days": (
        90, admissions.admissions, f"Nur LN 2024-09-10→∞, {OLD}; Res LR 2023-06-01→2024-03-01, {OLD}, submission 1",
    ),
    "m2e_unknown_accom_in_denom": (
        False, home.at_home, f"Comm HS 2024-05-01→2024-06-01, {OLD}; STlow EQ 2024-07-01→∞, {OLD}",
    ),
    "m2e_age_at_last_service": (False, home.at_home, "Comm HS 2024-05-01→2024-10-31, born 1959-12"),
    "m3d_event_type_not_tested": (False, budgets.clients, f"Review Comm DP 2025-03-01→2025-03-31, {OLD}"),
    "m3d_carer_null_component": ("treat_null_as_not_dp", budgets.carers, "DTC MPB 2024-05-01→∞, born 1975-05"),
}  # fmt: skip
LD = "born 1985-01, psr LEARNING_DISABILITY, employment 1"
SALT: dict[str, tuple[Any, str]] = {
    "lts_no_dp_component": (False, f"Comm DPc 2024-05-01→∞, {OLD}"),
    "chain_lag_not_max": (False, f"Comm 2023-05-01→2024-12-31, {OLD}; Comm DS 2023-06-01→2023-06-30, {OLD}; Res 2025-01-01→∞, {OLD}"),
    "lts001c_strict": (False, f"Comm 2024-03-31→∞, {OLD}"),
    "lts004_latest_cross_la": (False, f"Comm HS 2024-05-01→∞, {LD}; Comm HS 2024-06-01→∞, {LD}, la elsewhere, submission 99"),
    "lts_age_row_level": (False, f"Comm HS 2024-05-01→∞, born 1970-01; Comm DS 2024-05-01→∞, {OLD}"),
}  # fmt: skip
STAY = {
    "last": True,
    "spell": "S",
    "admission_method": "21",
    "discharge_method": "1",
    "management": "1P",
    "treatment": "300",
}
HOSPITAL: dict[str, tuple[Any, dict[str, Any]]] = {
    "m2d_area_mismatch": (False, {"la": "elsewhere", "destination": "19"}),
    "sus_null_code_excludes": (False, {"destination": None}),
}
Told = dict[str, list[Any]]  # by council


def _cells(cases: dict[str, str]) -> list[rows.Cells]:
    """The cases' rows: each case a council with a person and submissions of its own."""
    out = []
    for number, (name, text) in enumerate(cases.items(), start=1):
        for cell in rows.cells(text, la=name, nhs=f"N{number}", submission=2):
            out.append({**cell, "submission": number * 10 + cell["submission"], "person": number})
    return [{**cell, "record": record} for record, cell in enumerate(out, start=1)]


def ascof(duck: DuckDb, given: Options, stages: Sequence[Stage]) -> Told:
    """Figures from records, of the measures of some stages."""
    taken = [
        Taken(name, *days, number * 10 + place)
        for number, name in enumerate(ASCOF, start=1)
        for place, days in enumerate(FILES, start=1)
    ]
    cells = _cells({name: text for name, (_, _, text) in ASCOF.items()})
    found, _ = identify(duck, duck.keep("records", rows.table(cells, tables.RECORDS)), given)
    main = main_table(duck, found, Selection(tuple(taken), (), {}, ()), given)
    known = people_table(duck, main, YEAR, given)
    out: Told = {}
    for stage in stages:
        decided = duck.keep("decided", stage(main, known, YEAR, given))
        for one in figures.add_up(decided, ASCOF):
            if one.numerator is not None:
                out.setdefault(f"{one.council} {stage.__name__}", []).append(_said(one))
    return out


def _said(one: figures.Figure) -> tuple[Any, ...]:
    return one.measure, one.part, one.group, one.numerator, one.denominator


def salted(duck: DuckDb, given: Options) -> Told:
    """Cells of the tables of long-term support."""
    cells = _cells({name: text for name, (_, text) in SALT.items()})
    midnight = dt.datetime(2025, 4, 10)  # noqa: DTZ001
    submissions = [
        {"submission": number, "la": la, "stated_start": YEAR.start, "stated_end": YEAR.end, "imported": midnight}
        for number, la in sorted({(cell["submission"], cell["la"]) for cell in cells})
    ]
    births = ibis.memtable({"la": ["lts_age_row_level"], "pseudonym": ["N5"], "birth": [dt.date(1950, 6, 1)]})
    made = salt(
        duck, rows.table(cells, tables.RECORDS), rows.table(submissions, tables.SUBMISSIONS), YEAR, given, births=births
    ).tables
    out: Told = {}
    for name, table in made.items():
        for key, people in table.counts.items():
            # Under the one option births come from the people, and only one council has any here.
            if given.lts_age_row_level or key[0] == "lts_age_row_level":
                out.setdefault(key[0], []).append((name, key, people))
    return out


def hospital(duck: DuckDb, given: Options) -> Told:
    """Figures of 2D."""
    cells = _cells(dict.fromkeys(HOSPITAL, "STMax RB 2024-05-10→2024-06-20"))
    people = [{"la": cell["la"], "person": cell["person"], "gender": 2} for cell in cells]
    ids = ibis.memtable({"person": [1, 2], "pseudonym": ["N1", "N2"]}, schema=tables.IDS)
    stays = [
        {
            "pseudonym": f"N{number}", "la": name, "admission": dt.date(2024, 5, 9), "sex": 2,
            "discharge": dt.date(2024, 5, 12), "birth": dt.date(1946, 1, 1), **STAY, **more,
        }
        for number, (name, (_, more)) in enumerate(HOSPITAL.items(), start=1)
    ]  # fmt: skip
    decided = discharged.after_hospital(
        rows.table(cells, tables.MAIN),
        rows.table(people, tables.PEOPLE),
        ids,
        rows.table(stays, DISCHARGES),
        YEAR,
        given,
    )
    out: Told = {}
    for one in figures.add_up(duck.keep("decided", decided), HOSPITAL):
        out.setdefault(one.council, []).append(_said(one))
    return out


def costs(duck: DuckDb, given: Options) -> Told:
    """Spend of a quarter."""
    single = rows.single("Comm COM HS 2024-01-01→∞, cost 8666666.67 MONTHLY", la="cost_sql_decimal")
    found = spend(duck, duck.keep("single", single), YEAR, given)
    return {"cost_sql_decimal": [one.total for one in found]}


def empty(duck: DuckDb, given: Options) -> Told:
    """Values as a table prints them, of a council of one person who is in nothing."""
    people = rows.table([{"la": "zero_when_empty", "person": 1}], tables.PEOPLE)
    decided = duck.keep("decided", home.at_home(rows.main("Request 2024-05-01→2024-05-02"), people, YEAR, given))
    return {"zero_when_empty": [one.printed for one in figures.add_up(decided, ["zero_when_empty"], options=given)]}


WORKED: dict[str, tuple[Callable[[DuckDb, Options], Told], Any]] = {
    **{name: (salted, value) for name, (value, _) in SALT.items()},
    **{name: (hospital, value) for name, (value, _) in HOSPITAL.items()},
    "cost_sql_decimal": (costs, True), "zero_when_empty": (empty, True),
}  # fmt: skip
VALUES: dict[str, Any] = {name: case[0] for name, case in ASCOF.items()} | {name: v for name, (_, v) in WORKED.items()}


@pytest.fixture(scope="module")
def official(duck: DuckDb) -> Told:
    """Every council's figures by the official method."""
    out = ascof(duck, Options(), list(dict.fromkeys(stage for _, stage, _ in ASCOF.values())))
    for work in dict.fromkeys(work for work, _ in WORKED.values()):
        out |= work(duck, Options())
    return out


def test_every_option_has_a_case_here_and_says_what_it_does() -> None:
    assert set(NAMES) == set(VALUES) == set(SAID)


@pytest.mark.parametrize("name", ASCOF)
def test_an_option_changes_a_figure(duck: DuckDb, official: Told, name: str) -> None:
    value, stage, _ = ASCOF[name]
    assert value != getattr(Options(), name)
    key = f"{name} {stage.__name__}"
    assert ascof(duck, replace(Options(), **{name: value}), [stage])[key] != official[key]


@pytest.mark.parametrize("name", WORKED)
def test_an_option_changes_a_table(duck: DuckDb, official: Told, name: str) -> None:
    work, value = WORKED[name]
    assert value != getattr(Options(), name)
    assert work(duck, replace(Options(), **{name: value})).get(name, []) != official.get(name, [])


def _read_in_the_code() -> set[str]:
    """Every attribute that some line of the measures or their sources reads, but for those of options.py itself."""
    out = set()
    for room in ("measures/cld", "sources/cld"):
        for path in (Path(evenhand.__file__).parent / room).rglob("*.py"):
            if path != Path(options.__file__):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                out |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return out


def test_every_option_is_read_somewhere() -> None:
    assert set(NAMES) - _read_in_the_code() == set()


@pytest.mark.parametrize("name", ALWAYS)
def test_a_quirk_that_is_no_option_is_refused_with_its_reason(name: str) -> None:
    for typed in (name, name.lower(), f" {name} "):
        with pytest.raises(EvenhandError, match=f"{name} cannot be turned") as caught:
            Options.named({typed: "off"})
        assert ALWAYS[name] in str(caught.value)


def test_no_quirk_is_both_an_option_and_none() -> None:
    assert {official_name(name) for name in NAMES} & set(ALWAYS) == set()


@pytest.mark.parametrize("name", NAMES)
def test_an_option_is_known_by_its_official_name_in_any_case(name: str) -> None:
    value = VALUES[name]
    typed = {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
    for said in (official_name(name), official_name(name).lower(), name):
        assert Options.named({said: typed}) == replace(Options(), **{name: value})


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("RAW_KEYS", "yes", "Say on or off"),
        ("2A_WINDOW", "a week", "whole number of days"),
        ("2A_WINDOW", "-7", "whole number of days"),
        ("2A_WINDOW", "²", "whole number of days"),
        ("2BC_NULL_COMPONENT", "maybe", "Say exclude or admit_null"),
        ("3d_carer_null_component", "", "Say vanish or treat_null_as_not_dp"),
        ("2Z_NOTHING", "on", "There is no option 2Z_NOTHING"),
    ],
)
def test_a_value_that_an_option_does_not_take_is_refused(name: str, typed: str, said: str) -> None:
    with pytest.raises(EvenhandError) as caught:
        Options.named({name: typed})
    assert said in str(caught.value)


def test_choices_hold_the_official_value_first() -> None:
    assert {name: getattr(Options(), name) for name in CHOICES} == {name: said[0] for name, said in CHOICES.items()}


PRINTED = [
    # measure, numerator, denominator, the value, and as printed with ZERO_WHEN_EMPTY
    ("3D", 0, 0, None, Decimal("0.0")),
    ("3D", 0, 5, Decimal("0.0"), Decimal("0.0")),
    ("3D", 1, 3, Decimal("33.3"), Decimal("33.3")),
    ("3D", None, None, None, None),
    ("2D", 0, 0, None, None),
    ("2B", 0, None, None, Decimal("0.0")),
    ("2B", 3, None, None, None),
    ("2C", 40, 87479, Decimal("45.7"), Decimal("45.7")),
]


@pytest.mark.parametrize(("measure", "number", "of", "value", "printed"), PRINTED)
def test_a_figure_of_nobody_is_empty_unless_the_option_prints_it_as_0(
    measure: str, number: int | None, of: int | None, value: Decimal | None, printed: Decimal | None
) -> None:
    plain = figures.Figure("A", measure, "", figures.TOTAL, number, of)
    assert (plain.value, plain.printed) == (value, value)
    zero = replace(plain, zero_when_empty=True)
    assert (zero.value, zero.printed) == (value, printed)
