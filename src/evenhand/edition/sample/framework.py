"""The measures of the simulated outcomes framework of 2024-25 that are counted, not asked in surveys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evenhand.edition.sample.activity import COUNTS, PERIOD, Activity, activity
from evenhand.edition.sample.draws import Floats, Ints, whole
from evenhand.edition.sample.table import (
    MISSING,
    NOT_APPLICABLE,
    PUBLISHED,
    SUPPRESSED,
    Codes,
    Column,
    Table,
    add_counts,
)
from evenhand.edition.sample.world import Areas, World


def absent(world: World, areas: Areas, role: str, code: int) -> Codes:
    """A status code for the councils of one role, published for all others."""
    out = np.zeros(len(areas.councils), dtype=np.int8)
    out[areas.owner[world.plays(role)]] = code
    return out


def column(code: str, period: str = PERIOD) -> Column:
    """A column of the sheet of one measure."""
    return Column(f"ascof2023/{code}", period, "value", "percent", f"Table_{code.lower()} (simulated)")


def add_framework(table: Table, world: World) -> None:
    """All measures of 2024-25 that are not from surveys of people."""
    areas = world.period(PERIOD)
    year = activity(world)
    for c in COUNTS:
        over, under = year.counts[c.code]
        add_counts(table, column(c.code), areas, areas.sums(over), areas.sums(under), per=c.per, unit=c.unit)
    _add_reablement(table, world, areas)
    _add_budgets(table, world, areas, year)
    _add_safeguarding(table, world)
    _add_turnover(table, world)
    _add_ratings(table, world)


def _add_reablement(table: Table, world: World, areas: Areas) -> None:
    """2D(1) and 2D(2): the denominator of the first is the numerator of the second; a tenth of councils is hidden."""
    old = world.residents(2023)["65+"]
    discharged = world.draws.binomial(
        "ascof/2D/discharged", old, np.clip(0.19 + 0.02 * world.own("discharges"), 0.1, 0.3)
    )
    g = np.clip(1.0 + 0.28 * world.own("reablement"), 0.2, 2.0)
    helped = world.draws.binomial("ascof/2D/helped", discharged, 0.055 * g * g)
    home = world.draws.binomial("ascof/2D/home", helped, np.clip(0.61 + 0.06 * world.own("at home"), 0.3, 0.9))
    hidden = np.zeros(len(areas.councils), dtype=np.int8)
    hidden[world.draws.order("ascof/2D/hidden", len(hidden))[:15]] = SUPPRESSED
    sums = [areas.sums(x) for x in (home, helped, discharged)]
    add_counts(table, column("2D(1)"), areas, sums[0], sums[1], absent=hidden)
    add_counts(table, column("2D(2)"), areas, sums[1], sums[2], absent=hidden)


def _add_budgets(table: Table, world: World, areas: Areas, year: Activity) -> None:
    """3D(1a) and 3D(2a), all ages: budgets in any form, and direct payments, of people supported in the community."""
    people, direct = year.total(year.community), year.total(year.direct)
    gone = absent(world, areas, "not-sent", MISSING)
    for code, count in (("3D(1a)", year.budgets), ("3D(2a)", direct)):
        add_counts(table, column(code), areas, areas.sums(count), areas.sums(people), absent=gone)


def _add_safeguarding(table: Table, world: World) -> None:
    """4B, two years, counts to the nearest 5."""
    for year in (2024, 2025):
        period = f"{year - 1}-{year % 100}"
        areas = world.period(period)
        adults = world.residents(year - 1)["18+"]
        g = np.clip(1.0 + 0.3 * world.own("enquiries"), 0.2, 2.0)
        found = world.draws.binomial(f"ascof/4B/{year}/found", adults, 0.0029 * g * g)
        p = np.clip(0.913 + 0.05 * world.own("risk lowered"), 0.5, 0.995)
        lowered = world.draws.binomial(f"ascof/4B/{year}", found, p)
        add_counts(table, column("4B", period), areas, areas.sums(lowered), areas.sums(found), round_councils=True)


def _add_turnover(table: Table, world: World) -> None:
    """6A, two years, a percentage without counts; types and regions only in the second year, none for tiny places."""
    for year in (2024, 2025):
        period = f"{year - 1}-{year % 100}"
        areas = world.period(period)
        rate = 0.24 + 0.05 * world.own("turnover") + 0.015 * world.draws.normal(f"ascof/6A/{year}", world.n)
        staff = world.draws.binomial("ascof/6A/staff", world.residents(2023)["18+"], np.full(world.n, 0.027))
        left = world.draws.binomial(f"ascof/6A/{year}/left", staff, np.clip(rate, 0.06, 0.45))
        sums, of = areas.sums(left), areas.sums(staff)
        over, under = (np.concatenate([areas.above(x), x]) for x in (sums, of))
        value = whole(over / np.maximum(under, 1) * 1000.0) / 10.0
        status = np.concatenate([np.zeros(len(over) - len(sums), dtype=np.int8), absent(world, areas, "tiny", MISSING)])
        if year == 2024:
            status[1 : 1 + areas.n_kinds + areas.n_regions] = NOT_APPLICABLE
        heading = f"{year - 1} to {year} - outcome"
        table.add(replace(column("6A", period), heading=heading), areas, value, status.astype(np.int8))


RATINGS = ("outstanding", "good", "other", "not-yet-rated")


def _add_ratings(table: Table, world: World) -> None:
    """6B, two years: homes rated good or outstanding, and each rating by itself; counts are not rounded or hidden."""
    for year in (2024, 2025):
        period = f"{year - 1}-{year % 100}"
        areas = world.period(period)
        counts = _homes(world, year)
        homes = counts["outstanding"] + counts["good"] + counts["other"] + counts["not-yet-rated"]
        best = counts["outstanding"] + counts["good"]
        gone = absent(world, areas, "split", MISSING) if year == 2024 else None
        for name, count in [*counts.items(), ("", best)]:
            _add_homes(table, areas, period, name, (areas.sums(count), areas.sums(homes)), gone)


def _homes(world: World, year: int) -> dict[str, Ints]:
    """Homes by rating for each atom; the four add up to all homes."""
    older = world.residents(2023)["65+"]
    homes = np.maximum(whole(older / 800.0 * (1.0 + 0.2 * world.own("homes"))), 1) - (2025 - year) % 2
    homes = np.maximum(homes, 1)
    new = world.draws.binomial(f"ascof/6B/{year}/new", homes, np.full(world.n, 0.002))
    rated = homes - new
    top = world.draws.binomial(f"ascof/6B/{year}/top", rated, np.clip(0.043 + 0.02 * world.own("top"), 0.0, 0.2))
    good = world.draws.binomial(
        f"ascof/6B/{year}/good", rated - top, np.clip(0.80 + 0.06 * world.own("good homes"), 0.4, 0.98)
    )
    return {"outstanding": top, "good": good, "other": rated - top - good, "not-yet-rated": new}


def _add_homes(
    table: Table, areas: Areas, period: str, name: str, counts: tuple[Ints, Ints], gone: Codes | None
) -> None:
    code = f"6B:{name}" if name else "6B"
    over, under = (np.concatenate([areas.above(np.where(_here(gone, x), x, 0)), x]) for x in counts)
    status = np.zeros(len(over), dtype=np.int8)
    if gone is not None:
        status[-len(gone) :] = gone
    value: Floats = whole(over / np.maximum(under, 1) * 1000.0) / 10.0
    years, word = f"{period[:4]} to {int(period[:4]) + 1}", (name or "6b").replace("-", " ")
    sheet = "Table_6b (simulated)"
    for part, unit, figures in (
        ("numerator", "providers", over), ("denominator", "providers", under), ("value", "percent", value)
    ):  # fmt: skip
        last = "outcome" if part == "value" else part
        c = Column(f"ascof2023/{code}", period, part, unit, sheet, heading=f"{years} - {word} {last}")
        table.add(c, areas, figures, status)


def _here(gone: Codes | None, like: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(len(like), dtype=np.bool_) if gone is None else gone == PUBLISHED
