"""Every test of the site runs on SQLite and, where a server answers, once more on PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.utils import load_backend

from evenhand.site.config import environment


@pytest.mark.django_db
def test_the_database_is_the_one_that_was_asked_for() -> None:
    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_sqlite_writes_ahead_and_keeps_foreign_keys(tmp_path: Path) -> None:
    described = connections["default"].settings_dict | environment.database(tmp_path, {})
    sqlite = load_backend("django.db.backends.sqlite3").DatabaseWrapper(described, "own")
    try:
        with sqlite.cursor() as cursor:
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    finally:
        sqlite.close()
