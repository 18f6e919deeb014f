"""Indices of deprivation: councils of the edition's own codes, headings as untidy as published."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import deprivation
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

Rows = list[list[object]]


def sheet(prefix: str, vintage: int, extent: str = "") -> Rows:
    code = f"Upper Tier Local Authority District code ({vintage})"
    heads: list[object] = [
        code, code.replace("code", "name"), f"{prefix} - Average rank ", f"{prefix} - Average score ",
        f"{prefix} - Proportion  of LSOAs in most deprived 10% nationally ", extent or f"{prefix} scale",
    ]  # fmt: skip
    old = [("E66000005", "Thornshire")] if vintage < 2021 else [("E66000006", "North"), ("E66000007", "South")]
    names = [("E66000001", "Ashvale"), ("E66000002", "Brackwater"), ("E66000003", "Corvedale"), ("E66000004", "D")]
    return [heads, *[[c, n, 100.5 + i, -0.25 + i, 0.1, 7.0] for i, (c, n) in enumerate([*names, *old])]]


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Callable[..., ReadResult]:
    def run(sheets: dict[str, Rows], name: str = "File_11.xlsx") -> ReadResult:
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("Notes")
            for title, rows in sheets.items():
                made = book.add_worksheet(title)
                for i, row in enumerate(rows):
                    made.write_row(i, 0, row)
        file = sniff(path)
        assert deprivation.recognise(file)
        return check(deprivation.read(file, tiny), name)

    return run


def book(vintage: int = 2019) -> dict[str, Rows]:
    extent = "IMD 2019 - Extent " if vintage == 2019 else ""
    return {"IMD": sheet("IMD", vintage, extent), "IDAOPI": sheet("IDAOPI", vintage)}


def test_each_index_and_figure_has_its_own_item(load: Callable[..., ReadResult]) -> None:
    result = load(book())
    assert result.observations["item"].unique().sort().to_list() == [
        "idaopi/average_rank", "idaopi/average_score", "idaopi/proportion_most_deprived_10",
        "imd/average_rank", "imd/average_score", "imd/extent", "imd/proportion_most_deprived_10",
    ]  # fmt: skip
    score = result.observations.filter(item="imd/average_score", area="ashvale").row(0, named=True)
    assert (score["value"], score["period"], score["unit"]) == (-0.25, "2019", "index")
    assert (score["sheet"], score["row"], score["column"]) == ("IMD", 2, "D")
    assert "IDAOPI: IDAOPI scale" in result.notes["text"][0]


def test_councils_are_those_of_the_codes_vintage(load: Callable[..., ReadResult]) -> None:
    assert "thornshire" in load(book()).observations["area"].to_list()


def test_the_2025_edition_is_on_codes_of_2024(load: Callable[..., ReadResult]) -> None:
    result = load(book(2024), "File_11_-_IoD2025_Local_Authority_District_Summaries__upper-tier__v2.xlsx")
    assert (result.periods, result.revision, result.table) == (("2025",), "v2", "deprivation/2025")
    assert result.observations.filter(item="imd/average_score").height == 6
    assert load(book(2024), "renamed.xlsx").periods == ("2025",)


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [((2, 0), "E66000088", "E66000088"), ((2, 3), "n/a", "neither a number"), ((3, 0), "E66000001", "already in row")],
)
def test_a_bad_cell_is_reported_with_its_place(
    load: Callable[..., ReadResult], cell: tuple[int, int], value: object, words: str
) -> None:
    content = book()
    content["IMD"][cell[0]][cell[1]] = value
    first = load(content).rejects.filter(severity="rejected").row(0, named=True)
    assert (first["sheet"], first["row"]) == ("IMD", cell[0] + 1)
    assert words in first["reason"]


def test_a_sheet_without_its_score_is_an_error(load: Callable[..., ReadResult]) -> None:
    content = book()
    content["IDAOPI"][0][3] = "IDAOPI - Mean score"
    with pytest.raises(UnreadableFile, match=r"sheet IDAOPI, row 1: .*'average score'"):
        load(content)


def test_an_edition_that_nothing_names_is_an_error(load: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnreadableFile, match="which year's indices"):
        load(book(2015) | {"IMD": sheet("IMD", 2015)})
