"""What changed between two editions: sources, figures, gaps, and the words people would read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from evenhand.edition.read import Edition

KEY = ["measure", "period", "group", "level", "area"]


@dataclass(frozen=True)
class Changes:
    """Differences from an older edition to a newer one.

    sources: lists ``added``, ``removed``, ``replaced`` of tables. measures: ids ``added`` and ``removed``.
    figures: one row a figure that was added, removed, changed, or changed its status or band, worst first.
    """

    old: str
    new: str
    sources: dict[str, list[str]]
    measures: dict[str, list[str]]
    code_changed: bool
    figures: pl.DataFrame

    def to_json(self) -> str:
        """Everything as JSON."""
        plain = asdict(self) | {"figures": self.figures.to_dicts()}
        return json.dumps(plain, indent=1, ensure_ascii=False)

    def sentences(self, most: int = 20) -> list[str]:
        """The changes in sentences: totals, then the ``most`` largest changes of figures."""
        out = [f"From {self.old} to {self.new}:"]
        for what, tables in self.sources.items():
            out += [f"Source {what}: {t}." for t in tables]
        for what, ids in self.measures.items():
            out += [f"Measure {what}: {i}." for i in ids]
        if self.code_changed:
            out.append("The program changed between the two.")
        if self.figures.is_empty():
            return [*out, "No figure differs."]
        tally = self.figures.group_by("change").len().sort("change").rows()
        out.append("; ".join(f"{n:,} {'figure' if n == 1 else 'figures'} {change}" for change, n in tally) + ".")
        out += [self._one(r) for r in self.figures.head(most).iter_rows(named=True)]
        if self.figures.height > most:
            out.append(f"… and {self.figures.height - most:,} more (--format json lists all).")
        return out

    @staticmethod
    def _one(r: dict[str, Any]) -> str:
        def say(value: float | None, status: str | None) -> str:
            return f"{value:,.6g}" if value is not None else (status or "not there").replace("_", " ")

        was, now = say(r["old_value"], r["old_status"]), say(r["new_value"], r["new_status"])
        band = (
            f"; band {r['old_band'] or 'none'} to {r['new_band'] or 'none'}" if r["old_band"] != r["new_band"] else ""
        )
        group = "" if r["group"] == "all" else f", {r['group']}"
        return f"{r['measure']} {r['period']}{group}, {r['area_name']}: {was} to {now}{band}."


def compare(old: Edition, new: Edition) -> Changes:
    """The changes between two editions."""
    was = {k["table"]: k["sha256"] for k in old.built_from}
    now = {k["table"]: k["sha256"] for k in new.built_from}
    sources = {
        "added": sorted(set(now) - set(was)),
        "removed": sorted(set(was) - set(now)),
        "replaced": sorted(t for t in set(was) & set(now) if was[t] != now[t]),
    }
    before, after = _held(old), _held(new)
    measures = {"added": sorted(after - before), "removed": sorted(before - after)}
    code = old.about.get("code_digest") != new.about.get("code_digest")
    return Changes(old.id, new.id, sources, measures, code, _figures(old, new))


def _held(e: Edition) -> set[str]:
    return {m for m, d in e.definitions.items() if d["latest_period"]}


def _figures(old: Edition, new: Edition) -> pl.DataFrame:
    def side(e: Edition, prefix: str) -> pl.DataFrame:
        names = {c: f"{prefix}_{c}" for c in ("value", "status", "band")}
        return e.table("values").select(*KEY, "area_name", *names).rename(names).collect()

    both = side(old, "old").join(side(new, "new"), on=KEY, how="full", suffix="_right", coalesce=True)
    close = ((pl.col("old_value") - pl.col("new_value")).abs() <= 1e-9).fill_null(False) | (
        pl.col("old_value").is_null() & pl.col("new_value").is_null()
    )
    change = (
        pl.when(pl.col("old_status").is_null()).then(pl.lit("added"))
        .when(pl.col("new_status").is_null()).then(pl.lit("removed"))
        .when(~close).then(pl.lit("changed"))
        .when(pl.col("old_status") != pl.col("new_status")).then(pl.lit("changed status"))
        .when(~pl.col("old_band").eq_missing(pl.col("new_band"))).then(pl.lit("changed band"))
    )  # fmt: skip
    size = ((pl.col("new_value") - pl.col("old_value")) / pl.col("old_value")).abs().fill_nan(None)
    return (
        both.with_columns(change=change, size=size, area_name=pl.coalesce("area_name", "area_name_right"))
        .filter(pl.col("change").is_not_null())
        .sort(["size", *KEY], descending=[True] + [False] * len(KEY), nulls_last=True)
        .drop("area_name_right", "size")
    )
