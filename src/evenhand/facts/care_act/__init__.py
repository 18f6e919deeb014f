"""What the Care Act's test of eligibility asks: outcomes, ways of not achieving one, and the parts of wellbeing.

The data are in ``eligibility.yaml``. Each entry gives its place in the law, the law's words and whether they were read
in the law or come from memory (``confirmed``): a page or trace that shows words from memory must say so (``cited``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from evenhand.facts.errors import EvenhandError, Where

ADULT, CARER = "adult", "carer"
KINDS = (ADULT, CARER)
WAYS = ("needs_assistance", "causes_pain", "endangers", "takes_longer")
_FILE = "eligibility.yaml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of the test. ``least``: how many outcomes must not be achieved; 0 where that means nothing."""

    where: str
    words: str
    confirmed: bool
    source: str
    least: int = 0

    @property
    def cited(self) -> str:
        """The place in the law, and a warning when its words are from memory."""
        return _cited(self.where, self.source, self.confirmed)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked: an outcome, a way of not achieving one, or a part of wellbeing."""

    key: str
    where: str
    words: str  # the law's
    confirmed: bool
    source: str
    name: str
    question: str = ""
    help: str = ""
    easy: str = ""
    easy_help: str = ""

    @property
    def cited(self) -> str:
        """The place in the law, and a warning when its words are from memory."""
        return _cited(self.where, self.source, self.confirmed)


@dataclass(frozen=True, slots=True)
class Criteria:
    """The whole test for one kind of assessment, as the law stands from ``valid_from``."""

    kind: str
    valid_from: date
    cause: Rule
    unable: Rule
    wellbeing_rule: Rule
    health: Rule | None  # a carer's own health; None for an adult
    outcomes: Mapping[str, Asked]
    ways: Mapping[str, Asked]
    wellbeing: Mapping[str, Asked]


def criteria(kind: str, on: date) -> Criteria:
    """The test for "adult" or "carer" on a day. Raises EvenhandError for another kind, or a day before the test."""
    if kind not in KINDS:
        raise EvenhandError(f"There is no test of eligibility for {kind!r}.", do="Ask for adult or carer.")
    found = _all()[kind]
    if on < found.valid_from:
        raise EvenhandError(
            f"The Care Act's test of eligibility did not apply on {on.day} {on:%B %Y}.",
            do=f"Give a day on or after {found.valid_from.day} {found.valid_from:%B %Y}.",
        )
    return found


def _cited(where: str, source: str, confirmed: bool) -> str:
    return f"{source}, {where}" + ("" if confirmed else " (worded from memory; compare with the regulations)")


@cache
def _all() -> dict[str, Criteria]:
    raw = yaml.safe_load(files("evenhand.facts.care_act").joinpath(_FILE).read_text("utf-8"))
    regulations, act = raw["sources"]["regulations"], raw["sources"]["act"]
    out = {}
    for kind in KINDS:
        test = {name: Rule(source=regulations, **entry) for name, entry in raw["tests"][kind].items()}
        ways = [_of_kind(way, kind) for way in raw["ways"] if kind in way["where"]]
        out[kind] = Criteria(
            kind=kind,
            valid_from=raw["valid_from"],
            cause=test["cause"],
            unable=test["outcomes"],
            wellbeing_rule=test["wellbeing"],
            health=test.get("health"),
            outcomes=_asked(raw["outcomes"][kind], regulations, f"outcomes of {kind}"),
            ways=_asked(ways, regulations, "ways"),
            wellbeing=_asked(raw["wellbeing"], act, "wellbeing"),
        )
    return out


def _of_kind(way: dict[str, Any], kind: str) -> dict[str, Any]:
    return way | {"where": way["where"][kind], "confirmed": way["confirmed"][kind]}


def _asked(entries: list[dict[str, Any]], source: str, what: str) -> dict[str, Asked]:
    found = {entry["key"]: Asked(source=source, **entry) for entry in entries}
    if len(found) != len(entries):
        raise EvenhandError(f"Two entries have one key in {what}.", where=Where(_FILE), do="Give each its own key.")
    return found
