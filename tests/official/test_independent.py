"""An audit that shares no code with what it audits: the publishers' files opened by hand, the sums in plain loops.

Nothing of ``evenhand.sources`` or ``evenhand.compare`` is used to work out what is expected. Where a file prints a
figure, the edition must hold exactly it; where the edition works something out, plain Python (or numpy's and scipy's
own routines) must come to the same number from the same cells.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from scipy import stats

from evenhand.edition.read import Edition

pytestmark = pytest.mark.official

Row = dict[str, Any]
SHEETS = {
    "ascof-1a": "1a", "ascof-1b": "1b", "ascof-1c": "1c", "ascof-1d": "1d", "ascof-1e": "1e", "ascof-2a": "2a",
    "ascof-2b": "2b", "ascof-2c": "2c", "ascof-2d-1": "2d(1)", "ascof-2d-2": "2d(2)", "ascof-2e-1": "2e(1)",
    "ascof-2e-2a": "2e(2a)", "ascof-2e-2b": "2e(2b)", "ascof-3a": "3a", "ascof-3b": "3b", "ascof-3c-1": "3c(1)",
    "ascof-3c-2": "3c(2)", "ascof-3d-1a": "3d(1a)", "ascof-3d-2a": "3d(2a)", "ascof-4a": "4a", "ascof-4b": "4b",
    "ascof-5a-1": "5a(1)", "ascof-5a-2": "5a(2)", "ascof-6a": "6a", "ascof-6b": "6b",
}  # fmt: skip
BOUNDS = {"ascof-1a": (0, 24), "ascof-1b": None, "ascof-1c": (0, 12)}  # other survey measures: 0 to 100
Z95, Z998 = float(stats.norm.ppf(0.975)), float(stats.norm.ppf(0.999))
DORSET_COUNTY, NORTHAMPTONSHIRE = "E10000009", "E10000021"
NORTHANTS_TODAY = ("E06000061", "E06000062")


# ---------------------------------------------------------------------------------------------------------------------
# The publishers' files, opened by hand


def number(cell: object) -> float | None:
    """The number of a cell; that before a bracket where two are printed; None for a symbol.

    The publisher's program left 1.2000000000000002 in some cells: nine decimals are more than anyone printed.
    """
    if isinstance(cell, int | float):
        return round(float(cell), 9)
    text = re.sub(r"\s*\(.*\)$", "", str(cell).strip()).replace(",", "")
    try:
        return float(text)
    except ValueError:
        return None


def year(period: str) -> int:
    return int(period[:4])


@pytest.fixture(scope="module")
def framework(official_data: Path) -> dict[str, list[list[Any]]]:
    """ASCOF 2024-25: the rows of every table, by sheet."""
    book = CalamineWorkbook.from_path(str(official_data / "ascof" / "ascof_2024_25.ods"))
    return {n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names}


# The framework prints 916, Gloucestershire's code, beside Buckinghamshire too; and Dorset's two names share 809.
CODES = {"612": ("E06000060", "Buckinghamshire"), "916": ("E10000013", "Gloucestershire"),
         "809": (DORSET_COUNTY, "Dorset County")}  # fmt: skip


@pytest.fixture(scope="module")
def named(framework: dict[str, list[list[Any]]]) -> dict[str, tuple[str, str]]:
    """The publishers' three-figure council codes, with the ONS code and the name that stand beside them."""
    rows = [r for r in framework["Table_1a"] if isinstance(r[0], float)]
    return {str(int(r[0])): (str(r[2]).strip(), str(r[1]).strip()) for r in rows} | CODES


@pytest.fixture(scope="module")
def held(real: Edition) -> dict[tuple[str, str, str], list[Row]]:
    """The edition's rows by measure, period and group."""
    out: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for r in real.table("values").collect().to_dicts():
        out[r["measure"], r["period"], r["group"]].append(r)
    return out


def row_of(rows: list[Row], code: str, gss: str, name: str) -> Row | None:
    """The one row of an area: by its ONS code of that time, else its name, else its letter."""
    for key, wanted in (("area_code", gss), ("area_name", name), ("area", code)):
        found = [r for r in rows if r[key] == wanted and r["area"] != "sum-of-councils"]
        if len(found) == 1:
            return found[0]
    return None


