"""Coded lists about people that a standard fixes: accessible-information needs, and how long a record is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Need:
    """One way in which a person needs information or help to communicate. ``group`` is a heading over several."""

    code: str
    words: str
    group: str


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a record is kept after the last contact. ``status`` "unconfirmed" must be said wherever it is shown."""

    years: int
    valid_from: date
    valid_to: date | None
    source: str
    status: str


@cache
def needs() -> Mapping[str, Need]:
    """Accessible-information needs by code, in the order of the list. Source: DAPB1605, as the file says."""
    held = _read("needs.yaml")
    return {
        code: Need(code, words, group["title"]) for group in held["groups"] for code, words in group["needs"].items()
    }


@cache
def _retentions() -> tuple[Retention, ...]:
    return tuple(Retention(**row) for row in _read("retention.yaml")["adult_record"])


def retention(as_at: date) -> Retention:
    """How long an adult's record is kept, as at a date. Raises LookupError before the first rule that is known."""
    for rule in _retentions():
        if rule.valid_from <= as_at and (rule.valid_to is None or as_at <= rule.valid_to):
            return rule
    raise LookupError(f"No rule of retention is known as at {as_at.isoformat()}")


def _read(name: str) -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((files(__package__) / name).read_text(encoding="utf-8"))
    return held
