"""The tables of long-term support again, by plain loops over dicts, written from the specification: CLD.md 5.7 to 5.9.

It shares nothing with the real tables but the numbers and words of listed values, the names of options and the shape of
the records. Where the specification leaves a point open, the published scripts that it restates were read:

* 3.4, "in the same build": the rows of a table after all its tests on the row, before people are put in ages.
* 5.8: somebody of two ages counts once, in the age of their latest row of the kind that counts (the script, which
  prints no ages, would count them in both); of rows that start the same day an unknown age first, then the lowest.
* 5.9: who had died before the period is out, as in the other tables. Known beats unknown among all rows of a person in
  a council; rows that differ are then unknown for each sex by itself.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, Component, EventType, Mechanism, Outcome, Reason, ServiceType
from evenhand.facts.cld.lists import lists
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options

Row = dict[str, Any]
Counts = dict[str, Counter[tuple[str, ...]]]

OPEN = dt.date(9999, 12, 31)
INVALID = "Invalid/NULL"
SETTINGS = {
    ServiceType.NURSING: "Nursing care", ServiceType.RESIDENTIAL: "Residential care",
    ServiceType.COMMUNITY: "Community", ServiceType.PRISON: "Prison",
}  # fmt: skip
MECHANISMS = {
    Mechanism.DIRECT_PAYMENT: "Direct payment", Mechanism.MANAGED_BUDGET: "CASSR managed personal budget",
    Mechanism.COMMISSIONED: "CASSR commissioned support",
}  # fmt: skip
# The rank of each setting and mechanism; None is blank.
RANKS = [
    (ServiceType.NURSING, None), (ServiceType.RESIDENTIAL, None), (ServiceType.COMMUNITY, Mechanism.DIRECT_PAYMENT),
    (ServiceType.COMMUNITY, Mechanism.MANAGED_BUDGET), (ServiceType.COMMUNITY, Mechanism.COMMISSIONED),
    (ServiceType.COMMUNITY, None), (ServiceType.PRISON, Mechanism.MANAGED_BUDGET),
    (ServiceType.PRISON, Mechanism.COMMISSIONED), (ServiceType.PRISON, None),
]  # fmt: skip


def tables(
    records: Iterable[Row], submissions: Iterable[Row], period: Period, options: Options, as_of: dt.date | None = None
) -> Counts:
    """People by cell of each table, without the sums. records: RECORDS, submissions: SUBMISSIONS, as dicts."""
    used = chosen(submissions, period, as_of)
    rows = [dict(row) for row in records if row["submission"] in used]
    for row in rows:
        row["age"] = age(row, period.end, options)
    users = [row for row in rows if long_term_user(row)]
    day = period.end
    year = people(row for row in users if in_period(row, period) and alive(row, period.start))
    then = people(row for row in users if row["start"] <= day and ends(row) >= day and alive(row, day))
    ever = people(row for row in users if row["start"] <= day and alive(row, day))
    out: Counts = {"lts001a": Counter(), "lts001b_1": Counter(), "lts001c": Counter()}
    for name, build in (("lts001a", year), ("lts001b_1", then), ("lts001c", over_a_year(ever, day, options))):
        for band, low, high in (("18 to 64", 18, 64), ("65 and over", 65, 999)):
            aged = [row for row in build if low <= row["age"] <= high]
            for (la, _), own in by_person(aged).items():
                out[name][la, band, *one_reason(own, options, raw=name == "lts001c")] += 1
    out["lts001b_2"], out["lts001b_3"] = by_carer(then, options), by_ethnicity(then, options)
    out["lts003"] = carers(rows, period)
    learning = [row for row in users if learning_disabled(row, period)]
    out["lts004_1"] = statuses(people(learning), "employment", options)
    out["lts004_2"] = statuses(people(learning), "accommodation", options)
    return out


def chosen(submissions: Iterable[Row], period: Period, as_of: dt.date | None) -> set[int]:
    """Each council's latest submission that states the whole period and came after its end, by the day as of."""
    best: dict[str, Row] = {}
    for one in submissions:
        midnight = dt.datetime(period.end.year, period.end.month, period.end.day)  # noqa: DTZ001
        if one["stated_start"] > period.start or one["stated_end"] < period.end or one["imported"] <= midnight:
            continue
        if as_of is not None and one["imported"].date() > as_of:
            continue
        if one["la"] not in best or one["imported"] > best[one["la"]]["imported"]:
            best[one["la"]] = one
    return {one["submission"] for one in best.values()}


