"""Nomis: a hole in the answer must never pass for an empty place."""

from pathlib import Path

import pytest

from evenhand.facts.errors import BadCell, EvenhandError, UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import population_nomis
from evenhand.sources.model import ReadResult
from evenhand.sources.population_nomis import age_of
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

HEAD = '"DATE_NAME","GEOGRAPHY_CODE","GEOGRAPHY_NAME","C_AGE_NAME","OBS_VALUE"'
PLACES = [
    ("E66000001", "Ashvale", 1), ("E66000002", "Brackwater", 2), ("E66000003", "Corvedale", 3),
    ("E66000004", "Dunmere", 4), ("E66000006", "North Thornshire", 5), ("E66000007", "South Thornshire", 6),
    ("E99000001", "Tinyland", 21), ("W06000001", "Abroad", 9),
]  # fmt: skip


def lines(year: str = "2024") -> list[str]:
    def name(age: int) -> str:
        return "Aged 90+" if age == 90 else f"Age {age}"

    return [f'{year},"{c}","{n}","{name(a)}",{x}' for c, n, x in PLACES for a in range(91)]


def read(folder: Path, tiny: Register, body: list[str], head: str = HEAD) -> ReadResult:
    path = folder / "nomis.csv"
    path.write_text("\n".join([head, *body]) + "\n", encoding="utf-8")
    file = sniff(path)
    assert population_nomis.recognise(file)
    return check(population_nomis.read(file, tiny), path.name)


def test_single_years_are_summed(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, lines())
    corvedale = result.observations.filter(area="corvedale")
    assert dict(corvedale.select("age", "value").rows())["18+"] == 3 * 73
    assert result.observations.filter(level="country", age="65+")["value"].to_list() == [21 * 26]
    assert result.table == "population-nomis/mid-2024"
    assert result.rejects.is_empty()
    assert "91 rows" in result.notes["text"][0]  # the place abroad


def test_codes_instead_of_names_of_ages_and_totals_among_them(tmp_path: Path, tiny: Register) -> None:
    head = '"DATE_NAME","GEOGRAPHY_CODE","GEOGRAPHY_NAME","C_AGE","GENDER_NAME","MEASURES_NAME","OBS_VALUE"'
    body = [f'2024,"{c}","{n}",{a + 101},"Total","Value",{x}' for c, n, x in PLACES for a in range(91)]
    body += ['2024,"E66000001","Ashvale",200,"Total","Value",91', '2024,"E66000001","Ashvale",101,"Male","Value",7']
    body += ['2024,"E66000001","Ashvale",101,"Total","Percent",1.1']
    assert read(tmp_path, tiny, body, head).observations.filter(area="ashvale", age="all")["value"].to_list() == [91]


def test_several_years_each_on_the_boundaries_of_the_codes(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, lines("2019") + lines("2024"))
    assert result.periods == ("mid-2019", "mid-2024")
    assert result.observations.filter(area="north-thornshire", period="mid-2019", age="all").height == 1
    assert result.table == "population-nomis/mid-2019-to-2024"


@pytest.mark.parametrize(
    ("text", "age"),
    [("Age 18", 18), ("Aged 18", 18), ("18", 18), ("Aged 90+", 90), ("Aged 90 and over", 90), ("101", 0), ("191", 90)]
    + [(total, None) for total in ("All Ages", "Aged 65+", "Aged 16 to 64", "200", "209", "192", "Age 90", "")],
)
def test_what_counts_as_a_single_year_of_age(text: str, age: int | None) -> None:
    assert age_of(text) == age


ASHVALE_18 = 2 + 18  # the row of Ashvale, aged 18, as a spreadsheet counts


@pytest.mark.parametrize(
    ("change", "row", "words"),
    [
        (lambda b: [*b[:18], b[18].replace(",1", ",", 1).rsplit(",", 1)[0] + ",", *b[19:]], ASHVALE_18, "aged 18"),
        (lambda b: [*b[:18], *b[19:]], 2, "Ashvale in mid-2024 lacks 1 ages, first 18"),
        (lambda b: b[:18] + b[91:], 2, "lacks 73 ages, first 18"),
        (lambda b: [*b[:19], *b[18:]], ASHVALE_18 + 1, "age 18 more than once"),
        (lambda b: [x.rsplit(",", 1)[0] + ",0" if "Ashvale" in x else x for x in b], 2, "no people at all"),
        (lambda b: [*b[:18], b[18].rsplit(",", 1)[0] + ",-1", *b[19:]], ASHVALE_18, "aged 18"),
    ],
)
def test_a_hole_is_an_error_that_names_the_area_and_the_row(
    tmp_path: Path, tiny: Register, change: object, row: int, words: str
) -> None:
    with pytest.raises(BadCell, match=words) as fault:
        read(tmp_path, tiny, change(lines()))  # type: ignore[operator]
    assert fault.value.where.row == row
    assert "Ashvale" in fault.value.what


def test_an_answer_without_rows_is_an_error(tmp_path: Path, tiny: Register) -> None:
    with pytest.raises(UnreadableFile, match="headings and no rows"):
        read(tmp_path, tiny, [])


def test_a_council_that_nomis_left_out_is_reported(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, [x for x in lines() if "Dunmere" not in x])
    assert result.rejects["reason"].to_list() == ["The file has no row for Dunmere."]


def test_an_unknown_code_is_reported_once(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, lines() + [x.replace("E66000001", "E66000055") for x in lines()[:91]])
    assert result.rejects.filter(severity="rejected").height == 1


def test_an_absent_heading_is_named(tmp_path: Path, tiny: Register) -> None:
    with pytest.raises(EvenhandError, match="DATE_NAME"):
        read(tmp_path, tiny, lines(), HEAD.replace("DATE_NAME", "DATE"))
