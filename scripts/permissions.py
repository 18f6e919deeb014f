"""Write docs/reference/permissions.md: who may do what, worked out by asking the rules, and every private address.

    python scripts/permissions.py

The table is no second statement of the rules. It is made by asking each rule about a small invented council
(``permission_world``) in a database that lives in memory; a test fails when the page is out of step, and another opens
every address as every kind of user and compares.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.permission_world import World

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "permissions.md"
HEAD = """# Who may do what

This page is made from the rules themselves by `python scripts/permissions.py`: each rule is asked about a small
invented council. A test fails when the page is out of step, and another opens every address below as every kind of
user.

What is not granted here is refused. A refusal never says whether the record exists.
"""
# own, other, restricted, named, emergency, unallocated: which records of these a role may; and how people say it.
PHRASES = {
    (True, True, True, True, True, True): "any record",
    (True, True, False, True, True, True): "any, unless restricted",
    (True, False, False, True, False, False): "own teams",
    (True, False, False, True, True, False): "own teams, or in an emergency",
    (True, False, False, True, False, True): "own teams, or nobody's yet",
    (False, False, False, False, False, False): "–",
}
ROLES = {
    "practitioner": "Practitioner", "broker": "Broker", "team_manager": "Team manager",
    "finance_officer": "Finance officer", "payments_officer": "Payments officer", "auditor": "Auditor",
    "analyst": "Analyst", "administrator": "Administrator",
}  # fmt: skip
BESIDE = {
    "holder": "Holder", "authorised": "Authorised person", "nominated": "Nominated person", "supporter": "Supporter",
    "supporter shown assessments": "Supporter shown assessments",
}  # fmt: skip
SIGNED_IN = "signed in"
OPEN = "open"


@dataclass(frozen=True)
class Address:
    """One address of the private half: its pattern, its name and the permission that its view says it needs."""

    pattern: str
    name: str
    permission: str
    post: str  # to send the form, mostly the same


def permissions() -> dict[str, Any]:
    """Every rule, by its name."""
    from evenhand.site.accounts import permissions as accounts
    from evenhand.site.people import permissions as people

    return {**people.PERMISSIONS, **accounts.PERMISSIONS}


def asked_of_a_record(permission: str) -> bool:
    """Whether the rule is about one person's record, rather than about who asks alone."""
    objectless = {"people.person.find", "people.person.make", "people.glass.break", "people.import"}
    return permission.startswith("people.") and permission not in objectless


def may(world: World, permission: str, user: str, case: str) -> bool:
    """What the rule says of this user and this record."""
    from evenhand.site.accounts.actor import Actor

    actor = Actor(world.users[user])
    if permission == SIGNED_IN:
        return actor.user.is_active
    if permission == "people.assessment.answer":
        return actor.may(permission, world.assessments[case])
    if asked_of_a_record(permission):
        return actor.may(permission, world.people[case])
    if permission == "accounts.staff.change":
        return actor.may(permission, world.users["stranger"])  # anybody but oneself
    return actor.may(permission)


def addresses() -> list[Address]:
    """Every address of the private half that is ours, in order."""
    from django.urls import get_resolver

    return sorted(_walk(get_resolver().url_patterns, "/"), key=lambda a: a.pattern)


def _walk(patterns: list[Any], before: str) -> Iterator[Address]:
    from evenhand.site.accounts.middleware import PRIVATE

    for pattern in patterns:
        path = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, path)
        elif path.startswith(PRIVATE) and not pattern.callback.__module__.startswith("allauth."):
            needed = getattr(pattern.callback, "evenhand_permission", "nobody")
            yield Address(path, pattern.name or "", needed, getattr(pattern.callback, "evenhand_post", needed))


def opens(world: World, address: Address, user: str, case: str, method: str = "get") -> bool:
    """Whether the address opens to this user, for this record, by the table.

    /work/ is for staff and /my/ for citizens, whatever else they may: a holder does not read the staff's page of
    their own record, and staff do not open the person's own pages.
    """
    from evenhand.site.accounts.actor import Actor

    if address.permission == OPEN:
        return True
    staff = bool(Actor(world.users[user]).role)
    if address.pattern.startswith(("/work/", "/workspace/") if not staff else "/my/"):
        return False
    return may(world, address.post if method == "post" else address.permission, user, case)


