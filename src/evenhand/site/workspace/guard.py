"""Who may talk to a server with an open workspace: a browser on this machine, at this machine's own name."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from evenhand.site.design.refusals import refusal
from evenhand.site.workspace.receiving import ToDisk, discard, drain

NAMES = ("localhost", "127.0.0.1", "[::1]")
# What proxies add. One on this machine would make everybody's address this machine's.
PROXIED = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP",
    "HTTP_VIA",
)  # fmt: skip
ROOT = "/workspace/"
UPLOAD = "/workspace/measure/"


class OnlyHere:
    """While the workspace is open, refuses whoever is not on this machine, under any address of the site.

    The ``Host`` is looked at too: a page of a stranger whose name was made to lead to 127.0.0.1 (DNS rebinding) would
    otherwise be answered. In the workspace itself, requests that another site's page makes are refused as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or a page that says why there is none."""
        if not settings.WORKSPACE:
            return self.get_response(request)
        if not here(request):
            return refusal(403, "The workspace is for this machine only", "Open it on the machine where it runs.")
        if split_domain_port(request.META.get("HTTP_HOST", ""))[0] not in NAMES:
            return refusal(400, "This is not the workspace's address", "Open the site as localhost or 127.0.0.1.")
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        if request.META.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            return refusal(403, "Another site led here", "Type the workspace's address yourself.")
        if request.path_info == UPLOAD and request.method == "POST":
            if too_large(request):
                drain(request)
                return refusal(413, "This upload is too large", f"All files together may have {limit_in_words()}.")
            request.upload_handlers = [ToDisk(request)]
        try:
            answer = self.get_response(request)
        finally:
            discard(request)  # what a run took is its own by now; anything else was refused
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer


def here(request: HttpRequest) -> bool:
    """Whether the request comes from this machine, and from no proxy on it."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_loopback and not any(name in request.META for name in PROXIED)


def too_large(request: HttpRequest) -> bool:
    """Whether the upload says that it is larger than the limit. One that lies is stopped while it comes."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return not said.isdigit() or int(said) > settings.WORKSPACE_UPLOAD_LIMIT


def limit_in_words() -> str:
    """The limit as people say it."""
    limit = settings.WORKSPACE_UPLOAD_LIMIT
    return f"{limit / 2**30:g} GB" if limit >= 2**30 else f"{limit / 2**20:g} MB"
