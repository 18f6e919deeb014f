"""The ways in which people really write the same records all give the same table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.facts.cld.fields import fields
from evenhand.measures.cld import tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.sources.cld import encode, read
from tests.sources.cld.rows import HEADINGS, KEY, RECEIVED, SERVICE, column, engine, reading, row, text

__all__ = ["engine"]

PLAIN = [row(), row(la_person="P2", nhs="", birth="1960-01-01", service="Long Term Support: Prison", end="2024-08-01")]

WRITTEN = {
    "commas": text(PLAIN),
    "semicolons": text(PLAIN, ";"),
    "tabs": text(PLAIN, "\t"),
    "vertical bars": text(PLAIN, "|"),
    "UTF-8 with a mark": text(PLAIN).encode("utf-8-sig"),
    "UTF-16": text(PLAIN).encode("utf-16"),
    "UTF-16 without a mark": text(PLAIN).encode("utf-16-le"),
    "Windows-1252": text(PLAIN).replace("ZZ1 1ZZ", "Caf\u00e9").encode("cp1252"),
    "old line ends": text(PLAIN).replace("\r\n", "\r"),
    "Unix line ends": text(PLAIN).replace("\r\n", "\n"),
    "central names": text(PLAIN, headings={f.key: f.central for f in fields().values()}),
    "headings in capitals with spaces": text(PLAIN, headings={k: f"  {h.upper()} " for k, h in HEADINGS.items()}),
    "empty lines at the end": text(PLAIN) + "\r\n\r\n",
    "quoted cells": text(PLAIN).replace("White: Irish", '"White: Irish"'),
}


def frame(found: object) -> pl.DataFrame:
    return found.records.to_polars().sort("record")  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN.keys())
def test_however_the_file_is_written_the_records_are_the_same(engine: DuckDb, tmp_path: Path, content: str) -> None:
    wanted = frame(reading(engine, tmp_path, PLAIN))
    assert frame(reading(engine, tmp_path, content)).equals(wanted)


def test_the_records_are_what_the_measures_declare(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, PLAIN)
    assert list(encode.RECORDS) == list(tables.RECORDS)
    assert {n: str(t) for n, t in found.records.schema().items()} == tables.RECORDS
    assert list(found.submissions.columns) == list(tables.SUBMISSIONS)
    assert column(found, "record") == [2, 3]  # the rows of a spreadsheet, under the headings


def test_words_of_both_releases_become_the_same_number_and_keep_apart_as_raw_keys(
    engine: DuckDb, tmp_path: Path
) -> None:
    types = [
        "Long term support: Community",
        "long term support: COMMUNITY  ",
        "Carer Support: Direct to Carer",
        "?",
        "",
    ]
    found = reading(engine, tmp_path, [row(service=one) for one in types])
    assert column(found, "service") == [3, 3, 8, 0, None]
    raw = column(found, "service_raw")
    assert raw[0] == raw[1]
    assert len(set(raw)) == 4
    assert raw[4] is None
    kinds = found.dictionary.filter(pl.col("field") == "service").select("raw", "number", "class", "rows").rows()
    assert ("Carer Support: Direct to Carer", 8, "release1", 1) in kinds
    assert ("?", 0, "invalid", 1) in kinds
    assert (None, None, "blank", 1) in kinds


DATES = [
    ("2024-04-09", dt.date(2024, 4, 9)), ("09/04/2024", dt.date(2024, 4, 9)), ("9-4-2024", dt.date(2024, 4, 9)),
    ("9 Apr 2024", dt.date(2024, 4, 9)), ("09-April-2024", dt.date(2024, 4, 9)),
    ("2024-04-09 00:00:00", dt.date(2024, 4, 9)), ("2024-04-09T00:00:00.000Z", dt.date(2024, 4, 9)),
    ("09/04/2024 00:00", dt.date(2024, 4, 9)), ("", None), ("  ", None), ("NULL", None), ("9999-12-31", None),
    ("31/12/9999", None), ("1900-01-01", dt.date(1900, 1, 1)),
]  # fmt: skip


def test_dates_of_every_form_in_one_column(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(end=written) for written, _ in DATES])
    assert column(found, "end") == [meant for _, meant in DATES]
    assert "2 values of Event End Date have the year 1900 or 9999, which stands for open." in found.warnings


def test_a_birth_or_death_in_1900_or_9999_stands_for_nothing(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(birth="01/01/1900", death="9999-12-31"), row(death="2024-12-01")])
    assert column(found, "birth_year") == [None, 1950]
    assert column(found, "birth_month") == [None, 6]
    assert column(found, "death") == [None, dt.date(2024, 12, 1)]


NUMBERS = [
    ("£1,234.505", "1234.51"),
    ("-700", "-700.00"),
    ("20", "20.00"),
    ("", None),
    ("about 5", None),
    ("1e2", "100"),
]


def test_costs_with_pounds_and_commas_are_rounded_to_pence(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(unit_cost=written) for written, _ in NUMBERS])
    assert column(found, "unit_cost") == [None if meant is None else Decimal(meant) for _, meant in NUMBERS]
    (reject,) = found.rejects
    assert (reject.row, reject.field, reject.value, reject.used) == (6, "Unit Cost", "about 5", True)


def typed(**changes: tuple[object, pa.DataType]) -> pa.Table:
    columns = {}
    for key, heading in HEADINGS.items():
        value, kind = changes.get(key, (SERVICE.get(key) or None, pa.string()))
        columns[heading] = pa.array([value], kind)
    return pa.table(columns)


TYPED = {
    "text": typed(),
    "dates": typed(start=(dt.date(2024, 5, 1), pa.date32()), birth=(dt.date(1950, 6, 15), pa.date32())),
    "timestamps": typed(start=(dt.datetime(2024, 5, 1), pa.timestamp("ns"))),  # noqa: DTZ001
    "numbers": typed(
        la=(901, pa.int64()), unit_cost=(Decimal("20.5"), pa.decimal128(9, 1)), units=(10, pa.int32()),
        nhs=(9434765919, pa.int64()),
    ),
    "doubles": typed(la=(901.0, pa.float64()), unit_cost=(20.5, pa.float64()), units=(10.0, pa.float64())),
    "categories": typed(gender=("Female", pa.dictionary(pa.int8(), pa.string()))),
    "columns of nothing": typed(end=(None, pa.null()), link1=(None, pa.null())),
}  # fmt: skip


@pytest.mark.parametrize("table", TYPED.values(), ids=TYPED.keys())
def test_a_parquet_file_of_any_types_gives_the_same_records(engine: DuckDb, tmp_path: Path, table: pa.Table) -> None:
    wanted = frame(reading(engine, tmp_path, [row()]))
    path = tmp_path / "records.parquet"
    pq.write_table(table, path)
    found = read(engine, [path], imported={path: RECEIVED}, key=KEY)
    assert frame(found).equals(wanted)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_few_odd_values_among_many_plain_ones_are_read_each_by_its_own_meaning(
    engine: DuckDb, tmp_path: Path, kind: str
) -> None:
    many = [dt.date(1940, 1, 1) + dt.timedelta(days=40 * n) for n in range(400)]
    odd = {"circa 1950": None, "1900-01-01": None, "1 Apr 1950": 1950, " ": None, "9/4/1951": 1951}
    costs = {"\u00a31,234.50": "1234.50", "tbc": None, "-5.00": "-5.00"}
    rows = [row(birth=day.isoformat(), unit_cost=f"{n}.25") for n, day in enumerate(many)]
    rows += [row(birth=text) for text in odd] + [row(unit_cost=text) for text in costs]
    path = tmp_path / f"records.{kind}"
    if kind == "csv":
        path.write_text(text(rows), "utf-8")
    else:
        columns = {h: pa.array([one.get(k) for one in rows], pa.string()) for k, h in HEADINGS.items()}
        pq.write_table(pa.table(columns), path)
    found = read(engine, [path], imported={path: RECEIVED}, key=KEY)
    assert column(found, "birth_year") == [*(day.year for day in many), *odd.values(), *[1950] * len(costs)]
    said = [Decimal(c) if c else None for c in costs.values()]
    assert column(found, "unit_cost")[:400] == [Decimal(f"{n}.25") for n in range(400)]
    assert column(found, "unit_cost")[-3:] == said


def test_pseudonyms_are_the_first_72_bits_of_hmac_sha256(engine: DuckDb, tmp_path: Path) -> None:
    import base64
    import hashlib
    import hmac

    def made(text: str) -> str:
        digest = hmac.new(KEY, text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest, altchars=b"._").decode()[:12]

    found = reading(engine, tmp_path, [row(nhs="943 476 5919", la_person=" p1 ", link1="P7"), row(nhs="9434765919")])
    assert column(found, "nhs") == [made("nhs 9434765919")] * 2
    assert column(found, "la_person") == [made("person P1")] * 2
    assert column(found, "link1") == [made("person P7"), None]
    kept = reading(engine, tmp_path, [row()], key=None)
    assert (column(kept, "nhs"), column(kept, "la_person")) == (["9434765919"], ["P1"])


def test_an_nhs_number_that_is_nobodys_is_none(engine: DuckDb, tmp_path: Path) -> None:
    numbers = ["Not known", "0000000000", "9999999999", "", "9434765918"]
    found = reading(engine, tmp_path, [row(nhs=one) for one in numbers], key=None)
    assert column(found, "nhs") == [None, None, None, None, "9434765918"]
    kinds = found.dictionary.filter(pl.col("field") == "nhs").select("class", "raw", "rows").rows()
    assert sorted(kinds) == [("blank", None, 1), ("invalid", None, 4)]


def test_no_value_of_a_personal_field_is_in_the_dictionary(engine: DuckDb, tmp_path: Path) -> None:
    found = reading(engine, tmp_path, [row(postcode="ZZ9 9ZZ", birth="x")])
    personal = {f.key for f in fields().values() if f.personal}
    assert found.dictionary.filter(pl.col("field").is_in(personal))["raw"].drop_nulls().is_empty()


def test_a_councils_own_mapping_adds_to_the_shipped_one(engine: DuckDb, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("field,value,means,kind\nClient Type,Carers,Unpaid carer,\n", "utf-8")
    rows = [row(client="Carers"), row(client="carers ")]
    assert column(reading(engine, tmp_path, rows), "client") == [0, 0]
    assert column(reading(engine, tmp_path, rows, mapping=own), "client") == [2, 2]


def test_records_number_their_files_one_after_the_other_and_lead_back_to_the_row(
    engine: DuckDb, tmp_path: Path
) -> None:
    late, early = tmp_path / "a.csv", tmp_path / "b.csv"
    late.write_text(text([row(la_person="late")]))
    early.write_text(text([row(la_person="early"), row(la="902", la_person="other")]))
    stamps = {late: dt.datetime(2025, 6, 1), early: dt.datetime(2025, 5, 1)}  # noqa: DTZ001
    found = read(engine, [late, early], imported=stamps, key=None)
    frame = found.records.to_polars().sort("record")
    assert frame["la_person"].to_list() == ["EARLY", "OTHER", "LATE"]
    assert [found.place(n) for n in frame["record"]] == [("b.csv", 2), ("b.csv", 3), ("a.csv", 2)]
    held = found.submissions.to_polars().sort("submission").select("la", "file", "rows").rows()
    assert held == [("901", "b.csv", 1), ("902", "b.csv", 1), ("901", "a.csv", 1)]
