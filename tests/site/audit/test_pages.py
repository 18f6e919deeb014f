"""The auditor's pages: what they show, to whom, and that reading them is written down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from evenhand.site.audit import queries, services
from evenhand.site.audit.models import Event
from evenhand.site.audit.queries import Filter, looks
from evenhand.site.audit.services import SYSTEM, Who, erase_details, record
from evenhand.site.audit.verify import verify
from tests.site import records

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"


def act(case: str = "case1", actor: str = "worker1", verb: str = "people.person.change", **more: Any) -> Event:
    with transaction.atomic():
        return record(Who(actor, "practitioner"), verb, f"person:{case}", case=case, **more)


@pytest.fixture
def auditor() -> Client:
    return records.signed_in(records.staff("auditor", name="Audrey Auditor"))


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


@pytest.fixture
def on_days(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Three events a day at 23:30 London time, on four days in summer, when London is an hour before UTC."""
    made = []
    for day in (1, 2, 3, 4):
        at = datetime(2026, 7, day, 22, 30, tzinfo=UTC)
        monkeypatch.setattr(services.timezone, "now", lambda at=at: at)
        made += [act(case=f"case{n}", actor=f"worker{n}") for n in (1, 2, 3)]
    monkeypatch.undo()
    return made


# --- who has looked at my record ------------------------------------------------------------------------------------


def test_looks_are_those_at_one_record_newest_first_and_page_on_by_number(django_assert_num_queries: Any) -> None:
    numbers = [act(case=f"case{n % 2}", verb="people.person.view", why=f"Visit {n}").number for n in range(6)]
    with django_assert_num_queries(1):
        first = looks("case1", limit=2)
    assert [look.number for look in first] == [numbers[5], numbers[3]]
    assert (first[0].actor, first[0].role, first[0].verb) == ("worker1", "practitioner", "people.person.view")
    assert first[0].why == "Visit 5"
    assert [look.number for look in looks("case1", limit=2, before=first[-1].number)] == [numbers[1]]


@pytest.mark.parametrize(("case", "limit"), [("", 10), ("nobody", 10), ("case1", 0), ("case1", -1)])
def test_looks_at_nothing_are_none(case: str, limit: int) -> None:
    act()
    with transaction.atomic():
        record(SYSTEM, "system.start", "system")
    assert looks(case, limit) == []


# --- filters --------------------------------------------------------------------------------------------------------

FILTERS = [
    (Filter(), range(1, 13)),
    (Filter(case="case1"), (1, 4, 7, 10)),
    (Filter(actor="worker2"), (2, 5, 8, 11)),
    (Filter(verb="people.person.view"), ()),
    (Filter(since=date(2026, 7, 3)), range(7, 13)),
    (Filter(until=date(2026, 7, 1)), range(1, 4)),
    (Filter(since=date(2026, 7, 2), until=date(2026, 7, 2)), range(4, 7)),
    (Filter(case="case3", since=date(2026, 7, 2), until=date(2026, 7, 3)), (6, 9)),
    (Filter(since=date(2026, 7, 5)), ()),
    (Filter(until=date(2026, 6, 30)), ()),
]


@pytest.mark.parametrize(
    ("asked", "numbers"), FILTERS, ids=lambda value: str(value) if isinstance(value, Filter) else ""
)
def test_a_filter_finds_what_a_plain_reading_of_every_event_finds(
    on_days: list[Event], asked: Filter, numbers: Any
) -> None:
    assert [e.number for e in queries.events(asked, 100)] == sorted(numbers, reverse=True)


def test_an_event_written_while_the_clock_was_an_hour_behind_is_found_on_its_day(
    on_days: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = datetime(2026, 7, 4, 21, 30, tzinfo=UTC)
    monkeypatch.setattr(services.timezone, "now", lambda: behind)
    late = act(case="late")
    assert [e.number for e in queries.events(Filter(since=date(2026, 7, 4), until=date(2026, 7, 4)), 1)] == [
        late.number
    ]


def test_days_of_a_long_audit_are_found_by_halving(on_days: list[Event], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2 * (1 + 4) + 1):  # 12 events are halved in at most 4 steps
        queries.events(Filter(since=date(2026, 7, 2), until=date(2026, 7, 3)), 10)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_list_shows_who_did_what_by_name_and_links_on(auditor: Client, django_assert_max_num_queries: Any) -> None:
    worker = records.staff("practitioner", name="Wanda Worker")
    for _ in range(3):
        act(actor=worker.reference, why="Annual review")
    with django_assert_max_num_queries(24):
        page = text(auditor, "/work/audit/")
    assert page.count("Wanda Worker") == 3
    assert 'href="/work/audit/1/"' in page
    assert "3 events match" in page


def test_older_events_are_on_the_next_page_and_none_is_left_out_or_shown_twice(auditor: Client) -> None:
    import re

    for _ in range(120):
        act()
    seen: list[str] = []
    path = "/work/audit/?case=case1"
    for turn in range(3):
        page = text(auditor, path)
        assert "Asked for: case case1." in page
        seen += re.findall(r'href="/work/audit/(\d+)/"', page)
        older = re.search(r'href="(\?case=case1&amp;before=\d+)"', page)
        assert bool(older) == (turn < 2)
        path = "/work/audit/" + older[1].replace("&amp;", "&") if older else ""
    mine = set(Event.objects.filter(verb="people.person.change").values_list("number", flat=True))
    assert len(seen) == len(set(seen))
    assert mine <= {int(number) for number in seen}


def test_reading_the_audit_is_in_the_audit_once_with_what_was_asked_for(auditor: Client) -> None:
    act()
    text(auditor, "/work/audit/?case=case1&since=1/4/2020")
    text(auditor, "/work/audit/1/")
    text(auditor, "/work/audit/chain/")
    written = Event.objects.filter(verb="audit.event.view").values_list("subject", "case", "why", "role")
    assert list(written) == [
        ("audit:events", "case1", "case case1, since 2020-04-01", "auditor"),
        ("event:1", "case1", "event 1", "auditor"),
        ("audit:chain", "", "how the chain stands", "auditor"),
    ]  # fmt: skip
    assert verify().whole


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("since=yesterday", "Write the day like 1/4/2026."),
        ("since=2/4/2026&until=1/4/2026", "This day is before the other one."),
        ("until=1/1/0001", "Write a year between 1900 and 2200."),
        ("case=a%20b", "A reference has letters and digits only."),
        ("verb=" + "x" * 61, "at most 60 characters"),
    ],
)
def test_a_filter_that_is_none_is_said_and_nothing_is_shown(auditor: Client, query: str, says: str) -> None:
    act()
    page = text(auditor, f"/work/audit/?{query}")
    assert "There is a problem" in page
    assert says in page
    assert "Events, the newest first" not in page
    assert not Event.objects.filter(verb="audit.event.view").exists()


