"""The decision on eligibility (Care Act 2014 s.13): a human's, with reasons, beside what the test gives."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from evenhand.allocation.eligibility import Result
from evenhand.site.accounts.actor import Actor
from evenhand.site.audit.services import record
from evenhand.site.people.assessing.services.held import at_version, changed, held, tidy
from evenhand.site.people.assessing.working import worked
from evenhand.site.people.models import Assessment, Determination
from evenhand.site.people.models.assessment import State
from evenhand.site.people.refusals import Refused

DETERMINE = "people.assessment.determine"
LEAST, LEAST_AGAINST = 20, 100  # letters of reasons; more when the decision is not what the test gives
MOST = 4000


def determine(
    actor: Actor, assessment: Assessment, version: int, *, eligible: bool, reasons: str, decided_on: date,
    advice: str = "",
) -> Determination:  # fmt: skip
    """Decide, for good: nothing of the assessment changes after.

    advice: what else can help (s.13(5)); owed when the person is not eligible. decided_on: not in the future, and not
    before the assessment began. Raises Refused when the test still lacks answers, or for reasons that are too short.
    """
    why, other = tidy(reasons, MOST, "reasons"), tidy(advice, MOST, "advice")
    with transaction.atomic():
        now = held(actor, assessment, DETERMINE, (State.OPEN, State.TO_DETERMINE))
        at_version(now, version)
        if not now.begun_on <= decided_on <= timezone.localdate():
            raise Refused(
                f"The day of the decision must be from {now.begun_on.day} {now.begun_on:%B %Y} to today.",
                "Give the day on which it was decided.",
                field="decided_on",
            )
        result = refuse_unless_answered(now, decided_on)
        _refuse_short(eligible, result, why, other)
        differences = changed(now, {"state": State.DETERMINED})
        now.version += 1
        now.save()
        made = Determination.objects.create(
            assessment=now, eligible=eligible, test_says=result.eligible, reasons=why, advice=other,
            trace=result.as_json(), decided_on=decided_on, decided_by=actor.user,
        )  # fmt: skip
        after = {
            "state": now.state, "eligible": eligible, "test_says": result.eligible, "reasons": why, "advice": other,
            "decided_on": decided_on,
        }  # fmt: skip
        record(
            actor.who, DETERMINE, f"assessment:{now.reference}", case=now.person.reference,
            before={"state": differences["state"][0]}, after=after,
        )  # fmt: skip
    return made


def refuse_unless_answered(now: Assessment, on: date) -> Result:
    """The test's result. Raises Refused, naming what is still to ask, when it cannot say."""
    result = worked(now, now.answers.all(), now.wellbeing.all(), on)
    if result.eligible is None:
        names = [line.said.split(":")[0] for line in result.missing]
        shown = "; ".join(names[:4]) + (f"; and {len(names) - 4} more" if len(names) > 4 else "")
        raise Refused(f"The test cannot say yet. Still to ask: {shown}.", "Answer these first.")
    return result


def _refuse_short(eligible: bool, result: Result, reasons: str, advice: str) -> None:
    if eligible is not result.eligible and len(reasons) < LEAST_AGAINST:
        raise Refused(
            "Your decision is not what the test gives.",
            f"Say why, in at least {LEAST_AGAINST} letters; these are {len(reasons)}.",
            field="reasons",
        )
    if len(reasons) < LEAST:
        raise Refused("Give your reasons.", f"Write at least {LEAST} letters.", field="reasons")
    if not eligible and len(advice) < LEAST:
        raise Refused(
            "Somebody who is not eligible is owed advice on what else can help.",
            f"Write at least {LEAST} letters.",
            field="advice",
        )
