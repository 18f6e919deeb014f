"""A small invented council in which every permission can be asked: every role, and every way of standing to a record.

For ``scripts/permissions.py``, which writes the permission table, and for the test that walks every address with it.
Records are made directly: this is what the rules are asked about, so no rule may have had a part in making it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from evenhand.site.accounts.models import Grant, Invitation, Membership, Team, User
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.people.models import (
    Access,
    Allocation,
    Assessment,
    BreakGlass,
    Link,
    NamedReader,
    Person,
    SafeguardingConcern,
)  # fmt: skip
from evenhand.site.people.models.assessment import Kind, State
from evenhand.site.people.models.importing import Import, Stage
from evenhand.site.people.models.person import LinkKind

STAFF = tuple(Role.values)
CITIZENS = ("holder", "authorised", "nominated", "supporter", "supporter shown assessments")
# How a record stands to a member of staff; citizens have "own" (the one they stand beside) and "other".
CASES = ("own", "other", "restricted", "named", "emergency", "unallocated")


@dataclass(frozen=True)
class World:
    """Users by what they are, and people by the case that they make."""

    users: dict[str, User]
    people: dict[str, Person]
    assessments: dict[str, Assessment]  # of each person: one that is with the person to fill in
    team: Team
    links: dict[str, str]  # references: of a link of each person, and so on
    concerns: dict[str, str]
    glass: dict[str, str]
    invitation: str
    import_: str
    second: str  # the reference of one more person with the North team


def make() -> World:
    """The council: two teams, a user of each role and standing, a person for each case."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    users = {role: _user(role) for role in STAFF}
    for role, user in users.items():
        Grant.objects.create(user=user, role=role)
        Membership.objects.create(user=user, team=north)
    people = {case: Person.objects.create(name=f"Person {case}", restricted=case in ("restricted", "named"))
              for case in CASES}  # fmt: skip
    for case, person in people.items():
        if case != "unallocated":
            Allocation.objects.create(person=person, team=south if case in ("other", "emergency") else north)
    now = timezone.now()
    for user in users.values():
        NamedReader.objects.create(person=people["named"], user=user, given_by=users[Role.TEAM_MANAGER])
        BreakGlass.objects.create(
            person=people["emergency"], user=user, why="The world of the permission table", opened_at=now,
            until=now + timedelta(hours=4),
        )  # fmt: skip
    for name in CITIZENS:
        users[name] = _user(name)
        Access.objects.create(
            person=people["own"], user=users[name], standing=name.split()[0],
            sees_assessments=name.endswith("assessments"),
        )  # fmt: skip
    users |= _without_any_right(people["own"], north)
    assessments = {
        case: Assessment.objects.create(
            person=person, kind=Kind.ADULT, state=State.WITH_PERSON, begun_on=date(2026, 1, 5), sent_at=now
        )
        for case, person in people.items()
    }
    manager = users[Role.TEAM_MANAGER]
    links = {
        case: Link.objects.create(person=person, kind=LinkKind.FAMILY, name="A friend").reference
        for case, person in people.items()
    }
    concerns = {
        case: SafeguardingConcern.objects.create(
            person=person, what="A worry", raised_on=date(2026, 1, 5), raised_by=manager
        ).reference
        for case, person in people.items()
    }
    glass = {case: _glass(person, users["left"]) for case, person in people.items()}
    invitation = Invitation.objects.create(
        digest="d" * 64, email="invited@world.invalid", name="An invited person", role=Role.BROKER,
        made_by=users[Role.ADMINISTRATOR], expires_at=now + timedelta(days=7),
    )  # fmt: skip
    batch = Import.objects.create(
        what="people",
        system="Elsewhere",
        file_name="people.csv",
        digest="0" * 64,
        stage=Stage.values[0],
        made_by=manager,
    )
    second = Person.objects.create(name="A second person")
    Allocation.objects.create(person=second, team=north)
    return World(
        users, people, assessments, north, links, concerns, glass, invitation.reference, batch.reference,
        second.reference,
    )  # fmt: skip


def _glass(person: Person, user: User) -> str:
    """An emergency that is over, and that nobody has looked at yet."""
    then = timezone.now() - timedelta(days=1)
    return BreakGlass.objects.create(
        person=person, user=user, why="An emergency of yesterday", opened_at=then, until=then + timedelta(hours=4)
    ).reference


def _without_any_right(person: Person, team: Team) -> dict[str, User]:
    """Users who must be refused everything: what gave them a right has ended, or never was."""
    now = timezone.now()
    stranger, left, ended, inactive = (_user(name) for name in ("stranger", "left", "ended", "inactive"))
    # A practitioner who has left the team keeps the role; a supporter whose access has ended keeps the account.
    Grant.objects.create(user=left, role=Role.PRACTITIONER)
    Membership.objects.create(user=left, team=team, began_at=now - timedelta(days=9), ended_at=now)
    Access.objects.create(
        person=person, user=ended, standing=Standing.SUPPORTER, began_at=now - timedelta(days=9), ended_at=now,
        ended_by=stranger,
    )  # fmt: skip
    Grant.objects.create(user=inactive, role=Role.PRACTITIONER)
    Membership.objects.create(user=inactive, team=team)
    inactive.is_active = False
    inactive.save()
    return {"stranger": stranger, "left": left, "ended": ended, "inactive": inactive}


def _user(name: str) -> User:
    return User.objects.create_user(f"{name.replace(' ', '-')}@world.invalid", f"A {name}")
