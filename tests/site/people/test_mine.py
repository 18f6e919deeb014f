"""Citizens: the records they stand beside, what each standing shows, who has looked, and supporters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.accounts.models import Invitation, User
from evenhand.site.accounts.roles import Standing
from evenhand.site.accounts.services.invitations import take_up
from evenhand.site.people.models import Access, Assessment, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.queries import visible
from evenhand.site.people.queries.looked import looked
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services import beside, persons
from tests.site import records
from tests.site.people.asking import opened, sent
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase 71"


def my(person: Person, page: str = "") -> str:
    return f"/my/{person.reference}/{page}"


def test_a_citizen_sees_their_records_and_no_other(house: House) -> None:
    citizen = records.citizen(house.person)
    client = records.signed_in(citizen)
    assert "Ada Invented" in opened(client, "/my/")
    assert "Hello, Ada Invented" in opened(client, my(house.person))
    other = records.a_person(name="Somebody Else")
    for page in ("", "looked/", "supporters/", "supporters/new/"):
        assert client.get(my(other, page)).status_code == 403
    Access.objects.filter(user=citizen).update(ended_at="2026-01-01T00:00Z", ended_by=citizen)
    assert "There is no record for you" in opened(client, "/my/")
    assert client.get(my(house.person)).status_code == 403


@pytest.mark.parametrize(
    ("standing", "contact", "lookers"),
    [("holder", True, 200), ("authorised", True, 200), ("nominated", False, 403), ("supporter", False, 403)],
)
def test_what_each_standing_shows(house: House, standing: str, contact: bool, lookers: int) -> None:
    persons.change(house.actor, house.person.reference, 1, {"phone": "0191 496 0000"})
    client = records.signed_in(records.citizen(house.person, standing))
    page = opened(client, my(house.person))
    assert ("0191 496 0000" in page) == contact
    assert "Pat Practitioner" in page
    assert client.get(my(house.person, "looked/")).status_code == lookers
    assert client.get(my(house.person, "supporters/")).status_code == lookers


def test_who_has_looked_names_staff_with_role_and_team_and_the_citizen_as_you(house: House) -> None:
    opened(records.signed_in(house.practitioner), f"/work/people/{house.person.reference}/")
    client = records.signed_in(records.citizen(house.person))
    opened(client, my(house.person))
    page = opened(client, my(house.person, "looked/"))
    assert "Pat Practitioner, practitioner (North)" in page
    assert "You" in page
    assert client.get(my(house.person, "looked/?before=notanumber")).status_code == 200


def test_earlier_looks_are_a_page_further(house: House) -> None:
    actor = records.acting(records.citizen(house.person))
    from evenhand.site.people.queries import look

    for _ in range(120):
        look(house.actor, house.person.reference)
    first = looked(actor, house.person.reference)
    assert first.before is not None
    second = looked(actor, house.person.reference, first.before)
    times = [sum(line.times for _, lines in page.days for line in lines) for page in (first, second)]
    assert times == [100, 21]
    assert second.before is None


class TestInvitations:
    def _invited(self, user: User, house: House, standing: str, email: str = "new@example.org") -> str:
        return beside.invite(records.acting(user), house.person.reference, standing, "New Person", email)[1]

    def test_a_holder_is_invited_by_the_worker_and_invites_a_supporter(self, house: House) -> None:
        holder = take_up(self._invited(house.practitioner, house, "holder"), password=PASSWORD)
        assert house.person in visible(records.acting(holder))
        supporter = take_up(self._invited(holder, house, "supporter", "s@example.org"), password=PASSWORD)
        access = Access.objects.get(user=supporter)
        assert (access.standing, access.sees_assessments) == ("supporter", False)

    def test_by_the_pages_with_a_letter_and_once(
        self, house: House, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        holder = records.citizen(house.person)
        client = records.signed_in(holder)
        page = opened(client, my(house.person, "supporters/new/"))
        answers = {"name": "Ann Friend", "email": "ANN@example.org"}
        with django_capture_on_commit_callbacks(execute=True):
            first = sent(client, my(house.person, "supporters/new/"), answers, page)
            second = sent(client, my(house.person, "supporters/new/"), answers, page)
        assert first.headers["Location"] == second.headers["Location"] == my(house.person, "supporters/")
        assert [letter.to for letter in mailoutbox] == [["ann@example.org"]]
        page = opened(client, my(house.person, "supporters/"))
        assert "Ann Friend" in page
        made = Invitation.objects.get()
        taken_back = sent(client, my(house.person, "supporters/"), {"which": made.reference, "do": "withdraw"}, page)
        assert taken_back.status_code == 302
        made.refresh_from_db()
        assert made.withdrawn_at is not None

    def test_the_holder_shows_assessments_stops_and_ends(self, house: House) -> None:
        client = records.signed_in(records.citizen(house.person))
        supporter = records.citizen(house.person, Standing.SUPPORTER)
        access = Access.objects.get(user=supporter)
        for do, shown in (("show", True), ("hide", False)):
            assert (
                sent(client, my(house.person, "supporters/"), {"which": access.reference, "do": do}).status_code == 302
            )
            access.refresh_from_db()
            assert access.sees_assessments is shown
        assert (
            sent(client, my(house.person, "supporters/"), {"which": access.reference, "do": "end"}).status_code == 302
        )
        assert house.person not in visible(records.acting(supporter))

    def test_a_supporter_gives_themselves_nothing(self, house: House) -> None:
        supporter = records.citizen(house.person, Standing.SUPPORTER)
        access, actor = Access.objects.get(user=supporter), records.acting(supporter)
        with pytest.raises(NotPermitted):
            beside.show_assessments(actor, house.person.reference, access.reference, True)
        with pytest.raises(NotPermitted):
            beside.invite(actor, house.person.reference, "supporter", "A", "a@example.org")

    def test_a_holder_ends_supporters_only_and_invites_supporters_only(self, house: House) -> None:
        holder = records.citizen(house.person)
        nominated = records.citizen(house.person, Standing.NOMINATED)
        actor = records.acting(holder)
        with pytest.raises(NotPermitted):
            beside.end_access(actor, house.person.reference, Access.objects.get(user=nominated).reference)
        with pytest.raises(NotPermitted):
            beside.invite(actor, house.person.reference, "authorised", "A", "a@example.org")

    def test_a_holder_of_one_record_reaches_no_access_of_another(self, house: House) -> None:
        holder = records.citizen(house.person)
        other = records.a_person()
        supporter = records.citizen(other, Standing.SUPPORTER)
        access = Access.objects.get(user=supporter)
        for do in (lambda a: beside.end_access(a, house.person.reference, access.reference),
                   lambda a: beside.show_assessments(a, house.person.reference, access.reference, True)):  # fmt: skip
            with pytest.raises(NotPermitted):
                do(records.acting(holder))

    def test_a_second_holder_is_refused_when_invited_and_when_taking_it_up(self, house: House) -> None:
        secret = self._invited(house.practitioner, house, "holder")
        records.citizen(house.person)
        with pytest.raises(Refused, match="signs in to this record already"):
            self._invited(house.practitioner, house, "holder", "third@example.org")
        with pytest.raises(EvenhandError, match="Somebody else signs in as the holder"):
            take_up(secret, password=PASSWORD)
        assert not User.objects.filter(email="new@example.org").exists()

    def test_an_invitation_of_a_holder_whose_access_ended_gives_nothing(self, house: House) -> None:
        holder = records.citizen(house.person)
        secret = self._invited(holder, house, "supporter")
        access = Access.objects.get(user=holder)
        beside.end_access(house.actor, house.person.reference, access.reference)
        with pytest.raises(EvenhandError, match="not there any more"):
            take_up(secret, password=PASSWORD)
        assert not User.objects.filter(email="new@example.org").exists()

    def test_staff_invite_and_end_by_their_page(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        address = f"/work/people/{house.person.reference}/invite/"
        answers = {"standing": "nominated", "name": "Nom Inated", "email": "nom@example.org"}
        assert sent(client, address, answers).status_code == 302
        assert "Nom Inated" in opened(client, address)
        access = Access.objects.get(user=records.citizen(house.person, Standing.SUPPORTER))
        assert sent(client, address, {"which": access.reference, "do": "end"}).status_code == 302
        access.refresh_from_db()
        assert access.ended_by == house.practitioner
        wrong = sent(client, address, {"standing": "supporter", "name": "A", "email": "no email"})
        assert wrong.status_code == 422
        assert "no email address" in wrong.content.decode()


@pytest.mark.parametrize(
    ("standing", "shown", "reads"),
    [("holder", False, True), ("authorised", False, True), ("nominated", False, False), ("supporter", False, False),
     ("supporter", True, True)],
)  # fmt: skip
def test_who_may_read_assessments_finds_the_decided_ones(house: House, standing: str, shown: bool, reads: bool) -> None:
    decided = Assessment.objects.create(
        person=house.person, kind="adult", state=State.DETERMINED, begun_on=date(2026, 1, 5)
    )
    Assessment.objects.create(person=house.person, kind="adult", state=State.OPEN, begun_on=date(2026, 3, 5))
    client = records.signed_in(records.citizen(house.person, standing, sees_assessments=shown))
    page = opened(client, my(house.person))
    assert (f"/assessment/{decided.reference}/" in page) == reads
    assert page.count("/assessment/") == (1 if reads else 0), "what is still being written is not shown"
