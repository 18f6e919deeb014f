"""Walking the chain: does every event, detail, erasure and checkpoint agree with the seals, from the first to the last?

The walk reads ``CHUNK`` events at a time and keeps nothing of them but the seal of the last, so its memory does not
grow with the chain. It writes nothing. What the walk alone cannot see is a tail that was cut off whole: for that there
are checkpoints whose copies are kept elsewhere (``against``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, TextField
from django.db.models.functions import Cast

from evenhand.site.audit import triggers
from evenhand.site.audit.keys import known_keys, signed
from evenhand.site.audit.models import FIRST_SEAL, Checkpoint, Detail, Erasure, Event
from evenhand.site.audit.seals import checkpoint_message, detail_seal, erased_seal, event_seal

CHUNK = 2_000
MOST = 20  # findings that are kept: the first is the one to look at


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree: the number of the event it is found at, and what, in words."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"Event {self.number:,}: {self.what}"


@dataclass
class Verification:
    """What the walk found. ``head`` and ``seal`` are of the newest event; ``signed_to`` of the newest checkpoint."""

    events: int = 0
    head: int = 0
    seal: str = FIRST_SEAL
    checkpoints: int = 0
    signed_to: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: int = 0  # findings beyond the first ``MOST``

    @property
    def whole(self) -> bool:
        """Whether nothing was altered, removed or inserted, as far as the seals can tell."""
        return not self.findings

    def say(self, number: int, what: str) -> None:
        """Add a finding."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(number, what))
        else:
            self.more += 1


def verify(against: Sequence[Checkpoint] = ()) -> Verification:
    """Walk the whole chain. against: checkpoints that were kept elsewhere, whose events must be in it."""
    found = Verification()
    keys = known_keys()
    kept: dict[int, list[Checkpoint]] = {}
    for one in against:
        kept.setdefault(one.event_id, []).append(one)
    with _readable():
        for event in _events():
            _position(event, found)
            _seals(event, found)
            _belongings(event, found, keys)
            for one in kept.pop(event.number, []):
                if one.seal != event.seal:
                    found.say(event.number, "its seal is not the one on the checkpoint that was kept elsewhere.")
            found.events += 1
            found.head, found.seal = event.number, event.seal
        for number in sorted(kept):
            found.say(
                number, f"it is on a checkpoint that was kept elsewhere, and the chain ends at {found.head:,}: "
                "the events after that were removed.",
            )  # fmt: skip
        _strays(found)
    for trigger in triggers.missing(connection):
        found.say(found.head, f"the database's trigger {trigger} is missing or changed.")
    return found


OWN = tuple(column.attname for column in Event._meta.concrete_fields)
BESIDE = {
    "salt": F("detail__salt"), "content": F("detail__content"), "held": F("detail__event_id"),
    "erased_by": F("erasure__by_id"), "signed_at": F("checkpoint__at"), "signed_seal": F("checkpoint__seal"),
    "signed_key": F("checkpoint__key"), "signature": F("checkpoint__signature"),
}  # fmt: skip


def _events() -> Iterator[Any]:
    """Every event with what belongs to it, by number, a chunk at a time. A time that cannot be read is None."""
    texts = connection.vendor == "sqlite"  # a time is text there, which may be no time, or one time in two ways
    beside: dict[str, Any] = dict(BESIDE)
    if texts:
        beside |= {"signed_at": Cast("checkpoint__at", TextField()), "at_text": Cast("at", TextField())}
    rows = Event.objects.order_by("number").values(*(name for name in OWN if name != "at" or not texts), **beside)
    after: Any = 0
    while isinstance(after, int):
        chunk = list(rows.filter(number__gt=after)[:CHUNK])
        for row in chunk:
            if texts:
                row |= {"at": _time(row["at_text"]), "signed_at": _time(row["signed_at"])}
            yield SimpleNamespace(**row)
        after = chunk[-1]["number"] if len(chunk) == CHUNK else None


