"""Who has looked at a record, as the person and the manager read it: names, roles and teams, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Membership, User
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.queries import Look, looks
from evenhand.site.audit.services import record
from evenhand.site.people.models import Access, Person
from evenhand.site.people.queries.visible import person
from evenhand.site.people.refusals import no_such_record
from evenhand.site.people.words import doing

AT_ONCE = 100  # events of one page


@dataclass(frozen=True)
class Line:
    """What somebody did with a record on one day, however often."""

    who: str
    what: str
    times: int
    emergency: bool


@dataclass(frozen=True)
class Looked:
    """Days with their lines, newest first, and the number of the event to go on from; None at the end."""

    person: Person
    days: list[tuple[date, list[Line]]]
    before: int | None


def looked(actor: Actor, reference: str, before: int | None = None) -> Looked:
    """Who has looked at this person's record, and what they did. The reading is itself written to the audit."""
    found = person(actor, reference)
    if not actor.may("people.lookers.view", found):
        raise no_such_record()
    with transaction.atomic():
        record(actor.who, "people.lookers.view", f"person:{found.reference}", case=found.reference)
    events = looks(found.reference, AT_ONCE, before)
    names = _names(actor, found, {one.actor for one in events})
    times = Counter(_key(actor, one, names) for one in events)  # in the order in which each was met first: newest first
    days: dict[date, list[Line]] = {}
    for (day, who, what, emergency), count in times.items():
        days.setdefault(day, []).append(Line(who, what, count, emergency))
    return Looked(found, list(days.items()), events[-1].number if len(events) == AT_ONCE else None)


def _key(actor: Actor, one: Look, names: dict[str, str]) -> tuple[date, str, str, bool]:
    who = names.get(one.actor, "Evenhand itself" if one.actor == "system" else "Somebody whose account is gone")
    role = f", {Role(one.role).label.lower()}" if one.role in Role.values else ""
    name, _, teams = who.partition("\n")
    place = f" ({teams})" if teams else ""
    return (
        timezone.localtime(one.at).date(),
        f"{name}{role}{place}",
        doing(one.verb, to_citizen=not actor.role),
        one.why.startswith("emergency"),
    )


def _names(actor: Actor, found: Person, references: Iterable[str]) -> dict[str, str]:
    """Each user's name, and after a line break their teams; citizens with how they stand to the record."""
    users = User.objects.filter(reference__in=set(references))
    teams: dict[int, list[str]] = {}
    live = Membership.objects.filter(user__in=users, ended_at=None).select_related("team").order_by("team__name")
    for membership in live:
        teams.setdefault(membership.user_id, []).append(membership.team.name)
    beside = {one.user_id: one.get_standing_display().lower() for one in Access.objects.filter(person=found)}
    out = {}
    for user in users:
        name = "You" if user == actor.user else user.name
        if user.pk in beside and user != actor.user:
            name += f", {beside[user.pk]}"
        out[user.reference] = f"{name}\n{', '.join(teams.get(user.pk, ()))}".rstrip("\n")
    return out
