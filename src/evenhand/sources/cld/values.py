"""What the words of a date or a number mean: each distinct value is looked at once, by the same code on every engine.

**Dates** are read as ISO (2024-04-01, also 2024/04/01 and with a time), as day, month, year (01/04/2024, 1-4-2024,
01.04.2024) or with the month in words (1 Apr 2024, 01-April-2024). The day comes before the month, always: a value
that makes sense only the other way round is refused. So are two-digit years and spreadsheet serial numbers.

**Dates that stand for no date.** 9999 in an end date means open; 9999 and 1900 in a date of death mean none; 1900 in
a date of birth means unknown, and so does 9999. Event start dates and end dates in 1900 are kept as they are (the
official code does), and are called implausible. Each is counted.

**Numbers** may have a pound sign, commas between thousands and spaces; they are rounded to pence, half away from zero.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from evenhand.sources.cld.model import BLANK, IMPLAUSIBLE, INVALID, VALID

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([A-Za-z]{3,9})[-/., ]*(\d{4})", re.ASCII)
_TIME = re.compile(
    r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?(?:AM|PM|Z|UTC|[+-]\d{2}:?\d{2}))?$", re.I | re.ASCII
)
_MONTHS = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), start=1)
    for length in range(3, len(name) + 1)
} | {"sept": 9}  # fmt: skip

MONTH_FIRST = "it has the month before the day"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a raw value means: ``value`` (None for none), its class, and the reason why it is not taken as it is."""

    value: dt.date | Decimal | None
    kind: str
    reason: str = ""


NOTHING = Meaning(None, BLANK)


def date(raw: str) -> Meaning:
    """Any date, before a field's own rules: valid, blank, or invalid with a reason."""
    text = raw.strip()
    if not text or text.casefold() in ("null", "nan", "nat", "none"):
        return NOTHING
    text = _TIME.sub("", text)
    try:
        if found := _ISO.fullmatch(text):
            return _made(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year = int(found[1]), int(found[2]), int(found[3])
            if month > 12 and 1 <= day <= 12:
                return Meaning(None, INVALID, MONTH_FIRST)
            return _made(year, month, day)
        if (found := _WORDS.fullmatch(text)) and (number := _MONTHS.get(found[2].lower())):
            return _made(int(found[3]), number, int(found[1]))
    except ValueError:
        return Meaning(None, INVALID, "there is no such day")
    if text.isdigit():
        return Meaning(None, INVALID, "it is a plain number, not a date")
    if re.fullmatch(r"\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2}", text, re.ASCII):
        return Meaning(None, INVALID, "its year has two digits")
    return Meaning(None, INVALID, "it is not a date")


def _made(year: int, month: int, day: int) -> Meaning:
    return Meaning(dt.date(year, month, day), VALID)


OPEN, NO_DEATH, UNKNOWN = "stands for open", "stands for no date", "stands for an unknown date of birth"


def field_date(key: str, raw: object, latest: dt.date | None) -> Meaning:
    """A date of the field ``key`` by the field's own rules. latest: the last day that can have happened, if known."""
    if isinstance(raw, dt.datetime):
        found = Meaning(raw.date(), VALID)
    elif isinstance(raw, dt.date):
        found = Meaning(raw, VALID)
    else:
        found = date(str(raw))
    if not isinstance(found.value, dt.date):
        return found
    year = found.value.year
    if key == "end" and year == 9999:
        return Meaning(None, IMPLAUSIBLE, OPEN)
    if key == "death" and year in (1900, 9999):
        return Meaning(None, IMPLAUSIBLE, NO_DEATH)
    if key == "birth" and (year <= 1900 or year == 9999):
        return Meaning(None, IMPLAUSIBLE, UNKNOWN)
    if key in ("stated_start", "stated_end") and year in (1900, 9999):
        return Meaning(None, IMPLAUSIBLE, NO_DEATH)
    late = latest is not None and found.value > latest and key != "end"
    return Meaning(found.value, IMPLAUSIBLE if year <= 1900 or year >= 9999 or late else VALID)


_NUMBER = re.compile(r"[-+]?(?:\d{1,16}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE][-+]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d{0,12})?", re.ASCII)
_PENNY = Decimal("0.01")
_MOST = Decimal(10) ** 15


def number(raw: object) -> Meaning:
    """A number to two decimal places, half away from zero: valid, implausible (negative), blank or invalid."""
    text = str(raw).strip().replace("\u00a3", "").replace("\u00a0", " ").strip()
    if not text or text.casefold() in ("null", "nan", "none"):
        return NOTHING
    text = re.sub(r"^([-+]) +", r"\1", text)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return Meaning(None, INVALID, "it is not a number")
    try:
        value = Decimal(text)
        if abs(value) >= _MOST:
            return Meaning(None, INVALID, "it is too large")
        value = value.quantize(_PENNY, ROUND_HALF_UP)
    except decimal.InvalidOperation:
        return Meaning(None, INVALID, "it is not a number")
    return Meaning(value, IMPLAUSIBLE if value < 0 else VALID)
