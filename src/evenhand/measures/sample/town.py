"""What every part of the drawing shares: one council's plan, days, chance, people and events."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evenhand.facts.cld.codes import Component, Frequency, Mechanism, Outcome, Reason, ServiceType
from evenhand.measures.sample.chance import Chance, Flags, Ints
from evenhand.measures.sample.plan import Plan
from evenhand.measures.sample.tables import EVENTS, NONE, PEOPLE, Columns

# Days of age, by the proxy of the measures (first day of the birth month, years of 365.25 days): from these on somebody
# is 18 or 65; a birth may lie up to 30 days after its proxy, so "under 65" stops that much earlier.
EIGHTEEN, SIXTY_FIVE, PROXY = 6_575, 23_742, 30


@dataclass
class Town:
    """One council while its records are drawn. first, last: the period's; year: the first day of its last 12 months."""

    chance: Chance
    plan: Plan
    first: int
    year: int
    last: int
    people: Columns = field(default_factory=lambda: Columns(PEOPLE))
    events: Columns = field(default_factory=lambda: Columns(EVENTS))


def adult_days(chance: Chance, n: int, older: Flags, spare: int = 0) -> Ints:
    """Ages in days: where ``older`` 65 and over, most of them near 82; else 18 to 64, evenly. spare: days more."""
    mixed = (chance.uniform(n) + chance.uniform(n)) * 0.5
    young = EIGHTEEN + spare + (chance.uniform(n) * (SIXTY_FIVE - PROXY - 1 - EIGHTEEN - spare)).astype(np.int64)
    old = SIXTY_FIVE + spare + (mixed * 13_000).astype(np.int64)
    return np.where(older, old, young)


# Component -> how it is paid for: (frequency, pence from, to, hundredths of units a week from, to).
PRICES: dict[Component, tuple[Frequency, int, int, int, int]] = {
    Component.REABLEMENT: (Frequency.HOURLY, 2_600, 3_900, 300, 1_400),
    Component.SHORT_TERM_NURSING: (Frequency.WEEKLY, 95_000, 150_000, 100, 100),
    Component.SHORT_TERM_RESIDENTIAL: (Frequency.WEEKLY, 80_000, 125_000, 100, 100),
    Component.LONG_TERM_NURSING: (Frequency.WEEKLY, 90_000, 145_000, 100, 100),
    Component.LONG_TERM_RESIDENTIAL: (Frequency.WEEKLY, 78_000, 135_000, 100, 100),
    Component.HOME_SUPPORT: (Frequency.HOURLY, 2_050, 2_650, 350, 3_500),
    Component.DAY_SUPPORT: (Frequency.DAILY, 4_500, 9_500, 100, 500),
    Component.MEALS: (Frequency.PER_SESSION, 450, 790, 500, 700),
    Component.TRANSPORT: (Frequency.PER_SESSION, 600, 1_900, 200, 1_000),
    Component.EQUIPMENT: (Frequency.ONE_OFF, 3_000, 180_000, 100, 100),
    Component.DIRECT_PAYMENT: (Frequency.FOUR_WEEKLY, 40_000, 210_000, 25, 25),
    Component.SHARED_LIVES: (Frequency.WEEKLY, 38_000, 62_000, 100, 100),
    Component.SUPPORTED_LIVING: (Frequency.WEEKLY, 52_000, 240_000, 100, 100),
    Component.EXTRA_CARE: (Frequency.MONTHLY, 90_000, 190_000, 23, 23),
    Component.SOCIAL_WORKER: (Frequency.NO_CHARGE, 0, 0, 100, 100),
    Component.OTHER_PROFESSIONAL: (Frequency.NO_CHARGE, 0, 0, 100, 100),
    Component.LEARNING_OR_WORK: (Frequency.WEEKLY, 6_000, 21_000, 100, 100),
    Component.END_OF_LIFE: (Frequency.WEEKLY, 60_000, 140_000, 100, 100),
    Component.EMERGENCY: (Frequency.PER_SESSION, 9_000, 24_000, 100, 300),
    Component.OTHER_SHORT_TERM: (Frequency.FORTNIGHTLY, 12_000, 48_000, 50, 50),
    Component.OTHER_LONG_TERM: (Frequency.QUARTERLY, 26_000, 260_000, 8, 8),
    Component.CARER_RESPITE: (Frequency.WEEKLY, 60_000, 110_000, 100, 100),
    Component.CARER_SITTING: (Frequency.HOURLY, 1_900, 2_600, 200, 600),
    Component.CARER_UNIVERSAL: (Frequency.NO_CHARGE, 0, 0, 100, 100),
    Component.CARER_OTHER: (Frequency.ANNUALLY, 15_000, 60_000, 2, 2),
}
_TABLE = np.array([(0, 0, 0, 0, 0), *(PRICES[Component(c)] for c in range(1, 26))], dtype=np.int64)


