"""One relation of raw text out of all files: ``cld_raw``, a row a record, a column a field, with file and row numbers.

A text file is read by DuckDB, the quick way. What it refuses (cells too many or too few, quotation marks astray,
zero bytes), and what it would number otherwise than a spreadsheet does, is read again the careful way, record by
record. Spark is given text files as Parquet, and reads Parquet itself.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.facts.cld.fields import fields
from evenhand.sources.cld.model import LISTED, Reject
from evenhand.sources.cld.recognise import CHUNK, Source, _plain
from evenhand.sources.cld.sql import Sql

# Never read beyond the headings: names and free text serve no measure.
UNREAD = ("first_name", "last_name", "practice_name", "event_reference", "description", "provider_name")
USED = (*(key for key in fields() if key not in UNREAD), "conversation")
BATCH = 50_000


@dataclass
class Raw:
    """What was staged. types: for each field text, date or number: how ``cld_raw`` holds it.

    rows: for each file (by its place in ``sources``) the rows read, broken ones too. broken: those of them that are
    no record, by reason. held: fields that at least one file has.
    """

    sources: Sequence[Source]
    types: dict[str, str]
    held: set[str]
    rows: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def stage(sql: Sql, sources: Sequence[Source]) -> Raw:
    """Make ``cld_raw`` of the files. Its columns: file_no, line (as a spreadsheet shows it), and every USED field."""
    held = {key for source in sources for key in source.columns if key in USED}
    raw = Raw(sources, {key: _type(key, sources) for key in USED}, held)
    parts: list[str] = []
    for number, source in enumerate(sources):
        if source.kind == "csv":
            parts.append(_text_part(sql, raw, number, source))
    parts += _parquet_parts(sql, raw)
    sql.view("cld_raw", " UNION ALL ".join(parts))
    return raw


def _type(key: str, sources: Sequence[Source]) -> str:
    """How all files hold a field: "date" and "number" only where every file that has it says so."""
    kinds = {source.types.get(key, "string") for source in sources if key in source.columns}
    kind = fields()[key].kind if key in fields() else "text"
    if (
        kinds
        and kind in ("date", "birth")
        and all(k.startswith(("date", "timestamp")) and "tz=" not in k for k in kinds)
    ):
        return "date"
    if kinds and kind == "decimal" and all(k.startswith(("int", "uint", "decimal")) for k in kinds):
        return "number"
    return "text"


def _cells(sql: Sql, raw: Raw, source: Source, names: dict[str, str] | None = None) -> str:
    """The select list of one file; names: what the columns are called where they are read, by field."""
    out = []
    for key in USED:
        if key not in raw.held:
            continue
        native = {"date": "DATE", "number": "DECIMAL(18, 2)", "text": "STRING"}[raw.types[key]]
        if key not in source.columns:
            out.append(f"CAST(NULL AS {native}) AS f_{key}")
            continue
        column = names[key] if names else sql.name(source.names[source.columns[key]])
        plain = raw.types[key] == "text" and source.types.get(key, "string") in ("string", "large_string")
        cast = "TRY_CAST" if raw.types[key] == "number" else "CAST"
        out.append(f"{column} AS f_{key}" if plain else f"{cast}({column} AS {native}) AS f_{key}")
    return ", ".join(out)


def _parquet_parts(sql: Sql, raw: Raw) -> list[str]:
    """Selects of the Parquet files: DuckDB reads neighbours of one shape together, Spark each by itself."""
    parts: list[str] = []
    group: list[int] = []

    def close() -> None:
        if not group:
            return
        first = raw.sources[group[0]]
        relation, number, line = sql.parquet([raw.sources[n].path for n in group], group[0])
        parts.append(f"SELECT {number} AS file_no, {line} AS line, {_cells(sql, raw, first)} FROM {relation}")
        group.clear()

    for number, source in enumerate(raw.sources):
        if source.kind != "parquet":
            close()
            continue
        raw.rows[number] = source.rows or 0
        raw.last[number] = (source.rows or 0) + 1
        before = raw.sources[group[-1]] if group else None
        alike = before is not None and (before.names, before.types) == (source.names, source.types)
        if group and not (alike and sql.duck):
            close()
        group.append(number)
    close()
    return parts


def _text_part(sql: Sql, raw: Raw, number: int, source: Source) -> str:
    """Read a text file into a table of its own, and select from it."""
    folder = sql.engine.scratch / "text"
    folder.mkdir(parents=True, exist_ok=True)
    if source.encoding not in ("utf-8", "utf-8-sig"):
        source = _in_utf8(source, folder / f"{number}.txt")
    names = {key: f"c{column}" for key, column in source.columns.items() if key in USED}
    held = f"cld_file_{number}"
    if source.plain and _quick(sql, source, names, held, folder):
        (rows,) = sql.rows(f"SELECT count(*) FROM {held}")[0]
        raw.rows[number], raw.last[number] = rows, rows + 1
        line = "rowid + 2" if sql.duck else "line"  # DuckDB numbers the rows of a table from 0
    else:
        _careful(sql, raw, number, source, folder / f"{number}.parquet", names)
        sql.file(held, folder / f"{number}.parquet")
        line = "line"
    raw.kept.append(held)
    return f"SELECT {number} AS file_no, {line} AS line, {_cells(sql, raw, source, names)} FROM {held}"


def _in_utf8(source: Source, to: Path) -> Source:
    """The same file in UTF-8; bytes that mean nothing become the replacement mark."""
    with (
        source.path.open(encoding=source.encoding, errors="replace", newline="") as old,
        to.open("w", encoding="utf-8", newline="") as new,
    ):
        while piece := old.read(CHUNK):
            new.write(piece)
    return replace(source, path=to, encoding="utf-8", plain=_plain(to))


def _quick(sql: Sql, source: Source, names: dict[str, str], held: str, folder: Path) -> bool:
    """Let DuckDB read the text; False when it cannot, exactly as it stands."""
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(source.names)))
    path, delimiter = (value.replace("'", "''") for value in (str(source.path), source.delimiter))
    wanted = ", ".join(names.values())
    # Nothing but the plain rules of CSV: a quotation mark is doubled, an empty cell is nothing.
    read = (
        f"SELECT {wanted} FROM read_csv('{path}', header=true, auto_detect=false, delim='{delimiter}', quote='\"', "
        f"escape='\"', columns={{{columns}}}, strict_mode=true, null_padding=false, "
        f"max_line_size=2000000, buffer_size=8000000)"
    )
    try:
        if sql.duck:
            # Row numbers are the order of the file, whatever the engine was told about order.
            before = sql.rows("SELECT current_setting('preserve_insertion_order')")[0][0]
            sql.run("SET preserve_insertion_order = true")
            try:
                sql.run(f"CREATE OR REPLACE TEMP TABLE {held} AS {read}")
            finally:
                sql.run(f"SET preserve_insertion_order = {str(before).lower()}")
        else:
            file = folder / f"{held}.parquet"
            with duckdb.connect() as con:
                to = str(file).replace("'", "''")
                con.execute(
                    f"COPY (SELECT row_number() OVER () + 1 AS line, * FROM ({read})) TO '{to}' (FORMAT parquet)"
                )
            sql.file(held, file)
    except duckdb.Error:
        return False
    return True


def _careful(sql: Sql, raw: Raw, number: int, source: Source, to: Path, names: dict[str, str]) -> None:
    """Read the text record by record into a Parquet file, setting aside what is no record."""
    schema = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in names.values())])
    order = [(source.columns[key], name) for key, name in names.items()]
    batch: list[tuple[Any, ...]] = []
    rows = last = 0
    with pq.ParquetWriter(to, schema) as writer:

        def flush() -> None:
            columns: list[Any] = list(zip(*batch, strict=True)) if batch else [()] * len(schema)
            arrays = [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            batch.clear()

        for line, row in _records(source):
            rows, last = rows + 1, line
            if len(row) != len(source.names):
                reason = f"The row has {len(row)} cells where the headings have {len(source.names)}"
                raw.broken["The row has more or fewer cells than the headings"] += 1
                if len(raw.rejects) < LISTED:
                    raw.rejects.append(Reject(source.name, line, "", reason))
                continue
            batch.append((line, *(row[column] or None for column, _ in order)))
            if len(batch) >= BATCH:
                flush()
        flush()
    raw.rows[number], raw.last[number] = rows, max(last, 1)


def _records(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Each record after the headings, with its number; cells beyond the headings that are empty are cut off.

    Where an unclosed quotation mark swallows following lines, each line is taken by itself.
    """
    csv.field_size_limit(2**31 - 1)
    width = len(source.names)
    lines: list[str] = []

    def feed() -> Iterator[str]:
        with source.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for line in file:
                lines.append(line.replace("\x00", ""))
                yield lines[-1]

    number = 0
    for row in csv.reader(feed(), delimiter=source.delimiter):
        taken = lines[:]
        lines.clear()
        cut = _cut(row, width)
        if len(cut) != width and len(taken) > 1 and number:
            apart = [_cut(next(csv.reader([one], delimiter=source.delimiter), []), width) for one in taken]
        else:
            apart = [cut]
        for cells in apart:
            number += 1
            if number > 1 and cells:
                yield number, cells


def _cut(row: list[str], width: int) -> list[str]:
    while len(row) > width and not row[-1].strip():
        row.pop()
    return row
