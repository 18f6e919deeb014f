"""Finding people: fuzzily by name, exactly by number, never one whom the actor may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.people.models import Person
from evenhand.site.people.names import likeness
from evenhand.site.people.queries.find import find
from evenhand.site.people.refusals import Refused
from tests.site import records
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(house: House) -> dict[str, Person]:
    names = ("Zoë O'Brien", "John Smith", "Jon Smythe", "Mary Smith", "Łukasz Nowak", "Anne-Marie Müller")
    made = {name: records.a_person(name=name) for name in names}
    for one in made.values():
        records.allocate(one, house.team)
    return made


@pytest.mark.parametrize(
    ("asked", "first"),
    [("zoe obrien", "Zoë O'Brien"), ("O'BRIEN, Zoë", "Zoë O'Brien"), ("jhon smith", "John Smith"),
     ("smythe", "Jon Smythe"),
     ("nowak", "Łukasz Nowak"), ("anne marie muller", "Anne-Marie Müller"), ("mary smith", "Mary Smith")],
)  # fmt: skip
def test_by_name_with_small_mistakes(house: House, named: dict[str, Person], asked: str, first: str) -> None:
    assert find(house.actor, asked)[0] == named[first]


def test_by_legal_name(house: House, named: dict[str, Person]) -> None:
    one = records.a_person(name="Sunny", legal_name="Sunil Kumaraswamy")
    records.allocate(one, house.team)
    assert find(house.actor, "kumarasamy") == [one]


def test_by_numbers_exactly(house: House, named: dict[str, Person]) -> None:
    one = named["John Smith"]
    number = one.nhs_number or ""
    for asked in (number, f"{number[:3]} {number[3:6]} {number[6:]}", (one.council_id or "").lower()):
        assert find(house.actor, asked) == [one]
    assert find(house.actor, number[:-1]) == []


def test_nobody_outside_the_actors_records(house: House, named: dict[str, Person]) -> None:
    assert find(house.outside, "john smith") == []
    assert find(house.outside, named["John Smith"].nhs_number or "") == []
    Person.objects.filter(pk=named["John Smith"].pk).update(restricted=True)
    assert named["John Smith"] not in find(house.actor, "john smith")


@pytest.mark.parametrize("role", ["administrator", "analyst"])
def test_roles_without_cases_may_not_search(house: House, role: str) -> None:
    with pytest.raises(NotPermitted):
        find(records.acting(records.staff(role)), "smith")


def test_a_citizen_may_not_search(house: House) -> None:
    with pytest.raises(NotPermitted):
        find(records.acting(records.citizen(house.person)), "smith")


@pytest.mark.parametrize("asked", ["", " ", "a", "é "])
def test_too_short_is_refused(house: House, asked: str) -> None:
    with pytest.raises(Refused, match="too short"):
        find(house.actor, asked)


@pytest.mark.parametrize("asked", ["%%", "__", "' OR 1=1 --", "\\\\", "😀😀", "x" * 5000, "..."])
def test_odd_words_find_nobody_and_break_nothing(house: House, named: dict[str, Person], asked: str) -> None:
    assert find(house.actor, asked) == []


def test_it_finds_what_a_look_at_every_name_would_find(house: House, named: dict[str, Person]) -> None:
    """A naive twin: every visible person compared in Python, without the index."""
    people = [house.person, *named.values()]
    for asked in ("smith", "john", "marie", "zoe", "invented", "nowack"):
        naive = {one for one in people if likeness(asked, one.name) >= 0.84}
        assert set(find(house.actor, asked)) == naive, asked


def test_queries_do_not_grow_with_what_is_found(house: House, named: dict[str, Person]) -> None:
    client = records.signed_in(house.practitioner)
    client.post("/work/people/", {"asked": "smith"})
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.post("/work/people/", {"asked": "nowak"})
    for _ in range(20):
        records.allocate(records.a_person(name="Many Nowak"), house.team)
    with CaptureQueriesContext(connection) as many:
        client.post("/work/people/", {"asked": "nowak"})
    assert len(many) == len(few) < 30
