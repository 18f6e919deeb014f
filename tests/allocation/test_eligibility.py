"""Who is eligible under the Care Act: the test's conditions, what is still open, and a slow rewrite that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.allocation.eligibility import Answered, Result, Ways, adult, carer, unable
from evenhand.facts.care_act import WAYS, criteria
from evenhand.facts.errors import EvenhandError

ON = date(2026, 4, 1)
ADULT, CARER = criteria("adult", ON), criteria("carer", ON)
CAN = Ways(True, False, False, False, False)
CARER_CAN = Ways(True, False, False, False)
HELP = Ways(True, needs_assistance=True)
NOT_FOR_ME = Ways(applies=False)
NO_IMPACT: dict[str, Answered] = dict.fromkeys(ADULT.wellbeing, False)
ALL_CAN = dict.fromkeys(ADULT.outcomes, CAN)
CARER_ALL_CAN = dict.fromkeys(CARER.outcomes, CARER_CAN)


def on_adult(
    outcomes: dict[str, Ways], wellbeing: dict[str, Answered] | None = None, cause: Answered = True
) -> Result:  # fmt: skip
    """An adult who achieves every outcome but these; every part of wellbeing untouched but these."""
    impact = {"dignity": True} if wellbeing is None else wellbeing
    return adult(cause, ALL_CAN | outcomes, NO_IMPACT | impact, on=ON)


class TestAnAdult:
    @pytest.mark.parametrize(
        ("outcomes", "eligible"),
        [
            ({}, False),
            ({"nutrition": HELP}, False),
            ({"nutrition": HELP, "toilet": HELP}, True),
            ({"nutrition": HELP, "toilet": HELP, "clothing": HELP}, True),
            ({"nutrition": HELP, "caring_for_child": NOT_FOR_ME}, False),
        ],
    )
    def test_must_be_unable_to_achieve_two_outcomes(self, outcomes: dict[str, Ways], eligible: bool) -> None:
        assert on_adult(outcomes).eligible is eligible

    @pytest.mark.parametrize("way", WAYS)
    def test_is_unable_to_achieve_an_outcome_in_any_of_four_ways(self, way: str) -> None:
        found = on_adult({"nutrition": replace(CAN, **{way: True}), "hygiene": HELP})
        assert found.eligible is True

    @pytest.mark.parametrize("cause", [False, None])
    def test_must_have_needs_that_arise_from_impairment_or_illness(self, cause: Answered) -> None:
        assert on_adult({"nutrition": HELP, "toilet": HELP}, cause=cause).eligible is cause

    @pytest.mark.parametrize("part", ADULT.wellbeing)
    def test_is_eligible_whichever_part_of_wellbeing_is_touched(self, part: str) -> None:
        assert on_adult({"nutrition": HELP, "toilet": HELP}, {part: True}).eligible is True

    def test_is_not_eligible_without_an_impact_on_wellbeing(self) -> None:
        assert on_adult({"nutrition": HELP, "toilet": HELP}, {}).eligible is False


class TestACarer:
    @pytest.mark.parametrize(
        ("health", "outcomes", "eligible"),
        [
            (False, {}, False),
            (True, {}, True),
            (False, {"recreation": HELP}, True),
            (True, {"recreation": HELP}, True),
            (None, {}, None),
            (None, {"recreation": HELP}, True),
            (False, {"recreation": Ways()}, None),
            (True, {"recreation": Ways()}, True),
        ],
    )
    def test_needs_one_outcome_or_health_at_risk(
        self, health: Answered, outcomes: dict[str, Ways], eligible: Answered
    ) -> None:
        assert carer(True, health, CARER_ALL_CAN | outcomes, {"control": True}, on=ON).eligible is eligible

    def test_is_not_eligible_when_the_care_is_not_necessary(self) -> None:
        assert carer(False, True, {"recreation": HELP}, {"control": True}, on=ON).eligible is False

    def test_is_not_asked_how_long_things_take(self) -> None:
        """Regulation 3 has three ways of not achieving an outcome, where regulation 2 has four."""
        assert set(ADULT.ways) - set(CARER.ways) == {"takes_longer"}
        with pytest.raises(EvenhandError, match="no part of the test"):
            carer(True, False, {"nutrition": Ways(takes_longer=True)}, {}, on=ON)


class TestWhatIsStillOpen:
    def test_nothing_answered_is_not_yet_known_and_everything_is_to_ask(self) -> None:
        found = adult(None, {}, {}, on=ON)
        assert found.eligible is None
        assert len(found.missing) == 1 + 10 + 9
        assert found.missing[0].key == "cause"

    def test_a_condition_that_failed_decides_whatever_is_open(self) -> None:
        found = adult(False, {}, {}, on=ON)
        assert (found.eligible, found.missing) == (False, ())

    def test_what_can_no_longer_change_the_result_is_not_asked_for(self) -> None:
        found = adult(True, {"nutrition": HELP, "toilet": HELP}, {}, on=ON)
        assert found.eligible is None
        assert {line.key.split(":")[0] for line in found.missing} == {"wellbeing"}

    def test_an_outcome_that_may_not_apply_is_open_until_a_way_is_answered(self) -> None:
        assert unable(Ways()) is None
        assert unable(Ways(applies=True, needs_assistance=False)) is None
        assert unable(Ways(needs_assistance=True)) is True  # it can only be so if the outcome applies

    def test_a_carers_health_and_outcomes_are_asked_for_together(self) -> None:
        keys = [line.key for line in carer(True, None, {}, {"dignity": True}, on=ON).missing]
        assert keys == ["health", *(f"outcome:{key}" for key in CARER.outcomes)]


class TestTheWorking:
    def test_has_a_line_for_every_question_in_words_with_its_place_in_the_law(self) -> None:
        found = on_adult({"nutrition": replace(HELP, endangers=True), "caring_for_child": NOT_FOR_ME, "toilet": HELP})
        said = {line.key: line.said for line in found.trace}
        assert said["outcome:nutrition"] == (
            "Eating and drinking: cannot be achieved: needs assistance, danger to health or safety."
        )
        assert said["outcome:caring_for_child"] == "Looking after a child: does not apply, and is not counted."
        assert said["outcomes"] == "Outcomes that cannot be achieved: 2 of 10; 2 are needed."
        assert said["result"] == "The test of eligibility: meets the criteria."
        assert all("reg 2" in line.cited or "s.1(2)" in line.cited for line in found.trace)

    def test_says_how_many_are_open(self) -> None:
        lines = {line.key: line for line in adult(True, {"nutrition": HELP}, {}, on=ON).trace}
        assert lines["outcomes"].said == "Outcomes that cannot be achieved: 1 of 10; 9 still open; 2 are needed."
        assert lines["outcomes"].holds is None

    def test_says_which_words_of_the_law_are_from_memory(self) -> None:
        lines = carer(True, True, {}, {"dignity": True}, on=ON).trace
        memory = {line.key for line in lines if "from memory" in line.cited}
        assert {"cause", "health", "effect", "wellbeing"} <= memory
        assert "wellbeing:dignity" not in memory
        assert not [line for line in on_adult({}).trace if "from memory" in line.cited]

    def test_goes_into_the_record_whole(self) -> None:
        found = on_adult({})
        assert [line["said"] for line in found.as_json()] == [line.said for line in found.trace]
        assert set(found.as_json()[0]) == {"key", "said", "holds", "rule", "cited"}


class TestRefusals:
    def test_an_outcome_that_does_not_apply_and_is_not_achieved(self) -> None:
        with pytest.raises(EvenhandError, match="does not apply"):
            Ways(applies=False, takes_longer=True)

    @pytest.mark.parametrize(
        ("outcomes", "wellbeing", "said"),
        [({"recreation": CAN}, {}, "no outcome 'recreation'"), ({}, {"wealth": True}, "no part of wellbeing 'wealth'")],
    )
    def test_a_key_that_the_law_does_not_have(
        self, outcomes: dict[str, Ways], wellbeing: dict[str, Answered], said: str
    ) -> None:
        with pytest.raises(EvenhandError, match=said):
            adult(True, outcomes, wellbeing, on=ON)

    def test_a_day_before_the_care_act(self) -> None:
        with pytest.raises(EvenhandError, match="did not apply on 31 March 2015"):
            adult(True, {}, {}, on=date(2015, 3, 31))
        assert adult(True, {}, {}, on=date(2015, 4, 1)).eligible is None


# --- the same, written again without a thought for speed -------------------------------------------------------------


def naive_adult(cause: bool, outcomes: Sequence[tuple[bool, ...]], wellbeing: list[bool]) -> bool:
    """Regulation 2, word for word, when everything is answered."""
    unable_to = 0
    for applies, assistance, pain, danger, longer in outcomes:
        if applies and (assistance or pain or danger or longer):
            unable_to += 1
    return cause and unable_to >= 2 and (True in wellbeing)


def completions(ways: Ways, asked: Iterable[str] = WAYS) -> list[tuple[bool, ...]]:
    """Every way in which the open answers of one outcome may be filled in without contradicting itself."""
    slots = [[v] if v is not None else [True, False] for v in (ways.applies, *(getattr(ways, w) for w in asked))]
    return [k for k in product(*slots) if k[0] or not any(k[1:])]


def filled(value: Answered) -> list[bool]:
    return [True, False] if value is None else [value]


def every_way_to_answer() -> list[Ways]:
    out = []
    for values in product((True, False, None), repeat=5):
        if values[0] is not False or not any(values[1:]):
            out.append(Ways(*values))
    return out


def test_an_outcome_is_decided_exactly_when_no_open_answer_can_change_it() -> None:
    for ways in every_way_to_answer():
        possible = {applies and any(rest) for applies, *rest in completions(ways)}
        assert unable(ways) is (possible.pop() if len(possible) == 1 else None), ways


THREE = ("nutrition", "toilet", "caring_for_child")
STATES = (CAN, HELP, Ways(), NOT_FOR_ME, Ways(applies=True, endangers=False))


def test_the_result_is_what_every_completion_gives_or_not_yet_known() -> None:
    """Over every combination of three outcomes and two parts of wellbeing, the others answered with no."""
    for cause, first, second in product((True, False, None), repeat=3):
        for states in product(STATES, repeat=3):
            wellbeing = {"dignity": first, "control": second}
            found = on_adult(dict(zip(THREE, states, strict=True)), wellbeing, cause).eligible
            simple = [sorted({a and any(r) for a, *r in completions(state)}) for state in states]
            possible = {
                naive_adult(c, [(True, u, False, False, False) for u in unable_to], [d, k])
                for c in filled(cause) for d in filled(first) for k in filled(second)
                for unable_to in product(*simple)
            }  # fmt: skip
            assert found is (possible.pop() if len(possible) == 1 else None), (cause, states, wellbeing)


def test_a_carers_result_is_what_every_completion_gives_or_not_yet_known() -> None:
    for cause, health, first in product((True, False, None), repeat=3):
        for states in product((CARER_CAN, HELP, Ways(), NOT_FOR_ME), repeat=2):
            outcomes = CARER_ALL_CAN | dict(zip(("recreation", "childcare"), states, strict=True))
            found = carer(cause, health, outcomes, NO_IMPACT | {"control": first}, on=ON).eligible
            simple = [sorted({a and any(r) for a, *r in completions(state, CARER.ways)}) for state in states]
            possible = {
                c and (h or any(u)) and w
                for c in filled(cause) for h in filled(health) for w in filled(first) for u in product(*simple)
            }  # fmt: skip
            assert found is (possible.pop() if len(possible) == 1 else None), (cause, health, first, states)


# --- laws -------------------------------------------------------------------------------------------------------------

answered = st.sampled_from([True, False, None])
ways_of_one = st.sampled_from(every_way_to_answer())
some_outcomes = st.dictionaries(st.sampled_from(sorted(ADULT.outcomes)), ways_of_one)
some_wellbeing = st.dictionaries(st.sampled_from(sorted(ADULT.wellbeing)), answered)


@given(answered, some_outcomes, some_wellbeing, st.sampled_from(sorted(ADULT.outcomes)), st.sampled_from(WAYS))
def test_one_more_outcome_that_cannot_be_achieved_never_makes_anybody_less_eligible(
    cause: Answered, outcomes: dict[str, Ways], wellbeing: dict[str, Answered], key: str, way: str
) -> None:
    rank = {False: 0, None: 1, True: 2}
    before = adult(cause, outcomes, wellbeing, on=ON).eligible
    more = outcomes | {key: replace(outcomes.get(key, Ways()), applies=True, **{way: True})}
    assert rank[adult(cause, more, wellbeing, on=ON).eligible] >= rank[before]


@given(answered, some_outcomes, some_wellbeing, st.data())
def test_what_is_decided_stays_decided_however_the_rest_is_answered(
    cause: Answered, outcomes: dict[str, Ways], wellbeing: dict[str, Answered], data: st.DataObject
) -> None:
    found = adult(cause, outcomes, wellbeing, on=ON)
    full = {
        key: Ways(*data.draw(st.sampled_from(completions(outcomes.get(key, Ways()))))) for key in sorted(ADULT.outcomes)
    }
    parts = {key: data.draw(st.sampled_from(filled(wellbeing.get(key)))) for key in sorted(ADULT.wellbeing)}
    then = adult(data.draw(st.sampled_from(filled(cause))), full, parts, on=ON)
    assert then.eligible is not None
    assert found.eligible in (None, then.eligible)
    assert (found.eligible is None) == bool(found.missing)
    assert then.eligible is naive_adult(
        then.trace[0].holds is True,
        [(bool(w.applies), *(bool(getattr(w, n)) for n in WAYS)) for w in full.values()],
        list(parts.values()),
    )
