"""LTS001a, b and c: people with long-term support in the year, on its last day, and for more than a year.

Source: CLD.md 5.7. Worked cases W01 to W23, W73 to W76. All their tables come to one row a person by the same rule, so
they are worked out together: each row is set in every table that it is of.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Ethnicity, Gender, Reason, YesNo
from evenhand.measures.cld.logic import FOREVER, Period, days, or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.packing import DAY, ordinal, pack, unpack, whole

# The tables, by number: LTS001a; LTS001b T1, T2, T3a and b, T3c; LTS001c.
IN_YEAR, LAST_DAY, BY_CARER, BY_ETHNICITY, OTHER_GENDER, OVER_A_YEAR = range(6)
YOUNGER, OLDER = 0, 1

VALUES = 32  # a listed value, its absence included, is less than this
BLANK = 31  # stands for a blank cell
INVALID_OR_BLANK = 0  # where the table prints both as "Invalid/NULL"
_RANKS = 10


def people_counted(rows: ir.Table, period: Period, options: Options) -> ir.Table:
    """One row a council, table, who and person: with ``value`` and ``rank``, the setting and mechanism.

    who: YOUNGER or OLDER, the gender in BY_ETHNICITY, else 0. value: reason, has an unpaid carer, or ethnicity. Of a
    person's rows the lowest rank, then a known value before an unknown one, then the latest start; where rows that tie
    for first differ in what is printed, it is unknown.
    """
    each = _in_tables(_chained(rows, period, options))
    value, known, conflict = _values(each)
    place = pack((_RANKS - each["rank"].cast("int64"), 1), (whole(known), 2), (ordinal(each["start"]), DAY))
    found = each.group_by("la", "table", "who", "id").agg(
        up=pack((place, 1), (value, VALUES)).max(), down=pack((place, 1), (BLANK - value, VALUES)).max(),
        conflict=conflict.max(),
    )  # fmt: skip
    first = unpack(found["up"], VALUES)
    agreed = first + unpack(found["down"], VALUES) == BLANK
    return found.select(
        "la", "table", "who", rank=(_RANKS - (found["up"] / (2 * DAY * VALUES)).floor()).cast("int16"),
        value=ibis.ifelse(agreed, first, found["conflict"]).cast("int16"),
    )  # fmt: skip


def _in_tables(rows: ir.Table) -> ir.Table:
    """A row for each table that a row is of. Only the tables by ethnicity and carer count people under 18."""
    each = rows.cross_join(ibis.memtable({"table": list(range(6))}, schema={"table": "int16"}))
    table, adult = each["table"], each["age"] >= 18
    sexed = each["gender"].isin((Gender.MALE, Gender.FEMALE)).fill_null(False)
    other = each["gender"].isin((Gender.OTHER, Gender.UNKNOWN)).fill_null(False)
    inside = ibis.cases(
        (table == IN_YEAR, each["in_year"] & adult), (table == LAST_DAY, each["last_day"] & adult),
        (table == BY_CARER, each["last_day"]), (table == BY_ETHNICITY, each["last_day"] & sexed),
        (table == OTHER_GENDER, each["last_day"] & other), else_=each["over_a_year"] & adult,
    )  # fmt: skip
    each = each.filter(inside)
    by_age = each["table"].isin((IN_YEAR, LAST_DAY, OVER_A_YEAR))
    who = ibis.cases(
        (by_age, ibis.ifelse(each["age"] >= 65, OLDER, YOUNGER)),
        (each["table"] == BY_ETHNICITY, each["gender"]), else_=0,
    )  # fmt: skip
    return each.mutate(who=who.cast("int16"))


def _values(each: ir.Table) -> tuple[ir.IntegerValue, ir.BooleanValue, ir.IntegerValue]:
    """What is printed of a row in its table, whether it is known, and what stands for rows that differ.

    An invalid value counts as known. In LTS001b T2 a listed Unknown is printed as invalid. LTS001c prints what was
    submitted.
    """
    table = each["table"]
    psr, carer, ethnicity = (each[name].fill_null(BLANK) for name in ("psr", "has_carer", "ethnicity"))

    def printed(value: ir.IntegerValue, *hidden: int) -> ir.IntegerValue:
        return ibis.ifelse(value.isin(hidden), INVALID_OR_BLANK, value)

    of_carer, of_ethnicity, other = table == BY_CARER, table == BY_ETHNICITY, table == OTHER_GENDER
    value = ibis.cases(
        (of_carer, printed(carer, BLANK, codes.INVALID, YesNo.UNKNOWN)),
        (of_ethnicity, printed(ethnicity, BLANK, codes.INVALID)), (other, INVALID_OR_BLANK),
        (table == OVER_A_YEAR, psr), else_=printed(psr, BLANK, codes.INVALID),
    )  # fmt: skip
    known = ibis.cases(
        (of_carer, ~carer.isin((BLANK, YesNo.UNKNOWN))),
        (of_ethnicity, ~ethnicity.isin((BLANK, Ethnicity.NOT_KNOWN))), else_=~psr.isin((BLANK, Reason.UNKNOWN)),
    )  # fmt: skip
    conflict = ibis.cases(
        (of_carer, int(YesNo.UNKNOWN)), (of_ethnicity, int(Ethnicity.NOT_KNOWN)), else_=int(Reason.UNKNOWN)
    )
    return value.cast("int64"), known, conflict


def _chained(rows: ir.Table, period: Period, options: Options) -> ir.Table:
    """The rows with ``over_a_year``: of an unbroken chain that began more than a year before the last day.

    Quirks CHAIN_LAG_NOT_MAX: only the row just before may carry the chain on, so a short service within a long one can
    break it; LTS001C_STRICT: a chain that began on the day a year before does not count.
    """
    rows = rows.filter(rows["in_year"] | rows["last_day"] | rows["chained"])
    rows = rows.mutate(until=rows["end"].fill_null(ibis.literal(FOREVER)))
    people = ["la", "id", "chained"]
    order = ["start", "until"]  # of rows that share both dates, either may come first: each carries the other on
    if options.chain_lag_not_max:
        before = rows["until"].lag().over(ibis.window(group_by=people, order_by=order))
    else:
        before = rows["until"].max().over(ibis.window(group_by=people, order_by=order, preceding=(None, 1)))
    marked = rows.mutate(before=before)
    begins = or_null(marked["before"], days(marked["start"], marked["before"]) > 1)
    marked = marked.mutate(begins=ibis.ifelse(begins, marked["start"], ibis.null("date")))
    upto = ibis.window(group_by=people, order_by=order, preceding=(None, 0))
    marked = marked.mutate(chain=marked["begins"].max().over(upto))
    day = _year_before(period.end)
    long = marked["chain"] < day if options.lts001c_strict else marked["chain"] <= day
    return marked.mutate(over_a_year=marked["chained"] & long & (marked["until"] >= period.end))


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
