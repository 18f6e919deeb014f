"""Where Evenhand keeps things: one folder, and one lock for whoever writes there.

EVENHAND_HOME/
    sources/index.json          what is loaded, table by table
    sources/<table>/<checksum>/<file>  the publishers' files as they came, names too
    downloads/                  what ``evenhand fetch`` got, with its manifest
    editions/<id>/              immutable editions
    editions/current            the id of the one in use (a one-line file, replaced at once)
    cld.key                     hides the ids of people in client-level records
    lock                        held by the one writer
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evenhand.facts.errors import EvenhandError, Where


class Busy(EvenhandError):
    """Somebody else is loading or building in the same home."""


class NoRoom(EvenhandError):
    """The disk is full, or the folder cannot be written."""


def home_folder(environment: Mapping[str, str]) -> Path:
    """EVENHAND_HOME, or the user's data folder."""
    if environment.get("EVENHAND_HOME"):
        return Path(environment["EVENHAND_HOME"]).expanduser()
    from platformdirs import user_data_path

    return user_data_path("evenhand", appauthor=False)


KEY_BYTES = 32


def cld_key(home: Path) -> bytes:
    """The home's own key that hides people's ids, made the first time, for this user only. Raises OSError."""
    own = home / "cld.key"
    if not own.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = own.with_suffix(f".{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        try:
            os.link(fresh, own)  # whoever is first makes the key; two runs at once then use the same one
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return own.read_bytes().strip()


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the home's only writing lock. Raises Busy at once when somebody else holds it.

    The lock goes with the process: one that was killed leaves no lock behind.
    """
    from filelock import FileLock, Timeout

    with full_disk(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:  # an OSError too, so it must be caught before full_disk sees it
            raise Busy(
                "Another Evenhand command is loading or building here.",
                where=Where(str(home)),
                do="Wait for it to end and try again. Nothing was changed.",
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def full_disk(home: Path) -> Iterator[None]:
    """Turn a failing disk into a sentence. What was being written must be in a temporary place until it is whole."""
    try:
        yield
    except OSError as fault:
        raise NoRoom(
            f"The folder cannot be written: {fault.strerror or fault}.",
            where=Where(str(fault.filename or home)),
            do="Free some space or set EVENHAND_HOME to another folder. What was there before is untouched.",
        ) from fault


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if the machine stops in between. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(path) as part:
        with part.open("wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        os.replace(part, path)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write under first; what is left there after a fault is removed: a disk may be full."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise
