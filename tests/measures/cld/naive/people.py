"""The latest details of each person (CLD.md 4), by plain loops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import Accommodation, ClientType, Component, EventType, Reason, ServiceType
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from tests.measures.cld.naive.logic import Person, Row, grouped, until

# What counts as unknown besides a blank, and what comes of it.
ATTRIBUTES: dict[str, tuple[set[int], int]] = {
    "gender": ({0, codes.Gender.UNKNOWN}, codes.Gender.UNKNOWN),
    "employment": ({0, codes.Employment.UNKNOWN}, codes.Employment.UNKNOWN),
    "funding": ({0, codes.Funding.UNKNOWN}, codes.Funding.UNKNOWN),
    "psr": ({0, Reason.UNKNOWN, Reason.UNPAID_CARER}, Reason.UNKNOWN),
    "has_carer": ({0, codes.YesNo.UNKNOWN}, codes.YesNo.UNKNOWN),
    "accommodation": ({0, Accommodation.UNKNOWN}, Accommodation.UNKNOWN),
}
# Unknown values that stand when nothing better is said.
STANDS = {"employment": {0}, "psr": {0, Reason.UNPAID_CARER}}
SETTLED = {*range(1, 10), Accommodation.PRESUMED_AT_HOME}
TELLING = {
    Component.SHARED_LIVES: Accommodation.SHARED_LIVES,
    Component.EXTRA_CARE: Accommodation.SHELTERED_OR_EXTRA_CARE,
    Component.SUPPORTED_LIVING: Accommodation.SUPPORTED,
    Component.HOME_SUPPORT: None,
}


def people(main: Iterable[Row], period: Period, options: Options) -> dict[tuple[str, str], Person]:
    """PEOPLE by (council, person id)."""
    main = list(main)
    cared_for = _cared_for(main, period)
    out = {}
    for (la, who), rows in grouped(main, lambda row: (row["la"], row["person_id"])).items():
        person: Person = {name: _latest(rows, name) for name in ATTRIBUTES}
        person["ethnicity"] = _ethnicity(rows)
        person["birth"] = _birth(rows)
        person["death"] = _death(rows, options)
        if person["accommodation"] == Accommodation.UNKNOWN:
            person["accommodation"] = _inferred(rows)
        person["settled"] = 1 if person["accommodation"] in SETTLED else 0
        if any((la, row["la_person"]) in cared_for for row in rows):
            person["has_carer"] = codes.YesNo.YES
        out[la, who] = person
    return out


def _recency(row: Row) -> tuple[dt.date, dt.date, dt.date]:
    return (row["ref_end"], until(row), row["start"])


def _latest(rows: list[Row], name: str) -> int:
    """4.1: known before unknown, then the latest; a conflict is unknown, and a blank beside a value is one."""
    unknown, otherwise = ATTRIBUTES[name]

    def key(row: Row) -> tuple[bool, tuple[dt.date, dt.date, dt.date]]:
        return (row[name] is not None and row[name] not in unknown, _recency(row))

    best = max(key(row) for row in rows)
    values = {row[name] for row in rows if key(row) == best}
    if len(values) > 1 or values == {None}:
        return otherwise
    value: int = values.pop()
    return otherwise if value in unknown and value not in STANDS.get(name, set()) else value


def _ethnicity(rows: list[Row]) -> int:
    def rank(row: Row) -> int:
        if row["ethnicity"] in (None, 0, codes.Ethnicity.NOT_KNOWN):
            return 0
        return 1 if row["ethnicity"] == codes.Ethnicity.REFUSED else 2

    best = max((rank(row), _recency(row)) for row in rows)
    values = {row["ethnicity"] for row in rows if (rank(row), _recency(row)) == best}
    return values.pop() if len(values) == 1 and best[0] > 0 else codes.Ethnicity.NOT_KNOWN


def _birth(rows: list[Row]) -> dt.date | None:
    """4.2: of the latest reference period that has any, the earliest."""
    known = [row for row in rows if row["birth_year"] is not None and row["birth_month"] is not None]
    if not known:
        return None
    latest = max(row["ref_end"] for row in known)
    year, month = min((row["birth_year"], row["birth_month"]) for row in known if row["ref_end"] == latest)
    return dt.date(year, month, 1)


def _death(rows: list[Row], options: Options) -> dt.date | None:
    """4.2: a date once submitted stays (DEATH_STICKY), else what the latest reference period says."""
    pool = [row for row in rows if row["death"] is not None] if options.death_sticky else rows
    if not pool:
        return None
    latest = max(row["ref_end"] for row in pool)
    return max((row["death"] for row in pool if row["ref_end"] == latest and row["death"] is not None), default=None)


def _inferred(rows: list[Row]) -> int:
    """4.3: where somebody lives, from their latest services."""
    services = [row for row in rows if row["event"] == EventType.SERVICE]
    if not services:
        return Accommodation.UNKNOWN

    def key(row: Row) -> tuple[dt.date, int, bool, dt.date]:
        return (until(row), -_rank(row["service"]), row["component"] in TELLING, row["start"])

    best = max(key(row) for row in services)
    tied = [row for row in services if key(row) == best]
    kinds = {row["service"] for row in tied if _rank(row["service"]) < 99}
    components = {row["component"] for row in tied if row["component"] in TELLING}
    kind = kinds.pop() if len(kinds) == 1 else None
    component = components.pop() if len(components) == 1 else None
    if kind == ServiceType.NURSING:
        return Accommodation.NURSING_HOME
    if kind == ServiceType.RESIDENTIAL:
        return Accommodation.CARE_HOME
    if component is not None and TELLING[component] is not None:
        return TELLING[component]  # type: ignore[return-value]
    if kind == ServiceType.COMMUNITY:
        return Accommodation.PRESUMED_IN_COMMUNITY if component is None else Accommodation.PRESUMED_AT_HOME
    return Accommodation.PRISON if kind == ServiceType.PRISON else Accommodation.UNKNOWN


def _rank(service: int | None) -> int:
    return service if service in range(1, 8) else 99  # type: ignore[return-value]


def _cared_for(main: list[Row], period: Period) -> set[tuple[str, str]]:
    """4.4: council's ids that an unpaid carer of the same council names, in the period."""
    out = set()
    for row in main:
        carer = row["client"] in (ClientType.CARER, ClientType.CARER_BY_ASSOCIATION)
        if carer and until(row) >= period.start and row["start"] <= period.end:
            out |= {(row["la"], row[link]) for link in ("link1", "link2", "link3") if row[link] is not None}
    return out
