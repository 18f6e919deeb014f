"""What the practitioner writes: what the person told them, the answers to the regulations' questions, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from evenhand.facts.care_act import CARER, WAYS
from evenhand.site.accounts.actor import Actor
from evenhand.site.people.assessing.services.held import at_version, changed, held, remember, tidy
from evenhand.site.people.assessing.working import asked
from evenhand.site.people.models import Answer, Assessment, Wellbeing
from evenhand.site.people.models.assessment import State
from evenhand.site.people.refusals import Refused

CHANGE = "people.assessment.change"
WORDS, NOTE = 8000, 4000  # letters
OF_OUTCOME = frozenset({"own_words", "note", "applies", *WAYS})
OF_WELLBEING = frozenset({"own_words", "note", "significant"})
Fields = Mapping[str, Any]


def save_own_words(actor: Actor, assessment: Assessment, version: int, words: str) -> Assessment:
    """What matters to the person, as they told it to the practitioner. What they wrote themselves stands elsewhere."""
    return _save(actor, assessment, version, {"own_words": tidy(words, WORDS, "own_words")})


def save_cause(actor: Actor, assessment: Assessment, version: int, cause: bool | None, note: str) -> Assessment:
    """Whether the needs arise from impairment or illness, or a carer's from necessary care; and what of it."""
    return _save(actor, assessment, version, {"cause": cause, "cause_note": tidy(note, NOTE, "cause_note")})


def save_health(actor: Actor, assessment: Assessment, version: int, at_risk: bool | None) -> Assessment:
    """Whether a carer's own health is, or is at risk of, getting worse. Refused for an adult's assessment."""
    if assessment.kind != CARER:
        raise Refused("Only a carer’s assessment asks about the carer’s health.", "Write it under what matters.")
    return _save(actor, assessment, version, {"health_at_risk": at_risk})


def save_outcomes(
    actor: Actor, assessment: Assessment, version: int, outcomes: Mapping[str, Fields]
) -> Assessment:  # fmt: skip
    """Answers on one outcome or several. Only the fields that are named change (``OF_OUTCOME``).

    Raises Refused for an outcome that this kind of assessment does not have, or one that does not apply and is said
    not to be achieved.
    """
    _known(outcomes, asked(assessment).outcomes, OF_OUTCOME)
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.OPEN,))
        at_version(now, version)
        rows = {a.outcome: a for a in now.answers.filter(outcome__in=outcomes)}
        all_changes: dict[str, tuple[Any, Any]] = {}
        for key, fields in outcomes.items():
            row = rows.get(key) or Answer(assessment=now, outcome=key)
            differences = changed(row, _tidied(fields))
            _consistent(now, row)
            if differences:
                row.save()
                all_changes |= {f"{key}.{name}": pair for name, pair in differences.items()}
        if all_changes:
            remember(actor, CHANGE, now, all_changes)
    return now


def save_wellbeing(
    actor: Actor, assessment: Assessment, version: int, parts: Mapping[str, Fields]
) -> Assessment:  # fmt: skip
    """Answers on parts of wellbeing. Only the fields that are named change (``OF_WELLBEING``)."""
    _known(parts, asked(assessment).wellbeing, OF_WELLBEING)
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.OPEN,))
        at_version(now, version)
        rows = {w.part: w for w in now.wellbeing.filter(part__in=parts)}
        all_changes: dict[str, tuple[Any, Any]] = {}
        for key, fields in parts.items():
            row = rows.get(key) or Wellbeing(assessment=now, part=key)
            if differences := changed(row, _tidied(fields)):
                row.save()
                all_changes |= {f"wellbeing.{key}.{name}": pair for name, pair in differences.items()}
        if all_changes:
            remember(actor, CHANGE, now, all_changes)
    return now


def _save(actor: Actor, assessment: Assessment, version: int, fields: Fields) -> Assessment:
    """Fields of the assessment itself."""
    with transaction.atomic():
        now = held(actor, assessment, CHANGE, (State.OPEN,))
        at_version(now, version)
        if differences := changed(now, fields):
            remember(actor, CHANGE, now, differences)
    return now


def _tidied(fields: Fields) -> dict[str, Any]:
    return {name: tidy(v, NOTE, name) if name in ("own_words", "note") else v for name, v in fields.items()}


def _known(given: Mapping[str, Fields], keys: Mapping[str, Any], fields: frozenset[str]) -> None:
    if strange := set(given) - set(keys):
        raise Refused(
            f"This assessment does not ask about {sorted(strange)[0]!r}.", "Open the list of questions again."
        )
    if strange := {name for one in given.values() for name in one} - fields:
        raise Refused(f"There is no answer {sorted(strange)[0]!r} here.", "Open the page again and fill it in.")


def _consistent(now: Assessment, row: Answer) -> None:
    if row.applies is False and any(getattr(row, way) for way in WAYS):
        raise Refused(
            "You said that this does not apply to the person, and also how they do not achieve it.",
            "Change one of the two.",
            field="applies",
        )
    if now.kind == CARER and row.takes_longer is not None:
        raise Refused("For a carer, how long something takes is no part of the test.", "Leave it out.")
