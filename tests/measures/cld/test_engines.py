"""One set of expressions, several engines: whatever works them out, and in whatever order the rows come, the tables
are the same to the last cell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.measures.cld.options import Options
from tests.measures.cld import rows
from tests.measures.cld.naive import against, messy

Tables = dict[str, list[str]]


def made(engine: DuckDb | Spark, shuffled: int | None = None, councils: int = 400) -> Tables:
    """Every table of messy councils, as sorted lines. shuffled: a seed for another order of the records."""
    records, selection = messy.together(messy.councils(11, councils))
    if shuffled is not None:
        random.Random(shuffled).shuffle(records)
    found = against.real(engine, records, selection, Options())
    return {name: sorted(str(tuple(row.items())) for row in table) for name, table in found.items()}


@pytest.fixture(scope="module")
def usual(duck: DuckDb) -> Tables:
    """What DuckDB makes of the records in their own order, with as many threads as it takes by itself."""
    return made(duck)


@pytest.fixture(params=[1, 4], ids=["one thread", "four threads"])
def threaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDb]:
    """DuckDB with so many threads."""
    engine = DuckDb(tmp_path_factory.mktemp("threads"), threads=request.param)
    yield engine
    engine.close()


def test_duckdb_gives_the_same_tables_whatever_the_threads_and_the_order_of_rows(
    threaded: DuckDb, usual: Tables
) -> None:
    again = made(threaded, shuffled=5)
    for name, lines in usual.items():
        assert lines, name
        assert again[name] == lines, name


@pytest.mark.spark
def test_spark_gives_the_same_tables(spark: Spark, duck: DuckDb) -> None:
    expected, found = made(duck, councils=60), made(spark, shuffled=6, councils=60)
    for name, lines in expected.items():
        assert lines, name
        assert found[name] == lines, name


def over(table: ir.Table, other: ir.Table, least: int) -> ir.Table:
    """A question: the people of both tables from a number on, and the sum of them so far."""
    both = table.union(other).filter(lambda t: t["person"] >= least)
    return both.group_by("la").agg(people=both.count(), total=both["person"].sum())


def numbered(*people: int) -> ir.Table:
    return rows.table([{"la": "A", "person": person} for person in people], {"la": "string", "person": "int64"})


@pytest.fixture(params=["duck", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_a_question_asked_again_is_about_the_tables_it_is_asked_of(engine: Any) -> None:
    first = engine.answer("first", over, (numbered(1, 2), numbered(3)), (2,))
    written = dict(engine.written)
    second = engine.answer("second", over, (numbered(5), numbered(7, 9)), (2,))
    assert engine.written == written  # the SQL is that of the first time
    third = engine.answer("third", over, (numbered(5), numbered(7, 9)), (8,))
    told = [table.to_pyarrow().to_pylist() for table in (first, second, third)]
    assert told == [
        [{"la": "A", "people": 2, "total": 5}], [{"la": "A", "people": 3, "total": 21}],
        [{"la": "A", "people": 1, "total": 9}],
    ]  # fmt: skip


def test_an_answer_has_the_types_that_the_expression_declares(duck: DuckDb) -> None:
    table = numbered(1, 2)
    found = duck.con.to_pyarrow(table.group_by("la").agg(total=table["person"].sum()))
    assert found.schema.field("total").type == pa.int64()  # DuckDB's own sum is twice as wide
