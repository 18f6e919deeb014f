"""Who is concerned: the rows and the people that a check finds, as bits of one whole number each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Accommodation, ClientType, Component, EventType, Mechanism, Reason, ServiceType
from evenhand.measures.cld.decide import open_on, touches, valid
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import Period, or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.keys import corrected_end
from evenhand.measures.cld.quality.checks import BIT, MOST_ROWS

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Measured

IN_2E = 1 << 40  # a row that puts its person into 2E; no check of its own
_PEOPLE_CHECKS = ("birth_unknown", "births_differ", "accommodation_unknown", "reason_unknown", "split_person")


@dataclass(frozen=True)
class Concerned:
    """people: la, person, bits (of all their rows and of their own), born_first and born_last (year * 100 + month),
    record (their latest row), holes (care-home rows without a component), rep (the person they may be one with).
    hot: MAIN of these people with bits (the row's own), and from people all_bits, born_*, holes and rep; full_end (the
    end before cropping), power (2 to the row's place among the person's holes, 0 beyond the most that are tried).
    """

    people: ir.Table
    hot: ir.Table


def unlisted(column: ir.IntegerValue) -> ir.BooleanValue:
    """Blank, or not on the list."""
    return or_null(column, column == codes.INVALID)


def full_end(main: ir.Table, options: Options) -> ir.DateValue:
    """The end before cropping, corrected for death."""
    as_submitted: Any = {"end": main["raw_end"], "death": main["death"], "start": main["start"]}
    return corrected_end(as_submitted, options)


def row_tests(main: ir.Table, period: Period, options: Options) -> dict[str, ir.BooleanValue]:
    """The checks that look at one row, by key. main: MAIN."""
    user = main["client"] == ClientType.SERVICE_USER
    service = main["event"] == EventType.SERVICE
    carer = main["client"].isin((ClientType.CARER, ClientType.CARER_BY_ASSOCIATION))
    no_mechanism = unlisted(main["mechanism"])
    pays = (main["component"] == Component.DIRECT_PAYMENT).fill_null(False)
    here, around = valid(main) & open_on(main, period), valid(main) & touches(main, period)
    homes = main["service"].isin((ServiceType.NURSING, ServiceType.RESIDENTIAL))
    direct = carer & (main["service"] == ServiceType.CARER_DIRECT) & around
    full = full_end(main, options)
    return {
        "mechanism_community": user & (main["service"] == ServiceType.COMMUNITY) & no_mechanism & ~pays & here,
        "mechanism_carer": direct & no_mechanism & ~pays,
        "component_carer": direct
        & main["component"].isnull()
        & ~(main["mechanism"] == Mechanism.DIRECT_PAYMENT).fill_null(False),
        "component_home": user & service & homes & unlisted(main["component"]) & (main["start"] <= period.end),
        "client_unknown": unlisted(main["client"]),
        "outcome_reablement": user & service & (main["service"] == ServiceType.ST_MAX) & unlisted(main["outcome"])
        & main["end"].between(period.start, period.end),
        "end_before_start": main["end"] < main["start"],
        "cropped": service & main["end"].notnull() & or_null(full, full > main["end"]),
    }  # fmt: skip


def find(engine: Engine, measured: Measured) -> Concerned:
    """Everybody whom a check finds, and all their rows."""
    period, options, main = measured.asked.period, measured.asked.options, measured.main
    tests = _tests(main, period, options)
    rows = main.select(
        "la", "person", "record", "birth_year", "birth_month", bits=_bits(tests),
        born=main["birth_year"].cast("int32") * 100 + main["birth_month"],
    )  # fmt: skip
    whole = rows["birth_year"].notnull() & rows["birth_month"].notnull()
    born = ibis.ifelse(whole, rows["born"], ibis.null("int32"))
    found = rows.group_by("la", "person").agg(
        # Bit by bit: Spark has no "or" of many rows.
        bits=reduce(add, ((rows["bits"] & bit).max() for bit in tests)),
        born_first=born.min(), born_last=born.max(), record=rows["record"].max(),
        holes=((rows["bits"] & BIT["component_home"]) > 0).cast("int64").sum(),
    )  # fmt: skip
    details = measured.people.select("la", "person", "birth", "accommodation", "psr")
    found = found.join(details, ["la", "person"]).select(found, "birth", "accommodation", "psr")
    split = _split(engine, measured)
    found = found.left_join(split, ["la", "person"]).select(found, rep=ibis.coalesce(split["rep"], found["person"]),
                                                            twice=split["rep"].notnull())  # fmt: skip
    found = found.mutate(bits=found["bits"] + _bits(_of_person(found)))
    wanted = reduce(add, BIT.values())
    chosen = found.filter((found["bits"] & wanted) > 0).drop("birth", "accommodation", "psr", "twice")
    people = engine.keep("quality_concerned", chosen)
    return Concerned(people, engine.keep("quality_hot", _hot(main, people, period, options)))


def _tests(main: ir.Table, period: Period, options: Options) -> dict[int, ir.BooleanValue]:
    return {BIT[key]: test for key, test in row_tests(main, period, options).items()} | _supported(main, period)


def _bits(tests: dict[int, ir.BooleanValue]) -> ir.IntegerValue:
    return reduce(add, (ibis.ifelse(test.fill_null(False), bit, 0).cast("int64") for bit, test in tests.items()))


def _supported(main: ir.Table, period: Period) -> dict[int, ir.BooleanValue]:
    """Long-term support in the period, as 2E has it."""
    user = (main["client"] == ClientType.SERVICE_USER) & (main["event"] == EventType.SERVICE)
    return {IN_2E: user & main["service"].isin(codes.LONG_TERM) & valid(main) & touches(main, period)}


def _of_person(found: ir.Table) -> dict[int, ir.BooleanValue]:
    """The checks that look at a person."""
    supported = (found["bits"] & IN_2E) > 0
    presumed = (Accommodation.UNKNOWN, Accommodation.PRESUMED_AT_HOME, Accommodation.PRESUMED_IN_COMMUNITY)
    tests = {
        "birth_unknown": found["birth"].isnull(),
        "births_differ": found["born_first"] != found["born_last"],
        "accommodation_unknown": supported & found["accommodation"].isin(presumed),
        "reason_unknown": supported & found["psr"].isin((codes.INVALID, Reason.UNKNOWN)),
        "split_person": found["twice"],
    }
    assert tuple(tests) == _PEOPLE_CHECKS
    return {BIT[key]: test for key, test in tests.items()}


def _split(engine: Engine, measured: Measured) -> ir.Table:
    """la, person and rep: people known by the council's id alone, beside whoever has that id and an NHS number.

    Both have the second as rep. An id that stands beside two NHS numbers tells nobody, and is passed over.
    """
    records, main, ids = measured.identified.records, measured.main, measured.ids
    without = records.filter(records["nhs"].isnull() & records["la_person"].notnull()).select("la", "la_person")
    without = without.distinct().mutate(pseudonym=lambda t: t["la"].concat("_", t["la_person"]))
    alone = without.join(ids, "pseudonym").select("la", "la_person", alone=ids["person"])
    beside = main.select("la", "person", "la_person").join(alone, ["la", "la_person"])
    beside = beside.filter(beside["person"] != beside["alone"])
    pairs = beside.group_by("la", "alone").agg(rep=beside["person"].min(), most=beside["person"].max())
    pairs = engine.keep("quality_pairs", pairs.filter(pairs["rep"] == pairs["most"]).select("la", "alone", "rep"))
    # Somebody of whom no row is left in MAIN is not there to be counted twice.
    there = pairs.semi_join(main.mutate(alone=main["person"]), ["la", "alone"])
    both = ibis.union(
        there.select("la", person="alone", rep="rep"), there.select("la", person="rep", rep="rep").distinct()
    )
    return engine.keep("quality_split", both)


def _hot(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    held = people.select("la", "person", "born_first", "born_last", "holes", "rep", all_bits=people["bits"])
    hot = main.join(held, ["la", "person"]).select(
        main, *(held[name] for name in held.columns if name not in ("la", "person"))
    )
    # Asked once more, of these people's rows only: few, while to carry the answer for all rows would cost more.
    hot = hot.mutate(bits=_bits(_tests(hot, period, options)))
    hole = (hot["bits"] & BIT["component_home"]) > 0
    place = ibis.row_number().over(ibis.window(group_by=["la", "person", hole], order_by="record"))
    power = ibis.cases(*((place == number, 1 << number) for number in range(MOST_ROWS)), else_=0)
    return hot.mutate(full_end=full_end(hot, options), power=ibis.ifelse(hole, power, 0).cast("int64"))
