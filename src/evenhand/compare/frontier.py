"""How far each council's outcomes could rise at its own spending, judged against the best that others do.

Data envelopment analysis, output-oriented, variable returns to scale, with Simar & Wilson's bootstrap for its known
optimism. One way of several to look at productivity: show it beside the regression residual (``money``), as bands,
with the agreement between the two, and never as a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import Bools, Floats, floats

MOST_COUNCILS = 1000  # a linear programme each


def _complete(inputs: ArrayLike, outputs: ArrayLike) -> tuple[Floats, Floats, Bools]:
    """Inputs (k, m) and outputs (k, q) as columns, and which councils have all of them above 0."""
    x, y = floats(inputs), floats(outputs)
    x, y = (v[:, None] if v.ndim == 1 else v for v in (x, y))
    if len(x) != len(y) or len(x) > MOST_COUNCILS:
        raise ValueError(f"inputs and outputs must be for the same councils, at most {MOST_COUNCILS}")
    return x, y, np.asarray((x > 0).all(axis=1) & (y > 0).all(axis=1))


def _programmes(x: Floats, y: Floats, reference_x: Floats, reference_y: Floats) -> Floats:
    """One linear programme a council: the largest φ with Σλx ≤ x₀, Σλy ≥ φy₀, Σλ = 1, λ ≥ 0."""
    from scipy.optimize import linprog

    k, m, q = len(reference_x), reference_x.shape[1], reference_y.shape[1]
    cost = np.r_[-1.0, np.zeros(k)]
    out = np.full(len(x), np.nan)
    for i in range(len(x)):
        top = np.c_[np.zeros((m, 1)), reference_x.T]
        bottom = np.c_[y[i][:, None], -reference_y.T]
        found = linprog(
            cost, A_ub=np.r_[top, bottom], b_ub=np.r_[x[i], np.zeros(q)], A_eq=np.r_[0.0, np.ones(k)][None, :],
            b_eq=[1.0], bounds=(0, None), method="highs",
        )  # fmt: skip
        out[i] = -found.fun if found.success else np.nan
    return out


def _hull(x: Floats, y: Floats, reference_x: Floats, reference_y: Floats) -> Floats:
    """The same for one input and one output, where the frontier is the rising part of the upper convex hull.

    Thousands of times faster than linear programmes, which makes the bootstrap possible. NaN left of the first point.
    """
    order = np.lexsort((-reference_y, reference_x))
    corners: list[tuple[float, float]] = []
    for a, b in zip(reference_x[order], reference_y[order], strict=True):
        if corners and b <= corners[-1][1]:
            continue  # more spend for no more outcome: inside the frontier
        while len(corners) > 1 and (corners[-1][0] - corners[-2][0]) * (b - corners[-2][1]) >= (
            corners[-1][1] - corners[-2][1]
        ) * (a - corners[-2][0]):
            corners.pop()
        corners.append((float(a), float(b)))
    cx, cy = np.array(corners).T
    return np.asarray(np.where(x < cx[0], np.nan, np.interp(x, cx, cy)) / y)


def _phi(x: Floats, y: Floats, reference_x: Floats, reference_y: Floats) -> Floats:
    if x.shape[1] == 1 and y.shape[1] == 1:
        return _hull(x[:, 0], y[:, 0], reference_x[:, 0], reference_y[:, 0])
    return _programmes(x, y, reference_x, reference_y)


def dea(inputs: ArrayLike, outputs: ArrayLike) -> Floats:
    """φ ≥ 1 for each council: the factor by which all its outputs could rise at its inputs, were it on the frontier.

    inputs: shape (k,) or (k, m), more is costlier (spend a head, need); outputs: (k,) or (k, q), more is better; all
    above 0, or the council has no φ (NaN) and is not on the frontier. 1 is on the frontier. Source: Banker, Charnes &
    Cooper, Management Science 30 (1984) 1078-1092. Example: spends 1, 2, 3, 2 and outcomes 1, 3, 4, 2 -> 1, 1, 1, 1.5.
    """
    x, y, good = _complete(inputs, outputs)
    out = np.full(len(x), np.nan)
    if good.any():
        out[good] = np.maximum(_phi(x[good], y[good], x[good], y[good]), 1.0)
    return out


@dataclass(frozen=True)
class Frontier:
    """DEA with its bias taken off; arrays of shape (k,), NaN for councils left out.

    phi: as ``dea`` gives it. corrected: 2φ − mean of the bootstrap. lower, upper: 95% interval of the corrected φ.
    """

    phi: Floats
    corrected: Floats
    lower: Floats
    upper: Floats


def dea_bootstrap(inputs: ArrayLike, outputs: ArrayLike, *, seed: int, draws: int = 500) -> Frontier:
    """Bias-corrected DEA by the smoothed homogeneous bootstrap, with basic percentile intervals.

    Each draw smooths and reflects the φ's about 1 (a kernel estimate with the normal-reference bandwidth), sets each
    council's outputs as if its φ were the drawn one, and judges the real councils against that frontier.
    Source: Simar & Wilson, Management Science 44 (1998) 49-61. With more than one input or output every draw is a
    linear programme a council, about 2 milliseconds each: ask for fewer draws. Raises ValueError for under 50 draws.
    """
    if draws < 50:
        raise ValueError(f"{draws} draws cannot give an interval: ask for at least 50")
    phi = dea(inputs, outputs)
    x, y, _ = _complete(inputs, outputs)
    good = np.isfinite(phi)
    corrected, lower, upper = (np.full(len(phi), np.nan) for _ in range(3))
    if good.sum() > 2:
        boot = _smoothed_draws(x[good], y[good], phi[good], np.random.default_rng(seed), draws)
        bias = boot.mean(axis=0) - phi[good]
        corrected[good] = phi[good] - bias
        # The bootstrap frontier lies inside the real one as the real one lies inside the true: turn its errors round.
        low, high = np.quantile(boot - phi[good], (0.025, 0.975), axis=0)
        lower[good], upper[good] = phi[good] - high, phi[good] - low
    return Frontier(phi, corrected, lower, upper)


def _smoothed_draws(x: Floats, y: Floats, phi: Floats, rng: np.random.Generator, draws: int) -> Floats:
    """φ of every council against each pseudo-frontier, shape (draws, k); a council outside one keeps its plain φ."""
    k = phi.size
    mirrored = np.r_[phi, 2 - phi]
    iqr = float(np.subtract(*np.quantile(mirrored, (0.75, 0.25))))
    sd = float(mirrored.std(ddof=1))
    spread = min(sd, iqr / 1.34) if iqr > 0 else sd
    h = 0.9 * spread * k**-0.2  # Silverman's rule: the mirror image doubles the points but adds no knowledge
    # Smoothing adds variance; this shrinks it back to that of the φ's.
    variance = float(phi.var())
    scale = np.sqrt(1 + h * h / variance) if variance > 0 else 1.0
    out = np.empty((draws, k))
    for d in range(draws):
        picked = rng.choice(phi, k)
        smooth = picked + h * rng.standard_normal(k)
        smooth = np.where(smooth < 1, 2 - smooth, smooth)
        star = np.maximum(picked.mean() + (smooth - picked.mean()) / scale, 1.0)
        found = _phi(x, y, x, y * (phi / star)[:, None])
        out[d] = np.where(np.isfinite(found), found, phi)
    return out
