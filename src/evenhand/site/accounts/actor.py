"""Who acts: the user, the role they act in and the request, as every service takes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.models import Grant, Membership, User
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.services import Who


class NotPermitted(EvenhandError):
    """This user may not do this. The words never say whether the record exists."""


@dataclass(frozen=True)
class Actor:
    """A signed-in user in one request. Role and teams are read once and kept for the request."""

    user: User
    request: str = ""

    @cached_property
    def role(self) -> str:
        """The live role of a member of staff; empty for a citizen."""
        live = Grant.objects.filter(user=self.user, ended_at=None).values_list("role", flat=True).first()
        return live or ""

    @property
    def role_label(self) -> str:
        """The role in words; empty for a citizen."""
        return Role(self.role).label if self.role else ""

    @cached_property
    def teams(self) -> frozenset[int]:
        """The ids of the teams that the user works in."""
        live = Membership.objects.filter(user=self.user, ended_at=None, team__closed_at=None)
        return frozenset(live.values_list("team_id", flat=True))

    @property
    def who(self) -> Who:
        """As an audit event names them."""
        return Who(self.user.reference, self.role or "citizen", self.request)

    def may(self, permission: str, thing: object = None) -> bool:
        """Whether the permission table grants it. Deny by default: an unknown permission is refused."""
        from rules.permissions import has_perm

        return self.user.is_active and bool(has_perm(permission, self, thing))

    def must(self, permission: str, thing: object = None) -> None:
        """Raise NotPermitted unless the permission table grants it."""
        if not self.may(permission, thing):
            raise NotPermitted(
                "You cannot see or do this.", do="If you think you should, ask your team manager or administrator."
            )


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user of a request, once a request. Raises NotPermitted when nobody is signed in."""
    kept: Actor | None = getattr(request, "evenhand_actor", None)
    if kept is None:
        if not isinstance(request.user, User):
            raise NotPermitted("Sign in to see this.", do="Sign in and open the page again.")
        kept = Actor(request.user, request=fresh_reference())
        request.evenhand_actor = kept  # type: ignore[attr-defined]
    return kept
