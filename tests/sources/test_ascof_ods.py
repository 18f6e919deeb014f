"""The ASCOF workbook: what the reader takes from it, and what it says of a workbook that is not as published."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import ascof_ods
from evenhand.sources._ascof import NEW, OLD, date_in, item_of, period_in, revision_in, unit_of
from evenhand.sources._ascof_words import kind_of
from evenhand.sources.cells import parse_cell
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import Sniff, sniff
from tests.sources.ascof_files import PAYMENTS, Rows, sheets, workbook, write_ods

DP = "Table_3d(2a)"


def read(path: Path, register: Register) -> ReadResult:
    file = sniff(path)
    assert ascof_ods.recognise(file)
    return check(ascof_ods.read(file, register), path.name)


def changed(folder: Path, register: Register, sheet: str, row: int, column: int, cell: object) -> ReadResult:
    """The result of reading the workbook with one cell (row as a spreadsheet counts, column from 0) changed."""
    content = sheets()
    content[sheet][row - 1][column] = cell
    return read(workbook(folder, content), register)


def cell(r: ReadResult, item: str, area: str, part: str, period: str = "2024-25") -> tuple[object, ...]:
    """Value, status and note of one observation."""
    found = r.observations.filter(
        (pl.col("item") == f"ascof2023/{item}") & (pl.col("area") == area) & (pl.col("part") == part)
        & (pl.col("period") == period)
    )  # fmt: skip
    assert len(found) <= 1
    return found.select("value", "status", "note").row(0) if len(found) else ()


def refused(r: ReadResult, severity: str = "rejected") -> list[tuple[object, ...]]:
    return r.rejects.filter(pl.col("severity") == severity).select("sheet", "row", "column", "reason").rows()


@pytest.fixture
def tinyland(tmp_path: Path, tiny: Register) -> ReadResult:
    return read(workbook(tmp_path), tiny)


# --- what it takes ---------------------------------------------------------------------------------------------------


def test_the_result_says_what_it_is(tinyland: ReadResult) -> None:
    assert (tinyland.table, tinyland.publisher) == ("ascof/2024-25", "Department of Health and Social Care")
    assert tinyland.periods == ("2019-20", "2023-24", "2024-25")
    assert tinyland.revision == ""
    assert refused(tinyland) == []


def test_a_council_has_numerator_denominator_and_outcome(tinyland: ReadResult) -> None:
    assert cell(tinyland, "3D(2a)", "ashvale", "numerator") == (41, "published", None)
    assert cell(tinyland, "3D(2a)", "ashvale", "denominator") == (182, "published", None)
    assert cell(tinyland, "3D(2a)", "ashvale", "value") == (22.5, "published", None)


def test_zero_suppressed_and_missing_are_three_things(tinyland: ReadResult) -> None:
    assert cell(tinyland, "3D(2a)", "north-thornshire", "value") == (0, "published", None)
    assert cell(tinyland, "3D(2a)", "corvedale", "value") == (None, "suppressed", "[c]")
    assert cell(tinyland, "3D(2a)", "dunmere", "value") == (None, "missing", "[x]")


def test_country_region_and_council_type_are_told_from_councils(tinyland: ReadResult) -> None:
    levels = tinyland.observations.filter(pl.col("item") == "ascof2023/3D(2a)").select("area", "level").unique()
    assert dict(levels.rows())["E99000001"] == "country"
    assert dict(levels.rows())["E62000001"] == "region"
    assert dict(levels.rows())["S"] == "council_type"
    assert dict(levels.rows())["brackwater"] == "council"


def test_a_recoded_council_is_found_by_either_ons_code(tmp_path: Path, tiny: Register) -> None:
    r = changed(tmp_path, tiny, DP, 9, 2, "E66000013")
    assert cell(r, "3D(2a)", "corvedale", "value") == (None, "suppressed", "[c]")


def test_bracketed_figures_become_notes_and_the_figure_outside_is_official(tinyland: ReadResult) -> None:
    assert cell(tinyland, "1A", "ashvale", "value", "2019-20") == (19.5, "published", "(18.5)")
    assert cell(tinyland, "1A", "ashvale", "respondents", "2019-20") == (1005, "published", "(200)")
    assert cell(tinyland, "1A", "north-thornshire", "value") == (17.5, "published", "(:)")


def test_binary_noise_is_not_a_figure(tinyland: ReadResult) -> None:
    assert cell(tinyland, "1A", "ashvale", "value") == (20.2, "published", None)


def test_a_former_council_has_figures_while_it_stood_and_no_row_after(tinyland: ReadResult) -> None:
    assert cell(tinyland, "1A", "thornshire", "value", "2019-20") == (18, "published", None)
    assert cell(tinyland, "1A", "thornshire", "value", "2024-25") == ()
    assert cell(tinyland, "1A", "north-thornshire", "value", "2019-20") == ()


def test_units_follow_the_measure(tinyland: ReadResult) -> None:
    units = {(i, p): u for i, p, u in tinyland.observations.select("item", "part", "unit").unique().rows()}
    assert units["ascof2023/1A", "value"] == units["ascof2023/1A", "margin_of_error"] == "score"
    assert units["ascof2023/1A", "respondents"] == "people"
    assert units["ascof2023/3D(2a)", "value"] == "percent"
    assert units["ascof2023/3D(2a)", "numerator"] == "people"


def test_two_councils_printed_together_are_a_note_beside_each_and_count_for_neither(tinyland: ReadResult) -> None:
    assert cell(tinyland, "6A", "ashvale", "value") == (None, "missing", "[x]; Ashvale and Dunmere together: 20.2")
    assert cell(tinyland, "6A", "dunmere", "value") == (None, "missing", "[x]; Ashvale and Dunmere together: 20.2")
    assert cell(tinyland, "6A", "ashvale", "value", "2023-24") == (20.1, "published", None)
    ((sheet, row, column, why),) = [w for w in refused(tinyland, "warning") if w[0] == "Table_6a"]
    assert (sheet, row, column) == ("Table_6a", 6, "E")
    assert "Ashvale and Dunmere is not one council" in str(why)


def test_notes_carry_the_measures_that_cite_them_however_the_citation_is_spelled(tinyland: ReadResult) -> None:
    notes = {n: (t, i) for n, t, i in tinyland.notes.rows()}
    assert notes["note 15"] == ("Low figures are likely data quality. See the statement", ["ascof2023/3D(2a)"])
    assert notes["note 1"][1] == ["ascof2023/1A", "ascof2023/3D(2a)"]


def test_a_cited_note_that_is_not_there_is_a_warning(tmp_path: Path, tiny: Register) -> None:
    r = changed(tmp_path, tiny, DP, 1, 0, "Table 3d(2a) [note 99]")
    assert any("note 99, which is not among the notes" in str(w[3]) for w in refused(r, "warning"))


def test_the_log_becomes_breaks_renamings_and_cautions(tinyland: ReadResult) -> None:
    assert tinyland.comparability.drop("text").rows() == [
        ("ascof2023/3D(2a)", "ascof2011/1C(2A)", "2024-25", "break"),
        ("ascof2023/3D(2a)", "ascof2011/1C(2A)", "2023-24", "rename"),
        ("ascof2023/1A", "ascof2011/1A", "2020-21", "caution"),
        (None, "ascof2011/1E", "2023-24", "break"),
    ]


def test_a_line_about_a_measure_in_parts_is_about_every_part(tmp_path: Path, tiny: Register) -> None:
    content = sheets()
    content["Contents"] += [["2E(1)", "d", "CLD", "2024 to 2025", "1G"],
                            ["2E(2a)", "d", "CLD", "2024 to 2025", "Not applicable"]]  # fmt: skip
    for code in ("2e(1)", "2e(2a)"):
        content[f"Table_{code}"] = content[DP]
    content["Comparability_over_time_log"] += [
        ["2E", "1G", "2024 to 2025", "Figures cannot be compared with previous years."],
        ["2E", "1G", "2023 to 2024", "Measure 1G was renamed to 2E in 2023 to 2024."],
    ]
    r = read(workbook(tmp_path, content), tiny)
    about = r.comparability.filter(pl.col("item").str.contains("2E", literal=True)).drop("text").rows()
    assert about == [
        ("ascof2023/2E(1)", "ascof2011/1G", "2024-25", "break"),
        ("ascof2023/2E(2a)", None, "2024-25", "break"),
        ("ascof2023/2E(1)", "ascof2011/1G", "2023-24", "rename"),
    ]


KINDS = [
    ("Measure 1J was renamed to 1B in 2023 to 2024.", "rename"),
    ("As such, figures for 2024 to 2025 onwards cannot be compared with figures for previous years.", "break"),
    ("Due to this change, scores for 2020 to 2021 should not be compared to previous years.", "break"),
    ("The source was changed and significant methodological changes were made.", "break"),
    ("This measure was removed from ASCOF 2023 to 2024.", "break"),
    ("Indicator discontinued~The collection was paused.", "break"),
    ("2021 to 2022 should not be compared to 2020 to 2021 but can be compared to earlier years.", "caution"),
    ("The number removed is expected to be small so this is not being treated as a break in time series.", "caution"),
    ("The survey was voluntary and 18 councils chose to take part.", "caution"),
    ("The eligible population changed.", "caution"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_what_the_log_says_decides_break_or_caution(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_where_contents_and_log_disagree_about_an_old_code_the_log_is_trusted(tinyland: ReadResult) -> None:
    old = dict(tinyland.measures.select("item", "old_item").rows())
    assert old["ascof2023/3D(2a)"] == "ascof2011/1C(2A)"
    ((_, row, column, why),) = [w for w in refused(tinyland, "warning") if "old code" in str(w[3])]
    assert (row, column) == (4, "E")
    assert "gives 1C(1B) as the old code of 3D(2a), the comparability log gives 1C(2A)" in str(why)


def test_ratings_behind_a_measure_are_items_of_their_own(tmp_path: Path, tiny: Register) -> None:
    content = sheets()
    content["Contents"].append(["6B", "Providers", "CQC", "2023 to 2024", "Not applicable"])
    head = [f"2024 to 2025 - {w} {p}" for w in ("not yet rated", "6b") for p in ("numerator", "denominator", "outcome")]
    content["Table_6b"] = [["Table 6b"], [*content[DP][2][:3], *head], ["001", "Ashvale", "E66000001", 1, 9, 11.1,
                                                                       8, 9, 88.9]]  # fmt: skip
    r = read(workbook(tmp_path, content), tiny)
    assert cell(r, "6B", "ashvale", "value") == (88.9, "published", None)
    assert cell(r, "6B:not-yet-rated", "ashvale", "numerator") == (1, "published", None)
    assert set(r.observations.filter(pl.col("item") == "ascof2023/6B")["unit"]) == {"providers", "percent"}


@pytest.mark.parametrize(
    ("name", "revision"),
    [
        ("dhsc-ascof-england-2024-to-2025-outcome-data-23-january-2026.ods", "2026-01-23"),
        ("ascof-2024-25-v3.ods", "v3"),
        ("ascof_2024_25.ods", ""),
    ],
)
def test_the_revision_comes_from_the_files_name(tmp_path: Path, tiny: Register, name: str, revision: str) -> None:
    assert read(workbook(tmp_path, name=name), tiny).revision == revision


def test_or_from_a_date_on_the_cover(tmp_path: Path, tiny: Register) -> None:
    assert changed(tmp_path, tiny, "Cover", 2, 0, "Published 18 December 2025, updated 3 January 2026").revision == (
        "2026-01-03"
    )


# --- a superseded ONS code -------------------------------------------------------------------------------------------


@pytest.fixture
def tiny_with_a_shared_code(tmp_path: Path) -> Register:
    """Tinyland where North Thornshire goes on under the publishers' code of Thornshire, as Dorset does under 809."""
    folder = tmp_path / "register"
    shutil.copytree(Path(__file__).parent.parent / "tiny", folder)
    codes = folder / "council_codes.csv"
    codes.write_text(codes.read_text("utf-8") + "north-thornshire,cassr,005,2021-04-01,,invented\n", "utf-8")
    return Register.from_folder(folder, simulated=True)


