"""The real calculators against the plain rewrite of the specification, on records made to be nasty.

Each small council stands for a file: thousands of them cost one run of each stage. ``EVENHAND_MESSY_COUNCILS`` asks for
more of them, and ``EVENHAND_MESSY_SEED`` for others. The two must agree on every row kept, every attribute of a person,
every decision and every figure; where they do not, the message shows the smallest council that tells them apart.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from benchmarks import cld_naive_pandas

from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.options import Options
from tests.measures.cld import naive, rows
from tests.measures.cld.naive import against, messy
from tests.measures.cld.naive.messy import YEAR

MANY = int(os.environ.get("EVENHAND_MESSY_COUNCILS", "2000"))
SEED = int(os.environ.get("EVENHAND_MESSY_SEED", "1"))
SOME = 300  # councils for the options
AT_ONCE = 4000  # councils in one run, so that asking for many does not ask for much memory

# Every option that some of these figures turns on. Those in one set change different measures, or are seldom about
# the same rows, and are turned together.
TURNED: dict[str, tuple[dict[str, Any], ...]] = {
    "as prose has it": (
        {"raw_keys": False}, {"m2a_future_event_blocks_own": False}, {"m2bc_null_component": "admit_null"},
        {"m2e_unknown_accom_in_denom": False}, {"m3d_event_type_not_tested": False},
        {"m3d_carer_null_component": "treat_null_as_not_dp"},
    ),
    "births, deaths and ids": (
        {"drop_no_person_id": False}, {"death_on_start_stays_open": False}, {"death_sticky": False},
        {"age_365_25": False}, {"m2e_age_at_last_service": False},
    ),
    "days": (
        {"crop_missing_next": False}, {"m2a_new_client_days": 365}, {"m2a_cluster_gap": 1}, {"m2a_window": 14},
        {"m2bc_return_days": 90},
    ),
}  # fmt: skip


@pytest.mark.parametrize("first", range(0, MANY, AT_ONCE))
def test_the_plain_rewrite_agrees_on_messy_councils(duck: DuckDb, first: int) -> None:
    made = messy.councils(SEED, min(AT_ONCE, MANY - first), first)
    assert against.report(duck, made, Options()) == ""


def test_the_plain_rewrite_agrees_on_one_council_alone(duck: DuckDb) -> None:
    # Few submissions are looked up in another way than many.
    records, selection = messy.one_council(SEED, 1500)
    assert against.differences_of(duck, records, selection, Options()) == {}


def test_the_plain_rewrite_agrees_on_costs_to_the_penny(duck: DuckDb) -> None:
    assert against.cost_differences(duck, messy.councils(SEED, SOME), Options()) == []


def test_the_pandas_rewrite_of_the_benchmark_gives_the_same_figures() -> None:
    records, selection = messy.together(messy.councils(SEED, 60))
    taken = pd.DataFrame([vars(one) for one in selection.taken])
    taken = taken.rename(columns={"start": "ref_start", "end": "ref_end"})
    found = cld_naive_pandas.figures(pd.DataFrame(records), taken, YEAR)
    expected = naive.figures(records, selection, YEAR, Options())
    nobody = (0, 0)
    assert expected
    assert {key: each for key, each in found.items() if each != nobody} == {
        key: each for key, each in expected.items() if each != nobody
    }


@pytest.mark.parametrize("name", TURNED)
def test_the_plain_rewrite_agrees_when_options_are_turned(duck: DuckDb, name: str) -> None:
    turned = {option: value for each in TURNED[name] for option, value in each.items()}
    made = messy.councils(SEED, SOME, 500_000)
    assert against.report(duck, made, replace(Options(), **turned)) == ""


def test_every_option_that_is_turned_changes_something() -> None:
    records, selection = messy.together(messy.councils(SEED, SOME, 500_000))
    usual = naive.measured(records, selection, YEAR, Options())
    idle = []
    for each in (each for name in TURNED for each in TURNED[name]):
        other = naive.measured(records, selection, YEAR, replace(Options(), **each))
        if (other.decisions, other.people, other.main) == (usual.decisions, usual.people, usual.main):
            idle.append(each)
    assert not idle


def test_the_messy_councils_reach_every_part_of_every_measure() -> None:
    records, selection = messy.together(messy.councils(SEED, 1000))
    found = naive.measured(records, selection, YEAR, Options())
    counted = Counter((*key[2:4], told[1], told[3]) for key, told in found.decisions.items())
    both = ["2A", "2E1", "2E2a", "3D1a", "3D1b", "3D2a", "3D2b"]
    wanted = {(part[:2], part[2:], "18-64", number) for part in both for number in (True, False)}
    wanted |= {(part[:2], part[2:], "65+", number) for part in [*both, "2E2b"] for number in (True, False)}
    wanted |= {("2B", "", "18-64", True), ("2C", "", "65+", True)}
    wanted -= {("2E", "1", "65+", True), ("2E", "2a", "65+", True)}
    wanted -= {("2E", "1", "65+", False), ("2E", "2a", "65+", False)}
    assert {each for each in wanted if not counted[each]} == set()


def test_a_council_in_short_hand_is_the_council() -> None:
    council = messy.councils(SEED, 3)[2]
    written = rows.cells("\n".join(council.told().splitlines()[1:]), la=council.name)
    for row, again in zip(council.rows, written, strict=True):
        back = again | {"record": row["record"], "submission": row["submission"]}
        assert {name: back.get(name) for name in tables.RECORDS} == row
