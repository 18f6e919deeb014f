"""Forms of legal hold, erasure and the copy for the person."""

from __future__ import annotations

from typing import Any

from django import forms

from evenhand.site.people.forms.fields import Choose, Long, Sheet, Words


class Hold(Sheet):
    """Why nothing may be erased."""

    why = Long(
        "Why may nothing of this record be erased?",
        500,
        hint="For example, a claim in court. Leave it empty to end the hold.",
        rows=3,
    )


class Ask(Sheet):
    """Why a record is to be erased."""

    why = Long(
        "Why is this record to be erased?",
        500,
        required=True,
        missing="Write why the record is to be erased.",
        hint="Without names: this stays until the record is erased.",
        rows=3,
    )


class Decide(Sheet):
    """What is done with a request."""

    request = Words("Request", 20, required=True)
    do = Choose("What", (("confirm", ""), ("withdraw", "")))


class Bundle(Sheet):
    """Which passages are left out, and which names are struck from the others."""

    left_out = forms.MultipleChoiceField(required=False)
    strike = Long("Names and phrases to strike wherever they are written", 8000, rows=8, hint="One a line.")

    def __init__(self, data: Any = None, *, keys: list[str], initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["left_out"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]
