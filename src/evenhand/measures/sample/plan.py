"""How many people of each kind a council has: what its invented records will come to when they are measured.

The figures of ASCOF 2A, 2B, 2C, 2E, 3D(1a) and 3D(2a) of the last year are settled first, as whole people, and the
people are then drawn to fit. So the records of a simulated council can be made to give exactly the figures that the
simulated England publishes for it, and a test can hold the measures against them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from evenhand.facts.errors import EvenhandError
from evenhand.measures.sample.chance import Chance, whole


@dataclass(frozen=True, slots=True)
class Part:
    """People with long-term support in the last year, of one age band and reason. All are numbers of people.

    everyone: in the denominator of 2E, of whom settled in its numerator. community: of everyone, supported at home on
    the last day; of them direct hold a direct payment and managed a managed budget. admitted: of everyone, new in a
    care home in the year.
    """

    everyone: int
    settled: int
    community: int
    direct: int
    managed: int
    admitted: int

    def __post_init__(self) -> None:
        assert 0 <= self.settled <= self.everyone, self
        assert 0 <= self.direct + self.managed <= self.community <= self.everyone, self
        assert 0 <= self.admitted <= self.everyone - self.community, self
        assert min(getattr(self, f.name) for f in fields(self)) >= 0, self


@dataclass(frozen=True, slots=True)
class Plan:
    """One council's people. learning: learning disability, 18 to 64; younger: other reasons, 18 to 64; older: 65 up.

    regained: spells of short-term support in 2A's numerator; further: in its denominator only; aside: in neither.
    low_level, contacts, carers, associated (carers without an event), minors and gone (support ended before the last
    year): people. component: the share of direct payments that are written as the component "Direct payment".
    """

    learning: Part
    younger: Part
    older: Part
    regained: int
    further: int
    aside: int
    low_level: int
    contacts: int
    carers: int
    associated: int
    minors: int
    gone: int
    component: float = 0.5

    @property
    def people(self) -> int:
        """Everybody, at most: some of ``further`` are people who go on to long-term support and are counted there."""
        parts = self.learning.everyone + self.younger.everyone + self.older.everyone
        return parts + self.regained + self.further + self.aside + self.low_level + self.contacts + self.carers + (
            self.associated + self.minors + self.gone
        )  # fmt: skip


# Shares of a council's people, about as national publications have them.
SHARES = {
    "older": 0.29, "younger": 0.115, "learning": 0.085, "regained": 0.075, "further": 0.025, "aside": 0.035,
    "low_level": 0.045, "carers": 0.135, "associated": 0.015, "minors": 0.005, "gone": 0.045,
}  # fmt: skip
MOST_PEOPLE = 400_000


def plan_of(people: int, chance: Chance) -> Plan:
    """A plausible plan for exactly this many people; councils differ in their direct payments beyond chance.

    Raises EvenhandError for fewer than 1 or more than 400,000 people.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise EvenhandError(
            f"A council cannot have {people:,} people in its records.",
            do=f"Ask for 1 to {MOST_PEOPLE:,} with --people.",
        )
    choice, managing, homes = chance.near(), chance.near(), chance.near()
    n = {name: int(people * share) for name, share in SHARES.items()}
    n["contacts"] = people - sum(n.values())
    direct = 1.0 + 0.22 * choice
    managed = min(max(0.55 + 0.25 * managing, 0.05), 0.98)
    near_home = 1.0 + 0.06 * homes

    def part(everyone: int, community: float, settled: float, paid: float, admitted: float) -> Part:
        here = min(whole(everyone * min(community * near_home, 0.9)), everyone)
        held = min(whole(here * min(max(paid * direct * direct, 0.01), 0.85)), here)
        new = min(whole(everyone * admitted), everyone - here)
        rest = whole((here - held) * managed)
        return Part(everyone, min(whole(everyone * min(settled * near_home, 0.97)), everyone), here, held, rest, new)

    return Plan(
        learning=part(n["learning"], 0.80, 0.81, 0.33, 0.010),
        younger=part(n["younger"], 0.70, 0.75, 0.36, 0.025),
        older=part(n["older"], 0.45, 0.61, 0.15, 0.11),
        regained=n["regained"], further=n["further"], aside=n["aside"], low_level=n["low_level"],
        contacts=n["contacts"], carers=n["carers"], associated=n["associated"], minors=n["minors"], gone=n["gone"],
        component=(0.05, 0.35, 0.7, 1.0)[int(chance.within(0, 3, 1)[0])],
    )  # fmt: skip
