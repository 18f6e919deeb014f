"""Days and moments as pages say them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def in_words(day: date | datetime | None) -> str:
    """A day: "17 May 2025". A moment is shown as its day in England; nothing is shown as nothing."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return f"{day.day} {day:%B} {day.year}"


def moment_words(moment: datetime | None) -> str:
    """A moment in England: "17 May 2025, 14:05"; nothing is shown as nothing."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{in_words(local)}, {local:%H:%M}"


DOINGS = {  # what an event says that was done, to whoever reads who has looked
    "people.person.view": "Opened the record",
    "people.person.find": "Searched",
    "people.person.make": "Made the record",
    "people.person.change": "Opened or changed details",
    "people.person.merge": "Looked at or made one record of two",
    "people.person.allocate": "Looked at or changed who works with the person",
    "people.person.restrict": "Looked at or changed who may read the record",
    "people.glass.break": "Opened the record in an emergency",
    "people.glass.review": "Looked into an emergency",
    "people.import": "Made or changed the record from a file of another system",
    "people.capacity.decide": "Looked at or recorded decisions on capacity",
    "people.capacity.view": "Read decisions on capacity",
    "people.safeguarding.view": "Read safeguarding notes",
    "people.safeguarding.change": "Read or changed safeguarding notes",
    "people.assessment.view": "Read an assessment",
    "people.assessment.change": "Worked on an assessment",
    "people.assessment.answer": "Filled in an assessment",
    "people.assessment.determine": "Decided on an assessment",
    "people.supporter.invite": "Looked at or changed supporters",
    "people.holder.invite": "Looked at or changed who signs in",
    "people.lookers.view": "Looked at who had looked",
    "people.bundle.make": "Looked at or made the copy for the person",
    "people.hold.set": "Looked at or changed how long the record is kept",
    "people.erase": "Asked for the record to be erased, or erased it",
    "people.access.begin": "Began to sign in to the record",
    "accounts.invitation.take": "Took up an invitation",
    "accounts.invitation.withdraw": "Withdrew an invitation",
    "audit.event.view": "Read the audit of the record",
}


def doing(verb: str, *, to_citizen: bool = False) -> str:
    """What was done, in words; an event of a kind that has no words here is named as it is.

    to_citizen: safeguarding is called a look at the record, because whoever speaks for a person may be the one whom a
    concern is about.
    """
    if to_citizen and verb.startswith("people.safeguarding."):
        return DOINGS["people.person.view"]
    return DOINGS.get(verb, verb)
