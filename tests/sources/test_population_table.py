"""Residents by upper-tier council: what is taken, and which rows are refused with their place."""

from pathlib import Path

import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import population_table
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

HEAD = "utla23_code,utla23_name,region23_name,all,pop_18_64,pop_65_plus,pop_18_plus"
ROWS = [
    "E66000001,Ashvale,North Vale,1000.0,600.0,200.0,800.0",
    "E66000002,Brackwater,North Vale,2000.0,1100.0,500.0,1600.0",
    "E66000003,Corvedale,South Vale,3000.0,1800.0,600.0,2400.0",
    "E66000004,Dunmere,South Vale,4000.0,2500.0,700.0,3200.0",
    "E66000006,North Thornshire,South Vale,500.0,300.0,100.0,400.0",
    "E66000007,South Thornshire,South Vale,600.0,350.0,150.0,500.0",
]


def read(folder: Path, tiny: Register, rows: list[str], *, name: str = "population_utla_mid2023.csv") -> ReadResult:
    path = folder / name
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    file = sniff(path)
    assert population_table.recognise(file)
    return check(population_table.read(file, tiny), name)


def test_four_age_groups_for_each_council(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, ROWS)
    ashvale = result.observations.filter(area="ashvale")
    assert dict(ashvale.select("age", "value").rows()) == {"all": 1000, "18-64": 600, "65+": 200, "18+": 800}
    assert result.observations["area"].n_unique() == 6
    assert (result.table, result.periods) == ("population-table/mid-2023", ("mid-2023",))
    assert result.rejects.is_empty()


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        ("E66000001,Ashvale,N,1000.0,600.0,200.0,801.0", "pop_18_plus", "sum to 800"),
        ("E66000001,Ashvale,N,700.0,600.0,200.0,800.0", "all", "800 adults among 700 residents"),
        ("E66000001,Ashvale,N,1000.0,60.5,20.1,80.6", "pop_18_64", "not a whole number of people"),
        ("E66000001,Ashvale,N,1000.0,,200.0,800.0", "pop_18_64", "not a whole number of people"),
        ("E66000001,Ashvale,N,1000.0,-600.0,200.0,800.0", "pop_18_64", "not a whole number of people"),
        ("E66000001,Ashvale,N,0.0,0.0,0.0,0.0", "all", "0 adults"),
        ("E66000099,Nowhere,N,1000.0,600.0,200.0,800.0", "utla23_code", "E66000099"),
        ("E66000005,Thornshire,N,1000.0,600.0,200.0,800.0", "utla23_code", "Thornshire, which was not a council"),
    ],
)
def test_a_bad_row_is_refused_whole_and_named(
    tmp_path: Path, tiny: Register, bad: str, column: str, words: str
) -> None:
    result = read(tmp_path, tiny, [bad, *ROWS[1:]])
    assert "ashvale" not in result.observations["area"].to_list()
    first = result.rejects.filter(severity="rejected").row(0, named=True)
    assert (first["row"], first["column"]) == (2, column)
    assert words in first["reason"]


def test_a_council_printed_twice_counts_once(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, [*ROWS, ROWS[0].replace("1000.0", "9000.0")])
    assert result.observations.filter(area="ashvale", age="all")["value"].to_list() == [1000]
    assert "stands already in row 2" in result.rejects["reason"][0]


def test_an_absent_council_is_reported_not_counted_as_nobody(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, ROWS[:-1])
    assert result.rejects.select("severity", "reason").rows() == [
        ("warning", "The file has no row for South Thornshire.")
    ]


def test_a_file_that_lost_its_name_is_dated_by_its_codes_and_says_so(tmp_path: Path, tiny: Register) -> None:
    result = read(tmp_path, tiny, ROWS, name="download.csv")
    assert result.periods == ("mid-2023",)
    assert "vintage of the codes" in result.rejects["reason"][0]


def test_a_renamed_column_is_an_error(tmp_path: Path, tiny: Register) -> None:
    path = tmp_path / "population_utla_mid2023.csv"
    path.write_text(HEAD.replace("pop_65_plus", "pop_over_65") + "\n" + "\n".join(ROWS))
    with pytest.raises(UnreadableFile, match=r"row 1: There is no column headed 'pop_65_plus'"):
        population_table.read(sniff(path), tiny)
