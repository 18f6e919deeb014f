"""The ONS workbook of mid-year estimates, on boundaries that may be later than its year."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import population_mye
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

TITLE = "MYE2: Persons by single year of age and sex for local authorities, mid-2020"
# code, name, type, people of each single age (so all ages are 91 times as many)
PLACES: list[tuple[str, str, str, int]] = [
    ("K02000001", "UNITED KINGDOM", "Country", 999),
    ("E99000001", "TINYLAND", "Country", 33),
    ("E62000001", "NORTH VALE", "Region", 3),
    ("E66000001", "Ashvale", "Unitary Authority", 1),
    ("E66000002", "Brackwater", "County", 2),
    ("E07000001", "Brackwater North", "Non-metropolitan District", 1),
    ("E66000003", "Corvedale", "Unitary Authority", 3),
    ("E66000004", "Dunmere", "County", 4),
    ("E66000006", "North Thornshire", "Unitary Authority", 11),
    ("E66000007", "South Thornshire", "Unitary Authority", 12),
    ("S12000001", "Abroad", "Council Area", 5),
]
Sheets = dict[str, list[list[object]]]


def sheets() -> Sheets:
    """The three sheets as ONS lays them out: preamble, one header row, a footnote."""
    ages = [[c, n, k, 91 * x, *[x] * 91] for c, n, k, x in PLACES]
    series = [[c, n, k, 91 * x, 90 * x, 80 * x] for c, n, k, x in PLACES]
    density = [[c, n, k, 10.5, 91 * x, 91 * x / 10.5, 90 * x, 90 * x / 10.5] for c, n, k, x in PLACES]
    return {
        "Cover sheet": [["Mid-Year Population Estimates"]],
        "MYE2 - Persons": [
            [TITLE], [""], ["Code", "Name", "Geography", "All ages", *range(90), "90+"], *ages, ["Source: invented"],
        ],
        "MYE4": [["MYE4: Summary"], ["Code", "Name", "Geography", "Mid-2020", "Mid-2019", " Mid-2011"], *series],
        "MYE 5": [
            ["MYE5: Density"],
            ["Code", "Name", "Geography", "Area (sq km)", "Estimated population mid-2020", "2020 people per sq. km",
             "Estimated Population mid-2019", "2019 people per sq. km"],
            *density,
        ],
    }  # fmt: skip


@pytest.fixture
def load(tmp_path: Path, tiny: Register) -> Callable[[Sheets], ReadResult]:
    def run(content: Sheets) -> ReadResult:
        path = tmp_path / "mye.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, rows in content.items():
                sheet = book.add_worksheet(name)
                for i, row in enumerate(rows):
                    sheet.write_row(i, 0, row)
        file = sniff(path)
        assert population_mye.recognise(file)
        return check(population_mye.read(file, tiny), path.name)

    return run


def test_single_years_are_summed_to_the_bands(load: Callable[[Sheets], ReadResult]) -> None:
    people = load(sheets()).observations.filter(item="population", area="corvedale")
    assert dict(people.select("age", "value").rows()) == {
        "all": 273, "18+": 219, "18-64": 141, "65+": 78, "65-74": 30, "75-84": 30, "85+": 18,
    }  # fmt: skip
    assert people["period"].unique().to_list() == ["mid-2020"]
    assert people.filter(age="18-64")["column"].to_list() == ["W:BQ"]  # ages 18 to 64 in the sheet


def test_england_and_its_regions_are_kept_and_the_rest_is_passed_over(load: Callable[[Sheets], ReadResult]) -> None:
    result = load(sheets())
    rows = result.observations.filter(item="population", age="all").group_by("level").len()
    assert dict(rows.rows()) == {"council": 6, "region": 1, "country": 1}
    assert result.rejects.is_empty()
    assert "3 rows are districts" in result.notes["text"][0]


def test_a_council_keeps_its_figures_for_years_before_it_began(load: Callable[[Sheets], ReadResult]) -> None:
    """Mid-2011 on 2021 boundaries: the successors stand there, and their predecessor does not."""
    series = load(sheets()).observations.filter(item="population_series", period="mid-2011", level="council")
    values = dict(series.select("area", "value").rows())
    assert values["north-thornshire"] == 880
    assert "thornshire" not in values


def test_density_is_that_of_the_files_own_year(load: Callable[[Sheets], ReadResult]) -> None:
    density = load(sheets()).observations.filter(item="density", area="ashvale")
    assert density.select("period", "unit").rows() == [("mid-2020", "per_km2")]
    assert density["value"][0] == pytest.approx(91 / 10.5)


def test_a_newer_workbook_without_the_series_still_gives_the_year(load: Callable[[Sheets], ReadResult]) -> None:
    content = {k: v for k, v in sheets().items() if k != "MYE4"}
    assert load(content).observations["item"].unique().sort().to_list() == ["density", "population"]


def test_a_row_whose_ages_do_not_reach_its_total_is_refused(load: Callable[[Sheets], ReadResult]) -> None:
    content = sheets()
    content["MYE2 - Persons"][6][10] = 40  # Ashvale, row 7
    result = load(content)
    assert result.observations.filter(item="population", area="ashvale").is_empty()
    first = result.rejects.row(0, named=True)
    assert (first["sheet"], first["row"], first["column"]) == ("MYE2 - Persons", 7, "D")
    assert "sum to 130" in first["reason"]


def test_a_blank_age_is_named(load: Callable[[Sheets], ReadResult]) -> None:
    content = sheets()
    content["MYE2 - Persons"][6][4 + 18] = ""
    first = load(content).rejects.row(0, named=True)
    assert (first["row"], first["column"]) == (7, "W")
    assert "Ashvale, age 18" in first["reason"]


def test_a_zero_in_the_series_is_not_an_empty_place(load: Callable[[Sheets], ReadResult]) -> None:
    content = sheets()
    content["MYE4"][5][5] = 0
    result = load(content)
    assert result.observations.filter(item="population_series", area="ashvale", period="mid-2011").is_empty()
    assert "Ashvale in mid-2011" in result.rejects["reason"][0]


def test_a_unitary_authority_that_nobody_knows_is_reported(load: Callable[[Sheets], ReadResult]) -> None:
    content = sheets()
    content["MYE2 - Persons"][6][0] = "E66000099"
    rejected = load(content).rejects.filter(severity="rejected")
    assert rejected.select("row", "column", "found").rows() == [(7, "Code", "E66000099")]


@pytest.mark.parametrize(
    ("sheet", "column", "heading", "item"),
    [("MYE4", 3, "Mid-2020", "population_series"), ("MYE 5", 5, "2020 people per sq. km", "density")],
)
def test_a_side_sheet_without_its_heading_is_reported_and_the_ages_are_read(
    load: Callable[[Sheets], ReadResult], sheet: str, column: int, heading: str, item: str
) -> None:
    content = sheets()
    assert content[sheet][1][column] == heading
    content[sheet][1][column] = "Renamed"
    result = load(content)
    assert result.rejects.select("sheet", "row", "found").rows() == [(sheet, 2, heading)]
    assert result.observations.filter(item=item, period="mid-2020").is_empty()
    assert result.observations.filter(item="population", level="council").height == 6 * 7


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "words"),
    [
        ("MYE2 - Persons", 2, 3, "Everyone", "has the heading 'All ages'"),
        ("MYE2 - Persons", 2, 30, "", "The age 26 has 0 columns"),
        ("MYE2 - Persons", 2, 30, 27, "The age 26 has 0 columns"),
        ("MYE2 - Persons", 0, 0, "Persons by single year of age", "which mid-year"),
        ("MYE4", 1, 1, "Place", "has the heading 'Name'"),
    ],
)
def test_a_changed_heading_is_an_error_that_names_the_sheet(
    load: Callable[[Sheets], ReadResult], sheet: str, row: int, column: int, value: object, words: str
) -> None:
    content = sheets()
    content[sheet][row][column] = value
    with pytest.raises(UnreadableFile, match=words) as fault:
        load(content)
    assert fault.value.where.sheet == sheet
