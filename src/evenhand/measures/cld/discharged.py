"""ASCOF 2D: older people who leave hospital with reablement, and whether they are at home 84 days later.

Source: CLD.md 5.3. Worked cases W68 to W72. The hospital's word for a stay is spell too; here a *spell* is one of
reablement (as in ``reablement``) and a stay in hospital is a *discharge*.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Set
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import ClientType, Component, EventType, ServiceType
from evenhand.measures.cld.decide import valid
from evenhand.measures.cld.figures import GROUPS_2D, IN_COMMUNITY, NO_SUPPORT, OLD_AGES, SEX, Figure, within
from evenhand.measures.cld.logic import FOREVER, Period, age, band, days, or_null
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.reablement import NO_OUTCOME, spells
from evenhand.measures.cld.tables import DECISIONS, declared

FIRST_ADMISSION = dt.date(2023, 4, 1)
BEFORE, AFTER = 7, 3  # a spell may begin this many days after the discharge, or before it
AT_HOME = 84

NOT_ADMITTED_BY = ("31", "32", "82", "83")
NOT_DISCHARGED_BY = ("4", "5")
NOT_SENT_TO = ("49", "50", "51", "52", "79", "87", "88")
NOT_TREATED_BY = (
    "199", "223", "290", "291", "331", "344", "345", "346", "424", "499", "501", "504", "560", "660", "661", "662",
    "840", "920",
)  # fmt: skip
EMERGENCIES = ("EM", "NE")
CARE_HOMES = (ServiceType.NURSING, ServiceType.RESIDENTIAL)


def after_hospital(
    main: ir.Table, people: ir.Table, ids: ir.Table, discharges: ir.Table, period: Period, options: Options
) -> ir.Table:
    """Decisions of 2D(1) and 2D(2). main: MAIN. people: PEOPLE. ids: IDS. discharges: DISCHARGES of sources.cld.

    Part 1 has a row a spell of reablement (unit from 1). Part 2 has a row a linked spell, in the numerator of the
    council that gives it, and a row a discharge (unit from -1 down), in the denominator of the council of residence
    (quirk 2D_AREA_MISMATCH); of a discharged person whom the records do not know, ``person`` is NULL.
    """
    worked = _worked(main, people, ids, discharges, period, options)
    return ibis.union(
        _part_1(worked.judged), _part_2_spells(worked.judged, options),
        _part_2_discharges(worked.out, worked.linked),
    )  # fmt: skip


_Spells = defaultdict[tuple[str, str], set[tuple[str, int, int]]]


class _Worked(NamedTuple):
    """What both answers are made of. rows: of service users. out: the discharges of part 2. linked, judged: spells."""

    rows: ir.Table
    out: ir.Table
    linked: ir.Table
    judged: ir.Table


def _worked(
    main: ir.Table, people: ir.Table, ids: ir.Table, discharges: ir.Table, period: Period, options: Options
) -> _Worked:
    stays = discharges.left_join(ids, discharges["pseudonym"] == ids["pseudonym"]).select(discharges, ids["person"])
    rows = _rows(main, people, period)
    out = _counted(stays, rows, period, options)
    linked = _linked(rows, out)
    return _Worked(rows, out, linked, _judged(linked, rows, stays, people, period, options))


def by_group(
    main: ir.Table, people: ir.Table, ids: ir.Table, discharges: ir.Table, period: Period, options: Options,
    councils: Iterable[str], *, unknown: Set[str] = frozenset(),
) -> list[Figure]:  # fmt: skip
    """Figures of 2D by client group, and in each and in all by age and sex (CLD.md 5.3): the groups of ``GROUPS_2D``.

    The tables are those of ``after_hospital``. councils: every one has every group; one of ``unknown``, of which no
    submission could be used, has them without numbers. A spell is linked to every stay that ended on its discharge's
    day; if these differ in client group, age or sex it counts once in each.
    """
    worked = _worked(main, people, ids, discharges, period, options)
    out = _client_groups(worked.out, worked.rows)
    told = worked.judged.filter(worked.judged["discharge"].notnull())
    stay = out.select("person", "discharge", "client", "age", own_sex=out["sex"])
    each = told.drop("age").join(stay, ["person", "discharge"])
    spells_of = each.select(
        "person", "unit", "client", "age", "why", sex=each["own_sex"].fill_null(each["gender_known"]),
        gives=each["la"], area=each["la"] if options.m2d_area_mismatch else each["lives"],
    ).distinct()  # fmt: skip
    # Spells by council and group: all of part 1, those still at home, and those of part 2 by its own areas.
    units, home, followed = (_Spells(set) for _ in range(3))
    for row in spells_of.to_pyarrow().to_pylist():
        for group in _groups(row["client"], row["age"], row["sex"]):
            unit = (row["gives"], row["person"], row["unit"])
            units[row["gives"], group].add(unit)
            followed[row["area"], group].add(unit)
            if row["why"] == "counted":
                home[row["gives"], group].add(unit)
    left: Counter[tuple[str, str]] = Counter()
    for row in out.group_by("la", "client", "age", "sex").agg(many=out.count()).to_pyarrow().to_pylist():
        for group in _groups(row["client"], row["age"], row["sex"]):
            left[row["la"], group] += row["many"]
    made = []
    for council in sorted(councils):
        for group in GROUPS_2D:
            cell = (council, group)
            one, two = (len(home[cell]), len(units[cell])), (len(followed[cell]), left[cell])
            for part, (number, of) in (("1", one), ("2", two)):
                counts = (None, None) if council in unknown else (number, of)
                made.append(Figure(council, "2D", part, group, *counts))
    return sorted(made, key=lambda one: (one.council, one.part))


def _client_groups(out: ir.Table, rows: ir.Table) -> ir.Table:
    """The discharges with ``age``, and ``client``: whether support in the community covered the day of admission."""
    held = rows.filter(rows["service"] == ServiceType.COMMUNITY).select("person", begun="start", over="until")
    at = out.join(held, "person")
    inside = at.filter(at["admission"].between(at["begun"], at["over"])).select("unit").distinct()
    inside = inside.mutate(supported=ibis.literal(True))
    each = out.left_join(inside, "unit").select(out, "supported")
    return each.mutate(client=ibis.ifelse(each["supported"].notnull(), IN_COMMUNITY, NO_SUPPORT))


def _groups(client: str, years: int, sex: int | None) -> list[str]:
    """The groups that a discharge is in, but for the total of all."""
    age_group = next(name for name, first in reversed(OLD_AGES.items()) if years >= first)
    finer = [age_group, *([SEX[sex]] if sex in SEX else [])]
    return [client, *finer, *(within(client, one) for one in finer)]


def _rows(main: ir.Table, people: ir.Table, period: Period) -> ir.Table:
    """Service users' rows with valid dates, of people who had not died before the period."""
    alive = people.filter(or_null(people["death"], people["death"] >= period.start)).select("la", "person")
    rows = main.filter((main["client"] == ClientType.SERVICE_USER) & valid(main)).semi_join(alive, ["la", "person"])
    return rows.mutate(until=rows["end"].fill_null(ibis.literal(FOREVER)))


