"""Rank, honestly: never "34th", always "between 21st and 52nd of 152", and a fair answer to "who could be first?".

Rank 1 is the highest value, whatever that means for the measure: direction is a matter of words, not of arithmetic.
Missing councils have no rank and are not counted among "of 152". Ties share the best place that they cover.

``rank_intervals`` is the everyday one: each council's figure is drawn again many times, every draw is ranked, and the
middle 95% of a council's ranks is its interval. Source: Goldstein & Spiegelhalter, JRSS A 159 (1996) 385-443;
Marshall & Spiegelhalter, BMJ 316 (1998) 1701-1704. ``simultaneous_ranks`` and ``could_be_first`` hold for all councils
at once and are wider: Mogstad, Romano, Shaikh & Wilhelm, Review of Economic Studies 91 (2024) 476-518.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.compare._arrays import Bools, Floats, Ints, floats, min_ranks, usable_counts, usable_rate
from evenhand.compare.rank_sets import RankSets, could_be_first, simultaneous_ranks

__all__ = [
    "Drawn",
    "Kind",
    "RankIntervals",
    "RankSets",
    "could_be_first",
    "count_one_rank",
    "count_ranks",
    "draw",
    "percentiles",
    "quantile_table",
    "rank_intervals",
    "simultaneous_ranks",
    "usable",
]

Kind = Literal["proportion", "rate", "score"]

NODES = 33  # normal scores at which each council's exact quantile is worked out; see _quantile_nodes
REACH = 4.5  # how far out on the normal scale they lie: 10,000 strata need 3.9, 65,536 need 4.33
# A product of 4 rows is one tile of BLAS, and 4 x 33 x 1,000 multiplications stay on one thread (up to 262,144 do).
BLOCK_ROWS, BLOCK_WIDTH = 4, 1_000
FEW = 16  # a council and its 15 peers: sets of which one council can be ranked without the others; fits in a byte
STRIP = 2_000  # draws of FEW councils that stay in the cache
FEWEST, MOST = 100, 65_536  # draws: fewer give no 95% interval, more leave too few random bits to shuffle with
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True)
class RankIntervals:
    """Ranks of councils, shape as given; NaN where a council has no figure. All are whole numbers.

    median, low, high: the middle and the 2.5th and 97.5th percentiles of the simulated ranks.
    observed: the rank of the figures as they stand (never a headline). of: councils that have a rank, shape (...).
    """

    median: Floats
    low: Floats
    high: Floats
    observed: Floats
    of: Floats


@lru_cache(maxsize=1)
def _chebyshev() -> tuple[Floats, Floats]:
    """Chebyshev points on ±REACH and the matrix that turns values there into Chebyshev coefficients."""
    j = np.arange(NODES)
    angle = (2 * j + 1) * np.pi / (2 * NODES)
    to_coefficients = 2.0 / NODES * np.cos(np.outer(j, angle))
    to_coefficients[0] /= 2
    return REACH * np.cos(angle), to_coefficients


@lru_cache(maxsize=4)
def _basis(draws: int) -> NDArray[np.float32]:
    """Chebyshev polynomials at the normal scores of the middles of ``draws`` equal strata: shape (NODES, draws)."""
    from scipy import special

    z = special.ndtri((np.arange(draws) + 0.5) / draws)
    angle = np.arccos(z / REACH)
    return np.asarray(np.cos(np.arange(NODES)[:, None] * angle), dtype=np.float32)


def _quantile_nodes(kind: Kind, a: Floats, b: Floats, z: Floats) -> Floats:
    """Each council's exact sampling quantiles at normal scores z, on a scale where they are nearly straight lines.

    Proportions: Beta(x + ½, n − x + ½), as asin√p. Rates: Gamma(x + ½)/population, as √rate. Scores: Normal(value, se).
    The scales are increasing and the same for every council, so ranks on them are ranks of the figures.
    a, b: (x, n), (x, population) or (value, se), each shape (k,). Returns shape (k, len(z)).
    """
    a, b = a[:, None], b[:, None]
    if kind == "score":
        return np.asarray(a + b * z)
    from scipy import special

    u = special.ndtr(z)
    if kind == "rate":
        return np.asarray(np.sqrt(special.gammaincinv(a + 0.5, u) / b))
    # p near 1 would lose its last digits, so a council above one half is worked as its complement and turned over.
    flip = a > b / 2
    x = np.where(flip, b - a, a)
    share = special.betaincinv(x + 0.5, b - x + 0.5, np.where(flip, special.ndtr(-z), u))
    angle = np.arcsin(np.sqrt(share))
    return np.asarray(np.where(flip, np.pi / 2 - angle, angle), dtype=np.float64)


def quantile_table(kind: Kind, a: ArrayLike, b: ArrayLike, draws: int) -> Floats:
    """Every council's sampling distribution as ``draws`` equally likely values: shape (k, draws), rising along a row.

    Value j is the quantile at (j + ½)/draws: exact at 33 Chebyshev points of the normal score and interpolated between
    them, which on these scales is right to about 2e-6 of a standard error. Working scale: see ``_quantile_nodes``.
    """
    middle, deviation = _standardised(kind, floats(a), floats(b), draws)
    return np.asarray(middle[:, None] + deviation.astype(np.float64))


def _standardised(kind: Kind, a: Floats, b: Floats, draws: int) -> tuple[Floats, NDArray[np.float32]]:
    """The table as a float64 middle (k,) and float32 deviations (k, draws), so that float32 costs no accuracy."""
    z, to_coefficients = _chebyshev()
    nodes = _quantile_nodes(kind, a, b, z)
    middle = nodes[:, NODES // 2]
    coefficients = np.einsum("ij,kj->ik", nodes - middle[:, None], to_coefficients)
    return middle, _steady_product(coefficients.astype(np.float32), _basis(draws))


def _steady_product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """left @ right in blocks of one size: a row's product is the same to its last bit whatever rows stand beside it.

    BLAS adds up in another order for another number of rows, and a council must be drawn alike in every set that it is
    compared in. The blocks are also small enough to stay on one thread: the whole product is 3 ms of work, and waking
    a second thread for it, on a machine with other work to do, was measured to cost 30 ms of waiting.
    """
    rows = left.shape[0]
    whole = np.zeros((-(-rows // BLOCK_ROWS) * BLOCK_ROWS, left.shape[1]), dtype=np.float32)
    whole[:rows] = left
    out = np.empty((whole.shape[0], right.shape[1]), dtype=np.float32)
    for top in range(0, whole.shape[0], BLOCK_ROWS):
        block = slice(top, top + BLOCK_ROWS)
        for start in range(0, right.shape[1], BLOCK_WIDTH):
            out[block, start : start + BLOCK_WIDTH] = whole[block] @ right[:, start : start + BLOCK_WIDTH]
    return out[:rows]


def _shuffled_places(rng: np.random.Generator, k: int, draws: int) -> NDArray[np.uint32]:
    """k independent random orders of 0..draws−1, by sorting random numbers that carry their place in the low bits.

    Sorting whole words is several times faster than the swaps of ``Generator.permuted``. Of 10,000 places about 4%
    share their 18 random bits with a neighbour and stand in rising order with it: too local for any rank to notice
    (the tests compare with plain sampling and with an exact calculation).
    """
    bits = (draws - 1).bit_length()
    words = rng.integers(0, 1 << 32, (k, draws), dtype=np.uint32)
    mask = np.uint32((1 << bits) - 1)
    words &= ~mask
    words |= np.arange(draws, dtype=np.uint32)
    words.sort(axis=1)
    words &= mask
    return words


@dataclass(frozen=True)
class Drawn:
    """Councils' sampling distributions, drawn once, to be ranked in any set of them. Made by ``draw``.

    middle (k,) and deviation (k, draws): every council's quantiles, rising, as ``_standardised`` gives them. places
    (k, draws): the order in which the council that stands first, second ... in a set takes them: it belongs to the
    place in the set and not to the council, so a set's ranks are the same whichever others were drawn beside it.
    certain (k,): a figure without uncertainty, which can tie exactly.
    """

    middle: Floats
    deviation: NDArray[np.float32]
    places: NDArray[np.intp]
    certain: Bools

    @cached_property
    def quantiles(self) -> NDArray[np.float32]:
        """The whole table, shape (k, draws), right to 1e-4 of a standard error of a million people's figure.

        As few bytes as will do: fetching them in random order is what the ranks of thousands of small sets cost.
        """
        return (self.middle[:, None] + self.deviation).astype(np.float32)


def draw(kind: Kind, a: Floats, b: Floats, *, draws: int, rng: np.random.Generator) -> Drawn:
    """Draw councils that all have a figure (see ``usable``); a, b: shape (k,), in the order that ``rank_intervals``
    would be given them. Any set of them, in that order, can then be ranked.
    """  # fmt: skip
    middle, deviation = _standardised(kind, a, b, draws)
    certain = (b == 0) if kind == "score" else np.zeros(a.shape, dtype=np.bool_)
    return Drawn(middle, deviation, _shuffled_places(rng, a.size, draws).astype(np.intp), certain)


def count_ranks(drawn: Drawn, members: NDArray[np.intp]) -> Ints:
    """How often each member of a set takes each place in it: shape (k, k), every row summing to the draws.

    members: rising places in ``drawn``, shape (k,).
    """
    return _counted_in_pairs(drawn, members) if members.size <= FEW else _counted_by_sorting(drawn, members)


def count_one_rank(drawn: Drawn, members: NDArray[np.intp], one: int) -> Ints:
    """Row ``one`` of ``count_ranks``, shape (k,); for a set of at most FEW without ranking the others."""
    k = members.size
    if k > FEW:
        return np.asarray(count_ranks(drawn, members)[one], dtype=np.int64)
    value = _in_turn(drawn, members, slice(None))
    share = drawn.certain[members].any()
    above = value[:one] > value[one] if share else value[:one] >= value[one]
    place = _trues(above) + _trues(value[one + 1 :] > value[one])
    return np.asarray(np.bincount(place, minlength=k), dtype=np.int64)


def _in_turn(drawn: Drawn, members: NDArray[np.intp], draws: slice) -> NDArray[np.float32]:
    """The members' draws in their random orders: shape (k, draws)."""
    places = drawn.places[: members.size, draws]
    out = np.empty(places.shape, dtype=np.float32)
    for i, council in enumerate(members):
        np.take(drawn.quantiles[council], places[i], out=out[i], mode="clip")
    return out


