"""Decisions added up: each council's official figures, with their groups.

Rounding is half away from zero, to the places of the official table (CLD.md 8), in whole numbers and Decimals only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import ibis.expr.types as ir

from evenhand.facts.cld.codes import Gender

TOTAL, YOUNGER, OLDER = "Total", "18-64", "65+"
# The groups of each measure in measures.csv, in order; finer ones are in tables/.
AGES, SEXES = (TOTAL, YOUNGER, OLDER), (TOTAL, "Male", "Female")
SHOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("2A", ""): (TOTAL,), ("2B", ""): (TOTAL,), ("2C", ""): (TOTAL,),
    ("2D", "1"): (TOTAL,), ("2D", "2"): (TOTAL,),
    ("2E", "1"): SEXES, ("2E", "2a"): SEXES, ("2E", "2b"): SEXES,
    ("3D", "1a"): AGES, ("3D", "1b"): AGES, ("3D", "2a"): AGES, ("3D", "2b"): AGES,
}  # fmt: skip
FINER = {"2A": AGES}  # groups of tables/measures_more.csv beyond those shown
SEX = {Gender.MALE: "Male", Gender.FEMALE: "Female"}
RATES = {"2B": YOUNGER, "2C": OLDER}  # per 100,000 of the council's residents of this age
PER = {"2B": 100_000, "2C": 100_000}
PLACES = {"2D": 2}


@dataclass(frozen=True)
class Figure:
    """One figure of one council. None is not known: a denominator that was not given, a value of nobody."""

    council: str
    measure: str
    part: str
    group: str
    numerator: int | None
    denominator: int | None

    @property
    def value(self) -> Decimal | None:
        """As the official table prints it: a percentage, or a rate per 100,000. None when there is nobody to count."""
        if self.numerator is None or not self.denominator:
            return None
        exact = Decimal(self.numerator) * PER.get(self.measure, 100) / Decimal(self.denominator)
        return exact.quantize(Decimal(1).scaleb(-PLACES.get(self.measure, 1)), ROUND_HALF_UP)


def add_up(
    decided: ir.Table,
    councils: Iterable[str],
    *,
    population: Mapping[tuple[str, str], int] | None = None,
    groups: Mapping[tuple[str, str], tuple[str, ...]] = SHOWN,
    unknown: Set[str] = frozenset(),
) -> list[Figure]:
    """Every council's figures in order of council, measure, part and group; every council has every row.

    decided: DECISIONS. councils: codes as in the input. population: residents by (council, "18-64" or "65+"), the
    denominators of 2B and 2C; a council that is not in it has numerators only. A measure that is not decided at all
    (2D without hospital discharges) has rows without numbers, and so has a council of which nothing is known because
    none of its submissions could be used (unknown): nothing known is not nobody.
    """
    counts: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    seen = set()
    sums = decided.group_by("la", "measure", "part", "band", "gender").agg(
        inside=decided["denominator"].cast("int64").sum(), counted=decided["numerator"].cast("int64").sum()
    )
    for row in sums.to_pyarrow().to_pylist():
        seen.add((row["measure"], row["part"]))
        for group in {TOTAL, row["band"], SEX.get(row["gender"])} - {None}:
            cell = counts[row["la"], row["measure"], row["part"], str(group)]
            cell[0] += row["counted"]
            cell[1] += row["inside"]
    out = []
    for council in sorted(councils):
        for (measure, part), names in groups.items():
            for group in names:
                number, of = counts[council, measure, part, group]
                if (measure, part) not in seen or council in unknown:
                    out.append(Figure(council, measure, part, group, None, None))
                    continue
                if measure in RATES:
                    people = (population or {}).get((council, RATES[measure]))
                    out.append(Figure(council, measure, part, group, number, people))
                else:
                    out.append(Figure(council, measure, part, group, number, of))
    return out
