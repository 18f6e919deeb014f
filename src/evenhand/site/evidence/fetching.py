"""Fetching the real figures from a page: one run at a time, in a process of its own, its progress kept in a file.

A run is ``evenhand fetch``, ``evenhand load`` and ``evenhand build``, one after the other. While it works it holds a
lock on ``EVENHAND_HOME/site/fetch.lock``; the operating system lets go of the lock when the process ends, however it
ends, so a run that died is never taken for one that is still working.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from evenhand.facts.errors import EvenhandError


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of a run: what people read while it works, what is run, and whether the run ends if it fails.

    ``fetch`` and ``load`` fail when one file of many could not be got or read; what did come is still worth building.
    """

    label: str
    argv: tuple[str, ...]
    needed: bool = True


# A process a verb, so that the page can say which of them is at work.
_MAIN = (sys.executable, "-c", "from evenhand.cli import main; main()")
COMMAND = "evenhand fetch --build"  # the same three, as a person types them
_VERBS = (
    ("Getting the official files from their publishers", ("fetch",), False),
    ("Reading the files", ("load", "{downloads}"), False),
    ("Building the edition", ("build",), True),
)


def steps(home: Path) -> tuple[Step, ...]:
    """The verbs of a run over a home."""
    return tuple(
        Step(label, (*_MAIN, *(word.format(downloads=home / "downloads") for word in verb)), needed)
        for label, verb, needed in _VERBS
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands. ``state`` is never, running, done, failed or stopped (it ended without saying how)."""

    state: str = "never"
    step: int = 0
    steps: int = len(_VERBS)
    label: str = ""
    sentence: str = ""
    started: str = ""
    finished: str = ""
    lines: list[str] = field(default_factory=list)  # the last lines that the program printed

    @property
    def running(self) -> bool:
        """Whether a run is at work now."""
        return self.state == "running"


def folder(home: Path) -> Path:
    """Where runs keep their lock, progress and log."""
    return home / "site"


def progress(home: Path) -> Progress:
    """How the latest run stands; a run whose process is gone without a last word is *stopped*."""
    try:
        told = Progress(**json.loads((folder(home) / "fetch.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Progress()
    except (json.JSONDecodeError, TypeError):
        return Progress(state="stopped", sentence="The record of the last run cannot be read. Start it again.")
    if told.running and not _locked(home):
        # The run may have ended between the two looks: read its last word once more before judging.
        told = Progress(**json.loads((folder(home) / "fetch.json").read_text(encoding="utf-8")))
        if told.running:
            sentence = f"The run stopped while it was at work: {told.label.lower()}. Start it again."
            return replace(told, state="stopped", sentence=sentence)
    return told


def start(home: Path, run: tuple[Step, ...] | None = None) -> bool:
    """Start a run in the background. False when one is at work already. Raises EvenhandError when it cannot start."""
    run = steps(home) if run is None else run
    place = folder(home)
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = os.open(place / "fetch.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as e:
        raise EvenhandError(
            f"The run cannot start: {place} cannot be written ({e.strerror}).", do="Make the folder writable."
        ) from e
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        write(home, Progress(state="running", step=1, steps=len(run), label=run[0].label, started=now()))
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "evenhand.site.evidence.job", str(home), json.dumps([asdict(s) for s in run])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(home),
            pass_fds=(lock,),  # the child holds the same lock until it ends
            start_new_session=True,  # closing the site's terminal does not end a download
        )
    finally:
        os.close(lock)
    threading.Thread(target=child.wait, daemon=True).start()  # no zombie stays behind
    return True


def write(home: Path, progress: Progress) -> None:
    """Keep how a run stands: written beside and renamed, so that a page never reads half of it."""
    path = folder(home) / "fetch.json"
    beside = path.with_name(f".fetch-{os.getpid()}.json")
    beside.write_text(json.dumps(asdict(progress), ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _environment(home: Path) -> Mapping[str, str]:
    # No colours and a fixed width: what the verbs print is kept in a log and shown on a page.
    return {**os.environ, "EVENHAND_HOME": str(home), "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100"}


def _locked(home: Path) -> bool:
    try:
        lock = os.open(folder(home) / "fetch.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
