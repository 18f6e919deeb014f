"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """``evenhand.site.accounts``."""

    name = "evenhand.site.accounts"
    label = "accounts"
