"""One council's records as a table in the layout and words of the specification."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute

from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import list_of
from evenhand.measures.sample import details
from evenhand.measures.sample.carers import add_carers
from evenhand.measures.sample.chance import Chance, Ints
from evenhand.measures.sample.contacts import add_contacts, add_contacts_only, add_low_level
from evenhand.measures.sample.longterm import draw_long_term
from evenhand.measures.sample.plan import Plan
from evenhand.measures.sample.services import add_long_term
from evenhand.measures.sample.spells import add_spells, choose_led_on
from evenhand.measures.sample.tables import NONE, day
from evenhand.measures.sample.town import Town

# Fields of a person, and of an event, that hold a listed value: the field's key -> the column drawn.
PERSON_LISTS = {
    "gender": "gender", "ethnicity": "ethnicity", "client": "client", "psr": "reason", "accommodation": "accommodation",
    "employment": "employment", "has_carer": "has_carer", "autism": "autism", "visual": "visual", "hearing": "hearing",
    "dementia": "dementia", "funding": "funding",
}  # fmt: skip
EVENT_LISTS = {
    "event": "event", "outcome": "outcome", "route": "route", "assessment": "assessment", "service": "service",
    "component": "component", "mechanism": "mechanism", "frequency": "frequency", "review_reason": "review",
    "review_outcomes": "achieved",
}  # fmt: skip
HOURS = ("0-9 hours", "10-19 hours", "20-34 hours", "35-49 hours", "50 hours or more")
NEEDS = ("Yes", "No")
# What Release 1 had no word for is told by the nearest that it had.
NEAREST = {("outcome", 11): 17, ("review_reason", 8): 5}


@dataclass(frozen=True)
class Drawn:
    """One council's people and events, sorted by the council's own id of the person and by day."""

    la: str
    people: dict[str, Ints]
    events: dict[str, Ints]
    number: Ints  # the council's own number of each person
    nhs: Ints
    names: tuple[list[str], list[str]]
    postcodes: list[str]


def draw(la: str, plan: Plan, chance: Chance, period: tuple[dt.date, dt.date], first_nhs: int = 0) -> Drawn:
    """Draw one council. period: first and last day; first_nhs: how many NHS numbers other councils have used."""
    first, last = day(period[0]), day(period[1])
    year = max(first, day(_year_before(period[1])))
    if year - first < 120:
        plan = replace(plan, gone=0, contacts=plan.contacts + plan.gone)
    town = Town(chance, plan, first, year, last)
    lives = draw_long_term(town)
    led_on = choose_led_on(town, lives)
    add_long_term(town, lives, led_on)
    add_contacts(town, lives)
    add_spells(town, lives, led_on)
    add_carers(town, lives)
    add_low_level(town)
    add_contacts_only(town, plan.people - town.people.n)
    people = details.fill(chance, town.people.done(), last)
    n = town.people.n
    number = chance.order(n) + 100_000
    events = town.events.done()
    # Support that ended before the period is in no file of it.
    here = (events["event"] == 0) | (events["end"] == NONE) | (events["end"] >= first)
    events = {name: values[here] for name, values in events.items()}
    order = np.lexsort((events["start"], number[events["person"]]))
    events = {name: values[order] for name, values in events.items()}
    words = details.names(chance, 600, 2), details.names(chance, 600, 3)
    streets = details.postcodes(chance, details.STREETS)
    return Drawn(la, people, events, number, details.nhs_numbers(first_nhs, n), words, streets)


def _year_before(end: dt.date) -> dt.date:
    """The first day of the twelve months to ``end``."""
    after = end + dt.timedelta(days=1)
    return after.replace(year=after.year - 1, day=28 if (after.month, after.day) == (2, 29) else after.day)


def words_of(key: str, release: int) -> list[str]:
    """The words of a list by number, "" for 0; of Release 1 the first that it has."""
    values = list_of(key).values
    out = [""] * (max(values) + 1)
    for number, value in values.items():
        one = values[NEAREST.get((key, number), number)]
        old = one.release1[0] if one.release1 else one.words
        out[number] = value.words if release == 2 else old
    return out


def table(drawn: Drawn, stated: tuple[dt.date, dt.date], release: int) -> pa.Table:
    """The records as the specification's fifty columns. stated: the period that the file says it covers."""
    who, events = drawn.events["person"], drawn.events
    n = len(who)
    person = {name: values[who] for name, values in drawn.people.items()}
    columns: dict[str, pa.Array] = {
        "la": _same(drawn.la, n),
        "stated_start": pa.array(np.full(n, day(stated[0]), dtype=np.int32)).cast(pa.date32()),
        "stated_end": pa.array(np.full(n, day(stated[1]), dtype=np.int32)).cast(pa.date32()),
        "nhs": pa.array(drawn.nhs[who]).cast(pa.string()),
        "la_person": _ids(drawn, who),
        "first_name": _coded(person["first_name"], drawn.names[0]),
        "last_name": _coded(person["last_name"], drawn.names[1]),
        "practice_name": _coded(person["practice"], [f"{name} Surgery" for name in drawn.names[1]]),
        "practice": _coded(person["practice"], details.practice_codes()),
        "birth": _days(person["birth"]),
        "death": _days(person["death"]),
        "postcode": _coded(person["postcode"], drawn.postcodes),
        "event_reference": _references(drawn.la, n, events["event"] != 0),
        "start": _days(events["start"]),
        "end": _days(events["end"]),
        "description": pa.nulls(n, pa.string()),
        "needs": _coded(events["needs"] - 1, list(NEEDS)),
        "caring_hours": _coded(person["hours"] - 1, list(HOURS)),
        "adults_cared_for": _coded(person["caring_for"] - 1, ["1", "2", "3"]),
        **{link: _ids(drawn, person[link]) for link in ("link1", "link2", "link3")},
        "provider_name": _coded(events["provider"], [f"{drawn.names[1][i]} Care" for i in range(140)]),
        "provider": _coded(events["provider"], [f"1-99{i:07d}" for i in range(140)]),
        "unit_cost": _hundredths(events["cost"]),
        "units": _hundredths(events["units"]),
    }
    for key, name in PERSON_LISTS.items():
        columns[key] = _coded(person[name], words_of(key, release), blank=0)
    for key, name in EVENT_LISTS.items():
        columns[key] = _coded(events[name], words_of(key, release), blank=0)
    for key, event in (("assessment_method", 2), ("review_method", 4)):
        columns[key] = _coded(np.where(events["event"] == event, events["method"], 0), words_of(key, release), blank=0)
    held = fields()
    return pa.table({held[key].heading: columns[key] for key in held})


