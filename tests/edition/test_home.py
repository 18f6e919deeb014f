"""The home folder: one writer at a time, and files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand.edition.home import Busy, NoRoom, full_disk, home_folder, write_whole, writing
from tests.edition.conftest import Child


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"EVENHAND_HOME": "/somewhere/else"}, Path("/somewhere/else")),
        ({"EVENHAND_HOME": "~/evidence"}, Path.home() / "evidence"),
    ],
)
def test_the_environment_says_where_the_home_is(environment: dict[str, str], folder: Path) -> None:
    assert home_folder(environment) == folder


@pytest.mark.parametrize("environment", [{}, {"EVENHAND_HOME": ""}])
def test_without_it_the_home_is_the_users_data_folder(environment: dict[str, str]) -> None:
    assert home_folder(environment).name == "evenhand"
    assert home_folder(environment).is_absolute()


def test_a_second_writer_is_told_at_once_that_the_first_is_at_work(home: Path) -> None:
    with writing(home), pytest.raises(Busy, match=r"try again\. Nothing was changed"), writing(home):
        pytest.fail("two writers at once")
    with writing(home):
        pass  # and once it has ended, another may write


def test_a_fault_while_writing_gives_the_lock_back(home: Path) -> None:
    with pytest.raises(KeyError), writing(home):
        raise KeyError
    with writing(home):
        pass


def test_the_lock_goes_with_a_process_that_is_killed(home: Path, child: Child) -> None:
    other = child("from evenhand.edition.home import writing\nwith writing(HOME):\n    ready(); wait()")
    with pytest.raises(Busy), writing(home):
        pytest.fail("the other process holds the lock")
    other.send_signal(signal.SIGKILL)
    other.wait()
    with writing(home):
        pass


def test_a_home_that_cannot_be_made_is_a_sentence_and_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(NoRoom, match=r"cannot be written: .* set EVENHAND_HOME to another folder"),
        writing(tmp_path / "file" / "home"),
    ):
        pytest.fail("there is no such folder")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_failing_disk_names_the_fault_and_the_file(number: int) -> None:
    with pytest.raises(NoRoom) as caught, full_disk(Path("home")):
        raise OSError(number, os.strerror(number), "some/file")
    assert os.strerror(number) in str(caught.value)
    assert "some/file" in str(caught.value)


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "index.json"
    write_whole(path, b"older")
    write_whole(path, b"old")
    assert [p.name for p in path.parent.iterdir()] == ["index.json"], "it was written under another name and renamed"

    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("evenhand.edition.home.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["index.json"], "what was begun gives its room back"


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system has no limit on the size of a file")
def test_a_real_limit_of_the_system_is_a_sentence_too(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from evenhand.edition.home import NoRoom, full_disk, write_whole\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    with full_disk(Path('.')): write_whole(Path(sys.argv[1]), bytes(100_000))\n"
        "except NoRoom as fault: print(fault)\n"
    )
    path = tmp_path / "large"
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert "The folder cannot be written: File too large." in done.stdout
    assert not path.exists()
