"""Citizens beside a record: inviting them, what an accepted invitation gives, what a supporter sees, and its end."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Invitation, User
from evenhand.site.accounts.roles import Standing
from evenhand.site.accounts.services.invitations import invitation_taken, invite_citizen, open_invitations, withdraw
from evenhand.site.audit.services import Who, record
from evenhand.site.people.models import Access, Person
from evenhand.site.people.queries.visible import kept_reference
from evenhand.site.people.refusals import Refused, no_such_record
from evenhand.site.people.services.opening import note, open_to

HOLDER, SUPPORTER = "people.holder.invite", "people.supporter.invite"


def invite(actor: Actor, reference: str, standing: str, name: str, email: str) -> tuple[Invitation, str]:
    """Invite somebody to a record: a worker the holder, nominated or authorised person; who speaks for it a supporter.

    The invitation and the secret of its link. Raises NotPermitted, and EvenhandError for wrong input, for a second
    holder and for somebody invited already.
    """
    permission = SUPPORTER if standing == Standing.SUPPORTER else HOLDER
    with transaction.atomic():
        person = open_to(actor, permission, reference)
        if (
            standing == Standing.HOLDER
            and Access.objects.filter(person=person, ended_at=None, standing=standing).exists()
        ):
            raise Refused("The person signs in to this record already.", "End that first, if the account is lost.",
                          field="standing")  # fmt: skip
        if Access.objects.filter(person=person, ended_at=None, user__email=email.strip().lower()).exists():
            raise Refused(
                "Whoever has this address signs in to the record already.", "Look at the list.", field="email"
            )
        return invite_citizen(actor, about=person.reference, standing=standing, email=email, name=name,
                              permitted=permission)  # fmt: skip


@receiver(invitation_taken, sender=Invitation, dispatch_uid="people.services.beside")
def give_access(invitation: Invitation, user: User, request: str, **_: Any) -> None:
    """Give what an invitation to a record promised. Raises Refused, which undoes the account too, when it cannot be."""
    if not invitation.about:
        return
    person = Person.objects.select_for_update().filter(reference=kept_reference(invitation.about)).first()
    if person is None or person.erased_at is not None or not _still_meant(invitation, person):
        raise Refused("This invitation is to something that is not there any more.", "Ask whoever invited you.")
    live = Access.objects.filter(person=person, ended_at=None)
    if invitation.standing == Standing.HOLDER and live.filter(standing=Standing.HOLDER).exclude(user=user).exists():
        raise Refused("Somebody else signs in as the holder of this budget.", "Ask whoever invited you.")
    now = timezone.now()
    held = live.filter(user=user).first()
    if held is not None and held.standing == invitation.standing:
        return
    if held is not None:
        held.ended_at, held.ended_by = now, user
        held.save(update_fields=["ended_at", "ended_by"])
    made = Access.objects.create(
        person=person, user=user, standing=invitation.standing, invitation=invitation, began_at=now
    )
    record(Who(user.reference, "citizen", request), "people.access.begin", f"access:{made.reference}",
           case=person.reference, after={"standing": str(made.standing), "user": user.reference})  # fmt: skip


def end_access(actor: Actor, reference: str, access: str) -> None:
    """Let somebody see a record no more; twice is once. Who speaks for it ends supporters; a worker ends anybody."""
    with transaction.atomic():
        person, held = _access(actor, reference, access)
        if held.ended_at is None:
            held.ended_at, held.ended_by = timezone.now(), actor.user
            held.save(update_fields=["ended_at", "ended_by"])
            note(actor, _permission(actor), person, f"access:{held.reference}", before={"ended": False},
                 after={"ended": True})  # fmt: skip


def show_assessments(actor: Actor, reference: str, access: str, shown: bool) -> None:
    """Let a supporter see assessments, or not. Only who speaks for the record chooses. Raises NotPermitted."""
    with transaction.atomic():
        person = open_to(actor, SUPPORTER, reference)
        held = Access.objects.select_for_update().filter(
            person=person, reference=access, standing=Standing.SUPPORTER, ended_at=None
        ).first()  # fmt: skip
        if held is None:
            raise no_such_record()
        if held.sees_assessments != shown:
            held.sees_assessments = shown
            held.save(update_fields=["sees_assessments"])
            note(actor, SUPPORTER, person, f"access:{held.reference}", before={"sees_assessments": not shown},
                 after={"sees_assessments": shown})  # fmt: skip


def take_back(actor: Actor, reference: str, invitation: str) -> None:
    """Make an invitation's link stop working. Raises NotPermitted, and EvenhandError when it was used."""
    with transaction.atomic():
        person = open_to(actor, _permission(actor), reference)
        found = Invitation.objects.filter(about=person.reference, reference=invitation).first()
        if found is None or (not actor.role and found.standing != Standing.SUPPORTER):
            raise no_such_record()
        withdraw(actor, found, permitted=_permission(actor))


def waiting(person: Person, standing: str = "") -> list[Invitation]:
    """Invitations to this record whose link still works."""
    found = open_invitations().filter(about=person.reference)
    return list(found.filter(standing=standing) if standing else found)


def _access(actor: Actor, reference: str, access: str) -> tuple[Person, Access]:
    person = open_to(actor, _permission(actor), reference)
    held = Access.objects.select_for_update().filter(person=person, reference=access).first()
    if held is None or (not actor.role and held.standing != Standing.SUPPORTER):
        raise no_such_record()
    return person, held


def _permission(actor: Actor) -> str:
    return HOLDER if actor.role else SUPPORTER


def _still_meant(invitation: Invitation, person: Person) -> bool:
    """Whether who invited a supporter still speaks for the record; a worker's invitation outlives their team."""
    if invitation.standing != Standing.SUPPORTER:
        return True
    return invitation.made_by is not None and Actor(invitation.made_by).may(SUPPORTER, person)
