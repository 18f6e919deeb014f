"""Measures x observations -> one row for every measure, period, group and area, with or without a figure.

Nothing is judged here. A row carries the counts, the value, its status and, when there is no value, the reason; every
council that stood at the end of a period has a row for every measure of that period, so that none drops out unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand.edition.population import Populations, Residents
from evenhand.facts.register import Council, Register, period_end
from evenhand.facts.status import SENTENCES, Status
from evenhand.measures.definition import Group, Measure, Population, Selector, Series, Source

if TYPE_CHECKING:
    from evenhand.edition.corrections import Corrections

SUM_AREA = "sum-of-councils"
EVERYONE = Group("all", "Everyone", ())

RAW: dict[str, Any] = {
    "measure": pl.String, "series": pl.Int8, "segment": pl.String, "period": pl.String, "group": pl.String,
    "group_label": pl.String, "level": pl.String, "area": pl.String, "numerator": pl.Float64,
    "denominator": pl.Float64, "value": pl.Float64, "calculated": pl.Float64, "margin_of_error": pl.Float64,
    "respondents": pl.Float64, "status": pl.String, "reason": pl.String, "basis": pl.String, "note": pl.String,
}  # fmt: skip

# When several parts of a figure are unknown for different reasons, the strongest one is the figure's reason.
STRENGTH = (Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE)
Cell = tuple[float | None, str, str | None]
Key = tuple[str, str, str]  # period, level, area


class Observations:
    """Loaded observations, indexed so that a selector costs a dictionary look-up and not a scan."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._by: dict[tuple[str, ...], dict[Key, Cell]] = {}
        columns = ("item", "part", "age", "sex", "reason", "setting")
        for keys, rows in frame.partition_by(*columns, as_dict=True, include_key=False).items():
            cells = rows.select("period", "level", "area", "value", "status", "note").iter_rows()
            self._by[tuple(map(str, keys))] = {(p, lv, a): (v, s, n) for p, lv, a, v, s, n in cells}

    def cells(self, s: Selector, default_part: str) -> dict[Key, Cell]:
        """What a selector finds, by period, level and area; a sum of several cells is known only when all are."""
        part = s.part or default_part
        combos = [(s.item, part, a, x, r, g) for a in s.age for x in s.sex for r in s.reason for g in s.setting]
        tables = [self._by.get(c, {}) for c in combos]
        found = tables[0] if len(tables) == 1 else add_cells(tables)
        if not s.lag:
            return found
        return {(later(p, s.lag), lv, a): c for (p, lv, a), c in found.items()}


def later(period: str, years: int) -> str:
    """The financial year so many years later: ("2013-14", 1) is "2014-15"."""
    start = int(period[:4]) + years
    return f"{start}-{(start + 1) % 100:02d}"


def add_cells(tables: list[dict[Key, Cell]]) -> dict[Key, Cell]:
    """The sums of several tables of cells; a sum with an unknown part is unknown, with the strongest part's status."""
    out: dict[Key, Cell] = {}
    for key in {k for t in tables for k in t}:
        parts = [t.get(key, (None, str(Status.MISSING), None)) for t in tables]
        values = [v for v, _, _ in parts if v is not None]
        if len(values) == len(parts):
            out[key] = (sum(values), str(Status.PUBLISHED), None)
        else:
            out[key] = (None, str(strongest(s for v, s, _ in parts if v is None)), None)
    return out


def strongest(statuses: Iterable[str]) -> Status:
    """The status that stands for several: suppressed before missing before not applicable."""
    have = set(statuses)
    return next((s for s in STRENGTH if s in have), Status.MISSING)


def narrowed(source: Source | None, group: Group) -> Source | None:
    """The source for one group of people: each selector with the group's dimensions put in."""
    if source is None or isinstance(source, Population) or not group.select:
        return source
    dims: dict[str, Any] = {k: (v,) for k, v in group.select}
    return tuple(replace(s, **dims) for s in source)