def age(row: Row, at: dt.date, options: Options) -> int | None:
    """Whole years from the first of the row's own birth month; None when month or year is blank."""
    if row["birth_year"] is None or row["birth_month"] is None:
        return None
    birth = dt.date(row["birth_year"], row["birth_month"], 1)
    if options.age_365_25:
        return (at - birth).days * 100 // 36525
    return at.year - birth.year - (1 if at.month < birth.month else 0)


def long_term_user(row: Row) -> bool:
    """A service user's long-term support, whatever the event type, with a start and a known birth."""
    user = row["client"] == ClientType.SERVICE_USER and row["service"] in SETTINGS
    return user and row["start"] is not None and row["age"] is not None


def ends(row: Row) -> dt.date:
    """The submitted end; far away when open."""
    end: dt.date = OPEN if row["end"] is None else row["end"]
    return end


def in_period(row: Row, period: Period) -> bool:
    """Begun by the last day, not ended before the first."""
    return row["start"] is not None and row["start"] <= period.end and ends(row) >= period.start


def alive(row: Row, at: dt.date) -> bool:
    """What the row says of a death."""
    return row["death"] is None or row["death"] >= at


def people(build: Iterable[Row]) -> list[Row]:
    """The build's rows that a person can be told of: the NHS number, else a council's id that no numbered row has."""
    rows = list(build)
    numbered = {row["la_person"] for row in rows if row["nhs"] is not None and row["la_person"] is not None}
    out = []
    for row in rows:
        if row["nhs"] is not None:
            out.append(row | {"id": row["nhs"]})
        elif row["la_person"] is not None and row["la_person"] not in numbered:
            out.append(row | {"id": row["la_person"]})
    return out


def by_person(rows: Iterable[Row], *more: str) -> dict[Any, list[Row]]:
    """Rows by council and person, and by more columns."""
    out: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        out[row["la"], row["id"], *(row[name] for name in more)].append(row)
    return out


def over_a_year(rows: list[Row], day: dt.date, options: Options) -> list[Row]:
    """Rows open on the day, of an unbroken chain that began more than a year before."""
    year_before = day.replace(year=day.year - 1)
    out = []
    for own in by_person(rows).values():
        began = last = dt.date(1, 1, 1)
        for place, row in enumerate(sorted(own, key=lambda row: (row["start"], ends(row)))):
            if place == 0 or last < row["start"] - dt.timedelta(days=1):
                began = row["start"]
            last = ends(row) if options.chain_lag_not_max or place == 0 else max(last, ends(row))
            long = began < year_before or (began == year_before and not options.lts001c_strict)
            if long and ends(row) >= day:
                out.append(row)
    return out


def setting(row: Row, options: Options) -> tuple[ServiceType, Mechanism | None]:
    """The service and its mechanism, which is blank in care homes, and where no rank knows the pair."""
    mechanism = row["mechanism"]
    if row["component"] == Component.DIRECT_PAYMENT and not options.lts_no_dp_component:
        mechanism = Mechanism.DIRECT_PAYMENT
    pair = (ServiceType(row["service"]), mechanism or None)
    return pair if pair in RANKS else (pair[0], None)


