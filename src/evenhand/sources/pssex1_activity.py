"""PSS-EX1 activity by council, 2009-10 to 2013-14: direct payments at 31 March, carers, home care, placements.

The publisher's CSV has a title, three or four rows of spanning headings, a row of codes (``A1.1, A2.1, ...``), a row a
council (``102 - Cumbria``), ``TOTAL England``, and notes. Codes move between years (A4.14 is people aged 65 to 74 in
2009-10 and people aged 65 and over from 2010-11; the total is A4.20 and later A4.18), so the columns that matter are
found by their heading, and the code must then be the one of that year. A column whose heading and code disagree stops
the reading: a figure under the wrong heading is worse than none.

What comes out, all as ``part`` "count":

- ``dp_clients`` (people with a direct payment on 31 March), ``homecare_clients``, ``daycare_clients`` and
  ``meals_clients``, by client group of the return RAP for ages 18 to 64, and by age;
- ``dp_carers_in_year`` by age, and ``dp_carers_snapshot`` (31 March);
- every other column as ``pssex1/<code>``, with its unit (people, weeks or hours) and its heading in the notes.
  Columns that count reviews or meals, which are neither, are not read.

Symbols: ``..`` is missing. ``-`` is "greater than 0 and less than or equal to 5": a number hidden, so *suppressed*,
and only where the file's own notes say so (2009-10). Counts are rounded to the nearest 5 by the publisher.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, Register
from evenhand.facts.status import Status
from evenhand.sources._finance import CELL, once, published_periods, report_absent, settle
from evenhand.sources.cells import Collector, cell_text, column_letter
from evenhand.sources.model import COMPARABILITY, NOTE, ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "pssex1_activity"
PUBLISHER = "Health and Social Care Information Centre"

_TITLE = re.compile(r"personal social services.*expenditure and unit cost.*?(\d{4}-\d{2}).*activity data", re.I)
_COUNCIL = re.compile(r"(\d{3})\s*-\s*(\S.*)")
_PERIODS = ("2009-10", "2010-11", "2011-12", "2012-13", "2013-14")

_PD, _MH, _LD = "rap:physical-disability", "rap:mental-health", "rap:learning-disability"
_GROUPS = {
    "physical disability, 18-64": ("18-64", _PD),
    "mental health, 18-64": ("18-64", _MH),
    "learning disability, 18-64": ("18-64", _LD),
    "total 18-64": ("18-64", "all"),
    "total 65 and over": ("65+", "all"),
    "total 65-74": ("65-74", "all"),
    "total 75-84": ("75-84", "all"),
    "total 85 and over": ("85+", "all"),
    "total all ages": ("all", "all"),
}
_SERVICES = {
    "direct payments": "dp_clients",
    "home care": "homecare_clients",
    "day care": "daycare_clients",
    "meals": "meals_clients",
}
_CARERS = {
    "young carers (aged 16-17)": "16-17",
    "carers aged 18-64": "18-64",
    "carers aged 65-74": "65-74",
    "carers aged 75-84": "75-84",
    "carers aged 85 and over": "85+",
}

Kind = tuple[str, str, str]  # item, age, reason
# The code each kind of figure must carry, in 2009-10, in 2010-11 and from 2011-12 ("" where the year has none).
_EXPECTED: dict[Kind, tuple[str, str, str]] = {
    ("homecare_clients", "18-64", _PD): ("A4.1", "A4.1", "A4.1"),
    ("daycare_clients", "18-64", _PD): ("A4.2", "A4.2", "A4.2"),
    ("dp_clients", "18-64", _PD): ("A4.3", "A4.3", "A4.3"),
    ("homecare_clients", "18-64", _MH): ("A4.4", "A4.4", "A4.4"),
    ("daycare_clients", "18-64", _MH): ("A4.5", "A4.5", "A4.5"),
    ("dp_clients", "18-64", _MH): ("A4.6", "A4.6", "A4.6"),
    ("homecare_clients", "18-64", _LD): ("A4.7", "A4.7", "A4.7"),
    ("daycare_clients", "18-64", _LD): ("A4.8", "A4.8", "A4.8"),
    ("dp_clients", "18-64", _LD): ("A4.9", "A4.9", "A4.9"),
    ("dp_clients", "18-64", "all"): ("A4.10", "A4.10", "A4.10"),
    ("homecare_clients", "65+", "all"): ("A4.11", "A4.11", "A4.11"),
    ("daycare_clients", "65+", "all"): ("A4.12", "A4.12", "A4.12"),
    ("meals_clients", "65+", "all"): ("A4.13", "A4.13", "A4.13"),
    ("dp_clients", "65-74", "all"): ("A4.14", "", ""),
    ("dp_clients", "75-84", "all"): ("A4.15", "", ""),
    ("dp_clients", "85+", "all"): ("A4.16", "", ""),
    ("dp_clients", "65+", "all"): ("", "A4.14", "A4.14"),
    ("homecare_clients", "all", "all"): ("A4.17", "A4.17", "A4.15"),
    ("daycare_clients", "all", "all"): ("A4.18", "A4.18", "A4.16"),
    ("meals_clients", "all", "all"): ("A4.19", "A4.19", "A4.17"),
    ("dp_clients", "all", "all"): ("A4.20", "A4.20", "A4.18"),
    ("dp_carers_in_year", "16-17", "all"): ("H3.1", "H3.1", "H3.1"),
    ("dp_carers_in_year", "18-64", "all"): ("H3.2", "H3.2", "H3.2"),
    ("dp_carers_in_year", "65-74", "all"): ("H3.3", "H3.3", "H3.3"),
    ("dp_carers_in_year", "75-84", "all"): ("H3.4", "H3.4", "H3.4"),
    ("dp_carers_in_year", "85+", "all"): ("H3.5", "H3.5", "H3.5"),
    ("dp_carers_snapshot", "all", "all"): ("H4", "H4", "H4"),
}
# What the other columns count, by the beginning of their code; None where it is neither people, weeks nor hours.
_UNITS: tuple[tuple[str, str | None], ...] = (
    ("A1", "people"), ("A2", None), ("A3", "people"), ("B", "people"), ("C", "weeks"), ("D", "weeks"),
    ("E4", "people"), ("E", "weeks"), ("F2", "hours"), ("F", "people"), ("G", "people"), ("I", "people"), ("J", None),
)  # fmt: skip

_BREAK = (
    "To 2010-11 the columns are headed 'Existing / new Direct payments and Personal Budgets', from 2011-12 "
    "'Direct payments': the later figures may leave out people whose personal budget was not a direct payment."
)
_CAUTIONS = (
    ("2009-10", "In 2009-10 people aged 65 and over are printed as 65-74, 75-84 and 85 and over only. The heading for "
                "65-74 counts direct payments and personal budgets, those for 75-84 and 85 and over direct payments."),
    ("2009-10", "Counts are rounded to the nearest 5, so that groups may not add up to their total."),
    ("2012-13", "The publisher's notes say that England totals include estimates for missing data items: England is "
                "not the sum of the councils. The notes of earlier years do not say whether theirs do."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the table: where it stands, its code, its own heading and all headings that span it."""

    index: int
    code: str
    own: str
    merged: str

    @property
    def letter(self) -> str:
        return column_letter(self.index)


