"""What judging leaves behind: the columns of a judged row, and what a set of councils was compared with.

Only names and types, so that reading an edition loads none of the arithmetic that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

JUDGED: dict[str, Any] = {
    "lower95": pl.Float64, "upper95": pl.Float64, "lower998": pl.Float64, "upper998": pl.Float64,
    "interval": pl.String, "reliability": pl.UInt8, "differs": pl.Int8, "z": pl.Float64, "band": pl.String,
    "rank_median": pl.Int16, "rank_low": pl.Int16, "rank_high": pl.Int16, "ranked": pl.Int16,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Against:
    """What one set of councils was compared with, for the page to show and the funnel to draw.

    value: the benchmark in the measure's unit; mean_of_councils: the plain mean, labelled; phi, tau2, y0: of the
    over-dispersed funnel, on its working scale; councils: how many had a figure that could be judged.
    """

    kind: str
    value: float | None
    mean_of_councils: float | None
    numerator: float | None
    denominator: float | None
    phi: float | None
    tau2: float | None
    y0: float | None
    councils: int


NOT_JUDGED = Against("none", None, None, None, None, None, None, None, 0)

GROUP = "all"  # with the latest period, what council pages show against a set; the rest is judged when asked for
KINDS = ("region", "type", "peers")
# What depends on the set; a figure's own interval and the reasons for care are the same in every set.
OF_THE_SET = ("differs", "z", "band", "rank_median", "rank_low", "rank_high", "ranked")
OF_A_MARK = tuple(f.name for f in fields(Against))
KEY: dict[str, Any] = {
    "measure": pl.String, "period": pl.String, "group": pl.String, "against": pl.String, "set": pl.String,
}  # fmt: skip
SETS: dict[str, Any] = KEY | {"area": pl.String} | {c: JUDGED[c] for c in OF_THE_SET}
MARKS: dict[str, Any] = KEY | {
    "kind": pl.String, "value": pl.Float64, "mean_of_councils": pl.Float64, "numerator": pl.Float64,
    "denominator": pl.Float64, "phi": pl.Float64, "tau2": pl.Float64, "y0": pl.Float64, "councils": pl.Int32,
}  # fmt: skip


def mark_of(row: Mapping[str, Any]) -> Against:
    """What a set was compared with, from its MARKS row."""
    return Against(**{f: row[f] for f in OF_A_MARK})
