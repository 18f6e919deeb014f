"""Spark reads the same files into the same tables as DuckDB, pseudonyms and record numbers too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.sources.cld import Read, read
from tests.sources.cld.rows import HEADINGS, KEY, RECEIVED, engine, row, text

__all__ = ["engine"]
pytestmark = pytest.mark.spark

ROWS = [
    row(), row(la_person=" o'brien\\1 ", nhs="943 476 5918", service="Carer Support: Direct to Carer", link1="P1"),
    row(end="31/12/9999", unit_cost="£1,000.005", gender="?\\'", birth="1 Apr 1950", postcode="nowhere"),
    row(end="never"), row(la="902", death="2024-09-01 00:00:00", units="-3", event="", nhs=""), row(la=""),
    *[row(la_person=f"Q{n}", start=f"{n % 28 + 1}/4/2024", unit_cost=f"{n}.5", outcome=f"odd {n}") for n in range(70)],
]  # fmt: skip


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    pytest.importorskip("pyspark")
    try:
        engine = Spark(tmp_path_factory.mktemp("spark"))
    except EvenhandError as none:
        pytest.skip(str(none))
    yield engine
    engine.close()


def files(folder: Path) -> list[Path]:
    """The rows as text, text with an empty line, and Parquet of another month."""
    (folder / "a.csv").write_text(text(ROWS))
    (folder / "b.csv").write_text(text(ROWS[:3]).replace("\r\n", "\r\n\r\n", 2))
    columns = {h: pa.array([r.get(k) for r in ROWS[:9]], pa.string()) for k, h in HEADINGS.items()}
    pq.write_table(pa.table(columns), folder / "c.parquet")
    return [folder / name for name in ("a.csv", "b.csv", "c.parquet")]


def tables(found: Read) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, object]:
    records = pl.DataFrame(found.records.to_pyarrow()).sort("record")
    submissions = pl.DataFrame(found.submissions.to_pyarrow()).sort("submission").drop("imported")
    return records, submissions, found.dictionary, (found.summary, found.rejects, found.warnings, found.offsets)


def test_spark_and_duckdb_read_the_same(engine: DuckDb, spark: Spark, tmp_path: Path) -> None:
    paths = files(tmp_path)
    stamps = dict.fromkeys(paths, RECEIVED)
    ours, theirs = (tables(read(one, paths, imported=stamps, key=KEY)) for one in (engine, spark))
    for a, b in zip(ours[:3], theirs[:3], strict=True):
        assert a.equals(b.cast(dict(a.schema)))
    assert ours[3] == theirs[3]
