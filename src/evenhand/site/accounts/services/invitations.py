"""Inviting somebody, taking an invitation up, and withdrawing it.

An account is made in no other way. The link holds a secret of 256 bits that is kept nowhere: only its digest is. It
works once, for ``WORKS_FOR``, and says the same whether it is unknown, used, withdrawn or too old.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Grant, Invitation, Membership, Team, User
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.audit.services import SYSTEM, Who, record

WORKS_FOR = timedelta(days=7)

# Sent inside the transaction of ``take_up``; sender Invitation, with ``invitation``, ``user`` and ``request`` (the id
# of the request, for events). What raises here undoes the account too.
invitation_taken = Signal()


class InvitationRefused(EvenhandError):
    """The link does not work. One sentence for every reason, so that nobody learns which links were ever real."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation link does not work.",
            do=f"It may have been used, withdrawn or made more than {WORKS_FOR.days} days ago. Ask whoever invited you "
            "for a new one.",
        )


class AccountExists(EvenhandError):
    """The invitation's address has an account, and its owner has not signed in to it here."""

    def __init__(self) -> None:
        super().__init__(
            "There is an account for this address already.",
            do="Sign in to it, and then open the invitation link again.",
        )


def invite_staff(actor: Actor, email: str, name: str, role: str, team: Team | None = None) -> tuple[Invitation, str]:
    """Invite a member of staff in a role, and in a team where the role works in one: the invitation and its secret.

    Raises NotPermitted; EvenhandError for an address that has an account or an open invitation, and for wrong input.
    """
    actor.must("accounts.staff.invite")
    if role not in Role.values:
        raise EvenhandError("There is no such role.", do="Choose one from the list.")
    if team is not None and team.closed_at is not None:
        raise EvenhandError(f"The team {team.name} is closed.", do="Choose another team.")
    if User.objects.filter(email=email.strip().lower()).exists():
        raise EvenhandError(
            "This address has an account already.", do="Use the person's work address, or give their account a role."
        )
    return _invite(actor.who, email, name, actor.user, verb="accounts.staff.invite", role=role, team=team)


def invite_citizen(
    actor: Actor, *, about: str, standing: str, email: str, name: str, permitted: str
) -> tuple[Invitation, str]:
    """Invite somebody to stand beside a person's record: the invitation and its secret.

    about: the person's reference. permitted: the permission that the caller has asked of this actor for this person
    (``actor.must("people.holder.invite", person)``), because accounts do not know people; it becomes the event's verb.
    Raises EvenhandError for wrong input and where the same address has an open invitation to the same record.
    """
    assert permitted.startswith("people."), "the caller asks for permission on the person first"
    assert about, "a citizen is invited to somebody's record"
    if standing not in Standing.values:
        raise EvenhandError("There is no such way to stand beside a record.", do="Choose one from the list.")
    return _invite(actor.who, email, name, actor.user, verb=permitted, standing=standing, about=about)


def invite_first_administrator(email: str, name: str, *, another: bool = False) -> tuple[Invitation, str]:
    """Invite an administrator from the command line: whoever may run it on the server may do this.

    Raises EvenhandError when somebody is administrator already, unless ``another``.
    """
    if not another and administrators().exists():
        raise EvenhandError(
            "There is an administrator already.",
            do="Ask them for an invitation. If nobody can sign in as administrator any more, add --another.",
        )
    if User.objects.filter(email=email.strip().lower()).exists():
        raise EvenhandError("This address has an account already.", do="Give another address.")
    with transaction.atomic():
        # A link that was printed and lost: the new one takes its place, for there may be nobody to withdraw it.
        for lost in open_invitations().filter(made_by=None):
            Invitation.objects.filter(pk=lost.pk).update(expires_at=timezone.now())
            record(SYSTEM, "accounts.invitation.withdraw", f"invitation:{lost.reference}")
        return _invite(SYSTEM, email, name, None, verb="accounts.staff.invite", role=Role.ADMINISTRATOR)


def administrators() -> QuerySet[Grant]:
    """The live grants of administrators who can sign in."""
    return Grant.objects.filter(role=Role.ADMINISTRATOR, ended_at=None, user__is_active=True)


def find(secret: str) -> Invitation:
    """The open invitation of a secret. Raises InvitationRefused, alike for every reason."""
    return _open(Invitation.objects.filter(digest=digest(secret)).first())


