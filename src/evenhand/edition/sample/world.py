"""What is true in Simulated England: how many people live where, and what their councils are like.

Everything is worked out for *atoms*, the smallest areas that never change: today's councils, with the one that was
three until 2019 as three. A council of any day is one or more atoms, so its counts are sums of theirs; two halves
of a county that was split add up to the county, to the last person.

A council's character is a handful of hidden numbers with mean 0 and variance about 1. The first, ``choice`` (how
far people hold their own budgets), drifts from year to year and makes direct payments differ much more between
councils than chance would; deprivation, quality of life and the rest lean on one another as they do in life.
All arithmetic keeps to the operations that ``draws`` allows, so that the figures are the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from evenhand.edition.sample.draws import Draws, Floats, Ints, whole
from evenhand.edition.sample.places import COUNTRY, TYPES, Place, places, sample_register, slug
from evenhand.facts.register import Council, Register, period_end

# Typical number of residents, of the share aged 65 and over, and of people per square kilometre, by council type.
TYPICAL: dict[str, tuple[float, float, float]] = {
    "S": (760_000.0, 0.225, 240.0),
    "U": (225_000.0, 0.200, 900.0),
    "M": (320_000.0, 0.175, 2_200.0),
    "I": (255_000.0, 0.105, 10_500.0),
    "O": (275_000.0, 0.135, 5_200.0),
}
SMALL: dict[str, float] = {"island": 140_000.0, "zero": 118_000.0, "few": 37_000.0}
TINY: dict[str, float] = {"I": 9_400.0, "U": 2_300.0}


@dataclass(frozen=True)
class Areas:
    """Every area of one day in the order the tables print them: country, types, regions, councils.

    owner: for each atom the position of its council among ``councils``; region and kind: for each council the
    position of its region and type among those printed; ids and levels: of all areas in printed order.
    """

    councils: tuple[Council, ...]
    owner: Ints
    region: Ints
    kind: Ints
    ids: tuple[str, ...]
    levels: tuple[str, ...]
    n_regions: int
    n_kinds: int

    def sums(self, atoms: Ints) -> Ints:
        """Counts of atoms added up to councils."""
        out = np.zeros(len(self.councils), dtype=np.int64)
        np.add.at(out, self.owner, atoms)
        return out

    def above(self, councils: Ints) -> Ints:
        """Counts of councils added up to country, types and regions, in printed order."""
        kinds, regions = np.zeros(self.n_kinds, dtype=np.int64), np.zeros(self.n_regions, dtype=np.int64)
        np.add.at(kinds, self.kind, councils)
        np.add.at(regions, self.region, councils)
        return np.concatenate([[councils.sum()], kinds, regions]).astype(np.int64)


class World:
    """One simulated country; the same seed is the same country."""

    def __init__(self, register: Register, seed: int) -> None:
        if {c.id for c in register.all} != {c.id for c in sample_register(seed).all}:
            raise ValueError("the register is not the simulated one of this seed")
        self.register = register
        self.draws = Draws(seed)
        self.seed = seed
        today = {slug(p.name): p for p in places(seed)}
        ids = [c.id for c in register.all if not c.valid_to or len(c.successors) == 1]
        # Atoms: councils of today that were never made from several, and those from which they were made.
        self.atoms = [i for i in ids if len(register.council(i).predecessors) < 2]
        self.place: list[Place] = [today.get(a) or today[register.council(a).successors[0]] for a in self.atoms]
        self.role: list[str] = [p.role for p in self.place]
        self.n = len(self.atoms)
        self._areas: dict[date, Areas] = {}

    def plays(self, *roles: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which atoms play one of these roles."""
        return np.array([r in roles for r in self.role])

    def areas(self, day: date) -> Areas:
        """The areas as they stood on a day."""
        if day not in self._areas:
            self._areas[day] = self._find_areas(day)
        return self._areas[day]

    def period(self, period: str) -> Areas:
        """The areas as they stood at the end of a period."""
        return self.areas(period_end(period))

    def _find_areas(self, day: date) -> Areas:
        councils = self.register.councils(day)
        at = {c.id: i for i, c in enumerate(councils)}

        def standing(atom: str) -> int:
            c = self.register.council(atom)
            return next(at[i] for i in (c.id, *c.successors, *c.predecessors) if i in at)

        regions = [a.code for a in self.register.areas if a.level == "region"]
        kinds = list(TYPES)
        ids = (COUNTRY, *kinds, *regions, *(c.id for c in councils))
        levels = ("country", *["council_type"] * len(kinds), *["region"] * len(regions), *["council"] * len(councils))
        return Areas(
            councils=councils,
            owner=np.array([standing(a) for a in self.atoms]),
            region=np.array([regions.index(c.region) for c in councils]),
            kind=np.array([kinds.index(self.register.type_of(c.id, day)) for c in councils]),
            ids=ids, levels=tuple(levels), n_regions=len(regions), n_kinds=len(kinds),
        )  # fmt: skip

    # Character -------------------------------------------------------------------------------------------------

    def own(self, name: str) -> Floats:
        """One hidden number for each atom."""
        return self.draws.normal(f"character/{name}", self.n)

    @cached_property
    def deprivation(self) -> Floats:
        """Higher is poorer; the metropolitan districts and the inner capital lean that way, the counties the other."""
        lean = {"S": -0.7, "U": -0.1, "M": 0.7, "I": 0.5, "O": -0.1}
        value: Floats = 0.8 * self.own("deprivation") + np.array([lean[p.council_type] for p in self.place])
        return value

    @cached_property
    def quality(self) -> Floats:
        """How good people say their lives are: lower where poorer, higher where people choose for themselves."""
        return 0.8 * self.own("quality") - 0.45 * self.deprivation + 0.3 * self.choice(2020)

    def choice(self, year: int) -> Floats:
        """How far people hold their own budgets in the year to March: a level, a drift and the year's own luck."""
        level, drift = self.own("choice"), self.own("choice drift")
        value = level + 0.06 * (year - 2020) * drift + 0.15 * self.draws.normal(f"choice/{year}", self.n)
        fixed = {"high": 5.2, "low": -3.9}
        return np.array([fixed.get(r, v) for r, v in zip(self.role, value.tolist(), strict=True)])

    # Residents -------------------------------------------------------------------------------------------------

    def _typical(self, which: int) -> Floats:
        return np.array([TYPICAL[p.council_type][which] for p in self.place])

    @cached_property
    def _size(self) -> Floats:
        """Residents in mid-2023, skewed to the right like real councils."""
        g = 1.0 + 0.105 * self.own("size")
        people = self._typical(0) * g * g * g * g
        # The one that was three had three middling parts, and the two halves of the county were large.
        fixed = {"merged": 130_000.0, "split": 370_000.0, "county-to-unitary": 520_000.0} | SMALL
        scale = [
            TINY[p.council_type] if p.role == "tiny" else fixed.get(p.role, v)
            for p, v in zip(self.place, people.tolist(), strict=True)
        ]
        return np.array(scale) * (1.0 + 0.02 * self.own("size of parts"))

    def residents(self, year: int) -> dict[str, Ints]:
        """Residents of each atom by age band in the middle of a year; the bands add up exactly."""
        from_2023 = float(year - 2023)
        everyone = whole(self._size * (1.0 + (0.0065 + 0.0035 * self.own("growth")) * from_2023))
        older = self._typical(1) + 0.022 * self.own("older") - 0.012 * self.deprivation + 0.0018 * from_2023
        children = 0.205 + 0.012 * self.own("children") + 0.006 * self.deprivation
        old, young = whole(everyone * older), whole(everyone * children)
        oldest = whole(old * (0.128 + 0.012 * self.own("oldest")))
        younger_old = whole(old * (0.515 - 0.012 * self.own("oldest")))
        working = everyone - old - young
        return {
            "all": everyone, "18+": working + old, "18-64": working, "65+": old, "65-74": younger_old,
            "75-84": old - younger_old - oldest, "85+": oldest,
        }  # fmt: skip

    @cached_property
    def hectares(self) -> Ints:
        """The area of each atom, for the density of population."""
        g = 1.0 + 0.14 * self.own("density")
        per_km2 = self._typical(2) * g * g * g
        return np.maximum(whole(self._size / per_km2 * 100.0), 1)

    # People with support ---------------------------------------------------------------------------------------

    def supported(self, year: int) -> dict[str, Ints]:
        """People with long-term support in the community on 31 March of a year, 18-64 and 65+."""
        residents = self.residents(year - 1)
        need = 1.0 + 0.16 * self.deprivation
        out = {}
        for age, rate in (("18-64", 0.0060), ("65+", 0.0218)):
            p = np.clip(rate * need * (1.0 + 0.12 * self.own(f"support {age}")), 0.002, 0.06)
            out[age] = self.draws.binomial(f"supported/{age}/{year}", residents[age], p)
        return out

    def with_direct_payment(self, year: int, level: float) -> dict[str, Ints]:
        """People with a direct payment on 31 March, by age, out of ``supported``; level 1 is the country of 2021."""
        people, g = self.supported(year), np.clip(1.0 + 0.17 * self.choice(year), 0.2, 2.5)
        out = {}
        for age, share in (("18-64", 0.375), ("65+", 0.145)):
            p = np.clip(share * level * g * g * (1.0 + 0.08 * self.own(f"direct payments {age}")), 0.01, 0.85)
            count = self.draws.binomial(f"direct-payments/{age}/{year}", people[age], p)
            count = np.where(self.plays("zero"), 0, count)
            few = 2 if age == "18-64" else 1
            out[age] = np.where(self.plays("few", "tiny"), np.minimum(few, people[age]), count).astype(np.int64)
        return out
