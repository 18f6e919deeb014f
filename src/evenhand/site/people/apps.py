"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """``evenhand.site.people``."""

    name = "evenhand.site.people"
    label = "people"

    def ready(self) -> None:
        """Make the permissions known: until then everything is refused to everybody. Listen to accepted invitations."""
        from evenhand.site.people import permissions  # noqa: F401
        from evenhand.site.people.services import beside  # noqa: F401
