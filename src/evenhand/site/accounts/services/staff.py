"""What an administrator changes about staff: roles, teams, and whether they can sign in at all.

Nobody changes their own account (``accounts.staff.change``), and the last administrator who can sign in stays one.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.models import Grant, Membership, Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services.invitations import administrators, withdraw_staff_invitations_of
from evenhand.site.audit.services import record


def give_role(actor: Actor, user: User, role: str, *, was: str) -> None:
    """Give a member of staff another role, ending the one they have; the same role again changes nothing.

    was: the role that the page showed (empty for none), so that two administrators do not undo each other unseen.
    Raises NotPermitted and EvenhandError.
    """
    _must_change(actor, user)
    if role not in Role.values:
        raise EvenhandError("There is no such role.", do="Choose one from the list.")
    with transaction.atomic():
        live = _live_grant(user)
        before = live.role if live else ""
        if before == role:
            return
        _unmoved(before, was)
        if live is not None:
            _end_grant(actor, live)
        Grant.objects.create(user=user, role=role, given_by=actor.user)
        record(actor.who, "accounts.staff.change", _subject(user), before={"role": before}, after={"role": role})


def end_role(actor: Actor, user: User, *, was: str) -> None:
    """End a member of staff's role, their teams and what they offered to others. They see no record any more."""
    _must_change(actor, user)
    with transaction.atomic():
        live = _live_grant(user)
        if live is None:
            return
        _unmoved(live.role, was)
        _end_grant(actor, live)
        Membership.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
        withdraw_staff_invitations_of(actor, user)
        record(actor.who, "accounts.staff.change", _subject(user), before={"role": live.role}, after={"role": ""})


def add_to_team(actor: Actor, user: User, team: Team) -> None:
    """Let a member of staff work in a team; twice is once. Raises NotPermitted, and EvenhandError for a closed team."""
    _must_change(actor, user)
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        if team.closed_at is not None:
            raise EvenhandError(f"The team {team.name} is closed.", do="Choose another team.")
        if not user.grants.filter(ended_at=None).exists():
            raise EvenhandError("They have no role.", do="Give them a role first.")
        if not Membership.objects.filter(user=user, team=team, ended_at=None).exists():
            Membership.objects.create(user=user, team=team)
            record(actor.who, "accounts.staff.change", _subject(user), after={"joins": team.reference})


def end_membership(actor: Actor, user: User, team: Team) -> None:
    """Let a member of staff work in a team no more; twice is once. Raises NotPermitted."""
    _must_change(actor, user)
    with transaction.atomic():
        ended = Membership.objects.filter(user=user, team=team, ended_at=None).update(ended_at=timezone.now())
        if ended:
            record(actor.who, "accounts.staff.change", _subject(user), before={"leaves": team.reference})


def deactivate(actor: Actor, user: User, why: str) -> None:
    """Let a member of staff sign in no more, and end their sessions at once. Raises NotPermitted and EvenhandError."""
    _must_change(actor, user)
    if not why.strip():
        raise EvenhandError("There is no reason.", do="Write why: the audit keeps it.")
    with transaction.atomic():
        live = _live_grant(user)
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            if live is not None and live.role == Role.ADMINISTRATOR:
                _others_remain(live)
            user.is_active = False
            user.save(update_fields=["is_active"])
            withdraw_staff_invitations_of(actor, user)
            record(
                actor.who, "accounts.staff.deactivate", _subject(user), why=why.strip(),
                before={"active": True}, after={"active": False},
            )  # fmt: skip
        _end_sessions(user)


def reactivate(actor: Actor, user: User, why: str) -> None:
    """Let a member of staff sign in again. Raises NotPermitted and EvenhandError."""
    _must_change(actor, user)
    if not why.strip():
        raise EvenhandError("There is no reason.", do="Write why: the audit keeps it.")
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            record(
                actor.who, "accounts.staff.reactivate", _subject(user), why=why.strip(),
                before={"active": False}, after={"active": True},
            )  # fmt: skip


