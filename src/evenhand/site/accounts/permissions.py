"""Who may do what with accounts, the audit and the analysts' workspace, as predicates that read like policy.

A permission that is not named here or in another app's ``permissions`` is refused to everybody (``Actor.may``).
"""

from __future__ import annotations

from rules.permissions import add_perm
from rules.predicates import Predicate, predicate

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role


def has_role(*roles: Role) -> Predicate:
    """Staff with one of these roles."""
    name = " or ".join(role.label.lower() for role in roles)
    return Predicate(lambda actor: actor.role in roles, name=name)


@predicate(name="oneself")
def oneself(actor: Actor, user: object) -> bool:
    """The account is the actor's own."""
    return user == actor.user


administrator = has_role(Role.ADMINISTRATOR)
auditor = has_role(Role.AUDITOR)
analyst = has_role(Role.ANALYST)

PERMISSIONS = {
    "accounts.staff.view": administrator | auditor,
    "accounts.staff.invite": administrator,
    "accounts.staff.change": administrator & ~oneself,  # nobody gives themselves a role or ends their own
    "accounts.team.view": administrator | auditor,
    "accounts.team.change": administrator,
    "audit.event.view": auditor,
    "audit.event.export": auditor,
    "workspace.use": analyst,
    "workspace.view": analyst | auditor,
}

for _name, _rule in PERMISSIONS.items():
    add_perm(_name, _rule)
