"""Where expressions run: DuckDB here, or a Spark session. A stage's answer is kept under a name, once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir

Question = Callable[..., ir.Table]


class Engine(Protocol):
    """What a stage may ask of the engine it runs on."""

    con: Any  # the Ibis backend
    scratch: Path  # a folder for files that go when the engine is closed

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Work the expression out now and keep it as a temporary table; the answer stands for the kept rows."""

    def answer(self, name: str, question: Question, tables: Sequence[ir.Table], given: Sequence[Hashable]) -> ir.Table:
        """Keep ``question(*tables, *given)`` under the name.

        Its SQL is written once, which takes longer than a council's rows do: asked again of other tables of the same
        columns, with the same things given, only the tables are others.
        """

    def drop(self, *names: str) -> None:
        """Let go of kept tables that are no longer needed."""
