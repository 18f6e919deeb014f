"""The quick ways of finding records over a whole file give what the slow, plain ones give for each row."""

from __future__ import annotations

import random
from datetime import date

import pytest
from scripts.permission_world import STAFF, make

from evenhand.site.people.importing import matching
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.queries.doubles import MOST, doubles
from tests.site import records
from tests.site.importing.conftest import House

pytestmark = pytest.mark.django_db
NAMES = ("Ada Invented", "Ada Invnted", "Invented Ada", "Adam Invented", "Zoë O'Brien", "Zoe OBrien", "Bo Made")
PLACES = ("", "NE1 1EE", "NE2 2EE")


def some_birth(chance: random.Random) -> tuple[date | None, str]:
    to = chance.choice(BornTo.values)
    day = date(chance.choice([1950, 1951]), chance.choice([5, 6]), chance.choice([1, 17]))
    if to == BornTo.UNKNOWN:
        return None, to
    return day.replace(day=day.day if to == BornTo.DAY else 1, month=1 if to == BornTo.YEAR else day.month), to


def test_likely_doubles_are_those_that_a_page_would_show(house: House) -> None:
    chance = random.Random(7)
    for number in range(60):
        born, to = some_birth(chance)
        person = records.a_person(
            name=chance.choice(NAMES), legal_name=chance.choice(["", "Ada Invented"]), born=born, born_to=to,
            postcode=chance.choice(PLACES), council_id=f"D{number}",
        )  # fmt: skip
        records.allocate(person, chance.choice([house.team, house.team, house.other_team]))
    quick = matching.everybody(house.actor, matching.ours(house.actor))
    found = 0
    for _ in range(60):
        born, to = some_birth(chance)
        row = matching.Known(chance.choice(NAMES), "", born, to, chance.choice(PLACES), row=2)
        given = {"name": row.name, "born": born, "born_to": to, "postcode": row.postcode}
        slow = {(one.person.reference, one.why) for one in doubles(house.actor, given).seen}
        mine = {(one.reference, why) for one, why in quick.of(row)}
        assert slow == mine if len(slow) < MOST else slow <= mine, row
        found += len(slow)
    assert found > 100, "the examples meet"


def test_what_may_be_changed_is_what_the_rules_say() -> None:
    world = make()
    for role in STAFF:
        actor = records.acting(world.users[role])
        rule = {case for case, person in world.people.items() if actor.may("people.person.change", person)}
        ids = set(matching.changeable(actor).values_list("pk", flat=True))
        assert {case for case, person in world.people.items() if person.pk in ids} == rule, role
    assert not matching.changeable(records.acting(world.users["inactive"])).exists()
