"""The register of councils: what a code or a name means depends on the day one asks about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.facts.register import Area, Code, Council, Register, TypeSpell, official, period_end
from evenhand.facts.register_checks import problems

BEGIN = date(2008, 4, 1)
DAYS = st.dates(BEGIN, date(2030, 12, 31))
ENGLAND = official()


# Periods


@pytest.mark.parametrize(
    ("period", "last_day"),
    [
        ("2024-25", date(2025, 3, 31)),
        ("1999-00", date(2000, 3, 31)),
        ("mid-2023", date(2023, 6, 30)),
        ("2019", date(2019, 12, 31)),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, last_day: date) -> None:
    assert period_end(period) == last_day


@pytest.mark.parametrize("period", ["2024-26", "2024/25", "24-25", "mid-23", "", "2024-25 ", "Q1 2024"])
def test_anything_else_is_not_a_period(period: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        period_end(period)


# How many councils there were


@pytest.mark.parametrize(
    ("as_at", "count", "since"),
    [
        (date(2008, 4, 1), 150, "the register begins"),
        (date(2009, 3, 31), 150, "the last day of Cheshire and Bedfordshire"),
        (date(2009, 4, 1), 152, "two successors each"),
        (date(2019, 3, 31), 152, "the last day of Bournemouth and of Poole"),
        (date(2019, 4, 1), 151, "two councils where three had been"),
        (date(2020, 4, 1), 151, "Buckinghamshire became unitary over the same area"),
        (date(2021, 3, 31), 151, "the last day of Northamptonshire"),
        (date(2021, 4, 1), 152, "North and West Northamptonshire"),
        (date(2023, 3, 31), 152, "the last day of Cumbria"),
        (date(2023, 4, 1), 153, "Cumberland, and Westmorland and Furness"),
        (date(2026, 11, 21), 153, "today"),
    ],
)
def test_the_number_of_councils_by_day(as_at: date, count: int, since: str) -> None:
    assert len(ENGLAND.councils(as_at)) == count, since


@pytest.mark.parametrize(("kind", "count"), [("S", 21), ("U", 63), ("M", 36), ("I", 13), ("O", 20)])
def test_todays_councils_by_type(kind: str, count: int) -> None:
    today = date(2024, 3, 31)
    assert sum(ENGLAND.type_of(c.id, today) == kind for c in ENGLAND.councils(today)) == count


def test_regions_by_number_of_councils_today() -> None:
    sizes = {
        a.name: sum(c.region == a.code for c in ENGLAND.councils(date(2024, 3, 31)))
        for a in ENGLAND.areas
        if a.level == "region"
    }
    assert sizes == {
        "North East": 12, "North West": 24, "Yorkshire and The Humber": 15, "East Midlands": 10, "West Midlands": 14,
        "East of England": 11, "London": 33, "South East": 19, "South West": 15,
    }  # fmt: skip


# The laws of a register


def test_the_shipped_register_and_the_tiny_one_keep_every_law(tiny: Register) -> None:
    assert problems(ENGLAND) == []
    assert problems(tiny) == []


def _broken(tiny: Register, **changes: object) -> Register:
    parts = {"councils": tiny.all, "codes": tiny.codes, "areas": tiny.areas, "types": tiny.types} | changes
    return Register(parts["councils"], parts["codes"], parts["areas"], types=parts["types"])  # type: ignore[arg-type]


def _with(tiny: Register, council_id: str, **changes: object) -> tuple[Council, ...]:
    return tuple(replace(c, **changes) if c.id == council_id else c for c in tiny.all)  # type: ignore[arg-type]


def test_each_law_is_noticed_when_it_is_broken(tiny: Register) -> None:
    """A check that cannot fail is no check: each breach below is found by the sentence beside it."""
    a = tiny.codes[0]
    spell = TypeSpell("ashvale", "S", BEGIN, date(2010, 3, 31))
    cases = [
        (_broken(tiny, councils=(*tiny.all, tiny.all[0])), "ashvale is in the register twice"),
        (_broken(tiny, councils=_with(tiny, "ashvale", region="X")), "not in the areas: X"),
        (_broken(tiny, councils=_with(tiny, "ashvale", council_type="Q")), "not in the areas: Q"),
        (_broken(tiny, councils=_with(tiny, "ashvale", valid_from=date(2007, 4, 1))), "before the register does"),
        (_broken(tiny, councils=_with(tiny, "ashvale", valid_to=date(2008, 3, 1))), "ends before it begins"),
        (_broken(tiny, councils=_with(tiny, "ashvale", valid_to=date(2012, 3, 31))), "nobody serves its area"),
        (_broken(tiny, councils=_with(tiny, "north-thornshire", predecessors=())), "does not name thornshire"),
        (_broken(tiny, councils=_with(tiny, "thornshire", successors=("south-thornshire",))), "does not name north-"),
        (_broken(tiny, councils=_with(tiny, "thornshire", valid_to=date(2021, 3, 30))), "does not begin the day after"),
        (_broken(tiny, codes=(*tiny.codes, replace(a, council="nowhere"))), "a code belongs to no council"),
        (_broken(tiny, codes=(*tiny.codes, replace(a, council="dunmere"))), "means ashvale and dunmere on the same"),
        (_broken(tiny, codes=tiny.codes[1:]), "the gss codes of ashvale do not cover"),
        (_broken(tiny, codes=(*tiny.codes, replace(a, code="E66000099"))), "the gss codes of ashvale do not cover"),
        (_broken(tiny, types=[spell]), "the types of ashvale do not cover"),
        (_broken(tiny, types=[replace(spell, valid_to=None)]), "the latest type of ashvale is S"),
        (_broken(tiny, types=[replace(spell, council="nowhere")]), "a type belongs to no council"),
        (_broken(tiny, areas=tiny.areas[1:]), "exactly one country"),
        (_broken(tiny, areas=(*tiny.areas, Area("E62000009", "region", "Dunmere", ()))), "'Dunmere' is the area"),
        (_broken(tiny, areas=(*tiny.areas, Area("E62000009", "region", "Far Vale", ("NV",)))), "finds another area"),
        (_broken(tiny, councils=_with(tiny, "dunmere", other_names=("Ashvale",))), "'Ashvale' does not find"),
    ]  # fmt: skip
    for register, sentence in cases:
        assert any(sentence in p for p in problems(register)), (sentence, problems(register))


@given(DAYS)
def test_on_every_day_each_code_means_at_most_one_council(day: date) -> None:
    for text in {c.code for c in ENGLAND.codes}:
        holders = {c.council for c in ENGLAND.codes if c.code == text and c.valid(day)}
        assert len(holders) <= 1
        found = ENGLAND.by_code(text, day)
        assert found is None or found.existed(day)
        if holders:
            assert found is ENGLAND.council(holders.pop())


@given(DAYS)
def test_on_every_day_each_council_is_found_by_its_codes_its_names_and_itself(day: date) -> None:
    for c in ENGLAND.councils(day):
        for text in (ENGLAND.gss(c.id, day), ENGLAND.code_of(c.id, "cassr", day), c.name, c.short_name, c.id):
            assert ENGLAND.find(text, day) is c
            assert ENGLAND.find(f"  {text.upper()} ", day) is c


@given(DAYS)
def test_on_every_day_the_areas_are_found_and_never_mistaken_for_councils(day: date) -> None:
    for a in ENGLAND.areas:
        for text in (a.code, a.name, *a.aliases):
            assert ENGLAND.find(text, day) is a
            assert ENGLAND.by_name(text, day) is None


# What codes mean

OLD, NEW = date(2019, 3, 31), date(2019, 4, 1)


@pytest.mark.parametrize(
    ("code", "as_at", "council"),
    [
        ("106", date(2024, 3, 31), "gateshead"),
        ("809", OLD, "dorset-county"),
        ("809", NEW, "dorset"),
        ("E10000009", OLD, "dorset-county"),
        ("E10000009", NEW, None),
        ("E06000059", OLD, None),
        ("E06000059", NEW, "dorset"),
        ("738", OLD, None),
        ("738", NEW, "bournemouth-christchurch-and-poole"),
        ("810", OLD, "bournemouth"),
        ("810", NEW, None),
        ("612", date(2020, 3, 31), "buckinghamshire"),
        ("916", date(2020, 4, 1), "buckinghamshire"),
        ("102", date(2023, 3, 31), "cumbria"),
        ("102", date(2023, 4, 1), None),
        ("H6X4G", date(2023, 4, 1), "cumberland"),
        ("h6x4g", date(2025, 3, 31), "cumberland"),
        ("W8X1Q", date(2025, 3, 31), "westmorland-and-furness"),
        ("Z9D4Z", date(2025, 3, 31), "north-northamptonshire"),
        ("U6Q5Z", date(2025, 3, 31), "west-northamptonshire"),
        ("504", date(2021, 3, 31), "northamptonshire"),
        ("504", date(2021, 4, 1), None),
        ("320", date(2009, 3, 31), "cheshire"),
        ("610", date(2009, 3, 31), "bedfordshire"),
        (" 908 ", date(2010, 3, 31), "bath-and-north-east-somerset"),
        ("E06000048", date(2013, 3, 31), "northumberland"),
        ("E06000057", date(2013, 4, 1), "northumberland"),
        ("E08000037", date(2013, 4, 1), "gateshead"),
        ("E08000038", date(2025, 4, 1), "barnsley"),
        ("E08000039", date(2025, 4, 1), "sheffield"),
        ("999", date(2024, 3, 31), None),
        ("", date(2024, 3, 31), None),
    ],
)
def test_a_code_means_a_council_on_a_day(code: str, as_at: date, council: str | None) -> None:
    found = ENGLAND.by_code(code, as_at)
    assert (found.id if found else None) == council


@pytest.mark.parametrize(
    ("code", "as_at", "council", "why"),
    [
        ("E08000016", date(2026, 3, 31), "barnsley", "a superseded code goes on being printed"),
        ("E08000038", date(2025, 3, 31), "barnsley", "a new code begins to be printed early"),
        ("E06000060", date(2016, 3, 31), "buckinghamshire", "ASCOF prints the past under today's code"),
        ("E06000065", date(2016, 3, 31), "north-yorkshire", "ASCOF prints the past under today's code"),
        ("E06000066", date(2016, 3, 31), "somerset", "ASCOF prints the past under today's code"),
        ("E10000027", date(2024, 3, 31), "somerset", "the code of the county"),
        ("E10000033", date(2012, 3, 31), "wiltshire", "the code of the county before 2009"),
    ],
)
def test_a_code_outside_its_own_dates_still_means_its_council(code: str, as_at: date, council: str, why: str) -> None:
    found = ENGLAND.by_code(code, as_at)
    assert found is not None, why
    assert found.id == council


@pytest.mark.parametrize(
    ("council", "as_at", "gss", "cassr"),
    [
        ("gateshead", date(2013, 3, 31), "E08000020", "106"),
        ("gateshead", date(2013, 4, 1), "E08000037", "106"),
        ("buckinghamshire", date(2020, 3, 31), "E10000002", "612"),
        ("buckinghamshire", date(2020, 4, 1), "E06000060", "916"),
        ("northumberland", date(2009, 3, 31), "E10000022", "104"),
        ("northumberland", date(2009, 4, 1), "E06000048", "104"),
        ("cumbria", date(2026, 1, 1), "E10000006", "102"),
        ("cumberland", date(2010, 1, 1), "E06000063", "H6X4G"),
    ],
)
def test_the_codes_of_a_council_on_a_day_or_the_nearest_to_it(council: str, as_at: date, gss: str, cassr: str) -> None:
    assert ENGLAND.gss(council, as_at) == gss
    assert ENGLAND.code_of(council, "cassr", as_at) == cassr


def test_a_council_without_a_code_says_so(tiny: Register) -> None:
    bare = Register(tiny.all, (), tiny.areas)
    with pytest.raises(UnknownArea, match="no ONS code for 'ashvale'"):
        bare.gss("ashvale", BEGIN)
    with pytest.raises(UnknownArea, match="scheme 'ods'"):
        tiny.code_of("ashvale", "ods", BEGIN)


def test_a_code_that_two_standing_councils_have_carried_is_refused_outside_its_dates(tiny: Register) -> None:
    codes = [
        Code("ashvale", "cassr", "777", BEGIN, date(2010, 3, 31), "invented"),
        Code("dunmere", "cassr", "777", date(2011, 4, 1), date(2012, 3, 31), "invented"),
    ]
    register = Register(tiny.all, codes, tiny.areas)
    found = [register.by_code("777", d) for d in (BEGIN, date(2011, 1, 1), date(2011, 4, 1), date(2020, 1, 1))]
    assert [c.id if c else None for c in found] == ["ashvale", None, "dunmere", None]


# Types


@pytest.mark.parametrize(
    ("council", "changed"),
    [
        ("cornwall", date(2009, 4, 1)), ("durham", date(2009, 4, 1)), ("northumberland", date(2009, 4, 1)),
        ("shropshire", date(2009, 4, 1)), ("wiltshire", date(2009, 4, 1)), ("buckinghamshire", date(2020, 4, 1)),
        ("north-yorkshire", date(2023, 4, 1)), ("somerset", date(2023, 4, 1)),
    ],
)  # fmt: skip
def test_a_county_that_became_unitary_over_its_whole_area_is_one_council(council: str, changed: date) -> None:
    before = changed - timedelta(days=1)
    c = ENGLAND.council(council)
    assert c.existed(before)
    assert c.existed(changed)
    assert not c.predecessors
    assert (ENGLAND.type_of(council, before), ENGLAND.type_of(council, changed)) == ("S", "U")
    assert ENGLAND.gss(council, before)[:3] == "E10"
    assert ENGLAND.gss(council, changed)[:3] == "E06"


def test_a_council_without_dated_types_has_its_own(tiny: Register) -> None:
    assert tiny.type_of("ashvale", BEGIN) == "U"
    with pytest.raises(UnknownArea):
        tiny.type_of("nowhere", BEGIN)


@pytest.mark.parametrize(
    ("gone", "heirs"),
    [
        ("cheshire", {"cheshire-east", "cheshire-west-and-chester"}),
        ("bedfordshire", {"bedford", "central-bedfordshire"}),
        ("dorset-county", {"dorset", "bournemouth-christchurch-and-poole"}),
        ("bournemouth", {"bournemouth-christchurch-and-poole"}),
        ("poole", {"bournemouth-christchurch-and-poole"}),
        ("northamptonshire", {"north-northamptonshire", "west-northamptonshire"}),
        ("cumbria", {"cumberland", "westmorland-and-furness"}),
    ],
)
def test_a_council_whose_area_was_divided_or_joined_has_successors(gone: str, heirs: set[str]) -> None:
    assert set(ENGLAND.council(gone).successors) == heirs


def test_nobody_else_ended() -> None:
    assert {c.id for c in ENGLAND.all if c.valid_to} == {
        "cheshire", "bedfordshire", "dorset-county", "bournemouth", "poole", "northamptonshire", "cumbria",
    }  # fmt: skip


# Names


@pytest.mark.parametrize(
    ("name", "as_at", "council"),
    [
        ("Northumberland UA", date(2010, 3, 31), "northumberland"),
        ("Bath and Somerset UA", date(2010, 3, 31), "bath-and-north-east-somerset"),
        ("Bath & North East Somerset Council", date(2024, 3, 31), "bath-and-north-east-somerset"),
        ("Medway Towns UA", date(2010, 3, 31), "medway"),
        ("Bedford Borough", date(2014, 3, 31), "bedford"),
        ("Isle of Wight Council", date(2014, 3, 31), "isle-of-wight"),
        ("Stoke on Trent", date(2014, 3, 31), "stoke-on-trent"),
        ("St. Helens", date(2025, 3, 31), "st-helens"),
        ("Telford and the Wrekin", date(2025, 3, 31), "telford-and-wrekin"),
        ("Kingston upon Hull City of", date(2018, 3, 31), "kingston-upon-hull"),
        ("Kingston upon Hull, City of", date(2021, 3, 31), "kingston-upon-hull"),
        ("Herefordshire County of", date(2018, 3, 31), "herefordshire"),
        ("Bristol, City of", date(2021, 3, 31), "bristol"),
        ("County Durham", date(2021, 3, 31), "durham"),
        ("Durham County Council", date(2021, 3, 31), "durham"),
        ("Buckinghamshire County Council", date(2018, 3, 31), "buckinghamshire"),
        ("London Borough of Hackney", date(2024, 3, 31), "hackney"),
        ("Royal Borough of Greenwich", date(2024, 3, 31), "greenwich"),
        ("WESTMINSTER CITY COUNCIL", date(2024, 3, 31), "westminster"),
        ("City of Bradford Metropolitan District Council", date(2024, 3, 31), "bradford"),
        ("Cheshire East Borough Council", date(2024, 3, 31), "cheshire-east"),
        ("Dorset", date(2014, 3, 31), "dorset-county"),
        ("Dorset County Council", date(2014, 3, 31), "dorset-county"),
        ("Dorset County", date(2025, 3, 31), None),
        ("Dorset", date(2025, 3, 31), "dorset"),
        ("Dorset Council", date(2025, 3, 31), "dorset"),
        ("Poole", date(2025, 3, 31), None),
        ("City of London", date(2024, 3, 31), "city-of-london"),
        ("London", date(2024, 3, 31), None),
        ("Derby City Council", date(2024, 3, 31), "derby"),
        ("Derbyshire County Council", date(2024, 3, 31), "derbyshire"),
        ("Cornwall and Isles of Scilly", date(2025, 3, 31), None),
        ("Council", date(2024, 3, 31), None),
        ("", date(2024, 3, 31), None),
    ],
)
def test_a_name_means_a_council_on_a_day(name: str, as_at: date, council: str | None) -> None:
    found = ENGLAND.by_name(name, as_at)
    assert (found.id if found else None) == council


@given(DAYS)
def test_every_standing_council_has_its_name_to_itself_in_all_its_forms(day: date) -> None:
    standing = ENGLAND.councils(day)
    assert len({c.name for c in standing}) == len(standing)
    for c in standing:
        forms = [f"{c.name} Council", f"The {c.name} Borough Council", f"{c.name} UA", c.name.replace(" and ", " & ")]
        # Without its *City of*, the City of London would be London: it answers to its own names only.
        expected = None if c.id == "city-of-london" else c
        assert {ENGLAND.by_name(form, day) for form in forms[:3]} == {expected}, c.id
        assert ENGLAND.by_name(forms[3], day) is c


@pytest.mark.parametrize(
    ("text", "area", "level"),
    [
        ("England", "E92000001", "country"), ("TOTAL England", "E92000001", "country"), ("Eng", "E92000001", "country"),
        ("E", "E12000006", "region"), ("Eastern", "E12000006", "region"), ("East", "E12000006", "region"),
        ("EM", "E12000004", "region"), ("L", "E12000007", "region"), ("London", "E12000007", "region"),
        ("NE", "E12000001", "region"), ("NW", "E12000002", "region"), ("SE", "E12000008", "region"),
        ("SW", "E12000009", "region"), ("WM", "E12000005", "region"), ("YH", "E12000003", "region"),
        ("Yorkshire and Humber", "E12000003", "region"), ("Yorkshire and the Humber", "E12000003", "region"),
        ("S", "S", "council_type"), ("Shire County", "S", "council_type"),
        ("U", "U", "council_type"), ("Unitary Authority", "U", "council_type"),
        ("M", "M", "council_type"), ("Metropolitan District", "M", "council_type"),
        ("I", "I", "council_type"), ("Inner London", "I", "council_type"),
        ("O", "O", "council_type"), ("Outer London", "O", "council_type"), ("District", "D", "council_type"),
    ],
)  # fmt: skip
def test_publishers_spellings_of_areas(text: str, area: str, level: str) -> None:
    found = ENGLAND.find(text, date(2024, 3, 31))
    assert isinstance(found, Area)
    assert (found.code, found.level) == (area, level)


def test_england_is_the_country() -> None:
    assert ENGLAND.country.name == "England"
    assert ENGLAND.area("Wales") is None


# What people are told


@pytest.mark.parametrize(
    ("text", "as_at", "says"),
    [
        ("Gatehead", date(2024, 3, 31), "Did you mean Gateshead?"),
        ("Norht East", date(2024, 3, 31), "Did you mean North East"),
        ("Cumbira", date(2020, 3, 31), "Cumbria"),
        ("Cumbria", date(2024, 3, 31), "now served by Cumberland; Westmorland and Furness."),
        ("Cumbria", date(2024, 3, 31), "on 31 March 2024 (it was 1 April 2008 to 31 March 2023)"),
        ("E10000006", date(2024, 3, 31), "Cumbria was not a council"),
        ("Cumberland", date(2020, 3, 31), "was then served by Cumbria."),
        ("Cumberland", date(2020, 3, 31), "(it was from 1 April 2023)"),
        ("Poole", date(2024, 3, 31), "now served by Bournemouth, Christchurch and Poole."),
        ("qqqqqq", date(2024, 3, 31), "Try the name as the council writes it."),
    ],
)
def test_what_is_not_found_is_answered_with_the_nearest_names_or_the_heirs(text: str, as_at: date, says: str) -> None:
    with pytest.raises(UnknownArea) as error:
        ENGLAND.find(text, as_at)
    assert says in str(error.value)


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(UnknownArea, match="no council with the id 'atlantis'"):
        ENGLAND.council("atlantis")


def test_every_council_that_ever_had_a_code() -> None:
    assert {c.id for c in ENGLAND.ever_by_code("809")} == {"dorset", "dorset-county"}
    assert ENGLAND.ever_by_code("000") == ()


# Registers of other places


def test_a_register_is_read_from_a_folder(tiny: Register) -> None:
    assert tiny.simulated
    assert not ENGLAND.simulated
    assert [c.id for c in tiny.councils(date(2022, 1, 1))][-1] == "south-thornshire"
    found = tiny.by_code("E66000003", date(2026, 1, 1))
    assert found is not None
    assert found.id == "corvedale"


def test_a_folder_without_a_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match=r"councils\.csv"):
        Register.from_folder(tmp_path)


def test_an_unknown_level_says_where(tmp_path: Path) -> None:
    for name in ("councils.csv", "council_codes.csv"):
        (tmp_path / name).write_text((Path(__file__).parent.parent / "tiny" / name).read_text(), encoding="utf-8")
    (tmp_path / "areas.csv").write_text("code,level,name,aliases\nX,county,Xshire,\n", encoding="utf-8")
    with pytest.raises(EvenhandError, match=r"areas\.csv, row 2: 'county' is not a level"):
        Register.from_folder(tmp_path)
