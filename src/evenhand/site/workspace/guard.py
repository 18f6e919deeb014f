"""Receiving an upload: only from who may measure, only as large as allowed, on disk, and gone when nobody took it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from evenhand.site.accounts.actor import actor_of
from evenhand.site.design.refusals import refusal
from evenhand.site.workspace.receiving import ToDisk, discard, drain

ROOT = "/workspace/"
UPLOAD = "/workspace/measure/"


class Uploads:
    """Stands behind the door of the private half: whoever comes this far is signed in.

    A file of records can be gigabytes, so whether it may come is asked before it does. Requests that another site's
    page makes are refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or a page that says why there is none."""
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        if request.META.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            return refusal(403, "Another site led here", "Type the workspace's address yourself.")
        if request.path_info == UPLOAD and request.method == "POST":
            if not actor_of(request).may("workspace.use"):
                drain(request)
                return refusal(403, "You cannot see this page", "Measuring records is for analysts.")
            if too_large(request):
                drain(request)
                return refusal(413, "This upload is too large", f"All files together may have {limit_in_words()}.")
            request.upload_handlers = [ToDisk(request)]
        try:
            return self.get_response(request)
        finally:
            discard(request)  # what a run took is its own by now; anything else was refused


def too_large(request: HttpRequest) -> bool:
    """Whether the upload says that it is larger than the limit. One that lies is stopped while it comes."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return not said.isdigit() or int(said) > settings.WORKSPACE_UPLOAD_LIMIT


def limit_in_words() -> str:
    """The limit as people say it."""
    limit = settings.WORKSPACE_UPLOAD_LIMIT
    return f"{limit / 2**30:g} GB" if limit >= 2**30 else f"{limit / 2**20:g} MB"
