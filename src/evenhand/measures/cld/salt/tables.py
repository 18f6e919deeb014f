"""All tables of long-term support at once: one pass over the records, one question to the engine, then words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.lists import lists
from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.crossed import Crossed, Key, crossed
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline import select
from evenhand.measures.cld.salt import longterm, others
from evenhand.measures.cld.salt.longterm import BLANK
from evenhand.measures.cld.salt.rows import submitted

NOT_RECORDED, NOT_APPLICABLE = "Not recorded", "Not applicable"
INVALID_OR_BLANK = "Invalid/NULL"
MECHANISMS = ("Direct payment", "CASSR managed personal budget", "CASSR commissioned support", NOT_RECORDED)
# Setting and mechanism of each rank of ``budgets``. In a care home the mechanism is not read.
SETTINGS: dict[int, tuple[str, str]] = {
    1: ("Nursing care", NOT_APPLICABLE),
    2: ("Residential care", NOT_APPLICABLE),
    **{rank: ("Community", MECHANISMS[rank - 3]) for rank in range(3, 7)},
    **{rank: ("Prison", MECHANISMS[rank - 6]) for rank in range(7, 10)},
}
CARER_SUPPORT = (
    "Direct payment only", "CASSR managed personal budget", "CASSR commissioned support only",
    "Support direct to carer: Unknown delivery mechanism", "Information, advice and other universal services",
    "No direct support provided to carer",
)  # fmt: skip
_REASON = ("council_code", "age_band", "primary_support_reason", "setting", "mechanism")
HEADINGS: dict[str, Key] = {
    "lts001a": _REASON,
    "lts001b_1": _REASON,
    "lts001b_2": ("council_code", "age_band", "has_unpaid_carer", "setting", "mechanism"),
    "lts001b_3": ("council_code", "sex", "ethnicity", "setting", "mechanism"),
    "lts001c": _REASON,
    "lts003": ("council_code", "client", "support_provided", "age_band"),
    "lts004_1": ("council_code", "primary_support_reason", "employment_status", "sex"),
    "lts004_2": ("council_code", "home", "accommodation_status", "sex"),
}
_CARERS, _WORK, _HOME = range(6, 9)  # after the tables of ``longterm``
_NAMES = ("lts001a", "lts001b_1", "lts001b_2", "lts001b_3", "lts001b_3", "lts001c", "lts003", "lts004_1", "lts004_2")


@dataclass(frozen=True)
class Salt:
    """The tables by name, and sentences for the person who asked (councils without a usable submission)."""

    tables: dict[str, Crossed]
    notes: tuple[str, ...]


def salt(
    engine: Engine, records: ir.Table, submissions: ir.Table, period: Period, options: Options,
    *, as_of: dt.date | None = None, births: ir.Table | None = None,
) -> Salt:  # fmt: skip
    """Every table. records: RECORDS. submissions: SUBMISSIONS. births: la, pseudonym, birth; see ``submitted``."""
    try:
        selection = select(submissions, period, as_of=as_of, joined=False, basis="stated")
    except EvenhandError as none:
        empty = {name: Crossed(name, headings, {}) for name, headings in HEADINGS.items()}
        return Salt(empty, (f"The tables of long-term support are empty. {none}",))
    used = [one.submission for one in selection.single]
    rows = submitted(engine, records, used, None if options.lts_age_row_level else births, period, options)
    counted = longterm.people_counted(rows, period, options)
    found = {_CARERS: others.carers(rows), _WORK: others.employed(rows, options), _HOME: others.housed(rows, options)}
    every = ibis.union(
        counted.select("la", "table", "who", "value", "rank"),
        *(
            people.select(
                "la", "who", "value", table=ibis.literal(table, "int16"), rank=ibis.literal(0, "int16")
            ).select("la", "table", "who", "value", "rank")
            for table, people in found.items()
        ),
    )
    keys = ("la", "table", "who", "value", "rank")
    answer = every.group_by(*keys).agg(people=every.count()).to_pyarrow().to_pylist()
    answer.sort(key=lambda row: [row[name] for name in keys])
    cells: dict[str, list[tuple[Key, int]]] = {name: [] for name in HEADINGS}
    for row in answer:
        cells[_NAMES[row["table"]]].append((_key(row["la"], row["table"], row), row["people"]))
    engine.drop("salt_rows")
    tables = {name: crossed(name, HEADINGS[name], held) for name, held in cells.items()}
    return Salt(tables, tuple(note for note in selection.notes if note.startswith("Council")))


def _key(council: str, table: int, row: dict[str, int]) -> Key:
    """A counted row's words."""
    return (council, *_words(table, row["who"], row["value"], row["rank"]))


def _words(table: int, who: int, value: int, rank: int) -> Iterator[str]:
    if table in (longterm.IN_YEAR, longterm.LAST_DAY, longterm.OVER_A_YEAR):
        yield "65 and over" if who == longterm.OLDER else "18 to 64"
        yield _said("psr", value, table != longterm.OVER_A_YEAR)
        yield from SETTINGS[rank]
    elif table == longterm.BY_CARER:
        yield "All ages"
        yield _said("yes_no", value)
        yield from SETTINGS[rank]
    elif table == longterm.BY_ETHNICITY:
        yield _said("gender", who)
        yield _said("ethnicity", value)
        yield from SETTINGS[rank]
    elif table == longterm.OTHER_GENDER:
        yield from ("Other or Unknown", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE)
    elif table == _CARERS:
        yield from ("Unpaid carer", CARER_SUPPORT[value - 1], others.AGES[who])
    elif table == _WORK:
        yield from ("Learning disability support", _said("employment", value), _said("gender", who))
    else:
        held = lists()["accommodation"].values.get(value)
        yield INVALID_OR_BLANK if held is None else "Settled" if held.flags["settled"] else "Unsettled"
        yield from (_said("accommodation", value), _said("gender", who))


def _said(name: str, value: int, both: bool = True) -> str:
    """A value's Release 2 words. both: an invalid and a blank value print alike."""
    if both and value == 0:
        return INVALID_OR_BLANK
    return lists()[name].words(value) if value != BLANK else "Blank"
