"""What must be true of every register of councils, ours or another's: small checks that say what is wrong, in words.

Each takes a register and gives a list of sentences, empty when all is well. ``problems`` runs them all. They guard
the shipped register (a test), the simulated one, and any folder that somebody else writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from evenhand.facts.register import Register

Span = tuple[date, date | None]
REGISTER_BEGINS = date(2008, 4, 1)


def _overlap(a: Span, b: Span) -> bool:
    """Whether two spans of days (ends inclusive, None is open) share a day."""
    return (b[1] is None or a[0] <= b[1]) and (a[1] is None or b[0] <= a[1])


def _meets(spans: Iterable[Span], start: date, end: date | None) -> bool:
    """Whether spans, put in order, cover start to end day by day, without a gap and without an overlap."""
    expected: date | None = start
    for first, last in sorted(spans, key=lambda s: s[0]):
        if first != expected:  # a gap or an overlap; after an open span, any further one overlaps it
            return False
        expected = None if last is None else last + timedelta(days=1)
    return expected == (None if end is None else end + timedelta(days=1))


def check_ids(register: Register) -> list[str]:
    """Ids are unique; regions, types and councils that rows refer to are there."""
    out: list[str] = []
    ids = [c.id for c in register.all]
    out += [f"{i} is in the register twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    areas = {(a.level, a.code) for a in register.areas}
    for c in register.all:
        if ("region", c.region) not in areas:
            out.append(f"{c.id} is in a region that is not in the areas: {c.region}")
        if ("council_type", c.council_type) not in areas:
            out.append(f"{c.id} is of a type that is not in the areas: {c.council_type}")
    known = set(ids)
    out += [f"a code belongs to no council: {c.code} of {c.council}" for c in register.codes if c.council not in known]
    out += [f"a type belongs to no council: {t.council}" for t in register.types if t.council not in known]
    if sum(a.level == "country" for a in register.areas) != 1:
        out.append("there must be exactly one country")
    return out


def check_dates(register: Register) -> list[str]:
    """No council begins before the register, or ends before it begins."""
    out = [f"{c.id} begins before the register does" for c in register.all if c.valid_from < REGISTER_BEGINS]
    return out + [f"{c.id} ends before it begins" for c in register.all if c.valid_to and c.valid_to < c.valid_from]


def check_succession(register: Register) -> list[str]:
    """Predecessors and successors name each other, and a council begins the day after its predecessors end."""
    out: list[str] = []
    by_id = {c.id: c for c in register.all}
    for c in register.all:
        for s in c.successors:
            if s not in by_id or c.id not in by_id[s].predecessors:
                out.append(f"{c.id} names {s} as successor, and {s} does not name {c.id} as predecessor")
            elif c.valid_to is None or by_id[s].valid_from != c.valid_to + timedelta(days=1):
                out.append(f"{s} does not begin the day after {c.id} ends")
        for p in c.predecessors:
            if p not in by_id or c.id not in by_id[p].successors:
                out.append(f"{c.id} names {p} as predecessor, and {p} does not name {c.id} as successor")
        if c.valid_to is not None and not c.successors:
            out.append(f"{c.id} ended, and nobody serves its area")
    return out


def check_codes(register: Register) -> list[str]:
    """In each scheme a council has exactly one code on every day that it stands, and a code means one council."""
    out: list[str] = []
    by_id = {c.id: c for c in register.all}
    spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
    holders: dict[str, list[tuple[str, Span]]] = defaultdict(list)
    for code in register.codes:
        span = (code.valid_from, code.valid_to)
        spans[code.council, code.scheme].append(span)
        for other, theirs in holders[code.code.upper()]:
            if other != code.council and _overlap(span, theirs):
                out.append(f"{code.code} means {other} and {code.council} on the same day")
        holders[code.code.upper()].append((code.council, span))
    for scheme in sorted({c.scheme for c in register.codes}):
        for c in by_id.values():
            if not _meets(spans[c.id, scheme], c.valid_from, c.valid_to):
                out.append(f"the {scheme} codes of {c.id} do not cover its life day by day")
    return out


def check_types(register: Register) -> list[str]:
    """Dated types of a council cover its life day by day, and the last of them is the type on its own row."""
    out: list[str] = []
    spells: dict[str, list[Span]] = defaultdict(list)
    for t in register.types:
        spells[t.council].append((t.valid_from, t.valid_to))
    for c in register.all:
        if c.id not in spells:
            continue
        if not _meets(spells[c.id], c.valid_from, c.valid_to):
            out.append(f"the types of {c.id} do not cover its life day by day")
        last = max((t for t in register.types if t.council == c.id), key=lambda t: t.valid_from)
        if last.council_type != c.council_type:
            out.append(f"the latest type of {c.id} is {last.council_type}, and its own row says {c.council_type}")
    return out


def check_names(register: Register) -> list[str]:
    """Every name of a council finds that council on its first day, and no name of an area finds a council."""
    out = [
        f"{name!r} does not find {c.id} on {c.valid_from}"
        for c in register.all
        for name in (c.name, c.short_name, c.id, *c.other_names)
        if register.by_name(name, c.valid_from) is not c
    ]
    days = sorted({c.valid_from for c in register.all})
    for a in register.areas:
        for text in (a.code, a.name, *a.aliases):
            if any(register.by_name(text, d) or register.by_code(text, d) for d in days):
                out.append(f"{text!r} is the area {a.code} and also finds a council")
            if register.area(text) is not a:
                out.append(f"{text!r} of the area {a.code} finds another area")
    return out


def problems(register: Register) -> list[str]:
    """Everything that is wrong with a register, as sentences; empty when it can be relied on."""
    return [
        sentence
        for check in (check_ids, check_dates, check_succession, check_codes, check_types, check_names)
        for sentence in check(register)
    ]
