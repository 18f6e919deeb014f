"""The same people as successive quarterly files saw them.

Each file tells of the twelve months to the end of its quarter: what had begun by then, with the ends that were known
then. A few rows are corrected in a later file, and a few stand in early files and are dropped without an end.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import replace

import numpy as np

from evenhand.facts.cld.codes import EventType, Outcome
from evenhand.measures.sample.chance import Chance, Ints
from evenhand.measures.sample.records import Drawn
from evenhand.measures.sample.tables import NONE, day

CORRECTED, DROPPED = 0.02, 0.006


def spans(period: tuple[dt.date, dt.date], files: int) -> list[tuple[dt.date, dt.date]]:
    """What each file says it covers, the earliest first: the whole period for one file, else rolling years."""
    if files == 1:
        return [period]
    ends = [_months_before(period[1], 3 * back) for back in range(files - 1, -1, -1)]
    return [(max(period[0], _months_before(end, 12) + dt.timedelta(days=1)), end) for end in ends]


def _months_before(end: dt.date, months: int) -> dt.date:
    """The end of a month some months before; the last day of a month gives the last day."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    whole = end.day == monthrange(end.year, end.month)[1]
    most = monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, most if whole else min(end.day, most))


def fates(chance: Chance, events: dict[str, Ints], files: int) -> tuple[Ints, Ints]:
    """For each event the first file in which it stands as it is, and the first from which it is missing."""
    n = len(events["event"])
    service = events["event"] == EventType.SERVICE
    right = np.where(service & chance.yes(n, CORRECTED), chance.within(0, files - 1, n), 0)
    gone = np.where(chance.yes(n, DROPPED), chance.within(1, max(files - 1, 1), n), files)
    return right, gone


def as_seen(drawn: Drawn, span: tuple[dt.date, dt.date], file: int, right: Ints, gone: Ints) -> Drawn:
    """The records as file number ``file`` (from 0) had them. right, gone: what ``fates`` gave."""
    start, end = day(span[0]), day(span[1])
    events = dict(drawn.events)
    service, none = events["event"] == EventType.SERVICE, events["event"] == 0
    known = events["end"] <= end
    over = (events["end"] != NONE) & known
    here = np.where(service, ~over | (events["end"] >= start), known & (events["end"] >= start) | none)
    here = here & (none | (events["start"] <= end)) & (gone > file)
    opened = service & ~over
    events["end"] = np.where(opened, NONE, events["end"])
    events["outcome"] = np.where(opened, int(Outcome.CONTINUES), events["outcome"])
    wrong = (right > file) & (events["units"] != NONE)
    events["units"] = np.where(wrong, events["units"] + 100, events["units"])
    people = dict(drawn.people)
    people["death"] = np.where(people["death"] > end, NONE, people["death"])
    return replace(drawn, people=people, events={name: values[here] for name, values in events.items()})
