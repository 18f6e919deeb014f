"""A form that is sent twice does its work once; the second answer is the page that followed the first."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db import transaction

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.people.models import Submitted
from evenhand.site.people.refusals import Refused

_TOKEN = re.compile("[0-9a-z]{24}")


def token() -> str:
    """What a fresh form carries in its hidden field ``once``."""
    return fresh_reference() + fresh_reference()


def followed(actor: Actor, given: str) -> str:
    """The address that followed when this form was sent before by the same user; empty when it was not."""
    found = Submitted.objects.filter(token=given, user=actor.user).values_list("address", flat=True).first()
    return found or ""


def once(actor: Actor, given: str, work: Callable[[], str]) -> str:
    """Do the work of a form, which returns the address that follows, and remember it: all in one transaction.

    Two sendings at once take turns at the token; the second finds the first one's address. Raises Refused for a token
    that no form of ours carries, and whatever the work raises, in which case nothing is remembered.
    """
    if not _TOKEN.fullmatch(given):
        raise Refused("The page was not complete when you sent it.", "Open the page again and fill it in.")
    with transaction.atomic():
        made, new = Submitted.objects.get_or_create(token=given, defaults={"user": actor.user, "address": ""})
        if not new:
            if made.user_id != actor.user.pk:
                raise Refused("This page was opened by somebody else.", "Open the page again and fill it in.")
            return made.address
        made.address = work()
        made.save(update_fields=["address"])
    return made.address
