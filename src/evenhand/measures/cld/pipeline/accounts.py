"""What became of every row that was read: each ends in exactly one reason, and the counts add up to the rows."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import events
from evenhand.measures.cld.pipeline.identity import Identified
from evenhand.measures.cld.pipeline.selection import Selection
from evenhand.measures.cld.tables import ACCOUNT, declared

KEPT, SAME_EVENT = "kept", "same_event"

# The reasons of ACCOUNT, in the order in which they are asked, and what each means.
REASONS = {
    KEPT: "Kept as an event",
    "submission_not_used": "The submission is not used for this period",
    "no_event_type": "No event type, or none that is listed",
    "no_start": "No start date",
    "no_person_id": "Neither an NHS number nor the council's own id",
    "died_before_period": "The person died before the period",
    "starts_after_death": "The event starts after the person's death",
    "starts_after_period": "The event starts after the period",
    "ended_before_period": "The event ended before the period",
    "not_ended_in_period": "A request, assessment or review that did not end in the period",
    SAME_EVENT: "The same event is kept from another row, of this submission or a later one",
}
_WHY_NOT = {
    events.NOT_USED: "submission_not_used",
    events.NO_EVENT_TYPE: "no_event_type",
    events.NO_START: "no_start",
    events.NO_PERSON: "no_person_id",
    events.DIED_BEFORE: "died_before_period",
    events.STARTS_AFTER_DEATH: "starts_after_death",
    events.STARTS_AFTER: "starts_after_period",
    events.ENDED_BEFORE: "ended_before_period",
    events.NOT_ENDED: "not_ended_in_period",
}


def account(engine: Engine, identified: Identified, selection: Selection, main: ir.Table, options: Options) -> ir.Table:
    """ACCOUNT: rows read by council, submission and what became of them. main: MAIN of the same selection."""
    rows = events.with_periods(identified.records, selection.taken)
    rows = rows.mutate(why=events.why_not(rows, options))
    read = rows.group_by("la", "submission", "ref_start", "ref_end", "why").agg(rows=rows.count())
    # A council has no two submissions with one reference period, so a kept event's period tells its submission.
    span = ["la", "ref_start", "ref_end"]
    kept = main.group_by(*span).agg(kept=main.count())
    both = read.left_join(kept, span).select(read, kept=kept["kept"].fill_null(0))
    passing = both.filter(both["why"] == events.PASSES)
    others = both.filter(both["why"] != events.PASSES)
    reasons = ibis.cases(*((others["why"] == why, name) for why, name in _WHY_NOT.items()))
    parts = (
        others.select("la", "submission", "rows", reason=reasons),
        passing.select("la", "submission", rows=passing["kept"], reason=ibis.literal(KEPT)),
        passing.select("la", "submission", rows=passing["rows"] - passing["kept"], reason=ibis.literal(SAME_EVENT)),
    )
    told = ibis.union(*(declared(part, ACCOUNT, "account") for part in parts))
    return engine.keep("account", told.filter(told["rows"] > 0))
