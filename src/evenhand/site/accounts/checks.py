"""What Django's own checks refuse before the site starts."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import Error

from evenhand.site.config.environment import LOCAL_HOSTS


def no_demonstration_for_others(**_: Any) -> list[Error]:
    """The demonstration signs anybody in without a password: never where others may reach the site."""
    if not settings.DEMO:
        return []
    reasons = {
        "a proxy serves it with HTTPS": settings.HTTPS,
        "it answers to other names than this machine's": bool(set(settings.ALLOWED_HOSTS) - set(LOCAL_HOSTS)),
        "a proxy stands in front": bool(settings.FORWARDED_FOR),
        "gunicorn serves it": "gunicorn" in os.environ.get("SERVER_SOFTWARE", ""),
    }
    return [
        Error(f"The demonstration is on, and {why}: anybody could sign in without a password.",
              hint="Unset EVENHAND_DEMO.", id="accounts.E001")
        for why, true in reasons.items() if true
    ]  # fmt: skip
