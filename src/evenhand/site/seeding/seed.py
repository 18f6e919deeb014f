"""Making the fictional council once: refused where it might stand beside real people, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from filelock import FileLock

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.models import User
from evenhand.site.audit.models import Event
from evenhand.site.audit.services import SYSTEM, record, sign
from evenhand.site.people.models import Person
from evenhand.site.seeding import assessed, holders, past, people, today
from evenhand.site.seeding.council import Council, staff
from evenhand.site.seeding.drawing import listed
from evenhand.site.seeding.lives import lives

SEED, PEOPLE = 20_26, 300
MADE = "seeding.council.make"  # the event that says that the records here are the demonstration's


def seed(say: Callable[[str], None] = lambda said: None, *, now: datetime | None = None, dice: int = SEED) -> bool:
    """Make the fictional council in one transaction, unless it was made before. Returns whether it was made now.

    now: when its past ends; this moment when None. dice: another number gives other people. Raises EvenhandError
    outside the demonstration, and where the records hold anybody or anything that the demonstration did not make.
    """
    if not settings.DEMO:
        raise EvenhandError("Invented people belong in the demonstration only.", do="Start it with `make demo`.")
    settings.EVENHAND_HOME.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.EVENHAND_HOME / "seeding.lock"):  # two demonstrations that start at once: one makes it
        if made():
            return False
        with transaction.atomic():
            _refuse_company()
            _make(Council(Random(dice), now or timezone.now()))
    say(f"The council of {listed('names')['council']} is in the records: {PEOPLE} invented people.")
    return True


def made() -> bool:
    """Whether the records here are the demonstration's own."""
    return Event.objects.filter(verb=MADE).exists()


def _make(council: Council) -> None:
    council.lives = lives(council.dice, PEOPLE, timezone.localdate(council.now))
    staff(council)
    people.save(council)
    people.beside(council)
    people.protected(council)
    speaking = holders.make(council)
    assessed.save(council, speaking)
    people.visits(council)
    latest = council.now - timedelta(minutes=1)
    past.write(sorted((one for one in council.past if one.at <= latest), key=lambda one: one.at))
    record(SYSTEM, MADE, "council:demonstration", why=f"{PEOPLE} invented people of {listed('names')['council']}")
    today.happen(council, speaking)
    sign()


def _refuse_company() -> None:
    """Raise EvenhandError where the records hold anything: invented people must never stand beside real ones."""
    if Person.objects.exists() or User.objects.exists() or Event.objects.exists():
        raise EvenhandError(
            "These records hold people, accounts or events that the demonstration did not make.",
            do="Start it with an EVENHAND_HOME of its own, and without DATABASE_URL.",
        )
