"""One row an event: which records are of the period, which are the same event, and which of those is kept.

Source: CLD.md 3.3 to 3.8. The order of the official script is kept where it shows; two shortcuts give the same rows:

* Cropping (3.6) asks whether the same event is in a period that starts the day after. If it is, a row of that later
  period outranks this one and the crop is never seen; so a row is cropped whenever its period is a prior one.
* The sort (3.8) is one maximum of packed numbers, the last of them ``record``, so there is never a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import EventType
from evenhand.measures.cld import tables
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.identity import Identified
from evenhand.measures.cld.pipeline.packing import DAY, ordinal, pack, small
from evenhand.measures.cld.pipeline.selection import Selection, Taken

# Why a record is not of the period, the first that fits; PASSES is none of them.
PASSES = 0
NOT_USED, NO_EVENT_TYPE, NO_START, NO_PERSON, DIED_BEFORE, STARTS_AFTER_DEATH, STARTS_AFTER, ENDED_BEFORE, NOT_ENDED = (
    range(1, 10)
)

_RECORD = Decimal(2**63)
# So few submissions are looked up in the expression: a table of ours would make the engine load pandas (0.4 s).
_FEW = 12
_PERIODS = {
    "submission": "int32", "la_number": "int16", "ref_start": "date", "ref_end": "date", "ref_rank": "int64",
    "prior": "boolean",
}  # fmt: skip


def main_table(engine: Engine, identified: Identified, selection: Selection, options: Options) -> ir.Table:
    """MAIN: one row an event of the selection's reference periods, of whichever file speaks last."""
    kept = _survivors(engine, "survivors_main", identified, selection.taken, options, costs=False)
    made = _whole_rows(identified.records, kept, selection.taken, options)
    table = engine.keep("main", tables.declared(made, tables.MAIN, "main table"))
    engine.drop("survivors_main")
    return table


def single_table(engine: Engine, identified: Identified, selection: Selection, options: Options) -> ir.Table:
    """SINGLE: one row an event of each council's one submission; services of different cost stay apart."""
    kept = _survivors(engine, "survivors_single", identified, selection.single, options, costs=True)
    made = _whole_rows(identified.records, kept, selection.single, options)
    table = engine.keep("single", tables.declared(made, tables.SINGLE, "single table"))
    engine.drop("survivors_single")
    return table


def with_periods(records: ir.Table, taken: Sequence[Taken], *, used_only: bool = False) -> ir.Table:
    """Records with their submission's reference period; NULL for submissions that are not used, or none of those.

    Beside ref_start and ref_end: la_number, the council's place among all; ref_rank, the place of ref_end among all;
    prior, whether the council has a reference period with a later start.
    """
    latest = {one.la: one.start for one in sorted(taken)}
    councils, ends = sorted(latest), sorted({one.end for one in taken})
    columns: dict[str, list[object]] = {
        "submission": [one.submission for one in taken],
        "la_number": [councils.index(one.la) for one in taken],
        "ref_start": [one.start for one in taken],
        "ref_end": [one.end for one in taken],
        "ref_rank": [ends.index(one.end) for one in taken],
        "prior": [one.start != latest[one.la] for one in taken],
    }
    names = [name for name in _PERIODS if name != "submission"]
    if 0 < len(taken) <= _FEW:
        told = {name: _looked_up(records["submission"], columns, name) for name in names}
        out = records.mutate(**told)
        return out.filter(out["ref_start"].notnull()) if used_only else out
    held = small(columns, _PERIODS)
    return records.join(held, "submission", how="inner" if used_only else "left").select(
        records, *(held[name] for name in names)
    )


def _looked_up(submission: ir.IntegerValue, columns: dict[str, list[object]], name: str) -> ir.Value:
    kind = _PERIODS[name]
    pairs = zip(columns["submission"], columns[name], strict=True)
    return ibis.cases(*((submission == one, ibis.literal(value, kind)) for one, value in pairs), else_=ibis.null(kind))


def corrected_end(rows: ir.Table, options: Options) -> ir.DateValue:
    """The end, or the day of death where that comes first (CLD.md 3.3); of rows that start by the day of death.

    An open service that starts on the day of death stays open (quirk DEATH_ON_START_STAYS_OPEN).
    """
    first = ibis.least(rows["end"], rows["death"])  # the one there is, if the other is blank
    if not options.death_on_start_stays_open:
        return first
    return ibis.ifelse(rows["end"].isnull() & (rows["death"] == rows["start"]), ibis.null("date"), first)


def cropped_end(rows: ir.Table, options: Options) -> ir.DateValue:
    """The corrected end, or the last day of the reference period for a service that a later file does not show.

    For rows that survive only: of the others, a later row of the same event is kept.
    """
    end = corrected_end(rows, options)
    if not options.crop_missing_next:
        return end
    beyond = rows["prior"] & (rows["event"] == EventType.SERVICE) & or_null(end, end > rows["ref_end"])
    return ibis.ifelse(beyond.fill_null(False), rows["ref_end"], end)


