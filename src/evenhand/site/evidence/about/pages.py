"""The pages about the figures: thin functions that hand rows to a template."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evenhand import __version__
from evenhand.site.evidence import queries
from evenhand.site.evidence.about import data, feed, methods, terms
from evenhand.site.evidence.pages import crumbs, per_edition

LONGEST_ID = 60
EVERY = "all"  # in place of a measure: the notes on every one


@require_safe
@per_edition("measure")
def data_page(request: HttpRequest) -> HttpResponse:
    """Every source file, conflicts, changes, and the publishers' notes on one measure: ``?measure=``, or ``all``."""
    edition = queries.current(request)
    asked = request.GET.get("measure", queries.HEADLINE).strip().lower()[:LONGEST_ID]
    measure = "" if asked == EVERY else asked
    chosen = edition.definition(measure) if measure else None
    found, how_many = data.notes(edition, measure)
    disagree, of = data.conflicts(edition)
    return render(
        request,
        "evidence/data.html",
        {
            "crumbs": crumbs(("Data", "")),
            "totals": data.totals(edition),
            "sources": data.sources(edition),
            "conflicts": disagree,
            "conflicts_of": of,
            "changes": data.changes(settings.EVENHAND_HOME, edition),
            "measures": [(m, d["title"]) for m, d in edition.definitions.items()],
            "chosen": chosen,
            "notes": found,
            "notes_of": how_many,
            "log": data.comparability(edition, measure),
            "newest": edition.about["newest_period"],
        },
    )


@require_safe
@per_edition()
def sources_json(request: HttpRequest) -> HttpResponse:
    """The source files as machines read them."""
    return HttpResponse(data.as_json(queries.current(request)), content_type="application/json; charset=utf-8")


@require_safe
@per_edition()
def methods_page(request: HttpRequest) -> HttpResponse:
    """Every method, with a link to its page."""
    return render(request, "evidence/methods.html", {"crumbs": crumbs(("Methods", "")), "methods": methods.pages()})


@require_safe
@per_edition()
def method_page(request: HttpRequest, page: str) -> HttpResponse:
    """One method: its formula, its worked example and where it comes from."""
    every = methods.pages()
    place = next((i for i, m in enumerate(every) if m.slug == page), None)
    if place is None:
        raise Http404
    return render(
        request,
        "evidence/method.html",
        {
            "crumbs": crumbs(("Methods", "/methods/"), (every[place].title, "")),
            "method": every[place],
            "earlier": every[place - 1] if place else None,
            "later": every[place + 1] if place + 1 < len(every) else None,
        },
    )


@require_safe
@per_edition()
def glossary(request: HttpRequest) -> HttpResponse:
    """The words of these pages."""
    return render(request, "evidence/glossary.html", {"crumbs": crumbs(("Glossary", "")), "parts": terms.PARTS})


@require_safe
@per_edition()
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested, what was not, and how to report a barrier."""
    return render(request, "evidence/accessibility.html", {"crumbs": crumbs(("Accessibility", ""))})


@require_safe
@per_edition(names_host=True)
def cite(request: HttpRequest) -> HttpResponse:
    """How to name this edition and the publishers behind it."""
    edition = queries.current(request)
    publishers = sorted({k["publisher"] for k in edition.built_from})
    return render(
        request,
        "evidence/cite.html",
        {
            "crumbs": crumbs(("How to cite", "")),
            "publishers": publishers,
            "newest": edition.about["newest_period"],
            "program": __version__,
            "site": f"{request.scheme}://{request.get_host()}",
        },
    )


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """The feed of editions. Never kept: the shelf changes without the edition in use changing."""
    body = feed.feed(settings.EVENHAND_HOME, f"{request.scheme}://{request.get_host()}")
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: pages; not the addresses that make something anew for each query."""
    lines = ("User-agent: *", "Disallow: /fetch/", "Disallow: /compare/?", "Disallow: /peers/*?", "Disallow: /api/")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
