"""Council-level spending of the return PSS-EX1 2014-15, on a small file in its layout with invented councils."""

import csv
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import _finance, pssex1_expenditure
from evenhand.sources.cells import Collector
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

Rows = list[list[str]]
Load = Callable[..., ReadResult]
HEAD = ["Support type", "Age category", "Summary", "Delivery mechanism", "Accounting category"]


def table() -> Rows:
    """Two councils, six lines, the notes."""
    lt, age = "Long term", "Age 18 to 64"
    physical = [lt, age, "Physical support", "Community: Direct Payments"]
    none = ["Non Salt Totals", ""]
    return [
        ["", "", "", "", "", "NV", "NV"],
        [*HEAD, "001 - Ashvale ", "002 - Brackwater"],
        [*physical, "Gross total cost: total expenditure", "12.345", "1,000"],
        [*physical, "Income: total", "2.345", "100.5"],
        [*physical, "Net total expenditure", "10", "899.5"],
        [lt, age, "Total", "Total", "Gross current expenditure", "-0.005", "3"],
        [*none, "Social Support: Support to Carer ", "Community: Direct Payments", "Net current expenditure", "7", "0"],
        [*none, "Adult Social Care", "Total", "Gross current expenditure", "20", ":"],
        [*none, "Actual total net cost", "Total", "Net total expenditure", "1", "1"],
        ["", "", "", "", "", "", ""],
        ["Notes", "", "", "", "", "", ""],
        ["Data are presented in £000's", "", "", "", "", "", ""],
        [":  represents mandatory data that are unavailable.", "", "", "", "", "", ""],
    ]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Load:
    def _load(rows: Rows, name: str = "spending.csv") -> ReadResult:
        path = tmp_path / name
        with path.open("w", encoding="cp1252", newline="") as f:
            csv.writer(f).writerows(rows)
        file = sniff(path)
        assert pssex1_expenditure.recognise(file)
        return check(pssex1_expenditure.read(file, tiny), path.name)

    return _load


def only(result: ReadResult, **where: str) -> dict[str, object]:
    return result.observations.filter(**where).row(0, named=True)


def test_amounts_are_whole_pence_of_thousands_of_pounds(load: Load) -> None:
    result = load(table())
    spent = only(result, item="total_expenditure", area="ashvale")
    assert (spent["value"], spent["unit"], spent["part"]) == (1_234_500, "pence", "amount")
    assert (spent["age"], spent["reason"], spent["setting"]) == ("18-64", "psr:physical", "direct-payments")
    assert only(result, item="total_expenditure", area="brackwater")["value"] == 100_000_000
    assert only(result, setting="long-term", area="ashvale")["value"] == -500


def test_totals_are_all_only_where_the_file_prints_them(load: Load) -> None:
    result = load(table())
    whole = only(result, item="gross_current_expenditure", age="all", reason="all", setting="all", area="brackwater")
    assert (whole["value"], whole["status"], whole["note"]) == (None, "missing", ":")
    assert only(result, reason="psr:carer-support", area="ashvale")["setting"] == "carer-direct-payments"
    assert only(result, item="actual_total_net_cost", area="ashvale")["value"] == 100_000
    assert result.notes["text"].to_list()[0] == "Data are presented in £000's"


def test_the_dollar_cell_of_the_real_file_is_rejected_with_its_place(load: Load) -> None:
    rows = table()
    rows[3][6] = "$0.00 "
    bad = load(rows).rejects.filter(severity="rejected").row(0, named=True)
    assert (bad["row"], bad["column"], bad["found"]) == (4, "G", "$0.00")
    assert "sign of currency" in bad["reason"]


def test_lines_repeated_cell_for_cell_are_used_once_and_said_once(load: Load) -> None:
    rows = table()
    rows[9:9] = [list(rows[7]), list(rows[8])]
    result = load(rows)
    assert result.observations.height == load(table()).observations.height
    reasons = result.rejects.filter(pl.col("reason").str.contains("repeat"))["reason"].to_list()
    assert len(reasons) == 1
    assert reasons[0].startswith("2 rows")


def test_a_line_given_twice_with_two_amounts_is_not_used(load: Load) -> None:
    rows = table()
    rows.insert(9, [*rows[7][:5], "21", ":"])
    result = load(rows)
    assert result.observations.filter(item="gross_current_expenditure", age="all", area="ashvale").is_empty()
    bad = result.rejects.filter(severity="rejected")
    assert bad.height == 1
    assert "row 8 as 2000000.0 and in row 10 as 2100000.0; neither is used" in bad["reason"][0]


