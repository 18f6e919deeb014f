"""The few words in which the two engines' SQL differs, and the few things that are asked of them directly.

Reading is many small questions about raw text; asked as plain SQL they cost the engine's time and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from evenhand.sources.cld.model import Engine


class Sql:
    """SQL to the engine's own session. ``duck`` says which of the two it is."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.duck: bool = engine.con.name == "duckdb"
        self._native: Any = engine.con.con if self.duck else engine.con._session

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        if self.duck:
            return self._native.execute(query).fetchall()  # type: ignore[no-any-return]
        return [tuple(row) for row in self._native.sql(query).collect()]

    def frame(self, query: str) -> pl.DataFrame:
        """The answer as a frame: for answers of many rows."""
        if self.duck:
            return self._native.execute(query).pl()  # type: ignore[no-any-return]
        return pl.DataFrame(self._native.sql(query).toArrow())

    def run(self, statement: str) -> None:
        """A statement that has no answer."""
        if self.duck:
            self._native.execute(statement)
        else:
            self._native.sql(statement)

    def file(self, name: str, path: Path) -> None:
        """A name for a Parquet file of ours."""
        if self.duck:
            self.view(name, f"SELECT * FROM read_parquet({self.text(str(path))})")
        else:
            self._native.read.parquet(str(path)).createOrReplaceTempView(name)

    def view(self, name: str, query: str) -> None:
        """A name for a query; nothing is worked out."""
        if self.duck:
            self._native.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
        else:
            self._native.sql(query).createOrReplaceTempView(name)

    def keep(self, name: str, query: str) -> ir.Table:
        """The query's answer, kept as a table of the engine."""
        if self.duck:
            self._native.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')
            return self.engine.con.table(name)
        self._native.sql(query).createOrReplaceTempView(f"{name}_asked")
        return self.engine.keep(name, self.engine.con.table(f"{name}_asked"))

    def put(self, name: str, table: pa.Table) -> None:
        """A small table of ours, for the engine to join."""
        if self.duck:
            self._native.register(f"{name}_given", table)
            self._native.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_given")
            self._native.unregister(f"{name}_given")
        else:
            import pyarrow.parquet as pq

            folder = self.engine.scratch / "given"
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{name}.parquet"
            pq.write_table(table, file)
            self._native.read.parquet(str(file)).createOrReplaceTempView(name)

    def drop(self, *names: str) -> None:
        """Let go of tables and views of ours."""
        for name in names:
            if self.duck:
                for kind in ("VIEW", "TABLE"):
                    held = "views" if kind == "VIEW" else "tables"
                    if self.rows(f"SELECT 1 FROM duckdb_{held}() WHERE {kind.lower()}_name = {self.text(name)}"):
                        self._native.execute(f'DROP {kind} IF EXISTS "{name}"')
            else:
                self._native.catalog.dropTempView(name)

    @contextmanager
    def small_groups(self) -> Iterator[None]:
        """Let DuckDB count by small whole numbers in an array, of up to a few million places: twice as quick."""
        if self.duck:
            self._native.execute("SET perfect_ht_threshold = 22")
        try:
            yield
        finally:
            if self.duck:
                self._native.execute("RESET perfect_ht_threshold")

    def text(self, value: str) -> str:
        """A text as a literal."""
        if not self.duck:
            value = value.replace("\\", "\\\\")
            return "'" + value.replace("'", "\\'") + "'"
        return "'" + value.replace("'", "''") + "'"

    def name(self, column: str) -> str:
        """A column's name, quoted."""
        return '"' + column.replace('"', '""') + '"' if self.duck else "`" + column.replace("`", "``") + "`"

    def place(self, column: str, words: Sequence[str]) -> str:
        """The place of the column's text among the words, from 1; NULL for any other text.

        DuckDB works it out once for each word of a Parquet dictionary, not for each row, so long as no join and no
        cast comes between; a list costs it a tenth of what a map does.
        """
        listed = ", ".join(self.text(word) for word in words)
        return (
            f"list_position([{listed}], {column})"
            if self.duck
            else f"nullif(array_position(array({listed}), {column}), 0)"
        )

    def pick(self, literals: Sequence[str], kind: str, place: str) -> str:
        """The one of the SQL literals that stands in the place (an integer, from 1); NULL for no place."""
        listed = ", ".join(literals)
        if self.duck:
            return f"CAST([{listed}] AS {kind}[])[{place}]"
        return f"element_at(CAST(array({listed}) AS ARRAY<{kind}>), CAST({place} AS INT))"

    def matches(self, column: str, pattern: str) -> str:
        """Whether the whole text matches a regular expression without backslashes."""
        return f"regexp_full_match({column}, '{pattern}')" if self.duck else f"({column} RLIKE '^(?:{pattern})$')"

    def secret(self, column: str, key: bytes, purpose: str) -> str:
        """The first 72 bits of HMAC-SHA256 of a text (RFC 2104), as twelve letters.

        Twelve bytes is what DuckDB holds without a second piece of memory. Two of ten million people share a
        pseudonym with a chance of one in a hundred million.
        """
        import hashlib

        short = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        inner, outer = (bytes(b ^ pad for b in short).hex() for pad in (0x36, 0x5C))
        said = f"concat({self.text(purpose + ' ')}, {column})"
        if self.duck:
            once = f"unhex(sha256(unhex('{inner}') || encode({said})))"
            coded = f"to_base64(unhex(sha256(unhex('{outer}') || {once})))"
        else:
            once = f"unhex(sha2(concat(unhex('{inner}'), encode({said}, 'UTF-8')), 256))"
            coded = f"base64(unhex(sha2(concat(unhex('{outer}'), {once}), 256)))"
        return f"translate(substr({coded}, 1, 12), '+/', '._')"

    def digits(self, column: str) -> str:
        """What is left of a text without its digits."""
        return f"translate({column}, '0123456789', '')"

    def parquet(self, paths: Sequence[Path], first: int) -> tuple[str, str, str]:
        """A Parquet relation of several files of one shape: what to select from, and SQL for file number and line.

        first: the number of the first file. Spark reads one file a relation.
        """
        if self.duck:
            listed = [str(path) for path in paths]
            files = "[" + ", ".join(self.text(p) for p in listed) + "]"
            if len(listed) == 1:
                return f"read_parquet({files}, file_row_number=true)", str(first), "file_row_number + 2"
            number = f"list_position({files}, filename) + {first - 1}"
            return f"read_parquet({files}, file_row_number=true, filename=true)", number, "file_row_number + 2"
        assert len(paths) == 1
        held = f"cld_file_{first}"
        frame = self._native.read.parquet(str(paths[0]))
        frame.select("*", "_metadata.row_index").createOrReplaceTempView(held)
        return held, str(first), "row_index + 2"
