"""The Care Act's test of eligibility, worked line by line: values in, a result with its working out.

Every question may be unanswered (None). The result is then decided only if no answer to what is open could change it
(Kleene's three-valued logic), and the working says what is still to ask. The test helps a human to determine; it does
not determine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenhand.facts.care_act import ADULT, CARER, WAYS, Asked, Criteria, criteria
from evenhand.facts.errors import EvenhandError

Answered = bool | None
NOT_YET = "not yet known"


@dataclass(frozen=True, slots=True)
class Ways:
    """What was answered of one outcome: whether it applies to the person, and whether each way of not achieving holds.

    Raises EvenhandError when an outcome that does not apply is said not to be achieved.
    """

    applies: Answered = None
    needs_assistance: Answered = None
    causes_pain: Answered = None
    endangers: Answered = None
    takes_longer: Answered = None

    def __post_init__(self) -> None:
        if self.applies is False and any(getattr(self, way) for way in WAYS):
            raise EvenhandError(
                "An outcome that does not apply to the person cannot be one that they do not achieve.",
                do="Say that it applies, or take back the way in which it is not achieved.",
            )


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the working.

    key: "cause", "health", "outcome:nutrition", "outcomes", "effect", "wellbeing:dignity", "wellbeing" or "result".
    said: the step in words. holds: whether it is so; None is not yet known. rule, cited: the law's words and its place.
    """

    key: str
    said: str
    holds: Answered
    rule: str
    cited: str


@dataclass(frozen=True, slots=True)
class Result:
    """eligible: what the test gives, or None while answers that can change it are open; trace: its working.

    missing: the lines whose questions are still to be asked before the test can say; empty when it has said.
    """

    eligible: Answered
    trace: tuple[Line, ...]
    missing: tuple[Line, ...]

    def as_json(self) -> list[dict[str, Any]]:
        """The working as it is stored: a list of objects with key, said, holds, rule and cited."""
        return [{name: getattr(line, name) for name in Line.__slots__} for line in self.trace]


def adult(
    cause: Answered, outcomes: Mapping[str, Ways], wellbeing: Mapping[str, Answered], *, on: date
) -> Result:  # fmt: skip
    """The test for an adult with needs for care and support (SI 2015/313 reg 2), as the law stands ``on`` a day.

    cause: whether the needs arise from, or are related to, an impairment or illness. outcomes: by key of facts.
    wellbeing: whether there is a significant impact on each part, by key. What is left out is unanswered.
    Raises EvenhandError for a key that the law does not have.
    """
    rules = criteria(ADULT, on)
    why = _cause(rules, cause, "The needs arise from, or are related to, an impairment or illness")
    each, count = _outcomes(rules, outcomes)
    parts, impact = _wellbeing(rules, wellbeing)
    return _result(rules, [why, *each, count, *parts, impact], [[why], [count, *each], [impact, *parts]])


def carer(
    cause: Answered,
    health_at_risk: Answered,
    outcomes: Mapping[str, Ways],
    wellbeing: Mapping[str, Answered],
    *,
    on: date,
) -> Result:
    """The test for a carer (SI 2015/313 reg 3), as the law stands ``on`` a day.

    cause: whether the needs arise from necessary care for an adult. health_at_risk: whether the carer's own health is,
    or is at risk of, deteriorating. The rest, and errors, are as for ``adult``.
    """
    rules = criteria(CARER, on)
    assert rules.health is not None
    why = _cause(rules, cause, "The needs arise from giving necessary care to an adult")
    health = _line("health", "The carer’s own health is, or is at risk of, getting worse", health_at_risk, rules.health)
    each, count = _outcomes(rules, outcomes)
    either = _any([health.holds, count.holds])
    effect = Line(
        "effect", f"Health or an outcome: {_word(either)}.", either, "any of the circumstances in paragraph (2) apply",
        f"{rules.cause.source}, reg 3(1)(b) (worded from memory; compare with the regulations)",
    )  # fmt: skip
    parts, impact = _wellbeing(rules, wellbeing)
    lines = [why, health, *each, count, effect, *parts, impact]
    return _result(rules, lines, [[why], [effect, health, *each], [impact, *parts]])


def unable(ways: Ways, asked: Iterable[str] = WAYS) -> Answered:
    """Whether the person is to be regarded as unable to achieve an outcome. One that does not apply is not counted."""
    if ways.applies is False:
        return False
    return _any([getattr(ways, way) for way in asked])


