"""One row a council and person: of all that is said of somebody, what is taken to be so (CLD.md 4).

The common rule: known beats unknown, then the latest reference period end, the latest end (open is the latest), the
latest start; what the rows that tie for first disagree on is unknown. It is worked for all attributes at once: each
row's place in the sort and its value are one whole number, and the largest such number with the value counted up and
with the value counted down name the same value unless the tied rows differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Accommodation, ClientType, Ethnicity, Gender, Reason, YesNo
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import FOREVER, Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import homes
from evenhand.measures.cld.pipeline.packing import DAY, ordinal, pack, unpack, whole
from evenhand.measures.cld.tables import PEOPLE, declared

VALUES = 32  # a listed value, its absence included, is less than this
BLANK = 31  # stands for a blank cell among the values
REFS = 2**12  # reference period ends may be this many days apart


@dataclass(frozen=True)
class Attribute:
    """One thing said of a person. unknown: values (besides blank) that anything else beats.

    keeps: of those unknown, the ones that stand when nothing better is said; the others are ``otherwise``, as is a
    conflict. refused: a value between unknown and known.
    """

    name: str
    otherwise: int
    unknown: Sequence[int]
    keeps: Sequence[int] = ()
    refused: int | None = None


_FUNDED = (codes.Funding.CLIENT, codes.Funding.JOINT, codes.Funding.SOCIAL_CARE)
ATTRIBUTES = (
    Attribute("gender", Gender.UNKNOWN, (codes.INVALID, Gender.UNKNOWN)),
    Attribute("ethnicity", Ethnicity.NOT_KNOWN, (codes.INVALID, Ethnicity.NOT_KNOWN), refused=Ethnicity.REFUSED),
    Attribute(
        "psr",
        Reason.UNKNOWN,
        (codes.INVALID, Reason.UNKNOWN, Reason.UNPAID_CARER),
        keeps=(codes.INVALID, Reason.UNPAID_CARER),
    ),
    Attribute("accommodation", Accommodation.UNKNOWN, (codes.INVALID, Accommodation.UNKNOWN)),
    Attribute(
        "employment", codes.Employment.UNKNOWN, (codes.INVALID, codes.Employment.UNKNOWN), keeps=(codes.INVALID,)
    ),
    Attribute("funding", codes.Funding.UNKNOWN, (codes.INVALID, codes.Funding.UNKNOWN)),
    Attribute("has_carer", YesNo.UNKNOWN, (codes.INVALID, YesNo.UNKNOWN)),
)


def people_table(engine: Engine, main: ir.Table, period: Period, options: Options) -> ir.Table:
    """PEOPLE: one row a council and person of MAIN, every person there is. period: in which a carer's link counts."""
    rows = _ordered(main)
    made = {f"{one.name}_{way}": value for one in ATTRIBUTES for way, value in _both_ways(rows, one).items()}
    made |= homes.evidence(rows) | _birth_and_death(rows, options)
    found = engine.keep("people_found", rows.group_by("la", "person").agg(**made))
    out = {one.name: _settle(found, one) for one in ATTRIBUTES}
    out |= _born_and_died(found, options)
    known = found.mutate(**out)
    home = homes.inferred(known)
    known = known.mutate(accommodation=home)
    settled = whole(known["accommodation"].isin([int(value) for value in codes.SETTLED]))
    linked = _cared_for(main, period)
    known = known.mutate(settled=settled).left_join(linked, ["la", "person"])
    carer = ibis.ifelse(known["linked"].notnull(), ibis.literal(int(YesNo.YES), "int16"), known["has_carer"])
    table = engine.keep("people", declared(known.mutate(has_carer=carer), PEOPLE, "people"))
    engine.drop("people_found")
    return table


