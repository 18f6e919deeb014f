"""An ``EvenhandError`` reaches the reader as a page: what happened, where, and what to do; so does a limit."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.edition.read import UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.site.design.refusals import refusal
from evenhand.site.evidence.limits import TooOften

log = logging.getLogger("django.request")


class PlainErrors:
    """Turns an error that a person can put right into a page that says so.

    404 for a place or a measure, 429 with ``Retry-After`` for who asked too often, else 503.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer as it comes; only exceptions are of interest here."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an ``EvenhandError`` or ``TooOften``; None leaves any other exception to Django."""
        if isinstance(exception, TooOften):
            # Fixed words, because it may be sent hundreds of times a second.
            do = f"Wait {exception.seconds} seconds and ask again. Pages without a choice of your own are always open."
            answer = refusal(429, "Too many different pages in a short time", do)
            answer.headers["Retry-After"] = str(exception.seconds)
            return answer
        if not isinstance(exception, EvenhandError):
            return None
        status = 404 if isinstance(exception, (UnknownArea, UnknownMeasure)) else 503
        if str(exception.where):  # a folder of this machine: the operator needs it, and it is no reader's business
            log.error("%s", exception)
        shown = EvenhandError(exception.what, do=exception.do)
        return render(request, "evidence/error.html", {"error": shown}, status=status)
