"""Every council against its own region, type and peers, judged at the build: what ``edition.against`` reads.

A council against its region means the region's councils set the benchmark, the limits and the ranks; its peers are a
set of their own for every council. That makes thousands of small sets. ``judge.judged`` is the plain way, one set at a
time; here all the sets of one measure, period and group are judged at once, from one drawing of the councils. The tests
hold the two ways to the same answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from evenhand.compare import funnel, ranks
from evenhand.edition.judge import BANDS, Figures, Scale
from evenhand.edition.marks import JUDGED, KINDS, MARKS, NOT_JUDGED, OF_A_MARK, OF_THE_SET, SETS, Against
from evenhand.facts.register import Register, period_end


@dataclass(frozen=True)
class Neighbours:
    """Who belongs with whom: a council's region, its type as at a period's end, and its peers, nearest first."""

    register: Register
    peers: Mapping[str, Sequence[str]]
    _types: dict[tuple[str, str], str] = field(default_factory=dict)

    def type_of(self, area: str, period: str) -> str:
        """A council's type as at the end of a period; asked for every measure, so it is looked up once."""
        if (area, period) not in self._types:
            self._types[area, period] = self.register.type_of(area, period_end(period))
        return self._types[area, period]

    @classmethod
    def of(cls, register: Register, peers: pl.DataFrame) -> Neighbours:
        """From the register and the PEERS rows of an edition."""
        found: dict[str, list[str]] = {}
        for area, peer in peers.select("area", "peer").iter_rows():
            found.setdefault(area, []).append(peer)
        return cls(register, found)


@dataclass(frozen=True)
class Sets:
    """Sets of one kind. names: of the sets. rows: their councils' rows in the order of their names, shape (sets, most),
    −1 beyond the last. judged: which of them are judged there: all, or of a council's peers only the council itself.
    published: the publisher's own figure for each set, NaN for none.
    """  # fmt: skip

    against: str
    names: list[str]
    rows: Any
    judged: Any
    published: Any


