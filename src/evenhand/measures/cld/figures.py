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
from evenhand.measures.cld.options import Options

TOTAL, YOUNGER, OLDER = "Total", "18-64", "65+"
# The groups of each measure in measures.csv, in order; finer ones are in tables/.
AGES, SEXES = (TOTAL, YOUNGER, OLDER), (TOTAL, "Male", "Female")
SHOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("2A", ""): (TOTAL,), ("2B", ""): (TOTAL,), ("2C", ""): (TOTAL,),
    ("2D", "1"): (TOTAL,), ("2D", "2"): (TOTAL,),
    ("2E", "1"): SEXES, ("2E", "2a"): SEXES, ("2E", "2b"): SEXES,
    ("3D", "1a"): AGES, ("3D", "1b"): AGES, ("3D", "2a"): AGES, ("3D", "2b"): AGES,
}  # fmt: skip
SEX: dict[int, str] = {Gender.MALE: "Male", Gender.FEMALE: "Female"}
# The finer groups of 2D: by whether community support covered the day of admission, and in each and in all by age and
# sex. OLD_AGES: each with its first year.
IN_COMMUNITY, NO_SUPPORT = "In community support", "Not in long-term support"
OLD_AGES = {"65-74": 65, "75-84": 75, "85+": 85}
RATES = {"2B": YOUNGER, "2C": OLDER}  # per 100,000 of the council's residents of this age
PER = {"2B": 100_000, "2C": 100_000}
PLACES = {"2D": 2}
NEVER_ZERO = ("2D",)  # officially empty where there is nobody to count; the others are printed as 0


def within(client_group: str, group: str) -> str:
    """An age or sex in a client group of 2D."""
    return group if client_group == TOTAL else f"{client_group}: {group}"


GROUPS_2D = (
    *OLD_AGES, *SEXES[1:],
    *(name for client in (IN_COMMUNITY, NO_SUPPORT)
      for name in (client, *(within(client, group) for group in (*OLD_AGES, *SEXES[1:])))),
)  # fmt: skip


def splits(measure: str) -> list[tuple[str, tuple[str, ...]]]:
    """The groups of a measure that add up to another, but for people of none of them: (the whole, its parts)."""
    if measure != "2D":
        return [(TOTAL, AGES[1:]), (TOTAL, SEXES[1:])]
    out: list[tuple[str, tuple[str, ...]]] = [(TOTAL, (IN_COMMUNITY, NO_SUPPORT))]
    for client in (TOTAL, IN_COMMUNITY, NO_SUPPORT):
        for finer in (tuple(OLD_AGES), SEXES[1:]):
            out.append((client, tuple(within(client, group) for group in finer)))
    for group in (*OLD_AGES, *SEXES[1:]):
        out.append((group, tuple(within(client, group) for client in (IN_COMMUNITY, NO_SUPPORT))))
    return out


@dataclass(frozen=True)
class Figure:
    """One figure of one council. None is not known: a denominator that was not given, a value of nobody.

    zero_when_empty: print 0 for a value of nobody, as the official tables do.
    """

    council: str
    measure: str
    part: str
    group: str
    numerator: int | None
    denominator: int | None
    zero_when_empty: bool = False

    @property
    def value(self) -> Decimal | None:
        """A percentage, or a rate per 100,000, rounded as officially. None when there is nobody to count."""
        if self.numerator is None or not self.denominator:
            return None
        return self._rounded(Decimal(self.numerator) * PER.get(self.measure, 100) / Decimal(self.denominator))

    @property
    def printed(self) -> Decimal | None:
        """The value as a table prints it: under the option ZERO_WHEN_EMPTY 0 where nobody is counted of nobody.

        What is not known (numerator None) stays None, and so does a rate of somebody without a population.
        """
        if self.value is None and self.zero_when_empty and self.numerator == 0 and self.measure not in NEVER_ZERO:
            return self._rounded(Decimal(0))
        return self.value

    def _rounded(self, exact: Decimal) -> Decimal:
        return exact.quantize(Decimal(1).scaleb(-PLACES.get(self.measure, 1)), ROUND_HALF_UP)


def add_up(
    decided: ir.Table,
    councils: Iterable[str],
    *,
    population: Mapping[tuple[str, str], int] | None = None,
    groups: Mapping[tuple[str, str], tuple[str, ...]] = SHOWN,
    unknown: Set[str] = frozenset(),
    options: Options = Options(),  # noqa: B008 - it is frozen
) -> list[Figure]:
    """Every council's figures in order of council, measure, part and group; every council has every row.

    decided: DECISIONS. councils: codes as in the input. population: residents by (council, "18-64" or "65+"), the
    denominators of 2B and 2C; a council that is not in it has numerators only. A measure that is not decided at all
    (2D without hospital discharges) has rows without numbers, and so has a council of which nothing is known because
    none of its submissions could be used (unknown): nothing known is not nobody. options: of them ZERO_WHEN_EMPTY.
    """
    counts: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    decided_at_all = set()
    zero = options.zero_when_empty
    sums = decided.group_by("la", "measure", "part", "band", "gender").agg(
        inside=decided["denominator"].cast("int64").sum(), counted=decided["numerator"].cast("int64").sum()
    )
    for row in sums.to_pyarrow().to_pylist():
        decided_at_all.add(row["measure"])
        for group in {TOTAL, row["band"], SEX.get(row["gender"])} - {None}:
            cell = counts[row["la"], row["measure"], row["part"], str(group)]
            cell[0] += row["counted"]
            cell[1] += row["inside"]
    out = []
    for council in sorted(councils):
        for (measure, part), names in groups.items():
            for group in names:
                number, of = counts[council, measure, part, group]
                if measure not in decided_at_all or council in unknown:
                    out.append(Figure(council, measure, part, group, None, None, zero))
                    continue
                if measure in RATES:
                    people = (population or {}).get((council, RATES[measure]))
                    out.append(Figure(council, measure, part, group, number, people, zero))
                else:
                    out.append(Figure(council, measure, part, group, number, of, zero))
    return out
