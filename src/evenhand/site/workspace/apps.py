"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The workspace of client-level data. It has no tables: results are folders of the home."""

    name = "evenhand.site.workspace"
    label = "workspace"
