"""ASCOF 2A, short-term support and what followed it (CLD.md 5.1), by plain loops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.facts.cld.codes import Component, EventType, Outcome, ServiceType
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from tests.measures.cld.naive.logic import LONG_TERM, MEETINGS, Person, Row, age, alive, days, until

SHORT_STAYS = (Component.SHORT_TERM_RESIDENTIAL, Component.SHORT_TERM_NURSING)
# Final outcomes are ("outcome", Outcome), ("service", ServiceType) or this.
CARE_HOME = ("care home", 0)
Final = tuple[str, int]
IN_DENOMINATOR = {
    *(("service", kind) for kind in (*LONG_TERM, ServiceType.LOW_LEVEL, ServiceType.OTHER_SHORT_TERM)),
    CARE_HOME,
    *(
        ("outcome", outcome)
        for outcome in (
            Outcome.INFORMATION, Outcome.ENDED_AS_PLANNED, Outcome.MOVED, Outcome.OTHER, Outcome.NOT_OFFERED,
            Outcome.ENDED_OTHER, Outcome.OTHER_COUNCIL_SERVICE,
        )
    ),
}  # fmt: skip
NOT_IN_NUMERATOR = {*(("service", kind) for kind in LONG_TERM), CARE_HOME}


@dataclass
class Cluster:
    """Reablement without a gap. number: from 1 in order of time, of all the person's."""

    number: int
    rows: list[Row]

    @property
    def start(self) -> dt.date:
        start: dt.date = self.rows[0]["start"]
        return start

    @property
    def end(self) -> dt.date:
        return max(until(row) for row in self.rows)

    @property
    def own(self) -> Row:
        """The row whose outcome is the cluster's."""
        return min(self.rows, key=lambda row: (-until(row).toordinal(), rank(row), -row["record"]))


def rank(row: Row) -> int:
    """The outcome's rank; one that leads on, or none, cannot be used."""
    outcome = row["outcome"] or 999
    return outcome + 100 if outcome <= 5 else outcome


def usable(row: Row) -> bool:
    """Whether the row's outcome says how support ended."""
    return rank(row) < 100


def short_term(row: Row) -> bool:
    """A service that is reablement, or like it."""
    return bool(row["event"] == EventType.SERVICE and row["service"] == ServiceType.ST_MAX)


def clusters(built: list[Row], gap: int) -> list[Cluster]:
    """The person's clusters. built: service users' rows with valid dates."""
    rows = sorted(filter(short_term, built), key=lambda row: (row["start"], until(row), rank(row), -row["record"]))
    out: list[Cluster] = []
    for row in rows:
        if out and days(out[-1].end, row["start"]) <= gap:
            out[-1].rows.append(row)
        else:
            out.append(Cluster(len(out) + 1, [row]))
    return out


def counted(
    built: list[Row], person: Person, period: Period, options: Options
) -> Iterator[tuple[int, int | None, bool, bool]]:
    """Each cluster in scope: its number, the age at its end, whether in the denominator, in the numerator."""
    for one in clusters(built, options.m2a_cluster_gap):
        if not period.start <= one.end <= period.end:
            continue
        years = age(person["birth"], one.end, options)
        if (years is not None and years < 18) or not alive(person, one.start) or existing(one, built, options):
            continue
        what = final(one, built, person, options)
        yield one.number, years, what in IN_DENOMINATOR, what in IN_DENOMINATOR - NOT_IN_NUMERATOR


def existing(one: Cluster, built: list[Row], options: Options) -> bool:
    """Whether the person had long-term support shortly before."""
    return any(
        row["service"] in LONG_TERM
        and row["start"] < one.start
        and days(until(row), one.start) < options.m2a_new_client_days
        for row in built
    )


def final(one: Cluster, built: list[Row], person: Person, options: Options) -> Final:
    """What followed, the first that fits."""
    following = [row for row in built if _follows(row, one, options)]
    own = one.own
    if person["death"] is not None and days(one.end, person["death"]) <= options.m2a_window:
        return ("outcome", Outcome.DECEASED)
    if own["outcome"] == Outcome.HOSPITAL:
        return ("outcome", Outcome.HOSPITAL)
    recognised = [row for row in following if row["service"] in range(1, 8)]
    kinds = [(row["service"], row["component"] not in SHORT_STAYS) for row in recognised]
    if kinds:
        kind, not_short_stay = min(kinds)
        return CARE_HOME if kind == ServiceType.OTHER_SHORT_TERM and not not_short_stay else ("service", kind)
    pool = _pool(one, built, following, options)
    if pool:
        return ("outcome", min(pool))
    if any(
        row["event"] == EventType.SERVICE and row["component"] == Component.EQUIPMENT and _nested(row, one)
        for row in built
    ):
        return ("service", ServiceType.LOW_LEVEL)
    return ("outcome", own["outcome"] or 0)


def _follows(row: Row, one: Cluster, options: Options) -> bool:
    """A follow-up event: begun in the cluster or within a week after, and going on after it."""
    if short_term(row) and one.start <= row["start"] <= one.end:
        return False
    in_time = row["start"] >= one.start and days(one.end, row["start"]) <= options.m2a_window
    return bool(in_time and until(row) > one.end)


def _nested(row: Row, one: Cluster) -> bool:
    return bool(row["start"] >= one.start and one.start < until(row) <= one.end)


def _pool(one: Cluster, built: list[Row], following: list[Row], options: Options) -> list[int]:
    """The ranks among which the lowest says what followed (step 4)."""
    own = one.own
    pool = []
    for row in following:
        if row["event"] == EventType.SERVICE or row["outcome"] == Outcome.ENDED_AS_PLANNED:
            continue
        pool += [rank(each) for each in (own, row) if usable(each)]
    if usable(own) and not (following and options.m2a_future_event_blocks_own):
        pool.append(rank(own))
    nested = [
        row
        for row in built
        if row["event"] in MEETINGS and usable(row) and _nested(row, one) and days(until(row), one.end) < 14
    ]
    if nested:
        pool.append(rank(min(nested, key=lambda row: (-until(row).toordinal(), rank(row), -row["record"]))))
    return pool
