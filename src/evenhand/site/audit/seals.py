"""How an event and its detail are sealed: SHA-256 over canonical JSON. Written down so that others can check it.

The seal of an event is the SHA-256 of the canonical JSON of its fields (``FIELDS``, ``at`` in UTC with microseconds),
with the seal of the event before it among them. The seal of a detail is the SHA-256 of its salt, a newline and its
content. The seal of an erasure is the SHA-256 of the numbers of the events whose details went, each followed by a
newline. What a checkpoint signs is the canonical JSON of its event, time, seal and public key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenhand.site.audit.models import Checkpoint, Event

FIELDS = (
    "number", "at", "actor", "role", "verb", "subject", "case", "why", "request", "detail_seal", "previous",
)  # fmt: skip


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; dates as ISO text, decimals as text. Raises TypeError for other objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)


def detail_seal(salt: str, content: str) -> str:
    """The seal of a detail: 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def event_seal(event: Event) -> str:
    """The seal that the event's fields give: 64 hexadecimal digits."""
    fields = {name: getattr(event, name) for name in FIELDS}
    fields["at"] = moment(event.at)
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def erased_seal(numbers: Iterable[int]) -> str:
    """The seal of the numbers, in order, of the events whose details one erasure removed: 64 hexadecimal digits."""
    seal = hashlib.sha256()
    for number in numbers:
        seal.update(b"%d\n" % number)
    return seal.hexdigest()


def checkpoint_message(checkpoint: Checkpoint) -> bytes:
    """The bytes that a checkpoint signs."""
    given = {"event": checkpoint.event_id, "at": checkpoint.at, "seal": checkpoint.seal, "key": checkpoint.key}
    return b"evenhand audit checkpoint\n" + canonical(given).encode()


def moment(at: datetime) -> str:
    """A time as it is sealed: UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an audit event")
