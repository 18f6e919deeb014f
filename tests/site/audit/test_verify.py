"""Verification finds any altered byte and any row that was removed, put in or swapped, and names it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from evenhand.site.audit import keys, triggers
from evenhand.site.audit import verify as verifying
from evenhand.site.audit.models import Checkpoint, Detail, Erasure, Event
from evenhand.site.audit.seals import event_seal
from evenhand.site.audit.services import SYSTEM, Who, erase_details, record, sign
from evenhand.site.audit.verify import verify
from tests.site.audit.flushing import take_off

pytestmark = pytest.mark.django_db
WHO = Who("tester", "auditor", "request1")
CHANGE = "people.person.change"


def act(case: str, **after: Any) -> Event:
    """A change to a case."""
    with transaction.atomic():
        return record(WHO, CHANGE, f"person:{case}", case=case, why="Asked", before={"x": 1}, after=after)


@pytest.fixture
def chain() -> None:
    """Six events: a change that is erased by the third, a view, the erasure, a checkpoint, and two changes."""
    act("aa", name="Ada")
    with transaction.atomic():
        record(WHO, "people.person.view", "person:bb", case="bb", why="Visit")
    assert erase_details(WHO, "aa", "She asked") == 1
    sign(WHO)
    act("bb", born=date(1950, 5, 17))
    act("bb", name="Béla")


@pytest.fixture
def open_chain(chain: None) -> Iterator[None]:
    """The chain in the hands of somebody who owns the database: no trigger, and foreign keys look away."""
    take_off()
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA defer_foreign_keys=ON" if connection.vendor == "sqlite" else "SET CONSTRAINTS ALL DEFERRED"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying.triggers, "missing", lambda connection: [])  # or that alone would be found
        yield
    transaction.set_rollback(True)


def run(sql: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def first() -> str:
    """The first finding, in words; empty when the chain is whole."""
    found = verify().findings
    return str(found[0]) if found else ""


def test_a_chain_that_nobody_touched_is_whole(chain: None) -> None:
    found = verify()
    assert found.whole, found.findings
    assert (found.events, found.head, found.checkpoints, found.signed_to) == (6, 6, 1, 4)
    assert found.seal == Event.objects.get(number=6).seal


def test_an_empty_chain_is_whole() -> None:
    assert verify() == verifying.Verification()


def test_a_chain_without_its_triggers_is_not_vouched_for(chain: None) -> None:
    take_off()
    assert "trigger audit_event_no_update is missing" in " ".join(map(str, verify().findings))
    transaction.set_rollback(True)


# --- any altered byte -----------------------------------------------------------------------------------------------


def other(byte: int, place: int) -> int:
    """What the byte at a place is altered to: by turns its lowest bit, its letter's case and its highest bit; a space
    to the T that times may have instead."""
    return ord("T") if byte == ord(" ") else (byte ^ (1, 0x20, 0x80)[place % 3]) or 1


def alterations(value: object) -> Iterator[object]:
    """Every value that differs in one byte, as far as the column's type can hold it."""
    text = value.encode() if isinstance(value, str) else str(value).encode()
    for place, byte in enumerate(text):
        changed = text[:place] + bytes([other(byte, place)]) + text[place + 1 :]
        yield changed if connection.vendor == "sqlite" else changed.decode("utf-8", "replace")


