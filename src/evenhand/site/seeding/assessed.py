"""Assessments in every state, for adults and carers, with what the people said and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from evenhand.facts.care_act import ADULT, CARER
from evenhand.site.accounts.models import User
from evenhand.site.people.assessing import voice
from evenhand.site.people.assessing.working import asked, worked
from evenhand.site.people.models import Answer, Assessment, Determination, Person, Wellbeing
from evenhand.site.people.models.assessment import Depth, Said, State
from evenhand.site.seeding.council import Council
from evenhand.site.seeding.drawing import listed, weighted, working_hours
from evenhand.site.seeding.holders import Holders
from evenhand.site.seeding.lives import Life
from evenhand.site.seeding.past import Happened

ASSESSED = 0.62  # of the living
STATES = {State.DETERMINED: 70, State.OPEN: 14, State.TO_DETERMINE: 8, State.STOPPED: 8}
PARTLY = 0.5  # of the questions, in an assessment that is still being written


@dataclass
class Rows:
    """What is saved together, in the order in which the database's triggers let it in."""

    assessments: list[Assessment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    wellbeing: list[Wellbeing] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    determinations: list[Determination] = field(default_factory=list)

    def save(self) -> None:
        """All of them. What people said goes in while it is with them, and a decision last."""
        final = {id(one): one.state for one in self.assessments}
        spoken = {id(one.assessment): one.assessment for one in self.said}
        for one in spoken.values():
            one.state = State.WITH_PERSON
        Assessment.objects.bulk_create(self.assessments)
        Answer.objects.bulk_create(self.answers)
        Wellbeing.objects.bulk_create(self.wellbeing)
        Said.objects.bulk_create(self.said)
        for one in spoken.values():
            one.state = final[id(one)]
        Assessment.objects.bulk_update(list(spoken.values()), ["state"])
        Determination.objects.bulk_create(self.determinations)


def save(council: Council, holders: Holders) -> None:
    """Assess six in ten people once, some twice, and those with a sign-in card as their card promises."""
    rows, dice = Rows(), council.dice
    first = {kind: list(STATES) for kind in (ADULT, CARER)}  # each state once, before chance has its way
    known = {
        id(holders.adult): (State.WITH_PERSON, 0.0), id(holders.learner): (State.WITH_PERSON, 0.4),
        id(holders.decided): (State.DETERMINED, 1.0), id(holders.carer): (State.OPEN, 1.0),
    }  # fmt: skip
    for life in council.lives:
        if not life.alive_here or life.team is None:
            continue
        speaks = holders.user.get(life.person.pk)
        kind = ADULT if life.person.is_adult else CARER
        if id(life) in known:
            state, filled = known[id(life)]
        elif speaks is not None:
            state, filled = dice.choice(((State.WITH_PERSON, 0.7), (State.OPEN, 1.0), (State.DETERMINED, 1.0)))
        elif dice.random() < ASSESSED:
            state, filled = first[kind].pop() if first[kind] else weighted(dice, STATES), 0.0
        else:
            continue
        made = _one(council, rows, life, kind, state, speaks, filled)
        long_ago = made.begun_on < timezone.localdate(council.now) - timedelta(days=90)
        if state == State.DETERMINED and speaks is None and long_ago and dice.random() < 0.2:
            _one(council, rows, life, kind, State.OPEN, None, 0.0)
    rows.save()


def _one(
    council: Council, rows: Rows, life: Life, kind: str, state: State, speaks: User | None, filled: float
) -> Assessment:
    dice, person = council.dice, life.person
    begun = _begun(council, life, recent=state != State.DETERMINED)
    worker = council.workers[person.pk]
    one = Assessment(
        person=person, kind=kind, depth=dice.choice((Depth.FULL, Depth.FULL, Depth.LIGHT)), state=state, version=4,
        easy_read="easy_read" in person.formats and speaks is not None, begun_on=timezone.localdate(begun),
        begun_by=worker, own_words=dice.choice(listed("told")["matters"][kind]),
    )  # fmt: skip
    rows.assessments.append(one)
    _happened(council, one, begun, "people.assessment.change", {"kind": kind, "depth": str(one.depth)})
    if state in (State.STOPPED, State.WITH_PERSON):
        one.stopped_why = dice.choice(listed("told")["stopped"]) if state == State.STOPPED else ""
    whole = state in (State.DETERMINED, State.TO_DETERMINE)
    answers, parts = _answered(dice, one, whole, skip=state == State.WITH_PERSON)
    rows.answers += answers
    rows.wellbeing += parts
    _happened(
        council, one, begun + timedelta(days=1, minutes=12), "people.assessment.change", {"own_words": one.own_words}
    )
    if speaks is not None:
        _said(council, rows, one, speaks, begun + timedelta(days=2), filled, answers)
    if state == State.DETERMINED:
        _determined(council, rows, one, answers, parts, begun + timedelta(days=9))
    return one


def _begun(council: Council, life: Life, *, recent: bool) -> datetime:
    known = max(13, (council.now - life.person.made_at).days)
    days = council.dice.randrange(4, min(60, known)) if recent else council.dice.randrange(12, known)
    day = timezone.localdate(council.now) - timedelta(days=days)
    return max(working_hours(council.dice, day), life.person.made_at + timedelta(hours=1))


def _answered(
    dice: Random, one: Assessment, whole: bool, *, skip: bool
) -> tuple[list[Answer], list[Wellbeing]]:  # fmt: skip
    """What the practitioner wrote of each outcome and of wellbeing; a part of it in one that is still being written."""
    told, criteria = listed("told"), asked(one)
    reason = "carer" if one.kind == CARER else str(one.person.reason)
    if skip:
        return [], []
    one.cause, one.cause_note = True, told["cause"][reason]
    one.health_at_risk = dice.random() < 0.6 if one.kind == CARER else None
    hard = 0.12 if dice.random() < 0.2 else 0.5  # one in five manages nearly everything
    answers = []
    for key in criteria.outcomes:
        if not whole and dice.random() > PARTLY:
            continue
        row = Answer(assessment=one, outcome=key, applies=True)
        if key in ("caring_for_child", "childcare", "caring_for_others") and dice.random() < 0.85:
            row.applies = False
        else:
            unable = dice.random() < hard
            held = dice.choice(list(criteria.ways)) if unable else ""
            for way in criteria.ways:
                setattr(row, way, way == held or (unable and dice.random() < 0.15))
            row.own_words = dice.choice(told[one.kind][key]["unable" if unable else "able"])
            row.note = dice.choice(told["notes"]) if unable and dice.random() < 0.5 else ""
        answers.append(row)
    unable_to = sum(_is_unable(answer) for answer in answers)
    parts = [
        Wellbeing(assessment=one, part=key, significant=unable_to > 1 and dice.random() < 0.4)
        for key in criteria.wellbeing
        if whole or dice.random() < PARTLY
    ]
    if whole and unable_to > 2 and not any(part.significant for part in parts):
        parts[-1].significant = True
    return answers, parts


def _said(
    council: Council, rows: Rows, one: Assessment, by: User, sent: datetime, filled: float, answers: Sequence[Answer]
) -> None:
    """What the person put on their own pages, a part of them while it is with them."""
    dice, told = council.dice, listed("told")
    one.sent_at = sent
    pages = voice.parts(one)
    pages = pages[: round(len(pages) * filled)]
    unable = {row.outcome for row in answers if _is_unable(row)} or set(dice.sample(list(asked(one).outcomes), 4))
    at = sent + timedelta(days=1, hours=2)
    for number, part in enumerate(pages):
        row = Said(assessment=one, part=part, by=by, at=at + timedelta(minutes=3 * number), chosen=[], words="")
        offered = [key for key, _ in voice.choices(one, part)]
        if part == voice.WORDS:
            row.words = dice.choice(told["matters"][one.kind])
        elif part in asked(one).outcomes:
            row.chosen = _chosen(dice, part, part in unable, asked(one).ways)
            if voice.NOT_FOR_ME not in row.chosen:
                row.words = dice.choice(told[one.kind][part]["unable" if part in unable else "able"])
        else:
            row.chosen = ["yes"] if "yes" in offered else dice.sample(offered[:-2], 2)
        rows.said.append(row)
        _happened(council, one, row.at, "people.assessment.answer", {part: {"words": row.words, "chosen": row.chosen}},
                  by)  # fmt: skip
    if one.state != State.WITH_PERSON and pages:
        one.returned_at, one.returned_by = at + timedelta(hours=1), by
        _happened(council, one, one.returned_at, "people.assessment.answer", {"state": "open"}, by)


def _chosen(dice: Random, part: str, unable: bool, ways: Any) -> list[str]:
    if unable:
        return [dice.choice(list(ways))]
    alone = part in ("caring_for_child", "childcare", "caring_for_others")
    return [voice.NOT_FOR_ME if alone and dice.random() < 0.8 else voice.CAN]


def _determined(
    council: Council, rows: Rows, one: Assessment, answers: list[Answer], parts: list[Wellbeing], at: datetime
) -> None:
    at = min(at, council.now - timedelta(hours=2))
    on = max(one.begun_on, timezone.localdate(at))
    result = worked(one, answers, parts, on)
    assert result.eligible is not None, "everything was answered"
    by = council.managers[council.teams.index(_team(council, one.person))]
    names = [asked(one).outcomes[row.outcome].name.lower() for row in answers if _is_unable(row)]
    could_not = f"{one.person.name} cannot manage {' or '.join(names[:3])} without help" if names else (
        f"{one.person.name} manages day to day"
    )  # fmt: skip
    reasons = f"{could_not}. {one.cause_note} " + (
        "The effect on wellbeing is significant, in their own words and in what we saw."
        if result.eligible
        else "We found no significant effect on wellbeing that the law's test asks for."
    )
    advice = "" if result.eligible else council.dice.choice(listed("told")["advice"])
    rows.determinations.append(Determination(
        assessment=one, eligible=result.eligible, test_says=result.eligible, reasons=reasons, advice=advice,
        trace=result.as_json(), decided_on=on, decided_by=by, made_at=at,
    ))  # fmt: skip
    after = {"state": "determined", "eligible": result.eligible, "test_says": result.eligible, "reasons": reasons}
    _happened(council, one, at, "people.assessment.determine", after, by)


def _team(council: Council, person: Person) -> Any:
    worker = council.workers[person.pk]
    return council.teams[next(number for number, team in enumerate(council.in_team) if worker in team)]


def _is_unable(row: Answer) -> bool:
    return any((row.needs_assistance, row.causes_pain, row.endangers, row.takes_longer))


def _happened(
    council: Council, one: Assessment, at: datetime, verb: str, after: dict[str, Any], by: User | None = None
) -> None:
    who = council.who(by or council.workers[one.person.pk])
    council.past.append(
        Happened(min(at, council.now - timedelta(hours=1)), who, verb, f"assessment:{one.reference}",
                 one.person.reference, after=after)
    )  # fmt: skip
