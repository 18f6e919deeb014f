"""Nasty numbers for every public function of ``evenhand.compare``, and what must hold of its answers."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evenhand import compare
from evenhand.compare import (
    difference,
    disclosure,
    frontier,
    funnel,
    intervals,
    money,
    peers,
    rank_sets,
    ranks,
    trend,
    variation,
    words,
)
from evenhand.facts.status import Status

Floats = np.ndarray[Any, np.dtype[np.float64]]
NUMBERS = (
    math.nan, math.nan, math.inf, -math.inf, None, 0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, 1e-300, 1e-9, 1e15, 1e16, 1e300,
    1.7e308, -1e300, 2.0**53, 30.0, 100.0, 1782.0,
)  # fmt: skip


class Rule(AssertionError):
    """An answer that must not be."""


def present(values: Any) -> Any:
    """Where there is a value at all: neither missing nor infinite."""
    return np.isfinite(np.array(values, dtype=np.float64))


def column(rng: random.Random, k: int, *, plain: float | None = None) -> list[float | None]:
    """k numbers: nasty ones, or ordinary ones with some nasty ones among them."""
    nasty = rng.choice([0.0, 0.1, 0.3, 1.0])
    top = plain or rng.choice([1.0, 30.0, 2000.0, 4e5])
    whole = rng.random() < 0.5
    out: list[float | None] = []
    for _ in range(k):
        v = rng.uniform(0, top)
        out.append(rng.choice(NUMBERS) if rng.random() < nasty else float(round(v)) if whole else v)
    return [rng.choice(out)] * k if k and rng.random() < 0.08 else out


def size(rng: random.Random) -> int:
    return rng.choice([0, 1, 1, 2, 3, 4, 6, 9])


def counts(rng: random.Random, k: int) -> tuple[list[float | None], list[float | None]]:
    """Numerators and denominators, most of them with x at most n, and often x = 0 or x = n."""
    x, n = column(rng, k), column(rng, k)
    for i, (a, b) in enumerate(zip(x, n, strict=True)):
        if a is not None and b is not None and a > b and rng.random() < 0.8:
            x[i], n[i] = b, a
        if rng.random() < 0.1:
            x[i] = rng.choice([0.0, n[i]])
    return x, n


def nothing_for_the_absent(has: Any, *results: Any) -> None:
    """No result where there is no value: NaN in every array, along the councils' axis."""
    for result in results:
        gone = np.asarray(result, dtype=np.float64)[..., ~has]
        if np.isfinite(gone).any():
            raise Rule(f"a council without a value got {gone}")


def ordered(low: Any, high: Any) -> None:
    both = np.isfinite(low) & np.isfinite(high)
    if (np.asarray(low)[both] > np.asarray(high)[both]).any():
        raise Rule(f"a lower limit above the upper: {low} {high}")


def an_interval(has: Any, got: Any) -> None:
    nothing_for_the_absent(has, got.lower, got.upper)
    ordered(got.lower, got.upper)


Z = (1.959963984540054, 3.090232306167813)
Case = Callable[[random.Random], None]
CASES: dict[str, Case] = {}  # by the first of its functions
TESTED: set[str] = set()


def case(*functions: Callable[..., Any]) -> Callable[[Case], Case]:
    """Register the case of some functions of the package."""

    def keep(made: Case) -> Case:
        names = [f"{f.__module__.rsplit('.', 1)[-1]}.{f.__name__}" for f in functions]
        CASES[names[0]] = made
        TESTED.update(names)
        return made

    return keep


@case(intervals.wilson)
def _(rng: random.Random) -> None:
    x, n = counts(rng, size(rng))
    got = intervals.wilson(x, n, rng.choice(Z))
    an_interval(present(x) & present(n), got)
    if (got.lower < 0).any() or (got.upper > 1).any():
        raise Rule("beyond 0 to 1")


@case(intervals.byar, intervals.exact_poisson, intervals.poisson_interval)
def _(rng: random.Random) -> None:
    x = column(rng, size(rng))
    for f in (intervals.byar, intervals.exact_poisson, intervals.poisson_interval):
        an_interval(present(x), f(x, rng.choice(Z)))


