"""Small councils with records made to be nasty: most dates lie on, or a day beside, a day that some rule turns on.

Everything comes from one seed. A council has one to three people, each with a few events, most of them told again by
several submissions with something changed.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from evenhand.facts.cld.codes import (
    Accommodation,
    ClientType,
    Component,
    EventType,
    Frequency,
    Gender,
    Mechanism,
    Outcome,
    Reason,
    ServiceType,
)
from evenhand.measures.cld import tables
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.pipeline import Selection, Taken
from tests.measures.cld import rows
from tests.measures.cld.naive.logic import LONG_TERM, Row
from tests.measures.cld.naive.short_hand import APART, short_hand

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
# Reference periods of a council's submissions: one file, two, one a quarter or so, a missed quarter, periods that
# overlap, and one inside another (quirk REF_PERIOD_SPAN).
LAYOUTS = (
    "2023-04-01→2025-03-31",
    "2024-04-01→2025-03-31",
    "2023-04-01→2024-03-31 2024-04-01→2025-03-31",
    "2023-04-01→2024-06-30 2024-07-01→2024-12-31 2025-01-01→2025-03-31",
    "2023-04-01→2024-03-31 2024-07-01→2025-03-31",
    "2023-04-01→2024-09-30 2024-04-01→2025-03-31",
    "2023-04-01→2024-12-31 2024-07-01→2024-09-30 2025-01-01→2025-03-31",
)
FIRST, LAST = dt.date(2023, 1, 1), dt.date(2025, 5, 1)
STEPS = (0, 0, 1, 6, 7, 8, 13, 14, 15, 30, 60, 89, 90, 91, 92, 200, 364, 365, 366)
UNUSED = 9  # a submission that is not chosen

SHORT_TERM = (ServiceType.ST_MAX, ServiceType.LOW_LEVEL, ServiceType.OTHER_SHORT_TERM)
ODD_COMPONENTS = (None, 0, Component.EQUIPMENT, Component.DIRECT_PAYMENT, Component.SHORT_TERM_RESIDENTIAL)
COMPONENTS = {
    "home": (Component.HOME_SUPPORT, Component.DAY_SUPPORT, Component.DIRECT_PAYMENT, Component.SHARED_LIVES,
             Component.SUPPORTED_LIVING, Component.EXTRA_CARE, None),
    "care home": (Component.LONG_TERM_NURSING, Component.LONG_TERM_RESIDENTIAL, Component.SHORT_TERM_NURSING, None),
    "reablement": (Component.REABLEMENT, Component.REABLEMENT, Component.EQUIPMENT, Component.SHORT_TERM_RESIDENTIAL),
    "carer": (Component.CARER_RESPITE, Component.DIRECT_PAYMENT, None, None),
}  # fmt: skip
KINDS = {
    "home": (ServiceType.COMMUNITY, ServiceType.COMMUNITY, ServiceType.PRISON, ServiceType.RESIDENTIAL),
    "care home": (ServiceType.RESIDENTIAL, ServiceType.NURSING),
    "reablement": (ServiceType.ST_MAX, ServiceType.ST_MAX, ServiceType.ST_MAX, *SHORT_TERM, *sorted(LONG_TERM)),
    "carer": (ServiceType.CARER_DIRECT, ServiceType.CARER_DIRECT, ServiceType.CARER_INVOLVING_PERSON),
}
ENDINGS = (*Outcome, Outcome.ENDED_AS_PLANNED, Outcome.INFORMATION, Outcome.SELF_FUNDED, None, None, 0)
THEMES = ("home", "home", "care home", "reablement", "reablement", "blocked", "carer", "carer", "mixed")
# What a later file, or a tie, may say otherwise.
CHANGES = (
    "end", "end", "mechanism", "component", "outcome", "outcome", "service", "client", "conversation", "psr",
    "accommodation", "gender", "employment", "ethnicity", "funding", "has_carer", "birth_month", "birth_year", "death",
    "nhs", "la_person", "start", "event", "route_raw", "assessment_raw", "release", "unit_cost",
)  # fmt: skip


@dataclass(frozen=True)
class Council:
    """One council's records (dicts of RECORDS) and the submissions used of it."""

    name: str
    rows: tuple[Row, ...]
    taken: tuple[Taken, ...]
    single: Taken

    def without(self, place: int) -> Council:
        """The same without one row."""
        return replace(self, rows=self.rows[:place] + self.rows[place + 1 :])

    def told(self) -> str:
        """The rows in the short-hand of ``rows``, under the reference periods."""
        periods = "; ".join(f"{one.submission % APART} {one.start}→{one.end}" for one in self.taken)
        return "\n".join([f"{self.name}: submissions {periods}", *map(short_hand, self.rows)])


