"""Reading the audit. Each page that is opened is an event too, with what was asked for as its reason."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import User
from evenhand.site.accounts.private import private
from evenhand.site.audit import queries
from evenhand.site.audit.keys import fingerprint
from evenhand.site.audit.models import Event
from evenhand.site.audit.pages.forms import Asked
from evenhand.site.audit.services import record

VIEW = "audit.event.view"
ROWS = 50


@require_safe
@private(VIEW)
def events(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list, newest first, a page of ``ROWS`` at a time."""
    actor.must(VIEW)
    form = Asked(request.GET)
    rows: list[Event] = []
    older = newest = narrowed = ""
    if form.is_valid():
        asked, before = form.asked(), form.cleaned_data["before"]
        rows = queries.events(asked, ROWS + 1, before)
        narrowed = "" if asked == queries.Filter() else str(asked)
        _looked(actor, "audit:events", f"{asked}{f', before {before}' if before else ''}", asked.case if rows else "")
        given = {
            name: request.GET[name] for name in ("case", "actor", "verb", "since", "until") if request.GET.get(name)
        }
        newest = f"?{urlencode(given)}" if before else ""
        if len(rows) > ROWS:
            older = f"?{urlencode(given | {'before': str(rows[ROWS - 1].number)})}"
    page = {
        "form": form,
        "rows": rows[:ROWS],
        "names": _names(rows),
        "older": older,
        "newest": newest,
        "narrowed": narrowed,
        "crumbs": _crumbs(),
    }
    return render(request, "audit/events.html", page)


@require_safe
@private(VIEW)
def event(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """One event: who, when, why, and what a record held before and after."""
    actor.must(VIEW)
    found = queries.event(number) if number < 2**62 else None
    if found is None:
        raise Http404
    _looked(actor, f"event:{number}", f"event {number}", found.case)
    page: dict[str, Any] = {
        "event": found, "fields": queries.fields(found), "names": _names([found]), "crumbs": _crumbs("Event"),
        "erased_by": found.erasure.by_id if hasattr(found, "erasure") else None,
    }  # fmt: skip
    return render(request, "audit/event.html", page)


@require_safe
@private(VIEW)
def chain(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Whether the audit is whole: the last verification, the last checkpoint, the triggers."""
    actor.must(VIEW)
    health = queries.health()
    _looked(actor, "audit:chain", "how the chain stands")
    key = fingerprint(health.checkpoint.key) if health.checkpoint else ""
    return render(request, "audit/chain.html", {"health": health, "key": key, "crumbs": _crumbs("Chain")})


def _looked(actor: Actor, subject: str, what: str, case: str = "") -> None:
    with transaction.atomic():
        record(actor.who, VIEW, subject, case=case, why=what)


def _names(rows: list[Event]) -> dict[str, str]:
    """What the people who acted are called, by the reference of their account."""
    wanted = {row.actor for row in rows}
    return dict(User.objects.filter(reference__in=wanted).values_list("reference", "name"))


def _crumbs(last: str = "") -> list[dict[str, str]]:
    trail = [{"text": "My work", "href": "/work/"}]
    return [*trail, {"text": "Audit", "href": reverse("audit:events")}] if last else trail
