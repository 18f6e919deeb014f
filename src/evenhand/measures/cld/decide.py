"""What every measure needs: rows that count as support, one answer a person, and decisions in their declared shape."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.measures.cld.logic import Period, band, or_null
from evenhand.measures.cld.tables import DECISIONS, declared

# A rank and a record in one whole number, so that one minimum finds the best rank and, of its rows, the first record.
SHIFT = 2**40


def valid(rows: ir.Table) -> ir.BooleanValue:
    """A start, and an end on or after it or none: what CLD.md 5 calls valid dates."""
    return rows["start"].notnull() & or_null(rows["end"], rows["end"] >= rows["start"])


def touches(rows: ir.Table, period: Period) -> ir.BooleanValue:
    """Begun by the period's end, and open or ended on or after its start."""
    return (rows["start"] <= period.end) & or_null(rows["end"], rows["end"] >= period.start)


def open_on(rows: ir.Table, period: Period) -> ir.BooleanValue:
    """Begun by the period's last day, and open or ended on or after it: the snapshot."""
    return (rows["start"] <= period.end) & or_null(rows["end"], rows["end"] >= period.end)


def best(rank: ir.IntegerValue, record: ir.IntegerValue) -> ir.IntegerScalar:
    """The lowest rank and of its rows the first record, as one number; NULL ranks are passed over."""
    return (rank.cast("int64") * SHIFT + record).min()


def rank_of(packed: ir.IntegerValue) -> ir.IntegerValue:
    """The rank in what ``best`` gave."""
    return (packed / SHIFT).floor().cast("int32")


def record_of(packed: ir.IntegerValue) -> ir.IntegerValue:
    """The record in what ``best`` gave."""
    return packed - rank_of(packed).cast("int64") * SHIFT


def with_people(people: ir.Table, found: ir.Table) -> ir.Table:
    """Each person of each council, with what was found of them; NULL columns where nothing was."""
    return people.left_join(found, ["la", "person"]).select(
        people, *(found[name] for name in found.columns if name not in ("la", "person"))
    )


def decisions(
    table: ir.Table, measure: str, parts: dict[str, tuple[ir.BooleanValue, ir.BooleanValue, ir.StringValue]]
) -> ir.Table:
    """Decisions of one measure, part under part.

    table: one row a person (or cluster, with ``unit``), with la, person, age, gender and record; ``band`` if the
    measure has its own. parts: for each part, in the denominator, in the numerator, and why.
    """
    unit = table["unit"] if "unit" in table.columns else ibis.literal(0, "int64")
    ages = table["band"] if "band" in table.columns else band(table["age"])
    made = [
        table.select(
            "la", "person", "age", "gender", "record", measure=ibis.literal(measure), part=ibis.literal(part),
            unit=unit, band=ages, denominator=denominator.fill_null(False), numerator=numerator.fill_null(False),
            why=why,
        )
        for part, (denominator, numerator, why) in parts.items()
    ]  # fmt: skip
    return declared(ibis.union(*made) if len(made) > 1 else made[0], DECISIONS, f"{measure} decisions")
