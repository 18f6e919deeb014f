"""Carrying a plan out, in the caller's transaction: rows first, the audit's events last."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team
from evenhand.site.audit.services import record
from evenhand.site.people.importing.assessment_plan import reasons
from evenhand.site.people.importing.fields import SAID
from evenhand.site.people.importing.plan import Fate, Line, Plan
from evenhand.site.people.models import Allocation, Answer, Assessment, Determination, NameGram, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.models.importing import Import, What
from evenhand.site.people.names import grams
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services.opening import note, pick, save_changes
from evenhand.site.people.services.persons import index_names

VERB = "people.import"
BATCH = 1_000


def carry_out(actor: Actor, run: Import, plan: Plan) -> None:
    """Write what the plan says. Raises Refused, and nothing is written, when a number was taken in this very moment."""
    why = f"import {run.reference}"
    new = plan.of(Fate.NEW)
    try:
        with transaction.atomic():
            if run.what == What.ASSESSMENTS:
                _assessments(actor, run, new, why)
                return
            actor.must("people.person.make")
            _make(actor, new, why)
            for line in plan.of(Fate.CHANGED):
                assert line.person is not None
                save_changes(actor, line.person, line.changes, verb=VERB, why=why)
                if {"name", "legal_name"} & set(line.changes):
                    index_names(line.person)
    except IntegrityError:
        raise Refused("Somebody saved a record of one of these people just now.",
                      "Nothing was imported. Look at the check again.") from None  # fmt: skip


def _make(actor: Actor, lines: list[Line], why: str) -> None:
    """The new records, as ``services.persons.make`` makes one: with their team, their names' index and an event."""
    teams = {team.reference: team for team in Team.objects.filter(pk__in=actor.teams, closed_at=None)}
    today, now = timezone.localdate(), timezone.now()
    made = [Person(**{"last_contact": today, **line.changes}) for line in lines]
    Person.objects.bulk_create(made, batch_size=BATCH)
    placed = [
        Allocation(person=person, team=teams[line.read.given["team"]], began_at=now, began_by=actor.user)
        for person, line in zip(made, lines, strict=True)
    ]
    Allocation.objects.bulk_create(placed, batch_size=BATCH)
    indexed = [
        NameGram(person_id=person.pk, gram=gram)
        for person in made
        for gram in sorted(grams(person.name, person.legal_name))
    ]
    NameGram.objects.bulk_create(indexed, batch_size=BATCH)
    for person, line in zip(made, lines, strict=True):
        after = pick(line.changes, sorted(line.changes)) | {"team": line.read.given["team"]}
        note(actor, VERB, person, why=why, after=after)


def _assessments(actor: Actor, run: Import, lines: list[Line], why: str) -> None:
    """The new assessments with what was said; a decision goes in last, for nothing of its assessment changes after."""
    made = [
        Assessment(
            person=line.person, kind=line.changes["kind"], depth=line.changes["depth"],
            state=State.DETERMINED if "determined_on" in line.changes else State.OPEN,
            own_words=line.changes.get("own_words", ""), begun_on=line.changes["begun_on"], begun_by=actor.user,
        )
        for line in lines
    ]  # fmt: skip
    Assessment.objects.bulk_create(made, batch_size=BATCH)
    answers = [
        Answer(assessment=one, outcome=key.removeprefix(SAID), own_words=text)
        for one, line in zip(made, lines, strict=True)
        for key, text in line.changes.items()
        if key.startswith(SAID)
    ]
    Answer.objects.bulk_create(answers, batch_size=BATCH)
    decided = [
        Determination(
            assessment=one, eligible=line.changes["eligible"], reasons=reasons(line.changes, run.system),
            advice=line.changes.get("advice", ""), trace=[], decided_on=line.changes["determined_on"],
            decided_by=actor.user,
        )
        for one, line in zip(made, lines, strict=True)
        if "determined_on" in line.changes
    ]  # fmt: skip
    Determination.objects.bulk_create(decided, batch_size=BATCH)
    for one, line in zip(made, lines, strict=True):
        assert line.person is not None
        note(actor, VERB, line.person, f"assessment:{one.reference}", why=why, after=dict(line.changes))


def note_import(actor: Actor, run: Import, done: str, after: dict[str, object] | None = None) -> None:
    """One event of the import itself. done: what was done with it, in a word or two."""
    record(actor.who, VERB, f"import:{run.reference}", why=done, after=after)
