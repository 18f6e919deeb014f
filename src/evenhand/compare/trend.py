"""Is it going up or down? Judged only where there is enough that can be compared, and never across a break.

Annual figures: ``trend``, weighted least squares on the last five comparable points. Quarterly or monthly figures:
``xmr``, a process-behaviour chart. Both say why when they do not judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.compare._arrays import Bools, Floats, floats, ratio

POINTS = 5  # annual points that a trend is judged on
CRITICAL = 9.55  # of (slope/SE)², chi-square with 1 degree of freedom: p < 0.002


class Judged(StrEnum):
    """Whether a trend was judged, and if not, why."""

    YES = "judged"
    NO_FIGURES = "no figures"
    TOO_FEW = "fewer than five points"
    BREAK = "too few points since a break in definition"


JUDGED_SENTENCES: dict[Judged, str] = {
    Judged.YES: "Judged on the last five comparable years.",
    Judged.NO_FIGURES: "Not judged: there are no figures with an interval.",
    Judged.TOO_FEW: "Not judged: a trend needs five comparable years.",
    Judged.BREAK: "Not judged: there are fewer than five years since the definition changed.",
}


@dataclass(frozen=True)
class Trend:
    """One trend a council, arrays of shape (councils,); NaN where not judged.

    slope:      change a year, in the units of the figures.   se: its standard error.
    statistic:  (slope/se)², to set against 9.55.
    steady:     the slope keeps its sign whichever one point is left out.
    direction:  +1 rising, −1 falling, 0 no clear change.
    points:     how many comparable points there were (up to 5); first, last: the years of those used.
    judged:     a ``Judged`` a council.
    """

    slope: Floats
    se: Floats
    statistic: Floats
    steady: Bools
    direction: Floats
    points: NDArray[np.int64]
    first: Floats
    last: Floats
    judged: tuple[Judged, ...]


def _slope(x: Floats, y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted least-squares slope and its standard error when weights are 1/SE² known; over the last axis."""
    total = w.sum(axis=-1)
    gap = x - ratio((w * x).sum(axis=-1), total)[..., None]
    level = y - ratio((w * y).sum(axis=-1), total)[..., None]
    lean = (w * gap * gap).sum(axis=-1)
    return ratio((w * gap * level).sum(axis=-1), lean), ratio(1.0, np.sqrt(lean))


def _last_comparable(good: Bools, segment: NDArray[np.object_]) -> list[tuple[NDArray[np.int64], Judged]]:
    """For each council, the columns of its last points within one segment, and whether there are enough of them."""
    out = []
    for row in range(good.shape[0]):
        with_figure = np.flatnonzero(good[row])
        if with_figure.size == 0:
            out.append((with_figure, Judged.NO_FIGURES))
            continue
        same = with_figure[segment[row, with_figure] == segment[row, with_figure[-1]]]
        # A council may return to an earlier segment's label by mistake: only the unbroken run at the end counts.
        broken = np.flatnonzero(segment[row] != segment[row, with_figure[-1]])
        earlier = broken[broken < with_figure[-1]]
        same = same[same > earlier[-1]] if earlier.size else same
        if same.size >= POINTS:
            out.append((same[-POINTS:], Judged.YES))
        else:
            out.append((same, Judged.BREAK if with_figure.size > same.size else Judged.TOO_FEW))
    return out


def trend(years: ArrayLike, values: ArrayLike, se: ArrayLike, segment: ArrayLike | None = None) -> Trend:
    """The trend of each council over its last five comparable annual points.

    Significant when (β/SE)² > 9.55 (p < 0.002) and the slope keeps its sign with any one point left out. Weights are
    1/SE²; take SE from an interval (``intervals.standard_error``), so that a figure of 0 still has one.
    Source: weighted least squares (Aitken 1935); the threshold and the leave-one-out rule are METHODS section 5.

    years: shape (t,), rising.  values, se: shape (councils, t) or (t,); NaN is missing, and a point without a positive
    SE cannot be used.  segment: any labels, shape (t,) or (councils, t); figures are comparable only within an unbroken
    run of one label. The line is fitted to the real years, so a missing year between is allowed.
    Raises ValueError when the years do not rise.
    Example: 20.0, 20.9, 22.1, 23.0, 24.0, each ± SE 0.3 -> slope 1.01 a year, statistic 113.3, rising.
    """
    year = floats(years)
    if not (np.diff(year) > 0).all():
        raise ValueError("years must rise: sort the points before asking for a trend")
    v, s = np.broadcast_arrays(np.atleast_2d(floats(values)), np.atleast_2d(floats(se)))
    labels = np.zeros(year.size) if segment is None else np.asarray(segment)
    chosen = _last_comparable(np.isfinite(v) & (s > 0), np.broadcast_to(labels.astype(object), v.shape))
    rows = np.array([r for r, (_, j) in enumerate(chosen) if j is Judged.YES], dtype=np.int64)
    slope, error, statistic, direction, first, last = (np.full(v.shape[0], np.nan) for _ in range(6))
    steady = np.zeros(v.shape[0], dtype=np.bool_)
    if rows.size:
        columns = np.stack([chosen[r][0] for r in rows])
        x, y = year[columns], v[rows[:, None], columns]
        w = 1 / s[rows[:, None], columns] ** 2
        b, e = _slope(x, y, w)
        keep = ~np.eye(POINTS, dtype=np.bool_)  # each row leaves one point out
        without, _ = _slope(x[:, None, :], y[:, None, :], w[:, None, :] * keep)
        same_sign = (np.sign(without) == np.sign(b)[:, None]).all(axis=1) & (b != 0)
        slope[rows], error[rows], statistic[rows], steady[rows] = b, e, (b / e) ** 2, same_sign
        direction[rows] = np.where(((b / e) ** 2 > CRITICAL) & same_sign, np.sign(b), 0.0)
        first[rows], last[rows] = x[:, 0], x[:, -1]
    points = np.array([c.size for c, _ in chosen], dtype=np.int64)
    return Trend(slope, error, statistic, steady, direction, points, first, last, tuple(j for _, j in chosen))


