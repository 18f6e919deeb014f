"""A copy of a record for the person, passage by passage, so that what is about others can be left out first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.site.audit.queries import MOST, looks
from evenhand.site.people.assessing.voice import in_words as chosen_words
from evenhand.site.people.assessing.working import asked
from evenhand.site.people.born import born_words
from evenhand.site.people.models import (
    Access,
    Allocation,
    Assessment,
    CapacityDecision,
    Link,
    Person,
    SafeguardingConcern,
)
from evenhand.site.people.models.assessment import State
from evenhand.site.people.numbers import shown
from evenhand.site.people.queries.page import need_words
from evenhand.site.people.words import doing, in_words, moment_words

STRUCK = "[left out]"


@dataclass(frozen=True)
class Passage:
    """One piece of a record. ``third``: it is about somebody else, and is left out unless a manager lets it stand."""

    key: str
    section: str
    heading: str
    text: str
    third: bool = False


def passages(person: Person) -> list[Passage]:
    """Everything that a record says, in order. The caller has asked the permission and writes the event."""
    return [
        one
        for one in (*_about(person), *_beside(person), *_capacity(person), *_concerns(person), *_assessed(person),
                    *_looked(person))
        if one.text
    ]  # fmt: skip


def third_names(person: Person) -> list[str]:
    """Names of others that stand in the record: to be struck wherever they are written, unless a manager says so."""
    links = Link.objects.filter(person=person).select_related("other")
    others = Access.objects.filter(person=person).exclude(standing="holder").select_related("user")
    names = [link.other.name if link.other else link.name for link in links] + [one.user.name for one in others]
    return sorted({name for name in names if name.casefold() != person.name.casefold()})


def struck(text: str, phrases: Iterable[str]) -> str:
    """The text without these phrases, in whatever letters they are written, as whole words.

    >>> struck("Her son Bob Hill came. Bobby did not.", ["bob hill", "Bob"])
    'Her son [left out] came. Bobby did not.'
    """
    wanted = sorted({phrase.strip() for phrase in phrases if phrase.strip()}, key=len, reverse=True)
    if not wanted:
        return text
    any_of = "|".join(re.escape(phrase) for phrase in wanted)
    return re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", STRUCK, text, flags=re.IGNORECASE)


def _about(person: Person) -> list[Passage]:
    facts = (
        ("name", "Name", person.name), ("legal_name", "Name for letters and banks", person.legal_name),
        ("nhs_number", "NHS number", shown(person.nhs_number)), ("council_id", "Council id", person.council_id or ""),
        ("born", "Born", born_words(person.born, person.born_to)),
        ("reason", "Primary support reason", person.get_reason_display()),
        ("phone", "Phone", person.phone), ("email", "Email", person.email),
        ("address", "Address", ", ".join(part for part in (person.address, person.postcode) if part)),
        ("contact", "How to reach", ": ".join(t for t in (person.get_contact_by_display(), person.contact_note) if t)),
        ("language", "Language", person.language + (", with an interpreter" if person.interpreter else "")),
        ("formats", "Needs to communicate", "; ".join(need_words(person))),
        ("died", "Died", in_words(person.died)), ("moved", "Moved away", in_words(person.moved)),
        ("moved_to", "Moved to", person.moved_to),
        ("last_contact", "Last contact", in_words(person.last_contact)),
        ("restricted", "Restricted", "Only named members of staff may read this record" if person.restricted else ""),
        ("hold", "Legal hold", person.hold),
    )  # fmt: skip
    return [Passage(f"person.{key}", "About you", heading, text) for key, heading, text in facts]


def _beside(person: Person) -> list[Passage]:
    found = []
    for link in Link.objects.filter(person=person).select_related("other").order_by("kind", "pk"):
        name = link.other.name if link.other else link.name
        dates = ", ".join(
            f"{word} {in_words(day)}" for word, day in (("since", link.began), ("until", link.ended)) if day
        )
        text = "; ".join(part for part in (name, link.reached, dates) if part)
        found.append(Passage(f"link.{link.reference}", "Who stands beside you", link.get_kind_display(), text, True))
    for one in Access.objects.filter(person=person).select_related("user").order_by("began_at", "pk"):
        own = one.standing == "holder"
        ended = f" until {in_words(one.ended_at)}" if one.ended_at else ""
        text = f"{one.user.name}, from {in_words(one.began_at)}{ended}"
        found.append(
            Passage(f"access.{one.reference}", "Who signs in to the record", one.get_standing_display(), text, not own)
        )
    for at in Allocation.objects.filter(person=person).select_related("team", "worker").order_by("began_at", "pk"):
        ended = f" until {in_words(at.ended_at)}" if at.ended_at else ""
        worker = f": {at.worker.name}" if at.worker else ""
        text = f"{at.team.name}{worker}, from {in_words(at.began_at)}{ended}"
        found.append(Passage(f"allocation.{at.pk}", "Who works with you", "Team", text))
    return found


def _capacity(person: Person) -> list[Passage]:
    found = []
    for one in CapacityDecision.objects.filter(person=person).select_related("decided_by"):
        said = "You could decide" if one.has_capacity else "You could not decide"
        text = f"{said}: {one.decision}. Decided by {one.decided_by.name}.\n{one.reasons}"
        if one.best_interests:
            text += f"\nBest interests: {one.best_interests}"
        found.append(Passage(f"capacity.{one.reference}", "Decisions on capacity", in_words(one.decided_on), text))
    return found


def _concerns(person: Person) -> list[Passage]:
    """Safeguarding notes name others nearly always: each is left out until a manager has read it."""
    found = []
    for one in SafeguardingConcern.objects.filter(person=person).order_by("raised_on", "pk"):
        text = one.what + (f"\nWhat came of it: {one.outcome}" if one.outcome else "")
        found.append(
            Passage(f"concern.{one.reference}", "Safeguarding", f"Raised on {in_words(one.raised_on)}", text, True)
        )
    return found


def _assessed(person: Person) -> list[Passage]:
    found = []
    rows = Assessment.objects.filter(person=person).select_related("determination").order_by("begun_on", "pk")
    for one in rows.prefetch_related("answers", "wellbeing", "said"):
        section = f"{one.get_kind_display()}, begun on {in_words(one.begun_on)}"
        said = [] if one.state == State.WITH_PERSON else list(one.said.all())
        own = [
            (row.part, "\n".join(t for t in (row.words, "; ".join(chosen_words(one, row.part, row.chosen))) if t))
            for row in said
        ]
        notes = [("What matters", one.own_words), ("Cause", one.cause_note), ("Stopped", one.stopped_why)]
        names = {key: asking.name for key, asking in asked(one).outcomes.items()}
        parts = {key: part.name for key, part in asked(one).wellbeing.items()}
        notes += [(f"In your words: {names.get(part, part)}", text) for part, text in own]
        notes += [
            (names.get(a.outcome, a.outcome), "\n".join(t for t in (a.own_words, a.note) if t))
            for a in one.answers.all()
        ]
        notes += [
            (parts.get(w.part, w.part), "\n".join(t for t in (w.own_words, w.note) if t)) for w in one.wellbeing.all()
        ]
        if decision := getattr(one, "determination", None):
            said_so = "Eligible" if decision.eligible else "Not eligible"
            text = "\n".join(t for t in (f"{said_so}: {decision.reasons}", decision.advice) if t)
            notes.append((f"Decided on {in_words(decision.decided_on)}", text))
        found += [Passage(f"assessment.{one.reference}.{n}", section, h, t) for n, (h, t) in enumerate(notes)]
    return found


def _looked(person: Person) -> list[Passage]:
    text = "\n".join(
        f"{moment_words(one.at)}: {doing(one.verb, to_citizen=True)} ({one.role or 'system'})"
        for one in looks(person.reference, MOST)
    )
    return [Passage("looked", "Who has looked at the record", f"The newest {MOST}, newest first", text)]
