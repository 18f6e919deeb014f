"""What tells one event from another (CLD.md 3.5), and which of two rows of one event comes later.

The official rule lets the row with the larger record id win when all else is equal: the later import, and within it the
later row. Where a row stands in a file means nothing, and a file that is sorted otherwise must give the same figures.
So of rows of one event that one submission tells more than once, *turn* says which comes first by what they hold:
``CONTENT``, field by field, the larger number, the later day or the text further on in the alphabet before the smaller,
and a blank last. Rows that hold the same in every field are one and the same. (The council's own reference of the event
is not among the fields: it is not read, because it may be personal.)
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import EventType
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.tables import RECORDS

# Every field of a row but its place (record), its submission and its council.
CONTENT = tuple(name for name in RECORDS if name not in ("record", "submission", "la"))
# Stand for a blank, which equals a blank: keys without NULL are quicker to group by and can be joined by.
_NO_WORD, _NO_DAY, _NO_COST = -1, ibis.date("0001-01-01"), -(2**62)


def corrected_end(rows: ir.Table, options: Options) -> ir.DateValue:
    """The end, or the day of death where that comes first (CLD.md 3.3); of rows that start by the day of death.

    An open service that starts on the day of death stays open (quirk DEATH_ON_START_STAYS_OPEN).
    """
    first = ibis.least(rows["end"], rows["death"])  # the one there is, if the other is blank
    if not options.death_on_start_stays_open:
        return first
    return ibis.ifelse(rows["end"].isnull() & (rows["death"] == rows["start"]), ibis.null("date"), first)


def event_key(rows: ir.Table, options: Options) -> dict[str, ir.Value]:
    """The columns that tell one event from another (CLD.md 3.5), a blank being equal to a blank; none is NULL.

    rows: with a person, a start and a listed event type. Raw words, so a service in the words of Release 1 and the same
    in those of Release 2 are two events (quirk RAW_KEYS). A service's end is no part of it; that of anything else is.
    """
    event = rows["event"]
    word = {name: rows[f"{name}_raw" if options.raw_keys else name] for name in ("client", "service", "component")}
    service = event == EventType.SERVICE
    what = ibis.cases(
        (service, word["service"].cast("int32")),
        (event == EventType.REQUEST, rows["route_raw"]),
        (event == EventType.ASSESSMENT, rows["assessment_raw"]),
    )
    more = ibis.ifelse(service, word["component"].cast("int32"), ibis.null("int32"))
    end = ibis.ifelse(service, ibis.null("date"), corrected_end(rows, options))
    return {
        "la": rows["la"],
        "person": rows["person"],
        "start": rows["start"],
        "key_event": _word(rows["event_raw"] if options.raw_keys else event),
        "key_client": _word(word["client"]),
        "key_what": _word(what),
        "key_more": _word(more),
        "key_end": end.fill_null(_NO_DAY),
    }


def cost_key(rows: ir.Table) -> dict[str, ir.Value]:
    """What tells services apart in SINGLE besides: cleaned mechanism and frequency, the cost and the units."""
    service = rows["event"] == EventType.SERVICE
    out = {f"key_{name}": _word(ibis.ifelse(service, rows[name], _NO_WORD)) for name in ("mechanism", "frequency")}
    for name in ("unit_cost", "units"):
        hundredths = (rows[name] * 100).cast("int64").fill_null(_NO_COST)
        out[f"key_{name}"] = ibis.ifelse(service, hundredths, _NO_COST)
    return out


def _word(number: ir.IntegerValue) -> ir.IntegerValue:
    return number.cast("int32").fill_null(_NO_WORD)


def twins(read: ir.Table, ids: ir.Table, options: Options) -> ir.Table:
    """The rows of events that one submission tells more than once, whole, with ``person`` and ``turn``.

    read: RECORDS with ``pseudonym``. ids: IDS. turn: 0 for the row that comes first by CONTENT, then 1, 2 and on. There
    are few such rows, so that it costs little to compare all that they hold.
    """
    events = read.filter((read["event"] > 0) & read["start"].notnull())
    told = _keyed(events, ids, options)
    names = [name for name in told.columns if name not in CONTENT and name not in ("record", "la")] + ["start"]
    often = told.group_by(*names).having(ibis._.count() > 1).agg(times=ibis._.count())
    # Looked for among the rows of their people only: the key of the others need not be worked out again.
    found = _keyed(events, ids.semi_join(often, "person"), options).semi_join(often, names)
    order = [ibis.desc(found[name], nulls_first=False) for name in CONTENT]
    turn = ibis.row_number().over(ibis.window(group_by=names, order_by=[*order, ibis.desc(found["record"])]))
    return found.mutate(turn=turn.cast("int64")).select(*RECORDS, "person", "turn")


def _keyed(events: ir.Table, ids: ir.Table, options: Options) -> ir.Table:
    """The rows of these people with ``person`` and the columns of ``event_key``."""
    rows = events.join(ids, "pseudonym").select(events, ids["person"]).drop("pseudonym")
    return rows.mutate(**{name: value for name, value in event_key(rows, options).items() if name.startswith("key_")})