@pytest.mark.parametrize("before", ["0", "-1", "x", str(2**63), "1e5", "1" * 400])
def test_a_page_that_is_none_is_refused_and_nothing_breaks(auditor: Client, before: str) -> None:
    assert "Nothing is shown yet" in text(auditor, f"/work/audit/?before={before}")


def test_one_event_shows_before_and_after_field_by_field(auditor: Client) -> None:
    act(before={"name": EVIL, "old": 1}, after={"name": "Ada", "born": date(1950, 5, 17), "tags": ["a"], "note": ""})
    page = text(auditor, "/work/audit/1/")
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    for shown in ("1950-05-17", "[&#34;a&#34;]", "Not recorded", "Empty"):
        assert shown in page


def test_what_was_erased_is_not_shown_and_the_reason_is_a_link_away(auditor: Client) -> None:
    act(after={"name": "Ada Erased"})
    assert erase_details(SYSTEM, "case1", "The law asks for it") == 1
    page = text(auditor, "/work/audit/1/")
    assert "Ada Erased" not in page
    assert 'href="/work/audit/2/"' in page
    assert "The law asks for it" in text(auditor, "/work/audit/2/")


@pytest.mark.parametrize("number", ["99", "0", str(2**62), "9" * 40])
def test_an_event_that_is_not_there_is_not_found(auditor: Client, number: str) -> None:
    text(auditor, f"/work/audit/{number}/", 404)


@pytest.mark.parametrize("role", ["practitioner", "team_manager", "administrator", "analyst", "finance_officer"])
def test_nobody_but_an_auditor_reads_it_and_a_refusal_says_nothing_of_what_is_there(role: str) -> None:
    act()
    other = records.signed_in(records.staff(role))
    answers = [text(other, path, 403) for path in ("/work/audit/1/", "/work/audit/9/", "/work/audit/")]
    assert answers[0].replace("audit/1/", "audit/9/") == answers[1]  # the address stands at the foot
    assert not Event.objects.filter(verb="audit.event.view").exists()


def test_the_page_of_the_chain_says_how_it_stands(auditor: Client) -> None:
    assert "Nobody has verified it yet." in text(auditor, "/work/audit/chain/")
    act()
    found = verify()
    services.verified(SYSTEM, "", found.events, found.seal)
    made = services.sign()
    page = text(auditor, "/work/audit/chain/")
    assert "2 events verified, no fault." in page
    assert f"at event {made.event_id}" in page
    services.verified(SYSTEM, "Event 2: its fields are not the ones that were sealed.", 4, "f" * 64)
    page = text(auditor, "/work/audit/chain/")
    assert "its fields are not the ones" in page
    assert "Yes, on" not in page


# --- checkpoints that are due and erasure ---------------------------------------------------------------------------


def test_a_checkpoint_is_due_after_many_events_or_a_day_and_not_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert services.checkpoint_if_due() is None  # nothing happened yet
    act()
    assert services.checkpoint_if_due() is not None  # never signed
    act()
    assert services.checkpoint_if_due() is None
    monkeypatch.setattr(services, "EVERY", 2)
    act()
    assert services.checkpoint_if_due() is not None
    tomorrow = services.timezone.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(services.timezone, "now", lambda: tomorrow)
    assert services.checkpoint_if_due() is None  # a day without an event
    act()
    assert services.checkpoint_if_due() is not None
    assert verify().whole


def test_erasing_twice_erases_once_and_leaves_other_records_alone() -> None:
    act(after={"x": 1})
    act(case="case2", after={"x": 1})
    assert erase_details(SYSTEM, "case1", "Asked") == 1
    assert erase_details(SYSTEM, "case1", "Asked") == 0
    assert Event.objects.count() == 3
    assert queries.fields(queries.event(2) or Event()) != []
    assert verify().whole
    act(after={"x": 2})
    assert erase_details(SYSTEM, "case1", "Asked again") == 1
    assert verify().whole
