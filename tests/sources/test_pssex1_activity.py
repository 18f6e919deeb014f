"""Council-level activity of the return PSS-EX1, on a small file in the publisher's layout with invented councils."""

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import pssex1_activity
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

DP = {True: "Existing / new Direct payments and Personal Budgets", False: "Direct payments"}
GROUPS = ("Physical disability, 18-64", "Mental health, 18-64", "Learning disability, 18-64")


def headings(year: str) -> list[tuple[str, str, str, str]]:
    """(code, section, spanning heading, own heading) of each column, as the publisher laid that year out."""
    old, split = year < "2011-12", year == "2009-10"
    top, dp = "People receiving services at 31 March", DP[year < "2011-12"]
    own = []
    for g in GROUPS:
        own += [f"{g}, Home care (RAP P2s Page 1)", f"{g}, Day care (RAP P2s Page 1)", f"{g}, {dp} (RAP P2s Page 2)"]
    own += [f"Total 18-64, {dp} (RAP)"]
    own += [f"Total 65 and over, {s} (RAP)" for s in ("Home care", "Day care", "Meals")]
    if split:
        own += [f"Total 65-74, {dp} (RAP)"]
        own += [f"Total {a}, Number of clients receiving Direct payments (RAP)" for a in ("75-84", "85 and over")]
    else:
        own += ["Total 65 and over, Direct payments (RAP P2s Page 4)"]
    own += [f"Total all ages, {s} (sum of RAP)" for s in ("Home care", "Day care", "Meals", dp)]
    codes = [f"A4.{i}" for i in range(1, len(own) + 1)]
    if old and not split:
        codes = [*codes[:14], "A4.17", "A4.18", "A4.19", "A4.20"]
    columns = [
        ("A1.1", "ASSESSMENTS", "Overall total of existing clients with completed reviews", ""),
        ("A2.1", "", "Reviews completed", "Number of completed reviews of clients aged 65 and over"),
    ]
    columns += [(c, "", top if i == 0 else "", o) for i, (c, o) in enumerate(zip(codes, own, strict=True))]
    weeks = "Number of weeks spent in residential care"
    columns += [
        ("C4", "SUPPORTED", weeks, "Residents aged 18-64 with a Physical disability"),
        ("C4.2", "", "", "Respite"),
    ]
    carers = ["Young carers (aged 16-17)", "Carers aged 18-64", "Carers aged 65-74", "Carers aged 75-84"]
    carers += ["Carers aged 85 and over"]
    spans = ["Carers receiving direct payments during year", "", "", "", ""]
    section = ["DIRECT PAYMENTS - Carers", "", "", "", ""]
    columns += [(f"H3.{i}", s, t, o) for i, (s, t, o) in enumerate(zip(section, spans, carers, strict=True), 1)]
    date = f"31 March {int(year[:4]) + 1}" if year < "2012-13" else "31 March"
    return [*columns, ("H4", "", "", f"Carers receiving direct payments at {date}")]


Rows = list[list[str]]


def table(year: str = "2013-14") -> Rows:
    """A whole small table: Ashvale, Brackwater, the country and the notes. Column n of Ashvale is 5 n."""
    cols = headings(year)
    title = f"Personal Social Services: Expenditure and Unit Costs, Tinyland - {year}, Final Release: Activity Data"
    blank = [""] * len(cols)
    rows = [[title, *blank], ["", *(c[1] for c in cols)], ["", *(c[2] for c in cols)], ["", *(c[3] for c in cols)]]
    rows += [["", *(c[0] for c in cols)]]
    rows += [["001 - Ashvale ", *(str(5 * n) for n in range(1, len(cols) + 1))]]
    rows += [["002-Brackwater", *("1,005" if n % 2 else ".." for n in range(len(cols)))]]
    rows += [["TOTAL Tinyland", *("2,000" for _ in cols)], ["", *blank], ["Note:", *blank]]
    rows += [[".. means data not available", *blank], ["All data is rounded to the nearest 5.", *blank]]
    return rows


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Callable[[Rows], ReadResult]:
    def _load(rows: Rows) -> ReadResult:
        path = tmp_path / "activity.csv"
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        path.write_bytes(out.getvalue().encode("cp1252"))
        file = sniff(path)
        assert pssex1_activity.recognise(file)
        return check(pssex1_activity.read(file, tiny), path.name)

    return _load


