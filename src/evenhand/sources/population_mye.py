"""Reader of the ONS workbook of mid-year population estimates (.xls and .xlsx), on whatever boundaries it is printed.

Three sheets are read:

``MYE2 - Persons``  residents by single year of age in the reference year: item ``population``, summed to age bands;
``MYE4``            residents of all ages in each year since 2001: item ``population_series``, so that adults of
                    earlier years can be estimated (absent from newer workbooks: then nothing is made up);
``MYE 5``           people per square kilometre in the reference year: item ``density``.

Councils are resolved as at the workbook's boundary day (see ``population_common``): mid-2011 residents of a council
that began in 2021 are kept, under that council. Districts, metropolitan counties and the other countries of the UK are
passed over and counted in a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register, period_end
from evenhand.sources.cells import Collector, cell_text, column_letter, find_header
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.population_common import (
    AGE_BANDS,
    OLDEST,
    Places,
    band_sums,
    boundary_day,
    passed_over_note,
    whole_count,
)
from evenhand.sources.sniff import Cell, Sniff

NAME = "population_mye"
PUBLISHER = "Office for National Statistics"

_MYE2 = re.compile(r"mye ?2 ?- ?persons", re.IGNORECASE)
_MYE4 = re.compile(r"mye ?4", re.IGNORECASE)
_MYE5 = re.compile(r"mye ?5", re.IGNORECASE)


def _sheet(file: Sniff, pattern: re.Pattern[str]) -> str | None:
    return next((s for s in file.sheets if pattern.fullmatch(s.strip())), None)


def recognise(file: Sniff) -> str | None:
    """The table's title when a workbook has a sheet ``MYE2 - Persons``."""
    if file.kind in ("xls", "xlsx", "ods") and _sheet(file, _MYE2):
        return "Mid-year population estimates by single year of age"
    return None


@dataclass(frozen=True)
class _Table:
    """One sheet cut into its headings (trimmed, lower case) and the rows below them."""

    sheet: str
    header: int  # index of the header row
    heads: list[str]
    rows: list[list[Cell]]

    @classmethod
    def of(cls, file: Sniff, sheet: str, *wanted: str) -> _Table:
        rows = file.rows(sheet)
        header = find_header(rows, ("Code", "Name", *wanted), file=file.name, sheet=sheet)
        heads = [re.sub(r"\s+", " ", cell_text(h)).lower() for h in rows[header]]
        return cls(sheet, header, heads, rows)

    def codes(self) -> list[str]:
        """Every code printed, in order."""
        return [code for _, code, _, _, _ in self.body()]

    def body(self) -> Iterator[tuple[int, str, str, str, list[Cell]]]:
        """Row number as a spreadsheet shows it, code, name, type of area, and the cells."""
        at_code, at_name = self.heads.index("code"), self.heads.index("name")
        at_kind = next((i for i, h in enumerate(self.heads) if h.startswith("geography")), None)
        for number, row in enumerate(self.rows[self.header + 1 :], start=self.header + 2):
            code, name = cell_text(row[at_code]), cell_text(row[at_name])
            # ONS codes are nine characters; footnotes below the table have none
            if re.fullmatch(r"[A-Z]\d{8}", code):
                yield number, code, name, cell_text(row[at_kind]) if at_kind is not None else "", row


def _reference_year(file: Sniff, table: _Table) -> str:
    """The year that the sheet's title (or any line above the headings) names as mid-YYYY."""
    for row in table.rows[: table.header]:
        for cell in row:
            if m := re.search(r"mid[- ]?((?:19|20)\d{2})", cell_text(cell), re.IGNORECASE):
                return m[1]
    raise UnreadableFile(
        "No line above the headings says which mid-year the estimates are for.",
        where=Where(file.name, table.sheet, table.header + 1),
        do="Nothing was loaded. Load the publisher's own copy with its title lines.",
    )


def _single_years(file: Sniff, table: _Table) -> list[int]:
    """The columns of ages 0 ... 90+, in order. Raises UnreadableFile naming the age that has no column."""
    columns = []
    for age in range(OLDEST + 1):
        names = {f"{OLDEST}+", f"{OLDEST} and over"} if age == OLDEST else {str(age)}
        found = [i for i, h in enumerate(table.heads) if re.sub(r"^aged? ", "", h) in names]
        if len(found) != 1:
            raise UnreadableFile(
                f"The age {f'{OLDEST}+' if age == OLDEST else age} has {len(found)} columns instead of one.",
                where=Where(file.name, table.sheet, table.header + 1),
                do="Nothing was loaded: without every single year of age, adults cannot be counted.",
            )
        columns.append(found[0])
    return columns


