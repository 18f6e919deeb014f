"""What each check does to each figure: how many people would move it, and between which values it would be.

A person's ways to count, as the measures gave them, are compared with how the person counts now; people who are alike
are counted together, and ``bounds`` finds the lowest and the highest figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from evenhand.measures.cld import figures
from evenhand.measures.cld.quality.bounds import Pair, Profile, Range, count_range, share_range
from evenhand.measures.cld.quality.checks import BIT, CHECKS, FIGURES, MOST_ROWS, RATES, WAYS, Check
from evenhand.measures.cld.quality.ways import NOW

BASE = 1000  # a pair as one whole number: BASE * denominator + numerator; nobody has so many spells
_FIGURE = ["la", "measure", "part"]


@dataclass(frozen=True)
class Effect:
    """One check and one figure of one council. low and high are None where nobody would be left to count."""

    measure: str
    part: str
    now: figures.Figure
    low: figures.Figure | None
    high: figures.Figure | None
    people: int  # who would move the figure


@dataclass(frozen=True)
class Effects:
    """by_check: effects by (council, key of the check), in the order of figures. together: all checks at once, by
    council. movers: la, person, check, figures ("3D(1a) 3D(2a)"): everybody whom some way of mending would move.
    """

    by_check: Mapping[tuple[str, str], tuple[Effect, ...]]
    together: Mapping[str, tuple[Effect, ...]]
    movers: pl.DataFrame


def effects(counted: pl.DataFrame, people: pl.DataFrame, held: Iterable[figures.Figure]) -> Effects:
    """counted: COUNTED. people: la, person, bits, holes, rep of everybody concerned. held: all figures as they are."""
    totals = {
        (one.council, one.measure, one.part): one
        for one in held
        if one.group == figures.TOTAL and one.numerator is not None
    }
    frames = {check.key: _options(counted, people, check) for check in CHECKS}
    by_check = {}
    for check in CHECKS:
        for la, made in _ranged(frames[check.key], totals).items():
            by_check[la, check.key] = made
    every = pl.concat(frame.with_columns(pl.lit(key).alias("check")) for key, frame in frames.items())
    return Effects(by_check, _ranged(_together(every, people), totals), _movers(every))


def _members(people: pl.DataFrame, check: Check) -> pl.DataFrame:
    return people.filter((pl.col("bits") & BIT[check.key]) > 0).select("la", "person", "rep", "holes")


def _options(counted: pl.DataFrame, people: pl.DataFrame, check: Check) -> pl.DataFrame:
    """la, measure, part, person, rep, unit, now, options (a sorted list): whom some way of the check would move."""
    ways = [way for way in WAYS if way.check is check]
    names = [f"w{way.number}" for way in ways]
    wanted = counted.filter(pl.col("way").is_in([NOW, *(way.number for way in ways)]))
    if check.key == "no_person_id":
        wanted = wanted.filter(pl.col("person") < 0).with_columns(rep=pl.col("person"), holes=pl.lit(0, pl.Int64))
    else:
        wanted = wanted.join(_members(people, check), on=["la", "person"], how="inner")
    if check.key == "split_person":
        wanted = wanted.with_columns(person=pl.col("rep"))
    unit = pl.col("unit") if check.by_spell else pl.lit(0, pl.Int64)
    touched = pl.struct("measure", "part").is_in([{"measure": m, "part": p} for m, p in check.figures])
    code = pl.col("of").cast(pl.Int64).sum() * BASE + pl.col("number").cast(pl.Int64).sum()
    key = [*_FIGURE, "person", "rep", "holes", "unit"]
    sums = wanted.filter(touched).with_columns(unit=unit).group_by(*key, "way").agg(code=code)
    wide = sums.group_by(key).agg(
        now=pl.col("code").filter(pl.col("way") == NOW).sum(),
        **{name: pl.col("code").filter(pl.col("way") == way.number).sum()
           for name, way in zip(names, ways, strict=True)},
    )  # fmt: skip
    given: list[pl.Expr] = [
        # A way that needs more rows than the person has was not asked.
        pl.when(pl.col("holes").clip(0, MOST_ROWS) >= way.rows).then(name).otherwise(names[0])
        for name, way in zip(names, ways, strict=True)
    ]
    if check.as_now:
        given.append(pl.col("now"))
    if check.key == "component_home":  # too many rows to try every way: any answer is taken to be possible
        given += [pl.when(pl.col("holes") > MOST_ROWS).then(one).otherwise(names[0]) for one in (0, 1)]
    made = wide.with_columns(options=pl.concat_list(given).list.unique().list.sort())
    moved = (pl.col("options").list.len() > 1) | (pl.col("options").list.first() != pl.col("now"))
    return made.filter(moved).select(*_FIGURE, "person", "rep", "unit", "now", "options")


def _together(every: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The same for all checks at once.

    Somebody whom one check would move, and no other finds, may count as it says, or as now. Somebody whom others find
    too may count in any way at all, which may be more than is so. Somebody whom only two faults together
    keep out of a figure is not here: no check alone would move them.
    """
    key = [*_FIGURE, "rep"]
    spells = (pl.col("check") == "outcome_reablement").all()
    bits = people.select("la", "person", "bits")
    every = every.join(bits, on=["la", "person"], how="left").with_columns(others=_finding())
    marked = every.with_columns(
        alone=(((pl.len() == 1) | spells) & (pl.col("others").max() < 2)).over(key),
        of=pl.max_horizontal(pl.col("now"), pl.col("options").list.max()) // BASE,
        number=pl.max_horizontal(pl.col("now") % BASE, pl.col("options").list.eval(pl.element() % BASE).list.max()),
    )
    single = marked.filter("alone").with_columns(
        options=pl.concat_list("options", "now").list.unique().list.sort(), unit=pl.lit(0, pl.Int64)
    )
    rest = marked.filter(~pl.col("alone")).with_columns(
        whole=pl.when(pl.col("check") == "split_person").then(0).when(pl.col("check") == "outcome_reablement")
        .then(2).otherwise(1)
    )  # fmt: skip
    # Each person once, by the check that says most of them: of spells there are several, and they add up.
    rest = rest.filter(pl.col("whole") == pl.col("whole").min().over([*key, "person"]))
    each = rest.group_by([*key, "person", "check", "whole"]).agg(
        pl.col("now").sum(), pl.col("of").sum(), pl.col("number").sum()
    )
    each = each.group_by([*key, "person", "whole"]).agg(
        pl.col("now").first(), pl.col("of").max(), pl.col("number").max()
    )
    each = each.filter((pl.col("whole") == 0) | (pl.col("whole").min().over(key) > 0))
    group = each.group_by(key).agg(pl.col("now").sum(), pl.col("of").sum(), pl.col("number").sum())
    rate = pl.col("of") == 0
    many = group.with_columns(
        options=pl.concat_list(
            pl.lit(0, pl.Int64), "now", pl.col("of") * BASE,
            pl.when(rate).then("number").otherwise(pl.col("of") * BASE + pl.col("of")),
        ).list.unique().list.sort()
    )  # fmt: skip
    columns = [*_FIGURE, "rep", "now", "options"]
    return pl.concat([single.select(columns), many.select(columns)])


