"""Opening a record in an emergency ("break-glass"), for some hours, to look and not to change; and its review."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.audit.services import record
from evenhand.site.people.models import BreakGlass, Person
from evenhand.site.people.queries.visible import visible
from evenhand.site.people.refusals import Refused, no_such_record
from evenhand.site.people.services.opening import note

OPEN_FOR = timedelta(hours=4)
FEWEST_LETTERS = 20  # of a reason
BREAK, REVIEW = "people.glass.break", "people.glass.review"


def open_in_emergency(actor: Actor, number: str, why: str) -> Person:
    """Open the record with exactly this council id or NHS number for four hours, and alert those who review it.

    A record that the actor may see anyway, or has open already, is returned as it is, so twice is once. Call it outside
    a transaction: the audit keeps what was refused too. Raises NotPermitted; Refused for a reason of less than twenty
    letters, and for a number that no record has.
    """
    actor.must(BREAK)
    if sum(letter.isalpha() for letter in why) < FEWEST_LETTERS:
        raise Refused("The reason is too short.", f"Say in at least {FEWEST_LETTERS} letters why you must see this "
                      "record now.", field="why")  # fmt: skip
    found = _exactly(number)
    if found is None:
        with transaction.atomic():
            record(actor.who, BREAK, "people", why="no record found")
        raise Refused("No record has this council id or NHS number.", "Look at it again, digit by digit.",
                      field="number")  # fmt: skip
    with transaction.atomic():
        found = Person.objects.select_for_update().get(pk=found.pk)
        if visible(actor).filter(pk=found.pk).exists():
            return found
        now = timezone.now()
        glass = BreakGlass.objects.create(
            person=found, user=actor.user, why=why.strip()[:500], opened_at=now, until=now + OPEN_FOR
        )
        note(actor, BREAK, found, f"glass:{glass.reference}", why=f"emergency {glass.reference}",
             after={"why": glass.why, "until": glass.until})  # fmt: skip
    return found


def review(actor: Actor, reference: str, finding: str) -> BreakGlass:
    """Say what came of looking into an emergency; once. Raises NotPermitted; Refused for one's own and for no words."""
    if not finding.strip():
        raise Refused("The finding is empty.", "Write whether the record had to be opened.", field="finding")
    with transaction.atomic():
        glass = BreakGlass.objects.select_for_update().select_related("person").filter(reference=reference).first()
        if glass is None or not actor.may(REVIEW, glass):
            raise no_such_record()
        if glass.user_id == actor.user.pk:
            raise Refused("You opened this record yourself.", "Another manager must review it.")
        if glass.reviewed_at is not None:
            raise Refused("This was reviewed already.", "Go back to see the finding.")
        glass.reviewed_at, glass.reviewed_by, glass.finding = timezone.now(), actor.user, finding.strip()[:500]
        glass.save(update_fields=["reviewed_at", "reviewed_by", "finding"])
        note(actor, REVIEW, glass.person, f"glass:{glass.reference}", after={"finding": glass.finding})
    return glass


def _exactly(number: str) -> Person | None:
    """The one record with this number, whoever asks."""
    everyone: QuerySet[Person] = Person.objects.filter(merged_into=None, erased_at=None)
    digits = re.sub(r"[\s\-]+", "", number)
    if re.fullmatch("[0-9]{10}", digits) and (found := everyone.filter(nhs_number=digits).first()):
        return found
    typed = number.strip().lower()
    return (
        everyone.annotate(council_id_lower=Lower("council_id")).filter(council_id_lower=typed).first()
        if typed
        else None
    )