def end_sessions(actor: Actor, user: User) -> int:
    """Sign a member of staff out everywhere: how many sessions that ended. Raises NotPermitted."""
    _must_change(actor, user)
    with transaction.atomic():
        ended = _end_sessions(user)
        if ended:
            record(actor.who, "accounts.staff.sign_out", _subject(user), after={"sessions": ended})
    return ended


def reset_second_factor(actor: Actor, user: User, why: str) -> None:
    """Take away second factors that a member of staff has lost. They set up a new one when they sign in next.

    Raises NotPermitted, and EvenhandError without a reason: the administrator has made sure who asks.
    """
    _must_change(actor, user)
    if not why.strip():
        raise EvenhandError("There is no reason.", do="Write how you made sure that it was they who asked.")
    with transaction.atomic():
        kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        if kinds:
            Authenticator.objects.filter(user=user).delete()
            _end_sessions(user)
            record(
                actor.who, "accounts.staff.reset_second_factor", _subject(user), why=why.strip(),
                before={"kinds": kinds}, after={"kinds": []},
            )  # fmt: skip


def make_team(actor: Actor, name: str) -> Team:
    """A new team. Raises NotPermitted, and EvenhandError for a name that is empty, too long or taken."""
    actor.must("accounts.team.change")
    with transaction.atomic():
        team = Team(name=_team_name(name))
        _save_team(team)
        record(actor.who, "accounts.team.make", f"team:{team.reference}", after={"name": team.name})
    return team


def rename_team(actor: Actor, team: Team, name: str, *, was: str) -> None:
    """Give a team another name. was: the name that the page showed. Raises NotPermitted and EvenhandError."""
    actor.must("accounts.team.change")
    name = _team_name(name)
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        before = team.name
        if before == name:
            return
        _unmoved(before, was)
        team.name = name
        _save_team(team)
        record(
            actor.who, "accounts.team.change", f"team:{team.reference}", before={"name": before}, after={"name": name}
        )


def close_team(actor: Actor, team: Team) -> None:
    """Close a team; twice is once. Who works in it stays on record, and sees nothing through it any more.

    Raises NotPermitted. People whose record is still with the team are taken on by a manager of another one.
    """
    actor.must("accounts.team.change")
    with transaction.atomic():
        if Team.objects.filter(pk=team.pk, closed_at=None).update(closed_at=timezone.now()):
            record(actor.who, "accounts.team.close", f"team:{team.reference}")


def is_staff(user: User) -> bool:
    """Whether a user works here, or did: only they are an administrator's business, never a citizen's account."""
    return user.grants.exists()


def _must_change(actor: Actor, user: User) -> None:
    actor.must("accounts.staff.change", user)
    if not is_staff(user):
        raise NotPermitted("You cannot see or do this.", do="Choose a member of staff from the list.")


def _live_grant(user: User) -> Grant | None:
    """The user's live grant, locked; with the administrators' too, always in the same order, so that two of them who
    end each other at the same moment take turns."""
    list(administrators().select_for_update().order_by("pk").values_list("pk"))
    return Grant.objects.select_for_update().filter(user=user, ended_at=None).first()


def _end_grant(actor: Actor, grant: Grant) -> None:
    if grant.role == Role.ADMINISTRATOR:
        _others_remain(grant)
    grant.ended_at, grant.ended_by = timezone.now(), actor.user
    grant.save(update_fields=["ended_at", "ended_by"])


def _others_remain(grant: Grant) -> None:
    if not administrators().exclude(pk=grant.pk).exists():
        raise EvenhandError(
            "They are the last administrator who can sign in.", do="Make somebody else administrator first."
        )


def _unmoved(now: str, was: str) -> None:
    if now != was:
        raise EvenhandError(
            "Somebody else changed this while you had the page open.", do="Look at it again, and then change it."
        )


def _end_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def _team_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise EvenhandError("The name is empty or too long.", do="Write a name of at most 100 letters.")
    return name


def _save_team(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise EvenhandError("There is a team of this name already.", do="Choose another name.") from None


def _subject(user: User) -> str:
    return f"user:{user.reference}"
