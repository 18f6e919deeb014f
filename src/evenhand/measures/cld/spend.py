"""What support costs, by who holds the money, where it is given, why and to whom (CLD.md 6). Not an official statistic.

Only the last quarter of the period is costed, as the official script does, from each council's one submission. Two
bases: ``quarter``, what the quarter's services cost in it; ``last_day``, what the services open on the last day come to
in a week. The engine works in whole numbers: weekly cost in pence by WEEK, cost in the quarter in pence by QUARTER.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Component, EventType, Frequency, Mechanism, ServiceType
from evenhand.facts.cld.lists import lists
from evenhand.measures.cld.crossed import ALL
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import FOREVER, Period, age, days, or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.packing import whole

LAST_DAY, QUARTER = "last_day", "quarter"
NOT_OFFICIAL = "Not an official statistic"
_WHOLE = "decimal(38, 0)"
# Beyond these no cost is one, and whole numbers of 38 figures still hold every sum of what is within them.
MOST_PENCE, MOST_UNITS = 10**9, 10**6  # £10 million a unit; 10,000 units a week (in hundredths)

# Units a week by frequency, of WEEKS: 1, 1/2, 1/4, 12/52, 4/52, 1/52. As the official script cuts them: of a million.
WEEKS, MILLION = 5200, 1_000_000
_EXACT = {
    Frequency.WEEKLY: 5200, Frequency.FORTNIGHTLY: 2600, Frequency.FOUR_WEEKLY: 1300, Frequency.MONTHLY: 1200,
    Frequency.QUARTERLY: 400, Frequency.ANNUALLY: 100,
}  # fmt: skip
_CUT = {
    Frequency.WEEKLY: 1_000_000, Frequency.FORTNIGHTLY: 500_000, Frequency.FOUR_WEEKLY: 250_000,
    Frequency.MONTHLY: 230_769, Frequency.QUARTERLY: 76_923, Frequency.ANNUALLY: 19_230,
}  # fmt: skip

MECHANISMS = {
    int(Mechanism.DIRECT_PAYMENT): "Direct payment",
    int(Mechanism.MANAGED_BUDGET): "CASSR managed personal budget",
    int(Mechanism.COMMISSIONED): "CASSR commissioned support",
    0: "Not recorded",
}
_SHORT, _CARER = 5, 6
SETTINGS = {
    1: "Nursing care", 2: "Residential care", 3: "Community", 4: "Prison", _SHORT: "Short term support",
    _CARER: "Unpaid carer support", 0: "Not recorded",
}  # fmt: skip
AGES = {1: "Under 18", 2: "18 to 64", 3: "65 and over", 0: "Unknown"}
_ANY = -1
# The ways in which rows are put together: by which of mechanism, setting, reason and age band.
LEVELS = (
    (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (1, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 0), (0, 0, 0, 1), (1, 0, 0, 1),
)  # fmt: skip
_GROUPS = ("mechanism", "setting", "reason", "age_band")
COLUMNS = (
    "council_code", "basis", "delivery_mechanism", "setting", "primary_support_reason", "age_band", "people", "rows",
    "rows_without_cost", "rows_without_units", "weekly", "total", "mean_weekly_per_person", "median_weekly_per_person",
)  # fmt: skip


@dataclass(frozen=True)
class Spend:
    """What one group of one council comes to, in pounds and pence; groups are in words, ALL where not told apart.

    rows: services in the group; of these so many without a cost (none, nought, or one that cannot be) and without
    units a week. people: with a service that is costed. weekly, mean, median: on the last day only; total: in the
    quarter only. A one-off payment is in totals alone.
    """

    council: str
    basis: str
    mechanism: str
    setting: str
    reason: str
    age_band: str
    people: int
    rows: int
    rows_without_cost: int
    rows_without_units: int
    weekly: Decimal | None
    total: Decimal | None
    mean: Decimal | None
    median: Decimal | None

    @property
    def groups(self) -> tuple[str, str, str, str]:
        """Mechanism, setting, reason and age band."""
        return self.mechanism, self.setting, self.reason, self.age_band


@dataclass(frozen=True)
class Share:
    """What part of a council's spend direct payments, or all personal budgets, are. Not an official statistic."""

    council: str
    basis: str
    out_of: str
    held_as: str
    spend: Decimal
    all_spend: Decimal

    @property
    def percent(self) -> Decimal | None:
        """To one decimal; None when nothing was spent."""
        exact = self.spend * 100 / self.all_spend if self.all_spend else None
        return None if exact is None else exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def quarter(period: Period) -> Period:
    """The last three months of the period."""
    after = period.end + dt.timedelta(days=1)
    year, month = divmod(after.year * 12 + after.month - 1 - 3, 12)
    start = dt.date(year, month + 1, min(after.day, monthrange(year, month + 1)[1]))
    return Period(max(start, period.start), period.end)


