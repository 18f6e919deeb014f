"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class AuditConfig(AppConfig):
    """``evenhand.site.audit``."""

    name = "evenhand.site.audit"
    label = "audit"

    def ready(self) -> None:
        """Register the check of the triggers."""
        from evenhand.site.audit.guard import check

        register(check, Tags.database)
