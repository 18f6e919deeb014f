"""The audit is only ever added to, whatever SQL is sent: each way to break the rule is tried on the database."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from evenhand.site.audit import triggers
from evenhand.site.audit.models import Detail, Event
from evenhand.site.audit.services import Who, erase_details, record, sign
from tests.site.audit.flushing import unguarded

pytestmark = pytest.mark.django_db
WHO = Who("tester", "auditor")
COLUMNS = 'number, at, actor, role, verb, subject, "case", why, request, detail_seal, previous, seal'
ROW = "SELECT {number}, at, actor, role, verb, subject, \"case\", why, request, '', {previous}, {seal} FROM audit_event"
NEXT = "(SELECT max(number) + 1 FROM audit_event)"
LAST_SEAL = "(SELECT seal FROM audit_event ORDER BY number DESC LIMIT 1)"
FRESH = f"'{'f' * 64}'"


@pytest.fixture(autouse=True)
def chain() -> None:
    """1 and 2 change a case, 3 is a view without a detail, 4 erases the details of 1 and 2, 5 is signed, 6 changes."""
    with transaction.atomic():
        record(WHO, "people.person.change", "person:a", case="a", before={"name": "A"}, after={"name": "B"})
        record(WHO, "people.person.change", "person:a", case="a", after={"name": "C"})
        record(WHO, "people.person.view", "person:b", case="b")
        erase_details(WHO, "a", "The law asks for it")
        sign(WHO)
        record(WHO, "people.person.change", "person:b", case="b", after={"name": "D"})
        connection.check_constraints()  # PostgreSQL truncates nothing while foreign keys wait to be checked


def event(number: str = NEXT, previous: str = LAST_SEAL, seal: str = FRESH, how: str = "INSERT", also: str = "") -> str:
    """SQL that puts in a copy of the first event with this number, previous and seal."""
    row = ROW.format(number=number, previous=previous, seal=seal)
    head, first = ("rowid, ", f"SELECT {also}, ") if also else ("", "SELECT ")
    return f"{how} INTO audit_event ({head}{COLUMNS}) {row.replace('SELECT ', first, 1)} WHERE number = 1"


def everything() -> list[list[tuple[object, ...]]]:
    """Every row of every table."""
    out = []
    with connection.cursor() as cursor:
        for table in triggers.TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY {triggers.KEYS[table]}")
            out.append(list(cursor.fetchall()))
    return out


def refused(sql: str, match: str = "only ever added to") -> None:
    """The database refuses it, and nothing changed. A role that is no superuser may not even try to be a replica."""
    was, either = everything(), f"{match}|permission denied to set parameter"
    kinds = (IntegrityError, ProgrammingError)
    with pytest.raises(kinds, match=either), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert everything() == was


UPDATES = [
    (table, column)
    for table, columns in {
        "audit_event": COLUMNS.split(", "),
        "audit_detail": ["event_id", "salt", "content"],
        "audit_erasure": ["erased_id", "by_id"],
        "audit_checkpoint": ["event_id", "at", "seal", "key", "signature"],
    }.items()
    for column in columns
]


@pytest.mark.parametrize(("table", "column"), UPDATES)
def test_no_column_of_any_row_changes_even_to_what_it_is(table: str, column: str) -> None:
    refused(f"UPDATE {table} SET {column} = {column}", "no row changes")


@pytest.mark.parametrize("table", triggers.TABLES)
def test_no_row_goes(table: str) -> None:
    refused(f"DELETE FROM {table}", "no row goes")


def test_an_erased_detail_is_gone_and_the_others_stay() -> None:
    assert list(Detail.objects.values_list("event_id", flat=True)) == [6]


@pytest.mark.parametrize(
    ("what", "sql", "why"),
    [
        ("a number twice", event("2"), "not the next"),
        ("a number left out", event(f"{NEXT} + 1"), "not the next"),
        ("before the first", event("0"), "not the next"),
        ("sealed to an older event", event(previous="(SELECT seal FROM audit_event WHERE number = 2)"), "not sealed"),
        ("sealed to nothing", event(previous=f"'{triggers.FIRST}'"), "not sealed"),
        ("with the seal of another", event(seal="(SELECT seal FROM audit_event WHERE number = 2)"), "another event"),
        ("with half a seal", event(seal="'abc'"), "64 digits"),
        ("a second detail", "INSERT INTO audit_detail VALUES (6, 'salt', '{}')", "has a detail"),
        ("a detail put back", "INSERT INTO audit_detail VALUES (1, 'salt', '{}')", "not the newest"),
        ("a detail of no event", "INSERT INTO audit_detail VALUES (7, 'salt', '{}')", "not the newest"),
        ("an erasure by an old event", "INSERT INTO audit_erasure (erased_id, by_id) VALUES (2, 4)", "not belong"),
        ("an erasure by any event", "INSERT INTO audit_erasure (erased_id, by_id) VALUES (3, 6)", "not belong"),
        ("a checkpoint of any event", "INSERT INTO audit_checkpoint (event_id, at, seal, key, signature) "
         "SELECT 6, at, seal, '', '' FROM audit_event WHERE number = 6", "does not sign"),
    ],
)  # fmt: skip
def test_nothing_is_slipped_in(what: str, sql: str, why: str) -> None:
    refused(sql, why)


ONLY_HERE = {
    "sqlite": [
        ("the same number", event("2", how="INSERT OR REPLACE")),
        ("the same seal", event(seal="(SELECT seal FROM audit_event WHERE number = 2)", how="INSERT OR REPLACE")),
        ("the same hidden rowid", event(how="INSERT OR REPLACE", also="(SELECT rowid FROM audit_event LIMIT 1)")),
        ("replace into", event("2", how="REPLACE")),
        ("ignored", event("2", how="INSERT OR IGNORE")),
        ("upsert", event("2") + " ON CONFLICT (number) DO UPDATE SET why = 'another'"),
        ("update or replace", "UPDATE OR REPLACE audit_event SET number = 2 WHERE number = 3"),
        ("a detail", "REPLACE INTO audit_detail VALUES (6, 'salt', '{}')"),
        ("a detail by its rowid", "INSERT OR REPLACE INTO audit_detail (rowid, event_id, salt, content) "
         "VALUES ((SELECT rowid FROM audit_detail), 7, 'salt', '{}')"),
        ("an erasure", "REPLACE INTO audit_erasure (erased_id, by_id) VALUES (1, 6)"),
        ("a checkpoint", "REPLACE INTO audit_checkpoint SELECT * FROM audit_checkpoint"),
    ],
    "postgresql": [
        *((f"all of {table}", f"TRUNCATE {table} CASCADE") for table in triggers.TABLES),
        ("ignored", event("2") + " ON CONFLICT DO NOTHING"),
        ("upsert", event("2") + " ON CONFLICT (number) DO UPDATE SET why = 'another'"),
        ("as a replica", "SET LOCAL session_replication_role = replica; DELETE FROM audit_event WHERE number = 6"),
        ("behind a table that hides the real one from the triggers",
         "CREATE TEMPORARY TABLE audit_erasure (erased_id bigint, by_id bigint); INSERT INTO pg_temp.audit_erasure "
         "VALUES (6, 6); DELETE FROM audit_detail WHERE event_id = 6"),
        ("in passing", "WITH gone AS (DELETE FROM audit_event WHERE number = 6 RETURNING *) SELECT * FROM gone"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("what", "sql"), ONLY_HERE[connection.vendor])
def test_the_ways_around_that_one_database_alone_offers_are_closed(what: str, sql: str) -> None:
    refused(sql)


def test_two_rows_at_once_follow_one_another_or_neither_is_put_in() -> None:
    both = " UNION ALL ".join(
        ROW.format(number=number, previous=previous, seal=seal) + " WHERE number = 1"
        for number, previous, seal in (("7", LAST_SEAL, FRESH), ("8", LAST_SEAL, f"'{'e' * 64}'"))
    )
    refused(f"INSERT INTO audit_event ({COLUMNS}) SELECT * FROM ({both}) AS two", "not sealed")


def test_the_ways_that_stay_open_are_the_next_event_and_no_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute(event())
    assert Event.objects.count() == 7


def test_a_trigger_that_is_gone_or_changed_is_missed() -> None:
    assert triggers.missing(connection) == []
    with unguarded():
        assert len(triggers.missing(connection)) == (12 if connection.vendor == "sqlite" else 16)
    assert triggers.missing(connection) == []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_event_no_delete")
            cursor.execute(
                "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event WHEN 0 BEGIN SELECT 1; END"
            )
        else:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_delete")
        assert triggers.missing(connection) == ["audit_event_no_delete"]
        transaction.set_rollback(True)


def test_the_migration_has_no_way_back() -> None:
    from django.core.management import call_command
    from django.db.migrations.exceptions import IrreversibleError

    with pytest.raises((IrreversibleError, DatabaseError)):
        call_command("migrate", "audit", "0001", verbosity=0)