def _not_in(code: ir.StringValue, listed: tuple[str, ...], options: Options) -> ir.BooleanValue:
    """A blank code is in no "not in": it keeps the row out (quirk SUS_NULL_CODE_EXCLUDES), unless the option is off."""
    inside = ~code.isin(listed)
    return inside.fill_null(False) if options.sus_null_code_excludes else or_null(code, inside)


def _counted(stays: ir.Table, rows: ir.Table, period: Period, options: Options) -> ir.Table:
    """The discharges that part 2 is out of: one row a stay in hospital, numbered from -1 down."""
    treatment = stays["treatment"]
    other = ~(treatment.startswith("65") | treatment.startswith("7"))
    chosen = stays.filter(
        stays["last"] & (stays["admission"] < stays["discharge"]) & (stays["admission"] >= FIRST_ADMISSION)
        & stays["discharge"].between(period.start, period.end) & stays["pseudonym"].notnull() & stays["la"].notnull()
        & (_age(stays, options) >= 65)
        & _not_in(stays["admission_method"], NOT_ADMITTED_BY, options)
        & _not_in(stays["discharge_method"], NOT_DISCHARGED_BY, options)
        & _not_in(stays["destination"], NOT_SENT_TO, options) & _not_in(treatment, NOT_TREATED_BY, options)
        & (other.fill_null(False) if options.sus_null_code_excludes else other.fill_null(True))
    )  # fmt: skip
    one = chosen.group_by("pseudonym", "spell").agg(
        person=chosen["person"].max(), la=chosen["la"].min(), admission=chosen["admission"].min(),
        discharge=chosen["discharge"].max(), birth=chosen["birth"].min(), sex=chosen["sex"].min(),
    )  # fmt: skip
    held = rows.filter(rows["service"].isin((*CARE_HOMES, ServiceType.PRISON)))
    kept = held.select("person", begun=held["start"], over=held["until"])
    at = one.join(kept, "person")
    # In any council: the person's number is the same in all.
    in_care = at.filter(at["admission"].between(at["begun"], at["over"])).select("pseudonym", "spell").distinct()
    free = one.anti_join(in_care, ["pseudonym", "spell"])
    free = free.mutate(age=_age(free, options))
    order = ibis.window(order_by=["discharge", "admission", "pseudonym", "spell"])
    return free.mutate(unit=-(ibis.row_number().over(order).cast("int64") + 1))


def _age(stays: ir.Table, options: Options) -> ir.IntegerColumn:
    """At discharge."""
    return age(stays["birth"], stays["discharge"], calendar=not options.age_365_25)


