"""The private half is open, with a home of its own for files that wait; a team with a manager and a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team, User
from evenhand.site.people.models import Person
from tests.site import records


@pytest.fixture(autouse=True)
def records_open(settings: Settings, tmp_path: Path) -> None:
    """Without this every address of the private half answers 404, and files would wait in a real home."""
    settings.RECORDS = True
    settings.EVENHAND_HOME = tmp_path / "home"


@dataclass
class House:
    """A team with its manager and a person; another team with a person whom this manager cannot see."""

    team: Team
    manager: User
    person: Person
    other_team: Team
    unseen: Person

    @property
    def actor(self) -> Actor:
        return records.acting(self.manager)


@pytest.fixture
def house(db: None) -> House:
    team, other = records.team("North"), records.team("South")
    found = House(
        team=team,
        manager=records.staff("team_manager", team, name="Mo Manager"),
        person=records.a_person(name="Ada Invented", council_id="C1", postcode="NE1 1EE"),
        other_team=other,
        unseen=records.a_person(name="Una Seen", council_id="U1"),
    )
    records.allocate(found.person, team)
    records.allocate(found.unseen, other)
    return found
