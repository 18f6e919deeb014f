"""The two engines: DuckDB in this process, spilling to a scratch folder, and a Spark session."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.engine import Question

MEMORY = "3GB"  # what DuckDB may hold before it spills; the process needs some more around it
# To merge nested selects takes Ibis a third of the time in which it writes SQL; engines see through them by themselves.
ibis.options.sql.fuse_selects = False


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


def _asked(
    engine: DuckDb | Spark, question: Question, tables: Sequence[ir.Table], given: Sequence[Hashable], quote: str
) -> str:
    """The SQL of the question to the views ``given_0``, ``given_1`` and on, which from now on show these tables."""
    for place, table in enumerate(tables):
        engine.con._run_pre_execute_hooks(table)
        engine.view(f"given_{place}", engine.con.compile(table))
    columns = tuple(table.schema() for table in tables)
    asked = (question, columns, tuple(given))
    if asked not in engine.written:
        views = [engine.con.table(f"given_{place}") for place in range(len(tables))]
        engine.written[asked] = typed(engine.con, question(*views, *given), quote)
    return engine.written[asked]


class _Arrow(Backend):  # type: ignore[misc]
    """Ibis' DuckDB, which hands tables over as DuckDB gives them: Ibis' own way loads pandas (0.3 s) and needs none."""

    def to_pyarrow(self, expr: ir.Expr, /, **how: Any) -> Any:
        if not isinstance(expr, ir.Table):
            return super().to_pyarrow(expr, **how)
        return self._to_duckdb_relation(expr, **how).to_arrow_table().cast(expr.schema().to_pyarrow())


@dataclass
class DuckDb:
    """DuckDB in memory, with a scratch folder for what does not fit. Close it to let go of the folder's files."""

    scratch: Path
    threads: int | None = None
    memory: str = MEMORY
    con: Any = field(init=False)
    written: dict[Hashable, str] = field(init=False, default_factory=dict)  # SQL by question, see ``Engine.answer``

    def __post_init__(self) -> None:
        settings: dict[str, Any] = {
            "temp_directory": str(self.scratch / "spill"),
            "memory_limit": self.memory,
            # Nothing here depends on the order of rows, and keeping it costs memory.
            "preserve_insertion_order": False,
        }
        if self.threads:
            settings["threads"] = self.threads
        self.con = _Arrow().connect(**settings)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """See ``Engine.keep``."""
        return self._kept(name, typed(self.con, table, quote='"'))

    def answer(self, name: str, question: Question, tables: Sequence[ir.Table], given: Sequence[Hashable]) -> ir.Table:
        """See ``Engine.answer``."""
        return self._kept(name, _asked(self, question, tables, given, quote='"'))

    def view(self, name: str, query: str) -> None:
        """A name for a query."""
        self.con.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}')

    def _kept(self, name: str, query: str) -> ir.Table:
        self.con.raw_sql(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')
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
    written: dict[Hashable, str] = field(init=False, default_factory=dict)  # SQL by question, see ``Engine.answer``
    _folders: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.session is None:
            self.session = _session(self.scratch, self.threads)
        self.con = ibis.pyspark.connect(self.session)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """See ``Engine.keep``. The rows are written to the scratch folder: no plan grows from stage to stage."""
        return self._kept(name, typed(self.con, table, quote="`"))

    def answer(self, name: str, question: Question, tables: Sequence[ir.Table], given: Sequence[Hashable]) -> ir.Table:
        """See ``Engine.answer``."""
        return self._kept(name, _asked(self, question, tables, given, quote="`"))

    def view(self, name: str, query: str) -> None:
        """A name for a query."""
        self.session.sql(query).createOrReplaceTempView(name)

    def _kept(self, name: str, query: str) -> ir.Table:
        self._folders += 1
        folder = str(self.scratch / "kept" / f"{name}-{self._folders}")
        self.session.sql(query).write.mode("overwrite").parquet(folder)
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
