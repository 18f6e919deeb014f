"""The two engines: DuckDB in this process, spilling to a scratch folder, and a Spark session."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from evenhand.facts.errors import EvenhandError

MEMORY = "3GB"  # what DuckDB may hold before it spills; the process needs some more around it


def typed(con: Any, table: ir.Table, quote: str) -> str:
    """The table's SQL with every column cast to the type that Ibis holds it to be.

    Engines widen on their own (a sum of bigints is a hugeint in DuckDB), and the next stage would meet another type
    than its expression was written for.
    """
    con._run_pre_execute_hooks(table)  # tables held in memory become known to the engine; compiling alone does not
    mapper = con.compiler.type_mapper
    columns = ", ".join(
        f"CAST({quote}{name}{quote} AS {mapper.to_string(kind)}) AS {quote}{name}{quote}"
        for name, kind in table.schema().items()
    )
    return f"SELECT {columns} FROM ({con.compile(table)}) AS made"  # noqa: S608 - our own expression, our own names


@dataclass
class DuckDb:
    """DuckDB in memory, with a scratch folder for what does not fit. Close it to let go of the folder's files."""

    scratch: Path
    threads: int | None = None
    memory: str = MEMORY
    con: Any = field(init=False)

    def __post_init__(self) -> None:
        settings: dict[str, Any] = {
            "temp_directory": str(self.scratch / "spill"),
            "memory_limit": self.memory,
            # Nothing here depends on the order of rows, and keeping it costs memory.
            "preserve_insertion_order": False,
        }
        if self.threads:
            settings["threads"] = self.threads
        self.con = ibis.duckdb.connect(**settings)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """See ``Engine.keep``."""
        self.con.raw_sql(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {typed(self.con, table, quote=chr(34))}')
        return self.con.table(name)

    def drop(self, *names: str) -> None:
        """See ``Engine.drop``."""
        for name in names:
            self.con.raw_sql(f'DROP TABLE IF EXISTS "{name}"')

    def close(self) -> None:
        """Let go of everything."""
        self.con.disconnect()


@dataclass
class Spark:
    """A Spark session on this machine, or one that is given (a cluster's own)."""

    scratch: Path
    threads: int = 2
    session: Any = None
    con: Any = field(init=False)
    _kept: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.session is None:
            self.session = _session(self.scratch, self.threads)
        self.con = ibis.pyspark.connect(self.session)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """See ``Engine.keep``. The rows are written to the scratch folder: no plan grows from stage to stage."""
        folder = str(self.scratch / "kept" / f"{name}-{len(self._kept)}")
        self.session.sql(typed(self.con, table, quote="`")).write.mode("overwrite").parquet(folder)
        self._kept[f"{name}-{len(self._kept)}"] = folder
        self.session.read.parquet(folder).createOrReplaceTempView(name)
        return self.con.table(name)

    def drop(self, *names: str) -> None:
        """See ``Engine.drop``. The files go with the scratch folder."""
        for name in names:
            self.session.catalog.dropTempView(name)

    def close(self) -> None:
        """End the session."""
        self.session.stop()


def _session(scratch: Path, threads: int) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise EvenhandError(
            "Spark is not installed.", do="Install Evenhand with its [scale] extra, and Java 17 or later."
        ) from missing
    builder = (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("evenhand")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(2 * threads))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.local.dir", str(scratch / "spark"))
    )
    try:
        session = builder.getOrCreate()
    except Exception as fault:
        raise EvenhandError(
            "Spark did not start.", do="It needs Java 17 or later: see that `java -version` answers."
        ) from fault
    session.sparkContext.setLogLevel("ERROR")
    return session
