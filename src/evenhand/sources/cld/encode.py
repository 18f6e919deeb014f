"""Every row in the terms of the dictionaries: typed, mapped, pseudonymised, numbered. Rows that cannot be used go.

A row cannot be used when it is empty, when nobody knows its council, or when its start, its end or its date of death
cannot be read: without an end a service would seem to go on, and without a date of death a person would seem to live.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from evenhand.facts.cld.fields import fields
from evenhand.sources.cld.dictionary import CLASSES, RAW_KEYS, FieldWords, Told, heading, tell
from evenhand.sources.cld.model import BLANK, INVALID, VALID
from evenhand.sources.cld.sql import Sql
from evenhand.sources.cld.stage import Raw

# The columns of RECORDS (measures.cld.tables), which a test holds equal to these.
RECORDS = {
    "record": "BIGINT", "submission": "INT", "la": "STRING", "nhs": "STRING", "gender": "SMALLINT",
    "ethnicity": "SMALLINT", "birth_year": "SMALLINT", "birth_month": "SMALLINT", "death": "DATE",
    "client": "SMALLINT", "psr": "SMALLINT", "accommodation": "SMALLINT", "employment": "SMALLINT",
    "has_carer": "SMALLINT", "funding": "SMALLINT", "event": "SMALLINT", "start": "DATE", "end": "DATE",
    "outcome": "SMALLINT", "service": "SMALLINT", "component": "SMALLINT", "mechanism": "SMALLINT",
    "la_person": "STRING", "link1": "STRING", "link2": "STRING", "link3": "STRING",
    **dict.fromkeys(RAW_KEYS.values(), "INT"),
    "unit_cost": "DECIMAL(18, 2)", "frequency": "SMALLINT", "units": "DECIMAL(18, 2)", "conversation": "SMALLINT",
}  # fmt: skip
IDS = ("nhs", "la_person", "link1", "link2", "link3")
# An id that less than one row in so many has (most councils fill the first link at most) is hidden where it stands: a
# join that finds nothing costs as much as any other.
SELDOM = 50
# The most values of a column that packs several fields' numbers: few enough to count rows by in an array.
PACKED = 1024

# Fields whose values are judged by their shape, inside the engine: field, and the pattern of a valid value.
SHAPES = {
    "postcode": "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}", "practice": "[A-Za-z][0-9]{5}",
    "provider": "1-[0-9]{5,12}", "adults_cared_for": "[0-9]{1,2}", "needs": "(?:.|[\n\r])*",
    "caring_hours": "(?:.|[\n\r])*",
}  # fmt: skip

EMPTY, NO_COUNCIL = "The row is empty", "The row names no council"
CUTS = ("start", "end", "death")
STATED = ("stated_start", "stated_end")  # a submission's own; no record keeps them
FAULTS = (EMPTY, NO_COUNCIL, *(f"{heading(key)} cannot be read" for key in CUTS))


@dataclass
class Ids:
    """How identifiers are told: tables to join, by field; and SQL that hides in its place one that few rows have."""

    tables: dict[str, str] = field(default_factory=dict)
    direct: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells a field's values (of fields without a list, its classes) apart in the records' table.

    The number is ``column`` itself; or, where the column holds several fields' numbers, what is left of it on division
    by ``width`` after a division by ``stride``, with 0 for a blank. which: the number of a dictionary's entry it is.
    """

    column: str
    which: str = "place"
    stride: int = 1
    width: int = 0


@dataclass
class Encoded:
    """What was written.

    table: the name of the records' table. judged: for each field of more than one class what tells them apart.
    present: for each other field the column that holds something where the field does. carried: columns that are there
    for these alone. helpers: tables that may go.
    """

    table: str
    judged: dict[str, Mark]
    present: dict[str, str]
    carried: list[str]
    helpers: list[str]


def files_table(sql: Sql, raw: Raw) -> list[int]:
    """``cld_files``: for each file the number that its rows' records follow. Returns those numbers."""
    first, starts = 0, []
    for number in range(len(raw.sources)):
        starts.append(first)
        first += raw.last.get(number, 0) + 1
    sql.put("cld_files", pa.table({
        "file_no": pa.array(range(len(starts)), pa.int32()), "first": pa.array(starts, pa.int64()),
    }))  # fmt: skip
    return starts


