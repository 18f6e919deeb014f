"""Who stands beside a person, who works with them, who may read a restricted record, and emergencies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.audit.models import Event
from evenhand.site.people.models import Allocation, BreakGlass, Link, NamedReader, Person
from evenhand.site.people.queries import visible
from evenhand.site.people.queries.emergencies import alerts
from evenhand.site.people.queries.page import CLOSED, person_page
from evenhand.site.people.refusals import Refused, Stale
from evenhand.site.people.services import allocating, capacity, glass, links, safeguarding
from tests.site import records
from tests.site.people.asking import opened, sent
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db
WHY = "The ambulance crew is at the door now"


class TestLinks:
    def test_the_other_is_named_only_to_who_may_see_their_record(self, house: House) -> None:
        other = records.a_person(name="Bob Elsewhere")
        records.allocate(other, house.other_team)
        Link.objects.create(person=house.person, kind="carer", other=other)
        assert [(one.how, one.name, one.address) for one in person_page(house.actor, house.person.reference).links] == [
            ("Carer", CLOSED, "")
        ]
        auditor = records.acting(records.staff("auditor"))
        assert person_page(auditor, house.person.reference).links[0].name == "Bob Elsewhere"
        seen_from_other = person_page(house.outside, other.reference).links
        assert [(one.how, one.name) for one in seen_from_other] == [("Cares for", CLOSED)]
        assert "Bob Elsewhere" not in opened(
            records.signed_in(house.practitioner), f"/work/people/{house.person.reference}/"
        )

    def test_a_link_begins_once_and_ends_once(self, house: House) -> None:
        other = records.a_person(name="Bob")
        records.allocate(other, house.team)
        made = links.add_link(house.actor, house.person.reference, "carer", number=(other.council_id or "").lower())
        assert made.other == other
        with pytest.raises(Refused, match="recorded already"):
            links.add_link(house.actor, house.person.reference, "carer", number=other.council_id or "")
        links.end_link(house.actor, house.person.reference, made.reference)
        events = Event.objects.count()
        links.end_link(house.actor, house.person.reference, made.reference, date(2020, 1, 1))
        assert Event.objects.count() == events
        assert links.add_link(house.actor, house.person.reference, "carer", number=other.council_id or "").pk != made.pk

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"kind": "carer"}, "either a number or a name"), ({"kind": "enemy", "name": "A"}, "no such way"),
            ({"kind": "carer", "name": "A", "number": "B"}, "either a number or a name"),
            ({"kind": "carer", "number": "NOBODY"}, "no record with this number that you can see"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, house: House, given: dict[str, Any], said: str) -> None:
        with pytest.raises(Refused, match=said):
            links.add_link(house.actor, house.person.reference, **given)

    def test_nobody_stands_beside_themselves(self, house: House) -> None:
        with pytest.raises(Refused, match="beside themselves"):
            links.add_link(house.actor, house.person.reference, "carer", number=house.person.council_id or "")

    def test_a_link_of_another_record_is_refused(self, house: House) -> None:
        other = records.a_person()
        records.allocate(other, house.other_team)
        link = Link.objects.create(person=other, kind="family", name="A")
        with pytest.raises(NotPermitted):
            links.end_link(house.actor, house.person.reference, link.reference)
        link.refresh_from_db()
        assert link.ended is None


class TestCapacityAndSafeguarding:
    def test_best_interests_go_with_a_decision_that_could_not_be_made(self, house: House) -> None:
        ref = house.person.reference
        with pytest.raises(Refused, match="best interests"):
            capacity.decide(house.actor, ref, "to move", False, "r", date(2025, 1, 1))
        with pytest.raises(Refused, match="only for somebody who could not"):
            capacity.decide(house.actor, ref, "to move", True, "r", date(2025, 1, 1), "b")
        with pytest.raises(Refused, match="still to come"):
            capacity.decide(house.actor, ref, "to move", True, "r", timezone.localdate() + timedelta(days=1))
        with pytest.raises(Refused, match="before the person was born"):
            capacity.decide(house.actor, ref, "to move", True, "r", date(1940, 1, 1))

    def test_the_flag_stands_while_a_concern_is_open(self, house: House) -> None:
        ref = house.person.reference
        one = safeguarding.raise_concern(house.actor, ref, "A", date(2025, 1, 1))
        two = safeguarding.raise_concern(house.actor, ref, "B", date(2025, 1, 1))
        safeguarding.close_concern(house.actor, ref, one.reference, "Nothing", date(2025, 2, 1))
        assert Person.objects.get(pk=house.person.pk).safeguarding
        safeguarding.close_concern(house.actor, ref, two.reference, "Nothing", date(2025, 2, 1))
        assert not Person.objects.get(pk=house.person.pk).safeguarding
        three = safeguarding.raise_concern(house.actor, ref, "C", date(2025, 1, 2))
        with pytest.raises(Refused, match="closed after it was raised"):
            safeguarding.close_concern(house.actor, ref, three.reference, "x", date(2025, 1, 1))

    @pytest.mark.parametrize("role", ["broker", "finance_officer", "payments_officer"])
    def test_the_flag_is_seen_and_its_detail_is_not(self, house: House, role: str) -> None:
        safeguarding.raise_concern(house.actor, house.person.reference, "A neighbour takes money", date(2025, 1, 1))
        client = records.signed_in(records.staff(role, house.team))
        base = f"/work/people/{house.person.reference}/"
        page = opened(client, base)
        assert "Safeguarding concern" in page
        assert "A neighbour" not in page
        assert client.get(base + "safeguarding/").status_code == 403

    def test_citizens_read_nothing_of_it(self, house: House) -> None:
        safeguarding.raise_concern(house.actor, house.person.reference, "A neighbour takes money", date(2025, 1, 1))
        opened(records.signed_in(house.practitioner), f"/work/people/{house.person.reference}/safeguarding/")
        client = records.signed_in(records.citizen(house.person))
        for page in ("", "looked/", "supporters/"):
            assert "afeguarding" not in opened(client, f"/my/{house.person.reference}/{page}")


class TestAllocation:
    def test_a_manager_takes_on_whom_no_team_has_and_hands_on_their_own(self, house: House) -> None:
        alone = records.a_person(name="Nobody Has Them")
        client = records.signed_in(house.manager)
        assert "Nobody Has Them" in opened(client, "/work/")
        address = f"/work/people/{alone.reference}/allocation/"
        place = f"{house.team.reference}:{house.practitioner.reference}"
        assert sent(client, address, {"place": place}).status_code == 302
        assert alone.allocations.get(ended_at=None).worker == house.practitioner
        answer = sent(client, address, {"place": house.other_team.reference})
        assert answer.headers["Location"] == address
        assert sent(client, address, {"team": house.team.reference}).headers["Location"] == "/work/"
        assert list(alone.allocations.filter(ended_at=None).values_list("team", flat=True)) == [house.other_team.pk]
        assert client.get(address).status_code == 403

    def test_another_worker_takes_over_in_one_step(self, house: House) -> None:
        new = records.staff("practitioner", house.team)
        allocating.allocate(house.managing, house.person.reference, house.team.reference, new.reference)
        live = Allocation.objects.get(person=house.person, ended_at=None)
        assert live.worker == new
        events = Event.objects.count()
        allocating.allocate(house.managing, house.person.reference, house.team.reference, new.reference)
        assert Event.objects.count() == events

    def test_what_is_refused(self, house: House) -> None:
        ref = house.person.reference
        with pytest.raises(NotPermitted):
            allocating.allocate(house.actor, ref, house.team.reference)
        manager = records.acting(records.staff("team_manager", house.other_team))
        with pytest.raises(NotPermitted):
            allocating.allocate(manager, ref, house.other_team.reference)
        with pytest.raises(Refused, match="not in the team"):
            allocating.allocate(house.managing, ref, house.team.reference, house.outsider.reference)
        house.other_team.closed_at = timezone.now()
        house.other_team.save()
        with pytest.raises(Refused, match="closed"):
            allocating.allocate(house.managing, ref, house.other_team.reference)


class TestRestriction:
    def test_only_named_readers_and_always_who_restricts(self, house: House) -> None:
        client = records.signed_in(house.manager)
        address = f"/work/people/{house.person.reference}/restriction/"
        assert sent(client, address, {}).status_code == 302
        assert house.person not in visible(house.actor)
        assert house.person in visible(house.managing)
        answer = sent(client, address, {"readers": [house.practitioner.reference], "email": house.outsider.email})
        assert answer.status_code == 302
        assert house.person in visible(house.actor)
        assert house.person not in visible(house.outside), "named, but of a team that does not work with the person"
        version = Person.objects.get(pk=house.person.pk).version
        allocating.restrict(house.managing, house.person.reference, version, [])
        assert house.person not in visible(house.actor)
        live = NamedReader.objects.filter(person=house.person, ended_at=None)
        assert [one.user for one in live] == [house.manager]

    def test_it_is_opened_again(self, house: House) -> None:
        allocating.restrict(house.managing, house.person.reference, 1, [])
        address = f"/work/people/{house.person.reference}/restriction/end/"
        assert sent(records.signed_in(house.manager), address, {"sure": "on"}).status_code == 302
        assert house.person in visible(house.actor)

    def test_what_is_refused(self, house: House) -> None:
        ref = house.person.reference
        with pytest.raises(NotPermitted):
            allocating.restrict(house.actor, ref, 1, [])
        with pytest.raises(Stale):
            allocating.restrict(house.managing, ref, 7, [])
        for who in (records.staff("administrator"), records.citizen(house.person)):
            with pytest.raises(Refused):
                allocating.restrict(house.managing, ref, 1, [who.reference])
            with pytest.raises(Refused, match="has this address"):
                allocating.restrict(house.managing, ref, 1, [], who.email)


class TestEmergency:
    def test_it_opens_for_four_hours_to_look_and_alerts_manager_and_auditor(self, house: House) -> None:
        client = records.signed_in(house.outsider)
        answers = {"number": (house.person.council_id or "").lower(), "why": WHY}
        first = client.post("/work/people/emergency/", answers)
        again = client.post("/work/people/emergency/", answers)
        base = f"/work/people/{house.person.reference}/"
        assert first.headers["Location"] == again.headers["Location"] == base
        made = BreakGlass.objects.get()
        assert made.until - made.opened_at == timedelta(hours=4)
        assert "/change/" not in opened(client, base)
        assert Event.objects.filter(verb="people.person.view").latest("number").why == f"emergency {made.reference}"
        auditor = records.acting(records.staff("auditor"))
        assert alerts(house.managing) == alerts(auditor) == [made]
        for nobody in (house.actor, records.acting(records.staff("team_manager", house.other_team))):
            assert alerts(nobody) == []
        BreakGlass.objects.update(
            opened_at=timezone.now() - timedelta(hours=5), until=timezone.now() - timedelta(hours=1)
        )
        assert client.get(base).status_code == 403

    def test_a_restricted_record_too(self, house: House) -> None:
        allocating.restrict(house.managing, house.person.reference, 1, [])
        glass.open_in_emergency(house.actor, house.person.nhs_number or "", WHY)
        assert house.person in visible(house.actor)
        assert len(alerts(house.managing)) == 1

    def test_a_short_reason_a_wrong_number_and_other_roles_are_refused_and_a_wrong_number_is_kept(
        self, house: House
    ) -> None:
        with pytest.raises(Refused, match="too short"):
            glass.open_in_emergency(house.outside, house.person.council_id or "", "urgent 1234567890 !!!!!!!!!!")
        with pytest.raises(Refused, match="No record has this"):
            glass.open_in_emergency(house.outside, "Ada Invented", WHY)
        assert Event.objects.latest("number").why == "no record found"
        for role in ("broker", "finance_officer", "auditor", "administrator"):
            with pytest.raises(NotPermitted):
                glass.open_in_emergency(records.acting(records.staff(role)), house.person.council_id or "", WHY)
        assert not BreakGlass.objects.exists()

    def test_another_manager_reviews_it_once_with_a_finding(self, house: House) -> None:
        glass.open_in_emergency(house.outside, house.person.council_id or "", WHY)
        made = BreakGlass.objects.get()
        address = f"/work/emergencies/{made.reference}/"
        client = records.signed_in(house.manager)
        assert WHY in opened(client, address)
        assert sent(client, address, {"finding": "It had to be opened"}).status_code == 302
        assert alerts(house.managing) == []
        assert "It had to be opened" in opened(client, address)
        with pytest.raises(Refused, match="reviewed already"):
            glass.review(house.managing, made.reference, "again")
        for other in (house.outsider, house.practitioner, records.staff("team_manager", house.other_team)):
            assert records.signed_in(other).get(address).status_code == 403

    def test_nobody_reviews_their_own(self, house: House) -> None:
        made = BreakGlass.objects.create(
            person=house.person,
            user=house.manager,
            why=WHY,
            opened_at=timezone.now(),
            until=timezone.now() + timedelta(hours=4),
        )
        with pytest.raises(Refused, match="yourself"):
            glass.review(house.managing, made.reference, "Fine")


def test_the_page_of_a_record_takes_as_many_queries_however_much_it_holds(house: House) -> None:
    client = records.signed_in(house.manager)
    base = f"/work/people/{house.person.reference}/"

    def fill(times: int) -> None:
        for n in range(times):
            other = records.a_person()
            records.allocate(other, house.team)
            Link.objects.create(person=house.person, kind="family", other=other)
            links.add_link(house.actor, house.person.reference, "advocate", name=f"Advocate {n} {times}")
            capacity.decide(house.actor, house.person.reference, f"d{n}", True, "r", date(2025, 1, 1))
            records.citizen(house.person, "supporter")

    counts = []
    for times in (1, 10):
        fill(times)
        opened(client, base)
        with CaptureQueriesContext(connection) as queries:
            opened(client, base)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 70
