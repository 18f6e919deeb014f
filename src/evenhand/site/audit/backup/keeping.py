"""The two verbs: make a backup, restore one."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from evenhand import __version__
from evenhand.edition.home import full_disk, writing
from evenhand.facts.errors import EvenhandError, Where
from evenhand.site.audit import checkpoints, services
from evenhand.site.audit.backup import archive, databases
from evenhand.site.audit.verify import Verification, verify

WORK = ".evenhand-work-"  # folders of a run, with its process in the name: what a killed one left is removed later


@dataclass(frozen=True)
class Made:
    """A backup that was made. unsigned: why its newest event is not signed, in words; empty when it is."""

    events: int
    seal: str
    sha256: str
    keys: tuple[str, ...]
    unsigned: str


@dataclass(frozen=True)
class Restored:
    """A backup that was put back: what it said of its audit, and what the walk over it found afterwards."""

    events: int
    seal: str
    found: Verification

    @property
    def same(self) -> bool:
        """Whether the audit verifies, and ends where the backup says that it ended."""
        return self.found.whole and (self.found.head, self.found.seal) == (self.events, self.seal)


def make(out: Path) -> Made:
    """Write a backup of the records, the audit and the keys to one file, while the site runs.

    The backup is an event, and a checkpoint signs it; where that is refused (the audit lost its triggers, say) the
    backup is made all the same and says so. Raises EvenhandError when the file is there or cannot be written.
    """
    if out.exists():
        raise EvenhandError("There is a file of this name.", where=Where(str(out)), do="Give another name.")
    unsigned, signed = "", None
    try:
        with transaction.atomic():
            services.record(services.SYSTEM, "audit.backup.make", "audit:records")
            signed = services.sign()
    except EvenhandError as refused:
        unsigned = str(refused)
    with full_disk(out.parent), _work(out.parent) as folder:
        copied = folder / archive.DATABASE
        number, seal = databases.copy(copied)
        keys = {name: settings.EVENHAND_HOME / name for name in archive.KEYS}
        files = {archive.DATABASE: copied} | {name: path for name, path in keys.items() if path.is_file()}
        about: dict[str, Any] = {
            "evenhand": __version__,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": connection.vendor,
            "audit": {
                "events": number, "seal": seal, "checkpoint": checkpoints.as_dict(signed) if signed else None,
            },
        }  # fmt: skip
        digest = archive.write(out, about, files)
    return Made(number, seal, digest, tuple(name for name in files if name != archive.DATABASE), unsigned)


def restore(path: Path, *, replace: bool = False) -> Restored:
    """Put a backup into an empty home and database, then verify its audit.

    The sums are compared before anything is put anywhere. Keys come first and the database last, at once: a run that
    was killed leaves no database, and can be run again. replace: an SQLite database and other keys that are there are
    set aside in the home first. Raises EvenhandError; then nothing of the backup is in use.
    """
    home: Path = settings.EVENHAND_HOME
    try:
        opened = zipfile.ZipFile(path)
    except OSError as fault:
        raise EvenhandError(f"The backup cannot be read: {fault.strerror}.", where=Where(str(path))) from fault
    except zipfile.BadZipFile as fault:
        raise archive.not_one(path) from fault
    with opened, writing(home), full_disk(home), _work(home) as folder:
        about = archive.manifest(opened, path)
        _must_fit(about, path)
        _must_be_free(home, replace)
        archive.extract(opened, about, folder, path)
        databases.sound(folder / archive.DATABASE)
        others = _other_keys(home, folder, about)
        if others and not replace:
            raise EvenhandError(
                f"This home has keys of its own: {', '.join(others)}.", where=Where(str(home)),
                do="Restore into an empty home, or give --replace: what is there is then set aside.",
            )  # fmt: skip
        if replace:
            _make_way(home, others)
        for name in about.files:
            if name != archive.DATABASE and not (home / name).exists():
                os.link(folder / name, home / name)
        databases.put_back(folder / archive.DATABASE)
    return _check(about)


def _must_fit(about: archive.Manifest, path: Path) -> None:
    if about.database != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise EvenhandError(
            f"The backup is of {names[about.database]}, and this site uses {names[connection.vendor]}.",
            where=Where(str(path)), do="Set or unset DATABASE_URL to match.",
        )  # fmt: skip


def _must_be_free(home: Path, replace: bool) -> None:
    if not databases.is_empty() and not (replace and connection.vendor == "sqlite"):
        raise EvenhandError(
            "The database is not empty.", where=Where(str(home) if connection.vendor == "sqlite" else "DATABASE_URL"),
            do="Restore into an empty home, or give --replace: what is there is then set aside."
            if connection.vendor == "sqlite" else "Make an empty one with createdb, and name it in DATABASE_URL.",
        )  # fmt: skip


def _other_keys(home: Path, folder: Path, about: archive.Manifest) -> list[str]:
    """Keys that are in the home and differ from the backup's."""
    names = [name for name in about.files if name != archive.DATABASE and (home / name).exists()]
    return [name for name in names if (home / name).read_bytes() != (folder / name).read_bytes()]


def _make_way(home: Path, others: list[str]) -> None:
    """Set the database and the other keys aside, in a folder of the home that says when."""
    aside = home / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    databases.set_aside(aside)
    for name in others:
        aside.mkdir(mode=0o700, exist_ok=True)
        os.replace(home / name, aside / name)


def _check(about: archive.Manifest) -> Restored:
    """Verify what is in use now, and write down that it was restored."""
    given = about.audit.get("checkpoint")
    found = verify([checkpoints.from_dict(given)] if given else [])
    outcome = Restored(int(about.audit["events"]), str(about.audit["seal"]), found)
    try:
        with transaction.atomic():
            services.record(
                services.SYSTEM, "audit.backup.restore", "audit:records", why=f"A backup made {about.made}."
            )
    except (EvenhandError, DatabaseError) as refused:
        print(f"The restoring was not written down: {type(refused).__name__}.", file=sys.stderr)
    return outcome


@contextmanager
def _work(beside: Path) -> Iterator[Path]:
    """A folder of this run's own, for its owner only, removed at the end; and what killed runs left is removed."""
    beside.mkdir(parents=True, exist_ok=True)
    for left in beside.glob(f"{WORK}*"):
        if not _alive(left.name.removeprefix(WORK).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=f"{WORK}{os.getpid()}-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