@case(intervals.rate_interval)
def _(rng: random.Random) -> None:
    k = size(rng)
    x, n = column(rng, k), column(rng, k)
    an_interval(present(x) & present(n), intervals.rate_interval(x, n, rng.choice([1.0, 1000.0]), rng.choice(Z)))


@case(intervals.survey_interval, intervals.standard_error)
def _(rng: random.Random) -> None:
    k = size(rng)
    v, m = column(rng, k, plain=24.0), column(rng, k, plain=2.0)
    low, high = rng.choice([(None, None), (0.0, 24.0), (0.0, None)])
    got = intervals.survey_interval(v, m, rng.choice(Z), lowest=low, highest=high)
    an_interval(present(v) & present(m), got)
    nothing_for_the_absent(present(v) & present(m), intervals.standard_error(got.lower, got.upper))


@case(intervals.reliability, intervals.reasons)
def _(rng: random.Random) -> None:
    k = size(rng)
    v, low, high, n = (column(rng, k) for _ in range(4))
    got = intervals.reliability(v, low, high, rng.choice([n, None]), percentage_points=rng.choice([None, 0.2, 20.0]))
    if got[~present(v)].any():
        raise Rule("a flag on a figure that is not there")
    for flag in got.tolist():
        intervals.reasons(flag)


@case(funnel.benchmark, funnel.proportion_limits, funnel.rate_limits)
def _(rng: random.Random) -> None:
    k = size(rng)
    x, n = counts(rng, k)
    got = funnel.benchmark(x, n, kind=rng.choice(["proportion", "rate"]))
    if got.councils > (present(x) & present(n)).sum():
        raise Rule("more councils than have both counts")
    for f in (funnel.proportion_limits, funnel.rate_limits):
        an_interval(present(n), f(rng.choice([got.ratio, *column(rng, 1)]), n, rng.choice(Z)))


@case(funnel.differs_by_chance)
def _(rng: random.Random) -> None:
    k = size(rng)
    five = [column(rng, k) for _ in range(5)]
    nothing_for_the_absent(np.logical_and.reduce([present(c) for c in five]), funnel.differs_by_chance(*five))


@case(difference.difference)
def _(rng: random.Random) -> None:
    k = size(rng)
    six = [column(rng, k) for _ in range(6)]
    got = difference.difference(*six)
    nothing_for_the_absent(np.logical_and.reduce([present(c) for c in six]), got.difference, got.lower, got.upper)
    ordered(got.lower, got.upper)


@case(disclosure.protect, disclosure.bounds, disclosure.rounded)
def _(rng: random.Random) -> None:
    parts = {f"p{i}": rng.choice([0, 1, 4, 5, 7, 8, 300, 10**6]) for i in range(rng.randint(1, 4))}
    held = {**parts, "all": sum(parts.values())}
    shown = disclosure.protect(held, [("all", list(parts))], rng.choice(["ascof", "hes"]))
    for key, cell in shown.items():
        if cell.count is not None and abs(cell.count - held[key]) > 2:
            raise Rule("rounded by more than 2")


@case(funnel.fitted)
def _(rng: random.Random) -> None:
    k = size(rng)
    numbers = [column(rng, 1)[0] for _ in range(3)]
    fit = funnel.fitted(rng.choice(["proportion", "rate"]), numbers[0], y0=numbers[1], tau2=numbers[2])
    got = funnel.overdispersed_limits(fit, column(rng, k), rng.choice(Z))
    ordered(got.lower, got.upper)


@case(ranks.draw, ranks.count_ranks, ranks.count_one_rank, ranks.percentiles)
def _(rng: random.Random) -> None:
    k = rng.randint(2, 6)
    n = np.array([float(rng.choice([1, 2, 50, 10**6])) for _ in range(k)])
    x = np.array([float(rng.randint(0, int(most))) for most in n])
    drawn = ranks.draw("proportion", x, n, draws=200, rng=np.random.default_rng(rng.randrange(2**32)))
    members = np.arange(k)
    found = ranks.count_ranks(drawn, members)
    if (found.sum(axis=1) != 200).any() or (ranks.count_one_rank(drawn, members, 0) != found[0]).any():
        raise Rule("places that do not add up to the draws")
    median, low, high = ranks.percentiles(found)
    if (low > median).any() or (median > high).any() or (low < 1).any() or (high > k).any():
        raise Rule("places out of order")


