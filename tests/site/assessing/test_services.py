"""The verbs of an assessment: who may, what they refuse, and that what a person said stays theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.audit.models import Detail, Event
from evenhand.site.people.assessing import services
from evenhand.site.people.models import Assessment, Determination
from evenhand.site.people.models.assessment import Said, State
from evenhand.site.people.refusals import Refused, Stale
from tests.site.assessing.making import (
    ADVICE,
    AGAINST,
    REASONS,
    CaseOf,
    a_case,
    answer_all,
    determined,
    fresh,
    today,
    with_person,
)  # fmt: skip
from tests.site.records import acting, allocate, citizen, staff, team

pytestmark = pytest.mark.django_db


def decide(case: CaseOf, a: Assessment, **more: Any) -> Determination:
    given: dict[str, Any] = {"eligible": True, "reasons": REASONS, "decided_on": today()} | more
    return services.determine(case.actor, a, a.version, **given)


class TestBeginning:
    @pytest.mark.parametrize(("kind", "depth"), [("adult", "full"), ("adult", "light"), ("carer", "light")])
    def test_one_of_each_kind_can_be_at_work(self, kind: str, depth: str) -> None:
        case = a_case()
        a = services.begin(case.actor, case.person, kind, depth)
        assert (a.kind, a.depth, a.state, a.begun_by) == (kind, depth, State.OPEN, case.worker)
        with pytest.raises(Refused, match="already at work"):
            services.begin(case.actor, case.person, kind, depth)

    def test_another_can_begin_when_the_last_was_stopped_or_determined(self) -> None:
        case = a_case()
        a = case.assessment()
        services.stop(case.actor, a, a.version, "They moved away.")
        determined(case)
        assert case.assessment().state == State.OPEN

    @pytest.mark.parametrize(
        ("fields", "kind", "said"),
        [
            ({"is_carer": False}, "carer", "not say that they are a carer"),
            ({"is_adult": False}, "adult", "not say that they are an adult"),
        ],
    )
    def test_the_record_must_say_that_they_are_one(self, fields: dict[str, Any], kind: str, said: str) -> None:
        case = a_case(**fields)
        with pytest.raises(Refused, match=said):
            services.begin(case.actor, case.person, kind, "full")

    @pytest.mark.parametrize(("kind", "depth"), [("child", "full"), ("adult", "deep")])
    def test_an_unknown_kind_or_depth_is_refused(self, kind: str, depth: str) -> None:
        case = a_case()
        with pytest.raises(Refused):
            services.begin(case.actor, case.person, kind, depth)


class TestWriting:
    def test_only_the_named_fields_change_and_the_event_says_which(self) -> None:
        case = a_case()
        a = case.assessment()
        a = services.save_outcomes(
            case.actor, a, a.version, {"nutrition": {"note": "Eats toast.", "takes_longer": True}}
        )
        a = services.save_outcomes(case.actor, a, a.version, {"nutrition": {"needs_assistance": True}})
        row = a.answers.get(outcome="nutrition")
        assert (row.note, row.takes_longer, row.needs_assistance, row.endangers) == ("Eats toast.", True, True, None)
        event = Event.objects.order_by("-number").first()
        assert event is not None
        assert (event.verb, event.case) == ("people.assessment.change", case.person.reference)
        assert event.detail.content == (
            '{"after":{"nutrition.needs_assistance":true},"before":{"nutrition.needs_assistance":null}}'
        )

    def test_saving_what_is_there_already_changes_nothing(self) -> None:
        case = a_case()
        a = case.assessment()
        a = services.save_own_words(case.actor, a, a.version, "To sing in the choir.")
        events = Event.objects.count()
        again = services.save_own_words(case.actor, a, a.version, " To sing in the choir.\r\n")
        assert (again.version, Event.objects.count()) == (a.version, events)

    def test_a_page_opened_before_somebody_else_saved_is_refused(self) -> None:
        case = a_case()
        a = case.assessment()
        opened = a.version
        services.save_own_words(case.actor, a, opened, "First.")
        with pytest.raises(Stale):
            services.save_own_words(case.actor, a, opened, "Second.")
        assert fresh(a).own_words == "First."

    @pytest.mark.parametrize(
        ("outcomes", "said"),
        [
            ({"recreation": {"note": "x"}}, "does not ask about 'recreation'"),
            ({"nutrition": {"assessment_id": 7}}, "no answer 'assessment_id'"),
            ({"nutrition": {"applies": False, "endangers": True}}, "does not apply"),
            ({"nutrition": {"note": "x" * 4001}}, "at most 4,000"),
        ],
    )
    def test_what_cannot_be_is_refused(self, outcomes: dict[str, Any], said: str) -> None:
        case = a_case()
        a = case.assessment()
        with pytest.raises(Refused, match=said):
            services.save_outcomes(case.actor, a, a.version, outcomes)
        assert not a.answers.exists()

    def test_a_carers_time_is_no_part_of_the_test_and_an_adults_health_neither(self) -> None:
        case = a_case()
        carer, adult = case.assessment("carer"), case.assessment("adult")
        with pytest.raises(Refused, match="how long"):
            services.save_outcomes(case.actor, carer, carer.version, {"nutrition": {"takes_longer": True}})
        with pytest.raises(Refused, match="Only a carer"):
            services.save_health(case.actor, adult, adult.version, True)


VERBS: dict[str, Callable[[CaseOf, Assessment], object]] = {
    "save_own_words": lambda case, a: services.save_own_words(case.actor, a, a.version, "x"),
    "save_cause": lambda case, a: services.save_cause(case.actor, a, a.version, False, ""),
    "save_outcomes": lambda case, a: services.save_outcomes(case.actor, a, a.version, {"nutrition": {"note": "x"}}),
    "save_wellbeing": lambda case, a: services.save_wellbeing(case.actor, a, a.version, {"dignity": {"note": "x"}}),
    "send": lambda case, a: services.send(case.actor, a, a.version, easy_read=False),
    "take_back": lambda case, a: services.take_back(case.actor, a, a.version),
    "hand_over": lambda case, a: services.hand_over(case.actor, a, a.version),
    "reopen": lambda case, a: services.reopen(case.actor, a, a.version),
    "stop": lambda case, a: services.stop(case.actor, a, a.version, "Why."),
    "determine": decide,
    "say": lambda case, a: services.say(case.self, a, "nutrition", 0, "x", ["can"]),
    "turn_in": lambda case, a: services.turn_in(case.self, a),
}
WRITES = {"save_own_words", "save_cause", "save_outcomes", "save_wellbeing"}
POSSIBLE = {
    State.OPEN: WRITES | {"send", "hand_over", "stop", "determine"},
    State.WITH_PERSON: {"take_back", "stop", "say", "turn_in"},
    State.TO_DETERMINE: {"reopen", "stop", "determine"},
    State.DETERMINED: set(),
    State.STOPPED: set(),
}


def in_state(case: CaseOf, state: State) -> Assessment:
    """An assessment, answered throughout, in a state."""
    a = answer_all(case, case.assessment())
    match state:
        case State.WITH_PERSON:
            services.send(case.actor, a, a.version, easy_read=False)
        case State.TO_DETERMINE:
            services.hand_over(case.actor, a, a.version)
        case State.DETERMINED:
            decide(case, a)
        case State.STOPPED:
            services.stop(case.actor, a, a.version, "They changed their mind.")
    return fresh(a)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_works_in_its_own_states_and_is_refused_in_the_others(verb: str, state: State) -> None:
    case = a_case()
    a = in_state(case, state)
    events = Event.objects.count()
    if verb in POSSIBLE[state]:
        VERBS[verb](case, a)
        assert Event.objects.count() > events
    else:
        with pytest.raises(Refused):
            VERBS[verb](case, a)
        assert (fresh(a).version, Event.objects.count()) == (a.version, events)


class TestWhoMay:
    @pytest.mark.parametrize("verb", sorted(set(VERBS) - {"say", "turn_in"}))
    @pytest.mark.parametrize("role", [r for r in Role if r not in (Role.PRACTITIONER, Role.TEAM_MANAGER)])
    def test_only_practitioners_and_managers_work_on_one(self, verb: str, role: Role) -> None:
        case = a_case()
        state = next(s for s in State if verb in POSSIBLE[s])
        a = in_state(case, state)
        other = CaseOf(case.person, case.team, staff(role, case.team), case.holder)
        with pytest.raises(NotPermitted):
            VERBS[verb](other, a)
        assert fresh(a).version == a.version

    @pytest.mark.parametrize("verb", sorted(set(VERBS) - {"say", "turn_in"}))
    def test_a_practitioner_of_another_team_may_not_nor_the_person(self, verb: str) -> None:
        case = a_case()
        state = next(s for s in State if verb in POSSIBLE[s])
        a = in_state(case, state)
        for user in (staff(Role.PRACTITIONER, team()), staff(Role.TEAM_MANAGER, team()), case.holder):
            with pytest.raises(NotPermitted):
                VERBS[verb](CaseOf(case.person, case.team, user, case.holder), a)

    @pytest.mark.parametrize("verb", ["say", "turn_in"])
    def test_the_person_and_who_is_authorised_fill_it_in_and_nobody_else(self, verb: str) -> None:
        case = a_case()
        a = with_person(case)
        stranger = a_case()
        refused = [
            citizen(case.person, Standing.NOMINATED),
            citizen(case.person, Standing.SUPPORTER, sees_assessments=True),
            stranger.holder,
            case.worker,
            staff(Role.AUDITOR),
        ]
        for user in refused:
            with pytest.raises(NotPermitted):
                VERBS[verb](CaseOf(case.person, case.team, case.worker, user), a)
        authorised = citizen(case.person, Standing.AUTHORISED)
        VERBS[verb](CaseOf(case.person, case.team, case.worker, authorised), a)

    def test_not_when_their_standing_has_ended(self) -> None:
        case = a_case()
        a = with_person(case)
        case.holder.accesses.update(ended_at=case.holder.joined, ended_by=case.worker)
        with pytest.raises(NotPermitted):
            services.say(case.self, a, "nutrition", 0, "x", ["can"])


class TestThePersonsPart:
    def test_what_they_say_is_kept_page_by_page_with_who_and_when(self) -> None:
        case = a_case()
        a = with_person(case)
        services.say(case.self, a, "words", 0, "Singing.")
        services.say(case.self, a, "nutrition", 0, "My hands shake.", ["causes_pain", "needs_assistance"])
        services.say(case.self, a, "wellbeing", 0, "", ["dignity", "control"])
        row = Said.objects.get(assessment=a, part="nutrition")
        assert (row.words, row.chosen, row.by) == (
            "My hands shake.", ["needs_assistance", "causes_pain"], case.holder,
        )  # fmt: skip
        assert Said.objects.filter(assessment=a).count() == 3

    def test_a_changed_answer_keeps_the_one_before_in_the_audit(self) -> None:
        case = a_case()
        a = with_person(case)
        first = services.say(case.self, a, "toilet", 0, "", ["can"])
        services.say(case.self, a, "toilet", first.version, "Not at night.", ["needs_assistance"])
        last = Detail.objects.order_by("-event_id").first()
        assert last is not None
        assert '"before":{"toilet":{"chosen":["can"],"words":""}}' in last.content

    def test_the_same_twice_is_harmless_and_an_old_page_is_refused(self) -> None:
        case = a_case()
        a = with_person(case)
        services.say(case.self, a, "toilet", 0, "Fine.", ["can"])
        assert services.say(case.self, a, "toilet", 0, "Fine.", ["can"]).version == 1
        with pytest.raises(Refused, match="changed after you opened"):
            services.say(case.self, a, "toilet", 0, "Not fine.", ["needs_assistance"])
        assert Said.objects.get(assessment=a, part="toilet").words == "Fine."

    @pytest.mark.parametrize(
        ("part", "words", "chosen", "said"),
        [
            ("nutrition", "", [], "Tick an answer"),
            ("nutrition", "", ["can", "causes_pain"], "do not go together"),
            ("nutrition", "", ["not_known", "not_for_me"], "do not go together"),
            ("nutrition", "", ["rich"], "from the answers on the page"),
            ("recreation", "x", ["can"], "no such question"),
            ("health", "x", ["yes"], "no such question"),
            ("words", "x" * 8001, [], "at most 8,000"),
            ("words", "x", ["can"], "from the answers on the page"),
        ],
    )
    def test_what_cannot_be_answered_is_refused(self, part: str, words: str, chosen: list[str], said: str) -> None:
        case = a_case()
        a = with_person(case)
        with pytest.raises(Refused, match=said):
            services.say(case.self, a, part, 0, words, chosen)
        assert not Said.objects.exists()

    def test_sent_again_it_still_holds_what_they_wrote_and_they_can_go_on(self) -> None:
        case = a_case()
        a = with_person(case)
        services.say(case.self, a, "words", 0, "Singing.")
        services.turn_in(case.self, a)
        a = services.send(case.actor, a, fresh(a).version, easy_read=True)
        assert (a.returned_at, a.returned_by, a.easy_read) == (None, None, True)
        services.say(case.self, a, "words", 1, "Singing, and my garden.")
        assert Said.objects.get(assessment=a).words == "Singing, and my garden."

    def test_nothing_the_practitioner_writes_touches_it(self) -> None:
        case = a_case()
        a = with_person(case)
        services.say(case.self, a, "nutrition", 0, "I eat when I like.", ["can"])
        services.turn_in(case.self, a)
        before = list(Said.objects.values())
        answer_all(case, fresh(a))
        services.save_own_words(case.actor, a, fresh(a).version, "Something else.")
        assert list(Said.objects.values()) == before

    def test_it_is_sent_only_where_somebody_can_fill_it_in(self) -> None:
        case = a_case()
        case.holder.accesses.update(standing=Standing.NOMINATED)
        a = case.assessment()
        with pytest.raises(Refused, match="Nobody can fill it in"):
            services.send(case.actor, a, a.version, easy_read=False)


class TestDetermining:
    def test_a_human_decides_and_the_working_of_that_day_is_kept(self) -> None:
        case = a_case()
        a = answer_all(case, case.assessment())
        made = decide(case, a)
        assert (made.eligible, made.test_says, made.decided_by) == (True, True, case.worker)
        assert made.trace[-1]["said"] == "The test of eligibility: meets the criteria."
        assert fresh(a).state == State.DETERMINED
        event = Event.objects.filter(verb="people.assessment.determine").get()
        assert '"reasons":"They cannot eat' in event.detail.content

    def test_not_while_the_test_lacks_answers_and_it_says_which(self) -> None:
        case = a_case()
        a = case.assessment()
        a = services.save_cause(case.actor, a, a.version, True, "")
        with pytest.raises(
            Refused, match="Still to ask: Eating and drinking; Washing; Using the toilet; Dressing; and 15"
        ):
            decide(case, a)
        assert not Determination.objects.exists()

    @pytest.mark.parametrize(
        ("unable", "given", "said"),
        [
            (2, {"reasons": ""}, "Give your reasons"),
            (2, {"reasons": "Obvious."}, "Give your reasons"),
            (2, {"eligible": False, "advice": ADVICE}, "not what the test gives"),
            (1, {"eligible": True}, "not what the test gives"),
            (1, {"eligible": False}, "owed advice"),
            (2, {"decided_on": today() + timedelta(days=1)}, "to today"),
            (2, {"decided_on": today() - timedelta(days=1)}, "to today"),
        ],
    )
    def test_what_is_missing_is_refused(self, unable: int, given: dict[str, Any], said: str) -> None:
        case = a_case()
        a = answer_all(case, case.assessment(), unable)
        with pytest.raises(Refused, match=said):
            decide(case, a, **given)
        assert fresh(a).state == State.OPEN

    @pytest.mark.parametrize(
        ("unable", "given", "test_says"),
        [
            (2, {"eligible": False, "reasons": AGAINST, "advice": ADVICE}, True),
            (1, {"eligible": True, "reasons": AGAINST}, False),
            (1, {"eligible": False, "advice": ADVICE}, False),
        ],
    )
    def test_they_may_decide_otherwise_with_reasons_or_refuse_with_advice(
        self, unable: int, given: dict[str, Any], test_says: bool
    ) -> None:
        case = a_case()
        made = decide(case, answer_all(case, case.assessment(), unable), **given)
        assert (made.eligible, made.test_says) == (given["eligible"], test_says)

    def test_a_carer_is_eligible_with_one_outcome(self) -> None:
        case = a_case()
        assert decide(case, answer_all(case, case.assessment("carer"), 1)).test_says is True

    def test_a_manager_of_the_team_decides_what_was_handed_over(self) -> None:
        case = a_case()
        a = in_state(case, State.TO_DETERMINE)
        manager = staff(Role.TEAM_MANAGER, case.team)
        made = decide(CaseOf(case.person, case.team, manager, case.holder), a)
        assert made.decided_by == manager

    def test_a_restricted_record_is_closed_to_the_team(self) -> None:
        case = a_case(restricted=True)
        with pytest.raises(NotPermitted):
            case.assessment()

    def test_an_old_page_does_not_decide(self) -> None:
        case = a_case()
        a = answer_all(case, case.assessment())
        opened = a.version
        services.save_outcomes(case.actor, a, opened, {"nutrition": {"note": "New."}})
        with pytest.raises(Stale):
            services.determine(
                acting(case.worker), a, opened, eligible=True, reasons=REASONS, decided_on=today()
            )  # fmt: skip


def test_another_team_that_takes_the_person_on_goes_on_with_the_assessment() -> None:
    case = a_case()
    a = case.assessment()
    others = team()
    allocate(case.person, others)
    worker = staff(Role.PRACTITIONER, others)
    services.save_own_words(acting(worker), a, a.version, "To live near her sister.")
    assert fresh(a).own_words == "To live near her sister."
