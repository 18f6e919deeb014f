"""The shelf of editions: whole or not there, one in use, and a reader that stays with what it opened."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import polars as pl
import pytest

from evenhand.edition import store
from evenhand.edition.home import Busy, NoRoom
from evenhand.edition.read import Edition, open_current, open_edition
from evenhand.edition.store import FORMAT, NoEdition, current_id, folder_of, listed, new_edition, remove, shelf, switch
from evenhand.facts.errors import EvenhandError
from tests.edition.conftest import Child
from tests.edition.tables import spread_of_bytes

ONE, TWO, THREE = "e-1111aaaa", "e-1122bbbb", "sim-3333cccc"


def put(home: Path, edition_id: str, figure: float = 1.0) -> Path:
    """A small edition on the shelf: one table and what is said about it."""
    with new_edition(home, edition_id) as folder:
        pl.DataFrame({"figure": [figure]}).write_parquet(folder / "values.parquet")
        (folder / "edition.json").write_text(json.dumps({"id": edition_id, "figure": figure, "format": FORMAT}))
    return shelf(home) / edition_id


def figure(edition: Edition) -> float:
    return float(edition.table("values").collect()["figure"][0])


def test_an_empty_shelf_says_how_to_get_an_edition(home: Path) -> None:
    assert current_id(home) is None
    assert listed(home) == []
    with pytest.raises(NoEdition, match=r"There is no edition yet\. Run `evenhand load`.*build --sample"):
        open_current(home)


def test_an_edition_is_in_use_as_soon_as_it_is_on_the_shelf(home: Path) -> None:
    folder = put(home, ONE)
    assert current_id(home) == ONE
    assert folder_of(home) == folder
    assert (shelf(home) / "current").read_bytes() == f"{ONE}\n".encode()


def test_editions_are_listed_in_the_order_in_which_they_were_built_and_one_is_in_use(home: Path) -> None:
    for i, name in enumerate((THREE, ONE, TWO)):
        folder = put(home, name)
        os.utime(folder / "edition.json", ns=(i * 10**9, i * 10**9))
    assert [e.id for e in listed(home)] == [THREE, ONE, TWO]
    switch(home, ONE)
    assert [(e.id, e.current) for e in listed(home)] == [(THREE, False), (ONE, True), (TWO, False)]


# While one is being built


def test_nobody_sees_an_edition_that_is_being_built(home: Path) -> None:
    put(home, ONE)
    with new_edition(home, TWO) as folder:
        (folder / "edition.json").write_text('{"half": ')
        assert [e.id for e in listed(home)] == [ONE]
        assert open_current(home).id == ONE
        for text in (TWO, folder.name, "."):
            with pytest.raises(NoEdition):
                folder_of(home, text)
        (folder / "edition.json").write_text("{}")
    assert current_id(home) == TWO


@pytest.mark.parametrize(
    ("fault", "raised"),
    [(RuntimeError("in the middle"), RuntimeError), (KeyboardInterrupt(), KeyboardInterrupt),
     (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), NoRoom)],
)  # fmt: skip
def test_a_build_that_fails_leaves_the_shelf_as_it_was(
    home: Path, fault: BaseException, raised: type[BaseException]
) -> None:
    put(home, ONE)
    before = spread_of_bytes(home)

    def half() -> None:
        with new_edition(home, TWO) as folder:
            (folder / "values.parquet").write_bytes(b"half")
            raise fault

    with pytest.raises(raised):
        half()
    assert spread_of_bytes(home) == before
    assert sorted(p.name for p in shelf(home).iterdir()) == ["current", ONE]


def test_a_full_disk_while_the_pointer_is_written_leaves_the_old_edition_in_use(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home, ONE)
    real = store.write_whole

    def full(path: Path, data: bytes) -> None:
        if path.name == store.POINTER:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data)

    monkeypatch.setattr(store, "write_whole", full)
    with pytest.raises(NoRoom):
        put(home, TWO)
    assert open_current(home).id == ONE
    monkeypatch.undo()
    put(home, TWO)
    assert current_id(home) == TWO, "the next build finds the same bytes and puts them in use"


def test_leftovers_of_builds_that_were_killed_are_cleared_away_by_the_next(home: Path) -> None:
    left = shelf(home) / f"{store.BUILDING}{ONE}"
    (left / "deep").mkdir(parents=True)
    (left / "deep" / "values.parquet").write_bytes(b"half")
    put(home, ONE)
    assert sorted(p.name for p in shelf(home).iterdir()) == ["current", ONE]
    assert not (shelf(home) / ONE / "deep").exists()


# The same again, and damage


def test_building_the_same_bytes_again_changes_nothing_and_puts_them_in_use(home: Path) -> None:
    folder = put(home, ONE)
    before, when = spread_of_bytes(folder), (folder / "edition.json").stat().st_mtime_ns
    put(home, TWO)
    put(home, ONE)
    assert current_id(home) == ONE
    assert spread_of_bytes(folder) == before
    assert (folder / "edition.json").stat().st_mtime_ns == when


def test_other_bytes_under_the_same_id_are_refused_by_name(home: Path) -> None:
    folder = put(home, ONE, 1.0)
    before = spread_of_bytes(folder)
    put(home, TWO)
    with pytest.raises(EvenhandError, match=rf"{ONE} was built before from the same files and its bytes differ now"):
        put(home, ONE, 2.0)
    assert spread_of_bytes(folder) == before
    assert current_id(home) == TWO


@pytest.mark.parametrize("name", ["values.parquet", "edition.json", store.CHECKSUMS])
@pytest.mark.parametrize("harm", ["cut", "lost"])
def test_building_again_mends_an_edition_that_was_damaged(home: Path, name: str, harm: str) -> None:
    folder = put(home, ONE)
    before = spread_of_bytes(folder)
    path = folder / name
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3])
    put(home, ONE)
    assert spread_of_bytes(folder) == before
    assert sorted(p.name for p in shelf(home).iterdir()) == ["current", ONE]


def test_a_damaged_edition_is_named_in_the_list_and_does_not_stop_the_one_in_use(home: Path) -> None:
    put(home, ONE)
    put(home, TWO, 2.0)
    (shelf(home) / ONE / "edition.json").write_text("{")
    assert figure(open_current(home)) == 2.0
    with pytest.raises(EvenhandError, match=rf"{ONE} is damaged"):
        listed(home)
    remove(home, ONE)
    assert [e.id for e in listed(home)] == [TWO]


# Choosing


def test_the_first_letters_of_an_id_are_enough_when_they_are_one_editions(home: Path) -> None:
    for name in (ONE, TWO, THREE):
        put(home, name)
    assert folder_of(home, "e-112").name == TWO
    assert open_edition(home, "sim").id == THREE
    assert switch(home, "e-111") == ONE
    assert current_id(home) == ONE


@pytest.mark.parametrize(
    ("text", "words"),
    [("e-11", "begins several editions' ids"), ("e-9", "No edition is called 'e-9'"), ("", "No edition is called ''"),
     ("../e-1111aaaa", "No edition is called"), ("E-1111", "No edition is called")],
)  # fmt: skip
def test_an_id_that_is_none_or_several_is_refused(home: Path, text: str, words: str) -> None:
    for name in (ONE, TWO):
        put(home, name)
    for verb in (folder_of, switch, remove):
        with pytest.raises(NoEdition, match=words):
            verb(home, text)
    assert current_id(home) == TWO


def test_the_edition_in_use_is_not_removed_and_another_is(home: Path) -> None:
    put(home, ONE)
    put(home, TWO)
    with pytest.raises(EvenhandError, match=rf"{TWO} is the edition in use\. Switch to another one first"):
        remove(home, "e-112")
    assert remove(home, "e-111") == ONE
    assert sorted(p.name for p in shelf(home).iterdir()) == ["current", TWO]


def test_a_pointer_to_an_edition_that_is_gone_is_said(home: Path) -> None:
    put(home, ONE)
    (shelf(home) / "current").write_text("e-gone\n")
    with pytest.raises(NoEdition, match="No edition is called 'e-gone'"):
        open_current(home)


def test_choosing_and_removing_wait_for_nobody(home: Path, child: Child) -> None:
    put(home, ONE)
    put(home, TWO)
    child("from evenhand.edition.home import writing\nwith writing(HOME):\n    ready(); wait()")
    for verb in (switch, remove):
        with pytest.raises(Busy):
            verb(home, ONE)
    assert open_current(home).id == TWO, "reading needs no lock"


# Reading while another is put in use


def test_a_reader_stays_with_the_edition_that_it_opened(home: Path) -> None:
    put(home, ONE, 1.0)
    before = open_current(home)
    lazy = before.table("values")
    put(home, TWO, 2.0)
    assert figure(before) == 1.0
    assert lazy.collect()["figure"].to_list() == [1.0]
    assert before.about["id"] == ONE
    assert figure(open_current(home)) == 2.0
