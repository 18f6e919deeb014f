"""Rows of client-level data for tests: one full row of an invented council, changed cell by cell, and an engine."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evenhand.facts.cld.fields import fields
from evenhand.measures.cld.engines import DuckDb
from evenhand.sources.cld import Read, read

HEADINGS = {f.key: f.heading for f in fields().values()}
KEY = b"a key of the test"
RECEIVED = dt.datetime(2025, 5, 1, 9)  # noqa: DTZ001

SERVICE = {
    "la": "901", "stated_start": "2024-04-01", "stated_end": "2025-03-31", "nhs": "9434765919", "la_person": "P1",
    "gender": "Female", "ethnicity": "White: Irish", "birth": "1950-06-15", "client": "Service user",
    "psr": "Physical support: Personal care support", "postcode": "ZZ1 1ZZ", "accommodation": "Unknown",
    "employment": "Unknown", "has_carer": "No", "event": "Service", "start": "2024-05-01",
    "service": "Long term support: Community", "component": "Home support or domiciliary care",
    "mechanism": "Direct payment", "unit_cost": "20.50", "frequency": "Hourly", "units": "10",
}  # fmt: skip


def row(**changes: str) -> dict[str, str]:
    """The row above with some cells changed."""
    return SERVICE | changes


def text(rows: Sequence[dict[str, str]], delimiter: str = ",", headings: dict[str, str] = HEADINGS) -> str:
    """The rows as CSV text under every heading of the specification."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headings.values())
    writer.writerows([one.get(key, "") for key in headings] for one in rows)
    return out.getvalue()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDb]:
    engine = DuckDb(tmp_path / "scratch", threads=1)
    yield engine
    engine.close()


def reading(engine: DuckDb, folder: Path, rows: Sequence[dict[str, str]] | str | bytes, **options: object) -> Read:
    """What reading one file gives. rows: rows, or the file's text or bytes."""
    path = folder / "records.csv"
    content = rows if isinstance(rows, str | bytes) else text(rows)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(engine, [path], **{"imported": {path: RECEIVED}, "key": KEY} | options)  # type: ignore[arg-type]


def column(found: Read, name: str) -> list[object]:
    """One column of the records, in the order of the file; nothing is None."""
    frame = found.records.select(*{"record", name}).to_polars().sort("record")
    return frame[name].to_list()
