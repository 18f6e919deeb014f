"""Client groups, each inside the scheme that counted it.

Until 2013-14 councils counted people by *client type* (the RAP return); since 2014-15 by *primary support reason*
(SALT, then client-level data). A person with dementia was *mental health* in the first and is *memory and cognition*
in the second, so **no group of one scheme is ever set beside a group of another as if it were the same**: the scheme is
part of the slug, and ``comparable`` refuses. The scheme ``other`` holds lines of spending that belong to no group.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from evenhand.facts.errors import EvenhandError

ALL = "all"
SCHEMES: dict[str, str] = {
    "rap": "Client types of the RAP return, to 2013-14",
    "psr": "Primary support reasons, from 2014-15",
    "other": "Spending that belongs to no support reason",
}


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """One group: ``slug`` is ``scheme:name``; ``parent`` is the slug of the group it is part of, or None."""

    slug: str
    scheme: str
    label: str
    parent: str | None
    order: int
    source: str


@cache
def groups() -> dict[str, ClientGroup]:
    """Every group by slug, in order of scheme and place within it."""
    path = Path(str(files("evenhand.facts") / "data" / "client_groups.csv"))
    with path.open(encoding="utf-8", newline="") as f:
        rows = [
            ClientGroup(r["slug"], r["scheme"], r["label"], r["parent"] or None, int(r["order"]), r["source"])
            for r in csv.DictReader(f)
        ]
    rows.sort(key=lambda g: (list(SCHEMES).index(g.scheme), g.order))
    return {g.slug: g for g in rows}


def group(slug: str) -> ClientGroup:
    """The group with this slug. Raises EvenhandError for one that does not exist (``all`` is not a group)."""
    try:
        return groups()[slug]
    except KeyError:
        raise EvenhandError(
            f"There is no client group {slug!r}.", do=f"Use one of {', '.join(groups())}, or {ALL!r}."
        ) from None


def of_scheme(scheme: str) -> tuple[ClientGroup, ...]:
    """The groups of one scheme, in order. Raises EvenhandError for an unknown scheme."""
    if scheme not in SCHEMES:
        raise EvenhandError(f"There is no scheme {scheme!r} of client groups.", do=f"Use one of {', '.join(SCHEMES)}.")
    return tuple(g for g in groups().values() if g.scheme == scheme)


def parts(slug: str) -> tuple[ClientGroup, ...]:
    """The groups that a group divides into; empty when it is not divided."""
    group(slug)
    return tuple(g for g in groups().values() if g.parent == slug)


def label(slug: str) -> str:
    """What to print for a slug; *All* for ``all``."""
    return "All" if slug == ALL else group(slug).label


def comparable(a: str, b: str) -> bool:
    """Whether figures of two groups may be set beside each other or added: only inside one scheme."""
    return ALL in (a, b) or group(a).scheme == group(b).scheme