def _trues(rows: Bools) -> NDArray[np.uint8]:
    """How many rows are true in each column; FEW rows fit in a byte, and bytes are added up 30 times faster."""
    return np.asarray(np.add.reduce(rows.view(np.uint8), axis=0, dtype=np.uint8), dtype=np.uint8)


def _counted_in_pairs(drawn: Drawn, members: NDArray[np.intp]) -> Ints:
    """``count_ranks`` for a few councils: in each draw, each is compared with each. An exact tie goes by the order."""
    k, share = members.size, drawn.certain[members].any()
    counts = np.zeros(k * k, dtype=np.int64)
    for start in range(0, drawn.places.shape[1], STRIP):
        value = _in_turn(drawn, members, slice(start, start + STRIP))
        place = np.zeros(value.shape, dtype=np.uint8)
        for i in range(k - 1):
            later = value[i + 1 :] > value[i]
            place[i] += _trues(later)
            below = value[i + 1 :] < value[i] if share else ~later
            place[i + 1 :] += below.view(np.uint8)
        counts += np.bincount((place + np.arange(k)[:, None] * k).ravel(), minlength=k * k)
    return counts.reshape(k, k)


def _counted_by_sorting(drawn: Drawn, members: NDArray[np.intp]) -> Ints:
    """``count_ranks`` for many councils.

    Each draw becomes one row of 32-bit words, the value in the high bits and the council in the low ones; sorting the
    words sorts the councils, with no index array to carry along. The value keeps 24 bits of the range of all draws.
    """
    k, draws = members.size, drawn.places.shape[1]
    middle, table = drawn.middle[members], drawn.deviation[members]
    low, high = float((middle + table[:, 0]).min()), float((middle + table[:, -1]).max())
    bits = max(k - 1, 1).bit_length()
    steps = float((1 << (32 - bits)) - 1)
    scale = steps / (high - low) if high > low else 0.0
    words = np.empty((draws, k), dtype=np.uint32)
    for i in range(k):  # one council at a time stays in the cache; the last step writes one column
        value = np.rint((high - middle[i] - table[i].astype(np.float64)) * scale)  # highest first
        word = np.clip(value, 0, steps).astype(np.uint32) << np.uint32(bits)
        words[:, i] = word[drawn.places[i]] | np.uint32(i)
    words.sort(axis=1)
    council = (words & np.uint32((1 << bits) - 1)).astype(np.intp)
    place = np.broadcast_to(np.arange(k), council.shape)
    if drawn.certain[members].any():  # figures without uncertainty can tie exactly, draw after draw
        value = words >> np.uint32(bits)
        first = np.ones(value.shape, dtype=np.bool_)
        first[:, 1:] = value[:, 1:] != value[:, :-1]
        place = np.maximum.accumulate(np.where(first, place, 0), axis=1)
    council *= k
    council += place
    return np.asarray(np.bincount(council.ravel(), minlength=k * k).reshape(k, k), dtype=np.int64)


