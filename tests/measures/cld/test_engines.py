"""One set of expressions, several engines: whatever works them out, and in whatever order the rows come, the tables
are the same to the last cell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from evenhand.measures.cld.engines import DuckDb, Spark
from evenhand.measures.cld.options import Options
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