def settled(
    rows: list[Row], options: Options, value: Callable[[Row], str], known: Callable[[Row], bool], conflict: str
) -> tuple[str, str, str]:
    """One row of somebody's: the value, the setting, the mechanism."""
    lowest = min(RANKS.index(setting(row, options)) for row in rows)
    rows = [row for row in rows if RANKS.index(setting(row, options)) == lowest]
    rows = [row for row in rows if known(row)] or rows
    latest = max(row["start"] for row in rows)
    said = {value(row) for row in rows if row["start"] == latest}
    service, mechanism = RANKS[lowest]
    care_home = service in (ServiceType.NURSING, ServiceType.RESIDENTIAL)
    blank = "Not applicable" if care_home else "Not recorded"
    held = blank if mechanism is None else MECHANISMS[mechanism]
    return (said.pop() if len(said) == 1 else conflict), SETTINGS[service], held


def words(name: str, value: int | None) -> str:
    """The listed words; what is of no list, or blank, is invalid."""
    return INVALID if value is None or value == codes.INVALID else lists()[name].words(value)


def one_reason(rows: list[Row], options: Options, *, raw: bool) -> tuple[str, str, str]:
    """By primary support reason. raw: as submitted, as LTS001c prints it."""

    def value(row: Row) -> str:
        if not raw:
            return words("psr", row["psr"])
        return "Blank" if row["psr"] is None else lists()["psr"].words(row["psr"])

    return settled(rows, options, value, lambda row: row["psr"] not in (None, Reason.UNKNOWN), "Unknown")


def by_carer(rows: list[Row], options: Options) -> Counter[tuple[str, ...]]:
    """T2, at any age. A listed Unknown is not on the script's own list."""

    def value(row: Row) -> str:
        said = row["has_carer"]
        return words("yes_no", said) if said in (codes.YesNo.YES, codes.YesNo.NO) else INVALID

    def known(row: Row) -> bool:
        return row["has_carer"] not in (None, codes.YesNo.UNKNOWN)

    out: Counter[tuple[str, ...]] = Counter()
    for (la, _), own in by_person(rows).items():
        out[la, "All ages", *settled(own, options, value, known, "Unknown")] += 1
    return out


def by_ethnicity(rows: list[Row], options: Options) -> Counter[tuple[str, ...]]:
    """T3a and T3b: men, and women, by ethnicity; T3c: a headcount of the other two genders."""
    undeclared = words("ethnicity", codes.Ethnicity.NOT_KNOWN)
    out: Counter[tuple[str, ...]] = Counter()
    for sex in (codes.Gender.MALE, codes.Gender.FEMALE):
        for (la, _), own in by_person(row for row in rows if row["gender"] == sex).items():
            told = settled(
                own, options, lambda row: words("ethnicity", row["ethnicity"]),
                lambda row: row["ethnicity"] not in (None, codes.Ethnicity.NOT_KNOWN), undeclared,
            )  # fmt: skip
            out[la, words("gender", sex), *told] += 1
    others = (codes.Gender.OTHER, codes.Gender.UNKNOWN)
    for la, _ in by_person(row for row in rows if row["gender"] in others):
        out[la, "Other or Unknown", *["Not applicable"] * 3] += 1
    return out


SUPPORT = (
    "Direct payment only", "CASSR managed personal budget", "CASSR commissioned support only",
    "Support direct to carer: Unknown delivery mechanism", "Information, advice and other universal services",
    "No direct support provided to carer",
)  # fmt: skip


