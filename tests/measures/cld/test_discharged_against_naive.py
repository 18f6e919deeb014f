"""2D against a plain rewrite of CLD.md 5.3, by loops over dicts, on people whose days all lie beside one another.

The rewrite shares nothing with the calculator but the numbers of listed values and the shapes of its inputs. Where the
specification is silent both read it so: a stay without sex has that of the records, and with 2D_AREA_MISMATCH off a
spell that is linked to two stays of one day counts where the person lived in the one that began first.

For more people than the suite tries, raise MANY or add SEEDS: 3,000 take half a minute.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from evenhand.facts.cld.codes import ClientType, Component, EventType, ServiceType
from evenhand.measures.cld import discharged, figures, tables
from evenhand.measures.cld.engines import DuckDb
from evenhand.measures.cld.logic import Period
from evenhand.measures.cld.options import Options
from evenhand.sources.cld.discharges import DISCHARGES

YEAR = Period(dt.date(2024, 4, 1), dt.date(2025, 3, 31))
MANY = 700  # people
SEEDS = (1, 4)
COUNCILS = ("A", "B", "C")
OPTIONS = {
    "official": Options(),
    "area": Options(m2d_area_mismatch=False),
    "blank codes": Options(sus_null_code_excludes=False),
    "calendar": Options(age_365_25=False),
}

Row = dict[str, Any]
Inputs = tuple[list[Row], list[Row], list[Row]]  # MAIN, PEOPLE, DISCHARGES
Counts = dict[tuple[str, str, str], tuple[int, int]]
DAY = dt.timedelta(days=1)
FAR = dt.date(9999, 1, 1)
SPECIALTIES = {
    "199", "223", "290", "291", "331", "344", "345", "346", "424", "499", "501", "504", "560", "660", "661", "662",
    "840", "920",
}  # fmt: skip


def _age(birth: dt.date | None, at: dt.date, options: Options) -> int:
    if birth is None:
        return -1
    if options.age_365_25:
        return (at - birth).days * 100 // 36525
    return at.year - birth.year - (at.month < birth.month)


def _clusters(rows: list[Row]) -> list[tuple[str, int, dt.date]]:
    """(council, person, first day) of each spell of reablement."""
    own: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        kind = (row["event"], row["service"], row["component"])
        if kind == (EventType.SERVICE, ServiceType.ST_MAX, Component.REABLEMENT):
            own[row["la"], row["person"]].append(row)
    out = []
    for (la, person), services in own.items():
        latest = None
        for row in sorted(services, key=lambda row: (row["start"], row["end"] or FAR)):
            if latest is None or (row["start"] - latest).days > 7:
                out.append((la, person, row["start"]))
            latest = max(latest or row["end"] or FAR, row["end"] or FAR)
    return out


def _counted(stay: Row, rows: list[Row], options: Options) -> bool:
    """Whether part 2 is out of this stay. rows: of its person."""
    codes = [stay[name] for name in ("admission_method", "discharge_method", "destination", "treatment")]
    if options.sus_null_code_excludes and None in codes:
        return False
    way_in, way_out, to, treatment = codes
    return bool(
        stay["last"] and stay["admission"] < stay["discharge"] and stay["admission"] >= dt.date(2023, 4, 1)
        and YEAR.start <= stay["discharge"] <= YEAR.end and stay["pseudonym"] and stay["la"]
        and _age(stay["birth"], stay["discharge"], options) >= 65
        and way_in not in ("31", "32", "82", "83") and way_out not in ("4", "5")
        and to not in ("49", "50", "51", "52", "79", "87", "88")
        and treatment not in SPECIALTIES and not (treatment or "").startswith(("65", "7"))
        and not _held(rows, stay["admission"], ServiceType.NURSING, ServiceType.RESIDENTIAL, ServiceType.PRISON)
    )  # fmt: skip


def _held(rows: list[Row], day: dt.date, *services: ServiceType) -> bool:
    return any(row["service"] in services and row["start"] <= day <= (row["end"] or FAR) for row in rows)


def _again(stay: Row, options: Options) -> bool:
    """Whether a stay is an emergency of the period or after it."""
    way_out = stay["discharge_method"] != "5" if stay["discharge_method"] else not options.sus_null_code_excludes
    emergency = stay["management"] in ("EM", "NE") and way_out
    return bool(
        stay["last"] and stay["admission"] < stay["discharge"] and emergency and stay["admission"] >= YEAR.start
    )


def plain(main: list[Row], people: list[Row], discharges: list[Row], options: Options) -> Counts:
    """(numerator, denominator) by council, part and group; the total too."""
    known = {(one["la"], one["person"]): one for one in people}
    rows = [
        row for row in main
        if row["client"] == ClientType.SERVICE_USER and row["start"] <= (row["end"] or FAR)
        and (known[row["la"], row["person"]]["death"] or FAR) >= YEAR.start
    ]  # fmt: skip
    of: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of[row["person"]].append(row)
    every = [stay | {"person": int(stay["pseudonym"][1:]) if stay["pseudonym"] else None} for stay in discharges]
    out = [stay for stay in every if _counted(stay, of[stay["person"]], options)]
    inside: dict[tuple[str, str, str], set[Any]] = defaultdict(set)
    counted: dict[tuple[str, str, str], set[Any]] = defaultdict(set)
    for stay in out:
        for group in _groups(stay, stay["sex"], of[stay["person"]], options):
            inside[stay["la"], "2", group].add(stay["spell"])
    for la, person, begins in _clusters(rows):
        near = [
            stay["discharge"] for stay in out
            if stay["person"] == person and begins - 7 * DAY <= stay["discharge"] <= begins + 3 * DAY
            and stay["admission"] <= begins
        ]  # fmt: skip
        if not near:
            continue
        left = max(near)
        until = left + 84 * DAY
        died = left <= (known[la, person]["death"] or FAR) <= until
        back = any(
            stay["person"] == person and _again(stay, options)
            and stay["admission"] > begins and left < stay["admission"] <= until
            for stay in every
        )  # fmt: skip
        homes = (ServiceType.NURSING, ServiceType.RESIDENTIAL)
        moved = any(row["service"] in homes and left <= row["start"] <= until for row in of[person])
        linked = [stay for stay in out if stay["person"] == person and stay["discharge"] == left]
        first = min((s for s in linked if s["admission"] <= begins), key=lambda s: (s["admission"], s["spell"]))
        area = la if options.m2d_area_mismatch else first["la"]
        for stay in linked:
            sex = stay["sex"] or known[la, person]["gender"]
            for group in _groups(stay, sex, of[person], options):
                inside[la, "1", group].add((la, person, begins))
                counted[area, "2", group].add((la, person, begins))
                if not (died or back or moved):
                    counted[la, "1", group].add((la, person, begins))
    return {key: (len(counted[key]), len(inside[key])) for key in {*inside, *counted}}


def _groups(stay: Row, sex: int | None, rows: list[Row], options: Options) -> list[str]:
    years = _age(stay["birth"], stay["discharge"], options)
    age = "65-74" if years < 75 else "75-84" if years < 85 else "85+"
    finer = [age, *{1: ["Male"], 2: ["Female"]}.get(sex or 0, [])]
    supported = _held(rows, stay["admission"], ServiceType.COMMUNITY)
    client = "In community support" if supported else "Not in long-term support"
    return ["Total", client, *finer, *(f"{client}: {one}" for one in finer)]


def _messy(seed: int, many: int) -> Inputs:
    """People with reablement, stays in hospital and support near one another, some of them known to two councils."""
    rng = random.Random(seed)
    main: list[Row] = []
    people: list[Row] = []
    stays: list[Row] = []
    for person in range(1, many + 1):
        # On 1 March 2025 who was born in March 1960 is 65 by the calendar, and 64 by days over 365.25.
        begins = rng.choice((YEAR.start, YEAR.end, dt.date(2024, 10, 1), dt.date(2025, 3, 1)))
        begins += rng.choice((-9, -3, 0, 0, 4)) * DAY
        birth = rng.choice((dt.date(1940, 3, 1), dt.date(1949, 9, 1), dt.date(1939, 10, 1), dt.date(1960, 3, 1)))
        councils = rng.sample(COUNCILS, rng.choice((1, 1, 2)))
        for la in councils:
            died = begins + rng.choice((-200, 0, 70, 84, 85, 90)) * DAY if rng.random() < 0.15 else None
            people.append({"la": la, "person": person, "gender": rng.choice((1, 2, 4)), "death": died})
            main += [{"la": la, "person": person, **row} for row in _support(rng, begins)]
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            stays.append(_stay(rng, begins, birth) | {"la": rng.choice((*councils, *councils, None))})
        if stays and rng.random() < 0.2:  # two stays that end on one day
            stays.append(stays[-1] | {"admission": stays[-1]["admission"] - rng.choice((0, 1, 30)) * DAY})
        for _ in range(rng.choice((0, 0, 1))):
            again = begins + rng.choice((0, 1, 40, 78, 84, 87, 91)) * DAY
            back = {"admission": again, "discharge": again + rng.choice((0, 1)) * DAY, "management": "EM"}
            stays.append(_stay(rng, begins, birth) | back | {"la": councils[0]})
        for stay in stays:
            stay.setdefault("pseudonym", f"N{person}" if rng.random() < 0.97 else None)
    for number, row in enumerate(main, start=1):
        row["record"] = number
    return main, people, [stay | {"spell": f"S{number}"} for number, stay in enumerate(stays)]


def _support(rng: random.Random, begins: dt.date) -> list[Row]:
    user: Row = {"event": EventType.SERVICE, "client": ClientType.SERVICE_USER}
    over = rng.choice((0, 7, 20))
    out = [
        user | {
            "service": ServiceType.ST_MAX, "component": rng.choice((*[Component.REABLEMENT] * 6, None)),
            "start": begins, "end": rng.choice((begins + over * DAY, begins + over * DAY, None)),
        }
    ]  # fmt: skip
    if rng.random() < 0.3:
        start = begins + (over + rng.choice((1, 7, 8))) * DAY
        out.append(out[0] | {"start": start, "end": start + rng.choice((-1, 0, 5)) * DAY})
    if rng.random() < 0.6:
        start = begins + rng.choice((-400, -12, -5, -4, 0, 20, 80, 84, 88)) * DAY
        out.append(
            user | {
                "service": rng.choice((1, 2, *[3] * 6, 4)), "component": None, "start": start,
                "end": rng.choice((None, start + rng.choice((0, 8, 395)) * DAY)),
                "event": rng.choice((*[EventType.SERVICE] * 9, EventType.REVIEW)),
                "client": rng.choice((*[ClientType.SERVICE_USER] * 9, ClientType.CARER)),
            }
        )  # fmt: skip
    return out


def _stay(rng: random.Random, begins: dt.date, birth: dt.date) -> Row:
    left = begins + rng.choice((-8, -7, -1, 0, 2, 3, 4)) * DAY
    usual: Row = {
        "last": True, "discharge": left, "admission": left - rng.choice((0, 1, 4, 4, 4, 600)) * DAY, "birth": birth,
        "sex": rng.choice((1, 2, None)), "admission_method": "21", "discharge_method": "1", "destination": "19",
        "management": "1P", "treatment": "300",
    }  # fmt: skip
    odd: Row = {
        "last": False, "birth": None, "admission_method": rng.choice(("31", "82", None)),
        "discharge_method": rng.choice(("4", "5", None)), "destination": rng.choice(("51", "88", None)),
        "treatment": rng.choice(("501", "655", "710", None)),
    }  # fmt: skip
    name = rng.choice(list(odd))
    return usual | ({name: odd[name]} if rng.random() < 0.2 else {})


def _table(rows: Sequence[Row], schema: tables.Schema) -> ir.Table:
    shape = ibis.schema(schema).to_pyarrow()
    columns = {name: pa.array([row.get(name) for row in rows], shape.field(name).type) for name in schema}
    return ibis.memtable(pa.table(columns, shape))


def _real(duck: DuckDb, given: Inputs, options: Options) -> Counts:
    main, people, stays = given
    ids = [{"person": one, "pseudonym": f"N{one}"} for one in sorted({row["person"] for row in people})]
    inputs = (
        duck.keep("main", _table(main, tables.MAIN)), duck.keep("people", _table(people, tables.PEOPLE)),
        duck.keep("ids", _table(ids, tables.IDS)), duck.keep("stays", _table(stays, DISCHARGES)),
    )  # fmt: skip
    decided = duck.keep("decided", discharged.after_hospital(*inputs, YEAR, options))
    found = [one for one in figures.add_up(decided, COUNCILS) if one.measure == "2D"]
    found += discharged.by_group(*inputs, YEAR, options, COUNCILS)
    return {(one.council, one.part, one.group): (one.numerator or 0, one.denominator or 0) for one in found}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OPTIONS)
def test_the_plain_rewrite_agrees_on_every_group(duck: DuckDb, name: str, seed: int) -> None:
    given = _messy(seed, MANY)
    ours, theirs = plain(*given, OPTIONS[name]), _real(duck, given, OPTIONS[name])
    assert len(ours) >= 100, "nearly every group of every council should hold somebody"
    apart = {key: (ours.get(key, (0, 0)), one) for key, one in theirs.items() if ours.get(key, (0, 0)) != one}
    assert apart == {}


@pytest.mark.parametrize("name", list(OPTIONS)[1:])
def test_the_people_are_messy_enough_that_each_option_changes_a_figure(name: str) -> None:
    given = _messy(1, MANY)
    assert plain(*given, OPTIONS[name]) != plain(*given, OPTIONS["official"])
