"""The engines that the tests of client-level data run on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from evenhand.measures.cld.engines import DuckDb, Spark


@pytest.fixture(scope="session")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDb]:
    """DuckDB in memory, for all tests of a run: a table kept again replaces the one of that name."""
    engine = DuckDb(tmp_path_factory.mktemp("duck"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """A Spark session on this machine, the only one of a run: it takes some seconds to start."""
    if find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed: it comes with the [scale] extra")
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark needs")
    engine = Spark(tmp_path_factory.mktemp("spark"))
    yield engine
    engine.close()
