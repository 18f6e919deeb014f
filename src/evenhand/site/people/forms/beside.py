"""Forms of citizens beside a record."""

from __future__ import annotations

from evenhand.site.accounts.roles import Standing
from evenhand.site.people.forms.fields import Choose, Sheet, Words
from evenhand.site.people.forms.person import email

STANDINGS = (
    (Standing.HOLDER, "The person themselves"),
    (Standing.NOMINATED, "Nominated person: the person chose them to receive the direct payment"),
    (Standing.AUTHORISED, "Authorised person: acts for the person, who cannot decide to ask for a direct payment"),
)


class InviteSupporter(Sheet):
    """Somebody whom the holder asks for support."""

    name = Words("What is their name?", 200, required=True, missing="Write their name.")
    email = Words(
        "What is their email address?",
        254,
        required=True,
        kind="email",
        clean=email,
        missing="Write their email address.",
        hint="They get a letter with a link that works for 7 days.",
    )


class Invite(Sheet):
    """The person, or who receives the direct payment for them."""

    standing = Choose("Whom do you invite?", STANDINGS, missing="Choose whom you invite.")
    name = Words("Their name", 200, required=True, missing="Write their name.")
    email = Words(
        "Their email address",
        254,
        required=True,
        kind="email",
        clean=email,
        missing="Write their email address.",
        hint="They get a letter with a link that works for 7 days.",
    )


class Doing(Sheet):
    """What is done with one access or invitation: its reference, and which button was pressed."""

    which = Words("Which", 20, required=True)
    do = Choose("What", (("end", ""), ("show", ""), ("hide", ""), ("withdraw", "")))
