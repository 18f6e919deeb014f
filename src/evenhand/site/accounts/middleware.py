"""The door of the private half: closed unless opened, signed in, with a second factor for staff, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import actor_of
from evenhand.site.design.refusals import refusal

ACCOUNT = "/account/"
PRIVATE = (ACCOUNT, "/work/", "/my/")
USED = "evenhand_used"  # in the session: when it was last used, in whole seconds
SECOND_FACTOR = "/account/2fa/"


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
            if not request.user.is_active or _unused_too_long(request):
                logout(request)
            else:
                request.session[USED] = int(time.time())
                UserSession.objects.create_from_request(request)
        if not request.path_info.startswith(ACCOUNT):
            if not request.user.is_authenticated:
                return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
            if actor_of(request).role and not settings.DEMO and not is_mfa_enabled(request.user):
                return HttpResponseRedirect(SECOND_FACTOR)
        answer = self.get_response(request)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, parts: Any) -> HttpResponse | None:
        """Refuse a private view that does not say who may use it: a new one must not be open by mistake."""
        marked = hasattr(view, "evenhand_permission") or getattr(view, "__module__", "").startswith("allauth.")
        if request.path_info.startswith(PRIVATE) and not marked:
            return refusal(403, "This page is closed", "Nobody has said who may open it.")
        return None


def _unused_too_long(request: HttpRequest) -> bool:
    """Whether nobody used this session for as long as its kind of user may leave it."""
    used = request.session.get(USED)
    limit = settings.STAFF_IDLE_SECONDS if actor_of(request).role else settings.CITIZEN_IDLE_SECONDS
    return used is not None and time.time() - used > limit
