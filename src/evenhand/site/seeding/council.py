"""The council itself while it is made: its teams, its staff with a role each, and what will stand in the audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from evenhand.site.accounts.models import Grant, Membership, Team, User
from evenhand.site.accounts.queries import DEMO_EMAIL
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.services import Who
from evenhand.site.seeding.drawing import listed
from evenhand.site.seeding.lives import YEARS, Life
from evenhand.site.seeding.past import Happened

NO_CARD = "@example.org"  # these could not sign in, and have no card on the sign-in page


@dataclass
class Council:
    """What is being made. ``past`` are events in any order; ``in_team[2]`` are the practitioners of the third team.
    ``workers`` has whoever wrote in a record, by the id of the person, whether still named as worker or not.
    """

    dice: Random
    now: datetime
    teams: list[Team] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)  # by the id of the user
    in_team: list[list[User]] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    others: dict[str, User] = field(default_factory=dict)  # by role
    brokers: list[User] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    workers: dict[int, User] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)  # the ids of people with a worker of their own
    past: list[Happened] = field(default_factory=list)

    def who(self, user: User) -> Who:
        """The user as an event names them."""
        return Who(user.reference, self.roles.get(user.pk, "citizen"))


def accounts(named: list[tuple[str, bool]], began: datetime) -> list[User]:
    """Saved accounts, one for each name; with True it has a card. Nobody has a password."""
    users = []
    for name, card in named:
        local = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isalnum() or letter in ".-")
        address = f"{local.encode('ascii', 'ignore').decode()}{DEMO_EMAIL if card else NO_CARD}"
        users.append(User(email=address, name=name, password=make_password(None), joined=began))
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def staff(council: Council) -> None:
    """Make the teams and who works in them."""
    names = listed("names")
    began = council.now - timedelta(days=YEARS * 365 + 60)
    council.teams = Team.objects.bulk_create([Team(name=name) for name in names["teams"]])
    users = accounts([(one["name"], one.get("card", False)) for one in names["staff"]], began)
    rows = list(zip(users, names["staff"], strict=True))
    first = next(user for user, one in rows if one["role"] == Role.ADMINISTRATOR)
    Grant.objects.bulk_create(
        Grant(user=user, role=one["role"], given_at=began, given_by=None if user == first else first)
        for user, one in rows
    )
    Membership.objects.bulk_create(
        Membership(user=user, team=council.teams[one["team"]], began_at=began) for user, one in rows if "team" in one
    )
    council.in_team = [[] for _ in council.teams]
    for number, (user, one) in enumerate(rows):
        role = council.roles[user.pk] = str(one["role"])
        if role == Role.PRACTITIONER:
            council.in_team[one["team"]].append(user)
        elif role == Role.TEAM_MANAGER:
            council.managers.append(user)
        elif role == Role.BROKER:
            council.brokers.append(user)
        else:
            council.others[role] = user
        council.past.append(Happened(
            began + timedelta(minutes=number), Who(first.reference, Role.ADMINISTRATOR), "accounts.staff.change",
            f"user:{user.reference}", after={"role": role},
        ))  # fmt: skip
