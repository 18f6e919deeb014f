"""Each field's distinct values: what each means, how good it is, and in what form the engine is told.

A field has few distinct values however many rows there are: a list has dozens, dates thousands, costs tens of
thousands. Each is looked at once, here, so that both engines read alike; what identifies people is left in the engine.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import Judge, Mappings
from evenhand.sources.cld import values
from evenhand.sources.cld.model import BLANK, IMPLAUSIBLE, INVALID, RELEASE_1, VALID
from evenhand.sources.cld.sql import Sql
from evenhand.sources.cld.stage import Raw

# Fields whose raw words tell events apart, under the name of the column of numbers that stand for the words.
RAW_KEYS = {
    "event": "event_raw", "client": "client_raw", "service": "service_raw", "component": "component_raw",
    "route": "route_raw", "assessment": "assessment_raw",
}  # fmt: skip
DATES = ("birth", "death", "start", "end", "stated_start", "stated_end")
# Up to so many distinct values are told to the engine in the question itself, more as a table to join.
FEW = 64
FEW_COUNCILS = 400  # a join for the 153 of a national file costs more than all other fields' maps together
CLASSES = {VALID: 1, IMPLAUSIBLE: 2, INVALID: 3}


@dataclass
class Entry:
    """One distinct raw value of a field: rows that hold it, what it means, its class, and what was said of it."""

    raw: Any
    rows: int
    value: Any
    kind: str
    reason: str = ""
    place: int | None = None
    words: int | None = None


@dataclass
class FieldWords:
    """A field's distinct values. ``columns`` are what the engine is to make of the field: name, SQL type, and the
    SQL literal for each entry.
    """

    key: str
    entries: list[Entry] = field(default_factory=list)
    columns: dict[str, tuple[str, pa.DataType, list[Any]]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether any value was set aside."""
        return all(e.kind in (VALID, BLANK) for e in self.entries)


def distinct(sql: Sql, key: str) -> list[tuple[Any, int]]:
    """A field's distinct values, with rows, in a settled order; the blank one first."""
    found = sql.rows(f"SELECT f_{key} AS raw, count(*) AS n FROM cld_raw GROUP BY f_{key}")
    return sorted(((raw, int(n)) for raw, n in found), key=lambda pair: (pair[0] is not None, str(pair[0])))


def coded(sql: Sql, key: str, mapping: Mappings | None) -> FieldWords:
    """A field with a list: its number, its place in this dictionary, and for some the number of its raw words."""
    judge = Judge(key, mapping)
    words = FieldWords(key)
    for raw, rows in distinct(sql, key):
        number, kind = judge(raw)
        words.entries.append(Entry(raw, rows, number, kind))
    spoken = [e for e in words.entries if e.kind != BLANK]
    folded = {text: n for n, text in enumerate(sorted({e.raw.rstrip().casefold() for e in spoken}), start=1)}
    for place, entry in enumerate(spoken, start=1):
        entry.place, entry.words = place, folded[entry.raw.rstrip().casefold()]
    words.columns[key] = ("SMALLINT", pa.int16(), [e.value for e in words.entries])
    places = [e.place for e in words.entries]
    small = len(places) < 2**15
    words.columns[f"q_{key}"] = ("SMALLINT", pa.int16(), places) if small else ("INT", pa.int32(), places)
    if key in RAW_KEYS:
        words.columns[RAW_KEYS[key]] = ("INT", pa.int32(), [e.words for e in words.entries])
    return words


def dated(sql: Sql, key: str, latest: dt.date | None) -> FieldWords:
    """A field of dates; of a date of birth only the year and the month go on."""
    words = FieldWords(key)
    for raw, rows in distinct(sql, key):
        found = values.NOTHING if raw is None else values.field_date(key, raw, latest)
        words.entries.append(Entry(raw, rows, found.value, found.kind, found.reason))
    days = [e.value for e in words.entries]
    if key == "birth":
        words.columns["birth_year"] = ("SMALLINT", pa.int16(), [d.year if d else None for d in days])
        words.columns["birth_month"] = ("SMALLINT", pa.int16(), [d.month if d else None for d in days])
    else:
        words.columns[key] = ("DATE", pa.date32(), days)
    return _classed(words)


