"""Dates, ages and SQL's three-valued logic, in one place: the official figures depend on each of them.

A comparison with NULL is unknown, and a row stays only when its whole condition is true (CLD.md 0). Ibis keeps these
semantics on both engines, so ``~column.isin(...)`` drops NULL as the official script does. Where a rule wants NULL to
pass, it says so with ``or_null``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

FOREVER = dt.date(9999, 1, 1)


@dataclass(frozen=True)
class Period:
    """A reporting period: the first and the last day, both in it."""

    start: dt.date
    end: dt.date


def days(later: ir.DateValue, earlier: ir.DateValue) -> ir.IntegerColumn:
    """Whole days from earlier to later; negative when later comes first; NULL when either is."""
    return later.delta(earlier, unit="day").cast("int32")


def or_null(column: ir.Value, condition: ir.BooleanValue) -> ir.BooleanValue:
    """True where the column is NULL or the condition holds."""
    return column.isnull() | condition


def age(birth: ir.DateValue, at: ir.DateValue, *, calendar: bool = False) -> ir.IntegerColumn:
    """floor(days / 365.25), in whole numbers: four days in every 1,461 (quirk AGE_365_25). NULL when birth is.

    calendar: years by the calendar instead. birth: the first of a month, so that the month alone tells.
    """
    if calendar:
        return (at.year() - birth.year() - (at.month() < birth.month()).cast("int32")).cast("int32")
    return (days(at, birth) * 4 / 1461).floor().cast("int32")


def band(years: ir.IntegerValue) -> ir.StringValue:
    """ "18-64", "65+", "unknown", or NULL under 18."""
    return ibis.cases(
        (years.isnull(), ibis.literal("unknown")), (years >= 65, ibis.literal("65+")),
        (years >= 18, ibis.literal("18-64")), else_=ibis.null("string"),
    )  # fmt: skip