def table(framework: dict[str, list[list[Any]]], sheet: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = framework[f"Table_{sheet}"]
    top = next(i for i, r in enumerate(rows) if str(r[0]).startswith("Local authority code"))
    heads = [str(h) for h in rows[top]]
    return [
        (str(r[0]).removesuffix(".0"), str(r[1]).strip(), str(r[2]).strip(), dict(zip(heads, r, strict=False)))
        for r in rows[top + 1 :]
    ]


def parts_of(measure: str, period: str) -> dict[str, str]:
    start = f"{year(period)} to {year(period) + 1} - "
    if measure == "ascof-6b":
        return {k: f"{start}6b {w}" for k, w in
                (("numerator", "numerator"), ("denominator", "denominator"), ("value", "outcome"))}  # fmt: skip
    if measure == "ascof-6a":
        return {"value": f"{start}outcome"}
    if re.match(r"ascof-(2|3d|4b)", measure):
        return {"numerator": f"{start}numerator", "denominator": f"{start}denominator", "value": f"{start}outcome"}
    words = {"margin_of_error": "margin of error", "respondents": "number of respondents", "value": "outcome"}
    return {k: start + w for k, w in words.items()}


def test_every_cell_of_the_framework_is_the_editions(
    framework: dict[str, list[list[Any]]], held: dict[tuple[str, str, str], list[Row]]
) -> None:
    """Value, counts, margin of error and respondents of every area, year and table; and why a figure is not there."""
    symbols = {"[x]": "missing", "[c]": "suppressed", "[z]": "not_applicable"}
    notes = {str(r[0]).lower(): str(r[1]) for r in framework["Notes"] if str(r[0]).lower().startswith("[note")}
    lacking = {"ascof-2a": notes["[note 13]"], "ascof-2d-1": notes["[note 14]"], "ascof-2d-2": notes["[note 14]"]}
    checked, wrong, odd = 0, [], []
    for measure, sheet in SHEETS.items():
        periods = {p for m, p, g in held if m == measure and g == "all" and p >= "2015"}
        for code, name, gss, cells in table(framework, sheet):
            for period in periods:
                parts = parts_of(measure, period)
                if parts["value"] not in cells:
                    continue
                row = row_of(held[measure, period, "all"], code, gss, name)
                printed = {k: number(cells[p]) for k, p in parts.items()}
                if row is None:
                    if any(v is not None for v in printed.values()):
                        odd.append((measure, period, name))
                    continue
                symbol = symbols.get(str(cells[parts["value"]]).strip())
                if period == "2024-25" and re.search(rf"\b{re.escape(name)}\b", lacking.get(measure, "")):
                    symbol = "missing"  # the notes correct the symbol: these councils' data are missing
                if printed["value"] is None and symbol != row["status"]:
                    wrong.append((measure, period, name, "status", row["status"]))
                withheld = row["status"] == "not_applicable"  # 4B: more lowered than found; no figure can be made of it
                for k, v in printed.items():
                    checked += 1
                    if row[k] != v and not (withheld and row[k] is None):
                        wrong.append((measure, period, name, k, v, row[k]))
    print(f"\n{checked:,} cells compared")
    assert wrong == []
    assert checked > 40_000
    # What the publisher prints for no council that stood then: Dorset's figure a second time, under the old code, and
    # the sum of Cornwall and the Isles of Scilly.
    assert {name for _, _, name in odd} <= {"Dorset County", "Cornwall and Isles of Scilly"}


def test_the_second_dorset_says_nothing_that_the_first_does_not(
    framework: dict[str, list[list[Any]]], held: dict[tuple[str, str, str], list[Row]]
) -> None:
    """Where a new year stands only under the old name, it is the new council's; where it stands twice, they agree."""
    for measure, sheet in SHEETS.items():
        rows = {name: cells for _, name, _, cells in table(framework, sheet) if name in ("Dorset", "Dorset County")}
        for period in [p for m, p, g in held if m == measure and g == "all" and p >= "2019-20"]:
            head = parts_of(measure, period)["value"]
            printed = {number(c[head]) for c in rows.values() if head in c} - {None}
            if printed:
                assert len(printed) == 1, (measure, period)
                dorset = row_of(held[measure, period, "all"], "", "E06000059", "Dorset")
                assert dorset is not None
                assert dorset["value"] == printed.pop(), (measure, period)


OPEN_DATA = {
    ("ascof-3d-1a", "all"): "1C1A", ("ascof-3d-1a", "18-64"): "1C1A1864", ("ascof-3d-1a", "65+"): "1C1A65OV",
    ("ascof-3d-2a", "all"): "1C2A", ("ascof-3d-2a", "18-64"): "1C2A1864", ("ascof-3d-2a", "65+"): "1C2A65OV",
    ("ascof-3d-1b", "all"): "1C1B", ("ascof-3d-1b", "under-65"): "1C1B64U", ("ascof-3d-1b", "65-84"): "1C1B6584",
    ("ascof-3d-1b", "85+"): "1C1B85OV", ("ascof-3d-2b", "all"): "1C2B", ("ascof-3d-2b", "under-65"): "1C2B64U",
    ("ascof-3d-2b", "65-84"): "1C2B6584", ("ascof-3d-2b", "85+"): "1C2B85OV", ("ascof-2e-1", "all"): "1G",
    ("ascof-2e-1", "female"): "1GF", ("ascof-2e-1", "male"): "1GM", ("ascof-2b", "all"): "2A1",
    ("ascof-2c", "all"): "2A2", ("ascof-2a", "all"): "2D", ("ascof-2d-1", "all"): "2B1", ("ascof-2d-2", "all"): "2B2",
}  # fmt: skip


def test_every_cell_of_the_open_data_of_2020_21_is_the_editions(
    official_data: Path, held: dict[tuple[str, str, str], list[Row]]
) -> None:
    path = official_data / "ascof" / "meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"
    book = CalamineWorkbook.from_path(str(path))
    head, *body = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    at = {str(h): i for i, h in enumerate(head)}
    wanted = {code: key for key, code in OPEN_DATA.items()}
    kinds = {"Numerator": "numerator", "Denominator": "denominator", "Outcome": "value"}
    checked, areas = 0, set()
    index = {
        key: {(r["area_code"] if r["level"] in ("council", "country") else r["area"]): r
              for r in held[key[0], "2020-21", key[1]] if r["area"] != "sum-of-councils"}
        for key in OPEN_DATA
    }  # fmt: skip
    for r in body:
        code, kind = str(r[at["ASCOF Measure Code"]]), str(r[at["Measure Type"]])
        if code in wanted and kind in kinds:
            own = index[wanted[code]]
            row = own.get(str(r[at["ONS Code"]]).strip()) or own[str(r[at["Geographical Code"]]).removesuffix(".0")]
            assert row[kinds[kind]] == number(r[at["Measure Value"]]), (code, kind, row["area_name"])
            checked += 1
            areas.add(row["area"])
    assert checked > 10_000
    assert len(areas) == 151 + 9 + 5 + 1


# ---------------------------------------------------------------------------------------------------------------------
# Figures over residents


@pytest.fixture(scope="module")
def residents(official_data: Path) -> tuple[dict[str, dict[str, float]], dict[str, dict[int, float]], dict[str, Row]]:
    """By ONS code: ages at mid-2020, all ages by year, and the row of the mid-2023 table."""
    book = CalamineWorkbook.from_path(str(official_data / "population" / "ukpopestimatesmid2020on2021geography.xls"))
    ages, series = {}, {}
    for r in book.get_sheet_by_name("MYE2 - Persons").to_python(skip_empty_area=False)[8:]:
        by_year = [float(v) for v in r[4:95]]
        ages[str(r[0]).strip()] = {
            "18+": sum(by_year[18:]), "18-64": sum(by_year[18:65]), "65+": sum(by_year[65:]),
            "85+": sum(by_year[85:]), "name": str(r[1]).strip(),
        }  # fmt: skip
    head, *body = book.get_sheet_by_name("MYE4").to_python(skip_empty_area=False)[7:]
    for r in body:
        series[str(r[0]).strip()] = {int(h[4:]): r[i] for i, h in enumerate(map(str, head)) if h.startswith("Mid-")}
    with (official_data / "population" / "population_utla_mid2023.csv").open(encoding="utf-8-sig") as f:
        newest = {r["utla23_code"]: r for r in csv.DictReader(f)}
    return ages, series, newest  # type: ignore[return-value]


def people(residents: Any, gss: str, when: int, age: str = "18+") -> float | None:
    """The population rule of edition/population.py, said again: near mid-year, else the share of 2020 carried back."""
    ages, series, newest = residents
    if gss == NORTHAMPTONSHIRE:
        both = [people(residents, g, when, age) for g in NORTHANTS_TODAY]
        return None if None in both else sum(b for b in both if b is not None)
    if when >= 2021 or gss not in ages:
        column = {"18+": "pop_18_plus", "18-64": "pop_18_64", "65+": "pop_65_plus"}[age]
        return float(newest[gss][column]) if gss in newest else None
    if 2020 - when <= 2:
        return float(ages[gss][age])
    return float(series[gss][when] * ages[gss][age] / series[gss][2020])


def code_in(residents: Any, row: Row) -> str:
    """The ONS code under which a council stands in the population files, which use the codes of 2021."""
    ages, _, newest = residents
    if row["area_code"] in ages or row["area_code"] in newest or row["area_code"] == NORTHAMPTONSHIRE:
        return str(row["area_code"])
    upper = ("E06", "E08", "E09", "E10")
    named = [k for k, a in ages.items() if a["name"] == row["area_name"] and k[:3] in upper]
    return named[0] if len(named) == 1 else str(row["area_code"])


def council_row(rows: list[Row], code: str, named: dict[str, tuple[str, str]]) -> Row:
    """A council's row by its three-figure code: by the ONS code of today, else (recoded since) by its name."""
    row = row_of(rows, code, *named[code])
    assert row is not None, named[code]
    return row


ACTIVITY = {
    "2009-10": "Final_Council_Level_ActivityData_2009-10.csv",
    "2010-11": "Final_Council_Level_Activity_Data_2010-11.csv",
    "2011-12": "Final_Council_Level_Activity_Data_2011_12.csv",
    "2012-13": "Annex_Fin_CASSR_Level_Activity_Data_2012_13.csv",
    "2013-14": "Annex_Final_CASSR_Level_Activity_Data_2013_14.csv",
}
CLIENTS = {
    "physical-disability-18-64": "Physical disability, 18-64,", "mental-health-18-64": "Mental health, 18-64,",
    "learning-disability-18-64": "Learning disability, 18-64,", "18-64": "Total 18-64,",
    "65+": "Total 65 and over,", "all": "Total all ages,",
}  # fmt: skip


@pytest.fixture(scope="module")
def clients(official_data: Path) -> dict[tuple[str, str, str], str]:
    """The cell of direct-payment clients by period, council code and group."""
    out = {}
    for period, name in ACTIVITY.items():
        rows = list(csv.reader((official_data / "activity" / name).open(encoding="cp1252", newline="")))
        top = next(i for i, r in enumerate(rows) if any("Physical disability, 18-64" in c for c in r))
        at = {
            group: [j for j, c in enumerate(rows[top]) if c.startswith(words) and "irect payments" in c]
            for group, words in CLIENTS.items()
        }
        for r in rows[top + 1 :]:
            if found := re.match(r"\s*(\d{3})\s*-", r[0]):
                out |= {(period, found[1], group): r[j[0]].strip() for group, j in at.items() if j}
    return out


def test_direct_payment_clients_per_1000_adults_from_the_returns_own_cells(
    clients: dict[tuple[str, str, str], str],
    named: dict[str, tuple[str, str]],
    residents: Any,
    held: dict[tuple[str, str, str], list[Row]],
) -> None:
    checked, without, gone = 0, Counter(), set()  # type: ignore[var-annotated]
    for (period, code, group), cell in clients.items():
        row = council_row(held["dp-clients-per-1000-adults", period, group], code, named)
        count = number(cell)
        assert row["numerator"] == count, (period, code, group)
        assert row["status"] == ("suppressed" if cell == "-" else row["status"])
        adults = people(residents, code_in(residents, row), year(period))
        checked += 1
        if count is None or adults is None:
            without[row["reason"]] += 1
            gone |= {row["area_name"]} if adults is None else set()
            assert row["value"] is None
        else:
            assert row["denominator"] == pytest.approx(adults, rel=1e-9)
            assert row["value"] == pytest.approx(1000 * count / adults, rel=1e-9)
    assert checked > 4_000
    assert gone == {"Dorset County", "Bournemouth", "Poole"}  # no population of theirs can be told from the files
    assert without["No population estimate is loaded for the boundaries of that time."] == 3 * len(
        {(p, g) for p, _, g in clients}
    )


@pytest.mark.parametrize(
    ("measure", "of"), [("sds-per-1000-adults", "ascof-3d-1a"), ("dp-per-1000-adults", "ascof-3d-2a")]
)
@pytest.mark.parametrize(
    ("period", "when", "groups"), [("2020-21", 2020, ("all", "18-64", "65+")), ("2024-25", 2024, ("all",))]
)
def test_people_per_1000_adults_since_2020(
    measure: str, of: str, period: str, when: int, groups: tuple[str, ...], residents: Any,
    held: dict[tuple[str, str, str], list[Row]],
) -> None:  # fmt: skip
    for group in groups:
        counts = {r["area"]: r["numerator"] for r in held[of, period, group]}
        for row in held[measure, period, group]:
            if row["level"] != "council":
                continue
            adults = people(residents, code_in(residents, row), when, {"all": "18+"}.get(group, group))
            count = counts[row["area"]]
            if count is None:
                assert row["value"] is None
            else:
                assert adults is not None
                assert row["value"] == pytest.approx(1000 * count / adults, rel=1e-12), row["area_name"]


def test_older_residents_and_deprivation(
    official_data: Path, residents: Any, held: dict[tuple[str, str, str], list[Row]]
) -> None:
    ages, _, newest = residents
    for measure, age, period in (
        ("context-65-plus", "65+", "mid-2020"), ("context-85-plus", "85+", "mid-2020"),
        ("context-65-plus", "65+", "mid-2023"),
    ):  # fmt: skip
        rows = [r for r in held[measure, period, "all"] if r["level"] == "council" and r["value"] is not None]
        assert len(rows) == (150 if period == "mid-2020" else 153)
        for r in rows:
            if period == "mid-2020":
                expected = 100 * ages[r["area_code"]][age] / ages[r["area_code"]]["18+"]
            else:
                n = newest[code_in((ages, {}, newest), r)]
                expected = 100 * float(n["pop_65_plus"]) / float(n["pop_18_plus"])
            assert r["value"] == pytest.approx(expected, rel=1e-12)
    book = CalamineWorkbook.from_path(str(next((official_data / "deprivation").glob("File_11*.xlsx"))))
    head, *body = book.get_sheet_by_name("IMD").to_python()
    at = next(i for i, h in enumerate(head) if str(h).strip() == "IMD - Average score")
    own = held["context-deprivation", "2019", "all"]
    assert [row_of(own, "", r[0], str(r[1]))["value"] for r in body] == [r[at] for r in body]  # type: ignore[index]


# ---------------------------------------------------------------------------------------------------------------------
# Money


def spent(official_data: Path) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """Pence paid as direct payments (adults and carers) and in all, by period and council code."""
    out = {}
    folder = official_data / "spending"
    paid, total = defaultdict(float), defaultdict(float)  # type: ignore[var-annotated]
    for r in csv.DictReader((folder / "ascfr_2017_18_gross_current_expenditure.csv").open(encoding="utf-8-sig")):
        amount = 100 * float(r["ITEMVALUE"] or 0)
        total[r["CASSR"]] += amount
        if "Community: Direct Payments" in (r["SupportSetting_Key"], r["CarerSupportType_Key"]):
            paid[r["CASSR"]] += amount
    out["2017-18"] = (paid, total)
    paid, total = defaultdict(float), defaultdict(float)
    for r in csv.DictReader((folder / "CSV_ASCFR_Totals.csv").open(encoding="utf-8-sig")):
        # DataType 2 is the voluntary split of older people by age, which repeats money.
        if r["CASSR_CODE"] and r["DataType_KEY"] == "1":
            amount = 100_000 * float(r["GROSSCURRENTEXPENDITURE"])
            total[r["CASSR_CODE"]] += amount
            if "1" in (r["SupportSetting_KEY"], r["CarerSupportType_KEY"]):
                paid[r["CASSR_CODE"]] += amount
    out["2016-17"] = (paid, total)
    return out


def spent_2014(official_data: Path) -> dict[str, tuple[float, float, float]]:
    """Pence in 2014-15 by council code: direct payments to adults, to carers, and all spending."""
    path = official_data / "spending" / "pss-exp-eng-14-15-fin-coun-lev-exp-data.csv"
    rows = list(csv.reader(path.open(encoding="cp1252", newline="")))
    first: dict[tuple[str, ...], list[str]] = {}
    for r in rows:
        first.setdefault(tuple(c.strip() for c in r[:5]), r)
    item, dp = "Gross current expenditure", "Community: Direct Payments"
    younger = first["Long term", "Age 18 to 64", "Total", dp, item]
    older = first["Long term", "Age 65 and over", "Total", dp, item]
    carers = first["Non Salt Totals", "", "Social Support: Support to Carer", dp, item]
    total = first["Non Salt Totals", "", "Adult Social Care", "Total", item]
    out = {}
    for j, head in enumerate(rows[1]):
        if code := re.match(r"(\d{3}) - ", head):
            a, b, c, t = (100_000 * (number(r[j]) or 0.0) for r in (younger, older, carers, total))
            out[code[1]] = (a + b, c, t)
    return out


def test_direct_payments_share_of_spending_per_adult_and_per_person(
    official_data: Path,
    named: dict[str, tuple[str, str]],
    residents: Any,
    clients: dict[tuple[str, str, str], str],
    held: dict[tuple[str, str, str], list[Row]],
) -> None:
    returns = spent(official_data)
    early = spent_2014(official_data)
    returns["2014-15"] = ({c: a + k for c, (a, k, _) in early.items()}, {c: t for c, (_, _, t) in early.items()})
    checked = Counter()  # type: ignore[var-annotated]
    for period, (paid, total) in returns.items():
        for code in total:
            share = council_row(held["dp-share-of-spend", period, "all"], code, named)
            assert share["value"] == pytest.approx(100 * paid[code] / total[code], rel=1e-7)
            assert share["numerator"] == pytest.approx(
                paid[code], abs=100
            )  # whole pence a cell, up to some dozen cells
            head = council_row(held["dp-spend-per-adult", period, "all"], code, named)
            adults = people(residents, code_in(residents, head), year(period))
            assert (head["value"] is None) == (adults is None), head["area_name"]
            if adults:
                assert head["value"] == pytest.approx(paid[code] / 100 / adults, rel=1e-6)
            checked[period] += 1
    assert checked == {"2014-15": 152, "2016-17": 151, "2017-18": 152}
    for code, (adults_paid, _, _) in early.items():
        row = council_row(held["dp-spend-per-recipient", "2014-15", "all"], code, named)
        before = number(clients["2013-14", code, "all"])
        assert row["value"] == (pytest.approx(adults_paid / 100 / before, rel=1e-9) if before else None)


# ---------------------------------------------------------------------------------------------------------------------
# Statistics, in plain loops

PROPORTIONS = [
    ("ascof-3d-1a", "2020-21", "all"), ("ascof-3d-1a", "2024-25", "all"), ("ascof-3d-2a", "2020-21", "all"),
    ("ascof-3d-2a", "2024-25", "all"), ("ascof-4b", "2024-25", "all"), ("ascof-6b", "2024-25", "all"),
    ("ascof-2e-1", "2024-25", "all"), ("ascof-2a", "2024-25", "all"), ("ascof-3d-2b", "2020-21", "85+"),
]  # fmt: skip
RATES = [
    ("ascof-2b", "2024-25", "all"), ("ascof-2c", "2024-25", "all"), ("dp-per-1000-adults", "2024-25", "all"),
    ("sds-per-1000-adults", "2020-21", "all"), ("dp-clients-per-1000-adults", "2009-10", "mental-health-18-64"),
]  # fmt: skip
SURVEYS = [
    (m, "2024-25", "all") for m in ("ascof-1a", "ascof-1b", "ascof-1d", "ascof-3a", "ascof-4a", "ascof-5a-1")
] + [(m, "2016-17", "all") for m in ("ascof-1c", "ascof-1e")]  # fmt: skip
PER = {"ascof-2b": 100_000, "ascof-2c": 100_000, "dp-per-1000-adults": 1000, "sds-per-1000-adults": 1000,
       "dp-clients-per-1000-adults": 1000}  # fmt: skip


def wilson(x: float, n: float, z: float) -> tuple[float, float]:
    """By the quadratic whose roots the limits are: (p − x/n)² = z² p(1 − p)/n."""
    p = x / n
    roots = np.roots([1 + z * z / n, -(2 * p + z * z / n), p * p])
    low, high = sorted(float(r.real) for r in roots)
    return low, high


def count_limits(x: float, alpha: float) -> tuple[float, float]:
    """Exact Poisson limits under 10 (by solving the tail sums), Byar's from 10 on."""
    z = float(stats.norm.ppf(1 - alpha / 2))
    if x >= 10:
        return (
            x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3,
            (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3,
        )
    low = stats.chi2.ppf(alpha / 2, 2 * x) / 2 if x > 0 else 0.0
    return float(low), float(stats.chi2.ppf(1 - alpha / 2, 2 * x + 2) / 2)


def in_use(held: dict[tuple[str, str, str], list[Row]], key: tuple[str, str, str]) -> list[Row]:
    rows = [r for r in held[key] if r["level"] == "council" and r["value"] is not None]
    return [r for r in rows if r["numerator"] is not None and r["denominator"]]


def answered(held: dict[tuple[str, str, str], list[Row]], key: tuple[str, str, str]) -> list[Row]:
    rows = [r for r in held[key] if r["level"] == "council" and r["value"] is not None]
    return [r for r in rows if r["margin_of_error"]]


def bounds_of(measure: str) -> tuple[float, float]:
    return BOUNDS.get(measure, (0, 100)) or (-math.inf, math.inf)


def test_intervals_of_every_council(held: dict[tuple[str, str, str], list[Row]]) -> None:
    for key in PROPORTIONS:
        rows = in_use(held, key)
        assert len(rows) > 100
        for r in rows:
            for z, low, high in ((Z95, "lower95", "upper95"), (Z998, "lower998", "upper998")):
                x = r["numerator"]
                if abs(100 * x / r["denominator"] - r["value"]) > 0.0501:  # counts rounded to 5
                    x = min(r["value"] * r["denominator"] / 100, r["denominator"])
                got = wilson(x, r["denominator"], z)
                assert (r[low], r[high]) == pytest.approx((100 * got[0], 100 * got[1]), abs=1e-6)
    for key in RATES:
        rows = in_use(held, key)
        assert len(rows) > 100
        for r in rows:
            for alpha, low, high in ((0.05, "lower95", "upper95"), (0.002, "lower998", "upper998")):
                limits = count_limits(r["numerator"], alpha)
                scaled = [v * PER[key[0]] / r["denominator"] for v in limits]
                assert (r[low], r[high]) == pytest.approx(tuple(scaled), rel=1e-9, abs=1e-12)
    for key in SURVEYS:
        rows = answered(held, key)
        assert len(rows) > 140
        lowest, highest = bounds_of(key[0])
        for r in rows:
            for reach, low, high in ((1.0, "lower95", "upper95"), (Z998 / Z95, "lower998", "upper998")):
                moe = r["margin_of_error"] * reach
                expected = (max(r["value"] - moe, lowest), min(r["value"] + moe, highest))
                assert (r[low], r[high]) == pytest.approx(expected, abs=1e-12)


def naive_funnel(y: list[float], s: list[float], y0: float) -> tuple[float, float, list[float]]:
    """φ, τ² and z by the formulas of Spiegelhalter 2005, a council at a time."""
    u = [(a - y0) / b for a, b in zip(y, s, strict=True)]
    low, high = np.percentile(u, [10, 90])
    phi = sum(min(max(v, low), high) ** 2 for v in u) / len(u)
    w = [1 / b**2 for b in s]
    k = len(u)
    spread = k * phi - (k - 1)
    tau2 = spread / (sum(w) - sum(v * v for v in w) / sum(w)) if spread > 0 else 0.0
    return phi, tau2, [(a - y0) / math.sqrt(b * b + tau2) for a, b in zip(y, s, strict=True)]


def word(z: float) -> str:
    size = "much " if abs(z) > Z998 else ""
    return f"{size}{'higher' if z > 0 else 'lower'}" if abs(z) > Z95 else "similar"


def test_benchmark_over_dispersion_and_bands_of_every_council(
    real: Edition, held: dict[tuple[str, str, str], list[Row]]
) -> None:
    stored = {(b["measure"], b["period"], b["group"]): b for b in real.table("benchmarks").collect().to_dicts()}
    banded = 0
    for key in PROPORTIONS + RATES + SURVEYS:
        if key in SURVEYS:
            rows = answered(held, key)
            bench = next(r["value"] for r in held[key] if r["level"] == "country")
            y0, y, s = bench, [r["value"] for r in rows], [r["margin_of_error"] / Z95 for r in rows]
        else:
            rows = in_use(held, key)
            x, n = [r["numerator"] for r in rows], [r["denominator"] for r in rows]
            share = sum(x) / sum(n)
            bench = share * PER.get(key[0], 100)
            if key in PROPORTIONS:
                y0 = math.asin(math.sqrt(share))
                y = [math.asin(math.sqrt(a / b)) for a, b in zip(x, n, strict=True)]
                s = [0.5 / math.sqrt(b) for b in n]
            else:
                y0 = 1.0
                y = [math.sqrt(a / (share * b)) for a, b in zip(x, n, strict=True)]
                s = [0.5 / math.sqrt(share * b) for b in n]
        phi, tau2, z = naive_funnel(y, s, y0)
        mark = stored[key]
        assert (mark["value"], mark["phi"], mark["tau2"]) == pytest.approx((bench, phi, tau2), rel=1e-9), key
        assert mark["councils"] == len(rows)
        for r, own in zip(rows, z, strict=True):
            assert r["z"] == pytest.approx(own, rel=1e-9, abs=1e-9)
            assert r["band"] == word(own), (key, r["area_name"])
            beyond = (r["lower95"] > bench) + (r["lower998"] > bench) - (r["upper95"] < bench) - (r["upper998"] < bench)
            assert r["differs"] == beyond
            banded += 1
    assert banded > 3_000


def test_nothing_without_sampling_error_is_judged(held: dict[tuple[str, str, str], list[Row]]) -> None:
    """No band, no rank and no interval for money, for facts about places, or where only a percentage is published."""
    for (measure, _, _), rows in held.items():
        if measure.startswith(("context-", "dp-share", "dp-spend")) or measure == "ascof-6a":
            for r in rows:
                assert (r["band"], r["differs"], r["rank_low"], r["lower95"]) == (None, None, None, None)
        for r in rows:
            if r["level"] != "council" or r["value"] is None:
                assert (r["band"], r["rank_low"]) == (None, None)


@pytest.mark.parametrize("key", [*PROPORTIONS[:5], *RATES[:3], *SURVEYS[:3]], ids="-".join)
def test_ranks_by_a_plain_simulation(key: tuple[str, str, str], held: dict[tuple[str, str, str], list[Row]]) -> None:
    rng, draws = np.random.default_rng(20261), 4_000
    rows = answered(held, key) if key in SURVEYS else in_use(held, key)
    columns = []
    for r in rows:
        if key in SURVEYS:
            columns.append(rng.normal(r["value"], r["margin_of_error"] / Z95, draws))
        elif key in PROPORTIONS:
            columns.append(rng.beta(r["numerator"] + 0.5, r["denominator"] - r["numerator"] + 0.5, draws))
        else:
            columns.append(rng.gamma(r["numerator"] + 0.5, 1 / r["denominator"], draws))
    ranks = 1 + np.argsort(np.argsort(-np.column_stack(columns), axis=1), axis=1)
    low, middle, high = np.percentile(ranks, [2.5, 50, 97.5], axis=0)
    k = len(rows)
    # A percentile of 4,000 plain draws has an error of its own: about two hundredths of the interval's width.
    slack = 1.5 + 0.04 * (high - low)
    for i, r in enumerate(rows):
        assert r["ranked"] == k
        assert abs(r["rank_low"] - low[i]) <= slack[i], r["area_name"]
        assert abs(r["rank_high"] - high[i]) <= slack[i], r["area_name"]
        assert abs(r["rank_median"] - middle[i]) <= slack[i], r["area_name"]
    assert np.mean([abs(r["rank_median"] - m) for r, m in zip(rows, middle, strict=True)]) < 0.75


TRENDS = ["ascof-1a", "ascof-1b", "ascof-1d", "ascof-3a", "ascof-3c-1", "ascof-4a", "ascof-5a-1"]
BREAKS = {"ascof-1b": "2020-21"}


@pytest.mark.parametrize("measure", TRENDS)
def test_trends_of_surveys_by_ordinary_weighted_fits(
    measure: str, real: Edition, held: dict[tuple[str, str, str], list[Row]]
) -> None:
    """Last five comparable years, without 2020-21; numpy's own polynomial fit; every point left out once."""
    lowest, highest = bounds_of(measure)
    points: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for (m, period, group), rows in sorted(held.items()):
        if m == measure and group == "all" and period != "2020-21" and period >= BREAKS.get(measure, ""):
            for r in rows:
                if r["level"] == "council" and r["value"] is not None and r["margin_of_error"]:
                    moe, v = r["margin_of_error"], r["value"]
                    width = min(v + moe, highest) - max(v - moe, lowest)
                    unit = 0.001 if measure == "ascof-1b" else 0.1  # margin and figure are printed so rounded
                    se = math.hypot(width / 2 / Z95 + unit / 2 / Z95, unit / math.sqrt(12))
                    points[r["area"]].append((period, v, se))
    wanted = (pl.col("measure") == measure) & (pl.col("group") == "all") & (pl.col("level") == "council")
    trends = real.table("trends").filter(wanted).collect().to_dicts()
    judged = 0
    for t in trends:
        used = points[t["area"]][-5:]
        if len(used) < 5:
            assert t["judged"] != "judged", t
            assert (t["slope"], t["direction"]) == (None, None)
            continue
        x, y, se = [year(p) + 1 for p, _, _ in used], [v for _, v, _ in used], np.array([s for _, _, s in used])
        (slope, _), cov = np.polyfit(x, y, 1, w=1 / se, cov="unscaled")
        error = math.sqrt(cov[0, 0])
        left = [np.polyfit(np.delete(x, i), np.delete(y, i), 1, w=1 / np.delete(se, i))[0] for i in range(5)]
        steady = all(b * slope > 0 for b in left) if abs(slope) > 1e-12 else False
        clear = (slope / error) ** 2 > 9.55 and steady
        assert (t["slope"], t["se"]) == pytest.approx((slope, error), rel=1e-6, abs=1e-9)
        assert (t["first"], t["last"]) == (used[0][0], used[-1][0])
        assert t["direction"] == (np.sign(slope) if clear else 0)
        judged += 1
    assert judged > 130 or measure in BREAKS
    print(f"\n{measure}: {judged} trends judged of {len(trends)}")


def test_no_trend_is_drawn_over_a_break(real: Edition) -> None:
    """Carers' surveys before and after 2016-17, SALT and client-level data, the two formulas of 1B, RAP and SALT."""
    judged = real.table("trends").filter(pl.col("judged") == "judged").collect()
    segments = dict(
        real.table("values").select("measure", "period", "segment").unique().collect()
        .select(pl.concat_str("measure", "period", separator="|"), "segment").iter_rows()
    )  # fmt: skip
    for t in judged.to_dicts():
        assert segments[f"{t['measure']}|{t['first']}"] == segments[f"{t['measure']}|{t['last']}"]
    assert set(judged["measure"]) <= set(TRENDS) - set(BREAKS)


def _finest(row: Row, per: float) -> float:
    """From the counts, unless they are printed too roughly for the figure beside them (4B: to the nearest 5)."""
    if row["numerator"] is None:
        return float(row["value"])
    worked = per * row["numerator"] / row["denominator"]
    return float(worked if abs(worked - row["value"]) <= 0.0501 else row["value"])


def test_variation_between_councils_in_plain_loops(real: Edition, held: dict[tuple[str, str, str], list[Row]]) -> None:
    stored = {(v["measure"], v["period"], v["group"]): v for v in real.table("variation").collect().to_dicts()}
    for key in PROPORTIONS + RATES + SURVEYS:
        v, rows = stored[key], [r for r in held[key] if r["level"] == "council" and r["value"] is not None]
        per = PER.get(key[0], 100)
        exact = [_finest(r, per) for r in rows]
        mean = sum(exact) / len(exact)
        sd = math.sqrt(sum((e - mean) ** 2 for e in exact) / (len(exact) - 1))
        assert (v["councils"], v["zeros"]) == (len(rows), exact.count(0.0))
        assert (v["minimum"], v["maximum"], v["mean_of_councils"], v["cv"]) == pytest.approx(
            (min(exact), max(exact), mean, sd / mean), rel=1e-9
        )
        assert v["deciles"] == pytest.approx([float(np.percentile(exact, d)) for d in range(10, 100, 10)], rel=1e-9)
        assert v["below"] == sum(e < v["low_threshold"] for e in exact)
        assert v["above"] == sum(e > v["high_threshold"] for e in exact)
        if key in SURVEYS:
            chance = [(r["margin_of_error"] / Z95) ** 2 for r in rows if r["margin_of_error"]]
            exact = [e for e, r in zip(exact, rows, strict=True) if r["margin_of_error"]]
            scale = 1.0
        else:
            p = sum(r["numerator"] for r in rows) / sum(r["denominator"] for r in rows)
            chance = [(p * (1 - p) if key in PROPORTIONS else p) / r["denominator"] for r in rows]
            scale = per
            above = [(e, r) for e, r in zip(exact, rows, strict=True) if e > 0]
            (_, top), (_, low) = max(above, key=lambda a: a[0]), min(above, key=lambda a: a[0])
            sides = [(r["numerator"], r["denominator"]) for r in (top, low)]
            if key in PROPORTIONS:
                variance = sum(1 / a - 1 / n for a, n in sides)
            else:
                variance = sum(1 / a for a, _ in sides)
            k = (sides[0][0] / sides[0][1]) / (sides[1][0] / sides[1][1])
            reach = math.exp(Z95 * math.sqrt(variance))
            assert (v["ratio"], v["ratio_lower"], v["ratio_upper"]) == pytest.approx(
                (k, k / reach, k * reach), rel=1e-9
            )
        observed = float(np.var([e / scale for e in exact], ddof=1))
        share = min(max((observed - sum(chance) / len(chance)) / observed, 0.0), 1.0)
        assert v["systematic_share"] == pytest.approx(share, rel=1e-9), key


def test_peers_are_the_nearest_by_a_plain_distance(real: Edition) -> None:
    """For councils that have every feature: bend, standardise, measure, take the fifteen nearest."""
    frame = real.table("features").collect()
    names = [c for c in frame.columns if c != "area"]
    whole = frame.drop_nulls().filter(~pl.col("area").is_in(["city-of-london", "isles-of-scilly"]))
    columns = []
    for name in names:
        v = whole[name].to_numpy()
        tries = [v, np.log(v), np.sqrt(v)] + ([np.log(v / (1 - v))] if v.max() < 1 else [])
        best = min(tries, key=lambda t: abs(float(stats.skew(t))))
        columns.append((best - best.mean()) / best.std(ddof=1))
    places = np.column_stack(columns)
    areas = whole["area"].to_list()
    stored = real.table("peers").sort("area", "place").collect().partition_by("area", as_dict=True)
    assert len(areas) > 140
    for i, area in enumerate(areas):
        gaps = [(math.dist(places[i], places[j]), areas[j]) for j in range(len(areas)) if j != i]
        nearest = sorted(gaps)[:15]
        own = stored[(area,)]
        assert own["peer"].to_list() == [a for _, a in nearest], area
        assert own["distance"].to_list() == pytest.approx([d for d, _ in nearest], rel=1e-9)