class Assembler:
    """Builds raw rows for measures from observations, a register and populations."""

    def __init__(self, observations: pl.DataFrame, register: Register, corrections: Corrections | None = None) -> None:
        self.corrections = corrections or {}
        self.obs = Observations(observations)
        self.register = register
        self.pops = Populations(observations, register)

    def rows(self, measure: Measure) -> pl.DataFrame:
        """All rows of one measure, in the RAW schema, sorted by period, group, level and area."""
        rows: list[dict[str, Any]] = []
        for number, series in enumerate(measure.series):
            for group in (EVERYONE, *measure.groups):
                rows += self._series_rows(measure, number, series, group)
        return pl.DataFrame(rows, schema=RAW).sort("period", "group", "level", "area")

    def _source(self, source: Source | None, part: str) -> dict[Key, Cell]:
        if source is None or isinstance(source, Population):
            return {}
        tables = [self.obs.cells(s, part) for s in source]
        return tables[0] if len(tables) == 1 else add_cells(tables)

    def _series_rows(self, m: Measure, number: int, series: Series, group: Group) -> list[dict[str, Any]]:
        top = "amount" if m.kind in ("money_share", "money_per_head") else "count"
        bottom = "amount" if m.kind == "money_share" else "count"
        denominator = dict(series.group_denominators).get(group.id, narrowed(series.denominator, group))
        num = self._source(narrowed(series.numerator, group), top)
        den = self._source(denominator, bottom)
        single = {
            k: self._source(narrowed((s,), group), "value") if s else {}
            for k, s in (("value", series.value), ("moe", series.margin_of_error), ("n", series.respondents))
        }
        keys = {k for t in (num, den, *single.values()) for k in t if series.covers(k[0])}
        if isinstance(denominator, Population):
            keys = {k for k in num if series.covers(k[0])}
        informative = {k for k in keys if any(t.get(k, (None,))[0] is not None for t in (num, single["value"]))}
        periods = {p for p, _, _ in informative}
        everywhere = {(p, "council", c.id) for p in periods for c in self.register.councils(period_end(p))}
        rows = []
        # A file may print a council on boundaries newer than its figures: on that day there was no such council.
        above = {k for k in keys if k[0] in periods and k[1] != "council"}
        for key in sorted(everywhere | above):  # sums are added up in one order, so that their last digit is one too
            row = self._figure(m, series, key, num, den, denominator, single)
            period, level, area = key
            row |= {
                "measure": m.id, "series": number, "segment": m.segment(period), "period": period,
                "group": group.id, "group_label": group.label, "level": level, "area": area,
            }  # fmt: skip
            rows.append(row)
        # A period in which nobody has a figure (no survey that year, a return not loaded) is no period of the measure.
        known = {r["period"] for r in rows if r["value"] is not None}
        rows = [r for r in rows if r["period"] in known]
        if m.kind in ("proportion", "rate", "money_share", "money_per_head", "context"):
            rows += self._sums(m, rows)
        return rows

    def _figure(
        self,
        m: Measure,
        series: Series,
        key: Key,
        num: dict[Key, Cell],
        den: dict[Key, Cell],
        denominator: Source | None,
        single: dict[str, dict[Key, Cell]],
    ) -> dict[str, Any]:
        nothing: Cell = (None, str(Status.MISSING), None)
        n, d, v = num.get(key, nothing), den.get(key, nothing), single["value"].get(key)
        basis = None
        if isinstance(denominator, Population):
            found = self._residents(key, denominator.age)
            d = (found.people, str(Status.PUBLISHED), None) if found else nothing
            basis = found.basis if found else None
        row: dict[str, Any] = {
            "numerator": n[0], "denominator": d[0], "basis": basis, "note": v[2] if v else n[2],
            "margin_of_error": single["moe"].get(key, nothing)[0], "respondents": single["n"].get(key, nothing)[0],
        }  # fmt: skip
        row["calculated"] = _ratio(m, n[0], d[0]) if n[0] is not None and d[0] else None
        if series.value is not None:
            row |= self._published(series.value.item, key, v)
        elif row["calculated"] is not None:
            row |= {"value": row["calculated"], "status": str(Status.DERIVED), "reason": None}
        else:
            row |= {"value": None, **self._unknown(n, d, key in num, key in den, denominator)}
        return row

    def _published(self, item: str, key: Key, cell: Cell | None) -> dict[str, Any]:
        """Value, status and reason of a figure that the publisher prints, or does not."""
        period, _, area = key
        if cell is None:
            return {"value": None, "status": str(Status.MISSING), "reason": "No figure in the files loaded."}
        value, status, note = cell
        if value is not None:
            return {"value": value, "status": status, "reason": None}
        said = self.corrections.get((item, period, area))
        if said:
            return {"value": None, "status": str(Status.MISSING), "reason": said}
        # A note is the symbol itself, or the reason that a reader found for it.
        explained = note and len(note) > len("[z]")
        return {"value": None, "status": status, "reason": note if explained else SENTENCES[Status(status)]}

    def _residents(self, key: Key, age: str) -> Residents | None:
        period, level, area = key
        direct = self.pops.find(area, period, age)
        if level == "council" or (direct and not direct.years_off):
            return direct
        # The publishers' England is often older than the councils: the sum of councils is used when it is nearer.
        day = period_end(period)
        members = [c.id for c in self.register.councils(day) if self._inside(c, level, area, day)]
        found = [f for c in members if (f := self.pops.find(c, period, age)) is not None]
        if not members or len(found) < len(members):
            return direct
        off = max(f.years_off for f in found)
        if direct and direct.years_off <= off:
            return direct
        return replace(
            found[0], people=sum(f.people for f in found), years_off=off, basis=f"{found[0].basis}, sum of councils"
        )

    def _inside(self, c: Council, level: str, area: str, day: date) -> bool:
        own = c.region if level == "region" else self.register.type_of(c.id, day)
        return level == "country" or area == own

    @staticmethod
    def _unknown(n: Cell, d: Cell, has_n: bool, has_d: bool, denominator: Source | None) -> dict[str, Any]:
        """Status and reason of a figure that cannot be worked out from its counts."""
        if d[0] == 0 and n[0] is not None:
            return {"status": str(Status.NOT_APPLICABLE), "reason": "Nobody to divide by: the total is zero."}
        status = strongest(c[1] for c in (n, d) if c[0] is None)
        if n[0] is not None and isinstance(denominator, Population):
            reason = "No population estimate is loaded for the boundaries of that time."
        elif not has_n:
            reason = "No figure in the files loaded."
        elif not has_d and n[0] is not None:
            reason = "The number to divide by is not in the files loaded."
        else:
            reason = SENTENCES[status]
        return {"status": str(status), "reason": reason}

    def _sums(self, m: Measure, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """England as the sum of the councils that have both counts: never the same thing as England as published."""
        out = []
        for period in {r["period"] for r in rows}:
            councils = [r for r in rows if r["period"] == period and r["level"] == "council"]
            have = [r for r in councils if r["calculated"] is not None]
            if not have:
                continue
            n, d = sum(r["numerator"] for r in have), sum(r["denominator"] for r in have)
            value = _ratio(m, n, d)
            out.append(
                have[0]
                | {
                    "level": "country",
                    "area": SUM_AREA,
                    "numerator": n,
                    "denominator": d,
                    "value": value,
                    "calculated": value,
                    "status": str(Status.DERIVED),
                    "reason": None,
                    "margin_of_error": None,
                    "respondents": None,
                    "note": f"Sum of {len(have)} of {len(councils)} councils.",
                }
            )
        return out


def _ratio(m: Measure, numerator: float, denominator: float) -> float:
    """numerator / denominator x per; money comes in as pence and goes out as pounds a head."""
    scale = 0.01 if m.kind == "money_per_head" else 1.0
    return numerator / denominator * m.per * scale
