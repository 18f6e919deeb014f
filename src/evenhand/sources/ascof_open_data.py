"""Reader of the ASCOF open data in long form: one row an area, measure, group of people and part, CSV or XLSX.

NHS Digital published it for the years to 2022-23 and the Department of Health and Social Care does so since. The
spelling of headings, levels and ages changes from year to year; the year itself stands only in the file's name.

``Base`` is the number of people who answered a survey, as the ODS tables call *number of respondents*; the
denominator beside it is the weighted number of people they stand for (Base 225 with a denominator of 2,200).

A measure code carries its group of people at the end (``1C2A1864`` is 1C(2A) for ages 18 to 64), and the column
*Disaggregation Level* says it in words; the two must agree.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register
from evenhand.sources._ascof import (
    LICENCE,
    NEW,
    OLD,
    framework_of,
    item_of,
    period_in,
    periods_of,
    revision_in,
    settle,
    unit_of,
)
from evenhand.sources.cells import Collector, cell_text, column_letter
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "ascof_open_data"
PUBLISHER = "NHS Digital"
LATER_PUBLISHER = "Department of Health and Social Care"  # of the framework of 2023-24 on

# What each column is called in one year or another, in lower case.
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("geographical code", "geography code"),
    "name": ("geographical description", "geography description"),
    "level": ("geographical level", "geography level"),
    "gss": ("ons code", "ons area code", "ons geography code"),
    "measure": ("ascof measure code", "measure code"),
    "group": ("disaggregation level", "disaggregation"),
    "part": ("measure type",),
    "value": ("measure value", "value"),
}
PARTS = {
    "numerator": "numerator",
    "denominator": "denominator",
    "outcome": "value",
    "base": "respondents",
    "margin of error": "margin_of_error",
}
LEVELS = {
    "council": "council",
    "local authority": "council",
    "region": "region",
    "regional": "region",
    "council type": "council_type",
    "england": "country",
    "national": "country",
}
# Disaggregation level -> age, sex, and the ending of the measure code. "Total" has no ending.
GROUPS: dict[str, tuple[str, str, str]] = {
    "total": ("all", "all", ""),
    "all": ("all", "all", ""),
    "18-64": ("18-64", "all", "1864"),
    "64 and under": ("under-65", "all", "64U"),
    "65 and over": ("65+", "all", "65OV"),
    "65-74": ("65-74", "all", "6574"),
    "65-84": ("65-84", "all", "6584"),
    "75-84": ("75-84", "all", "7584"),
    "85 and over": ("85+", "all", "85OV"),
    "female": ("all", "female", "F"),
    "male": ("all", "male", "M"),
}
NO_CODE = re.compile(r"\[[xcz]\]|[:*]|\.\.", re.IGNORECASE)
# Codes that only one framework has: a file that holds one of the other framework is not of the year it says.
ONLY = {
    OLD: {"1C(1A)", "1C(1B)", "1C(2A)", "1C(2B)", "1F", "1G", "1H", "1I(1)", "1I(2)", "1J", "2B(1)", "2B(2)"},
    NEW: {"2D(1)", "2D(2)", "2E(1)", "3C(1)", "3C(2)", "3D(1a)", "3D(2a)", "5A(1)", "5A(2)", "6A", "6B"},
}


def _header(rows: list[list[Cell]]) -> dict[str, int] | None:
    """Column name -> index when the first row is the header of this format, else None."""
    first = [re.sub(r"\s+", " ", cell_text(c)).lower() for c in (rows[0] if rows else [])]
    found = {k: next((first.index(n) for n in names if n in first), -1) for k, names in HEADINGS.items()}
    return found if all(i >= 0 for i in found.values()) else None


def _sheet_of(file: Sniff) -> str | None:
    """The sheet that holds the table, or None: the one whose first row looks like this format."""
    for sheet in file.sheets[:5]:
        rows = file.rows(sheet)
        first = {re.sub(r"\s+", " ", cell_text(c)).lower() for c in (rows[0] if rows else [])}
        # Two telling headings are enough to know the format; `read` then says which of the others is lacking.
        if first & set(HEADINGS["measure"]) and len(first & {n for names in HEADINGS.values() for n in names}) >= 5:
            return sheet
    return None


def recognise(file: Sniff) -> str | None:
    """The table's title when the file is ASCOF open data in long form, else None."""
    if file.kind == "csv" and "measure code" not in file.head.split("\n", 1)[0].lower():
        return None
    if file.kind not in ("csv", "xlsx", "ods") or _sheet_of(file) is None:
        return None
    period = period_in(file.name)
    return f"Adult Social Care Outcomes Framework, open data{f' {period}' if period else ''}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure code and its disaggregation say together."""

    item: str
    age: str
    sex: str


