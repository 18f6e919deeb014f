"""How a view of the private half says what it is: a permission, or open to whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from evenhand.site.accounts.actor import NotPermitted, actor_of
from evenhand.site.accounts.models import User
from evenhand.site.audit.services import record

SIGNED_IN = "signed in"
OPEN = "open"
View = Callable[..., HttpResponseBase]


def private(permission: str, *, post: str = "", at_door: bool = False) -> Callable[[View], View]:
    """Mark a view as one of the private half: ``private("people.person.view")``, or ``private(SIGNED_IN)``.

    The view is called with the request and the actor. What the permission means for one record is asked in the service
    or query that the view calls; the mark puts the address into the permission table, and an address without a mark is
    refused to everybody (``middleware.Private``). A refusal becomes a page that does not say whether the record exists.

    post: the permission to send the page's form, where it is another than to read it.
    at_door: the permission is about no record, and is asked here.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponseBase:
            try:
                actor = actor_of(request)
                if at_door:
                    actor.must(permission)
                return view(request, actor, *args, **parts)
            except NotPermitted as refused:
                _remember(request)
                return render(request, "accounts/refused.html", {"refused": refused}, status=403)

        answer.evenhand_permission = permission  # type: ignore[attr-defined]
        answer.evenhand_post = post or permission  # type: ignore[attr-defined]
        return answer

    return mark


def anybody(view: View) -> View:
    """Mark a view that people open before they can sign in: an invitation. It is called with the request alone."""
    view.evenhand_permission = OPEN  # type: ignore[attr-defined]
    return view


def _remember(request: HttpRequest) -> None:
    """Write down that somebody was refused, and at which kind of address: many of these are an alarm."""
    if isinstance(request.user, User) and request.resolver_match:
        with transaction.atomic():
            record(actor_of(request).who, "accounts.refused", f"address:{request.resolver_match.view_name}"[:80])