def recognise(file: Sniff) -> str | None:
    """The publisher's title when the file is council-level PSS-EX1 activity, else None."""
    if file.kind != "csv":
        return None
    first = file.head.split("\n", 1)[0]
    m = _TITLE.search(first)
    return f"Personal Social Services Expenditure and Unit Costs {m[1]}: activity by council" if m else None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every figure of one year's file. Raises UnreadableFile when headings, codes or rows are not as published."""
    rows = file.rows()
    title = cell_text(rows[0][0])
    period = _period(title, file.name)
    code_row = _code_row(rows, file.name)
    columns = _columns(rows, code_row)
    kinds, rest = _identify(columns, period, file.name, code_row)
    body, notes = _split(rows, code_row)
    collector = Collector(file.name, register, symbols=_symbols(notes))
    _check_date(collector, columns, period, code_row)
    areas = {label: _area(collector, label, period) for _, label, _ in body}
    cells = pl.DataFrame(
        [
            (item, label, age, reason, "all", "count", unit, _at(cells, c), n, c.letter)
            for n, label, cells in body
            for c, (item, age, reason, unit) in (*kinds.items(), *rest.items())
        ],
        schema=CELL,
        orient="row",
    )
    observations = once(collector, settle(collector, cells, areas, period=period, thousands=False))
    report_absent(collector, areas.values(), period, code_row + 1)
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"pssex1-activity/{period}", title=title,
        periods=published_periods(observations), revision="final" if "final" in title.lower() else "",
        licence="OGL-3.0", observations=observations, rejects=collector.rejects(),
        notes=_notes(columns, {**kinds, **rest}, notes), comparability=_comparability(),
    )  # fmt: skip


