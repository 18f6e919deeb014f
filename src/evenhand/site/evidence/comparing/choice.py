"""What a reader chose to compare, read from an address: councils or a set of them, measures and a period, all checked.

A choice that holds has one address: councils by name, measures in the edition's order, nothing that is said anyway.
What cannot be kept is named in a sentence, and the rest of the choice stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.http import QueryDict

from evenhand.compare.words import listed
from evenhand.edition.profile import find_council
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Council, period_end
from evenhand.site.evidence.comparing.sets import Set
from evenhand.site.evidence.comparing.sets import found as found_set

FEWEST, MOST, MOST_MEASURES = 2, 10, 12
HEADLINES = ("ascof-3d-2a", "ascof-3d-1a", "dp-per-1000-adults", "ascof-1a")
LOOKED_AT = 40  # so many parts of a list are read, and no more
LONGEST = 80


@dataclass(frozen=True)
class Choice:
    """What is kept of an address, and what is not.

    councils: by name; with a ``named`` set its members.
    measures: ids in the edition's order. period: "" for the latest of each measure.
    problems: one sentence for each thing that could not be kept.
    """

    councils: tuple[Council, ...]
    measures: tuple[str, ...]
    period: str
    usual: tuple[str, ...]
    problems: tuple[str, ...] = ()
    named: Set | None = None

    @property
    def complete(self) -> bool:
        """Whether there is something to compare."""
        return not self.problems and len(self.councils) >= FEWEST and (bool(self.named) or len(self.councils) <= MOST)

    @property
    def query(self) -> str:
        """The one query string of this choice, "" for an empty one."""
        parts = [("set", self.named.key)] if self.named else [("councils", ",".join(c.id for c in self.councils))]
        parts += [("measures", ",".join(self.measures))] if self.measures != self.usual else []
        parts += [("period", self.period)]
        return "&".join(f"{name}={quote(text, safe=',:')}" for name, text in parts if text)

    def differs_from(self, given: QueryDict) -> bool:
        """Whether an address says this choice in other words: its reader is sent to the one address."""
        return QueryDict(self.query) != given

    @property
    def address(self) -> str:
        """The one address of this choice."""
        return f"/compare/?{self.query}" if self.query else "/compare/"

    def with_councils(self, councils: Sequence[Council]) -> str:
        """The address of the same measures and period for other councils."""
        return Choice(in_order(councils), self.measures, self.period, self.usual).address

    def with_set(self, named: Set) -> str:
        """The address of the same measures and period for a whole set."""
        return Choice(named.members, self.measures, self.period, self.usual, named=named).address

    def without(self, council: Council) -> str:
        """The address of this choice without one of its councils."""
        return self.with_councils([c for c in self.councils if c != council])


def in_order(councils: Sequence[Council]) -> tuple[Council, ...]:
    """Each council once, by name."""
    return tuple(sorted(dict.fromkeys(councils), key=lambda c: (c.name, c.id)))


def usual(edition: Edition) -> tuple[str, ...]:
    """The measures that are compared when none is named: the headline ones that the edition has, else its first."""
    held = tuple(m for m in edition.definitions if m in HEADLINES)
    return held or tuple(edition.definitions)[: len(HEADLINES)]


def choice(edition: Edition, query: QueryDict) -> Choice:
    """The choice that an address makes. Never raises: what is wrong is in ``problems``."""
    problems: list[str] = []
    measures = _measures(edition, _parts(query, "measures"), problems)
    period = _period(edition, measures, query.get("period", "").strip(), problems)
    day = period_end(period or edition.about["newest_period"])
    own, added = _parts(query, "councils"), _parts(query, "add")
    named = _set(edition, query.get("set", ""), bool(own or added), day, problems)
    councils = named.members if named else _councils(edition, own, added, day, period, problems)
    return Choice(councils, measures, period, usual(edition), tuple(dict.fromkeys(problems)), named)


def _set(edition: Edition, text: str, others: bool, day: date, problems: list[str]) -> Set | None:
    """The set that an address names, or None; councils named beside it are said not to count."""
    if not text.strip():
        return None
    try:
        named = found_set(edition, text, day)
    except EvenhandError as fault:
        problems.append(fault.what)
        return None
    if len(named.members) < FEWEST:
        problems.append(f"{named.name}: there are fewer than {FEWEST} then, so nothing can be compared.")
        return None
    if others:
        problems.append(f"Compare a whole set or councils by name, not both. Kept: {named.words}.")
    return named


def _parts(query: QueryDict, name: str) -> list[str]:
    """The parts of a list, given with commas or by naming it again (as a form without a script does)."""
    texts = [part.strip() for text in query.getlist(name) for part in text[:2_000].split(",")]
    return [text for text in texts if text][:LOOKED_AT]


def _councils(
    edition: Edition, named: list[str], added: list[str], day: date, period: str, problems: list[str]
) -> tuple[Council, ...]:
    found: list[Council] = []
    for text in [*named, *added]:
        council = _council(edition, text, day, period, problems)
        if council in found:
            problems.append(f"{council.name} is named twice. It counts once.")
        elif council:
            found.append(council)
    if len(found) > MOST:
        beyond = listed([c.name for c in found[MOST:]])
        problems.append(f"At most {MOST} councils can be compared. Left out: {beyond}.")
    return in_order(found[:MOST])


def _council(edition: Edition, text: str, day: date, period: str, problems: list[str]) -> Council | None:
    """The council of one part of the list, or None with a sentence that says why."""
    known = {c.id: c for c in edition.register.all}
    try:
        council = known.get(text.lower()) or find_council(edition, text)
    except EvenhandError:
        problems.append(f"There is no council called “{text[:LONGEST]}”. Choose one from the list.")
        return None
    if council.existed(day):
        return council
    when = f"in {period}" if period else "today"
    if council.valid_to and council.valid_to < day:
        after = listed([edition.register.council(s).name for s in council.successors])
        ended = f"{council.valid_to.day} {council.valid_to:%B %Y}"
        problems.append(
            f"{council.name} ended on {ended}, so it cannot be compared {when}. After it: {after or 'no council'}."
        )
    else:
        began = f"{council.valid_from.day} {council.valid_from:%B %Y}"
        problems.append(f"{council.name} began on {began}, so it cannot be compared {when}.")
    return None


def _measures(edition: Edition, named: list[str], problems: list[str]) -> tuple[str, ...]:
    unknown = [m for m in named if m.lower() not in edition.definitions]
    problems += [f"There is no measure called “{m[:LONGEST]}”." for m in dict.fromkeys(unknown)]
    asked = {m.lower() for m in named}
    kept = [m for m in edition.definitions if m in asked]
    if len(kept) > MOST_MEASURES:
        problems.append(f"At most {MOST_MEASURES} measures fit on one page. The first {MOST_MEASURES} are kept.")
    return tuple(kept[:MOST_MEASURES]) or usual(edition)


def periods(edition: Edition, measures: Sequence[str]) -> list[str]:
    """Every period that one of these measures has, newest first."""
    held = {p for m in measures for p in edition.definition(m)["periods"]}
    return sorted(held, key=lambda p: (period_end(p), p), reverse=True)


def _period(edition: Edition, measures: Sequence[str], text: str, problems: list[str]) -> str:
    held = periods(edition, measures)
    if not text or text in held:
        return text
    problems.append(f"None of these measures has figures for “{text[:LONGEST]}”. They have {', '.join(held[:8])}.")
    return ""
