"""Raising a safeguarding concern and closing it. The record's flag stands while one is open."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.models import Person, SafeguardingConcern
from evenhand.site.people.refusals import Refused, no_such_record
from evenhand.site.people.services.opening import note, open_to, save_changes

VERB = "people.safeguarding.change"


def raise_concern(actor: Actor, reference: str, what: str, raised_on: date) -> SafeguardingConcern:
    """Write down a concern; the flag goes up. Raises NotPermitted, and Refused for a day to come or no words."""
    if raised_on > timezone.localdate():
        raise Refused("This day is still to come.", "Write the day on which it was raised.", field="raised_on")
    if not what.strip():
        raise Refused("The concern is empty.", "Write what it is about.", field="what")
    with transaction.atomic():
        person = open_to(actor, VERB, reference)
        made = SafeguardingConcern.objects.create(
            person=person, what=what.strip(), raised_on=raised_on, raised_by=actor.user
        )
        note(actor, VERB, person, f"concern:{made.reference}", after={"what": made.what, "raised_on": raised_on})
        _set_flag(actor, person)
    return made


def close_concern(actor: Actor, reference: str, concern: str, outcome: str, closed_on: date) -> SafeguardingConcern:
    """Close a concern with what came of it; twice is once. The flag goes down with the last one.

    Raises NotPermitted, and Refused for a day before it was raised or to come, and for no outcome.
    """
    if not outcome.strip():
        raise Refused("The outcome is empty.", "Write what came of it.", field="outcome")
    with transaction.atomic():
        person = open_to(actor, VERB, reference)
        found = SafeguardingConcern.objects.select_for_update().filter(person=person, reference=concern).first()
        if found is None:
            raise no_such_record()
        if found.closed_on is not None:
            return found
        if not found.raised_on <= closed_on <= timezone.localdate():
            raise Refused("A concern is closed after it was raised, not on a day to come.", "Look at the day again.",
                          field="closed_on")  # fmt: skip
        found.closed_on, found.closed_by, found.outcome = closed_on, actor.user, outcome.strip()
        found.save(update_fields=["closed_on", "closed_by", "outcome"])
        note(actor, VERB, person, f"concern:{found.reference}", before={"closed_on": None},
             after={"closed_on": closed_on, "outcome": found.outcome})  # fmt: skip
        _set_flag(actor, person)
    return found


def _set_flag(actor: Actor, person: Person) -> None:
    stands = SafeguardingConcern.objects.filter(person=person, closed_on=None).exists()
    save_changes(actor, person, {"safeguarding": stands}, verb=VERB)