def at(rows: Rows, code: str) -> int:
    return next(r for r in rows if "A1.1" in r).index(code)


def row(rows: Rows, label: str) -> list[str]:
    return next(r for r in rows if r[0].strip() == label)


Load = Callable[[Rows], ReadResult]


@pytest.mark.parametrize("year", ["2009-10", "2010-11", "2011-12", "2012-13", "2013-14"])
def test_the_three_layouts_are_read_by_their_headings(load: Load, year: str) -> None:
    rows = table(year)
    result = load(rows)
    total = {"2009-10": "A4.20", "2010-11": "A4.20"}.get(year, "A4.18")
    got = result.observations.filter(item="dp_clients", age="all", area="ashvale")["value"].item()
    assert got == 5 * at(rows, total)
    ages = set(result.observations.filter(item="dp_clients")["age"])
    older = {"65-74", "75-84", "85+"} if year == "2009-10" else {"65+"}
    assert ages == {"18-64", "all"} | older
    assert result.table == f"pssex1-activity/{year}"
    assert result.periods == (year,)


def test_symbols_commas_and_dimensions(load: Load) -> None:
    result = load(table())
    o = result.observations.filter(area="brackwater")
    assert set(o["status"]) == {"published", "missing"}
    assert o.filter(status="published")["value"].unique().to_list() == [1005]
    assert o.filter(status="missing")["value"].null_count() == o.filter(status="missing").height
    groups = set(result.observations.filter(item="dp_clients", age="18-64")["reason"])
    assert groups == {"all", "rap:physical-disability", "rap:mental-health", "rap:learning-disability"}


def test_a_dash_is_a_hidden_number_only_where_the_notes_say_so(load: Load) -> None:
    rows = table("2009-10")
    row(rows, "001 - Ashvale")[at(rows, "H3.1")] = "-"
    unexplained = load(rows)
    assert unexplained.rejects.filter(severity="rejected")["found"].to_list() == ["-"]
    rows.append(["- means greater than 0 and less than or equal to 5"])
    here = load(rows).observations.filter(item="dp_carers_in_year", age="16-17", area="ashvale")
    assert here.select("value", "status", "note").row(0) == (None, "suppressed", "-")


def test_other_columns_keep_their_unit_and_heading(load: Load) -> None:
    """Weeks of respite belong to the people of the column above; reviews are neither people nor weeks."""
    result = load(table())
    respite = result.observations.filter(item="pssex1/C4.2", area="ashvale").row(0, named=True)
    assert (respite["unit"], respite["age"], respite["reason"]) == ("weeks", "18-64", "rap:physical-disability")
    assert "pssex1/A2.1" not in set(result.observations["item"])
    notes = dict(result.notes.select("note", "text").iter_rows())
    assert "not read" in notes["a2.1"]
    assert notes["c4.2"].startswith("SUPPORTED | Number of weeks")


def test_a_slip_in_a_heading_is_a_warning(load: Load) -> None:
    rows = table("2010-11")
    rows[3][at(rows, "H4")] = "Carers receiving direct payments at 31 March 2010"
    found = load(rows).rejects.filter(severity="warning")
    assert "31 March 2010 in the table of 2010-11; it is read as 31 March 2011" in found["reason"][0]


def test_the_break_in_the_heading_comes_with_every_file(load: Load) -> None:
    for year in ("2010-11", "2013-14"):
        breaks = load(table(year)).comparability.filter(kind="break")
        assert breaks.select("item", "period").rows() == [("dp_clients", "2011-12")]


def test_councils_without_a_row_are_named(load: Load) -> None:
    reason = load(table()).rejects["reason"].to_list()
    assert reason == ["The table has no figures for Corvedale, Dunmere, Thornshire."]


