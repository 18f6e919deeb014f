"""The library of loaded files: in whatever order they come and whatever goes wrong, it says one thing and why."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand import sources
from evenhand.edition import library
from evenhand.edition.home import Busy, NoRoom
from evenhand.edition.library import Loaded, Loader, index, read_all
from evenhand.facts.errors import EvenhandError, UnreadableFile
from evenhand.facts.register import Register
from tests.edition.conftest import Child
from tests.edition.tables import spread_of_bytes
from tests.sources.ascof_files import LONG_NAME, long_rows, sheets, workbook, write_csv

TABLE = "ascof/2024-25"
DECEMBER, JANUARY = "tiny-ascof-18-december-2025.ods", "tiny-ascof-23-january-2026.ods"
Load = Callable[..., list[Loaded]]


@pytest.fixture
def load(home: Path, tiny: Register) -> Load:
    def run(*paths: Path, replace: bool = False) -> list[Loaded]:
        return Loader(home, tiny, replace=replace).load(paths)

    return run


def changed(folder: Path, name: str, value: object) -> Path:
    """The workbook with another numerator of 3D(2a) for Ashvale (41 as published; row 7), and its outcome to match."""
    content = sheets()
    row = content["Table_3d(2a)"][6]
    row[3], row[5] = value, round(100 * value / 182, 1) if isinstance(value, float) else value
    return workbook(folder, content, name)


def ashvale(home: Path, tiny: Register) -> float:
    (_, result), *_ = read_all(home, tiny)
    found = result.observations.filter(item="ascof2023/3D(2a)", area="ashvale", part="numerator")
    return float(found["value"][0])


# One file


def test_a_table_is_kept_as_the_publishers_own_file_under_its_own_name(
    load: Load, home: Path, tiny: Register, tmp_path: Path
) -> None:
    path = workbook(tmp_path)
    (done,) = load(path)
    assert (done.outcome, done.sentence) == ("loaded", "New.")
    kept = index(home)[TABLE]
    assert kept == done.kept
    stored = home / kept.path
    assert stored.read_bytes() == path.read_bytes()
    assert stored.name == path.name, "only the name says the year and the revision of some publishers' files"
    assert (kept.bytes, kept.sha256) == (path.stat().st_size, library.fingerprint(path))


def test_a_year_that_only_the_name_says_is_the_same_year_when_read_again(
    load: Load, home: Path, tiny: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A checksum may hold four digits that look like a financial year: "1617" must not become 2016-17.
    monkeypatch.setattr(library, "fingerprint", lambda _: "a1617b" + "0" * 58)
    (done,) = load(write_csv(tmp_path / LONG_NAME, long_rows()))
    assert done.kept is not None
    assert done.kept.periods == ["2019-20"]
    ((kept, result),) = read_all(home, tiny)
    assert (kept.table, result.table, result.periods) == (done.kept.table, done.kept.table, ("2019-20",))


def test_the_index_counts_what_is_known_of_the_cells(load: Load, tmp_path: Path, tiny: Register) -> None:
    path = workbook(tmp_path)
    (done,) = load(path)
    result = sources.read(path, tiny)
    assert done.kept is not None
    tally = dict(result.observations["status"].value_counts().iter_rows())
    got = done.kept
    assert (got.values, got.suppressed, got.missing) == (tally["published"], tally["suppressed"], tally["missing"])
    assert min(got.values, got.suppressed, got.missing) > 0
    assert got.not_applicable == tally.get("not_applicable", 0)
    assert got.rejected + got.warnings == result.rejects.height
    assert sum(got.why.values()) == got.rejected


def test_loading_the_same_file_twice_changes_no_byte(load: Load, home: Path, tmp_path: Path) -> None:
    path = workbook(tmp_path)
    load(path)
    before = spread_of_bytes(home)
    (done,) = load(path)
    assert done.outcome == "unchanged"
    assert "already loaded; nothing changed" in done.sentence
    assert spread_of_bytes(home) == before


def test_the_same_bytes_under_another_name_are_the_same_file(load: Load, home: Path, tmp_path: Path) -> None:
    load(workbook(tmp_path))
    before = spread_of_bytes(home)
    (done,) = load(Path(shutil.copy(tmp_path / "tiny-ascof.ods", tmp_path / "tiny-ascof (1).ods")))
    assert done.outcome == "unchanged"
    assert spread_of_bytes(home) == before


# Two files that say they are one table


def test_a_newer_revision_replaces_the_older_and_says_so(
    load: Load, home: Path, tiny: Register, tmp_path: Path
) -> None:
    load(workbook(tmp_path, name=DECEMBER))
    (done,) = load(changed(tmp_path, JANUARY, 42.0))
    assert done.outcome == "replaced"
    assert done.sentence == f"Replaces revision 2025-12-18 ({DECEMBER})."
    assert ashvale(home, tiny) == 42.0
    stored = [p.name for p in (home / "sources").rglob("*") if p.is_file()]
    assert sorted(stored) == ["index.json", JANUARY], "the older file is not kept"
    assert len(list((home / "sources" / "ascof-2024-25").iterdir())) == 1


def test_an_older_revision_is_refused_and_says_what_is_loaded(load: Load, home: Path, tmp_path: Path) -> None:
    load(workbook(tmp_path, name=JANUARY))
    before = spread_of_bytes(home)
    (done,) = load(changed(tmp_path, DECEMBER, 42.0))
    assert done.outcome == "refused"
    assert done.sentence == (
        f"{DECEMBER}: This is revision 2025-12-18; revision 2026-01-23 is loaded. "
        "Use --replace to put this file in its place. Nothing was changed."
    )
    assert spread_of_bytes(home) == before


def test_the_order_of_the_revisions_in_one_command_does_not_matter(
    load: Load, home: Path, tiny: Register, tmp_path: Path
) -> None:
    older, newer = workbook(tmp_path, name=DECEMBER), changed(tmp_path, JANUARY, 42.0)
    assert [d.outcome for d in load(newer, older)] == ["loaded", "refused"]
    assert ashvale(home, tiny) == 42.0


@pytest.mark.parametrize(("value", "said"), [(42.0, "42"), ("[c]", "suppressed"), ("[x]", "missing"), (0.0, "0")])
def test_one_revision_with_two_figures_is_refused_naming_the_cell_and_both_figures(
    load: Load, home: Path, tmp_path: Path, value: object, said: str
) -> None:
    load(workbook(tmp_path, name="first.ods"))
    before = spread_of_bytes(home)
    (done,) = load(changed(tmp_path, "second.ods", value))
    assert done.outcome == "refused"
    assert done.sentence.startswith(f"second.ods: first.ods is loaded as {TABLE} with the same revision. ")
    assert "2 cells differ, first sheet Table_3d(2a), row 7, column" in done.sentence
    assert "ascof2023/3D(2a) (numerator) for ashvale in 2024-25" in done.sentence
    assert f"is 41 in the file loaded and {said} in this one" in done.sentence
    assert spread_of_bytes(home) == before


def test_a_figure_that_only_one_of_two_files_has_is_a_difference_too(load: Load, tmp_path: Path) -> None:
    load(workbook(tmp_path, name="first.ods"))
    content = sheets()
    del content["Table_3d(2a)"][6]
    (done,) = load(workbook(tmp_path, content, "second.ods"))
    assert done.outcome == "refused"
    assert "3 cells differ, first sheet Table_3d(2a), row 7" in done.sentence
    assert "in the file loaded and nothing in this one" in done.sentence


def test_the_same_figures_in_another_wrapping_are_refused_as_saying_the_same(
    load: Load, home: Path, tmp_path: Path
) -> None:
    load(workbook(tmp_path, name="first.ods"))
    before = spread_of_bytes(home)
    content = sheets()
    content["Cover"].append(["Another cover page"])
    (done,) = load(workbook(tmp_path, content, "second.ods"))
    assert done.outcome == "refused"
    assert "They say the same; only the wrapping differs." in done.sentence
    assert spread_of_bytes(home) == before


@pytest.mark.parametrize(("first", "second"), [(JANUARY, DECEMBER), ("first.ods", "second.ods")])
def test_with_replace_a_file_takes_the_tables_place_even_if_it_is_older_or_disagrees(
    load: Load, home: Path, tiny: Register, tmp_path: Path, first: str, second: str
) -> None:
    load(workbook(tmp_path, name=first))
    (done,) = load(changed(tmp_path, second, 42.0), replace=True)
    assert done.outcome == "replaced"
    assert first in done.sentence
    assert ashvale(home, tiny) == 42.0


# Folders, and files that are no official tables


def test_a_folder_passes_over_what_is_no_official_file_and_what_is_hidden(load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    (folder / "deep").mkdir(parents=True)
    (folder / ".cache").mkdir()
    workbook(folder / "deep")
    (folder / "letter.csv").write_text("Dear,council\n1,2\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (folder / "manifest.json").write_text("{}")
    (folder / "half.ods.part").write_bytes(b"PK")
    shutil.copy(folder / "deep" / "tiny-ascof.ods", folder / ".cache" / "hidden.ods")
    (folder / ".hidden.csv").write_text("a,b\n")
    done = load(folder)
    assert {d.path.name: d.outcome for d in done} == {
        "tiny-ascof.ods": "loaded", "letter.csv": "passed over", "picture.png": "passed over",
    }  # fmt: skip


def test_a_named_file_that_nobody_knows_is_refused_and_says_where_to_look(
    load: Load, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.csv").write_text("Dear,council\n1,2\n")
    (done,) = load(tmp_path / "letter.csv")
    assert done.outcome == "refused"
    assert done.sentence.startswith("letter.csv: This is not an official file that Evenhand knows.")
    assert "evenhand sources --known" in done.sentence
    assert index(home) == {}


def test_one_bad_file_does_not_stop_the_others(load: Load, home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "a-broken.ods"
    broken.write_bytes(workbook(tmp_path).read_bytes()[:900])
    done = load(tmp_path / "absent.ods", broken, workbook(tmp_path))
    assert [d.outcome for d in done] == ["refused", "refused", "loaded"]
    assert list(index(home)) == [TABLE]


def test_a_file_that_the_machine_will_not_open_is_refused_by_name(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(library.sources, "recognise", closed)
    (done,) = load(workbook(tmp_path))
    assert done.outcome == "refused"
    assert "tiny-ascof.ods: The file cannot be read: Permission denied." in done.sentence


def test_a_folder_of_too_many_files_is_refused_before_any_is_opened(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MAX_FILES", 2)
    folder = tmp_path / "downloads"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.csv").write_text("a\n")
    with pytest.raises(EvenhandError, match=r"There are 3 files here.*Nothing was loaded"):
        load(folder)


# Two at once, and a disk that fails


def test_a_second_process_is_told_that_the_first_is_loading(
    load: Load, home: Path, tmp_path: Path, child: Child
) -> None:
    child("from evenhand.edition.home import writing\nwith writing(HOME):\n    ready(); wait()")
    before = spread_of_bytes(home)
    with pytest.raises(Busy, match="Another Evenhand command is loading or building here"):
        load(workbook(tmp_path))
    assert spread_of_bytes(home) == before


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("stage", ["copying", "index"])
def test_a_disk_that_is_full_leaves_the_library_as_it_was(
    load: Load, home: Path, tiny: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    load(workbook(tmp_path, name=DECEMBER))
    before = spread_of_bytes(home)
    newer = changed(tmp_path, JANUARY, 42.0)
    with monkeypatch.context() as patch:
        if stage == "copying":

            def half(_source: Path, target: Path) -> None:
                Path(target).write_bytes(b"half")
                full()

            patch.setattr(library.shutil, "copyfile", half)
        else:
            patch.setattr("evenhand.edition.home.os.fsync", full)
        with pytest.raises(NoRoom, match=r"No space left on device.*Free some space.*untouched"):
            load(newer)
    after = spread_of_bytes(home)
    assert {k: after[k] for k in before} == before, "every file that was there is there, byte for byte"
    assert not [k for k in after if k.endswith(".part")], "what was half written gives its room back"
    assert ashvale(home, tiny) == 41.0
    (done,) = load(newer)
    assert done.outcome == "replaced", "with room again, the same command works"
    assert len([k for k in spread_of_bytes(home / "sources") if k != "index.json"]) == 1


def test_the_files_loaded_before_the_disk_was_full_stay_loaded(
    load: Load, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = iter([shutil.copyfile, full])

    def copy(source: Path, target: Path) -> None:
        next(copies)(source, target)

    monkeypatch.setattr(library.shutil, "copyfile", copy)
    with pytest.raises(NoRoom):
        load(workbook(tmp_path), write_csv(tmp_path / LONG_NAME, long_rows()))
    assert list(index(home)) == [TABLE]


# A library that somebody touched


def _cut(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes()[:-1])


def _touch(stored: Path) -> None:
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1
    stored.write_bytes(bytes(data))


@pytest.mark.parametrize("harm", [Path.unlink, _cut, _touch])
def test_a_stored_file_that_was_lost_or_changed_is_noticed_and_loading_it_again_mends_it(
    load: Load, home: Path, tiny: Register, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path = workbook(tmp_path)
    load(path)
    harm(home / index(home)[TABLE].path)
    with pytest.raises(UnreadableFile, match=r"is missing or was changed\. Load the publisher's file again\."):
        read_all(home, tiny)
    (done,) = load(path)
    assert (done.outcome, "whose stored copy was missing or changed" in done.sentence) == ("replaced", True)
    assert ashvale(home, tiny) == 41.0


@pytest.mark.parametrize("harm", [Path.unlink, _cut])
def test_another_file_of_the_same_revision_may_take_a_lost_ones_place(
    load: Load, home: Path, tiny: Register, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    load(workbook(tmp_path, name="first.ods"))
    harm(home / index(home)[TABLE].path)
    (done,) = load(changed(tmp_path, "second.ods", 42.0))
    assert done.outcome == "replaced"
    assert ashvale(home, tiny) == 42.0


def test_a_lost_newer_file_does_not_let_an_older_one_in(load: Load, home: Path, tmp_path: Path) -> None:
    load(workbook(tmp_path, name=JANUARY))
    (home / index(home)[TABLE].path).unlink()
    (done,) = load(changed(tmp_path, DECEMBER, 42.0))
    assert done.outcome == "refused"


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"null", b"{}x", b'[{"table": "x"}]', b'["x"]', b"[null]", b'[{"table": "x", "surprise": 1}]', b"\xff"],
)
def test_a_damaged_index_is_named_and_nothing_is_loaded_over_it(
    load: Load, home: Path, tmp_path: Path, damage: bytes
) -> None:
    path = workbook(tmp_path)
    load(path)
    (home / "sources" / "index.json").write_bytes(damage)
    with pytest.raises(EvenhandError, match=r"index\.json: The list of loaded files is damaged\. Remove it and load"):
        load(path)
    (home / "sources" / "index.json").unlink()
    assert [d.outcome for d in load(path)] == ["loaded"], "what the sentence says to do works"


def test_the_index_is_in_the_order_of_the_tables_whatever_was_loaded_first(
    load: Load, home: Path, tmp_path: Path
) -> None:
    load(write_csv(tmp_path / LONG_NAME, long_rows()), workbook(tmp_path))
    rows = json.loads((home / "sources" / "index.json").read_text())
    tables = [r["table"] for r in rows]
    assert tables == sorted(tables) == list(index(home))


def test_what_is_read_back_is_counted_by_todays_reader(load: Load, home: Path, tiny: Register, tmp_path: Path) -> None:
    load(workbook(tmp_path))
    path = home / "sources" / "index.json"
    (row,) = json.loads(path.read_text())
    path.write_text(json.dumps([row | {"values": 1, "warnings": 99}]))
    ((kept, result),) = read_all(home, tiny)
    assert kept.values == result.observations.filter(status="published").height
    assert kept.warnings != 99


def test_an_empty_home_has_an_empty_library(home: Path, tiny: Register) -> None:
    assert index(home) == {}
    assert read_all(home, tiny) == []
