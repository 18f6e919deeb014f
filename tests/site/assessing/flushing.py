"""Taking the triggers of assessments off while a test database is emptied after a test that committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from evenhand.site.people.assessing import triggers


@pytest.fixture(autouse=True, scope="session")
def assessments_can_be_emptied() -> Iterator[None]:
    """After a test that committed, assessments are emptied with the other tables, and the triggers are put back."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(case: Any) -> None:
        if connection.vendor != "sqlite" or triggers.missing(connection):
            empty(case)  # of PostgreSQL tables are truncated; or whoever took them off puts them back (journeys)
            return
        triggers.drop(connection)
        try:
            empty(case)
        finally:
            triggers.make(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield
