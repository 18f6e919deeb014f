"""LTS003, support for carers, and LTS004, work and home of people with a learning disability.

Source: CLD.md 5.8 and 5.9. Worked cases W24 to W29, W77.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Accommodation, Employment, EventType, Mechanism, Outcome
from evenhand.measures.cld import budgets
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.packing import DAY, ordinal, pack, unpack, whole
from evenhand.measures.cld.salt.longterm import BLANK, VALUES

AGES = ("Unknown", "Under 18", "18 to 25", "26 to 64", "65 to 84", "85 and over")
_LIMITS = (18, 26, 65, 85)


def carers(rows: ir.Table) -> ir.Table:
    """LTS003: la, who (place in AGES), value (rank of ``budgets.carer_rank``), one row a person.

    By mechanism only: the component is not read. The age is that of the latest row of the kind that counts.
    """
    build = rows.filter(rows["of_carer"])
    kinds = build.mutate(kind=_kind(build), band=_band(build["age"]))
    kinds = kinds.filter(kinds["kind"].notnull())
    packed = pack((kinds["kind"], 1), (DAY - ordinal(kinds["start"]), DAY), (kinds["band"], VALUES)).min()
    found = kinds.group_by("la", "id").agg(packed=packed)
    return found.select(
        "la", who=unpack(found["packed"], VALUES).cast("int16"),
        value=(found["packed"] / (DAY * VALUES)).floor().cast("int16"),
    )  # fmt: skip


def _kind(rows: ir.Table) -> ir.IntegerValue:
    direct = rows["service"] == codes.ServiceType.CARER_DIRECT
    contact = rows["event"].isin((EventType.ASSESSMENT, EventType.REVIEW))
    return ibis.cases(
        (direct & (rows["mechanism"] == Mechanism.DIRECT_PAYMENT), budgets.CARER_DIRECT),
        (direct & (rows["mechanism"] == Mechanism.MANAGED_BUDGET), budgets.CARER_MANAGED),
        (direct & (rows["mechanism"] == Mechanism.COMMISSIONED), budgets.CARER_COMMISSIONED),
        (direct, budgets.CARER_NO_MECHANISM),
        (rows["service"] == codes.ServiceType.CARER_INVOLVING_PERSON, budgets.NO_DIRECT_SUPPORT),
        (contact & (rows["outcome"] == Outcome.INFORMATION), budgets.INFORMATION),
        (contact, budgets.NO_DIRECT_SUPPORT),
        (rows["event"] == EventType.REQUEST, budgets.INFORMATION),
        else_=ibis.null("int8"),
    )


def _band(years: ir.IntegerValue) -> ir.IntegerValue:
    return ibis.cases((years.isnull(), 0), *((years < limit, n) for n, limit in enumerate(_LIMITS, 1)), else_=5)


def employed(rows: ir.Table, options: Options) -> ir.Table:
    """LTS004 T1: la, who (gender), value (employment; 0 for people who have no listed value at all)."""
    return _status(rows, "employment", int(Employment.UNKNOWN), options)


def housed(rows: ir.Table, options: Options) -> ir.Table:
    """LTS004 T2a and T2b: la, who (gender), value (accommodation; 0 as above)."""
    return _status(rows, "accommodation", int(Accommodation.UNKNOWN), options)


def _status(rows: ir.Table, column: str, unknown: int, options: Options) -> ir.Table:
    """The latest start of each person, then known before unknown; values are listed up to Unknown, the last.

    The latest start is that of all councils (quirk LTS004_LATEST_CROSS_LA): who is in two is counted where it is.
    """
    rows = rows.filter(rows["learning"])
    rows = rows.mutate(who=rows["gender"].fill_null(codes.INVALID))
    is_listed = rows[column].between(1, unknown).fill_null(False)
    listed = rows.filter(is_listed)
    keys = ["id"] if options.lts004_latest_cross_la else ["la", "id"]
    latest = listed.group_by(*keys).agg(latest=listed["start"].max())
    held = listed.join(latest, keys).select(listed, latest["latest"])
    held = held.filter(held["start"] == held["latest"])
    value = held[column].cast("int64")
    known = whole(value != unknown)
    found = held.group_by("la", "id", "who").agg(
        up=pack((known, 1), (value, VALUES)).max(), down=pack((known, 1), (BLANK - value, VALUES)).max()
    )
    # A person's known value beats an unknown one whatever sex each row says; rows that differ count for their own sex.
    told = found.mutate(known=(found["up"] / VALUES).floor())
    told = told.mutate(best=told["known"].max().over(ibis.window(group_by=["la", "id"])))
    told = told.filter(told["known"] == told["best"])
    first = unpack(told["up"], VALUES)
    agreed = first + unpack(told["down"], VALUES) == BLANK
    good = told.select("la", "who", value=ibis.ifelse(agreed, first, unknown).cast("int16"))
    none = rows.filter(~is_listed).anti_join(listed, "id").select("la", "id", "who").distinct()
    return ibis.union(good, none.select("la", "who", value=ibis.literal(0, "int16")))
