"""Many tables -> one set of observations. Where two tables print the same cell, the later publication is used.

Publishers correct earlier years in later tables. So a cell that stands in two tables is taken from the one that goes
further in time (then the later revision), and every real disagreement is kept in a list for people to see.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from evenhand.edition.library import Kept
from evenhand.facts.register import period_end
from evenhand.sources.model import OBSERVATION, ReadResult
from evenhand.sources.schema import KEY

CONFLICT = {
    "item": pl.String, "period": pl.String, "area": pl.String, "age": pl.String, "sex": pl.String, "reason": pl.String,
    "setting": pl.String, "part": pl.String, "used_table": pl.String, "used_value": pl.Float64,
    "other_table": pl.String, "other_value": pl.Float64,
}  # fmt: skip


def _standing(kept: Kept) -> tuple[str, str, str]:
    newest = max((period_end(p).isoformat() for p in kept.periods), default="")
    return (newest, kept.revision, kept.table)


def combined(loaded: Sequence[tuple[Kept, ReadResult]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All observations with their ``table``, one row a KEY, and the conflicts (CONFLICT columns).

    Any row beats no row, and a number beats a symbol of an older table only by being in the later one: a figure that a
    later table suppresses stays suppressed.
    """
    ordered = sorted(loaded, key=lambda pair: _standing(pair[0]))
    frames = [
        r.observations.with_columns(table=pl.lit(k.table), standing=pl.lit(i, pl.Int32))
        for i, (k, r) in enumerate(ordered)
    ]
    if not frames:
        return pl.DataFrame(schema=OBSERVATION | {"table": pl.String}), pl.DataFrame(schema=CONFLICT)
    every = pl.concat(frames)
    used = every.sort("standing").unique(KEY, keep="last", maintain_order=True)
    others = every.join(
        used.select(*KEY, pl.col("table").alias("used_table"), pl.col("value").alias("used_value")), on=KEY
    )
    conflicts = (
        others.filter((pl.col("table") != pl.col("used_table")) & ~pl.col("value").eq_missing(pl.col("used_value")))
        .rename({"table": "other_table", "value": "other_value"})
        .select(*CONFLICT)
        .sort(*KEY, "other_table")
    )
    return used.drop("standing").sort(KEY), conflicts
