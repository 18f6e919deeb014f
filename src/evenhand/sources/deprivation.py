"""Reader of the English indices of deprivation, File 11: summaries for upper-tier councils (editions 2019 and 2025).

One sheet an index (``IMD``, ``Income``, ... ``IDAOPI``), headings in row 1, often with trailing or double spaces. Items
are ``imd/average_score``, ``idaopi/average_rank`` and so on. Scores and ranks have no unit of people: the unit is
``index``. A higher score is more deprived; of ranks, 1 is the most deprived except for "average rank", where the
publisher averages neighbourhood ranks turned round so that higher is more deprived.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Register, period_end
from evenhand.sources.cells import Collector, cell_text, column_letter, find_header
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.population_common import Places
from evenhand.sources.sniff import Cell, Sniff

NAME = "deprivation"
PUBLISHER = "Ministry of Housing, Communities and Local Government"

INDICES = ("IMD", "Income", "Employment", "Education", "Health", "Crime", "Barriers", "Living", "IDACI", "IDAOPI")
_CODE = re.compile(r"upper[- ]tier local authority district code \((\d{4})\)", re.IGNORECASE)
# the end of a heading -> the end of an item; what stands before it only repeats the sheet
FIGURES: dict[str, str] = {
    "average rank": "average_rank",
    "rank of average rank": "rank_of_average_rank",
    "average score": "average_score",
    "rank of average score": "rank_of_average_score",
    "proportion of lsoas in most deprived 10% nationally": "proportion_most_deprived_10",
    "rank of proportion of lsoas in most deprived 10% nationally": "rank_of_proportion_most_deprived_10",
    "extent": "extent",
    "rank of extent": "rank_of_extent",
    "local concentration": "local_concentration",
    "rank of local concentration": "rank_of_local_concentration",
}
# The codes of an edition are of an earlier year: the 2025 indices are printed on councils of 2024.
EDITION_OF_CODES = {"2019": "2019", "2024": "2025", "2025": "2025"}


def _norm(cell: Cell) -> str:
    return re.sub(r"\s+", " ", cell_text(cell)).strip()


def _vintage(file: Sniff) -> str | None:
    """The year of the council codes, as the first heading of the sheet IMD says it."""
    if "IMD" not in file.sheets:
        return None
    for row in file.rows("IMD")[:10]:
        for cell in row:
            if m := _CODE.fullmatch(_norm(cell)):
                return m[1]
    return None


def recognise(file: Sniff) -> str | None:
    """The table's title when a workbook's sheet IMD is headed by upper-tier codes."""
    try:
        known = file.kind in ("xlsx", "xls", "ods") and _vintage(file)
    except UnreadableFile:  # a foreign workbook with an unreadable sheet of that name
        return None
    return "English indices of deprivation, upper-tier summaries (File 11)" if known else None


def _edition(file: Sniff, vintage: str) -> str:
    """The year of the indices: from a heading "IMD 2019 - Extent", else from the file's name, else from the codes."""
    for row in file.rows("IMD")[:10]:
        for cell in row:
            if m := re.match(r"(?:IMD|IoD) ?(20\d\d)\b", _norm(cell), re.IGNORECASE):
                return m[1]
    if m := re.search(r"IoD ?_?(20\d\d)", file.name, re.IGNORECASE):
        return m[1]
    if vintage in EDITION_OF_CODES:
        return EDITION_OF_CODES[vintage]
    raise UnreadableFile(
        f"The councils are those of {vintage}, and nothing says which year's indices these are.",
        where=Where(file.name, "IMD", 1),
        do="Nothing was loaded. Keep the publisher's file name, which has IoD and the year in it.",
    )


def _revision(file: Sniff) -> str:
    m = re.search(r"_(v\d+)\b", file.path.stem, re.IGNORECASE)
    return m[1].lower() if m else ""


def _read_sheet(c: Collector, file: Sniff, sheet: str, places: Places, *, vintage: str, period: str) -> list[str]:
    """One index; returns the headings that were passed over."""
    rows = file.rows(sheet)
    code_heading = f"Upper Tier Local Authority District code ({vintage})"
    header = find_header(rows, (code_heading,), file=file.name, sheet=sheet)
    heads = [_norm(h).lower() for h in rows[header]]
    at_code = heads.index(code_heading.lower())
    columns: dict[int, str] = {}
    passed: list[str] = []
    for i, heading in enumerate(heads):
        figure = FIGURES.get(heading.rsplit(" - ", 1)[-1])
        if figure:
            columns[i] = f"{sheet.lower()}/{figure}"
        elif i != at_code and heading and " name (" not in heading:
            passed.append(f"{sheet}: {_norm(rows[header][i])}")
    _need_scores(file, sheet, header, columns)
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        code = _norm(row[at_code])
        if not code:
            continue
        place = places.find(code, "")
        if place is None or isinstance(place, str):
            c.reject(sheet, number, column_letter(at_code), code, place or f"{code} is no upper-tier council.")
            continue
        if code in seen:
            c.reject(sheet, number, column_letter(at_code), code, f"{place.name} stands already in row {seen[code]}.")
            continue
        seen[code] = number
        for i, item in columns.items():
            c.add(row[i], area=place, item=item, period=period, part="value", unit="index", sheet=sheet, row=number,
                  column=column_letter(i))  # fmt: skip
    return passed


def _need_scores(file: Sniff, sheet: str, header: int, columns: dict[int, str]) -> None:
    """A sheet without its average score is not the publisher's: raise rather than load half an index."""
    have = list(columns.values())
    for figure in ("average_score", "average_rank"):
        if have.count(f"{sheet.lower()}/{figure}") != 1:
            raise UnreadableFile(
                f"There is not exactly one column for {figure.replace('_', ' ')!r}.",
                where=Where(file.name, sheet, header + 1),
                do="Nothing was loaded. Load the publisher's own copy, unchanged.",
            )


def read(file: Sniff, register: Register) -> ReadResult:
    """Every index of the workbook for every upper-tier council of its vintage."""
    vintage = _vintage(file)
    assert vintage, "recognise() saw the heading"
    period = _edition(file, vintage)
    # Resolved at the end of the codes' own year: a council that merged later still stands in this file.
    places = Places(register, period_end(vintage))
    c = Collector(file.name, register)
    passed: list[str] = []
    for sheet in file.sheets:
        if sheet in INDICES:
            passed += _read_sheet(c, file, sheet, places, vintage=vintage, period=period)
    places.warn_of_absent(c, "IMD", 1)
    notes = [("passed over", "; ".join(passed), ["imd/average_score"])] if passed else []
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"deprivation/{period}",
        title=f"English indices of deprivation {period}, upper-tier summaries (File 11)", periods=c.periods(),
        revision=_revision(file), licence="OGL-3.0", observations=c.observations(), rejects=c.rejects(),
        notes=pl.DataFrame(notes, schema=NOTE, orient="row"),
    )  # fmt: skip
