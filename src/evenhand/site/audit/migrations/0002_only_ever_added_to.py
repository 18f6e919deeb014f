"""The triggers that keep the audit. There is no way back: a migration must not be able to take them off."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from evenhand.site.audit import triggers


def make(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """On the database that is being migrated."""
    triggers.make(editor.connection)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(make)]
