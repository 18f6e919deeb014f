"""A case and an assessment in any state, for tests. Everybody here is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from evenhand.facts.care_act import criteria
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.people.assessing import services
from evenhand.site.people.models import Assessment, Person
from tests.site.records import a_person, acting, allocate, citizen, staff, team

REASONS = "They cannot eat or wash without help, and that touches their dignity every day."
AGAINST = REASONS + " The test alone does not see that this changes from week to week, as the diary shows."
ADVICE = "The library lends books by post, and the luncheon club has places on Thursdays."


@dataclass(frozen=True)
class CaseOf:
    """A person with a team, a practitioner in it, and the person's own account."""

    person: Person
    team: Team
    worker: User
    holder: User

    @property
    def actor(self) -> Actor:
        """The practitioner."""
        return acting(self.worker)

    @property
    def self(self) -> Actor:
        """The person."""
        return acting(self.holder)

    def assessment(self, kind: str = "adult", depth: str = "full") -> Assessment:
        """A new one."""
        return services.begin(self.actor, self.person, kind, depth)


def a_case(**fields: Any) -> CaseOf:
    """A case of an adult who is a carer too, with an account of their own."""
    ours = team()
    person = a_person(**({"is_carer": True} | fields))
    allocate(person, ours)
    return CaseOf(person, ours, staff(Role.PRACTITIONER, ours), citizen(person))


def fresh(assessment: Assessment) -> Assessment:
    """As it is in the database now."""
    return Assessment.objects.select_related("person").get(pk=assessment.pk)


def answer_all(case: CaseOf, assessment: Assessment, unable: int = 2, *, impact: bool = True) -> Assessment:
    """Answer everything: the first so many outcomes cannot be achieved without assistance."""
    asked = criteria(assessment.kind, timezone.localdate())
    outcomes = {
        key: {way: way == "needs_assistance" and number < unable for way in asked.ways} | {"applies": True}
        for number, key in enumerate(asked.outcomes)
    }
    parts = {key: {"significant": impact and key == "dignity"} for key in asked.wellbeing}
    a = services.save_cause(case.actor, assessment, fresh(assessment).version, True, "")
    if assessment.kind == "carer":
        a = services.save_health(case.actor, a, a.version, False)
    a = services.save_outcomes(case.actor, a, a.version, outcomes)
    return services.save_wellbeing(case.actor, a, a.version, parts)


def with_person(case: CaseOf, *, kind: str = "adult", easy_read: bool = False) -> Assessment:
    """One that was sent to the person."""
    a = case.assessment(kind)
    return services.send(case.actor, a, a.version, easy_read=easy_read)


def determined(case: CaseOf, *, eligible: bool = True) -> Assessment:
    """One that was decided, as the test says."""
    a = answer_all(case, case.assessment(), 2 if eligible else 1)
    services.determine(
        case.actor, a, a.version, eligible=eligible, reasons=REASONS, advice="" if eligible else ADVICE,
        decided_on=today(),
    )  # fmt: skip
    return fresh(a)


def today() -> date:
    """The day in England."""
    return timezone.localdate()
