"""Reader of ONS mid-year estimates as Nomis hands them out: a long CSV, one row an area and single year of age.

Nomis prints its headings in upper case whatever was asked for: ``DATE_NAME``, ``GEOGRAPHY_CODE``, ``GEOGRAPHY_NAME``,
``C_AGE_NAME`` ("Age 18", "Aged 90+") or ``C_AGE`` (101 is age 0 ... 191 is 90 and over), ``OBS_VALUE``; maybe
``GENDER_NAME`` and ``MEASURES_NAME``.

Nomis also blanks the past of abolished councils, cuts an answer at 25,000 rows without saying so, and answers nothing
for a code that it does not know. So an area must have every single year of age once, none of them blank, and people in
it: anything else is an error that names the area and the row, because a hole here would pass for an empty place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

from evenhand.facts.errors import BadCell, UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register, period_end
from evenhand.sources.cells import Collector, cell_text
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.population_common import OLDEST, Places, band_sums, boundary_day, passed_over_note, whole_count
from evenhand.sources.sniff import Sniff

NAME = "population_nomis"
PUBLISHER = "Office for National Statistics, by Nomis"

WANTED = ("DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "OBS_VALUE")
ROW_CAP = 25_000  # what Nomis answers at most without a key


def recognise(file: Sniff) -> str | None:
    """The table's title when the headings are Nomis's and include an age."""
    if file.kind != "csv":
        return None
    heads = {h.strip().strip('"').upper() for h in file.head.split("\n", 1)[0].split(",")}
    if {"GEOGRAPHY_CODE", "OBS_VALUE"} <= heads and heads & {"C_AGE_NAME", "C_AGE", "C_AGE_CODE"}:
        return "Mid-year population estimates by single year of age (Nomis)"
    return None


def age_of(text: str) -> int | None:
    """The single year of age that a C_AGE code or name means, 90 for 90 and over; None for a total or a band.

    ``age_of("Age 18") == age_of("119") == 18``; ``age_of("Aged 65+")`` is None.
    """
    if m := re.fullmatch(r"1\d\d", text):
        age = int(m[0]) - 101
    elif m := re.fullmatch(r"(?:aged?\s+)?(\d{1,2})(\+| and over| years?)?", text.strip(), re.IGNORECASE):
        age = int(m[1])
        open_ended = m[2] in ("+", " and over")
        if open_ended != (age == OLDEST):
            return None
    else:
        return None
    return age if 0 <= age <= OLDEST else None


@dataclass
class _Area:
    """The single years of one area in one year, as far as they have been met."""

    name: str
    first_row: int
    ages: dict[int, int] = field(default_factory=dict)


class _Columns:
    """Where each heading stands. Raises UnreadableFile for one that is absent."""

    def __init__(self, file: Sniff, heads: list[str]) -> None:
        for wanted in WANTED:
            if wanted not in heads:
                raise UnreadableFile(
                    f"There is no column headed {wanted}.",
                    where=Where(file.name, row=1),
                    do="Ask Nomis for date_name, geography_code, geography_name, c_age_name and obs_value.",
                )
        self.at = {h: i for i, h in enumerate(heads)}
        self.age = next(h for h in ("C_AGE", "C_AGE_CODE", "C_AGE_NAME") if h in self.at)

    def get(self, row: list[str], heading: str) -> str:
        i = self.at.get(heading, -1)
        return row[i].strip() if 0 <= i < len(row) else ""

    def total_people(self, row: list[str]) -> bool:
        """Whether a row counts both sexes as a number (not one sex, not a percentage)."""
        sex = (self.get(row, "GENDER_NAME") or self.get(row, "SEX_NAME")).lower()
        measure = self.get(row, "MEASURES_NAME").lower()
        return sex in ("", "total", "all persons", "persons") and measure in ("", "value")


def _gather(file: Sniff, rows: list[list[str]], cols: _Columns, places: dict[str, Places], c: Collector) -> (
    dict[tuple[str, str], tuple[Council | Area, _Area]]
):  # fmt: skip
    """Single years by (period, area id). Raises BadCell for a blank or repeated age of a council, region or England."""
    found: dict[tuple[str, str], tuple[Council | Area, _Area]] = {}
    unknown: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        age = age_of(cols.get(row, cols.age))
        if not any(row) or age is None or not cols.total_people(row):
            continue
        year, code, name = (cols.get(row, h) for h in ("DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME"))
        period = f"mid-{year}"
        place = places[period].find(code, name)
        if place is None or isinstance(place, str):
            if place and code not in unknown:
                unknown.add(code)
                c.reject("", number, "GEOGRAPHY_CODE", code, f"{place} None of its rows is used.")
            continue
        key = (period, place.id if isinstance(place, Council) else place.code)
        _, area = found.setdefault(key, (place, _Area(name or place.name, number)))
        count = whole_count(cols.get(row, "OBS_VALUE"))
        if count is None:
            raise _hole(file, number, f"{area.name} in {year} has no whole number of people aged {age}")
        if age in area.ages:
            raise _hole(file, number, f"{area.name} in {year} has the age {age} more than once")
        area.ages[age] = count
    return found


def _hole(file: Sniff, row: int, what: str) -> BadCell:
    return BadCell(
        f"{what}. This is a hole in the answer, not an empty place.",
        where=Where(file.name, row=row, column="OBS_VALUE"),
        do=f"Nothing was loaded. Ask Nomis again for fewer areas or years: it answers {ROW_CAP:,} rows at most.",
    )


def _years(file: Sniff, rows: list[list[str]], cols: _Columns) -> set[str]:
    """The years printed; an answer with headings and no rows is an error."""
    years = set()
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        year = cols.get(row, "DATE_NAME")
        if not re.fullmatch(r"(19|20)\d{2}", year):
            raise BadCell(f"{year!r} is not a year.", where=Where(file.name, row=number, column="DATE_NAME"),
                          do="Nothing was loaded.")  # fmt: skip
        years.add(year)
    if not years:
        raise UnreadableFile("Nomis answered with headings and no rows.", where=Where(file.name),
                             do="Nothing was loaded. Ask again: an unknown code gives an empty answer.")  # fmt: skip
    return years


def read(file: Sniff, register: Register) -> ReadResult:
    """``population`` by age band for each area and year; each area is whole or the file is refused (BadCell)."""
    rows = [[cell_text(x) for x in r] for r in file.rows()]
    cols = _Columns(file, [h.upper() for h in rows[0]])
    years = sorted(_years(file, rows, cols))
    codes = {cols.get(r, "GEOGRAPHY_CODE") for r in rows[1:] if any(r)}
    places = {f"mid-{y}": Places(register, boundary_day(register, codes, period_end(f"mid-{y}"))) for y in years}
    c = Collector(file.name, register)
    for (period, _), (place, area) in _gather(file, rows, cols, places, c).items():
        lacking = [a for a in range(OLDEST + 1) if a not in area.ages]
        if lacking:
            raise _hole(file, area.first_row, f"{area.name} in {period} lacks {len(lacking)} ages, first {lacking[0]}")
        sums = band_sums([area.ages[a] for a in range(OLDEST + 1)])
        if sums["all"] == 0:
            raise _hole(file, area.first_row, f"{area.name} in {period} has no people at all")
        for band, people in sums.items():
            c.add(people, area=place, item="population", period=period, part="count", unit="people", age=band,
                  sheet="", row=area.first_row, column="OBS_VALUE")  # fmt: skip
    if len(rows) - 1 >= ROW_CAP:
        c.reject("", len(rows), "", len(rows) - 1,
                 f"Nomis answers at most {ROW_CAP:,} rows: areas may be absent from this file.",
                 severity="warning")  # fmt: skip
    for found in places.values():
        found.warn_of_absent(c, "", 1)
    newest = places[f"mid-{years[-1]}"]
    note = pl.DataFrame([("boundaries", passed_over_note(newest), ["population"])], schema=NOTE, orient="row")
    span = f"mid-{years[0]}" if len(years) == 1 else f"mid-{years[0]}-to-{years[-1]}"
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"population-nomis/{span}",
        title=f"Mid-year population estimates by age, {span}", periods=c.periods(), revision="", licence="OGL-3.0",
        observations=c.observations(), rejects=c.rejects(), notes=note,
    )  # fmt: skip
