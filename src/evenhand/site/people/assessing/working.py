"""From the rows of an assessment to the calculator, and what each kind of assessment asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from evenhand.allocation.eligibility import Result, Ways, adult, carer
from evenhand.facts.care_act import ADULT, Criteria, criteria
from evenhand.site.people.models import Answer, Assessment, Wellbeing


def asked(assessment: Assessment) -> Criteria:
    """What the law asked on the day that the assessment began."""
    return criteria(assessment.kind, assessment.begun_on)


def worked(assessment: Assessment, answers: Iterable[Answer], wellbeing: Iterable[Wellbeing], on: date) -> Result:
    """The test of eligibility over what was answered, as the law stands ``on`` a day."""
    ways = criteria(assessment.kind, on).ways
    outcomes = {a.outcome: Ways(a.applies, **{way: getattr(a, way) for way in ways}) for a in answers}
    parts = {w.part: w.significant for w in wellbeing}
    if assessment.kind == ADULT:
        return adult(assessment.cause, outcomes, parts, on=on)
    return carer(assessment.cause, assessment.health_at_risk, outcomes, parts, on=on)


def answered(answer: Answer | None, ways: Iterable[str]) -> bool:
    """Whether the four questions of an outcome are done with: it does not apply, one way holds, or none does."""
    if answer is None:
        return False
    held = [getattr(answer, way) for way in ways]
    return answer.applies is False or True in held or None not in held
