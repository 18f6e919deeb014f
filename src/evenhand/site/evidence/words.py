"""Figures as words: what a page prints for a value, its range, its band and its rank.

Nothing is worked out here. Numbers arrive from the edition already judged; these functions only spell them.
"""

from __future__ import annotations

from evenhand.compare.words import rank_words
from evenhand.documents.numbers import Kind, format_value
from evenhand.facts.status import Status

# What stands where the number would. Missing, suppressed and not applicable are three marks.
MARKS: dict[Status, str] = {
    Status.SUPPRESSED: "Suppressed",
    Status.MISSING: "No figure",
    Status.NOT_APPLICABLE: "Not applicable",
}
BANDS = ("much lower", "lower", "similar", "higher", "much higher")


def kind(unit: str) -> Kind:
    """How ``documents`` writes a unit: ``%`` a percentage, ``£ per adult`` money, ``per 1,000 adults`` a rate."""
    if unit.startswith("%"):
        return Kind.PERCENT
    if unit.startswith("£"):
        return Kind.MONEY_PENCE
    return Kind.RATE if unit.startswith("per ") else Kind.SCORE


def number(value: float | None, unit: str, decimals: int | None = None) -> str:
    """A value as people write it: ``24.5%``, ``2.35``, ``£1,204``; an empty string for None.

    decimals are the measure's own; money is in whole pounds on public pages whatever the measure says. An edition
    holds money a head in pounds, and ``documents`` writes money from pence.
    """
    if value is None:
        return ""
    as_written = kind(unit)
    if as_written is Kind.MONEY_PENCE:
        return format_value(as_written, value * 100)
    return format_value(as_written, value, decimals)


def count(value: float | None) -> str:
    """A count of people, whole: ``117,655``. Publishers' halves and estimated populations are rounded."""
    return "" if value is None else format_value(Kind.COUNT, value)


def interval(low: float | None, high: float | None, unit: str, decimals: int | None = None) -> str:
    """The range chance alone could explain: ``20.3% to 24.2%``; empty when there is none."""
    if low is None or high is None:
        return ""
    return f"{number(low, unit, decimals)} to {number(high, unit, decimals)}"


def rank(low: float | None, high: float | None, ranked: float | None) -> str:
    """A rank honestly: ``between 52nd and 85th of 152``; empty for an area that has no rank."""
    if low is None or high is None or not ranked:
        return ""
    return rank_words(low, high, ranked) or ""


def band(name: str | None) -> str:
    """The word for a band: ``much lower`` … ``much higher``; empty when the area was not compared."""
    return (name or "").replace("_", " ").replace("-", " ")
