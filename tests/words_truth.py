"""What is true of every council, worked out here from raw counts: the other half of ``tests.words_checker``.

Nothing of ``evenhand.compare``, ``edition.sentences`` or the pages makes what is expected. Formulas are those that
``docs/methods`` prints (Wilson; Byar, exact Poisson below 10; margin x z / 1.96; over-dispersed limits), in numpy.
From an edition only what publishers printed is taken: counts, figures, margins, respondents, statuses.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

import numpy as np
from scipy import stats

from evenhand.edition.read import Edition

Row = dict[str, Any]
Z95, Z998 = float(stats.norm.ppf(0.975)), float(stats.norm.ppf(0.999))
ABOVE = "sum-of-councils"
SETS = ("england", "region", "type", "peers")
WORDS = {-2: "much lower", -1: "lower", 0: "similar", 1: "higher", 2: "much higher"}
SURVEYS = ("score", "survey_percent")
PERCENTS = ("proportion", "survey_percent", "money_share", "published_only", "context")
RAW = (
    "measure", "period", "group", "level", "area", "area_name", "region", "council_type", "numerator", "denominator",
    "value", "margin_of_error", "respondents", "status", "reason", "note", "basis", "segment", "slug",
)  # fmt: skip


def rounded(value: float, places: int) -> str:
    """Thousands commas, halves away from zero on the number as it prints; never minus nought."""
    n = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{n if n else abs(n):,f}"


def spelled(d: Row, value: float | None) -> str:
    """Percentages to 1 decimal, pounds whole, everything else as its publisher prints it; "" for none."""
    if value is None:
        return ""
    if d["kind"] == "money_per_head":
        return f"£{rounded(value, 0)}"
    if d["kind"] in PERCENTS:
        return f"{rounded(value, 1)}%"
    return rounded(value, d["decimals"])


def unit_of(d: Row) -> str:
    """The words after a figure: "per 1,000 adults"; a percentage has none."""
    return "" if d["kind"] in PERCENTS else " " + d["unit"].removeprefix("£ ")


def counts_of(d: Row, r: Row) -> str:
    """The counts behind a figure as a reader is to see them; "" for none."""
    n, of = r["numerator"], r["denominator"]
    if r["respondents"] is not None:
        return f"{rounded(r['respondents'], 0)} people answered"
    if n is None or of is None or d["kind"] == "context":
        return ""
    if d["kind"] == "money_share":
        return f"£{rounded(n / 100, 0)} of £{rounded(of / 100, 0)}"
    if d["kind"] == "money_per_head":
        return f"£{rounded(n / 100, 0)} over {rounded(of, 0)} people"
    return f"{rounded(n, 0)} of {rounded(of, 0)}"


def has(v: float | None) -> bool:
    return v is not None and math.isfinite(v)


@dataclass(slots=True)
class Truth:
    """One council on one measure and period against one set. None where there is nothing to say."""

    row: Row
    limits: dict[float, tuple[float, float]] | None = None
    benchmark: float | None = None
    differs: int | None = None
    z: float | None = None
    place: float | None = None  # the mean of its place over chance, by a normal curve
    of: int = 0
    near: bool = False  # z is so near a limit that the last digit decides

    @property
    def word(self) -> str:
        if self.z is None:
            return ""
        size = (abs(self.z) > Z95) + (abs(self.z) > Z998)
        return WORDS[int(math.copysign(size, self.z))]


def limits(how: str, d: Row, r: Row, z: float) -> tuple[float, float] | None:
    """What chance alone could explain, in the measure's unit."""
    if r["value"] is None:
        return None
    if how == "score":
        moe = r["margin_of_error"]
        if moe is None or moe <= 0:
            return None
        low, high = r["value"] - moe * z / Z95, r["value"] + moe * z / Z95
        ends = d["bounds"] or (-math.inf, math.inf)
        return max(low, ends[0]), min(high, ends[1])
    x, n = r["numerator"], r["denominator"]
    if x is None or not n:
        return None
    if abs(x / n * d["per"] - r["value"]) > 0.0501:  # counts printed to the nearest 5 beside a finer figure
        x = min(r["value"] * n / d["per"], n)
    if how == "proportion":
        root = z * math.sqrt(z * z + 4 * x * (1 - x / n))
        low, high = ((2 * x + z * z + s * root) / (2 * (n + z * z)) for s in (-1, 1))
        return max(low, 0.0) * d["per"], min(high, 1.0) * d["per"]
    tail = float(stats.norm.cdf(-z))
    if x < 10:
        low = 0.0 if x == 0 else float(stats.chi2.ppf(tail, 2 * x)) / 2
        high = float(stats.chi2.isf(tail, 2 * x + 2)) / 2
    else:
        low = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3
        high = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3
    return low / n * d["per"], high / n * d["per"]


