"""The public pages. Thin: a view asks ``queries`` or ``fetching`` and hands the rows to a template."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evenhand import __version__
from evenhand.edition.read import UnknownMeasure
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence import fetching, queries

TYPED_LIMIT = 80  # the longest council name is 35 letters


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Measures and councils; with ``?q=`` the council that was meant, or those that may have been."""
    edition = queries.current_or_none(request)
    if edition is None:
        return render(request, "evidence/empty.html", status=503)
    typed = request.GET.get("q", "").strip()[:TYPED_LIMIT]
    found = queries.find(edition, typed) if typed else None
    if found and found.exact:
        return redirect("evidence:council", slug=found.councils[0]["slug"])
    return render(
        request,
        "evidence/home.html",
        {
            "typed": typed,
            "found": found,
            "measures": queries.measures(edition),
            "councils": queries.councils(edition),
            "country": queries.country(edition),
            "progress": fetching.progress(settings.EVENHAND_HOME),
        },
    )


@require_safe
def measure(request: HttpRequest, measure: str) -> HttpResponse:
    """One measure: England, then every council with its value, range, band and rank."""
    edition = queries.current(request)
    about = queries.measure(edition, measure)
    periods = sorted(about["periods"], reverse=True)
    period = request.GET.get("period") or about["latest_period"]
    if period not in periods:
        held = ", ".join(periods) or "no period"
        raise UnknownMeasure(f"{about['title']} has no figures for {period!r}.", do=f"It has them for {held}.")
    levels = queries.figures(edition, about, period)
    by_value = request.GET.get("order") == "value"
    rows = queries.by_value(levels["council"]) if by_value else levels["council"]
    return render(
        request,
        "evidence/measure.html",
        {
            "about": about,
            "period": period,
            "periods": periods,
            "by_value": by_value,
            "country": levels["country"],
            "england": levels["country"][0] if levels["country"] else None,
            "councils": rows,
            "regions": levels["region"],
            "with_value": sum(1 for r in rows if r.value),
        },
    )


@require_safe
def council(request: HttpRequest, slug: str) -> HttpResponse:
    """One council: its figure beside England's for the latest period of every measure."""
    edition = queries.current(request)
    area = queries.council(edition, slug)
    headline, lines = queries.profile(edition, area)
    return render(
        request,
        "evidence/council.html",
        {"area": area, "headline": headline, "lines": lines, "country": queries.country(edition)},
    )


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
        answer["problem"] = str(e)
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
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: plain, and needing nothing that may be what broke."""
    return HttpResponse(_BROKEN, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that did not come from this site, or whose cookie was lost."""
    problem = EvenhandError(
        "This form could not be checked, so nothing was changed.",
        do="Go back to the home page, allow this site's cookie, and press the button again.",
    )
    return render(request, "evidence/error.html", {"error": problem}, status=403)


_BROKEN = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>This page did not work – Evenhand</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/design/plain.css"></head>
<body><main class="page" id="main"><h1>This page did not work</h1>
<p>The fault is in the program, not in what you did. What happened is in the program's log.</p>
<p><a href="/">Go to the home page</a></p></main></body></html>
"""