def _linked(rows: ir.Table, out: ir.Table) -> ir.Table:
    """Every spell of reablement; ``discharge`` and the rest of its discharge are NULL where none is linked."""
    services = rows.filter(
        (rows["event"] == EventType.SERVICE) & (rows["service"] == ServiceType.ST_MAX)
        & (rows["component"] == Component.REABLEMENT)
    )  # fmt: skip
    spell = spells(services.mutate(rank=ibis.literal(NO_OUTCOME)), 7)
    spell = spell.select("la", "person", "unit", "begins", "record")
    stays = out.select("person", "discharge", "admission", "birth", "sex", lives=out["la"], stay=out["unit"])
    pairs = spell.join(stays, "person")
    near = days(pairs["begins"], pairs["discharge"]).between(-AFTER, BEFORE)
    pairs = pairs.filter(near & (pairs["admission"] <= pairs["begins"]))
    # The latest discharge; two of one day count once, with the first of them.
    first = (days(ibis.literal(FOREVER), pairs["discharge"]).cast("int64") * 2**40 - pairs["stay"]).min()
    found = pairs.group_by("la", "person", "unit").agg(packed=first)
    found = found.mutate(stay=-(found["packed"] % 2**40)).drop("packed")
    told = found.join(stays.drop("person"), "stay").select(found, "discharge", "birth", "sex", "lives")
    return spell.left_join(told, ["la", "person", "unit"]).select(
        spell, told["discharge"], told["birth"], told["sex"], told["lives"], told["stay"]
    )


def _judged(
    linked: ir.Table, rows: ir.Table, stays: ir.Table, people: ir.Table, period: Period, options: Options
) -> ir.Table:
    """The spells with ``why`` and the age at discharge."""
    spell = linked.select("la", "person", "unit", "begins", "discharge")
    back = stays.filter(
        stays["last"] & (stays["admission"] < stays["discharge"]) & stays["management"].isin(EMERGENCIES)
        & _not_in(stays["discharge_method"], ("5",), options) & (stays["admission"] >= period.start)
    ).select("person", again="admission")  # fmt: skip
    found = spell.join(back, "person")
    gap = days(found["again"], found["discharge"])
    found = found.filter((found["again"] > found["begins"]) & (gap > 0) & (gap <= AT_HOME))
    readmitted = found.select("la", "person", "unit").distinct().mutate(readmitted=ibis.literal(True))
    homes = rows.filter(rows["service"].isin(CARE_HOMES)).select("person", entered="start")
    went = spell.join(homes, "person")
    went = went.filter(days(went["entered"], went["discharge"]).between(0, AT_HOME))
    in_home = went.select("la", "person", "unit").distinct().mutate(in_home=ibis.literal(True))
    known = people.select("la", "person", "death", gender_known="gender")
    each = linked.join(known, ["la", "person"]).select(linked, "death", "gender_known")
    each = each.left_join(readmitted, ["la", "person", "unit"]).select(each, "readmitted")
    each = each.left_join(in_home, ["la", "person", "unit"]).select(each, "in_home")
    died = days(each["death"], each["discharge"]).between(0, AT_HOME).fill_null(False)
    why = ibis.cases(
        (each["discharge"].isnull(), "not_linked"), (died, "died"), (each["readmitted"].notnull(), "readmitted"),
        (each["in_home"].notnull(), "care_home"), else_="counted",
    )  # fmt: skip
    return each.mutate(why=why, age=_age(each, options), gender=each["sex"].fill_null(each["gender_known"]))


def _decided(
    table: ir.Table, part: str, *, denominator: ir.BooleanValue, numerator: ir.BooleanValue, why: ir.Value
) -> ir.Table:
    return declared(
        table.mutate(
            measure=ibis.literal("2D"), part=ibis.literal(part), band=band(table["age"]), why=why,
            denominator=denominator, numerator=numerator,
        ),
        DECISIONS, "2D decisions",
    )  # fmt: skip


def _part_1(judged: ir.Table) -> ir.Table:
    inside, home = judged["why"] != "not_linked", judged["why"] == "counted"
    return _decided(judged, "1", denominator=inside, numerator=home, why=judged["why"])


def _part_2_spells(judged: ir.Table, options: Options) -> ir.Table:
    inside = judged["why"] != "not_linked"
    why = ibis.ifelse(inside, "counted", "not_linked")
    if not options.m2d_area_mismatch:
        judged = judged.mutate(la=judged["lives"].fill_null(judged["la"]))
        inside = judged["why"] != "not_linked"
        why = ibis.ifelse(inside, "counted", "not_linked")
    return _decided(judged, "2", denominator=ibis.literal(False), numerator=inside, why=why)


def _part_2_discharges(out: ir.Table, linked: ir.Table) -> ir.Table:
    followed = linked.filter(linked["stay"].notnull()).select(unit="stay").distinct().mutate(linked=ibis.literal(True))
    each = out.left_join(followed, "unit").select(out, "linked")
    each = each.mutate(
        gender=each["sex"], record=ibis.null("int64"),
        said=ibis.ifelse(each["linked"].notnull(), "followed", "no_reablement"),
    )  # fmt: skip
    return _decided(each, "2", denominator=ibis.literal(True), numerator=ibis.literal(False), why=each["said"])
