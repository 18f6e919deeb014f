"""Who has looked at people, when, and at which figure: events of the audit, which nobody can change or remove.

No id of anybody in the records is written there, so that the log can be read by whoever has to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import User
from evenhand.site.audit.models import Event
from evenhand.site.audit.services import record

VERB = "workspace.view"
SUBJECT = "run:"


@dataclass(frozen=True)
class Opening:
    """One opening. what: in words. people: how many were shown."""

    when: datetime
    who: str
    what: str
    run: str
    people: int


def add(actor: Actor, *, what: str, run: str, people: int) -> None:
    """Write an opening down before anybody is shown."""
    with transaction.atomic():
        record(actor.who, VERB, f"{SUBJECT}{run}", why=what[:500], after={"people": people})


def openings(most: int = 500) -> tuple[list[Opening], int]:
    """The newest openings, the newest first; and how many there are in all."""
    events = Event.objects.filter(verb=VERB).order_by("-number")
    shown = list(events.select_related("detail")[:most])
    names = dict(User.objects.filter(reference__in={e.actor for e in shown}).values_list("reference", "name"))
    return [
        Opening(
            e.at, names.get(e.actor, e.actor), e.why, e.subject.removeprefix(SUBJECT),
            int(json.loads(e.detail.content)["after"]["people"]),
        )
        for e in shown
    ], events.count()  # fmt: skip
