"""How councils differ on a measure, period by period; and which councils are alike. Frames in, frames out."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from evenhand.compare import peers as nearest
from evenhand.compare import variation as calc
from evenhand.compare.intervals import Z95
from evenhand.edition.context import Feature
from evenhand.edition.judge import Scale, method
from evenhand.measures.definition import Measure

# Too small and too unlike any other council to be anybody's peer (the NHS England peer groups leave them out too).
TOO_UNLIKE = ("city-of-london", "isles-of-scilly")

VARIATION: dict[str, Any] = {
    "measure": pl.String, "series": pl.Int8, "period": pl.String, "group": pl.String, "councils": pl.Int32,
    "without_figure": pl.Int32, "zeros": pl.Int32, "minimum": pl.Float64, "smallest_non_zero": pl.Float64,
    "maximum": pl.Float64, "mean_of_councils": pl.Float64, "cv": pl.Float64, "highest_to_lowest": pl.Float64,
    "ninety_to_ten": pl.Float64, "deciles": pl.List(pl.Float64), "highest": pl.String, "lowest": pl.String,
    "ratio": pl.Float64, "ratio_lower": pl.Float64, "ratio_upper": pl.Float64, "low_threshold": pl.Float64,
    "high_threshold": pl.Float64, "below": pl.Int32, "above": pl.Int32, "observed_variance": pl.Float64,
    "chance_variance": pl.Float64, "systematic_share": pl.Float64, "ends_with_care": pl.List(pl.String),
}  # fmt: skip

DECILES: dict[str, Any] = {
    "measure": pl.String, "series": pl.Int8, "segment": pl.String, "period": pl.String, "group": pl.String,
    "p10": pl.Float64, "p25": pl.Float64, "p50": pl.Float64, "p75": pl.Float64, "p90": pl.Float64,
}  # fmt: skip

ROUNDING = 0.0501  # half of the last decimal that publishers print, and the dust of a float

PEERS: dict[str, Any] = {
    "area": pl.String, "place": pl.Int16, "peer": pl.String, "distance": pl.Float64, "without": pl.List(pl.String),
    "features": pl.List(pl.String), "shares": pl.List(pl.Float64),
}  # fmt: skip


def plain(value: Any) -> float | None:
    """A finite float, or None."""
    return float(value) if value is not None and np.isfinite(value) else None


def exact(frame: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Each row's figure unrounded where its counts are published, else as printed; NaN where there is none.

    Some counts are printed to the nearest 5 beside a figure worked out before rounding (ASCOF 4B). Where the two differ
    by more than the figure's own rounding, the figure as printed is nearer the truth, and is the one that pages show.
    """
    finer = (pl.col("calculated") - pl.col("value")).abs() <= ROUNDING
    best = pl.when(finer).then("calculated").otherwise("value")
    return frame.select(best.fill_null(np.nan)).to_series().to_numpy().astype(np.float64)


def councils_only(values: pl.DataFrame) -> list[pl.DataFrame]:
    """The councils of each series, period and group, in the order of the frame."""
    return values.filter(pl.col("level") == "council").partition_by("series", "period", "group", maintain_order=True)


def one_variation(m: Measure, councils: pl.DataFrame) -> dict[str, Any] | None:
    """METHODS §4 for one period and group, as a VARIATION row; None when fewer than two councils have a figure."""
    figures = exact(councils)
    if np.isfinite(figures).sum() < 2:
        return None
    s = calc.spread(figures)
    row: dict[str, Any] = {k: councils[k][0] for k in ("measure", "series", "period", "group")}
    row |= {
        "councils": int(s.councils), "without_figure": councils.height - int(s.councils), "zeros": int(s.zeros),
        "deciles": [float(d) for d in s.deciles],
    }  # fmt: skip
    for name in (
        "minimum",
        "smallest_non_zero",
        "maximum",
        "mean_of_councils",
        "cv",
        "highest_to_lowest",
        "ninety_to_ten",
    ):
        row[name] = plain(getattr(s, name))
    low, high = thresholds(m, row)
    row |= {"low_threshold": low, "high_threshold": high}
    row["below"], row["above"] = int(calc.count_below(figures, low)), int(calc.count_above(figures, high))
    order = np.where(np.isfinite(figures) & (figures > 0), figures, np.nan)
    row["highest"] = councils["area"][int(np.nanargmax(figures))]
    row["lowest"] = councils["area"][int(np.nanargmin(order))] if np.isfinite(order).any() else None
    row |= {"ratio": None, "ratio_lower": None, "ratio_upper": None}
    row |= _real(m, councils, figures)
    careful = councils.filter(
        pl.col("area").is_in([row["highest"] or "", row["lowest"] or ""]) & (pl.col("reliability") > 0)
    )
    row["ends_with_care"] = careful["area"].to_list()
    return row


