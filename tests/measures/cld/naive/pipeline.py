"""From the records read to one row an event (CLD.md 3.3 to 3.8), by plain loops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evenhand.facts.cld.codes import EventType
from evenhand.measures.cld import tables
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import Taken
from tests.measures.cld.naive.logic import FOREVER, Row, grouped

ONE_DAY = dt.timedelta(days=1)
PLACES = ("record", "submission", "la")  # columns that say where a row stands, not what it holds


def main_rows(records: Iterable[Row], taken: Iterable[Taken], options: Options) -> list[Row]:
    """MAIN as dicts, with ``person_id`` (text) for ``person``; ``end`` is corrected and cropped."""
    taken = list(taken)
    rows = [row for row in _pulled(records, taken, options) if row["person_id"] is not None]
    for row in rows:
        row["event_key"] = event_key(row, options)
    if options.crop_missing_next:
        crop(rows, taken)
    return [max(same, key=_place) for same in grouped(rows, lambda row: row["event_key"]).values()]


def single_rows(records: Iterable[Row], single: Iterable[Taken], options: Options) -> list[Row]:
    """SINGLE as dicts: services of another mechanism or cost are other services; nothing is cropped."""
    rows = [row for row in _pulled(records, list(single), options) if row["person_id"] is not None]
    for row in rows:
        row["event_key"] = (event_key(row, options), cost_key(row))
    return [max(same, key=_place) for same in grouped(rows, lambda row: row["event_key"]).values()]


def _pulled(records: Iterable[Row], taken: list[Taken], options: Options) -> list[Row]:
    """The rows of the submissions taken, of their reference periods, with ends corrected for death."""
    periods = {(one.la, one.submission): one for one in taken}
    out = []
    for record in records:
        one = periods.get((record["la"], record["submission"]))
        if one is None:
            continue
        row = {**record, "ref_start": one.start, "ref_end": one.end, "raw_end": record["end"]}
        row["end"] = corrected_end(record, options)
        row["person_id"] = person_id(record, options)
        if belongs(row):
            out.append(row)
    return out


def corrected_end(row: Row, options: Options) -> dt.date | None:
    """The day of death where it cuts the event short (3.3)."""
    start, end, death = row["start"], row["end"], row["death"]
    if start is None or death is None:
        return end  # type: ignore[no-any-return]
    if end is not None:
        return death if start <= death <= end else end  # type: ignore[no-any-return]
    if death > start or (death == start and not options.death_on_start_stays_open):
        return death  # type: ignore[no-any-return]
    return None


def belongs(row: Row) -> bool:
    """Whether a row with its corrected end is of its reference period (3.3)."""
    first, last, end = row["ref_start"], row["ref_end"], row["end"]
    if row["start"] is None or row["start"] > last:
        return False
    if row["death"] is not None and (row["death"] < first or row["death"] < row["start"]):
        return False
    if row["event"] == EventType.SERVICE:
        return end is None or end >= first
    if row["event"] in (EventType.REQUEST, EventType.ASSESSMENT, EventType.REVIEW):
        return end is not None and first <= end <= last
    return False


def person_id(row: Row, options: Options) -> str | None:
    """The NHS number, else the council's own id under the council's name (3.4)."""
    if row["nhs"] is not None:
        return f"nhs {row['nhs']}"
    if row["la_person"] is not None:
        return f"own {row['la']}_{row['la_person']}"
    # The option does not say who rows without any id are: one person a council.
    return None if options.drop_no_person_id else f"none {row['la']}"


def event_key(row: Row, options: Options) -> Hashable:
    """What tells one event from another (3.5); a blank equals a blank.

    Route of access and assessment type have no mapped value in RECORDS, so RAW_KEYS off leaves them raw.
    """
    kind = row["event"]
    suffix = "_raw" if options.raw_keys else ""
    key = [row["la"], row["person_id"], kind, row["event" + suffix], row["start"], row["client" + suffix]]
    if kind == EventType.SERVICE:
        key += [row["service" + suffix], row["component" + suffix]]
    else:
        key.append(row["end"])
    if kind == EventType.REQUEST:
        key.append(row["route_raw"])
    if kind == EventType.ASSESSMENT:
        key.append(row["assessment_raw"])
    return tuple(key)


def cost_key(row: Row) -> Hashable:
    """What tells services apart besides in single submissions."""
    if row["event"] != EventType.SERVICE:
        return None
    pence = [None if row[name] is None else _pence(row[name]) for name in ("unit_cost", "units")]
    return (row["mechanism"], row["frequency"], *pence)


def _pence(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def crop(rows: list[Row], taken: list[Taken]) -> None:
    """End services that a later period no longer shows on the last day of their own period (3.6).

    "Present" periods are those of the submissions taken: one that is taken has events in its period (3.1), so that
    the two readings differ only for files that could not have been chosen.
    """
    latest: dict[str, dt.date] = {}
    for one in taken:
        latest[one.la] = max(latest.get(one.la, one.start), one.start)
    seen = {(row["event_key"], row["ref_start"]) for row in rows}
    cropped = [
        row
        for row in rows
        if row["ref_start"] != latest[row["la"]]
        and (row["end"] is None or row["end"] > row["ref_end"])
        and (row["event_key"], row["ref_end"] + ONE_DAY) not in seen
    ]
    for row in cropped:
        row["end"] = row["ref_end"]


def _place(row: Row) -> tuple[Any, ...]:
    """The sort of 3.8, the survivor largest. A blank flag comes after 0, as SQL Server sorts.

    What is left of the record id when it may not be the place in the file: the later submission, then what the row
    holds, field by field, any value before a blank. Only rows that hold the same are told apart by their place.
    """
    outcome = row["outcome"] or 999
    conversation = -1 if row["conversation"] is None else row["conversation"]
    official = (row["ref_end"], row["end"] or FOREVER, -outcome, conversation, row["submission"])
    submitted = {**row, "end": row["raw_end"]}
    held = [(submitted[name] is not None, submitted[name]) for name in tables.RECORDS if name not in PLACES]
    return (*official, held, row["record"])