def _at(cells: list[Cell], column: _Column) -> str:
    return cell_text(cells[column.index]) if column.index < len(cells) else ""


def _period(title: str, file: str) -> str:
    m = _TITLE.search(title)
    period = m[1] if m else ""
    if period not in _PERIODS:
        raise UnreadableFile(
            f"The title names the year {period or 'nowhere'}; this layout is known for 2009-10 to 2013-14.",
            where=Where(file, None, 1),
            do="Nothing was loaded.",
        )
    return period


def _code_row(rows: list[list[Cell]], file: str) -> int:
    """Index of the row of codes: the one with A1.1 and A2.1, and only codes in it."""
    for i, row in enumerate(rows[:12]):
        codes = [cell_text(c) for c in row if cell_text(c)]
        if {"A1.1", "A2.1"} <= set(codes):
            wrong = [c for c in codes if not re.fullmatch(r"[A-J]\d+(\.\d+)?", c)]
            twice = [c for c in codes if codes.count(c) > 1]
            if wrong or twice:
                bad = (wrong or twice)[0]
                at = [cell_text(c) for c in row].index(bad)
                raise UnreadableFile(
                    f"The row of codes has {bad!r} "
                    + ("twice." if twice and not wrong else "in it, which is no code."),
                    where=Where(file, None, i + 1, column_letter(at)),
                    do="Nothing was loaded. Load the publisher's own copy, unchanged.",
                )
            return i
    raise UnreadableFile(
        "None of the first 12 rows is the row of codes (A1.1, A2.1, ...).",
        where=Where(file),
        do="The table is not as the publisher lays it out. Nothing was loaded.",
    )


def _columns(rows: list[list[Cell]], code_row: int) -> list[_Column]:
    """Every coded column, with the headings that span it: each reaches right to the next in its row or above."""
    out = []
    spans = [""] * (code_row - 1)
    for j, code in enumerate(rows[code_row]):
        words = [re.sub(r"\s+", " ", cell_text(r[j]) if j < len(r) else "").strip() for r in rows[1:code_row]]
        for level, text in enumerate(words):
            if text:
                spans[level:] = [text] + [""] * (len(spans) - level - 1)
        if cell_text(code):
            own = next((w for w in reversed(words) if w), "")
            out.append(_Column(j, cell_text(code), own, " | ".join(s for s in spans if s)))
    return out


def _kind(column: _Column) -> Kind | None:
    """What a column counts, by the words of its headings; None when it is not one of the named kinds."""
    own, merged = column.own.lower(), column.merged.lower()
    if "people receiving services at 31 march" in merged:
        group = next((g for g in _GROUPS if own.startswith(g + ",")), None)
        service = next((s for s in _SERVICES if s in own.split("(")[0]), None)
        return (_SERVICES[service], *_GROUPS[group]) if group and service else None
    if own in _CARERS and "carers receiving direct payments during year" in merged:
        return ("dp_carers_in_year", _CARERS[own], "all")
    return ("dp_carers_snapshot", "all", "all") if own.startswith("carers receiving direct payments at 31") else None


Described = dict[_Column, tuple[str, str, str, str]]  # item, age, reason, unit


def _identify(columns: list[_Column], period: str, file: str, code_row: int) -> tuple[Described, Described]:
    """The named columns and the others. Raises UnreadableFile when a heading or a code is not that year's."""
    layout = 0 if period == "2009-10" else 1 if period == "2010-11" else 2
    expected = {kind: codes[layout] for kind, codes in _EXPECTED.items() if codes[layout]}
    by_code = {c.code: c for c in columns}
    found: dict[Kind, _Column] = {}
    for c in columns:
        kind = _kind(c)
        if kind and (kind not in expected or expected[kind] != c.code or kind in found):
            right = expected.get(kind)
            raise UnreadableFile(
                f"The column headed {c.own!r} carries the code {c.code}"
                + (f", not {right} as in {period}." if right else f", and {period} has no such column."),
                where=Where(file, None, code_row + 1, c.letter),
                do="Headings and codes have moved against each other. Nothing was loaded.",
            )
        if kind:
            found[kind] = c
    for kind, code in expected.items():
        if kind not in found:
            at = by_code.get(code)
            raise UnreadableFile(
                f"No column is headed as {kind[0]} for age {kind[1]}, {kind[2]} ({code})"
                + (f"; the column coded {code} is headed {at.own!r}." if at else f", and none is coded {code}."),
                where=Where(file, None, code_row + 1, at.letter if at else None),
                do="The table is not as the publisher lays it out. Nothing was loaded.",
            )
    named = {c: (*kind, "people") for kind, c in found.items()}
    return named, {c: d for c in columns if c not in named and (d := _describe(c, by_code))}


