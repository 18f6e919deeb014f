"""The official measures asked again, of the people concerned, with their rows mended one way and another.

Each way to mend a check is a council of its own: the code of the council, ``~`` and the number of the way. So every
measure is asked once for all ways, and it is the measure itself that decides, whatever its rules and options.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import polars as pl

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, Mechanism, Outcome, Reason, ServiceType
from evenhand.measures.cld import run
from evenhand.measures.cld.engine import Engine, Question
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.pipeline import people_table
from evenhand.measures.cld.pipeline.events import PASSES, cropped_end, why_not, with_periods
from evenhand.measures.cld.pipeline.packing import small
from evenhand.measures.cld.quality.checks import BIT, BY_KEY, WAYS, Figure, Way
from evenhand.measures.cld.quality.concern import Concerned
from evenhand.measures.cld.tables import MAIN, PEOPLE, declared

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Measured

# The measures that are asked again, and the figures that each decides.
STAGES: dict[str, tuple[Figure, ...]] = {
    "2a": (("2A", ""),), "2bc": (("2B", ""), ("2C", "")), "2e": (("2E", "1"), ("2E", "2a"), ("2E", "2b")),
    "3d_clients": (("3D", "1a"), ("3D", "2a")), "3d_carers": (("3D", "1b"), ("3D", "2b")),
}  # fmt: skip
MARK = "~"
AGES = {"child": 10, "younger": 40, "older": 80}  # years before the period's end; each stays in its group throughout
NOW = -1  # the number of the way in which things stand

# One row a person (or spell) that some way counts: nobody else counts, in that way.
COUNTED = {
    "la": pl.String, "way": pl.Int32, "person": pl.Int64, "unit": pl.Int64, "measure": pl.String, "part": pl.String,
    "of": pl.Int8, "number": pl.Int8,
}  # fmt: skip


@dataclass
class Beside:
    """The engine, keeping what it is asked to keep under names of our own: the measured tables stay as they are."""

    engine: Engine
    con: Any  # the Ibis backend
    scratch: Path

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """See ``Engine.keep``."""
        return self.engine.keep(f"quality_{name}", table)

    def answer(self, name: str, question: Question, tables: Sequence[ir.Table], given: Sequence[Hashable]) -> ir.Table:
        """See ``Engine.answer``."""
        return self.engine.answer(f"quality_{name}", question, tables, given)

    def drop(self, *names: str) -> None:
        """See ``Engine.drop``."""
        self.engine.drop(*(f"quality_{name}" for name in names))


def frame(table: ir.Table) -> pl.DataFrame:
    """The rows, here."""
    made = pl.from_arrow(table.to_pyarrow())
    assert isinstance(made, pl.DataFrame)
    return made


def asked_again(engine: Engine, measured: Measured, concerned: Concerned, found: Iterable[str]) -> pl.DataFrame:
    """COUNTED: how the people concerned count in every way of the checks found, and now. found: keys of checks."""
    period, options, keys = measured.asked.period, measured.asked.options, set(found)
    ways = [way for way in WAYS if way.check.key in keys and way.check.key != "no_person_id"]
    out = [_now(measured, concerned.people)]
    main = _mended(concerned.hot, ways, period) if ways else None
    lost = _nobody(measured) if "no_person_id" in keys else None
    both = [table for table in (main, lost) if table is not None]
    if not both:
        return pl.concat(out)
    ways += [way for way in WAYS if way.check.key == "no_person_id" and lost is not None]
    rows = engine.keep("quality_main", ibis.union(*both) if len(both) > 1 else both[0])
    people = engine.keep(
        "quality_details", _details(Beside(engine, engine.con, engine.scratch), measured, concerned.people, rows, ways)
    )
    decided = []
    for name, figures in STAGES.items():
        used = [way.number for way in ways if set(figures) & set(way.check.figures)]
        if used:
            chosen = rows.filter(rows["way"].isin(used)).select(*MAIN)
            known = people.filter(people["way"].isin(used)).select(*PEOPLE)
            decided.append(
                engine.answer(f"quality_decided_{name}", run.STAGES[name], (chosen, known), (period, options))
            )
    out.append(_counted(ibis.union(*decided) if len(decided) > 1 else decided[0], marked=True))
    engine.drop("quality_main", "quality_details", *(f"quality_decided_{name}" for name in STAGES))
    return pl.concat(out)


def _counted(decided: ir.Table, *, marked: bool) -> pl.DataFrame:
    inside = decided.filter(decided["denominator"] | decided["numerator"])
    table = frame(
        inside.select(
            "la", "person", "unit", "measure", "part", of=inside["denominator"].cast("int8"),
            number=inside["numerator"].cast("int8"),
        )
    )  # fmt: skip
    if marked:
        at = pl.col("la").str.splitn(MARK, 2)
        table = table.with_columns(at.struct.field("field_0").alias("la"), at.struct.field("field_1").alias("way"))
    else:
        table = table.with_columns(pl.lit(NOW).alias("way"))
    return table.with_columns(pl.col("way").cast(pl.Int32)).select(pl.col(n).cast(k) for n, k in COUNTED.items())


def _now(measured: Measured, people: ir.Table) -> pl.DataFrame:
    return _counted(measured.decisions.semi_join(people, ["la", "person"]), marked=False)


def _held(ways: list[Way]) -> ir.Table:
    columns: dict[str, list[object]] = {
        "way": [way.number for way in ways], "bit": [BIT[way.check.key] for way in ways],
        "least": [way.rows for way in ways], "mask": [way.mask for way in ways],
    }  # fmt: skip
    return small(columns, {"way": "int32", "bit": "int64", "least": "int64", "mask": "int64"})


def _numbers(ways: Iterable[Way], **keys: str) -> list[int]:
    """The numbers of the ways named as check=way."""
    return [way.number for way in ways if keys.get(way.check.key) == way.key] or [NOW]


def _named(la: ir.StringValue, way: ir.IntegerValue) -> ir.StringValue:
    return la.concat(MARK, way.cast("string"))


def _mended(hot: ir.Table, ways: list[Way], period: Period) -> ir.Table:
    """MAIN and ``way``: all rows of the people concerned in every way, those found mended."""
    held = _held(ways)
    rows = hot.join(held, [(hot["all_bits"] & held["bit"]) > 0, hot["holes"] >= held["least"]]).select(hot, held)
    way, found = rows["way"], (rows["bits"] & rows["bit"]) > 0

    def when(**keys: str) -> ir.BooleanValue:
        return found & way.isin(_numbers(WAYS, **keys))

    hole = found & (rows["bit"] == BIT["component_home"])
    long = ibis.ifelse(
        rows["service"] == ServiceType.NURSING, int(Component.LONG_TERM_NURSING), int(Component.LONG_TERM_RESIDENTIAL)
    )
    twice = rows["bit"] == BIT["split_person"]
    last = ibis.greatest(rows["start"], ibis.literal(period.end))
    changed = {
        "mechanism": ibis.cases(
            (when(mechanism_community="direct", mechanism_carer="direct"), int(Mechanism.DIRECT_PAYMENT)),
            (when(mechanism_community="commissioned", mechanism_carer="commissioned"), int(Mechanism.COMMISSIONED)),
            else_=rows["mechanism"],
        ),
        "component": ibis.cases(
            (when(component_carer="direct"), int(Component.DIRECT_PAYMENT)),
            (when(component_carer="other"), int(Component.CARER_OTHER)),
            (hole & ((rows["mask"] & rows["power"]) > 0), long),
            (hole, int(Component.SHORT_TERM_RESIDENTIAL)),
            else_=rows["component"],
        ),
        "client": ibis.cases(
            (when(client_unknown="user"), int(ClientType.SERVICE_USER)),
            (when(client_unknown="carer"), int(ClientType.CARER)),
            else_=rows["client"],
        ),
        "outcome": ibis.cases(
            (when(outcome_reablement="best"), int(Outcome.MOVED)),
            (when(outcome_reablement="hospital"), int(Outcome.HOSPITAL)),
            else_=rows["outcome"],
        ),
        "end": ibis.cases(
            (when(end_before_start="open"), ibis.null("date")),
            (when(end_before_start="day"), rows["start"]),
            (when(end_before_start="last"), last),
            (when(cropped="on"), rows["full_end"]),
            else_=rows["end"],
        ),
        "person": ibis.ifelse(twice, rows["rep"], rows["person"]),
        "la": _named(rows["la"], way),
    }
    return _shaped(rows.mutate(**changed), MAIN)


def _shaped(table: ir.Table, schema: dict[str, str]) -> ir.Table:
    return declared(table, {**schema, "way": "int32"}, "ways")


def _nobody(measured: Measured) -> ir.Table | None:
    """MAIN and ``way`` of rows without any id, each as a person of its own: the record's number, below nought."""
    options = measured.asked.options
    if not options.drop_no_person_id:
        return None
    records = measured.identified.records
    none = records.filter(records["nhs"].isnull() & records["la_person"].isnull())
    rows = with_periods(none, measured.selection.taken, used_only=True)
    rows = rows.filter(why_not(rows, replace(options, drop_no_person_id=False)) == PASSES)
    (way,) = (one for one in WAYS if one.check.key == "no_person_id")
    number = ibis.literal(way.number, "int32")
    own = rows.mutate(
        person=-rows["record"], raw_end=rows["end"], end=cropped_end(rows, options), way=number,
        la=_named(rows["la"], number),
    )  # fmt: skip
    return _shaped(own, MAIN)