@case(funnel.overdispersion, funnel.overdispersion_of_scores, funnel.overdispersed_limits, funnel.unusual)
def _(rng: random.Random) -> None:
    k = size(rng)
    x, n = counts(rng, k)
    expected = rng.choice([None, *column(rng, 1, plain=1.0)])
    if rng.random() < 0.3:
        fit = funnel.overdispersion_of_scores(x, n, expected=expected)
    else:
        fit = funnel.overdispersion(rng.choice(["proportion", "rate"]), x, n, expected=expected)
    has = present(x) & present(n)
    nothing_for_the_absent(has, fit.z, fit.u, funnel.unusual(fit))
    if fit.tau2 < 0 or fit.phi < 0:
        raise Rule("a variance below nothing")
    grid = rng.choice([n, [1.0, 100.0], []])
    ordered(*funnel.overdispersed_limits(fit, grid, rng.choice(Z)))


@case(funnel.denominator_grid)
def _(rng: random.Random) -> None:
    n = column(rng, size(rng))
    got = funnel.denominator_grid(n, rng.choice([2, 60]))
    if not np.isfinite(got).all() or (got <= 0).any():
        raise Rule(f"a size that cannot be drawn: {got}")


@case(ranks.rank_intervals, ranks.quantile_table, ranks.usable)
def _(rng: random.Random) -> None:
    k, kind = size(rng), rng.choice(["proportion", "rate", "score"])
    x, n = counts(rng, k)
    got = ranks.rank_intervals(kind, x, n, draws=rng.choice([100, 200, 3]), seed=rng.randrange(99))
    has = present(x) & present(n)
    nothing_for_the_absent(has, got.median, got.low, got.high, got.observed)
    ordered(got.low, got.median)
    ordered(got.median, got.high)
    if (got.high > got.of).any() or (got.low < 1).any() or got.of > has.sum():
        raise Rule("a place beyond the last or before the first")
    a, b = ranks.usable(kind, x, n)
    whole = np.isfinite(a)
    if whole.any():
        ranks.quantile_table(kind, a[whole], b[whole], 100)


@case(rank_sets.simultaneous_ranks, rank_sets.on_normal_scale, rank_sets.could_be_first)
def _(rng: random.Random) -> None:
    k, kind = size(rng), rng.choice(["proportion", "rate", "score"])
    x, n = counts(rng, k)
    y, s = rank_sets.on_normal_scale(kind, x, n)
    has = present(x) & present(n)
    nothing_for_the_absent(has, y + s)
    got = rank_sets.simultaneous_ranks(
        y, s, seed=1, draws=rng.choice([20, 100, 0]), side=rng.choice(["two-sided", "lower", "upper"]),
        step_down=rng.random() < 0.5, simultaneous=rng.random() < 0.7, coverage=rng.choice([0.95, 0.5, 1.5]),
    )  # fmt: skip
    nothing_for_the_absent(has, got.low, got.high)
    ordered(got.low, got.high)
    first = rank_sets.could_be_first(kind, x, n, seed=1, draws=20, end=rng.choice(["highest", "lowest"]))
    if first[~has].any():
        raise Rule("a council without a figure could be first")


@case(variation.spread, variation.count_above, variation.count_below, variation.percentile_bands)
def _(rng: random.Random) -> None:
    v = column(rng, size(rng))
    got = variation.spread(v)
    if got.councils != present(v).sum():
        raise Rule("another number of councils than have a figure")
    ordered(got.minimum, got.maximum)
    mark = rng.choice([0.0, 15.0, math.nan, math.inf])
    if variation.count_above(v, mark) + variation.count_below(v, mark) > got.councils:
        raise Rule("a council without a figure is above or below something")
    variation.percentile_bands([v, column(rng, len(v))])


@case(variation.ratio_of_rates, variation.extremes)
def _(rng: random.Random) -> None:
    k, kind = size(rng), rng.choice(["proportion", "rate"])
    x, n = counts(rng, k)
    y, m = counts(rng, k)
    got = variation.ratio_of_rates(x, n, y, m, kind=kind, z=rng.choice(Z))
    nothing_for_the_absent(present(x) & present(n) & present(y) & present(m), got.ratio, got.lower, got.upper)
    ordered(got.lower, got.upper)
    ends = variation.extremes(x, n, kind=kind)
    if ends and not (present(x) & present(n))[[ends.highest, ends.lowest]].all():
        raise Rule("a council without a figure is at an end")


