"""How many residents a council had, for the year and the boundaries that a figure is about.

The publishers print mid-year estimates for the boundaries of *their* day, and not for every year. So a denominator is
found in this order, and every figure built on it says which rule was used:

1. the estimate for that council at the mid-year nearest to the period, when it is at most two years away;
2. for earlier years, the all-age estimate of the wanted mid-year times the council's share of that age at the nearest
   mid-year that has ages (an estimate of ours);
3. the nearest mid-year that there is, however far.

A council that no longer stands is the sum of the councils that its whole area became, and only then; a council made
whole from others is their sum. Anything else has no population here: it is missing, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from evenhand.facts.register import Register, period_end

NEAR_YEARS = 2


@dataclass(frozen=True, slots=True)
class Residents:
    """A number of residents and, in words, where it came from. ``estimated`` marks rule 2, ``far`` rule 3.

    years_off: how far the mid-year that was counted lies from the one wanted.
    """

    people: float
    basis: str
    years_off: int
    estimated: bool = False
    far: bool = False


def mid_year(period: str) -> int:
    """The mid-year inside a period: 2024-25 has June 2024; a calendar year or mid-year is itself."""
    end = period_end(period)
    return end.year - 1 if end.month == 3 else end.year


class Populations:
    """Residents by area, age and year, from loaded observations of items ``population`` and ``population_series``."""

    def __init__(self, observations: pl.DataFrame, register: Register) -> None:
        self.register = register
        known = observations.filter(pl.col("value").is_not_null() & (pl.col("sex") == "all"))

        def table(item: str) -> dict[tuple[str, str], dict[int, float]]:
            out: dict[tuple[str, str], dict[int, float]] = {}
            rows = known.filter(pl.col("item") == item).select("area", "age", "period", "value")
            for area, age, period, value in rows.iter_rows():
                out.setdefault((area, age), {})[mid_year(period)] = value
            return out

        self._by_age = table("population")
        self._series = table("population_series")
        self.find = lru_cache(maxsize=None)(self._find)

    def years(self, age: str) -> list[int]:
        """Mid-years for which at least one area has a count of this age."""
        return sorted({y for (_, a), by in self._by_age.items() if a == age for y in by})

    def _parts(self, area: str, age: str) -> list[str] | None:
        """The areas whose sum is this one: itself, all its successors, or all its predecessors; None when inexact."""
        if (area, age) in self._by_age:
            return [area]
        councils = {x.id: x for x in self.register.all}
        c = councils.get(area)
        if c is None:
            return None
        if c.successors and all(councils[s].predecessors == (c.id,) for s in c.successors):
            parts = list(c.successors)
        elif c.predecessors and all(councils[p].successors == (c.id,) for p in c.predecessors):
            parts = list(c.predecessors)
        else:
            return None
        return parts if all((p, age) in self._by_age for p in parts) else None

    def _find(self, area: str, period: str, age: str) -> Residents | None:
        parts = self._parts(area, age)
        if parts is None:
            return None
        found = [self._one(p, period, age) for p in parts]
        if any(f is None for f in found):
            return None
        whole = [f for f in found if f is not None]
        basis = whole[0].basis
        if parts != [area]:
            names = " and ".join(self.register.council(p).name for p in parts)
            basis = f"{basis}, sum of {names}"
        return Residents(
            sum(f.people for f in whole),
            basis,
            max(f.years_off for f in whole),
            any(f.estimated for f in whole),
            any(f.far for f in whole),
        )

    def _one(self, area: str, period: str, age: str) -> Residents | None:
        wanted = mid_year(period)
        by_year = self._by_age.get((area, age), {})
        if not by_year:
            return None
        nearest = min(by_year, key=lambda y: (abs(y - wanted), y))
        if abs(nearest - wanted) <= NEAR_YEARS:
            return Residents(by_year[nearest], f"mid-{nearest}", abs(nearest - wanted))
        totals = self._series.get((area, "all"), {})
        if wanted in totals and totals.get(nearest):
            share = by_year[nearest] / totals[nearest]
            basis = f"mid-{wanted} residents of all ages times the share aged {age} in mid-{nearest} (an estimate)"
            return Residents(totals[wanted] * share, basis, abs(nearest - wanted), estimated=True)
        return Residents(by_year[nearest], f"mid-{nearest}, the nearest year loaded", abs(nearest - wanted), far=True)
