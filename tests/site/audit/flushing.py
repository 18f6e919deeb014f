"""Taking the triggers of the audit off and putting them back, which only tests can do.

A test that commits (``transaction=True``, a live server) is cleaned up by emptying every table, and the triggers refuse
that. ``pytest_plugins = ["tests.site.audit.flushing"]`` in a conftest, or importing the fixture, lets it happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from evenhand.site.audit import triggers

BUSY: list[bool] = []  # whether a conftest has this at work already


def take_off() -> None:
    """Drop every trigger of the audit: what somebody who owns the database could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            return
        for table in triggers.TABLES:
            for what in ("insert", "no_update", "no_delete", "no_truncate"):
                cursor.execute(f"DROP FUNCTION IF EXISTS {table}_{what}() CASCADE")


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers; they are put back whatever happens."""
    take_off()
    try:
        yield
    finally:
        triggers.make(connection)


@pytest.fixture(autouse=True, scope="session")
def audit_can_be_emptied() -> Iterator[None]:
    """After a test that committed, the audit is emptied with the other tables. Imported twice, it works once."""
    if BUSY:
        yield
        return
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(case: Any) -> None:
        if not triggers.missing(connection):
            with unguarded():
                empty(case)
        else:  # pragma: no cover  (a test broke off with them taken off)
            take_off()
            empty(case)
            triggers.make(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        BUSY.append(True)
        yield
        BUSY.clear()