def how_of(d: Row, rows: Iterable[Row]) -> str | None:
    """How a measure is judged; None for money, places, and figures without their counts."""
    if d["kind"] in SURVEYS:
        return "score"
    counted = any(r["numerator"] is not None and r["denominator"] is not None for r in rows)
    return d["kind"] if d["kind"] in ("proportion", "rate") and counted else None


def against(d: Row, councils: list[Row], published: float | None, known: dict[str, Any]) -> dict[str, Truth]:
    """Every council of a set judged among them. known: limits by area, which do not hang on the set."""
    out = {r["area"]: Truth(r) for r in councils}
    how = how_of(d, councils)
    if how is None:
        return out
    if how == "score":
        use = [r for r in councils if r["value"] is not None and (r["margin_of_error"] or 0) > 0]
        if not use:
            return out
        y = np.array([r["value"] for r in use])
        s = np.array([r["margin_of_error"] for r in use]) / Z95
        y0 = bench = published if published is not None else float((y / s**2).sum() / (1 / s**2).sum())
        spread, centre = s, y
    else:
        use = [r for r in councils if r["value"] is not None and r["numerator"] is not None and r["denominator"]]
        if not use:
            return out
        x, n = (np.array([r[k] for r in use], dtype=float) for k in ("numerator", "denominator"))
        p = x.sum() / n.sum()
        bench = float(p) * d["per"]
        if how == "proportion":
            y, y0, s = np.arcsin(np.sqrt(x / n)), math.asin(math.sqrt(p)), 0.5 / np.sqrt(n)
            centre, spread = np.arcsin(np.sqrt((x + 0.5) / (n + 1))), s
        else:
            y, y0, s = np.sqrt(x / (p * n)) if p else x * np.nan, 1.0, 0.5 / np.sqrt(p * n) if p else n * np.nan
            centre, spread = np.sqrt((x + 0.25) / n), 0.5 / np.sqrt(n)
    z = unusual(y, y0, s)
    if not np.isfinite(z).any():
        z = np.full(len(use), np.nan)
    chance = stats.norm.cdf((centre[None, :] - centre[:, None]) / np.hypot(spread[None, :], spread[:, None]))
    place = 0.5 + chance.sum(axis=1)
    for r, one, at in zip(use, z, place, strict=True):
        t = out[r["area"]]
        t.z, t.place, t.of, t.benchmark = float(one) if math.isfinite(one) else None, float(at), len(use), bench
        t.near = t.z is not None and min(abs(abs(t.z) - Z95), abs(abs(t.z) - Z998)) < 1e-6
    for area, t in out.items():
        t.limits = known.get(area)
        if t.limits and math.isfinite(bench):
            (lo, hi), (lo998, hi998) = t.limits[Z95], t.limits[Z998]
            dust = 1e-9 * max(1.0, abs(bench))  # a limit that is the benchmark itself leaves it not out
            t.differs = sum(v > bench + dust for v in (lo, lo998)) - sum(v < bench - dust for v in (hi, hi998))
            t.benchmark = bench
    return out


def unusual(y: Any, y0: float, s: Any) -> Any:
    """Spiegelhalter's over-dispersed z: winsorised tenths, the method of moments for what councils differ anyway."""
    u = (y - y0) / s
    w, k = 1 / s**2, len(u)
    bent = np.clip(u, np.quantile(u, 0.1), np.quantile(u, 0.9))
    bottom = w.sum() - (w**2).sum() / w.sum()
    excess = (bent**2).sum() - (k - 1)
    tau2 = excess / bottom if excess > 0 and bottom > 1e-9 * w.sum() else 0.0
    return (y - y0) / np.sqrt(s**2 + tau2)


