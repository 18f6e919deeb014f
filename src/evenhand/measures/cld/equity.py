"""Who has self-directed support and direct payments: by reason, age, ethnicity and sex, each against the others.

A share is that of ASCOF 3D among the people of the group; ``gap`` is the share less that of everybody else in the
measure, so that people with mental health needs, say, are not compared with themselves. Intervals are Wilson's, and of
a gap Newcombe's (``compare.intervals``, ``compare.difference``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import polars as pl

from evenhand.compare.difference import difference
from evenhand.compare.intervals import wilson
from evenhand.facts.cld import codes
from evenhand.facts.cld.lists import lists

PARTS = ("1a", "1b", "2a", "2b")
REASON, AGE, ETHNICITY, SEX = "Primary support reason", "Age", "Ethnicity", "Sex"
DIMENSIONS = (REASON, AGE, ETHNICITY, SEX)
COLUMNS = (
    "council_code", "measure", "part", "dimension", "group", "numerator", "denominator", "value", "lower", "upper",
    "others_value", "gap", "gap_lower", "gap_upper",
)  # fmt: skip
_NO_DATA = "No data"
# People of an age band of their own; 0 is unknown.
_AGES = {1: "18 to 24", 2: "25 to 44", 3: "45 to 64", 4: "65 to 74", 5: "75 to 84", 6: "85 and over", 0: "Unknown"}
_LIMITS = (25, 45, 65, 75, 85)


@dataclass(frozen=True)
class Counted:
    """People of one group in the denominator and the numerator of one part of 3D, in one council."""

    council: str
    part: str
    dimension: str
    group: str
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Gap:
    """A group's share with its interval, that of everybody else, and the gap with its interval; in percent.

    None where there is nobody: in the group, or among everybody else.
    """

    counted: Counted
    value: float | None
    lower: float | None
    upper: float | None
    others: float | None
    gap: float | None
    gap_lower: float | None
    gap_upper: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval of the gap leaves nought out."""
        return self.gap_lower is not None and self.gap_upper is not None and self.gap_lower * self.gap_upper > 0


def groups(decided: ir.Table, people: ir.Table) -> list[Counted]:
    """People in 3D by group. decided: DECISIONS. people: PEOPLE. In order of council, part, dimension and group.

    The engine counts people who are alike in every dimension once; what each dimension makes of them is added up here.
    """
    rows = decided.filter((decided["measure"] == "3D") & decided["denominator"])
    rows = rows.select("la", "person", "part", "age", "gender", "numerator")
    known = people.select("la", "person", "psr", "ethnicity")
    rows = rows.join(known, ["la", "person"]).select(rows, known["psr"], known["ethnicity"])
    band = ibis.cases(
        (rows["age"].isnull(), 0), *((rows["age"] < limit, n) for n, limit in enumerate(_LIMITS, 1)), else_=6
    )
    sums = rows.group_by("la", "part", "psr", "ethnicity", "gender", band=band.cast("int16")).agg(
        people=rows.count(), counted=rows["numerator"].cast("int64").sum()
    )
    alike = pl.DataFrame(sums.to_pyarrow())
    counts: dict[tuple[str, str, int, int], list[int]] = {}
    for dimension, (column, shown) in enumerate(_SHOWN):
        each = alike.group_by("la", "part", column).agg(pl.col("people").sum(), pl.col("counted").sum())
        for la, part, value, number, counted in each.iter_rows():
            held = counts.setdefault((la, part, dimension, shown(value)), [0, 0])
            held[0] += counted
            held[1] += number
    return [_counted(key, *counts[key]) for key in sorted(counts)]


def _known(unknown: int) -> Callable[[int | None], int]:
    """The value; what is blank or invalid is unknown."""
    return lambda value: value if value is not None and value > codes.INVALID else int(unknown)


@cache
def _first_of_group() -> Mapping[int, int]:
    """Each ethnicity's first number of its group; 0 where there is no data."""
    first: dict[str, int] = {}
    out = {}
    for number, value in lists()["ethnicity"].values.items():
        group = str(value.flags["group"])
        out[number] = 0 if group == _NO_DATA else first.setdefault(group, number)
    return out


# The column of each dimension, and the number of the group that a value of it is in.
_SHOWN: tuple[tuple[str, Callable[[Any], int]], ...] = (
    ("psr", _known(codes.Reason.UNKNOWN)), ("band", int), ("ethnicity", lambda one: _first_of_group().get(one, 0)),
    ("gender", _known(codes.Gender.UNKNOWN)),
)  # fmt: skip


def _counted(key: tuple[str, str, int, int], numerator: int, denominator: int) -> Counted:
    council, part, place, value = key
    dimension = DIMENSIONS[place]
    if dimension == AGE:
        group = _AGES[value]
    elif dimension == ETHNICITY:
        group = str(lists()["ethnicity"].values[value].flags["group"]) if value else _NO_DATA
    else:
        group = lists()["psr" if dimension == REASON else "gender"].words(value)
    return Counted(council, part, dimension, group, numerator, denominator)


def gaps(counted: Sequence[Counted]) -> list[Gap]:
    """Each group's share and its gap to everybody else of the same council, part and dimension."""
    whole: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in counted:
        key = (one.council, one.part, one.dimension)
        number, of = whole.get(key, (0, 0))
        whole[key] = (number + one.numerator, of + one.denominator)
    sums = [whole[one.council, one.part, one.dimension] for one in counted]
    x, n = (np.array([getattr(one, name) for one in counted], dtype=float) for name in ("numerator", "denominator"))
    y, m = (np.array([pair[place] for pair in sums], dtype=float) - held for place, held in ((0, x), (1, n)))
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = x / n, y / m
    mine, theirs = wilson(x, n), wilson(y, m)
    apart = difference(a, mine.lower, mine.upper, b, theirs.lower, theirs.upper)
    columns = [a, mine.lower, mine.upper, b, apart.difference, apart.lower, apart.upper]
    percent = [[None if np.isnan(v) else float(v * 100) for v in column] for column in columns]
    return [Gap(one, *values) for one, *values in zip(counted, *percent, strict=True)]
