"""What every page knows: which edition it shows, and whether its figures are simulated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from evenhand import __version__
from evenhand.site.evidence import fetching, queries

FOOTER = (
    ("England's variation", "/variation/"),
    ("Compare councils", "/compare/"),
    ("Data", "/data/"),
    ("Methods", "/methods/"),
    ("Glossary", "/glossary/"),
    ("How to cite", "/cite/"),
    ("For programs (API)", "/api/"),
    ("Accessibility", "/accessibility/"),
)


def edition(request: HttpRequest) -> dict[str, Any]:
    """Template variables ``edition``, ``fetch_button``, ``fetch_command`` and ``version``."""
    return {
        "edition": queries.current_or_none(request),
        "fetch_button": settings.FETCH_BUTTON,
        "fetch_command": fetching.COMMAND,
        "version": __version__,
        "footer_links": FOOTER,
    }
