"""Coming in: the start page, taking up an invitation, and the demonstration's sign-in cards."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.forms import Password
from evenhand.site.accounts.middleware import SECOND_FACTOR, second_factor_done
from evenhand.site.accounts.models import User
from evenhand.site.accounts.private import SIGNED_IN, anybody, private
from evenhand.site.accounts.queries import invented, may_demonstrate, providers
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.accounts.roles import WHAT, Role
from evenhand.site.accounts.services import invitations
from evenhand.site.accounts.services.provider import OFFERED
from evenhand.site.design.refusals import refusal


@private(SIGNED_IN)
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where somebody who has just signed in goes on: staff to their work, citizens to their records."""
    if not actor.role:
        return HttpResponseRedirect("/my/")
    if not second_factor_done(request):
        return HttpResponseRedirect(SECOND_FACTOR)
    return HttpResponseRedirect("/work/")


@anybody
@sensitive_variables("secret")
def open_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address, where histories and other servers would see it, into the session."""
    request.session[OFFERED] = secret[:100]
    return HttpResponseRedirect(reverse("accounts:invitation"))


@anybody
@sensitive_post_parameters("password1", "password2")
@sensitive_variables("secret")
def invitation(request: HttpRequest) -> HttpResponse:
    """Choose a password, or accept with the account that is signed in."""
    secret = request.session.get(OFFERED, "")
    try:
        offered = invitations.find(secret)
    except invitations.InvitationRefused as refused:
        return render(request, "accounts/invitation_refused.html", {"refused": refused}, status=404)
    owner = User.objects.filter(email=offered.email).first()
    if owner is not None:
        return _with_account(request, secret, owner)
    form = Password(request.POST or None, invitation=offered)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.take_up(secret, password=form.cleaned_data["password1"], request=fresh_reference())
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            return _enter(request, user)
    page = {
        "form": form, "offered": offered, "problems": problems,
        "what": WHAT[Role(offered.role)] if offered.role else "", "offers": providers() if offered.role else [],
        "role": Role(offered.role).label if offered.role else "",
    }  # fmt: skip
    return render(request, "accounts/invitation.html", page)


def _with_account(request: HttpRequest, secret: str, owner: User) -> HttpResponse:
    """An invitation to an address that has an account: its owner signs in, and then says yes."""
    mine = isinstance(request.user, User) and request.user.pk == owner.pk
    problems: list[str] = []
    if request.method == "POST" and mine:
        try:
            invitations.take_up(secret, user=owner, request=fresh_reference())
        except EvenhandError as refused:
            problems.append(str(refused))
        else:
            request.session.pop(OFFERED, None)
            return HttpResponseRedirect(reverse("accounts:start"))
    return render(request, "accounts/invitation_owner.html", {"mine": mine, "problems": problems})


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    request.session.pop(OFFERED, None)
    user.backend = "allauth.account.auth_backends.AuthenticationBackend"
    answer: HttpResponse = perform_login(
        request, user, email_verification="none", redirect_url=reverse("accounts:start")
    )
    return answer


@anybody
def demo(request: HttpRequest) -> HttpResponse:
    """Sign in as somebody invented: in the demonstration, from this machine, and nobody whose address could be real."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = invented().filter(reference=request.POST.get("reference", "")).first() if may_demonstrate(request) else None
    if user is None:
        return refusal(403, "Nobody can sign in like this", "Sign in with your password or passkey.")
    answer = _enter(request, user)
    onward = request.POST.get("next", "")
    if onward and url_has_allowed_host_and_scheme(onward, {request.get_host()}):
        return HttpResponseRedirect(onward)
    return answer
