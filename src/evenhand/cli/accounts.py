"""``evenhand invite``: the first administrator's invitation, which nobody is there yet to send."""

from __future__ import annotations

import os

from evenhand.facts.errors import EvenhandError


def invite(*, administrator: str, name: str, another: bool = False, address: str = "http://localhost:8000") -> None:
    """Make the invitation link of the first administrator, who then invites everybody else.

    Parameters
    ----------
    administrator
        Their email address. The link is printed here, not sent.
    name
        Their name, as pages show it.
    another
        Make a link although somebody is administrator already: when none of them can sign in any more.
    address
        The site's own address, before the first single slash: https://evenhand.example.org
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")
    import django

    django.setup()
    from django.db.utils import OperationalError, ProgrammingError
    from django.urls import reverse

    from evenhand.site.accounts.context import moment
    from evenhand.site.accounts.services.invitations import invite_first_administrator

    try:
        made, secret = invite_first_administrator(administrator, name, another=another)
    except (OperationalError, ProgrammingError) as fault:
        raise EvenhandError(
            "The database has no tables for accounts yet, or cannot be reached.",
            do="Make the tables first (how-to: sign-in), and look at DATABASE_URL.",
        ) from fault
    print(address.rstrip("/") + reverse("accounts:open_invitation", kwargs={"secret": secret}))
    print(f"Whoever opens this link first is administrator. It works once, until {moment(made.expires_at)}.")