def _describe(column: _Column, by_code: dict[str, _Column]) -> tuple[str, str, str, str] | None:
    """Item, age, client group and unit of one of the other columns, or None when its unit is not one we hold."""
    unit = next((u for start, u in _UNITS if column.code.startswith(start)), None)
    if unit is None:
        return None
    parent = by_code.get(column.code.rpartition(".")[0])
    words = f"{column.own} {column.merged} {parent.own if parent else ''}".lower()
    age, reason = "all", "all"
    for text in (column.own.lower(), words):
        if re.search(r"65 (and|or) over|older people", text):
            age = "65+"
        elif "18-64" in text:
            age = "18-64"
        if age != "all":
            break
    for name, group in (("physical dis", _PD), ("mental health", _MH), ("learning dis", _LD),
                        ("substance misuse", "rap:substance-misuse"),
                        ("other vulnerable", "rap:other-vulnerable")):  # fmt: skip
        if name in words:
            reason = group
    return (f"pssex1/{column.code}", age, reason, unit)


Body = list[tuple[int, str, list[Cell]]]


def _split(rows: list[list[Cell]], code_row: int) -> tuple[Body, list[str]]:
    """The rows of figures (row number, label, cells) and the publisher's notes under them."""
    body: Body = []
    notes: list[str] = []
    for n, row in enumerate(rows[code_row + 1 :], code_row + 2):
        label = cell_text(row[0]) if row else ""
        if any(cell_text(c) for c in row[1:]):
            body.append((n, label, row))
        elif label and label.lower().rstrip(":") not in ("note", "notes"):
            notes.append(label)
    return body, notes


def _symbols(notes: list[str]) -> dict[str, Status]:
    """The symbols that the file's own notes explain; ``..`` always."""
    symbols = {"..": Status.MISSING}
    if any(re.match(r"-\s+means greater than 0", n) for n in notes):
        symbols["-"] = Status.SUPPRESSED
    return symbols


def _area(collector: Collector, label: str, period: str) -> Council | Area | str:
    """Whom a row is about: ``102 - Cumbria`` a council, ``TOTAL England`` the country."""
    if m := _COUNCIL.fullmatch(label):
        return collector.area(period=period, code=m[1], name=m[2])
    area = collector.register.area(label) or collector.register.area(re.sub(r"(?i)^total\s+", "", label))
    return area or f"The row label {label!r} names neither a council by its code nor England."


def _check_date(collector: Collector, columns: list[_Column], period: str, code_row: int) -> None:
    """Warn where a heading names another 31 March than the year's own (H4 of 2010-11 says 31 March 2010)."""
    own = str(int(period[:4]) + 1)
    for c in columns:
        m = re.search(r"at 31 March (\d{4})", c.own)
        if m and m[1] != own:
            collector.reject(
                "", code_row, c.letter, c.own,
                f"The heading says 31 March {m[1]} in the table of {period}; it is read as 31 March {own}.",
                severity="warning",
            )  # fmt: skip


def _notes(columns: list[_Column], described: Described, notes: list[str]) -> pl.DataFrame:
    """The publisher's notes, then the heading of every column under its code."""
    items = sorted({d[0] for d in described.values()})
    rows: list[tuple[str, str, list[str]]] = [(f"note {i}", n, items) for i, n in enumerate(notes, 1)]
    for c in columns:
        what = described.get(c)
        text = c.merged if what else f"{c.merged} (counts neither people, weeks nor hours: not read)"
        rows.append((c.code.lower(), text, [what[0]] if what else []))
    return pl.DataFrame(rows, schema=NOTE, orient="row")


def _comparability() -> pl.DataFrame:
    """Breaks and cautions of the series; the same rows from every file of the series."""
    rows = [("dp_clients", "dp_clients", "2011-12", "break", _BREAK)]
    rows += [("dp_clients", "dp_clients", period, "caution", text) for period, text in _CAUTIONS]
    return pl.DataFrame(rows, schema=COMPARABILITY, orient="row")
