"""Two browsers at the same moment: one invitation makes one account, and one administrator stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations, staff
from tests.site import records
from tests.site.accounts.conftest import PASSWORD
from tests.site.audit.flushing import audit_can_be_emptied

__all__ = ["audit_can_be_emptied"]
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[str]:
    """What became of each, all begun together in threads (one after the other where the database is in memory)."""
    ready = threading.Barrier(len(works))
    came: list[str] = []

    def one(work: Callable[[], Any]) -> None:
        try:
            ready.wait(timeout=10)
            work()
            came.append("done")
        except EvenhandError:
            came.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    if connection.vendor == "sqlite":  # a database in memory refuses a second writer at once; a file makes it wait
        for work in works:
            try:
                work()
                came.append("done")
            except EvenhandError:
                came.append("refused")
        return came
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return came


def test_one_invitation_makes_one_account() -> None:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    _, secret = invitations.invite_staff(administrator, "new@example.org", "New Person", Role.BROKER)
    came = at_once(*[lambda: invitations.take_up(secret, password=PASSWORD)] * 4)
    assert sorted(came) == ["done", "refused", "refused", "refused"]
    assert User.objects.filter(email="new@example.org").count() == 1


def test_two_administrators_who_end_each_other_at_once_leave_one() -> None:
    first, second = (records.acting(records.staff(Role.ADMINISTRATOR)) for _ in range(2))
    assert first.role == second.role
    came = at_once(
        lambda: staff.end_role(first, second.user, was=Role.ADMINISTRATOR),
        lambda: staff.end_role(second, first.user, was=Role.ADMINISTRATOR),
    )
    assert sorted(came) == ["done", "refused"]
    assert invitations.administrators().count() == 1
