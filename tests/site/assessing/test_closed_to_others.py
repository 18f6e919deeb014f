"""Every address of assessments, tried by everybody who may not; markup in every text; what a page costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evenhand.facts.care_act import criteria
from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role, Standing
from evenhand.site.audit.models import Event
from evenhand.site.people.assessing import services, voice
from evenhand.site.people.models import Assessment
from tests.site.assessing.asking import hidden, text
from tests.site.assessing.making import REASONS, CaseOf, a_case, answer_all, fresh, today, with_person
from tests.site.records import citizen, signed_in, staff, team

pytestmark = pytest.mark.django_db
READ = ("",)
WRITE = ("words/", "cause/", "outcome/toilet/", "outcomes/", "wellbeing/", "send/", "take-back/", "ready/",
         "open-again/", "stop/", "determine/")  # fmt: skip
MINE = ("", "question/words/", "question/toilet/", "check/")

STRANGERS: dict[str, Callable[[CaseOf], User]] = {
    "a practitioner of another team": lambda case: staff(Role.PRACTITIONER, team()),
    "a manager of another team": lambda case: staff(Role.TEAM_MANAGER, team()),
    "a broker of another team": lambda case: staff(Role.BROKER, team()),
    "a finance officer": lambda case: staff(Role.FINANCE_OFFICER, case.team),
    "a payments officer": lambda case: staff(Role.PAYMENTS_OFFICER, case.team),
    "an analyst": lambda case: staff(Role.ANALYST, case.team),
    "an administrator": lambda case: staff(Role.ADMINISTRATOR, case.team),
    "the holder of another record": lambda case: a_case().holder,
    "a nominated person": lambda case: citizen(case.person, Standing.NOMINATED),
    "a supporter who is not shown it": lambda case: citizen(case.person, Standing.SUPPORTER),
}
READERS: dict[str, Callable[[CaseOf], User]] = {
    "a broker of the team": lambda case: staff(Role.BROKER, case.team),
    "the auditor": lambda case: staff(Role.AUDITOR),
}


def work(case: CaseOf, a: Assessment, below: str = "") -> str:
    return f"/work/people/{case.person.reference}/assessments/{a.reference}/{below}"


def my(case: CaseOf, a: Assessment, below: str = "") -> str:
    return f"/my/{case.person.reference}/assessment/{a.reference}/{below}"


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_are_refused_every_page_and_every_form(who: str) -> None:
    case = a_case()
    a = with_person(case)
    client = signed_in(STRANGERS[who](case))
    everywhere = [
        f"/work/people/{case.person.reference}/assessments/",
        f"/work/people/{case.person.reference}/assessments/begin/",
        *(work(case, a, page) for page in READ + WRITE),
        *(my(case, a, page) for page in MINE),
    ]
    for address in everywhere:
        assert client.get(address).status_code == 403, address
        assert client.post(address, {"once": "a" * 24, "version": a.version, "why": "x"}).status_code in (403, 405)
    assert fresh(a).version == a.version


@pytest.mark.parametrize("who", READERS)
def test_readers_read_and_change_nothing(who: str) -> None:
    case = a_case()
    a = answer_all(case, case.assessment())
    client = signed_in(READERS[who](case))
    assert client.get(work(case, a)).status_code == 200
    for page in WRITE:
        assert client.get(work(case, a, page)).status_code == 403, page
        assert client.post(work(case, a, page), {"once": "a" * 24, "version": a.version}).status_code == 403, page
    assert fresh(a).version == a.version


def test_the_person_reads_under_my_and_staff_under_work() -> None:
    case = a_case()
    a = with_person(case)
    holder, worker = signed_in(case.holder), signed_in(case.worker)
    assert [holder.get(work(case, a, page)).status_code for page in READ + WRITE] == [403] * 12
    assert [worker.get(my(case, a, page)).status_code for page in MINE] == [403] * 4


def test_a_reference_of_one_persons_assessment_opens_nothing_under_another() -> None:
    case, other = a_case(), a_case()
    a, theirs = with_person(case), with_person(other)
    both = signed_in(case.worker)
    assert both.get(work(case, theirs)).status_code == 403
    assert signed_in(case.holder).get(my(case, theirs)).status_code == 403
    missing = both.get(f"/work/people/{case.person.reference}/assessments/nosuchthing/")
    assert missing.status_code == 403
    assert a.pk != theirs.pk


def test_nobody_signed_in_is_led_to_the_sign_in() -> None:
    case = a_case()
    a = with_person(case)
    for address in (work(case, a), my(case, a, "question/words/")):
        assert Client().get(address).headers["Location"].startswith("/account/login/")


def test_every_opening_of_a_page_is_in_the_audit() -> None:
    case = a_case()
    a = case.assessment()
    worker = signed_in(case.worker)
    for page in ("", "words/", "outcome/toilet/", "determine/"):
        before = Event.objects.count()
        worker.get(work(case, a, page))
        event = Event.objects.order_by("-number").first()
        assert event is not None
        assert Event.objects.count() == before + 1, page
        assert (event.verb, event.subject, event.actor) == (
            "people.assessment.view", f"assessment:{a.reference}", case.worker.reference,
        )  # fmt: skip


MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*191 }}"


def test_markup_in_any_text_is_shown_as_text() -> None:
    case = a_case(name=f"Ada {MARKUP}")
    a = with_person(case)
    services.say(case.self, a, "words", 0, MARKUP)
    services.say(case.self, a, "toilet", 0, MARKUP, ["endangers"])
    services.turn_in(case.self, a)
    a = answer_all(case, fresh(a))
    a = services.save_own_words(case.actor, a, a.version, MARKUP)
    a = services.save_cause(case.actor, a, a.version, True, MARKUP)
    a = services.save_outcomes(case.actor, a, a.version, {"toilet": {"own_words": MARKUP, "note": MARKUP}})
    a = services.save_wellbeing(case.actor, a, a.version, {"dignity": {"note": MARKUP}})
    worker, holder = signed_in(case.worker), signed_in(case.holder)
    pages = [worker.get(work(case, a, page)) for page in (*READ, "words/", "cause/", "outcome/toilet/", "outcomes/",
                                                          "wellbeing/", "determine/")]  # fmt: skip
    services.determine(
        case.actor, a, a.version, eligible=True, reasons=MARKUP * 3, advice=MARKUP, decided_on=today()
    )  # fmt: skip
    pages += [worker.get(work(case, a)), holder.get(my(case, a))]
    for page in pages:
        shown = page.content.decode()
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "1337" not in text(page)


def test_a_reason_to_stop_with_markup_is_shown_as_text() -> None:
    case = a_case()
    a = case.assessment()
    services.stop(case.actor, a, a.version, MARKUP)
    for page in (signed_in(case.worker).get(work(case, a)), signed_in(case.holder).get(my(case, a))):
        assert "<script>alert" not in page.content.decode()
        assert "&lt;script&gt;alert(1)" in page.content.decode()


def cost(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as spent:
        assert client.get(address).status_code == 200
    return len(spent)


def test_a_page_costs_as_many_queries_with_everything_answered_as_with_nothing() -> None:
    empty, full = a_case(), a_case()
    a, b = empty.assessment(), full.assessment()
    b = services.send(full.actor, b, b.version, easy_read=False)
    for part in voice.parts(b):
        offered = [key for key, _ in voice.choices(b, part)]
        services.say(full.self, b, part, 0, "x", offered[:1])
    services.turn_in(full.self, b)
    b = answer_all(full, fresh(b), 10)
    pages = ("", "words/", "outcome/toilet/", "outcomes/", "wellbeing/", "determine/")
    few = {page: cost(signed_in(empty.worker), work(empty, a, page)) for page in pages}
    many = {page: cost(signed_in(full.worker), work(full, b, page)) for page in pages}
    assert few == many
    assert max(many.values()) <= MOST, many
    services.determine(full.actor, b, b.version, eligible=True, reasons=REASONS, decided_on=today())
    assert cost(signed_in(full.worker), work(full, b)) <= MOST
    assert cost(signed_in(full.holder), my(full, b)) <= MOST


MOST = 35


def test_the_list_costs_the_same_however_many_there_are() -> None:
    case = a_case()
    address = f"/work/people/{case.person.reference}/assessments/"
    first = answer_all(case, case.assessment())
    services.determine(case.actor, first, first.version, eligible=True, reasons=REASONS, decided_on=today())
    one = cost(signed_in(case.worker), address)
    for _ in range(3):
        a = answer_all(case, case.assessment())
        services.determine(case.actor, a, a.version, eligible=True, reasons=REASONS, decided_on=today())
    assert cost(signed_in(case.worker), address) == one


def test_fields_that_no_page_offers_are_not_taken() -> None:
    """A form that says more than its page asks changes nothing more (mass assignment)."""
    case = a_case()
    a = case.assessment()
    client = signed_in(case.worker)
    address = work(case, a, "words/")
    form = hidden(client.get(address).content.decode())
    extra = {"state": "determined", "cause": "yes", "person": "1", "begun_by": "1", "depth": "light"}
    assert client.post(address, form | {"own_words": "x"} | extra).status_code == 302
    now = fresh(a)
    assert (now.own_words, now.state, now.cause, now.depth, now.person_id) == ("x", "open", None, "full", a.person_id)


def test_the_questions_of_the_law_stand_on_the_pages() -> None:
    case = a_case()
    a = case.assessment()
    client = signed_in(case.worker)
    for key, asked in criteria("adult", today()).outcomes.items():
        assert asked.where in client.get(work(case, a, f"outcome/{key}/")).content.decode()