def pseudonyms(sql: Sql, raw: Raw, key: bytes | None) -> Ids:
    """What stands for each id: ``cld_ids_nhs`` and ``cld_ids_person``, each distinct one once, blank and all.

    An NHS number is compared without spaces and hyphens; one without digits, or of one digit repeated, is nobody's.
    """
    ids = Ids()
    if "nhs" in raw.held:
        _nhs_numbers(sql, key)
        ids.tables["nhs"] = "cld_ids_nhs"
    people = [f for f in IDS[1:] if f in raw.held]
    filled = sql.rows(f"SELECT {', '.join(f'count(f_{f}) AS {f}' for f in people)} FROM cld_raw")[0] if people else ()
    rows = sum(raw.rows.values())
    for name, count in zip(people, filled, strict=True):
        if SELDOM * count >= rows:
            ids.tables[name] = "cld_ids_person"
        elif count:
            ident = f"upper(trim(f_{name}))"
            ids.direct[name] = f"CASE WHEN trim(f_{name}) <> '' THEN {_hidden(sql, ident, key, 'person')} END"
    each = " UNION ".join(
        f"SELECT DISTINCT f_{f} AS raw FROM cld_raw WHERE f_{f} IS NOT NULL" for f in people if f in ids.tables
    )
    if each:
        shown = _hidden(sql, "id", key, "person")
        sql.keep("cld_ids_person", (
            f"SELECT raw, CASE WHEN id <> '' THEN {shown} END AS shown "
            f"FROM (SELECT raw, upper(trim(raw)) AS id FROM ({each} UNION ALL SELECT NULL AS raw) d) e"
        ))  # fmt: skip
    return ids


def _nhs_numbers(sql: Sql, key: bytes | None) -> None:
    bare = "upper(replace(replace(replace(trim(raw), ' ', ''), '-', ''), '\u00a0', ''))"
    # Modulus 11 (NHS Data Dictionary): the ten weighted digits, check digit and all, add to a multiple of 11.
    digits = " + ".join(f"CAST(substr(id, {n}, 1) AS INT) * {11 - n}" for n in range(1, 11))
    valid = f"CASE WHEN length(id) = 10 AND others = '' THEN ({digits}) % 11 = 0 ELSE FALSE END"
    nobody = "others = id OR replace(id, substr(id, 1, 1), '') = ''"
    sql.keep("cld_ids_nhs", (
        f"SELECT raw, CASE WHEN NOT nobody THEN {_hidden(sql, 'id', key, 'nhs')} END AS shown, CAST(CASE "
        f"WHEN coalesce(id, '') = '' THEN NULL WHEN nobody THEN 3 WHEN {valid} THEN 1 ELSE 3 END AS TINYINT) AS q "
        f"FROM (SELECT raw, id, others, {nobody} AS nobody "
        f"FROM (SELECT raw, id, {sql.digits('id')} AS others FROM (SELECT raw, {bare} AS id FROM "
        "(SELECT DISTINCT f_nhs AS raw FROM cld_raw WHERE f_nhs IS NOT NULL UNION ALL SELECT NULL AS raw) a) b) c) d"
    ))  # fmt: skip


def _hidden(sql: Sql, column: str, key: bytes | None, purpose: str) -> str:
    return column if key is None else sql.secret(column, key, purpose)


@dataclass
class Plan:
    """The pieces of the one question that makes the records."""

    columns: dict[str, str]
    inner: dict[str, str]
    joins: list[str]
    fault: str | None
    helpers: list[str]

    def source(self, *asked: str) -> str:
        """What to select the SQL ``asked`` from: the joins that it needs and no others.

        What is read from the text itself is read where the text is scanned: a join would undo its dictionaries.
        """
        text = " ".join(asked)
        joins = [join for join in self.joins if re.search(rf"\b{_alias(join)}\.", text)]
        needed = set(re.findall(r"\br\.(\w+)", " ".join((text, *joins))))
        scanned = [said if said == name else f"{said} AS {name}" for name, said in self.inner.items() if name in needed]
        return f"(SELECT {', '.join(scanned) or 'line'} FROM cld_raw) r {' '.join(joins)}"


