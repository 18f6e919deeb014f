"""Django's name for this app, and the check that it is not open to others."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


class WorkspaceConfig(AppConfig):
    """The council workspace. It has no tables: results are folders of the home."""

    name = "evenhand.site.workspace"
    label = "workspace"

    def ready(self) -> None:
        """Let Django's checks know of ours."""
        register(only_here, "security")


def only_here(app_configs: Any, **more: Any) -> list[CheckMessage]:
    """An error where the workspace is on and the settings let others reach the site, or a guard is missing."""
    if not settings.WORKSPACE:
        return []
    from evenhand.site.config.environment import LOCAL_HOSTS, open_to_others

    found = []
    why = open_to_others()
    if set(settings.ALLOWED_HOSTS) - set(LOCAL_HOSTS) or settings.HTTPS or settings.FORWARDED_FOR:
        why = why or "the settings name other hosts, HTTPS or a proxy"
    if why:
        hint = "Open the workspace with `evenhand serve --workspace` on your own machine."
        found.append(Error(f"The workspace is on, and {why}.", hint=hint, id="workspace.E001"))
    for guard in ("evenhand.site.workspace.guard.OnlyHere", "evenhand.site.design.middleware.Forms"):
        if guard not in settings.MIDDLEWARE:
            found.append(Error(f"The workspace is on without {guard}.", hint="Put it back.", id="workspace.E002"))
    return list(found)
