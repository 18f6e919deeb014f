"""The step of signing in that asks for a second factor, except where the council's provider has just asked for one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

# What an identity provider says of how somebody signed in: RFC 8176's values, and names that providers use.
MFA_METHODS = {"mfa"}
MFA_CLASSES = {
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    "http://schemas.microsoft.com/claims/multipleauthn",
    "https://refeds.org/profile/mfa",
    "phr",  # phishing-resistant, and in hardware: OpenID's own names
    "phrh",
}


class SecondFactor(AuthenticateStage):
    """As allauth's, without asking twice."""

    def _should_handle(self, request: HttpRequest) -> bool:
        sociallogin = (self.login.signal_kwargs or {}).get("sociallogin")
        return super()._should_handle(request) and not vouches(sociallogin)


def vouches(sociallogin: Any) -> bool:
    """Whether the provider says, in the ID token of this sign-in, that it asked for more than a password."""
    if sociallogin is None:
        return False
    claims = (sociallogin.account.extra_data or {}).get("id_token") or {}
    methods = claims.get("amr")
    named = {str(method) for method in methods} if isinstance(methods, list) else set()
    return bool(named & MFA_METHODS) or str(claims.get("acr", "")) in MFA_CLASSES
