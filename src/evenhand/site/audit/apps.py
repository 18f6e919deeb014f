"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """``evenhand.site.audit``."""

    name = "evenhand.site.audit"
    label = "audit"
