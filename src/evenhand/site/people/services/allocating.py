"""Who works with a person, and who may read a restricted record."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Grant, Membership, Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.people.models import Allocation, NamedReader, Person
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services.opening import note, open_to, save_changes

WORKS_IN_TEAM = (Role.PRACTITIONER, Role.BROKER, Role.TEAM_MANAGER)
MAY_BE_NAMED = (*WORKS_IN_TEAM, Role.FINANCE_OFFICER, Role.PAYMENTS_OFFICER)
ALLOCATE, RESTRICT = "people.person.allocate", "people.person.restrict"


def allocate(actor: Actor, reference: str, team: str, worker: str = "") -> Allocation:
    """Let a team work with a person, and perhaps one worker in it; a team that has them gets another worker.

    team, worker: references. Raises NotPermitted, and Refused for a team that is closed or not there, and for a worker
    who is not in it.
    """
    with transaction.atomic():
        person = open_to(actor, ALLOCATE, reference)
        chosen = Team.objects.filter(reference=team, closed_at=None).first()
        if chosen is None:
            raise Refused("There is no such team, or it is closed.", "Choose a team from the list.", field="team")
        named = _worker(chosen, worker) if worker else None
        held = Allocation.objects.select_for_update().filter(person=person, team=chosen, ended_at=None).first()
        if held is not None and held.worker == named:
            return held
        if held is not None:
            _end(actor, held)
        made = Allocation.objects.create(person=person, team=chosen, worker=named, began_by=actor.user)
        before = _held(held) if held else None
        note(actor, ALLOCATE, person, f"team:{chosen.reference}", before=before, after=_held(made))
    return made


def end_allocation(actor: Actor, reference: str, team: str) -> None:
    """Let a team work with a person no more; twice is once. Raises NotPermitted."""
    with transaction.atomic():
        person = open_to(actor, ALLOCATE, reference)
        held = Allocation.objects.select_for_update().filter(person=person, team__reference=team, ended_at=None).first()
        if held is not None:
            _end(actor, held)
            note(actor, ALLOCATE, person, f"team:{held.team.reference}", before=_held(held), after={"team": ""})


def workers(teams: Iterable[int]) -> list[tuple[Team, User]]:
    """Who may be named as worker: each team of these ids with each of its staff who work with people."""
    live = Membership.objects.filter(
        ended_at=None, team_id__in=list(teams), team__closed_at=None, user__is_active=True,
        user__grants__role__in=WORKS_IN_TEAM, user__grants__ended_at=None,
    )  # fmt: skip
    return [(one.team, one.user) for one in live.select_related("team", "user").order_by("team__name", "user__name")]


def restrict(actor: Actor, reference: str, version: int, readers: Iterable[str], email: str = "") -> Person:
    """Close a record to all but named readers: these members of staff, and always the actor.

    readers: references of users. email: one more, by work address. Who is not among them any more reads it no longer.
    Raises NotPermitted, Stale, and Refused for somebody who is no member of staff that works with records.
    """
    with transaction.atomic():
        person = open_to(actor, RESTRICT, reference, version)
        wanted = {actor.user.pk: actor.user} | {user.pk: user for user in _readers(readers, email)}
        held = NamedReader.objects.filter(person=person, ended_at=None).select_related("user")
        before = {one.user_id: one for one in held}
        for gone in before.keys() - wanted.keys():
            NamedReader.objects.filter(pk=before[gone].pk).update(ended_at=timezone.now())
        for new in wanted.keys() - before.keys():
            NamedReader.objects.create(person=person, user=wanted[new], given_by=actor.user)
        changed = save_changes(actor, person, {"restricted": True}, verb=RESTRICT)
        if before.keys() != wanted.keys():
            note(actor, RESTRICT, person, before={"readers": sorted(one.user.reference for one in before.values())},
                 after={"readers": sorted(user.reference for user in wanted.values())})  # fmt: skip
            if not changed:
                person.version += 1
                person.save(update_fields=["version"])
    return person


def open_again(actor: Actor, reference: str, version: int) -> Person:
    """Open a restricted record to its teams again; the named readers end. Raises NotPermitted and Stale."""
    with transaction.atomic():
        person = open_to(actor, RESTRICT, reference, version)
        save_changes(actor, person, {"restricted": False}, verb=RESTRICT)
        NamedReader.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())
    return person


def _readers(references: Iterable[str], email: str) -> list[User]:
    wanted = set(references)
    live = Grant.objects.filter(ended_at=None, role__in=MAY_BE_NAMED, user__is_active=True)
    found = [one.user for one in live.filter(user__reference__in=wanted).select_related("user")]
    if len(found) != len(wanted):
        raise Refused("One of these is no member of staff who works with records.", "Choose again.", field="readers")
    if email:
        one = live.filter(user__email=email.strip().lower()).select_related("user").first()
        if one is None:
            raise Refused("No member of staff who works with records has this address.", "Look at it again.",
                          field="email")  # fmt: skip
        found.append(one.user)
    return found


def _worker(team: Team, reference: str) -> User:
    for _, user in workers([team.pk]):
        if user.reference == reference:
            return user
    raise Refused("This worker is not in the team.", "Choose a worker of the team.", field="worker")


def _end(actor: Actor, held: Allocation) -> None:
    held.ended_at, held.ended_by = timezone.now(), actor.user
    held.save(update_fields=["ended_at", "ended_by"])


def _held(one: Allocation) -> dict[str, object]:
    return {"team": one.team.reference, "worker": one.worker.reference if one.worker else ""}