@dataclass
class Truths:
    """All that is true of an edition, worked out as it is asked for."""

    edition: Edition
    held: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    groups: dict[tuple[str, str, str], list[Row]] = field(default_factory=dict)
    _made: dict[tuple[str, str, str], dict[str, Truth]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for r in self.edition.table("values").select(*RAW).collect().iter_rows(named=True):
            rows[r["measure"], r["period"], r["group"]].append(r)
        self.groups = dict(rows)
        self.held = {(m, p): v for (m, p, g), v in rows.items() if g == "all"}

    @cached_property
    def definitions(self) -> dict[str, Row]:
        return self.edition.definitions

    @cached_property
    def near(self) -> dict[str, list[str]]:
        """The peers of each council, as the edition lists them (tests.official.test_independent finds them again)."""
        out: dict[str, list[str]] = defaultdict(list)
        for area, peer in self.edition.table("peers").select("area", "peer").collect().iter_rows():
            out[area].append(peer)
        return out

    @cached_property
    def newest(self) -> dict[tuple[str, str], str]:
        """The latest period in which an area has a row, by measure and area."""
        out: dict[tuple[str, str], str] = {}
        for (measure, period), rows in self.held.items():
            for r in rows:
                key = (measure, r["area"])
                out[key] = max(out.get(key, ""), period)
        return out

    def country(self, measure: str, period: str) -> Row | None:
        """The country's row as published; the sum of councils where nobody publishes one."""
        rows = [r for r in self.held[measure, period] if r["level"] == "country"]
        return min(rows, key=lambda r: r["area"] == ABOVE, default=None)

    def published(self, measure: str, period: str, area: str | None) -> float | None:
        rows = self.held[measure, period]
        if area is None:
            found = [r for r in rows if r["level"] == "country" and r["area"] != ABOVE]
        else:
            found = [r for r in rows if r["area"] == area]
        return found[0]["value"] if found else None

    def council(self, measure: str, period: str, area: str, against: str) -> Truth:
        """One council against its own set."""
        if against == "england":
            return self.of(measure, period, against, "")[area]
        own = next(r for r in self.councils(measure, period) if r["area"] == area)
        key = {"region": own["region"], "type": own["council_type"], "peers": area}[against]
        return self.of(measure, period, against, key)[area]

    def councils(self, measure: str, period: str) -> list[Row]:
        return [r for r in self.held[measure, period] if r["level"] == "council"]

    def of(self, measure: str, period: str, kind: str, key: str) -> dict[str, Truth]:
        """Every council of one set: all ("england"), a region's, a type's, or a council and its peers."""
        made = (measure, period, f"{kind}:{key}")
        if made not in self._made:
            d, rows = self.definitions[measure], self.councils(measure, period)
            if kind == "region":
                rows = [r for r in rows if r["region"] == key]
            elif kind == "type":
                rows = [r for r in rows if r["council_type"] == key]
            elif kind == "peers":
                members = {key, *self.near[key]} if self.near.get(key) else set()
                rows = [r for r in rows if r["area"] in members or (r["area"] == key)]
            above = {"england": None, "region": key, "type": key}
            published = self.published(measure, period, above[kind]) if kind in above else None
            alone = kind == "peers" and not self.near.get(key)
            self._made[made] = (
                {r["area"]: Truth(r, self.limits(measure, period).get(r["area"])) for r in rows} if alone
                else against(d, rows, published, self.limits(measure, period))
            )  # fmt: skip
        return self._made[made]

    def limits(self, measure: str, period: str) -> dict[str, Any]:
        """The 95% and 99.8% limits of every council, which no set changes."""
        if (measure, period) not in self._limits:
            d, rows = self.definitions[measure], self.councils(measure, period)
            how = how_of(d, rows)
            self._limits[measure, period] = {
                r["area"]: dict.fromkeys((Z95, Z998), got)
                for r in rows if how and (got := limits(how, d, r, Z95)) is not None
            }  # fmt: skip
            for r in rows:
                if r["area"] in self._limits[measure, period]:
                    self._limits[measure, period][r["area"]][Z998] = limits(str(how), d, r, Z998)
        return self._limits[measure, period]

    @cached_property
    def _limits(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {}
