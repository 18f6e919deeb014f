"""The ways to write to the audit: an event, a checkpoint, the erasure of details, the outcome of a verification."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.audit import guard, keys
from evenhand.site.audit.models import FIRST_SEAL, WHY, Checkpoint, Detail, Erasure, Event
from evenhand.site.audit.seals import canonical, checkpoint_message, detail_seal, erased_seal, event_seal
from evenhand.site.audit.triggers import ERASE, SIGN

LOCK = 0x65_76_65_6E  # PostgreSQL's advisory lock that writers of the chain take in turn
VERIFIED = "audit.chain.verify"
NO_FAULT = "no fault."
EVERY = 1_000  # events after which a checkpoint is due
OFTEN = timedelta(days=1)
BATCH = 1_000


@dataclass(frozen=True)
class Who:
    """Who does something, as an event names them: a reference and a role, never a name."""

    reference: str
    role: str = ""
    request: str = ""


SYSTEM = Who("system")


def record(
    who: Who,
    verb: str,
    subject: str,
    *,
    case: str = "",
    why: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Event:
    """Write one event, in the caller's transaction, sealed to the newest one.

    before, after: the fields that the change touched, as they were and as they are; JSON values and dates. The caller
    must be in a transaction: an event without its change, or a change without its event, must not be possible. Writers
    wait here for one another until they commit, so a service changes its rows first and records last. Raises
    EvenhandError for a reason that is too long and where the triggers are missing, ValueError for other text too long.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An audit event is written in the transaction of its change.")
    guard.must_hold()
    _lock()
    # A statement of its own after the lock: under READ COMMITTED it sees what the writer before us has committed.
    last = Event.objects.order_by("-number").values_list("number", "seal").first() or (0, FIRST_SEAL)
    salt, content, sealed = "", "", ""
    if before is not None or after is not None:
        salt = secrets.token_hex(16)
        content = canonical({"before": before, "after": after})
        sealed = detail_seal(salt, content)
    event = Event(
        number=last[0] + 1, at=timezone.now(), actor=who.reference, role=who.role, verb=verb, subject=subject,
        case=case, why=why, request=who.request, detail_seal=sealed, previous=last[1],
    )  # fmt: skip
    _must_fit(event)
    event.seal = event_seal(event)
    event.save(force_insert=True)
    if sealed:
        Detail(event=event, salt=salt, content=content).save(force_insert=True)
    return event


def erase_details(who: Who, case: str, why: str) -> int:
    """Erase what the record of one person held before and after each event; the events stay and the chain verifies.

    Writes one event, an erasure for each detail, and deletes the details. The caller asks the permission and whether
    the law allows it. How many were erased; 0, and nothing is written, when there is none. Raises EvenhandError
    without a reason or a case.
    """
    if not case or not why.strip():
        raise EvenhandError("Nothing was erased.", do="Say whose details, and why the law allows it.")
    with transaction.atomic():
        _lock()  # no detail of the case may be added between the reading and the erasing
        held = Detail.objects.filter(event__case=case).order_by("event_id").values_list("event_id", flat=True)
        numbers = list(held)
        if not numbers:
            return 0
        event = record(who, ERASE, f"details:{erased_seal(numbers)}", case=case, why=why)
        for start in range(0, len(numbers), BATCH):
            some = numbers[start : start + BATCH]
            Erasure.objects.bulk_create(Erasure(erased_id=number, by=event) for number in some)
            Detail.objects.filter(event_id__in=some).delete()
    return len(numbers)


def sign(who: Who = SYSTEM) -> Checkpoint:
    """Write an event and sign its seal, which seals every event before it. Raises EvenhandError without a key."""
    key = keys.private_key()
    with transaction.atomic():
        event = record(who, SIGN, f"key:{keys.public_hex(key)}")
        made = Checkpoint(event=event, at=event.at, seal=event.seal, key=keys.public_hex(key))
        made.signature = key.sign(checkpoint_message(made)).hex()
        made.save(force_insert=True)
    return made


def checkpoint_if_due(who: Who = SYSTEM) -> Checkpoint | None:
    """Sign when ``EVERY`` events or a day have passed since the last checkpoint and anything happened; else None.

    Called by a timer (``evenhand audit checkpoint --if-due``); called twice, the second does nothing.
    """
    last = Checkpoint.objects.order_by("-event_id").first()
    newest = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    since = newest - (last.event_id if last else 0)
    late = last is None or timezone.now() - last.at >= OFTEN
    return sign(who) if since and (since >= EVERY or late) else None


def verified(who: Who, fault: str, events: int, seal: str) -> Event:
    """Write down that the chain was verified up to a seal, and the first fault in words, or that there was none."""
    outcome = fault or f"{counted(events)} verified, {NO_FAULT}"
    with transaction.atomic():
        return record(who, VERIFIED, f"chain:{seal}", why=outcome[:WHY])


def counted(events: int) -> str:
    """How many events, in words: "1 event", "12,345 events"."""
    return f"{events:,} event{'' if events == 1 else 's'}"


def _lock() -> None:
    """Wait for other writers of the chain, until the end of the transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # SQLite's writers wait for one another anyway (BEGIN IMMEDIATE)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _must_fit(event: Event) -> None:
    """SQLite keeps text of any length, PostgreSQL refuses what is too long: both refuse here, in words."""
    if len(event.why) > WHY:
        raise EvenhandError(f"The reason has {len(event.why)} letters.", do=f"Give it in at most {WHY}.")
    for field in event._meta.concrete_fields:
        text = getattr(event, field.attname)
        if field.max_length and len(text) > field.max_length:
            raise ValueError(f"{field.name} of an event has {len(text)} letters, more than {field.max_length}")
        if isinstance(text, str) and "\x00" in text:
            raise ValueError(f"{field.name} of an event has a NUL")
