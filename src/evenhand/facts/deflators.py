"""GDP deflators: what a sum of money of one financial year is worth in the prices of another.

Real value = nominal value x index(price year) / index(year of the money), with the GDP deflator at market prices, by
financial year. Source of the method: HM Treasury, *GDP deflators: user guide*. Worked example with the shipped table:
£1,000 of 2014-15 in 2024-25 prices is 1,000 x 100 / 74.0662 = £1,350.14.

The Treasury publishes a revised table four times a year with a new base year about once a year; ratios change
little. The shipped table was read from public copies of its table, not from the publisher itself, and each row says how
far that can be relied on:

``confirmed``    two independent public copies of the Treasury's table agree (within 0.02% after rebasing);
``unconfirmed``  one public copy only;
``forecast``     the year had not ended when the table was made: a forecast, not a measurement.

A result has the weaker status of its two years, and whoever prints the figure prints ``Deflated.caveat`` with it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from evenhand.facts.errors import BadCell, EvenhandError, Where
from evenhand.facts.register import period_end


class Standing(StrEnum):
    """How far a row of the table can be relied on (see the module); strongest first."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    FORECAST = "forecast"


_CAVEATS: dict[Standing, str] = {
    Standing.CONFIRMED: "",
    Standing.UNCONFIRMED: "The price index of one of these years was read from a single copy of the Treasury's table.",
    Standing.FORECAST: "The price index of one of these years is a forecast.",
}


@dataclass(frozen=True, slots=True)
class Deflator:
    """One financial year of the table: ``index`` is 100 in ``base_year``."""

    year: str
    index: Decimal
    base_year: str
    source: str
    status: Standing


@dataclass(frozen=True, slots=True)
class Deflated:
    """A sum of money in the prices of another year, and how it was worked out.

    pence is exact (not rounded); factor is what the sum was multiplied by; status is the weaker of the two years'.
    """

    pence: Decimal
    nominal: Decimal
    factor: Decimal
    from_year: str
    to_year: str
    status: Standing
    source: str

    @property
    def rounded(self) -> int:
        """Whole pence, halves away from zero."""
        return int(self.pence.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    @property
    def caveat(self) -> str:
        """What to print beside the figure; empty when nothing needs saying."""
        return _CAVEATS[self.status]

    @property
    def steps(self) -> str:
        """The sum in words and numbers, for the page that shows the figure."""
        pounds, real = self.nominal / 100, Decimal(self.rounded) / 100
        return (
            f"£{pounds:,.2f} in {self.from_year} prices × {self.factor:.6f} "
            f"(GDP deflators {self.to_year} ÷ {self.from_year}) = £{real:,.2f} in {self.to_year} prices"
        )


@dataclass(frozen=True, slots=True)
class Deflators:
    """A table of deflators, all of one base year."""

    rows: tuple[Deflator, ...]

    @classmethod
    def from_file(cls, path: Path) -> Deflators:
        """Read a CSV headed ``year,index,base_year,source,status``.

        Raises BadCell for a year that is not a financial year, an index that is not a positive number, an unknown
        status, a second base year or a year printed twice.
        """
        with path.open(encoding="utf-8", newline="") as f:
            raw = list(csv.DictReader(f))
        out: list[Deflator] = []
        for n, r in enumerate(raw, start=2):
            row = _row(r, path, n)
            if out and row.base_year != out[0].base_year:
                raise _bad(path, n, "base_year", f"{row.base_year} is a second base year in one table")
            if any(row.year == d.year for d in out):
                raise _bad(path, n, "year", f"{row.year} is in the table twice")
            out.append(row)
        return cls(tuple(out))

    @property
    def years(self) -> tuple[str, ...]:
        """The years of the table, in its order."""
        return tuple(d.year for d in self.rows)

    def get(self, year: str) -> Deflator:
        """The row of a financial year. Raises EvenhandError when the table does not reach it."""
        for d in self.rows:
            if d.year == year:
                return d
        raise EvenhandError(
            f"There is no GDP deflator for {year!r}: the table runs from {self.years[0]} to {self.years[-1]}.",
            do="Ask for a financial year inside the table, written like 2024-25.",
        )

    def deflate(self, pence: int | Decimal, from_year: str, to_year: str) -> Deflated:
        """A sum of money of one financial year in the prices of another.

        pence is a whole number or a Decimal, never a float, and may be negative. Raises EvenhandError for a year
        outside the table and TypeError for a float.
        """
        if isinstance(pence, float):
            raise TypeError("money is whole pence or a Decimal, never a float")
        a, b = self.get(from_year), self.get(to_year)
        factor = b.index / a.index
        order = list(Standing)
        return Deflated(
            # Multiplied before dividing, so that prices of one's own year come back to the penny.
            pence=Decimal(pence) * b.index / a.index,
            nominal=Decimal(pence),
            factor=factor,
            from_year=from_year,
            to_year=to_year,
            status=max(a.status, b.status, key=order.index),
            source=a.source if a.source == b.source else f"{from_year}: {a.source}. {to_year}: {b.source}",
        )


def _bad(path: Path, row: int, column: str, what: str) -> BadCell:
    return BadCell(f"{what}.", where=Where(path.name, row=row, column=column), do="Correct the table of deflators.")


def _row(r: dict[str, str], path: Path, n: int) -> Deflator:
    for column in ("year", "base_year"):
        try:
            period_end(r[column])
        except ValueError:
            raise _bad(path, n, column, f"{r[column]!r} is not a financial year") from None
        if "-" not in r[column] or r[column].startswith("mid"):
            raise _bad(path, n, column, f"{r[column]!r} is not a financial year")
    try:
        index = Decimal(r["index"])
    except ArithmeticError:
        raise _bad(path, n, "index", f"{r['index']!r} is not a number") from None
    if not index.is_finite() or index <= 0:
        raise _bad(path, n, "index", f"{r['index']} is not an index: it must be above nought")
    if r["status"] not in set(Standing):
        raise _bad(path, n, "status", f"{r['status']!r} is not a status")
    return Deflator(r["year"], index, r["base_year"], r["source"], Standing(r["status"]))


@cache
def official() -> Deflators:
    """The table that ships with Evenhand."""
    return Deflators.from_file(Path(str(files("evenhand.facts") / "data" / "gdp_deflators.csv")))


def deflate(pence: int | Decimal, from_year: str, to_year: str) -> Deflated:
    """A sum of money of one financial year in the prices of another, by the table that ships with Evenhand."""
    return official().deflate(pence, from_year, to_year)
