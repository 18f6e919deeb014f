"""Hostile and broken files from end to end: a sentence that names the file and says what to do, and nothing changed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.cli.app import run
from evenhand.edition.library import Loader, index
from evenhand.facts.register import Register
from tests.edition.tables import spread_of_bytes
from tests.sources.ascof_files import long_rows, sheets, workbook, write_csv, write_ods

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def pack(path: Path, content: bytes) -> Path:
    """An ODS around this content.xml."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", ODS)
        z.writestr("content.xml", content)
    return path


def bomb(folder: Path) -> Path:
    return pack(folder / "bomb.ods", bytes(60 * 2**20))


def far_corner(folder: Path) -> Path:
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048575"/><table:table-row><table:table-cell table:number-columns-repeated="16383"/>{cell}</table:table-row>'  # noqa: E501
    return pack(folder / "corner.ods", f'<x><table:table table:name="A">{rows}</table:table></x>'.encode())


def half_a_gigabyte(folder: Path) -> Path:
    path = folder / "large.csv"
    with path.open("wb") as f:
        f.truncate(500 * 2**20)  # a hole: it takes no room on the disk
    return path


def truncated(folder: Path) -> Path:
    path = workbook(folder, name="half.ods")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def empty(folder: Path) -> Path:
    (folder / "empty.csv").touch()
    return folder / "empty.csv"


def other_sheets(folder: Path) -> Path:
    return write_ods(folder / "sheets.ods", {"Sheet1": [["Local authority", "Outcome"], ["Ashvale", 24]]})


def no_contents(folder: Path) -> Path:
    content = sheets()
    content["Contents"] = [["Contents table"], ["Nothing", "here"]]
    return workbook(folder, content, "no-contents.ods")


def no_headings(folder: Path) -> Path:
    content = sheets()
    del content["Table_3d(2a)"][2]
    return workbook(folder, content, "no-headings.ods")


def no_year(folder: Path) -> Path:
    return write_csv(folder / "open-data.csv", long_rows())


def nul(folder: Path) -> Path:
    path = folder / "nul.csv"
    path.write_bytes(b"Geographical Code,Measure\n" * 300 + b"\x00")
    return path


def deep(folder: Path) -> Path:
    path = folder / "deep.geojson"
    place = '{"type": "Feature", "properties": {"CTYUA23CD": "E66000001", "CTYUA23NM": "Ashvale"}, "geometry": '
    shape = '{"type": "Polygon", "coordinates": ' + "[" * 200_000
    path.write_text(f'{{"type": "FeatureCollection", "features": [{place}{shape}')
    return path


def a_picture(folder: Path) -> Path:
    (folder / "chart.ods").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    return folder / "chart.ods"


def absent(folder: Path) -> Path:
    return folder / "absent.ods"


# How the file comes to be, and words that its sentence must have: what is wrong, and what to do.
BAD: list[tuple[Callable[[Path], Path], str, str]] = [
    (bomb, "unpacks to 60 MB in 2 parts, more than any official file", "nothing was loaded"),
    (far_corner, "spreads over 17,179,869,184 cells", "nothing was loaded"),
    (half_a_gigabyte, "The file has 500 MB; no official file is larger than 100 MB", "nothing was loaded"),
    (truncated, "cut short or damaged", "Download it again from the publisher"),
    (empty, "The file is empty", "Download it again from the publisher"),
    (other_sheets, "This is not an official file that Evenhand knows", "evenhand sources --known"),
    (no_contents, "Contents", "publisher"),
    (no_headings, "Table_3d(2a)", "publisher"),
    (no_year, "year", "publisher"),
    (nul, "This is not a text file", "Load the publisher's own copy"),
    (deep, "cut short or damaged", "Download the boundaries again"),
    (a_picture, "This is neither a spreadsheet, a CSV nor a JSON file", "Load the publisher's own copy"),
    (absent, "There is no such file", "Check the path"),
]
CASES = pytest.mark.parametrize(("make", "wrong", "do"), BAD, ids=[b[0].__name__ for b in BAD])


@CASES
def test_a_bad_file_is_refused_by_name_and_the_library_stays_as_it_was(
    home: Path, tiny: Register, tmp_path: Path, make: Callable[[Path], Path], wrong: str, do: str
) -> None:
    loader = Loader(home, tiny)
    loader.load([workbook(tmp_path)])
    before = spread_of_bytes(home)
    path = make(tmp_path)
    (done,) = loader.load([path])
    assert done.outcome == "refused"
    assert path.name in done.sentence
    assert wrong in done.sentence
    assert do in done.sentence
    assert spread_of_bytes(home) == before


@CASES
def test_the_command_says_it_and_ends_with_exit_code_1(
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], Path],
    wrong: str,
    do: str,
) -> None:
    path = make(tmp_path)
    with pytest.raises(SystemExit) as ended:
        run(["load", str(path)])
    assert ended.value.code == 1
    said = capsys.readouterr()
    line, summary = said.out.splitlines()
    assert line.startswith("Refused: ")
    assert path.name in line
    assert wrong in line
    assert do in line
    assert summary == "1 file: 1 refused."
    assert index(home) == {}
    assert said.err == ""


def test_the_same_files_lying_in_a_folder_stop_nothing(home: Path, tiny: Register, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    bad = {make(folder).name for make, _, _ in BAD if make is not absent}
    good = workbook(folder, name="zz-good.ods").name
    done = {d.path.name: d.outcome for d in Loader(home, tiny).load([folder])}
    assert done[good] == "loaded"
    assert set(done) == bad | {good}
    assert {done[n] for n in bad} <= {"refused", "passed over"}
    assert len(index(home)) == 1


def test_a_command_without_paths_says_what_to_give(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["load"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("Error: Say which files or folders to load.")
    assert not home.exists()


def test_a_command_while_another_is_loading_is_told_so(home: Path, tmp_path: Path, child: Callable[[str], object],
                                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    child("from evenhand.edition.home import writing\nwith writing(HOME):\n    ready(); wait()")
    with pytest.raises(SystemExit) as ended:
        run(["load", str(workbook(tmp_path))])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Another Evenhand command is loading or building here. Wait for it to end" in said
