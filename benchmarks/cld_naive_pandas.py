"""The official measures from client-level data as an analyst would write them in pandas: merges, group-by and apply.

The named baseline of the client-level benchmark. It gives 2A, 2B, 2C, 2E and 3D of the official method (no options)
from the same records as the real calculators, and the same figures. Run by itself it makes one council's records,
checks that the two agree and prints how long each took: python -m benchmarks.cld_naive_pandas [rows]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from evenhand.facts.cld.codes import (
    SETTLED,
    Accommodation,
    ClientType,
    Component,
    EventType,
    Gender,
    Mechanism,
    Outcome,
    Reason,
    ServiceType,
)
from evenhand.measures.cld.logic import Period

KEY = ["la", "pid"]
FOREVER = pd.Timestamp("9999-01-01")
LTS = [1, 2, 3, 4]
CARERS = [ClientType.CARER, ClientType.CARER_BY_ASSOCIATION]
CODES = [
    "event", "client", "service", "component", "mechanism", "outcome", "conversation", "gender", "psr", "accommodation",
    "birth_year", "birth_month", "event_raw", "client_raw", "service_raw", "component_raw", "route_raw",
    "assessment_raw",
]  # fmt: skip
# (council, measure, part, group) -> (numerator, denominator)
Figures = dict[tuple[str, str, str, str], tuple[int, int]]
TELLING = {
    int(Component.SHARED_LIVES): int(Accommodation.SHARED_LIVES),
    int(Component.EXTRA_CARE): int(Accommodation.SHELTERED_OR_EXTRA_CARE),
    int(Component.SUPPORTED_LIVING): int(Accommodation.SUPPORTED),
    int(Component.HOME_SUPPORT): 0,
}


def figures(records: pd.DataFrame, taken: pd.DataFrame, period: Period) -> Figures:
    """Numerators and denominators by council, measure, part and group ("18-64", "65+", "Male", "Female", "Total").

    records: RECORDS. taken: la, submission, ref_start, ref_end of the submissions in use. Groups of nobody are left
    out.
    """
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    main = main_table(records, taken)
    people = person_details(main)
    rows = main.merge(people, on=KEY)
    decided = pd.concat(
        [short_term(rows, first, last), admissions(rows, first, last), at_home(rows, first, last),
         clients(rows, last), carers(rows, first, last)]
    )  # fmt: skip
    return add_up(decided)


def main_table(records: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """One row an event: filter, key, crop, rank."""
    held = [name for name in records.columns if name not in ("record", "submission", "la", "end")] + ["raw_end"]
    df = records.merge(taken, on=["la", "submission"]).assign(raw_end=lambda rows: rows["end"])
    for name in ("start", "end", "death", "ref_start", "ref_end"):
        df[name] = pd.to_datetime(df[name]).astype("datetime64[s]")
    for name in CODES:
        df[name] = df[name].astype("Int64")
    cut = (df.start <= df.death) & (df.death <= df.end)
    cut |= df.end.isna() & (df.death > df.start)
    df["end"] = df.end.where(~cut, df.death)
    kept = df.death.isna() | ((df.death >= df.ref_start) & (df.death >= df.start))
    kept &= df.start <= df.ref_end
    service = (df.event == EventType.SERVICE).fillna(False).astype(bool)
    other = df.event.isin([EventType.REQUEST, EventType.ASSESSMENT, EventType.REVIEW])
    in_time = (df.end >= df.ref_start) & (df.end <= df.ref_end)
    kept &= (service & (df.end.isna() | (df.end >= df.ref_start))) | (other & in_time)
    df = df[kept].copy()
    df["pid"] = df.nhs.fillna(df.la + "_" + df.la_person)
    df = df[df.pid.notna()].copy()
    df["event_id"] = event_ids(df)
    df = crop(df, taken)
    df["until"] = df.end.fillna(FOREVER)
    df["rank"] = df.outcome.fillna(999).replace(0, 999)
    df["flag"] = df.conversation.fillna(-1)
    order = ["ref_end", "until", "rank", "flag", "submission"]
    alike = df[df.duplicated(["event_id", *order], keep=False)].sort_values(held, ascending=False, na_position="last")
    df["turn"] = pd.Series(range(len(alike)), alike.index)
    df = df.sort_values([*order, "turn"], ascending=[False, False, True, False, False, True])
    return df.drop_duplicates("event_id").reset_index(drop=True)


def event_ids(df: pd.DataFrame) -> pd.Series:
    """A number for each event."""
    service = df.event == EventType.SERVICE
    key = df[["la", "pid", "event", "event_raw", "start", "client_raw"]].copy()
    key["end"] = df.end.where(~service)
    key["route"] = df.route_raw.where(df.event == EventType.REQUEST)
    key["assessment"] = df.assessment_raw.where(df.event == EventType.ASSESSMENT)
    key["service"] = df.service_raw.where(service)
    key["component"] = df.component_raw.where(service)
    return key.groupby(list(key.columns), dropna=False).ngroup()


def crop(df: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """Services that the next file does not show end with their own period."""
    latest = taken.groupby("la").ref_start.max().rename("latest")
    df = df.merge(pd.to_datetime(latest).astype("datetime64[s]"), left_on="la", right_index=True)
    present = df[["event_id", "ref_start"]].drop_duplicates().rename(columns={"ref_start": "next_start"})
    df["next_start"] = df.ref_end + pd.Timedelta(days=1)
    df = df.merge(present, on=["event_id", "next_start"], how="left", indicator=True)
    gone = (df.ref_start != df.latest) & (df.end.isna() | (df.end > df.ref_end)) & (df._merge == "left_only")
    df["end"] = df.end.where(~gone, df.ref_end)
    return df.drop(columns=["_merge", "next_start", "latest"])


def person_details(main: pd.DataFrame) -> pd.DataFrame:
    """What the measures ask of a person: birth, death, gender, reason and where they live."""
    known = main[main.birth_year.notna() & main.birth_month.notna()]
    known = known[known.ref_end == known.groupby(KEY).ref_end.transform("max")]
    months = (known.birth_year * 12 + known.birth_month - 1).groupby([known.la, known.pid]).min()
    birth = months.apply(lambda m: pd.Timestamp(year=m // 12, month=m % 12 + 1, day=1)).astype("datetime64[s]")
    dead = main[main.death.notna()]
    dead = dead[dead.ref_end == dead.groupby(KEY).ref_end.transform("max")]
    out = main[KEY].drop_duplicates().set_index(KEY)
    out["pd_birth"] = birth
    out["pd_death"] = dead.groupby(KEY).death.max()
    out["pd_gender"] = latest(main, "gender", [0, Gender.UNKNOWN], Gender.UNKNOWN)
    out["pd_psr"] = latest(main, "psr", [0, Reason.UNKNOWN, Reason.UNPAID_CARER], Reason.UNKNOWN)
    home = latest(main, "accommodation", [0, Accommodation.UNKNOWN], Accommodation.UNKNOWN)
    unknown = home[home.isna() | home.isin([0, Accommodation.UNKNOWN])]
    services = main[main.event == EventType.SERVICE].merge(unknown.index.to_frame(index=False), on=KEY)
    presumed = services.groupby(KEY)[["until", "service", "component", "start"]].apply(presumed_home)
    home.update(presumed.astype("Int64"))
    out["pd_settled"] = home.isin(SETTLED)
    return out.reset_index()


def latest(main: pd.DataFrame, name: str, unknown: list[int], otherwise: int) -> pd.Series:
    """The value of the latest rows that know it; several values are the unknown one."""
    df = main[[*KEY, "ref_end", "until", "start", name]].copy()
    df["known"] = df[name].notna() & ~df[name].isin(unknown)
    for column in ("known", "ref_end", "until", "start"):
        df = df[df[column] == df.groupby(KEY)[column].transform("max")]
    return df.groupby(KEY)[name].agg(lambda v: v.iloc[0] if v.nunique(dropna=False) == 1 else int(otherwise))


def presumed_home(services: pd.DataFrame) -> int:
    """Where somebody of unknown accommodation lives, by their latest services."""
    df = services.assign(
        rank=services.service.where(services.service.between(1, 7)).fillna(99),
        telling=services.component.isin(list(TELLING)),
    )
    order = ["until", "rank", "telling", "start"]
    top = df.sort_values(order, ascending=[False, True, False, False]).iloc[0]
    ties = df[(df.until == top.until) & (df["rank"] == top["rank"]) & (df.telling == top.telling)]
    ties = ties[ties.start == top.start]
    components = ties.component[ties.telling].unique()
    component = int(components[0]) if len(components) == 1 else None
    if top["rank"] in (1, 2):
        return int(Accommodation.NURSING_HOME if top["rank"] == 1 else Accommodation.CARE_HOME)
    if component is not None and TELLING[component]:
        return TELLING[component]
    if top["rank"] == ServiceType.COMMUNITY:
        return int(Accommodation.PRESUMED_AT_HOME if component else Accommodation.PRESUMED_IN_COMMUNITY)
    return int(Accommodation.PRISON if top["rank"] == ServiceType.PRISON else Accommodation.UNKNOWN)


def age(birth: pd.Series, at: Any) -> pd.Series:
    """Whole years of 365.25 days; blank where the birth is."""
    return np.floor((at - birth).dt.days / 365.25)


def band(years: pd.Series) -> pd.Series:
    """The age band; "young" for nobody's figure."""
    return years.apply(lambda y: "unknown" if pd.isna(y) else "65+" if y >= 65 else "18-64" if y >= 18 else "young")


