"""One row an event: which records are of the period, which are the same event, and which of those is kept.

Source: CLD.md 3.3 to 3.8. The order of the official script is kept where it shows; two shortcuts give the same rows:

* Cropping (3.6) asks whether the same event is in a period that starts the day after. If it is, a row of that later
  period outranks this one and the crop is never seen; so a row is cropped whenever its period is a prior one.
* The sort (3.8) is one maximum of packed numbers, the last of them ``turn`` (see ``keys``), so there is never a tie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import EventType
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld import tables
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.identity import Identified
from evenhand.measures.cld.pipeline.keys import corrected_end, cost_key, event_key
from evenhand.measures.cld.pipeline.packing import DAY, ordinal, pack, small
from evenhand.measures.cld.pipeline.selection import Selection, Taken

# Why a record is not of the period, the first that fits; PASSES is none of them.
PASSES = 0
NOT_USED, NO_EVENT_TYPE, NO_START, NO_PERSON, DIED_BEFORE, STARTS_AFTER_DEATH, STARTS_AFTER, ENDED_BEFORE, NOT_ENDED = (
    range(1, 10)
)

_TURNS = Decimal(2**63)
_FILES = 2**9  # submissions of one council in one run
# So few submissions are looked up in the expression: a table of ours would make the engine load pandas (0.4 s).
_FEW = 12
_PERIODS = {
    "submission": "int32", "ref_start": "date", "ref_end": "date", "ref_rank": "int64", "file_rank": "int64",
    "prior": "boolean",
}  # fmt: skip


def main_table(engine: Engine, identified: Identified, selection: Selection, options: Options) -> ir.Table:
    """MAIN: one row an event of the selection's reference periods, of whichever file speaks last."""
    made = _surviving(identified, selection.taken, options, costs=False)
    return engine.keep("main", tables.declared(made, tables.MAIN, "main table"))


def single_table(identified: Identified, selection: Selection, options: Options) -> ir.Table:
    """SINGLE: one row an event of each council's one submission; services of different cost stay apart.

    Not kept: only spending asks for it, and for few of its rows and columns.
    """
    made = _surviving(identified, selection.single, options, costs=True)
    return tables.declared(made, tables.SINGLE, "single table")


def with_periods(records: ir.Table, taken: Sequence[Taken], *, used_only: bool = False) -> ir.Table:
    """Records with their submission's reference period; NULL for submissions that are not used, or none of those.

    Beside ref_start and ref_end: ref_rank and file_rank, the places of ref_end and of the submission among those of the
    council; prior, whether the council has a reference period with a later start.
    """
    latest = {one.la: one.start for one in sorted(taken)}
    ends: dict[str, list[dt.date]] = {la: sorted({one.end for one in taken if one.la == la}) for la in latest}
    files = {la: sorted(one.submission for one in taken if one.la == la) for la in latest}
    if crowded := [la for la, held in files.items() if len(held) > _FILES]:
        raise EvenhandError(
            f"Council {crowded[0]} has more than {_FILES} submissions.", do="Measure fewer of them in one run."
        )
    columns: dict[str, list[object]] = {
        "submission": [one.submission for one in taken],
        "ref_start": [one.start for one in taken],
        "ref_end": [one.end for one in taken],
        "ref_rank": [ends[one.la].index(one.end) for one in taken],
        "file_rank": [files[one.la].index(one.submission) for one in taken],
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


def precedence(rows: ir.Table, options: Options) -> ir.IntegerValue:
    """The larger, the earlier in the sort of CLD.md 3.8, but for ``turn``.

    The last reference period end, then open before the latest end, then the best outcome, then the conversation flag,
    then the last submission.
    """
    end = ordinal(cropped_end(rows, options)).fill_null(DAY - 1)
    outcome = ibis.ifelse(rows["outcome"] > 0, 31 - rows["outcome"], 0).fill_null(0)
    conversation = (rows["conversation"] + 1).fill_null(0)
    return pack(
        (rows["ref_rank"], 1), (end, DAY), (outcome, 32), (conversation, 4), (rows["file_rank"], _FILES)
    )  # fmt: skip


def _surviving(identified: Identified, taken: Sequence[Taken], options: Options, *, costs: bool) -> ir.Table:
    """The records of their periods but those that another of the same event outranks, with person and corrected end."""
    rows = with_periods(identified.numbered, taken, used_only=True)
    rows = rows.filter(*passes(rows, options))
    rows = rows.anti_join(_outranked(identified, taken, options, costs=costs), "record")
    return rows.mutate(end=cropped_end(rows, options), raw_end=rows["end"])


def _outranked(identified: Identified, taken: Sequence[Taken], options: Options, *, costs: bool) -> ir.Table:
    """The records of their periods that are not kept, because another of the same event comes first in the sort.

    Where each council has one submission, rivals are of one submission, and few: all others need not be sorted.
    """
    rivals = identified.twins
    if len({one.la for one in taken}) < len(taken):
        turns = identified.twins.select("record", "turn")
        rivals = identified.numbered.left_join(turns, "record").select(
            identified.numbered, turn=turns["turn"].fill_null(0)
        )
    rows = with_periods(rivals, taken, used_only=True)
    rows = rows.filter(*passes(rows, options))
    key = event_key(rows, options) | (cost_key(rows) if costs else {})
    order = precedence(rows, options).cast("decimal(38, 0)") * ibis.literal(_TURNS, "decimal(38, 0)")
    narrow = rows.select(**key, record=rows["record"], order=order - rows["turn"].cast("decimal(38, 0)"))
    first = narrow.group_by(*key).agg(record=narrow["record"].argmax(narrow["order"]))
    return narrow.select("record").anti_join(first, "record")
