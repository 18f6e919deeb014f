"""What the councils of Simulated England spend, as three finance returns print it, in whole pence."""

from __future__ import annotations

import numpy as np

from evenhand.edition.sample.draws import Ints, whole
from evenhand.edition.sample.framework import absent
from evenhand.edition.sample.table import MISSING, Codes, Column, Table
from evenhand.edition.sample.world import Areas, World

AGES = ("18-64", "65+")
# Reason -> share of long-term spending on people of 18-64 and of 65 and over.
REASONS: dict[str, tuple[float, float]] = {
    "psr:physical": (0.16, 0.62),
    "psr:sensory": (0.01, 0.02),
    "psr:memory-cognition": (0.01, 0.18),
    "psr:learning-disability": (0.68, 0.09),
    "psr:mental-health": (0.14, 0.09),
}
# Setting -> pounds a resident of that age, by age; direct payments follow the people who have them.
LONG_TERM: dict[str, tuple[float, float]] = {
    "nursing": (8.0, 145.0),
    "residential": (66.0, 310.0),
    "supported-accommodation": (11.0, 11.0),
    "direct-payments": (0.0, 0.0),
    "home-care": (21.0, 148.0),
    "supported-living": (41.0, 22.0),
    "other-long-term": (24.0, 27.0),
}
SHORT_TERM: dict[str, tuple[float, float]] = {"short-term-max": (2.0, 26.0), "short-term-other": (3.0, 14.0)}
# The parts of the return without age or setting: pounds an adult.
OTHER: dict[str, float] = {
    "psr:substance-misuse": 0.6,
    "psr:asylum-seeker": 0.5,
    "psr:social-isolation": 2.0,
    "other:equipment-technology": 4.2,
    "other:social-care-activities": 36.0,
    "other:information-early-intervention": 4.0,
    "other:commissioning-delivery": 21.0,
}
CARERS: dict[str, float] = {"carer-direct-payments": 0.9, "carer-other": 2.8}
A_YEAR_EACH: dict[str, float] = {"18-64": 13_800.0, "65+": 9_900.0}  # pounds for each person with a direct payment

Spending = dict[tuple[str, str, str], Ints]  # (age, reason, setting) -> pounds of each atom


def add_spending(table: Table, world: World, year: int, *, step: int) -> None:
    """Gross current expenditure in the year to March, with the cells that the year's return prints.

    2014-15 prints totals, of councils alone; 2016-17 no totals, but the country and its regions, and narrower ages of
    older people from the councils that gave them; 2017-18 neither. step: pounds to which it rounds (1 or 1000).
    """
    areas = world.period(f"{year - 1}-{year % 100:02d}")
    nobody = np.zeros(len(areas.councils), dtype=np.int8)
    gone = absent(world, areas, "low", MISSING) if year == 2015 else nobody
    cells = {key: (areas.sums(pounds) + step // 2) // step * step for key, pounds in _leaves(world, year).items()}
    levels = ("country", "region", "council") if year == 2017 else ("council",)
    shown = with_totals(cells) if year == 2015 else cells
    for key, pounds in shown.items():
        # The first of these returns prints no total over reasons for each kind of short-term support.
        if not (year == 2015 and key[1] == "all" and key[2] in SHORT_TERM):
            _add(table, areas, year, key, pounds, gone, levels)
    if year == 2017:
        refused = np.where(world.draws.uniform("narrow ages", len(gone)) < 0.75, MISSING, 0).astype(np.int8)
        for (age, reason, setting), pounds in cells.items():
            for band, part in _narrow(pounds).items() if age == "65+" else ():
                _add(table, areas, year, (band, reason, setting), part, refused, levels)


def _narrow(pounds: Ints) -> dict[str, Ints]:
    """Spending on people of 65 and over by narrower ages; the three add up to the whole."""
    first, second = pounds * 22 // 100, pounds * 30 // 100
    return {"65-74": first, "75-84": second, "85+": pounds - first - second}


def _add(
    table: Table, areas: Areas, year: int, key: tuple[str, str, str], pounds: Ints, gone: Codes, levels: tuple[str, ...]
) -> None:
    """One column. A council without a figure counts for nothing in the sums over areas, and is never nought itself."""
    age, reason, setting = key
    figures = np.concatenate([areas.above(np.where(gone == 0, pounds, 0)), pounds]) * 100
    status = np.concatenate([np.zeros(len(figures) - len(gone), dtype=np.int8), gone]).astype(np.int8)
    c = Column(
        "gross_current_expenditure", f"{year - 1}-{year % 100:02d}", "amount", "pence", "",
        age=age, reason=reason, setting=setting, heading=f"{reason} {age} {setting}",
    )  # fmt: skip
    table.add(c, areas, figures, status, levels=levels)


def _leaves(world: World, year: int) -> Spending:
    """Pounds of every cell that is not a total."""
    residents = world.residents(year - 1)
    prices = 1.0 + 0.018 * (year - 2018)
    dear = np.clip((1.0 + 0.09 * world.own("prices")) * (1.0 + 0.08 * world.deprivation), 0.5, 1.8) * prices
    direct = world.with_direct_payment(year, {2015: 0.96, 2017: 1.02, 2018: 1.03}[year])
    out: Spending = {}
    for i, age in enumerate(AGES):
        for setting, rates in (LONG_TERM | SHORT_TERM).items():
            use = np.clip(1.0 + 0.22 * world.own(f"spending {age} {setting}"), 0.25, 2.0)
            total = residents[age] * rates[i] * dear * use
            if setting == "direct-payments":
                total = direct[age] * A_YEAR_EACH[age] * dear * np.clip(1.0 + 0.12 * world.own("packages"), 0.5, 1.6)
            for reason, shares in REASONS.items():
                lean = np.clip(1.0 + 0.15 * world.own(f"reason {age} {reason}"), 0.3, 2.0)
                out[age, reason, setting] = whole(total * shares[i] * lean)
    adults = residents["18+"]
    for reason, rate in OTHER.items():
        out["all", reason, "all"] = whole(adults * rate * dear * np.clip(1.0 + 0.3 * world.own(reason), 0.05, 2.5))
    for setting, rate in CARERS.items():
        pounds = whole(adults * rate * dear * np.clip(1.0 + 0.3 * world.own(setting), 0.05, 2.5))
        nobody = world.plays("zero") if setting == "carer-direct-payments" else world.plays()
        out["all", "psr:carer-support", setting] = np.where(nobody, 0, pounds).astype(np.int64)
    return out


def with_totals(leaves: Spending) -> Spending:
    """The leaves and their sums over reasons and over settings, and the total of everything.

    Totals are sums of rounded leaves, so they add up to the penny.
    """
    out = dict(leaves)

    def put(age: str, reason: str, setting: str, pounds: Ints) -> None:
        key = (age, reason, setting)
        out[key] = out[key] + pounds if key in out else pounds

    for (age, reason, setting), pounds in leaves.items():
        if age in AGES:
            kind = "long-term" if setting in LONG_TERM else "short-term"
            put(age, "all", setting, pounds)
            put(age, reason, kind, pounds)
            put(age, "all", kind, pounds)
            put(age, reason, "all", pounds)
        elif setting in CARERS:
            put("all", reason, "all", pounds)
        put("all", "all", "all", pounds)
    return out
