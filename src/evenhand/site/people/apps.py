"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """``evenhand.site.people``."""

    name = "evenhand.site.people"
    label = "people"
