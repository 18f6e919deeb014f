"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Page furniture; stores nothing."""

    name = "evenhand.site.design"
    label = "design"
