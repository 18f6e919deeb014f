"""Making a person's record and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from evenhand.facts.people import needs
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team
from evenhand.site.people.models import Allocation, NameGram, Person
from evenhand.site.people.models.person import BornTo, ContactBy, Reason
from evenhand.site.people.names import grams
from evenhand.site.people.queries.doubles import doubles
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services.opening import note, open_to, pick, save_changes

# What a page may set. Everything else of a record has a verb of its own.
CHANGEABLE = (
    "name", "legal_name", "nhs_number", "council_id", "born", "born_to", "is_adult", "is_carer", "reason", "phone",
    "email", "address", "postcode", "contact_by", "contact_note", "last_contact", "language", "interpreter", "formats",
    "died", "moved", "moved_to",
)  # fmt: skip


def make(actor: Actor, given: Mapping[str, Any], team: str, *, another: bool = False) -> Person:
    """A new record, with one of the actor's teams and with the actor as its worker.

    given: fields of ``CHANGEABLE``; ``born`` may be the pair that ``born_from`` returns. team: the team's reference.
    another: the actor has seen the likely doubles, and none is this person. Raises NotPermitted, and Refused for a team
    that is not theirs, a number that is taken, and likely doubles not yet seen.
    """
    actor.must("people.person.make")
    fields = checked(given)
    with transaction.atomic():
        chosen = Team.objects.filter(reference=team, closed_at=None, pk__in=actor.teams).first()
        if chosen is None:
            raise Refused("You do not work in this team.", "Choose one of your teams.", field="team")
        found = doubles(actor, fields)
        found.refuse_taken()
        if found.seen and not another:
            raise Refused("There are records that may be of the same person.", "Look at them first.", field="another")
        person = _saved(Person(**{"last_contact": timezone.localdate(), **fields}))
        index_names(person)
        note(actor, "people.person.make", person, after=pick(fields, sorted(fields)) | {"team": chosen.reference})
        Allocation.objects.create(person=person, team=chosen, worker=actor.user, began_by=actor.user)
    return person


def change(actor: Actor, reference: str, version: int, given: Mapping[str, Any]) -> Person:
    """Change fields of a record. Raises NotPermitted, Stale and Refused. What is there already is no change."""
    fields = checked(given)
    with transaction.atomic():
        person = open_to(actor, "people.person.change", reference, version)
        whole = {name: fields.get(name, getattr(person, name)) for name in CHANGEABLE}
        check_whole(whole)
        doubles(actor, pick(fields, {"nhs_number", "council_id"} & set(fields)), besides=person).refuse_taken()
        try:
            with transaction.atomic():
                changed = save_changes(actor, person, fields)
        except IntegrityError:
            raise _taken() from None
        if changed:
            index_names(person)
    return person


def index_names(person: Person) -> None:
    """Bring the index that the search by name reads up to the person's names."""
    wanted = grams(person.name, person.legal_name)
    held = set(NameGram.objects.filter(person=person).values_list("gram", flat=True))
    if gone := held - wanted:
        NameGram.objects.filter(person=person, gram__in=gone).delete()
    NameGram.objects.bulk_create([NameGram(person=person, gram=gram) for gram in sorted(wanted - held)])


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are stored. Raises Refused for what no form of ours sends."""
    fields = dict(given)
    if isinstance(fields.get("born"), tuple):
        fields["born"], fields["born_to"] = fields["born"]
    if unknown := set(fields) - set(CHANGEABLE):
        raise Refused(f"A page cannot set {', '.join(sorted(unknown))}.", "Open the page again.")
    for name, known in (("reason", Reason.values), ("contact_by", ContactBy.values), ("born_to", BornTo.values)):
        if name in fields and fields[name] not in known:
            raise Refused("This is not one of the answers.", "Choose one from the list.", field=name)
    if strange := set(fields.get("formats", ())) - set(needs()):
        raise Refused(f"{sorted(strange)[0]} is not a need on the list.", "Choose from the list.", field="formats")
    return fields


def check_whole(held: Mapping[str, Any]) -> None:
    """Raise Refused when what a record would hold cannot be all true. held: every field of ``CHANGEABLE``."""
    born, died, moved = held["born"], held["died"], held["moved"]
    if born and died and died < born:
        raise Refused("The day of death is before the date of birth.", "Look at both again.",
                      field="died")  # fmt: skip
    if born and moved and moved < born:
        raise Refused("The person moved before they were born.", "Look at both days again.", field="moved")
    if held["moved_to"] and not moved:
        raise Refused("It is said where the person moved to, but not when.", "Write the day.", field="moved")
    if not (held["is_adult"] or held["is_carer"]):
        raise Refused("A record is of an adult, of a carer or of both.", "Choose one.", field="who")


def _saved(person: Person) -> Person:
    """Save a new record. Raises Refused when its number was taken in this very moment."""
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise _taken() from None
    return person


def _taken() -> Refused:
    return Refused(
        "Somebody saved a record with this NHS number or council id just now.", "Search for the person, then try again."
    )
