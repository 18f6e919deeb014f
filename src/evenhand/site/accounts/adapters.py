"""Where allauth asks us: accounts come by invitation only, names come from ours, a provider's users must be known."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from evenhand.site.accounts.models import User


def shown_name(user: User) -> str:
    """What pages call a user."""
    return user.name


class Accounts(DefaultAccountAdapter):
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: an invitation makes an account (``accounts.services.invitations``)."""
        return False


class Provider(DefaultSocialAccountAdapter):
    """A council's identity provider signs in staff who have an account; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Closed: an administrator invites staff first."""
        return False


class SecondFactors(DefaultMFAAdapter):
    """Second factors as allauth keeps them."""
