"""Days as other systems write them: day first, year first, in words, or as a spreadsheet's number of days.

>>> parts("17/05/1950"), parts("1950-05-17T00:00:00"), parts("17-May-1950"), parts("18400")
(('17', '5', '1950'), ('17', '5', '1950'), ('17', '5', '1950'), ('17', '5', '1950'))
>>> parts("05/1950"), parts("1950")
(('', '5', '1950'), ('', '', '1950'))

The month never stands first: 05/17/1950 is refused, for 05/06/1950 could then be two days.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from evenhand.site.people.born import MONTHS
from evenhand.site.people.refusals import Refused

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}}){_TIME})?")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ](\d{4})")
_IN_WORDS = re.compile(rf"(?:(\d{{1,2}})[- ])?([A-Za-z]{{3,9}})[- ,]+(\d{{4}}){_TIME}")
_NUMBER = re.compile(r"\d{4,5}")
FIRST_YEAR, LAST_YEAR = 1900, 2100
LAST_DAY = 73_415  # 31 December 2100, counted as spreadsheets count
ZERO = date(1899, 12, 30)  # day 0 of a spreadsheet
NOT_KNOWN = frozenset({"", "unknown", "not known", "notknown", "n/k", "nk", "n/a", "na", "-"})
PLACEHOLDER = date(1900, 1, 1)


def parts(text: str) -> tuple[str, str, str]:
    """Day, month and year, each empty where it is not known. Raises Refused for what is no day of ours."""
    given = text.strip()
    if given.casefold() in NOT_KNOWN:
        return "", "", ""
    if found := _YEAR_FIRST.fullmatch(given):
        return _known(found[3] or "", found[2], found[1])
    if found := _DAY_FIRST.fullmatch(given):
        return _known(found[1], found[2], found[3])
    if found := _MONTH_YEAR.fullmatch(given):
        return _known("", found[1], found[2])
    if (found := _IN_WORDS.fullmatch(given)) and (month := _month(found[2])):
        return _known(found[1] or "", str(month), found[3])
    if _NUMBER.fullmatch(given) and given.isascii() and (number := int(given)) <= LAST_DAY:
        if FIRST_YEAR <= number <= LAST_YEAR:
            return "", "", given
        if number > LAST_YEAR:
            counted = ZERO + timedelta(days=number)
            return str(counted.day), str(counted.month), str(counted.year)
    raise Refused("This is no day that can be read.", "Write it like 17/05/1950 or 1950-05-17.")


def day(text: str, today: date) -> date | None:
    """A whole day, not to come; None for nothing. Raises Refused."""
    given = parts(text)
    if not any(given):
        return None
    if not all(given):
        raise Refused("The day or the month is missing.", "Write it like 17/05/1950.")
    found = real(given)
    if found.year < FIRST_YEAR:
        raise Refused("This is before 1900.", "Look at the year again.")
    if found > today:
        raise Refused("This day is still to come.", "Look at the year again.")
    return found


def real(given: tuple[str, str, str]) -> date:
    """The date of three known parts. Raises Refused when there is no such day."""
    try:
        return date(int(given[2]), int(given[1]), int(given[0]))
    except ValueError:
        swapped = " The month may stand first: the day must." if int(given[1]) > 12 >= int(given[0]) else ""
        raise Refused(f"There is no such day.{swapped}", "Write it like 17/05/1950.") from None


def _known(first: str, month: str, year: str) -> tuple[str, str, str]:
    """The parts without leading zeros; a part that is all zeros is not known."""
    return first.lstrip("0"), month.lstrip("0"), year.lstrip("0")


def _month(word: str) -> int:
    given = word.casefold()
    for number, name in enumerate(MONTHS, start=1):
        if given in (name.casefold(), name[:3].casefold()) or (given, number) == ("sept", 9):
            return number
    return 0
