"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    """``evenhand.site.accounts``."""

    name = "evenhand.site.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Make the permissions known, listen to allauth, and refuse a demonstration that others could reach."""
        from evenhand.site.accounts import events, permissions  # noqa: F401
        from evenhand.site.accounts.checks import no_demonstration_for_others

        register(no_demonstration_for_others, Tags.security)
