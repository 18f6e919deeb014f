"""Money of earlier years in the prices of the edition's newest year, beside the figure and never instead of it.

The price index is the Treasury's GDP deflator: the table that was loaded, else the one that ships with Evenhand, whose
rows say how far they are confirmed. Both years must come from one table, because the base year moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from evenhand.facts import deflators
from evenhand.facts.errors import EvenhandError
from evenhand.measures.definition import Measure

COLUMNS = {"real_value": pl.Float64, "real_basis": pl.String}


@dataclass(frozen=True, slots=True)
class Factor:
    """What a sum of one year is multiplied by, and the words to print beside it."""

    times: Decimal
    basis: str


class Prices:
    """Price factors to one year, from loaded observations of ``gdp_deflator`` or the table that ships."""

    def __init__(self, observations: pl.DataFrame, to_year: str) -> None:
        self.to_year = to_year
        rows = observations.filter((pl.col("item") == "gdp_deflator") & pl.col("value").is_not_null())
        self._loaded = {p: Decimal(repr(v)) for p, v in rows.select("period", "value").iter_rows()}

    def factor(self, year: str) -> Factor | None:
        """The factor from a financial year to this one; None when no table holds both."""
        if year in self._loaded and self.to_year in self._loaded:
            return Factor(
                self._loaded[self.to_year] / self._loaded[year],
                f"In {self.to_year} prices, by the GDP deflators loaded from HM Treasury.",
            )
        try:
            found = deflators.deflate(100, year, self.to_year)
        except EvenhandError:
            return None
        return Factor(found.factor, f"In {self.to_year} prices, by the GDP deflator. {found.caveat}".strip())


def with_real_terms(m: Measure, values: pl.DataFrame, prices: Prices) -> pl.DataFrame:
    """The rows with ``real_value`` and ``real_basis``: filled for money per head, null for every other measure."""
    if m.kind != "money_per_head":
        return values.with_columns(pl.lit(None, dtype=t).alias(c) for c, t in COLUMNS.items())
    factors = {p: prices.factor(p) for p in values["period"].unique()}
    times = {p: float(f.times) for p, f in factors.items() if f}
    basis = {p: f.basis for p, f in factors.items() if f}
    return values.with_columns(
        real_value=pl.col("value") * pl.col("period").replace_strict(times, default=None, return_dtype=pl.Float64),
        real_basis=pl.when(pl.col("value").is_not_null()).then(
            pl.col("period").replace_strict(basis, default=None, return_dtype=pl.String)
        ),
    )