def test_a_row_under_the_ons_code_of_a_predecessor_is_the_successors_when_no_other_row_is(
    tmp_path: Path, tiny_with_a_shared_code: Register
) -> None:
    content = sheets()
    content[DP] = [r for r in content[DP] if r[0] not in ("005", "T1N2Y")] + [
        ["005", "Thornshire", "E66000005", 9, 60, 15.0]
    ]
    r = read(workbook(tmp_path, content), tiny_with_a_shared_code)
    assert cell(r, "3D(2a)", "north-thornshire", "value") == (15, "published", None)
    assert [w[:3] for w in refused(r, "warning") if w[0] == DP] == [(DP, 12, "C")]


def test_but_not_when_the_successor_has_a_row_of_its_own(tmp_path: Path, tiny_with_a_shared_code: Register) -> None:
    content = sheets()
    content[DP] = [r for r in content[DP] if r[0] not in ("005", "T1N2Y")] + [
        ["005", "Thornshire", "E66000005", 9, 60, 15.0],
        ["005", "North Thornshire", "E66000006", 8, 50, 16.0],
    ]
    r = read(workbook(tmp_path, content), tiny_with_a_shared_code)
    assert cell(r, "3D(2a)", "north-thornshire", "value") == (16, "published", None)
    assert [x[:3] for x in refused(r)] == [(DP, 12, "D"), (DP, 12, "E"), (DP, 12, "F")]


