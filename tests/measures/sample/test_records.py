"""Invented records: the same bytes every time, without fault when asked so, whole lives, and of nobody."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evenhand.facts.cld.codes import Component, EventType, Mechanism, Outcome, ServiceType
from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import RELEASE_1, VALID, Judge
from evenhand.facts.errors import EvenhandError
from evenhand.facts.register import official
from evenhand.measures.sample import details, submissions
from evenhand.measures.sample.chance import Chance
from evenhand.measures.sample.mess import FAULTS, messed
from evenhand.measures.sample.plan import plan_of
from evenhand.measures.sample.records import Drawn, draw, table
from evenhand.measures.sample.tables import NONE, day
from evenhand.measures.sample.writing import Asked, write

PERIOD = (dt.date(2023, 4, 1), dt.date(2025, 3, 31))
# Changes only when the drawing is changed on purpose: then look at the file, and put the new value here.
SMALL = "dd67bb995de65a6cce5074e37f2347fb6cfafb2aedf4ebd1561f962b848a7d13"


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """One council of 6,000 people."""
    chance = Chance(1, 0)
    return draw("V101", plan_of(6_000, chance), chance, PERIOD)


@pytest.fixture(scope="module")
def clean(drawn: Drawn) -> pl.DataFrame:
    """Its records without mess, as text."""
    return pl.from_arrow(table(drawn, PERIOD, 2)).with_columns(pl.all().cast(pl.String))


def heading(key: str) -> str:
    return fields()[key].heading


# The same every time -------------------------------------------------------------------------------------------------


def sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others(tmp_path: Path) -> None:
    asked = Asked(["V1", "V2"], people=60, mess=0.1)
    for name in ("a.csv", "b.csv", "a.parquet", "b.parquet"):
        write(asked, tmp_path / name)
    assert sha(tmp_path / "a.csv") == sha(tmp_path / "b.csv") == SMALL
    assert sha(tmp_path / "a.parquet") == sha(tmp_path / "b.parquet")
    write(Asked(["V1", "V2"], people=60, mess=0.1, seed=2), tmp_path / "c.csv")
    assert sha(tmp_path / "c.csv") != SMALL


def test_a_council_has_the_same_people_whoever_else_is_in_the_file(tmp_path: Path) -> None:
    write(Asked(["V1"], people=80), tmp_path / "one.csv")
    write(Asked(["V1", "V2"], people=80), tmp_path / "two.csv")
    one, two = (pl.read_csv(tmp_path / f"{n}.csv", infer_schema=False) for n in ("one", "two"))
    assert one.equals(two.filter(pl.col("LA Code") == "V1"))


def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    for ending in ("csv", "parquet"):
        write(Asked(["V1"], people=80, mess=0.2), tmp_path / f"x.{ending}")
    assert pl.read_csv(tmp_path / "x.csv", infer_schema=False).equals(pl.read_parquet(tmp_path / "x.parquet"))


# Without fault -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [f.key for f in fields().values() if f.list])
@pytest.mark.parametrize("release", [1, 2])
def test_every_value_of_a_clean_file_is_listed(drawn: Drawn, key: str, release: int) -> None:
    held = pl.from_arrow(table(drawn, PERIOD, release))[heading(key)].cast(pl.String).drop_nulls().unique().to_list()
    judge = Judge(key)
    good = {VALID} if release == 2 else {VALID, RELEASE_1}
    assert held
    assert not [words for words in held if judge(words)[1] not in good]


def applies(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """For each rule of fields.yaml, the rows of which it holds (the Release 1 rules of the specification)."""
    event, client, service = (pl.col(heading(k)) for k in ("event", "client", "service"))
    component, mechanism = pl.col(heading("component")), pl.col(heading("mechanism"))
    short = ["Short term nursing care", "Short term residential care", "Unpaid carer respite"]
    costly = service.str.contains("^(Long term|Unpaid carer)") | component.is_in(short)
    age = dt.date(2025, 3, 31) - pl.col(heading("birth")).str.to_date()
    working = age.dt.total_days().is_between(18 * 365 + 5, 64 * 365)
    return {
        "always": pl.lit(True), "event": event.is_not_null(), "not_request": event != "Request",
        "working_ld": (client == "Service user") & working & (pl.col(heading("psr")) == "Learning disability support"),
        "supported": (client == "Service user") & event.is_in(["Service", "Review"]),
        "ended": event.is_not_null() & ((event != "Service") | pl.col(heading("death")).is_not_null()),
        "not_financial": event.is_not_null(),
        "planned_review": pl.col(heading("review_reason")) == "Planned",
        "costed": (mechanism != "CASSR commissioned support") & costly,
    }  # fmt: skip


@pytest.mark.parametrize("key", [f.key for f in fields().values() if f.mandatory not in ("never", "when_applies")])
def test_no_mandatory_field_of_a_clean_file_is_blank(clean: pl.DataFrame, key: str) -> None:
    field = fields()[key]
    rule = applies(clean)[field.mandatory]
    if field.applies:
        rule = rule & pl.col(heading("event")).str.to_lowercase().is_in(list(field.applies))
    rows = clean.filter(rule)
    assert rows.height
    assert rows[field.heading].null_count() == 0


@pytest.mark.parametrize("key", [f.key for f in fields().values() if f.applies])
def test_a_field_of_events_stands_only_on_the_events_that_have_it(clean: pl.DataFrame, key: str) -> None:
    field = fields()[key]
    filled = clean.filter(pl.col(field.heading).is_not_null())
    assert set(filled[heading("event")].str.to_lowercase().unique()) <= set(field.applies)


def test_days_stand_in_order(drawn: Drawn) -> None:
    e = drawn.events
    birth, death = (drawn.people[name][e["person"]] for name in ("birth", "death"))
    event = e["event"] != 0
    ended, dead = event & (e["end"] != NONE), event & (death != NONE)
    assert (e["start"][ended] <= e["end"][ended]).all()
    assert (e["start"][event] > birth[event]).all()
    assert (e["start"][dead] <= death[dead]).all()
    assert (e["end"][dead] <= death[dead]).all()
    assert (e["start"][event] <= day(PERIOD[1])).all()
    others = ended & (e["event"] != EventType.SERVICE)
    assert ((e["end"][others] >= day(PERIOD[0])) & (e["end"][others] <= day(PERIOD[1]))).all()


# Lives ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("event", list(EventType)), ("service", list(ServiceType)), ("mechanism", list(Mechanism)),
        ("component", list(Component)), ("outcome", [o for o in Outcome if o != Outcome.RELEASE_1_ONLY]),
    ],
)  # fmt: skip
def test_every_kind_of_event_occurs(drawn: Drawn, column: str, codes: list[int]) -> None:
    assert set(codes) <= set(drawn.events[column].tolist())


def test_links_of_carers_point_to_people_with_support_who_have_a_carer(clean: pl.DataFrame) -> None:
    linked = clean.filter(pl.col(heading("link1")).is_not_null())
    assert set(linked[heading("client")].unique()) == {"Unpaid carer", "Unpaid carer known by association"}
    named = {x for i in (1, 2, 3) for x in linked[heading(f"link{i}")].drop_nulls().to_list()}
    adults = clean.filter(pl.col(heading("client")) == "Service user", pl.col(heading("la_person")).is_in(named))
    assert set(adults[heading("la_person")].unique()) == named
    assert adults[heading("has_carer")].unique().to_list() == ["Yes"]


@pytest.mark.parametrize("people", [1, 2, 7, 40, 1_000])
def test_there_are_as_many_people_as_were_asked_for(people: int) -> None:
    chance = Chance(3, 0)
    got = draw("V1", plan_of(people, chance), chance, PERIOD)
    assert len(set(got.nhs.tolist())) == len(set(got.number.tolist())) == people
    assert set(got.events["person"].tolist()) == set(range(people))


def test_direct_payments_are_rarer_for_mental_health_and_councils_differ_beyond_chance(drawn: Drawn) -> None:
    e, p = drawn.events, drawn.people
    home = (e["service"] == ServiceType.COMMUNITY) & (e["end"] == NONE)
    age = (day(PERIOD[1]) - p["birth"][e["person"]]) / 365.25
    young = home & (age >= 18) & (age < 65)
    direct = e["mechanism"] == Mechanism.DIRECT_PAYMENT
    mental, physical = (young & (p["reason"][e["person"]] == reason) for reason in (8, 2))
    assert direct[mental].mean() < 0.5 * direct[physical].mean()
    shares = []
    for place in range(12):
        plan = plan_of(6_000, Chance(1, place))
        shares.append(plan.older.direct / plan.older.community)
    by_chance = (np.mean(shares) * (1 - np.mean(shares)) / plan.older.community) ** 0.5
    assert np.std(shares) > 3 * by_chance


# Nobody --------------------------------------------------------------------------------------------------------------


def test_numbers_are_of_the_test_range_with_right_check_digits(drawn: Drawn) -> None:
    for number in drawn.nhs.tolist():
        digits = [int(c) for c in str(number)]
        assert digits[:3] == [9, 9, 9]
        assert sum(d * w for d, w in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


def test_names_and_addresses_are_invented(clean: pl.DataFrame) -> None:
    syllables = "|".join(details.SYLLABLES)
    for key in ("first_name", "last_name"):
        assert clean[heading(key)].str.to_lowercase().str.contains(f"^({syllables}){{2,3}}$").all()
    assert clean[heading("postcode")].str.contains(r"^ZZ\d{1,2} \d[A-Z]{2}$").all()
    assert clean[heading("practice")].drop_nulls().str.contains(r"^Z9\d{4}$").all()
    assert not official().ever_by_code("V101")


# Mess ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 1.0])
@pytest.mark.parametrize("release", [1, 2])
def test_as_many_rows_have_a_fault_as_were_asked_for(drawn: Drawn, share: float, release: int) -> None:
    whole = table(drawn, PERIOD, release).slice(0, 1_000)
    before = pl.from_arrow(whole).with_columns(pl.all().cast(pl.String)).rows()
    after = pl.from_arrow(messed(whole, share, Chance(9, 9), release)).with_columns(pl.all().cast(pl.String)).rows()
    touched, at = 0, 0
    for row in before:
        again = at + 1 < len(after) and after[at + 1] == row == after[at]
        touched += again or after[at] != row
        at += 2 if again else 1
    assert at == len(after)
    assert touched == round(share * len(before))


def test_every_fault_touches_some_row_in_the_way_it_says(clean: pl.DataFrame, drawn: Drawn) -> None:
    after = pl.from_arrow(messed(table(drawn, PERIOD, 2), 0.3, Chance(1, 1), 2))
    col = {key: after[heading(key)].cast(pl.String).fill_null("") for key in fields()}
    seen = {
        "blanks": (col["gender"] == "").any(),
        "invalid": (col["outcome"] == "TBC").any(),
        "other_release": (col["client"] == "Carer").any(),
        "case": (col["gender"] == "FEMALE").any() and (col["gender"] == "female").any(),
        "spaces": col["gender"].str.ends_with(" ").any(),
        "date_style": col["start"].str.contains(r"^\d\d/\d\d/\d{4}$").any() and col["end"].str.contains("Mar").any(),
        "wild_days": (col["birth"] == "1900-01-01").any() and (col["end"] == "9999-12-31").any(),
        "backwards": after.filter(
            (col["end"].str.contains("^20..-..-..$")) & (col["start"].str.contains("^20..-..-..$"))
            & (col["end"] != "") & (col["end"] < col["start"])
        ).height > 0,
        "no_number": (col["nhs"] == "").any(),
        "wrong_check": not set(col["nhs"]) <= {*clean[heading("nhs")], ""},
        "other_birth": after.group_by(heading("la_person")).agg(
            pl.col(heading("birth")).drop_nulls().n_unique()
        )[heading("birth")].max() > 1,
        "money_words": col["unit_cost"].str.contains("^£.*,").any(),
        "no_mechanism": ((col["mechanism"] == "") & (col["service"] != "")).any(),
        "no_component": ((col["component"] == "") & (col["service"] != "")).any(),
        "twice": after.height > clean.height,
    }  # fmt: skip
    assert set(seen) == {fault.__name__ for fault in FAULTS}
    assert not [name for name, found in seen.items() if not found]


# Submissions ---------------------------------------------------------------------------------------------------------


def test_quarterly_files_tell_of_rolling_years_each_a_quarter_later(tmp_path: Path) -> None:
    written = write(Asked(["V1"], people=600, files=4), tmp_path / "x.csv")
    assert [w.file.name for w in written] == ["x-1.csv", "x-2.csv", "x-3.csv", "x-4.csv"]
    frames = [pl.read_csv(w.file, infer_schema=False) for w in written]
    stated = [f.select(heading("stated_start"), heading("stated_end")).unique().row(0) for f in frames]
    assert stated == [
        ("2023-07-01", "2024-06-30"), ("2023-10-01", "2024-09-30"), ("2024-01-01", "2024-12-31"),
        ("2024-04-01", "2025-03-31"),
    ]  # fmt: skip
    for frame, (start, end) in zip(frames, stated, strict=True):
        events = frame.filter(pl.col(heading("event")).is_not_null())
        assert (events[heading("start")] <= end).all()
        ends = events[heading("end")].drop_nulls()
        assert ((ends >= start) & (ends <= end)).all()


def test_rows_are_carried_over_corrected_and_dropped_between_files(drawn: Drawn) -> None:
    right, gone = submissions.fates(Chance(1, 0), drawn.events, 4)
    spans = submissions.spans(PERIOD, 4)
    seen = [submissions.as_seen(drawn, span, i, right, gone).events for i, span in enumerate(spans)]

    def rows(events: dict[str, np.ndarray], *names: str) -> set[tuple[int, ...]]:
        service = (events["event"] == EventType.SERVICE) & (events["end"] == NONE)
        return set(zip(*(events[n][service].tolist() for n in ("person", "start", "service", "component", *names))))  # noqa: B905

    early, late = seen[2], seen[3]
    assert rows(early) & rows(late), "carried over"
    assert {r[:4] for r in rows(early, "units") - rows(late, "units")} & rows(late), "corrected"
    all_late = set(zip(*(late[n].tolist() for n in ("person", "start", "service", "component"))))  # noqa: B905
    assert rows(early) - all_late, "dropped without an end"


# What cannot be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "name", "says"),
    [
        (Asked(["V1"]), "x.xlsx", "cannot write records to .xlsx"),
        (Asked(["V1"], people=0), "x.csv", "cannot have 0 people"),
        (Asked(["V1"], mess=1.5), "x.csv", "1.5"),
        (Asked(["V1"], release=3), "x.csv", "no Release 3"),
        (Asked(["V1"], seed=-1), "x.csv", "seed"),
        (Asked(["V1"], files=99), "x.csv", "99 quarterly submissions"),
        (Asked(["V1"], period=(dt.date(2025, 1, 1), dt.date(2024, 1, 1))), "x.csv", "cannot be filled"),
        (Asked(["V1"]), "nowhere/x.csv", "no such folder"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_left(tmp_path: Path, asked: Asked, name: str, says: str) -> None:
    with pytest.raises(EvenhandError, match=says):
        write(asked, tmp_path / name)
    assert not list(tmp_path.iterdir())
