"""The forms of assessments: each names its fields, and turns what was typed into what a service takes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from evenhand.facts.care_act import Criteria
from evenhand.site.people.assessing.queries import Opened
from evenhand.site.people.assessing.voice import CAN, HEALTH, NONE, NOT_FOR_ME, NOT_KNOWN, WELLBEING, choices
from evenhand.site.people.assessing.voice import WORDS as OWN_WORDS
from evenhand.site.people.forms.fields import Choose, Day, Long, Sheet, Tick, Ticks, Words
from evenhand.site.people.models import Answer, Assessment
from evenhand.site.people.models.assessment import Depth, Kind

THREE = (("yes", "Yes"), ("no", "No"), ("", "Not yet known"))
AS_SAID = {"yes": True, "no": False, "": None}
SAID_AS = {True: "yes", False: "no", None: ""}
NOT_FOR_THEM = "not_for_them"
TOLD = "What they told you, in their words"
NOTE = "Your notes"


def yes_no(label: str, hint: str = "") -> Choose:
    """Yes, no, or not yet known."""
    return Choose(label, THREE, hint=hint, required=False)


class OwnWords(Sheet):
    """What matters to the person."""

    own_words = Long(
        TOLD, 8000, rows=12, hint="As they say it: “I want to get to choir again”, not “accesses community”."
    )


class Cause(Sheet):
    """The first condition of the test."""

    cause = yes_no("")
    cause_note = Long(NOTE, 4000)

    def __init__(self, data: Any, opened: Opened) -> None:
        a = opened.assessment
        begun = {"version": a.version, "cause": SAID_AS[a.cause], "cause_note": a.cause_note}
        super().__init__(data, initial=begun)
        adult = a.kind == Kind.ADULT
        self.fields["cause"].label = (
            "Do the needs arise from, or are they related to, a physical or mental impairment or illness?"
            if adult
            else "Do the needs arise because they give necessary care to an adult?"
        )
        self.fields["cause"].help_text = (
            "A diagnosis is not needed."
            if adult
            else "Care is necessary when the other person cannot do it themselves."
        )


class Health(Sheet):
    """A carer's own health."""

    at_risk = yes_no("Is their own physical or mental health getting worse, or at risk of it?")


class Outcome(Sheet):
    """One outcome: what they told, the ways of not achieving it, and notes."""

    own_words = Long(TOLD, 4000, rows=4)
    not_for_them = Tick("This does not apply to them")
    note = Long(NOTE, 4000, rows=4)

    def __init__(self, data: Any, opened: Opened, key: str) -> None:
        row = opened.answers.get(key)
        begun: dict[str, Any] = {"version": opened.assessment.version}
        if row is not None:
            begun |= {"own_words": row.own_words, "note": row.note, "not_for_them": row.applies is False}
        self.ways = list(opened.asked.ways)
        begun |= {way: SAID_AS[getattr(row, way, None)] for way in self.ways}
        super().__init__(data, initial=begun)
        for way, asked in opened.asked.ways.items():
            self.fields[way] = yes_no(asked.question)

    def fields_of_answer(self) -> dict[str, Any]:
        """As ``save_outcomes`` takes them. That something was answered says that the outcome applies."""
        clean = self.cleaned_data
        ways = {way: AS_SAID[clean[way]] for way in self.ways}
        applies = False if clean["not_for_them"] else (True if set(ways.values()) - {None} else None)
        return {"own_words": clean["own_words"], "note": clean["note"], "applies": applies, **ways}


class Light(Sheet):
    """All outcomes on one page: the same questions as ticks, and "none of these" beside them."""

    def __init__(self, data: Any, opened: Opened) -> None:
        self.opened, self.asked = opened, opened.asked
        begun: dict[str, Any] = {key: ticks_of(opened.answers.get(key), self.asked) for key in self.asked.outcomes}
        super().__init__(data, initial=begun | {"version": opened.assessment.version})
        offered = [(way.key, way.question) for way in self.asked.ways.values()]
        offered += [(NONE, "None of these: they can do it"), (NOT_FOR_THEM, "This does not apply to them")]
        for outcome in self.asked.outcomes.values():
            self.fields[outcome.key] = Ticks(outcome.name, offered, hint=outcome.help)

    def clean(self) -> dict[str, Any]:
        """Refuse ticks that contradict one another."""
        clean = super().clean() or {}
        for key in self.asked.outcomes:
            ticked = clean.get(key) or []
            if len(ticked) > 1 and {NONE, NOT_FOR_THEM} & set(ticked):
                self.add_error(key, "These ticks do not go together. Untick one of them.")
        return clean

    def changes(self) -> dict[str, dict[str, Any]]:
        """The outcomes whose ticks are not what they were: what stands on their own page is left alone otherwise."""
        out: dict[str, dict[str, Any]] = {}
        for key in self.asked.outcomes:
            ticked = self.cleaned_data.get(key) or []
            if set(ticked) == set(ticks_of(self.opened.answers.get(key), self.asked)):
                continue
            if not ticked or ticked == [NOT_FOR_THEM]:
                ways: dict[str, Any] = dict.fromkeys(self.asked.ways)
            else:
                ways = {way: way in ticked for way in self.asked.ways}
            out[key] = ways | {"applies": None if not ticked else ticked != [NOT_FOR_THEM]}
        return out