def costed(single: ir.Table, period: Period, options: Options) -> ir.Table:
    """Services in the last quarter, one row each, with what they cost. single: SINGLE.

    why: "costed", "no_cost" or "no_units". once: paid once. weekly and total: whole numbers, see ``scales``; NULL where
    there is none. open: on the last day.
    """
    last = quarter(period)
    rows = single.filter(
        (single["event"] == EventType.SERVICE) & (single["start"] <= last.end)
        & or_null(single["end"], single["end"] >= last.start)
    )  # fmt: skip
    pence = (rows["unit_cost"] * 100).cast("int64").abs()
    hundredths = (rows["units"] * 100).cast("int64").abs()
    table = _CUT if options.cost_sql_decimal else _EXACT
    by_unit = hundredths * (10_000 if options.cost_sql_decimal else WEEKS // 100)
    units = ibis.cases(
        *((rows["frequency"] == frequency, ibis.literal(share, "int64")) for frequency, share in table.items()),
        else_=ibis.ifelse(hundredths <= MOST_UNITS, by_unit, ibis.null("int64")),
    )
    once = (rows["frequency"] == Frequency.ONE_OFF).fill_null(False)
    until = ibis.least(rows["end"].fill_null(ibis.literal(FOREVER)), ibis.literal(last.end))
    lasts = (days(until, ibis.greatest(rows["start"], ibis.literal(last.start))) + 1).cast("int64")
    why = ibis.cases(
        (~((pence > 0) & (pence <= MOST_PENCE)).fill_null(False), "no_cost"),
        (~once & ~(units > 0).fill_null(False), "no_units"), else_="costed",
    )  # fmt: skip
    held = rows.select(
        "la", "person", "record", **_groups(rows, period), why=why, once=once, pence=pence, units=units, lasts=lasts,
        open=or_null(rows["end"], rows["end"] >= last.end).fill_null(False),
    )  # fmt: skip
    return _worked_out(held, options)


def _worked_out(held: ir.Table, options: Options) -> ir.Table:
    _, in_quarter = scales(options)
    good = held["why"] == "costed"
    weekly = held["pence"].cast(_WHOLE) * held["units"].cast(_WHOLE)
    weekly = ibis.ifelse(good & ~held["once"], weekly.cast(_WHOLE), ibis.null(_WHOLE))
    # Days over seven, as a whole number of sevenths; or of millionths, cut towards nought as SQL does.
    cut = (held["lasts"].abs() * MILLION / 7).floor().cast("int64") * ibis.ifelse(held["lasts"] < 0, -1, 1)
    part = cut if options.cost_sql_decimal else held["lasts"]
    once = (held["pence"].cast(_WHOLE) * ibis.literal(in_quarter, "int64").cast(_WHOLE)).cast(_WHOLE)
    total = ibis.ifelse(held["once"], once, (weekly * part.cast(_WHOLE)).cast(_WHOLE))
    total = ibis.ifelse(good, total, ibis.null(_WHOLE))
    return held.mutate(weekly=weekly, total=total).drop("pence", "units", "lasts")


def scales(options: Options) -> tuple[int, int]:
    """What a weekly cost and a cost in the quarter are to be divided by, to be pence."""
    return (MILLION, MILLION**2) if options.cost_sql_decimal else (WEEKS, WEEKS * 7)


def _groups(rows: ir.Table, period: Period) -> dict[str, ir.Value]:
    """The four groups of a row as numbers. A direct payment as component is one, whatever the mechanism says."""
    pays = (rows["component"] == Component.DIRECT_PAYMENT).fill_null(False)
    mechanism = ibis.ifelse(pays, int(Mechanism.DIRECT_PAYMENT), rows["mechanism"].fill_null(codes.INVALID))
    setting = ibis.cases(
        (rows["service"].between(ServiceType.NURSING, ServiceType.PRISON), rows["service"].cast("int16")),
        (rows["service"].between(ServiceType.ST_MAX, ServiceType.OTHER_SHORT_TERM), _SHORT),
        (rows["service"].isin(codes.CARER_SUPPORT), _CARER), else_=0,
    )  # fmt: skip
    birth = ibis.date(rows["birth_year"].cast("int32"), rows["birth_month"].cast("int32"), ibis.literal(1, "int32"))
    years = age(birth, ibis.literal(period.end))
    band = ibis.cases((years.isnull(), 0), (years < 18, 1), (years < 65, 2), else_=3)
    return {
        "mechanism": mechanism.cast("int16"), "setting": setting.cast("int16"),
        "reason": rows["psr"].fill_null(codes.INVALID).cast("int16"), "age_band": band.cast("int16"),
    }  # fmt: skip


def spend(engine: Engine, single: ir.Table, period: Period, options: Options) -> list[Spend]:
    """Every group's spend, by council, basis and group. single: SINGLE."""
    week, in_quarter = scales(options)
    held = pl.DataFrame(engine.con.to_pyarrow(_by_person(costed(single, period, options))))
    answer = [row for level in LEVELS for row in _at_level(held, level, week).to_dicts()]
    answer.sort(key=lambda row: (row["la"], *(row[name] for name in _GROUPS)))
    made = [of for row in answer for of in (_spend(row, LAST_DAY, week), _spend(row, QUARTER, in_quarter))]
    return sorted((one for one in made if one.rows), key=lambda one: (one.council, one.basis))


def _by_person(rows: ir.Table) -> ir.Table:
    """Each person's services of one group together. weekly: of those open on the last day."""
    day = rows["open"] & ~rows["once"]
    good = rows["why"] == "costed"
    tests = {**_tests(rows), "costed": good}
    counts = {f"{name}_quarter": whole(test).sum().cast("int32") for name, test in tests.items()}
    counts |= {f"{name}_day": whole(test & day).sum().cast("int32") for name, test in tests.items()}
    return rows.group_by("la", "person", *_GROUPS).agg(
        weekly=ibis.ifelse(day, rows["weekly"], ibis.null(_WHOLE)).sum().cast(_WHOLE),
        total=rows["total"].sum().cast(_WHOLE), **counts,
    )  # fmt: skip


def _at_level(held: pl.DataFrame, level: Sequence[int], week: int) -> pl.DataFrame:
    """The groups of one level: sums of services and money, how many people, and the median of what one comes to."""
    told = [name for name, by in zip(_GROUPS, level, strict=True) if by]
    counts = [f"{name}_{ending}" for name in ("rows", "no_cost", "no_units") for ending in ("quarter", "day")]
    sums = held.group_by("la", *told).agg(pl.col("weekly", "total").sum(), pl.col(counts).cast(pl.Int64).sum())
    each = held.filter(pl.col("costed_quarter") > 0).group_by("la", *told, "person").agg(
        pl.col("weekly").sum(), day=(pl.col("costed_day") > 0).any()
    )  # fmt: skip
    # In whole pence, of which the median is a whole number or a half: the same to the bit on every machine.
    pence = (pl.col("weekly").cast(pl.Float64) / week + 0.5).floor()
    people = each.group_by("la", *told).agg(
        people_quarter=pl.len(), people_day=pl.col("day").sum(), median=pence.filter("day").median()
    )
    found = sums.join(people, on=["la", *told], how="left")
    found = found.with_columns(pl.col("people_quarter", "people_day").fill_null(0))
    return found.with_columns(pl.lit(_ANY).alias(name) for name in _GROUPS if name not in told)


def _tests(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    return {"rows": rows["why"].notnull(), "no_cost": rows["why"] == "no_cost", "no_units": rows["why"] == "no_units"}


def _spend(row: dict[str, Any], basis: str, scale: int) -> Spend:
    ending = "day" if basis == LAST_DAY else "quarter"
    people = int(row[f"people_{ending}"])
    on_day = basis == LAST_DAY
    exact = row["weekly" if on_day else "total"] or Decimal(0)
    amount = pounds(Decimal(exact), scale)
    return Spend(
        row["la"], basis, *_words(row), people, int(row[f"rows_{ending}"]), int(row[f"no_cost_{ending}"]),
        int(row[f"no_units_{ending}"]), amount if on_day else None, None if on_day else amount,
        pounds(Decimal(exact), scale * people) if on_day and people else None,
        pounds(Decimal(row["median"]), 1) if on_day and people else None,
    )  # fmt: skip


def _words(row: dict[str, Any]) -> tuple[str, str, str, str]:
    reason = row["reason"]
    said = ALL if reason == _ANY else "Invalid/NULL" if reason == 0 else lists()["psr"].words(reason)
    mechanism, setting, band = (
        {_ANY: ALL, **words}[row[name]]
        for name, words in (("mechanism", MECHANISMS), ("setting", SETTINGS), ("age_band", AGES))
    )
    return mechanism, setting, said, band


def pounds(amount: Decimal, scale: int) -> Decimal:
    """A whole number of pence times scale, in pounds to the penny, half a penny up."""
    return (amount / (100 * scale)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def shares(found: Iterable[Spend]) -> list[Share]:
    """Direct payments, and all personal budgets, out of all spend and out of long-term support in the community.

    Spend that no mechanism is recorded for is in "all spend": a share is of what is known to be held so.
    """
    held: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for one in found:
        if one.setting in (ALL, SETTINGS[3]) and (one.reason, one.age_band) == (ALL, ALL):
            amount = one.weekly if one.basis == LAST_DAY else one.total
            held.setdefault((one.council, one.basis, one.setting), {})[one.mechanism] = amount or Decimal(0)
    out = []
    direct, managed = MECHANISMS[1], MECHANISMS[2]
    for (council, basis, setting), by in held.items():
        out_of = "All support" if setting == ALL else "Long-term support in the community"
        nothing = Decimal(0)
        of_direct = by.get(direct, nothing)
        both = of_direct + by.get(managed, nothing)
        out.append(Share(council, basis, out_of, "Direct payments", of_direct, by[ALL]))
        out.append(Share(council, basis, out_of, "Personal budgets", both, by[ALL]))
    return out
