"""Making a record and changing it: names, numbers, births as far as they are known, and what the audit keeps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.facts.people import needs, retention
from evenhand.site.accounts.actor import NotPermitted
from evenhand.site.audit.models import Event
from evenhand.site.people import names, numbers
from evenhand.site.people.born import age_words, born_from, born_words, last_possible, may_be_same, parts
from evenhand.site.people.models import Person
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.refusals import Refused, Stale
from evenhand.site.people.services import glass, persons
from tests.site import records
from tests.site.people.asking import opened, sent
from tests.site.people.conftest import House

TODAY = date(2026, 6, 15)


class TestNumbers:
    @pytest.mark.parametrize("typed", ["9434765919", "943 476 5919", " 943-476-5919 ", "943\u00a0476\u00a05919"])
    def test_an_nhs_number_is_taken_with_or_without_gaps(self, typed: str) -> None:
        assert numbers.nhs_number(typed) == "9434765919"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [("943 476 5918", "last digit"), ("943476591", "10 digits"), ("94347659199", "10 digits"), ("abc", "10 digits"),
         ("٩٤٣٤٧٦٥٩١٩", "10 digits")],
    )  # fmt: skip
    def test_what_is_no_nhs_number_is_refused(self, typed: str, said: str) -> None:
        with pytest.raises(Refused, match=said):
            numbers.nhs_number(typed)

    def test_nothing_is_no_number(self) -> None:
        assert numbers.nhs_number("  ") is None

    @given(st.integers(0, 999_999_999))
    def test_of_ten_last_digits_at_most_one_is_taken(self, start: int) -> None:
        """The check digit, worked out here from its definition: weights 10 to 2, modulus 11."""
        digits = f"{start:09d}"
        check = (11 - sum((10 - i) * int(d) for i, d in enumerate(digits)) % 11) % 11
        taken = []
        for last in range(10):
            try:
                taken.append(numbers.nhs_number(f"{digits}{last}"))
            except Refused:
                continue
        assert taken == ([] if check == 10 else [f"{digits}{check}"])

    def test_it_is_shown_as_letters_print_it(self) -> None:
        assert numbers.shown("9434765919") == "943 476 5919"

    @pytest.mark.parametrize(("typed", "kept"), [("ne11ee", "NE1 1EE"), ("sw1a 1aa", "SW1A 1AA"), ("", "")])
    def test_a_postcode_gets_its_space(self, typed: str, kept: str) -> None:
        assert numbers.postcode(typed) == kept

    @pytest.mark.parametrize("typed", ["NE1", "12345", "NE1 1EEE"])
    def test_what_is_no_postcode_is_refused(self, typed: str) -> None:
        with pytest.raises(Refused):
            numbers.postcode(typed)


class TestBorn:
    @pytest.mark.parametrize(
        ("typed", "kept", "words", "age"),
        [
            (("17", "5", "1950"), (date(1950, 5, 17), BornTo.DAY), "17 May 1950", "76"),
            (("", "5", "1950"), (date(1950, 5, 1), BornTo.MONTH), "May 1950, day not known", "about 76"),
            (("", "", "1950"), (date(1950, 1, 1), BornTo.YEAR), "1950, day and month not known", "about 76"),
            (("", "", ""), (None, BornTo.UNKNOWN), "Not known", ""),
            (("29", "2", "1952"), (date(1952, 2, 29), BornTo.DAY), "29 February 1952", "74"),
        ],
    )  # fmt: skip
    def test_as_far_as_it_is_known(self, typed: Any, kept: Any, words: str, age: str) -> None:
        found = born_from(*typed, TODAY)
        assert found == kept
        assert born_words(*found) == words
        assert age_words(*found, TODAY) == age

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            (("31", "2", "1950"), "no such day"), (("0", "5", "1950"), "no such day"),
            (("1", "13", "1950"), "no such day"),
            (("29", "2", "1951"), "no such day"), (("1", "1", "1899"), "before 1900"),
            (("1", "1", "50"), "before 1900"),
            (("16", "6", "2026"), "still to come"), (("", "7", "2026"), "still to come"),
            (("17", "", "1950"), "lacks the month"),
            (("17", "5", ""), "lacks the year"), (("", "5", ""), "lacks the year"),
            (("x", "5", "1950"), "must be numbers"),
            (("१", "5", "1950"), "must be numbers"), (("1", "1", "99999"), "must be numbers"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_a_date_of_birth_is_refused(self, typed: Any, said: str) -> None:
        with pytest.raises(Refused, match=said):
            born_from(*typed, TODAY)

    @given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from([BornTo.DAY, BornTo.MONTH, BornTo.YEAR]))
    def test_a_form_shows_again_what_was_kept(self, day: date, to: BornTo) -> None:
        first = {BornTo.DAY: day, BornTo.MONTH: day.replace(day=1), BornTo.YEAR: date(day.year, 1, 1)}[to]
        assert born_from(*parts(first, to), TODAY) == (first, to)
        assert first <= day <= last_possible(first, to)

    @given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from([BornTo.MONTH, BornTo.YEAR]))
    def test_a_day_can_be_the_same_as_the_month_or_year_that_holds_it(self, day: date, to: BornTo) -> None:
        first = day.replace(day=1) if to == BornTo.MONTH else date(day.year, 1, 1)
        assert may_be_same((day, BornTo.DAY), (first, to))
        after = last_possible(first, to) + timedelta(days=1)
        assert not may_be_same((after, BornTo.DAY), (first, to))


class TestNames:
    @pytest.mark.parametrize(
        ("asked", "name"),
        [("zoe obrien", "Zoë O'Brien"), ("O’Brien Zoe", "Zoë O'Brien"), ("MULLER-SMITH", "Ann Müller-Smith"),
         ("Smiht", "John Smith"), ("Jonh Smth", "John Smith"), ("lukasz", "Łukasz Nowak"),
         ("nowak łukasz", "Lukasz Nowak")],
    )  # fmt: skip
    def test_alike(self, asked: str, name: str) -> None:
        assert names.likeness(asked, name) >= names.LIKELY
        assert names.grams(asked) & names.grams(name)

    @pytest.mark.parametrize(
        ("asked", "name"), [("Smith", "Jones"), ("John Smith", "Mary Smith"), ("", "A"), ("A", "")]
    )
    def test_not_alike(self, asked: str, name: str) -> None:
        assert names.likeness(asked, name) < names.LIKELY

    @given(st.text(max_size=60))
    def test_any_text_has_grams_of_three_in_plain_form(self, text: str) -> None:
        assert all(len(gram) == 3 and gram == gram.casefold() for gram in names.grams(text) if gram.isascii())
        assert names.grams(text) == names.grams(" ".join(reversed(names.words(text)))) or len(names.words(text)) == 8


def test_needs_and_retention_are_facts_with_their_source() -> None:
    assert {"braille", "bsl_interpreter", "easy_read"} <= set(needs())
    assert (retention(TODAY).years, retention(TODAY).status) == (8, "unconfirmed")
    with pytest.raises(LookupError):
        retention(date(1990, 1, 1))


@pytest.mark.django_db
class TestMaking:
    def test_the_maker_is_the_worker_and_the_search_finds_the_name(self, house: House) -> None:
        made = persons.make(house.actor, {"name": "Zoë O'Brien"}, house.team.reference)
        assert made.allocations.get().worker == house.practitioner
        assert set(made.grams.values_list("gram", flat=True)) == names.grams("zoe obrien")

    def test_a_broker_an_auditor_and_a_citizen_make_none(self, house: House) -> None:
        for user in (records.staff("broker", house.team), records.staff("auditor"), records.citizen(house.person)):
            with pytest.raises(NotPermitted):
                persons.make(records.acting(user), {"name": "A"}, house.team.reference)

    def test_a_team_that_is_not_theirs_is_refused(self, house: House) -> None:
        with pytest.raises(Refused, match="do not work in this team"):
            persons.make(house.actor, {"name": "A"}, house.other_team.reference)

    def test_a_number_of_a_record_that_cannot_be_seen_is_refused_without_saying_whose(self, house: House) -> None:
        with pytest.raises(Refused) as refused:
            persons.make(
                house.outside, {"name": "B", "nhs_number": house.person.nhs_number}, house.other_team.reference
            )
        assert str(refused.value) == "There is a record with this NHS number that you cannot open. Ask your manager."

    def test_likely_doubles_are_shown_first_and_only_those_that_can_be_seen(self, house: House) -> None:
        hidden = records.a_person(name="Ada Invented")
        records.allocate(hidden, house.other_team)
        client = records.signed_in(house.practitioner)
        answers = {"name": "Invented, Ada", "who": "adult", "born-year": "1950"}
        page = sent(client, "/work/people/new/", answers).content.decode()
        assert house.person.reference in page
        assert hidden.reference not in page
        assert not Person.objects.filter(name="Invented, Ada").exists()
        assert sent(client, "/work/people/new/", answers, page).status_code == 422
        assert sent(client, "/work/people/new/", answers | {"another": "on"}, page).status_code == 302
        assert Person.objects.filter(name="Invented, Ada").count() == 1

    def test_the_same_name_born_in_another_year_is_no_double(self, house: House) -> None:
        made = persons.make(
            house.actor, {"name": "Ada Invented", "born": (date(1931, 1, 1), BornTo.YEAR)}, house.team.reference
        )
        assert made.pk

    def test_the_page_says_beside_each_answer_what_is_wrong(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        answers = {
            "name": "",
            "nhs_number": "123",
            "postcode": "x",
            "born-day": "31",
            "born-month": "2",
            "born-year": "1950",
        }
        page = sent(client, "/work/people/new/", answers).content.decode()
        for said in (
            "Write the person&#39;s name",
            "10 digits",
            "whole UK postcode",
            "no such day",
            "Choose whose record",
        ):
            assert said in page, said
        assert 'href="#born-day"' in page
        assert "<title>\nError:" in page or "<title>Error:" in page


@pytest.mark.django_db
class TestChanging:
    def test_the_audit_keeps_only_the_fields_that_changed(self, house: House) -> None:
        given = {"phone": "0191 1", "email": "", "name": "Ada Invented"}
        persons.change(house.actor, house.person.reference, 1, given)
        event = Event.objects.latest("number")
        assert (event.verb, event.case) == ("people.person.change", house.person.reference)
        assert json.loads(event.detail.content) == {"before": {"phone": ""}, "after": {"phone": "0191 1"}}

    def test_saving_what_is_there_is_no_change_and_no_event(self, house: House) -> None:
        before = Event.objects.count()
        persons.change(house.actor, house.person.reference, 1, {"name": "Ada Invented"})
        house.person.refresh_from_db()
        assert (house.person.version, Event.objects.count()) == (1, before)

    def test_a_stale_page_is_refused(self, house: House) -> None:
        persons.change(house.actor, house.person.reference, 1, {"phone": "1"})
        with pytest.raises(Stale):
            persons.change(house.actor, house.person.reference, 1, {"phone": "2"})

    def test_a_new_name_is_found_and_the_old_one_is_not(self, house: House) -> None:
        persons.change(house.actor, house.person.reference, 1, {"name": "Grace Renamed"})
        assert set(house.person.grams.values_list("gram", flat=True)) == names.grams("Grace Renamed")

    def test_outsiders_and_whoever_broke_the_glass_change_nothing(self, house: House) -> None:
        glass.open_in_emergency(house.outside, house.person.council_id or "", "The ambulance is at the door now")
        for actor in (house.outside, records.acting(records.staff("finance_officer"))):
            with pytest.raises(NotPermitted):
                persons.change(actor, house.person.reference, 1, {"phone": "1"})
        client = records.signed_in(house.outsider)
        assert "you may look, not change" in opened(client, f"/work/people/{house.person.reference}/")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"died": date(1940, 1, 1)}, "before the date of birth"),
            ({"moved_to": "Elsewhere"}, "not when"),
            ({"is_adult": False, "is_carer": False}, "of an adult, of a carer"),
            ({"reason": "hacked"}, "not one of the answers"),
            ({"formats": ["telepathy"]}, "not a need on the list"),
            ({"restricted": True}, "cannot set restricted"),
            ({"merged_into": 1}, "cannot set merged_into"),
        ],
    )
    def test_what_cannot_be_is_refused(self, house: House, given: dict[str, Any], said: str) -> None:
        with pytest.raises(Refused, match=said):
            persons.change(house.actor, house.person.reference, 1, given)

    def test_a_number_of_another_record_is_refused_and_nothing_is_saved(self, house: House) -> None:
        other = records.a_person(council_id="AB12")
        with pytest.raises(Refused, match="council id"):
            persons.change(house.actor, house.person.reference, 1, {"council_id": "ab12", "phone": "9"})
        house.person.refresh_from_db()
        assert house.person.phone == ""
        assert other.council_id == "AB12"

    def test_every_part_has_a_page_that_saves_it(self, house: House) -> None:
        client, base = records.signed_in(house.practitioner), f"/work/people/{house.person.reference}/change/"
        pages: dict[str, dict[str, Any]] = {
            "name": {"name": "Ada Lovely", "nhs_number": numbers.shown(house.person.nhs_number), "council_id": "X1"},
            "birth": {"born-month": "5", "born-year": "1950"},
            "contact": {"contact_by": "text", "email": "ADA@Example.org", "postcode": "ne11ee", "last_contact-day": "1",
                        "last_contact-month": "2", "last_contact-year": "2026"},
            "communication": {"language": "Polish", "interpreter": "on", "formats": ["braille", "easy_read"]},
            "reason": {"who": "both", "reason": "memory"},
            "left": {"moved-day": "1", "moved-month": "3", "moved-year": "2026", "moved_to": "Newtown"},
        }  # fmt: skip
        for part, answers in pages.items():
            answer = sent(client, f"{base}{part}/", answers)
            assert answer.status_code == 302, (part, answer.content.decode())
        one = Person.objects.get(pk=house.person.pk)
        held = (one.name, one.council_id, one.born, one.born_to, one.contact_by, one.email, one.postcode, one.language)
        assert held == ("Ada Lovely", "X1", date(1950, 5, 1), "month", "text", "ada@example.org", "NE1 1EE", "Polish")
        assert (one.interpreter, one.formats, one.is_carer, one.reason) == (
            True,
            ["braille", "easy_read"],
            True,
            "memory",
        )
        assert (one.moved, one.moved_to, one.last_contact) == (date(2026, 3, 1), "Newtown", date(2026, 2, 1))

    def test_who_was_second_is_told_nothing_is_lost_and_what_they_send_again_counts(self, house: House) -> None:
        client, address = (
            records.signed_in(house.practitioner),
            f"/work/people/{house.person.reference}/change/contact/",
        )
        page = opened(client, address)
        persons.change(house.actor, house.person.reference, 1, {"legal_name": "Somebody Else Wrote This"})
        answer = sent(client, address, {"phone": "01632 960001"}, page)
        again = answer.content.decode()
        assert (answer.status_code, "01632 960001" in again) == (422, True)
        assert "Somebody else changed this record" in again
        assert sent(client, address, {"phone": "01632 960001"}, again).status_code == 302
        one = Person.objects.get(pk=house.person.pk)
        assert (one.phone, one.legal_name) == ("01632 960001", "Somebody Else Wrote This")

    def test_a_part_that_is_none_is_not_there(self, house: House) -> None:
        client = records.signed_in(house.practitioner)
        assert client.get(f"/work/people/{house.person.reference}/change/hold/").status_code == 404
