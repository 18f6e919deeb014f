"""Chosen councils together, and the highest of them against the lowest: the two sums that no edition can hold.

There are more sets of ten councils than anybody could store, so these are worked out when asked for, for the members
and for nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.compare import variation
from evenhand.compare.intervals import rate_interval, wilson
from evenhand.compare.words import possessive, rounded
from evenhand.edition.sentences import PERCENTS

SURVEYS = ("survey_percent", "score")
PENCE = 100
Row = dict[str, Any]


@dataclass(frozen=True)
class Total:
    """The members as if they were one council.

    value, lower, upper: in the measure's unit; limits are None where chance has no part (money, populations).
    of: names of members that are in it; without: of those that are not. why: why there is none, "" when there is.
    """

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    why: str = ""


def total(definition: dict[str, Any], rows: Sequence[Row]) -> Total:
    """Σ numerator / Σ denominator of the members that have a figure, with its 95% interval (METHODS 1 and 2).

    rows: the members' rows of one measure and period. Never the mean of their figures: a large council counts for as
    many people as it has. Example: 395 of 1,782 and 500 of 2,000 -> 895 of 3,782, 23.7% (22.3% to 25.0%).
    """
    kind = definition["kind"]
    if kind in SURVEYS:
        return Total(why=(
            "No figure of theirs together: this comes from a survey. Each council asked its own sample, so the answers "
            "of one cannot be added to those of another."
        ))  # fmt: skip
    if kind in ("published_only", "context_value"):
        return Total(why="No figure of theirs together: the counts that it would be added up from are not published.")
    counted = [r for r in rows if _counted(r)]
    names = tuple(r["area_name"] for r in counted)
    without = tuple(r["area_name"] for r in rows if not _counted(r))
    if len(counted) < 2:
        return Total(without=without, why="No figure of theirs together: fewer than two of them have counts to add up.")
    x, n = math.fsum(r["numerator"] for r in counted), math.fsum(r["denominator"] for r in counted)
    per = definition["per"] / (PENCE if kind == "money_per_head" else 1)
    lower = upper = None
    if kind == "proportion":
        found = wilson(x, n)
        lower, upper = float(found.lower) * per, float(found.upper) * per
    elif kind == "rate":
        found = rate_interval(x, n, per)
        lower, upper = float(found.lower), float(found.upper)
    return Total(x / n * per, lower, upper, x, n, names, without)


def _counted(row: Row) -> bool:
    return row["value"] is not None and row["numerator"] is not None and bool(row["denominator"])


def apart(definition: dict[str, Any], rows: Sequence[Row]) -> str:
    """One or two sentences: is the highest member different from the lowest by more than chance?

    Counts: the ratio of the two rates with its 95% interval (log method); surveys: the difference with its interval
    from the two margins of error, √(m₁² + m₂²), the samples being independent. Amounts of money have no chance in them.
    """
    shown = sorted((r for r in rows if r["value"] is not None), key=lambda r: (-r["value"], r["area_name"]))
    if len(shown) < 2:
        return "There is no difference to speak of: fewer than two of these councils have a figure."
    if definition["kind"] in SURVEYS:
        return _of_surveys(definition, shown)
    if definition["kind"] in ("proportion", "rate"):
        return _of_counts(definition, [r for r in shown if _counted(r)])
    if definition["kind"].startswith("money"):
        return "Money spent is a fact and not a sample, so chance has no part in the difference."
    if definition["kind"].startswith("context"):
        return "These are facts about places, so chance has no part in the difference."
    return "The counts are not published, so nobody can say how much of the difference is chance."


def _of_counts(definition: dict[str, Any], rows: Sequence[Row]) -> str:
    found = variation.extremes(
        [r["numerator"] for r in rows], [r["denominator"] for r in rows], kind=definition["kind"]
    ) if len(rows) > 1 else None  # fmt: skip
    if found is None:
        return "No ratio can be given: fewer than two of these councils are above zero."
    top, bottom = rows[found.highest]["area_name"], rows[found.lowest]["area_name"]
    middle, low, high = (float(v) for v in (found.ratio.ratio, found.ratio.lower, found.ratio.upper))
    zeros = " A council at zero is left out: a ratio to zero does not exist." if found.zeros else ""
    if rounded(middle, 2) == "1.00" and low <= 1:
        return f"{top} and {bottom}, the highest and the lowest, are all but the same.{zeros}"
    places = _telling(low, 1.0, 2)
    span = f"{rounded(middle, places)} times (95% interval {rounded(low, places)} to {rounded(high, places)})"
    verdict = "That is more than chance." if low > 1 else "Chance alone could explain that."
    if definition["likelihood"]:
        said = f"Someone in {top} is {span} as likely to {definition['likelihood']} as someone in {bottom}."
    else:
        said = f"{possessive(top)} figure is {span} {possessive(bottom)}."
    return f"{said} {verdict}{zeros}"


def _telling(limit: float, nothing: float, places: int) -> int:
    """So many decimals that a limit does not print as "no difference" when it is not: the words and numbers agree."""
    return next((p for p in range(places, places + 4) if round(abs(limit - nothing), p)), places)


def _of_surveys(definition: dict[str, Any], rows: Sequence[Row]) -> str:
    sure = [r for r in rows if r["margin_of_error"] is not None]
    if len(sure) < 2:
        return "Margins of error are not published, so nobody can say how much of the difference is chance."
    top, bottom = sure[0], sure[-1]
    gap, reach = top["value"] - bottom["value"], math.hypot(top["margin_of_error"], bottom["margin_of_error"])
    unit = "percentage points" if definition["kind"] in PERCENTS else "points"
    places = _telling(gap - reach, 0.0, definition["decimals"])
    low, high = rounded(gap - reach, places), rounded(gap + reach, places)
    verdict = "That is more than chance." if gap > reach else "Chance alone could explain that."
    return (
        f"{top['area_name']} is {rounded(gap, places)} {unit} higher than {bottom['area_name']} "
        f"(95% interval {low} to {high}). {verdict}"
    )