def judge_sets(
    measure: Scale, frame: pl.DataFrame, figures: Figures | None, near: Neighbours, *, kinds: Sequence[str] = KINDS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The SETS and MARKS rows of one measure, period and group.

    frame: all its rows with JUDGED columns as against England. figures: of the same rows; None where a figure has no
    sampling error, and then every set is marked as not judged.
    """
    lit = {k: pl.lit(v) for k, v in (("measure", measure.id), *((k, frame[k][0]) for k in ("period", "group")))}
    judged, marks = [pl.DataFrame(schema=SETS)], [pl.DataFrame(schema=MARKS)]
    for sets in _every_set(frame, near):
        if sets.against not in kinds:
            continue
        rows, found = _judge(frame, figures, sets)
        if rows is not None:
            judged.append(rows.with_columns(against=pl.lit(sets.against), **lit).select(SETS.keys()))
        columns = {"set": sets.names} | {f: [getattr(m, f) for m in found] for f in OF_A_MARK}
        listed = pl.DataFrame(columns, schema_overrides={k: t for k, t in MARKS.items() if k in columns})
        marks.append(listed.with_columns(against=pl.lit(sets.against), **lit).select(MARKS.keys()))
    return pl.concat(judged), pl.concat(marks)


def _every_set(frame: pl.DataFrame, near: Neighbours) -> list[Sets]:
    """The regions, the types and the councils' peers that have at least one council among the rows."""
    period = frame["period"][0]
    areas, council = frame["area"].to_list(), (frame["level"] == "council").to_list()
    in_order = [i for i in frame["area"].arg_sort().to_list() if council[i]]
    above = dict(frame.filter(pl.col("level") != "council").select("area", "value").iter_rows())
    regions: dict[str, list[int]] = {}
    types: dict[str, list[int]] = {}
    for i in in_order:
        region, kind = near.register.council(areas[i]).region, near.type_of(areas[i], period)
        for group, name in ((regions, region), (types, kind)):
            if name:
                group.setdefault(name, []).append(i)
    place = {areas[i]: n for n, i in enumerate(in_order)}
    peers: dict[str, list[int]] = {}
    for i in in_order:
        if near.peers.get(areas[i]):
            own = sorted(place[a] for a in (areas[i], *near.peers[areas[i]]) if a in place)
            peers[areas[i]] = [in_order[n] for n in own]
    every = zip(KINDS, (regions, types, peers), strict=True)
    return [_padded(against, groups, areas, above) for against, groups in every if groups]


def _padded(against: str, groups: dict[str, list[int]], areas: list[str], above: dict[str, float | None]) -> Sets:
    rows = np.full((len(groups), max(map(len, groups.values()))), -1, dtype=np.intp)
    for s, own in enumerate(groups.values()):
        rows[s, : len(own)] = own
    names = list(groups)
    if against == "peers":
        own_row = np.array([next(i for i in groups[n] if areas[i] == n) for n in names])
        return Sets(against, names, rows, rows == own_row[:, None], np.full(len(names), np.nan))
    published = np.array([above.get(n) for n in names], dtype=np.float64)
    return Sets(against, names, rows, rows >= 0, published)


def _judge(frame: pl.DataFrame, figures: Figures | None, sets: Sets) -> tuple[pl.DataFrame | None, list[Against]]:
    """The judged rows (SETS columns but for the keys of the measure) and each set's mark; no rows if none is judged."""
    if figures is None:
        return None, [NOT_JUDGED] * len(sets.names)
    bench, fit, marks = _fitted(frame, figures, sets)
    which, column = np.nonzero(sets.judged)
    row = sets.rows[which, column]
    low95, high95, low998, high998 = (
        frame[c].fill_null(np.nan).to_numpy()[row] for c in ("lower95", "upper95", "lower998", "upper998")
    )
    differs = funnel.differs_by_chance(low95, high95, low998, high998, bench[which])
    places = _ranks(figures, sets)[which, column]
    columns = {
        "set": pl.Series([sets.names[s] for s in which], dtype=pl.String),
        "area": frame["area"].gather(row),
        "differs": differs, "z": fit.z[which, column],
        "band": pl.Series([BANDS.get(c) for c in funnel.unusual(fit)[which, column]], dtype=pl.String),
    } | {name: places[:, n] for n, name in enumerate(("rank_median", "rank_low", "rank_high", "ranked"))}  # fmt: skip
    out = pl.DataFrame(columns).with_columns(
        pl.col(c).fill_nan(None).cast(JUDGED[c]) for c in OF_THE_SET if c != "band"
    )
    counted = np.array([m.kind != "none" for m in marks])[which]
    return out.filter(pl.Series(counted)), marks


def _fitted(
    frame: pl.DataFrame, f: Figures, sets: Sets
) -> tuple[np.ndarray[Any, Any], funnel.Overdispersion, list[Against]]:
    """Each set's benchmark in the measure's unit, the over-dispersed funnel of all sets at once, and their marks."""
    beyond = sets.rows < 0

    def of(values: Any) -> Any:
        return np.where(beyond, np.nan, np.asarray(values)[sets.rows])

    if f.how == "score":
        value, moe = of(f.value), of(np.where(f.moe > 0, f.moe, np.nan))
        fit = funnel.overdispersion_of_scores(value, moe)
        if np.isfinite(sets.published).any():
            expected = np.where(np.isfinite(sets.published), sets.published, fit.benchmark)
            fit = funnel.overdispersion_of_scores(value, moe, expected=expected)
        bench, none = fit.benchmark, np.full(len(sets.names), np.nan)
        known = np.isfinite(value)
        with np.errstate(invalid="ignore"):
            mean = np.nansum(value, axis=1) / known.sum(axis=1)
        sums, counted = (none, none), np.ones(len(sets.names), dtype=np.bool_)
    else:
        kind: Any = f.how
        both, fit = funnel.benchmark(of(f.x), of(f.d), kind=kind), funnel.overdispersion(kind, of(f.x), of(f.d))
        bench, mean = both.ratio * f.measure.per, both.mean_of_councils * f.measure.per
        sums = (both.numerator, both.denominator)
        # As ``judge.method`` asks of a set: somebody in it has each of the two counts.
        printed = (of(frame[c].is_not_null().to_numpy()) == 1 for c in ("numerator", "denominator"))
        counted = np.logical_and.reduce([p.any(axis=1) for p in printed])
    table = np.stack([bench, mean, *sums, fit.phi, fit.tau2, fit.y0, np.isfinite(fit.z).sum(axis=1)], axis=1)
    marks = [_mark(f.how, row) if some else NOT_JUDGED for row, some in zip(table.tolist(), counted, strict=True)]
    return bench, fit, marks


def _mark(how: str, row: list[float]) -> Against:
    value, mean, numerator, denominator, phi, tau2, y0 = (v if math.isfinite(v) else None for v in row[:7])
    return Against(how, value, mean, numerator, denominator, phi, tau2, y0, int(row[7]))


def _ranks(f: Figures, sets: Sets) -> np.ndarray[Any, np.dtype[np.float64]]:
    """rank_median, rank_low, rank_high and ranked of every judged council in its set: shape (sets, most, 4)."""
    out = np.full((*sets.rows.shape, 4), np.nan)
    able, drawn = f.ranked
    if drawn is None:
        return out
    place = np.full(f.value.size, -1, dtype=np.intp)
    place[able] = np.arange(able.size)
    for s in range(len(sets.names)):
        columns = np.flatnonzero(sets.rows[s] >= 0)
        columns = columns[place[sets.rows[s, columns]] >= 0]
        members = place[sets.rows[s, columns]]
        wanted = np.flatnonzero(sets.judged[s, columns])
        if not wanted.size:
            continue
        if wanted.size == 1 and members.size > 1:
            counts = ranks.count_one_rank(drawn, members, int(wanted[0]))[None]
        else:
            counts = ranks.count_ranks(drawn, members)[wanted]
        out[s, columns[wanted], :3] = np.stack(ranks.percentiles(counts), axis=1)
        out[s, columns[wanted], 3] = members.size
    return out
