"""What every page of the private half knows: who is signed in, what they may turn to, whether people are invented."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils import timezone

from evenhand.site.accounts.actor import Actor

LINKS = (  # a permission without an object, the words and the address
    ("people.person.find", "People", "/work/people/"),
    ("people.import", "Import", "/work/import/"),
    ("audit.event.view", "Audit", "/work/audit/"),
    ("accounts.staff.view", "Staff", "/work/staff/"),
    ("accounts.team.view", "Teams", "/work/teams/"),
    ("workspace.view", "Client-level data", "/workspace/"),
)


def account(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the private half: ``actor``, ``actor_links``, ``demo``, ``notices`` and words for dates.

    Those that read the session are functions, so that a public page, which never calls them, asks nothing of it.
    """
    from evenhand.site.accounts.queries import demo_cards, providers

    return {
        "actor": getattr(request, "evenhand_actor", None),
        "actor_links": actor_links,
        "demo": settings.DEMO,
        "demo_cards": demo_cards,
        "providers": providers,
        "notices": lambda: list(get_messages(request)),
        "day": day,
        "moment": moment,
        "browser": browser,
    }


def actor_links(actor: Actor) -> list[tuple[str, str]]:
    """Where this actor may turn to."""
    if not actor.role:
        return [("My records", "/my/"), ("My account", "/account/sessions/")]
    pages = [(text, address) for name, text, address in LINKS if actor.may(name)]
    return [("My work", "/work/"), *pages, ("My account", "/account/sessions/")]


def day(when: datetime) -> str:
    """A date as pages write it: 5 March 2026."""
    local = timezone.localtime(when)
    return f"{local.day} {local:%B %Y}"


def moment(when: datetime) -> str:
    """A date and time as pages write it: 5 March 2026, 14:05."""
    return f"{day(when)}, {timezone.localtime(when):%H:%M}"


BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
MACHINES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def browser(user_agent: str) -> str:
    """What a browser says that it is, in a word or three: Chrome on Windows."""
    what = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    where = next((name for sign, name in MACHINES if sign in user_agent), "")
    return f"{what} on {where}" if where else what
