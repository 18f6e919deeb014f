"""What support costs in the last quarter (CLD.md 6), by plain loops over exact fractions of a pound."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from evenhand.facts.cld.codes import Component, EventType, Frequency, Mechanism
from evenhand.measures.cld.logic import Period
from tests.measures.cld.naive.logic import Row

PER_WEEK = {
    Frequency.WEEKLY: Fraction(1),
    Frequency.FORTNIGHTLY: Fraction(1, 2),
    Frequency.FOUR_WEEKLY: Fraction(1, 4),
    Frequency.MONTHLY: Fraction(12, 52),
    Frequency.QUARTERLY: Fraction(4, 52),
    Frequency.ANNUALLY: Fraction(1, 52),
}


@dataclass
class Cost:
    """Of a council and mechanism (None: not known): the quarter's pounds, its services, and those without figures."""

    total: Fraction = Fraction(0)
    rows: int = 0
    without_cost: int = 0
    without_units: int = 0

    @property
    def pounds(self) -> Decimal:
        """To the penny, half away from nought."""
        exact = Decimal(self.total.numerator) / Decimal(self.total.denominator)
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def costs(single: Iterable[Row], period: Period) -> dict[tuple[str, int | None], Cost]:
    """By council and mechanism. A direct payment as component is one whatever the mechanism says."""
    out: dict[tuple[str, int | None], Cost] = defaultdict(Cost)
    first = quarter_start(period)
    for row in single:
        if row["event"] != EventType.SERVICE or row["start"] > period.end:
            continue
        if row["end"] is not None and row["end"] < first:
            continue
        mechanism = Mechanism.DIRECT_PAYMENT if row["component"] == Component.DIRECT_PAYMENT else row["mechanism"]
        one = out[row["la"], mechanism or None]
        one.rows += 1
        cost = abs(Fraction(row["unit_cost"] or 0))
        per_week = PER_WEEK.get(row["frequency"], abs(Fraction(row["units"] or 0)))
        if not cost:
            one.without_cost += 1
        elif row["frequency"] == Frequency.ONE_OFF:
            one.total += cost
        elif not per_week:
            one.without_units += 1
        else:
            last = min(row["end"] or period.end, period.end)
            one.total += cost * per_week * Fraction((last - max(row["start"], first)).days + 1, 7)
    return dict(out)


def quarter_start(period: Period) -> dt.date:
    """The first day of the last three months of a period that ends with a month."""
    months = period.end.year * 12 + period.end.month - 3
    return dt.date(months // 12, months % 12 + 1, 1)