def _swap(code: str, heading: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[3][at(rows, code)] = heading

    return change


def _recode(old: str, new: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[4][at(rows, old)] = new

    return change


def _title(rows: Rows) -> None:
    rows[0][0] = rows[0][0].replace("2013-14", "2008-09")


# What is done to the file, and what the error must say and where.
BROKEN = [
    (_swap("A4.18", "Total all ages, Personal budgets"), "No column is headed as dp_clients for age all", "row 5"),
    (_swap("A4.17", "Total all ages, Direct payments (RAP)"), "carries the code A4.17, not A4.18", "column T"),
    (_recode("A4.14", "A4.15x"), "'A4.15x' in it, which is no code", "column Q"),
    (_recode("A4.14", "A4.15"), "'A4.15' twice", "row 5"),
    (_recode("A1.1", "B1.1"), "is the row of codes", "activity.csv"),
    (_title, "2008-09; this layout is known for 2009-10", "row 1"),
]


@pytest.mark.parametrize(("change", "says", "where"), BROKEN)
def test_a_table_that_is_not_as_published_is_refused(
    load: Load, change: Callable[[Rows], None], says: str, where: str
) -> None:
    rows = table()
    change(rows)
    with pytest.raises(UnreadableFile) as fault:
        load(rows)
    assert says in str(fault.value)
    assert where in str(fault.value)
    assert "activity.csv" in str(fault.value)


# A cell of direct payments, and the sentence that refuses it.
CELLS = [
    ("-5", "A count cannot be negative."),
    ("12.5%", "A percentage stands where a count or an amount belongs."),
    ("22.4", "A count of people must be a whole number"),
    ("", "This cell is empty."),
    ("5 to 10", "neither a number nor a symbol"),
    ("[c]", "neither a number nor a symbol"),
    ("£120", "A sign of currency"),
]


@pytest.mark.parametrize(("cell", "why"), CELLS)
def test_a_cell_that_cannot_be_a_count_is_rejected_with_its_place(load: Load, cell: str, why: str) -> None:
    rows = table()
    row(rows, "001 - Ashvale")[at(rows, "A4.18")] = cell
    result = load(rows)
    bad = result.rejects.filter(severity="rejected").row(0, named=True)
    assert (bad["row"], bad["column"], bad["found"]) == (6, "U", cell)
    assert why in bad["reason"]
    assert result.observations.filter(item="dp_clients", age="all", area="ashvale").is_empty()


# A row label, and why it is no council of that year.
LABELS = [
    ("T1N2Y - North Thornshire", "names neither a council by its code nor England"),
    ("999 - Nowhere", "No council or area is known by 999"),
    ("001 - Brackwater", "disagree"),
]


@pytest.mark.parametrize(("label", "why"), LABELS)
def test_a_row_that_is_no_council_is_reported_once(load: Load, label: str, why: str) -> None:
    rows = table()
    row(rows, "001 - Ashvale")[0] = label
    result = load(rows)
    bad = result.rejects.filter(severity="rejected")
    assert bad.height == 1
    assert why in bad["reason"][0]
    assert "figures of it are not used" in bad["reason"][0]
    assert result.observations.filter(level="council")["area"].unique().to_list() == ["brackwater"]


def test_a_row_printed_twice_is_used_once_and_one_that_differs_not_at_all(load: Load) -> None:
    rows = table()
    rows.insert(6, list(row(rows, "001 - Ashvale")))
    result = load(rows)
    assert "repeat figures of earlier rows" in result.rejects["reason"][0]
    rows[6][at(rows, "A4.18")] = "990"
    result = load(rows)
    bad = result.rejects.filter(severity="rejected")
    assert bad.height == 1
    assert "in row 6 as 100.0 and in row 7 as 990.0; neither is used" in bad["reason"][0]
    assert result.observations.filter(item="dp_clients", age="all", area="ashvale").is_empty()


@given(text=st.text(max_size=300))
def test_recognise_never_raises_on_a_foreign_file(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_text("x" + text.replace("\x00", ""), encoding="utf-8")
    assert pssex1_activity.recognise(sniff(path)) is None


def test_a_file_as_large_as_the_real_one_takes_well_under_a_second(load: Load) -> None:
    rows = table()
    rows[6:6] = [[f"{n} - Nowhere", *(["5"] * (len(rows[0]) - 1))] for n in range(300, 450)]
    began = time.perf_counter()
    load(rows)
    assert time.perf_counter() - began < 5
