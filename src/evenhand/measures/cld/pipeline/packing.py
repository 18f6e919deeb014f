"""Small tools: several things to sort by packed into one whole number, so that one maximum finds what sorts first.

Hash aggregates over whole numbers are many times faster than sorting wide rows, and give the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import polars as pl

from evenhand.measures.cld.tables import Schema

DAY = 2**22  # every day of the calendar from year 1 to 9999 is less than this
_YEAR_1 = 719_162  # days from the first day of year 1 to 1970-01-01


def small(columns: Mapping[str, Sequence[object]], schema: Schema) -> ir.Table:
    """A table of a few rows that are held here. Through Polars: of anything else Ibis makes pandas load first."""
    frame = pl.DataFrame({name: columns[name] for name in schema}, schema=dict(ibis.schema(schema).to_polars()))
    return ibis.memtable(frame)


def ordinal(day: ir.DateValue) -> ir.IntegerValue:
    """Days since the first day of year 1; NULL where the day is."""
    return day.epoch_days().cast("int64") + _YEAR_1


def pack(*parts: tuple[ir.IntegerValue, int]) -> ir.IntegerValue:
    """The parts as one number, the first weighing most; each is a value and how many values it can have."""
    out, _ = parts[0]
    out = out.cast("int64")
    for value, size in parts[1:]:
        out = out * size + value.cast("int64")
    return out


def unpack(packed: ir.IntegerValue, size: int) -> ir.IntegerValue:
    """The last part of what ``pack`` made."""
    return packed % size


def whole(condition: ir.BooleanValue) -> ir.IntegerValue:
    """1 where it is true, 0 where it is false or unknown."""
    return ibis.ifelse(condition.fill_null(False), ibis.literal(1, "int64"), ibis.literal(0, "int64"))
