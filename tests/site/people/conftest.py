"""The private half is open in these tests; a team with a practitioner, a manager and a person."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pytest_django.fixtures import Settings

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team, User
from evenhand.site.people.models import Person
from tests.site import records


@pytest.fixture(autouse=True)
def records_open(settings: Settings) -> None:
    """Without this every address of the private half answers 404."""
    settings.RECORDS = True


@dataclass
class House:
    """A team, who works in it, and a person it works with; a second team with a practitioner of its own."""

    team: Team
    practitioner: User
    manager: User
    person: Person
    other_team: Team
    outsider: User

    @property
    def actor(self) -> Actor:
        return records.acting(self.practitioner)

    @property
    def managing(self) -> Actor:
        return records.acting(self.manager)

    @property
    def outside(self) -> Actor:
        return records.acting(self.outsider)


@pytest.fixture
def house(db: None) -> House:
    team, other = records.team("North"), records.team("South")
    found = House(
        team=team,
        practitioner=records.staff("practitioner", team, name="Pat Practitioner"),
        manager=records.staff("team_manager", team, name="Mo Manager"),
        person=records.a_person(name="Ada Invented"),
        other_team=other,
        outsider=records.staff("practitioner", other, name="Oli Outsider"),
    )
    records.allocate(found.person, team, found.practitioner)
    return found
