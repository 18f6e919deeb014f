"""The person's own part: its pages in order, and the answers that each offers, in plain words or in Easy Read."""

from __future__ import annotations

from evenhand.facts.care_act import CARER
from evenhand.site.people.assessing.working import asked
from evenhand.site.people.models import Assessment

WORDS, HEALTH, WELLBEING = "words", "health", "wellbeing"
CAN, NOT_KNOWN, NOT_FOR_ME, NONE = "can", "not_known", "not_for_me", "none"
ALONE = {CAN, NOT_KNOWN, NOT_FOR_ME, NONE, "yes", "no"}  # each goes with no other answer
PLAIN_WAYS = {
    "needs_assistance": "I cannot do it without help, or without being reminded",
    "causes_pain": "It causes me pain, distress or anxiety",
    "endangers": "It is dangerous for me or for others",
    "takes_longer": "It takes me much longer than it should",
}
# The pages that are no outcome: question and hint in plain words, then in Easy Read.
QUESTIONS = {
    WORDS: (
        "What matters to you?",
        "Your life, what you enjoy, who is important to you, what is hard now and what you would like to change.",
        "What is important to you?",
        "Tell us about you. Tell us what you like. Tell us what is hard.",
    ),
    HEALTH: (
        "Does caring make your own health worse, or could it?",
        "Your body, your mind and your sleep: for example back pain, worry or exhaustion.",
        "Does caring make you ill?",
        "Your body and your feelings.",
    ),
    WELLBEING: (
        "Which parts of your life are affected most?",
        "Tick every one that is affected.",
        "What is hard in your life now?",
        "Tick what is hard.",
    ),
}


def parts(assessment: Assessment) -> list[str]:
    """The pages in order: what matters, each outcome, a carer's health, wellbeing."""
    health = [HEALTH] if assessment.kind == CARER else []
    return [WORDS, *asked(assessment).outcomes, *health, WELLBEING]


def choices(assessment: Assessment, part: str) -> list[tuple[str, str]]:
    """The answers that a page offers: key and words. None on the page of words."""
    easy = assessment.easy_read
    if part == WORDS:
        return []
    if part == HEALTH:
        return [("yes", "Yes"), ("no", "No"), (NOT_KNOWN, "I do not know")]
    if part == WELLBEING:
        found = [
            (key, w.easy if easy else w.name.replace("they", "I")) for key, w in asked(assessment).wellbeing.items()
        ]
        return [*found, (NONE, "None of these"), (NOT_KNOWN, "I do not know")]
    ways = asked(assessment).ways
    return [
        (CAN, "I can do this" if easy else "I can do this without help"),
        *((key, way.easy if easy else PLAIN_WAYS[key]) for key, way in ways.items()),
        (NOT_KNOWN, "I do not know"),
        (NOT_FOR_ME, "This is not about me" if easy else "This does not apply to me"),
    ]


def title(assessment: Assessment, part: str) -> str:
    """The question that a page asks."""
    if part in QUESTIONS:
        return QUESTIONS[part][2 if assessment.easy_read else 0]
    outcome = asked(assessment).outcomes[part]
    return outcome.easy if assessment.easy_read else outcome.question


def hint(assessment: Assessment, part: str) -> str:
    """A line or two below the question."""
    if part in QUESTIONS:
        return QUESTIONS[part][3 if assessment.easy_read else 1]
    outcome = asked(assessment).outcomes[part]
    return outcome.easy_help if assessment.easy_read else outcome.help


def in_words(assessment: Assessment, part: str, chosen: list[str]) -> list[str]:
    """What was chosen on a page, as the person read it."""
    return [text for key, text in choices(assessment, part) if key in chosen]