# --- a workbook that is not as published: one cell, one sentence ----------------------------------------------------

BAD_CELLS: list[tuple[str, int, int, object, str, str]] = [
    # sheet, row, column, what stands there, the column's letter, words of the reason
    (DP, 11, 3, 12, "D", "E66000005 is Thornshire, which was not a council"),
    (DP, 7, 3, "45.2%", "D", "percentage stands where a count belongs"),
    (DP, 7, 3, "45%", "D", "percentage stands where a count belongs"),
    (DP, 7, 3, 45.2, "D", "must be a whole number"),
    (DP, 7, 3, -41, "D", "cannot be negative"),
    (DP, 7, 3, 183, "D", "numerator (183) is larger than its denominator (182)"),
    (DP, 7, 3, 23, "D", "outcome (22.5) is not the numerator over the denominator (23 over 182 is 12.6)"),
    (DP, 7, 5, 101.0, "F", "must lie between 0 and 100"),
    (DP, 7, 5, "", "F", "empty"),
    (DP, 7, 5, "n/a", "F", "neither a number nor a symbol"),
    (DP, 7, 5, "1e5", "F", "neither a number nor a symbol"),
    (DP, 7, 5, "٢٢", "F", "neither a number nor a symbol"),
    (DP, 7, 2, "E66000002", "D", "codes disagree: E66000002 is Brackwater, 001 is Ashvale"),
    (DP, 7, 1, "Brackwater", "D", "code and the name disagree: E66000001 is Ashvale"),
    (DP, 7, 0, "T1N2Y", "D", "codes disagree"),
    ("Table_1a", 5, 8, 82.0, "I", "score must lie between 0.0 and 24.0"),
    ("Table_1a", 5, 6, -0.4, "G", "margin of error cannot be negative"),
    ("Table_1a", 5, 7, 12.5, "H", "must be a whole number"),
]


