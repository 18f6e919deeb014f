"""A form of the account pages that is sent twice: the second answer is the page that followed the first.

The verbs here are harmless twice by themselves; this only spares people an error about what they have just done.
"""

from __future__ import annotations

from django.http import HttpRequest

from evenhand.site.accounts.references import fresh_reference

KEPT = "evenhand_sent"  # in the session: token -> the address that followed, the newest few
MOST = 20


def token() -> str:
    """What a fresh form carries in its hidden field ``once``."""
    return fresh_reference()


def followed(request: HttpRequest) -> str:
    """Where the same form led before; empty when it was not sent before."""
    kept: dict[str, str] = request.session.get(KEPT, {})
    return kept.get(request.POST.get("once", ""), "")


def remember(request: HttpRequest, address: str) -> str:
    """The address, kept under the form's token."""
    if given := request.POST.get("once", "")[:40]:
        kept = list(request.session.get(KEPT, {}).items())[-MOST + 1 :]
        request.session[KEPT] = dict([*kept, (given, address)])
    return address
