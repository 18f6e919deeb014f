"""What allauth tells of sign-ins and second factors, written to the audit. Never what somebody typed."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.devices import email_mark
from evenhand.site.accounts.models import User
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.accounts.stages import vouches
from evenhand.site.audit.services import Who, record

BEGAN = "evenhand_began"  # in the session: when somebody signed in, in whole seconds
PROVIDER_VOUCHES = "evenhand_provider_second_factor"  # in the session: the provider asked for more than a password
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def write(user: User, verb: str, *, why: str = "", after: dict[str, Any] | None = None) -> None:
    """One event about a user's own account, in a transaction of its own where there is none."""
    with transaction.atomic():
        record(Actor(user, fresh_reference()).who, verb, f"user:{user.reference}", why=why, after=after)


def sign_in_failed(request: HttpRequest, email: str) -> None:
    """A wrong password: for which address only as a keyed hash, so that tries at one account can be counted."""
    with transaction.atomic():
        record(Who("nobody"), "accounts.sign_in.fail", f"address:{email_mark(email)}")


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    """Begin the session's hours, remember what the provider said, and write how they signed in."""
    request.session[BEGAN] = int(time.time())
    request.session[PROVIDER_VOUCHES] = vouches(sociallogin)
    how = [
        str(step.get("type") or step.get("method"))
        for step in request.session.get("account_authentication_methods", [])
    ]
    write(user, "accounts.sign_in", after={"how": how})


@receiver(account.user_logged_out)
def signed_out(request: HttpRequest, user: User | None = None, **_: Any) -> None:
    """Somebody went, or was sent."""
    if isinstance(user, User):
        write(user, "accounts.sign_out")


@receiver(account.password_changed)
@receiver(account.password_set)
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """They changed their password themselves; every other browser is signed out by Django, whose sessions hold it."""
    write(user, "accounts.password.change")


@receiver(account.password_reset)
def password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    """They chose a new password by a link."""
    write(user, "accounts.password.reset")


@receiver(account.email_changed)
def email_changed(request: HttpRequest, user: User, from_email_address: Any = None, to_email_address: Any = None,
                  **_: Any) -> None:  # fmt: skip
    """They sign in with another address."""
    write(user, "accounts.email.change", after={"email": getattr(to_email_address, "email", "")})


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor. The first one ends the user's other sessions: they were opened by a password alone."""
    write(user, "accounts.second_factor.add", after={"kind": str(authenticator.type)})
    others = Authenticator.objects.filter(user=user, type__in=SECOND).exclude(pk=authenticator.pk)
    if authenticator.type in SECOND and not others.exists():
        for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
            session.end()


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor that does not count any more."""
    write(user, "accounts.second_factor.remove", after={"kind": str(authenticator.type)})


@receiver(mfa.authenticator_reset)
def codes_made(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """New recovery codes."""
    write(user, "accounts.second_factor.renew", after={"kind": str(authenticator.type)})


@receiver(mfa.authentication_failed)
def factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    """A wrong code after a right password: worth a look."""
    write(user, "accounts.second_factor.fail")