def _read_ages(c: Collector, file: Sniff, table: _Table, places: Places, period: str) -> None:
    """``population`` by age band from the sheet of single years."""
    columns, at_all = _single_years(file, table), table.heads.index("all ages")
    seen: dict[str, int] = {}
    for number, code, name, kind, row in table.body():
        place = places.find(code, name, kind)
        if place is None or not _usable(c, table, place, number=number, code=code, seen=seen):
            continue
        ages = [whole_count(row[i]) for i in columns]
        bad = next((i for i, n in enumerate(ages) if n is None), None)
        if bad is not None:
            c.reject(table.sheet, number, column_letter(columns[bad]), row[columns[bad]],
                     f"{name}, age {bad}: not a whole number of people, so the row is not used.")  # fmt: skip
            continue
        sums = band_sums([n for n in ages if n is not None])
        if sums["all"] == 0 or sums["all"] != whole_count(row[at_all]):
            c.reject(table.sheet, number, column_letter(at_all), row[at_all],
                     f"{name}: the single years of age sum to {sums['all']:,}; the row is not used.")  # fmt: skip
            continue
        assert not isinstance(place, str)
        for band, (first, last) in AGE_BANDS.items():
            span = f"{column_letter(columns[first])}:{column_letter(columns[last])}"
            c.add(sums[band], area=place, item="population", period=period, part="count", unit="people", age=band,
                  sheet=table.sheet, row=number, column=span)  # fmt: skip


def _usable(
    c: Collector, table: _Table, place: Council | Area | str, *, number: int, code: str, seen: dict[str, int]
) -> bool:
    """Whether a row's place is known and new; else it is reported."""
    key = place if isinstance(place, str) else (place.id if isinstance(place, Council) else place.code)
    if isinstance(place, str):
        c.reject(table.sheet, number, "Code", code, place)
    elif key in seen:
        c.reject(table.sheet, number, "Code", code, f"{place.name} stands already in row {seen[key]}.")
    else:
        seen[key] = number
        return True
    return False


def _read_columns(
    c: Collector, table: _Table, places: Places, columns: dict[int, str], *, item: str, unit: str
) -> None:
    """One item from whole columns (index -> period): ``population_series`` or ``density``."""
    seen: dict[str, int] = {}
    for number, code, name, kind, row in table.body():
        place = places.find(code, name, kind)
        if place is None or not _usable(c, table, place, number=number, code=code, seen=seen):
            continue
        for i, period in columns.items():
            if item == "population_series" and not whole_count(row[i]):
                c.reject(table.sheet, number, column_letter(i), row[i],
                         f"{name} in {period}: not a whole number of people above zero.")  # fmt: skip
                continue
            c.add(row[i], area=place, item=item, period=period, part="count" if unit == "people" else "value",
                  unit=unit, sheet=table.sheet, row=number, column=column_letter(i))  # fmt: skip


def _say_absent(c: Collector, table: _Table, present: bool, heading: str, what: str) -> None:
    """Report that a side sheet has lost its heading: the ages are still good, so the file is not refused for it."""
    if not present:
        c.reject(table.sheet, table.header + 1, "", heading, f"No column is headed {heading!r}: {what} may be short.")


def _series_columns(table: _Table) -> dict[int, str]:
    return {i: f"mid-{m[1]}" for i, h in enumerate(table.heads) if (m := re.fullmatch(r"mid-(\d{4})", h))}


def _density_columns(table: _Table, year: str) -> dict[int, str]:
    pattern = re.compile(rf"{year} people per sq\.? km|people per sq\.? km,? (mid-)?{year}")
    return {i: f"mid-{year}" for i, h in enumerate(table.heads) if pattern.fullmatch(h)}


def read(file: Sniff, register: Register) -> ReadResult:
    """Age bands, the series of all ages, and density, for councils, regions and England.

    Raises UnreadableFile when a heading, an age or the year is not there. A row whose single years do not sum to its
    printed total is rejected whole.
    """
    sheet = _sheet(file, _MYE2)
    assert sheet, "recognise() saw the sheet"
    ages = _Table.of(file, sheet, "All ages")
    year = _reference_year(file, ages)
    day = boundary_day(register, ages.codes(), period_end(f"mid-{year}"))
    places = Places(register, day)
    c = Collector(file.name, register)
    _read_ages(c, file, ages, places, f"mid-{year}")
    places.warn_of_absent(c, sheet, ages.header + 1)
    if series := _sheet(file, _MYE4):
        table = _Table.of(file, series)
        _say_absent(c, table, f"mid-{year}" in table.heads, f"Mid-{year}", "the series of earlier years")
        _read_columns(c, table, Places(register, day), _series_columns(table), item="population_series",
                      unit="people")  # fmt: skip
    if density := _sheet(file, _MYE5):
        table = _Table.of(file, density)
        _say_absent(c, table, bool(_density_columns(table, year)), f"{year} people per sq. km", "the density")
        _read_columns(c, table, Places(register, day), _density_columns(table, year), item="density",
                      unit="per_km2")  # fmt: skip
    note = pl.DataFrame([("boundaries", passed_over_note(places), ["population"])], schema=NOTE, orient="row")
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"population-mye/mid-{year}",
        title=f"Mid-year population estimates, mid-{year}, on boundaries of {day:%B %Y}", periods=c.periods(),
        revision=day.isoformat(), licence="OGL-3.0", observations=c.observations(), rejects=c.rejects(), notes=note,
    )  # fmt: skip
