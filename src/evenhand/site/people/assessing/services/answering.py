"""What the person says themselves, or who is authorised to speak for them: one page at a time, saved as they go."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.audit.services import record
from evenhand.site.people.assessing.services.held import held, tidy
from evenhand.site.people.assessing.voice import ALONE, choices, parts
from evenhand.site.people.models import Assessment
from evenhand.site.people.models.assessment import Said, State
from evenhand.site.people.refusals import Refused

ANSWER = "people.assessment.answer"
MOST = {"words": 8000}  # letters; 4,000 on the other pages


class ChangedSince(Refused):
    """The page was saved from another window after this one was opened."""

    def __init__(self) -> None:
        super().__init__(
            "This answer was changed after you opened the page.",
            "What you wrote is still here. Save it again if it is right.",
        )


def say(
    actor: Actor, assessment: Assessment, part: str, version: int, words: str, chosen: Sequence[str] = ()
) -> Said:  # fmt: skip
    """Keep what the person says on one page.

    version: that of the page when it was opened, 0 when it had never been saved. chosen: keys of ``voice.choices``;
    "I can", "I do not know" and "not for me" stand alone. Raises NotPermitted for everybody but the person and who is
    authorised for them, and Refused once it was turned in.
    """
    text = tidy(words, MOST.get(part, 4000), "words")
    with transaction.atomic():
        now = held(actor, assessment, ANSWER, (State.WITH_PERSON,))
        if part not in parts(now):
            raise Refused("There is no such question here.", "Go back to the list of questions.")
        offered = [key for key, _ in choices(now, part)]
        picked = [key for key in offered if key in chosen]
        if set(chosen) - set(offered):
            raise Refused("Choose from the answers on the page.", "Open the page again.", field="chosen")
        if len(picked) > 1 and ALONE & set(picked):
            raise Refused("Two of your answers do not go together.", "Untick one of them.", field="chosen")
        if offered and not picked and not text:
            raise Refused("Tick an answer.", "You can tick “I do not know”.", field="chosen")
        row = now.said.filter(part=part).first() or Said(assessment=now, part=part, version=0)
        if (row.words, row.chosen) == (text, picked) and row.version:
            return row
        if row.version != version:
            raise ChangedSince
        before = {"words": row.words, "chosen": row.chosen}
        row.words, row.chosen, row.by, row.at, row.version = text, picked, actor.user, timezone.now(), row.version + 1
        row.save()
        record(
            actor.who, ANSWER, f"assessment:{now.reference}", case=now.person.reference,
            before={part: before}, after={part: {"words": text, "chosen": picked}},
        )  # fmt: skip
    return row
