"""The fields of client-level data: their headings, what they hold, who must fill them, and which are personal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from evenhand.facts.errors import EvenhandError, Where

KINDS = (
    "text", "name", "free", "la", "nhs", "id", "date", "birth", "list", "decimal", "whole", "postcode", "practice",
    "cqc",
)  # fmt: skip
EVENTS = ("request", "assessment", "service", "review")
RULES = (
    "always", "never", "when_applies", "event", "not_request", "working_ld", "supported", "ended", "not_financial",
    "planned_review", "costed",
)  # fmt: skip
_KEYS = {"key", "heading", "central", "kind", "list", "personal", "applies", "mandatory"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``key`` is its name here, ``heading`` the specification's, ``central`` the one after import.

    ``list`` names its list of values, "" where it has none. ``applies`` holds event types, or nothing for every row.
    ``mandatory`` is one of RULES (fields.yaml says what each means). A ``personal`` value is never shown.
    """

    key: str
    heading: str
    central: str
    kind: str
    applies: tuple[str, ...]
    mandatory: str
    list: str = ""
    personal: bool = False


def _fault(what: str) -> EvenhandError:
    return EvenhandError(what, where=Where("fields.yaml"), do="Compare the entry with the others of the file.")


def _field(entry: dict[str, Any]) -> Field:
    """One entry, checked. Raises EvenhandError."""
    key = str(entry.get("key", "?"))
    if odd := set(entry) - _KEYS:
        raise _fault(f"{key} has {', '.join(sorted(odd))}, which no field has.")
    if missing := _KEYS - {"list", "personal"} - set(entry):
        raise _fault(f"{key} lacks {', '.join(sorted(missing))}.")
    if entry["kind"] not in KINDS or entry["mandatory"] not in RULES:
        raise _fault(f"{key} is of kind {entry['kind']} and mandatory {entry['mandatory']}: one of them is unknown.")
    if (entry["kind"] == "list") != bool(entry.get("list")):
        raise _fault(f"{key} must name its list if its kind is list, and only then.")
    applies = () if entry["applies"] == "all" else tuple(entry["applies"])
    if not set(applies) <= set(EVENTS):
        raise _fault(f"{key} applies to an event type that there is not.")
    return Field(**{**entry, "applies": applies})


@cache
def fields() -> dict[str, Field]:
    """Every field by its key, in the specification's order. Raises EvenhandError when the file is inconsistent."""
    text = files("evenhand.facts.cld").joinpath("fields.yaml").read_text("utf-8")
    found = [_field(entry) for entry in yaml.load(text, Loader=_LOADER)["fields"]]  # noqa: S506 - both are safe loaders
    for names in ([f.key for f in found], [f.heading for f in found], [f.central for f in found]):
        if twice := {name for name in names if names.count(name) > 1}:
            raise _fault(f"{', '.join(sorted(twice))} stands twice.")
    return {f.key: f for f in found}


# The loader written in C is ten times quicker and reads the same; some installations lack it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
