"""What support costs: the worked case to the penny, and each rule by itself. A case is a council of its own.

The quarter is January to March 2026, 90 days. Rows are those of the single submission; ``cost 700 WEEKLY`` is a unit
cost and its frequency, with planned units a week after it.
"""

# ruff: noqa: E501 - a case is read along its line

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.spend import LAST_DAY, QUARTER, Spend, quarter, shares, spend
from tests.measures.cld import rows

YEAR = Period(dt.date(2025, 4, 1), dt.date(2026, 3, 31))
OPEN = "2024-01-01→∞"

# name, rows, cost in the quarter, cost a week on the last day, rows without cost, rows without units
RULES = [
    ("monthly", f"Comm {OPEN}, cost 866.67 MONTHLY", "2571.44", "200.00", 0, 0),
    ("four-weekly", f"Comm {OPEN}, cost 800 FOUR_WEEKLY", "2571.43", "200.00", 0, 0),
    ("fortnightly", f"Comm {OPEN}, cost 400 FORTNIGHTLY", "2571.43", "200.00", 0, 0),
    ("quarterly", f"Comm {OPEN}, cost 2600 QUARTERLY", "2571.43", "200.00", 0, 0),
    ("annually", f"Comm {OPEN}, cost 10400 ANNUALLY", "2571.43", "200.00", 0, 0),
    ("hourly by units", f"Comm {OPEN}, cost 20 HOURLY 10", "2571.43", "200.00", 0, 0),
    ("a negative cost is read as the cost", f"Comm {OPEN}, cost -700 WEEKLY", "9000.00", "700.00", 0, 0),
    ("negative units too", f"Comm {OPEN}, cost 20 HOURLY -10", "2571.43", "200.00", 0, 0),
    ("frequency wins over units", f"Comm {OPEN}, cost 700 WEEKLY 3", "9000.00", "700.00", 0, 0),
    ("a frequency that is not listed is by units", f"Comm {OPEN}, cost 20 invalid 10", "2571.43", "200.00", 0, 0),
    ("begun within the quarter", "Comm 2026-03-10→∞, cost 700 WEEKLY", "2200.00", "700.00", 0, 0),
    ("ended within the quarter", "Comm 2024-01-01→2026-01-07, cost 700 WEEKLY", "700.00", None, 0, 0),
    ("ended after it", "Comm 2024-01-01→2026-05-31, cost 700 WEEKLY", "9000.00", "700.00", 0, 0),
    ("ended before it", "Comm 2024-01-01→2025-12-31, cost 700 WEEKLY", None, None, 0, 0),
    ("once, though begun long ago", f"STlow EQ {OPEN}, cost 500 ONE_OFF", "500.00", None, 0, 0),
    ("no units", f"Comm {OPEN}, cost 18 HOURLY", "0.00", "0.00", 0, 1),
    ("no cost", f"Comm {OPEN}", "0.00", "0.00", 1, 0),
    ("a cost of nought", f"Comm {OPEN}, cost 0 WEEKLY", "0.00", "0.00", 1, 0),
    ("a cost that cannot be", f"Comm {OPEN}, cost 99999999999 WEEKLY", "0.00", "0.00", 1, 0),
    ("a review is no service", "Review Comm 2026-01-01→2026-01-02, cost 700 WEEKLY", None, None, 0, 0),
]  # fmt: skip
W78 = (
    f"Nur LN {OPEN}, cost 700 WEEKLY, person 1; Comm DP {OPEN}, cost 800 FOUR_WEEKLY, person 2\n"
    f"Comm COM HS {OPEN}, cost 20 HOURLY 15, person 3; STlow EQ COM {OPEN}, cost 500 ONE_OFF, person 3\n"
    f"Comm COM HS {OPEN}, cost 18 HOURLY, person 4"
)


def _found(duck: DuckDb, cases: list[tuple[str, str]], options: Options) -> dict[str, list[Spend]]:
    cells = [{**cell, "la": name} for name, text in cases for cell in rows.cells(text)]
    numbered = [{**cell, "record": number} for number, cell in enumerate(cells, start=1)]
    found = spend(duck, duck.keep("single", rows.table(numbered, rows.tables.SINGLE)), YEAR, options)
    return {name: [one for one in found if one.council == name] for name, _ in cases}


@pytest.fixture(scope="module")
def found(duck: DuckDb) -> dict[str, list[Spend]]:
    cases = [(name, text) for name, text, *_ in RULES]
    more = [
        ("W78", W78), ("component", f"Comm COM DPc {OPEN}, cost 100 WEEKLY"),
        ("W78 community", "\n".join(line for line in W78.replace("; ", "\n").split("\n") if line.startswith("Comm"))),
        ("median", "\n".join(f"Comm {OPEN}, cost {cost} WEEKLY, person {n}" for n, cost in ((1, 10), (1, 20), (2, 5), (3, 100), (4, 31)))),
    ]  # fmt: skip
    return _found(duck, cases + more, Options())