def take_up(
    secret: str, *, password: str | None = None, user: User | None = None, provider: bool = False, request: str = ""
) -> User:
    """Use an invitation: make the account, or add to the account that is signed in, and give what was promised.

    password: for a new account that signs in here. provider: the council's identity provider has just vouched for the
    invitation's address, so a new account needs no password. user: who is signed in, when the address has an account.
    Raises InvitationRefused; AccountExists when the address has an account and ``user`` is not its owner; EvenhandError
    for a password that is too weak, or staff's address where a citizen was invited.
    """
    with transaction.atomic():
        invitation = _open(Invitation.objects.select_for_update().filter(digest=digest(secret)).first())
        owner = User.objects.filter(email=invitation.email).first()
        if owner is not None and owner != user:
            raise AccountExists
        if owner is not None and (invitation.role or owner.grants.filter(ended_at=None).exists()):
            raise EvenhandError(
                "This address signs in for work already.",
                do="Ask to be invited at another address: work and your own records need an account each.",
            )
        taker = owner or _make_account(invitation, password, provider=provider)
        _give(invitation, taker)
        invitation.used_at, invitation.used_by = timezone.now(), taker
        invitation.save(update_fields=["used_at", "used_by"])
        record(
            Who(taker.reference, invitation.role or "citizen", request), "accounts.invitation.take",
            f"invitation:{invitation.reference}", case=invitation.about,
            after={"user": taker.reference, "role": invitation.role, "standing": invitation.standing},
        )  # fmt: skip
        invitation_taken.send(sender=Invitation, invitation=invitation, user=taker, request=request)
    return taker


def withdraw(actor: Actor, invitation: Invitation, *, permitted: str = "") -> None:
    """Make an open invitation's link stop working; one that is withdrawn already stays so.

    A citizen's invitation is withdrawn by ``people``, which passes the permission that it asked (``invite_citizen``).
    Raises NotPermitted, and EvenhandError when the invitation was used.
    """
    if invitation.role:
        actor.must("accounts.staff.invite")
    else:
        assert permitted.startswith("people."), "the caller asks for permission on the person first"
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.used_at is not None:
            raise EvenhandError("This invitation was used.", do="End what it gave instead.")
        if invitation.withdrawn_at is None:
            _withdraw(actor, invitation)


def withdraw_staff_invitations_of(actor: Actor, user: User) -> None:
    """Withdraw what a member of staff who loses their role has offered to others; in the caller's transaction."""
    offered = Invitation.objects.select_for_update().filter(made_by=user, used_at=None, withdrawn_at=None)
    for invitation in offered.exclude(role=""):
        _withdraw(actor, invitation)


def open_invitations() -> QuerySet[Invitation]:
    """Invitations whose link still works, newest first."""
    live = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return live.order_by("-made_at")


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256. A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _invite(
    who: Who, email: str, name: str, made_by: User | None, *, verb: str, role: str = "", team: Team | None = None,
    standing: str = "", about: str = "",
) -> tuple[Invitation, str]:  # fmt: skip
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        validate_email(email)
    except ValidationError:
        raise EvenhandError("This is no email address.", do="Write it like name@example.org.") from None
    if not name or len(name) > 200 or len(email) > 254:
        raise EvenhandError("The name is empty or too long.", do="Write the name, in at most 200 letters.")
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        same = open_invitations().filter(email=email, about=about)
        if (same if about else same.exclude(role="")).exists():
            raise EvenhandError(
                "This address was invited already, and the link still works.",
                do="If the letter was lost, withdraw that invitation and invite again.",
            )
        invitation = Invitation.objects.create(
            digest=digest(secret), email=email, name=name, role=role, team=team, standing=standing, about=about,
            made_at=now, made_by=made_by, expires_at=now + WORKS_FOR,
        )  # fmt: skip
        record(
            who, verb, f"invitation:{invitation.reference}", case=about,
            after={"email": email, "name": name, "role": role, "team": team.reference if team else "",
                   "standing": standing},
        )  # fmt: skip
    return invitation, secret


def _open(invitation: Invitation | None) -> Invitation:
    if invitation is None or invitation.used_at or invitation.withdrawn_at or invitation.expires_at <= timezone.now():
        raise InvitationRefused
    return invitation


def _make_account(invitation: Invitation, password: str | None, *, provider: bool) -> User:
    if password is not None:
        try:
            validate_password(password, User(email=invitation.email, name=invitation.name))
        except ValidationError as weak:
            raise EvenhandError(" ".join(weak.messages), do="Choose another password.") from None
    elif not provider:
        raise EvenhandError("There is no password.", do="Choose one.")
    user = User.objects.create_user(invitation.email, invitation.name, password)
    # The link came to this address: that is what verifies it.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _give(invitation: Invitation, user: User) -> None:
    if not invitation.role:
        return  # what stands beside a record is given by people, who listen to ``invitation_taken``
    Grant.objects.create(user=user, role=invitation.role, given_by=invitation.made_by)
    if invitation.team is not None and invitation.team.closed_at is None:
        Membership.objects.create(user=user, team=invitation.team)


def _withdraw(actor: Actor, invitation: Invitation) -> None:
    invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), actor.user
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(actor.who, "accounts.invitation.withdraw", f"invitation:{invitation.reference}", case=invitation.about)