def _alias(join: str) -> str:
    return join.partition(" ON ")[0].rpartition(" ")[2]


def plan(sql: Sql, raw: Raw, words: dict[str, FieldWords], ids: Ids, la: str | None, councils: Sequence[str]) -> Plan:
    """SQL for every column of the records and of the quality counts, the joins they need, and why a row is at fault."""
    told: dict[str, Told] = {key: tell(sql, raw, found) for key, found in words.items()}
    columns: dict[str, str] = {}
    for one in told.values():
        columns |= one.columns
    inner = {"file_no": "file_no", "line": "line"}
    for one in told.values():
        inner |= one.inner
    joins = [one.join for one in told.values() if one.join]
    helpers = [one.table for one in told.values() if one.table]
    for key, table in ids.tables.items():
        joins.append(f"JOIN {table} i_{key} ON r.f_{key} IS NOT DISTINCT FROM i_{key}.raw")
        columns[key] = f"i_{key}.shown"
    for key, said in ids.direct.items():
        inner[f"i_{key}"], columns[key] = said, f"r.i_{key}"
    if "nhs" in ids.tables:
        columns["q_nhs"] = "i_nhs.q"
    for key, pattern in SHAPES.items():
        if key in raw.held:
            inner[f"q_{key}"] = _shape(sql, f"f_{key}", pattern)
            columns[f"q_{key}"] = f"r.q_{key}"
    if "conversation" in raw.held:
        columns["conversation"] = (
            "CAST(CASE WHEN trim(r.f_conversation) IN ('1', '1.0', 'true') THEN 1 ELSE 0 END AS SMALLINT)"
        )
    else:
        columns["conversation"] = "CAST(1 AS SMALLINT)"
    if len(raw.sources) == 1:
        columns["record"] = "CAST(r.line AS BIGINT)"
    else:
        joins.append("JOIN cld_files f ON r.file_no = f.file_no")
        columns["record"] = "CAST(f.first + r.line AS BIGINT)"
    if la is not None:
        columns["la"] = f"coalesce({columns['la']}, {sql.text(la)})"
        columns["la_no"] = f"coalesce({columns['la_no']}, {list(councils).index(la) + 1})"
    columns["submission"] = f"CAST(r.file_no * {len(councils)} + {columns['la_no']} AS INT)"
    fault = _fault(raw, words, columns, la)
    texts = {f"f_{key}": f"f_{key}" for key in raw.held}
    return Plan(columns, texts | inner, joins, fault, helpers)


def _shape(sql: Sql, column: str, pattern: str) -> str:
    free = pattern.startswith("(?:.|")
    good = "1" if free else f"CASE WHEN {sql.matches(f'trim({column})', pattern)} THEN 1 ELSE 3 END"
    return f"CAST(CASE WHEN trim({column}) <> '' THEN {good} END AS TINYINT)"


def _fault(raw: Raw, words: dict[str, FieldWords], columns: dict[str, str], la: str | None) -> str | None:
    """Which fault a row has, as a number (place in FAULTS, from 1); None where no row can have one."""
    cases = []
    blanks = la is not None or "la" not in words or any(e.value is None for e in words["la"].entries)
    if blanks:
        said = [k for k in sorted(raw.held) if k not in ("la", "stated_start", "stated_end", "conversation")]
        empty = " AND ".join(f"coalesce(trim(CAST(r.f_{k} AS STRING)), '') = ''" for k in said)
        cases.append(f"WHEN {empty} THEN {FAULTS.index(EMPTY) + 1}")
        if la is None:
            cases.append(f"WHEN {columns['la']} IS NULL THEN {FAULTS.index(NO_COUNCIL) + 1}")
    for place, key in enumerate(CUTS, start=3):
        if any(e.kind == INVALID for e in words[key].entries):
            cases.append(f"WHEN {columns[f'q_{key}']} = {CLASSES[INVALID]} THEN {place}")
    return f"CASE {' '.join(cases)} END" if cases else None


