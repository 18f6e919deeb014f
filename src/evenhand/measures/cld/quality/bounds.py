"""The lowest and the highest that a figure can be, when each person concerned can count in one of several ways.

A way to count is a pair (denominator, numerator). A profile is how somebody counts now, how they might, and how many
people are alike in both. People are independent of one another, so the extremes of a share are found exactly by
Dinkelbach's method (1967, Management Science 13(7)): with the best share so far as price of a place in the
denominator, choose for each person the pair that gains most; repeat until nothing is gained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Pair = tuple[int, int]


@dataclass(frozen=True)
class Profile:
    """``people`` who count as ``now`` and might count in any of ``options``."""

    now: Pair
    options: tuple[Pair, ...]
    people: int


@dataclass(frozen=True)
class Range:
    """The pairs (denominator, numerator) at the lowest and the highest figure; None where nobody is left to count."""

    low: Pair | None
    high: Pair | None
    moved: int  # people for whom some option is not how they count now


def share_range(now: Pair, profiles: Sequence[Profile]) -> Range:
    """The range of numerator / denominator. now: the figure's own (denominator, numerator), all people."""
    rest = _rest(now, profiles)
    return Range(_extreme(rest, profiles, -1), _extreme(rest, profiles, 1), _moved(profiles))


def count_range(now: Pair, profiles: Sequence[Profile]) -> Range:
    """The range of the numerator of a rate: its denominator is the population and does not move."""
    _, rest = _rest(now, profiles)
    low = rest + sum(one.people * min(n for _, n in one.options) for one in profiles)
    high = rest + sum(one.people * max(n for _, n in one.options) for one in profiles)
    return Range((now[0], low), (now[0], high), _moved(profiles))


def _rest(now: Pair, profiles: Sequence[Profile]) -> Pair:
    """Everybody who is not concerned."""
    return (
        now[0] - sum(one.people * one.now[0] for one in profiles),
        now[1] - sum(one.people * one.now[1] for one in profiles),
    )


def _moved(profiles: Sequence[Profile]) -> int:
    return sum(one.people for one in profiles if any(option != one.now for option in one.options))


def _extreme(rest: Pair, profiles: Sequence[Profile], sign: int) -> Pair | None:
    # The first price makes every place in the denominator worth having, so that a share exists if any choice has one.
    price = Fraction(-1) if sign > 0 else Fraction(2)
    best: Pair | None = None
    while True:
        of, number = rest
        for one in profiles:
            d, n = max(one.options, key=lambda pair: (sign * (pair[1] - price * pair[0]), pair))
            of, number = of + one.people * d, number + one.people * n
        if not of:
            return best
        found = Fraction(number, of)
        if best is not None and sign * (found - price) <= 0:
            return best
        best, price = (of, number), found
