"""Fields as the pages draw them (``people/_form.html``): the attribute ``drawn`` names the GOV.UK component."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.people import once
from evenhand.site.people.born import parts
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.refusals import Refused, Stale

Choices = Iterable[tuple[str, str]]


class Words(forms.CharField):
    """One line of text, without spaces at its ends and with single ones inside."""

    drawn = "text"

    def __init__(
        self,
        label: str,
        most: int,
        *,
        hint: str = "",
        required: bool = False,
        wide: str = "",
        missing: str = "",
        kind: str = "text",
        autocomplete: str = "off",
        clean: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__(
            label=label,
            max_length=most,
            help_text=hint,
            required=required,
            error_messages={
                "required": missing or f"Write an answer to “{label}”.",
                "max_length": f"This is too long: at most {most} letters.",
            },
        )
        self.wide, self.kind, self.autocomplete, self._clean = wide, kind, autocomplete, clean

    def to_python(self, value: Any) -> str:
        """The text with single spaces."""
        return " ".join(str(super().to_python(value)).split())

    def clean(self, value: Any) -> Any:
        """The text, or what the field's own cleaning makes of it."""
        text = super().clean(value)
        own = self._clean
        return _checked(lambda: own(text)) if own else text


class Long(forms.CharField):
    """Several lines of text."""

    drawn = "long"

    def __init__(
        self, label: str, most: int, *, hint: str = "", required: bool = False, missing: str = "", rows: int = 5
    ) -> None:
        super().__init__(
            label=label,
            max_length=most,
            help_text=hint,
            required=required,
            error_messages={
                "required": missing or f"Write an answer to “{label}”.",
                "max_length": f"This is too long: at most {most} letters.",
            },
        )
        self.rows = rows


class Choose(forms.ChoiceField):
    """One of some: radio buttons, or a list when they are many."""

    def __init__(
        self,
        label: str,
        choices: Choices,
        *,
        hint: str = "",
        required: bool = True,
        missing: str = "",
        drawn: str = "radios",
    ) -> None:
        wrong = missing or "Choose one of these."
        super().__init__(
            label=label,
            choices=list(choices),
            help_text=hint,
            required=required,
            error_messages={"required": wrong, "invalid_choice": wrong},
        )
        self.drawn = drawn


class Ticks(forms.MultipleChoiceField):
    """Any of some. ``group`` gives the heading that stands over each choice."""

    drawn = "ticks"

    def __init__(
        self, label: str, choices: Choices, *, hint: str = "", group: Callable[[str], str] | None = None
    ) -> None:
        super().__init__(
            label=label,
            choices=list(choices),
            help_text=hint,
            required=False,
            error_messages={"invalid_choice": "Choose from these."},
        )
        self.group = group


class Tick(forms.BooleanField):
    """Yes, or nothing said."""

    drawn = "tick"

    def __init__(self, label: str, *, hint: str = "", required: bool = False, missing: str = "") -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            error_messages={"required": missing or "Tick the box to go on."},
        )


class Parts(forms.Widget):
    """Three inputs for day, month and year, named ``born-day``, ``born-month`` and ``born-year``."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str, str]:
        """The three as they were typed."""
        day, month, year = (str(data.get(f"{name}-{part}", "")).strip()[:10] for part in ("day", "month", "year"))
        return day, month, year


class Day(forms.Field):
    """A day in three parts; ``read`` may let some be empty. Without ``read`` it is a date, or None when all are."""

    drawn = "day"
    widget = Parts

    def __init__(
        self,
        label: str,
        *,
        hint: str = "For example, 17 5 1950",
        required: bool = False,
        future: bool = False,
        read: Callable[[str, str, str], Any] | None = None,
    ) -> None:
        super().__init__(label=label, help_text=hint, required=False)
        self.needed, self.future, self.read = required, future, read

    def clean(self, value: Any) -> Any:
        """A date, None, or what ``read`` returns."""
        if self.read is not None:
            read = self.read
            return _checked(lambda: read(*value))
        if not any(value):
            if self.needed:
                raise forms.ValidationError("Write the day, the month and the year.")
            return None
        return self._date(value)

    def _date(self, value: tuple[str, str, str]) -> date:
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in value):
            raise forms.ValidationError("Write the day, the month and the year as numbers, like 17 5 2025.")
        try:
            found = date(int(value[2]), int(value[1]), int(value[0]))
        except ValueError:
            raise forms.ValidationError("There is no such day. Look at the day and the month again.") from None
        if found.year < 1900:
            raise forms.ValidationError("This is before 1900. Write the year with four digits.")
        if not self.future and found > timezone.localdate():
            raise forms.ValidationError("This day is still to come.")
        return found


class Sheet(forms.Form):
    """A form that does its work once (``once``) and refuses what changed meanwhile (``version``)."""

    once = forms.CharField(max_length=40, required=False)
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    HIDDEN: ClassVar[tuple[str, ...]] = ("once", "version")

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"once": once.token()} | (initial or {}))

    def refuse(self, refused: EvenhandError) -> None:
        """Show beside its answer, or over the form, what a service refused."""
        if isinstance(refused, Stale) and refused.version:
            renewed: Any = self.data.copy()  # type: ignore[attr-defined]
            renewed["version"] = str(refused.version)  # told once: what is sent again counts
            self.data = renewed
        field = refused.field if isinstance(refused, Refused) and refused.field in self.fields else None
        self.add_error(field, f"{refused.what} {refused.do}".strip())

    @property
    def answers(self) -> dict[str, Any]:
        """What was typed, cleaned, without the hidden fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.HIDDEN}

    @property
    def drawn(self) -> list[str]:
        """The names of the fields that are drawn, in order."""
        return [name for name in self.fields if name not in self.HIDDEN]

    @property
    def problems(self) -> list[dict[str, str]]:
        """For the error summary: each sentence and the field it leads to."""
        return [{"text": str(said[0]), "href": f"#{self._first_input(name)}"} for name, said in self.errors.items()]

    def _first_input(self, name: str) -> str:
        if name not in self.fields or name in self.HIDDEN:
            name = next(iter(self.drawn), "main-content")
        return f"{name}-day" if name in self.fields and isinstance(self.fields[name], Day) else name

    def shown(self, name: str) -> Any:
        """What the field holds now: as typed, else as it began."""
        value = self[name].value()
        return "" if value is None else value

    def day_parts(self, name: str) -> tuple[str, str, str]:
        """Day, month and year of a day field as the three inputs hold them now."""
        now = self[name].value()
        if isinstance(now, tuple):
            return now
        if isinstance(now, date):
            return parts(now, self.initial.get(f"{name}_to", BornTo.DAY))
        return "", "", ""

    def grouped(self, name: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """The choices of a field of several, under their headings."""
        field = self.fields[name]
        assert isinstance(field, Ticks)
        found: dict[str, list[tuple[str, str]]] = {}
        for value, text in list(field.choices):  # type: ignore[arg-type]
            found.setdefault(field.group(value) if field.group else "", []).append((str(value), str(text)))
        return list(found.items())


def _checked(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Refused as refused:
        raise forms.ValidationError(str(refused)) from None
