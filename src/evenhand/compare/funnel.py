"""One council against a benchmark, asked as two different questions that must never be mixed.

*Does it differ from the benchmark by more than chance?* is ``differs_by_chance``: the council's own interval, or the
plain funnel limits, against the benchmark. Council denominators are large, so for many measures most councils do.

*Is it unusual among councils?* is ``unusual``: limits widened for how much councils differ from one another anyway
(over-dispersion). This one makes the ``band`` that people see.

The last axis is councils; axes before it (measures, years) are worked all at once. NaN is no value, and no band.
Source: Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005)
1185-1202; and "Handling over-dispersion of performance indicators", Quality and Safety in Health Care 14
(2005) 347-351.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evenhand.compare._arrays import (
    Floats,
    floats,
    nanmean,
    nansum,
    quantiles,
    ratio,
    usable_counts,
    usable_rate,
)
from evenhand.compare.intervals import Z95, Z998, Interval

Kind = Literal["proportion", "rate", "score"]
WINSORISE = (0.1, 0.9)
DUST = 1e-9  # relative to the benchmark: less than any publisher prints, more than sums of floats leave behind


@dataclass(frozen=True)
class Benchmark:
    """What councils are compared with. ``ratio`` is the one to use; ``mean_of_councils`` stands beside it, labelled.

    ratio:            Σ numerator / Σ denominator over the councils that have both (per 1, not per 1,000).
    mean_of_councils: the plain mean of the councils' own figures, each council counting the same.
    numerator, denominator: the two sums. councils: how many were in them.
    """

    ratio: Floats
    mean_of_councils: Floats
    numerator: Floats
    denominator: Floats
    councils: Floats


def benchmark(numerator: ArrayLike, denominator: ArrayLike, *, kind: Kind = "proportion") -> Benchmark:
    """The comparison set's own figure. A council without a numerator is left out of both sums.

    Example: 30 of 100, 10 of 100 and 90 of 600 -> ratio 130/800 = 0.1625; mean of councils 0.1833.
    """
    usable = usable_counts if kind == "proportion" else usable_rate
    x, n = usable(numerator, denominator)
    top, bottom = nansum(x), nansum(n)
    councils = np.isfinite(x).sum(axis=-1).astype(np.float64)
    return Benchmark(ratio(top, bottom), nanmean(ratio(x, n)), top, bottom, councils)


def proportion_limits(expected: ArrayLike, n: ArrayLike, z: float = Z95) -> Interval:
    """Plain funnel limits of a proportion: the values whose own Wilson interval just touches the benchmark.

    Wilson's interval inverts the score test, so its inversion is p₀ ± z·√(p₀(1 − p₀)/n), cut to 0..1.
    Example: p₀ = 0.25, n = 300 -> 0.2010 to 0.2990.
    """
    p0, n = np.broadcast_arrays(floats(expected), floats(n))
    n = np.where(n > 0, n, np.nan)
    reach = z * np.sqrt(p0 * (1 - p0) / n)
    return Interval(np.maximum(p0 - reach, 0.0), np.minimum(p0 + reach, 1.0))


def rate_limits(expected: ArrayLike, population: ArrayLike, z: float = Z95) -> Interval:
    """Plain funnel limits of a rate: the rates whose own exact Poisson interval just touches the benchmark.

    With E = benchmark × population, the lower limit is the count O with P(X ≤ O | E) = α/2 (0 if there is none), and
    the upper the O with P(X ≥ O | E) = α/2, both taken as continuous and divided by the population.
    Example: 5 expected among 1,000 at 95% -> 0.68 to 10.30 per 1,000. Below 0.03 expected the upper limit is one event.
    """
    from scipy import special

    theta, population = np.broadcast_arrays(floats(expected), floats(population))
    population = np.where(population > 0, population, np.nan)
    e = theta * population
    tail = special.ndtr(-z)
    # cdflib answers NaN for E = 0, where nothing can be expected and any event at all is beyond the limits.
    some = np.where(e > 0, e, 1.0)
    low = np.where(special.pdtr(0, some) < tail, special.pdtrik(tail, some), 0.0)
    high = special.pdtrik(1 - tail, some) + 1
    low, high = np.where(e > 0, low, np.where(e == 0, 0.0, np.nan)), np.where(e > 0, high, np.where(e == 0, 0, np.nan))
    return Interval(ratio(low, population), ratio(high, population))


def differs_by_chance(
    lower95: ArrayLike, upper95: ArrayLike, lower998: ArrayLike, upper998: ArrayLike, expected: ArrayLike
) -> Floats:
    """Whether each council's own interval leaves the benchmark out: is the difference more than chance?

    Returns −2 or +2 where the 99.8% interval is wholly below or above the benchmark, −1 or +1 where only the 95%
    interval is, 0 where chance could explain the difference, NaN where there is no interval or no benchmark.
    """
    lo95, hi95, lo998, hi998, p0 = np.broadcast_arrays(
        *(floats(a) for a in (lower95, upper95, lower998, upper998, expected))
    )
    above, below = p0 + DUST * np.maximum(1.0, np.abs(p0)), p0 - DUST * np.maximum(1.0, np.abs(p0))
    code = (lo95 > above).astype(np.float64) + (lo998 > above) - (hi95 < below) - (hi998 < below)
    return np.where(np.isfinite(lo95 + hi95 + lo998 + hi998 + p0), code, np.nan)


@dataclass(frozen=True)
class Overdispersion:
    """How councils scatter round the benchmark, on the scale where chance alone would be alike for all.

    kind:      proportion (arcsine scale), rate (square root scale) or score (its own scale).
    benchmark: on the natural scale, shape (...).  y0: on the working scale.
    s:         each council's chance standard error on the working scale, shape (..., k).
    u:         (y − y₀)/s before winsorising.
    phi:       mean of the winsorised u²: about 1 when chance explains everything. Show it on the page.
    tau2:      variance between councils on the working scale; 0 when chance explains everything. Show it too.
    k:         councils with a value.
    z:         (y − y₀)/√(s² + τ²): how unusual each council is among councils.
    """

    kind: Kind
    benchmark: Floats
    y0: Floats
    s: Floats
    u: Floats
    phi: Floats
    tau2: Floats
    k: Floats
    z: Floats


@dataclass(frozen=True)
class Fitted:
    """As much of a fit as its limits need: what an edition stores of it, so that a page draws them without refitting.

    kind, benchmark (natural scale, per 1), y0 and tau2 (working scale): as in Overdispersion, shape (...).
    """

    kind: Kind
    benchmark: Floats
    y0: Floats
    tau2: Floats


def fitted(kind: Kind, benchmark: ArrayLike, *, y0: ArrayLike, tau2: ArrayLike) -> Fitted:
    """A fit from stored numbers, each of shape (...): its limits are those of the fit that the numbers came from."""
    return Fitted(kind, floats(benchmark), floats(y0), floats(tau2))


def _tau2(u: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """φ, τ² and k from u and s: winsorise, then the method of moments (DerSimonian & Laird) for the variance."""
    edges = quantiles(u, WINSORISE)
    clipped = np.clip(u, edges[..., :1], edges[..., 1:])
    k = np.isfinite(u).sum(axis=-1).astype(np.float64)
    phi = ratio(nansum(clipped**2), k)
    w = np.where(np.isfinite(u), ratio(1.0, s * s), np.nan)
    total = nansum(w)
    bottom = total - ratio(nansum(w * w), total)
    excess = k * phi - (k - 1)
    # One council, or one that outweighs all others, leaves nothing to estimate a spread from: then no widening.
    tau2 = np.where((excess > 0) & (bottom > 0), ratio(excess, bottom), 0.0)
    return phi, np.where(k > 0, tau2, np.nan), k


def _finish(kind: Kind, p0: Floats, y0: Floats, s: Floats, u: Floats) -> Overdispersion:
    phi, tau2, k = _tau2(u, s)
    # z = u / √(1 + τ²/s²), the same as (y − y₀)/√(s² + τ²)
    z = u / np.sqrt(1 + ratio(tau2[..., None], s * s))
    return Overdispersion(kind, p0, y0, s, u, phi, tau2, k, z)


def overdispersion(
    kind: Literal["proportion", "rate"],
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    expected: ArrayLike | None = None,
) -> Overdispersion:
    """Over-dispersed funnel of proportions or rates (see the class for what comes back).

    Proportions: y = asin√p, s = 1/(2√n), u = (y − y₀)/s. Rates: u = 2(√O − √E), which is y = √(O/E), y₀ = 1 and
    s = 1/(2√E), so that τ² is a variance between councils' *rates* and large councils are not flagged for being large.
    u is winsorised at its 10th and 90th percentiles; φ = Σu²/k; with w = 1/s², if kφ > k − 1,
    τ² = (kφ − (k − 1)) / (Σw − Σw²/Σw), else 0. Source: the module's two papers.

    numerator, denominator: shape (..., k). expected: the benchmark on the natural scale (per 1), shape (...);
    Σ numerator / Σ denominator when None.
    """
    usable = usable_counts if kind == "proportion" else usable_rate
    x, n = usable(numerator, denominator)
    p0 = benchmark(x, n, kind=kind).ratio if expected is None else np.broadcast_to(floats(expected), x.shape[:-1])
    p0 = np.asarray(p0, dtype=np.float64)
    if kind == "proportion":
        y0 = np.arcsin(np.sqrt(np.where((p0 >= 0) & (p0 <= 1), p0, np.nan)))
        s = 0.5 / np.sqrt(n)
        u = (np.arcsin(np.sqrt(ratio(x, n))) - y0[..., None]) / s
        return _finish(kind, p0, y0, s, u)
    e = np.where(p0[..., None] > 0, p0[..., None] * n, np.nan)
    u = 2 * (np.sqrt(x) - np.sqrt(e))
    return _finish(kind, p0, np.ones_like(p0), ratio(0.5, np.sqrt(e)), u)


def overdispersion_of_scores(
    value: ArrayLike, moe95: ArrayLike, *, expected: ArrayLike | None = None
) -> Overdispersion:
    """The same idea for survey figures, on their own scale with s = margin of error / 1.96 (Evenhand's extension).

    Spiegelhalter gives proportions and rates; a survey mean or a weighted percentage has neither numerator nor
    denominator but does have a standard error, which is all that the method needs.

    value, moe95: shape (..., k); a margin of 0 or less is no margin. expected: the published national figure; when
    None, the mean weighted by 1/s².
    """
    value, moe95 = np.broadcast_arrays(floats(value), floats(moe95))
    s = np.where(moe95 > 0, moe95 / Z95, np.nan)
    value = np.where(np.isfinite(s), value, np.nan)
    s = np.where(np.isfinite(value), s, np.nan)
    if expected is None:
        p0 = ratio(nansum(value / s**2), nansum(1 / s**2))
    else:
        p0 = np.array(np.broadcast_to(floats(expected), value.shape[:-1]))
    return _finish("score", p0, p0, s, (value - p0[..., None]) / s)


def overdispersed_limits(fit: Overdispersion | Fitted, size: ArrayLike, z: float = Z95) -> Interval:
    """Over-dispersed limits on the natural scale (per 1), over a grid of sizes: the curves of the drawing.

    size: denominators (people) for a proportion or a rate, standard errors for a score; shape (g,), or (..., g) to
    match the fit's leading axes. A council is beyond these limits exactly when |its z| > z, save where a limit is cut
    at the end of the scale. Returns two arrays (..., g).
    """
    size = floats(size)
    size = np.where(size > 0, size, np.nan)
    p0, y0, tau2 = fit.benchmark[..., None], fit.y0[..., None], fit.tau2[..., None]
    if fit.kind == "proportion":
        reach = z * np.sqrt(0.25 / size + tau2)
        low, high = np.maximum(y0 - reach, 0.0), np.minimum(y0 + reach, np.pi / 2)
        return Interval(np.sin(low) ** 2, np.sin(high) ** 2)
    if fit.kind == "rate":
        reach = z * np.sqrt(ratio(0.25, p0 * size) + tau2)
        return Interval(p0 * np.maximum(1 - reach, 0.0) ** 2, p0 * (1 + reach) ** 2)
    reach = z * np.sqrt(size**2 + tau2)
    return Interval(p0 - reach, p0 + reach)


MUCH_LOWER, LOWER, SIMILAR, HIGHER, MUCH_HIGHER = -2.0, -1.0, 0.0, 1.0, 2.0


def unusual(fit: Overdispersion) -> Floats:
    """The band of each council among councils: −2 much lower, −1 lower, 0 similar, 1 higher, 2 much higher; NaN none.

    Lower and higher are beyond the 95% over-dispersed limits, *much* beyond the 99.8%. Words are in ``words.py``.
    """
    size = np.abs(fit.z)
    code = np.sign(fit.z) * ((size > Z95).astype(np.float64) + (size > Z998))
    return np.where(np.isfinite(fit.z), code + 0.0, np.nan)  # + 0.0 turns −0.0 into 0.0


def denominator_grid(denominator: ArrayLike, points: int = 60) -> Floats:
    """Denominators to draw funnel curves over: evenly spaced on a log scale over those present, a little beyond each.

    Example: from 100 to 10,000 in 60 points, widened by 5% at each end. Empty when no denominator is present.
    """
    n = floats(denominator)
    n = n[np.isfinite(n) & (n > 0)]
    if n.size == 0:
        return np.empty(0)
    return np.geomspace(n.min() * 0.95, n.max() * 1.05, points)
