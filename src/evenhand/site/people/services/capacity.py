"""Recording whether a person could make one decision at one time (Mental Capacity Act 2005, sections 1 to 4)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.models import CapacityDecision
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services.opening import note, open_to


def decide(
    actor: Actor, reference: str, decision: str, has_capacity: bool, reasons: str, decided_on: date,
    best_interests: str = "",
) -> CapacityDecision:  # fmt: skip
    """Record a decision on capacity: which decision, when, whether, and why. Nothing recorded is changed afterwards.

    Raises NotPermitted, and Refused for a day to come or before the person was born, and for best interests of somebody
    who could decide.
    """
    if decided_on > timezone.localdate():
        raise Refused("This day is still to come.", "Write the day of the decision.", field="decided_on")
    if has_capacity and best_interests.strip():
        raise Refused(
            "Best interests are weighed only for somebody who could not decide.",
            "Leave it empty, or look at the answer above.", field="best_interests",
        )  # fmt: skip
    if not has_capacity and not best_interests.strip():
        raise Refused(
            "The person could not decide, and it is not said what is in their best interests.",
            "Write what was weighed and who was asked.", field="best_interests",
        )  # fmt: skip
    with transaction.atomic():
        person = open_to(actor, "people.capacity.decide", reference)
        if person.born and decided_on < person.born:
            raise Refused("This is before the person was born.", "Look at the day again.", field="decided_on")
        made = CapacityDecision.objects.create(
            person=person, decision=decision, has_capacity=has_capacity, reasons=reasons, best_interests=best_interests,
            decided_on=decided_on, decided_by=actor.user,
        )  # fmt: skip
        after = {
            "decision": decision, "has_capacity": has_capacity, "reasons": reasons, "best_interests": best_interests,
            "decided_on": decided_on,
        }  # fmt: skip
        note(actor, "people.capacity.decide", person, f"capacity:{made.reference}", after=after)
    return made
