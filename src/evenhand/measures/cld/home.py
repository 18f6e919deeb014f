"""ASCOF 2E: people with long-term support in the year who live at home or with family.

Source: CLD.md 5.4. Worked cases W01 to W16, W63 to W67.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Accommodation, ClientType, EventType, Reason
from evenhand.measures.cld.decide import best, decisions, record_of, touches, valid, with_people
from evenhand.measures.cld.logic import FOREVER, Period, age
from evenhand.measures.cld.options import Options


def at_home(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """Decisions of 2E(1), 2E(2a) and 2E(2b): one row a person and part. main: MAIN. people: PEOPLE.

    Ages are those at the person's last day of support in the period (an open service counts to its end), unless the
    option says the period's end. An unknown age is in no figure; unknown accommodation stays in the denominator.
    """
    rows = main.filter(
        (main["client"] == ClientType.SERVICE_USER)
        & (main["event"] == EventType.SERVICE)
        & main["service"].isin(codes.LONG_TERM)
    )
    counts = (valid(rows) & touches(rows, period)).fill_null(False)
    last = ibis.least(rows["end"].fill_null(ibis.literal(FOREVER)), ibis.literal(period.end))
    found = rows.group_by("la", "person").agg(
        last=ibis.ifelse(counts, last, ibis.null("date")).max(),
        packed=best(ibis.ifelse(counts, ibis.literal(0, "int8"), ibis.null("int8")), rows["record"]),
        supported=ibis.literal(True),
    )
    each = with_people(people, found)
    at = each["last"] if options.m2e_age_at_last_service else ibis.literal(period.end)
    each = each.mutate(age=age(each["birth"], at, calendar=not options.age_365_25), record=record_of(each["packed"]))
    gone, young = (each["death"] < period.start).fill_null(False), (each["age"] < 18).fill_null(False)
    unknown = each["accommodation"] == Accommodation.UNKNOWN
    apart = [
        (each["supported"].isnull(), "no_long_term_support"),
        (each["packed"].isnull(), "not_in_period"),
        (gone, "died"),
        (each["age"].isnull(), "age_unknown"),
        (young, "under_18"),
    ]
    if not options.m2e_unknown_accom_in_denom:
        apart.append((unknown, "accommodation_unknown"))
    here = each["packed"].notnull() & ~gone & (each["age"] >= 18)
    if not options.m2e_unknown_accom_in_denom:
        here = here & ~unknown
    learning = (each["psr"] == Reason.LEARNING_DISABILITY).fill_null(False)
    settled = each["settled"] == 1

    def part(
        inside: ir.BooleanValue, others: list[tuple[ir.BooleanValue, str]]
    ) -> tuple[ir.BooleanValue, ir.BooleanValue, ir.StringValue]:
        why = ibis.cases(*apart, *others, (settled, "counted"), (unknown, "accommodation_unknown"), else_="not_settled")
        return here & inside, here & inside & settled, why

    adult, older = each["age"] < 65, each["age"] >= 65
    return decisions(
        each,
        "2E",
        {
            "1": part(adult & learning, [(older, "other_age"), (~learning, "other_reason")]),
            "2a": part(adult, [(older, "other_age")]),
            "2b": part(older, [(adult, "other_age")]),
        },
    )