@pytest.mark.parametrize(("sheet", "row", "column", "what", "letter", "words"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_place_and_its_reason(
    tmp_path: Path, tiny: Register, sheet: str, row: int, column: int, what: object, letter: str, words: str
) -> None:
    r = changed(tmp_path, tiny, sheet, row, column, what)
    assert any(x[:3] == (sheet, row, letter) and words in str(x[3]) for x in refused(r)), refused(r)
    here = (pl.col("sheet") == sheet) & (pl.col("row") == row) & (pl.col("column") == letter)
    assert r.observations.filter(here).is_empty(), "a refused cell is not an observation"


def test_rounded_counts_may_give_an_outcome_a_little_off(tmp_path: Path, tiny: Register) -> None:
    """10 of 15 is 66.7%, but 8 to 12 of 13 to 17 may stand behind it: 58.0 is possible, 30.0 is not."""
    for outcome, faults in ((58.0, 0), (30.0, 3)):
        content = sheets()
        content[DP][6][3:] = [10, 15, outcome]
        assert len(refused(read(workbook(tmp_path, content), tiny))) == faults


def test_a_symbol_beside_disagreeing_figures_stays(tmp_path: Path, tiny: Register) -> None:
    content = sheets()
    content[DP][6][3:] = [390, 330, "[z]"]
    r = read(workbook(tmp_path, content), tiny)
    assert cell(r, "3D(2a)", "ashvale", "value") == (
        None,
        "not_applicable",
        "Withheld by the publisher. The numerator (390) is larger than its denominator (330); neither is used.",
    )
    assert cell(r, "3D(2a)", "ashvale", "numerator") == cell(r, "3D(2a)", "ashvale", "denominator") == ()


def test_a_formula_in_a_name_is_text_and_never_the_name_of_an_area(tmp_path: Path, tiny: Register) -> None:
    r = changed(tmp_path, tiny, DP, 7, 1, '=HYPERLINK("http://example.org","Ashvale")')
    assert cell(r, "3D(2a)", "ashvale", "value") == (22.5, "published", None)
    assert not any("HYPERLINK" in str(v) for row in r.observations.rows() for v in row)
    content = sheets()
    content[DP].append(["", '=HYPERLINK("x")', "", 1, 2, 50.0])
    r = read(workbook(tmp_path, content), tiny)
    assert any("No council or area is known by =HYPERLINK" in str(x[3]) for x in refused(r))


def test_a_row_that_names_no_area_is_refused(tmp_path: Path, tiny: Register) -> None:
    content = sheets()
    content[DP].append(["", "", "", 1, 2, 50.0])
    assert any("does not say which area" in str(x[3]) for x in refused(read(workbook(tmp_path, content), tiny)))


def test_a_row_given_twice_is_used_once_and_a_contradicting_one_not_at_all(tmp_path: Path, tiny: Register) -> None:
    content = sheets()
    content[DP].append(list(PAYMENTS[3]))
    r = read(workbook(tmp_path, content), tiny)
    assert cell(r, "3D(2a)", "ashvale", "value") == (22.5, "published", None)
    assert [w[1:3] for w in refused(r, "warning") if w[0] == DP] == [(14, "D"), (14, "E"), (14, "F")]
    content[DP][-1] = ["001", "Ashvale", "E66000001", 42, 182, 23.1]
    r = read(workbook(tmp_path, content), tiny)
    assert cell(r, "3D(2a)", "ashvale", "value") == cell(r, "3D(2a)", "ashvale", "numerator") == ()
    assert cell(r, "3D(2a)", "ashvale", "denominator") == (182, "published", None)
    assert [x[1:3] for x in refused(r)] == [(7, "D"), (14, "D"), (7, "F"), (14, "F")]


# --- a workbook that cannot be used at all ---------------------------------------------------------------------------


def without(sheet: str) -> dict[str, Rows]:
    return {k: v for k, v in sheets().items() if k != sheet}


def with_cell(sheet: str, row: int, column: int, what: object) -> dict[str, Rows]:
    content = sheets()
    content[sheet][row - 1][column] = what
    return content


BAD_BOOKS: list[tuple[dict[str, Rows], list[str]]] = [
    (without("Contents"), ["no sheet called 'Contents'"]),
    (without(DP), ["sheet Table_3d(2a)", "no sheet for 3D(2a)"]),
    (with_cell(DP, 3, 3, "2024 to 2025 - numbers"), [f"sheet {DP}, row 3, column D", "'2024 to 2025 - numbers'"]),
    (with_cell(DP, 3, 3, "2024 to 2026 - numerator"), ["row 3, column D", "2024 to 2026"]),
    (with_cell(DP, 3, 4, "2024 to 2025 - numerator"), ["row 3, column E", "twice"]),
    (with_cell(DP, 3, 4, ""), ["row 3, column E", "heading ''"]),
    (with_cell(DP, 3, 2, "ONS codes"), [f"sheet {DP}", "'ONS area code'"]),
    (with_cell("Contents", 2, 2, "Origin"), ["sheet Contents", "'Source'"]),
    (with_cell("Comparability_over_time_log", 2, 3, "Words"), ["sheet Comparability_over_time_log, row 2"]),
    ({**sheets(), DP: sheets()[DP][:3]}, [f"sheet {DP}, row 3", "no rows"]),
    ({**sheets(), DP: [[""]]}, [f"sheet {DP}", "No row of the first 25"]),
    ({**sheets(), DP: [r[:3] for r in sheets()[DP]]}, [f"sheet {DP}, row 3", "no column of figures"]),
]


@pytest.mark.parametrize(("content", "words"), BAD_BOOKS)
def test_a_workbook_out_of_shape_is_one_error_naming_the_place(
    tmp_path: Path, tiny: Register, content: dict[str, Rows], words: list[str]
) -> None:
    with pytest.raises(UnreadableFile) as fault:
        read(workbook(tmp_path, content), tiny)
    for w in ["tiny-ascof.ods", *words]:
        assert w in str(fault.value)


def test_a_workbook_without_notes_or_log_is_read_with_a_warning(tmp_path: Path, tiny: Register) -> None:
    r = read(workbook(tmp_path, {k: v for k, v in sheets().items() if not k.startswith(("Notes", "Comp"))}), tiny)
    assert r.notes.is_empty()
    assert r.comparability.is_empty()
    assert {"no sheet of notes", "no comparability log"} <= {
        w for w in ("no sheet of notes", "no comparability log") for x in refused(r, "warning") if w in str(x[3])
    }


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_said_to_be_cut_short(tmp_path: Path, keep: float) -> None:
    path = workbook(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(UnreadableFile, match=r"tiny-ascof\.ods: .*cut short or damaged.* Download it again"):
        ascof_ods.recognise(sniff(path))


@pytest.mark.parametrize(
    "content",
    [
        {"Cover": [["Some other statistics"]], "Table_1a": [["x"]]},
        {"Cover": [["Adult social care outcomes framework, time series"]], "Sheet1": [["x"]]},
        {"Cover": [["Adult social care outcomes framework: outcome and demographic data"]], "Table_1a": [["x"]]},
        {"Sheet1": [["x"]]},
    ],
)
def test_another_workbook_is_not_recognised(tmp_path: Path, content: dict[str, Rows]) -> None:
    assert ascof_ods.recognise(sniff(write_ods(tmp_path / "other.ods", content))) is None


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(-10, 10**6), st.text(max_size=12),
    st.sampled_from(["[c]", "[z]", "[x]", "=1+1", "45%", "7 (6)", "001", "E66000001", "Ashvale and Dunmere", "NV"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data(), what=ANYTHING)
def test_any_cell_may_hold_anything(tiny: Register, data: st.DataObject, what: object) -> None:
    """Whatever one cell holds, the reader gives a result that keeps its schema or one error in words, and no value
    that is not in the file.
    """
    content = sheets()
    sheet = data.draw(st.sampled_from(sorted(content)))
    row = data.draw(st.integers(0, len(content[sheet]) - 1))
    content[sheet][row][data.draw(st.integers(0, len(content[sheet][row]) - 1))] = what
    file = Sniff(Path("any-2024.ods"), "ods", content)  # type: ignore[arg-type]
    file.__dict__["sheets"] = tuple(content)
    try:
        r = check(ascof_ods.read(file, tiny), "any.ods")
    except UnreadableFile as fault:
        assert "any" in str(fault)  # noqa: PT017 - either outcome is right, and both are looked at
        return
    printed = {p.value for s in content.values() for c in s for p in map(parse_cell, c) if p}
    assert set(r.observations["value"].drop_nulls()) <= printed
    assert not r.observations["area"].str.contains("=").any()


# --- small words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "framework", "item"),
    [
        ("3d(2A) ", NEW, "ascof2023/3D(2a)"),
        ("6A ", NEW, "ascof2023/6A"),
        ("2e(1)", NEW, "ascof2023/2E(1)"),
        ("1C2A", OLD, "ascof2011/1C(2A)"),
        ("1C(1b)", OLD, "ascof2011/1C(1B)"),
        ("1I1", OLD, "ascof2011/1I(1)"),
        ("2B1", OLD, "ascof2011/2B(1)"),
        ("1A", OLD, "ascof2011/1A"),
        ("Not applicable", OLD, None),
        ("[z]", NEW, None),
        ("=1A", NEW, None),
        ("", NEW, None),
    ],
)
def test_codes_are_spelled_one_way(code: str, framework: str, item: str | None) -> None:
    assert item_of(code, framework) == item


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx", "2020-21"),
        ("meas-from-asc-of-eng-1920-open-data-csv.csv", "2019-20"),
        ("meas-from-asc-of-eng-2022-csv-v3.csv", "2021-22"),
        ("meas-from-asc-of-eng-2022-23-csv.csv", "2022-23"),
        ("dhsc-ascof-england-2024-to-2025-23-january-2026.csv", "2024-25"),
        ("ascof_2024_25.csv", "2024-25"),
        ("ascof-2019-to-2030.csv", "2018-19"),
        ("ascof.csv", None),
        ("data-23-january-2026.csv", None),
        ("ascof-v2.csv", None),
    ],
)
def test_the_year_is_read_from_the_publishers_file_name(name: str, period: str | None) -> None:
    assert period_in(name) == period


def test_dates_and_versions_in_names() -> None:
    assert date_in("x-3-march-2025-y") == "2025-03-03"
    assert revision_in("a_v2.xlsx") == "v2"
    assert revision_in("salv2024.csv") == ""


def test_the_sum_of_scores_is_a_score_and_providers_are_no_people() -> None:
    assert unit_of("ascof2011/1A", "numerator") == "score"
    assert unit_of("ascof2011/1A", "denominator") == "people"
    assert unit_of("ascof2023/6B:good", "denominator") == "providers"
    assert unit_of("ascof2011/2A(1)") == unit_of("ascof2023/2C") == "per_100000"
    assert unit_of("ascof2011/1B") == "percent", "control over daily life, before it became 3A"
    assert unit_of("ascof2023/1B") == "score", "adjusted quality of life"
