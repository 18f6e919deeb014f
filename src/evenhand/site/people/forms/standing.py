"""Forms of who stands beside a person, capacity, safeguarding, allocation, restriction and emergencies."""

from __future__ import annotations

from typing import Any

from django import forms

from evenhand.site.people.forms.fields import Choose, Day, Long, Sheet, Tick, Ticks, Words
from evenhand.site.people.models.person import LinkKind


class NewLink(Sheet):
    """Somebody beside the person: by the number of their record, or by name."""

    kind = Choose("How do they stand beside the person?", LinkKind.choices)
    number = Words("Their council id or NHS number, if they have a record", 40, wide="govuk-input--width-20")
    name = Words("Or their name", 200)
    reached = Words("How are they reached?", 300, hint="Only with a name: a phone number, an address.")
    began = Day("Since when?", hint="Leave it empty when it is not known.")


class EndLink(Sheet):
    """That it ended, and when."""

    ended = Day("When did it end?", hint="Leave it empty for today.")


class Capacity(Sheet):
    """One decision on capacity."""

    decision = Words(
        "Which decision was it?",
        300,
        required=True,
        missing="Write which decision it was.",
        hint="For example: to ask for a direct payment.",
    )
    has_capacity = Choose("Could the person decide it at that time?", (("yes", "Yes"), ("no", "No")))
    reasons = Long(
        "Why?",
        4000,
        required=True,
        missing="Write the reasons.",
        hint="How they were helped to decide; whether they could understand, keep, weigh and say.",
    )
    best_interests = Long("If not: what is in their best interests, and who was asked?", 4000)
    decided_on = Day("When was this decided?", required=True)


class Concern(Sheet):
    """A safeguarding concern."""

    what = Long("What is the concern?", 4000, required=True, missing="Write what the concern is.")
    raised_on = Day("When was it raised?", required=True)


class CloseConcern(Sheet):
    """What came of a concern."""

    outcome = Long("What came of it?", 4000, required=True, missing="Write what came of it.")
    closed_on = Day("When was it closed?", required=True)


class Allocating(Sheet):
    """A team, and perhaps a worker in it."""

    place = Choose("Who works with the person?", (), drawn="select", missing="Choose a team or a worker.")

    def __init__(self, data: Any = None, *, places: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class Ending(Sheet):
    """A team that works with the person no more."""

    team = Words("Team", 20, required=True)


class Restricting(Sheet):
    """Named readers of a restricted record."""

    readers = Ticks("Who may read it?", (), hint="You are always among them.")
    email = Words("Somebody else, by their work email", 254, kind="email")

    def __init__(
        self, data: Any = None, *, staff: list[tuple[str, str]], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["readers"].choices = staff  # type: ignore[attr-defined]
        if not staff:
            del self.fields["readers"]


class OpenAgain(Sheet):
    """That a restricted record is opened to its teams again."""

    sure = Tick("Everybody in the person's teams may read the record again", required=True)


class Emergency(Sheet):
    """A record to open in an emergency: its exact number and the reason."""

    number = Words(
        "The person's council id or NHS number, exactly",
        40,
        required=True,
        wide="govuk-input--width-20",
        missing="Write the council id or the NHS number.",
    )
    why = Long(
        "Why must you see this record now?",
        500,
        required=True,
        missing="Write the reason.",
        hint="At least 20 letters. The managers of the person's team and the auditor read it.",
    )


class Review(Sheet):
    """The finding on an emergency."""

    finding = Long(
        "What did you find?",
        500,
        required=True,
        missing="Write what you found.",
        hint="Whether the record had to be opened, and what follows.",
    )


class Another(Sheet):
    """The number of the other record of the same person."""

    number = Words(
        "Council id or NHS number of the other record",
        40,
        required=True,
        wide="govuk-input--width-20",
        missing="Write the number of the other record.",
    )


class Joining(Sheet):
    """Which answers of two records are kept. ``gone_version`` is the other record's."""

    HIDDEN = ("once", "version", "gone_version")
    gone_version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    why = Long("How do you know that these are one person?", 500, required=True, missing="Write how you know.", rows=3)

    def __init__(
        self, data: Any = None, *, answers: dict[str, tuple[str, str, str]], initial: dict[str, Any] | None = None
    ) -> None:
        """``answers``: for each, its label and how the kept record and the other say it."""
        super().__init__(data, initial=initial)
        for name, (label, kept, gone) in answers.items():
            self.fields[name] = Choose(label, (("kept", kept or "Nothing"), ("gone", gone or "Nothing")))
        self.order_fields([*answers, "why"])


class Undoing(Sheet):
    """Which merge is undone."""

    merge = Words("Merge", 20, required=True)