def _finding() -> pl.Expr:
    """How many of the checks that bear on the figure find the person."""
    out = pl.lit(0)
    for measure, part in FIGURES:
        here = (pl.col("measure") == measure) & (pl.col("part") == part)
        bits = [BIT[check.key] for check in CHECKS if (measure, part) in check.figures]
        found = pl.sum_horizontal((pl.col("bits").fill_null(0) & bit) > 0 for bit in bits)
        out = pl.when(here).then(found).otherwise(out)
    return out


def _ranged(
    moved: pl.DataFrame, totals: Mapping[tuple[str, str, str], figures.Figure]
) -> dict[str, tuple[Effect, ...]]:
    """Effects by council of people whom something would move."""
    alike = moved.group_by([*_FIGURE, "now", "options"]).agg(people=pl.len())
    profiles: dict[tuple[str, str, str], list[Profile]] = defaultdict(list)
    for la, measure, part, now, options, people in alike.sort(_FIGURE).iter_rows():
        profiles[la, measure, part].append(Profile(_pair(now), tuple(_pair(one) for one in options), people))
    out: dict[str, list[Effect]] = defaultdict(list)
    for key in sorted(profiles):
        if key in totals:
            out[key[0]].append(_effect(totals[key], profiles[key]))
    return {la: tuple(made) for la, made in out.items()}


def _pair(code: int) -> Pair:
    return divmod(code, BASE)


def _effect(now: figures.Figure, profiles: list[Profile]) -> Effect:
    rate = now.measure in RATES
    pair = (0 if rate else now.denominator or 0, now.numerator or 0)
    found: Range = count_range(pair, profiles) if rate else share_range(pair, profiles)

    def figure(ends: Pair | None) -> figures.Figure | None:
        if ends is None:
            return None
        of: Any = now.denominator if rate else ends[0]
        return figures.Figure(now.council, now.measure, now.part, now.group, ends[1], of)

    return Effect(now.measure, now.part, now, figure(found.low), figure(found.high), found.moved)


def _movers(every: pl.DataFrame) -> pl.DataFrame:
    figure = pl.when(pl.col("part") == "").then("measure").otherwise(pl.format("{}({})", "measure", "part"))
    named = every.select("la", "person", "check", figure=figure)
    return named.group_by("la", "person", "check").agg(figures=pl.col("figure").unique().sort().str.join(" "))
