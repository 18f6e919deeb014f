"""Headers that every answer carries, whoever made it, and bounds on what is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from evenhand.site.design.refusals import refusal

# Pages are words, tables, drawings, one style sheet and one script, all from this site. Nothing in line may run: a name
# in a publisher's file that holds markup can do nothing even if a template forgot to escape it.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


LONGEST_QUERY = 2_000  # letters; ten councils and twelve measures by their ids are under 800
MOST_PARAMETERS = 40
LONGEST_PATH = 500
READING = ("GET", "HEAD")
# The API answers in its own form (problem details), and asks more of its callers than a page does.
OWN_RULES = "/api/"
FORMS = ("/fetch/",)
FORMS_UNDER = ("/workspace/", "/account/", "/work/", "/my/")  # under these every address may be a form's


class Headers:
    """Adds the content security policy and the permissions policy to every answer.

    An answer that says nothing about keeping is not to be kept: errors pass, and a status is true now only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with its headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "HEAD" and not response.streaming and response.content:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = (
                b""  # asked for the headers alone: a body would be dropped by the server with a complaint
            )
        return response


class Forms(CsrfViewMiddleware):
    """Django's guard against forged forms; a cookie that is no token is left alone until a form is drawn.

    Django would send a new cookie with whatever page is asked for. A page with a cookie is one reader's own, and so
    would be drawn anew for everybody who sends a broken one.
    """

    def process_request(self, request: HttpRequest) -> None:
        """As Django's, without the new cookie: only a view that draws a form asks for one."""
        super().process_request(request)
        if request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", False):
            request.META.pop("CSRF_COOKIE", None)


class Bounds:
    """Refuses, before any work is done, what no page of this site could ask: long addresses, many parameters, writing.

    Answers 405 with ``Allow`` for a method that only a form may use, 414 for an address that is too long, and 400 for
    too many parameters.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or a page that says why there is none."""
        path, query = request.path_info, request.META.get("QUERY_STRING", "")
        if path.startswith(OWN_RULES):
            return self.get_response(request)
        methods = (*READING, "POST") if path in FORMS or path.startswith(FORMS_UNDER) else READING
        if request.method not in methods:
            answer = refusal(405, "This page can only be read", "Open the address in a browser to read it.")
            answer.headers["Allow"] = ", ".join(methods)
            return answer
        if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
            return refusal(414, "This address is too long", "Choose fewer councils or measures.")
        if query.count("&") >= MOST_PARAMETERS:
            return refusal(400, "This address asks for too many things", "Choose fewer councils or measures.")
        return self.get_response(request)
