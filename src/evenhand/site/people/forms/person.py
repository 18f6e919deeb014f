"""The forms of a person's record: one for a new record, and one for each part that changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from evenhand.facts.people import needs
from evenhand.site.people import numbers
from evenhand.site.people.born import born_from
from evenhand.site.people.forms.fields import Choose, Day, Sheet, Tick, Ticks, Words
from evenhand.site.people.models.person import BornTo, ContactBy, Person, Reason
from evenhand.site.people.refusals import Refused

WHO = (("adult", "May need care and support themselves"), ("carer", "Cares for somebody, unpaid"), ("both", "Both"))


def email(typed: str) -> str:
    """An email address in lower case; empty for nothing. Raises Refused."""
    try:
        validate_email(typed) if typed else None
    except ValidationError:
        raise Refused("This is no email address.", "Write it like name@example.org.", field="email") from None
    return typed.lower()


def read_born(day: str, month: str, year: str) -> tuple[date | None, BornTo]:
    """A date of birth of which a part may be left out."""
    return born_from(day, month, year, timezone.localdate())


def _name() -> Words:
    return Words(
        "What does the person want to be called?",
        200,
        required=True,
        missing="Write the person's name.",
        hint="First and last name, as they say it.",
    )


def _legal_name() -> Words:
    return Words("Another name for letters or a bank", 200, hint="Leave it empty when it is the same.")


def _nhs_number() -> Words:
    return Words(
        "NHS number",
        20,
        hint="10 digits, for example 943 476 5919. Leave it empty when not known.",
        wide="govuk-input--width-10",
        clean=numbers.nhs_number,
    )


def _council_id() -> Words:
    return Words(
        "Council id",
        40,
        hint="The number of the person in the council's other systems, if there is one.",
        wide="govuk-input--width-20",
        clean=lambda typed: typed or None,
    )


def _born() -> Day:
    return Day(
        "Date of birth",
        read=read_born,
        hint="For example, 17 5 1950. Leave out what is not known: the day, the day and the month, or all three.",
    )


def _postcode() -> Words:
    return Words("Postcode", 10, wide="govuk-input--width-10", clean=numbers.postcode)


class Who(Sheet):
    """Whether somebody is an adult with needs, a carer or both."""

    who = Choose("Who is this record of?", WHO, missing="Choose whose record this is.")

    @property
    def answers(self) -> dict[str, Any]:
        """The choice as the two fields of the record."""
        held = super().answers
        chosen = held.pop("who")
        return held | {"is_adult": chosen != "carer", "is_carer": chosen != "adult"}


class New(Who):
    """A new record: enough to tell the person by. The rest is added on their page."""

    field_order = ("name", "born", "nhs_number", "council_id", "postcode", "who", "team", "another")
    name = _name()
    born = _born()
    nhs_number = _nhs_number()
    council_id = _council_id()
    postcode = _postcode()
    team = Choose("Which of your teams works with them?", (), missing="Choose a team.")
    another = Tick("None of these is the person: make a new record")

    def __init__(self, data: Any = None, *, teams: list[tuple[str, str]], asked: bool = False) -> None:
        super().__init__(data, initial={"who": "adult", "team": teams[0][0] if len(teams) == 1 else None})
        self.fields["team"].choices = teams  # type: ignore[attr-defined]
        self.asked = asked

    @property
    def drawn(self) -> list[str]:
        """Without the tick for likely doubles, which stands beside them; without the team when there is one only."""
        only = len(self.fields["team"].choices) == 1  # type: ignore[attr-defined]
        return [name for name in super().drawn if name != "another" and not (only and name == "team")]


class Naming(Sheet):
    """Names and numbers."""

    title = "What is the person called?"
    name = _name()
    legal_name = _legal_name()
    nhs_number = _nhs_number()
    council_id = _council_id()


class Birth(Sheet):
    """Date of birth."""

    title = "When was the person born?"
    born = _born()


class Contact(Sheet):
    """How to reach the person."""

    title = "How can the person be reached?"
    contact_by = Choose("What do they prefer?", ContactBy.choices, required=False)
    contact_note = Words(
        "What should whoever reaches out know?", 500, hint="For example, after 10; they do not answer hidden numbers."
    )
    phone = Words("Phone", 40, wide="govuk-input--width-20", kind="tel")
    email = Words("Email", 254, kind="email", clean=email)
    address = Words("Address, without the postcode", 400)
    postcode = _postcode()
    last_contact = Day(
        "When did the council last have contact with them?",
        hint="For example, 17 5 2025. The time for which a record is kept runs from this day.",
    )


class Communication(Sheet):
    """Language, interpreter and accessible information."""

    title = "What does the person need to communicate?"
    language = Words("Language", 60, wide="govuk-input--width-20")
    interpreter = Tick("They need an interpreter")
    formats = Ticks(
        "Information and support they need",
        [(need.code, need.words) for need in needs().values()],
        group=lambda code: needs()[code].group,
    )


class Why(Who):
    """Whether the person has needs or cares, and the primary support reason."""

    title = "Why does the person have support?"
    reason = Choose(
        "Primary support reason", Reason.choices, drawn="select", hint="As in the council's statutory returns."
    )


class Left(Sheet):
    """That the person died or moved away."""

    title = "Has the person died or moved away?"
    died = Day("Died on", hint="Leave it empty when the person is alive.")
    moved = Day("Moved away on", hint="Leave it empty when the person lives in the council's area.")
    moved_to = Words("Where to", 100, hint="The council, if it is known.")


PARTS: dict[str, type[Sheet]] = {
    "name": Naming,
    "birth": Birth,
    "contact": Contact,
    "communication": Communication,
    "reason": Why,
    "left": Left,
}


def begun(person: Person, part: type[Sheet]) -> dict[str, Any]:
    """What a form of this record begins with."""
    held = {name: getattr(person, name) for name in part.base_fields if hasattr(person, name)}
    held |= {"version": person.version, "born_to": person.born_to}
    if "who" in part.base_fields:
        held["who"] = "both" if person.is_adult and person.is_carer else "carer" if person.is_carer else "adult"
    if held.get("nhs_number"):
        held["nhs_number"] = numbers.shown(person.nhs_number)
    return held
