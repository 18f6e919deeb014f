"""An account is made by an invitation and by nothing else: once, in time, and for the one it was meant for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.accounts.models import Invitation, User
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.accounts.services import invitations, staff
from evenhand.site.accounts.services.invitations import InvitationRefused, invitation_taken
from evenhand.site.audit.models import Event
from tests.site import records
from tests.site.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "new.person@example.org"


def invite(role: str = Role.PRACTITIONER, email: str = NEW, **more: Any) -> tuple[Invitation, str]:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    return invitations.invite_staff(administrator, email, "New Person", role, **more)


def invite_beside(about: str = "", email: str = NEW) -> tuple[Invitation, str]:
    about = about or records.a_person().reference
    practitioner = records.acting(records.staff(Role.PRACTITIONER))
    return invitations.invite_citizen(
        practitioner, about=about, standing=Standing.HOLDER, email=email, name="A Holder",
        permitted="people.holder.invite",
    )  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_an_administrator_invites_staff(role: str) -> None:
    with pytest.raises(NotPermitted):
        invitations.invite_staff(records.acting(records.staff(role)), NEW, "New Person", Role.AUDITOR)
    assert not Invitation.objects.exists()


def test_a_citizen_invites_no_staff() -> None:
    with pytest.raises(NotPermitted):
        invitations.invite_staff(records.acting(records.citizen()), NEW, "New Person", Role.ADMINISTRATOR)


def test_an_invitation_taken_up_makes_an_account_in_its_role_and_team() -> None:
    team = records.team()
    invitation, secret = invite(team=team)
    user = invitations.take_up(secret, password=PASSWORD)
    assert (user.email, user.name) == (NEW, "New Person")
    assert user.check_password(PASSWORD)
    assert records.acting(user).role == Role.PRACTITIONER
    assert records.acting(user).teams == {team.pk}
    assert Event.objects.get(verb="accounts.invitation.take").subject == f"invitation:{invitation.reference}"


def test_the_secret_is_kept_nowhere() -> None:
    invitation, secret = invite()
    kept = [str(value) for value in Invitation.objects.filter(pk=invitation.pk).values_list()[0]]
    assert not any(secret in value for value in kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM audit_detail")
        assert not any(secret in row[0] for row in cursor.fetchall())


def test_a_used_withdrawn_old_and_invented_link_are_refused_in_the_same_words() -> None:
    said = set()
    for number, spoil in enumerate(("use", "withdraw", "wait", "invent")):
        administrator = records.acting(records.staff(Role.ADMINISTRATOR))
        email = f"new{number}@example.org"
        invitation, secret = invitations.invite_staff(administrator, email, "New Person", Role.AUDITOR)
        if spoil == "use":
            invitations.take_up(secret, password=PASSWORD)
        elif spoil == "withdraw":
            invitations.withdraw(administrator, invitation)
        elif spoil == "wait":
            long_ago = timezone.now() - timedelta(days=7, seconds=1)
            Invitation.objects.filter(pk=invitation.pk).update(
                made_at=long_ago, expires_at=long_ago + invitations.WORKS_FOR
            )
        else:
            secret = "invented"
        with pytest.raises(InvitationRefused) as refused:
            invitations.take_up(secret, password=PASSWORD)
        said.add(str(refused.value))
    assert len(said) == 1
    assert User.objects.filter(email__startswith="new").count() == 1  # the one that was used, once


def test_a_link_works_until_the_end_of_its_seven_days() -> None:
    invitation, secret = invite()
    almost = timezone.now() - timedelta(days=7) + timedelta(minutes=1)
    Invitation.objects.filter(pk=invitation.pk).update(made_at=almost, expires_at=almost + invitations.WORKS_FOR)
    assert invitations.take_up(secret, password=PASSWORD).email == NEW


@pytest.mark.parametrize("weak", ["short", "password1234", "new.person@example.org"])
def test_a_weak_password_is_refused_and_the_link_still_works(weak: str) -> None:
    _, secret = invite()
    with pytest.raises(EvenhandError, match="password"):
        invitations.take_up(secret, password=weak)
    assert not User.objects.filter(email=NEW).exists()
    assert invitations.take_up(secret, password=PASSWORD).email == NEW


def test_without_a_password_an_account_is_made_only_when_the_provider_vouches() -> None:
    _, secret = invite()
    with pytest.raises(EvenhandError):
        invitations.take_up(secret)
    user = invitations.take_up(secret, provider=True)
    assert not user.has_usable_password()


def test_what_listens_to_an_invitation_can_undo_all_of_it() -> None:
    _, secret = invite_beside()

    def broken(**_: object) -> None:
        raise RuntimeError

    invitation_taken.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            invitations.take_up(secret, password=PASSWORD)
    finally:
        invitation_taken.disconnect(broken)
    assert not User.objects.filter(email=NEW).exists()
    assert not Event.objects.filter(verb="accounts.invitation.take").exists()
    assert invitations.find(secret)


def test_a_citizens_invitation_names_the_record_it_is_about_in_its_event() -> None:
    person = records.a_person()
    _, secret = invite_beside(about=person.reference)
    user = invitations.take_up(secret, password=PASSWORD)
    event = Event.objects.get(verb="accounts.invitation.take")
    assert (event.case, event.actor, event.role) == (person.reference, user.reference, "citizen")


def test_a_second_invitation_is_added_to_the_account_that_is_signed_in_and_to_no_other() -> None:
    owner = User.objects.create_user(NEW, "A Holder", PASSWORD)
    other = records.citizen()
    _, secret = invite_beside()
    for user in (None, other):
        with pytest.raises(invitations.AccountExists):
            invitations.take_up(secret, password=PASSWORD, user=user)
    assert invitations.take_up(secret, user=owner) == owner


def test_work_and_own_records_need_an_account_each() -> None:
    worker = records.staff(Role.PRACTITIONER)
    _, secret = invite_beside(email=worker.email)
    with pytest.raises(EvenhandError, match="signs in for work"):
        invitations.take_up(secret, user=worker)
    with pytest.raises(EvenhandError, match="has an account"):
        invite(email=worker.email.upper())


def test_an_address_is_invited_once_at_a_time() -> None:
    first, _ = invite()
    with pytest.raises(EvenhandError, match="invited already"):
        invite(email=" New.Person@Example.org ")
    assert list(Invitation.objects.all()) == [first]


@pytest.mark.parametrize(
    ("email", "name", "role"),
    [("nobody", "A", "auditor"), ("", "A", "auditor"), (NEW, " ", "auditor"), (NEW, "A" * 201, "auditor"),
     (NEW, "A", "superuser"), (NEW, "A", "")],
)  # fmt: skip
def test_wrong_input_is_refused(email: str, name: str, role: str) -> None:
    with pytest.raises(EvenhandError):
        invitations.invite_staff(records.acting(records.staff(Role.ADMINISTRATOR)), email, name, role)


def test_nobody_is_invited_into_a_closed_team() -> None:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    team = staff.make_team(administrator, "North")
    staff.close_team(administrator, team)
    team.refresh_from_db()
    with pytest.raises(EvenhandError, match="closed"):
        invitations.invite_staff(administrator, NEW, "New Person", Role.BROKER, team)


def test_a_used_invitation_is_not_withdrawn_and_withdrawing_twice_is_once() -> None:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    invitation, secret = invitations.invite_staff(administrator, NEW, "New Person", Role.AUDITOR)
    other, _ = invitations.invite_staff(administrator, "b@example.org", "B", Role.AUDITOR)
    invitations.take_up(secret, password=PASSWORD)
    with pytest.raises(EvenhandError, match="used"):
        invitations.withdraw(administrator, invitation)
    invitations.withdraw(administrator, other)
    invitations.withdraw(administrator, other)
    assert Event.objects.filter(verb="accounts.invitation.withdraw").count() == 1


def test_a_staff_invitation_is_withdrawn_by_administrators_only() -> None:
    invitation, _ = invite()
    with pytest.raises(NotPermitted):
        invitations.withdraw(records.acting(records.staff(Role.TEAM_MANAGER)), invitation, permitted="people.x")


def test_the_command_line_makes_the_first_administrator_and_then_refuses() -> None:
    _, secret = invitations.invite_first_administrator(NEW, "First Person")
    user = invitations.take_up(secret, password=PASSWORD)
    assert records.acting(user).role == Role.ADMINISTRATOR
    with pytest.raises(EvenhandError, match="administrator already"):
        invitations.invite_first_administrator("b@example.org", "Second Person")
    assert invitations.invite_first_administrator("b@example.org", "Second Person", another=True)


def test_a_link_of_the_command_line_that_was_lost_is_replaced() -> None:
    _, lost = invitations.invite_first_administrator(NEW, "First Person")
    _, secret = invitations.invite_first_administrator(NEW, "First Person")
    with pytest.raises(InvitationRefused):
        invitations.take_up(lost, password=PASSWORD)
    assert invitations.take_up(secret, password=PASSWORD).email == NEW


ROWS = {
    "neither staff nor citizen": {"role": "", "standing": "", "about": ""},
    "both": {"role": "auditor", "standing": "holder", "about": "x"},
    "a citizen without a record": {"role": "", "standing": "holder", "about": ""},
    "an unknown role": {"role": "superuser"},
    "used by nobody": {"used_at": timezone.now()},
    "withdrawn by nobody": {"withdrawn_at": timezone.now()},
    "over before it began": {"expires_at": timezone.now() - timedelta(days=99)},
}


@pytest.mark.parametrize("fields", ROWS.values(), ids=ROWS)
def test_the_database_refuses_an_invitation_that_is(fields: dict[str, Any]) -> None:
    invitation, _ = invite()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(**fields)
