"""The person's own part on a phone: one question a page, saved as they go, theirs for good."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from evenhand.facts.care_act import criteria
from evenhand.site.accounts.roles import Standing
from evenhand.site.people.assessing import services, voice
from evenhand.site.people.models import Assessment
from evenhand.site.people.models.assessment import Said, State
from tests.site.assessing.asking import fill, hidden, text
from tests.site.assessing.making import CaseOf, a_case, answer_all, determined, fresh, today, with_person
from tests.site.records import citizen, signed_in

pytestmark = pytest.mark.django_db


def my(a: Assessment, below: str = "") -> str:
    return f"/my/{a.person.reference}/assessment/{a.reference}/{below}"


@pytest.fixture
def case() -> CaseOf:
    return a_case()


@pytest.fixture
def phone(case: CaseOf) -> Client:
    return signed_in(case.holder)


class TestFillingItIn:
    def test_goes_question_by_question_to_the_check_and_is_sent(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        assert f'href="{my(a, "question/words/")}"' in phone.get(my(a)).content.decode()
        then = fill(phone, my(a, "question/words/"), words="To sing again.").headers["Location"]
        for number, key in enumerate(criteria("adult", today()).outcomes, start=2):
            assert then == my(a, f"question/{key}/")
            assert f"Question {number} of 12" in text(phone.get(then))
            answer = {"nutrition": ["causes_pain"], "toilet": ["not_known"], "caring_for_child": ["not_for_me"]}
            then = fill(phone, then, chosen=answer.get(key, ["can"]), words="").headers["Location"]
        then = fill(phone, then, chosen=["dignity"]).headers["Location"]
        assert then == my(a, "check/")
        check = text(phone.get(then))
        for said in ("To sing again.", "It causes me pain, distress or anxiety", "I do not know",
                     "This does not apply to me", "Dignity and respect"):  # fmt: skip
            assert said in check
        assert fill(phone, then).headers["Location"] == my(a)
        assert (fresh(a).state, fresh(a).returned_by) == (State.OPEN, case.holder)
        assert "You sent your part on" in text(phone.get(my(a)))

    def test_it_is_kept_on_every_page_and_goes_on_where_they_left(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        fill(phone, my(a, "question/words/"), words="x")
        fill(phone, my(a, "question/nutrition/"), chosen=["can"])
        later = fill(phone, my(a, "question/hygiene/"), chosen=["needs_assistance"], later="1")
        assert later.headers["Location"] == my(a)
        another_day = signed_in(case.holder).get(my(a))
        assert "You have answered 3 of 12" in text(another_day)
        assert f'href="{my(a, "question/toilet/")}"' in another_day.content.decode()

    def test_an_answer_is_changed_from_the_check_page(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        fill(phone, my(a, "question/nutrition/"), chosen=["can"])
        address = my(a, "question/nutrition/?from=check")
        assert address in phone.get(my(a, "check/")).content.decode()
        assert fill(phone, address, chosen=["takes_longer"]).headers["Location"] == my(a, "check/")
        assert Said.objects.get().chosen == ["takes_longer"]

    def test_it_can_be_sent_with_questions_open(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        fill(phone, my(a, "question/words/"), words="x")
        assert "11 questions have no answer. You can send it all the same." in text(phone.get(my(a, "check/")))
        assert fill(phone, my(a, "check/")).status_code == 302

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({}, "Tick an answer."),
            ({"chosen": ["can", "endangers"]}, "Two of your answers do not go together."),
            ({"chosen": ["rich"]}, "Choose from these."),
            ({"chosen": ["can"], "words": "x" * 4001}, "at most 4000 letters"),
        ],
    )
    def test_what_cannot_be_taken_comes_back_with_what_to_do(
        self, case: CaseOf, phone: Client, typed: dict[str, Any], said: str
    ) -> None:
        a = with_person(case)
        refused = fill(phone, my(a, "question/nutrition/"), **typed)
        assert refused.status_code == 422
        assert said in text(refused)
        assert not Said.objects.exists()

    def test_an_old_page_loses_nothing(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        address = my(a, "question/toilet/")
        old = hidden(phone.get(address).content.decode())
        fill(phone, address, chosen=["can"])
        refused = phone.post(address, old | {"chosen": ["endangers"], "words": "I fell."})
        assert refused.status_code == 422
        assert "I fell." in text(refused)
        again = phone.post(address, hidden(refused.content.decode()) | {"chosen": ["endangers"], "words": "I fell."})
        assert again.status_code == 302
        assert Said.objects.get().words == "I fell."

    def test_sent_twice_is_harmless(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        form = hidden(phone.get(my(a, "check/")).content.decode())
        first, second = phone.post(my(a, "check/"), form), phone.post(my(a, "check/"), form)
        assert first.headers["Location"] == second.headers["Location"] == my(a)

    def test_a_question_that_is_not_asked_is_not_there(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        assert phone.get(my(a, "question/recreation/")).status_code == 404
        assert phone.get(my(a, "question/health/")).status_code == 404


class TestEasyRead:
    @pytest.mark.parametrize("kind", ["adult", "carer"])
    def test_every_page_is_in_short_sentences_with_a_drawing_that_has_words(
        self, case: CaseOf, phone: Client, kind: str
    ) -> None:
        a = with_person(case, kind=kind, easy_read=True)
        for part in voice.parts(a):
            page = phone.get(my(a, f"question/{part}/"))
            assert page.status_code == 200
            shown = page.content.decode()
            assert shown.count('role="img" aria-label="Drawing: ') == 1, part
            assert voice.title(a, part) in text(page)
        assert "It hurts or it upsets me" in text(phone.get(my(a, "question/nutrition/")))
        assert "official" not in shown.split("<main")[1].split("</main>")[0].lower()  # nobody checked these drawings

    def test_a_carer_is_asked_about_their_health(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case, kind="carer", easy_read=True)
        assert fill(phone, my(a, "question/health/"), chosen=["yes"]).headers["Location"] == (
            my(a, "question/wellbeing/")
        )


class TestAfterwards:
    def test_it_is_only_read_once_it_was_sent(self, case: CaseOf, phone: Client) -> None:
        a = with_person(case)
        fill(phone, my(a, "question/words/"), words="To sing again.")
        form = hidden(phone.get(my(a, "question/nutrition/")).content.decode())
        fill(phone, my(a, "check/"))
        for page in ("question/words/", "check/"):
            assert phone.get(my(a, page)).headers["Location"] == my(a)
        refused = phone.post(my(a, "question/nutrition/"), form | {"chosen": ["can"]})
        assert refused.status_code == 422
        assert "This assessment is with the council" in text(refused)
        assert "To sing again." in text(phone.get(my(a)))
        assert Said.objects.count() == 1

    def test_the_practitioners_drafts_are_not_shown_before_the_decision(self, case: CaseOf, phone: Client) -> None:
        a = answer_all(case, case.assessment())
        services.save_outcomes(case.actor, a, a.version, {"toilet": {"note": "A draft."}})
        assert "A draft." not in text(phone.get(my(a)))
        assert "This assessment is with the council." in text(phone.get(my(a)))

    def test_the_decision_is_read_with_its_reasons_and_working(self, case: CaseOf, phone: Client) -> None:
        page = text(phone.get(my(determined(case))))
        assert "The council decided that you are eligible for support." in page
        assert "They cannot eat or wash without help" in page
        assert "Outcomes that cannot be achieved: 2 of 10; 2 are needed." in page

    def test_a_supporter_reads_it_only_when_the_person_shows_it(self, case: CaseOf) -> None:
        a = determined(case)
        shown = citizen(case.person, Standing.SUPPORTER, sees_assessments=True)
        hidden_from = citizen(case.person, Standing.SUPPORTER)
        assert signed_in(shown).get(my(a)).status_code == 200
        assert signed_in(hidden_from).get(my(a)).status_code == 403

    def test_who_is_authorised_fills_it_in_and_is_named(self, case: CaseOf) -> None:
        a = with_person(case)
        speaks = citizen(case.person, Standing.AUTHORISED, name="Bo Invented")
        client = signed_in(speaks)
        fill(client, my(a, "question/words/"), words="She loves the sea.")
        fill(client, my(a, "check/"))
        page = text(signed_in(case.worker).get(f"/work/people/{case.person.reference}/assessments/{a.reference}/"))
        assert "Bo Invented filled in the person’s part" in page
        assert "Written by Bo Invented. Nobody can change it." in page
