"""ASCOF 2A: short-term support to maximise independence, and what followed each spell of it.

Source: CLD.md 5.1. Worked cases W41 to W55. A *spell* (the official text says cluster) is one or more such services of
one person with no more than a week between them.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, EventType, Outcome, ServiceType
from evenhand.measures.cld.decide import decisions, valid
from evenhand.measures.cld.logic import FOREVER, Period, age, days, or_null
from evenhand.measures.cld.options import Options

USABLE = 100  # outcomes of a lower rank say what became of the person; the others are ranked after them, from 101
NO_OUTCOME = 999
NESTED_DAYS = 14
SHORT_STAYS = (Component.SHORT_TERM_NURSING, Component.SHORT_TERM_RESIDENTIAL)

# What followed, where it is a service: beyond the ranks of outcomes, which are below 100.
SERVICE_FOLLOWED = 200  # + twice the service type, + 1 unless its component is a short stay in a care home
LAST_FOLLOWED = SERVICE_FOLLOWED + 2 * ServiceType.OTHER_SHORT_TERM + 1
LOW_LEVEL_FOLLOWED = SERVICE_FOLLOWED + 2 * ServiceType.LOW_LEVEL + 1

GOOD = (
    Outcome.INFORMATION, Outcome.ENDED_AS_PLANNED, Outcome.MOVED, Outcome.OTHER, Outcome.NOT_OFFERED,
    Outcome.ENDED_OTHER, Outcome.OTHER_COUNCIL_SERVICE,
)  # fmt: skip


def outcome_rank(outcome: ir.IntegerValue) -> ir.IntegerValue:
    """6 to 17 as they are; 101 to 105 for outcomes that lead on; 999 for none or an invalid one."""
    return ibis.cases(
        (outcome.between(Outcome.HOSPITAL, Outcome.OTHER), outcome.cast("int32")),
        (outcome.between(Outcome.TO_REABLEMENT, Outcome.CONTINUES), outcome.cast("int32") + USABLE),
        else_=NO_OUTCOME,
    )


def built(main: ir.Table) -> ir.Table:
    """Service users' rows with valid dates; ``until`` is the end, for ever where open; ``rank`` of the outcome."""
    rows = main.filter((main["client"] == ClientType.SERVICE_USER) & valid(main))
    return rows.mutate(until=rows["end"].fill_null(ibis.literal(FOREVER)), rank=outcome_rank(rows["outcome"]))


def spells(services: ir.Table, gap: int) -> ir.Table:
    """One row a spell: la, person, unit (numbered from 1 in order of time), begins, ends, own (rank), record.

    services: rows of ``built``. A service joins the spell when it starts no more than ``gap`` days after the latest
    end so far; an open one takes in all that follow. The outcome is that of the row that ends last, the lowest rank
    where several do.
    """
    order = ["start", "until", "rank", ibis.desc("record")]
    before = ibis.window(group_by=["la", "person"], order_by=order, preceding=(None, 1))
    upto = ibis.window(group_by=["la", "person"], order_by=order, preceding=(None, 0))
    marked = services.mutate(latest=services["until"].max().over(before))
    apart = or_null(marked["latest"], days(marked["start"], marked["latest"]) > gap)
    marked = marked.mutate(first=apart.cast("int64"))
    numbered = marked.mutate(unit=marked["first"].sum().over(upto))
    left = days(ibis.literal(FOREVER), numbered["until"]).cast("int64") * 1000 + numbered["rank"]
    found = numbered.group_by("la", "person", "unit").agg(
        begins=numbered["start"].min(), ends=numbered["until"].max(), packed=left.min(), record=numbered["record"].max()
    )
    return found.mutate(own=(found["packed"] % 1000).cast("int32")).drop("packed")


def _followed(spell: ir.Table, rows: ir.Table, options: Options) -> ir.Table:
    """For each spell, what of the person's other rows bears on it."""
    pairs = spell.join(
        rows.select(
            "la", "person", "event", "service", "component", "start", "until", "rank", "outcome",
        ),
        ["la", "person"],
    )  # fmt: skip
    begins, ends, start, until, rank = (pairs[name] for name in ("begins", "ends", "start", "until", "rank"))
    of_service = pairs["event"] == EventType.SERVICE
    own_kind = of_service & (pairs["service"] == ServiceType.ST_MAX).fill_null(False) & start.between(begins, ends)
    follows = (start >= begins) & (until > ends) & (days(start, ends) <= options.m2a_window) & ~own_kind
    kind = pairs["service"].between(ServiceType.NURSING, ServiceType.OTHER_SHORT_TERM).fill_null(False)
    stay = pairs["component"].isin(SHORT_STAYS).fill_null(False)
    service = SERVICE_FOLLOWED + 2 * pairs["service"].cast("int32") + ibis.ifelse(stay, 0, 1)
    spoke = follows & ~of_service & (rank != Outcome.ENDED_AS_PLANNED) & ((pairs["own"] < USABLE) | (rank < USABLE))
    inside = (start >= begins) & (until > begins) & (until <= ends)
    nested = (
        pairs["event"].isin((EventType.ASSESSMENT, EventType.REVIEW)) & inside & (rank < USABLE)
        & (days(ends, until) < NESTED_DAYS)
    )  # fmt: skip
    equipped = of_service & (pairs["component"] == Component.EQUIPMENT).fill_null(False) & inside
    long_term = pairs["service"].isin(codes.LONG_TERM).fill_null(False) & (start < begins)
    left = days(ends, until).cast("int64") * 1000 + rank
    return pairs.group_by("la", "person", "unit").agg(
        before=ibis.ifelse(long_term, until, ibis.null("date")).max(),
        any_follows=follows.any(),
        service=ibis.ifelse(follows & kind, service, ibis.null("int32")).min(),
        spoke=spoke.any(),
        said=ibis.ifelse(spoke & (rank < USABLE), rank, ibis.null("int32")).min(),
        nested=ibis.ifelse(nested, left, ibis.null("int64")).min(),
        equipped=equipped.any(),
    )


