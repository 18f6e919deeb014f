"""Citizens who sign in: holders, and who is nominated or authorised for somebody, or supports them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Standing
from evenhand.site.audit.services import Who
from evenhand.site.people.models import Access, Person
from evenhand.site.people.models.person import BornTo, Reason
from evenhand.site.seeding.council import Council, accounts
from evenhand.site.seeding.drawing import working_hours
from evenhand.site.seeding.lives import Life
from evenhand.site.seeding.past import Happened

WITHOUT_CARD = 22  # holders who could not sign in here: they fill in, and what they said is there to read


@dataclass
class Holders:
    """Whom the sign-in cards show beside staff. Each stands beside the record of ``person``."""

    adult: Life  # has an assessment in plain words to fill in
    learner: Life  # has one in Easy Read, half done
    decided: Life  # has one that was determined
    carer: Life  # signs in to their own record, and is authorised for the adult they care for
    speaking: list[Life]  # everybody beside whose record somebody signs in who can fill it in
    user: dict[int, User]  # who speaks for the record, by the person's id


def make(council: Council) -> Holders:
    """Accounts and how each stands to a record."""
    today = timezone.localdate(council.now)
    free = [
        one
        for one in council.lives
        if one.alive_here and one.person.pk in council.named and one.person.born_to == BornTo.DAY
        and not one.person.restricted and not one.person.safeguarding
    ]  # fmt: skip
    adult = _first(
        free, lambda one: one.person.reason == Reason.PERSONAL_CARE and one.team == 0 and _age(one, today) < 75
    )
    learner = _first(free, lambda one: one.person.reason == Reason.LEARNING and _age(one, today) < 40)
    decided = _first(free, lambda one: one.person.reason == Reason.ACCESS)
    carer = _first(free, lambda one: one.cares_for is not None and one.cares_for in free)
    learner.person.formats = ["easy_read", "plain_short"]
    learner.person.save(update_fields=["formats"])
    assert carer.cares_for is not None
    shown = [adult, learner, decided, carer]
    others = [one for one in free if one not in (*shown, carer.cares_for)]
    quiet = council.dice.sample([one for one in others if one.person.is_adult or one.cares_for], WITHOUT_CARD)
    users = accounts(
        [(one.person.name, True) for one in shown]
        + [(name, True) for name in ("Nora Applegarth-Sims", "Gwen Supple")]
        + [(f"{one.person.name} {number}", False) for number, one in enumerate(quiet)],
        council.now - timedelta(days=400),
    )
    for user, one in zip(users[6:], quiet, strict=True):
        user.name = one.person.name
    User.objects.bulk_update(users[6:], ["name"])
    speaking = [*shown, *quiet]
    by_person = {one.person.pk: user for one, user in zip(speaking, [*users[:4], *users[6:]], strict=True)}
    begun = [(one.person, by_person[one.person.pk], Standing.HOLDER, False) for one in speaking]
    begun.append((carer.cares_for.person, users[3], Standing.AUTHORISED, False))
    by_person[carer.cares_for.person.pk] = users[3]
    begun.append((decided.person, users[4], Standing.NOMINATED, False))
    begun.append((adult.person, users[5], Standing.SUPPORTER, True))
    _save(council, begun)
    return Holders(adult, learner, decided, carer, [*speaking, carer.cares_for], by_person)


def _save(council: Council, begun: list[tuple[Person, User, Standing, bool]]) -> None:
    accesses = []
    for person, user, standing, sees in begun:
        known = max(2, (council.now - person.made_at).days)
        at = working_hours(council.dice, timezone.localdate(council.now) - timedelta(days=min(390, known // 2)))
        at = max(at, person.made_at + timedelta(hours=3))
        access = Access(person=person, user=user, standing=standing, sees_assessments=sees, began_at=at)
        accesses.append(access)
        after = {"standing": str(standing), "user": user.reference}
        council.past.append(Happened(at, Who(user.reference, "citizen"), "people.access.begin",
                                     f"access:{access.reference}", person.reference, after=after))  # fmt: skip
    Access.objects.bulk_create(accesses)


def _first(lives: list[Life], fits: Callable[[Life], bool]) -> Life:
    found = next(one for one in lives if fits(one))
    lives.remove(found)
    return found


def _age(life: Life, today: date) -> int:
    assert life.person.born is not None
    return (today - life.person.born).days // 365
