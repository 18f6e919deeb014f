"""What a person says when measuring records: which council, which period, and how."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import forms

from evenhand.edition.read import Edition
from evenhand.edition.standing import council_of
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Council

WRITTEN = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y")
EXAMPLE = "For example, 1/4/2025"
CODE = re.compile(r"[A-Za-z0-9]{1,12}")
DISCLOSURE = (
    ("ascof", "Round counts to 5 and suppress 0 to 4"),
    ("hes", "Round counts to 5 and suppress 1 to 7, as with hospital statistics"),
    ("none", "Leave counts as they are, for use inside the council only"),
)
# What a file of hospital discharges must have: each heading of sources.cld.discharges, in words.
DISCHARGES = {
    "nhs_number": "The person's NHS number, as in the records",
    "council_of_residence": "The code of the council where the person lives, as in the records",
    "spell_id": "What tells one stay in hospital from another",
    "last_episode": "1 for the last episode of its stay, 0 for the others",
    "admission_date": "For example, 2024-05-09 or 09/05/2024",
    "discharge_date": "In the same form",
    "birth_year": "For example, 1946",
    "birth_month": "1 to 12",
    "sex": "1 male, 2 female",
    "admission_method": "The code of the NHS Data Dictionary, such as 21",
    "discharge_method": "The code, such as 1",
    "discharge_destination": "The code, such as 19",
    "management_type": "The code; EM and NE are emergencies",
    "treatment_function": "The code, such as 300",
}
RELEASES = (("", "Tell it from the records"), ("2", "Release 2"), ("1", "Release 1"))


class Day(forms.DateField):
    """A day as people in England write it."""

    def __init__(self, what: str, *, required: bool = True) -> None:
        wrong = f"Write {what} as a day that there is. {EXAMPLE}."
        super().__init__(required=required, input_formats=WRITTEN, error_messages={"required": wrong, "invalid": wrong})


class Measure(forms.Form):
    """The form of ``/workspace/measure/``. The files come beside it, to a folder (``receiving``)."""

    council = forms.CharField(
        max_length=80,
        error_messages={
            "required": "Write which council the records are of.",
            "max_length": "The name of the council is too long. Write its code instead.",
        },
    )
    start = Day("the first day of the period")
    end = Day("the last day of the period")
    received = Day("the day on which the records were sent", required=False)
    joined = forms.ChoiceField(choices=[("no", ""), ("yes", "")], initial="no")
    release = forms.ChoiceField(choices=RELEASES, required=False)
    disclosure = forms.ChoiceField(choices=DISCLOSURE, initial="ascof")

    def __init__(self, data: Any = None, *, edition: Edition | None = None, today: date | None = None) -> None:
        super().__init__(data)
        self._edition, self._today = edition, today or date.today()  # noqa: DTZ011  (a council's own calendar)

    def clean_council(self) -> tuple[str, str, str]:
        """Name, code and page of the council. One that the edition does not know must be given as a code."""
        typed = " ".join(str(self.cleaned_data["council"]).split())
        found = _known(self._edition, typed)
        if found is not None and self._edition is not None:
            as_at = min(self._today, found.valid_to or self._today)
            return found.name, self._edition.register.code_of(found.id, "cassr", as_at), found.id
        if CODE.fullmatch(typed):
            return typed, typed.upper(), ""
        raise forms.ValidationError("No council has this name. Write it as on the home page, or write its code.")

    def clean(self) -> dict[str, Any]:
        """The period begins before it ends, and nothing was sent tomorrow."""
        held: dict[str, Any] = super().clean() or {}
        start, end, received = held.get("start"), held.get("end"), held.get("received")
        if start and end and end < start:
            self.add_error("end", "The period ends before it begins. Write the earlier day first.")
        if received and received > self._today:
            self.add_error("received", "The records were sent on a day still to come. Write the day they were sent.")
        return held


def _known(edition: Edition | None, typed: str) -> Council | None:
    if edition is None:
        return None
    if found := council_of(edition, typed):
        return found
    try:
        known = edition.register.find(typed, datetime.now().date())  # noqa: DTZ005
    except EvenhandError:
        return None
    return known if isinstance(known, Council) else None


def last_financial_year(today: date) -> tuple[date, date]:
    """The newest financial year that is over.

    >>> last_financial_year(date(2026, 3, 31))
    (datetime.date(2024, 4, 1), datetime.date(2025, 3, 31))
    """
    year = today.year if today >= date(today.year, 4, 1) else today.year - 1
    return date(year - 1, 4, 1), date(year, 3, 31)
