"""Where expressions run: DuckDB here, or a Spark session. A stage's answer is kept under a name, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir


class Engine(Protocol):
    """What a stage may ask of the engine it runs on."""

    con: Any  # the Ibis backend
    scratch: Path  # a folder for files that go when the engine is closed

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Work the expression out now and keep it as a temporary table; the answer stands for the kept rows."""

    def drop(self, *names: str) -> None:
        """Let go of kept tables that are no longer needed."""
