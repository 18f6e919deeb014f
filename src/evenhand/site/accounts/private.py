"""How a view of the private half says what it is: a permission, or open to whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.site.accounts.actor import NotPermitted, actor_of

SIGNED_IN = "signed in"
View = Callable[..., HttpResponse]


def private(permission: str) -> Callable[[View], View]:
    """Mark a view as one of the private half: ``private("people.person.view")``, or ``private(SIGNED_IN)``.

    The view is called with the request and the actor. What the permission means for one record is asked in the service
    or query that the view calls; the mark puts the address into the permission table, and an address without a mark is
    refused to everybody (``middleware.Private``). A refusal becomes a page that does not say whether the record exists.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
            try:
                return view(request, actor_of(request), *args, **parts)
            except NotPermitted as refused:
                return render(request, "accounts/refused.html", {"refused": refused}, status=403)

        answer.evenhand_permission = permission  # type: ignore[attr-defined]
        return answer

    return mark
