"""Results in plain words: short sentences, people first, never a rank without its interval.

*Higher* and *lower* always; *better* and *worse* only when the measure declares which way is better. No figure,
a suppressed figure and zero are three different sentences. Nothing here rounds in a way that changes which side of
another printed number a figure is on: percentages have 1 decimal, rates 2, ratios 1, halves away from zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import floats
from evenhand.compare.intervals import reasons
from evenhand.compare.trend import JUDGED_SENTENCES, Judged
from evenhand.facts.status import Status

Unit = Literal["percent", "rate", "score"]
Direction = Literal["higher", "lower"]

DIGITS = Context(prec=340, rounding=ROUND_HALF_UP)  # enough for any float, however large
BAND_WORDS: dict[int, str] = {-2: "much lower", -1: "lower", 0: "similar", 1: "higher", 2: "much higher"}
MARKS: dict[Status, str] = {
    Status.SUPPRESSED: "suppressed to protect people",
    Status.MISSING: "no figure published",
    Status.NOT_APPLICABLE: "not applicable",
}


def rounded(value: float, places: int) -> str:
    """A number with thousands commas and so many decimals, halves away from zero; −0.0 is 0.0.

    Works from the shortest decimal that names the float, so 0.15 is a half and rounds to 0.2. Example: 1234.5 -> 1,235.
    Raises ValueError for what is no number: a missing figure has words of its own.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be shown")
    number = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), context=DIGITS)
    return f"{number:,f}" if number else f"{abs(number):,f}"


def figure(value: float, unit: Unit) -> str:
    """A figure as people see it: percent takes a proportion (0.2217 -> 22.2%), a rate has 2 decimals, a score 1."""
    if unit == "percent":
        return f"{rounded(value * 100, 1)}%"
    return rounded(value, 2 if unit == "rate" else 1)


def ordinal(place: float) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 111th. Raises ValueError below 1 or for a part of a place."""
    if not math.isfinite(place) or place < 1 or place != int(place):
        raise ValueError(f"{place} is not a place: places are 1, 2, 3 and so on")
    n = int(place)
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def rank_words(low: float, high: float, of: float) -> str | None:
    """ "between 21st and 52nd of 152"; "3rd of 152" when both ends meet; None for a council without a rank."""
    if not all(math.isfinite(v) for v in (low, high, of)):
        return None
    if low == high:
        return f"{ordinal(low)} of {int(of):,}"
    return f"between {ordinal(low)} and {ordinal(high)} of {int(of):,}"


def rank_sentence(name: str, low: float, high: float, of: float) -> str:
    """ "Ashvale's figure is between 21st and 52nd highest of 152." Rank 1 is the highest, whatever that means."""
    if rank_words(low, high, of) is None:
        return f"{name} has no rank, because it has no figure."
    if low == high:
        place = "highest" if low == 1 else f"{ordinal(low)} highest"
        return f"{possessive(name)} figure is the {place} of {int(of):,}."
    return f"{possessive(name)} figure is between {ordinal(low)} and {ordinal(high)} highest of {int(of):,}."


def possessive(name: str) -> str:
    """Ashvale -> Ashvale's; North Downs -> North Downs'."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def band_word(code: float, direction: Direction | None = None) -> str | None:
    """The word of a band code (−2 … 2): much lower … much higher; None for no band.

    direction: which way is better, where the measure declares it; then the words are much worse … much better.
    """
    if not math.isfinite(code):
        return None
    if direction is None:
        return BAND_WORDS[int(code)]
    good = int(code) if direction == "higher" else -int(code)
    return BAND_WORDS[good].replace("lower", "worse").replace("higher", "better")


def band_words(codes: ArrayLike) -> list[str | None]:
    """Band codes of one measure as the words that pages, files and the API carry: "much lower" … or None."""
    return [band_word(code) for code in np.ravel(floats(codes)).tolist()]