def _same(text: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), pa.array([text]))


def _coded(values: Ints, words: list[str], *, blank: int | None = None) -> pa.Array:
    """Words by number; negative numbers, and ``blank``, are blank."""
    absent = values < 0 if blank is None else values <= blank
    return pa.DictionaryArray.from_arrays(
        pa.array(np.where(absent, 0, values).astype(np.int32), mask=absent), pa.array(words, pa.string())
    )


def _days(values: Ints) -> pa.Array:
    absent = values == NONE
    return pa.array(np.where(absent, 0, values).astype(np.int32), mask=absent).cast(pa.date32())


def _hundredths(values: Ints) -> pa.Array:
    """Pence as pounds, hundredths as units: decimals of two places."""
    absent = values == NONE
    kinds, place = np.unique(np.where(absent, 0, values), return_inverse=True)
    exact = pa.array([Decimal(int(k)).scaleb(-2) for k in kinds], pa.decimal128(18, 2))
    return exact.take(pa.array(place.astype(np.int32), mask=absent))


def _ids(drawn: Drawn, who: Ints) -> pa.Array:
    """The council's own ids of people; NONE is blank."""
    absent = who == NONE
    number = pa.array(drawn.number[np.where(absent, 0, who)], mask=absent).cast(pa.string())
    return pa.compute.binary_join_element_wise(f"{drawn.la}-", number, "")


def _references(la: str, n: int, present: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    number = pa.array(np.arange(1, n + 1, dtype=np.int64), mask=~present).cast(pa.string())
    return pa.compute.binary_join_element_wise(f"{la}/E", number, "")


__all__ = ["Drawn", "draw", "table", "words_of"]
