"""Faults as real records have them, in a stated share of the rows; each touched row has exactly one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import list_of
from evenhand.measures.sample.chance import Chance, Ints

CODED = (
    "gender",
    "ethnicity",
    "client",
    "psr",
    "accommodation",
    "event",
    "outcome",
    "service",
    "component",
    "mechanism",
)
MANDATORY = (
    "gender",
    "ethnicity",
    "birth",
    "client",
    "psr",
    "accommodation",
    "has_carer",
    "event",
    "outcome",
    "service",
)
WRONG = ("N/A", "TBC", "Other - see notes", "99", "Test value")
DAYS = ("start", "end", "birth")
DATE_STYLES = ("%d/%m/%Y", "%d-%b-%Y", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y")
WILD = ("1900-01-01", "9999-12-31")


@dataclass
class Rows:
    """The rows to be touched by one fault, and what they hold: text columns by field key."""

    frame: pl.DataFrame
    chance: Chance
    release: int

    def text(self, key: str) -> list[str]:
        """A field's text in these rows, "" for blank."""
        return self.frame[_heading(key)].fill_null("").to_list()


# A fault: gives the new text of fields, by key, in the order of the rows; None for a row that it does not touch.
Fault = Callable[[Rows], dict[str, list[str | None]]]


def _heading(key: str) -> str:
    return fields()[key].heading


def _one_field(
    rows: Rows, keys: tuple[str, ...], new: Callable[[str, str, int], str | None]
) -> dict[str, list[str | None]]:
    """In each row one of these fields, the first from a place drawn that ``new`` (key, text, a number) can change."""
    held = {key: rows.text(key) for key in keys}
    n = rows.frame.height
    at, numbers = rows.chance.within(0, len(keys) - 1, n).tolist(), rows.chance.within(0, 999, n).tolist()
    out: dict[str, list[str | None]] = {key: [None] * n for key in keys}
    for i in range(n):
        for step in range(len(keys)):
            key = keys[(at[i] + step) % len(keys)]
            text = held[key][i]
            changed = new(key, text, numbers[i]) if text else None
            if changed is not None and changed != text:
                out[key][i] = changed
                break
    return out


def blanks(rows: Rows) -> dict[str, list[str | None]]:
    """A mandatory field is blank."""
    return _one_field(rows, MANDATORY, lambda key, text, number: "")


def invalid(rows: Rows) -> dict[str, list[str | None]]:
    """A value that no list holds."""
    return _one_field(rows, CODED, lambda key, text, number: WRONG[number % len(WRONG)])


def other_release(rows: Rows) -> dict[str, list[str | None]]:
    """The words of the other release: Release 1's in a Release 2 file."""

    def swap(key: str, text: str, number: int) -> str | None:
        for value in list_of(key).values.values():
            if rows.release == 2 and text == value.words and value.release1:
                return value.release1[number % len(value.release1)]
            if rows.release == 1 and text in value.release1:
                return value.words
        return None

    return _one_field(rows, CODED, swap)


def case(rows: Rows) -> dict[str, list[str | None]]:
    """Capital or small letters throughout."""
    return _one_field(rows, CODED, lambda key, text, number: text.upper() if number % 2 else text.lower())


def spaces(rows: Rows) -> dict[str, list[str | None]]:
    """Spaces after the words."""
    return _one_field(rows, CODED, lambda key, text, number: text + " " * (1 + number % 3))


def date_style(rows: Rows) -> dict[str, list[str | None]]:
    """A day written another way."""

    def restyle(key: str, text: str, number: int) -> str | None:
        year, month, date = text.split("-")
        style = DATE_STYLES[number % len(DATE_STYLES)]
        name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[int(month) - 1]
        for mark, part in (("%d", date), ("%m", month), ("%Y", year), ("%b", name), ("%y", year[2:])):
            style = style.replace(mark, part)
        return style

    # Two digits of a year do not tell the century of a birth.
    return _one_field(rows, ("start", "end"), restyle)


def wild_days(rows: Rows) -> dict[str, list[str | None]]:
    """1900 or 9999 for a day that nobody knew."""
    return _one_field(rows, DAYS, lambda key, text, number: WILD[1] if key == "end" else WILD[0])