def ticks_of(row: Answer | None, asked: Criteria) -> list[str]:
    """An answer as ticks; no tick while it is not yet known."""
    if row is None:
        return []
    if row.applies is False:
        return [NOT_FOR_THEM]
    held = [way for way in asked.ways if getattr(row, way)]
    return held or ([NONE] if all(getattr(row, way) is False for way in asked.ways) else [])


class WellbeingParts(Sheet):
    """The nine parts of wellbeing, each with a note."""

    def __init__(self, data: Any, opened: Opened) -> None:
        begun: dict[str, Any] = {"version": opened.assessment.version}
        self.parts = list(opened.asked.wellbeing)
        for key in self.parts:
            row = opened.wellbeing.get(key)
            begun |= {key: SAID_AS[row.significant if row else None], f"{key}_note": row.note if row else ""}
        super().__init__(data, initial=begun)
        for part in opened.asked.wellbeing.values():
            self.fields[part.key] = yes_no(part.name)
            self.fields[f"{part.key}_note"] = Long(NOTE, 4000, rows=2)

    def changes(self) -> dict[str, dict[str, Any]]:
        """As ``save_wellbeing`` takes them; parts of which nothing was said are left out."""
        clean = self.cleaned_data
        out = {key: {"significant": AS_SAID[clean[key]], "note": clean[f"{key}_note"]} for key in self.parts}
        return {key: one for key, one in out.items() if key in self.changed_parts()}

    def changed_parts(self) -> set[str]:
        """The parts whose answer or note is not what it was when the page was drawn."""
        return {name.removesuffix("_note") for name in self.changed_data} & set(self.parts)


class Begin(Sheet):
    """Which assessment, and how deep."""

    kind = Choose("Whose needs are assessed?", Kind.choices, missing="Choose which assessment to begin.")
    depth = Choose(
        "How much detail does it need?",
        (
            (Depth.LIGHT, "Light: every question on one page, for needs that are simple or well known"),
            (Depth.FULL, "Full: a page for each outcome"),
        ),
        missing="Choose how much detail it needs.",
    )

    def __init__(self, data: Any, kinds: list[tuple[str, str]]) -> None:
        super().__init__(data, initial={"kind": kinds[0][0] if len(kinds) == 1 else None, "depth": Depth.FULL})
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class Send(Sheet):
    """To the person: in plain words or Easy Read."""

    easy_read = Choose(
        "How do they want to read it?",
        (("no", "Plain words"), ("yes", "Easy Read: short sentences with drawings")),
        missing="Choose how they want to read it.",
    )


class Plain(Sheet):
    """Nothing but a button."""


class Stop(Sheet):
    """Why it stops."""

    why = Words("Why does this assessment stop?", 500, required=True, missing="Say why the assessment stops.")


class Determine(Sheet):
    """The decision."""

    eligible = Choose(
        "Are they eligible?", (("yes", "Yes, eligible"), ("no", "No, not eligible")), missing="Choose yes or no."
    )
    reasons = Long(
        "Your reasons", 4000, rows=6, required=True, missing="Give your reasons.",
        hint="The person gets these in writing. At least 20 letters; at least 100 if you decide other than the test.",
    )  # fmt: skip
    advice = Long(
        "Advice on what else can help", 4000, rows=4,
        hint="Owed to somebody who is not eligible: what can meet or reduce their needs, or prevent new ones.",
    )  # fmt: skip
    decided_on = Day("Decided on", required=True, hint="The day of the decision, not in the future.")

    def __init__(self, data: Any, assessment: Assessment) -> None:
        super().__init__(data, initial={"version": assessment.version, "decided_on": timezone.localdate()})


class Say(Sheet):
    """One page of the person's own part."""

    chosen = Ticks("Tick all that are true", ())
    words = Long("Tell us more, if you want to", 4000, rows=4)

    def __init__(self, data: Any, assessment: Assessment, part: str, row: Any) -> None:
        begun: dict[str, Any] = {"version": 0}
        if row is not None:
            begun = {"version": row.version, "words": row.words, "chosen": row.chosen}
        super().__init__(data, initial=begun)
        easy = assessment.easy_read
        if part == OWN_WORDS:
            del self.fields["chosen"]
            self.fields["words"] = Long("In your words", 8000, rows=10)
        else:
            offered = choices(assessment, part)
            self.fields["chosen"] = Ticks("Tick what is true" if easy else "Tick all that are true", offered)
            if part == WELLBEING:
                self.fields["chosen"].label = "Tick what is hard" if easy else "Tick every one that is affected"
            elif part == HEALTH:
                self.fields["chosen"].label = "Tick one"
        if easy:
            self.fields["words"].label = "You can write here"

    @property
    def alone(self) -> frozenset[str]:
        """The choices that go with no other, for the page to say "or" before them."""
        return frozenset((CAN, NOT_KNOWN, NOT_FOR_ME, NONE))