WIDTH = 2.66  # 3 / d₂ for moving ranges of two
RANGE_LIMIT = 3.267  # D₄ for moving ranges of two
FEWEST = 12  # points below which a chart is drawn and not judged
RUN = 8  # points in a row on one side of the mean
CLIMB = 6  # points in a row, each above (or each below) the one before


class Signal(StrEnum):
    """The four usual signals of a process-behaviour chart."""

    OUTSIDE = "a point outside the limits"
    RUN = "eight points in a row on one side of the mean"
    CLIMB = "six points in a row rising or falling"
    NEAR_LIMIT = "two of three points in a row beyond two thirds of the way to one limit"


@dataclass(frozen=True)
class Xmr:
    """A process-behaviour chart. mean, lower and upper are None, and signals empty, where it is not judged.

    ranges: moving ranges, shape (t − 1,), NaN beside a missing point. dropped: those left out of their mean.
    signals: for each kind found, which points take part, shape (t,).
    """

    judged: bool
    reason: str
    mean: float | None
    lower: float | None
    upper: float | None
    mean_range: float | None
    ranges: Floats
    dropped: Bools
    signals: dict[Signal, Bools]


def _runs(hit: Bools, length: int, needed: int | None = None) -> Bools:
    """Points that are hits inside any window of ``length`` with at least ``needed`` (default all) hits."""
    out = np.zeros_like(hit)
    for start in range(hit.size - length + 1):
        window = hit[start : start + length]
        if window.sum() >= (length if needed is None else needed):
            out[start : start + length] |= window
    return out


def _climbs(rises: Bools) -> Bools:
    """Points that belong to ``CLIMB`` or more in a row joined by rises; rises has one place fewer than the points."""
    joined = _runs(rises, CLIMB - 1)
    out = np.zeros(rises.size + 1, dtype=np.bool_)
    out[:-1] |= joined
    out[1:] |= joined
    return out


def _signals(v: Floats, mean: float, reach: float) -> dict[Signal, Bools]:
    steps, off, near = np.diff(v), v - mean, 2 * reach / 3
    found = {
        Signal.OUTSIDE: np.abs(off) > reach,
        Signal.RUN: _runs(off > 0, RUN) | _runs(off < 0, RUN),
        Signal.CLIMB: _climbs(steps > 0) | _climbs(steps < 0),
        Signal.NEAR_LIMIT: _runs(off > near, 3, 2) | _runs(off < -near, 3, 2),
    }
    return {name: points for name, points in found.items() if points.any()}


def xmr(values: ArrayLike) -> Xmr:
    """Individuals and moving-range chart of one comparable series, with the four usual signals (see ``Signal``).

    Limits: mean ± 2.66 × mean moving range, after ranges above 3.267 × their mean are dropped once. Source: Shewhart;
    Wheeler, Understanding Variation (2000); NHS England, Making Data Count. Conventions differ on the run (7, 8 or 9
    points) and we take 8; six rising points are five rises.

    values: shape (t,) in time order, one definition throughout (cut the series at a break and call for each part).
    A missing point has no range beside it and ends a run. Fewer than 12 points: not judged, only drawn.
    """
    v = floats(values)
    ranges = np.abs(np.diff(v))
    present = np.isfinite(ranges)
    dropped = np.zeros(ranges.shape, dtype=np.bool_)
    count = int(np.isfinite(v).sum())
    if count < FEWEST or not present.any():
        reason = f"Not judged: {count} points are too few, at least {FEWEST} are needed."
        return Xmr(False, reason, None, None, None, None, ranges, dropped, {})
    dropped = present & (ranges > RANGE_LIMIT * ranges[present].mean())
    mean_range, mean = float(ranges[present & ~dropped].mean()), float(np.nanmean(v))
    reach = WIDTH * mean_range
    reason = f"Judged on {count} points."
    return Xmr(True, reason, mean, mean - reach, mean + reach, mean_range, ranges, dropped, _signals(v, mean, reach))
