"""One run at a time, in a process of its own; how far it is is kept in a file, so that a page can tell after a reload.

As with fetching (``evidence.fetching``): while a run works it holds a lock that the operating system lets go of when
the process ends, however it ends, so a run that died is never taken for one at work.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from evenhand.compare.disclosure import Profile
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import folder as written
from evenhand.site.workspace.runs import MAKING, folder, private, sweep

# What people read while it works, in order. Each is what ``work`` says when that part begins.
STAGES = (
    "Reading", "Choosing submissions", "Finding people", "One row an event", "One row a person", "Measures",
    *written.STAGES, "Keeping the result",
)  # fmt: skip
WORK = "evenhand.site.workspace.work:work"  # what a run calls; a test puts its own in place


@dataclass(frozen=True)
class Wanted:
    """What a run is asked for. files: in the order of their receipt. code: "" when the records hold it.

    discharges: the name of the file of hospital discharges, "" without one.
    """

    run: str
    by: str
    council: str
    code: str
    slug: str
    start: date
    end: date
    received: date
    joined: bool
    release: int | None
    disclosure: Profile
    files: tuple[str, ...]
    discharges: str = ""

    @classmethod
    def loaded(cls, text: str) -> Wanted:
        """From what ``written`` gave."""
        held = json.loads(text)
        days = {name: date.fromisoformat(held[name]) for name in ("start", "end", "received")}
        return cls(**{**held, **days, "files": tuple(held["files"])})

    def written(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Progress:
    """How the latest run stands. state: never, running, done, failed, or stopped (it ended without a last word)."""

    state: str = "never"
    run: str = ""
    stage: str = ""
    council: str = ""
    sentence: str = ""
    started: str = ""
    incoming: str = ""  # the name of the folder of its records
    start: str = ""  # the period, as days in ISO form
    end: str = ""

    @classmethod
    def of(cls, wanted: Wanted, incoming: Path) -> Progress:
        """A run that begins."""
        period = wanted.start.isoformat(), wanted.end.isoformat()
        return cls("running", wanted.run, STAGES[0], wanted.council, "", now(), incoming.name, *period)

    @property
    def running(self) -> bool:
        """Whether a run is at work now."""
        return self.state == "running"

    @property
    def at(self) -> int:
        """The place of the stage in STAGES, from 1; 0 for one that is not in it."""
        return STAGES.index(self.stage) + 1 if self.stage in STAGES else 0


def progress(home: Path) -> Progress:
    """How the latest run stands. What a run that died has left behind is removed before this returns."""
    told = _told(home)
    if told.running and not _locked(home):
        told = _told(home)  # it may have ended between the two looks
        if told.running:
            said = f"It stopped at “{told.stage}”. Nothing of it was kept. Measure again."
            told = replace(told, state="stopped", sentence=said)
            write(home, told)
            sweep(home, told.incoming, f"{MAKING}{told.run}")
    return told


def tidy(home: Path) -> None:
    """When the site starts: remove what a run or an upload left behind that ended with the machine or the site."""
    if not progress(home).running:
        sweep(home)


def start(home: Path, incoming: Path, wanted: Wanted) -> bool:
    """Start measuring what came. False when a run is at work already. Raises EvenhandError when it cannot start."""
    try:
        lock = os.open(private(folder(home)) / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise EvenhandError("The run cannot start.", do="Make the home folder writable.") from fault
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        (incoming / "wanted.json").write_text(wanted.written(), encoding="utf-8")
        write(home, Progress.of(wanted, incoming))
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "evenhand.site.workspace.job", str(home), str(incoming), WORK],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "EVENHAND_HOME": str(home)},
            pass_fds=(lock,),  # the child holds the same lock until it ends
            start_new_session=True,  # closing the terminal of the site does not end a run
        )  # fmt: skip
    finally:
        os.close(lock)
    threading.Thread(target=child.wait, daemon=True).start()  # no zombie stays behind
    return True


def write(home: Path, told: Progress) -> None:
    """Keep how a run stands: written beside and renamed, so that a page never reads half of it."""
    path = private(folder(home)) / "progress.json"
    beside = path.with_name(f".progress-{os.getpid()}")
    beside.write_text(json.dumps(asdict(told), ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _told(home: Path) -> Progress:
    try:
        return Progress(**json.loads((folder(home) / "progress.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Progress()
    except (ValueError, TypeError):
        return Progress(state="stopped", sentence="The record of the last run cannot be read. Measure again.")


def _locked(home: Path) -> bool:
    try:
        lock = os.open(folder(home) / "run.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