def _grounds(rows: ir.Table, options: Options) -> list[tuple[int, ir.BooleanValue]]:
    """Every reason to leave a record out, in the order in which they are asked (CLD.md 3.3 and 3.4)."""
    end = corrected_end(rows, options)
    out = [
        (NOT_USED, rows["ref_start"].isnull()),
        (NO_EVENT_TYPE, or_null(rows["event"], rows["event"] == 0)),
        (NO_START, rows["start"].isnull()),
        (NO_PERSON, rows["nhs"].isnull() & rows["la_person"].isnull()),
        (DIED_BEFORE, rows["death"] < rows["ref_start"]),
        (STARTS_AFTER_DEATH, rows["death"] < rows["start"]),
        (STARTS_AFTER, rows["start"] > rows["ref_end"]),
        # The raw end will do: a death before the period has had its say, and one in it is no earlier an end.
        (ENDED_BEFORE, rows["end"] < rows["ref_start"]),
        (NOT_ENDED, (rows["event"] != EventType.SERVICE) & or_null(end, end > rows["ref_end"])),
    ]
    return [one for one in out if one[0] != NO_PERSON or options.drop_no_person_id]


def why_not(rows: ir.Table, options: Options) -> ir.IntegerValue:
    """Why a record is not of its reference period: the first reason that fits, PASSES if none does.

    rows: RECORDS with the columns of ``with_periods``.
    """
    grounds = ((ground, ibis.literal(reason, "int8")) for reason, ground in _grounds(rows, options))
    return ibis.cases(*grounds, else_=ibis.literal(PASSES, "int8"))


def passes(rows: ir.Table, options: Options) -> list[ir.BooleanValue]:
    """The same as tests to filter by, all of which a record of its period meets: cheaper than asking why."""
    return [~ground.fill_null(False) for _, ground in _grounds(rows, options)]


def event_key(rows: ir.Table, options: Options) -> dict[str, ir.Value]:
    """The columns that tell one event from another (CLD.md 3.5), a blank being equal to a blank.

    Raw words, so a service in the words of Release 1 and the same in those of Release 2 are two events (quirk
    RAW_KEYS). A service's end is no part of it; the end of anything else is.
    """
    event = rows["event"]
    word = {name: rows[f"{name}_raw" if options.raw_keys else name] for name in ("client", "service", "component")}
    first = ibis.cases(
        (event == EventType.SERVICE, word["service"].cast("int32")),
        (event == EventType.REQUEST, rows["route_raw"]),
        (event == EventType.ASSESSMENT, rows["assessment_raw"]),
    )
    service = event == EventType.SERVICE
    return {
        "person": rows["person"],
        "la_number": rows["la_number"],
        "start": rows["start"],
        "key_event": rows["event_raw"] if options.raw_keys else event,
        "key_client": word["client"],
        "key_what": first,
        "key_more": ibis.ifelse(service, word["component"].cast("int32"), ibis.null("int32")),
        "key_end": ibis.ifelse(service, ibis.null("date"), corrected_end(rows, options)),
    }


def cost_key(rows: ir.Table) -> dict[str, ir.Value]:
    """What tells services apart in SINGLE besides: cleaned mechanism and frequency, the cost and the units."""
    service = rows["event"] == EventType.SERVICE
    held = {name: rows[name] for name in ("mechanism", "frequency", "unit_cost", "units")}
    return {f"key_{name}": ibis.ifelse(service, value, ibis.null(value.type())) for name, value in held.items()}


def precedence(rows: ir.Table, options: Options) -> ir.IntegerValue:
    """The larger, the earlier in the sort of CLD.md 3.8, but for ``record``.

    The last reference period end, then open before the latest end, then the best outcome, then the conversation flag.
    """
    end = ordinal(cropped_end(rows, options)).fill_null(DAY - 1)
    outcome = ibis.ifelse(rows["outcome"] > 0, 31 - rows["outcome"], 0).fill_null(0)
    conversation = (rows["conversation"] + 1).fill_null(0)
    return pack((rows["ref_rank"], 1), (end, DAY), (outcome, 32), (conversation, 4))


def _survivors(
    engine: Engine, name: str, identified: Identified, taken: Sequence[Taken], options: Options, *, costs: bool
) -> ir.Table:
    """The record that is kept of each event, and its person."""
    rows = with_periods(identified.numbered, taken, used_only=True)
    rows = rows.filter(*passes(rows, options))
    key = event_key(rows, options) | (cost_key(rows) if costs else {})
    # The record as the last part makes every sort number different, so the maximum has one row.
    order = precedence(rows, options).cast("decimal(38, 0)") * ibis.literal(_RECORD, "decimal(38, 0)")
    narrow = rows.select(**key, record=rows["record"], order=order + rows["record"].cast("decimal(38, 0)"))
    best = narrow.group_by(*key).agg(record=narrow["record"].argmax(narrow["order"]))
    return engine.keep(name, best.select("record", "person"))


def _whole_rows(records: ir.Table, kept: ir.Table, taken: Sequence[Taken], options: Options) -> ir.Table:
    """The kept records whole, with person, reference period and corrected end."""
    chosen = records.join(kept, "record").select(records, kept["person"])
    rows = with_periods(chosen, taken, used_only=True)
    return rows.mutate(end=cropped_end(rows, options), raw_end=rows["end"])
