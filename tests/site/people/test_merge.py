"""Two records of one person become one, and two again: every row where it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.accounts.models import Membership
from evenhand.site.accounts.roles import Standing
from evenhand.site.people.models import Access, Assessment, Link, Merge, NamedReader, Person
from evenhand.site.people.models.assessment import State
from evenhand.site.people.queries import person, visible
from evenhand.site.people.refusals import Refused, Stale
from evenhand.site.people.services import capacity, links, merging, persons, safeguarding
from tests.site import records
from tests.site.people.asking import opened, sent
from tests.site.people.conftest import House

pytestmark = pytest.mark.django_db
KEPT_OUT = {"people.Merge", "people.Submitted", "people.Said", "people.Answer"}


def everything() -> dict[str, Any]:
    """Every row of the app's tables, without what may differ after undoing: versions, and the ids of index rows."""
    held: dict[str, Any] = {}
    for model in apps.get_app_config("people").get_models():
        label = model._meta.label
        if label in KEPT_OUT:
            continue
        names = [field.attname for field in model._meta.concrete_fields]
        if label == "people.Person":
            names.remove("version")
        if label == "people.NameGram":
            names.remove("id")
        held[label] = sorted(map(repr, model._default_manager.values_list(*names)))
    return held


def second(house: House, **fields: Any) -> Person:
    """Another record of the same person, with another team of which the manager is a member too."""
    made = records.a_person(**{"name": "Ada Invented"} | fields)
    records.allocate(made, house.team)
    return made


def merged(house: House, gone: Person, choice: str = "gone", why: str = "Same address and date of birth") -> Merge:
    kept = Person.objects.get(pk=house.person.pk)
    gone = Person.objects.get(pk=gone.pk)
    answers = dict.fromkeys(merging.differing(merging.Two(kept, gone)), choice)
    return merging.merge(house.managing, kept.reference, gone.reference, (kept.version, gone.version), answers, why)


def test_links_decisions_readers_and_assessments_go_over_and_the_old_address_leads_to_the_kept_record(
    house: House,
) -> None:
    gone = second(house, phone="0191 333")
    links.add_link(house.actor, gone.reference, "advocate", name="Kim Advocate")
    capacity.decide(house.actor, gone.reference, "to move", True, "Understood", date(2025, 1, 1))
    concern = safeguarding.raise_concern(house.actor, gone.reference, "A worry", date(2025, 1, 1))
    assessment = Assessment.objects.create(person=gone, kind="adult", begun_on=date(2025, 1, 1))
    citizen = records.citizen(gone)
    merged(house, gone)
    kept = Person.objects.get(pk=house.person.pk)
    assert kept.phone == "0191 333"
    assert kept.safeguarding, "the flag stands when it stood for either"
    assert [link.name for link in kept.links.all()] == ["Kim Advocate"]
    assert kept.capacity_decisions.count() == 1
    assert kept.concerns.get() == concern
    assert kept.assessments.get() == assessment
    assert kept.accesses.get().user == citizen
    assert person(house.actor, gone.reference) == kept
    answer = records.signed_in(house.practitioner).get(f"/work/people/{gone.reference}/")
    assert answer.headers["Location"] == f"/work/people/{kept.reference}/"
    assert gone not in visible(house.actor)


ROWS = st.fixed_dictionaries({
    "same_team": st.booleans(), "same_link": st.booleans(), "linked_together": st.booleans(), "own_link": st.booleans(),
    "linked_from": st.sampled_from(["none", "gone", "both"]), "concern": st.booleans(), "holder": st.sampled_from(
        ["none", "kept", "gone", "same"]), "restricted": st.sampled_from(["none", "kept", "gone", "both"]),
    "assessment": st.sampled_from(["none", "kept", "gone"]), "choice": st.sampled_from(["kept", "gone"]),
    "name": st.sampled_from(["Ada Invented", "Adeline Invented-Brown"]),
    "died": st.sampled_from([None, date(2025, 3, 1)]),
    "born": st.sampled_from([(None, "unknown"), (date(1950, 5, 1), "month"), (date(1950, 5, 17), "day")]),
    "formats": st.sampled_from([[], ["braille"], ["braille", "bsl_interpreter"]]),
    "hold": st.sampled_from(["", "Claim"]),
})  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=ROWS)
def test_merging_and_undoing_is_as_if_nothing_had_been(house: House, rows: dict[str, Any]) -> None:
    with transaction.atomic():
        gone = _laid_out(house, rows)
        before = everything()
        made = merged(house, gone, rows["choice"])
        assert everything() != before
        merging.undo(house.managing, made.reference)
        assert everything() == before
        transaction.set_rollback(True)
    house.person.refresh_from_db()


