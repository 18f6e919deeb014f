"""What an auditor may ask the list for."""

from __future__ import annotations

from typing import Any

from django import forms

from evenhand.site.audit.queries import Filter

WRITTEN = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y")
NO_DAY = {"invalid": "Write the day like 1/4/2026."}


class Asked(forms.Form):
    """The filter of the list, from the address. Every field may be left out."""

    case = forms.SlugField(label="Record", required=False, max_length=40, help_text="Its reference",
                           error_messages={"invalid": "A reference has letters and digits only."})  # fmt: skip
    actor = forms.SlugField(label="Who", required=False, max_length=40, help_text="The reference of their account",
                            error_messages={"invalid": "A reference has letters and digits only."})  # fmt: skip
    verb = forms.CharField(label="What was done", required=False, max_length=60,
                           help_text="For example, people.person.view")  # fmt: skip
    since = forms.DateField(label="From", required=False, input_formats=WRITTEN, error_messages=NO_DAY,
                            help_text="For example, 1/4/2026")  # fmt: skip
    until = forms.DateField(label="To", required=False, input_formats=WRITTEN, error_messages=NO_DAY,
                            help_text="For example, 30/4/2026")  # fmt: skip
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Days the right way round, in years that a calendar has room around."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the other one.")
        for name in ("since", "until"):
            if given.get(name) and not 1900 <= given[name].year <= 2200:
                self.add_error(name, "Write a year between 1900 and 2200.")
        return given

    def asked(self) -> Filter:
        """The filter of a form that is valid."""
        given = self.cleaned_data
        return Filter(given["case"], given["actor"], given["verb"].strip(), given["since"], given["until"])
