"""A file of people: what would become of each row, and that this and nothing else is done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.audit.models import Event
from evenhand.site.people.importing import doing, keeping, services
from evenhand.site.people.importing.matching import CANNOT_OPEN
from evenhand.site.people.models import Allocation, Import, ImportMapping, NameGram, Person, Submitted
from evenhand.site.people.models.importing import Stage
from evenhand.site.people.queries.find import find
from evenhand.site.people.refusals import Refused, Stale
from tests.site import records
from tests.site.importing.conftest import House
from tests.site.importing.making import HEAD, csv_file, done, fates, planned, ready

pytestmark = pytest.mark.django_db
NEW = ["Bo Fresh", "", "N1", "1950", "ne2 2ee"]


def imported(house: House, rows: list[list[Any]], head: tuple[str, ...] = HEAD) -> Import:
    return done(house.actor, ready(house.actor, csv_file(rows, head), team=house.team.reference))


def fate(house: House, *rows: list[Any], head: tuple[str, ...] = HEAD) -> list[tuple[str, str]]:
    plan = planned(house.actor, ready(house.actor, csv_file(rows, head), team=house.team.reference))
    assert sum(plan.counts.values()) == len(rows)
    return [(line.fate.value, " ".join(line.why)) for line in plan.lines]


def test_a_new_person_is_made_as_a_page_makes_one(house: House) -> None:
    run = imported(house, [NEW])
    made = Person.objects.get(council_id="N1")
    assert (made.name, made.postcode, made.born, made.born_to) == ("Bo Fresh", "NE2 2EE", date(1950, 1, 1), "year")
    assert made.last_contact == timezone.localdate()
    assert made.is_adult
    assert not made.is_carer
    held = Allocation.objects.get(person=made)
    assert (held.team, held.worker, held.began_by) == (house.team, None, house.manager)
    assert find(house.actor, "bo fresh") == [made], "the search by name finds them"
    event = Event.objects.get(verb="people.import", case=made.reference)
    assert event.why == f"import {run.reference}"
    assert "Bo Fresh" in event.detail.content
    assert Event.objects.filter(subject=f"import:{run.reference}", why="done").count() == 1


def test_only_what_a_row_says_is_changed_and_an_empty_cell_says_nothing(house: House) -> None:
    before = house.person
    imported(house, [["Ada Other", before.nhs_number, "", "", "NE3 3EE"]])
    now = Person.objects.get(pk=before.pk)
    assert (now.name, now.postcode, now.version) == ("Ada Other", "NE3 3EE", before.version + 1)
    assert (now.born, now.council_id, now.nhs_number) == (before.born, "C1", before.nhs_number)
    assert find(house.actor, "Ada Other") == [now]
    event = Event.objects.get(verb="people.import", case=now.reference)
    assert "NE1 1EE" in event.detail.content
    assert "NE3 3EE" in event.detail.content


def test_the_same_file_twice_changes_nothing(house: House) -> None:
    rows = [NEW, ["Cy Second", records.nhs_number(901), "", "05/1961", ""]]
    imported(house, rows)
    before = list(Person.objects.order_by("pk").values())
    again = ready(house.actor, csv_file(rows), team=house.team.reference)
    assert set(fates(planned(house.actor, again)).values()) == {"same"}
    with pytest.raises(Refused, match="nothing to import"):
        done(house.actor, again)
    assert list(Person.objects.order_by("pk").values()) == before


def test_what_the_record_knows_better_stays(house: House) -> None:
    held = house.person
    row = [held.name, "", "C1", "1950", held.postcode, "01/01/2020"]
    assert fate(house, row, head=(*HEAD, "Last contact")) == [("same", "")]


CASES: list[tuple[list[Any], str]] = [
    (["", "", "N1", "", ""], "The name is missing"),
    (["Bo", "", "", "", ""], "neither an NHS number nor a council id"),
    (["Bo", "9434765918", "", "", ""], "NHS number: This is not an NHS number"),
    (["Bo", "", "N1", "05/17/1950", ""], "Date of birth: There is no such day. The month may stand first"),
    (["Bo", "", "N1", "01/01/1900", ""], "stands for “not known”"),
    (["Bo", "", "N1", "1/1/2999", ""], "still to come"),
    (["Bo", "", "N1", "", "Gateshead"], "not a whole UK postcode"),
    (["B" * 201, "", "N1", "", ""], "201 letters"),
    (["Bo", "", "U1", "", ""], CANNOT_OPEN),
    (["Bo", "", "u1", "", ""], CANNOT_OPEN),
    (["Ada Invented", records.nhs_number(902), "C1", "", ""], "another NHS number"),
    (["Zeb Otherwise", "", "C1", "3/3/1999", ""], "another name and another date of birth"),
]


@pytest.mark.parametrize(("row", "said"), CASES)
def test_a_row_that_cannot_be_is_rejected_with_its_reason(house: House, row: list[Any], said: str) -> None:
    assert said in fate(house, row)[0][1]
    assert fate(house, row)[0][0] == "rejected"


def test_two_rows_that_contradict_each_other_are_both_rejected_and_twins_used_once(house: House) -> None:
    twin = ["Di Twin", "", "N7", "", ""]
    found = fate(house, ["Bo", "", "N1", "", ""], ["Cy", "", "n1", "", ""], twin, twin)
    assert [one for one, _ in found] == ["rejected", "rejected", "new", "rejected"]
    assert "Row 3 has this council id too" in found[0][1]
    assert "the same as row 4" in found[3][1]


def test_two_numbers_of_two_records_are_no_row(house: House) -> None:
    other = records.a_person(name="Bea Two", council_id="C2")
    records.allocate(other, house.team)
    assert (
        "of one record and the council id of another"
        in fate(house, ["Ada", house.person.nhs_number, "C2", "", ""])[0][1]
    )


def test_a_number_that_was_merged_away_makes_no_second_record(house: House) -> None:
    records.a_person(name="Ada Old", council_id="C0", merged_into=house.person)
    records.a_person(name="Una Old", council_id="U0", merged_into=house.unseen)
    found = fate(house, ["Ada Old", "", "C0", "", ""], ["Una Old", "", "U0", "", ""])
    assert "merged into another" in found[0][1]
    assert found[1][1] == CANNOT_OPEN


@pytest.mark.parametrize("how", ["restricted", "emergency", "erased", "without a team"])
def test_a_record_that_is_closed_is_never_changed_and_never_described(house: House, how: str) -> None:
    person = records.a_person(name="Cleo Closed", council_id="X9", restricted=how == "restricted")
    if how in ("restricted", "erased"):
        records.allocate(person, house.team)
    if how == "erased":
        Person.objects.filter(pk=person.pk).update(erased_at=timezone.now())
    if how == "emergency":
        from evenhand.site.people.models import BreakGlass

        now = timezone.now()
        BreakGlass.objects.create(person=person, user=house.manager, why="x" * 20, opened_at=now,
                                  until=now + timedelta(hours=4))  # fmt: skip
    assert fate(house, ["Cleo Closed", "", "X9", "", "NE9 9ZZ"]) == [("rejected", CANNOT_OPEN)]


class TestLikelyDoubles:
    ROW = ("Ada Invented", "", "N5", "17/05/1950", "")

    def open(self, house: House) -> Import:
        return ready(house.actor, csv_file([self.ROW, NEW]), team=house.team.reference)

    def test_wait_for_a_decision_and_are_not_imported_without_one(self, house: House) -> None:
        run = self.open(house)
        assert fates(planned(house.actor, run)) == {2: "double", 3: "new"}
        done(house.actor, run)
        assert Person.objects.filter(council_id="N1").exists()
        assert not Person.objects.filter(council_id="N5").exists()

    @pytest.mark.parametrize(("decision", "becomes"), [("skip", "left_out"), ("new", "new"), ("it", "changed")])
    def test_become_what_was_decided(self, house: House, decision: str, becomes: str) -> None:
        run = self.open(house)
        records_before = Person.objects.count()
        if decision == "it":
            # The record has a council id of its own, so only one without can be the row's.
            Person.objects.filter(pk=house.person.pk).update(council_id=None)
            decision = house.person.reference
        run = services.decide(house.actor, run.reference, run.version, {2: decision})
        assert fates(planned(house.actor, run))[2] == becomes
        done(house.actor, run)
        assert Person.objects.count() - records_before == {"left_out": 1, "new": 2, "changed": 1}[becomes]
        if becomes == "changed":
            assert Person.objects.get(pk=house.person.pk).council_id == "N5"

    def test_a_decision_cannot_name_a_record_that_was_not_offered(self, house: House) -> None:
        run = self.open(house)
        for strange in (house.unseen.reference, "zzzzzzzzzzzz", ""):
            with pytest.raises(Refused):
                services.decide(house.actor, run.reference, run.version, {2: strange})

    def test_a_record_with_another_number_is_not_offered(self, house: House) -> None:
        run = self.open(house)  # the record has the council id C1, the row N5
        with pytest.raises(Refused):
            services.decide(house.actor, run.reference, run.version, {2: house.person.reference})

    def test_two_rows_of_one_file_may_be_one_person_too(self, house: House) -> None:
        found = fate(house, ["Bo Fresh", "", "N1", "1950", ""], ["Bo Fresh", "", "N2", "3/4/1950", ""])
        assert [one for one, _ in found] == ["new", "double"]


class TestDoing:
    def test_what_changed_meanwhile_is_looked_at_again_first(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        mark = planned(house.actor, run).mark
        other = records.a_person(name="Bo Fresh", council_id="n1")
        with pytest.raises(Refused, match="Records changed"):
            services.do(house.actor, run.reference, run.version, mark)
        assert Person.objects.filter(council_id__iexact="n1").get() == other

    def test_twice_is_once(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        mark = planned(house.actor, run).mark
        first = services.do(house.actor, run.reference, run.version, mark)
        events = Event.objects.count()
        assert services.do(house.actor, run.reference, run.version, mark).counts == first.counts
        assert Event.objects.count() == events
        assert Person.objects.filter(council_id="N1").count() == 1

    @pytest.mark.parametrize("at", ["note", "note_import", "index_names"])
    def test_killed_half_way_leaves_nothing(self, house: House, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
        rows = [NEW, ["Ada Renamed", "", "C1", "", ""]]
        run = ready(house.actor, csv_file(rows), team=house.team.reference)
        before = (list(Person.objects.order_by("pk").values()), Allocation.objects.count(), Event.objects.count(),
                  NameGram.objects.count())  # fmt: skip

        def fail(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        target = services if at == "note_import" else doing
        mark = planned(house.actor, run).mark
        with monkeypatch.context() as patched:
            patched.setattr(target, at, fail)
            with pytest.raises(KeyboardInterrupt):
                services.do(house.actor, run.reference, run.version, mark)
        assert before == (list(Person.objects.order_by("pk").values()), Allocation.objects.count(),
                          Event.objects.count(), NameGram.objects.count())  # fmt: skip
        assert keeping.folder(run.reference).is_dir()
        assert done(house.actor, Import.objects.get(pk=run.pk)).counts["new"] == 1

    def test_a_dry_run_writes_nothing_of_people(self, house: House, django_assert_max_num_queries: Any) -> None:
        run = ready(house.actor, csv_file([[f"Bo {n}", "", f"N{n}", "", ""] for n in range(60)]),
                    team=house.team.reference)  # fmt: skip
        people = list(Person.objects.order_by("pk").values())
        with django_assert_max_num_queries(12):  # not one a row
            planned(house.actor, run)
        assert list(Person.objects.order_by("pk").values()) == people

    def test_a_mapping_that_moved_is_stale(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        with pytest.raises(Stale):
            services.do(house.actor, run.reference, run.version - 1, planned(house.actor, run).mark)

    def test_another_manager_cannot_touch_it(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        other = records.acting(records.staff("team_manager", house.team))
        for attempt in (services.mine, services.give_up):
            with pytest.raises(NotPermitted):
                attempt(other, run.reference)
        with pytest.raises(NotPermitted):
            services.do(other, run.reference, run.version, "")


class TestValuesAndTeams:
    HEAD = (*HEAD, "Primary support reason", "Contact preference", "Interpreter", "Client type", "Team")

    def test_codes_are_guessed_and_what_is_not_known_is_rejected(self, house: House) -> None:
        north = house.team.name
        rows = [
            ["Bo A", "", "N1", "", "", "Physical Support - Personal Care Support", "Post", "Y", "Carer", north],
            ["Bo B", "", "N2", "", "", "Frailty", "", "N", "Adult", north],
            ["Bo C", "", "N3", "", "", "", "", "", "", house.other_team.name],
            ["Bo D", "", "N4", "", "", "", "", "", "", ""],
        ]
        run = ready(house.actor, csv_file(rows, self.HEAD))
        lines = planned(house.actor, run).lines
        assert [line.fate.value for line in lines] == ["new", "rejected", "rejected", "rejected"]
        assert "Nobody has said what “Frailty” means" in lines[1].why[0]
        assert "Team" in lines[2].why[0], "a manager imports into their own teams"
        assert "not said which team" in lines[3].why[0]
        done(house.actor, run)
        made = Person.objects.get(council_id="N1")
        assert (made.reason, made.contact_by, made.interpreter) == ("personal_care", "letter", True)
        assert (made.is_adult, made.is_carer) == (False, True)

    def test_a_column_of_no_codes_is_refused(self, house: House) -> None:
        rows = [[f"Bo {n}", "", f"N{n}", "", "", f"reason {n}", "", "", "", ""] for n in range(40)]
        with pytest.raises(Refused, match="40 different values"):
            ready(house.actor, csv_file(rows, self.HEAD))

    def test_the_mapping_of_a_system_is_saved_versioned_and_used_again(self, house: House) -> None:
        head = ("Who", "Their number", "Why here")
        raw = csv_file([["Bo", "N1", "Frailty"]], head)
        run = services.begin(house.actor, "people", "Old system", "a.csv", raw)
        chosen = {"name": 0, "council_id": 1, "reason": 2}
        run = services.choose_columns(house.actor, run.reference, run.version, chosen, house.team.reference)
        run = services.choose_values(house.actor, run.reference, run.version, {"reason": {"Frailty": "access"}})
        versions = list(ImportMapping.objects.order_by("version").values_list("version", "values"))
        assert versions == [(1, {"reason": {}}), (2, {"reason": {"Frailty": "access"}})]
        again = services.begin(house.actor, "people", "old SYSTEM", "b.csv", raw)
        again = services.choose_columns(house.actor, again.reference, again.version, chosen, house.team.reference)
        assert again.values == {"reason": {"Frailty": "access"}}, "known from the last time"
        assert ImportMapping.objects.count() == 2, "nothing moved, so there is no third version"
        assert Event.objects.filter(subject__startswith="mapping:").count() == 2


class TestFilesThatWait:
    def test_are_for_this_user_only_and_go_when_given_up(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        place = keeping.folder(run.reference)
        assert place.stat().st_mode & 0o777 == 0o700
        assert {one.stat().st_mode & 0o777 for one in place.iterdir()} == {0o600}
        assert services.give_up(house.actor, run.reference).stage == Stage.GIVEN_UP
        assert services.give_up(house.actor, run.reference).stage == Stage.GIVEN_UP

    def test_go_after_a_day_and_when_no_import_has_them(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        fresh = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        Import.objects.filter(pk=run.pk).update(made_at=timezone.now() - timedelta(hours=25))
        assert keeping.sweep() == 1
        assert keeping.sweep() == 0
        assert not keeping.folder(run.reference).exists()
        assert keeping.folder(fresh.reference).exists()
        assert Import.objects.get(pk=run.pk).stage == Stage.EXPIRED
        with pytest.raises(Refused, match="over"):
            services.do(house.actor, run.reference, run.version, "")

    def test_go_when_the_import_is_done(self, house: House, django_capture_on_commit_callbacks: Any) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        with django_capture_on_commit_callbacks(execute=True):
            done(house.actor, run)
        assert not keeping.folder(run.reference).exists()

    def test_a_refused_file_leaves_nothing_behind(self, house: House) -> None:
        with pytest.raises(Refused):
            services.begin(house.actor, "people", "Old system", "a.csv", b"Name,Id\n")
        assert not Import.objects.exists()
        assert not list(keeping.folder("x").parent.iterdir())

    def test_say_nothing_of_people_in_the_database(self, house: House) -> None:
        run = ready(house.actor, csv_file([NEW]), team=house.team.reference)
        held = str(
            list(Import.objects.values()) + list(ImportMapping.objects.values()) + list(Submitted.objects.values())
        )
        assert "Bo Fresh" not in held
        assert run.reference in held
