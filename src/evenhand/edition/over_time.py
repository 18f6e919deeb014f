"""Trends: each area's last five comparable years on a measure. Never across a break; a voluntary year is set aside."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from evenhand.compare import intervals
from evenhand.compare import trend as calc
from evenhand.edition.spread import plain
from evenhand.facts.register import period_end
from evenhand.measures.definition import SURVEY_KINDS, Measure

TRENDS: dict[str, Any] = {
    "measure": pl.String, "group": pl.String, "area": pl.String, "level": pl.String, "judged": pl.String,
    "direction": pl.Int8, "slope": pl.Float64, "se": pl.Float64, "statistic": pl.Float64, "steady": pl.Boolean,
    "points": pl.Int8, "first": pl.String, "last": pl.String,
}  # fmt: skip


def trends(m: Measure, values: pl.DataFrame) -> pl.DataFrame:
    """One TRENDS row for every area and group with a figure; ``judged`` says why a trend is not judged.

    Standard errors come from the 95% intervals. Slopes are in the measure's unit a year.
    """
    aside = [p for p, _ in m.set_aside]
    usable = values.filter(~pl.col("period").is_in(aside) & pl.col("value").is_not_null())
    frames = [_one_group(m, g) for g in usable.partition_by("group", maintain_order=True)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=TRENDS)


def _one_group(m: Measure, values: pl.DataFrame) -> pl.DataFrame:
    periods = sorted(values["period"].unique().to_list(), key=period_end)
    column = {p: i for i, p in enumerate(periods)}
    areas = values.select("area", "level").unique(maintain_order=True).rows()
    row = {a: i for i, (a, _) in enumerate(areas)}
    shape = (len(areas), len(periods))
    value, lower, upper = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    best = values.select("area", "period", pl.coalesce("calculated", "value"), "lower95", "upper95")
    for area, period, v, lo, hi in best.iter_rows():
        at = row[area], column[period]
        value[at], lower[at], upper[at] = v, np.nan if lo is None else lo, np.nan if hi is None else hi
    se = intervals.standard_error(lower, upper)
    if m.kind in SURVEY_KINDS:
        se = _with_rounding(se, m.decimals)
    got = calc.trend(
        [period_end(p).year for p in periods],
        value,
        se,
        [m.segment(p) for p in periods],
    )
    of_year = {period_end(p).year: p for p in periods}

    def period_of(year: float) -> str | None:
        return of_year.get(int(year)) if np.isfinite(year) else None

    rows = [
        {
            "measure": m.id, "group": values["group"][0], "area": area, "level": level, "judged": str(got.judged[i]),
            "direction": None if not np.isfinite(got.direction[i]) else int(got.direction[i]),
            "slope": plain(got.slope[i]), "se": plain(got.se[i]), "statistic": plain(got.statistic[i]),
            "steady": bool(got.steady[i]), "points": int(got.points[i]), "first": period_of(got.first[i]),
            "last": period_of(got.last[i]),
        }
        for i, (area, level) in enumerate(areas)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=TRENDS)


def _with_rounding(se: np.ndarray[Any, np.dtype[np.float64]], decimals: int) -> Any:
    """Standard errors of survey figures, allowing for how the publisher rounds figure and margin.

    A region's margin printed as 0.1 may be 0.15, and its figure may be 0.05 off: without this, rounding alone makes
    trends of large areas look certain. The margin is taken at its upper end; the figure's rounding adds unit² / 12.
    """
    unit = 10.0**-decimals
    return np.sqrt((se + unit / 2 / intervals.Z95) ** 2 + unit**2 / 12)
