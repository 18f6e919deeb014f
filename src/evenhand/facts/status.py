"""Missing, zero and suppressed are three different things, from the first cell to the last page."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What is known about one figure.

    PUBLISHED       the publisher printed this number (zero is a number).
    DERIVED         Evenhand worked it out from published numbers; the measure says how.
    SUPPRESSED      the publisher holds a number and hides it to protect people.
    MISSING         there is no number: not returned, not collected, or not loaded.
    NOT_APPLICABLE  the question does not arise (no survey that year, no such council then).
    """

    PUBLISHED = "published"
    DERIVED = "derived"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"

    @property
    def has_value(self) -> bool:
        """Whether a figure of this status carries a number."""
        return self in (Status.PUBLISHED, Status.DERIVED)


SENTENCES: dict[Status, str] = {
    Status.PUBLISHED: "Published by the source named.",
    Status.DERIVED: "Worked out by Evenhand from published figures.",
    Status.SUPPRESSED: "Suppressed to protect people: the publisher holds a figure and does not print it.",
    Status.MISSING: "No figure published.",
    Status.NOT_APPLICABLE: "Not applicable: the question does not arise for this place and time.",
}
