"""Sets of councils that an address names by one word: a region, a type, or a council with its peers.

The address keeps the name and not the members, so it stays short, and stays true when councils or the edition change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from evenhand.edition.profile import find_council
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Area, Council

MOST_MEMBERS = 80  # the largest set of England is its 63 unitary authorities
LEVELS = {"region": "region", "type": "council_type"}
LONGEST = 80


@dataclass(frozen=True)
class Set:
    """A named set. key: as in an address, ``region:north-east``. name: as in a list. words: as in a sentence."""

    key: str
    name: str
    words: str
    members: tuple[Council, ...]


def found(edition: Edition, text: str, day: date) -> Set:
    """The set of an address as it was on a day. Raises EvenhandError with one sentence for one that there is not."""
    kind, _, which = text.strip().lower().partition(":")
    if kind == "peers":
        return _peers(edition, which.strip(), day)
    areas = [a for a in edition.register.areas if a.level == LEVELS.get(kind)]
    area = next((a for a in areas if which.strip() in (slug(a), a.code.lower())), None)
    if area is None:
        raise EvenhandError(f"There is no set of councils called “{text.strip()[:LONGEST]}”. Choose one from the list.")
    return _of_area(edition, kind, area, day)


def every(edition: Edition, day: date) -> list[Set]:
    """The regions and the types that had two councils or more on a day, regions first, each in order of name."""
    made = [
        _of_area(edition, kind, area, day)
        for kind, level in LEVELS.items()
        for area in sorted(edition.register.areas, key=lambda a: a.name)
        if area.level == level
    ]
    return [s for s in made if 2 <= len(s.members) <= MOST_MEMBERS]


def slug(area: Area) -> str:
    """The name of a region or type as in an address: ``Yorkshire and The Humber`` is ``yorkshire-and-the-humber``."""
    return re.sub(r"[^a-z0-9]+", "-", area.name.lower()).strip("-")


def _of_area(edition: Edition, kind: str, area: Area, day: date) -> Set:
    register = edition.register
    standing = register.councils(day)
    if kind == "region":
        members = [c for c in standing if c.region == area.code]
        return _ordered(f"region:{slug(area)}", f"All councils of {area.name}", f"the councils of {area.name}", members)
    members = [c for c in standing if register.type_of(c.id, day) == area.code]
    return _ordered(f"type:{slug(area)}", f"All {area.name}", f"the {area.name}", members)


def _peers(edition: Edition, which: str, day: date) -> Set:
    known = {c.id: c for c in edition.register.all}
    try:
        council = known.get(which) or find_council(edition, which[:LONGEST])
    except EvenhandError:
        raise EvenhandError(f"There is no council called “{which[:LONGEST]}”. Choose one from the list.") from None
    if not council.existed(day):
        raise EvenhandError(f"{council.name} did not stand on {day.day} {day:%B %Y}, so its peers cannot be compared.")
    near = edition.table("peers").filter(pl.col("area") == council.id).sort("place").collect()["peer"].to_list()
    if not near:
        raise EvenhandError(f"{council.name} has no peers in this edition.")
    words = f"{council.name} and its {len(near)} peers"
    # A peer that is younger than the year stays: its line says that it was not a council then.
    return _ordered(f"peers:{council.id}", words, words, [council, *(known[n] for n in near)])


def _ordered(key: str, name: str, words: str, members: list[Council]) -> Set:
    return Set(key, name, words, tuple(sorted(members, key=lambda c: (c.name, c.id))[:MOST_MEMBERS]))