def counted(sql: Sql, key: str) -> FieldWords:
    """A field of pounds or units."""
    words = FieldWords(key)
    for raw, rows in distinct(sql, key):
        found = values.NOTHING if raw is None else values.number(raw)
        words.entries.append(Entry(raw, rows, found.value, found.kind, found.reason))
    words.columns[key] = ("DECIMAL(18, 2)", pa.decimal128(18, 2), [e.value for e in words.entries])
    return _classed(words)


def councils(sql: Sql, la: str | None, held: bool) -> tuple[FieldWords, tuple[str, ...]]:
    """The field of council codes, and the codes in order. la: the code of rows that have none."""
    words = FieldWords("la")
    for raw, rows in distinct(sql, "la") if held else []:
        text = "" if raw is None else " ".join(str(raw).split()).upper()
        text = text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
        words.entries.append(Entry(raw, rows, text or None, VALID if text else BLANK))
    codes = sorted({e.value for e in words.entries if e.value} | ({la} if la else set()))
    number = {code: n for n, code in enumerate(codes, start=1)}
    words.columns["la"] = ("STRING", pa.string(), [e.value for e in words.entries])
    words.columns["la_no"] = ("INT", pa.int32(), [number.get(e.value) for e in words.entries])
    return words, tuple(codes)


def empty(key: str) -> FieldWords:
    """A field that no file has."""
    return FieldWords(key)


def _classed(words: FieldWords) -> FieldWords:
    words.columns[f"q_{words.key}"] = ("SMALLINT", pa.int16(), [CLASSES.get(e.kind) for e in words.entries])
    return words


@dataclass
class Told:
    """How the engine is told a field's meanings.

    columns: SQL for each column made of the field. inner: the columns of these that are worked out where the rows are
    scanned, before any join. join, table: a join with a table of the meanings, where they are many.
    """

    columns: dict[str, str]
    inner: dict[str, str] = field(default_factory=dict)
    join: str = ""
    table: str = ""


def tell(sql: Sql, raw: Raw, words: FieldWords) -> Told:
    """The SQL of a field's columns: from the question itself where the values are few, from a joined table if not."""
    key = words.key
    entries = [(n, e) for n, e in enumerate(words.entries) if e.raw is not None]
    native = raw.types.get(key, "text")
    if not entries:
        return Told({name: f"CAST(NULL AS {kind})" for name, (kind, _, _) in words.columns.items()})
    if native in ("date", "number") and words.whole:
        return Told({name: _native(name, f"r.f_{key}", kind) for name, (kind, _, _) in words.columns.items()})
    few = len(entries) <= (FEW_COUNCILS if key == "la" else FEW)
    if native == "text" and few and all(e.raw.isprintable() for _, e in entries):
        return _few(sql, raw, words, entries)
    if native == "text" and (direct := _direct(key, [e for _, e in entries])):
        inner = {f"d_{key}": direct}
        return Told({name: _native(name, f"r.d_{key}", kind) for name, (kind, _, _) in words.columns.items()}, inner)
    table = f"cld_words_{key}"
    types = {"text": pa.string(), "date": pa.date32(), "number": pa.decimal128(18, 2)}
    arrays = {"raw": pa.array([e.raw for _, e in entries], types[native])}
    for name, (_, arrow, said) in words.columns.items():
        arrays[name] = pa.array([said[n] for n, _ in entries], arrow)
    sql.put(table, pa.table(arrays))
    join = f"LEFT JOIN {table} w_{key} ON r.f_{key} = w_{key}.raw"
    return Told({name: f"w_{key}.{name}" for name in words.columns}, {f"f_{key}": f"f_{key}"}, join, table)


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BRITISH_DAY = re.compile(r"\d{2}/\d{2}/\d{4}", re.ASCII)
_PENCE = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?", re.ASCII)


