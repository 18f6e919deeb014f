"""Ranks that hold for all councils at once, and "who could be first?".

Every pair of councils is compared; a difference counts when it is larger than chance could make the *largest* of all
the differences looked at. A council's best possible rank is one more than the number of councils surely above it.
Source: Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks with applications to mobility across neighbourhoods
and academic achievement across countries", Review of Economic Studies 91 (2024) 476-518. The tests hold this
module to figures from a condensed R transcription of the published algorithm of ``csranks`` (the R package itself could
not be installed), to a naive rewrite, and to a simulation of its coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import Bools, Floats, floats, usable_counts, usable_rate

Side = Literal["two-sided", "lower", "upper"]


@dataclass(frozen=True)
class RankSets:
    """Best and worst possible rank of each council, shape (k,); NaN where a council has no figure. Rank 1 = highest.

    of: how many councils have a rank.
    """

    low: Floats
    high: Floats
    of: int


def _statistics(estimate: Floats, se: Floats) -> tuple[Floats, Floats]:
    """(θᵢ − θⱼ)/se of the difference for every ordered pair, and those standard errors; shape (k, k).

    Two figures without any uncertainty differ infinitely surely, or not at all when they are equal.
    """
    difference = estimate[:, None] - estimate[None, :]
    spread = np.sqrt(se[:, None] ** 2 + se[None, :] ** 2)
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.where(spread > 0, difference / np.where(spread > 0, spread, 1.0), certain), spread


def _critical(noise: Floats, spread: Floats, pairs: Bools, coverage: float) -> float:
    """The ``coverage`` quantile of the largest studentised difference that chance alone makes among ``pairs``.

    noise: simulated errors, shape (draws, k). pairs: ordered pairs looked at, shape (k, k).
    """
    largest = np.full(noise.shape[0], -np.inf)
    for i in np.flatnonzero(pairs.any(axis=1)):
        j = np.flatnonzero(pairs[i])
        np.maximum(largest, ((noise[:, i, None] - noise[:, j]) / spread[i, j]).max(axis=1), out=largest)
    return float(np.quantile(largest, coverage))


def _surely_above(
    statistic: Floats, spread: Floats, noise: Floats, pairs: Bools, *, coverage: float, step_down: bool
) -> Bools:
    """Ordered pairs (i, j) in which i is surely above j, with all such claims right together at ``coverage``.

    Step-down (Romano & Wolf 2005): claims once made are taken out, and the rest are held to their own, smaller, largest
    difference, until nothing more is found.
    """
    found = pairs & np.isposinf(statistic)
    open_ = pairs & (spread > 0)
    while open_.any():
        new = open_ & (statistic > _critical(noise, spread, open_, coverage))
        found |= new
        open_ &= ~new
        if not (step_down and new.any()):
            break
    return found


def _pairs(k: int, council: int | None, side: Side) -> Bools:
    """Which ordered pairs matter: all for simultaneous sets, or those of one council on the side asked for."""
    if council is None:
        return ~np.eye(k, dtype=np.bool_)
    pairs = np.zeros((k, k), dtype=np.bool_)
    if side != "lower":
        pairs[council, :] = True  # councils surely below it push its worst rank up
    if side != "upper":
        pairs[:, council] = True  # councils surely above it push its best rank down
    pairs[council, council] = False
    return pairs


def simultaneous_ranks(
    estimate: ArrayLike,
    se: ArrayLike,
    *,
    seed: int,
    coverage: float = 0.95,
    draws: int = 2000,
    side: Side = "two-sided",
    step_down: bool = True,
    simultaneous: bool = True,
) -> RankSets:
    """Confidence sets for ranks (source: the module's), by a parametric bootstrap of the largest difference.

    estimate, se: independent estimates and their standard errors, shape (k,); NaN has no rank.
    side: "lower" bounds only how high a council could stand (``high`` is then the number of councils), "upper" only
    how low. simultaneous: True for sets that hold for all councils together, False for each council by itself.
    With all councils together both sides look at the same ordered pairs, so their bounds are those of "two-sided".
    Raises ValueError for a coverage outside 0..1 or no draws.
    """
    if not 0 < coverage < 1 or draws < 1:
        raise ValueError("coverage must lie between 0 and 1, and draws must be at least 1")
    all_estimates, all_se = np.broadcast_arrays(floats(estimate), floats(se))
    has = np.isfinite(all_estimates) & (all_se >= 0)
    y, s = all_estimates[has], all_se[has]
    k = y.size
    low, high = np.full(has.shape, np.nan), np.full(has.shape, np.nan)
    statistic, spread = _statistics(y, s)
    noise = np.random.default_rng(seed).standard_normal((draws, k)) * s
    above = np.zeros(k)
    below = np.zeros(k)
    for council in [None] if simultaneous else range(k):
        found = _surely_above(
            statistic, spread, noise, _pairs(k, council, side), coverage=coverage, step_down=step_down
        )
        mine = slice(None) if council is None else council
        above[mine], below[mine] = found.sum(axis=0)[mine], found.sum(axis=1)[mine]
    low[has] = 1.0 if side == "upper" else above + 1
    high[has] = float(k) if side == "lower" else k - below
    return RankSets(low, high, k)


def on_normal_scale(kind: Literal["proportion", "rate", "score"], a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """Figures and standard errors on a scale where errors are nearly normal and alike: what the sets above assume.

    Proportions: asin√(x/n) and 1/(2√n). Rates: √(x/population) and 1/(2√population). Scores: value and standard error.
    The scales are increasing, so ranks are unchanged; and a council with x = 0 keeps an uncertainty.
    """
    if kind == "score":
        value, se = np.broadcast_arrays(floats(a), floats(b))
        return np.array(value), np.array(se)
    x, n = usable_counts(a, b) if kind == "proportion" else usable_rate(a, b)
    root = np.sqrt(x / n)
    return (np.arcsin(root) if kind == "proportion" else root), 0.5 / np.sqrt(n)


def could_be_first(
    kind: Literal["proportion", "rate", "score"],
    a: ArrayLike,
    b: ArrayLike,
    *,
    seed: int,
    places: int = 1,
    end: Literal["highest", "lowest"] = "highest",
    coverage: float = 0.95,
    draws: int = 2000,
    step_down: bool = True,
) -> Bools:
    """Which councils could truly be among the ``places`` highest (or lowest), all together at ``coverage``.

    kind, a, b: as for ``ranks.rank_intervals``, shape (k,). Returns shape (k,); False for a council without a figure.
    Source: the projection set of the module's paper (its "τ-best").
    """
    y, s = on_normal_scale(kind, a, b)
    sets = simultaneous_ranks(
        y if end == "highest" else -y, s, seed=seed, coverage=coverage, draws=draws, side="lower", step_down=step_down
    )
    return np.asarray(sets.low <= places)
