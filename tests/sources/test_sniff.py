"""Opening files safely: the kind comes from the content, and a hostile or broken file costs little."""

from __future__ import annotations

import contextlib
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.facts.errors import UnreadableFile
from evenhand.sources.sniff import MAX_CELLS, _opening, sniff
from tests.sources.ascof_files import write_ods, write_xlsx

ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="A">'
)
ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"


def ods(path: Path, rows: str) -> Path:
    """An ODS whose one sheet has this markup for rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", ODS_MIME)
        z.writestr("META-INF/manifest.xml", "<m/>")
        z.writestr("content.xml", ODS_HEAD + rows + ODS_TAIL)
    return path


def one(columns: int = 1) -> str:
    return (
        f'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{columns}">'
        "<text:p>1</text:p></table:table-cell>"
    )


# --- kinds -----------------------------------------------------------------------------------------------------------

TEXTS = [
    (b"a,b\n1,2\n", "csv"),
    (b'\xef\xbb\xbf{"a": 1}', "json"),
    (b"  [1, 2]", "json"),
    (b"plain words", "csv"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "xls"),
]


@pytest.mark.parametrize(("content", "kind"), TEXTS)
def test_the_kind_comes_from_the_content_not_the_name(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "named.xlsx"
    path.write_bytes(content)
    assert sniff(path).kind == kind


def test_workbooks(tmp_path: Path) -> None:
    a = sniff(write_ods(tmp_path / "a.csv", {"One": [["x", 1.5]], "Two": [[""]]}))
    b = sniff(write_xlsx(tmp_path / "b.ods", [["x", 1.5]]))
    assert (a.kind, a.sheets, a.rows("One")) == ("ods", ("One", "Two"), [["x", 1.5]])
    assert (b.kind, b.sheets, b.rows("in")) == ("xlsx", ("in",), [["x", 1.5]])
    assert a.head == b.head == ""


def test_a_zip_of_other_things_is_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as z:
        z.writestr("a.csv", "a,b\n")
    s = sniff(tmp_path / "z.zip")
    assert (s.kind, s.sheets) == ("zip", ())


def test_empty_leading_rows_and_columns_keep_their_place(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("S").write(2, 1, "here")
    book.close()
    rows = sniff(tmp_path / "a.xlsx").rows("S")
    assert rows[2][1] == "here"


# --- text ------------------------------------------------------------------------------------------------------------

ENCODINGS = [("utf-8", "£5 – café"), ("utf-8-sig", "£5 – café"), ("cp1252", "£5 – café"), ("ascii", "plain")]


@pytest.mark.parametrize(("encoding", "text"), ENCODINGS)
def test_utf8_and_windows_1252_are_told_apart(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{text},2\n".encode(encoding))
    s = sniff(path)
    assert s.rows() == [[text, "2"]]
    assert s.rows("") is s.rows()
    assert s.head.startswith(text)
    assert s.sheets == ("",)


def test_quoted_line_breaks_stay_in_their_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'a,"b\r\nc"\r\n1,2\r\n')
    assert sniff(tmp_path / "a.csv").rows() == [["a", "b\r\nc"], ["1", "2"]]


# --- what is refused -------------------------------------------------------------------------------------------------


def refused(path: Path, words: str) -> None:
    """The file is refused with its name and these words, in well under a second and a half."""
    start = time.perf_counter()
    with pytest.raises(UnreadableFile, match=words) as fault:
        sniff(path)
    assert path.name in str(fault.value)
    assert time.perf_counter() - start < 1.5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither a spreadsheet, a CSV nor a JSON"),
        ("a,b\n".encode("utf-16"), "neither a spreadsheet"),
        (b"PK\x03\x04 not a zip at all", "cut short or damaged"),
        (b"PK", "cut short or damaged"),
    ],
)
def test_files_of_no_kind_or_damaged(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.ods"
    path.write_bytes(content)
    refused(path, words)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableFile, match="There is no such file"):
            sniff(path)


def test_binary_after_a_clean_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" * 2000 + b"\x00\x00")
    with pytest.raises(UnreadableFile, match=r"a\.csv: This is not a text file"):
        sniff(path).rows()


def test_a_sparse_file_of_500_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as f:
        f.truncate(500 * 2**20)
    refused(path, "500 MB; no official file is larger than 100 MB")


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", ODS_MIME)
        z.writestr("content.xml", b"0" * (64 * 2**20))
    assert path.stat().st_size < 100_000
    refused(path, "unpacks to 64 MB in 2 parts")


def test_a_zip_of_thousands_of_parts(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as z:
        for n in range(2_001):
            z.writestr(f"{n}", "")
    refused(path, "2,001 parts")


def test_a_part_that_is_larger_than_it_says(tmp_path: Path) -> None:
    """The directory of the archive claims 10 bytes; the part has a million."""
    path = ods(tmp_path / "liar.ods", f"<table:table-row>{one()}</table:table-row>" + " " * 1_000_000)
    with zipfile.ZipFile(path) as z:
        size = z.getinfo("content.xml").file_size
    raw = path.read_bytes()
    assert raw.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(raw.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refused(path, "cut short or damaged")


def test_a_damaged_part(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["x", n] for n in range(500)])
    with zipfile.ZipFile(path) as z:
        at = z.getinfo("xl/worksheets/sheet1.xml").header_offset + 200
    raw = bytearray(path.read_bytes())
    raw[at : at + 40] = bytes(40)
    path.write_bytes(bytes(raw))
    refused(path, "cut short or damaged")


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_a_truncated_workbook(tmp_path: Path, kind: str, keep: float) -> None:
    rows: list[list[object]] = [["text", n] for n in range(300)]
    path = tmp_path / f"cut.{kind}"
    _ = write_ods(path, {"A": rows}) if kind == "ods" else write_xlsx(path, rows)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    refused(path, r"cut short or damaged.*Download it again")


def test_a_workbook_whose_markup_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("mimetype", ODS_MIME)
        z.writestr("content.xml", ODS_HEAD + "<table:table-row><table:table-cell")
    with pytest.raises(UnreadableFile, match=r"a\.ods.*cut short or damaged"):
        sniff(path).rows("A")


def test_a_panic_of_the_table_library_is_a_damaged_file() -> None:
    panic = type("PanicException", (BaseException,), {})
    with (
        pytest.raises(UnreadableFile, match=r"a\.ods, sheet T: .*damaged \(index out of bounds\)"),
        _opening("a.ods", "T"),
    ):
        raise panic("index out of bounds")
    with pytest.raises(KeyboardInterrupt), _opening("a.ods"):
        raise KeyboardInterrupt


# --- few bytes, many cells -------------------------------------------------------------------------------------------


def test_a_cell_in_the_far_corner_of_a_spreadsheet(tmp_path: Path) -> None:
    """The table library would lay out 17 thousand million cells and the program would be killed."""
    book = xlsxwriter.Workbook(str(tmp_path / "corner.xlsx"))
    sheet = book.add_worksheet("S")
    sheet.write(0, 0, 1)
    sheet.write(1_048_575, 16_383, 2)
    book.close()
    refused(tmp_path / "corner.xlsx", "spreads over 17,179,869,184 cells")


def test_a_styled_empty_corner_is_harmless(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "styled.xlsx"))
    sheet = book.add_worksheet("S")
    sheet.write(0, 0, "x")
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()
    s = sniff(tmp_path / "styled.xlsx")
    assert s.rows("S")[0][0] == "x"


REPEATS = [
    (f'<table:table-row table:number-rows-repeated="1000000">{one(1000)}</table:table-row>', "1,000,000,000"),
    (
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
        f"<table:table-row>{one(100)}</table:table-row>",
        "104,857,600",
    ),
    (
        f'<table:table-row><table:table-cell table:number-columns-repeated="30000000"/>{one()}</table:table-row>',
        "30,000,001",
    ),
]


@pytest.mark.parametrize(("rows", "cells"), REPEATS)
def test_repeated_cells_count_as_laid_out(tmp_path: Path, rows: str, cells: str) -> None:
    refused(ods(tmp_path / "repeat.ods", rows), f"spreads over {cells} cells; Evenhand reads at most {MAX_CELLS:,}")


def test_the_empty_rest_of_a_sheet_counts_for_nothing(tmp_path: Path) -> None:
    """LibreOffice and Excel end every sheet with a million empty rows and columns."""
    path = ods(
        tmp_path / "real.ods",
        f'<table:table-row>{one(3)}<table:table-cell table:number-columns-repeated="16381"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>',
    )
    assert [len(r) for r in sniff(path).rows("A")][:1] == [3]


def test_a_csv_of_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["evenhand.sources.sniff"], "MAX_CELLS", 10)
    (tmp_path / "a.csv").write_text("a,b,c\n" * 4)
    with pytest.raises(UnreadableFile, match=r"a\.csv: This table has 12 cells; Evenhand reads at most 10"):
        sniff(tmp_path / "a.csv").rows()


def test_a_csv_field_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"' + "x" * 1_100_000)
    with pytest.raises(UnreadableFile, match=r"a\.csv.*field larger than field limit"):
        sniff(tmp_path / "a.csv").rows()


def test_a_missing_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    s = sniff(write_ods(tmp_path / "a.ods", {"One": [["x"]]}))
    with pytest.raises(UnreadableFile, match=r"a\.ods: There is no sheet called 'Two'; the sheets are One\."):
        s.rows("Two")


# --- whatever comes --------------------------------------------------------------------------------------------------


def read_or_refuse(path: Path) -> None:
    """Nothing but UnreadableFile may come of a file."""
    with contextlib.suppress(UnreadableFile):
        s = sniff(path)
        for sheet in s.sheets:
            s.rows(sheet)


STARTS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{", b"a,b\n"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, start: bytes, rest: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(start + rest)
    read_or_refuse(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 0.999), new=st.binary(min_size=1, max_size=8))
def test_a_workbook_with_any_bytes_changed_is_read_or_refused_in_words(tmp_path: Path, at: float, new: bytes) -> None:
    path = tmp_path / "a.ods"
    if not (tmp_path / "good").exists():
        (tmp_path / "good").write_bytes(write_ods(path, {"A": [["x", 1], ["y", 2]]}).read_bytes())
    raw = bytearray((tmp_path / "good").read_bytes())
    raw[int(at * len(raw)) : int(at * len(raw)) + len(new)] = new
    path.write_bytes(bytes(raw))
    read_or_refuse(path)
