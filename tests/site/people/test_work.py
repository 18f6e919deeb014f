"""The start page of staff: their own people, what waits for them, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evenhand.site.people.models import Assessment, Person
from tests.site import records
from tests.site.people.asking import opened
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db


def test_a_worker_sees_their_own_people_and_assessments(house: House) -> None:
    Assessment.objects.create(person=house.person, kind="adult", begun_on=date(2026, 1, 1))
    page = opened(records.signed_in(house.practitioner), "/work/")
    assert "You are the worker of 1 person" in page
    assert "Needs assessment" in page
    assert house.person.name not in opened(records.signed_in(house.outsider), "/work/")


def test_a_manager_sees_what_is_ready_to_determine_in_their_teams(house: House) -> None:
    one = Assessment.objects.create(person=house.person, kind="adult", begun_on=date(2026, 1, 1))
    assert "Needs assessment" not in opened(records.signed_in(house.manager), "/work/")
    Assessment.objects.filter(pk=one.pk).update(state="to_determine")
    assert "Needs assessment" in opened(records.signed_in(house.manager), "/work/")
    other = records.signed_in(records.staff("team_manager", house.other_team))
    assert "Needs assessment" not in opened(other, "/work/")


def test_a_restricted_person_leaves_the_lists_of_whoever_may_not_read(house: House) -> None:
    Person.objects.filter(pk=house.person.pk).update(restricted=True)
    assert house.person.name not in opened(records.signed_in(house.practitioner), "/work/")


@pytest.mark.parametrize("role", ["administrator", "analyst", "auditor", "finance_officer", "broker"])
def test_every_role_has_a_start_page_without_people_who_are_not_theirs(house: House, role: str) -> None:
    assert house.person.name not in opened(records.signed_in(records.staff(role)), "/work/")


def test_its_queries_do_not_grow_with_the_list(house: House) -> None:
    client = records.signed_in(house.practitioner)
    opened(client, "/work/")
    with CaptureQueriesContext(connection) as few:
        opened(client, "/work/")
    for _ in range(15):
        one = records.a_person()
        records.allocate(one, house.team, house.practitioner)
        Assessment.objects.create(person=one, kind="adult", begun_on=date(2026, 1, 1))
    with CaptureQueriesContext(connection) as many:
        opened(client, "/work/")
    assert len(many) == len(few) < 20
