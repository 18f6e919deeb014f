"""One delivery of one council after another: the period each states, and the period that its ends show (CLD.md 3.1)."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from evenhand.sources.cld.sql import Sql

ENOUGH_ROWS = 100  # a file with fewer counted ends has every month of an end in its period
ENOUGH_PERCENT = 2


def derived(
    months: Iterable[tuple[dt.date, int, int]], imported: dt.date | None
) -> tuple[dt.date, dt.date] | tuple[None, None]:
    """The period that a submission's event end dates cover; (None, None) where there are none.

    months: for each calendar month of an end date (its first day) the rows and the distinct event types. imported:
    the day of receipt: ends in its month or later do not count. A month qualifies when it holds at least 2% of the
    rows and no more than one event type fewer than the fullest month; in a file of under 100 rows every month does.
    """
    cut = imported.replace(day=1) if imported else dt.date.max
    past = [(month, rows, types) for month, rows, types in months if month < cut]
    if not past:
        return None, None
    total, most = sum(rows for _, rows, _ in past), max(types for _, _, types in past)
    good = [
        month for month, rows, types in past
        if total < ENOUGH_ROWS or (100 * rows >= ENOUGH_PERCENT * total and types >= most - 1)
    ]  # fmt: skip
    if not good:
        return None, None
    last = max(good)
    return min(good), last.replace(day=monthrange(last.year, last.month)[1])


def submissions(
    sql: Sql, table: str, files: Sequence[Path], imported: Mapping[Path, dt.datetime], councils: Sequence[str]
) -> pa.Table:
    """SUBMISSIONS, one row a council's one file, of what ``table`` holds.

    files: in the order of their numbers. The number of a submission is file number x councils + council number.
    """
    months: dict[int, list[tuple[dt.date, int, int]]] = defaultdict(list)
    end = sql.name("end")
    for number, year, month, rows, types in sql.rows(
        f"SELECT submission, year({end}) AS y, month({end}) AS m, count(*) AS n, count(DISTINCT event_raw) AS t "
        f"FROM {table} WHERE {end} IS NOT NULL GROUP BY submission, year({end}), month({end})"
    ):
        months[number].append((dt.date(year, month, 1), rows, types))
    out: dict[str, list[object]] = {name: [] for name in _SCHEMA.names}
    for number, start, stop, rows in sorted(sql.rows(
        f"SELECT submission, min(stated_start) AS a, max(stated_end) AS b, count(*) AS n FROM {table} "
        "GROUP BY submission"
    )):  # fmt: skip
        path = files[(number - 1) // len(councils)]
        stamp = imported.get(path)
        first, last = derived(months[number], stamp.date() if stamp else None)
        row = (number, councils[(number - 1) % len(councils)], path.name, stamp, start, stop, first, last, rows)
        for name, value in zip(_SCHEMA.names, row, strict=True):
            out[name].append(value)
    return pa.table(out, schema=_SCHEMA)


_SCHEMA = pa.schema([
    ("submission", pa.int32()), ("la", pa.string()), ("file", pa.string()), ("imported", pa.timestamp("us")),
    ("stated_start", pa.date32()), ("stated_end", pa.date32()), ("derived_start", pa.date32()),
    ("derived_end", pa.date32()), ("rows", pa.int64()),
])  # fmt: skip