def _all(found: list[Spend], basis: str) -> Spend | None:
    chosen = [one for one in found if one.basis == basis and one.groups == ("All",) * 4]
    return chosen[0] if chosen else None


@pytest.mark.parametrize(("name", "_rows", "total", "weekly", "no_cost", "no_units"), RULES, ids=[r[0] for r in RULES])
def test_what_a_service_costs(
    found: dict[str, list[Spend]], name: str, _rows: str, total: str | None, weekly: str | None, no_cost: int,
    no_units: int,
) -> None:  # fmt: skip
    in_quarter, on_day = _all(found[name], QUARTER), _all(found[name], LAST_DAY)
    assert (in_quarter and str(in_quarter.total)) == total
    assert (on_day and str(on_day.weekly)) == weekly
    if in_quarter:
        assert (in_quarter.rows, in_quarter.rows_without_cost, in_quarter.rows_without_units) == (1, no_cost, no_units)
        assert in_quarter.people == 1 - no_cost - no_units


def test_w78_to_the_penny(found: dict[str, list[Spend]]) -> None:
    by = {
        (one.mechanism, one.setting): one.total
        for one in found["W78"]
        if one.basis == QUARTER and one.reason == one.age_band == "All"
    }
    assert by["Not recorded", "Nursing care"] == Decimal("9000.00")
    assert by["Direct payment", "Community"] == Decimal("2571.43")
    assert by["CASSR commissioned support", "Community"] == Decimal("3857.14")
    assert by["CASSR commissioned support", "Short term support"] == Decimal("500.00")
    assert by["CASSR commissioned support", "All"] == Decimal("4357.14")
    assert by["All", "All"] == Decimal("15928.57")


def test_w78_shares(found: dict[str, list[Spend]]) -> None:
    said = {(one.out_of, one.held_as): str(one.percent) for one in shares(found["W78"]) if one.basis == QUARTER}
    assert said == {
        ("All support", "Direct payments"): "16.1", ("All support", "Personal budgets"): "16.1",
        ("Long-term support in the community", "Direct payments"): "40.0",
        ("Long-term support in the community", "Personal budgets"): "40.0",
    }  # fmt: skip


def test_a_direct_payment_as_component_is_one(found: dict[str, list[Spend]]) -> None:
    assert {one.mechanism for one in found["component"]} == {"All", "Direct payment"}


def test_mean_and_median_are_of_people_not_of_services(found: dict[str, list[Spend]]) -> None:
    """People cost 30, 5, 100 and 31 a week."""
    one = _all(found["median"], LAST_DAY)
    assert one
    assert (one.people, one.mean, one.median) == (4, Decimal("41.50"), Decimal("30.50"))


def test_fractions_of_a_week_cut_as_the_official_script_cuts_them(duck: DuckDb) -> None:
    """COST_SQL_DECIMAL: 866.67 x 0.230769 = 200.00057...; 90/7 is cut to 12.857142 weeks."""
    text = f"Comm {OPEN}, cost 100000 MONTHLY"
    exact, cut = (_found(duck, [("A", text)], options)["A"] for options in (Options(), Options(cost_sql_decimal=True)))
    assert [_all(found, QUARTER).total for found in (exact, cut)] == [Decimal("296703.30"), Decimal("296702.98")]  # type: ignore[union-attr]
    assert [_all(found, LAST_DAY).weekly for found in (exact, cut)] == [Decimal("23076.92"), Decimal("23076.90")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("last", "first"), [("2026-03-31", "2026-01-01"), ("2025-12-31", "2025-10-01"), ("2024-05-30", "2024-02-29")]
)
def test_the_last_quarter(last: str, first: str) -> None:
    end = dt.date.fromisoformat(last)
    assert quarter(Period(dt.date(2020, 1, 1), end)).start == dt.date.fromisoformat(first)


def test_groups_of_a_level_add_up_to_it(found: dict[str, list[Spend]]) -> None:
    held = [one for one in found["W78"] if one.basis == QUARTER]
    whole = _all(held, QUARTER)
    assert whole
    for place in range(4):
        parts = [one for one in held if [g == "All" for g in one.groups] == [p != place for p in range(4)]]
        assert sum(one.rows for one in parts) == whole.rows
        assert abs(sum((one.total or Decimal(0) for one in parts), Decimal(0)) - whole.total) <= Decimal("0.02")  # type: ignore[operator]
