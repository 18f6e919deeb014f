"""The ASCOF open data in long form: CSV and XLSX, old and new codes, and what is said of rows that cannot be."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import ascof_open_data
from evenhand.sources._ascof import NEW, OLD
from evenhand.sources.ascof_open_data import Measured, measured
from evenhand.sources.cells import parse_cell
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import Sniff, sniff
from tests.sources.ascof_files import LONG_HEAD, LONG_NAME, Rows, long_rows, write_csv, write_xlsx


def read(path: Path, register: Register) -> ReadResult:
    file = sniff(path)
    assert ascof_open_data.recognise(file)
    return check(ascof_open_data.read(file, register), path.name)


def refused(r: ReadResult) -> list[tuple[object, ...]]:
    return r.rejects.select("row", "column", "reason").rows()


def figures(r: ReadResult, item: str) -> dict[tuple[str, ...], object]:
    rows = r.observations.filter(pl.col("item") == item).select("area", "age", "sex", "part", "value").rows()
    return {tuple(x[:4]): x[4] for x in rows}


def row_of(rows: Rows, code: str, part: str, area: str = "001") -> int:
    """The index of a row by its area, measure code and part."""
    return next(n for n, r in enumerate(rows) if (r[0], r[4], r[6]) == (area, code, part))


# --- what it takes ---------------------------------------------------------------------------------------------------


@pytest.fixture
def tinyland(tmp_path: Path, tiny: Register) -> ReadResult:
    return read(write_csv(tmp_path / LONG_NAME, long_rows()), tiny)


def test_the_result_says_what_it_is(tinyland: ReadResult) -> None:
    assert tinyland.table == "ascof-open-data/2019-20"
    assert (tinyland.publisher, tinyland.periods, tinyland.revision) == ("NHS Digital", ("2019-20",), "")
    assert tinyland.rejects.is_empty()
    assert len(tinyland.observations) == len(long_rows()) - 1


def test_a_code_is_an_item_an_age_and_a_sex(tinyland: ReadResult) -> None:
    dp = figures(tinyland, "ascof2011/1C(2A)")
    assert dp["ashvale", "all", "all", "numerator"] == 41
    assert ("ashvale", "18-64", "all", "numerator") in dp
    assert ("ashvale", "65+", "all", "value") in dp
    carers = figures(tinyland, "ascof2011/1C(2B)")
    assert carers == {("ashvale", "under-65", "all", "value"): 80, ("ashvale", "85+", "all", "value"): 0}
    assert figures(tinyland, "ascof2011/2B(1)") == {("ashvale", "65-74", "all", "value"): 81.5}
    assert figures(tinyland, "ascof2011/1I(1)") == {("ashvale", "all", "female", "value"): 45.5}


def test_base_is_the_number_who_answered(tinyland: ReadResult) -> None:
    parts = tinyland.observations.filter(pl.col("item") == "ascof2011/1A").select("part", "unit", "value")
    assert set(parts.rows()) == {
        ("respondents", "people", 225), ("margin_of_error", "score", 0.4), ("numerator", "score", 41785),
        ("denominator", "people", 2200), ("value", "score", 19),
    }  # fmt: skip


def test_zero_suppressed_and_missing_are_three_things(tinyland: ReadResult) -> None:
    said = tinyland.observations.filter(pl.col("row").is_in([10, 11, 13])).sort("row").select("value", "status")
    assert said.rows() == [(None, "suppressed"), (None, "missing"), (0, "published")]


def test_levels_and_a_council_of_that_year(tinyland: ReadResult) -> None:
    levels = dict(tinyland.observations.select("area", "level").unique().rows())
    assert levels == {
        "E99000001": "country", "E62000001": "region", "S": "council_type", "ashvale": "council",
        "thornshire": "council",
    }  # fmt: skip


def test_xlsx_and_windows_1252_say_the_same_as_utf8(tmp_path: Path, tiny: Register, tinyland: ReadResult) -> None:
    rows = long_rows()
    for r in rows[1:]:
        r[9] = "quality of life – in £"
    ansi = tmp_path / "ansi"
    ansi.mkdir()
    as_cp1252 = read(write_csv(ansi / LONG_NAME, rows, "cp1252"), tiny)
    as_xlsx = read(write_xlsx(tmp_path / "meas-from-asc-of-tin-1920-open-data_v2.xlsx", rows), tiny)
    assert as_cp1252.observations.equals(tinyland.observations)
    assert as_xlsx.observations.drop("sheet").equals(tinyland.observations.drop("sheet"))
    assert as_xlsx.revision == "v2"


OTHER_HEADS = [
    {"ONS Code": "ONS Area Code"},
    {"ONS Code": "ONS code", "Geographical Code": "Geographical code", "Measure Value": "Measure value"},
    {h: h.lower() for h in LONG_HEAD},
    {"Measure Type": "  Measure   Type "},
]


@pytest.mark.parametrize("renames", OTHER_HEADS)
def test_the_spellings_of_other_years(tmp_path: Path, tiny: Register, renames: dict[str, str]) -> None:
    rows = [[renames.get(str(h), h) for h in LONG_HEAD], *long_rows()[1:]]
    assert len(read(write_csv(tmp_path / LONG_NAME, rows), tiny).observations) == 23


def test_the_file_of_2024_25_has_new_codes_other_levels_and_no_groups(tmp_path: Path, tiny: Register) -> None:
    head = ["Geographical code", "Geographical description", "Geographical level", "ONS code", "ASCOF measure code",
            "Disaggregation level", "Measure type", "Measure value"]  # fmt: skip
    rows: Rows = [
        head,
        ["Tinyland", "Tinyland", "National", "E99000001", "3D(2a)", "Total", "Outcome", 24.5],
        ["NV", "North Vale", "Regional", "E62000001", "3D(2a)", "Total", "Outcome", 25],
        ["S", "Shire Counties", "Council type", "[z]", "3D(2a)", "Total", "Outcome", 25],
        ["T1N2Y", "North Thornshire", "Local authority", "E66000006", "3D2A", "18 to 64", "Outcome", "[c]"],
        ["001", "Ashvale", "Local authority", "E66000001", "3D2A65OV", "65 and over", "Outcome", 9.5],
    ]
    r = read(write_csv(tmp_path / "dhsc-ascof-england-2024-to-2025-18-december-2025.csv", rows), tiny)
    assert r.rejects.is_empty()
    assert (r.table, r.revision) == ("ascof-open-data/2024-25", "2025-12-18")
    assert r.publisher == "Department of Health and Social Care"
    got = r.observations.select("item", "level", "age", "status").rows()
    assert set(r.observations["item"]) == {"ascof2023/3D(2a)"}
    assert [x[1] for x in got] == ["country", "region", "council_type", "council", "council"]
    assert [x[2] for x in got] == ["all", "all", "all", "18-64", "65+"]


@pytest.mark.parametrize(
    ("code", "group", "framework", "meant"),
    [
        ("1C1B6584", "65-84", OLD, Measured("ascof2011/1C(1B)", "65-84", "all")),
        ("1AF", "Female", OLD, Measured("ascof2011/1A", "all", "female")),
        ("1I165OV", "65 and over", OLD, Measured("ascof2011/1I(1)", "65+", "all")),
        ("2B17584", "75-84", OLD, Measured("ascof2011/2B(1)", "75-84", "all")),
        ("1F", "Total", OLD, Measured("ascof2011/1F", "all", "all")),
        ("2E(2a)", "Total", NEW, Measured("ascof2023/2E(2a)", "all", "all")),
    ],
)
def test_codes(code: str, group: str, framework: str, meant: Measured) -> None:
    assert measured(code, group, framework) == meant


# --- rows that cannot be ---------------------------------------------------------------------------------------------

BAD_CELLS: list[tuple[str, str, int, object, str, str]] = [
    # measure code, part, column index, what stands there, the column's letter, words of the reason
    ("1C2A", "Numerator", 7, "45.2%", "H", "percentage stands where a count belongs"),
    ("1C2A", "Numerator", 7, 45.2, "H", "must be a whole number"),
    ("1C2A", "Numerator", 7, -3, "H", "cannot be negative"),
    ("1C2A", "Numerator", 7, 200, "H", "numerator (200) is larger than its denominator (182)"),
    ("1C2A", "Numerator", 7, 22, "H", "is not the numerator over the denominator"),
    ("1C2A", "Outcome", 7, 225, "H", "must lie between 0 and 100"),
    ("1C2A", "Outcome", 7, "", "H", "empty"),
    ("1C2A", "Outcome", 7, "suppressed", "H", "neither a number nor a symbol"),
    ("1C2A", "Outcome", 3, "E66000002", "H", "codes disagree: E66000002 is Brackwater, 001 is Ashvale"),
    ("1C2A", "Outcome", 2, "Region", "H", "The row says Region, but 001 is Ashvale"),
    ("1C2A", "Outcome", 2, "Parish", "H", "'Parish' is not a geographical level"),
    ("1C2A", "Outcome", 6, "Guess", "G", "not a measure type"),
    ("1C2A", "Outcome", 4, "1C2A1864", "E", "1C2A1864 is not the code of a measure for Total. This row is not used"),
    ("1C2A1864", "Numerator", 5, "65 and over", "E", "does not end as a code for 65 and over does (65OV)"),
    ("1C2A1864", "Numerator", 5, "Left-handed", "E", "does not read the division 'Left-handed'"),
    ("2A1", "Outcome", 7, 133, "H", "outcome (133.0) is not the numerator over the denominator"),
    ("1A", "Outcome", 7, 82, "H", "score must lie between"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "part", "column", "what", "letter", "words"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_place_and_its_reason(
    tmp_path: Path, tiny: Register, code: str, part: str, column: int, what: object, letter: str, words: str
) -> None:
    rows = long_rows()
    n = row_of(rows, code, part)
    rows[n][column] = what
    if words.startswith("score"):  # alone, so that it is the range and not the division that is tested
        rows = [r for i, r in enumerate(rows) if i == n or r[4] != code]
        n = row_of(rows, code, part)
    r = read(write_csv(tmp_path / LONG_NAME, rows), tiny)
    assert any(x[:2] == (n + 1, letter) and words in str(x[2]) for x in refused(r)), refused(r)
    assert r.observations.filter(pl.col("row") == n + 1).is_empty()


def test_a_council_that_did_not_exist_in_that_year(tmp_path: Path, tiny: Register) -> None:
    r = read(write_csv(tmp_path / LONG_NAME.replace("1920", "2022-23"), long_rows()), tiny)
    ((row, column, why),) = refused(r)
    assert (row, column) == (24, "H")
    assert why == "E66000005 is Thornshire, which was not a council with these duties at the end of 2022-23."


def test_rows_given_twice(tmp_path: Path, tiny: Register) -> None:
    rows = long_rows()
    n = row_of(rows, "1C2A", "Outcome")
    same = read(write_csv(tmp_path / LONG_NAME, [*rows, list(rows[n])]), tiny)
    assert same.rejects.select("severity", "row").rows() == [("warning", 25)]
    assert figures(same, "ascof2011/1C(2A)")["ashvale", "all", "all", "value"] == 22.5
    other = read(write_csv(tmp_path / LONG_NAME, [*rows, [*rows[n][:7], 99, *rows[n][8:]]]), tiny)
    assert other.rejects.select("severity", "row").rows() == [("rejected", 9), ("rejected", 25)]
    assert ("ashvale", "all", "all", "value") not in figures(other, "ascof2011/1C(2A)")


def test_a_formula_in_a_name_is_never_an_area(tmp_path: Path, tiny: Register) -> None:
    rows = long_rows()
    n = row_of(rows, "1C2A", "Outcome")
    rows[n][1] = '=HYPERLINK("http://example.org")'
    r = read(write_xlsx(tmp_path / LONG_NAME.replace(".csv", ".xlsx"), rows), tiny)
    assert r.rejects.is_empty(), "the codes say which council it is"
    assert not any("HYPERLINK" in str(v) for row in r.observations.rows() for v in row)


def test_many_rows_of_an_unknown_division_are_one_line_in_the_report(tmp_path: Path, tiny: Register) -> None:
    rows = long_rows()
    odd = [[*rows[9][:4], "1C2AX", "Left-handed", "Outcome", 1, "1C2A", ""] for _ in range(6_000)]
    r = read(write_csv(tmp_path / LONG_NAME, [*rows, *odd]), tiny)
    ((row, _, why),) = refused(r)
    assert row == 25
    assert "6,000 rows of it" in str(why)
    assert len(r.observations) == 23


# --- files that cannot be used at all --------------------------------------------------------------------------------


def test_a_name_that_does_not_say_the_year(tmp_path: Path, tiny: Register) -> None:
    with pytest.raises(UnreadableFile, match=r"ascof\.csv: .*does not say which year.*Keep the publisher's file name"):
        read(write_csv(tmp_path / "ascof.csv", long_rows()), tiny)


def test_a_name_that_says_another_frameworks_year(tmp_path: Path, tiny: Register) -> None:
    with pytest.raises(UnreadableFile, match=r"row 2, column E: 1C\(2a\) is a measure of the framework before 2023-24"):
        read(write_csv(tmp_path / LONG_NAME.replace("1920", "2024-25"), long_rows()), tiny)


@pytest.mark.parametrize("heading", ["Geographical Code", "ONS Code", "Measure Type", "Measure Value"])
def test_a_renamed_column(tmp_path: Path, tiny: Register, heading: str) -> None:
    rows = long_rows()
    rows[0] = ["Something" if h == heading else h for h in rows[0]]
    with pytest.raises(UnreadableFile, match=f"row 1: There is no column '{heading}'"):
        read(write_csv(tmp_path / LONG_NAME, rows), tiny)


def test_an_empty_table(tmp_path: Path, tiny: Register) -> None:
    with pytest.raises(UnreadableFile, match="row 1: The table has headings and no rows"):
        read(write_csv(tmp_path / LONG_NAME, [list(LONG_HEAD)]), tiny)


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n", "ASCOF Measure Code,Other\n1A,2\n", '{"a": 1}', "<html></html>", "x"]
)
def test_another_file_is_not_recognised(tmp_path: Path, text: str) -> None:
    path = tmp_path / "foreign.csv"
    path.write_text(text, "utf-8")
    assert ascof_open_data.recognise(sniff(path)) is None


@settings(max_examples=150, deadline=None)
@given(
    row=st.integers(0, 23),
    column=st.integers(0, 9),
    what=st.one_of(
        st.none(), st.floats(), st.integers(-10, 10**6), st.text(max_size=12), st.sampled_from(["[c]", "1A"])
    ),
)
def test_any_cell_may_hold_anything(tiny: Register, row: int, column: int, what: object) -> None:
    rows = long_rows()
    rows[row][column] = what
    try:
        r = check(ascof_open_data.read(Sniff(Path(LONG_NAME), "csv", {"": rows}), tiny), LONG_NAME)
    except UnreadableFile as fault:
        assert LONG_NAME in str(fault)  # noqa: PT017 - either outcome is right, and both are looked at
        return
    printed = {p.value for c in rows for p in map(parse_cell, c) if p}
    assert set(r.observations["value"].drop_nulls()) <= printed
