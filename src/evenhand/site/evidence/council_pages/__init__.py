"""Councils: one page each, with a briefing for councillors; those that have gone say what they became."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from evenhand.edition.profile import history
from evenhand.edition.read import Edition
from evenhand.facts.register import Council
from evenhand.site.evidence import queries
from evenhand.site.evidence.council_pages import alike, briefing, pictures, sure, telling
from evenhand.site.evidence.council_pages import lines as on
from evenhand.site.evidence.pages import crumbs, per_edition

MONEY = ("dp-share-of-spend", "dp-spend-per-adult", "dp-spend-per-recipient")
DELIVERY = ("ascof-3d-2a", "dp-per-1000-adults")
ALL = ("All councils", "/#councils")


def _find(edition: Edition, slug: str) -> Council | None:
    return next((c for c in edition.register.all if c.id == slug), None)


def _elsewhere(request: HttpRequest, edition: Edition, slug: str, after: str) -> HttpResponse:
    """A code leads to its council for good; anything else is not found, with the names that may have been meant."""
    known = edition.register.ever_by_code(slug) or [c for c in edition.register.all if c.id == slug.lower()]
    if known:
        return HttpResponsePermanentRedirect(f"/councils/{known[-1].id}/{after}")
    found = queries.find(edition, slug[:80].replace("-", " "))
    near = (found.councils or found.suggestions)[:10]
    here = {"typed": slug[:80], "near": near, "crumbs": crumbs(ALL, ("Not found", ""))}
    return render(request, "evidence/_council_unknown.html", here, status=404)


@require_safe
@per_edition("against", cost=5)
def council(request: HttpRequest, slug: str) -> HttpResponse:
    """One council on every measure against a set that the reader chooses; what it became, when it has gone."""
    edition = queries.current(request)
    found = _find(edition, slug)
    if found is None:
        return _elsewhere(request, edition, slug, "")
    if found.valid_to:
        return render(request, "evidence/former.html", gone(edition, found))
    against = request.GET.get("against") or "england"
    return render(request, "evidence/council.html", standing(edition, found, against))


@require_safe
@per_edition()
def council_briefing(request: HttpRequest, slug: str) -> HttpResponse:
    """One page for a councillor; a council that has gone has none, and its page says why."""
    edition = queries.current(request)
    found = _find(edition, slug)
    if found is None or found.valid_to:
        return _elsewhere(request, edition, slug, "briefing/" if found is None else "")
    here = {
        "b": briefing.briefing(edition, found),
        "council": found,
        "crumbs": crumbs(ALL, (found.name, f"/councils/{slug}/"), ("Briefing", "")),
    }
    return render(request, "evidence/briefing.html", here)


@require_safe
@per_edition()
def council_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page as a tagged PDF."""
    edition = queries.current(request)
    found = _find(edition, slug)
    if found is None or found.valid_to:
        return _elsewhere(request, edition, slug, "briefing.pdf" if found is None else "")
    return HttpResponse(briefing.pdf(briefing.briefing(edition, found)), content_type="application/pdf")


def standing(edition: Edition, found: Council, against: str) -> dict[str, Any]:
    """What the template of a standing council prints. Raises UnknownArea for a set that there is none of."""
    lines = on.councils_lines(edition, found, against)
    at_home = lines if against == "england" else on.councils_lines(edition, found)
    members = on.members(edition, found, against, lines)
    topics = [
        (topic[0].upper() + topic[1:], of, pictures.topic_strip(edition, found, topic, of, members))
        for topic, of in on.by_topic(lines).items()
    ]
    near, features, without = telling.peers(edition, found, at_home)
    told, untold = telling.trends(edition, at_home)
    return {
        "council": found,
        "country": edition.about["country"],
        "headline": telling.headline(edition, found.name, at_home),
        "lead_warnings": [w for li in at_home if li.definition["id"] == queries.HEADLINE for w in li.warnings],
        "why": next((li.definition["why_it_matters"] for li in at_home if li.definition["id"] == queries.HEADLINE), ""),
        "uncertain": sure.why_uncertain(found.name, at_home),
        "against": against,
        "sets": [(key, on.set_name(edition, found, key)) for key in on.SETS],
        "set_name": on.set_name(edition, found, against),
        "no_comparison": next((li.reason for li in lines if li.reason), ""),
        "outstanding": telling.outstanding(lines),
        "looked_at": telling.looked_at(lines),
        "topics": topics,
        "gaps": telling.gaps(lines),
        "over_time": pictures.over_time(edition, found, at_home),
        "trends": told,
        "untold": untold,
        "money": [li for li in at_home if li.definition["id"] in MONEY],
        "money_country": _real_of_country(edition, at_home),
        "delivery": [li for li in at_home if li.definition["id"] in DELIVERY],
        "peers": near,
        "peers_said": telling.peers_sentence(found.name, near),
        "alike": alike.better(edition, found, at_home),
        "alike_shown": alike.SHOWN,
        "features": features,
        "without": without,
        "history": [s for s in history(edition, found) if not s.startswith("ONS codes:")],
        "before": [edition.register.council(p) for p in found.predecessors],
        "codes": telling.codes(edition, found),
        "region": on.set_name(edition, found, "region"),
        "type": next((a.name for a in edition.register.areas if a.code == found.council_type), found.council_type),
        "crumbs": crumbs(ALL, (found.name, "")),
    }


def _real_of_country(edition: Edition, lines: list[on.Line]) -> dict[str, tuple[str, str]]:
    """For each line of money per head: the council's and the country's figure in today's prices."""
    out = {}
    for line in lines:
        if line.definition["id"] in MONEY and line.row["real_value"] is not None:
            whole = on.country_row(edition, line.definition["id"], line.period)
            out[line.definition["id"]] = (
                line.spelled(line.row["real_value"]),
                line.spelled(whole["real_value"]) if whole else "",
            )
    return out


def gone(edition: Edition, found: Council) -> dict[str, Any]:
    """What the template of a council that has gone prints: what it became, and its last figures as history."""
    lines = on.councils_lines(edition, found)
    return {
        "council": found,
        "country": edition.about["country"],
        "became": [edition.register.council(s) for s in found.successors],
        "history": [s for s in history(edition, found) if not s.startswith("ONS codes:")],
        "lines": lines,
        "with_figure": [li for li in lines if li.value],
        "without": [li for li in lines if not li.value],
        "codes": telling.codes(edition, found),
        "crumbs": crumbs(ALL, (found.name, "")),
    }


urlpatterns = [
    path("councils/<slug:slug>/", council, name="council"),
    path("councils/<slug:slug>/briefing/", council_briefing, name="council-briefing"),
    path("councils/<slug:slug>/briefing.pdf", council_pdf, name="council-pdf"),
]
