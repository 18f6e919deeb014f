"""Reader of a plain table of residents by upper-tier council: all ages, 18-64, 65+ and 18+.

The headings are ``utla23_code, utla23_name, ..., all, pop_18_64, pop_65_plus, pop_18_plus`` (23 is the vintage of the
codes and changes). The reference year stands in the file's name (``..._mid2023.csv``).
"""

from __future__ import annotations

import re

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Council, Register, period_end
from evenhand.sources.cells import Collector, cell_text
from evenhand.sources.model import ReadResult
from evenhand.sources.population_common import Places, boundary_day, whole_count
from evenhand.sources.sniff import Sniff

NAME = "population_table"
PUBLISHER = "Office for National Statistics"

AGES = {"all": "all", "pop_18_64": "18-64", "pop_65_plus": "65+", "pop_18_plus": "18+"}
_CODE = re.compile(r"utla(\d{2})_code", re.IGNORECASE)


def _headings(file: Sniff) -> list[str]:
    return [h.strip().strip('"').lower() for h in file.head.split("\n", 1)[0].split(",")]


def recognise(file: Sniff) -> str | None:
    """The table's title when the first line has a ``utlaNN_code`` heading beside ``pop_...`` headings."""
    if file.kind != "csv":
        return None
    heads = _headings(file)
    if any(_CODE.fullmatch(h) for h in heads) and any(h.startswith("pop_") for h in heads):
        return "Residents by upper-tier council and age group"
    return None


def _year(file: Sniff, code_heading: str, c: Collector) -> str:
    """The reference year: from the file's name, else the vintage of the codes, with a warning that it was assumed."""
    if m := re.search(r"mid[-_ ]?((?:19|20)\d{2})", file.name, re.IGNORECASE):
        return m[1]
    m = _CODE.fullmatch(code_heading)
    assert m, "recognise() saw the heading"
    c.reject(
        "", 1, code_heading, file.name,
        f"Neither a heading nor the file's name says the year; mid-20{m[1]} is taken from the vintage of the codes.",
        severity="warning",
    )  # fmt: skip
    return f"20{m[1]}"


def _columns(file: Sniff, heads: list[str]) -> dict[str, int]:
    """Where the code, the name and the four ages stand. Raises UnreadableFile naming an absent heading."""
    code = next((h for h in heads if _CODE.fullmatch(h)), None)
    for wanted in ("utlaNN_code", *AGES):
        if (code is None) if wanted == "utlaNN_code" else (wanted not in heads):
            raise UnreadableFile(
                f"There is no column headed {wanted!r}.",
                where=Where(file.name, row=1),
                do="Nothing was loaded. Load the table with its headings unchanged.",
            )
    assert code
    return {"code": heads.index(code)} | {h: heads.index(h) for h in AGES}


def _counts(c: Collector, row: list[str], where: dict[str, int], number: int) -> dict[str, int] | None:
    """The four counts of a row, or None after reporting the cell or the sum that is wrong."""
    counts: dict[str, int] = {}
    for heading in AGES:
        cell = row[where[heading]] if where[heading] < len(row) else ""
        count = whole_count(cell)
        if count is None:
            c.reject("", number, heading, cell, "This is not a whole number of people, so the row is not used.")
            return None
        counts[heading] = count
    adults, parts = counts["pop_18_plus"], counts["pop_18_64"] + counts["pop_65_plus"]
    if adults != parts:
        c.reject("", number, "pop_18_plus", adults, f"18-64 and 65+ sum to {parts:,}, not to {adults:,}; row not used.")
        return None
    if not 0 < adults <= counts["all"]:
        c.reject(
            "", number, "all", counts["all"], f"{adults:,} adults among {counts['all']:,} residents; row not used."
        )
        return None
    return counts


def read(file: Sniff, register: Register) -> ReadResult:
    """One observation an area and age group; a row whose ages do not add up is rejected whole."""
    rows = [[cell_text(x) for x in r] for r in file.rows()]
    heads = [h.lower() for h in rows[0]]
    where = _columns(file, heads)
    c = Collector(file.name, register)
    period = f"mid-{_year(file, heads[where['code']], c)}"
    day = boundary_day(register, (r[where["code"]] for r in rows[1:] if len(r) > where["code"]), period_end(period))
    places = Places(register, day)
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        code = row[where["code"]] if where["code"] < len(row) else ""
        place = places.find(code, "")
        if place is None or isinstance(place, str):
            c.reject("", number, heads[where["code"]], code, place or "This is no upper-tier council.")
            continue
        key = place.id if isinstance(place, Council) else place.code
        if key in seen:
            c.reject("", number, heads[where["code"]], code, f"{place.name} stands already in row {seen[key]}.")
            continue
        seen[key] = number
        for heading, count in (_counts(c, row, where, number) or {}).items():
            c.add(count, area=place, item="population", period=period, part="count", unit="people", age=AGES[heading],
                  sheet="", row=number, column=heading)  # fmt: skip
    places.warn_of_absent(c, "", 1)
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"population-table/{period}",
        title=f"Residents by upper-tier council and age group, {period}", periods=c.periods(), revision="",
        licence="OGL-3.0", observations=c.observations(), rejects=c.rejects(),
    )  # fmt: skip
