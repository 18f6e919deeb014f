"""Small councils for the tables of long-term support, made so that most rows stand on some rule's edge.

Everything comes from one seed. A council has one to three people, some of them known next door too; a row may lack its
NHS number, so that whose it is hangs on the others.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from evenhand.facts.cld.codes import ClientType, Component, EventType, Mechanism, Outcome, Reason, ServiceType
from evenhand.measures.cld import tables
from evenhand.measures.cld.logic import Period

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
YEAR_BEFORE = dt.date(2024, 3, 31)  # of the last day: a chain must have begun before it
LONG = (ServiceType.NURSING, ServiceType.RESIDENTIAL, *[ServiceType.COMMUNITY] * 3, ServiceType.PRISON)
OF_CARERS = (*[ServiceType.CARER_DIRECT] * 3, ServiceType.CARER_INVOLVING_PERSON, None, None)
# First days of birth months, by what they make of somebody on the last day: 17, 18, 25, 26, 64, 65, 84 and 85.
BIRTHS = (
    (2007, 4), (2007, 3), (1999, 4), (1999, 3), (1985, 6), (1985, 6), (1960, 4), (1960, 3), (1950, 1), (1940, 4),
    (1940, 3), (None, None), (1970, None), (None, 5),
)  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True)
class Council:
    """A council's RECORDS and SUBMISSIONS as dicts."""

    name: str
    rows: tuple[Row, ...]
    submissions: tuple[Row, ...]

    def told(self) -> str:
        """Every row by its cells that hold something."""
        lines = [f"{self.name}: {[(one['submission'], one['stated_start']) for one in self.submissions]}"]
        lines += [", ".join(f"{n}={v}" for n, v in row.items() if v is not None) for row in self.rows]
        return "\n".join(lines)


def councils(seed: int, many: int) -> list[Council]:
    """So many councils of a seed; a council is the same however many are asked for."""
    return [_council(random.Random(f"{seed}/{place}"), place) for place in range(1, many + 1)]


def _council(rng: random.Random, place: int) -> Council:
    name = f"c{place:05}"
    submissions = _submissions(rng, name, place)
    rows = []
    for number in range(rng.choice((1, 1, 2, 3))):
        # Council 2k and 2k + 1 share some people's NHS numbers.
        next_door = rng.random() < 0.4
        nhs = f"N{place // 2 if next_door else place}-{number}"
        shared = rng.random() < 0.2  # an id that the council next door uses too
        base = {"la": name, "nhs": nhs, "la_person": f"P{place // 2 if shared else place}-{rng.choice((number, 0))}"}
        theme = rng.choice(("user", "user", "learning", "chain", "carer", "carer", *["learning"] * 6 * next_door))
        birth = rng.choice(BIRTHS)
        made = [_row(rng, base, theme, birth) for _ in range(rng.choice((1, 2, 2, 3, 4, 5)))]
        made += _chain(rng, base, birth) if theme == "chain" else []
        for row, before in zip(made[1:], made, strict=False):
            if rng.random() < 0.4:  # of rows that start the same day the finer rules must choose
                row["start"] = before["start"]
        rows += [row | {"submission": one["submission"]} for one in submissions for row in made if rng.random() < 0.9]
    rng.shuffle(rows)
    return Council(name, tuple(row | {"record": place * 1000 + n} for n, row in enumerate(rows, 1)), submissions)


def _submissions(rng: random.Random, name: str, place: int) -> tuple[Row, ...]:
    out = []
    for number in range(rng.choice((1, 1, 2))):
        start, end = rng.choice(((YEAR.start, YEAR.end), (dt.date(2023, 4, 1), YEAR.end), (YEAR.start, YEAR.end)))
        if rng.random() < 0.15:
            start, end = rng.choice(((dt.date(2024, 4, 2), end), (start, dt.date(2025, 3, 30))))
        hour = rng.choice((0, 9, 9, 9 * 24, 9 * 24, 20 * 24, 20 * 24, 45 * 24))
        imported = dt.datetime(2025, 3, 31) + dt.timedelta(hours=hour, minutes=number)  # noqa: DTZ001
        out.append(
            {
                "submission": place * 10 + number, "la": name, "stated_start": start, "stated_end": end,
                "imported": imported,
            }
        )  # fmt: skip
    return tuple(out)