def _laid_out(house: House, rows: dict[str, Any]) -> Person:
    kept = house.person
    gone = records.a_person(name=rows["name"], died=rows["died"], born=rows["born"][0], born_to=rows["born"][1],
                            formats=rows["formats"], hold=rows["hold"])  # fmt: skip
    team = house.team if rows["same_team"] else records.team()
    records.allocate(gone, team)
    if not rows["same_team"]:
        Membership.objects.create(user=house.manager, team=team)
    third = records.a_person()
    if rows["same_link"]:
        for one in (kept, gone):
            Link.objects.create(person=one, kind="carer", other=third)
    if rows["linked_together"]:
        Link.objects.create(person=kept, kind="lives_with", other=gone)
        Link.objects.create(person=gone, kind="lives_with", other=kept)
    if rows["own_link"]:
        Link.objects.create(person=gone, kind="family", name="Somebody")
    for one in {"none": (), "gone": (gone,), "both": (gone, kept)}[rows["linked_from"]]:
        Link.objects.create(person=third, kind="family", other=one)
    if rows["concern"]:
        safeguarding.raise_concern(house.managing, gone.reference, "A worry", date(2025, 1, 1))
    citizen = records.citizen()
    for one in {"none": (), "kept": (kept,), "gone": (gone,), "same": (kept, gone)}[rows["holder"]]:
        Access.objects.create(person=one, user=citizen, standing=Standing.HOLDER)
    for one in {"none": (), "kept": (kept,), "gone": (gone,), "both": (kept, gone)}[rows["restricted"]]:
        Person.objects.filter(pk=one.pk).update(restricted=True)
        NamedReader.objects.create(person=one, user=house.manager, given_by=house.manager)
    for one in {"none": (), "kept": (kept,), "gone": (gone,)}[rows["assessment"]]:
        Assessment.objects.create(person=one, kind="adult", begun_on=date(2025, 1, 1))
    return gone


class TestRefusals:
    def test_only_a_manager_of_both(self, house: House) -> None:
        gone = second(house)
        with pytest.raises(NotPermitted):
            merging.merge(house.actor, house.person.reference, gone.reference, (1, 1), {}, "why")
        elsewhere = records.a_person()
        records.allocate(elsewhere, house.other_team)
        with pytest.raises(NotPermitted):
            merging.merge(house.managing, house.person.reference, elsewhere.reference, (1, 1), {}, "why")
        assert not Merge.objects.exists()

    def test_a_restricted_record_that_the_manager_may_not_read(self, house: House) -> None:
        gone = second(house, restricted=True)
        with pytest.raises(NotPermitted):
            merged(house, gone)

    def test_two_assessments_of_one_kind_at_work(self, house: House) -> None:
        gone = second(house)
        for one in (house.person, gone):
            Assessment.objects.create(person=one, kind="carer", begun_on=date(2025, 1, 1), state=State.OPEN)
        with pytest.raises(Refused, match="Both records have an assessment at work: carer's assessment"):
            merged(house, gone)

    def test_two_holders(self, house: House) -> None:
        gone = second(house)
        records.citizen(house.person)
        records.citizen(gone)
        with pytest.raises(Refused, match="two accounts"):
            merged(house, gone)

    def test_one_citizen_in_two_ways(self, house: House) -> None:
        gone = second(house)
        citizen = records.citizen(house.person)
        Access.objects.create(person=gone, user=citizen, standing=Standing.SUPPORTER)
        with pytest.raises(Refused, match="in different ways"):
            merged(house, gone)

    def test_a_record_with_itself(self, house: House) -> None:
        with pytest.raises(Refused, match="the same record"):
            merging.merge(house.managing, house.person.reference, house.person.reference, (1, 1), {}, "why")

    def test_a_page_opened_before_one_of_them_changed(self, house: House) -> None:
        gone = second(house)
        persons.change(house.actor, gone.reference, 1, {"phone": "1"})
        with pytest.raises(Stale):
            merging.merge(house.managing, house.person.reference, gone.reference, (1, 1), {}, "why")

    def test_an_answer_that_nobody_chose(self, house: House) -> None:
        gone = second(house)
        with pytest.raises(Refused, match="which answer is kept"):
            merging.merge(house.managing, house.person.reference, gone.reference, (1, 1), {}, "why")
        gone.refresh_from_db()
        assert gone.merged_into is None

    def test_a_merged_record_can_be_changed_no_more(self, house: House) -> None:
        gone = second(house)
        merged(house, gone)
        with pytest.raises(NotPermitted):
            persons.change(house.actor, gone.reference, 2, {"phone": "1"})


