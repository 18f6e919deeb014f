"""Every field by the official data quality rules: how many rows pass and fail, in the official words.

Source: CLD.md 7 and 1.1. The rules for what is mandatory are those of Release 1, for those of Release 2 are not
published. All rows read are counted; the central report counts rows after the same event is kept once. Three rules
need a field that is not kept beside the others: of them we count what is certain, and say of the rest that it cannot be
told. No value is shown: a cell can hold anything, a name too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, EventType, Mechanism, Reason
from evenhand.facts.cld.fields import EVENTS, Field, fields
from evenhand.facts.cld.lists import list_of
from evenhand.measures.cld.logic import Period, age, or_null

VALID, BLANK_FINE, BLANK, INVALID, RELEASE_1, UNDECIDED = (
    "Passed: Valid", "Passed: Blank (Not Mandatory)", "Failed: Blank (Mandatory)", "Failed: Invalid",
    "Failed: Release 1", "Blank: cannot tell whether mandatory",
)  # fmt: skip
RESULTS = (BLANK, INVALID, RELEASE_1, UNDECIDED, VALID, BLANK_FINE)
FAILED = (BLANK, INVALID, RELEASE_1)
_CLASSES = {"valid": VALID, "implausible": VALID, "invalid": INVALID, "release1": RELEASE_1}

SUBMISSION, PERSON, CARERS, COSTS = (
    "Submission information", "Person details", "Carers and linked service users", "Costs",
)  # fmt: skip
_MODULES = {
    SUBMISSION: ("la", "stated_start", "stated_end"),
    CARERS: ("caring_hours", "adults_cared_for", "link1", "link2", "link3"),
    COSTS: ("unit_cost", "frequency", "units"),
}
ORDER = (SUBMISSION, PERSON, "Events: all", *(f"Events: {name}s only" for name in EVENTS), CARERS, COSTS)


@dataclass(frozen=True)
class FieldCount:
    """One field of one council. results: rows by result. odd: of the valid, dates and numbers that cannot be right."""

    council: str
    field: Field
    module: str
    results: Mapping[str, int]
    odd: int

    @property
    def rows(self) -> int:
        """Rows that the field applies to."""
        return sum(self.results.values())

    @property
    def failed(self) -> int:
        """Rows that fail."""
        return sum(self.results.get(result, 0) for result in FAILED)


def module(field: Field) -> str:
    """The module of the official report in which a field stands."""
    for name, keys in _MODULES.items():
        if field.key in keys:
            return name
    if not field.applies:
        return PERSON
    return "Events: all" if len(field.applies) > 1 else f"Events: {field.applies[0]}s only"


def count_fields(dictionary: pl.DataFrame, records: ir.Table, period: Period) -> list[FieldCount]:
    """Every field of every council, in the order of the specification.

    dictionary: DICTIONARY of the reader. records: RECORDS. period: its last day tells ages, for the rule on employment.
    """
    sums = dictionary.group_by("la", "field", "event", "class").agg(pl.col("rows").sum())
    held: dict[tuple[str, str], dict[tuple[int | None, str], int]] = defaultdict(dict)
    for la, key, event, kind, rows in sums.iter_rows():
        held[la, key][event, kind] = rows
    needed = _needed(dictionary, records, period)
    out = []
    for la in sorted({la for la, _ in held}):
        out += [_count(la, field, held[la, key], needed[la]) for key, field in fields().items() if (la, key) in held]
    return out


def _count(la: str, field: Field, cells: dict[tuple[int | None, str], int], needed: Counter[str]) -> FieldCount:
    applies = {EVENTS.index(name) + 1 for name in field.applies}
    every = len(applies) in (0, len(EVENTS))
    results: Counter[str] = Counter()
    blank: Counter[int | None] = Counter()
    odd = 0
    for (event, kind), rows in cells.items():
        if not every and event not in applies:
            continue
        if kind == "blank":
            blank[event] += rows
        else:
            results[_CLASSES[kind]] += rows
            odd += rows if kind == "implausible" else 0
    sure, possible = _mandatory(field, blank, needed)
    total = blank.total()
    sure, possible = min(sure, total), min(possible, total)
    results += Counter({BLANK: sure, UNDECIDED: possible - sure, BLANK_FINE: total - possible})
    return FieldCount(la, field, module(field), {name: results[name] for name in RESULTS if results[name]}, odd)


def _mandatory(field: Field, blank: Counter[int | None], needed: Counter[str]) -> tuple[int, int]:
    """Of a field's blank cells, at least and at most how many are mandatory."""
    total = blank.total()
    match field.mandatory:
        case "always" | "when_applies":
            return total, total
        case "never":
            return 0, 0
        case "not_request":
            least = sum(blank[event] for event in (EventType.ASSESSMENT, EventType.SERVICE, EventType.REVIEW))
            return least, least
        case "event":
            least = max(0, total - needed["association"])
            return least, least
        case "planned_review":
            return max(0, total - needed["reviews"] + needed["planned"]), min(total, needed["planned"])
        case "not_financial" if field.key != "outcome":
            return max(0, total - needed["financial"]), total if needed["financial"] < total else 0
        case "ended":
            least = sum(blank[event] for event in (EventType.REQUEST, EventType.ASSESSMENT, EventType.REVIEW))
            return least + needed["ended"], least + needed["ended"]
        case _:
            return needed[field.key], needed[field.key]