def _day(rng: random.Random) -> dt.date:
    """On or beside a day that a rule turns on."""
    near = rng.choice((YEAR.start, YEAR.end, YEAR_BEFORE, dt.date(2024, 9, 1)))
    return near + dt.timedelta(days=rng.choice((-2, -1, -1, 0, 0, 0, 1, 1, 2, 40)))


def _row(rng: random.Random, base: Row, theme: str, birth: tuple[int | None, int | None]) -> Row:
    row: Row = dict.fromkeys(tables.RECORDS) | base
    year, month = birth if rng.random() < 0.9 else rng.choice(BIRTHS)
    carer = theme == "carer"
    client = ClientType.CARER if carer else ClientType.SERVICE_USER
    start = _day(rng)
    end = rng.choice((None, None, _day(rng), start + dt.timedelta(days=rng.choice((-1, 0, 1, 30, 365)))))
    psr = Reason.LEARNING_DISABILITY if theme == "learning" else rng.choice((2, 7, 8))
    row |= {
        "birth_year": year, "birth_month": month, "start": start, "end": end,
        "client": rng.choice((*[client] * 9, ClientType.CARER_BY_ASSOCIATION, 0, None)),
        "event": rng.choice((*[EventType.SERVICE] * (3 if carer else 9), *EventType, 0, None)),
        "service": rng.choice(OF_CARERS if carer else LONG) if rng.random() < 0.9 else rng.choice((*ServiceType, 0)),
        "mechanism": rng.choice((*Mechanism, *Mechanism, 0, None)),
        "component": rng.choice((Component.HOME_SUPPORT, Component.DIRECT_PAYMENT, None, 0)),
        "outcome": rng.choice((Outcome.INFORMATION, Outcome.INFORMATION, Outcome.DECLINED, 4, 0, None)),
        "psr": rng.choice((*[psr] * 6, 8, Reason.UNKNOWN, Reason.UNKNOWN, 0, None)),
        "gender": rng.choice((1, 1, 2, 2, 2, 3, 4, 0, None)), "ethnicity": rng.choice((1, 1, 2, 20, 21, 21, 0, None)),
        "has_carer": rng.choice((1, 1, 2, 3, 3, 0, None)), "employment": rng.choice((1, 1, 4, 7, 7, 0, None)),
        "accommodation": rng.choice((1, 1, 16, 20, 20, 0, None)),
        "death": rng.choice((*[None] * 12, _day(rng))),
    }  # fmt: skip
    row["start"] = None if rng.random() < 0.01 else start
    return _named(rng, row)


def _named(rng: random.Random, row: Row) -> Row:
    """The row, with one of its ids or none now and then."""
    chance = rng.random()
    if chance < 0.2:
        row["nhs"] = None
    if chance < 0.03 or chance > 0.9:
        row["la_person"] = None
    return row


def _chain(rng: random.Random, base: Row, birth: tuple[int | None, int | None]) -> list[Row]:
    """Services one after another, with no day, one day or two between them, and now and then one within another."""
    start = YEAR_BEFORE + dt.timedelta(days=rng.choice((-1, -1, 0, 1, -200)))
    out = []
    for _ in range(rng.choice((2, 3, 4))):
        row = _row(rng, base, "user", birth)
        row |= {"client": ClientType.SERVICE_USER, "service": rng.choice(LONG), "death": None, "start": start}
        row["end"] = rng.choice((start + dt.timedelta(days=rng.choice((0, 30, 200, 400))), None))
        if rng.random() < 0.2:
            inside = row | {"end": start + dt.timedelta(days=3), "start": start + dt.timedelta(days=1)}
            out.append(inside)
        out.append(row)
        start = (row["end"] or start) + dt.timedelta(days=rng.choice((0, 1, 1, 2)))
    return out
