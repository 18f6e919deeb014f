"""Reads for the pages of assessments. Opening one writes the audit's event that somebody looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone

from evenhand.allocation.eligibility import Result
from evenhand.facts.care_act import Asked, Criteria
from evenhand.site.accounts.actor import Actor
from evenhand.site.people.assessing.voice import in_words, parts
from evenhand.site.people.assessing.working import answered, asked, worked
from evenhand.site.people.models import Answer, Assessment, Determination, Person, Wellbeing
from evenhand.site.people.models.assessment import Depth, Said, State
from evenhand.site.people.queries import look, visible
from evenhand.site.people.refusals import no_such_record

VIEW = "people.assessment.view"
DONE, STARTED, NOT_BEGUN = "Done", "Started", "Not started"


@dataclass(frozen=True)
class Task:
    """One line of the list of what there is to do."""

    text: str
    address: str  # below the assessment's own: "outcome/nutrition/"
    status: str


@dataclass(frozen=True)
class Opened:
    """An assessment as one page shows it, read in a fixed number of queries."""

    assessment: Assessment
    person: Person
    answers: dict[str, Answer]
    wellbeing: dict[str, Wellbeing]
    voice: dict[str, Said]  # what the person put; empty for staff while it is with the person
    filled: int  # how many of the person's pages were saved

    @cached_property
    def asked(self) -> Criteria:
        """What the law asks."""
        return asked(self.assessment)

    @cached_property
    def determination(self) -> Determination | None:
        """The decision, when there is one."""
        return getattr(self.assessment, "determination", None)

    def result(self, on: date | None = None) -> Result:
        """The test as it would come out on a day; today when none is given."""
        day = on or max(timezone.localdate(), self.assessment.begun_on)
        return worked(self.assessment, self.answers.values(), self.wellbeing.values(), day)

    def said(self, part: str) -> tuple[str, list[str]] | None:
        """The person's own words and choices on one of their pages; None when they were not there."""
        row = self.voice.get(part)
        if row is None or not (row.words or row.chosen):
            return None
        return row.words, in_words(self.assessment, part, row.chosen)

    @property
    def writable(self) -> bool:
        """Whether the practitioner's pages can be saved."""
        return self.assessment.state == State.OPEN

    @property
    def light(self) -> bool:
        """Whether all outcomes stand on one page."""
        return self.assessment.depth == Depth.LIGHT

    def tasks(self) -> list[Task]:
        """What there is to write, in order, with what is done."""
        a = self.assessment
        own = [Task("What matters to them", "words/", DONE if a.own_words or "words" in self.voice else NOT_BEGUN)]
        why = "Why they need support" if a.kind == "adult" else "The care that they give"
        own.append(Task(why, "cause/", DONE if a.cause is not None else STARTED if a.cause_note else NOT_BEGUN))
        if self.light:
            own.append(Task("Day-to-day life", "outcomes/", self._together(list(self.asked.outcomes))))
        else:
            own += [
                Task(o.name, f"outcome/{o.key}/", self._status(o)) for o in self.asked.outcomes.values()
            ]  # fmt: skip
        if self.asked.health:
            own.append(Task("Their own health", "health/", DONE if a.health_at_risk is not None else NOT_BEGUN))
        parts_done = [self._part(key) for key in self.asked.wellbeing]
        impact = DONE if all(parts_done) else STARTED if any(parts_done) else NOT_BEGUN
        return [*own, Task("Wellbeing", "wellbeing/", impact)]

    def _part(self, key: str) -> bool:
        row = self.wellbeing.get(key)
        return row is not None and row.significant is not None

    def _status(self, outcome: Asked) -> str:
        row = self.answers.get(outcome.key)
        if answered(row, self.asked.ways):
            return DONE
        touched = row and (row.own_words or row.note or row.applies or any(
            getattr(row, way) is not None for way in self.asked.ways
        ))  # fmt: skip
        return STARTED if touched else NOT_BEGUN

    def _together(self, keys: list[str]) -> str:
        states = {self._status(self.asked.outcomes[key]) for key in keys}
        return states.pop() if len(states) == 1 else STARTED


def opened(actor: Actor, person: str, reference: str, permission: str = VIEW) -> Opened:
    """One assessment of one person, for a page; the audit remembers that it was looked at.

    Raises NotPermitted alike when there is none, when it is another person's, and when the actor may not see it.
    """
    found = (
        Assessment.objects.filter(reference=reference, person__reference=person, person__in=visible(actor))
        .select_related("person", "begun_by", "returned_by", "determination__decided_by")
        .prefetch_related("answers", "wellbeing", Prefetch("said", Said.objects.select_related("by")))
        .first()
    )
    if found is None or not actor.may(permission, found):
        raise no_such_record()
    seen_by = look(actor, person, VIEW, f"assessment:{found.reference}")
    found.person = seen_by
    voice = {row.part: row for row in found.said.all()}
    hidden = bool(actor.role) and found.state == State.WITH_PERSON  # theirs until they send it, or it is taken back
    return Opened(
        assessment=found,
        person=seen_by,
        answers={row.outcome: row for row in found.answers.all()},
        wellbeing={row.part: row for row in found.wellbeing.all()},
        voice={} if hidden else voice,
        filled=len(set(voice) & set(parts(found))),
    )


def assessments(actor: Actor, person: str) -> tuple[Person, list[Assessment]]:
    """The person and their assessments, newest first. Raises NotPermitted as ``opened`` does."""
    found = look(actor, person, VIEW)
    rows = found.assessments.select_related("begun_by", "determination__decided_by")
    return found, list(rows)