def _direct(key: str, entries: list[Entry]) -> str:
    """SQL that reads the text itself, where every value is plainly written and means what it says; "" if not so.

    The values have been looked at one by one, so nothing is left to the engine's own idea of a date or a number.
    """
    if any(e.value is None for e in entries):
        return ""
    column = f"f_{key}"
    if key in ("unit_cost", "units"):
        return f"CAST({column} AS DECIMAL(18, 2))" if all(_PENCE.fullmatch(e.raw) for e in entries) else ""
    if key not in DATES:
        return ""
    if any(e.kind != VALID for e in entries):
        return ""
    if all(_ISO_DAY.fullmatch(e.raw) for e in entries):
        return f"CAST({column} AS DATE)"
    if all(_BRITISH_DAY.fullmatch(e.raw) for e in entries):
        return (
            f"make_date(CAST(substr({column}, 7, 4) AS INT), CAST(substr({column}, 4, 2) AS INT), "
            f"CAST(substr({column}, 1, 2) AS INT))"
        )
    return ""


def _few(sql: Sql, raw: Raw, words: FieldWords, entries: list[tuple[int, Entry]]) -> Told:
    """Meanings in the question itself.

    DuckDB works a map out once for each word of a Parquet file's own dictionary, which costs nothing; of text that
    has no dictionary it makes an enumeration, five times quicker than the map, whose place picks from lists.
    """
    key = words.key
    column = f"f_{key}"
    inner = {}
    if sql.duck and any(source.kind == "csv" for source in raw.sources):
        listed = ", ".join(sql.text(e.raw) for _, e in entries)
        inner[f"e_{key}"] = f"enum_code(CAST({column} AS ENUM({listed}))) + 1"
        columns = {
            name: f"CAST([{', '.join(_literal(sql, said[n], kind) for n, _ in entries)}][r.e_{key}] AS {kind})"
            for name, (kind, _, said) in words.columns.items()
        }
        return Told(columns, inner)
    for name, (kind, _, said) in words.columns.items():
        pairs = {e.raw: _literal(sql, said[n], kind) for n, e in entries if said[n] is not None}
        inner[f"m_{name}"] = f"CAST({sql.meaning(column, pairs)} AS {kind})"
    return Told({name: f"r.m_{name}" for name in words.columns}, inner)


def _native(name: str, column: str, kind: str) -> str:
    """A column that is already of its type, and holds nothing that stands for something else."""
    if name in ("q_unit_cost", "q_units"):
        return (
            f"CAST(CASE WHEN {column} < 0 THEN {CLASSES[IMPLAUSIBLE]} WHEN {column} IS NOT NULL THEN 1 END AS {kind})"
        )
    if name.startswith("q_"):
        return f"CAST(CASE WHEN {column} IS NOT NULL THEN {CLASSES[VALID]} END AS {kind})"
    if name in ("birth_year", "birth_month"):
        return f"CAST({'year' if name == 'birth_year' else 'month'}({column}) AS {kind})"
    return column


def _literal(sql: Sql, value: Any, kind: str) -> str:
    if value is None:
        return "NULL"
    if kind == "DATE":
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, Decimal):
        return f"CAST({value} AS {kind})"
    return sql.text(value) if isinstance(value, str) else str(value)


def said(words: FieldWords) -> dict[str, int]:
    """Rows by what was said of their values, where something was."""
    out: dict[str, int] = defaultdict(int)
    for entry in words.entries:
        if entry.reason:
            out[entry.reason] += entry.rows
    return dict(out)


def heading(key: str) -> str:
    """A field's heading."""
    return fields()[key].heading


__all__ = ["CLASSES", "RAW_KEYS", "RELEASE_1", "Entry", "FieldWords", "Told", "coded", "councils", "counted", "dated",
           "heading", "said", "tell"]  # fmt: skip
