"""Copying a database while it is in use, and putting a copy into an empty one, as each database does it.

SQLite: its own online backup, which is one moment of the database; put back by linking the whole file into place.
PostgreSQL: ``pg_dump`` of an exported snapshot and ``pg_restore`` in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from evenhand.facts.errors import EvenhandError, Where
from evenhand.site.audit.models import FIRST_SEAL

NEWEST = "SELECT number, seal FROM audit_event ORDER BY number DESC LIMIT 1"
VARIABLES = {
    "HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE",
}  # fmt: skip
OPTIONS = {
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}  # fmt: skip
Head = tuple[int, str]


def copy(out: Path) -> Head:
    """Write one moment of the database to a file; the newest event's number and seal at that moment."""
    return _copy_sqlite(out) if connection.vendor == "sqlite" else _copy_postgresql(out)


def _copy_sqlite(out: Path) -> Head:
    source = sqlite3.connect(f"{Path(_sqlite_file()).as_uri()}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(out)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        return target.execute(NEWEST).fetchone() or (0, FIRST_SEAL)


def _copy_postgresql(out: Path) -> Head:
    program = _program("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        cursor.execute(NEWEST)
        head = cursor.fetchone() or (0, FIRST_SEAL)
        _run(
            program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={out}",
            "--no-password",
        )  # fmt: skip
    return int(head[0]), str(head[1])


def is_empty() -> bool:
    """Whether the database that the settings name holds nothing yet."""
    if connection.vendor == "sqlite":
        return not Path(_sqlite_file()).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind <> 't' AND "
            "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' AND "
            "n.nspname NOT LIKE 'pg_temp%'"
        )
        return bool(cursor.fetchone()[0] == 0)


def put_back(copied: Path) -> None:
    """Put the copy into the empty database, all or nothing. Raises EvenhandError."""
    connection.close()
    if connection.vendor == "sqlite":
        target = Path(_sqlite_file())
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(copied, target)  # refuses where a database has come to be in the meantime
        except FileExistsError as fault:
            raise EvenhandError("There is a database already.", where=Where(str(target))) from fault
        return
    _run(
        _program("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        "--no-password", f"--dbname={connection.settings_dict['NAME']}", str(copied),
    )  # fmt: skip


def sound(copied: Path) -> None:
    """Raise EvenhandError for a copy that its database could not read."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(f"{copied.as_uri()}?mode=ro", uri=True)) as held:
            try:
                answer = held.execute("PRAGMA integrity_check").fetchone()
            except sqlite3.DatabaseError:
                answer = None
        if answer != ("ok",):
            raise EvenhandError("The database in the backup is not a sound one.", do="Use an earlier backup.")
    else:
        _run(_program("pg_restore"), "--list", str(copied))


def set_aside(folder: Path) -> None:
    """Link the SQLite database that is in use into a folder and make way. Raises EvenhandError while it is open."""
    if connection.vendor != "sqlite":
        raise EvenhandError(
            "A PostgreSQL database is not replaced.", do="Make an empty one with createdb, and name it in DATABASE_URL."
        )
    connection.close()
    path = Path(_sqlite_file())
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1)) as held:
            held.execute("PRAGMA journal_mode=DELETE")  # brings the log in; refused while anybody has it open
    except sqlite3.OperationalError as fault:
        raise EvenhandError("The database is in use.", do="Stop the site, then restore.") from fault
    folder.mkdir(mode=0o700)
    os.link(path, folder / path.name)
    path.unlink()


def _sqlite_file() -> str:
    return str(connection.settings_dict["NAME"])


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise EvenhandError(
            f"{name} is not on this machine.", do="Install PostgreSQL's client programs, as new as the server or newer."
        )
    return found


def _run(*command: str) -> None:
    """Run a program of PostgreSQL's. The password goes by the environment, where other users cannot read it."""
    given: dict[str, Any] = connection.settings_dict
    environment = dict(os.environ)
    environment |= {there: str(given[here]) for here, there in VARIABLES.items() if given.get(here)}
    options = given.get("OPTIONS") or {}
    environment |= {there: str(options[here]) for here, there in OPTIONS.items() if options.get(here)}
    done = subprocess.run(  # noqa: S603  (our own words and a file's name, without a shell)
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        # The first line says what failed; the ones after it may quote a person's row.
        said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[0]
        raise EvenhandError(f"{Path(command[0]).name} failed: {said}", do="Nothing was changed.")