@case(variation.chance_variance, variation.systematic_component, variation.shrink)
def _(rng: random.Random) -> None:
    k = size(rng)
    x, n = counts(rng, k)
    nothing_for_the_absent(
        present(x) & present(n), variation.chance_variance(x, n, kind=rng.choice(["proportion", "rate"]))
    )
    part = variation.systematic_component(x, n)
    if np.isfinite(part.share) and not 0 <= part.share <= 1:
        raise Rule("a share beyond 0 to 1")
    got = variation.shrink(x, n)
    nothing_for_the_absent(present(x) & present(n), got.estimate, got.weight)


@case(trend.trend)
def _(rng: random.Random) -> None:
    t, k = rng.choice([0, 1, 4, 5, 6, 9]), rng.choice([1, 2, 4])
    years: list[Any] = list(range(2010, 2010 + t)) if rng.random() < 0.8 else column(rng, t)
    v, s = [column(rng, t, plain=24.0) for _ in range(k)], [column(rng, t, plain=1.0) for _ in range(k)]
    labels = rng.choice([None, [rng.choice("ab") for _ in range(t)]])
    got = trend.trend(years, v, s, labels)
    has = (present(v) & present(s)).sum(axis=-1) >= trend.POINTS if t else np.zeros(k, dtype=bool)
    nothing_for_the_absent(has, got.slope, got.se, got.statistic, got.direction, got.first, got.last)


@case(trend.xmr)
def _(rng: random.Random) -> None:
    got = trend.xmr(column(rng, rng.choice([0, 1, 5, 12, 20, 30])))
    if not got.judged and (got.signals or got.mean is not None):
        raise Rule("a signal on a chart that is not judged")


@case(peers.peers, peers.to_normal, peers.skewness)
def _(rng: random.Random) -> None:
    k, f = size(rng), rng.choice([1, 2, 3])
    features = {f"f{i}": column(rng, k) for i in range(f)}
    for v in features.values():
        if not math.isfinite(peers.skewness(v)):
            raise Rule("a skewness that is no number")
        bent, _ = peers.to_normal(v)
        nothing_for_the_absent(present(v), bent)
    weights = {n: rng.choice([0.0, 1.0, 2.0, math.nan, -1.0, 1e300]) for n in features if rng.random() < 0.2}
    gone = [rng.random() < 0.1 for _ in range(k)]
    got = peers.peers(features, weights=weights, exclude=gone, nearest=rng.choice([1, 3, 15]))
    used = [v for n, v in features.items() if weights.get(n, 1.0) > 0]
    has = np.logical_and.reduce([present(v) for v in used]) & ~np.array(gone, dtype=bool)
    for i in range(k):
        near = got.index[i][got.index[i] >= 0]
        if (len(near) and not has[i]) or not has[near].all() or i in near:
            raise Rule(f"council {i} has peers {near}, and these have what is needed: {np.flatnonzero(has)}")


@case(money.per_head, money.deflate, money.whole_pence)
def _(rng: random.Random) -> None:
    k = size(rng)
    a, b, c = (column(rng, k) for _ in range(3))
    nothing_for_the_absent(present(a) & present(b), money.per_head(a, b))
    nothing_for_the_absent(present(a) & present(b) & present(c), money.deflate(a, b, c))
    nothing_for_the_absent(present(a), money.whole_pence(a))


@case(money.spend_residuals, money.agreement, money.match_decile)
def _(rng: random.Random) -> None:
    k = size(rng)
    y, s, need = (column(rng, k) for _ in range(3))
    got = money.spend_residuals(y, s, need)
    nothing_for_the_absent(present(y) & present(s) & present(need), got.residual, got.standardised, got.expected)
    rho, tau = money.agreement(y, s)
    if abs(rho) > 1 + 1e-9 or abs(tau) > 1 + 1e-9:
        raise Rule("an agreement beyond 1")
    x, n = counts(rng, k)
    if k:
        at = rng.randrange(k)
        prices = [rng.choice([-5.0, 0.0, 1e4, math.nan, 1e300]) for _ in range(2)]
        found = money.match_decile(
            x, n, at, rng.choice([1, 5, 9, 12]), pence_with=prices[0], pence_without=prices[1], seed=1, draws=50
        )
        if math.isfinite(found.difference) and not (present(x) & present(n))[at]:
            raise Rule("a saving for a council without a figure")


