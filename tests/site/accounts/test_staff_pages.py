"""The administrator's pages: who may open them, what they change, and what they never take from a form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import Invitation, Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import staff
from evenhand.site.accounts.views.staff import CHANGES
from evenhand.site.audit.models import Event
from tests.site import records

pytestmark = pytest.mark.django_db
REASON = {"why": "left the council"}


@pytest.fixture(autouse=True)
def open_records(settings: Settings) -> None:
    settings.RECORDS = True


@pytest.fixture
def administrator() -> User:
    return records.staff(Role.ADMINISTRATOR, name="Ada Administrator")


@pytest.fixture
def browser(administrator: User) -> Client:
    return records.signed_in(administrator)


@pytest.fixture
def worker() -> User:
    return records.staff(Role.PRACTITIONER, records.team("North"), name="Wil Worker")


def role_of(user: User) -> str:
    return records.acting(user).role


def addresses_of(worker: User) -> list[str]:
    team = Team.objects.get(name="North")
    return [
        "/work/staff/", "/work/staff/invite/", f"/work/staff/{worker.reference}/", "/work/teams/", "/work/teams/new/",
        f"/work/teams/{team.reference}/name/", f"/work/teams/{team.reference}/close/",
        *(f"/work/staff/{worker.reference}/{what}/" for what in CHANGES),
    ]  # fmt: skip


READ = {Role.AUDITOR: 3, Role.ADMINISTRATOR: 14}


@pytest.mark.parametrize("role", [*Role, ""])
def test_administrators_change_auditors_read_and_others_see_nothing(role: str, worker: User) -> None:
    browser = records.signed_in(records.staff(role) if role else records.citizen())
    answers = [browser.get(address).status_code for address in addresses_of(worker)]
    opened = READ.get(role, 0)  # type: ignore[call-overload]
    assert sorted(answers) == [200] * opened + [403] * (14 - opened)


def test_a_citizen_and_nobody_are_refused_in_the_same_words(browser: Client) -> None:
    citizen = records.citizen()
    pages = [browser.get(f"/work/staff/{reference}/") for reference in (citizen.reference, "abcdefghjkmn")]
    assert [page.status_code for page in pages] == [403, 403]
    assert len({re.sub(r"This page: [^<]+", "", page.text) for page in pages}) == 1


def test_an_administrator_invites_somebody_and_the_letter_holds_the_only_link(
    browser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    team = records.team("South")
    form = {"name": "New Person", "email": "New@Example.org", "role": "broker", "team": team.reference, "once": "a"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/work/staff/invite/", form | {"is_superuser": "1", "made_by": "9"})
    assert answer.url == "/work/staff/"
    made = Invitation.objects.get()
    assert (made.email, made.role, made.team) == ("new@example.org", "broker", team)
    link = re.search(r"http://testserver(/account/invitation/\S+/)", mail.outbox[0].body)
    assert link
    assert mail.outbox[0].to == ["new@example.org"]
    page = browser.get("/work/staff/")
    assert "New Person" in page.text
    assert "The invitation is on its way" in page.text
    assert link[1] not in page.text
    assert Client().get(link[1], follow=True).status_code == 200


def test_an_invitation_sent_twice_is_one_and_the_second_answer_is_the_first(browser: Client) -> None:
    form = {"name": "New Person", "email": "new@example.org", "role": "broker", "team": "", "once": "abc"}
    answers = [browser.post("/work/staff/invite/", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"email": "nobody"}, "Write it like"), ({"role": ""}, "Choose what they will do"),
     ({"name": ""}, "Write their name"), ({"role": "superuser"}, "problem"),
     ({"email": "worker@example.org"}, "has an account already")],
)  # fmt: skip
def test_a_wrong_invitation_comes_back_filled_in(browser: Client, fields: dict[str, str], said: str) -> None:
    User.objects.create_user("worker@example.org", "A Worker")
    form = {"name": "New Person", "email": "new@example.org", "role": "broker", "team": ""} | fields
    page = browser.post("/work/staff/invite/", form)
    assert page.status_code == 200
    assert said in page.text
    assert "<title>Error: " in page.text
    assert not Invitation.objects.exists()
    if form["name"]:
        assert 'value="New Person"' in page.text


def test_an_invitation_is_withdrawn(browser: Client) -> None:
    browser.post("/work/staff/invite/", {"name": "New", "email": "new@example.org", "role": "broker", "team": ""})
    made = Invitation.objects.get()
    address = f"/work/staff/invited/{made.reference}/withdraw/"
    assert "New" in browser.get(address).text
    assert browser.post(address).url == "/work/staff/"
    assert "Invited, not here yet" not in browser.get("/work/staff/").text


def test_each_change_is_made_once_and_said(browser: Client, worker: User) -> None:
    at = f"/work/staff/{worker.reference}"
    south = records.team("South")
    records.signed_in(worker).get("/account/sessions/")
    steps: list[tuple[str, dict[str, str], str]] = [
        ("role", {"role": "broker", "was": "practitioner"}, "Broker in North."),
        ("join", {"team": south.reference}, "Broker in North, South."),
        ("leave", {"team": Team.objects.get(name="North").reference}, "Broker in South."),
        ("sign-out", {}, "Nowhere"),
        ("second-factor", REASON, "Not set up"),
        ("close", REASON, "This account is closed."),
        ("open", REASON, "Broker in South."),
        ("role", {"role": "none", "was": "broker"}, "Has no role"),
    ]
    for what, form, said in steps:
        before = Event.objects.count()
        assert browser.get(f"{at}/{what}/").status_code == 200
        token = f"once-{what}-{before}"
        for _ in range(2):
            assert browser.post(f"{at}/{what}/", form | {"once": token}).url == f"{at}/", what
        assert said in browser.get(f"{at}/").text, what
        assert Event.objects.filter(verb__startswith="accounts.staff").count() >= 1
        assert Event.objects.count() == before + 1, what


def test_two_administrators_at_once_lose_nothing(browser: Client, administrator: User, worker: User) -> None:
    other = records.acting(records.staff(Role.ADMINISTRATOR))
    staff.give_role(other, worker, Role.AUDITOR, was=Role.PRACTITIONER)
    page = browser.post(f"/work/staff/{worker.reference}/role/", {"role": "broker", "was": "practitioner"})
    assert page.status_code == 200
    assert "Somebody else changed this" in page.text
    assert role_of(worker) == Role.AUDITOR


def test_an_administrator_is_no_way_to_change_themselves_or_a_citizen(browser: Client, administrator: User) -> None:
    citizen = records.citizen()
    for user in (administrator, citizen):
        for what in CHANGES:
            form = {"role": "auditor", "was": "administrator", **REASON}
            assert browser.post(f"/work/staff/{user.reference}/{what}/", form).status_code == 403
    assert role_of(administrator) == Role.ADMINISTRATOR
    assert "This is you" in browser.get(f"/work/staff/{administrator.reference}/").text


def test_a_reason_that_is_missing_is_asked_for(browser: Client, worker: User) -> None:
    page = browser.post(f"/work/staff/{worker.reference}/close/", {"why": " "})
    assert "Write why" in page.text
    assert User.objects.get(pk=worker.pk).is_active


def test_teams_are_made_named_and_closed(browser: Client) -> None:
    assert browser.post("/work/teams/new/", {"name": "East", "once": "t"}).url == "/work/teams/"
    assert browser.post("/work/teams/new/", {"name": "East", "once": "t"}).url == "/work/teams/"
    assert "There is a team of this name" in browser.post("/work/teams/new/", {"name": "EAST"}).text
    team = Team.objects.get()
    browser.post(f"/work/teams/{team.reference}/name/", {"name": "West", "was": "East"})
    assert "Somebody else" in browser.post(f"/work/teams/{team.reference}/name/", {"name": "X", "was": "East"}).text
    browser.post(f"/work/teams/{team.reference}/close/")
    assert "Closed on" in browser.get("/work/teams/").text


SCRIPT = "<script>alert(1)</script>"


def test_markup_in_names_is_shown_and_never_runs(browser: Client, worker: User) -> None:
    User.objects.filter(pk=worker.pk).update(name=SCRIPT)
    browser.post("/work/teams/new/", {"name": SCRIPT})
    browser.post("/work/staff/invite/", {"name": SCRIPT, "email": "new@example.org", "role": "broker", "team": ""})
    for address in [*addresses_of(worker), "/account/sessions/", "/account/2fa/", f"/work/staff/?q={SCRIPT}"]:
        assert SCRIPT not in browser.get(address).text, address


def test_staff_are_found_by_a_part_of_their_name_and_counted_in_few_queries(
    browser: Client, worker: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        records.staff(Role.BROKER, name=f"Many {number}", second_factor=False)
    browser.get("/work/staff/")
    with django_assert_max_num_queries(18):
        page = browser.get("/work/staff/").text
    assert "62 accounts" in page
    assert "Next" in page
    found = browser.get("/work/staff/?q=wil").text
    assert "Wil Worker" in found
    assert "Many 1" not in found