def stored(table: str, column: str) -> list[tuple[Any, Any]]:
    """(key, value) of every row, a time as the database writes it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {triggers.KEYS[table]}, CAST({column} AS text) FROM {table} ORDER BY 1")
        return list(cursor.fetchall())


COLUMNS = [
    (model._meta.db_table, f'"{field.column}"')
    for model in (Event, Detail, Erasure, Checkpoint)
    for field in model._meta.concrete_fields
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_any_single_altered_byte_is_found(open_chain: None, table: str, column: str) -> None:
    key, tried, missed = triggers.KEYS[table], 0, []
    text = "CAST(%s AS TEXT)" if connection.vendor == "sqlite" else "%s"
    for row, value in stored(table, column):
        for changed in alterations(value):
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        run(f"UPDATE {table} SET {column} = {text} WHERE {key} = %s", changed, row)
                except DatabaseError:
                    continue  # the database itself cannot hold it, or another row has it
                if connection.vendor == "sqlite" or (row, value) not in stored(table, column):
                    tried += 1  # PostgreSQL reads "T" as " " in a time: then nothing was altered
                    if verify().whole:
                        missed.append((row, value, changed))
                transaction.set_rollback(True)
    assert tried, "nothing was altered"
    assert missed == []


# --- rows removed, put in, swapped ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE audit_event SET why = 'Another' WHERE number = 2", "Event 2: its fields are not the ones"),
        ("DELETE FROM audit_event WHERE number = 1", "Event 1: the numbers have a gap: event 1 is missing."),
        ("DELETE FROM audit_event WHERE number = 2", "Event 2: the numbers have a gap: event 2 is missing."),
        ("DELETE FROM audit_event WHERE number IN (2, 3, 4)", "Event 2: the numbers have a gap: events 2 to 4 are"),
        ("DELETE FROM audit_detail WHERE event_id = 5", "Event 5: its detail is missing, and no erasure says why."),
        ("DELETE FROM audit_erasure", "Event 1: its detail is missing, and no erasure says why."),
        ("DELETE FROM audit_checkpoint", "Event 4: its checkpoint is missing."),
        ("INSERT INTO audit_detail VALUES (2, 'salt', '{}')", "Event 2: its detail is not the one that was sealed."),
        ("INSERT INTO audit_detail VALUES (1, 'salt', '{}')", "Event 1: its detail is there although an erasure"),
        ("INSERT INTO audit_erasure (erased_id, by_id) VALUES (5, 3)", "Event 3: the erasures that belong to it"),
        ("INSERT INTO audit_erasure (erased_id, by_id) VALUES (2, 3)", "Event 2: an erasure names it, and it never"),
        ("UPDATE audit_detail SET content = '{}' WHERE event_id = 6", "Event 6: its detail is not the one"),
        ("INSERT INTO audit_checkpoint (event_id, at, seal, key, signature) SELECT 6, at, seal, key, signature "
         "FROM audit_checkpoint", "Event 6: a checkpoint names it, and it is not an event that signs."),
    ],
)  # fmt: skip
def test_what_was_done_is_named(open_chain: None, sql: str, says: str) -> None:
    run(sql)
    assert first().startswith(says)


def test_an_event_slipped_in_between_is_named(open_chain: None) -> None:
    run("UPDATE audit_event SET number = number + 10 WHERE number > 2")
    run("UPDATE audit_event SET number = number - 9 WHERE number > 10")
    slipped = Event.objects.get(number=2)
    slipped.number, slipped.previous = 3, slipped.seal
    slipped.seal = event_seal(slipped)
    slipped.save(force_insert=True)
    assert first() == "Event 4: it is not sealed to the event before it."


def test_an_event_added_by_hand_whose_seal_is_made_up_is_named(open_chain: None) -> None:
    last = Event.objects.get(number=6)
    last.number, last.previous, last.seal, last.detail_seal = 7, last.seal, "f" * 64, ""
    last.save(force_insert=True)
    assert first() == "Event 7: its fields are not the ones that were sealed."


def test_two_events_that_changed_places_are_named(open_chain: None) -> None:
    run("UPDATE audit_event SET number = 99 WHERE number = 2")
    run("UPDATE audit_event SET number = 2 WHERE number = 5")
    run("UPDATE audit_event SET number = 5 WHERE number = 99")
    assert first() == "Event 2: it is not sealed to the event before it."


def test_two_details_that_changed_places_are_named(open_chain: None) -> None:
    run("UPDATE audit_detail SET event_id = 99 WHERE event_id = 5")
    run("UPDATE audit_detail SET event_id = 5 WHERE event_id = 6")
    run("UPDATE audit_detail SET event_id = 6 WHERE event_id = 99")
    assert first() == "Event 5: its detail is not the one that was sealed."


def seal_anew(start: int) -> None:
    """Make every seal from this event on anew, as somebody would who knows how seals are made and owns the database."""
    previous = Event.objects.get(number=start - 1).seal
    for event in Event.objects.filter(number__gte=start):
        event.previous, event.seal = previous, ""
        event.seal = previous = event_seal(event)
        event.save()


def test_a_history_that_was_made_anew_is_shown_by_the_next_checkpoint(open_chain: None) -> None:
    Event.objects.filter(number=2).update(why="Another reason")
    seal_anew(2)
    assert first() == "Event 4: its checkpoint signed another seal."


def test_a_history_that_was_made_anew_and_signed_with_another_key_is_shown(open_chain: None) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from evenhand.site.audit.seals import checkpoint_message

    own = Ed25519PrivateKey.generate()
    Event.objects.filter(number=4).update(subject=f"key:{keys.public_hex(own)}")
    seal_anew(4)
    checkpoint = Checkpoint.objects.get()
    checkpoint.key, checkpoint.seal = keys.public_hex(own), Event.objects.get(number=4).seal
    checkpoint.signature = own.sign(checkpoint_message(checkpoint)).hex()
    checkpoint.save()
    assert first() == "Event 4: its checkpoint is signed with a key that was never this site's."


def test_a_tail_that_was_cut_off_shows_only_beside_a_checkpoint_kept_elsewhere(open_chain: None) -> None:
    copy = Checkpoint.objects.get()
    for sql in ("detail WHERE event_id > 3", "checkpoint", "event WHERE number > 3"):
        run(f"DELETE FROM audit_{sql}")
    assert verify().whole
    found = verify([copy])
    assert [str(one) for one in found.findings] == [
        "Event 4: it is on a checkpoint that was kept elsewhere, and the chain ends at 3: "
        "the events after that were removed."
    ]


def test_a_tail_that_was_written_again_shows_beside_a_checkpoint_kept_elsewhere(open_chain: None) -> None:
    copy = Checkpoint.objects.get()
    copy.seal = "a" * 64
    assert [str(one) for one in verify([copy]).findings] == [
        "Event 4: its seal is not the one on the checkpoint that was kept elsewhere."
    ]


def test_many_findings_are_counted_and_the_first_is_the_first(open_chain: None) -> None:
    for _ in range(30):
        act("cc", n=1)
    run("UPDATE audit_event SET why = 'x' WHERE number > 4")
    found = verify()
    assert (found.findings[0].number, len(found.findings), found.more) == (5, verifying.MOST, 32 - verifying.MOST)


# --- many operations ------------------------------------------------------------------------------------------------


def at_random(seed: int, count: int) -> None:
    """Changes, views, erasures and checkpoints in an order that the seed decides."""
    dice = random.Random(seed)
    for _ in range(count):
        case = f"case{dice.randrange(12)}"
        match dice.choices(("change", "view", "erase", "sign", "undone"), (60, 30, 3, 3, 4))[0]:
            case "change":
                act(case, name=chr(dice.randrange(32, 0xD000)) * dice.randrange(9), when=datetime.now(UTC))
            case "view":
                with transaction.atomic():
                    record(WHO, "people.person.view", f"person:{case}", case=case)
            case "erase":
                erase_details(WHO, case, "The law asks for it")
            case "sign":
                sign(SYSTEM)
            case _:
                with transaction.atomic():
                    act(case, name="never happened")
                    transaction.set_rollback(True)


def test_the_chain_is_whole_after_many_operations_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "CHUNK", 7)  # the walk goes over many edges
    at_random(5, 300)
    found = verify()
    assert found.whole, found.findings
    assert found.events == Event.objects.count() > 270
    assert found.checkpoints
    assert Erasure.objects.exists()


def test_the_walk_asks_once_a_chunk(chain: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1 + 1 + 4 + 1):  # events, one erasure, the strays, the triggers
        verify()