def _time(text: Any) -> datetime | None:
    """The time that SQLite holds as text, if it is written as Django writes it."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if str(at) == text else None


def _position(event: Any, found: Verification) -> None:
    """The number is the next one, and the event is sealed to the one before it."""
    due = found.head + 1
    if not isinstance(event.number, int):
        found.say(due, "its number is not a number.")
        event.number = due
    elif event.number != due:
        gap = f"event {due:,} is" if event.number == due + 1 else f"events {due:,} to {event.number - 1:,} are"
        found.say(due, f"the numbers have a gap: {gap} missing.")
    elif event.previous != found.seal:
        found.say(event.number, "it is not sealed to the event before it.")


def _seals(event: Any, found: Verification) -> None:
    """The event's own fields, its detail and the erasure of it."""
    if not _agrees(event, event.seal):
        found.say(event.number, "its fields are not the ones that were sealed.")
    if event.held is None:
        if event.detail_seal and event.erased_by is None:
            found.say(event.number, "its detail is missing, and no erasure says why.")
    elif event.erased_by is not None:
        found.say(event.number, "its detail is there although an erasure says that it was removed.")
    elif _sealed_detail(event) != event.detail_seal:
        found.say(event.number, "its detail is not the one that was sealed.")
    if event.erased_by is not None and not event.detail_seal:
        found.say(event.number, "an erasure names it, and it never had a detail.")


def _belongings(event: Any, found: Verification, keys: frozenset[str]) -> None:
    """What an event that erases or signs says was done, and what there is of it."""
    if event.verb == triggers.ERASE:
        numbers = Erasure.objects.filter(by_id=event.number).order_by("erased_id").values_list("erased_id", flat=True)
        if event.subject != f"details:{erased_seal(numbers.iterator(CHUNK))}":
            found.say(event.number, "the erasures that belong to it are not the ones that were sealed.")
    if event.signed_seal is None:
        if event.verb == triggers.SIGN:
            found.say(event.number, "its checkpoint is missing.")
        return
    found.checkpoints += 1
    found.signed_to = event.number
    wrong = _checkpoint_fault(event, keys)
    if wrong:
        found.say(event.number, wrong)


def _checkpoint_fault(event: Any, keys: frozenset[str]) -> str:
    """What is wrong with the checkpoint of an event, in words; empty when nothing is."""
    if event.verb != triggers.SIGN:
        return "a checkpoint names it, and it is not an event that signs."
    if event.signed_seal != event.seal:
        return "its checkpoint signed another seal."
    if event.signed_key not in keys:
        return "its checkpoint is signed with a key that was never this site's."
    try:
        made = Checkpoint(event_id=event.number, at=event.signed_at, seal=event.signed_seal, key=event.signed_key)
        good = signed(event.signed_key, event.signature, checkpoint_message(made))
        good = good and event.signed_at == event.at and event.subject == f"key:{event.signed_key}"
    except (TypeError, ValueError, AttributeError):
        good = False
    return "" if good else "the signature of its checkpoint is wrong."


def _agrees(event: Any, seal: str) -> bool:
    """Whether the event's fields give the seal. A field that is no text, no number or no time gives none."""
    try:
        return event_seal(event) == seal
    except (TypeError, ValueError, AttributeError):  # UnicodeEncodeError is a ValueError
        return False


def _sealed_detail(event: Any) -> str:
    try:
        return detail_seal(event.salt, event.content)
    except (TypeError, ValueError):
        return ""


def _strays(found: Verification) -> None:
    """Rows that belong to no event, which the foreign keys would refuse as long as they are kept."""
    for what, rows, key in (
        ("a detail", Detail.objects.all(), "event_id"),
        ("an erasure", Erasure.objects.all(), "erased_id"),
        ("a checkpoint", Checkpoint.objects.all(), "event_id"),
    ):
        none = ~Exists(Event.objects.filter(number=OuterRef(key)))
        for number in rows.filter(none).order_by(key).values_list(key, flat=True)[:MOST]:
            found.say(_number(number), f"{what} names it, and there is no such event.")
    by_none = ~Exists(Event.objects.filter(number=OuterRef("by_id"), verb=triggers.ERASE))
    for number in Erasure.objects.filter(by_none).order_by("erased_id").values_list("erased_id", flat=True)[:MOST]:
        found.say(_number(number), "the erasure of its detail belongs to no event that erases.")


def _number(held: object) -> int:
    """A number as it is held; 0 for what SQLite holds in its place."""
    return held if isinstance(held, int) else 0


@contextmanager
def _readable() -> Iterator[None]:
    """Let broken text in SQLite come through as something that no seal agrees with, rather than stop the walk."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    was = raw.text_factory
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = was