def test_one_line_in_pounds_among_thousands_is_noticed(load: Load) -> None:
    """Total expenditure less income is the net total; 899,500 in a table of £000 is £899 million."""
    rows = table()
    rows[4][6] = "899500"
    warning = load(rows).rejects.filter(pl.col("reason").str.contains("another unit")).row(0, named=True)
    assert (warning["severity"], warning["row"], warning["found"]) == ("warning", 5, "brackwater")


def _edit(row: int, column: int, text: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[row][column] = text

    return change


def _short(rows: Rows) -> None:
    rows[4].pop()


def _gap(rows: Rows) -> None:
    rows.insert(4, [""] * 7)


BROKEN = [
    (_edit(1, 4, "Accounting heading"), "no column headed 'Accounting category'", "row 2"),
    (_edit(11, 0, "Data are presented in £s"), "do not say that the data are in £000's; they say: Data are", "row 10"),
    (_edit(1, 6, "001 - Ashvale"), "Two columns are headed '001 - Ashvale'", "column G"),
    (_short, "This row has 6 cells and the heading has 7", "row 5"),
    (_gap, "Figures stand under an empty row", "row 6"),
]


@pytest.mark.parametrize(("change", "says", "where"), BROKEN)
def test_a_table_that_is_not_as_published_is_refused(
    load: Load, tiny: Register, tmp_path: Path, change: Callable[[Rows], None], says: str, where: str
) -> None:
    rows = table()
    change(rows)
    path = tmp_path / "spending.csv"
    with path.open("w", encoding="cp1252", newline="") as f:
        csv.writer(f).writerows(rows)
    with pytest.raises(UnreadableFile) as fault:
        pssex1_expenditure.read(sniff(path), tiny)
    assert says in str(fault.value)
    assert where in str(fault.value)


def test_another_year_in_the_name_of_the_file_is_refused(load: Load) -> None:
    assert load(table(), "pss-exp-eng-14-15-fin-exp.csv").revision == "final"
    with pytest.raises(UnreadableFile, match="2015-16, but this layout was published for 2014-15 only"):
        load(table(), "pss-exp-eng-15-16-fin.csv")


def test_words_that_the_return_does_not_have_lose_their_row_only(load: Load) -> None:
    rows = table()
    rows[5][2] = "Physical suport"
    result = load(rows)
    bad = result.rejects.filter(severity="rejected").row(0, named=True)
    assert (bad["row"], bad["column"], bad["found"]) == (6, "C", "Physical suport")
    assert result.observations.height == load(table()).observations.height - 2


def test_a_column_of_a_council_that_came_later_is_reported_once(load: Load) -> None:
    rows = table()
    rows[1][6] = "999 - Nowhere"
    bad = load(rows).rejects.filter(severity="rejected")
    assert bad.height == 1
    assert "999" in bad["reason"][0]


# --- money stays exact -----------------------------------------------------------------------------------------

AMOUNTS = st.decimals(min_value=-9_999_999, max_value=9_999_999, allow_nan=False, allow_infinity=False, places=9)


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=20), thousands=st.booleans())
def test_columns_of_money_agree_with_decimals_to_the_penny(
    tiny: Register, amounts: list[Decimal], thousands: bool
) -> None:
    """Law: pence = amount x 100 (x 1,000), half away from zero, for every amount of up to nine decimals."""
    collector = Collector("x.csv", tiny)
    cells = pl.DataFrame(
        [("i", "a", "all", "all", str(n), "amount", "pence", f"{a:f}", n, "A") for n, a in enumerate(amounts, 1)],
        schema=_finance.CELL,
        orient="row",
    )
    area = tiny.council("ashvale")
    read = _finance.settle(collector, cells, {"a": area}, period="2014-15", thousands=thousands)
    scale = 100_000 if thousands else 100
    want = [int((a * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for a in amounts]
    assert read["value"].to_list() == want


# Text as printed, and pence when the table is in £000.
EXACT = [
    ("0.145", 14_500), ("12930.31183", 1_293_031_183), ("0.000005", 1), ("-0.000005", -1), ("0.0000049", 0),
    ("-2.32E-14", 0), ("7.45E-06", 1), ("1,234.5", 123_450_000), ("8999999999", 899_999_999_900_000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "pence"), EXACT)
def test_worked_examples_of_money(tiny: Register, text: str, pence: int) -> None:
    collector = Collector("x.csv", tiny)
    cells = pl.DataFrame([("i", "a", "all", "all", "all", "amount", "pence", text, 1, "A")], schema=_finance.CELL,
                         orient="row")  # fmt: skip
    read = _finance.settle(collector, cells, {"a": tiny.council("ashvale")}, period="2014-15", thousands=True)
    assert read["value"].item() == pence
