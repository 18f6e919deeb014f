"""Events of days gone by, written in the order of their time and sealed as the audit seals them.

``audit.services.record`` writes what happens now. Only an invented council has a past that was never recorded.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evenhand.site.audit.models import FIRST_SEAL, Detail, Event
from evenhand.site.audit.seals import canonical, detail_seal, event_seal
from evenhand.site.audit.services import Who

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One event that is still to be written, as ``record`` takes it, and when it was."""

    at: datetime
    who: Who
    verb: str
    subject: str
    case: str = ""
    why: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def write(happened: Iterable[Happened]) -> int:
    """Write these events, given in the order of their time, after the newest one; how many there were.

    The caller is in a transaction. The triggers take a detail only while its event is the newest: events without one
    are written many at once, the others each with its own.
    """
    number, seal = Event.objects.order_by("-number").values_list("number", "seal").first() or (0, FIRST_SEAL)
    begun, waiting = number, list[Event]()
    for one in happened:
        number += 1
        content = canonical({"before": one.before, "after": one.after}) if one.before or one.after else ""
        salt = secrets.token_hex(16) if content else ""
        event = Event(
            number=number, at=one.at, actor=one.who.reference, role=one.who.role, verb=one.verb, subject=one.subject,
            case=one.case, why=one.why, request=one.who.request, previous=seal,
            detail_seal=detail_seal(salt, content) if content else "",
        )  # fmt: skip
        event.seal = seal = event_seal(event)
        waiting.append(event)
        if content or len(waiting) == AT_ONCE:
            Event.objects.bulk_create(waiting)
            waiting.clear()
        if content:
            Detail(event=event, salt=salt, content=content).save(force_insert=True)
    Event.objects.bulk_create(waiting)
    return number - begun
