"""The public pages. Thin: a view asks ``queries`` or ``fetching`` and hands the rows to a template."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evenhand import __version__
from evenhand.facts.errors import EvenhandError
from evenhand.site.design.refusals import refusal
from evenhand.site.evidence import fetching, front, queries
from evenhand.site.evidence.pages import per_edition

TYPED_LIMIT = 80  # the longest council name is 35 letters


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Measures and councils; with ``?q=`` the council that was meant, or those that may have been."""
    if queries.current_or_none(request) is None:
        return render(request, "evidence/empty.html", status=503)
    return _home(request)


@per_edition("q")
def _home(request: HttpRequest) -> HttpResponse:
    edition = queries.current(request)
    typed = request.GET.get("q", "").strip()[:TYPED_LIMIT]
    found = queries.find(edition, typed) if typed else None
    if found and found.exact:
        return redirect(f"/councils/{found.councils[0]['slug']}/")
    councils = queries.councils(edition)
    page: dict[str, object] = {
        "typed": typed,
        "found": found,
        "regions": front.by_region(councils),
        "count": len(councils),
        "country": queries.country(edition),
    }
    if not typed:  # whoever searched wants the council, and a search must be quick to answer
        page |= {
            "glance": front.glance(edition),
            "map": front.map_figure(edition),
            "topics": front.by_topic(queries.measures(edition), edition),
        }
    return render(request, "evidence/home.html", page)


@require_safe
@per_edition()
def names(request: HttpRequest) -> HttpResponse:
    """Every council's name, today's and former, for the box that finishes names."""
    return JsonResponse(front.names(queries.current(request)), safe=False)


@require_http_methods(["GET", "HEAD", "POST"])
def fetch(request: HttpRequest) -> HttpResponse:
    """How the fetching of the real figures stands; a POST starts it, where the site allows that."""
    if request.method == "POST":
        if not settings.FETCH_BUTTON:
            return render(request, "evidence/fetch.html", {"refused": True}, status=403)
        fetching.start(settings.EVENHAND_HOME)
        return redirect("evidence:fetch")
    return render(request, "evidence/fetch.html", {"progress": fetching.progress(settings.EVENHAND_HOME)})


@require_safe
def status(request: HttpRequest) -> JsonResponse:
    """For machines that watch the site: 200 when it can answer from an edition and its database, else 503."""
    answer: dict[str, object] = {"version": __version__, "edition": None, "simulated": None, "database": "ok"}
    ok = True
    try:
        edition = queries.current(request)
        answer |= {"edition": edition.id, "simulated": edition.simulated}
    except EvenhandError as e:
        answer["problem"] = f"{e.what} {e.do}".strip()  # without the place: anybody may read this
        ok = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        answer["database"] = "no answer"
        ok = False
    return JsonResponse(answer, status=200 if ok else 503)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that does not exist."""
    return render(request, "evidence/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: plain, and needing nothing that may be what broke."""
    return refusal(
        500,
        "This page did not work",
        "The fault is in the program, not in what you did. What happened is in the program's log.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that did not come from this site, or whose cookie was lost."""
    problem = EvenhandError(
        "This form could not be checked, so nothing was changed.",
        do="Go back to the home page, allow this site's cookie, and press the button again.",
    )
    return render(request, "evidence/error.html", {"error": problem}, status=403)
