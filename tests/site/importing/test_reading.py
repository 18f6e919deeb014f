"""What a file is, its content says; whatever is no list of people is refused in words, before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from evenhand.site.people.importing import dates, reading
from evenhand.site.people.refusals import Refused
from tests.site.importing.making import csv_file, xlsx_file

TODAY = date(2026, 1, 1)
HEAD = ["Name", "Id"]


def table(tmp_path: Path, raw: bytes, sheet: str = "") -> reading.Table:
    path = tmp_path / "file"
    path.write_bytes(raw)
    assert sheet in reading.sheets(path)
    return reading.table(path, sheet)


@pytest.mark.parametrize(
    "raw",
    [
        "Name,Id\r\nZoë,7\r\n".encode(),
        "Name,Id\nZoë,7".encode("utf-8-sig"),
        "Name;Id\nZoë;7\n".encode("cp1252"),
        "Name\tId\nZoë\t7\n".encode("utf-16"),
        '"Name";"Id"\n"Zoë";"7"\n'.encode(),
    ],
)
def test_text_in_every_usual_writing(tmp_path: Path, raw: bytes) -> None:
    assert table(tmp_path, raw) == reading.Table(HEAD, [(2, ["Zoë", "7"])])


def test_rows_keep_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    held = table(tmp_path, b'Name,Id\n\n"Two\nlines",1\n,\nAda,2\n')
    assert held.rows == [(3, ["Two\nlines", "1"]), (5, ["Ada", "2"])]


def test_cells_of_a_workbook_become_the_text_that_people_see(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 1, 10, 30)  # noqa: DTZ001  (a spreadsheet's moments have no zone)
    row = ["Ada", 104.0, date(1950, 5, 17), noon, True, "", 0.5, "=1+1"]
    raw = xlsx_file({"List": [["a", "b", "c", "d", "e", "f", "g", "h"], row]})
    seen = ["Ada", "104", "1950-05-17", "2026-01-01 10:30", "yes", "", "0.5", "=1+1"]
    held = table(tmp_path, raw, "List")
    assert dict(zip(held.headings, held.rows[0][1], strict=True)) == dict(zip("abcdefgh", seen, strict=True))


def test_empty_sheets_are_not_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(xlsx_file({"Notes": [], "A": [["x", "y"], [1, 2]], "B": [["x", "y"], [1, 2]]}))
    assert reading.sheets(path) == ["A", "B"]


def _packed(names: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, raw in names.items():
            packed.writestr(name, raw)
    return out.getvalue()


REFUSED = {
    "empty": (b"", "The file is empty."),
    "blank": (b"\xef\xbb\xbf \r\n", "The file is empty."),
    "headings only": (b"Name,Id\n", "no rows below"),
    "two headings alike": (b"Name,NAME\nAda,1\n", "Two columns have the heading"),
    "no headings": (b"Just a sentence\nand another\n", "does not hold headings"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 99, "not a CSV or an XLSX"),
    "a zip of something": (_packed({"word/document.xml": b"<w/>"}), "not a CSV or an XLSX"),
    "a zip cut short": (_packed({"xl/workbook.xml": b"<w/>" * 99})[:60], "damaged"),
    "no real workbook": (_packed({"xl/workbook.xml": b"<w/>"}), "damaged"),
    "an old workbook": (reading.OLD_WORKBOOK + b"\x00" * 600, "old workbook"),
    "with a password": (reading.OLD_WORKBOOK + b"\x00" * 600 + reading.ENCRYPTED, "password"),
    "too many columns": (csv_file([range(101)], [f"h{n}" for n in range(101)]), "101 columns"),
    "too many rows": (b"a,b\n" + b"1,2\n" * 50_001, "more than 50,000 rows"),
    "a cell too long": (b"a,b\n1," + b"x" * 20_001 + b"\n", "20,000 letters"),
    "an open quotation mark": (b'a,b\n1,"' + b"x" * 1_100_000 + b"\n", "quotation mark"),
    "a workbook that would fill memory": (
        _packed({"xl/workbook.xml": b"<w/>", "xl/big.xml": bytes(reading.MOST_UNPACKED)}), "unpacks to"),
    "an empty workbook": (xlsx_file({"A": []}), "workbook is empty"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, what: str) -> None:
    raw, said = REFUSED[what]
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    with pytest.raises(Refused, match=said) as refused:
        [reading.table(path, sheet) for sheet in reading.sheets(path)]
    assert refused.value.do
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("17/05/1950", ("17", "5", "1950")), ("17.5.1950", ("17", "5", "1950")), ("1950-05-17", ("17", "5", "1950")),
        ("1950-05-17T00:00:00Z", ("17", "5", "1950")), ("17/05/1950 00:00", ("17", "5", "1950")),
        ("17 May 1950", ("17", "5", "1950")), ("17-Sept-1950", ("17", "9", "1950")), ("05/1950", ("", "5", "1950")),
        ("1950-05", ("", "5", "1950")), ("May 1950", ("", "5", "1950")), ("1950", ("", "", "1950")),
        ("00/05/1950", ("", "5", "1950")), ("18400", ("17", "5", "1950")), ("9133", ("1", "1", "1925")),
        ("", ("", "", "")), ("Not known", ("", "", "")),
    ],
)  # fmt: skip
def test_days_in_every_usual_writing(text: str, parts: tuple[str, str, str]) -> None:
    assert dates.parts(text) == parts


@pytest.mark.parametrize(
    ("text", "said"),
    [("05/17/1950", "month may stand first"), ("31/02/1950", "no such day"), ("17/05/50", "no day that can be read"),
     ("soon", "no day"), ("1/1/2099", "still to come"), ("May 1950", "missing"), ("1/1/1850", "before 1900"),
     ("99999", "no day"), ("１９５０", "missing|no day")],
)  # fmt: skip
def test_days_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        dates.day(text, TODAY)


def test_a_number_of_days_is_the_day_that_a_spreadsheet_counts(tmp_path: Path) -> None:
    """Independent: the same day written by a spreadsheet as a date without a date's format."""
    for day in (date(1925, 1, 1), date(1950, 5, 17), date(2000, 2, 29), date(2025, 12, 31)):
        raw = xlsx_file({"A": [["a", "b"], ["x", day]]}, dates="0")
        number = table(tmp_path, raw, "A").rows[0][1][1]
        assert number.isdigit()
        assert dates.day(number, TODAY) == day