def thresholds(m: Measure, row: dict[str, Any]) -> tuple[float, float]:
    """The measure's own thresholds, or a quarter below and above the mean of councils."""
    if m.thresholds:
        return m.thresholds
    return 0.75 * row["mean_of_councils"], 1.25 * row["mean_of_councils"]


def _real(m: Measure, councils: pl.DataFrame, figures: Any) -> dict[str, Any]:
    """The ratio of the ends with its interval, and how much of the variation is more than chance."""
    how = method(Scale.of(m), councils)
    if how == "score":
        moe = councils["margin_of_error"].fill_null(np.nan).to_numpy()
        part = calc.systematic_component(figures, np.where(moe > 0, (moe / Z95) ** 2, np.nan))
        return _systematic(part)
    if how not in ("proportion", "rate"):
        return {"observed_variance": None, "chance_variance": None, "systematic_share": None}
    shown = np.isfinite(figures)  # counts beside a figure that is not shown are no figure either
    x = np.where(shown, councils["numerator"].fill_null(np.nan).to_numpy(), np.nan)
    n = np.where(shown, councils["denominator"].fill_null(np.nan).to_numpy(), np.nan)
    part = calc.systematic_component(figures / m.per, calc.chance_variance(x, n, kind=how))  # type: ignore[arg-type]
    out = _systematic(part)
    ends = calc.extremes(x, n, kind=how)  # type: ignore[arg-type]
    if ends:
        out |= {
            "highest": councils["area"][ends.highest], "lowest": councils["area"][ends.lowest],
            "ratio": plain(ends.ratio.ratio), "ratio_lower": plain(ends.ratio.lower),
            "ratio_upper": plain(ends.ratio.upper),
        }  # fmt: skip
    return out


def _systematic(part: calc.Systematic) -> dict[str, Any]:
    return {
        "observed_variance": plain(part.observed), "chance_variance": plain(part.chance),
        "systematic_share": plain(part.share),
    }  # fmt: skip


def variation(m: Measure, values: pl.DataFrame) -> pl.DataFrame:
    """One VARIATION row for every series, period and group with at least two councils' figures."""
    rows = [row for c in councils_only(values) if (row := one_variation(m, c)) is not None]
    return pl.DataFrame(rows, schema=VARIATION)


def deciles(m: Measure, values: pl.DataFrame) -> pl.DataFrame:
    """The 10th, 25th, 50th, 75th and 90th percentiles of councils in each period: a trend's background."""
    rows = []
    for c in councils_only(values):
        band = calc.percentile_bands(exact(c)[None, :])[0]
        if np.isfinite(band).all():
            keys = {k: c[k][0] for k in ("measure", "series", "segment", "period", "group")}
            rows.append(keys | dict(zip(("p10", "p25", "p50", "p75", "p90"), map(float, band), strict=True)))
    return pl.DataFrame(rows, schema=DECILES)


def peers(frame: pl.DataFrame, found: list[Feature]) -> pl.DataFrame:
    """The 15 nearest councils of each council, as PEERS rows; fewer rows where fewer can be found.

    A council that lacks a feature (one made after the census or the indices were drawn up) is matched on the features
    it has, among all councils that have those, and ``without`` names what was left out: nothing is imputed.
    """
    areas = frame["area"].to_list()
    columns = {f.id: frame[f.id].fill_null(np.nan).to_numpy() for f in found}
    small = [a in TOO_UNLIKE for a in areas]
    rows: list[dict[str, Any]] = []
    lacks = {a: tuple(f.id for f in found if not np.isfinite(columns[f.id][i])) for i, a in enumerate(areas)}
    for without in sorted(set(lacks.values()), key=lambda w: (len(w), w)):
        used = {k: v for k, v in columns.items() if k not in without}
        if len(used) < 2:
            continue
        near = nearest.peers(used, exclude=np.array(small))
        for i, a in enumerate(areas):
            if lacks[a] == without:
                rows += _peer_rows(a, i, near, areas, without)
    return pl.DataFrame(rows, schema=PEERS).sort("area", "place")


def _peer_rows(
    area: str, i: int, near: nearest.Peers, areas: list[str], without: tuple[str, ...]
) -> list[dict[str, Any]]:
    rows = []
    for place, j in enumerate(near.index[i]):
        if j >= 0:
            rows.append(
                {
                    "area": area,
                    "place": place + 1,
                    "peer": areas[int(j)],
                    "distance": float(near.distance[i, place]),
                    "without": list(without),
                    "features": list(near.features),
                    "shares": [float(s) if np.isfinite(s) else 0.0 for s in near.share[i, place]],
                }
            )
    return rows