def _group_key(text: str) -> str:
    """``18 to 64`` as ``18-64``, ``65+`` as ``65 and over``, in lower case."""
    text = re.sub(r"^(?:age[ds]? )", "", text.strip().lower())
    text = re.sub(r"(\d+) ?(?:to|–) ?(\d+)", r"\1-\2", text)
    return re.sub(r"^(\d+)\+$", r"\1 and over", text)


def measured(code: str, group: str, framework: str) -> Measured | str:
    """The item, age and sex of a code, or a sentence saying why it is not understood.

    >>> measured("1C2A1864", "18-64", OLD)
    Measured(item='ascof2011/1C(2A)', age='18-64', sex='all')
    >>> measured("1C2A1864", "65 and over", OLD)
    '1C2A1864 does not end as a code for 65 and over does (65OV).'
    """
    known = GROUPS.get(_group_key(group))
    if known is None:
        return f"Evenhand does not read the division {group!r}."
    age, sex, ending = known
    bare = code.strip().upper()
    plain = item_of(bare, framework)
    if ending and bare.endswith(ending):
        plain = item_of(bare[: -len(ending)], framework)
    elif ending and not (plain and framework == NEW):
        return f"{code} does not end as a code for {group} does ({ending})."
    if plain is None:
        return f"{code} is not the code of a measure for {group}."
    return Measured(plain, age, sex)


def read(file: Sniff, register: Register) -> ReadResult:
    """All rows of the table.

    Raises UnreadableFile when the file's name does not say the year, when a column is missing, when there are no
    rows, or when the measures are of another framework than the year's.
    """
    sheet = _sheet_of(file)
    rows = file.rows(sheet or "")
    at = _header(rows)
    if at is None:
        _lacking(file, sheet or "", rows)
    assert at is not None
    period = period_in(file.name)
    if period is None:
        raise UnreadableFile(
            "The name of this file does not say which year it is for, and nothing inside it does.",
            where=Where(file.name),
            do="Keep the publisher's file name (for example meas-from-asc-of-eng-1920-open-data-csv.csv) and load it "
            "again under that name.",
        )
    if len(rows) < 2:
        raise UnreadableFile("The table has headings and no rows.", where=Where(file.name, sheet or None, 1),
                             do="Download it again from the publisher. Nothing was loaded.")  # fmt: skip
    into = Collector(file.name, register)
    _collect(rows, at, sheet or "", period, into)
    observations, rejects = settle(into)
    return ReadResult(
        reader=NAME,
        publisher=PUBLISHER if framework_of(period) == OLD else LATER_PUBLISHER,
        table=f"ascof-open-data/{period}",
        title=f"Adult Social Care Outcomes Framework, open data {period}",
        periods=periods_of(observations),
        revision=revision_in(file.name),
        licence=LICENCE,
        observations=observations,
        rejects=rejects,
    )


def _shown(heading: str) -> str:
    """A heading in lower case as the publisher writes it: ``ONS Code``."""
    return " ".join(w.upper() if w in ("ons", "ascof") else w.capitalize() for w in heading.split())


