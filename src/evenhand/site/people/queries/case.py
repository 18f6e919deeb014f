"""Opening a case: what stands at the head of each of its pages, and the audit's event that it was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.audit.services import record
from evenhand.site.people.born import age_words, born_words
from evenhand.site.people.models import BreakGlass, Person
from evenhand.site.people.numbers import shown
from evenhand.site.people.queries.visible import person
from evenhand.site.people.refusals import no_such_record


@dataclass(frozen=True)
class Case:
    """Whose record a page shows: the name as the person wants it, facts to tell them by, and flags."""

    name: str
    facts: list[tuple[str, str]]
    flags: list[str]
    reference: str = ""


def look(actor: Actor, reference: str, permission: str = "people.person.view", what: str = "") -> Person:
    """The person, for one page of their record; the audit remembers that it was opened.

    permission: what the page shows ("people.safeguarding.view"). what: the kind and reference of the thing looked at,
    where it is not the record itself. Raises NotPermitted when there is no such record or this part of it is closed.
    """
    found = person(actor, reference)
    if not actor.may(permission, found):
        raise no_such_record()
    with transaction.atomic():
        record(actor.who, permission, what or f"person:{found.reference}", case=found.reference, why=_why(actor, found))
    return found


def case_of(actor: Actor, found: Person) -> Case:
    """The head of a page of this record: for a citizen the name alone, because flags and numbers are for staff."""
    if not actor.role:
        return Case(found.name, [], [], found.reference)
    today = timezone.localdate()
    age = age_words(found.born, found.born_to, found.died or today)
    facts = [("Born", born_words(found.born, found.born_to) + (f" ({age})" if age and not found.died else ""))]
    if found.nhs_number:
        facts.append(("NHS number", shown(found.nhs_number)))
    if found.council_id:
        facts.append(("Council id", found.council_id))
    flags = [
        text
        for text, stands in (
            ("Died", found.died),
            ("Moved away", found.moved and not found.died),
            ("Safeguarding concern", found.safeguarding),
            ("Restricted record", found.restricted),
            ("Erased record", found.erased_at),
            ("Opened in an emergency: you may look, not change", _glass(actor, found)),
        )
        if stands
    ]
    return Case(found.name, facts, flags, found.reference)


def _glass(actor: Actor, found: Person) -> bool:
    """Whether the actor sees this record only because they broke the glass."""
    return bool(_why(actor, found)) and not actor.may("people.person.change", found)


def _why(actor: Actor, found: Person) -> str:
    """The reference of the emergency in which the actor opened the record, as an event's ``why``; else empty."""
    now = timezone.now()
    live = BreakGlass.objects.filter(person=found, user=actor.user, opened_at__lte=now, until__gt=now)
    reference = live.values_list("reference", flat=True).first() if actor.role else None
    return f"emergency {reference}" if reference else ""
