"""Pages open for those who may see them and are refused to others; stored text is shown as text; forms work once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evenhand.site.accounts.roles import Standing
from evenhand.site.audit.models import Event
from evenhand.site.people.models import Person
from evenhand.site.people.services import beside, capacity, glass, links, merging, persons, safeguarding
from tests.site import records
from tests.site.people.asking import hidden, opened, sent
from tests.site.people.conftest import House

PRACTITIONERS = (
    "", "change/name/", "change/birth/", "change/contact/", "change/communication/", "change/reason/", "change/left/",
    "links/new/", "capacity/new/", "safeguarding/", "safeguarding/new/", "invite/",
)  # fmt: skip
MANAGERS = (*PRACTITIONERS, "allocation/", "restriction/", "restriction/end/", "merge/", "looked/", "keeping/",
            "keeping/hold/", "bundle/")  # fmt: skip
SCRIPT = "<script>alert('x')</script>"


def base(person: Person) -> str:
    return f"/work/people/{person.reference}/"


@pytest.mark.django_db
class TestWhoMayOpen:
    @pytest.mark.parametrize("page", PRACTITIONERS)
    def test_a_practitioner_of_the_team(self, house: House, page: str) -> None:
        opened(records.signed_in(house.practitioner), base(house.person) + page)

    @pytest.mark.parametrize("page", MANAGERS)
    def test_a_manager_of_the_team(self, house: House, page: str) -> None:
        opened(records.signed_in(house.manager), base(house.person) + page)

    @pytest.mark.parametrize("page", sorted(set(MANAGERS) - set(PRACTITIONERS)))
    def test_what_only_a_manager_does_is_refused_to_a_practitioner(self, house: House, page: str) -> None:
        assert records.signed_in(house.practitioner).get(base(house.person) + page).status_code == 403

    @pytest.mark.parametrize("page", MANAGERS)
    def test_another_team_is_refused_in_the_same_words_as_for_a_record_that_is_not_there(
        self, house: House, page: str
    ) -> None:
        client = records.signed_in(records.staff("team_manager", house.other_team))
        refused = client.get(base(house.person) + page)
        nobody = client.get(f"/work/people/zzzzzzzzzzzz/{page}")
        assert refused.status_code == nobody.status_code == 403
        assert _words(refused) == _words(nobody)
        assert "Ada" not in refused.content.decode()

    @pytest.mark.parametrize("role", ["administrator", "analyst"])
    def test_roles_without_cases_see_no_record_and_no_search(self, house: House, role: str) -> None:
        client = records.signed_in(records.staff(role))
        assert client.get(base(house.person)).status_code == 403
        assert client.get("/work/people/").status_code == 403

    def test_a_restricted_record_is_closed_to_its_own_team(self, house: House) -> None:
        Person.objects.filter(pk=house.person.pk).update(restricted=True)
        assert records.signed_in(house.practitioner).get(base(house.person)).status_code == 403
        records.name_reader(house.person, house.practitioner)
        opened(records.signed_in(house.practitioner), base(house.person))

    def test_the_auditor_reads_everything_and_changes_nothing(self, house: House) -> None:
        client = records.signed_in(records.staff("auditor"))
        page = opened(client, base(house.person))
        assert "/change/" not in page
        assert client.get(base(house.person) + "change/name/").status_code == 403

    def test_a_finance_officer_sees_how_to_reach_somebody_but_no_capacity_and_no_safeguarding(
        self, house: House
    ) -> None:
        capacity.decide(
            house.actor, house.person.reference, "to sign a lease", True, "Understood it all", date(2025, 1, 1)
        )
        client = records.signed_in(records.staff("finance_officer"))
        assert "to sign a lease" not in opened(client, base(house.person))
        assert client.get(base(house.person) + "safeguarding/").status_code == 403

    def test_a_citizen_has_no_staff_pages_beyond_the_record(self, house: House) -> None:
        client = records.signed_in(records.citizen(house.person))
        assert client.get(base(house.person) + "change/name/").status_code == 403
        assert client.get("/work/people/").status_code == 403
        assert client.get("/work/").headers["Location"] == "/my/"

    @pytest.mark.parametrize("standing", ["holder", "supporter"])
    def test_a_citizen_reads_no_page_of_staff(self, house: House, standing: str) -> None:
        """The staff page shows numbers, contacts and flags that are not for supporters."""
        client = records.signed_in(records.citizen(house.person, standing))
        assert client.get("/work/").headers["Location"] == "/my/"
        for person in (house.person, records.a_person()):
            assert client.get(base(person)).status_code == client.get(f"{base(person)}looked/").status_code == 403

    def test_staff_read_no_page_of_a_citizen(self, house: House) -> None:
        worker = records.signed_in(house.practitioner)
        assert worker.get("/my/").headers["Location"] == "/work/"
        for user in (house.practitioner, house.outsider):
            assert records.signed_in(user).get(f"/my/{house.person.reference}/").status_code == 403


def _words(answer: Any) -> str:
    return answer.content.decode().split("<main")[1].split("</main>")[0]


@pytest.mark.django_db
class TestFormsAreSentOnce:
    def test_a_new_record_sent_twice_is_one_record(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        answers = hidden(opened(client, "/work/people/new/")) | {"name": "Zoë O'Brien", "who": "adult"}
        first = client.post("/work/people/new/", answers)
        second = client.post("/work/people/new/", answers)
        assert first.status_code == second.status_code == 302
        assert first.headers["Location"] == second.headers["Location"]
        assert Person.objects.filter(name="Zoë O'Brien").count() == 1

    def test_a_form_that_another_user_opened_is_refused(self, house: House) -> None:
        answers = hidden(opened(records.signed_in(house.practitioner), "/work/people/new/"))
        answers |= {"name": "Zoë O'Brien", "who": "adult"}
        assert records.signed_in(house.practitioner).post("/work/people/new/", answers).status_code == 302
        again = records.signed_in(house.outsider).post("/work/people/new/", answers)
        assert again.status_code == 422
        assert Person.objects.filter(name="Zoë O'Brien").count() == 1

    def test_a_form_without_its_token_changes_nothing(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        answer = client.post("/work/people/new/", {"name": "Zoë O'Brien", "who": "adult"})
        assert answer.status_code == 422
        assert not Person.objects.filter(name="Zoë O'Brien").exists()

    def test_a_page_opened_before_somebody_else_saved_is_refused_with_its_answers_kept(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        address = base(house.person) + "change/contact/"
        page = opened(client, address)
        persons.change(house.managing, house.person.reference, house.person.version, {"phone": "0191 111"})
        answer = sent(client, address, {"phone": "0191 222", "contact_by": ""}, page)
        assert answer.status_code == 422
        assert "Somebody else changed this record" in answer.content.decode()
        assert "0191 222" in answer.content.decode()
        house.person.refresh_from_db()
        assert house.person.phone == "0191 111"

    def test_fields_that_no_form_names_are_not_set(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        address = base(house.person) + "change/name/"
        extra = {"restricted": "on", "safeguarding": "on", "reference": "hacked", "merged_into": "1", "hold": "x"}
        assert sent(client, address, {"name": "Ada New"} | extra).status_code == 302
        house.person.refresh_from_db()
        assert house.person.name == "Ada New"
        held = (house.person.restricted, house.person.safeguarding, house.person.hold, house.person.merged_into)
        assert held == (False, False, "", None)
        assert house.person.reference != "hacked"


@pytest.mark.django_db
def test_what_is_stored_is_shown_as_text_on_every_page(house: House) -> None:
    """Markup in every text field that staff or citizens can fill."""
    given = dict.fromkeys(("name", "legal_name", "address", "contact_note", "language", "phone"), SCRIPT)
    given |= {"moved": date(2025, 1, 1), "moved_to": SCRIPT, "council_id": SCRIPT}
    reference = house.person.reference
    version = persons.change(house.actor, reference, house.person.version, given).version
    links.add_link(house.actor, reference, "carer", name=SCRIPT, reached=SCRIPT)
    capacity.decide(house.actor, reference, SCRIPT, False, SCRIPT, date(2025, 1, 1), SCRIPT)
    concern = safeguarding.raise_concern(house.actor, reference, SCRIPT, date(2025, 1, 1))
    safeguarding.close_concern(house.actor, reference, concern.reference, SCRIPT, date(2025, 1, 2))
    person = glass.open_in_emergency(house.outside, Person.objects.get(pk=house.person.pk).nhs_number or "", SCRIPT * 2)
    opened_by = person.glass.get()
    gone = records.a_person(name=SCRIPT)
    records.allocate(gone, house.team)
    person.refresh_from_db()
    assert person.version > version
    answers = dict.fromkeys(merging.differing(merging.Two(person, gone)), "kept")
    merging.merge(house.managing, reference, gone.reference, (person.version, gone.version), answers, SCRIPT)
    records.citizen(house.person, name=SCRIPT)
    supporter = records.citizen(house.person, Standing.SUPPORTER, name=SCRIPT)
    holder = house.person.accesses.get(standing="holder").user
    beside.invite(records.acting(holder), reference, Standing.SUPPORTER, SCRIPT, "s@example.org")
    manager, citizen = records.signed_in(house.manager), records.signed_in(holder)
    pages = [(manager, base(house.person) + page) for page in MANAGERS]
    pages += [(manager, "/work/"), (manager, f"/work/emergencies/{opened_by.reference}/")]
    pages += [
        (citizen, f"/my/{page}") for page in ("", f"{reference}/", f"{reference}/looked/", f"{reference}/supporters/")
    ]
    pages += [(records.signed_in(supporter), f"/my/{reference}/")]
    shown = 0
    for client, address in pages:
        page = opened(client, address)
        assert SCRIPT not in page, address
        shown += page.count("&lt;script&gt;")
    assert shown > 40
    found = manager.post("/work/people/", {"asked": "script alert"}).content.decode()
    assert SCRIPT not in found


@pytest.mark.django_db
def test_every_look_at_a_record_is_in_the_audit(house: House) -> None:
    client = records.signed_in(house.manager)
    for page in MANAGERS:
        before = Event.objects.count()
        opened(client, base(house.person) + page)
        new = Event.objects.filter(number__gt=before)
        assert any(one.case == house.person.reference and one.actor == house.manager.reference for one in new), page


@pytest.mark.django_db
def test_a_search_leaves_no_word_of_it_in_the_audit_or_an_address(house: House) -> None:
    client = records.signed_in(house.practitioner)
    answer = client.post("/work/people/", {"asked": "Invented"})
    assert "Ada Invented" in answer.content.decode()
    event = Event.objects.latest("number")
    assert (event.verb, event.why, event.detail_seal) == ("people.person.find", "1 found", "")
    assert client.get("/work/people/?asked=Invented").content.decode().count("Ada Invented") == 0
