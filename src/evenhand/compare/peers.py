"""Which councils are most alike: nearest neighbours on features that are all shown, with weights anyone may change.

Each feature is bent towards a normal shape (as it is, log, square root or logit: whichever leaves the least skew),
standardised and weighted; nearness is plain Euclidean distance. The same idea as NHS England's adult social care
peer groups. A council without one of the features in use has no peers on them: nothing is imputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.compare._arrays import Bools, Floats, floats

NEAREST = 15


class Eligible(StrEnum):
    """Whether a council takes part, and if not, why."""

    YES = "compared"
    EXCLUDED = "excluded: too unlike any other council"
    MISSING = "no peers: a feature has no figure"


@dataclass(frozen=True)
class Peers:
    """The nearest councils of each council; k councils, m = nearest asked for, f features (in ``features``).

    index:     shape (k, m): places of the nearest councils, nearest first; −1 where there is none.
    distance:  shape (k, m); NaN where there is none.
    share:     shape (k, m, f): each feature's share of the squared distance, summing to 1 (NaN at distance 0).
    features, transforms: names, and what was done to each ("log", ...; "category" for a category).
    eligible:  one ``Eligible`` a council. missing: for each council, the features without a figure.
    """

    index: NDArray[np.int64]
    distance: Floats
    share: Floats
    features: tuple[str, ...]
    transforms: tuple[str, ...]
    eligible: tuple[Eligible, ...]
    missing: tuple[tuple[str, ...], ...]


def skewness(values: ArrayLike) -> float:
    """Fisher's moment skewness g₁ = m₃/m₂^1.5 of the values present; 0 for a constant. Example: 1, 2, 6 -> 0.595."""
    v = floats(values)
    v = v[np.isfinite(v)]
    largest = float(np.abs(v).max(initial=0.0))
    if largest == 0:
        return 0.0
    gap = v / largest  # skewness has no unit, and cubes of very large or very small numbers cannot be held
    gap = gap - gap.mean()
    m2 = float((gap**2).mean())
    return float((gap**3).mean()) / m2**1.5 if m2 > 1e-24 else 0.0


def to_normal(values: ArrayLike) -> tuple[Floats, str]:
    """Values bent towards a normal shape, and how: "none", "log", "sqrt" or "logit", whichever has the least |skew|.

    log needs every value above 0, sqrt none below 0, logit all between 0 and 1. The simplest wins a tie.
    """
    v = floats(values)
    present = v[np.isfinite(v)]
    tries: dict[str, Floats] = {"none": v}
    with np.errstate(invalid="ignore"):
        if (present > 0).all():
            tries["log"] = np.log(v)
        if (present >= 0).all():
            tries["sqrt"] = np.sqrt(v)
        if ((present > 0) & (present < 1)).all():
            tries["logit"] = np.log(v / (1 - v))
    best = min(tries, key=lambda name: abs(skewness(tries[name])))
    return tries[best], best


def _feature_gaps(values: Floats, eligible: Bools) -> tuple[Floats, str]:
    """Squared differences of one standardised feature between all pairs, shape (k, k); its mean over pairs is 2."""
    bent, how = to_normal(np.where(eligible, values, np.nan))
    present = bent[eligible]
    sd = float(present.std(ddof=1)) if present.size > 1 else 0.0
    if sd <= 1e-12 * max(float(np.abs(present).max(initial=0.0)), 1e-300):
        return np.zeros((values.size, values.size)), how  # all alike: the feature tells nobody apart
    return ((bent[:, None] - bent[None, :]) / sd) ** 2, how


def _category_gaps(labels: Sequence[str | None], eligible: Bools) -> Floats:
    """0 for the same category and a constant otherwise, chosen so that the mean over pairs is 2 as for a number."""
    text = np.array([label if label is not None else "" for label in labels], dtype=object)
    differ = (text[:, None] != text[None, :]).astype(np.float64)
    inside = differ[np.ix_(eligible, eligible)]
    pairs = inside.size - inside.shape[0]
    average = float(inside.sum()) / pairs if pairs else 0.0
    return differ * (2.0 / average) if average > 0 else np.zeros_like(differ)