@case(frontier.dea, frontier.dea_bootstrap)
def _(rng: random.Random) -> None:
    k = rng.choice([0, 1, 2, 4])
    x, y = column(rng, k), column(rng, k)
    nothing_for_the_absent(present(x) & present(y), frontier.dea(x, y))
    got = frontier.dea_bootstrap(x, y, seed=1, draws=rng.choice([50, 3]))
    nothing_for_the_absent(present(x) & present(y), got.phi, got.corrected, got.lower, got.upper)
    if (got.phi < 1).any():
        raise Rule("beyond the frontier")


@case(
    words.rounded, words.figure, words.ordinal, words.rank_words, words.rank_sentence, words.possessive,
    words.band_word, words.band_words, words.band_sentence, words.chance_sentence, words.value_sentence,
    words.ratio_words, words.ratio_sentence, words.reliability_words, words.trend_sentence, words.looked_at,
    words.listed,
)  # fmt: skip
def _(rng: random.Random) -> None:
    n = [math.nan if v is None else v for v in column(rng, 4)]
    unit, code = rng.choice(["percent", "rate", "score"]), rng.choice([-2.0, -1.0, 0.0, 1.0, 2.0, math.nan])
    direction = rng.choice([None, "higher", "lower"])
    name = rng.choice(["Ashvale", "North Downs", ""])
    judged = rng.choice(list(trend.Judged))
    for say in rng.sample([
        lambda: words.rounded(n[0], rng.choice([0, 1, 2])),
        lambda: words.figure(n[0], unit),
        lambda: words.ordinal(n[0]),
        lambda: words.rank_words(n[0], n[1], n[2]),
        lambda: words.rank_sentence(name, n[0], n[1], n[2]),
        lambda: words.possessive(name),
        lambda: words.band_word(code, direction),
        lambda: words.band_words([code, None, 0]),
        lambda: words.band_sentence(name, code, "England", direction),
        lambda: words.chance_sentence(code, n[0], n[1], unit),
        lambda: words.value_sentence(rng.choice(list(Status)), n[0], unit, numerator=n[1], denominator=n[2]),
        lambda: words.ratio_words(n[0], n[1], n[2]),
        lambda: words.ratio_sentence(name, "B", (n[0], n[1], n[2]), "get it", zeros=rng.choice([0, 1, 2])),
        lambda: words.reliability_words(rng.randrange(8)),
        lambda: words.trend_sentence(judged, code, n[0], unit, first="2019-20", last="2023-24"),
        lambda: words.looked_at(rng.randrange(9), rng.randrange(3)),
        lambda: words.listed([name] * rng.randrange(4)),
    ], 1):  # fmt: skip
        said = say()
        if isinstance(said, str) and ("nan" in said.lower().split() or "inf" in said.lower().split()):
            raise Rule(f"not a sentence for people: {said}")


def untested() -> list[str]:
    """Public functions of the package that no case above calls."""
    found = set()
    for module in pkgutil.iter_modules([str(Path(compare.__file__).parent)]):
        if not module.name.startswith("_"):
            here = importlib.import_module(f"evenhand.compare.{module.name}")
            own = inspect.getmembers(here, inspect.isfunction)
            found |= {f"{module.name}.{n}" for n, f in own if not n.startswith("_") and f.__module__ == here.__name__}
    return sorted(found - TESTED)


def attempt(rng: random.Random, _folder: Path) -> tuple[str, str, BaseException | None]:
    """Call the functions of one case: what was tried, how it ended, and the fault when there is one."""
    name = rng.choice(sorted(CASES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 1e300 squared is infinite, and says so; the answer is what counts
        try:
            CASES[name](rng)
        except ValueError:
            return f"compare.{name}", "refused", None
        except (Exception, MemoryError) as fault:
            return f"compare.{name}", "finding", fault
    return f"compare.{name}", "answered", None
