"""A person, an assessment, the person's own part on a phone, a decision; who is refused; and the auditor who sees it.

On SQLite always, on PostgreSQL when DATABASE_URL names one.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from playwright.sync_api import Browser, Locator, ViewportSize, expect
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import Team, User
from evenhand.site.accounts.roles import Role
from evenhand.site.audit.verify import verify
from evenhand.site.people.models import Assessment, Determination, Person
from evenhand.site.people.models.assessment import Said, State
from tests.journeys.conftest import DESK, PHONE, Visit, enter, visiting
from tests.site import records

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "seven green kettles sing"
ADULTS_WORDS = "I want to get to choir on Thursdays again. “Ave Maria” with <friends> & neighbours."
REASONS = "Ines cannot cook or get about without help since the stroke, and misses the people who matter to her most."


@dataclass
class Staffed:
    """Two teams, and who works in them."""

    north: Team
    practitioner: User
    manager: User
    elsewhere: User
    auditor: User
    secret: str  # of the practitioner's codes


@pytest.fixture
def staffed(open_records: str) -> Staffed:
    north, south = records.team("Tarnside North"), records.team("Tarnside South")
    practitioner = records.staff(Role.PRACTITIONER, north, name="Priya Fieldworth", second_factor=False)
    practitioner.set_password(PASSWORD)
    practitioner.save()
    secret = generate_totp_secret()
    TOTP.activate(practitioner, secret)
    return Staffed(
        north, practitioner, records.staff(Role.TEAM_MANAGER, north, name="Denise Oakshaw"),
        records.staff(Role.TEAM_MANAGER, south, name="Marcus Redfern-Low"),
        records.staff(Role.AUDITOR, name="Ruth Veritable"), secret,
    )  # fmt: skip


def look(visit: Visit, name: str) -> None:
    """A page without barriers that fits, kept as a picture."""
    assert visit.barriers() == [], name
    assert visit.sideways() == 0, name
    size = visit.page.viewport_size
    assert size
    visit.keep(f"records-{name}-{size['width']}")


def title(visit: Visit, words: str | re.Pattern[str]) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(words)


def press(visit: Visit, name: str) -> None:
    visit.page.get_by_role("button", name=name, exact=True).click()


def follow(visit: Visit, name: str) -> None:
    visit.page.get_by_role("link", name=name).first.click()


def sign_in(visit: Visit, staffed: Staffed) -> None:
    visit.go("/account/login/")
    visit.page.get_by_label("Email address").fill(staffed.practitioner.email)
    visit.page.get_by_label("Password").fill(PASSWORD)
    press(visit, "Sign in")
    visit.page.get_by_label("Code", exact=True).fill(
        format_hotp_value(hotp_value(staffed.secret, int(time.time()) // 30))
    )
    press(visit, "Sign in")
    title(visit, "What waits for you today?")


def new_person(visit: Visit, name: str) -> str:
    """Record somebody by the pages; their reference."""
    follow(visit, "Make a new record")
    press(visit, "Make the record")
    expect(visit.page.get_by_role("alert").first).to_contain_text("There is a problem")
    look(visit, "new-refused")
    visit.page.get_by_label("What does the person want to be called?").fill(name)
    for part, value in (("Day", "17"), ("Month", "5"), ("Year", "1950")):
        visit.page.get_by_label(part, exact=True).fill(value)
    visit.page.get_by_label("NHS number").fill(records.nhs_number(4_000))
    visit.page.get_by_label("Postcode").fill("xv1 2ab")
    look(visit, "new")
    press(visit, "Make the record")
    title(visit, name)
    look(visit, "person")
    return visit.page.url.rstrip("/").rsplit("/", 1)[1]


def invite(visit: Visit, name: str) -> str:
    """Invite the person to their own record; the link in the letter."""
    follow(visit, "Invite the person, or somebody for them")
    visit.page.get_by_label("The person themselves").check()
    visit.page.get_by_label("Their name").fill(name)
    visit.page.get_by_label("Their email address").fill("ines@example.org")
    look(visit, "invite")
    press(visit, "Send the invitation")
    expect(visit.page.get_by_text("Budget holder, invited on")).to_be_visible()
    found = re.search(r"http\S+/account/invitation/\S+", mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[0]


def begin(visit: Visit, reference: str) -> None:
    """A light assessment, begun and sent to the person."""
    visit.go(f"/work/people/{reference}/assessments/")
    look(visit, "assessments-none")
    follow(visit, "Begin an assessment")
    visit.page.get_by_label("Light: every question").check()
    look(visit, "begin")
    press(visit, "Begin")
    title(visit, "Needs assessment")
    look(visit, "tasks")
    follow(visit, "Send it to the person to fill in")
    visit.page.get_by_label("Plain words").check()
    look(visit, "send")
    press(visit, "Send it to the person")
    expect(visit.page.get_by_role("alert")).to_have_count(0)
    look(visit, "waiting")


def join(visit: Visit, link: str) -> None:
    """The person opens the link in their letter and makes an account."""
    visit.page.goto(link)
    look(visit, "invitation")
    visit.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visit.page.get_by_label("The same password again").fill(PASSWORD)
    press(visit, "Make my account")


def fill_in(visit: Visit, staffed: Staffed) -> None:
    """The person fills in their part: a page that is refused, away and back, checked and sent; and who has looked."""
    visit.go("/my/")
    follow(visit, "Ines Castellane")
    title(visit, "Hello, Ines Castellane")
    look(visit, "my-record")
    follow(visit, "Fill in your part")
    look(visit, "my-start")
    press(visit, "Start")
    title(visit, "What matters to you?")
    visit.page.get_by_label("In your words").fill(ADULTS_WORDS)
    look(visit, "my-words")
    press(visit, "Save and go on")
    press(visit, "Save and go on")  # nothing ticked: said, and nothing is lost
    expect(visit.page.get_by_role("alert").first).to_contain_text("Tick an answer")
    look(visit, "my-question-refused")
    visit.page.get_by_label("I cannot do it without help").check()
    press(visit, "Save and come back later")
    expect(visit.page.get_by_text("You have answered 2 of 12.")).to_be_visible()
    look(visit, "my-came-back")
    press(visit, "Go on")
    for number in range(3, 13):
        expect(visit.page.get_by_text(f"Question {number} of 12", exact=True)).to_be_visible()
        wanted = "I cannot do it without help" if number == 9 else "I can do this without help"
        box = visit.page.get_by_label(wanted)
        (box if box.count() else visit.page.locator("input[type=checkbox], input[type=radio]").first).check()
        press(visit, "Save and go on")
    title(visit, "Check your answers")
    look(visit, "my-check")
    press(visit, "Send to the council")
    expect(visit.page.get_by_text("The council is reading it.")).to_be_visible()
    look(visit, "my-sent")
    visit.go("/my/")
    follow(visit, "Ines Castellane")
    follow(visit, "Who has looked at your record")
    title(visit, "Who has looked at this record?")
    expect(visit.page.get_by_text(f"{staffed.practitioner.name}, practitioner (Tarnside North)").first).to_be_visible()
    expect(visit.page.get_by_text("You").first).to_be_visible()
    look(visit, "my-looked")


def write_and_determine(visit: Visit, reference: str) -> None:
    """The practitioner reads what the person said, answers the law's questions beside it, and decides."""
    visit.go(f"/work/people/{reference}/assessments/")
    follow(visit, "Needs assessment")
    expect(visit.page.get_by_text(ADULTS_WORDS)).to_be_visible()
    look(visit, "tasks-returned")
    follow(visit, "Why they need support")
    visit.page.get_by_label("Yes", exact=True).check()
    visit.page.get_by_label("Your notes").fill("A stroke two years ago.")
    look(visit, "cause")
    press(visit, "Save and go on")
    title(visit, "Day-to-day life")
    groups = visit.page.locator(".evenhand-outcome")
    for number in range(groups.count()):
        able = number not in (0, 8)
        words = "None of these: they can do it" if able else "They cannot do it without assistance"
        groups.nth(number).get_by_label(words).check()
    look(visit, "light")
    press(visit, "Save and go on")
    title(visit, "Wellbeing")
    for number, group in enumerate(
        visit.page.get_by_role("radiogroup").or_(visit.page.locator("fieldset:has(input[type=radio])")).all()
    ):
        group.get_by_label("Yes" if number == 1 else "No", exact=True).check()
    look(visit, "wellbeing")
    press(visit, "Save and go to the list")
    follow(visit, "See the working, and determine")
    title(visit, "Are they eligible?")
    visit.page.get_by_label("Yes, eligible").check()
    press(visit, "Decide")
    expect(visit.page.get_by_role("alert").first).to_contain_text("Give your reasons.")
    look(visit, "determine-refused")
    expect(visit.page.get_by_label("Yes, eligible")).to_be_checked()
    visit.page.get_by_label("Your reasons").fill(REASONS)
    look(visit, "determine")
    press(visit, "Decide")
    expect(visit.page.get_by_text(REASONS).first).to_be_visible()
    look(visit, "determined")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_person_is_recorded_asked_and_decided_on_and_the_auditor_sees_who_looked(
    size: ViewportSize, browser: Browser, open_records: str, staffed: Staffed, settings: Settings
) -> None:
    with visiting(browser, open_records, size) as visit:
        sign_in(visit, staffed)
        look(visit, "work-empty")
        reference = new_person(visit, "Ines Castellane")
        link = invite(visit, "Ines Castellane")
        with visiting(browser, open_records, PHONE) as phone:
            join(phone, link)
            begin(visit, reference)
            fill_in(phone, staffed)
            phone.faults[:] = [fault for fault in phone.faults if "status of 422" not in fault]  # a refusal, meant
        write_and_determine(visit, reference)
        visit.go("/work/")
        look(visit, "work")
        visit.faults[:] = [fault for fault in visit.faults if "status of 422" not in fault]  # pages that refused, meant
    assert Determination.objects.get().eligible
    assert Said.objects.get(part="words").words == ADULTS_WORDS
    assert Assessment.objects.get().state == State.DETERMINED
    the_other_manager_is_refused(browser, open_records, size, staffed, settings, reference)
    the_auditor_sees_it_all(browser, open_records, size, staffed, settings, reference)
    assert verify().whole


