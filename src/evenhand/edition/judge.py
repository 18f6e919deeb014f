"""Raw rows -> how sure one can be: intervals, bands and rank intervals, against one set of councils.

``judged`` works on the rows of one measure, period and group. The set that councils are compared with is simply the
councils among the rows: give it a region's councils and the benchmark, the limits and the ranks are the region's.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from evenhand.compare import funnel, intervals, ranks
from evenhand.compare.intervals import Z95, Z998
from evenhand.edition.marks import JUDGED, NOT_JUDGED, Against
from evenhand.measures.definition import SURVEY_KINDS, Measure

DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Scale:
    """What judging needs to know of a measure: from its definition, or from an edition built with an older one."""

    id: str
    kind: str
    unit: str
    per: int
    bounds: tuple[float, float] | None

    @classmethod
    def of(cls, m: Measure) -> Scale:
        """The scale of a measure as defined today."""
        return cls(m.id, m.kind, m.unit, m.per, m.bounds)

    @classmethod
    def stored(cls, d: dict[str, Any]) -> Scale:
        """The scale of a measure as an edition holds it (``measures.json``)."""
        bounds = tuple(d["bounds"]) if d.get("bounds") else None
        return cls(d["id"], d["kind"], d["unit"], d["per"], bounds)


BANDS = {-2.0: "much lower", -1.0: "lower", 0.0: "similar", 1.0: "higher", 2.0: "much higher"}


def seed_of(measure: str, period: str, group: str) -> int:
    """A seed that depends on what is ranked and on nothing else, so that a rebuilt edition has the same ranks."""
    return zlib.crc32(f"{measure}|{period}|{group}".encode())


def method(measure: Scale, frame: pl.DataFrame) -> str | None:
    """How these rows can be judged: proportion, rate, score, or None where a figure has no sampling error."""
    if measure.kind in SURVEY_KINDS:
        return "score"
    counted = frame["numerator"].is_not_null().any() and frame["denominator"].is_not_null().any()
    return measure.kind if measure.kind in ("proportion", "rate") and counted else None


def _array(frame: pl.DataFrame, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return frame[column].fill_null(np.nan).to_numpy().astype(np.float64)


@dataclass(frozen=True)
class Figures:
    """The numbers of one measure's rows for a period and group, and how they can be judged. All shape (rows,).

    how: proportion, rate or score. council: which rows are councils. x, d: numerator and denominator, NaN where there
    is no figure to show; value and moe: the figure and its margin. order: the rows in the order of their areas' names.
    """

    measure: Scale
    how: str
    council: Any
    x: Any
    d: Any
    value: Any
    moe: Any
    order: Any
    seed: int

    @classmethod
    def of(cls, measure: Scale, frame: pl.DataFrame) -> Figures | None:
        """The figures of a frame, or None where they have no sampling error or there are no rows."""
        how = method(measure, frame)
        if how is None or frame.height == 0:
            return None
        shown = frame["value"].is_not_null().to_numpy()
        x, d = (np.where(shown, _array(frame, c), np.nan) for c in ("numerator", "denominator"))
        council, order = (frame["level"] == "council").to_numpy(), frame["area"].arg_sort().to_numpy()
        seed = seed_of(measure.id, frame["period"][0], frame["group"][0])
        value, moe = _array(frame, "value"), _array(frame, "margin_of_error")
        return cls(measure, how, council, x, d, value, moe, order, seed)

    @cached_property
    def ranked(self) -> tuple[Any, ranks.Drawn | None]:
        """The rows of councils that have a rank, in the order of their names, and their draws; drawn once.

        Draws go to councils in the order of their names, so that a council's rank does not hang on the rows' order. A
        figure without its counts, or a survey figure without its margin, has no rank.
        """
        if self.how == "score":
            a, b = self.value, np.where(self.moe > 0, self.moe, np.nan) / Z95
        else:
            a, b = self.x, self.d
        kind: ranks.Kind = self.how  # type: ignore[assignment]
        a, b = ranks.usable(kind, np.where(self.council, a, np.nan), np.where(self.council, b, np.nan))
        rows = self.order[np.isfinite(a[self.order])]
        if not rows.size:
            return rows, None
        rng = np.random.default_rng([self.seed, 0])
        return rows, ranks.draw(kind, a[rows], b[rows], draws=DRAWS, rng=rng)


def judged(
    measure: Scale, frame: pl.DataFrame, *, published: float | None = None, figures: Figures | None = None
) -> tuple[pl.DataFrame, Against]:
    """The rows with the JUDGED columns added, and what they were compared with.

    frame: rows of one measure, period and group (RAW columns), any levels; only councils are banded and ranked.
    published: the publisher's own national figure, used as the benchmark of survey figures, whose councils cannot be
    summed. Counts use Σ numerator / Σ denominator of the councils in the frame (METHODS §2).
    figures: of this frame, where they are made already.
    """
    frame = frame.drop([c for c in JUDGED if c in frame.columns])
    got = figures or Figures.of(measure, frame)
    n = frame.height
    out: dict[str, Any] = dict.fromkeys(JUDGED, None)
    if got is None:
        columns = [pl.Series(k, [None] * n, dtype=t) for k, t in JUDGED.items()]
        return frame.with_columns(columns), NOT_JUDGED
    how, x, d, value, moe = got.how, got.x, got.d, got.value, got.moe
    truer = _unrounded(measure, how, x, d, value)
    limits = {z: _limits(measure, how, truer, d, value, moe, z) for z in (Z95, Z998)}
    out["lower95"], out["upper95"] = limits[Z95]
    out["lower998"], out["upper998"] = limits[Z998]
    has = np.isfinite(out["lower95"])
    words = {"proportion": "Wilson", "rate": "Byar, exact Poisson under 10", "score": "published margin of error"}
    out["interval"] = [words[how] if h else None for h in has]
    size = _array(frame, "respondents") if how == "score" else d
    points = 20.0 if measure.unit.startswith("%") else None
    out["reliability"] = intervals.reliability(value, limits[Z95][0], limits[Z95][1], size, percentage_points=points)
    against = _fit(measure, how, got.council, x, d, value, moe, published, out)
    _rank(got, out)
    columns = [_series(k, out[k], t, n) for k, t in JUDGED.items()]
    return frame.with_columns(columns), against


def _series(name: str, values: Any, dtype: Any, n: int) -> pl.Series:
    if values is None:
        return pl.Series(name, [None] * n, dtype=dtype)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pl.Series(name, values, dtype=pl.Float64).fill_nan(None).cast(dtype)
    return pl.Series(name, values, dtype=dtype)


def _unrounded(measure: Scale, how: str, x: Any, d: Any, value: Any) -> Any:
    """The numerator that a published figure was worked out from, where the printed counts are rounded too far.

    Some publishers print counts to the nearest 5 beside a figure worked out before rounding (ASCOF 4B). Where the two
    differ by more than the figure's own rounding, value x denominator is nearer to the true count than the printed one,
    and an interval made from the printed one could leave the figure itself outside. Only the interval uses it: the
    benchmark, the limits among councils and the ranks are of the counts as printed.
    """
    if how == "score":
        return x
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.abs(x / d * measure.per - value)
    return np.where(np.isfinite(gap) & (gap > 0.0501), np.minimum(value * d / measure.per, d), x)


def _limits(measure: Scale, how: str, x: Any, d: Any, value: Any, moe: Any, z: float) -> Any:
    if how == "proportion":
        low, high = intervals.wilson(x, d, z)
        return low * measure.per, high * measure.per
    if how == "rate":
        return tuple(intervals.rate_interval(x, d, measure.per, z))
    lowest, highest = measure.bounds or (None, None)
    # A published margin of 0.0 is a rounded one: it is not certainty, so there is no interval to show.
    return tuple(intervals.survey_interval(value, np.where(moe > 0, moe, np.nan), z, lowest=lowest, highest=highest))


def _fit(
    measure: Scale, how: str, council: Any, x: Any, d: Any, value: Any, moe: Any, published: float | None,
    out: dict[str, Any],
) -> Against:  # fmt: skip
    """Fit the over-dispersed funnel on the councils, and fill differs, z and band."""
    cx, cd = np.where(council, x, np.nan), np.where(council, d, np.nan)
    if how == "score":
        expected = None if published is None else np.float64(published)
        cv = np.where(council, value, np.nan)
        fit = funnel.overdispersion_of_scores(cv, np.where(moe > 0, moe, np.nan), expected=expected)
        mean = float(np.nanmean(cv)) if np.isfinite(cv).any() else None
        bench, numerator, denominator = float(fit.benchmark), None, None
    else:
        both = funnel.benchmark(cx, cd, kind=how)  # type: ignore[arg-type]
        fit = funnel.overdispersion(how, cx, cd)  # type: ignore[arg-type]
        bench, mean = float(both.ratio) * measure.per, float(both.mean_of_councils) * measure.per
        numerator, denominator = float(both.numerator), float(both.denominator)
    code = funnel.unusual(fit)
    out["z"] = fit.z
    out["band"] = [BANDS.get(c) for c in code]
    chance = funnel.differs_by_chance(
        out["lower95"], out["upper95"], out["lower998"], out["upper998"], np.full(len(code), bench)
    )
    out["differs"] = np.where(council, chance, np.nan)

    def plain(v: Any) -> float | None:
        return None if v is None or not np.isfinite(v) else float(v)

    return Against(
        how, plain(bench), plain(mean), plain(numerator), plain(denominator), plain(fit.phi), plain(fit.tau2),
        plain(fit.y0), int(np.isfinite(fit.z).sum()),
    )  # fmt: skip


def _rank(figures: Figures, out: dict[str, Any]) -> None:
    """Fill the rank columns."""
    rows, drawn = figures.ranked
    if drawn is None:
        return
    got = ranks.percentiles(ranks.count_ranks(drawn, np.arange(rows.size)))
    for name, places in zip(("rank_median", "rank_low", "rank_high", "ranked"), (*got, float(rows.size)), strict=True):
        out[name] = np.full(figures.value.shape, np.nan)
        out[name][rows] = places
