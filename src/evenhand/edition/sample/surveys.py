"""The survey measures of the simulated outcomes framework: ten years of values, margins of error and respondents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evenhand.edition.sample.draws import Floats, Ints, round5, whole
from evenhand.edition.sample.table import MISSING, NOT_APPLICABLE, PUBLISHED, Codes, Column, Table
from evenhand.edition.sample.world import Areas, World

YEARS = tuple(range(2016, 2026))  # the year in which the period ends
CARER_YEARS = (2017, 2019, 2022, 2024)
VOLUNTEERS = 18
Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Question:
    """One survey measure.

    mean: the country's value in 2024-25; trend: its change a year; spread: the standard deviation of councils' true
    values; quality and choice: how far they lean on those hidden numbers (shares of the spread); deviation: the
    standard deviation of one person's answer, None for a percentage; answering: the share of respondents who answer it.
    """

    code: str
    mean: float
    trend: float
    spread: float
    quality: float
    choice: float
    answering: float
    deviation: float | None = None
    decimals: int = 1
    carers: bool = False
    first: int = 2016


QUESTIONS: tuple[Question, ...] = (
    Question("1A", 19.0, -0.01, 0.38, 0.7, 0.3, 0.90, deviation=3.9),
    Question("1B", 0.418, 0.002, 0.018, 0.5, 0.3, 0.45, deviation=0.19, decimals=3, first=2017),
    Question("1C", 7.3, -0.06, 0.26, 0.6, 0.2, 0.92, deviation=2.3, carers=True),
    Question("1D", 65.1, 0.05, 3.6, 0.6, 0.2, 1.0),
    Question("1E", 36.8, -0.35, 4.3, 0.5, 0.2, 0.80, carers=True),
    Question("3A", 77.3, 0.05, 3.3, 0.5, 0.5, 0.99),
    Question("3B", 66.0, -0.7, 4.0, 0.4, 0.3, 0.70, carers=True),
    Question("3C(1)", 67.8, -0.7, 3.9, 0.5, 0.1, 0.58),
    Question("3C(2)", 58.8, -0.8, 4.6, 0.5, 0.1, 0.71, carers=True),
    Question("4A", 70.1, 0.05, 3.2, 0.8, 0.1, 0.99),
    Question("5A(1)", 45.4, 0.1, 3.3, 0.7, 0.2, 0.99),
    Question("5A(2)", 29.0, -0.7, 4.1, 0.6, 0.1, 0.98, carers=True),
)


def add_surveys(table: Table, world: World) -> None:
    """Every survey measure in every year, for all areas that stood then."""
    for question in QUESTIONS:
        for year in YEARS:
            if year >= question.first:
                _add(table, world, question, year)


def _add(table: Table, world: World, q: Question, year: int) -> None:
    period = f"{year - 1}-{year % 100:02d}"
    areas = world.period(period)
    asked = year in CARER_YEARS if q.carers else True
    people, true = _councils(world, areas, q, year)
    margin = Z95 * _deviation(q, true) / np.sqrt(np.maximum(people, 1))
    luck = world.draws.normal(f"survey/{q.code}/{year}", len(areas.councils))
    value = _rounded(_within(q, true + margin / Z95 * luck), q)
    status = _status(world, areas, q, year) if asked else np.full(len(people), NOT_APPLICABLE, dtype=np.int8)
    answered = np.where(status == PUBLISHED, people, 0)
    above_n = areas.above(answered)
    scale = 10**q.decimals
    points = areas.above(answered * whole(value * scale))
    above_value = _rounded(points / np.maximum(above_n, 1) / scale, q)
    above_margin = Z95 * _deviation(q, above_value) / np.sqrt(np.maximum(above_n, 1))
    above_status = np.zeros(len(above_n), dtype=np.int8)
    if not asked:
        above_status[:] = NOT_APPLICABLE
    elif year == 2021:
        above_status[:] = MISSING
    both = np.concatenate([above_status, status]).astype(np.int8)
    unit = "percent" if q.deviation is None else "score"
    column = Column(f"ascof2023/{q.code}", period, "value", unit, f"Table_{q.code.lower()} (simulated)")
    years = f"{year - 1} to {year}"
    for part, of, words, figures in (
        ("margin_of_error", unit, "margin of error", _rounded(np.concatenate([above_margin, margin]), q)),
        ("respondents", "people", "number of respondents", np.concatenate([round5(above_n), people])),
        ("value", unit, "outcome", np.concatenate([above_value, value])),
    ):
        table.add(replace(column, part=part, unit=of, heading=f"{years} - {words}"), areas, figures, both)


def _councils(world: World, areas: Areas, q: Question, year: int) -> tuple[Ints, Floats]:
    """Respondents (to the nearest 5, at least 10 where anybody can be asked) and the true value of each council."""
    adults = world.residents(year - 1)["18+"]
    total = areas.sums(adults)
    lean = q.quality * world.quality + q.choice * world.choice(year) + 0.5 * world.own(f"survey {q.code}")
    milli = areas.sums(adults * whole(lean * 1000.0))
    latent = milli / np.maximum(total, 1) / 1000.0
    true = q.mean + q.trend * (year - 2025) + q.spread * latent
    sample = np.sqrt(total / 180_000.0) * 130.0 + 250.0
    sample = np.where(total < 20_000, total * 0.008, sample) * (1.25 if year < 2017 else 1.0)
    own = np.zeros(len(total))
    np.maximum.at(own, areas.owner, 1.0 + 0.14 * world.draws.normal(f"respondents/{q.carers}/{year}", world.n))
    own = np.where(own > 0, own, 1.0)
    people = np.maximum(round5(whole(sample * own * q.answering)), 10)
    return people, _within(q, true)


def _within(q: Question, value: Floats) -> Floats:
    """Values kept inside what the questionnaire can give."""
    top = {"1A": 24.0, "1B": 1.0, "1C": 12.0}.get(q.code, 100.0)
    return np.clip(value, 0.0, top)


def _deviation(q: Question, value: Floats) -> Floats:
    """The standard deviation of one answer: given for a score, 100 times the root of p(1 - p) for a percentage."""
    if q.deviation is not None:
        return np.full(len(value), q.deviation)
    return np.sqrt(np.maximum(value * (100.0 - value), 1.0))


def _rounded(value: Floats, q: Question) -> Floats:
    scale = float(10**q.decimals)
    return whole(value * scale) / scale


def _status(world: World, areas: Areas, q: Question, year: int) -> Codes:
    """Which councils have a figure: all but one in most years, the volunteers alone in 2020-21."""
    status = np.zeros(len(areas.councils), dtype=np.int8)
    if year == 2021:
        chosen = world.draws.order("volunteers", len(status))[:VOLUNTEERS]
        status[:] = MISSING
        status[chosen] = PUBLISHED
    if year == 2025 and not q.carers:
        absent = areas.owner[world.plays("no-survey")]
        status[absent] = MISSING
    return status
