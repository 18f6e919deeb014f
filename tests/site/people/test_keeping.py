"""How long a record is kept, legal hold, the copy for the person, and erasure that leaves nothing but the audit."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.accounts.roles import Standing
from evenhand.site.audit.models import Detail, Event
from evenhand.site.audit.verify import verify
from evenhand.site.people.models import (
    Answer,
    Assessment,
    BreakGlass,
    Determination,
    ErasureRequest,
    Person,
    Wellbeing,
)
from evenhand.site.people.models.assessment import Said
from evenhand.site.people.queries.bundle import struck
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services import (
    beside,
    bundles,
    capacity,
    glass,
    keeping,
    links,
    merging,
    persons,
    safeguarding,
)
from tests.site import records
from tests.site.people.asking import hidden, opened, sent
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db
LONG_AGO = date(2010, 2, 1)
CANARY = "kanarienvogel"  # stands in every field; must stand nowhere afterwards


@pytest.fixture
def old(house: House) -> Person:
    """A record whose time is over, with everything that a record can hold."""
    one = records.a_person(
        name=f"{CANARY} One", legal_name=CANARY, phone=CANARY, email=f"{CANARY}@example.org", address=CANARY,
        contact_note=CANARY, language=CANARY, moved=LONG_AGO, moved_to=CANARY, last_contact=LONG_AGO,
    )  # fmt: skip
    records.allocate(one, house.team)
    ref = one.reference
    links.add_link(house.actor, ref, "carer", name=CANARY, reached=CANARY)
    capacity.decide(house.actor, ref, CANARY, False, CANARY, LONG_AGO, CANARY)
    concern = safeguarding.raise_concern(house.actor, ref, CANARY, LONG_AGO)
    safeguarding.close_concern(house.actor, ref, concern.reference, CANARY, LONG_AGO)
    glass.open_in_emergency(house.outside, one.council_id or "", CANARY * 2)
    glass.review(house.managing, BreakGlass.objects.get().reference, CANARY)
    stopped = Assessment.objects.create(
        person=one, kind="carer", begun_on=LONG_AGO, state="stopped", stopped_why=CANARY, own_words=CANARY
    )
    Answer.objects.create(assessment=stopped, outcome="nutrition", own_words=CANARY, note=CANARY)
    decided = Assessment.objects.create(
        person=one, kind="adult", begun_on=LONG_AGO, own_words=CANARY, cause_note=CANARY, state="with_person"
    )
    Said.objects.create(assessment=decided, part="words", words=CANARY, chosen=[CANARY], by=house.practitioner)
    Answer.objects.create(assessment=decided, outcome="nutrition", own_words=CANARY, note=CANARY, takes_longer=True)
    Wellbeing.objects.create(assessment=decided, part="dignity", own_words=CANARY, note=CANARY)
    Assessment.objects.filter(pk=decided.pk).update(state="determined")
    Determination.objects.create(
        assessment=decided, eligible=True, reasons=CANARY, advice=CANARY, trace={"why": CANARY}, decided_on=LONG_AGO,
        decided_by=house.practitioner,
    )  # fmt: skip
    beside.invite(house.actor, ref, Standing.HOLDER, CANARY, f"{CANARY}2@example.org")
    gone = records.a_person(name=f"{CANARY} Two", phone=f"{CANARY}3", last_contact=LONG_AGO)
    records.allocate(gone, house.team)
    one.refresh_from_db()
    answers = dict.fromkeys(merging.differing(merging.Two(one, gone)), "gone")
    merging.merge(house.managing, ref, gone.reference, (one.version, gone.version), answers, CANARY)
    return Person.objects.get(pk=one.pk)


def everything_stored() -> str:
    """Every value of every row of people, accounts and the audit, as text."""
    out = []
    for label in ("people", "accounts", "audit"):
        for model in apps.get_app_config(label).get_models():
            out += [f"{model.__name__}: {row}" for row in model._default_manager.values_list()]
    return "\n".join(out)


def second_manager(house: House) -> Any:
    return records.acting(records.staff("team_manager", house.team))


class TestErasure:
    def test_nothing_of_it_is_left_and_the_audit_still_verifies(self, house: House, old: Person) -> None:
        assert everything_stored().count(CANARY) > 30
        asked = keeping.ask_erasure(house.managing, old.reference, CANARY)
        keeping.confirm_erasure(second_manager(house), old.reference, asked.reference)
        left = [line for line in everything_stored().splitlines() if CANARY in line]
        assert left == []
        old.refresh_from_db()
        assert old.erased_at is not None
        assert old.name == "Erased record"
        assert not Detail.objects.filter(event__case=old.reference).exists()
        assert verify().whole
        assert Event.objects.filter(case=old.reference, verb="people.erase", why="confirmed").exists()

    def test_an_erased_record_takes_no_change_and_is_found_by_nobody_but_the_auditor(
        self, house: House, old: Person
    ) -> None:
        asked = keeping.ask_erasure(house.managing, old.reference, "over")
        keeping.confirm_erasure(second_manager(house), old.reference, asked.reference)
        with pytest.raises(NotPermitted):
            persons.change(house.actor, old.reference, 99, {"phone": "1"})
        records.allocate(old, house.team)
        old.refresh_from_db()
        with pytest.raises(Refused, match="was erased"):
            persons.change(house.actor, old.reference, old.version, {"phone": "1"})
        opened(records.signed_in(records.staff("auditor")), f"/work/people/{old.reference}/")

    def test_by_the_pages_with_two_managers(self, house: House, old: Person) -> None:
        address = f"/work/people/{old.reference}/keeping/"
        one, two = records.signed_in(house.manager), records.signed_in(second_manager(house).user)
        assert sent(one, address, {"why": "The time is over"}).status_code == 302
        made = ErasureRequest.objects.get()
        assert "Another manager must confirm" in opened(one, address)
        assert sent(one, address, {"request": made.reference, "do": "confirm"}).status_code == 422
        assert old.name in opened(two, "/work/")
        assert sent(two, address, {"request": made.reference, "do": "confirm"}).headers["Location"] == "/work/"
        assert two.get(address).status_code == 403

    def test_withdrawn_is_not_confirmed(self, house: House, old: Person) -> None:
        asked = keeping.ask_erasure(house.managing, old.reference, "over")
        with pytest.raises(Refused, match="asked for this already"):
            keeping.ask_erasure(second_manager(house), old.reference, "over")
        keeping.withdraw_erasure(second_manager(house), old.reference, asked.reference)
        with pytest.raises(Refused, match="withdrawn"):
            keeping.confirm_erasure(second_manager(house), old.reference, asked.reference)

    @pytest.mark.parametrize(
        ("against", "said"),
        [("hold", "legal hold"), ("clock", "is kept until"), ("unknown", "has not begun"), ("assessment", "at work"),
         ("concern", "safeguarding concern is open"), ("access", "still signs in"), ("glass", "nobody has reviewed")],
    )  # fmt: skip
    def test_what_stands_against_it_when_asked_and_when_confirmed(
        self, house: House, old: Person, against: str, said: str
    ) -> None:
        asked = keeping.ask_erasure(house.managing, old.reference, "over")
        match against:
            case "hold":
                keeping.set_hold(house.managing, old.reference, old.version, "A claim")
            case "clock":
                Person.objects.filter(pk=old.pk).update(last_contact=timezone.localdate())
            case "unknown":
                Person.objects.filter(pk=old.pk).update(last_contact=None)
            case "assessment":
                Assessment.objects.create(person=old, kind="adult", begun_on=LONG_AGO)
            case "concern":
                safeguarding.raise_concern(house.actor, old.reference, "x", LONG_AGO)
            case "access":
                records.citizen(old, Standing.SUPPORTER)
            case "glass":
                another = records.acting(records.staff("practitioner", house.other_team))
                glass.open_in_emergency(another, old.council_id or "", "The ambulance is at the door")
        with pytest.raises(Refused, match=said):
            keeping.confirm_erasure(second_manager(house), old.reference, asked.reference)
        keeping.withdraw_erasure(house.managing, old.reference, asked.reference)
        with pytest.raises(Refused, match=said):
            keeping.ask_erasure(house.managing, old.reference, "over")
        old.refresh_from_db()
        assert old.erased_at is None

    def test_other_roles_and_teams(self, house: House, old: Person) -> None:
        manager = records.staff("team_manager", house.other_team)
        for user in (house.practitioner, manager, records.staff("auditor"), records.staff("administrator")):
            actor = records.acting(user)
            with pytest.raises(NotPermitted):
                keeping.ask_erasure(actor, old.reference, "over")


@pytest.mark.parametrize(
    ("last", "until"), [(date(2016, 2, 29), date(2024, 2, 29)), (date(2018, 5, 1), date(2026, 5, 1)), (None, None)]
)
def test_the_clock_runs_eight_years_from_the_last_contact(last: date | None, until: date | None) -> None:
    assert keeping.erasable_from(Person(last_contact=last), date(2026, 1, 1)) == until


def test_the_page_says_that_the_rule_is_not_confirmed(house: House) -> None:
    page = opened(records.signed_in(house.manager), f"/work/people/{house.person.reference}/keeping/")
    assert "Not confirmed" in page
    assert "8 years" in page


def test_a_hold_is_set_and_ended_with_its_reason_in_the_audit(house: House) -> None:
    client, address = records.signed_in(house.manager), f"/work/people/{house.person.reference}/keeping/hold/"
    assert sent(client, address, {"why": "A claim in court"}).status_code == 302
    assert Person.objects.get(pk=house.person.pk).hold == "A claim in court"
    assert sent(client, address, {"why": ""}).status_code == 302
    assert Person.objects.get(pk=house.person.pk).hold == ""
    with pytest.raises(NotPermitted):
        keeping.set_hold(house.actor, house.person.reference, 3, "x")


class TestTheCopyForThePerson:
    @pytest.fixture
    def told(self, house: House) -> Person:
        links.add_link(house.actor, house.person.reference, "carer", name="Bob Hill", reached="0191 5")
        capacity.decide(house.actor, house.person.reference, "to move", True, "Bob Hill said so <b>", date(2025, 1, 1))
        safeguarding.raise_concern(house.actor, house.person.reference, "The cousin takes money", date(2025, 1, 1))
        return house.person

    def _files(self, made: bytes) -> tuple[str, Any]:
        with zipfile.ZipFile(io.BytesIO(made)) as held:
            assert held.namelist() == ["record.html", "record.json"]
            return held.read("record.html").decode(), json.loads(held.read("record.json"))

    def test_what_is_about_others_is_out_unless_a_manager_lets_it_stand(self, house: House, told: Person) -> None:
        client, address = records.signed_in(house.manager), f"/work/people/{told.reference}/bundle/"
        page = opened(client, address)
        ticked = [
            line.split('value="')[1].split('"')[0]
            for line in page.splitlines()
            if 'name="left_out"' in line and " checked" in line
        ]
        assert {key.split(".")[0] for key in ticked} == {"link", "concern"}
        assert ">Bob Hill</textarea>" in page
        answer = client.post(address, hidden(page) | {"left_out": ticked, "strike": "Bob Hill"})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="record-{told.reference}.zip"'
        html, data = self._files(answer.content)
        assert "Bob Hill" not in html + json.dumps(data)
        assert "takes money" not in html + json.dumps(data)
        assert "[left out] said so &lt;b&gt;" in html
        assert "Ada Invented" in html
        assert "Left out, because it is about somebody else" in html
        event = Event.objects.filter(verb="people.bundle.make").latest("number")
        kept = json.loads(event.detail.content)["after"]
        assert kept["sha256"] == hashlib.sha256(answer.content).hexdigest()
        assert kept["left_out"] == sorted(ticked)

    def test_what_a_manager_lets_stand_is_in(self, house: House, told: Person) -> None:
        html, data = self._files(bundles.make_bundle(house.managing, told.reference, [], []))
        assert "Bob Hill" in html
        assert "The cousin takes money" in html
        assert {section["title"] for section in data["sections"]} >= {"About you", "Who stands beside you"}

    def test_only_a_manager_of_the_team(self, house: House, told: Person) -> None:
        for actor in (house.actor, house.outside, records.acting(records.staff("auditor"))):
            with pytest.raises(NotPermitted):
                bundles.make_bundle(actor, told.reference, [], [])

    @pytest.mark.parametrize(
        ("text", "phrases", "left"),
        [
            ("Bob and Bobby", ["bob"], "[left out] and Bobby"), ("a.b", ["a.b"], "[left out]"), ("axb", ["a.b"], "axb"),
            ("Ann Lee, Ann", ["Ann", "Ann Lee"], "[left out], [left out]"), ("text", ["", " "], "text"),
            ("Zoë came", ["ZOË"], "[left out] came"),
        ],
    )  # fmt: skip
    def test_phrases_are_struck_as_whole_words(self, text: str, phrases: list[str], left: str) -> None:
        assert struck(text, phrases) == left
