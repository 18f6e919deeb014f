"""Staff, citizens, people and teams for tests of the private half. Everybody here is invented."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from stdnum.gb import nhs

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Grant, Membership, Team, User
from evenhand.site.accounts.roles import Standing
from evenhand.site.people.models import Access, Allocation, NamedReader, Person
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.services.persons import index_names

_NUMBER = count(1)


def nhs_number(seed: int) -> str:
    """A well-formed NHS number from the range that is never given out (999 …), another for each seed."""
    for step in range(20):  # about one start in eleven has no check digit
        start = f"999{(seed * 20 + step) % 1_000_000:06d}"
        found = [f"{start}{digit}" for digit in range(10) if nhs.is_valid(f"{start}{digit}")]
        if found:
            return found[0]
    raise AssertionError("twenty starts in a row without a check digit")


def team(name: str = "") -> Team:
    """A team of its own."""
    return Team.objects.create(name=name or f"Team {next(_NUMBER)}")


def staff(role: str, team: Team | None = None, *, name: str = "", second_factor: bool = True) -> User:
    """A member of staff in a role, in a team when one is given, with a second factor set up."""
    number = next(_NUMBER)
    user = User.objects.create_user(f"staff{number}@example.org", name or f"Staff {number}")
    Grant.objects.create(user=user, role=role)
    if team is not None:
        Membership.objects.create(user=user, team=team)
    if second_factor:
        TOTP.activate(user, generate_totp_secret())
        assert Authenticator.objects.filter(user=user).exists()
    return user


def citizen(person: Person | None = None, standing: str = Standing.HOLDER, *, name: str = "", **access: Any) -> User:
    """A citizen who signs in, standing beside a record when one is given."""
    number = next(_NUMBER)
    user = User.objects.create_user(f"citizen{number}@example.org", name or f"Citizen {number}")
    if person is not None:
        Access.objects.create(person=person, user=user, standing=standing, **access)
    return user


def a_person(**fields: Any) -> Person:
    """A person with a record; every field may be given. No team has them until ``allocate``."""
    number = next(_NUMBER)
    given: dict[str, Any] = {
        "name": f"Ada Invented{number}", "nhs_number": nhs_number(number), "council_id": f"C{number:06d}",
        "born": date(1950, 5, 17), "born_to": BornTo.DAY, "last_contact": date(2026, 1, 5),
    }  # fmt: skip
    made = Person.objects.create(**(given | fields))
    index_names(made)
    return made


def allocate(person: Person, team: Team, worker: User | None = None) -> Allocation:
    """The person is with this team."""
    return Allocation.objects.create(person=person, team=team, worker=worker)


def name_reader(person: Person, user: User) -> NamedReader:
    """The user may open the person's record although it is restricted."""
    return NamedReader.objects.create(person=person, user=user, given_by=user)


def acting(user: User) -> Actor:
    """The user as services take them: afresh, so that roles and teams are read again."""
    return Actor(User.objects.get(pk=user.pk), request="test")


def signed_in(user: User) -> Client:
    """A browser in which the user has signed in. The test sets ``settings.RECORDS``."""
    client = Client()
    client.force_login(user)
    return client
