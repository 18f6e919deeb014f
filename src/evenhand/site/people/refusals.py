"""What a service says when it refuses: plain words, and where on the form they belong."""

from __future__ import annotations

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import NotPermitted


class Refused(EvenhandError):
    """A verb that was not done. ``field`` names the answer that must change; empty: the whole form."""

    def __init__(self, what: str, do: str = "", *, field: str = "") -> None:
        super().__init__(what, do=do)
        self.field = field


class Stale(Refused):
    """Somebody else saved since this page was opened. ``version`` is the record's now; 0 where it is not said."""

    def __init__(self, version: int = 0) -> None:
        super().__init__(
            "Somebody else changed this record after you opened the page.",
            "Your answers are still here. Open the record in another tab, see what is new, then save again.",
        )
        self.version = version


def no_such_record() -> NotPermitted:
    """The one refusal for a record that does not exist and for one that the actor may not see."""
    return NotPermitted(
        "There is no such record, or you cannot see it.",
        do="Check the address. If the person needs you now, open the record in an emergency.",
    )