def percentiles(counts: Ints) -> tuple[Floats, Floats, Floats]:
    """Median, 2.5th and 97.5th percentile rank: the first place that at least that share of draws reaches.

    counts: shape (..., k), as ``count_ranks`` gives them -> three arrays (...).
    """
    reached = np.cumsum(counts, axis=-1)
    draws = reached[..., -1:]
    median, low, high = ((reached >= np.ceil(share * draws)).argmax(axis=-1) + 1.0 for share in (0.5, LOW, HIGH))
    return median, low, high


def rank_intervals(kind: Kind, a: ArrayLike, b: ArrayLike, *, draws: int = 10_000, seed: int) -> RankIntervals:
    """Median rank and 95% rank interval of every council, simulated; rank 1 is the highest value.

    kind, a, b: "proportion" with x and n (drawn from Beta(x + ½, n − x + ½)); "rate" with x and population
    (Gamma(x + ½)/population); "score" with value and standard error (Normal). Shape (k,) or (..., k) for many
    measures; x may be 0 or n. draws: 100 to 65,536. seed: the same seed gives the same answer.

    Each council's draws are stratified (one in each of ``draws`` equally likely slices of its own distribution, in
    random order, independent between councils): a Latin hypercube, whose error is smaller than plain sampling's.
    Source: the module's; McKay, Beckman & Conover, Technometrics 21 (1979) 239-245. Raises ValueError for other draws.
    """
    if not FEWEST <= draws <= MOST:
        raise ValueError(f"{draws} draws are too few or too many: ask for {FEWEST} to {MOST}")
    a, b = usable(kind, a, b)
    rows_a, rows_b = a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1])
    median, low, high = (np.full(rows_a.shape, np.nan) for _ in range(3))
    for row in range(len(rows_a)):
        has = np.isfinite(rows_a[row])
        if has.any():
            rng = np.random.default_rng([seed, row])
            drawn = draw(kind, rows_a[row, has], rows_b[row, has], draws=draws, rng=rng)
            counts = count_ranks(drawn, np.arange(int(has.sum())))
            median[row, has], low[row, has], high[row, has] = percentiles(counts)
    observed = min_ranks(a if kind == "score" else a / b)
    of = np.isfinite(a).sum(axis=-1).astype(np.float64)
    return RankIntervals(median.reshape(a.shape), low.reshape(a.shape), high.reshape(a.shape), observed, of)


def usable(kind: Kind, a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """Both columns with NaN where a council cannot be ranked: no figure, no denominator, or no standard error."""
    if kind == "proportion":
        return usable_counts(a, b)
    if kind == "rate":
        return usable_rate(a, b)
    value, se = np.broadcast_arrays(floats(a), floats(b))
    good = np.isfinite(value) & (se >= 0)
    return np.where(good, value, np.nan), np.where(good, se, np.nan)
