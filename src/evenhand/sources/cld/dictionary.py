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
# Up to so many distinct values are told to the engine in the question itself, more as a table to join: of a join
# every column pays for, of a list only its own.
FEW = 256
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
    words.columns[f"q_{key}"] = (*_narrow(len(places)), places)
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
    words.columns[f"q_{words.key}"] = (*_narrow(len(CLASSES)), [CLASSES.get(e.kind) for e in words.entries])
    return words


def _narrow(most: int) -> tuple[str, pa.DataType]:
    """The narrowest type for numbers up to ``most``: what is carried for each row is paid for in each."""
    kinds = (("TINYINT", pa.int8()), ("SMALLINT", pa.int16()), ("INT", pa.int32()))
    return next(kind for kind in kinds if most < 2 ** (kind[1].bit_width - 1))


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
    spoken = [(n, e) for n, e in entries if e.kind != BLANK]
    if not spoken:
        return Told({name: f"CAST(NULL AS {kind})" for name, (kind, _, _) in words.columns.items()})
    if native in ("date", "number") and words.whole:
        return Told({name: _native(name, f"r.f_{key}", kind) for name, (kind, _, _) in words.columns.items()})
    if native == "text" and len(spoken) <= FEW and all(e.raw.isprintable() for _, e in spoken):
        # What is blank means nothing in any column, as what is not listed does.
        return _few(sql, raw, words, spoken)
    if native == "text" and (told := _direct(sql, words, entries)):
        return told
    return _joined(sql, words, entries, native)


def _joined(sql: Sql, words: FieldWords, entries: list[tuple[int, Entry]], native: str) -> Told:
    """Meanings in a table, the blank's too: every row finds one.

    A join that leaves rows over (LEFT) breaks DuckDB's batches of rows in two, and the next join again, until they
    are so small that each join costs several times what it should.
    """
    table = f"cld_words_{words.key}"
    types = {"text": pa.string(), "date": pa.date32(), "number": pa.decimal128(18, 2)}
    arrays = {"raw": pa.array([*(e.raw for _, e in entries), None], types[native])}
    for name, (_, arrow, said) in words.columns.items():
        arrays[name] = pa.array([*(said[n] for n, _ in entries), None], arrow)
    sql.put(table, pa.table(arrays))
    alias, column = f"w_{words.key}", f"f_{words.key}"
    join = f"JOIN {table} {alias} ON r.{column} IS NOT DISTINCT FROM {alias}.raw"
    return Told({name: f"{alias}.{name}" for name in words.columns}, {column: column}, join, table)


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BRITISH_DAY = re.compile(r"\d{2}/\d{2}/\d{4}", re.ASCII)
_PENCE = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_POUNDS = re.compile(r"\u00a3?\d{1,3}(?:\d{0,9}|(?:,\d{3}){0,3})(?:\.\d{1,2})?", re.ASCII)


def _direct(sql: Sql, words: FieldWords, entries: list[tuple[int, Entry]]) -> Told | None:
    """SQL that reads the text itself, where all but a few values are plainly written and mean what they say.

    The values have been looked at one by one, so nothing is left to the engine's own idea of a date or a number; of
    the few that are otherwise the question says what they mean.
    """
    key, column = words.key, f"f_{words.key}"
    for pattern, read in _plain_forms(key, column):
        odd = [(n, e) for n, e in entries if e.kind != VALID or not pattern.fullmatch(e.raw)]
        if len(odd) <= FEW and len(odd) < len(entries) and all(e.raw.isprintable() for _, e in odd):
            return _read(sql, words, read, odd)
    return None


def _read(sql: Sql, words: FieldWords, read: str, odd: list[tuple[int, Entry]]) -> Told:
    """A field's columns of what the SQL ``read`` makes of its text; of the odd values, as they are told."""
    key = words.key
    if not odd:
        columns = {name: _native(name, f"r.d_{key}", kind) for name, (kind, _, _) in words.columns.items()}
        return Told(columns, {f"d_{key}": read})
    place = sql.place(f"f_{key}", [e.raw for _, e in odd])
    inner = {f"o_{key}": place, f"d_{key}": f"CASE WHEN {place} IS NULL THEN {read} END"}
    columns = {}
    for name, (kind, _, said) in words.columns.items():
        inner[f"m_{name}"] = sql.pick([_literal(sql, said[n], kind) for n, _ in odd], kind, place)
        plain = _native(name, f"r.d_{key}", kind)
        columns[name] = f"CASE WHEN r.o_{key} IS NULL THEN {plain} ELSE r.m_{name} END"
    return Told(columns, inner)


def _plain_forms(key: str, column: str) -> list[tuple[re.Pattern[str], str]]:
    """The plain ways to write a field's values, and SQL that reads a value so written."""
    if key in ("unit_cost", "units"):
        bare = f"replace(replace({column}, '\u00a3', ''), ',', '')"
        return [(_PENCE, f"CAST({column} AS DECIMAL(18, 2))"), (_POUNDS, f"CAST({bare} AS DECIMAL(18, 2))")]
    if key not in DATES:
        return []
    british = (
        f"make_date(CAST(substr({column}, 7, 4) AS INT), CAST(substr({column}, 4, 2) AS INT), "
        f"CAST(substr({column}, 1, 2) AS INT))"
    )
    return [(_ISO_DAY, f"CAST({column} AS DATE)"), (_BRITISH_DAY, british)]


def _few(sql: Sql, raw: Raw, words: FieldWords, entries: list[tuple[int, Entry]]) -> Told:
    """Meanings in the question itself, picked by the place of the text among the field's words.

    Of text that has no dictionary DuckDB makes an enumeration to find the place.
    """
    key = words.key
    column, columns, literals = f"f_{key}", {}, {}
    for name, (kind, _, said) in words.columns.items():
        told = [said[n] for n, _ in entries]
        if kind == "STRING" and all(value == e.raw for value, e in zip(said, words.entries, strict=True)):
            columns[name] = f"r.{column}"  # as it stands
        elif told == list(range(1, len(entries) + 1)):
            columns[name] = ""  # the place itself
        else:
            literals[name] = [_literal(sql, value, kind) for value in told]
    listed = [e.raw for _, e in entries]
    if sql.duck and any(source.kind == "csv" for source in raw.sources):
        inner = {f"e_{key}": f"enum_code(TRY_CAST({column} AS ENUM({', '.join(map(sql.text, listed))}))) + 1"}
        made = {name: sql.pick(said, words.columns[name][0], f"r.e_{key}") for name, said in literals.items()}
        place = f"r.e_{key}"
    else:
        place = sql.place(column, listed)
        inner = {f"m_{name}": sql.pick(said, words.columns[name][0], place) for name, said in literals.items()}
        made = {name: f"r.m_{name}" for name in literals}
        inner[f"p_{key}"], place = place, f"r.p_{key}"
    own = {name: said or f"CAST({place} AS {words.columns[name][0]})" for name, said in columns.items()}
    return Told(made | own, inner)


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