def _sequel(each: ir.Table, options: Options) -> ir.Table:
    """The spells with ``final``, a rank or SERVICE_FOLLOWED and more, and ``step``, the rule that found it."""
    own = each["own"]
    in_pool = each["spoke"] | ~each["any_follows"]
    if not options.m2a_future_event_blocks_own:
        in_pool = ibis.literal(True)
    mine = ibis.ifelse(in_pool & (own < USABLE), own, ibis.null("int32"))
    nested = (each["nested"] % 1000).cast("int32")
    pool = ibis.least(mine.fill_null(NO_OUTCOME), each["said"].fill_null(NO_OUTCOME), nested.fill_null(NO_OUTCOME))
    gone = (days(each["death"], each["ends"]) <= options.m2a_window).fill_null(False)
    return each.mutate(
        final=ibis.cases(
            (gone, int(Outcome.DECEASED)),
            (own == Outcome.HOSPITAL, int(Outcome.HOSPITAL)),
            (each["service"].notnull(), each["service"]),
            (pool < USABLE, pool),
            (each["equipped"], LOW_LEVEL_FOLLOWED),
            else_=own,
        ),
        step=ibis.cases(
            (gone, "1"), (own == Outcome.HOSPITAL, "2"), (each["service"].notnull(), "3"),
            ((pool < USABLE) & (mine == pool).fill_null(False), "4a"),
            ((pool < USABLE) & (each["said"] == pool).fill_null(False), "4b"),
            (pool < USABLE, "4c"), (each["equipped"], "5"), else_="6",
        ),
    )  # fmt: skip


def sequels(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """One row a spell: when, whose, what followed (``final``, ``step``) and ``why`` it is counted or not."""
    rows = built(main)
    services = rows.filter((rows["event"] == EventType.SERVICE) & (rows["service"] == ServiceType.ST_MAX))
    known = people.select("la", "person", "birth", "death", sex=people["gender"])
    found = spells(services, options.m2a_cluster_gap).join(known, ["la", "person"])
    found = found.mutate(age=age(found["birth"], found["ends"], calendar=not options.age_365_25))
    beside = _followed(found.select("la", "person", "unit", "begins", "ends", "own"), rows, options)
    each = _sequel(found.left_join(beside, ["la", "person", "unit"]).select(found, *_of(beside)), options)
    by_service = each["final"].between(SERVICE_FOLLOWED, LAST_FOLLOWED)
    service = ibis.ifelse(by_service, each["final"] - SERVICE_FOLLOWED, 0)
    why = ibis.cases(
        (~each["ends"].between(period.start, period.end), "not_in_period"),
        ((each["age"] < 18).fill_null(False), "under_18"),
        ((each["death"] < each["begins"]).fill_null(False), "died_before"),
        ((days(each["begins"], each["before"]) < options.m2a_new_client_days).fill_null(False), "existing_client"),
        (service == 2 * ServiceType.OTHER_SHORT_TERM, "care_home_short_term"),
        ((service > 0) & (service <= 2 * ServiceType.PRISON + 1), "long_term"),
        (service >= 2 * ServiceType.LOW_LEVEL, "counted"),
        (each["final"].isin(GOOD), "counted"),
        (each["final"] == Outcome.DECEASED, "died"),
        (each["final"] == Outcome.HOSPITAL, "hospital"),
        (each["final"] == Outcome.NHS, "nhs"),
        (each["final"] == Outcome.SELF_FUNDED, "self_funded"),
        (each["final"] == Outcome.DECLINED, "declined"),
        else_="not_classified",
    )
    return each.mutate(why=why, gender=each["sex"])


def _of(table: ir.Table) -> list[ir.Value]:
    return [table[name] for name in table.columns if name not in ("la", "person", "unit")]


def short_term(main: ir.Table, people: ir.Table, period: Period, options: Options) -> ir.Table:
    """Decisions of 2A: one row a spell, and one (unit 0) for each person without any. main: MAIN. people: PEOPLE."""
    each = sequels(main, people, period, options).select("la", "person", "unit", "age", "gender", "record", "why")
    with_spell = each.select("la", "person").distinct()
    others = people.anti_join(with_spell, ["la", "person"])
    none = others.select(
        "la", "person", unit=ibis.literal(0, "int64"), age=ibis.null("int32"), gender=others["gender"],
        record=ibis.null("int64"), why=ibis.literal("no_reablement"),
    )  # fmt: skip
    every = ibis.union(each, none)
    inside = every["why"].isin(("counted", "long_term", "care_home_short_term"))
    return decisions(every, "2A", {"": (inside, every["why"] == "counted", every["why"])})
