"""ASCOF 2B, 2C, 2E and 3D of one person in one council (CLD.md 5.2, 5.4 to 5.6), by plain loops.

Each gives (part, age, in the denominator, in the numerator); "in neither" is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.facts.cld.codes import (
    Accommodation,
    ClientType,
    Component,
    EventType,
    Mechanism,
    Outcome,
    Reason,
    ServiceType,
)
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from tests.measures.cld.naive.logic import (
    LONG_TERM,
    MEETINGS,
    Person,
    Row,
    age,
    alive,
    band,
    days,
    in_period,
    valid_dates,
)

Part = tuple[str, int | None, bool, bool]
CARE_HOMES = (ServiceType.NURSING, ServiceType.RESIDENTIAL)
LONG_STAYS = (Component.LONG_TERM_NURSING, Component.LONG_TERM_RESIDENTIAL)
CARER_TYPES = (ServiceType.CARER_DIRECT, ServiceType.CARER_INVOLVING_PERSON)


def admitted(rows: list[Row], person: Person, period: Period, options: Options) -> Iterator[Part]:
    """2B or 2C ("2B" and "2C" for a part): newly in a care home in the year."""
    if person["birth"] is None or not alive(person, period.start):
        return
    stays = [row for row in rows if _stay(row, options)]
    ages = []
    for row in stays:
        if not period.start <= row["start"] <= period.end or row["outcome"] == Outcome.SELF_FUNDED:
            continue
        before = [
            other
            for other in stays
            if other["start"] < row["start"]
            and (other["end"] is None or days(other["end"], row["start"]) < options.m2bc_return_days)
        ]
        years = age(person["birth"], row["start"], options)
        if not before and years is not None and years >= 18:
            ages.append(years)
    if ages:
        part = "2B" if min(ages) < 65 else "2C"
        yield part, min(ages), False, True


def _stay(row: Row, options: Options) -> bool:
    long = row["component"] in LONG_STAYS
    if row["component"] is None:
        long = options.m2bc_null_component == "admit_null"
    service = row["event"] == EventType.SERVICE and row["client"] == ClientType.SERVICE_USER
    return bool(service and row["service"] in CARE_HOMES and long)


def at_home(rows: list[Row], person: Person, period: Period, options: Options) -> Iterator[Part]:
    """2E: living at home or with family, of those with long-term support in the year."""
    built = [
        row
        for row in rows
        if row["client"] == ClientType.SERVICE_USER
        and row["event"] == EventType.SERVICE
        and row["service"] in LONG_TERM
        and valid_dates(row)
        and in_period(row, period)
    ]
    if not built or not alive(person, period.start):
        return
    last = max(min(row["end"] or period.end, period.end) for row in built)
    years = age(person["birth"], last if options.m2e_age_at_last_service else period.end, options)
    group = band(years)
    if group not in ("18-64", "65+"):
        return
    if person["accommodation"] == Accommodation.UNKNOWN and not options.m2e_unknown_accom_in_denom:
        return
    if group == "18-64" and person["psr"] == Reason.LEARNING_DISABILITY:
        yield "1", years, True, person["settled"] == 1
    yield "2a" if group == "18-64" else "2b", years, True, person["settled"] == 1


def clients(rows: list[Row], person: Person, period: Period, options: Options) -> Iterator[Part]:
    """3D 1a and 2a: who holds the money, on the last day."""
    ranks = [
        _client_rank(row)
        for row in rows
        if row["service"] in LONG_TERM
        and row["client"] == ClientType.SERVICE_USER
        and (options.m3d_event_type_not_tested or row["event"] == EventType.SERVICE)
        and valid_dates(row)
        and row["start"] <= period.end
        and (row["end"] is None or row["end"] >= period.end)
    ]
    years = age(person["birth"], period.end, options)
    if not ranks or not alive(person, period.end) or band(years) is None:
        return
    best = min(ranks)
    if best in (3, 4, 5, 6):
        yield "1a", years, True, best in (3, 4)
        yield "2a", years, True, best == 3


def _client_rank(row: Row) -> int:
    if row["service"] in CARE_HOMES:
        return 1 if row["service"] == ServiceType.NURSING else 2
    mechanism = row["mechanism"]
    if row["component"] == Component.DIRECT_PAYMENT:
        mechanism = Mechanism.DIRECT_PAYMENT
    if row["service"] == ServiceType.COMMUNITY:
        return {Mechanism.DIRECT_PAYMENT: 3, Mechanism.MANAGED_BUDGET: 4, Mechanism.COMMISSIONED: 5}.get(mechanism, 6)
    return {Mechanism.MANAGED_BUDGET: 7, Mechanism.COMMISSIONED: 8}.get(mechanism, 9)


def carers(rows: list[Row], person: Person, period: Period, options: Options) -> Iterator[Part]:
    """3D 1b and 2b: the same for unpaid carers, at any time in the year."""
    ranks = []
    for row in rows:
        carer = row["client"] in (ClientType.CARER, ClientType.CARER_BY_ASSOCIATION)
        if not carer or not valid_dates(row) or not in_period(row, period):
            continue
        untyped = row["service"] is None and (row["outcome"] == Outcome.INFORMATION or row["event"] in MEETINGS)
        if row["service"] in CARER_TYPES or untyped:
            rank = _carer_rank(row, options)
            ranks += [rank] if rank is not None else []
    years = age(person["birth"], period.end, options)
    if not ranks or not alive(person, period.start) or band(years) is None:
        return
    best = min(ranks)
    if best in (1, 2, 3):
        yield "1b", years, True, best in (1, 2)
        yield "2b", years, True, best == 1


def _carer_rank(row: Row, options: Options) -> int | None:
    if row["service"] == ServiceType.CARER_DIRECT:
        if row["mechanism"] == Mechanism.DIRECT_PAYMENT or row["component"] == Component.DIRECT_PAYMENT:
            return 1
        # A blank component is neither "direct payment" nor "not direct payment".
        if row["component"] is not None or options.m3d_carer_null_component == "treat_null_as_not_dp":
            return {Mechanism.MANAGED_BUDGET: 2, Mechanism.COMMISSIONED: 3}.get(row["mechanism"], 4)
    if row["service"] == ServiceType.CARER_INVOLVING_PERSON:
        return 6
    if row["event"] in MEETINGS:
        return 5 if row["outcome"] == Outcome.INFORMATION else 6
    return 5 if row["event"] == EventType.REQUEST else None
