"""Which column of a file holds which field: by the specification's headings or the central names, spelt forgivingly."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import cache

from evenhand.facts.cld.fields import Field, fields
from evenhand.facts.errors import EvenhandError, UnreadableFile, Where

# Without one of these a measure would come out smaller and nobody would know why.
NEEDED = (
    "gender", "birth", "death", "client", "psr", "accommodation", "event", "start", "end", "outcome", "service",
    "component", "mechanism",
)  # fmt: skip
PERSON = ("nhs", "la_person")
# Columns that are not fields of a submission and that some extracts carry.
EXTRA = {"derconversation": "conversation", "derconversation1": "conversation"}
ENOUGH = 3


def spelt(heading: str) -> str:
    """A heading without case, spaces and punctuation."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


@cache
def _known() -> dict[str, str]:
    return EXTRA | {spelt(name): f.key for f in fields().values() for name in (f.heading, f.central)}


def known(headings: Sequence[str]) -> int:
    """How many of the headings are fields of client-level data."""
    return len({_known()[s] for h in headings if (s := spelt(h)) in _known()})


def columns_of(headings: Sequence[str], file: str, la: str | None) -> dict[str, int]:
    """The column (from 0) of each field found, by field key.

    Raises UnreadableFile when these are no headings of client-level data, and EvenhandError naming every field that
    is needed and missing (with the nearest heading), or that stands twice.
    """
    where = Where(file, row=1)
    if known(headings) < ENOUGH:
        raise UnreadableFile(
            "The first row does not hold the headings of client-level data.", where=where,
            do="Give the file as it was submitted, with the specification's headings in its first row and its cells "
            "divided by commas, semicolons, tabs or vertical bars.",
        )  # fmt: skip
    found: dict[str, int] = {}
    for number, heading in enumerate(headings):
        key = _known().get(spelt(heading))
        if key is None:
            continue
        if key in found:
            raise EvenhandError(
                f"The heading '{heading.strip()}' stands twice, in columns {found[key] + 1} and {number + 1}.",
                where=where, do="Leave one of the two columns out.",
            )  # fmt: skip
        found[key] = number
    missing = [fields()[key] for key in NEEDED if key not in found]
    if not any(key in found for key in PERSON):
        missing += [fields()[key] for key in PERSON]
    if la is None and "la" not in found:
        missing.insert(0, fields()["la"])
    if missing:
        raise EvenhandError(
            " ".join(_missing(f, headings, found) for f in missing), where=where,
            do="Correct the headings" + (", or say which council's file this is." if missing[0].key == "la" else "."),
        )  # fmt: skip
    return found


def _missing(field: Field, headings: Sequence[str], found: dict[str, int]) -> str:
    """What is missing, and the heading that may be meant."""
    free = {spelt(h): n for n, h in enumerate(headings) if n not in found.values() and spelt(h)}
    near = difflib.get_close_matches(spelt(field.heading), list(free), n=1, cutoff=0.75)
    if not near:
        return f"{field.heading} is missing."
    number = free[near[0]]
    return f"{field.heading} is missing; the nearest heading is '{headings[number].strip()}' in column {number + 1}."


def absent(found: dict[str, int]) -> list[str]:
    """The headings of fields that a file lacks and that are not needed, in the specification's order."""
    never = {"first_name", "last_name", "practice_name", "description", "provider_name", "event_reference", "la"}
    return [f.heading for f in fields().values() if f.key not in found and f.key not in never]
