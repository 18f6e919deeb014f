"""A backup, put back on an empty machine, gives the same audit; killed half-way, it leaves nothing half done."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

POSTGRESQL = connection.vendor == "postgresql"
FILL = """
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from evenhand.edition.home import cld_key
from evenhand.site.audit.services import Who, erase_details, record, sign
from evenhand.site.config.environment import secret_key
from django.conf import settings
secret_key(settings.EVENHAND_HOME), cld_key(settings.EVENHAND_HOME)
call_command("migrate", verbosity=0)
for turn in range(8):
    with transaction.atomic():
        record(Who("tester"), "people.person.change", "person:a", case=f"case{turn % 2}", after={"name": f"N{turn}"})
erase_details(Who("tester"), "case1", "She asked")
sign()
"""
# Runs the command, and is killed at the moment when {function} is about to do its work for the {count}th time.
KILLED = """
import os, sys
count, real = [0], os.{function}
def killed(*given, **more):
    count[0] += str(given[-1]).endswith({ending!r})
    if count[0]:
        os.kill(os.getpid(), 9)
    return real(*given, **more)
os.{function} = killed
from evenhand.cli.app import run
run(sys.argv[1:])
"""


@dataclass
class Machine:
    """A home and a database of its own."""

    home: Path
    database: str

    def do(self, *words: str, code: str = "from evenhand.cli.app import run; import sys; run(sys.argv[1:])",
           **more: str) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Run the command, or other code, as this machine."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("EVENHAND_") and k != "DATABASE_URL"}
        environment |= {"EVENHAND_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings"}
        environment |= ({"DATABASE_URL": self.database} if self.database else {}) | more
        return subprocess.run(
            [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True, check=False
        )

    def says(self, *words: str) -> str:
        """What a command that succeeds says."""
        done = self.do(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *words: str, **more: str) -> str:
        """What a command that is refused says, in one line and without a traceback."""
        done = self.do(*words, **more)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: "), done.stderr
        return done.stderr

    def left(self) -> set[str]:
        """The names in the home, without its lock."""
        return {path.name for path in self.home.iterdir()} - {"lock"} if self.home.exists() else set()


def _server(database: str, *statements: str) -> None:
    """Send statements to a database of the server under test, outside any transaction."""
    import psycopg

    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"] or None, user=given["USER"] or None, password=given["PASSWORD"] or None,
        dbname=database, autocommit=True,
    ) as server:  # fmt: skip
        for statement in statements:
            server.execute(statement)  # type: ignore[arg-type]


def _address(database: str) -> str:
    given = connection.settings_dict
    secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return f"postgresql://{given['USER']}{secret}@{given['HOST']}:{given['PORT'] or 5432}/{database}"


@pytest.fixture(scope="module")
def databases() -> Iterator[tuple[str, str]]:
    """The addresses of two databases of our own: for the machine with records, and for the one that is emptied."""
    if not POSTGRESQL:
        yield "", ""
        return
    names = [f"{connection.settings_dict['NAME']}_{what}" for what in ("full", "other")]
    _server("postgres", *(f'DROP DATABASE IF EXISTS "{name}"' for name in names))
    _server("postgres", *(f'CREATE DATABASE "{name}"' for name in names))
    yield _address(names[0]), _address(names[1])
    _server("postgres", *(f'DROP DATABASE "{name}"' for name in names))


@pytest.fixture
def other(databases: tuple[str, str], tmp_path: Path) -> Machine:
    """An empty machine."""
    if POSTGRESQL:
        _server(databases[1].rpartition("/")[2], "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return Machine(tmp_path / "other" / "home", databases[1])


@pytest.fixture(scope="module")
def full(databases: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine with records."""
    made = Machine(tmp_path_factory.mktemp("full") / "home", databases[0])
    done = made.do(code=FILL)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def backup(full: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup."""
    out = tmp_path_factory.mktemp("kept") / "monday.backup"
    said = full.says("backup", str(out))
    assert "holds the records and the audit up to event 12, seal " in said
    assert "Keys in it: secret-key, audit-key, audit-keys.txt, cld.key." in said
    assert "personal data" in said
    return out


def verified(machine: Machine) -> list[str]:
    """The lines of a verification that leaves nothing behind."""
    return machine.says("audit", "verify", "--no-write").splitlines()


def test_an_empty_machine_has_the_same_audit_and_the_same_keys_afterwards(
    full: Machine, backup: Path, other: Machine
) -> None:
    said = other.says("restore", str(backup))
    head = json.loads(zipfile.ZipFile(backup).read("manifest.json"))["audit"]
    assert said == f"Restored. 12 events verified, up to seal {head['seal']}, as the backup says.\n"
    assert head["seal"] in verified(full)[1]
    assert verified(other)[0].startswith("13 events verified")  # that it was restored is an event too
    for name in ("secret-key", "audit-key", "audit-keys.txt", "cld.key"):
        assert (other.home / name).read_bytes() == (full.home / name).read_bytes()
        assert (other.home / name).stat().st_mode & 0o777 == 0o600
    names = {"secret-key", "audit-key", "audit-keys.txt", "cld.key"} | (set() if POSTGRESQL else {"evenhand.sqlite3"})
    assert {name for name in other.left() if not name.endswith(("-wal", "-shm"))} == names
    assert "only ever added to" in other.do(code=DELETE).stderr  # the triggers came too


DELETE = """
import django
django.setup()
from django.db import connection
connection.cursor().execute("DELETE FROM audit_event")
"""


def test_a_backup_is_for_its_owner_only_and_is_never_written_over(full: Machine, backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    was = backup.read_bytes()
    assert "There is a file of this name" in full.refuses("backup", str(backup))
    assert backup.read_bytes() == was
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_restoring_twice_is_refused_and_changes_nothing(backup: Path, other: Machine) -> None:
    other.says("restore", str(backup))
    was = verified(other)
    assert "The database is not empty." in other.refuses("restore", str(backup))
    assert verified(other) == was


def test_other_keys_are_not_written_over(backup: Path, other: Machine) -> None:
    other.home.mkdir(parents=True)
    (other.home / "cld.key").write_text("another")
    assert "has keys of its own: cld.key" in other.refuses("restore", str(backup))
    assert other.left() == {"cld.key"}


def test_what_is_there_is_set_aside_when_asked(backup: Path, other: Machine) -> None:
    other.says("restore", str(backup))
    (other.home / "cld.key").write_text("another")
    if POSTGRESQL:
        assert "Make an empty one with createdb" in other.refuses("restore", str(backup), "--replace")
        return
    with sqlite3.connect(other.home / "evenhand.sqlite3") as inside:
        inside.execute("SELECT * FROM audit_event").fetchone()
        assert "The database is in use. Stop the site" in other.refuses("restore", str(backup), "--replace")
    inside.close()
    assert "Restored. 12 events" in other.says("restore", str(backup), "--replace")
    (aside,) = other.home.glob("before-restore-*")
    assert {path.name for path in aside.iterdir()} == {"evenhand.sqlite3", "cld.key"}
    assert (aside / "cld.key").read_text() == "another"


def rewritten(backup: Path, to: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of the backup with each file changed."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return to


def _about(content: bytes, **given: Any) -> bytes:
    return json.dumps(json.loads(content) | given).encode()


DAMAGES: dict[str, tuple[Callable[[str, bytes], bytes], str]] = {
    "a byte of the database": (
        lambda name, content: content[:-1] + bytes([content[-1] ^ 1]) if name == "database" else content,
        "The backup is damaged: database is not what was put in.",
    ),
    "a key that is longer": (
        lambda name, content: content + b"x" if name == "audit-key" else content,
        "The backup is damaged: audit-key is not what was put in.",
    ),
    "another form": (
        lambda name, content: _about(content, form=2) if name == "manifest.json" else content,
        "made by another version of Evenhand",
    ),
    "a name outside the home": (
        lambda name, content: _about(content, files={"../evil": {"bytes": 1, "sha256": ""}, "database": {}})
        if name == "manifest.json" else content,
        "This is not a whole backup of Evenhand.",
    ),
    "another database": (
        lambda name, content: _about(content, database="sqlite" if POSTGRESQL else "postgresql")
        if name == "manifest.json" else content,
        "Set or unset DATABASE_URL to match.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_before_anything_is_put_anywhere(
    damage: str, backup: Path, other: Machine, tmp_path: Path
) -> None:
    change, says = DAMAGES[damage]
    assert says in other.refuses("restore", str(rewritten(backup, tmp_path / "damaged", change)))
    assert other.left() == set()


@pytest.mark.parametrize("part", [10, 0.999])
def test_a_backup_that_was_cut_short_is_refused(part: float, backup: Path, other: Machine, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(part if part >= 1 else part * len(whole))])
    assert "not a whole backup" in other.refuses("restore", str(tmp_path / "cut"))
    assert other.left() == set()


def test_a_backup_that_is_killed_leaves_no_file_and_the_next_one_tidies_up(full: Machine, tmp_path: Path) -> None:
    out = tmp_path / "tuesday.backup"
    killed = full.do("backup", str(out), code=KILLED.format(function="replace", ending="tuesday.backup"))
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()
    full.says("backup", str(out))
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("at", ["audit-key", "evenhand.sqlite3"])
def test_restoring_that_is_killed_leaves_no_database_and_can_be_done_again(
    at: str, backup: Path, other: Machine
) -> None:
    if POSTGRESQL and at == "evenhand.sqlite3":
        _fails_at_the_end(other, backup)
    else:
        killed = other.do("restore", str(backup), code=KILLED.format(function="link", ending=at))
        assert killed.returncode == -signal.SIGKILL
        assert "There are no records here" in other.refuses("audit", "verify")
    assert "Restored. 12 events" in other.says("restore", str(backup))
    assert not any(name.startswith(".") for name in other.left())


def _fails_at_the_end(other: Machine, backup: Path) -> None:
    """PostgreSQL stops pg_restore when the data are in and the triggers come: nothing of it stays."""
    import psycopg

    with psycopg.connect(other.database, autocommit=True) as server:
        server.execute("CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'stop'; END$$")
        server.execute("CREATE EVENT TRIGGER stop ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER') "
                       "EXECUTE FUNCTION stop()")  # fmt: skip
        assert "pg_restore failed" in other.refuses("restore", str(backup))
        server.execute("DROP EVENT TRIGGER stop")
        server.execute("DROP FUNCTION stop")
        found = server.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'audit_%'").fetchone()
        assert found == (0,)


def test_without_postgresqls_programs_the_refusal_says_what_to_install(full: Machine, tmp_path: Path) -> None:
    out = tmp_path / "wednesday.backup"
    if POSTGRESQL:
        assert "pg_dump is not on this machine" in full.refuses("backup", str(out), PATH="")
        assert not list(tmp_path.iterdir())
    else:
        assert full.do("backup", str(out), PATH="").returncode == 0


def test_what_is_no_backup_is_refused(other: Machine, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("words")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("hello", "x")
    for name in ("words", "zip"):
        assert "not a whole backup" in other.refuses("restore", str(tmp_path / name))
    assert "No such file" in other.refuses("restore", str(tmp_path / "none"))