class TestUndoingIsRefused:
    def test_twice(self, house: House) -> None:
        made = merged(house, second(house))
        merging.undo(house.managing, made.reference)
        with pytest.raises(Refused, match="undone already"):
            merging.undo(house.managing, made.reference)

    def test_when_what_the_merge_had_set_was_changed_since(self, house: House) -> None:
        made = merged(house, second(house, phone="0191 1"))
        version = Person.objects.get(pk=house.person.pk).version
        persons.change(house.actor, house.person.reference, version, {"phone": "0191 2"})
        with pytest.raises(Refused, match="changed since, in what the merge had set: phone"):
            merging.undo(house.managing, made.reference)

    def test_when_the_kept_record_was_itself_merged(self, house: House) -> None:
        made = merged(house, second(house))
        third = second(house)
        kept = Person.objects.get(pk=house.person.pk)
        answers = dict.fromkeys(merging.differing(merging.Two(third, kept)), "kept")
        merging.merge(house.managing, third.reference, kept.reference, (1, kept.version), answers, "Same person")
        with pytest.raises(Refused, match="itself merged later"):
            merging.undo(house.managing, made.reference)

    def test_when_a_number_that_would_come_back_belongs_to_another_record_now(self, house: House) -> None:
        gone = second(house)
        number = gone.nhs_number
        made = merged(house, gone, "kept")
        records.a_person(nhs_number=number)
        with pytest.raises(Refused, match="NHS number that would come back"):
            merging.undo(house.managing, made.reference)

    def test_by_somebody_who_is_not_its_manager(self, house: House) -> None:
        made = merged(house, second(house))
        for actor in (house.actor, house.outside, records.acting(records.staff("team_manager", house.other_team))):
            with pytest.raises(NotPermitted):
                merging.undo(actor, made.reference)


def test_both_records_stand_side_by_side_and_the_choice_is_what_is_kept(house: House) -> None:
    gone = second(house, phone="0191 333", email="ada@example.org")
    client = records.signed_in(house.manager)
    chosen = sent(client, f"/work/people/{house.person.reference}/merge/", {"number": gone.council_id})
    address = chosen.headers["Location"]
    page = opened(client, address)
    assert "0191 333" in page
    assert house.person.council_id in page
    assert gone.council_id in page
    answers = {"nhs_number": "kept", "council_id": "gone", "phone": "gone", "email": "gone", "why": "One person"}
    assert sent(client, address, answers, page).status_code == 302
    kept = Person.objects.get(pk=house.person.pk)
    assert (kept.nhs_number, kept.council_id, kept.phone) == (house.person.nhs_number, gone.council_id, "0191 333")
    merges = opened(client, f"/work/people/{kept.reference}/merge/")
    made = Merge.objects.get()
    assert "Take them apart again" in merges
    assert sent(client, f"/work/people/{kept.reference}/merge/", {"merge": made.reference}, merges).status_code == 302
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_what_would_stand_twice_stays_and_comes_back(house: House) -> None:
    gone = second(house)
    made = merged(house, gone)
    assert house.person.allocations.filter(ended_at=None).count() == 1
    assert list(made.moved["stayed"]) == ["people.Allocation.person"]
    merging.undo(house.managing, made.reference)
    assert gone.allocations.filter(ended_at=None).count() == 1
