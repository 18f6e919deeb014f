"""A determination never changes, nor what it stands on; what a person said is theirs. There is no way back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from evenhand.site.people.assessing import triggers


def make(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """On the database that is being migrated."""
    triggers.make(editor.connection)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies: ClassVar = [("people", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(make)]
