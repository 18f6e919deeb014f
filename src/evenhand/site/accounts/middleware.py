"""The door of the private half: closed unless opened, signed in, with a second factor for staff, and not for ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from requests import RequestException

from evenhand.site.accounts.actor import NotPermitted, actor_of
from evenhand.site.accounts.events import BEGAN, PROVIDER_VOUCHES, SECOND
from evenhand.site.accounts.private import OPEN
from evenhand.site.design.refusals import refusal

log = logging.getLogger(__name__)
ACCOUNT = "/account/"
PRIVATE = (ACCOUNT, "/work/", "/my/", "/workspace/")
USED = "evenhand_used"  # in the session: when it was last used, in whole seconds
SECOND_FACTOR = "/account/2fa/"
OF_STAFF = ("/work/", "/workspace/")
OF_CITIZENS = "/my/"
STARTS = ("/work/", "/my/")
SIGN_OUT = "/account/logout/"


class Private:
    """Guards every address of the private half; leaves the public half, which has no users, alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, a way to the sign-in page, or a page that says that nothing is here."""
        if not request.path_info.startswith(PRIVATE):
            return self.get_response(request)
        if not settings.RECORDS:
            return refusal(404, "This page does not exist", "This site shows public figures only.")
        if request.user.is_authenticated:
            if not request.user.is_active or _over(request):
                _sign_out(request)
            else:
                request.session[USED] = int(time.time())
                UserSession.objects.create_from_request(request)
        if not request.path_info.startswith(ACCOUNT):
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not second_factor_done(request):
                return HttpResponseRedirect(SECOND_FACTOR)
            staff = bool(actor_of(request).role)
            if request.path_info.startswith(OF_CITIZENS if staff else OF_STAFF):
                return _other_half(request, staff)
        answer = _to_provider(request, self.get_response(request))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.path_info == SIGN_OUT and request.method == "POST":
            answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # the next person at this machine finds nothing
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, parts: Any) -> HttpResponse | None:
        """Refuse a private view that does not say who may use it: a new one must not be open by mistake."""
        if not request.path_info.startswith(PRIVATE):
            return None
        mark = getattr(view, "evenhand_permission", None)
        if mark is None and not getattr(view, "__module__", "").startswith("allauth."):
            return refusal(403, "This page is closed", "Nobody has said who may open it.")
        if mark not in {None, OPEN} and not request.user.is_authenticated:
            return _to_sign_in(request)
        return None

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """A provider that is down or answers nonsense is no fault of ours: words, and the kind of fault to the log."""
        if not _is_provider(request) or not isinstance(fault, (RequestException, KeyError, ValueError)):
            return None
        log.error("The council's identity provider did not answer as it should: %s", type(fault).__name__)
        return render(request, "socialaccount/authentication_error.html", status=503)


def _other_half(request: HttpRequest, staff: bool) -> HttpResponse:
    """Staff at the pages of citizens, or a citizen at those of staff: led from the start page, refused elsewhere."""
    if request.path_info in STARTS:
        return HttpResponseRedirect("/work/" if staff else "/my/")
    refused = NotPermitted("You cannot see or do this.", do="Go on from your own start page.")
    return render(request, "accounts/refused.html", {"refused": refused}, status=403)


def second_factor_done(request: HttpRequest) -> bool:
    """Whether the signed-in user has shown what their role asks: staff a second factor, of ours or the provider's."""
    if settings.DEMO or not actor_of(request).role:
        return True
    return bool(request.session.get(PROVIDER_VOUCHES)) or is_mfa_enabled(request.user, list(SECOND))


def _over(request: HttpRequest) -> bool:
    """Whether the session's day is over, or nobody used it for as long as its kind of user may leave it."""
    now = time.time()
    if now - request.session.setdefault(BEGAN, int(now)) > settings.SESSION_COOKIE_AGE:
        return True
    used = request.session.get(USED)
    limit = settings.STAFF_IDLE_SECONDS if actor_of(request).role else settings.CITIZEN_IDLE_SECONDS
    return used is not None and now - used > limit


def _sign_out(request: HttpRequest) -> None:
    """End the session, and forget who was acting: nothing later in this request may act as them."""
    logout(request)
    request.__dict__.pop("evenhand_actor", None)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")


def _to_provider(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A page that goes on to the council's provider by itself, in place of a redirect there.

    Browsers hold every redirect after a form to the page's ``form-action``, and a provider may send people on to
    another host that we cannot know. A page that goes on is no form: the policy stays ``'self'`` on every page.
    """
    place = answer.headers.get("Location", "")
    if request.method != "POST" or not urlsplit(place).netloc or not _is_provider(request):
        return answer
    page = render(request, "accounts/to_provider.html", {"address": place})
    page.cookies = answer.cookies
    return page


def _is_provider(request: HttpRequest) -> bool:
    return bool(request.resolver_match and str(request.resolver_match.url_name).startswith("openid_connect_"))
