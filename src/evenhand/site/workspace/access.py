"""Who has looked at people, when, and at which figure: lines that are only ever added, each naming the one before it.

No id of anybody is written here, so that the log can be read by whoever has to.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from evenhand.facts.errors import EvenhandError
from evenhand.site.workspace.runs import folder, private

FIRST = "0" * 16


@dataclass(frozen=True)
class Opening:
    """One opening. what: in words. people: how many were shown. after: the mark of the entry before."""

    when: str
    who: str
    what: str
    run: str
    people: int
    after: str = FIRST


def local_user() -> str:
    """The name of the user whose program this is; a number where the machine has no name for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def add(home: Path, *, what: str, run: str, people: int) -> None:
    """Write an opening down, on the disk before this returns. Raises EvenhandError: then nobody may be shown."""
    try:
        handle = os.open(_path(home), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            lines = log.read().splitlines()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            entry = Opening(now, local_user(), what, run, people, _mark(lines[-1]) if lines else FIRST)
            log.write(json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())
    except OSError as fault:
        raise EvenhandError(
            "Nobody can be shown, because it cannot be written down who looks.",
            do="See that there is room on the disk and that the home folder can be written.",
        ) from fault


def openings(home: Path) -> tuple[list[Opening], bool]:
    """Every opening, the newest first; and whether each names the one before it (no line was changed or removed)."""
    try:
        lines = _path(home).read_bytes().splitlines()
    except FileNotFoundError:
        return [], True
    out, before, whole = [], FIRST, True
    for line in lines:
        try:
            entry = Opening(**json.loads(line))
        except (ValueError, TypeError):
            whole = False
        else:
            whole = whole and entry.after == before
            out.append(entry)
        before = _mark(line)
    return out[::-1], whole


def _path(home: Path) -> Path:
    return private(folder(home)) / "access.jsonl"


def _mark(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]