def _numbers(dictionary: pl.DataFrame, field: str, starts: str) -> list[int]:
    """The listed values of a field whose words start so."""
    return [number for number, value in list_of(field).values.items() if value.words.startswith(starts)]


def _needed(dictionary: pl.DataFrame, records: ir.Table, period: Period) -> dict[str, Counter[str]]:
    """By council: blank cells that a rule of several fields makes mandatory, by field; and what other rules ask."""

    def said(field: str, starts: str) -> pl.DataFrame:
        listed = (pl.col("field") == field) & pl.col("number").is_in(_numbers(dictionary, field, starts))
        return dictionary.filter(listed)

    financial = said("assessment", "Financial")
    raws = [number for number in financial["raw_number"].unique().sort().to_list() if number is not None]
    out: dict[str, Counter[str]] = defaultdict(Counter)
    sums = records.group_by("la").agg(**{
        name: test.fill_null(False).cast("int64").sum() for name, test in _tests(records, raws, period).items()
    })  # fmt: skip
    for row in sums.to_pyarrow().to_pylist():
        out[row.pop("la")].update(row)
    for name, found in (("financial", financial), ("planned", said("review_reason", "Planned"))):
        for la, rows in found.group_by("la").agg(pl.col("rows").sum()).iter_rows():
            out[la][name] = rows
    reviews = dictionary.filter((pl.col("field") == "event") & (pl.col("event") == int(EventType.REVIEW)))
    for la, rows in reviews.group_by("la").agg(pl.col("rows").sum()).iter_rows():
        out[la]["reviews"] = rows
    return out


def _tests(rows: ir.Table, financial: list[int], period: Period) -> dict[str, ir.BooleanValue]:
    """Rows whose blank cell is mandatory, by field, for the rules that ask about other fields (fields.yaml)."""
    user = rows["client"] == ClientType.SERVICE_USER
    service = rows["event"] == EventType.SERVICE
    assessed = (rows["event"] == EventType.ASSESSMENT) & (
        rows["assessment_raw"].isin(financial) if financial else ibis.literal(False)
    )
    assessed = assessed.fill_null(False)
    born = ibis.date(rows["birth_year"].cast("int32"), rows["birth_month"].cast("int32"), ibis.literal(1, "int32"))
    years = age(born, ibis.literal(period.end))
    working = years.between(18, 64) & (rows["psr"] == Reason.LEARNING_DISABILITY)
    short = (Component.SHORT_TERM_RESIDENTIAL, Component.SHORT_TERM_NURSING, Component.CARER_RESPITE)
    kinds = rows["service"].isin((*codes.LONG_TERM, *codes.CARER_SUPPORT)).fill_null(False)
    own = or_null(rows["mechanism"], rows["mechanism"] != Mechanism.COMMISSIONED)
    costed = service & own & (kinds | rows["component"].isin(short).fill_null(False))
    return {
        "association": rows["event"].isnull() & (rows["client"] == ClientType.CARER_BY_ASSOCIATION),
        "employment": user & working & rows["employment"].isnull(),
        "funding": user & (rows["event"].isin((EventType.SERVICE, EventType.REVIEW)) | assessed)
        & rows["funding"].isnull(),
        "ended": service & rows["death"].notnull() & rows["end"].isnull(),
        "outcome": rows["event"].notnull() & ~assessed & rows["outcome"].isnull(),
        **{key: costed & rows[key].isnull() for key in ("unit_cost", "frequency", "units")},
    }  # fmt: skip
