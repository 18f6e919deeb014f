"""The number of queries of a page does not grow with the records: ten people or a hundred, the same count.

The times are measured by ``benchmarks/bench_records.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import Team, User
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.people.models import Access, Assessment, Link, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.queries import look
from tests.site import records

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 100


@dataclass
class Council:
    """Some people of one worker, each with an assessment and carers beside them; one of them signs in."""

    team: Team
    worker: User
    citizen: User
    person: Person
    assessment: Assessment
    auditor: User
    administrator: User


@pytest.fixture
def council(settings: Settings) -> Council:
    settings.RECORDS = True
    team = records.team("North")
    worker = records.staff(Role.PRACTITIONER, team)
    person = records.a_person(name="Ada Lovegrove")
    records.allocate(person, team, worker)
    citizen = records.citizen(person)
    made = Assessment.objects.create(person=person, kind="adult", begun_on="2026-01-05", begun_by=worker)
    return Council(team, worker, citizen, person, made, records.staff(Role.AUDITOR), records.staff(Role.ADMINISTRATOR))


def grow(council: Council, count: int) -> None:
    """So many more of everything: people, links to the one, who signs in to the one's record, events, staff."""
    for number in range(count):
        one = records.a_person(name=f"Ada Lovegrove {number}", is_carer=True)
        worker = records.staff(Role.PRACTITIONER, council.team)
        records.allocate(one, council.team, council.worker)
        Link.objects.create(person=council.person, kind="carer", other=one)
        Assessment.objects.create(person=one, kind="adult", begun_on="2026-01-05", begun_by=worker)
        Assessment.objects.create(
            person=council.person, kind="adult", begun_on="2020-01-05", begun_by=worker, state=State.STOPPED,
            stopped_why="Moved",
        )  # fmt: skip
        Access.objects.create(person=council.person, user=records.citizen(), standing=Standing.SUPPORTER)
        look(records.acting(worker), council.person.reference)


PAGES: dict[str, Callable[[Council], tuple[User, str]]] = {
    "work": lambda c: (c.worker, "/work/"),
    "person": lambda c: (c.worker, f"/work/people/{c.person.reference}/"),
    "assessments": lambda c: (c.worker, f"/work/people/{c.person.reference}/assessments/"),
    "assessment": lambda c: (c.worker, f"/work/people/{c.person.reference}/assessments/{c.assessment.reference}/"),
    "audit": lambda c: (c.auditor, "/work/audit/"),
    "who has looked": lambda c: (c.auditor, f"/work/people/{c.person.reference}/looked/"),
    "staff": lambda c: (c.administrator, "/work/staff/"),
    "my record": lambda c: (c.citizen, f"/my/{c.person.reference}/"),
    "who has looked at mine": lambda c: (c.citizen, f"/my/{c.person.reference}/looked/"),
    "my supporters": lambda c: (c.citizen, f"/my/{c.person.reference}/supporters/"),
}


def counted(client: Client, path: str) -> tuple[int, int]:
    """The queries of a page, and how long it is."""
    client.get(path)  # the first visit of a session writes more
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen), len(answer.content)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_a_hundred_as_for_ten(council: Council, name: str) -> None:
    user, path = PAGES[name](council)
    client = records.signed_in(user)
    grow(council, FEW)
    few, short = counted(client, path)
    grow(council, MANY - FEW)
    many, long = counted(client, path)
    assert many == few
    assert name in {"assessment"} or long > short, "the page shows more"


def test_a_search_asks_as_often_for_many_finds_as_for_few(council: Council) -> None:
    client = records.signed_in(council.worker)

    def search() -> int:
        with CaptureQueriesContext(connection) as seen:
            answer = client.post("/work/people/", {"asked": "lovegrove ada"})
        assert answer.status_code == 200
        return len(seen)

    search()
    grow(council, 3)
    few = search()
    grow(council, 40)
    assert search() == few