def _ordered(main: ir.Table) -> ir.Table:
    """MAIN with each row's place in the common sort, and in that of births and deaths."""
    spread = main.agg(first=main["ref_end"].min(), last=main["ref_end"].max()).to_pyarrow().to_pylist()[0]
    first: dt.date = spread["first"] or FOREVER
    if spread["last"] and (spread["last"] - first).days >= REFS:
        raise EvenhandError(
            "The submissions' reference periods end more than eleven years apart.", do="Measure them in two runs."
        )
    ref = ordinal(main["ref_end"]) - (first.toordinal() - 1)
    end, start = ordinal(main["end"].fill_null(ibis.literal(FOREVER))), ordinal(main["start"])
    return main.mutate(ref=ref, open_end=end, begun=start, place=pack((ref, 1), (end, DAY), (start, DAY)))


def _both_ways(rows: ir.Table, one: Attribute) -> dict[str, ir.Value]:
    """The largest place with the value counted up, and with it counted down."""
    value = rows[one.name].fill_null(BLANK).cast("int64")
    unknown = value.isin([BLANK, *(int(code) for code in one.unknown)])
    known = ibis.ifelse(unknown, 0, 2 if one.refused is None else ibis.ifelse(value == int(one.refused), 1, 2))
    place = known.cast("int64") * (REFS * DAY * DAY) + rows["place"]
    return {"up": pack((place, 1), (value, VALUES)).max(), "down": pack((place, 1), (BLANK - value, VALUES)).max()}


def _settle(found: ir.Table, one: Attribute) -> ir.IntegerValue:
    """The value that the rows tied for first agree on, by the attribute's own words for unknown."""
    value = unpack(found[f"{one.name}_up"], VALUES)
    agreed = value + unpack(found[f"{one.name}_down"], VALUES) == BLANK
    lost = [BLANK, *(int(code) for code in one.unknown if code not in one.keeps)]
    return ibis.ifelse(agreed & ~value.isin(lost), value, ibis.literal(int(one.otherwise), "int64")).cast("int16")


def _birth_and_death(rows: ir.Table, options: Options) -> dict[str, ir.Value]:
    """Birth: the latest reference period end that has year and month, then the earliest. Death: known beats blank.

    A date of death once submitted stays though later files leave it blank (quirk DEATH_STICKY).
    """
    birth = pack((rows["ref"], 1), (9999 - rows["birth_year"], 2**14), (12 - rows["birth_month"], 16))
    death = pack((rows["ref"], 1), (ordinal(rows["death"]) + 1, DAY))
    out = {"born": birth.max(), "dead": rows["death"].argmax(death)}
    if not options.death_sticky:
        # Engines differ on whether the largest may be found at a blank, so blanks have a number of their own: 0.
        out["said_dead"] = pack((rows["ref"], 1), ((ordinal(rows["death"]) + 1).fill_null(0), DAY)).max()
    return out


def _born_and_died(found: ir.Table, options: Options) -> dict[str, ir.Value]:
    dead = found["dead"]
    if not options.death_sticky:
        dead = ibis.ifelse(unpack(found["said_dead"], DAY) > 0, dead, ibis.null("date"))
    month = 12 - unpack(found["born"], 16)
    year = 9999 - unpack((found["born"] / 16).floor().cast("int64"), 2**14)
    return {"birth": ibis.date(year.cast("int32"), month.cast("int32"), ibis.literal(1, "int32")), "death": dead}


def _cared_for(main: ir.Table, period: Period) -> ir.Table:
    """People whom an unpaid carer of the same council, with an event in the period, names as cared for (CLD.md 4.4)."""
    carers = main.filter(
        main["client"].isin((ClientType.CARER, ClientType.CARER_BY_ASSOCIATION))
        & (main["start"] <= period.end)
        & (main["end"].fill_null(ibis.literal(FOREVER)) >= period.start)
    )
    links = [
        carers.filter(carers[name].notnull()).select("la", la_person=carers[name])
        for name in ("link1", "link2", "link3")
    ]
    named = ibis.union(*links, distinct=True)
    found = main.select("la", "person", "la_person").semi_join(named, ["la", "la_person"])
    return found.select("la", "person").distinct().mutate(linked=ibis.literal(True))
