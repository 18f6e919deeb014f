"""The administrator's pages about teams."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts import forms, once, queries
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.private import private
from evenhand.site.accounts.services import staff as services


@private("accounts.team.view")
def teams(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every team."""
    page = {"teams": list(queries.teams(actor)), "may": actor.may("accounts.team.change")}
    return render(request, "accounts/teams.html", page)


@private("accounts.team.change")
def make(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new team."""
    actor.must("accounts.team.change")
    return _named(request, actor, "")


@private("accounts.team.change")
def rename(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Another name for a team."""
    actor.must("accounts.team.change")
    return _named(request, actor, reference)


@private("accounts.team.change")
def close(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Close a team."""
    actor.must("accounts.team.change")
    team = queries.one_team(actor, reference)
    if request.method == "POST":
        services.close_team(actor, team)
        messages.success(request, "The team is closed.")
        return HttpResponseRedirect(reverse("teams:teams"))
    page = {"title": f"Do you want to close {team.name}?", "button": "Close the team", "warning": True, "form": None,
            "words": "Nobody joins it any more, and who works in it sees no record through it. A manager of "
            "another team takes on the people that it works with.", "back": reverse("teams:teams"), "crumbs": _crumbs(),
            "problems": []}  # fmt: skip
    return render(request, "accounts/change.html", page)


def _named(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """The page for a name: of a new team, or of one that there is."""
    if address := once.followed(request):
        return HttpResponseRedirect(address)
    team = queries.one_team(actor, reference) if reference else None
    form = forms.TeamName(request.POST or None, initial={"name": team.name, "was": team.name} if team else {})
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        name, was = form.cleaned_data["name"], form.cleaned_data["was"]
        try:
            if team:
                services.rename_team(actor, team, name, was=was)
            else:
                services.make_team(actor, name)
        except NotPermitted:
            raise
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            messages.success(request, "The team has its name.")
            return HttpResponseRedirect(once.remember(request, reverse("teams:teams")))
    page = {"title": f"What is {team.name} called?" if team else "What is the new team called?", "button": "Save",
            "form": form, "problems": problems, "once": once.token(), "back": reverse("teams:teams"),
            "crumbs": _crumbs()}  # fmt: skip
    return render(request, "accounts/change.html", page)


def _crumbs() -> list[dict[str, str]]:
    return [{"text": "Teams", "href": reverse("teams:teams")}]
