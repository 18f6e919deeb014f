"""Reads for the pages of accounts: staff, teams, open invitations, and what the sign-in page offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.models import Grant, Invitation, Membership, Team, User
from evenhand.site.accounts.roles import WHAT, Role
from evenhand.site.accounts.services.invitations import open_invitations
from evenhand.site.config.environment import LOCAL_HOSTS

DEMO_EMAIL = "@demo.invalid"  # a domain that can never be anybody's
NOBODY = NotPermitted("There is no such account, or you cannot see it.", do="Choose somebody from the list.")


@dataclass(frozen=True)
class Card:
    """Somebody invented whom a visitor of the demonstration may sign in as."""

    reference: str
    name: str
    role: str
    what: str


@dataclass(frozen=True)
class Offered:
    """An identity provider that the sign-in page offers."""

    name: str
    address: str


def staff(actor: Actor, find: str = "") -> QuerySet[User]:
    """Who works here or did, by name; find: part of a name or address. Raises NotPermitted."""
    actor.must("accounts.staff.view")
    found = User.objects.filter(grants__isnull=False).distinct().order_by("name", "pk")
    if find := find.strip()[:100]:
        found = found.filter(Q(name__icontains=find) | Q(email__icontains=find))
    return _with_roles(found)


def one_of_staff(actor: Actor, reference: str) -> User:
    """Somebody who works here or did. Raises NotPermitted alike for a citizen, for nobody and without permission."""
    actor.must("accounts.staff.view")
    found = _with_roles(User.objects.filter(reference=reference, grants__isnull=False).distinct()).first()
    if found is None:
        raise NOBODY
    return found


def role_of(user: User) -> str:
    """The live role of one of ``staff``, read with them; empty for none."""
    live: list[Grant] = user.live_grants  # type: ignore[attr-defined]
    return live[0].role if live else ""


def teams_of(user: User) -> list[Team]:
    """The open teams of one of ``staff``, read with them."""
    live: list[Membership] = user.live_memberships  # type: ignore[attr-defined]
    return [membership.team for membership in live]


def teams(actor: Actor) -> QuerySet[Team]:
    """Every team, open ones first, with how many work in it (``members``). Raises NotPermitted."""
    actor.must("accounts.team.view")
    members = Count("memberships", filter=Q(memberships__ended_at=None, memberships__user__is_active=True))
    return Team.objects.annotate(members=members).order_by("closed_at", "name")


def one_team(actor: Actor, reference: str) -> Team:
    """A team. Raises NotPermitted alike when there is none and without permission."""
    found = teams(actor).filter(reference=reference).first()
    if found is None:
        raise NotPermitted("There is no such team, or you cannot see it.", do="Choose one from the list.")
    return found


def open_teams() -> QuerySet[Team]:
    """Teams that somebody may join."""
    return Team.objects.filter(closed_at=None)


def staff_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations of staff whose link still works. Raises NotPermitted."""
    actor.must("accounts.staff.view")
    return open_invitations().exclude(role="").select_related("team", "made_by")


def one_invitation(actor: Actor, reference: str) -> Invitation:
    """An invitation of staff, open or not. Raises NotPermitted."""
    actor.must("accounts.staff.view")
    found = Invitation.objects.exclude(role="").filter(reference=reference).first()
    if found is None:
        raise NOBODY
    return found


def providers() -> list[Offered]:
    """The council's identity provider, when the settings name one."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return [
        Offered(app["name"], reverse("openid_connect_login", kwargs={"provider_id": app["provider_id"]}))
        for app in apps
    ]  # fmt: skip


def may_demonstrate(request: HttpRequest) -> bool:
    """Whether this very request may sign in without a password: the demonstration, asked from this machine itself."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    here = host in LOCAL_HOSTS or request.get_host() in LOCAL_HOSTS
    direct = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
    return bool(settings.DEMO) and here and direct


def invented() -> QuerySet[User]:
    """Accounts that the demonstration made."""
    return User.objects.filter(email__endswith=DEMO_EMAIL, is_active=True)


def demo_cards(request: HttpRequest) -> list[Card]:
    """Whom a visitor may sign in as: one of each role, then citizens; nobody outside the demonstration."""
    if not may_demonstrate(request):
        return []
    order = {role: number for number, role in enumerate(Role.values)}
    people = sorted(_with_roles(invented()), key=lambda user: (order.get(role_of(user), 99), user.name))
    return [
        Card(user.reference, user.name, Role(role).label if (role := role_of(user)) else "Citizen",
             WHAT[Role(role)] if role else "Sees their own record, or that of somebody they stand beside.")
        for user in people[:40]
    ]  # fmt: skip


def _with_roles(users: QuerySet[User]) -> QuerySet[User]:
    return users.prefetch_related(
        Prefetch("grants", Grant.objects.filter(ended_at=None), to_attr="live_grants"),
        Prefetch(
            "memberships",
            Membership.objects.filter(ended_at=None, team__closed_at=None)
            .select_related("team")
            .order_by("team__name"),
            to_attr="live_memberships",
        ),
    )
