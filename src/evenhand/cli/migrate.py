"""``evenhand migrate``: bring the database of the records up to this version's tables."""

from __future__ import annotations

import os

from evenhand.cli.common import home


def migrate() -> None:
    """Make or change the tables of the records, and see that the audit is guarded. Run it before each new version.

    The database is the one of DATABASE_URL, or SQLite in the home. Twice is harmless.
    """
    os.environ["EVENHAND_HOME"] = str(home())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")
    from evenhand.site.serve import open_records

    open_records()
    print("The database is up to date.")
