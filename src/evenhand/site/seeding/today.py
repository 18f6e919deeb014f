"""What happened this very morning, through the services that the pages use: so that something waits for everybody."""

from __future__ import annotations

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.people.models import Person
from evenhand.site.people.queries import look
from evenhand.site.people.services.glass import open_in_emergency
from evenhand.site.people.services.persons import change
from evenhand.site.people.services.safeguarding import raise_concern
from evenhand.site.seeding.council import Council
from evenhand.site.seeding.holders import Holders

WHY = "Duty desk: found confused in the street by the police, who ask about key contacts and medication."
CONCERN = "Says that a caller at the door took forty pounds for work that was not done. Wants the police told."


def happen(council: Council, holders: Holders) -> None:
    """A practitioner of one team opens a record of another in an emergency; a concern; a change; looks at records."""
    one, other = council.in_team[0][0], council.in_team[1][0]
    adult = holders.adult.person
    elsewhere = _of_team(council, 1)
    opened = open_in_emergency(_acting(one), str(elsewhere.council_id), WHY)
    look(_acting(one), opened.reference)
    worker = council.workers[adult.pk]
    look(_acting(worker), adult.reference)
    change(_acting(worker), adult.reference, Person.objects.get(pk=adult.pk).version,
           {"contact_note": "Ring twice: it takes a while to get to the phone"})  # fmt: skip
    look(_acting(council.managers[0]), adult.reference)
    concern = _of_team(council, 1, besides=elsewhere)
    raise_concern(_acting(other), concern.reference, CONCERN, council.now.date())


def _of_team(council: Council, team: int, besides: Person | None = None) -> Person:
    """Somebody alive whom this team works with, and whom nobody keeps from it."""
    return next(
        life.person
        for life in council.lives
        if life.team == team and life.alive_here and life.person.is_adult and not life.person.safeguarding
        and not life.person.restricted and life.person != besides
    )  # fmt: skip


def _acting(user: object) -> Actor:
    from evenhand.site.accounts.models import User

    assert isinstance(user, User)
    return Actor(user, fresh_reference())
