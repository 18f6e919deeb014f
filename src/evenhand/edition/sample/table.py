"""Builds observations one column of an imagined sheet at a time, and hands them over as one frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evenhand.edition.sample.draws import Floats, Ints, round5
from evenhand.edition.sample.world import Areas
from evenhand.sources.model import OBSERVATION

STATUSES = ("published", "suppressed", "missing", "not_applicable")
PUBLISHED, SUPPRESSED, MISSING, NOT_APPLICABLE = range(4)
# What the framework's workbook, the activity tables and the finance returns print for each status.
FRAMEWORK = (None, "[c]", "[x]", "[z]")
ACTIVITY = (None, "-", "..", None)
FINANCE = (None, "*", ":", None)
LEVELS = ("country", "council_type", "region", "council")
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Column:
    """What every cell of one column shares; ``heading`` is the column's name in the imagined sheet."""

    item: str
    period: str
    part: str
    unit: str
    sheet: str
    age: str = "all"
    sex: str = "all"
    reason: str = "all"
    setting: str = "all"
    heading: str = ""


@dataclass
class Table:
    """Collects columns of figures for lists of areas and makes one frame of observations of them."""

    symbols: tuple[str | None, ...] = FRAMEWORK
    first_row: int = 7
    _columns: list[Column] = field(default_factory=list)
    _ids: list[tuple[str, ...]] = field(default_factory=list)
    _levels: list[tuple[str, ...]] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)
    _statuses: list[Codes] = field(default_factory=list)

    def add(
        self,
        column: Column,
        areas: Areas,
        values: Floats | Ints,
        status: Codes | None = None,
        *,
        levels: tuple[str, ...] = LEVELS,
    ) -> None:
        """One figure for each area in printed order, of which only those of ``levels`` are printed."""
        codes = np.zeros(len(values), dtype=np.int8) if status is None else status
        shown = np.isin(areas.levels, levels)
        self._columns.append(column)
        self._ids.append(tuple(i for i, s in zip(areas.ids, shown, strict=True) if s))
        self._levels.append(tuple(i for i, s in zip(areas.levels, shown, strict=True) if s))
        self._values.append(np.where(codes == PUBLISHED, values.astype(np.float64), np.nan)[shown])
        self._statuses.append(codes[shown])

    def frame(self) -> pl.DataFrame:
        """All observations, in the order given."""
        lengths = [len(v) for v in self._values]
        which = np.repeat(np.arange(len(lengths)), lengths)
        rows = np.concatenate([np.arange(n) for n in lengths]) + self.first_row
        names = ("item", "period", "part", "unit", "sheet", "age", "sex", "reason", "setting", "heading")
        shared = pl.DataFrame({n: [getattr(c, n) for c in self._columns] for n in names})[which]
        status = np.concatenate(self._statuses)
        own = pl.DataFrame(
            {
                "area": [i for ids in self._ids for i in ids],
                "level": [i for levels in self._levels for i in levels],
                "value": pl.Series(np.concatenate(self._values)).fill_nan(None),
                "status": pl.Series(STATUSES)[status],
                "note": pl.Series(self.symbols, dtype=pl.String)[status],
                "row": pl.Series(rows, dtype=pl.Int32),
            }
        )
        return pl.concat([shared.rename({"heading": "column"}), own], how="horizontal").select(
            pl.col(n).cast(t) for n, t in OBSERVATION.items()
        )


def percent(numerator: Ints, denominator: Ints, *, per: int = 100, decimals: int = 1) -> Floats:
    """numerator / denominator x per, rounded half away from zero, in whole-number arithmetic; not a number over 0.

    Worked example: 1 of 16 is 6.25%, so 6.3 to one decimal.
    """
    scale = 10**decimals
    safe = np.maximum(denominator, 1)
    scaled = (2 * scale * per * numerator + safe) // (2 * safe)
    return np.where(denominator > 0, scaled / scale, np.nan)


def add_counts(
    table: Table,
    column: Column,
    areas: Areas,
    numerator: Ints,
    denominator: Ints,
    *,
    absent: Codes | None = None,
    per: int = 100,
    unit: str = "percent",
    counted: str = "people",
    round_councils: bool = False,
    round_sums: bool = True,
) -> None:
    """Numerator, denominator and value of councils, their regions, types and country.

    numerator, denominator: people (or providers) of each council; absent: a status code where a council gave none.
    A numerator or denominator of 1 to 4 hides both and the value; a true nought is printed. Sums over areas have the
    hidden counts in them and are rounded to the nearest 5, and their value is of the rounded counts. Where nobody is
    in the denominator, the value is not applicable.
    """
    gone = np.zeros(len(numerator), dtype=np.int8) if absent is None else absent
    here = gone == PUBLISHED
    sums = [areas.above(np.where(here, x, 0)) for x in (numerator, denominator)]
    if round_sums:
        sums = [round5(s) for s in sums]
    if round_councils:
        numerator, denominator = round5(numerator), round5(denominator)
    small = ((numerator > 0) & (numerator < 5)) | ((denominator > 0) & (denominator < 5))
    hidden = np.where(here & small, SUPPRESSED, gone).astype(np.int8)
    status = np.concatenate([np.zeros(len(sums[0]), dtype=np.int8), hidden])
    over, under = (np.concatenate([s, x]) for s, x in zip(sums, (numerator, denominator), strict=True))
    of_nobody = np.where((status == PUBLISHED) & (under == 0), NOT_APPLICABLE, status).astype(np.int8)
    shown = {
        "numerator": (over, counted),
        "denominator": (under, counted),
        "value": (percent(over, under, per=per), unit),
    }
    years = f"{column.period[:4]} to {int(column.period[:4]) + 1}"
    for part, (values, of) in shown.items():
        word = "outcome" if part == "value" else part
        heading = f"{years} - {column.heading}{word}"
        codes = of_nobody if part == "value" else status
        table.add(_with(column, part=part, unit=of, heading=heading), areas, values, codes)


def _with(column: Column, *, part: str, unit: str, heading: str) -> Column:
    return Column(column.item, column.period, part, unit, column.sheet, column.age, column.sex, column.reason,
                  column.setting, heading)  # fmt: skip