def write(sql: Sql, made: Plan, words: dict[str, FieldWords]) -> Encoded:
    """``cld_records``: every usable row."""
    select = [
        f"{made.columns.get(name, f'CAST(NULL AS {kind})')} AS {sql.name(name)}" for name, kind in RECORDS.items()
    ]
    judged, present, packed = _marks(made, words)
    extra = [f"{said} AS {name}" for name, said in packed.items()]
    extra += [f"{made.columns[name]} AS {name}" for name in STATED]
    where = f" WHERE ({made.fault}) IS NULL" if made.fault else ""
    source = made.source(*select, *extra, where)
    sql.keep("cld_records", f"SELECT {', '.join(select + extra)} FROM {source}{where}")
    return Encoded("cld_records", judged, present, [*packed, *STATED], made.helpers)


def _marks(made: Plan, words: dict[str, FieldWords]) -> tuple[dict[str, Mark], dict[str, str], dict[str, str]]:
    """What tells the fields' values apart, as Encoded has it, and SQL of the columns that are there for that alone.

    Those pack the numbers of several fields into one: each column is paid for in every row.
    """
    judged: dict[str, Mark] = {}
    present = {"la_person": "la_person"} if "la_person" in made.columns else {}
    packed: dict[str, list[str]] = {}
    room = 0
    for key in (name[2:] for name in made.columns if name[:2] == "q_"):
        found = words.get(key)
        listed = found is not None and bool(fields()[key].list)
        if found is not None and listed and (mark := _own_mark(key, found)):
            judged[key] = mark
        elif found is not None and not listed and found.whole:
            present[key] = "birth_year" if key == "birth" else key
        else:
            width = 1 + (sum(e.place is not None for e in found.entries) if found and listed else len(CLASSES))
            if room * width > PACKED or not packed:
                packed[f"packed_{len(packed)}"], room = [], 1
            column = list(packed)[-1]
            packed[column].append(f"coalesce(CAST({made.columns[f'q_{key}']} AS INT), 0) * {room}")
            judged[key] = Mark(column, "place", room, width)
            room *= width
    return judged, present, {column: " + ".join(parts) for column, parts in packed.items()}


def _own_mark(key: str, words: FieldWords) -> Mark | None:
    """The column of the records' own that tells a listed field's values apart, if one does."""
    column, number = (key, "value") if key in RECORDS else (RAW_KEYS.get(key, ""), "words")
    numbers = [getattr(e, number) for e in words.entries if e.kind != BLANK]
    one_each = column and all(numbers) and len(set(numbers)) == len(numbers)
    return Mark(column, number) if one_each else None


def faulty(sql: Sql, made: Plan, limit: int) -> tuple[dict[str, int], list[tuple[int, int, int]]]:
    """Rows by fault, and the first of each fault: file, line, fault (place in FAULTS, from 1)."""
    if not made.fault:
        return {}, []
    select = f"r.file_no, r.line, {made.fault} AS fault"
    asked = f"SELECT {select} FROM {made.source(select)}"
    sql.keep("cld_faults", f"SELECT * FROM ({asked}) each WHERE fault IS NOT NULL")
    counts = {int(n): int(rows) for n, rows in sql.rows(
        "SELECT fault, count(*) AS n FROM cld_faults GROUP BY fault")}  # fmt: skip
    first: list[tuple[int, int, int]] = []
    for number in sorted(counts):
        first += [
            (int(f), int(line), number)
            for f, line in sql.rows(
                f"SELECT file_no, line FROM cld_faults WHERE fault = {number} ORDER BY file_no, line LIMIT {limit}"
            )
        ]
    sql.drop("cld_faults")
    return {FAULTS[n - 1]: counts[n] for n in sorted(counts)}, first


__all__ = [
    "CUTS",
    "FAULTS",
    "RECORDS",
    "VALID",
    "Encoded",
    "Plan",
    "faulty",
    "files_table",
    "plan",
    "pseudonyms",
    "write",
]