def the_other_manager_is_refused(
    browser: Browser, site: str, size: ViewportSize, staffed: Staffed, settings: Settings, reference: str
) -> None:
    """Neither the page, nor the search, nor a list shows the person to a team that does not work with them."""
    with visiting(browser, site, size) as visit:
        enter(visit, staffed.elsewhere, settings)
        visit.go("/work/")
        expect(visit.page.locator("main")).not_to_contain_text("Ines")
        for path in ("", "assessments/", "safeguarding/", "looked/", "allocation/"):
            visit.go(f"/work/people/{reference}/{path}")
            title(visit, "You cannot see this page")
            expect(visit.page.locator("main")).to_contain_text("There is no such record, or you cannot see it.")
            assert "Ines" not in visit.page.content()
        look(visit, "refused")
        visit.go("/work/people/")
        visit.page.get_by_label("Name, council id or NHS number").fill("Ines Castellane")
        press(visit, "Search")
        expect(visit.page.get_by_text("Nobody was found among the people whose record you can see")).to_be_visible()
        look(visit, "not-found")
        assert [fault for fault in visit.faults if "status of 403" not in fault] == []
        visit.faults.clear()


def the_auditor_sees_it_all(
    browser: Browser, site: str, size: ViewportSize, staffed: Staffed, settings: Settings, reference: str
) -> None:
    """The record, the assessment, the decision, who looked, and the event with what changed."""
    with visiting(browser, site, size) as visit:
        enter(visit, staffed.auditor, settings)
        visit.go(f"/work/people/{reference}/")
        title(visit, "Ines Castellane")
        expect(visit.page.get_by_role("link", name="Change")).to_have_count(0)
        look(visit, "auditor-person")
        visit.go(f"/work/people/{reference}/assessments/")
        follow(visit, "Needs assessment")
        expect(visit.page.get_by_text(REASONS).first).to_be_visible()
        visit.go(f"/work/people/{reference}/looked/")
        for who in (staffed.practitioner.name, "Ines Castellane, budget holder", "You"):
            expect(visit.page.get_by_text(who).first).to_be_visible()
        look(visit, "auditor-looked")
        visit.go(f"/work/audit/?case={reference}&verb=people.assessment.determine")
        follow_number = visit.page.locator("tbody th a").first
        look(visit, "audit")
        follow_number.click()
        expect(visit.page.get_by_text(REASONS)).to_be_visible()
        look(visit, "audit-event")
        visit.go("/work/audit/")
        expect(visit.page.locator("tbody")).to_contain_text("accounts.refused")