def band_sentence(name: str, code: float, benchmark_name: str = "England", direction: Direction | None = None) -> str:
    """Is it unusual among councils? "Ashvale is much higher than England, by more than councils usually differ."

    With a direction a second sentence says which way is better.
    """
    word = band_word(code)
    if word is None:
        return f"{name} cannot be compared, because it has no figure."
    if word == "similar":
        return f"{name} is similar to {benchmark_name}, as councils go."
    tail = f" On this measure {direction} is better." if direction else ""
    return f"{name} is {word} than {benchmark_name}, by more than councils usually differ.{tail}"


def chance_sentence(code: float, lower: float, upper: float, unit: Unit, benchmark_name: str = "England") -> str:
    """Is it different by more than chance? From ``funnel.differs_by_chance`` and the council's own 95% interval."""
    if not all(math.isfinite(v) for v in (code, lower, upper)):
        return "Chance cannot be judged: there is no interval."
    span = f"chance alone could explain a value from {figure(lower, unit)} to {figure(upper, unit)}."
    if code == 0:
        return f"It may be no different from {benchmark_name}: {span}"
    side = "below" if code < 0 else "above"
    return f"It is {side} {benchmark_name} by more than chance: {span}"


def value_sentence(
    status: Status, value: float, unit: Unit, *, numerator: float | None = None, denominator: float | None = None
) -> str:
    """The figure with the count behind it, or which of the kinds of nothing it is. Zero is a figure: it says so."""
    if not status.has_value:
        return f"{MARKS[status][0].upper()}{MARKS[status][1:]}."
    if not math.isfinite(value):
        return "No figure can be worked out: there is nobody to count."
    counts = ""
    if numerator is not None and denominator is not None:
        counts = f": {rounded(numerator, 0)} of {rounded(denominator, 0)}"
    if value == 0:
        return f"Zero{counts}."
    return f"{figure(value, unit)}{counts}."


def ratio_words(ratio: float, lower: float, upper: float) -> str | None:
    """ "8.2 times (95% interval 7.1 to 9.5) as likely"; None where the ratio does not exist."""
    if not all(math.isfinite(v) for v in (ratio, lower, upper)):
        return None
    return f"{rounded(ratio, 1)} times (95% interval {rounded(lower, 1)} to {rounded(upper, 1)}) as likely"


def ratio_sentence(top: str, bottom: str, ratio: tuple[float, float, float], what: str, *, zeros: int = 0) -> str:
    """ "Someone in Ashvale is 8.2 times (…) as likely to get a direct payment as someone in Corvedale."

    ratio: (ratio, lower, upper). what: the words after "as likely to". zeros: councils at 0 that were set aside; a
    second sentence says so.
    """
    words = ratio_words(*ratio)
    if words is None:
        return "No ratio can be given: fewer than two councils are above zero."
    first = f"Someone in {top} is {words} to {what} as someone in {bottom}."
    if zeros == 0:
        return first
    who = "1 council at zero is" if zeros == 1 else f"{zeros:,} councils at zero are"
    return f"{first} {who} left out: a ratio to zero does not exist."


def reliability_words(flag: int) -> str:
    """Why a figure should be treated with care, or "" when nothing speaks against it."""
    found = reasons(flag)
    return f"Treat with care. {' '.join(found)}" if found else ""


def trend_sentence(judged: Judged, direction: float, slope: float, unit: Unit, *, first: str, last: str) -> str:
    """The trend in one sentence, or why it is not judged."""
    if judged is not Judged.YES:
        return JUDGED_SENTENCES[judged]
    if direction == 0:
        return f"No clear change from {first} to {last}."
    step = f"{rounded(abs(slope) * 100, 1)} percentage points" if unit == "percent" else rounded(abs(slope), 2)
    return f"{'Rising' if direction > 0 else 'Falling'} from {first} to {last}, by about {step} a year."


def looked_at(measures: int, outside: int) -> str:
    """What must stand beside any highlight: how many measures were looked at."""
    if measures == 1:
        return "1 measure was looked at."
    if outside == 0:
        return f"{measures:,} measures were looked at; none is unusual."
    stands = "is" if outside == 1 else "are"
    return f"{measures:,} measures were looked at; {outside:,} {stands} unusual. Some would be by chance."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence carries them: "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
