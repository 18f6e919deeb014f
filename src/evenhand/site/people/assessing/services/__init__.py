"""The verbs of assessments. Each asks permission, checks, writes the rows and the audit's event in one transaction."""

from evenhand.site.people.assessing.services.answering import say
from evenhand.site.people.assessing.services.determining import determine
from evenhand.site.people.assessing.services.moving import begin, hand_over, reopen, send, stop, take_back, turn_in
from evenhand.site.people.assessing.services.writing import (
    save_cause,
    save_health,
    save_outcomes,
    save_own_words,
    save_wellbeing,
)

__all__ = [
    "begin", "determine", "hand_over", "reopen", "save_cause", "save_health", "save_outcomes", "save_own_words",
    "save_wellbeing", "say", "send", "stop", "take_back", "turn_in",
]  # fmt: skip