def _cause(rules: Criteria, cause: Answered, said: str) -> Line:
    return _line("cause", said, cause, rules.cause)


def _line(key: str, said: str, holds: Answered, rule: Any) -> Line:
    return Line(key, f"{said}: {_word(holds)}.", holds, rule.words, rule.cited)


def _outcomes(rules: Criteria, outcomes: Mapping[str, Ways]) -> tuple[list[Line], Line]:
    """A line for each outcome, and the line that counts them."""
    _refuse_unknown(outcomes, rules.outcomes, "outcome")
    if rules.kind != ADULT and any(given.takes_longer is not None for given in outcomes.values()):
        raise EvenhandError(
            "For a carer, how long something takes is no part of the test.", do="Leave “takes longer” unanswered."
        )
    each = [_outcome(rules, asked, outcomes.get(asked.key, Ways())) for asked in rules.outcomes.values()]
    certain = sum(line.holds is True for line in each)
    possible = certain + sum(line.holds is None for line in each)
    least = rules.unable.least
    enough = True if certain >= least else (None if possible >= least else False)
    open_ones = f"; {possible - certain} still open" if possible > certain else ""
    need = "one is enough" if least == 1 else f"{least} are needed"
    said = f"Outcomes that cannot be achieved: {certain} of {len(each)}{open_ones}; {need}."
    return each, Line("outcomes", said, enough, rules.unable.words, rules.unable.cited)


def _outcome(rules: Criteria, asked: Asked, ways: Ways) -> Line:
    holds = unable(ways, rules.ways)
    found = [rules.ways[way].name for way in rules.ways if getattr(ways, way)]
    if ways.applies is False:
        said = "does not apply, and is not counted"
    elif holds:
        said = "cannot be achieved: " + ", ".join(found)
    elif holds is None:
        said = NOT_YET
    else:
        said = "can be achieved"
    return Line(f"outcome:{asked.key}", f"{asked.name}: {said}.", holds, asked.words, asked.cited)


def _wellbeing(rules: Criteria, wellbeing: Mapping[str, Answered]) -> tuple[list[Line], Line]:
    """A line for each part, and the line that says whether any is touched."""
    _refuse_unknown(wellbeing, rules.wellbeing, "part of wellbeing")
    parts = [
        Line(
            f"wellbeing:{part.key}", f"{part.name}: {_impact(wellbeing.get(part.key))}.", wellbeing.get(part.key),
            part.words, part.cited,
        )
        for part in rules.wellbeing.values()
    ]  # fmt: skip
    impact = _any([line.holds for line in parts])
    return parts, _line(
        "wellbeing", "As a consequence, a significant impact on wellbeing", impact, rules.wellbeing_rule
    )


def _result(rules: Criteria, lines: list[Line], conditions: list[list[Line]]) -> Result:
    """The three conditions together. The first line of each decides it; the others are what it is made of."""
    met = [condition[0].holds for condition in conditions]
    eligible = False if False in met else (None if None in met else True)
    said = {True: "meets the criteria", False: "does not meet the criteria", None: "is not yet known"}[eligible]
    where = f"{rules.cause.source}, {rules.cause.where.split('(')[0]}"
    last = Line("result", f"The test of eligibility: {said}.", eligible, "all three conditions are met", where)
    still = []
    if eligible is None:
        for first, *made_of in (condition for condition in conditions if condition[0].holds is None):
            still += [line for line in made_of if line.holds is None] if made_of else [first]
    return Result(eligible, (*lines, last), tuple(still))


def _any(values: Iterable[Answered]) -> Answered:
    """Kleene's "or": true if one is, false if all are false, otherwise not yet known."""
    held = list(values)
    return True if True in held else (None if None in held else False)


def _word(holds: Answered) -> str:
    return {True: "yes", False: "no", None: NOT_YET}[holds]


def _impact(holds: Answered) -> str:
    return {True: "a significant impact", False: "no significant impact", None: NOT_YET}[holds]


def _refuse_unknown(given: Mapping[str, Any], known: Mapping[str, Any], what: str) -> None:
    if strange := sorted(set(given) - set(known)):
        raise EvenhandError(f"The law has no {what} {strange[0]!r}.", do=f"It has {', '.join(known)}.")
