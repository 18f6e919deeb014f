"""Sending an invitation's link to the one it is for, after the invitation is safely stored."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from evenhand.site.accounts.context import moment
from evenhand.site.accounts.models import Invitation
from evenhand.site.accounts.roles import Role, Standing

log = logging.getLogger(__name__)


def link(request: HttpRequest, secret: str) -> str:
    """The whole address that takes an invitation up."""
    return request.build_absolute_uri(reverse("accounts:open_invitation", kwargs={"secret": secret}))


def send(request: HttpRequest, invitation: Invitation, secret: str) -> None:
    """Send the letter once the transaction is through. Where the mail server refuses, the log says so, without names:
    the invitation stands, and can be withdrawn and made again."""
    words = {
        "inviter": invitation.made_by.name if invitation.made_by else "Your council",
        "what": _what(invitation),
        "until": moment(invitation.expires_at),
        "link": link(request, secret),
    }

    def post() -> None:
        try:
            get_adapter(request).send_mail("accounts/invitation", invitation.email, words)
        except (OSError, SMTPException) as fault:
            log.error("The letter of invitation %s was not sent: %s", invitation.reference, type(fault).__name__)

    transaction.on_commit(post)


def _what(invitation: Invitation) -> str:
    if invitation.role:
        return f" as {Role(invitation.role).label.lower()}"
    return f" as {Standing(invitation.standing).label.lower()}"
