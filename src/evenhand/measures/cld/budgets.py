"""ASCOF 3D: self-directed support and direct payments, of adults on the last day and of carers in the year.

Source: CLD.md 5.5 and 5.6, the published procedures of 2024-25 and later. Worked cases W01 to W31.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, EventType, Mechanism, Outcome, ServiceType
from evenhand.measures.cld.decide import best, decisions, open_on, rank_of, record_of, touches, valid, with_people
from evenhand.measures.cld.logic import Period, age, or_null
from evenhand.measures.cld.options import Options

# The ranks of clients: of a person's services on the day, the lowest decides.
NURSING, RESIDENTIAL, DIRECT_PAYMENT, MANAGED, COMMISSIONED, NO_MECHANISM = 1, 2, 3, 4, 5, 6
PRISON_MANAGED, PRISON_COMMISSIONED, PRISON_NO_MECHANISM = 7, 8, 9

# The ranks of carers.
CARER_DIRECT, CARER_MANAGED, CARER_COMMISSIONED, CARER_NO_MECHANISM, INFORMATION, NO_DIRECT_SUPPORT = 1, 2, 3, 4, 5, 6


def client_rank(rows: ir.Table) -> ir.IntegerValue:
    """Setting and mechanism as one rank. A direct payment as component is one whatever the mechanism says.

    In a care home the mechanism is not read, and a prison has no direct payments: both count as blank.
    """
    paid = (rows["component"] == Component.DIRECT_PAYMENT) | (rows["mechanism"] == Mechanism.DIRECT_PAYMENT)
    community, prison = rows["service"] == ServiceType.COMMUNITY, rows["service"] == ServiceType.PRISON
    component_pays = (rows["component"] == Component.DIRECT_PAYMENT).fill_null(False)
    managed = (rows["mechanism"] == Mechanism.MANAGED_BUDGET) & ~component_pays
    commissioned = (rows["mechanism"] == Mechanism.COMMISSIONED) & ~component_pays
    return ibis.cases(
        (rows["service"] == ServiceType.NURSING, NURSING),
        (rows["service"] == ServiceType.RESIDENTIAL, RESIDENTIAL),
        (community & paid, DIRECT_PAYMENT),
        (community & managed, MANAGED),
        (community & commissioned, COMMISSIONED),
        (community, NO_MECHANISM),
        (prison & managed, PRISON_MANAGED),
        (prison & commissioned, PRISON_COMMISSIONED),
        (prison, PRISON_NO_MECHANISM),
        else_=ibis.null("int8"),
    )


def clients(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """Decisions of 3D(1a) and 3D(2a): one row a person and part. main: MAIN. people: PEOPLE."""
    rows = main.filter((main["client"] == ClientType.SERVICE_USER) & main["service"].isin(codes.LONG_TERM))
    counts = valid(rows) & open_on(rows, period)
    if not options.m3d_event_type_not_tested:
        counts = counts & (rows["event"] == EventType.SERVICE)
    # Worked out on the day's rows only: the rank of the others is NULL and is passed over.
    ranked = ibis.ifelse(counts, client_rank(rows), ibis.null("int8"))
    found = rows.group_by("la", "person").agg(packed=best(ranked, rows["record"]), supported=ibis.literal(True))
    each = with_people(people, found)
    years = age(each["birth"], ibis.literal(period.end), calendar=not options.age_365_25)
    each = each.mutate(age=years, rank=rank_of(each["packed"]), record=record_of(each["packed"]))
    gone = each["death"] < period.end
    young = each["age"] < 18
    apart = [
        (each["supported"].isnull(), "no_long_term_support"),
        (each["packed"].isnull(), "not_on_the_day"),
        (gone.fill_null(False), "died"),
        (young.fill_null(False), "under_18"),
        (each["rank"].isin((NURSING, RESIDENTIAL)), "care_home"),
        (each["rank"] >= PRISON_MANAGED, "prison"),
    ]
    inside = each["rank"].between(DIRECT_PAYMENT, NO_MECHANISM) & ~gone.fill_null(False) & ~young.fill_null(False)

    def why(last: int) -> ir.StringValue:
        return ibis.cases(
            *apart, (each["rank"] <= last, "counted"), (each["rank"] == MANAGED, "managed"),
            (each["rank"] == COMMISSIONED, "commissioned"), else_="no_mechanism",
        )  # fmt: skip

    return decisions(
        each,
        "3D",
        {
            "1a": (inside, inside & (each["rank"] <= MANAGED), why(MANAGED)),
            "2a": (inside, inside & (each["rank"] == DIRECT_PAYMENT), why(DIRECT_PAYMENT)),
        },
    )


def carer_rank(rows: ir.Table, options: Options) -> ir.IntegerValue:
    """What a carer's row is, the first that fits; NULL where nothing does and the row is passed over.

    Quirk 3D_CARER_NULL_COMPONENT: "component is not a direct payment" is unknown for a blank component, so a managed
    budget with no component fits nothing. The option ``treat_null_as_not_dp`` lets it through.
    """
    direct = rows["service"] == ServiceType.CARER_DIRECT
    pays = (rows["mechanism"] == Mechanism.DIRECT_PAYMENT) | (rows["component"] == Component.DIRECT_PAYMENT)
    other = rows["component"] != Component.DIRECT_PAYMENT
    if options.m3d_carer_null_component == "treat_null_as_not_dp":
        other = or_null(rows["component"], other)
    contact = rows["event"].isin((EventType.ASSESSMENT, EventType.REVIEW))
    return ibis.cases(
        (direct & pays, CARER_DIRECT),
        (direct & (rows["mechanism"] == Mechanism.MANAGED_BUDGET) & other, CARER_MANAGED),
        (direct & (rows["mechanism"] == Mechanism.COMMISSIONED) & other, CARER_COMMISSIONED),
        (direct & or_null(rows["mechanism"], rows["mechanism"] == codes.INVALID) & other, CARER_NO_MECHANISM),
        (rows["service"] == ServiceType.CARER_INVOLVING_PERSON, NO_DIRECT_SUPPORT),
        (contact & (rows["outcome"] == Outcome.INFORMATION), INFORMATION),
        (contact, NO_DIRECT_SUPPORT),
        (rows["event"] == EventType.REQUEST, INFORMATION),
        else_=ibis.null("int8"),
    )


def carers(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """Decisions of 3D(1b) and 3D(2b): one row a person and part. main: MAIN. people: PEOPLE."""
    rows = main.filter(main["client"].isin((ClientType.CARER, ClientType.CARER_BY_ASSOCIATION)))
    none = rows["service"].isnull()
    enters = (
        (none & (rows["outcome"] == Outcome.INFORMATION))
        | rows["service"].isin(codes.CARER_SUPPORT)
        | (none & rows["event"].isin((EventType.ASSESSMENT, EventType.REVIEW)))
    ).fill_null(False)
    counts = (enters & valid(rows) & touches(rows, period)).fill_null(False)
    ranked = ibis.ifelse(counts, carer_rank(rows, options), ibis.null("int8"))
    found = rows.group_by("la", "person").agg(
        packed=best(ranked, rows["record"]), carer=ibis.literal(True), entered=counts.any()
    )
    each = with_people(people, found)
    years = age(each["birth"], ibis.literal(period.end), calendar=not options.age_365_25)
    each = each.mutate(age=years, rank=rank_of(each["packed"]), record=record_of(each["packed"]))
    gone, young = (each["death"] < period.start).fill_null(False), (each["age"] < 18).fill_null(False)
    apart = [
        (each["carer"].isnull(), "not_a_carer"),
        (~each["entered"], "no_carer_support_in_period"),
        (each["packed"].isnull(), "component_blank"),
        (gone, "died"),
        (young, "under_18"),
        (each["rank"] == NO_DIRECT_SUPPORT, "no_direct_support"),
        (each["rank"] == INFORMATION, "information_only"),
        (each["rank"] == CARER_NO_MECHANISM, "no_mechanism"),
    ]
    inside = (each["rank"] <= CARER_COMMISSIONED) & ~gone & ~young

    def why(last: int) -> ir.StringValue:
        return ibis.cases(
            *apart, (each["rank"] <= last, "counted"), (each["rank"] == CARER_MANAGED, "managed"), else_="commissioned"
        )

    return decisions(
        each,
        "3D",
        {
            "1b": (inside, inside & (each["rank"] <= CARER_MANAGED), why(CARER_MANAGED)),
            "2b": (inside, inside & (each["rank"] == CARER_DIRECT), why(CARER_DIRECT)),
        },
    )
