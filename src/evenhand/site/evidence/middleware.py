"""An ``EvenhandError`` reaches the reader as a page: what happened, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.edition.read import UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea


class PlainErrors:
    """Turns an error that a person can put right into a page that says so (404 for a place or a measure, else 503)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer as it comes; only exceptions are of interest here."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an ``EvenhandError``; None leaves any other exception to Django."""
        if not isinstance(exception, EvenhandError):
            return None
        status = 404 if isinstance(exception, (UnknownArea, UnknownMeasure)) else 503
        return render(request, "evidence/error.html", {"error": exception}, status=status)
