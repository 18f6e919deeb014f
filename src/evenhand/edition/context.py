"""Facts about places that stand beside the measures: the features that peers are found by."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evenhand.edition.population import Populations
from evenhand.facts.register import Register, period_end


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a place for finding peers: its id, its name for people, and where the numbers come from."""

    id: str
    label: str
    source: str


def _latest(observations: pl.DataFrame, item: str, age: str = "all") -> tuple[str, dict[str, float]]:
    """The newest period in which councils have this item, and its values by council."""
    rows = observations.filter(
        (pl.col("item") == item)
        & (pl.col("age") == age)
        & (pl.col("level") == "council")
        & pl.col("value").is_not_null()
    )
    if rows.is_empty():
        return "", {}
    newest = max(rows["period"].unique().to_list(), key=period_end)
    return newest, dict(rows.filter(pl.col("period") == newest).select("area", "value").iter_rows())


def features(observations: pl.DataFrame, register: Register, period: str) -> tuple[list[Feature], pl.DataFrame]:
    """The features that the loaded files give, and a frame ``area`` + one column a feature (null where unknown).

    Councils are those that stand at the end of ``period``. Nothing is imputed: a council made in 2023 has no
    deprivation score of 2019.
    """
    pops = Populations(observations, register)
    areas = [c.id for c in register.councils(period_end(period))]

    def share(area: str, age: str) -> float | None:
        part, whole = pops.find(area, period, age), pops.find(area, period, "18+")
        return part.people / whole.people if part and whole and whole.people else None

    adults = {a: found.people for a in areas if (found := pops.find(a, period, "18+"))}
    columns: dict[str, list[float | None]] = {
        "adults": [adults.get(a) for a in areas],
        "share_65": [share(a, "65+") for a in areas],
        "share_85": [share(a, "85+") for a in areas],
    }
    density_period, density = _latest(observations, "density")
    imd_period, imd = _latest(observations, "imd/average_score")
    columns["density"] = [density.get(a) for a in areas]
    columns["deprivation"] = [imd.get(a) for a in areas]
    known = [
        Feature("adults", "Adults aged 18 and over", "ONS mid-year estimates"),
        Feature("share_65", "Share of adults aged 65 and over", "ONS mid-year estimates"),
        Feature("share_85", "Share of adults aged 85 and over", "ONS mid-year estimates"),
        Feature("density", "People per square kilometre", f"ONS, {density_period}"),
        Feature("deprivation", "Deprivation, average score", f"English indices of deprivation {imd_period}"),
    ]
    kept = [f for f in known if any(v is not None for v in columns[f.id])]
    frame = pl.DataFrame(
        {"area": areas} | {f.id: columns[f.id] for f in kept}, schema_overrides={f.id: pl.Float64 for f in kept}
    )
    return kept, frame
