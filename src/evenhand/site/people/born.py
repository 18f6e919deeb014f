"""A date of birth of which only a part may be known, and the age that follows."""

from __future__ import annotations

from datetime import date, timedelta

from evenhand.site.people.models.person import BornTo
from evenhand.site.people.refusals import Refused

EARLIEST = 1900
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def born_from(day: str, month: str, year: str, today: date) -> tuple[date | None, BornTo]:
    """The first day that it can be, and how exactly it is known. Raises Refused for what cannot be a date of birth.

    The day may be left empty, the day and the month, or all three.

    >>> born_from("", "5", "1950", date(2026, 1, 1))
    (datetime.date(1950, 5, 1), BornTo.MONTH)
    """
    given = [part.strip() for part in (day, month, year)]
    if not any(given):
        return None, BornTo.UNKNOWN
    if not given[2] or (given[0] and not given[1]):
        missing = "the year" if not given[2] else "the month"
        raise Refused(f"The date of birth lacks {missing}.", "Leave out the day, or the day and the month, or all "
                      "three.", field="born")  # fmt: skip
    numbers = [_number(part) for part in given]
    if None in numbers:
        raise Refused("The date of birth must be numbers.", "Write it like 17 5 1950.", field="born")
    to = BornTo.DAY if given[0] else BornTo.MONTH if given[1] else BornTo.YEAR
    days, months, years = numbers[0] or (0 if given[0] else 1), numbers[1] or (0 if given[1] else 1), numbers[2] or 0
    if years < EARLIEST:
        raise Refused(f"The date of birth is before {EARLIEST}.", "Write the year with four digits.", field="born")
    try:
        found = date(years, months, days)
    except ValueError:
        raise Refused("There is no such day.", "Look at the day and the month again.", field="born") from None
    if found > today:
        raise Refused("The date of birth is still to come.", "Look at the year again.", field="born")
    return found, to


def last_possible(born: date, to: str) -> date:
    """The last day that a date of birth can be."""
    if to == BornTo.DAY:
        return born
    if to == BornTo.MONTH:
        return (date(born.year, born.month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(born.year, 12, 31)


def born_words(born: date | None, to: str) -> str:
    """A date of birth as it is known: "17 May 1950", "May 1950, day not known", "1950, day and month not known"."""
    if born is None:
        return "Not known"
    month = MONTHS[born.month - 1]
    return {
        BornTo.DAY: f"{born.day} {month} {born.year}",
        BornTo.MONTH: f"{month} {born.year}, day not known",
    }.get(BornTo(to), f"{born.year}, day and month not known")


def parts(born: date | None, to: str) -> tuple[str, str, str]:
    """Day, month and year as a form shows them again."""
    if born is None:
        return "", "", ""
    return (
        str(born.day) if to == BornTo.DAY else "",
        str(born.month) if to in (BornTo.DAY, BornTo.MONTH) else "",
        str(born.year),
    )


def years_old(born: date, on: date) -> int:
    """Whole years on a day. Somebody born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_words(born: date | None, to: str, on: date) -> str:
    """The age in words on a day: "75", or "about 75" when only a part of the date is known; empty when nothing is."""
    if born is None:
        return ""
    oldest, youngest = years_old(born, on), max(0, years_old(last_possible(born, to), on))
    return f"{oldest}" if to == BornTo.DAY else f"about {(oldest + youngest + 1) // 2}"


def may_be_same(one: tuple[date | None, str], other: tuple[date | None, str]) -> bool:
    """Whether two dates of birth, each known as far as it is, can be one. Not known can be any."""
    if one[0] is None or other[0] is None:
        return True
    return one[0] <= last_possible(other[0], other[1]) and other[0] <= last_possible(one[0], one[1])


def _number(part: str) -> int | None:
    if not part:
        return 0
    return int(part) if part.isascii() and part.isdigit() and len(part) <= 4 else None
