"""Whose account a subject of the council's identity provider is.

The subject decides, never the address: an address can be given to somebody else. Only the first time, while an account
has no subject, does the address that the provider says it has verified find the account; from then on that account
belongs to that one subject of that one provider.
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.models import User
from evenhand.site.accounts.services import invitations
from evenhand.site.audit.services import Who, record

OFFERED = "evenhand_invitation"  # in the session: the secret of an invitation that somebody has opened


class ProviderRefused(EvenhandError):
    """The council knows them, and Evenhand does not let them in; the words do not say whether there is an account."""

    def __init__(self) -> None:
        super().__init__(
            "Your council's sign-in worked, but no account here is yours to open with it.",
            do="Ask your team manager or administrator to invite you at the address that your council has for you.",
        )


def settle(request: HttpRequest, sociallogin: Any) -> None:
    """Make sure that the sign-in leads to an account that is open, or raise ProviderRefused."""
    if sociallogin.is_existing:
        if not sociallogin.user.is_active:
            raise ProviderRefused
        return
    if request.user.is_authenticated:
        raise ProviderRefused  # nobody adds a second subject to the account that is signed in
    email = _verified(sociallogin)
    if not email:
        raise ProviderRefused
    with transaction.atomic():
        user = _invited(request, email) or _known(email)
        if user is None:
            raise ProviderRefused
        sociallogin.connect(request, user)
        record(
            Who(user.reference, "", ""), "accounts.provider.join", f"user:{user.reference}",
            after={"provider": sociallogin.account.provider},
        )  # fmt: skip


def _verified(sociallogin: Any) -> str:
    """The address that the provider says it has verified, in small letters; empty when it says nothing of the kind."""
    told = sociallogin.account.extra_data or {}
    claims = told.get("userinfo") or told.get("id_token") or {}
    if claims.get("email_verified") is not True and claims.get("email_verified") != "true":
        return ""
    return str(claims.get("email") or "").strip().lower()


def _invited(request: HttpRequest, email: str) -> User | None:
    """The account that an invitation which this browser has opened makes, when it was sent to this very address."""
    secret = request.session.get(OFFERED, "")
    try:
        invitation = invitations.find(secret)
    except invitations.InvitationRefused:
        return None
    if invitation.email != email or not invitation.role:
        return None
    request.session.pop(OFFERED, None)
    return invitations.take_up(secret, provider=True)


def _known(email: str) -> User | None:
    """The account of a member of staff with this address that no subject has yet."""
    user = User.objects.select_for_update().filter(email=email, is_active=True).first()
    if user is None or not user.grants.filter(ended_at=None).exists():
        return None
    return None if SocialAccount.objects.filter(user=user).exists() else user
