"""Which submission speaks for which council and which days (CLD.md 3.2).

Official is: a submission that covers the whole of what is asked, received after its last day and by the day "as of",
the latest received of them; for joined tables this quarter by quarter, and a file that is the best for several
quarters speaks from the first of them to the last, even where another is better in between (quirk REF_PERIOD_SPAN).

Ours is: a council that hands in one file for its own use need not pass that test. Where every council has one
submission and the tables are not joined, each is taken as it is, and a note says so. The official tables reach back
to April 2023 and on to the newest quarter; so such a file speaks in MAIN for all of its own period where that is longer
than what is asked (an earlier stay in a care home, or what followed reablement, is in it), and in SINGLE for the days
asked.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.logic import Period

# Files that the official method leaves out for known major faults, by the moment they were received.
KNOWN_FAULTS = (dt.datetime.fromisoformat("2026-04-23T13:28:24.253"),)
_NEVER = dt.datetime.fromisoformat("0001-01-01")  # sorts before any receipt; receipts have no time zone

Basis = Literal["derived", "stated"]


@dataclass(frozen=True)
class Override:
    """A person's own decision on one file, before any rule. la: for this council only; None for all in the file.

    take False leaves the file out. take True makes it the best for the days from start to end (None: all asked for),
    whatever it covers and whenever it was received.
    """

    file: str
    take: bool
    la: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, order=True)
class Taken:
    """A submission that is used, and its reference period: the days for which it speaks."""

    la: str
    start: dt.date
    end: dt.date
    submission: int


@dataclass(frozen=True)
class Selection:
    """What is used. taken: for MAIN. single: one submission a council over the whole period, for SINGLE.

    missing: why there is none, by council. notes: sentences for the person who asked, missing councils among them.
    """

    taken: tuple[Taken, ...]
    single: tuple[Taken, ...]
    missing: dict[str, str]
    notes: tuple[str, ...]

    @property
    def councils(self) -> tuple[str, ...]:
        """Councils that have a submission in use, in order."""
        return tuple(sorted({taken.la for taken in self.taken}))


def select(
    submissions: ir.Table,
    period: Period,
    *,
    as_of: dt.date | None = None,
    joined: bool = False,
    basis: Basis = "derived",
    overrides: Sequence[Override] = (),
) -> Selection:
    """Choose each council's submissions. submissions: SUBMISSIONS; as_of: the last day of receipt, None for any.

    joined: quarter by quarter, as the official tables of ASCOF are put together; else one submission a council. basis:
    the period that a submission's end dates show (official) or the one that it states.
    Raises EvenhandError when no council has a submission that can be used.
    """
    rows = sorted(submissions.to_pyarrow().to_pylist(), key=lambda row: row["submission"])
    choice = _Choice(rows, period, as_of, basis, overrides)
    by_council = choice.by_council()
    taken: list[Taken] = []
    single: list[Taken] = []
    missing = {
        row["la"]: f"Council {row['la']} has no figures: each of its submissions was left out."
        for row in rows
        if row["la"] not in by_council
    }
    as_it_is = not joined and all(len(held) == 1 for held in by_council.values())
    for la, held in by_council.items():
        one = choice.in_time(held) if as_it_is else choice.best(held, period)
        found = [Taken(la, period.start, period.end, one)] if one is not None else []
        single += found
        if joined:
            found = choice.spans(la, held)
        elif as_it_is and one is not None:
            found = [Taken(la, *_covered(held[0], period), one)]
        taken += found
        if not found:
            missing[la] = choice.why(la, held)
    if not taken:
        raise EvenhandError(
            " ".join([f"No submission can be used for {said(period.start)} to {said(period.end)}.", *missing.values()]),
            do="Give submissions that cover the period and were received after it, or one file for each council.",
        )
    notes = list(missing.values())
    if as_it_is:
        notes.append(_as_it_is(len(taken), period))
    if joined:
        notes += choice.gaps(by_council, missing)
    if partly := sorted({one.la for one in taken} - {one.la for one in single}):
        notes.append(
            f"No one submission of {', '.join(partly)} covers the whole period, so spending and data quality, which "
            "are worked out from a single submission, have nothing of it."
        )
    return Selection(tuple(sorted(taken)), tuple(sorted(single)), missing, tuple(notes))


def _covered(row: dict[str, Any], period: Period) -> tuple[dt.date, dt.date]:
    """The days for which a submission taken as it is speaks: those asked, and those of its own period beside them."""
    starts = [day for day in (row["derived_start"], row["stated_start"], period.start) if day is not None]
    ends = [day for day in (row["derived_end"], period.end) if day is not None]
    return min(starts), max(ends)


def _as_it_is(councils: int, period: Period) -> str:
    which = "The submission is" if councils == 1 else f"Each of {councils:,} councils has one submission, which is"
    return (
        f"{which} taken as it is for {said(period.start)} to {said(period.end)}: whether it covers these days, and was "
        "received after them, is not tested."
    )


@dataclass(frozen=True)
class _Choice:
    """The rules of choosing, with what was asked."""

    rows: list[dict[str, Any]]
    period: Period
    as_of: dt.date | None
    basis: Basis
    overrides: Sequence[Override]

    def by_council(self) -> dict[str, list[dict[str, Any]]]:
        """Each council's submissions that are not left out by an override, councils in order."""
        held: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: (row["la"], row["submission"])):
            if not any(not override.take for override in self._said_of(row)):
                held[row["la"]].append(row)
        return dict(held)

    def in_time(self, held: list[dict[str, Any]]) -> int | None:
        """The number of a council's only submission, None if it was received after the day "as of"."""
        (row,) = held
        late = self.as_of is not None and row["imported"] is not None and row["imported"].date() > self.as_of
        return None if late else row["submission"]

    def best(self, held: list[dict[str, Any]], block: Period) -> int | None:
        """The number of the submission that is best for these days, None if none can be used."""
        forced = [row for row in held if any(self._forces(override, block) for override in self._said_of(row))]
        usable = forced or [row for row in held if self._usable(row, block)]
        usable.sort(key=lambda row: (row["imported"] or _NEVER, row["submission"]))
        return usable[-1]["submission"] if usable else None

    def spans(self, la: str, held: list[dict[str, Any]]) -> list[Taken]:
        """The submissions that are best for some quarter, each from its first quarter to its last."""
        quarters: dict[int, list[Period]] = defaultdict(list)
        for block in blocks(self.period):
            best = self.best(held, block)
            if best is not None:
                quarters[best].append(block)
        return [Taken(la, won[0].start, won[-1].end, submission) for submission, won in quarters.items()]

    def gaps(self, by_council: dict[str, list[dict[str, Any]]], missing: dict[str, str]) -> Iterator[str]:
        """Quarters for which a council has no submission, and days after the last whole quarter, in sentences."""
        quarters = list(blocks(self.period))
        for la, held in by_council.items():
            for block in quarters if la not in missing else ():
                if self.best(held, block) is None:
                    yield f"Council {la}: no submission covers {said(block.start)} to {said(block.end)}."
        if quarters[-1].end < self.period.end:
            left = said(quarters[-1].end + dt.timedelta(days=1))
            yield f"Joined tables are of whole quarters: {left} to {said(self.period.end)} is left out."

    def why(self, la: str, held: list[dict[str, Any]]) -> str:
        """Why none of a council's submissions can be used, in a sentence."""
        covers = [_said_period(row[f"{self.basis}_start"], row[f"{self.basis}_end"]) for row in held]
        return (
            f"Council {la} has no figures: of its submissions ({len(held)}) none covers {said(self.period.start)} to "
            f"{said(self.period.end)} and was received after it and in time. Covered: {'; '.join(covers)}."
        )

    def _said_of(self, row: dict[str, Any]) -> Iterator[Override]:
        return (one for one in self.overrides if one.file == row["file"] and one.la in (None, row["la"]))

    def _forces(self, override: Override, block: Period) -> bool:
        start, end = override.start or self.period.start, override.end or self.period.end
        return override.take and start <= block.start and block.end <= end

    def _usable(self, row: dict[str, Any], block: Period) -> bool:
        """The official test. Received during the last day passes: that is after the midnight at its start."""
        start, end, imported = row[f"{self.basis}_start"], row[f"{self.basis}_end"], row["imported"]
        if start is None or end is None or imported is None or imported in KNOWN_FAULTS:
            return False
        in_time = self.as_of is None or imported.date() <= self.as_of
        received = imported > dt.datetime.combine(block.end, dt.time())
        return bool(start <= block.start and end >= block.end and received and in_time)


def blocks(period: Period) -> Iterator[Period]:
    """The period in successive blocks of three months; what is left over at its end is in none."""
    start = period.start
    while (end := _months_on(start, 3) - dt.timedelta(days=1)) <= period.end:
        yield Period(start, end)
        start = end + dt.timedelta(days=1)


def said(day: dt.date) -> str:
    """A day as a person writes it: 1 April 2024."""
    return f"{day.day} {day:%B %Y}"


def _said_period(start: dt.date | None, end: dt.date | None) -> str:
    return f"{said(start)} to {said(end)}" if start and end else "no days that can be told"


def _months_on(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