def decision(rows: pd.DataFrame, measure: str, part: str, of: Any, number: Any) -> pd.DataFrame:
    """The rows as decisions on a part of a measure."""
    out = rows[["la", "pid", "band", "pd_gender"]].copy()
    return out.assign(measure=measure, part=part, of=of, number=number)


def short_term(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """2A."""
    df = rows[(rows.client == ClientType.SERVICE_USER) & (rows.until >= rows.start)].copy()
    df["usable_rank"] = df["rank"].where(df["rank"] > 5, df["rank"] + 100)
    df["st_max"] = ((df.event == EventType.SERVICE) & (df.service == ServiceType.ST_MAX)).fillna(False).astype(bool)
    df = df[df.groupby(KEY).st_max.transform("any")]
    columns = ["start", "until", "usable_rank", "record", "st_max", "event", "service", "component", "outcome"]
    found = [
        {"la": la, "pid": pid, **one}
        for (la, pid), person in df.groupby(KEY)[[*columns, "pd_birth", "pd_death", "pd_gender"]]
        for one in person_clusters(person, first, last)
    ]
    if not found:
        return pd.DataFrame()
    out = pd.DataFrame(found)
    out["band"] = band(out.age)
    out = out[out.band != "young"]
    return decision(out, "2A", "", out.of, out.number)


def person_clusters(person: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> list[dict[str, Any]]:
    """A person's clusters in scope, with what followed."""
    order = ["start", "until", "usable_rank", "record"]
    services = person[person.st_max].sort_values(order, ascending=[True, True, True, False])
    gap = (services.start - services.until.cummax().shift()).dt.days
    out = []
    for _, cluster in services.groupby((gap > 7).cumsum()):
        start, end = cluster.start.min(), cluster.until.max()
        one = person.iloc[0]
        earlier = person[person.service.isin(LTS) & (person.start < start) & ((start - person.until).dt.days < 91)]
        if not first <= end <= last or one.pd_death < start or len(earlier):
            continue
        own = cluster.sort_values(["until", "usable_rank", "record"], ascending=[False, True, False]).iloc[0]
        final = sequel(person, own, start, end)
        in_denominator = final in ("LTS", "short") or final in (7, 10, 11, 14, 15, 16, 17)
        years = np.floor((end - one.pd_birth).days / 365.25) if pd.notna(one.pd_birth) else np.nan
        out.append(
            {
                "age": years,
                "pd_gender": one.pd_gender,
                "of": in_denominator,
                "number": in_denominator and final != "LTS",
            }
        )
    return out


def sequel(person: pd.DataFrame, own: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> str | int:
    """What followed: an outcome's number, "LTS" (or a short stay in a care home), "short" or "none"."""
    one = person.iloc[0]
    if pd.notna(one.pd_death) and (one.pd_death - end).days <= 7:
        return int(Outcome.DECEASED)
    if pd.notna(own.outcome) and own.outcome == Outcome.HOSPITAL:
        return int(Outcome.HOSPITAL)
    later = person[(person.start >= start) & (person.until > end) & ((person.start - end).dt.days <= 7)]
    later = later[~(later.st_max & (later.start <= end))]
    support = later[later.service.between(1, 7).fillna(False).astype(bool)]
    if len(support):
        kind = support.service.min()
        stays = [Component.SHORT_TERM_RESIDENTIAL, Component.SHORT_TERM_NURSING]
        if kind in LTS or (kind == 7 and support[support.service == 7].component.isin(stays).any()):
            return "LTS"
        return "none" if kind == ServiceType.ST_MAX else "short"
    ranks = []
    meetings = later[(later.event != EventType.SERVICE) & (later.outcome != Outcome.ENDED_AS_PLANNED).fillna(True)]
    for rank in meetings.usable_rank:
        ranks += [each for each in (rank, own.usable_rank) if each < 100]
    if not len(later) and own.usable_rank < 100:
        ranks.append(own.usable_rank)
    inside = person[(person.start >= start) & (person.until > start) & (person.until <= end)]
    nested = inside[inside.event.isin([EventType.ASSESSMENT, EventType.REVIEW]) & (inside.usable_rank < 100)]
    nested = nested[(end - nested.until).dt.days < 14]
    nested = nested.sort_values(["until", "usable_rank", "record"], ascending=[False, True, False])
    ranks += list(nested.usable_rank.head(1))
    if ranks:
        return int(min(ranks))
    if ((inside.event == EventType.SERVICE) & (inside.component == Component.EQUIPMENT)).fillna(False).any():
        return "short"
    return int(own.usable_rank)


def admissions(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """2B and 2C."""
    df = rows[(rows.event == EventType.SERVICE) & (rows.client == ClientType.SERVICE_USER)]
    df = df[df.service.isin([1, 2]) & df.component.isin([Component.LONG_TERM_NURSING, Component.LONG_TERM_RESIDENTIAL])]
    df = df[df.pd_birth.notna() & (df.pd_death.isna() | (df.pd_death >= first))]
    new = df[(df.start >= first) & (df.start <= last) & (df.outcome != Outcome.SELF_FUNDED).fillna(True)]
    pairs = new.merge(df[[*KEY, "start", "end"]], on=KEY, suffixes=("", "_before"))
    pairs = pairs[pairs.start_before < pairs.start]
    pairs = pairs[pairs.end_before.isna() | ((pairs.start - pairs.end_before).dt.days < 365)]
    new = new[~new.record.isin(pairs.record)].copy()
    new["band"] = band(age(new.pd_birth, new.start))
    new = new[new.band != "young"].sort_values("band").drop_duplicates(KEY)
    younger, older = new[new.band == "18-64"], new[new.band == "65+"]
    return pd.concat([decision(younger, "2B", "", False, True), decision(older, "2C", "", False, True)])


def at_home(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """2E."""
    df = rows[(rows.client == ClientType.SERVICE_USER) & (rows.event == EventType.SERVICE) & rows.service.isin(LTS)]
    df = df[(df.until >= df.start) & (df.start <= last) & (df.until >= first)]
    df = df[df.pd_death.isna() | (df.pd_death >= first)].copy()
    df["at"] = df.until.where(df.until <= last, last)
    df = df.sort_values("at").drop_duplicates(KEY, keep="last")
    df["band"] = band(age(df.pd_birth, df["at"]))
    younger, older = df[df.band == "18-64"], df[df.band == "65+"]
    disabled = younger[younger.pd_psr == Reason.LEARNING_DISABILITY]
    parts = (("1", disabled), ("2a", younger), ("2b", older))
    return pd.concat([decision(part, "2E", name, True, part.pd_settled) for name, part in parts])


def clients(rows: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """3D(1a) and 3D(2a)."""
    df = rows[(rows.client == ClientType.SERVICE_USER) & rows.service.isin(LTS) & (rows.until >= rows.start)]
    df = df[(df.start <= last) & (df.until >= last)]
    df = df[df.pd_death.isna() | (df.pd_death >= last)].copy()
    df["order"] = df.apply(client_rank, axis=1)
    return budgets(df, last, (3, 4, 5, 6), ("1a", "2a"), (4, 3))


def client_rank(row: pd.Series) -> int:
    """The rank of a client's row."""
    if row.service in (1, 2):
        return int(row.service)
    mechanism = row.mechanism
    if pd.notna(row.component) and row.component == Component.DIRECT_PAYMENT:
        mechanism = Mechanism.DIRECT_PAYMENT
    if row.service == ServiceType.COMMUNITY:
        return {1: 3, 2: 4, 3: 5}.get(mechanism if pd.notna(mechanism) else 0, 6)
    return 9


def carers(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """3D(1b) and 3D(2b)."""
    df = rows[rows.client.isin(CARERS) & (rows.until >= rows.start) & (rows.start <= last) & (rows.until >= first)]
    df = df[df.pd_death.isna() | (df.pd_death >= first)]
    df = df[df.service == ServiceType.CARER_DIRECT].copy()
    df["order"] = df.apply(carer_rank, axis=1)
    return budgets(df, last, (1, 2, 3), ("1b", "2b"), (2, 1))


def carer_rank(row: pd.Series) -> int:
    """The rank of a carer's row; those that are in no figure share the last one."""
    mechanism = 0 if pd.isna(row.mechanism) else row.mechanism
    component = 0 if pd.isna(row.component) else row.component
    if mechanism == Mechanism.DIRECT_PAYMENT or component == Component.DIRECT_PAYMENT:
        return 1
    if pd.isna(row.component):
        return 9
    return {2: 2, 3: 3}.get(mechanism, 4)


def budgets(
    df: pd.DataFrame, last: pd.Timestamp, of: tuple[int, ...], parts: tuple[str, str], upto: tuple[int, int]
) -> pd.DataFrame:
    """The lowest rank of each person, as decisions on two parts."""
    df = df.sort_values("order").drop_duplicates(KEY)
    df["band"] = band(age(df.pd_birth, last))
    df = df[df["order"].isin(of) & (df.band != "young")]
    return pd.concat(
        [decision(df, "3D", part, True, df["order"] <= most) for part, most in zip(parts, upto, strict=True)]
    )


def add_up(decided: pd.DataFrame) -> Figures:
    """Decisions by band, sex and in all."""
    sexes = {int(Gender.MALE): "Male", int(Gender.FEMALE): "Female"}
    sex = decided.pd_gender.apply(lambda g: sexes.get(g, "") if pd.notna(g) else "")
    groups = pd.concat([decided.assign(group="Total"), decided.assign(group=decided.band), decided.assign(group=sex)])
    groups = groups[groups.group.isin(["Total", "18-64", "65+", "Male", "Female"])]
    sums = groups.groupby(["la", "measure", "part", "group"])[["number", "of"]].sum().astype(int)
    return {key: (row.number, row.of) for key, row in zip(sums.index, sums.itertuples(), strict=True)}


def main(rows: int) -> int:
    """Time both on one council's records; 1 when they do not agree."""
    # Only here: the baseline itself must not need the tests.
    from tests.measures.cld.naive import against, messy

    from evenhand.measures.cld.engines import DuckDb
    from evenhand.measures.cld.options import Options

    records, selection = messy.one_council(1, rows)
    taken = pd.DataFrame(
        [{"la": t.la, "submission": t.submission, "ref_start": t.start, "ref_end": t.end} for t in selection.taken]
    )
    frame = pd.DataFrame(records)
    start = time.perf_counter()
    plain = figures(frame, taken, messy.YEAR)
    slow = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as scratch:
        engine = DuckDb(Path(scratch))
        start = time.perf_counter()
        shown = against.real_figures(engine, records, selection, Options())
        quick = time.perf_counter() - start
        engine.close()
    real = {(f.council, f.measure, f.part, f.group): (f.numerator or 0, f.denominator or 0) for f in shown}
    wrong = [key for key in real if plain.get(key, (0, 0)) != real[key]]
    print(
        f"{len(records):,} records: pandas {slow:.1f} s, the real calculators {quick:.1f} s, {slow / quick:.0f} times"
    )
    print(f"figures that differ: {len(wrong)} of {len(real)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
