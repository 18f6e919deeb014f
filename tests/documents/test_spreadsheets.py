"""Spreadsheets by the Government Analysis Function's practice: read back, they hold what the table held."""

from __future__ import annotations

import io
import time
import warnings
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from evenhand.documents import spreadsheet
from evenhand.documents.spreadsheet import Workbook, to_ods, to_xlsx
from evenhand.documents.table import Column, Table
from evenhand.facts.errors import EvenhandError

from .samples import CREATED, HOSTILE, hostile_table, table

WRITERS = {"xlsx": to_xlsx, "ods": to_ods}
Writer = Callable[[Workbook], bytes]


@pytest.fixture(params=sorted(WRITERS))
def write(request: pytest.FixtureRequest) -> Writer:
    return WRITERS[request.param]


def book(*tables: Table, **changes: object) -> Workbook:
    given: dict[str, object] = {"created": CREATED, "contact": ("figures@tinyland.example",)}
    return Workbook("Direct payments in Tinyland", tables or (table(),), **(given | changes))  # type: ignore[arg-type]


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    found = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}


def body(rows: list[list[object]], heading: str) -> list[list[object]]:
    start = next(index for index, row in enumerate(rows) if row[0] == heading)
    return rows[start:]


def test_cover_contents_notes_columns_and_one_table_a_sheet(write: Writer) -> None:
    assert list(sheets(write(book(table(), hostile_table())))) == [
        "Cover", "Contents", "Notes", "Columns", "Table_1", "Table_2",
    ]  # fmt: skip


def test_values_symbols_and_headings_come_back(write: Writer) -> None:
    rows = body(sheets(write(book()))["Table_1"], "Council")
    assert rows == [
        ["Council", "People with a direct payment", "Share (%)", "Spend (£)"],
        ["Ashvale", 395.0, 22.2, 1234.56],
        ["Brackwater", 0.0, 0.0, -0.05],
        ["Corvedale", "[c]", "[c]", "[x]"],
        ["Dunmere", "[x]", "[x]", 0.0],
        ["Thornshire", "[z]", "[z]", 999999999.99],
    ]


def test_the_title_is_first_and_shorthand_is_explained_above_the_table(write: Writer) -> None:
    rows = [row[0] for row in sheets(write(book()))["Table_1"]]
    assert rows[0] == "Ashvale has the most people with a direct payment"
    for line in (
        "[c] means suppressed to protect people.",
        "[x] means no figure published.",
        "[z] means not applicable.",
    ):
        assert rows.index(line) < rows.index("Council")
    assert "It refers to notes 1 to 2, on the Notes sheet." in rows


def test_only_the_shorthand_that_occurs_is_explained(write: Writer) -> None:
    plain = table(rows=table().rows.head(2))
    text = [row[0] for row in sheets(write(book(plain)))["Table_1"]]
    assert not [line for line in text if isinstance(line, str) and line.startswith("[")]


def test_notes_are_numbered_through_the_workbook(write: Writer) -> None:
    found = body(sheets(write(book(table(), table(notes=("Third.",)))))["Notes"], "Note number")
    assert found[1:] == [
        ["note 1", "Table_1", "Corvedale changed its system."],
        ["note 2", "Table_1", "Counts are of people."],
        ["note 3", "Table_2", "Third."],
    ]


def test_the_cover_says_who_when_and_under_what_licence(write: Writer) -> None:
    text = [row[0] for row in sheets(write(book()))["Cover"]]
    assert text[0] == "Direct payments in Tinyland"
    for line in (
        "This file is dated 23 January 2026.", "Source: Tinyland Office for Figures", "Edition: 2026-01",
        "Licence: OGL-3.0", "figures@tinyland.example",
    ):  # fmt: skip
        assert line in text


def test_simulated_figures_say_so_on_the_cover_and_on_the_sheet(write: Writer) -> None:
    found = sheets(write(book(table(simulated=True))))
    assert any(str(row[0]).startswith("Simulated figures") for row in found["Cover"])
    assert str(found["Table_1"][0][0]).startswith("Simulated figures: ")


