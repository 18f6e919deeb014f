"""The forms of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from evenhand.site.people.forms.fields import Choose, Sheet, Words
from evenhand.site.people.importing.fields import Field
from evenhand.site.people.importing.plan import ANOTHER, SKIP, Line
from evenhand.site.people.models.importing import What

NONE, NOT_KNOWN = "", ""
OTHER = "other"


class Upload(Sheet):
    """What is imported, from where, and the file (which the page draws itself)."""

    what = Choose("What does the file hold?", What.choices, missing="Choose what the file holds.")
    saved = Choose("Which system does the file come from?", (), missing="Choose the system.")
    system = Words("Name of the system", 60, wide="govuk-input--width-20")
    file = forms.Field(required=False, label="Choose a file")

    def __init__(self, data: Any = None, *, systems: Iterable[str] = ()) -> None:
        super().__init__(data)
        names = list(systems)
        if names:
            self.fields["system"].help_text = "Only for another system."
            self.fields["saved"].choices = [*((name, name) for name in names), (OTHER, "Another system")]  # type: ignore[attr-defined]
        else:
            del self.fields["saved"]

    def clean(self) -> dict[str, Any]:
        """The system: one that is saved, or a new name."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = found.get("saved", OTHER)
        if chosen != OTHER:
            found["system"] = chosen
        elif "saved" not in self.errors and not found.get("system") and "system" not in self.errors:
            self.add_error("system", "Write the name of the system, for example the one with your old records.")
        return found


class ChooseSheet(Sheet):
    """Which sheet of a workbook."""

    sheet = Choose("Which sheet holds the list?", (), missing="Choose a sheet.")

    def __init__(self, data: Any = None, *, sheets: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]


class Columns(Sheet):
    """For each of our fields one of their columns, or none; and one team for all new people."""

    def __init__(
        self, data: Any = None, *, ours: Mapping[str, Field], headings: list[str], begun: Mapping[str, Any],
        teams: Mapping[str, str],
    ) -> None:  # fmt: skip
        super().__init__(data, initial=dict(begun))
        self.ours = ours
        theirs = [(NONE, "Not in this file"), *((str(n), heading) for n, heading in enumerate(headings))]
        for key, field in ours.items():
            self.fields[key] = Choose(field.label, theirs, drawn="select", required=False, hint=field.hint)
        if "team" in ours:
            choices = [(NONE, "A column says it"), *teams.items()]
            self.fields["one_team"] = Choose("Or one team for all new people", choices, drawn="select", required=False)

    @property
    def sections(self) -> dict[str, list[str]]:
        """The names of the fields under their headings."""
        found: dict[str, list[str]] = {}
        for key, field in self.ours.items():
            found.setdefault(field.section, []).append(key)
        if "one_team" in self.fields:
            found[self.ours["team"].section].append("one_team")
        return found

    @property
    def columns(self) -> dict[str, int]:
        """The column of each field that has one."""
        return {key: int(self.cleaned_data[key]) for key in self.ours if self.cleaned_data.get(key)}


class Values(Sheet):
    """What each of their values means, a list for each. The names of inputs are numbers: values can be any text."""

    def __init__(
        self, data: Any = None, *, coded: Mapping[str, Field], theirs: Mapping[str, list[str]], begun: dict[str, Any],
        now: Mapping[str, Mapping[str, str]],
    ) -> None:  # fmt: skip
        super().__init__(data, initial=begun)
        self.places: dict[str, tuple[str, str]] = {}  # input -> our field and their value
        for key, values in theirs.items():
            codes = [(NOT_KNOWN, "Not known: reject these rows"), *(coded[key].codes or {}).items()]
            for number, value in enumerate(values):
                name = f"{key}-{number}"
                self.places[name] = (key, value)
                self.fields[name] = Choose(value, codes, drawn="select", required=False)
                self.initial[name] = now.get(key, {}).get(value, NOT_KNOWN)

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """Our code for each of their values that has one, by field."""
        found: dict[str, dict[str, str]] = {key: {} for key, _ in self.places.values()}
        for name, (key, value) in self.places.items():
            if self.cleaned_data.get(name):
                found[key][value] = self.cleaned_data[name]
        return found


class Decide(Sheet):
    """What to do with each row that may be somebody's who has a record."""

    def __init__(self, data: Any = None, *, lines: list[Line], begun: dict[str, Any]) -> None:
        super().__init__(data, initial=begun)
        self.lines = {f"row-{line.number}": line for line in lines}
        for name, line in self.lines.items():
            known = [
                (one.reference, f"It is {one.name}: use that record")
                for one, _ in line.likely
                if line.me and one.usable_for(line.me)
            ]
            choices = [*known, (ANOTHER, "Somebody else: make a new record"), (SKIP, "Leave this row out")]
            self.fields[name] = Choose(f"Row {line.number}: who is {line.name}?", choices, required=False)

    @property
    def decisions(self) -> dict[int, str]:
        """The rows with a decision."""
        return {line.number: str(self.cleaned_data[name]) for name, line in self.lines.items()
                if self.cleaned_data.get(name)}  # fmt: skip


class Do(Sheet):
    """That the check was looked at: ``mark`` is of the plan that the page showed."""

    HIDDEN: ClassVar[tuple[str, ...]] = ("once", "version", "mark")
    mark = forms.CharField(max_length=64, required=False)