# --- without a mouse --------------------------------------------------------------------------------------------------


def tab_to(visit: Visit, wanted: Locator, most: int = 80) -> None:
    """Press Tab until this has the focus, and see that the page shows where it is."""
    for _ in range(most):
        visit.page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            shown = wanted.evaluate(
                "e => { const s = getComputedStyle(e); return s.outlineStyle + s.boxShadow + s.backgroundColor }"
            )
            assert shown != "nonenonergba(0, 0, 0, 0)", "the focus cannot be seen"
            return
    raise AssertionError(f"{wanted} is not reached with the keyboard")


def test_a_record_is_made_and_found_with_the_keyboard_alone(
    browser: Browser, open_records: str, staffed: Staffed, settings: Settings
) -> None:
    known = records.a_person(name="Bob Known")
    records.allocate(known, staffed.north, staffed.practitioner)
    Assessment.objects.create(person=known, kind="adult", begun_on=known.last_contact, begun_by=staffed.practitioner)
    with visiting(browser, open_records, DESK) as visit:
        page, keys = visit.page, visit.page.keyboard
        enter(visit, staffed.practitioner, settings)
        visit.go("/work/")
        look(visit, "work-assessments")
        tab_to(visit, page.get_by_role("link", name="Make a new record"))
        keys.press("Enter")
        title(visit, "Who is the new record of?")
        tab_to(visit, page.get_by_label("What does the person want to be called?"))
        keys.type("Zoë Ångström-Okafor")
        for value in ("2", "11", "1988"):
            keys.press("Tab")
            keys.type(value)
        tab_to(visit, page.get_by_label("May need care and support themselves"))
        keys.press("ArrowDown")
        expect(page.get_by_label("Cares for somebody, unpaid")).to_be_checked()
        tab_to(visit, page.get_by_role("button", name="Make the record"))
        keys.press("Enter")
        title(visit, "Zoë Ångström-Okafor")
        expect(page.get_by_text("a carer", exact=True)).to_be_visible()
        tab_to(visit, page.get_by_role("link", name="People").first)
        keys.press("Enter")
        title(visit, "Whose record do you need?")
        tab_to(visit, page.get_by_label("Name, council id or NHS number"))
        keys.type("okafor zoe")
        keys.press("Enter")
        expect(page.get_by_text("1 person was found")).to_be_visible()
        look(visit, "found")
        tab_to(visit, page.get_by_role("link", name="Zoë Ångström-Okafor"))
        keys.press("Enter")
        title(visit, "Zoë Ångström-Okafor")
    assert Person.objects.exclude(pk=known.pk).get().is_carer
