"""What an administrator changes about staff, what is refused, and what ends at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.models import Grant, Membership, Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations, staff
from evenhand.site.audit.models import Event
from tests.site import records

pytestmark = pytest.mark.django_db
Verb = Callable[[Actor, User, Team], Any]

VERBS: dict[str, Verb] = {
    "give a role": lambda actor, user, team: staff.give_role(actor, user, Role.BROKER, was=Role.PRACTITIONER),
    "end a role": lambda actor, user, team: staff.end_role(actor, user, was=Role.PRACTITIONER),
    "add to a team": staff.add_to_team,
    "end a membership": staff.end_membership,
    "deactivate": lambda actor, user, team: staff.deactivate(actor, user, "left"),
    "reactivate": lambda actor, user, team: staff.reactivate(actor, user, "came back"),
    "end sessions": lambda actor, user, team: staff.end_sessions(actor, user),
    "reset a second factor": lambda actor, user, team: staff.reset_second_factor(actor, user, "asked in person"),
    "make a team": lambda actor, user, team: staff.make_team(actor, "South"),
    "rename a team": lambda actor, user, team: staff.rename_team(actor, team, "West", was="North"),
    "close a team": lambda actor, user, team: staff.close_team(actor, team),
}


@pytest.fixture
def administrator() -> Actor:
    return records.acting(records.staff(Role.ADMINISTRATOR))


@pytest.fixture
def team() -> Team:
    return records.team("North")


@pytest.fixture
def worker(team: Team) -> User:
    return records.staff(Role.PRACTITIONER, team)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("role", [*(role for role in Role if role != Role.ADMINISTRATOR), ""])
def test_only_an_administrator_changes_staff_and_teams(verb: Verb, role: str, worker: User, team: Team) -> None:
    actor = records.acting(records.staff(role) if role else records.citizen())
    with pytest.raises(NotPermitted):
        verb(actor, worker, team)
    assert not Event.objects.exists()


ON_A_USER = [name for name in VERBS if not name.endswith("a team") or name == "add to a team"]


@pytest.mark.parametrize("verb", [VERBS[name] for name in ON_A_USER], ids=ON_A_USER)
def test_nobody_changes_their_own_account_not_even_an_administrator(
    verb: Verb, administrator: Actor, team: Team
) -> None:
    with pytest.raises(NotPermitted):
        verb(administrator, administrator.user, team)


@pytest.mark.parametrize("verb", [VERBS[name] for name in ON_A_USER], ids=ON_A_USER)
def test_a_citizens_account_is_no_business_of_an_administrator(verb: Verb, administrator: Actor, team: Team) -> None:
    with pytest.raises(NotPermitted):
        verb(administrator, records.citizen(), team)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_every_change_writes_one_event_however_often_it_is_asked(
    verb: Verb, administrator: Actor, worker: User
) -> None:
    team = records.team("Other") if verb is VERBS["add to a team"] else Team.objects.get(name="North")
    if verb is VERBS["reactivate"]:
        User.objects.filter(pk=worker.pk).update(is_active=False)
    if verb is VERBS["end sessions"]:
        records.signed_in(worker).get("/account/sessions/")
    before = Event.objects.count()
    verb(administrator, worker, team)
    with suppress(EvenhandError) if verb is VERBS["make a team"] else nullcontext():  # its name is taken now
        verb(administrator, User.objects.get(pk=worker.pk), Team.objects.get(pk=team.pk))
    assert Event.objects.count() == before + 1
    assert Event.objects.latest("number").actor == administrator.user.reference


def test_a_role_changed_meanwhile_is_not_overwritten(administrator: Actor, worker: User) -> None:
    staff.give_role(administrator, worker, Role.BROKER, was=Role.PRACTITIONER)
    with pytest.raises(EvenhandError, match="Somebody else"):
        staff.give_role(administrator, worker, Role.ANALYST, was=Role.PRACTITIONER)
    assert records.acting(worker).role == Role.BROKER


def test_the_last_administrator_who_can_sign_in_stays_one() -> None:
    first, second = (records.staff(Role.ADMINISTRATOR) for _ in range(2))
    staff.deactivate(records.acting(first), second, "left")
    for verb in (
        lambda: staff.end_role(records.acting(second), first, was=Role.ADMINISTRATOR),
        lambda: staff.deactivate(records.acting(second), first, "left"),
    ):
        with pytest.raises(NotPermitted):  # somebody who cannot sign in changes nothing
            verb()
    User.objects.filter(pk=second.pk).update(is_active=True)
    Grant.objects.filter(user=second).update(role=Role.ADMINISTRATOR)
    staff.end_role(records.acting(first), second, was=Role.ADMINISTRATOR)
    assert list(invitations.administrators().values_list("user", flat=True)) == [first.pk]


def test_two_administrators_cannot_end_each_other() -> None:
    first, second = (records.acting(records.staff(Role.ADMINISTRATOR)) for _ in range(2))
    assert first.role == second.role == Role.ADMINISTRATOR  # both pages were open, each role was read before
    staff.end_role(first, second.user, was=Role.ADMINISTRATOR)
    with pytest.raises(EvenhandError, match="last administrator"):
        staff.end_role(second, first.user, was=Role.ADMINISTRATOR)
    with pytest.raises(EvenhandError, match="last administrator"):
        staff.deactivate(second, first.user, "revenge")
    with pytest.raises(EvenhandError, match="last administrator"):
        staff.give_role(second, first.user, Role.BROKER, was=Role.ADMINISTRATOR)


def test_ending_a_role_ends_teams_and_withdraws_what_they_offered_to_others(administrator: Actor, team: Team) -> None:
    other = records.staff(Role.ADMINISTRATOR, team)
    _, secret = invitations.invite_staff(records.acting(other), "friend@example.org", "A Friend", Role.ADMINISTRATOR)
    staff.end_role(administrator, other, was=Role.ADMINISTRATOR)
    assert records.acting(other).role == ""
    assert records.acting(other).teams == frozenset()
    with pytest.raises(invitations.InvitationRefused):
        invitations.find(secret)


def test_somebody_deactivated_is_out_at_once(administrator: Actor, worker: User) -> None:
    browser = records.signed_in(worker)
    assert browser.get("/account/sessions/").status_code == 200
    staff.deactivate(administrator, worker, "left the council")
    assert browser.get("/account/sessions/").status_code == 302
    assert not User.objects.get(pk=worker.pk).is_active
    assert Event.objects.get(verb="accounts.staff.deactivate").why == "left the council"


@pytest.mark.parametrize("verb", [staff.deactivate, staff.reactivate, staff.reset_second_factor])
def test_a_reason_is_asked_for(verb: Callable[[Actor, User, str], None], administrator: Actor, worker: User) -> None:
    with pytest.raises(EvenhandError):
        verb(administrator, worker, "  ")


def test_a_closed_team_takes_nobody_and_shows_nothing(administrator: Actor, worker: User, team: Team) -> None:
    staff.close_team(administrator, team)
    assert records.acting(worker).teams == frozenset()
    with pytest.raises(EvenhandError, match="closed"):
        staff.add_to_team(administrator, records.staff(Role.BROKER), team)


@pytest.mark.parametrize("name", ["", "  ", "north", " NORTH ", "x" * 101])
def test_a_team_needs_a_name_of_its_own(name: str, administrator: Actor, team: Team) -> None:
    with pytest.raises(EvenhandError):
        staff.make_team(administrator, name)
    other = staff.make_team(administrator, "South")
    with pytest.raises(EvenhandError):
        staff.rename_team(administrator, other, name, was="South")


def test_somebody_without_a_role_joins_no_team(administrator: Actor, worker: User, team: Team) -> None:
    staff.end_role(administrator, worker, was=Role.PRACTITIONER)
    with pytest.raises(EvenhandError, match="no role"):
        staff.add_to_team(administrator, worker, team)


def test_the_database_keeps_one_role_at_a_time_and_one_membership(worker: User, team: Team) -> None:
    for row in (Grant(user=worker, role=Role.BROKER), Grant(user=records.citizen(), role="king"),
                Membership(user=worker, team=team)):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
