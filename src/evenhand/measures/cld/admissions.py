"""ASCOF 2B and 2C: people newly admitted to a care home for long-term support, 18 to 64 and 65 and over.

Source: CLD.md 5.2. Worked cases W11, W56 to W62.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import ClientType, Component, EventType, Outcome, ServiceType
from evenhand.measures.cld.decide import SHIFT, decisions, rank_of, record_of, with_people
from evenhand.measures.cld.logic import FOREVER, Period, age, days, or_null
from evenhand.measures.cld.options import Options

# "Contains Residential or Nursing and does not contain Short" picks these of the listed components.
LONG = (Component.LONG_TERM_NURSING, Component.LONG_TERM_RESIDENTIAL)

# What a care home service of somebody comes to, the best of a person's rows first. NEW_YOUNGER before NEW_OLDER: a
# person who is new in both ages counts once, in the first by the alphabet, which is 18 to 64.
NEW_YOUNGER, NEW_OLDER, NEW_UNDER_18, EXISTING, SELF_FUNDED, NOT_IN_PERIOD, COMPONENT_OTHER = range(1, 8)


def admissions(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """Decisions of 2B and 2C: one row a person and measure. main: MAIN. people: PEOPLE.

    Nobody is in a denominator: it is the council's population. Blank components are passed over, as admissions and
    as earlier stays (quirk 2BC_NULL_COMPONENT), unless the option says ``admit_null``. Services that end before they
    start are not taken out (W40).
    """
    homes = main.filter(
        (main["event"] == EventType.SERVICE)
        & (main["client"] == ClientType.SERVICE_USER)
        & main["service"].isin((ServiceType.NURSING, ServiceType.RESIDENTIAL))
        & main["start"].notnull()
    )
    fits = homes["component"].isin(LONG)
    if options.m2bc_null_component == "admit_null":
        fits = or_null(homes["component"], fits)
    homes = homes.mutate(fits=fits.fill_null(False), until=homes["end"].fill_null(ibis.literal(FOREVER)))
    known = people.select("la", "person", "birth", died=people["death"])
    rows = homes.join(known, ["la", "person"]).select(homes, "birth", "died")
    rows = rows.mutate(
        built=rows["fits"] & rows["birth"].notnull() & or_null(rows["died"], rows["died"] >= period.start)
    )
    stays = _with_earlier(rows.filter(rows["built"]))
    in_period = stays["start"].between(period.start, period.end)
    paid = or_null(stays["outcome"], stays["outcome"] != Outcome.SELF_FUNDED)
    again = or_null(stays["earlier"], days(stays["start"], stays["earlier"]) >= options.m2bc_return_days)
    years = age(stays["birth"], stays["start"], calendar=not options.age_365_25)
    rank = ibis.cases(
        (~in_period, NOT_IN_PERIOD), (~paid, SELF_FUNDED), (~again, EXISTING),
        (years < 18, NEW_UNDER_18), (years < 65, NEW_YOUNGER), else_=NEW_OLDER,
    )  # fmt: skip
    judged = stays.select("la", "person", packed=rank.cast("int64") * SHIFT + stays["record"], age=years)
    other = rows.filter(~rows["built"]).select(
        "la", "person", packed=ibis.literal(COMPONENT_OTHER, "int64") * SHIFT + rows["record"], age=ibis.null("int32")
    )
    every = ibis.union(judged, other)
    found = every.group_by("la", "person").agg(packed=every["packed"].min(), age=every["age"].argmin(every["packed"]))
    return _decided(with_people(people, found), period)


def _with_earlier(built: ir.Table) -> ir.Table:
    """Each stay with the last day of any of the person's stays that started on an earlier day; NULL if none did."""
    starts = built.group_by("la", "person", "start").agg(until=built["until"].max())
    before = ibis.window(group_by=["la", "person"], order_by="start", preceding=(None, 1))
    starts = starts.mutate(earlier=starts["until"].max().over(before)).select("la", "person", "start", "earlier")
    return built.join(starts, ["la", "person", "start"]).select(built, "earlier")


def _decided(each: ir.Table, period: Period) -> ir.Table:
    each = each.mutate(rank=rank_of(each["packed"]), record=record_of(each["packed"]))
    gone = (each["death"] < period.start).fill_null(False)
    apart = [
        (each["packed"].isnull(), "no_care_home"),
        (gone, "died"),
        (each["birth"].isnull(), "age_unknown"),
        (each["rank"] == COMPONENT_OTHER, "component_not_long_term"),
        (each["rank"] == NOT_IN_PERIOD, "not_in_period"),
        (each["rank"] == SELF_FUNDED, "self_funded"),
        (each["rank"] == EXISTING, "already_in_care_home"),
        (each["rank"] == NEW_UNDER_18, "under_18"),
    ]
    never = ibis.literal(False)
    younger, older = each["rank"] == NEW_YOUNGER, each["rank"] == NEW_OLDER
    out = [
        decisions(each, measure, {"": (never, new, ibis.cases(*apart, (new, "counted"), else_="other_age"))})
        for measure, new in (("2B", younger), ("2C", older))
    ]
    return ibis.union(*out)
