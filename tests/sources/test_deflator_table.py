"""GDP deflators: found by form, not by position; never without their base year."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import deflator_table
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

Rows = list[list[object]]


def table(base: str = "2024-25 = 100") -> Rows:
    """Invented index numbers laid out as HM Treasury lays them out; the calendar years must be passed over."""
    return [
        ["GDP deflators at market prices, and money GDP"],
        ["June 2026 (Quarterly National Accounts)"],
        [],
        ["", "", "GDP deflator at market prices", "", "", "", "Calendar year", "GDP deflator"],
        ["Financial year", "", base, "per cent change", "", "", "", base],
        ["2022-23", "", 91.25, 6.5, "", "", 2022, 90.0],
        ["2023-24", "", 96.5, 5.8, "", "", 2023, 95.0],
        ["2024-25", "", 100, 3.6, "", "", 2024, 99.0],
        ["2025-26", "", 102.75, 2.75, "", "", 2025, 102.0],
        ["Source: invented"],
    ]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Callable[..., ReadResult]:
    def run(rows: Rows, name: str = "GDP_Deflators.xlsx") -> ReadResult:
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("Notes").write(0, 0, "About this file")
            sheet = book.add_worksheet("GDP Deflators")
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
        file = sniff(path)
        assert deflator_table.recognise(file)
        return check(deflator_table.read(file, tiny), name)

    return run


def test_one_index_a_financial_year_with_its_base(load: Callable[..., ReadResult]) -> None:
    result = load(table())
    rows = result.observations.select("period", "value", "note", "level", "area").rows()
    assert rows[0] == ("2022-23", 91.25, "2024-25 = 100", "country", "E99000001")
    assert [r[0] for r in rows] == ["2022-23", "2023-24", "2024-25", "2025-26"]
    assert (result.table, result.revision) == ("gdp-deflator", "2026-06")


def test_the_table_may_stand_further_right(load: Callable[..., ReadResult]) -> None:
    moved: Rows = [["", "", *row] for row in table()]
    assert load(moved).observations["value"].to_list() == [91.25, 96.5, 100, 102.75]


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (4, 2, "index", "states no year"),
        (4, 2, "2023-24 = 100", "states 2023-24 and 2024-25"),
        (7, 2, 99.0, "No column is 100"),
        (7, 0, "2024", "base year 2024-25 has no row"),
    ],
)
def test_an_index_without_a_sure_base_is_an_error(
    load: Callable[..., ReadResult], row: int, column: int, value: object, words: str
) -> None:
    rows = table()
    rows[row][column] = value
    if words.startswith("states no"):
        rows[4][7] = "index"
    if "100" in words:
        rows[7][7] = 99.0
    with pytest.raises(UnreadableFile, match=words) as fault:
        load(rows)
    assert fault.value.where.sheet == "GDP Deflators"


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [(5, 2, "", "not a number above zero"), (5, 2, 0, "not a number above zero"), (5, 0, "2022-24", "must follow"),
     (6, 0, "2022-23", "already in row 6")],
)  # fmt: skip
def test_a_bad_year_is_reported_and_the_rest_is_read(
    load: Callable[..., ReadResult], row: int, column: int, value: object, words: str
) -> None:
    rows = table()
    rows[row][column] = value
    result = load(rows)
    assert words in result.rejects["reason"][0]
    assert result.rejects["row"][0] == row + 1
    assert result.observations.height == 3