def test_hostile_names_stay_text_letter_for_letter(write: Writer) -> None:
    data = write(book(hostile_table()))
    rows = body(sheets(data)["Table_1"], "Name")
    assert [row[0] for row in rows[1:]] == [name.strip() for name in HOSTILE]
    parts = zipfile.ZipFile(io.BytesIO(data))
    xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels")))
    assert "<f>" not in xml
    assert "table:formula" not in xml
    assert "example.invalid)" in xml
    assert 'Target="http://example.invalid' not in xml
    assert 'href="http://example.invalid' not in xml


def test_hostile_prose_stays_text(write: Writer) -> None:
    bad = "[a](http://example.invalid) $$n$$ =1+1"
    found = sheets(write(book(table(title=bad, subtitle=bad, notes=(bad,), sources=(bad,)))))
    assert "example.invalid" in str(found["Table_1"][0][0])
    assert "=1+1" in str(found["Notes"][-1][2])


def test_the_same_tables_give_the_same_bytes_under_another_clock(
    write: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(book())
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(4_000_000_000))
    assert write(book()) == first
    parts = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}


def test_another_date_gives_other_bytes(write: Writer) -> None:
    assert write(book()) != write(book(created=date(2026, 1, 24)))


def test_no_merged_cells(write: Writer) -> None:
    parts = zipfile.ZipFile(io.BytesIO(write(book())))
    xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert "mergeCell" not in xml
    assert "columns-spanned" not in xml


def test_writing_gives_no_warnings(write: Writer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(book())


def test_xlsx_marks_its_tables_and_states_title_date_and_language() -> None:
    parts = zipfile.ZipFile(io.BytesIO(to_xlsx(book())))
    marked = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/tables/")]
    assert len(marked) == 4  # contents, notes, columns and the one table
    core = parts.read("docProps/core.xml").decode()
    for words in ("<dc:title>Direct payments in Tinyland<", "<dc:language>en-GB<", "2026-01-23T00:00:00Z"):
        assert words in core


def test_ods_marks_its_tables_and_states_title_date_and_language() -> None:
    parts = zipfile.ZipFile(io.BytesIO(to_ods(book())))
    assert parts.namelist()[0] == "mimetype"
    assert parts.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
    assert parts.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
    meta = parts.read("meta.xml").decode()
    for words in ("Direct payments in Tinyland", "en-GB", "2026-01-23T00:00:00"):
        assert words in meta
    content = ET.fromstring(parts.read("content.xml"))
    space = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    ranges = [item.get(f"{space}target-range-address") for item in content.iter(f"{space}database-range")]
    assert "Table_1.A10:Table_1.D15" in ranges
    assert len(list(content.iter(f"{space}table-header-rows"))) == 4
    headings = list(content.iter("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}h"))
    assert len([item for item in headings if item.text == table().title]) == 1


def test_both_writers_hold_the_same_tables() -> None:
    one, two = sheets(to_xlsx(book())), sheets(to_ods(book()))
    for name in ("Cover", "Notes", "Columns", "Table_1"):
        assert one[name] == two[name]


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(EvenhandError, match="has no rows"):
        book(table(rows=table().rows.head(0)))


def test_a_text_too_long_for_a_cell_is_refused_rather_than_dropped(write: Writer) -> None:
    long = Table("Long", (Column("a", "A"),), pl.DataFrame({"a": ["x" * 32_768]}))
    with pytest.raises(EvenhandError, match="32,768 characters"):
        write(book(long))


def test_a_short_way_for_one_table() -> None:
    assert sheets(table().to_xlsx(created=CREATED))["Table_1"] == sheets(table().to_ods(created=CREATED))["Table_1"]


def test_column_letters() -> None:
    from evenhand.documents.ods import _letters

    assert [_letters(index) for index in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    assert spreadsheet.number_format(0) == "#,##0"
    assert spreadsheet.number_format(2) == "#,##0.00"
