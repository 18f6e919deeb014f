"""An assessment held for one change: read again under a lock, permitted, in the right state, at the right version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import User
from evenhand.site.audit.services import record
from evenhand.site.people.models import Assessment
from evenhand.site.people.models.assessment import State
from evenhand.site.people.refusals import Refused, Stale

ELSEWHERE = {
    State.OPEN: ("This assessment is with the council.", "You can read it, and tell the council what is missing."),
    State.WITH_PERSON: ("The person is filling in their part.", "Wait until they send it, or take it back first."),
    State.TO_DETERMINE: ("This assessment is ready to determine.", "Open it again before you change it."),
    State.DETERMINED: ("This assessment was determined.", "Nothing in it changes. Begin a new one if needs changed."),
    State.STOPPED: ("This assessment was stopped.", "Nothing in it changes. Begin a new one."),
}


def held(actor: Actor, assessment: Assessment, permission: str, states: tuple[State, ...]) -> Assessment:
    """The assessment as it is now, locked until the transaction ends. Raises NotPermitted, or Refused by its state."""
    now = Assessment.objects.select_for_update(of=("self",)).select_related("person").get(pk=assessment.pk)
    if permission == "people.assessment.answer" and now.state not in states:
        actor.must("people.assessment.view", now)
        raise Refused(*ELSEWHERE[State(now.state)])
    actor.must(permission, now)
    if now.state not in states:
        raise Refused(*ELSEWHERE[State(now.state)])
    return now


def at_version(now: Assessment, version: int) -> None:
    """Raise Stale when somebody saved after the page was opened."""
    if now.version != version:
        raise Stale


def changed(row: models.Model, fields: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set the fields on the row, unsaved. Returns what differs: field -> (before, after)."""
    out = {}
    for name, value in fields.items():
        before = getattr(row, name)
        if before != value:
            out[name] = (before, value)
            setattr(row, name, value)
    return out


def remember(
    actor: Actor, verb: str, now: Assessment, differences: Mapping[str, tuple[Any, Any]], *, why: str = ""
) -> None:  # fmt: skip
    """Raise the version, save the assessment and write the event, with the fields that differ before and after."""
    now.version += 1
    now.save()
    record(
        actor.who,
        verb,
        f"assessment:{now.reference}",
        case=now.person.reference,
        why=why,
        before={name: _plain(before) for name, (before, _) in differences.items()},
        after={name: _plain(after) for name, (_, after) in differences.items()},
    )


def _plain(value: Any) -> Any:
    """A user stands in an event as a reference, never as a name."""
    return value.reference if isinstance(value, User) else value


def tidy(words: str, most: int, field: str = "") -> str:
    """Words as they are stored: plain line ends, nothing at the ends. Raises Refused when there are too many."""
    held_words = words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(held_words) > most:
        raise Refused(
            f"These are {len(held_words):,} letters; at most {most:,} fit.", "Make it shorter.", field=field
        )  # fmt: skip
    return held_words