def carers(rows: list[Row], period: Period) -> Counter[tuple[str, ...]]:
    """LTS003: carers by the best support of the period, by mechanism alone."""
    build = []
    for row in rows:
        carer = row["client"] in (ClientType.CARER, ClientType.CARER_BY_ASSOCIATION)
        direct = row["service"] in (ServiceType.CARER_DIRECT, ServiceType.CARER_INVOLVING_PERSON)
        informed = row["service"] is None and row["outcome"] == Outcome.INFORMATION
        met = row["service"] is None and row["event"] in (EventType.ASSESSMENT, EventType.REVIEW)
        listed = row["event"] in tuple(EventType)
        if carer and listed and in_period(row, period) and alive(row, period.start) and (direct or informed or met):
            build.append(row)
    out: Counter[tuple[str, ...]] = Counter()
    for (la, _), own in by_person(people(build)).items():
        ranked = [(support(row), row) for row in own if support(row) is not None]
        if not ranked:
            continue
        best = min(rank for rank, _ in ranked if rank is not None)
        of_best = [row for rank, row in ranked if rank == best]
        latest = max(row["start"] for row in of_best)
        place = min(carer_age(row) for row in of_best if row["start"] == latest)
        out[la, "Unpaid carer", SUPPORT[best - 1], CARER_AGES[place]] += 1
    return out


def support(row: Row) -> int | None:
    """The rank of a carer's row, the first that fits."""
    if row["service"] == ServiceType.CARER_DIRECT:
        held = (Mechanism.DIRECT_PAYMENT, Mechanism.MANAGED_BUDGET, Mechanism.COMMISSIONED)
        return held.index(row["mechanism"]) + 1 if row["mechanism"] in held else 4
    if row["service"] == ServiceType.CARER_INVOLVING_PERSON:
        return 6
    if row["event"] in (EventType.ASSESSMENT, EventType.REVIEW):
        return 5 if row["outcome"] == Outcome.INFORMATION else 6
    return 5 if row["event"] == EventType.REQUEST else None


CARER_AGES = ("Unknown", "Under 18", "18 to 25", "26 to 64", "65 to 84", "85 and over")


def carer_age(row: Row) -> int:
    """The place in CARER_AGES."""
    if row["age"] is None:
        return 0
    for place, last in enumerate((17, 25, 64, 84), start=1):
        if row["age"] <= last:
            return place
    return 5


def learning_disabled(row: Row, period: Period) -> bool:
    """LTS004: a service of the period for somebody of 18 to 64 with a learning disability, by what the row says."""
    reason = row["event"] == EventType.SERVICE and row["psr"] == Reason.LEARNING_DISABILITY
    return reason and in_period(row, period) and alive(row, period.start) and 18 <= row["age"] <= 64


def statuses(rows: list[Row], column: str, options: Options) -> Counter[tuple[str, ...]]:
    """LTS004 T1 (employment) or T2a and T2b (accommodation)."""
    last = {"employment": codes.Employment.UNKNOWN, "accommodation": codes.Accommodation.UNKNOWN}[column]
    good = [row for row in rows if row[column] is not None and 1 <= row[column] <= last]
    latest: dict[Any, dt.date] = {}
    for row in good:
        who = row["id"] if options.lts004_latest_cross_la else (row["la"], row["id"])
        latest[who] = max(latest.get(who, row["start"]), row["start"])
    good_ids = {row["id"] for row in good}
    out: Counter[tuple[str, ...]] = Counter()
    for (la, who), own in by_person(good).items():
        day = latest[who if options.lts004_latest_cross_la else (la, who)]
        now = [row for row in own if row["start"] == day]
        now = [row for row in now if row[column] != last] or now
        for gender in {row["gender"] or codes.INVALID for row in now}:
            said = {row[column] for row in now if (row["gender"] or codes.INVALID) == gender}
            out[la, *status(column, said.pop() if len(said) == 1 else int(last)), words("gender", gender)] += 1
    bad = [row | {"sex": row["gender"] or codes.INVALID} for row in rows if row not in good]
    for la, _, gender in by_person((row for row in bad if row["id"] not in good_ids), "sex"):
        out[la, *status(column, None), words("gender", gender)] += 1
    return out


def status(column: str, value: int | None) -> tuple[str, str]:
    """The block and the status of a cell."""
    if column == "employment":
        return "Learning disability support", words(column, value)
    if value is None:
        return INVALID, INVALID
    return "Settled" if value in codes.SETTLED else "Unsettled", words(column, value)
