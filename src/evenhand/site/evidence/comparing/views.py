"""The pages of comparing: thin functions over ``choice``, ``lines`` and ``likeness``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evenhand.compare.words import listed
from evenhand.edition.read import Edition
from evenhand.facts.register import period_end
from evenhand.site.evidence import queries
from evenhand.site.evidence.comparing import likeness, sets
from evenhand.site.evidence.comparing.choice import FEWEST, MOST, Choice, choice, periods
from evenhand.site.evidence.comparing.lines import answer, lines, table
from evenhand.site.evidence.pages import crumbs, per_edition

CHOSEN = ("councils", "measures", "add")
WEIGHTS = tuple(f"w_{feature}" for feature in likeness.FEATURES)


@require_safe
@per_edition("period", "set", "like", many=CHOSEN, cost=3)
def compare(request: HttpRequest) -> HttpResponse:
    """Two to ten councils, or a whole set, on up to twelve measures; any other choice is a page to choose on."""
    edition = queries.current(request)
    if like := request.GET.get("like", "").strip():
        return HttpResponseRedirect(likeness.set_address(edition, queries.council(edition, like[:80])["slug"]))
    chosen = choice(edition, request.GET)
    if not chosen.problems and chosen.differs_from(request.GET):
        return HttpResponseRedirect(chosen.address)
    found = lines(edition, chosen) if chosen.complete else []
    context = _chooser(edition, chosen) | {
        "chosen": chosen,
        "title": _title(chosen),
        "lines": found,
        "answer": answer(found) if found else "",
        "country": edition.about["country"],
        "crumbs": crumbs(("Compare councils", "")),
    }
    return render(request, "evidence/compare.html", context, status=400 if chosen.problems else 200)


def _title(chosen: Choice) -> str:
    if chosen.named:
        return f"How do {chosen.named.words} compare?"
    names = [c.name for c in chosen.councils]
    if len(names) < FEWEST:
        return "Which councils do you want to compare?"
    return f"How do {listed(names)} compare?" if len(names) <= 3 else f"How do these {len(names)} councils compare?"


def _chooser(edition: Edition, chosen: Choice) -> dict[str, Any]:
    """What the forms need: councils that can be added, measures by topic, periods, and ready-made sets."""
    day = period_end(chosen.period or edition.about["newest_period"])
    standing = sorted(edition.register.councils(day), key=lambda c: c.name)
    topics: dict[str, list[dict[str, Any]]] = {}
    for d in edition.definitions.values():
        topics.setdefault(d["topic"], []).append(d)
    places = [{"value": "", "text": "Choose a council"}]
    places += [{"value": c.id, "text": c.name} for c in standing if c not in chosen.councils]
    held: list[dict[str, Any]] = [{"value": "", "text": "Latest of each measure"}]
    held += [{"value": p, "text": p, "selected": p == chosen.period} for p in periods(edition, chosen.measures)]
    return {
        "topics": topics,
        "places": places if len(chosen.councils) < MOST and not chosen.named else [],
        "whole_sets": [
            {"value": "", "text": "Choose a region or a type"},
            *({"value": s.key, "text": f"{s.name} ({len(s.members)})"} for s in sets.every(edition, day)),
        ],
        "everyone": [{"value": "", "text": "Choose a council"}, *({"value": c.id, "text": c.name} for c in standing)],
        "periods": held,
        "wanted": max(1, FEWEST - len(chosen.councils)),
        "sets": likeness.sets(edition, chosen),
        "most": MOST,
    }


@require_safe
@per_edition("period", "set", many=CHOSEN)
def download(request: HttpRequest) -> HttpResponse:
    """Exactly this comparison as CSV, unrounded."""
    return _file(request, "download", about=False)


@require_safe
@per_edition("period", "set", many=CHOSEN)
def download_about(request: HttpRequest) -> HttpResponse:
    """What the columns of the download are, with sources, licence and edition."""
    return _file(request, "download_about", about=True)


def _file(request: HttpRequest, name: str, *, about: bool) -> HttpResponse:
    edition = queries.current(request)
    chosen = choice(edition, request.GET)
    if not chosen.complete:
        said = " ".join(chosen.problems) or f"Name {FEWEST} to {MOST} councils: ?councils=a,b. Or a set: ?set=peers:a."
        return HttpResponse(f"{said}\n", content_type="text/plain; charset=utf-8", status=400)
    if chosen.differs_from(request.GET):
        return HttpResponseRedirect(f"/compare/{name}.csv?{chosen.query}")
    found = table(edition, chosen)
    return HttpResponse(
        found.about_csv() if about else found.to_csv(rounded=False), content_type="text/csv; charset=utf-8"
    )


@require_safe
@per_edition(*WEIGHTS, cost=2)
def peers(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is like this council and why, with weights that anyone may change."""
    edition = queries.current(request)
    council = queries.council(edition, slug)
    asked = likeness.weights(edition, request.GET)
    address = likeness.address(slug, asked.weights)
    if not asked.problems and QueryDict(address.partition("?")[2]) != request.GET:
        return HttpResponseRedirect(address)
    context = likeness.page(edition, council, asked.weights) | {
        "council": council,
        "problems": asked.problems,
        "country": edition.about["country"],
        "crumbs": crumbs((council["name"], f"/councils/{slug}/"), ("Councils like it", "")),
    }
    return render(request, "evidence/peers.html", context, status=400 if asked.problems else 200)
