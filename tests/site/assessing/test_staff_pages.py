"""The practitioner's pages: the person's words first, one thing a page, the working, the decision."""

from __future__ import annotations

import pytest
from django.test import Client

from evenhand.facts.care_act import criteria
from evenhand.site.people.assessing import services
from evenhand.site.people.models import Assessment, Determination
from evenhand.site.people.models.assessment import State
from tests.site.assessing.asking import fill, hidden, text
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
from tests.site.records import signed_in

pytestmark = pytest.mark.django_db
DAY = {"decided_on-day": today().day, "decided_on-month": today().month, "decided_on-year": today().year}


def base_of(case: CaseOf, a: Assessment | None = None) -> str:
    return f"/work/people/{case.person.reference}/assessments/" + (f"{a.reference}/" if a else "")


@pytest.fixture
def case() -> CaseOf:
    return a_case()


@pytest.fixture
def worker(case: CaseOf) -> Client:
    return signed_in(case.worker)


class TestAFullAssessment:
    def test_is_begun_written_page_by_page_and_determined(self, case: CaseOf, worker: Client) -> None:
        answer = fill(worker, base_of(case) + "begin/", kind="adult", depth="full")
        a = Assessment.objects.get()
        base = base_of(case, a)
        assert answer.headers["Location"] == base
        assert "What matters to them Not started" in text(worker.get(base))
        next_page = fill(worker, base + "words/", own_words="To bake again.").headers["Location"]
        assert next_page == base + "cause/"
        next_page = fill(worker, next_page, cause="yes", cause_note="Arthritis.").headers["Location"]
        for key in criteria("adult", today()).outcomes:
            assert next_page == f"{base}outcome/{key}/"
            page = worker.get(next_page)
            assert "To bake again." in text(page)  # each question is read in the light of the person's own words
            next_page = fill(
                worker, next_page, own_words="My hands hurt.", note="Seen in the kitchen.", needs_assistance="no",
                causes_pain="yes" if key in ("nutrition", "hygiene") else "no", endangers="no", takes_longer="no",
            ).headers["Location"]  # fmt: skip
        assert next_page == base + "wellbeing/"
        fill(worker, next_page, dignity="yes", dignity_note="She feels ashamed.", health="no")
        tasks = text(worker.get(base))
        assert "12 of 13 parts are done. The test says: the criteria are met." in tasks
        assert "Wellbeing Started" in tasks
        working = text(worker.get(base + "determine/"))
        assert (
            "Eating and drinking: cannot be achieved: pain, distress or anxiety. “managing and maintaining" in working
        )
        assert "Outcomes that cannot be achieved: 2 of 10; 2 are needed." in working
        assert "(SI 2015/313), reg 2(1)(b) Yes" in working
        assert "not everything was asked: Wellbeing" in working
        done = fill(worker, base + "determine/", eligible="yes", reasons=REASONS, **DAY)
        assert done.headers["Location"] == base
        read = text(worker.get(base))
        assert "Nothing in it changes any more" in read
        for said in (REASONS, "To bake again.", "My hands hurt.", "Seen in the kitchen.", "She feels ashamed."):
            assert said in read

    def test_the_page_of_an_outcome_shows_what_was_saved(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        address = base_of(case, a) + "outcome/toilet/"
        fill(worker, address, own_words="At night.", note="", endangers="yes", takes_longer="no")
        row = a.answers.get()
        assert (row.endangers, row.takes_longer, row.needs_assistance, row.applies) == (True, False, None, True)
        page = worker.get(address).content.decode()
        assert ">\nAt night.</textarea>" in page or ">At night.</textarea>" in page
        assert page.count(" checked") == 4
        assert "Using the toilet Done" in text(worker.get(base_of(case, a)))

    def test_save_and_go_to_the_list(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        base = base_of(case, a)
        assert fill(worker, base + "words/", own_words="x", list="1").headers["Location"] == base

    def test_an_outcome_that_does_not_apply_is_done_with(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        address = base_of(case, a) + "outcome/caring_for_child/"
        fill(worker, address, not_for_them="on")
        assert a.answers.get().applies is False
        refused = fill(worker, address, not_for_them="on", endangers="yes")
        assert refused.status_code == 422
        assert "does not apply to the person, and also how" in text(refused)


class TestALightAssessment:
    def test_asks_the_same_questions_on_one_page(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment(depth="light")
        base = base_of(case, a)
        page = text(worker.get(base + "outcomes/"))
        for asked in criteria("adult", today()).outcomes.values():
            assert asked.name in page
        for way in criteria("adult", today()).ways.values():
            assert page.count(way.question) == 10
        answer = fill(
            worker, base + "outcomes/", nutrition=["needs_assistance", "takes_longer"], hygiene=["causes_pain"],
            toilet=["none"], caring_for_child=["not_for_them"],
        )  # fmt: skip
        assert answer.headers["Location"] == base + "wellbeing/"
        held = {row.outcome: row for row in a.answers.all()}
        assert set(held) == {"nutrition", "hygiene", "toilet", "caring_for_child"}
        assert (held["nutrition"].takes_longer, held["nutrition"].endangers) == (True, False)
        assert held["toilet"].needs_assistance is False
        assert held["caring_for_child"].applies is False

    def test_everything_ticked_at_once_is_received_whole(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment(depth="light")
        asked = criteria("adult", today())
        every = {key: list(asked.ways) for key in asked.outcomes}
        assert fill(worker, base_of(case, a) + "outcomes/", **every).status_code == 302
        assert a.answers.filter(endangers=True, takes_longer=True).count() == 10

    def test_leaves_alone_what_its_ticks_do_not_change(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment(depth="light")
        services.save_outcomes(case.actor, a, a.version, {"toilet": {"endangers": True, "note": "Fell in May."}})
        fill(worker, base_of(case, a) + "outcomes/", toilet=["endangers"], nutrition=["none"])
        row = a.answers.get(outcome="toilet")
        assert (row.endangers, row.needs_assistance, row.note) == (True, None, "Fell in May.")

    def test_ticks_that_contradict_one_another_come_back(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment(depth="light")
        refused = fill(worker, base_of(case, a) + "outcomes/", toilet=["endangers", "none"])
        assert refused.status_code == 422
        assert "These ticks do not go together" in text(refused)
        assert not a.answers.exists()


class TestACarersAssessment:
    def test_has_eight_outcomes_three_ways_and_their_own_health(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment("carer")
        base = base_of(case, a)
        assert "0 of 12 parts are done" in text(worker.get(base))
        page = worker.get(base + "outcome/recreation/").content.decode()
        assert "takes_longer" not in page
        assert fill(worker, base + "outcome/recreation/", needs_assistance="yes").headers["Location"] == (
            base + "health/"
        )
        assert fill(worker, base + "health/", at_risk="yes").headers["Location"] == base + "wellbeing/"
        fill(worker, base + "cause/", cause="yes", cause_note="Every night.")
        fill(worker, base + "wellbeing/", control="yes")
        working = text(worker.get(base + "determine/"))
        assert "The test says: the criteria are met." in working
        assert "worded from memory; compare with the regulations" in working

    def test_an_adults_has_no_page_of_health(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment("adult")
        assert worker.get(base_of(case, a) + "health/").status_code == 404
        assert worker.get(base_of(case, a) + "outcome/recreation/").status_code == 404


class TestDetermining:
    def test_the_page_names_what_is_still_to_ask_and_offers_no_button(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        page = worker.get(base_of(case, a) + "determine/")
        assert "The test cannot say yet: 20 questions can still change it." in text(page)
        assert b'name="reasons"' not in page.content

    def test_short_reasons_come_back_with_what_was_typed(self, case: CaseOf, worker: Client) -> None:
        a = answer_all(case, case.assessment(), 1)
        refused = fill(worker, base_of(case, a) + "determine/", eligible="yes", reasons=REASONS, **DAY)
        assert refused.status_code == 422
        assert "at least 100 letters" in text(refused)
        assert REASONS in text(refused)
        done = fill(worker, base_of(case, a) + "determine/", eligible="yes", reasons=AGAINST, **DAY)
        assert done.status_code == 302
        assert "The decision is not what the test gives" in text(worker.get(base_of(case, a)))

    def test_not_eligible_needs_advice_and_the_person_reads_it(self, case: CaseOf, worker: Client) -> None:
        a = answer_all(case, case.assessment(), 1)
        address = base_of(case, a) + "determine/"
        assert "owed advice" in text(fill(worker, address, eligible="no", reasons=REASONS, **DAY))
        fill(worker, address, eligible="no", reasons=REASONS, advice=ADVICE, **DAY)
        mine = text(signed_in(case.holder).get(f"/my/{case.person.reference}/assessment/{a.reference}/"))
        assert "you are not eligible for support now" in mine
        assert ADVICE in mine

    @pytest.mark.parametrize("day", [("31", "2", "2026"), ("", "", ""), ("1", "1", "2999"), ("x", "1", "2026")])
    def test_an_impossible_day_comes_back(self, case: CaseOf, worker: Client, day: tuple[str, str, str]) -> None:
        a = answer_all(case, case.assessment())
        parts = dict(zip(DAY, day, strict=True))
        assert (
            fill(worker, base_of(case, a) + "determine/", eligible="yes", reasons=REASONS, **parts).status_code == 422
        )
        assert not Determination.objects.exists()

    def test_sent_twice_it_is_decided_once(self, case: CaseOf, worker: Client) -> None:
        a = answer_all(case, case.assessment())
        address = base_of(case, a) + "determine/"
        form = hidden(worker.get(address).content.decode()) | {"eligible": "yes", "reasons": REASONS} | DAY
        first, second = worker.post(address, form), worker.post(address, form)
        assert first.headers["Location"] == second.headers["Location"] == base_of(case, a)
        assert Determination.objects.count() == 1

    def test_a_colleague_who_decides_at_the_same_time_is_told(self, case: CaseOf, worker: Client) -> None:
        a = answer_all(case, case.assessment())
        address = base_of(case, a) + "determine/"
        form = hidden(worker.get(address).content.decode()) | {"eligible": "yes", "reasons": REASONS} | DAY
        fill(worker, address, eligible="yes", reasons=REASONS, **DAY)
        refused = worker.post(address, form)
        assert refused.status_code == 422
        assert "This assessment was determined." in text(refused)


class TestSendingAndStopping:
    def test_it_goes_to_the_person_and_is_taken_back(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        base = base_of(case, a)
        fill(worker, base + "send/", easy_read="yes")
        assert (fresh(a).state, fresh(a).easy_read) == (State.WITH_PERSON, True)
        services.say(case.self, fresh(a), "words", 0, "A secret so far.")
        waiting = text(worker.get(base))
        assert "They have saved 1 of 12 pages" in waiting
        assert "A secret so far." not in waiting  # theirs until they send it
        fill(worker, base + "take-back/")
        shown = text(worker.get(base))
        assert "A secret so far." in shown
        assert "not sent: it was taken back" in shown

    def test_without_an_account_the_page_says_what_to_do(self, case: CaseOf, worker: Client) -> None:
        case.holder.accesses.all().delete()
        a = case.assessment()
        refused = fill(worker, base_of(case, a) + "send/", easy_read="no")
        assert "Invite the person first" in text(refused)

    def test_stopping_needs_a_reason(self, case: CaseOf, worker: Client) -> None:
        a = case.assessment()
        base = base_of(case, a)
        assert fill(worker, base + "stop/", why=" ").status_code == 422
        fill(worker, base + "stop/", why="She asked us to.")
        assert "Stopped: She asked us to." in text(worker.get(base))

    def test_it_is_left_to_a_colleague_and_opened_again(self, case: CaseOf, worker: Client) -> None:
        a = answer_all(case, case.assessment())
        base = base_of(case, a)
        fill(worker, base + "ready/")
        assert "Ready to determine" in text(worker.get(base))
        fill(worker, base + "open-again/")
        assert fresh(a).state == State.OPEN

    def test_what_the_person_said_stands_beside_the_notes(self, case: CaseOf, worker: Client) -> None:
        a = with_person(case)
        services.say(case.self, a, "nutrition", 0, "I burn the pans.", ["endangers"])
        services.turn_in(case.self, a)
        base = base_of(case, a)
        fill(worker, base + "outcome/nutrition/", own_words="Told me of a fire.", note="Hob unsafe.", endangers="yes")
        for address in (base + "outcome/nutrition/",):
            page = text(worker.get(address))
            for said in (
                "I burn the pans.",
                "It is dangerous for me or for others",
                "Told me of a fire.",
                "Hob unsafe.",
            ):
                assert said in page


class TestTwoAtOnce:
    def test_the_second_is_told_nothing_is_lost_and_what_they_send_again_counts(
        self, case: CaseOf, worker: Client
    ) -> None:
        a = case.assessment()
        address = base_of(case, a) + "outcome/toilet/"
        form = hidden(worker.get(address).content.decode())
        services.save_own_words(case.actor, a, a.version, "From another desk.")
        refused = worker.post(address, form | {"note": "Typed for a long time."})
        assert refused.status_code == 422
        assert "Somebody else changed" in text(refused)
        assert "Typed for a long time." in text(refused)
        again = worker.post(address, hidden(refused.content.decode()) | {"note": "Typed for a long time."})
        assert again.status_code == 302
        assert a.answers.get().note == "Typed for a long time."
        assert fresh(a).own_words == "From another desk."

    def test_a_second_begin_by_mistake_leads_to_the_first(self, case: CaseOf, worker: Client) -> None:
        address = base_of(case) + "begin/"
        form = hidden(worker.get(address).content.decode()) | {"kind": "adult", "depth": "light"}
        first, second = worker.post(address, form), worker.post(address, form)
        assert first.headers["Location"] == second.headers["Location"]
        assert Assessment.objects.count() == 1

    def test_what_is_at_work_already_is_not_offered(self, case: CaseOf, worker: Client) -> None:
        case.assessment("adult")
        page = worker.get(base_of(case) + "begin/")
        assert b'value="adult"' not in page.content
        case.assessment("carer")
        assert "is already at work" in text(worker.get(base_of(case) + "begin/"))


def test_pages_of_writing_lead_to_the_record_once_nothing_can_be_written(case: CaseOf, worker: Client) -> None:
    a = determined(case)
    base = base_of(case, a)
    for page in ("words/", "cause/", "outcome/toilet/", "outcomes/", "wellbeing/", "send/", "take-back/", "ready/",
                 "open-again/", "stop/", "determine/"):  # fmt: skip
        assert worker.get(base + page).headers["Location"] == base, page


def test_the_list_shows_what_was_decided_and_what_is_at_work(case: CaseOf, worker: Client) -> None:
    determined(case)
    case.assessment("carer")
    page = text(worker.get(base_of(case)))
    assert "Needs assessment, full" in page
    assert f"Eligible, {today().day}" in page
    assert "Being written" in page
