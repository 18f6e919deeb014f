"""Browsers in which somebody has signed in before, so that an attacker who guesses cannot lock the real person out.

After a complete sign-in the browser gets a signed cookie: a device of its own for this account. Wrong passwords are
counted for each device, and all browsers without one share one count (OWASP, "Slow down online guessing attacks with
device cookies"). An attacker fills the shared count only. The cookie opens nothing by itself.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from evenhand.site.accounts.models import User

COOKIE = "evenhand_device"
SALT = "evenhand.accounts.device"
KEPT = 180 * 24 * 60 * 60  # seconds; the count starts afresh with a new cookie at each sign-in


def email_mark(email: str) -> str:
    """What stands for an email address where the address must not: a keyed hash of 16 hexadecimal digits."""
    return salted_hmac(SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:16]


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser know that this account has signed in with it."""
    value = signing.dumps({"device": secrets.token_hex(8), "email": email_mark(user.email)}, salt=SALT)
    response.set_cookie(
        COOKIE, value, max_age=KEPT, path="/account/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def counted_as(request: HttpRequest, email: str) -> str:
    """Under which name a wrong password for this address is counted: this device's, or all unknown ones' together."""
    mark = email_mark(email)
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return f"unknown:{mark}"
    if not isinstance(known, dict) or known.get("email") != mark:
        return f"unknown:{mark}"
    return f"device:{known.get('device')}:{mark}"