def filled(address: Address, world: World, case: str) -> str:
    """The address with the record of this case, and what belongs to it, in place of its parts."""
    person, assessment = world.people[case].reference, world.assessments[case].reference
    parts = {
        "slug:person": person, "str:secret": "s" * 40, "int:number": "1", "slug:part": "name",
        "slug:link": world.links[case], "slug:concern": world.concerns[case],
        "slug:other": world.second, "slug:key": "nutrition",
        "slug:run_id": "20260101-000000-abcdef", "slug:slug": "a-council", "path:file": "x.csv",
        "slug:why": "counted", "slug:movement": "entered",
    }  # fmt: skip
    references = {
        "/work/emergencies/": world.glass[case], "/work/staff/invited/": world.invitation,
        "/work/import/": world.import_, "/work/staff/": world.users["left"].reference,
        "/work/teams/": world.team.reference,
    }  # fmt: skip
    own = assessment if "assessment" in address.pattern else person
    parts["slug:reference"] = next((r for start, r in references.items() if address.pattern.startswith(start)), own)
    path = re.sub(r"\^?\(\?P<reference>[^)]*\)", parts["slug:reference"], address.pattern)
    path = re.sub(r"\(\?P<what>(\w+)[^)]*\)", r"\1", path).removesuffix("$")  # the first of what can be changed
    for part in re.findall(r"<([^>]+)>", path):
        path = path.replace(f"<{part}>", parts[part])  # a KeyError here is a new part: say what stands in it
    return path


def page(world: World) -> str:
    """The whole page."""
    from scripts.permission_world import CASES

    from evenhand.site.accounts.roles import WHAT, Role

    lines = [HEAD, "## Roles of staff", "", "| role | what they do |", "|---|---|"]
    lines += [f"| {ROLES[role]} | {WHAT[Role(role)]} |" for role in ROLES]
    lines += ["", "## Staff", "", f"| what | {' | '.join(ROLES.values())} |", f"|---|{'---|' * len(ROLES)}"]
    for name in permissions():
        cells = [_cell(tuple(may(world, name, role, case) for case in CASES), name) for role in ROLES]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    lines += [
        "", "Own teams: the person is with a team that the member of staff works in, and the record is not",
        "restricted, or names them as a reader. In an emergency: they broke the glass with a reason, for four hours;",
        "others are told.",
        "", "## Citizens, beside the record they stand by", "", f"| what | {' | '.join(BESIDE.values())} |",
        f"|---|{'---|' * len(BESIDE)}",
    ]  # fmt: skip
    for name in permissions():
        answers = [may(world, name, user, "own") for user in BESIDE]
        if any(answers):
            lines.append(f"| `{name}` | {' | '.join('yes' if yes else '–' for yes in answers)} |")
    lines += ["", "No citizen may do anything with another record.", "", "## Every private address", ""]
    lines += ["What an address needs. `nobody`: closed to everybody. Pages of sign-in itself are not listed.", ""]
    lines += ["| address | permission |", "|---|---|"]
    for address in addresses():
        sending = f"; to send it, {address.post}" if address.post != address.permission else ""
        lines.append(f"| `{address.pattern.replace('|', ' or ')}` | {address.permission}{sending} |")
    return "\n".join(lines) + "\n"


def _cell(answers: tuple[bool, ...], permission: str) -> str:
    if not asked_of_a_record(permission):
        return "yes" if answers[0] else "–"
    return PHRASES[answers]  # a KeyError here is a new kind of rule: find words for it


def main() -> None:
    """Write the page, over a database in memory."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.site.config.settings"
    os.environ["DATABASE_URL"] = "sqlite:///%3Amemory%3A"
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    django.setup()
    call_command("migrate", verbosity=0)
    from scripts.permission_world import make

    PAGE.write_text(page(make()), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