def add_services(
    town: Town, person: Ints, kind: int | Ints, component: int | Ints, mechanism: int | Ints, start: Ints, end: Ints,
    outcome: int | Ints = Outcome.CONTINUES,
) -> None:  # fmt: skip
    """Services with their prices. end: NONE is open, and one after the period's end is not known yet, so open too."""
    n = len(person)
    parts = np.broadcast_to(np.asarray(component, dtype=np.int64), (n,))
    kinds = np.broadcast_to(np.asarray(kind, dtype=np.int64), (n,))
    until = np.where(end > town.last, NONE, end)
    said = np.where(until == NONE, int(Outcome.CONTINUES), outcome)
    frequency, low, high, least, most = _TABLE[parts].T
    # Whole pounds for what is paid by the week and longer; pence by the hour.
    cost = town.chance.within(low, high)
    cost = np.where(cost >= 10_000, cost // 100 * 100, cost)
    units = town.chance.within(least, most)
    units = np.where(most > least, (units + 12) // 25 * 25, units)
    # A direct payment of some other component is paid by the week, the council's cost of the same support.
    weekly = (mechanism == Mechanism.DIRECT_PAYMENT) & (frequency == Frequency.HOURLY)
    cost, units = np.where(weekly, cost * units // 10_000 * 100, cost), np.where(weekly, 100, units)
    frequency = np.where(weekly, int(Frequency.WEEKLY), frequency)
    home = (kinds == ServiceType.NURSING) | (kinds == ServiceType.RESIDENTIAL)
    provider = town.chance.within(0, 39, n) + np.where(home, 100, 0)
    none = (mechanism == Mechanism.DIRECT_PAYMENT) | (cost == 0)
    town.events.add(
        n, person=person, event=3, start=start, end=until, outcome=said, service=kinds, component=parts,
        mechanism=mechanism, cost=cost, frequency=frequency, units=units,
        provider=np.where(none, NONE, provider),
    )  # fmt: skip


def reason_weights(older: bool, direct: bool) -> dict[int, float]:
    """Primary support reasons but for learning disability; with direct payments, fewer for mental health."""
    if older:
        return {
            Reason.PHYSICAL_MOBILITY: 0.13, Reason.PHYSICAL_PERSONAL_CARE: 0.60, Reason.SENSORY_VISUAL: 0.015,
            Reason.SENSORY_HEARING: 0.012, Reason.SENSORY_DUAL: 0.008, Reason.MEMORY: 0.10 if direct else 0.16,
            Reason.MENTAL_HEALTH: 0.02 if direct else 0.05, Reason.SUBSTANCE: 0.002, Reason.LEARNING_DISABILITY: 0.03,
            Reason.ISOLATION_OR_OTHER: 0.02, Reason.UNKNOWN: 0.005,
        }  # fmt: skip
    return {
        Reason.PHYSICAL_MOBILITY: 0.13, Reason.PHYSICAL_PERSONAL_CARE: 0.47, Reason.SENSORY_VISUAL: 0.025,
        Reason.SENSORY_HEARING: 0.02, Reason.SENSORY_DUAL: 0.008, Reason.MEMORY: 0.03,
        Reason.MENTAL_HEALTH: 0.10 if direct else 0.33, Reason.SUBSTANCE: 0.004 if direct else 0.02,
        Reason.ASYLUM: 0.006, Reason.ISOLATION_OR_OTHER: 0.04, Reason.UNKNOWN: 0.008,
    }  # fmt: skip
