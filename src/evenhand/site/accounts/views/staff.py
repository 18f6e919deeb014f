"""The administrator's pages about staff: who there is, one of them, inviting, and each change on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts import forms, once, queries
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.events import SECOND
from evenhand.site.accounts.models import User
from evenhand.site.accounts.private import private
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations, letters
from evenhand.site.accounts.services import staff as services

PAGE = 50


@private("accounts.staff.view")
def everybody(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who works here, by name, and who is invited."""
    find = request.GET.get("q", "")[:100]
    page = Paginator(queries.staff(actor, find), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"user": user, "role": Role(role).label if (role := queries.role_of(user)) else "",
         "teams": ", ".join(team.name for team in queries.teams_of(user))}
        for user in page
    ]  # fmt: skip
    invited = [] if find else list(queries.staff_invitations(actor)[:PAGE])
    known = {"rows": rows, "page": page, "find": find, "invited": invited, "roles": dict(Role.choices)}
    return render(request, "accounts/staff.html", known | {"may": actor.may("accounts.staff.invite")})


@private("accounts.staff.view")
def somebody(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """One member of staff."""
    user = queries.one_of_staff(actor, reference)
    role = queries.role_of(user)
    page = {
        "user": user, "role": Role(role).label if role else "", "teams": queries.teams_of(user),
        "may": actor.may("accounts.staff.change", user), "oneself": actor.user == user,
        "sessions": len(UserSession.objects.purge_and_list(user)),
        "factors": Authenticator.objects.filter(user=user, type__in=SECOND).count(),
        "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "accounts/one_of_staff.html", page)


@private("accounts.staff.invite")
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invite a member of staff."""
    actor.must("accounts.staff.invite")
    if address := once.followed(request):
        return HttpResponseRedirect(address)
    teams = list(queries.open_teams())
    form = forms.Invite(request.POST or None, teams=teams)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        team = next((team for team in teams if team.reference == given["team"]), None)
        try:
            made, secret = invitations.invite_staff(actor, given["email"], given["name"], given["role"], team)
        except NotPermitted:
            raise
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            letters.send(request, made, secret)
            messages.success(request, "The invitation is on its way. The link works once, for 7 days.")
            return HttpResponseRedirect(once.remember(request, reverse("staff:everybody")))
    page = {"form": form, "problems": problems, "once": once.token(), "hints": forms.ROLE_HINTS, "crumbs": _crumbs()}
    return render(request, "accounts/invite.html", page)


@private("accounts.staff.invite")
def withdraw(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Make an invitation's link stop working."""
    made = queries.one_invitation(actor, reference)
    actor.must("accounts.staff.invite")
    problems: list[str] = []
    if request.method == "POST":
        try:
            invitations.withdraw(actor, made)
        except NotPermitted:
            raise
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            messages.success(request, "The link does not work any more.")
            return HttpResponseRedirect(reverse("staff:everybody"))
    page = {"problems": problems, "title": "Do you want to withdraw this invitation?", "form": None,
            "words": f"The link that {made.name} got stops working.", "button": "Withdraw it", "warning": True,
            "back": reverse("staff:everybody"), "crumbs": _crumbs()}  # fmt: skip
    return render(request, "accounts/change.html", page)


@dataclass(frozen=True)
class Change:
    """One thing that an administrator changes about somebody, on a page of its own."""

    title: str
    words: str
    button: str
    done: str
    form: Callable[[HttpRequest, User], Form | None]
    do: Callable[[Actor, User, dict[str, Any]], object]
    warning: bool = False


def _role_form(request: HttpRequest, user: User) -> Form:
    role = queries.role_of(user)
    return forms.GiveRole(request.POST or None, initial={"role": role or "none", "was": role})


def _give_role(actor: Actor, user: User, given: dict[str, Any]) -> None:
    if given["role"] == "none":
        services.end_role(actor, user, was=given["was"])
    else:
        services.give_role(actor, user, given["role"], was=given["was"])


def _team_form(request: HttpRequest, user: User) -> Form:
    theirs = {team.pk for team in queries.teams_of(user)}
    return forms.JoinTeam(request.POST or None, teams=[team for team in queries.open_teams() if team.pk not in theirs])


def _leave_form(request: HttpRequest, user: User) -> Form:
    return forms.JoinTeam(request.POST or None, teams=queries.teams_of(user))


def _join(actor: Actor, user: User, given: dict[str, Any]) -> None:
    services.add_to_team(actor, user, queries.one_team(actor, given["team"]))


def _leave(actor: Actor, user: User, given: dict[str, Any]) -> None:
    services.end_membership(actor, user, queries.one_team(actor, given["team"]))


def _why_form(request: HttpRequest, user: User) -> Form:
    return forms.Why(request.POST or None)


def _no_form(request: HttpRequest, user: User) -> None:
    return None


CHANGES = {
    "role": Change("What does {name} do?", "A member of staff has one role at a time. It counts from the next page on.",
                   "Save", "The role is changed.", _role_form, _give_role),
    "join": Change("Which team does {name} join?", "They see the people that this team works with.", "Add to the team",
                   "They are in the team.", _team_form, _join),
    "leave": Change("Which team does {name} leave?", "They see the people of this team no more.",
                    "Take out of the team", "They are out of the team.", _leave_form, _leave,
                    warning=True),
    "close": Change("Do you want to close {name}'s account?", "They are signed out at once and cannot sign in.",
                    "Close the account", "The account is closed.", _why_form,
                    lambda actor, user, given: services.deactivate(actor, user, given["why"]), warning=True),
    "open": Change("Do you want to open {name}'s account again?", "They can sign in as before.", "Open the account",
                   "The account is open.", _why_form,
                   lambda actor, user, given: services.reactivate(actor, user, given["why"])),
    "sign-out": Change("Do you want to sign {name} out everywhere?", "They can sign in again.", "Sign them out",
                       "They are signed out everywhere.", _no_form,
                       lambda actor, user, given: services.end_sessions(actor, user)),
    "second-factor": Change("Has {name} lost their phone or key?",
                            "Make sure first that it is they who ask: call them on a number that you know. They are "
                            "signed out, and set up a new second step when they sign in next.",
                            "Take the old ones away", "Their second steps are taken away.", _why_form,
                            lambda actor, user, given: services.reset_second_factor(actor, user, given["why"]),
                            warning=True),
}  # fmt: skip


@private("accounts.staff.change")
def change(request: HttpRequest, actor: Actor, reference: str, what: str) -> HttpResponse:
    """One change, asked for on a page of its own. Sent twice it is done once: each verb is harmless a second time."""
    user = queries.one_of_staff(actor, reference)
    actor.must("accounts.staff.change", user)
    doing = CHANGES[what]
    back = reverse("staff:somebody", kwargs={"reference": reference})
    if address := once.followed(request):
        return HttpResponseRedirect(address)
    form = doing.form(request, user)
    problems: list[str] = []
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            doing.do(actor, user, form.cleaned_data if form else {})
        except NotPermitted:
            raise
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            messages.success(request, doing.done)
            return HttpResponseRedirect(once.remember(request, back))
    page = {
        "title": doing.title.format(name=user.name), "words": doing.words, "button": doing.button,
        "warning": doing.warning, "form": form, "problems": problems, "once": once.token(), "back": back,
        "hints": forms.ROLE_HINTS, "crumbs": [*_crumbs(), {"text": user.name, "href": back}],
    }  # fmt: skip
    return render(request, "accounts/change.html", page)


def _crumbs() -> list[dict[str, str]]:
    return [{"text": "Staff", "href": reverse("staff:everybody")}]
