"""Where a figure of a council's own would stand among the published ones of an edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import Council
from evenhand.measures.cld.figures import PER, RATES, Figure

DRAWS = 2_000


@dataclass(frozen=True)
class Standing:
    """A place among the councils of a period: 1 is the highest figure; low to high is its 95% interval."""

    period: str
    low: int
    high: int
    of: int
    benchmark: float | None

    @property
    def sentence(self) -> str:
        """In words."""
        from evenhand.compare.words import ordinal

        if self.low == self.high:
            return f"would be {ordinal(self.low)} of {self.of} in {self.period}"
        return f"would be between {ordinal(self.low)} and {ordinal(self.high)} of {self.of} in {self.period}"


def identifier(code: str, part: str) -> str:
    """The edition's name of a measure from client-level records: ("3D", "2a") is "ascof-3d-2a"."""
    return "-".join(piece.lower() for piece in ("ascof", code, part) if piece)


def council_of(edition: Edition, code: str) -> Council | None:
    """The council with this code in the edition's register, if it is one."""
    try:
        found = edition.find(code)
    except EvenhandError:
        return None
    return found if isinstance(found, Council) else None


def standing(edition: Edition, measure: str, council: str, numerator: int, denominator: int) -> Standing | None:
    """Where it would stand among the edition's latest figures, in place of the council's own one if that is there.

    measure: the edition's id. council: a code, which need not be in the edition. None where the edition has no counts
    for the measure, or there is nobody to count.
    """
    from evenhand.compare import ranks
    from evenhand.edition.judge import seed_of

    try:
        definition = edition.definition(measure)
    except EvenhandError:
        return None
    period = definition["latest_period"]
    if period is None or not denominator or definition["kind"] not in ("proportion", "rate"):
        return None
    rows = edition.rows(measure, period, "all")
    own = council_of(edition, council)
    others = rows.filter(
        (pl.col("level") == "council") & pl.col("numerator").is_not_null() & (pl.col("denominator") > 0)
        & (pl.col("area") != (own.id if own else ""))
    ).sort("area")  # fmt: skip
    if others.height < 2:
        return None
    x = np.append(others["numerator"].to_numpy(), float(numerator))
    d = np.append(others["denominator"].to_numpy(), float(denominator))
    got = ranks.rank_intervals(definition["kind"], x, d, draws=DRAWS, seed=seed_of(measure, period, "all"))
    whole = rows.filter((pl.col("level") == "country") & pl.col("value").is_not_null())
    benchmark = float(whole["value"][0]) if whole.height else None
    return Standing(period, int(got.low[-1]), int(got.high[-1]), int(got.of), benchmark)


def residents(edition: Edition, codes: Sequence[str]) -> dict[tuple[str, str], int]:
    """The published denominators of admissions to care homes: residents by (code as given, "18-64" or "65+").

    Councils that the edition does not know, and figures that it does not have, are left out.
    """
    out = {}
    for measure, age in (("ascof-2b", "18-64"), ("ascof-2c", "65+")):
        try:
            period = edition.definition(measure)["latest_period"]
            held = edition.rows(measure, period, "all").filter(pl.col("denominator") > 0)
        except EvenhandError:
            continue
        people = dict(held.select("area", "denominator").iter_rows())
        for code in codes:
            council = council_of(edition, code)
            if council is not None and council.id in people:
                out[code, age] = int(people[council.id])
    return out


def interval(figure: Figure) -> tuple[float, float]:
    """The 95% interval of a figure with counts: Wilson for a percentage, Byar or exact Poisson for a rate."""
    from evenhand.compare import intervals

    x, d = np.array([float(figure.numerator or 0)]), np.array([float(figure.denominator or 0)])
    per = PER.get(figure.measure, 100)
    if figure.measure in RATES:
        low, high = intervals.rate_interval(x, d, per)
        return float(low[0]), float(high[0])
    low, high = intervals.wilson(x, d)
    return float(low[0] * per), float(high[0] * per)
