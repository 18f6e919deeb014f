"""The fictional council: who is in it, that it is made once and whole, and never beside anybody real."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from evenhand.facts.care_act import criteria
from evenhand.facts.errors import EvenhandError
from evenhand.facts.people import needs
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team, User
from evenhand.site.accounts.queries import DEMO_EMAIL, role_of, staff
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.audit.models import Event
from evenhand.site.audit.verify import verify
from evenhand.site.people.models import Access, Answer, Assessment, Determination, Link, Person
from evenhand.site.people.models.assessment import Said, State
from evenhand.site.people.models.person import BornTo, Reason
from evenhand.site.people.numbers import nhs_number as checked_number
from evenhand.site.people.numbers import postcode as checked_postcode
from evenhand.site.people.queries.find import find
from evenhand.site.seeding import lives as drawn
from evenhand.site.seeding import seed as seeding
from evenhand.site.seeding import today
from evenhand.site.seeding.drawing import listed, nhs_number
from tests.site import records

NOW = datetime(2026, 6, 16, 11, 0, tzinfo=UTC)  # a Tuesday


@pytest.fixture
def demonstration(settings: Settings) -> None:
    settings.RECORDS = settings.DEMO = True


@pytest.fixture(scope="class")
def council(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:  # fmt: skip
    """Made once for the class, in a transaction that is undone after it; the home that it was made in."""
    home = tmp_path_factory.mktemp("council")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True, RECORDS=True, EVENHAND_HOME=home):
            assert seeding.seed()
            yield home
        transaction.set_rollback(True)


@pytest.mark.usefixtures("council", "demonstration")
class TestWhoIsInIt:
    def test_three_hundred_people_whom_nothing_can_reach(self) -> None:
        assert Person.objects.count() == 300
        for one in Person.objects.all():
            assert one.nhs_number is None or re.fullmatch("999[0-9]{7}", checked_number(one.nhs_number) or "")
            assert re.fullmatch("(01632 960|07700 900)[0-9]{3}|", one.phone)
            assert one.email == "" or one.email.endswith("@example.org")
            assert one.postcode.startswith("XV")
            assert checked_postcode(one.postcode) == one.postcode
            assert set(one.formats) <= set(needs())
        for user in User.objects.all():
            assert user.email.endswith((DEMO_EMAIL, "@example.org"))
            assert not user.has_usable_password()
        for link in Link.objects.exclude(reached=""):
            assert re.fullmatch("(01632 960|07700 900)[0-9]{3}", link.reached)

    def test_lives_of_many_kinds(self) -> None:
        people = list(Person.objects.all())
        kinds = {
            "adult": sum(one.is_adult and not one.is_carer for one in people),
            "carer": sum(one.is_carer and not one.is_adult for one in people),
            "both": sum(one.is_carer and one.is_adult for one in people),
            "died": sum(one.died is not None for one in people),
            "moved": sum(one.moved is not None for one in people),
            "restricted": sum(one.restricted for one in people),
            "safeguarding": sum(one.safeguarding for one in people),
            "part of a birth": sum(one.born_to != BornTo.DAY for one in people),
            "another language": sum(one.language != "English" for one in people),
            "an interpreter": sum(one.interpreter for one in people),
            "without a team": sum(not one.allocations.exists() and not one.died for one in people),
        }
        assert not [kind for kind, count in kinds.items() if not count], kinds
        reasons = Counter(one.reason for one in people if one.is_adult)
        assert reasons.most_common(1)[0][0] == Reason.PERSONAL_CARE
        assert len({one.name for one in people}) > 250
        assert all(link.other and link.other.is_carer for link in Link.objects.filter(kind="carer"))

    def test_a_card_for_each_role_and_for_citizens_of_each_standing(self) -> None:
        auditor = Actor(User.objects.get(grants__role=Role.AUDITOR))
        cards = User.objects.filter(email__endswith=DEMO_EMAIL)
        assert {role_of(user) for user in staff(auditor) if user.email.endswith(DEMO_EMAIL)} == set(Role.values)
        assert set(Access.objects.filter(user__in=cards).values_list("standing", flat=True)) == set(Standing.values)
        assert Team.objects.count() == 4

    def test_assessments_in_every_state_whose_decisions_are_what_the_test_gives(self) -> None:
        held = set(Assessment.objects.values_list("kind", "state"))
        assert held == {(kind, state) for kind in ("adult", "carer") for state in State.values}
        assert set(Determination.objects.values_list("eligible", flat=True)) == {True, False}
        for one in Determination.objects.select_related("assessment"):
            assert one.eligible is one.test_says
            assert one.trace[-1]["holds"] is one.eligible
            assert one.eligible or len(one.advice) >= 20
        assert Said.objects.exclude(words="").exists()
        assert Assessment.objects.filter(easy_read=True, state=State.WITH_PERSON).exists()

    def test_the_audit_verifies_and_its_times_rise(self, council: Path, settings: Settings) -> None:
        settings.EVENHAND_HOME = council  # where the key of its checkpoint is known
        found = verify()
        assert found.whole, found.findings
        assert found.checkpoints == 1
        times = list(Event.objects.order_by("number").values_list("at", flat=True))
        assert times == sorted(times)
        assert len(times) > 5_000

    def test_people_are_found_by_name_through_the_pages_own_search(self) -> None:
        worker = Actor(User.objects.get(name=listed("names")["staff"][0]["name"]))
        person = Person.objects.filter(allocations__worker=worker.user, allocations__ended_at=None, died=None)[0]
        assert person in find(worker, person.name)

    def test_every_card_signs_in_and_sees_its_first_page(self) -> None:
        for user in User.objects.filter(email__endswith=DEMO_EMAIL):
            client = Client(REMOTE_ADDR="127.0.0.1", HTTP_HOST="localhost")
            answer = client.post("/account/demo/", {"reference": user.reference}, follow=True)
            assert answer.status_code == 200, user.email
            assert answer.redirect_chain[-1][0] in ("/work/", "/my/")
            assert user.name in answer.content.decode()


# --- made once, whole, and alone --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_made_again_it_is_found_and_nothing_is_added(demonstration: None) -> None:
    said: list[str] = []
    assert seeding.seed(said.append)
    events = Event.objects.count()
    assert not seeding.seed(said.append)
    assert (Person.objects.count(), Event.objects.count()) == (300, events)
    assert said == ["The council of Askerfield is in the records: 300 invented people."]


@pytest.mark.django_db
def test_what_breaks_at_the_last_step_leaves_nothing(demonstration: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(today, "happen", killed)
    with pytest.raises(KeyboardInterrupt):
        seeding.seed()
    left = (Person.objects.count(), User.objects.count(), Team.objects.count(), Event.objects.count())
    assert left == (0, 0, 0, 0)
    monkeypatch.undo()


def somebody() -> None:
    records.a_person()


def an_account() -> None:
    records.staff(Role.ADMINISTRATOR)


@pytest.mark.django_db
@pytest.mark.parametrize("there", [somebody, an_account])
def test_it_is_never_made_beside_records_that_are_not_its_own(demonstration: None, there: Any) -> None:
    there()
    before = (Person.objects.count(), User.objects.count())
    with pytest.raises(EvenhandError, match=r"did not make.* EVENHAND_HOME of its own"):
        seeding.seed()
    assert (Person.objects.count(), User.objects.count()) == before


@pytest.mark.django_db
def test_outside_the_demonstration_it_is_refused(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(EvenhandError, match="demonstration only"):
        seeding.seed()
    assert not Person.objects.exists()


# --- the dice ---------------------------------------------------------------------------------------------------------


def told(dice: int) -> list[tuple[Any, ...]]:
    people = [life.person for life in drawn.lives(Random(dice), 300, NOW.date())]
    return [(one.name, one.born, one.reason, one.nhs_number, one.postcode) for one in people]


def test_the_same_seed_gives_the_same_people_and_another_one_others() -> None:
    assert told(1) == told(1)
    assert told(1) != told(2)


def test_numbers_never_repeat_as_far_as_the_benchmark_goes() -> None:
    made = [nhs_number(11 * number) for number in range(2_000)]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("kind", ["adult", "carer"])
def test_there_are_words_for_every_outcome(kind: str) -> None:
    outcomes = criteria(kind, NOW.date()).outcomes
    assert set(listed("told")[kind]) == set(outcomes)
    assert all(listed("told")[kind][key][how] for key in outcomes for how in ("able", "unable"))
    assert Answer._meta.get_field("own_words").max_length


def test_there_is_a_cause_for_every_reason() -> None:
    assert set(listed("told")["cause"]) == set(Reason.values)
