"""How every verb opens the record it changes: locked, permitted, whole, and unchanged since the page was opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evenhand.site.accounts.actor import Actor
from evenhand.site.audit.services import record
from evenhand.site.people.models import Person
from evenhand.site.people.refusals import Refused, Stale, no_such_record


def open_to(actor: Actor, permission: str, reference: str, version: int | None = None) -> Person:
    """The person, locked until the transaction ends, when the actor may do this to their record.

    version: the record's when the page was opened; None where the verb changes no field of the record itself. Raises
    NotPermitted alike for a record that is not there, was merged away or is closed to the actor; Stale; and Refused for
    a record that was erased.
    """
    found = Person.objects.select_for_update().filter(reference=reference, merged_into=None).first()
    if found is None or not actor.may(permission, found):
        raise no_such_record()
    if found.erased_at is not None:
        raise Refused("This record was erased.", "Nothing can be added to it or changed in it.")
    if version is not None and version != found.version:
        raise Stale(found.version)
    return found


def save_changes(
    actor: Actor, person: Person, changes: dict[str, Any], *, verb: str = "people.person.change", why: str = ""
) -> bool:
    """Set these fields, and write an event with those that changed, before and after. False when none did."""
    before = {name: getattr(person, name) for name in changes}
    changed = sorted(name for name, value in changes.items() if value != before[name])
    if not changed:
        return False
    for name in changed:
        setattr(person, name, changes[name])
    person.version += 1
    person.save(update_fields=[*changed, "version"])
    note(actor, verb, person, why=why, before=pick(before, changed), after=pick(changes, changed))
    return True


def note(
    actor: Actor, verb: str, person: Person, subject: str = "", *, why: str = "", before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write the event of a verb on this person's record."""
    record(actor.who, verb, subject or f"person:{person.reference}", case=person.reference, why=why, before=before,
           after=after)  # fmt: skip


def pick(held: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Some of a dictionary, with model choices as plain text."""
    return {name: str(held[name]) if isinstance(held[name], str) else held[name] for name in names}
