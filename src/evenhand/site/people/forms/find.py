"""The form of the search."""

from __future__ import annotations

from evenhand.site.people.forms.fields import Sheet, Words


class Find(Sheet):
    """One box for a name, a council id or an NHS number."""

    asked = Words(
        "Name, council id or NHS number",
        200,
        required=True,
        missing="Write a name, a council id or an NHS number.",
        hint="Names in any order; accents and small mistakes do not matter.",
    )