def councils(seed: int, many: int, first: int = 0) -> list[Council]:
    """So many councils of a seed, after the first ones; a council is the same however many are asked for."""
    places = range(first + 1, first + many + 1)
    return [_Maker(random.Random(f"{seed}/{place}"), place).council() for place in places]


def together(made: Iterable[Council]) -> tuple[list[Row], Selection]:
    """All their records, each with a record number of its own, and all their submissions, as one selection.

    A number keeps the order of a council's own rows.
    """
    records, taken, single = [], [], []
    for place, council in enumerate(made):
        shift = {one.submission: place * APART + one.submission % APART for one in council.taken}
        for row in council.rows:
            number = place * 1000 + row["record"] % 1000
            records.append(row | {"record": number, "submission": place * APART + row["submission"] % APART})
        taken += [replace(one, submission=shift[one.submission]) for one in council.taken]
        single.append(replace(council.single, submission=place * APART + council.single.submission % APART))
    return records, Selection(tuple(sorted(taken)), tuple(sorted(single)), {}, ())


def one_council(seed: int, many: int) -> tuple[list[Row], Selection]:
    """At least so many records of one council with two submissions: small councils' people, brought together."""
    records: list[Row] = []
    taken: tuple[Taken, ...] = ()
    place = 0
    while len(records) < many:
        place += 1
        made = _Maker(random.Random(f"{seed}/{place}"), place, LAYOUTS[2]).council()
        taken = tuple(replace(one, la="one", submission=one.submission % APART) for one in made.taken)
        for row in made.rows:
            own = {
                name: f"{place}-{row[name]}" for name in ("nhs", "la_person", "link1", "link2", "link3") if row[name]
            }
            numbers = {"record": len(records) + 1, "submission": row["submission"] % APART}
            records.append(row | own | numbers | {"la": "one"})
    single = Taken("one", YEAR.start, YEAR.end, taken[-1].submission)
    return records, Selection(taken, (single,), {}, ())


