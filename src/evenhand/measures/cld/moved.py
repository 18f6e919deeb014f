"""Which people moved a figure between two measurements: entered, left, changed form; it adds up to the change.

A person counts by (numerator, denominator): (0, 0) outside the measure, (0, 1) in the denominator only, (1, 1) counted;
more than 1 where spells and not people are counted. Everybody who counts differently in the second measurement makes
one *movement*. The change of a share p = n/d between two measurements is the sum over people of

    (Δn - p̄ Δd) / d̄,   p̄ = (p₀ + p₁)/2,   d̄ = (d₀ + d₁)/2

because d̄(p₁ - p₀) + p̄(d₁ - d₀) = n₁ - n₀. So each movement has its own part in the change, whatever the order in which
one thinks of them; whole numbers and fractions only, so that nothing is lost in rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

# The movements in the order in which they are told, and what each is in words.
MOVEMENTS: Mapping[str, str] = {
    "entered_counted": "Entered the measure, and are counted",
    "entered_not_counted": "Entered the measure, and are in the denominator only",
    "left_counted": "Left the measure, and had been counted",
    "left_not_counted": "Left the measure, and had been in the denominator only",
    "became_counted": "In the measure both times, and newly counted",
    "no_longer_counted": "In the measure both times, and no longer counted",
    "otherwise": "In the measure both times, with another number of spells",
    "residents": "Another number of residents",
}
RESIDENTS = "residents"


@dataclass(frozen=True)
class Movement:
    """People who moved in one way. numerator, denominator: what they add to each. points: to the figure, by ``per``."""

    key: str
    people: int
    numerator: int
    denominator: int
    points: Fraction | None

    @property
    def words(self) -> str:
        """What they did."""
        return MOVEMENTS[self.key]


@dataclass(frozen=True)
class Moved:
    """Two measurements of one figure. before, after: (numerator, denominator). people: MOVERS, one row a mover."""

    before: tuple[int, int]
    after: tuple[int, int]
    same: int
    movements: tuple[Movement, ...]
    people: pl.DataFrame

    @property
    def points(self) -> Fraction | None:
        """The change of the figure; None where one of them has nobody to count."""
        parts = [one.points for one in self.movements]
        return None if any(part is None for part in parts) else sum((p for p in parts if p is not None), Fraction(0))


# person; movement: key of MOVEMENTS; and of each time the reason and the place of the record that decided.
MOVERS = {
    "person": pl.String, "movement": pl.String, "why_before": pl.String, "file_before": pl.String,
    "row_before": pl.Int64, "why_after": pl.String, "file_after": pl.String, "row_after": pl.Int64,
}  # fmt: skip


def moved(
    before: pl.DataFrame, after: pl.DataFrame, *, residents: tuple[int, int] | None = None, per: int = 100
) -> Moved:
    """What moved one figure of one council.

    before, after: the decisions on that figure: person, unit, denominator, numerator, why, file, row. A person who is
    in one of them only was not known at all at the other time. residents: the denominators of a rate, whose people
    are counted in the numerator alone. per: what the figure is out of.
    """
    rate = residents is not None
    one, two = _once(before, rate), _once(after, rate)
    both = one.join(two, on="person", how="full", coalesce=True, suffix="_after").with_columns(
        pl.col("n", "d", "n_after", "d_after").fill_null(0)
    )
    both = both.with_columns(movement=_movement())
    sums = [int(both[name].sum()) for name in ("n", "d", "n_after", "d_after")]
    was, became = (sums[0], sums[1]), (sums[2], sums[3])
    if residents is not None:
        was, became = (was[0], residents[0]), (became[0], residents[1])
    rows = both.filter(pl.col("movement").is_not_null())
    told = rows.group_by("movement").agg(
        people=pl.len(), n=(pl.col("n_after") - pl.col("n")).sum(), d=(pl.col("d_after") - pl.col("d")).sum()
    )
    by_key = {row["movement"]: row for row in told.to_dicts()}
    if residents is not None:
        by_key[RESIDENTS] = {"people": 0, "n": 0, "d": residents[1] - residents[0]}
    made = tuple(
        _counted(key, by_key[key], was, became, per, rate=rate)
        for key in MOVEMENTS
        if key in by_key and (key != RESIDENTS or by_key[key]["d"])
    )
    inside = int(both.filter(pl.col("movement").is_null() & (pl.col("d") + pl.col("n") > 0)).height)
    return Moved(was, became, inside, made, _movers(rows))


def _once(decided: pl.DataFrame, rate: bool) -> pl.DataFrame:
    """One row a person: n and d, with the reason and place of the row that counts most."""
    ordered = decided.sort(
        ["person", "numerator", "denominator", "unit"], descending=[False, True, True, False], nulls_last=True
    )
    return ordered.group_by("person", maintain_order=True).agg(
        n=pl.col("numerator").cast(pl.Int64).sum(),
        d=(pl.col("numerator") if rate else pl.col("denominator")).cast(pl.Int64).sum(),
        why=pl.col("why").first(), file=pl.col("file").first(), row=pl.col("row").first(),
    )  # fmt: skip


def _movement() -> pl.Expr:
    n, d, n2, d2 = (pl.col(name) for name in ("n", "d", "n_after", "d_after"))
    key = pl.lit
    return (
        pl.when((n == n2) & (d == d2)).then(None)
        .when(d == 0).then(pl.when(n2 > 0).then(key("entered_counted")).otherwise(key("entered_not_counted")))
        .when(d2 == 0).then(pl.when(n > 0).then(key("left_counted")).otherwise(key("left_not_counted")))
        .when((d == d2) & (n2 > n)).then(key("became_counted"))
        .when((d == d2) & (n2 < n)).then(key("no_longer_counted"))
        .otherwise(key("otherwise"))
    )  # fmt: skip


def _counted(
    key: str, row: Mapping[str, int], was: tuple[int, int], became: tuple[int, int], per: int, *, rate: bool
) -> Movement:
    n, d = int(row["n"]), 0 if rate and key != RESIDENTS else int(row["d"])
    if not was[1] or not became[1]:
        return Movement(key, int(row["people"]), n, d, None)
    middle = (Fraction(*was) + Fraction(*became)) / 2
    return Movement(key, int(row["people"]), n, d, per * (n - middle * d) / Fraction(was[1] + became[1], 2))


def _movers(rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.rename({"why": "why_before", "file": "file_before", "row": "row_before"})
    return named.select(pl.col(name).cast(kind) for name, kind in MOVERS.items()).sort("movement", "person")
