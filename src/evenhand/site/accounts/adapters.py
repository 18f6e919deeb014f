"""Where allauth asks us: accounts come by invitation only, words are ours, a provider's users must be known."""

from __future__ import annotations

import base64
import time
from functools import lru_cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts import devices, words
from evenhand.site.accounts.events import BEGAN, sign_in_failed
from evenhand.site.accounts.models import User
from evenhand.site.evidence.limits import visitor

SECOND_FACTOR_STAGE = "evenhand.site.accounts.stages.SecondFactor"


def shown_name(user: User) -> str:
    """What pages call a user."""
    return user.name


class Accounts(DefaultAccountAdapter):
    """Nobody signs up by themselves; guessing is slowed without locking anybody out; notices and letters are ours."""

    error_messages = DefaultAccountAdapter.error_messages | words.ERRORS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: an invitation makes an account (``services.invitations``)."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who asks, as the rest of the site sees it (``EVENHAND_FORWARDED_FOR``)."""
        return visitor(request).partition("/")[0] or "0.0.0.0"  # noqa: S104  (no address, not one to bind)

    def get_login_stages(self) -> list[str]:
        """As allauth's, with our way of asking for the second factor."""
        stages = super().get_login_stages()
        return [SECOND_FACTOR_STAGE if "mfa.stages.Authenticate" in stage else stage for stage in stages]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not just after signing in, which showed all that there is to show; else as allauth does."""
        fresh = time.time() - self.request.session.get(BEGAN, 0) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app, **more))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return devices.counted_as(request, str(credentials.get("email") or credentials.get("username") or ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the failure down, without what was typed."""
        sign_in_failed(request, str(credentials.get("email", "")))

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """After a complete sign-in: this browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **more)
        devices.remember(request, response, user)
        return response

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **more: Any
    ) -> None:
        """A notice in our words; what we have no words for is not said."""
        if message_template is not None:
            more["message"] = words.NOTICES.get(message_template)
            if not more["message"]:
                return
        super().add_message(request, level, None, **more)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """A letter in our words, as plain text."""
        subject, text = words.LETTERS[template_prefix]
        to = [email] if isinstance(email, str) else email
        return EmailMessage(f"Evenhand: {subject}", text.format(**context), self.get_from_email(), to, headers=headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter that we have words for."""
        if template_prefix in words.LETTERS:
            self.render_mail(template_prefix, email, context).send()


class Provider(DefaultSocialAccountAdapter):
    """A council's identity provider signs in staff who have an account or an invitation; it makes none by itself."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Closed: ``pre_social_login`` has found the account already, or refused."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find whose account the provider's subject is; the first time by the address that it has verified."""
        from evenhand.site.accounts.services.provider import settle

        try:
            settle(request, sociallogin)
        except EvenhandError as refused:
            page = render(request, "accounts/provider_refused.html", {"refused": refused}, status=403)
            raise ImmediateHttpResponse(page) from None

    def validate_disconnect(self, account: Any, accounts: Any) -> None:
        """Never: an account without its subject would be open to the next one with the same address."""
        raise ValidationError("Your account stays joined to your council's sign-in. Ask your administrator.")

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Never by the address alone: ``services.provider`` decides."""
        return False


class SecondFactors(DefaultMFAAdapter):
    """Second factors as allauth keeps them, with their secrets encrypted, and never the last one taken from staff."""

    error_messages = DefaultMFAAdapter.error_messages | words.SECOND_FACTOR_ERRORS

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it: a stolen copy of the database alone makes no codes."""
        return _box(str(settings.SECRET_KEY)).encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Back again. Raises cryptography's InvalidToken when the signing key is another one now."""
        return _box(str(settings.SECRET_KEY)).decrypt(encrypted_text.encode("ascii")).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep at least one second factor that is no recovery code."""
        if not authenticator.user.grants.filter(ended_at=None).exists():
            return True
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        kept: bool = (
            Authenticator.objects.filter(user=authenticator.user, type__in=kinds).exclude(pk=authenticator.pk).exists()
        )
        return kept

    def build_totp_svg(self, url: str) -> str:
        """The picture that a phone scans, to stand in the page itself: nothing in it may run or be fetched."""
        svg: str = super().build_totp_svg(url)
        return '<svg role="img" aria-label="Picture to scan with the app" ' + svg[svg.index("<svg") + 5 :]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who asks for a passkey, as devices show it."""
        asks: dict[str, str] = super().get_public_key_credential_rp_entity()
        return asks | {"name": "Evenhand"}

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """What a new passkey is called until its owner names it."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"


@lru_cache(maxsize=4)
def _box(key: str) -> Fernet:
    """What encrypts second factors: a key of its own, drawn from the signing key."""
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"evenhand second factors").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(drawn))