class _Maker:
    """One council's choices."""

    def __init__(self, rng: random.Random, place: int, layout: str | None = None) -> None:
        self.rng, self.place, self.name = rng, place, f"c{place:06}"
        spans = [rows.span(text) for text in (layout or rng.choice(LAYOUTS)).split()]
        self.taken = tuple(
            Taken(self.name, start, end or start, place * APART + number)
            for number, (start, end) in enumerate(spans, start=1)
        )
        edges = [day for one in self.taken for day in (one.start, one.end)]
        self.days = [YEAR.start, YEAR.end, *edges]
        self.edges = len(self.days)

    def council(self) -> Council:
        made = [row for number in range(self.rng.choice((1, 1, 2, 3))) for row in self.person(number)]
        self.rng.shuffle(made)
        for number, row in enumerate(made, start=1):
            row["record"] = self.place * 1000 + number
        last = max(self.taken, key=lambda one: one.end)
        single = Taken(self.name, YEAR.start, YEAR.end, last.submission)
        return Council(self.name, tuple(made), self.taken, single)

    def day(self) -> dt.date:
        """A day near one that matters, or near one already used."""
        step = self.rng.choice(STEPS) * self.rng.choice((1, -1))
        day = self.rng.choice(self.days) + dt.timedelta(days=step)
        if self.rng.random() < 0.15:
            day = day.replace(day=1)
        # Days near days would wander off to where no rule turns on them.
        if not FIRST <= day <= LAST:
            day = self.rng.choice(self.days[:2]) + dt.timedelta(days=step % 15)
        self.days.append(day)
        return day

    def person(self, number: int) -> list[Row]:
        """One person's rows. Every third or so is also known next door: the number on their card is shared."""
        rng = self.rng
        theme = rng.choice(THEMES)
        shared = rng.random() < 0.3
        base: Row = dict.fromkeys(tables.RECORDS)
        base |= {
            "la": self.name,
            "nhs": f"N{self.place // 2 if shared else self.place}-{number}",
            "la_person": rng.choice((f"p{number}", "p0", None)),
            "client": ClientType.CARER if theme == "carer" else ClientType.SERVICE_USER,
        }
        base |= {name: self.attribute(name) for name in ("gender", "ethnicity", "psr", "accommodation")}
        base |= {name: self.attribute(name) for name in ("employment", "has_carer", "funding")}
        if theme == "home" and rng.random() < 0.4:
            base["psr"] = Reason.LEARNING_DISABILITY
        del self.days[self.edges :]
        out = self.reablement(base, theme) if theme in ("reablement", "blocked") else []
        out += self.care_home(base) if theme == "care home" else []
        more = {"blocked": 0, "reablement": rng.choice((0, 0, 1, 2)), "care home": rng.choice((0, 1, 2))}
        others = more.get(theme, rng.choice((1, 2, 2, 3, 4)))
        out += [row for _ in range(others) for row in self.event(base, theme)]
        self.birth(out, self.edges)
        self.death(out, self.edges)
        return [self.written(row) for row in out]

    def reablement(self, base: Row, theme: str) -> list[Row]:
        """Reablement that ends in the year; what follows is told from its days more than from others."""
        rng = self.rng
        end = YEAR.start + dt.timedelta(days=rng.choice((0, 30, 200, 300, 364)))
        start = end - dt.timedelta(days=rng.choice((0, 1, 7, 14, 42)))
        self.days += [start, end, end, end, end] * 3
        row = base | {"event": EventType.SERVICE, "service": ServiceType.ST_MAX, "component": Component.REABLEMENT}
        row |= {"start": start, "end": end, "outcome": rng.choice((*ENDINGS, Outcome.ENDED_AS_PLANNED)), "release": 0}
        if theme == "blocked":
            row["outcome"] = rng.choice((row["outcome"], Outcome.DECLINED))
            return [each for one in (row, *self.blocked(base, start, end)) for each in self.retold(one)]
        told = [row, *(self.sequel(base, start, end) for _ in range(rng.choice((0, 0, 1, 1, 2))))]
        if rng.random() < 0.3:
            again = end + dt.timedelta(days=rng.choice((0, 1, 2, 6, 7, 7, 8, 8)))
            told.append(row | {"start": again, "end": again, "outcome": rng.choice(ENDINGS)})
        if rng.random() < 0.3:
            # Somebody who had long-term support some while before.
            before = {"start": FIRST, "end": start - dt.timedelta(days=rng.choice((1, 90, 91, 92, 200, 364, 365)))}
            told.append(row | before | {"service": rng.choice(sorted(LONG_TERM)), "component": None})
        return [each for one in told for each in self.retold(one)]

    def blocked(self, base: Row, start: dt.date, end: dt.date) -> list[Row]:
        """A review that follows but says only that support ended, and something that went on beside the reablement.

        The first keeps the reablement's own outcome out (quirk 2A_FUTURE_EVENT_BLOCKS_OWN), and the second then speaks.
        """
        after, before = end + dt.timedelta(days=3), max(start, end - dt.timedelta(days=self.rng.choice((0, 13, 14))))
        review = {"event": EventType.REVIEW, "outcome": Outcome.ENDED_AS_PLANNED, "start": end, "end": after}
        beside: Row = {"event": EventType.SERVICE, "service": ServiceType.LOW_LEVEL, "component": Component.EQUIPMENT}
        if self.rng.random() < 0.5:
            beside = {"event": EventType.ASSESSMENT, "outcome": self.rng.choice(ENDINGS)}
        return [base | {"release": 0} | each for each in (review, beside | {"start": start, "end": before})]

    def sequel(self, base: Row, start: dt.date, end: dt.date) -> Row:
        """An event begun in reablement or up to eight days after; a meeting may have ended a fortnight before."""
        rng = self.rng
        row = base | {"event": rng.choice(tuple(EventType)), "outcome": rng.choice(ENDINGS), "release": 0}
        if row["event"] == EventType.SERVICE or rng.random() < 0.1:
            row["service"] = rng.choice((*ServiceType, *SHORT_TERM, None))
            row["component"] = rng.choice((*COMPONENTS["reablement"], *COMPONENTS["home"]))
        late = end + dt.timedelta(days=rng.choice((-15, -14, -13, -1, 0, 0, 1, 6, 7, 8)))
        row["start"] = max(start, late) if rng.random() < 0.7 else start
        near = (None, end, row["start"], late, end + dt.timedelta(days=20))
        row["end"] = rng.choice(near if row["event"] == EventType.SERVICE else near[1:])
        return row

    def care_home(self, base: Row) -> list[Row]:
        """A stay from a day of the year, and another that ended some nasty while before."""
        rng = self.rng
        start = YEAR.start + dt.timedelta(days=rng.choice((0, 0, 1, 150, 364, -1)))
        before = start - dt.timedelta(days=rng.choice((1, 89, 91, 363, 364, 364, 364, 365, 365, 366)))
        began = rng.choice((before - dt.timedelta(days=30), dt.date(2023, 1, 5), start))
        row = base | {"event": EventType.SERVICE, "outcome": None, "release": 0}
        out = []
        for days in ({"start": start, "end": rng.choice((None, YEAR.end))}, {"start": began, "end": before}):
            kind = {"service": rng.choice(KINDS["care home"]), "component": rng.choice(COMPONENTS["care home"])}
            out += self.retold(row | days | kind) if rng.random() < 0.7 else []
        self.days += [start, before]
        return out or self.retold(row | {"start": start, "end": None})

    def event(self, base: Row, theme: str) -> list[Row]:
        """One event, as each of some files tells it."""
        rng = self.rng
        theme = rng.choice(tuple(KINDS)) if theme == "mixed" else theme
        row = base | {"event": EventType.SERVICE, "start": self.day(), "release": 0}
        if rng.random() < (0.35 if theme in ("reablement", "carer") else 0.12):
            row["event"] = rng.choice((EventType.REQUEST, EventType.ASSESSMENT, EventType.REVIEW))
        if row["event"] == EventType.SERVICE or rng.random() < 0.4:
            odd = rng.random() < 0.15
            row["service"] = rng.choice(KINDS[theme]) if rng.random() < 0.93 else rng.choice((None, 0))
            row["component"] = rng.choice(ODD_COMPONENTS if odd else COMPONENTS[theme])
            row["mechanism"] = rng.choice((*Mechanism, *Mechanism, None, 0))
        row["outcome"] = rng.choice(ENDINGS)
        row["end"] = self.end(row)
        if row["event"] != EventType.SERVICE and row["service"] is not None and rng.random() < 0.5:
            row["end"] = YEAR.end
        row["conversation"] = rng.choice((None, 0, 1))
        row |= {name: self.attribute(name) for name in ("unit_cost", "frequency", "units")}
        row |= {f"link{place}": rng.choice((None, None, None, "p0", "p1")) for place in (1, 2, 3)}
        return self.retold(row)

    def end(self, row: Row) -> dt.date | None:
        """Open, or a nasty while after the start; sometimes before it."""
        rng = self.rng
        if row["start"] is None or (row["event"] == EventType.SERVICE and rng.random() < 0.35):
            return None
        if rng.random() < 0.4:
            end: dt.date = row["start"] + dt.timedelta(days=rng.choice(STEPS))
        else:
            end = max(self.day(), row["start"] - dt.timedelta(days=rng.choice((0, 0, 0, 1))))
        self.days += [end, end]
        return end if rng.random() < 0.97 else None

    def retold(self, row: Row) -> list[Row]:
        rng = self.rng
        numbers = [one.submission for one in self.taken]
        told_by = [number for number in numbers if rng.random() < 0.75] or [rng.choice(numbers)]
        told_by += [rng.choice((*numbers, self.place * APART + UNUSED))] if rng.random() < 0.3 else []
        out: list[Row] = []
        for number in told_by:
            told = row | {"submission": number}
            if any(other["submission"] == number for other in out) and rng.random() < 0.7:
                # Told twice by one file: what comes last in the sort must decide.
                told |= {"outcome": rng.choice(ENDINGS), "conversation": rng.choice((None, 0, 1))}
            while rng.random() < 0.25:
                self.change(told, rng.choice(CHANGES))
            out.append(told)
        return out

    def change(self, row: Row, name: str) -> None:
        """Something told otherwise: for good in this row only."""
        rng = self.rng
        if name in ("nhs", "la_person"):
            row[name] = None
        elif name in ("end", "death"):
            row[name] = self.end(row) if name == "end" else self.day()
        elif name == "start":
            row[name] = rng.choice((None, self.day(), row[name]))
        elif name == "release":
            row[name] = 1
        elif name == "birth_month":
            row["odd_birth"] = rng.choice(("no month", "no year", "later", "earlier"))
        elif name == "birth_year":
            row["odd_birth"] = rng.choice(("none", "child", "not yet"))
        elif name in ("route_raw", "assessment_raw"):
            row[name] = rng.choice((None, 1, 2))
        elif name == "conversation":
            row[name] = rng.choice((None, 0, 1))
        else:
            row[name] = self.attribute(name)

    def attribute(self, name: str) -> Any:
        """A value, an unknown one, an invalid one or none."""
        rng = self.rng
        values: dict[str, tuple[Any, ...]] = {
            "gender": (Gender.MALE, Gender.FEMALE, Gender.OTHER, Gender.UNKNOWN),
            "ethnicity": (1, 1, 5, 20, 21),
            "psr": (Reason.LEARNING_DISABILITY, Reason.LEARNING_DISABILITY, 2, 8, Reason.UNPAID_CARER, Reason.UNKNOWN),
            "accommodation": (
                1, 3, Accommodation.CARE_HOME, *[Accommodation.UNKNOWN] * 5,
            ),
            "employment": (1, 4, 7), "has_carer": (1, 2, 3), "funding": (1, 3, 4),
            "unit_cost": (Decimal("700.00"), Decimal("-20.50"), Decimal(0)), "frequency": (2, *Frequency),
            "units": (Decimal("7.00"), Decimal("-1.25"), Decimal(0)),
            "mechanism": tuple(Mechanism), "component": (*COMPONENTS["home"], *COMPONENTS["care home"]),
            "outcome": tuple(Outcome), "service": tuple(ServiceType),
            "client": (*ClientType, ClientType.SERVICE_USER), "event": (*EventType, EventType.SERVICE),
        }  # fmt: skip
        return rng.choice(
            (*values[name], None) if name in ("unit_cost", "units") else (*values[name], *values[name], None, 0)
        )

    def birth(self, made: list[Row], first: int) -> None:
        """A birth month that makes some day of this person the end of a birthday month, or its first day."""
        rng = self.rng
        day = rng.choice([YEAR.start, YEAR.end, *self.days[first:]])
        years = rng.choice((18, 18, 65, 65, 65, 40, 80, 17, 0))
        birth = (day.year - years) * 12 + day.month - 1 + rng.choice((-1, 0, 0, 0, 1))
        known = rng.random() < 0.93
        for row in made:
            odd = row.pop("odd_birth", None)
            months = birth + {"later": 1, "earlier": -12, "child": 12 * years - 5 * 12, "not yet": 12 * 99}.get(odd, 0)
            row["birth_year"], row["birth_month"] = months // 12, months % 12 + 1
            if odd == "no month" or odd == "none" or not known:
                row["birth_month"] = None
            if odd == "no year" or odd == "none" or not known:
                row["birth_year"] = None

    def death(self, made: list[Row], first: int) -> None:
        """Every fifth person has died, on a day that matters to them; some files do not know."""
        rng = self.rng
        if rng.random() < 0.2:
            near = dt.timedelta(days=rng.choice((0, 0, 0, 1, -1, 7, 8)))
            died = rng.choice([YEAR.start, YEAR.end, *self.days[first:]]) + near
            for row in made:
                if rng.random() < 0.7:
                    row["death"] = died

    def written(self, row: Row) -> Row:
        """With raw words: those of another release are other numbers; a value of no list is one of two words."""
        release = row.pop("release")
        for raw, name in rows.RAW.items():
            value = row[name]
            row[raw] = None if value is None else int(value) * 10 + release if value else self.rng.choice((1000, 1001))
        for name, value in row.items():
            row[name] = int(value) if isinstance(value, int) else value
        return row
