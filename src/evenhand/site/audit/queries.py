"""Reads of the audit: who has looked at a record, and the auditor's list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from evenhand.site.audit import triggers
from evenhand.site.audit.models import Checkpoint, Detail, Event
from evenhand.site.audit.services import NO_FAULT, VERIFIED

MOST = 500  # rows of one answer
SLACK = timedelta(hours=2)  # by how much the clock may have been put back between two events


@dataclass(frozen=True)
class Look:
    """One thing that somebody did with, or saw of, a record. ``number`` pages on: ask again with ``before=number``."""

    number: int
    at: datetime
    actor: str  # the user's reference
    role: str
    verb: str
    why: str


def looks(case: str, limit: int = 50, before: int | None = None) -> list[Look]:
    """Who saw or changed the record of the person with this reference, newest first, at most ``limit`` rows.

    before: only events with a lower number, for the next page. One query on the index of cases. An empty case gives
    nothing: events that touch no record are nobody's to read here. The caller asks the permission and writes the event
    of this reading.
    """
    if not case:
        return []
    found = Event.objects.filter(case=case).order_by("-number")
    if before is not None:
        found = found.filter(number__lt=before)
    rows = found.values_list("number", "at", "actor", "role", "verb", "why")[: max(0, min(limit, MOST))]
    return [Look(*row) for row in rows]


@dataclass(frozen=True)
class Filter:
    """What an auditor asks for; empty means any. since, until: days, both whole, as London counts them."""

    case: str = ""
    actor: str = ""
    verb: str = ""
    since: date | None = None
    until: date | None = None

    def __str__(self) -> str:
        asked = {"case": self.case, "actor": self.actor, "verb": self.verb, "since": self.since, "until": self.until}
        return ", ".join(f"{name} {value}" for name, value in asked.items() if value) or "everything"


def events(asked: Filter, limit: int, before: int | None = None) -> list[Event]:
    """Events that match, newest first, at most ``limit``; before: only with a lower number, for the next page.

    Days become a range of numbers first, so that no filter reads more of the audit than its own days.
    """
    found = Event.objects.order_by("-number")
    for name in ("case", "actor", "verb"):
        if wanted := getattr(asked, name):
            found = found.filter(**{name: wanted})
    begin, end = midnight(asked.since), midnight(asked.until and asked.until + timedelta(days=1))
    if begin:
        found = found.filter(at__gte=begin, number__gte=_first_since(begin - SLACK))
    if end:
        found = found.filter(at__lt=end, number__lt=_first_since(end + SLACK))
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found[: max(0, min(limit, MOST))])


def event(number: int) -> Event | None:
    """One event with its detail and erasure, or None."""
    return Event.objects.select_related("detail", "erasure").filter(number=number).first()


@dataclass(frozen=True)
class Field:
    """One field that an event touched, as text; None where it was not there."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        """Whether the event changed it, rather than showing it beside what changed."""
        return self.before != self.after


def fields(one: Event) -> list[Field]:
    """What an event held before and after, field by field in the order of their names; empty without a detail."""
    try:
        given = json.loads(one.detail.content)
    except (Detail.DoesNotExist, ValueError):
        return []
    before, after = given.get("before") or {}, given.get("after") or {}
    return [Field(name, _shown(before, name), _shown(after, name)) for name in sorted({*before, *after})]


@dataclass(frozen=True)
class Health:
    """How the chain stands: its newest event, the last verification, the last checkpoint, triggers that are gone."""

    newest: Event | None
    verified: Event | None
    checkpoint: Checkpoint | None
    lost: list[str]

    @property
    def unsigned(self) -> int:
        """Events since the last checkpoint."""
        return (self.newest.number if self.newest else 0) - (self.checkpoint.event_id if self.checkpoint else 0)

    @property
    def whole(self) -> bool:
        """Whether the last verification found no fault and the triggers are there."""
        return bool(self.verified and self.verified.why.endswith(NO_FAULT) and not self.lost)


def health() -> Health:
    """How the chain stands. Four queries, however long it is."""
    newest = Event.objects.order_by("-number")
    return Health(
        newest.first(),
        newest.filter(verb=VERIFIED).first(),
        Checkpoint.objects.order_by("-event_id").first(),
        triggers.missing(connection),
    )


def midnight(day: date | None) -> datetime | None:
    """When a day begins in London."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone()) if day else None


def _first_since(moment: datetime) -> int:
    """The lowest number from which events are at or after a moment, by halving: times rise with the numbers, give or
    take a clock that was put right (``SLACK``)."""
    low = 1
    high = (Event.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = Event.objects.filter(number=middle).values_list("at", flat=True).first()
        if at is None or at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _shown(held: dict[str, Any], name: str) -> str | None:
    if name not in held:
        return None
    value = held[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