def _lacking(file: Sniff, sheet: str, rows: list[list[Cell]]) -> None:
    """Raise the error that names the first column the header lacks."""
    first = {re.sub(r"\s+", " ", cell_text(c)).lower() for c in (rows[0] if rows else [])}
    lacking = next(names[0] for names in HEADINGS.values() if not first & set(names))
    raise UnreadableFile(
        f"There is no column {_shown(lacking)!r}.",
        where=Where(file.name, sheet or None, 1),
        do="The table is not as the publisher lays it out. Nothing was loaded.",
    )


def _collect(rows: list[list[Cell]], at: dict[str, int], sheet: str, period: str, into: Collector) -> None:
    """Give every row to the collector. Codes, areas and parts repeat thousands of times, so each is looked up once."""
    framework = framework_of(period)
    letters = {k: column_letter(i) for k, i in at.items()}
    codes: dict[tuple[str, str], Measured | str] = {}
    places: dict[tuple[str, str, str, str], Council | Area | str] = {}
    unread: Counter[str] = Counter()
    first_unread: dict[str, tuple[int, str]] = {}
    for n, row in enumerate(rows[1:], start=2):
        said = {k: cell_text(row[i]) if i < len(row) else "" for k, i in at.items() if k != "value"}
        if not any(said.values()):
            continue
        key = (said["measure"], said["group"])
        if key not in codes:
            codes[key] = measured(*key, framework)
            _same_framework(codes[key], framework, Where(into.file, sheet or None, n, letters["measure"]), period)
        what = codes[key]
        if isinstance(what, str):
            unread[what] += 1
            first_unread.setdefault(what, (n, said["measure"]))
            continue
        part = PARTS.get(said["part"].lower())
        if part is None:
            into.reject(sheet, n, letters["part"], said["part"], "This is not a measure type that Evenhand knows.")
            continue
        place = (said["code"], said["gss"], said["name"], said["level"])
        if place not in places:
            places[place] = _place(place, period, into)
        into.add(
            row[at["value"]] if at["value"] < len(row) else "", area=places[place], item=what.item, period=period,
            part=part, unit=unit_of(what.item, part), sheet=sheet, row=n, column=letters["value"], age=what.age,
            sex=what.sex, whole=True,
        )  # fmt: skip
    for why, count in unread.items():
        n, code = first_unread[why]
        into.reject(sheet, n, letters["measure"], code, f"{why} {count:,} row{'s' if count > 1 else ''} of it, this "
                    "one first, are not used." if count > 1 else f"{why} This row is not used.")  # fmt: skip


def _same_framework(what: Measured | str, framework: str, where: Where, period: str) -> None:
    """Raise when a code belongs to the other framework only: the file's name then gives a wrong year."""
    other = NEW if framework == OLD else OLD
    if isinstance(what, str):
        return
    code = what.item.removeprefix(framework)
    if code.upper() in {c.upper() for c in ONLY[other]} - {c.upper() for c in ONLY[framework]}:
        side = "from 2023-24 on" if other == NEW else "before 2023-24"
        raise UnreadableFile(
            f"{code} is a measure of the framework {side}, but the file's name says {period}.",
            where=where,
            do="Give the file the name it had on the publisher's page. Nothing was loaded.",
        )


def _place(said: tuple[str, str, str, str], period: str, into: Collector) -> Council | Area | str:
    """The area of a row (its code, ONS code, name and level), which must be of the level that the row says."""
    code, gss, name, level = ("" if NO_CODE.fullmatch(t) else t for t in said)
    found = into.area(period=period, code=code, gss=gss, name=name)
    if isinstance(found, str):
        return found
    expected = LEVELS.get(level.strip().lower())
    if expected is None:
        return f"{level!r} is not a geographical level that Evenhand knows."
    own = "council" if isinstance(found, Council) else found.level
    return found if own == expected else f"The row says {level}, but {code or gss} is {found.name}."
