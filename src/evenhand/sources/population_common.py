"""What the three readers of population share: age bands, whole counts, and the day whose councils a file prints.

**Boundary day.** The Office for National Statistics recasts earlier years on later boundaries: the mid-2020 workbook
"on 2021 geography" prints North and West Northamptonshire, which began in April 2021, and gives them figures back to
mid-2001. Such a file must not be judged as at its reference year. So a file's councils are resolved as at its
*boundary day*: the earliest day, not before the reference day, on which the councils of the register agree best with
the codes printed. The observation keeps the reference year as its period and the boundary day's council as its area.

The content decides and not the words, because the words of that very workbook contradict each other (its note 4 says
"as of April 2020", its note 5 "after April 2021").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from evenhand.facts.register import Area, Council, Register
from evenhand.sources.cells import Collector, cell_text
from evenhand.sources.sniff import Cell

OLDEST = 90  # the last single year of age is "90 and over"

# name of the band -> first and last single year of age, both inclusive; 90 stands for 90 and over
AGE_BANDS: dict[str, tuple[int, int]] = {
    "all": (0, OLDEST),
    "18+": (18, OLDEST),
    "18-64": (18, 64),
    "65+": (65, OLDEST),
    "65-74": (65, 74),
    "75-84": (75, 84),
    "85+": (85, OLDEST),
}

# Types of area that ONS prints among councils and that have no adult social care responsibilities of their own.
PASSED_OVER_TYPES = frozenset({"non-metropolitan district", "metropolitan county", "metropolitan counties"})
# First letters or prefixes of ONS codes outside England's councils, regions and country: Wales, Scotland, Northern
# Ireland, the UK and its sums; districts (E07), metropolitan counties (E11), Inner and Outer London (E13).
PASSED_OVER_CODES = ("W", "S", "N", "K", "E07", "E11", "E13")


def band_sums(single_years: Sequence[int]) -> dict[str, int]:
    """Sums of the 91 single years of age 0 ... 90+ by band. ``band_sums([1] * 91)["18-64"] == 47``."""
    if len(single_years) != OLDEST + 1:
        raise ValueError(f"{len(single_years)} single years of age instead of {OLDEST + 1}")
    return {band: sum(single_years[first : last + 1]) for band, (first, last) in AGE_BANDS.items()}


def whole_count(cell: Cell) -> int | None:
    """A cell as a whole number of people, zero or more; None when it is blank, text, negative or has a fraction."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        number = float(cell)
    else:
        text = cell_text(cell).replace(",", "")
        if not re.fullmatch(r"\d+(\.\d+)?", text):
            return None
        number = float(text)
    return int(number) if math.isfinite(number) and number >= 0 and number.is_integer() else None


def boundary_day(register: Register, codes: Iterable[str], not_before: date) -> date:
    """The earliest day, not before the reference day, whose councils agree best with the ONS codes printed.

    Of the days on which the register changes, that one agrees best on which the fewest councils are printed that do
    not stand. Codes of districts and other countries do not matter, nor does a council that the file leaves out.
    """
    printed = {c.strip().upper() for c in codes}
    known = {c for c in printed if register.ever_by_code(c)}
    changes = {c.valid_from for c in register.all} | {
        c.valid_to + timedelta(days=1) for c in register.all if c.valid_to is not None
    }
    days = [not_before, *sorted(d for d in changes if d > not_before)]

    def disagreement(day: date) -> int:
        return sum(register.by_code(c, day) is None for c in known)

    return min(days, key=lambda day: (disagreement(day), day))


@dataclass
class Places:
    """Finds the areas of one file as at its boundary day, and counts the rows that are nobody's.

    ``find`` answers a council or area, None for a row to pass over (a district, another country: counted in
    ``passed``), or a sentence when the row ought to be a council and is none.
    """

    register: Register
    day: date
    passed: int = 0
    councils: set[str] = field(default_factory=set)

    def find(self, code: str, name: str, kind: str = "") -> Council | Area | str | None:
        """The place of one row, by code and else by name; ``kind`` is the publisher's type of area, if printed."""
        found = self.register.by_code(code, self.day) if code else self.register.by_name(name, self.day)
        place = found or self.register.area(code or name)
        if isinstance(place, Council):
            self.councils.add(place.id)
        if place:
            return place
        if kind.strip().lower() in PASSED_OVER_TYPES or code.upper().startswith(PASSED_OVER_CODES):
            self.passed += 1
            return None
        if code and (ever := self.register.ever_by_code(code)):
            return f"{code} is {ever[0].name}, which was not a council with these duties on {self.day:%d %B %Y}."
        return f"No council or area is known by {code or name!r} on {self.day:%d %B %Y}."

    def warn_of_absent(self, c: Collector, sheet: str, header_row: int) -> None:
        """Report each council that stood on the boundary day and has no row: it is missing, never zero."""
        for council in self.register.councils(self.day):
            if council.id not in self.councils:
                c.reject(
                    sheet, header_row, "", council.name, f"The file has no row for {council.name}.", severity="warning"
                )


def passed_over_note(places: Places) -> str:
    """One sentence for the reader's notes: how many rows were not about a council, and as at which day."""
    return (
        f"{places.passed} rows are districts, metropolitan counties or places outside England and were passed over. "
        f"Councils are those of {places.day:%d %B %Y}, the boundaries on which the file is printed."
    )
