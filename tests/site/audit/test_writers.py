"""Writers of the chain at once: no number twice, none left out, each event sealed to the one before it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction

from evenhand.facts.errors import EvenhandError
from evenhand.site.audit import guard
from evenhand.site.audit.models import Detail, Event
from evenhand.site.audit.services import Who, record
from evenhand.site.audit.verify import verify
from tests.site.audit.flushing import unguarded

WHO = Who("tester", "auditor")
ENVIRONMENT = os.environ | {"DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings"}
WRITE = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"] |= {"NAME": sys.argv[1], "TEST": {}}
django.setup()
from django.db import transaction
from evenhand.site.audit.services import Who, record
print("ready", flush=True)
sys.stdin.readline()
for turn in range(int(sys.argv[3])):
    with transaction.atomic():
        record(Who(sys.argv[2]), "people.person.change", f"turn:{turn}", after={"turn": turn})
"""


def only_postgresql(test: Any) -> Any:
    """The test on PostgreSQL; elsewhere there is no such test."""
    return test if connection.vendor == "postgresql" else None


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_make_one_chain(tmp_path: Any) -> None:
    name, turns = _where_others_can_reach(tmp_path), 25
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, name, f"writer{number}", str(turns)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )
        for number in range(3)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    _one_chain(name, 3 * turns)


@only_postgresql  # SQLite's transactions begin with the lock: there is nothing to have read before
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_waited_for_another_is_sealed_to_what_that_one_committed() -> None:
    """READ COMMITTED: what is read after the lock must be what the other wrote, not what was there when it began."""
    holds, waits = threading.Event(), threading.Event()
    seen: list[int] = []

    def second() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM audit_event")  # its transaction has a snapshot from before
                cursor.execute("SELECT pg_backend_pid()")
                seen.append(cursor.fetchone()[0])
            holds.wait(10)
            waits.set()
            seen.append(record(WHO, "a", "second").number)
        connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        record(WHO, "a", "first")
        other.start()
        holds.set()
        waits.wait(10)
        _until_it_waits(seen[0])
    other.join(10)
    assert seen[1] == 2
    assert verify().whole


def _until_it_waits(process: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s", [process]
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("the second writer did not wait")


def _where_others_can_reach(folder: Any) -> str:
    """The name of a database with the audit's tables that other processes can open."""
    if connection.vendor == "postgresql":
        return str(connection.settings_dict["NAME"])
    path = str(folder / "audit.sqlite3")
    code = (
        "import sys, django; from django.conf import settings; settings.DATABASES['default']['NAME'] = sys.argv[1]; "
        "django.setup(); from django.core.management import call_command; call_command('migrate', 'audit', verbosity=0)"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True, env=ENVIRONMENT)
    return path


def _one_chain(name: str, count: int) -> None:
    """Verify in a process of its own, as an auditor would."""
    code = (
        "import sys, django; from django.conf import settings; settings.DATABASES['default']['NAME'] = sys.argv[1]; "
        "django.setup(); from evenhand.site.audit.verify import verify; found = verify(); "
        "print(found.whole, found.events, found.head)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name], check=True, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", str(count), str(count)]


# --- one writer -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_event_goes_with_the_change_that_was_undone() -> None:
    with transaction.atomic():
        record(WHO, "a", "b", after={"x": 1})
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert not Detail.objects.exists()
    with transaction.atomic():
        assert record(WHO, "a", "b").number == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction of its change"):
        record(WHO, "a", "b")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "fault", "says"),
    [
        ({"why": "x" * 501}, EvenhandError, "The reason has 501 letters. Give it in at most 500."),
        ({"verb": "x" * 61}, ValueError, "verb of an event has 61 letters"),
        ({"subject": "a\x00b"}, ValueError, "subject of an event has a NUL"),
        ({"after": {"x": object()}}, TypeError, "object has no place in an audit event"),
        ({"after": {"x": float("nan")}}, ValueError, "Out of range float"),
    ],
)
def test_what_one_of_the_databases_could_not_hold_is_refused_on_both(
    given: dict[str, Any], fault: type[Exception], says: str
) -> None:
    with pytest.raises(fault, match=says), transaction.atomic():
        record(WHO, **({"verb": "a", "subject": "b"} | given))
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_detail_is_canonical_json_with_dates_as_text() -> None:
    with transaction.atomic():
        record(WHO, "a", "b", before={}, after={"z": date(2026, 4, 1), "a": "é"})
    assert Detail.objects.get().content == '{"after":{"a":"é","z":"2026-04-01"},"before":{}}'


@pytest.mark.django_db
def test_nothing_is_recorded_where_the_triggers_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_SEEN", set())
    with unguarded(), pytest.raises(EvenhandError, match="triggers are missing or changed"), transaction.atomic():
        record(WHO, "a", "b")
    with transaction.atomic():
        assert record(WHO, "a", "b").number == 1


@pytest.mark.django_db
def test_the_system_check_names_lost_triggers() -> None:
    assert guard.check(databases=["default"]) == []
    with unguarded():
        (found,) = guard.check(databases=["default"])
    assert found.id == "audit.E001"
    assert "audit_event_no_delete" in found.msg
    assert guard.check(databases=None) == []
