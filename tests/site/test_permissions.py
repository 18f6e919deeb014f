"""Every private address, as every kind of user, for every way a record can stand to them: as the permission table says.

The table itself is a page that is made from the rules; it is compared with the rules here, so that it cannot go stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver
from pytest_django.fixtures import Settings
from scripts import permissions
from scripts.permission_world import CASES, CITIZENS, STAFF, World, make

from evenhand.site.accounts.models import User
from evenhand.site.people import queries
from evenhand.site.people.models import Person

POWERLESS = ("stranger", "left", "ended", "inactive")
pytestmark = pytest.mark.django_db
ADDRESSES = permissions.addresses()


@pytest.fixture
def world(settings: Settings) -> World:
    settings.RECORDS = True
    return make()


def signed_in(user: User) -> Client:
    """A browser of this user, with a second factor as staff must have one."""
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def situations(address: permissions.Address) -> Iterator[tuple[str, str]]:
    """Each kind of user with each kind of record that makes a difference to them, where the address has a record."""
    of_record = address.pattern.startswith(("/work/people/<", "/work/emergencies/", "/my/<"))
    for role in STAFF:
        yield from ((role, case) for case in (CASES if of_record else ("own",)))
    for citizen in CITIZENS:
        yield from ((citizen, case) for case in (("own", "other") if of_record else ("own",)))
    yield from ((name, "own") for name in POWERLESS)


def test_the_page_says_what_the_rules_say(world: World) -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.page(world), "run scripts/permissions.py"


def test_no_address_of_ours_is_without_a_permission() -> None:
    ours = [a for a in ADDRESSES if a.permission == "nobody" and not a.pattern.startswith("/account/social/")]
    assert not ours
    known = {*permissions.permissions(), permissions.SIGNED_IN, permissions.OPEN}
    assert {a.permission for a in ADDRESSES} - known <= {"nobody"}


@pytest.mark.parametrize("name", [*STAFF, *CITIZENS, *POWERLESS])
def test_a_list_shows_exactly_what_a_page_would_open(world: World, name: str) -> None:
    from evenhand.site.accounts.actor import Actor

    actor = Actor(world.users[name])
    listed = set(queries.visible(actor))
    opened = {p for p in Person.objects.filter(merged_into=None) if actor.may("people.person.view", p)}
    assert listed == opened


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.permission != permissions.OPEN], ids=lambda a: a.pattern)
def test_an_address_opens_to_whom_the_table_says_and_to_nobody_else(world: World, address: permissions.Address) -> None:
    wrong = []
    clients: dict[str, Client] = {}
    for user, case in situations(address):
        if user not in clients:
            clients[user] = signed_in(world.users[user])
        client = clients[user]
        path = permissions.filled(address, world, case)
        for method in ("get", "post"):
            expected = permissions.opens(world, address, user, case, method)
            if method == "post" and expected and case != "own":
                continue  # whom it opens to was seen above; that it stays shut is asked every time
            answer = getattr(client, method)(path)
            if answer.status_code == 405:
                continue  # nobody gets in by a method that the address does not have
            if opened(answer) != expected:
                wrong.append(f"{method} {user}, {case}: {answer.status_code}, and the table says {expected}")
    assert not wrong


def test_nobody_who_is_not_signed_in_gets_past_the_door(world: World) -> None:
    for address in ADDRESSES:
        if address.permission != permissions.OPEN:
            answer = Client().get(permissions.filled(address, world, "own"))
            assert not opened(answer), address.pattern


def test_nothing_of_the_private_half_exists_while_the_records_are_closed(world: World, settings: Settings) -> None:
    settings.RECORDS = False
    for address in ADDRESSES:
        assert Client().get(permissions.filled(address, world, "own")).status_code == 404, address.pattern


def opened(answer: Any) -> bool:
    """Whether an answer let somebody in: neither refused nor sent to sign in."""
    assert answer.status_code < 500
    if answer.status_code == 302:  # to sign in; staff and citizens from the other's pages to their own
        leads, asked = answer["Location"], answer.wsgi_request.path
        halves = ("/my/", "/work/"), ("/work/", "/my/")
        if leads.startswith("/account/login/") or any(asked.startswith(a) and leads.startswith(b) for a, b in halves):
            return False
    return bool(answer.status_code != 403)


def test_every_private_pattern_is_walked() -> None:
    """The walk itself sees an address that is added: it reads the same patterns as Django answers from."""
    private = [p for p in get_resolver().url_patterns if str(p.pattern).startswith(("account", "work", "my"))]
    assert private
    assert len({a.pattern for a in ADDRESSES}) == len(ADDRESSES)
