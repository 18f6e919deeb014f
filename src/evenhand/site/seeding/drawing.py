"""What the dice draw on: the lists of names and words, ways to reach people that reach nobody, and working hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, TypeVar

import yaml
from django.utils import timezone
from stdnum.gb import nhs

T = TypeVar("T")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # that stand at the end of a postcode


@cache
def listed(name: str) -> dict[str, Any]:
    """The lists of ``names.yaml`` or ``told.yaml``."""
    held: dict[str, Any] = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8"))
    return held


def nhs_number(number: int) -> str:
    """The well-formed NHS number nearest after 999 and this number: the range that is never given out.

    Numbers that are eleven apart never give the same one.
    """
    for start in range(number, number + 11):
        stem = f"999{start % 1_000_000:06d}"
        for digit in range(10):  # one stem in eleven has no check digit
            if nhs.is_valid(f"{stem}{digit}"):
                return f"{stem}{digit}"
    raise AssertionError("eleven stems in a row without a check digit")


def phone(dice: Random) -> str:
    """A number that Ofcom keeps for fiction."""
    return dice.choice((f"01632 960{dice.randrange(1000):03d}", f"07700 900{dice.randrange(1000):03d}"))


def postcode(dice: Random) -> str:
    """A postcode in an area that does not exist."""
    area = listed("names")["postcode"]
    return f"{area}{dice.randint(1, 6)} {dice.randrange(10)}{dice.choice(LETTERS)}{dice.choice(LETTERS)}"


def street(dice: Random) -> str:
    """A house in a street of the invented council."""
    names = listed("names")
    return f"{dice.randint(1, 120)} {dice.choice(names['streets'])}, {dice.choice(names['places'])}"


def weighted(dice: Random, shares: dict[T, int]) -> T:
    """One of the keys, as often as its share says."""
    return dice.choices(list(shares), list(shares.values()))[0]


def working_hours(dice: Random, day: date) -> datetime:
    """A moment in office hours of this day, or of the Friday before a weekend."""
    day -= timedelta(days=max(0, day.weekday() - 4))
    moment = datetime.combine(day, time(8, 40)) + timedelta(minutes=dice.randrange(510), seconds=dice.randrange(60))
    return timezone.make_aware(moment)
