"""Measures: one page each, and England's variation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from evenhand.site.evidence import queries
from evenhand.site.evidence.measure_pages import founding, one
from evenhand.site.evidence.pages import crumbs, per_edition


@require_safe
@per_edition("period", "group", "council", "sort", "order", cost=2)
def measure(request: HttpRequest, measure: str) -> HttpResponse:
    """One measure: the answer, whether it can be relied on, the councils on it, and where it comes from.

    Raises UnknownMeasure and UnknownArea (404) for a measure, period, group or council that there is not.
    """
    edition = queries.current(request)
    asked = one.Asked.of(edition, measure, request.GET)
    page = one.page(edition, asked)
    page["crumbs"] = crumbs(("Measures", "/#measures"), (asked.definition["title"], ""))
    return render(request, "evidence/measure.html", page)


@require_safe
@per_edition()
def variation(request: HttpRequest) -> HttpResponse:
    """How much it depends on where one lives: per 1,000 adults, as a share, and as quoted for 2011-12."""
    edition = queries.current(request)
    page = founding.page(edition) | {"crumbs": crumbs((f"{edition.about['country']}'s variation", ""))}
    return render(request, "evidence/variation.html", page)


urlpatterns = [
    path("measures/<slug:measure>/", measure, name="measure"),
    path("variation/", variation, name="variation"),
]
