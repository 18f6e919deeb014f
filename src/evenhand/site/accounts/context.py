"""What every page of the private half knows: who is signed in, what they may turn to, whether people are invented."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from evenhand.site.accounts.actor import Actor

LINKS = (  # a permission without an object, the words and the address
    ("people.person.find", "People", "/work/people/"),
    ("audit.event.view", "Audit", "/work/audit/"),
    ("accounts.staff.view", "Staff", "/work/staff/"),
    ("accounts.team.view", "Teams", "/work/teams/"),
    ("workspace.view", "Client-level data", "/workspace/"),
)


def account(request: HttpRequest) -> dict[str, Any]:
    """Template variables ``actor``, ``actor_links`` and ``demo``; the public half has none of them."""
    return {
        "actor": getattr(request, "evenhand_actor", None),
        "actor_links": actor_links,
        "demo": settings.DEMO,
    }


def actor_links(actor: Actor) -> list[tuple[str, str]]:
    """Where this actor may turn to."""
    if not actor.role:
        return [("My records", "/my/")]
    return [("My work", "/work/"), *((text, address) for name, text, address in LINKS if actor.may(name))]