def _details(engine: Beside, measured: Measured, concerned: ir.Table, rows: ir.Table, ways: list[Way]) -> ir.Table:
    """PEOPLE and ``way``: as they are but for what the way mends, or put together again from the mended rows."""
    again = [way.number for way in ways if way.check.rebuild]
    as_are = [way for way in ways if not way.check.rebuild]
    out = []
    if as_are:
        out.append(_retold(measured, concerned, as_are))
    if again:
        chosen = rows.filter(rows["way"].isin(again)).select(*MAIN)
        made = people_table(engine, chosen, measured.asked.period, measured.asked.options)
        out.append(made.mutate(way=made["la"].split(MARK)[1].cast("int32")))
    return ibis.union(*out) if len(out) > 1 else out[0]


def _retold(measured: Measured, concerned: ir.Table, ways: list[Way]) -> ir.Table:
    held, end = _held(ways), measured.asked.period.end
    people = measured.people.join(concerned, ["la", "person"]).select(
        measured.people, *(concerned[name] for name in ("bits", "holes", "born_first", "born_last"))
    )
    rows = people.join(held, [(people["bits"] & held["bit"]) > 0, people["holes"] >= held["least"]])
    way = rows["way"]

    def when(**keys: str) -> ir.BooleanValue:
        return way.isin(_numbers(WAYS, **keys))

    def month(packed: ir.IntegerValue) -> ir.DateValue:
        year = (packed / 100).floor().cast("int32")
        return ibis.date(year, (packed % 100).cast("int32"), ibis.literal(1, "int32"))

    changed = {
        "birth": ibis.cases(
            *((when(birth_unknown=key), ibis.literal(dt.date(end.year - age, 1, 1))) for key, age in AGES.items()),
            (when(births_differ="first"), month(rows["born_first"])),
            (when(births_differ="last"), month(rows["born_last"])),
            else_=rows["birth"],
        ),
        "settled": ibis.cases(
            (when(accommodation_unknown="settled"), 1), (when(accommodation_unknown="not"), 0), else_=rows["settled"]
        ),
        # A known home: under 2E_UNKNOWN_ACCOM_IN_DENOM off, an unknown one is in no denominator.
        "accommodation": ibis.cases(
            (when(accommodation_unknown="settled"), int(codes.Accommodation.OWNER_OCCUPIER)),
            (when(accommodation_unknown="not"), int(codes.Accommodation.ROUGH_SLEEPING)),
            else_=rows["accommodation"],
        ),
        "psr": ibis.cases(
            (when(reason_unknown="learning"), int(Reason.LEARNING_DISABILITY)),
            (when(reason_unknown="other"), int(Reason.MENTAL_HEALTH)),
            else_=rows["psr"],
        ),
        "la": _named(rows["la"], way),
    }  # fmt: skip
    return _shaped(rows.mutate(**changed), PEOPLE)


__all__ = ["BY_KEY", "COUNTED", "MARK", "NOW", "asked_again", "frame"]
