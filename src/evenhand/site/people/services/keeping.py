"""How long a record is kept: legal hold, and erasure that one manager asks for and another confirms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from evenhand.facts.people import retention
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Invitation
from evenhand.site.audit.services import erase_details
from evenhand.site.people.models import (
    Access,
    Allocation,
    Answer,
    Assessment,
    BreakGlass,
    CapacityDecision,
    Determination,
    ErasureRequest,
    Link,
    Merge,
    NameGram,
    Person,
    SafeguardingConcern,
    Wellbeing,
)
from evenhand.site.people.models.assessment import Said, State
from evenhand.site.people.models.person import BornTo, Reason
from evenhand.site.people.refusals import Refused, no_such_record
from evenhand.site.people.services.merging import AT_WORK
from evenhand.site.people.services.opening import note, open_to, save_changes
from evenhand.site.people.words import in_words

HOLD, ERASE = "people.hold.set", "people.erase"
GONE = "Erased"
EMPTY: dict[str, Any] = {  # what an erased record holds instead
    "name": "Erased record", "legal_name": "", "nhs_number": None, "council_id": None, "born": None,
    "born_to": BornTo.UNKNOWN, "is_adult": True, "is_carer": False, "reason": Reason.UNKNOWN, "phone": "", "email": "",
    "address": "", "postcode": "", "contact_by": "", "contact_note": "", "language": "", "interpreter": False,
    "formats": [], "safeguarding": False, "died": None, "moved": None, "moved_to": "", "last_contact": None, "hold": "",
}  # fmt: skip


def set_hold(actor: Actor, reference: str, version: int, why: str) -> Person:
    """Say that nothing of a record may be erased, and why; empty ends the hold. Raises NotPermitted and Stale."""
    with transaction.atomic():
        person = open_to(actor, HOLD, reference, version)
        save_changes(actor, person, {"hold": why.strip()[:500]}, verb=HOLD)
    return person


def erasable_from(person: Person, today: date) -> date | None:
    """The day from which the rule as at today lets a record be erased; None when the last contact is not known."""
    if person.last_contact is None:
        return None
    years = retention(today).years
    last = person.last_contact
    try:
        return last.replace(year=last.year + years)
    except ValueError:  # 29 February
        return date(last.year + years, 3, 1)


def stands_against(person: Person, today: date) -> list[str]:
    """Why a record may not be erased now, in sentences; empty when it may."""
    found = []
    if person.hold:
        found.append("The record is under a legal hold.")
    day = erasable_from(person, today)
    if day is None:
        found.append("The day of the last contact is not recorded, so the time for which it is kept has not begun.")
    elif today < day:
        found.append(f"The record is kept until {in_words(day)}.")
    if Assessment.objects.filter(person=person, state__in=AT_WORK).exists():
        found.append("An assessment is at work.")
    if SafeguardingConcern.objects.filter(person=person, closed_on=None).exists():
        found.append("A safeguarding concern is open.")
    if Access.objects.filter(person=person, ended_at=None).exists():
        found.append("Somebody still signs in to the record.")
    if BreakGlass.objects.filter(person=person, reviewed_at=None).exists():
        found.append("The record was opened in an emergency, and nobody has reviewed that.")
    return found


def ask_erasure(actor: Actor, reference: str, why: str) -> ErasureRequest:
    """Ask for a record to be erased; another manager confirms. Raises NotPermitted, and Refused: what is against it."""
    if not why.strip():
        raise Refused("It is not said why.", "Write why the record is to be erased.", field="why")
    with transaction.atomic():
        person = open_to(actor, ERASE, reference)
        _refuse(person)
        try:
            with transaction.atomic():
                made = ErasureRequest.objects.create(person=person, why=why.strip()[:500], asked_by=actor.user)
        except IntegrityError:
            raise Refused("Somebody asked for this already.", "Go back to see who.") from None
        note(actor, ERASE, person, f"erasure:{made.reference}", why="asked", after={"why": made.why})
    return made


def withdraw_erasure(actor: Actor, reference: str, request: str) -> ErasureRequest:
    """Take back that a record is to be erased; twice is once. Raises NotPermitted, and Refused when it was done."""
    with transaction.atomic():
        person = open_to(actor, ERASE, reference)
        found = _request(person, request)
        if found.withdrawn_at is None:
            found.withdrawn_at, found.withdrawn_by = timezone.now(), actor.user
            found.save(update_fields=["withdrawn_at", "withdrawn_by"])
            note(actor, ERASE, person, f"erasure:{found.reference}", why="withdrawn")
    return found


def confirm_erasure(actor: Actor, reference: str, request: str) -> ErasureRequest:
    """Erase a record, as another manager asked. What was done with it, when and by whom stays in the audit.

    Raises NotPermitted, and Refused for one's own request and with whatever stands against it now.
    """
    with transaction.atomic():
        person = open_to(actor, ERASE, reference)
        found = _request(person, request)
        if found.withdrawn_at is not None:
            raise Refused("The request was withdrawn.", "Go back to the record.")
        if found.asked_by_id == actor.user.pk:
            raise Refused("You asked for this yourself.", "Another manager must confirm it.")
        _refuse(person)
        note(actor, ERASE, person, f"erasure:{found.reference}", why="confirmed")
        found.confirmed_at, found.confirmed_by = timezone.now(), actor.user
        found.save(update_fields=["confirmed_at", "confirmed_by"])
        for one in _with_merged(person):
            _empty(one, actor)
            erase_details(actor.who, one.reference, why="retention is over")
    return found


def _refuse(person: Person) -> None:
    if against := stands_against(person, timezone.localdate()):
        raise Refused(" ".join(against), "It cannot be erased now.")


def _request(person: Person, reference: str) -> ErasureRequest:
    found = ErasureRequest.objects.select_for_update().filter(person=person, reference=reference).first()
    if found is None:
        raise no_such_record()
    return found


def _with_merged(person: Person) -> list[Person]:
    """The record and every record that was merged into it, or into one of these."""
    found = [person]
    for one in found:  # grows while it is read: merges of merges
        found.extend(Person.objects.select_for_update().filter(merged_into=one))
    return found


def _empty(person: Person, actor: Actor) -> None:
    """Overwrite whatever a record says of anybody. The mark comes first: it lets determined assessments be emptied."""
    now = timezone.now()
    Person.objects.filter(pk=person.pk).update(**EMPTY, erased_at=now, version=person.version + 1)
    NameGram.objects.filter(person=person).delete()
    Link.objects.filter(person=person).delete()
    Allocation.objects.filter(person=person, ended_at=None).update(ended_at=now, ended_by=actor.user)
    CapacityDecision.objects.filter(person=person).update(decision=GONE, reasons=GONE, best_interests="")
    SafeguardingConcern.objects.filter(person=person).update(what=GONE, outcome="")
    BreakGlass.objects.filter(person=person).update(why=GONE, finding="")
    Merge.objects.filter(kept=person).update(why=GONE, moved={"erased": True})
    ErasureRequest.objects.filter(person=person).update(why=GONE)
    Invitation.objects.filter(about=person.reference).update(name=GONE, email="erased@invalid.example")
    _empty_assessments(person)


def _empty_assessments(person: Person) -> None:
    own = Assessment.objects.filter(person=person)
    own.update(own_words="", cause=None, cause_note="", health_at_risk=None)
    own.filter(state=State.STOPPED).update(stopped_why=GONE)
    nothing = dict.fromkeys(("applies", "needs_assistance", "causes_pain", "endangers", "takes_longer"))
    Answer.objects.filter(assessment__person=person).update(own_words="", note="", **nothing)
    Wellbeing.objects.filter(assessment__person=person).update(own_words="", note="", significant=None)
    Said.objects.filter(assessment__person=person).update(words="", chosen=[])
    Determination.objects.filter(assessment__person=person).update(
        reasons=GONE, advice="", trace={"erased": True}, test_says=None
    )
