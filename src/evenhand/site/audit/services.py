"""The one way to write an event."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from evenhand.site.audit.models import FIRST_SEAL, Detail, Event
from evenhand.site.audit.seals import canonical, detail_seal, event_seal

LOCK = 0x65_76_65_6E  # PostgreSQL's advisory lock that writers of the chain take in turn


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
    must be in a transaction: an event without its change, or a change without its event, must not be possible.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An audit event is written in the transaction of its change.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # SQLite's writers wait for one another anyway (BEGIN IMMEDIATE)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
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
    event.seal = event_seal(event)
    event.save(force_insert=True)
    if sealed:
        Detail(event=event, salt=salt, content=content).save(force_insert=True)
    return event
