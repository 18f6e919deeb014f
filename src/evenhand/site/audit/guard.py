"""Nothing is recorded, and no records are served, on a database whose audit lost its triggers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connection, connections

from evenhand.facts.errors import EvenhandError
from evenhand.site.audit import triggers

_SEEN: set[str] = set()  # databases whose triggers this process has seen


def must_hold() -> None:
    """Raise EvenhandError unless the triggers are there. Asked once a process and database: before records are served,
    and before the first event is written."""
    name = f"{connection.vendor}:{connection.settings_dict['HOST']}:{connection.settings_dict['NAME']}"
    if name in _SEEN:
        return
    if lost := triggers.missing(connection):
        if not set(triggers.TABLES) <= set(connection.introspection.table_names()):
            raise EvenhandError(
                "The database has no tables for records yet.",
                do="Run `evenhand migrate`.",
            )
        raise EvenhandError(
            f"The database does not keep the audit: {len(lost)} of its triggers are missing or changed ({lost[0]} …).",
            do="Run `evenhand audit verify`, find out who changed the database, and restore it from a backup.",
        )
    _SEEN.add(name)


def check(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Django's system check (tag ``database``): an error for each database that lost triggers."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        ours = connections[alias]
        if not set(triggers.TABLES) <= set(ours.introspection.table_names()):
            continue  # not migrated yet: there is nothing to keep
        lost = triggers.missing(ours)
        if lost:
            found.append(
                Error(
                    f"The audit in the database {alias!r} lost its triggers: {', '.join(lost)}.",
                    hint="Anybody could change what was recorded. Verify the chain and restore the database.",
                    id="audit.E001",
                )
            )
    return found