def peers(
    features: Mapping[str, ArrayLike],
    *,
    categories: Mapping[str, Sequence[str | None]] | None = None,
    weights: Mapping[str, float] | None = None,
    exclude: ArrayLike | None = None,
    nearest: int = NEAREST,
) -> Peers:
    """The nearest councils of every council.

    features: name -> one figure a council, shape (k,), NaN for missing. categories: name -> one label a council (such
    as the council type), None for missing; off unless given. weights: name -> a number from 0 up, 1 when not named;
    0 takes the feature out, and then nobody is held to have it. exclude: shape (k,) of bool, councils that take no part
    (the caller passes City of London and the Isles of Scilly). nearest: how many.

    The squared distance is Σ weight × squared difference of standardised values. Transforms, means and deviations come
    from the councils that take part. Equal distances keep the order given.
    Raises ValueError for a weight below 0 or of a feature that is not there, or when no feature is left.
    """
    categories, weights = dict(categories or {}), dict(weights or {})
    names = (*features, *categories)
    unknown = sorted(set(weights) - set(names))
    if unknown or any(not 0 <= w < np.inf for w in weights.values()):
        raise ValueError(
            f"weights must be 0 or more, and only for {', '.join(names)}; not {', '.join(unknown) or 'below 0'}"
        )
    used = [n for n in names if weights.get(n, 1.0) > 0]
    if not used:
        raise ValueError("no feature is left: give at least one a weight above 0")
    numbers = {n: floats(features[n]) for n in used if n in features}
    k = len(next(iter(numbers.values()))) if numbers else len(categories[used[0]])
    lacks = np.stack(
        [~np.isfinite(numbers[n]) if n in numbers else np.array([c is None for c in categories[n]]) for n in used]
    )
    out: Bools = np.zeros(k, dtype=np.bool_) if exclude is None else np.array(exclude, dtype=np.bool_).reshape(k)
    eligible = ~lacks.any(axis=0) & ~out
    parts, transforms = np.empty((k, k, len(used))), []
    for f, name in enumerate(used):
        if name in numbers:
            gaps, how = _feature_gaps(numbers[name], eligible)
        else:
            gaps, how = _category_gaps(categories[name], eligible), "category"
        parts[:, :, f] = gaps * weights.get(name, 1.0)
        transforms.append(how)
    index, distance, share = _nearest(parts, eligible, nearest)
    lacking = [bool(lacks[:, i].any()) for i in range(k)]
    state = tuple(
        Eligible.EXCLUDED if gone else Eligible.MISSING if short else Eligible.YES
        for gone, short in zip([bool(v) for v in np.ravel(out)], lacking, strict=True)
    )
    missing = tuple(tuple(n for f, n in enumerate(used) if lacks[f, i]) for i in range(k))
    return Peers(index, distance, share, tuple(used), tuple(transforms), state, missing)


def _nearest(parts: Floats, eligible: Bools, nearest: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """The nearest eligible councils of each eligible council, from the features' squared differences (k, k, f)."""
    k = eligible.size
    squared = parts.sum(axis=2)
    squared[~eligible, :] = squared[:, ~eligible] = np.inf
    np.fill_diagonal(squared, np.inf)
    m = min(nearest, k)
    order = np.argsort(squared, axis=1, kind="stable")[:, :m]
    near = np.take_along_axis(squared, order, axis=1)
    none = ~np.isfinite(near)
    chosen = parts[np.arange(k)[:, None], order]
    total = np.where(none | (near == 0), np.nan, near)[..., None]
    share = np.full((k, nearest, parts.shape[2]), np.nan)
    index, distance = np.full((k, nearest), -1, dtype=np.int64), np.full((k, nearest), np.nan)
    index[:, :m], distance[:, :m] = np.where(none, -1, order), np.sqrt(np.where(none, np.nan, near))
    share[:, :m] = chosen / total
    return index, distance, share
