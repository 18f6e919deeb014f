"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Public pages over the current edition."""

    name = "evenhand.site.evidence"
    label = "evidence"
