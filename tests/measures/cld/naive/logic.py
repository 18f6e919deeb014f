"""Dates, ages and what SQL makes of a blank, for the plain rewrite.

A row is a dict of the columns of RECORDS or MAIN; a blank is None, a value of no list is 0.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from typing import Any

from evenhand.facts.cld.codes import EventType, ServiceType
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options

Row = dict[str, Any]
Person = dict[str, Any]

FOREVER = dt.date(9999, 1, 1)
LONG_TERM = {ServiceType.NURSING, ServiceType.RESIDENTIAL, ServiceType.COMMUNITY, ServiceType.PRISON}
MEETINGS = (EventType.ASSESSMENT, EventType.REVIEW)


def days(earlier: dt.date, later: dt.date) -> int:
    """Whole days from one to the other, negative when the later one comes first."""
    return (later - earlier).days


def age(birth: dt.date | None, at: dt.date, options: Options) -> int | None:
    """Whole years (3.7): days over 365.25, rounded down, or a calendar age; None when the birth is not known."""
    if birth is None:
        return None
    if options.age_365_25:
        return int(Fraction(days(birth, at) * 100, 36525).__floor__())
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def band(years: int | None) -> str | None:
    """The age band of a figure; None under 18."""
    if years is None:
        return "unknown"
    if years < 18:
        return None
    return "65+" if years >= 65 else "18-64"


def until(row: Row) -> dt.date:
    """The corrected end; the year 9999 for what is open."""
    end: dt.date = row["end"] or FOREVER
    return end


def valid_dates(row: Row) -> bool:
    """Neither without a start nor ended before it."""
    return row["start"] is not None and (row["end"] is None or row["end"] >= row["start"])


def in_period(row: Row, period: Period) -> bool:
    """Some day of it is in the period."""
    return bool(row["start"] <= period.end and (row["end"] is None or row["end"] >= period.start))


def alive(person: Person, at: dt.date) -> bool:
    """Not known to have died before that day."""
    return person["death"] is None or person["death"] >= at


def grouped(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Any, list[Row]]:
    """The rows by what the key says of each."""
    out: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        out[key(row)].append(row)
    return dict(out)
