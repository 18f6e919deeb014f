"""The lowest and highest figure, against every choice that there is."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measures.cld.quality.bounds import Pair, Profile, count_range, share_range

PAIRS = st.integers(0, 2).flatmap(lambda of: st.tuples(st.just(of), st.integers(0, of)))
PROFILES = st.lists(
    st.builds(
        Profile, PAIRS, st.lists(PAIRS, min_size=1, max_size=3, unique=True).map(tuple), st.integers(1, 2)
    ),
    max_size=3,
)  # fmt: skip


def every(rest: Pair, profiles: list[Profile]) -> list[Pair]:
    """All that the sums can be, each person choosing freely."""
    people = [one.options for one in profiles for _ in range(one.people)]
    return [(rest[0] + sum(d for d, _ in choice), rest[1] + sum(n for _, n in choice)) for choice in product(*people)]


@settings(max_examples=300, deadline=None)
@given(rest=PAIRS, profiles=PROFILES)
def test_the_extremes_of_a_share_are_those_of_every_choice(rest: Pair, profiles: list[Profile]) -> None:
    now = (rest[0] + sum(p.people * p.now[0] for p in profiles), rest[1] + sum(p.people * p.now[1] for p in profiles))
    shares = [Fraction(number, of) for of, number in every(rest, profiles) if of]
    found = share_range(now, profiles)
    if not shares:
        assert found.low is None
        assert found.high is None
    else:
        assert found.low
        assert found.high
        assert Fraction(found.low[1], found.low[0]) == min(shares)
        assert Fraction(found.high[1], found.high[0]) == max(shares)


@given(rest=PAIRS, profiles=PROFILES)
def test_the_extremes_of_a_count_are_those_of_every_choice(rest: Pair, profiles: list[Profile]) -> None:
    now = (rest[0] + sum(p.people * p.now[0] for p in profiles), rest[1] + sum(p.people * p.now[1] for p in profiles))
    numbers = [number for _, number in every(rest, profiles)]
    found = count_range(now, profiles)
    assert found.low
    assert found.high
    assert (found.low[1], found.high[1]) == (min(numbers), max(numbers))


def test_whoever_could_count_otherwise_moves_the_figure() -> None:
    stays, moves = Profile((1, 1), ((1, 1),), 5), Profile((1, 0), ((1, 0), (1, 1)), 3)
    assert share_range((8, 5), [stays, moves]).moved == 3