def backwards(rows: Rows) -> dict[str, list[str | None]]:
    """An event that ends before it starts: start and end have changed places, or the year of the end is wrong."""
    start, end = rows.text("start"), rows.text("end")
    new: list[str | None] = [None] * len(end)
    for i, (s, e) in enumerate(zip(start, end, strict=True)):
        if s and e:
            new[i] = f"{int(s[:4]) - 1}-{s[5:8]}01"
    return {"end": new}


def no_number(rows: Rows) -> dict[str, list[str | None]]:
    """No NHS number."""
    return {"nhs": ["" if text else None for text in rows.text("nhs")]}


def wrong_check(rows: Rows) -> dict[str, list[str | None]]:
    """An NHS number whose last digit is wrong."""
    return {"nhs": [text[:-1] + str((int(text[-1]) + 1) % 10) if text else None for text in rows.text("nhs")]}


def other_birth(rows: Rows) -> dict[str, list[str | None]]:
    """Another year of birth than the person's other rows have."""
    return {"birth": [f"{int(text[:4]) + 1}{text[4:8]}01" if text else None for text in rows.text("birth")]}


def money_words(rows: Rows) -> dict[str, list[str | None]]:
    """A cost with a pound sign and commas."""
    return {"unit_cost": [f"£{float(text):,.2f}" if text else None for text in rows.text("unit_cost")]}


def no_mechanism(rows: Rows) -> dict[str, list[str | None]]:
    """A service that does not say who holds the money."""
    return {"mechanism": ["" if text else None for text in rows.text("mechanism")]}


def no_component(rows: Rows) -> dict[str, list[str | None]]:
    """A service that does not say what it is made of."""
    return {"component": ["" if text else None for text in rows.text("component")]}


def twice(rows: Rows) -> dict[str, list[str | None]]:
    """The row stands twice; what makes it so is in ``messed``."""
    return {}


FAULTS: dict[Fault, float] = {
    blanks: 0.14, invalid: 0.10, other_release: 0.12, case: 0.08, spaces: 0.08, date_style: 0.07, wild_days: 0.03,
    backwards: 0.04, no_number: 0.07, wrong_check: 0.03, other_birth: 0.03, money_words: 0.06, no_mechanism: 0.06,
    no_component: 0.04, twice: 0.05,
}  # fmt: skip


def messed(table: pa.Table, share: float, chance: Chance, release: int) -> pa.Table:
    """The table as text with a fault in ``share`` of its rows (to the nearest row); a row given twice counts once.

    A fault that does not fit a row (no cost to spoil) becomes spaces after the gender, so that the share is exact.
    """
    frame = _as_text(table)
    touched = np.sort(chance.order(frame.height)[: int(frame.height * share + 0.5)])
    kinds = chance.pick(len(touched), list(FAULTS.values()))
    again: Ints = np.empty(0, dtype=np.int64)
    changes: dict[str, tuple[list[int], list[str | None]]] = {}
    for kind, fault in enumerate(FAULTS):
        at = touched[kinds == kind]
        if fault is twice:
            again = at
            continue
        if len(at):
            _apply(fault, Rows(frame[at], chance, release), at, changes)
    out = frame.with_columns(
        frame[name].scatter(np.array(at, dtype=np.int64), pl.Series(new, dtype=pl.String))
        for name, (at, new) in changes.items()
    )
    order = np.sort(np.concatenate([np.arange(frame.height, dtype=np.int64), again]), kind="stable")
    return out[order].to_arrow(compat_level=pl.CompatLevel.oldest())


def _apply(fault: Fault, rows: Rows, at: Ints, changes: dict[str, tuple[list[int], list[str | None]]]) -> None:
    hit = np.zeros(len(at), dtype=np.bool_)

    def keep(found: dict[str, list[str | None]], which: Ints) -> None:
        for key, new in found.items():
            held = changes.setdefault(_heading(key), ([], []))
            for place, text in zip(which.tolist(), new, strict=True):
                if text is not None:
                    held[0].append(int(at[place]))
                    held[1].append(text or None)
                    hit[place] = True

    keep(fault(rows), np.arange(len(at), dtype=np.int64))
    left = np.flatnonzero(~hit)
    if len(left):
        keep({"gender": [text + " " for text in rows.frame[_heading("gender")][left].to_list()]}, left)


def _as_text(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.all().cast(pl.String))
