"""Coming in, in a real browser: an invitation, a password, a passkey or codes, the council's own sign-in, and out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations
from evenhand.site.audit.models import Event
from tests.journeys.conftest import DESK, PHONE, Visit, visiting
from tests.site import records
from tests.site.accounts.live import beside_a_browser, records_site
from tests.site.accounts.provider import council
from tests.site.audit.flushing import audit_can_be_emptied

__all__ = ["audit_can_be_emptied", "beside_a_browser"]  # fixtures
PASSWORD = "seven green kettles sing"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def private_site(
    beside_a_browser: None, transactional_db: None, settings: Settings, sample_home: Path, tmp_path: Path
) -> Iterator[str]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from django.core.cache import cache

    cache.clear()
    with records_site(settings, sample_home, tmp_path / "home") as address:
        yield address


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def size(request: pytest.FixtureRequest) -> ViewportSize:
    found: ViewportSize = request.param
    return found


@pytest.fixture
def visit(size: ViewportSize, browser: Browser, private_site: str) -> Iterator[Visit]:
    with visiting(browser, private_site, size) as visit:
        yield visit


def look(visit: Visit, name: str, size: ViewportSize) -> None:
    """Every page of this half: no barrier, nothing sideways, kept as a picture."""
    assert "does not exist" not in visit.page.title(), name
    assert visit.barriers() == [], name
    assert visit.sideways() == 0, name
    visit.keep(f"account-{name}-{size['width']}")


def device(page: Page) -> None:
    """A phone or computer that can keep passkeys, with a finger on it."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def invited(role: str = Role.BROKER, email: str = "new@example.org") -> str:
    """The path of an invitation's link."""
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    return f"/account/invitation/{invitations.invite_staff(administrator, email, 'Nell Newcomer', role)[1]}/"


def worker(role: str = Role.BROKER, **more: Any) -> User:
    user = records.staff(role, second_factor=False, **more)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(visit: Visit, user: User, password: str = PASSWORD) -> None:
    visit.go("/account/login/")
    visit.page.get_by_label("Email address").fill(user.email)
    visit.page.get_by_label("Password").fill(password)
    visit.page.get_by_role("button", name="Sign in", exact=True).click()


def press(visit: Visit, name: str) -> None:
    visit.page.get_by_role("button", name=name, exact=True).click()


def follow(visit: Visit, name: str) -> None:
    visit.page.get_by_role("link", name=name).first.click()


def title(visit: Visit, words: str) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(words)


def set_up_codes(visit: Visit) -> str:
    secret = visit.page.locator(".evenhand-key").inner_text()
    visit.page.get_by_label("The code that the app shows now").fill(code_of(secret))
    press(visit, "Use this app")
    return secret


def code_of(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def test_an_invitation_becomes_an_account_with_a_passkey_that_signs_in(visit: Visit, size: ViewportSize) -> None:
    device(visit.page)
    visit.go(invited())
    assert visit.page.url.endswith("/account/invitation/")
    look(visit, "invitation", size)
    visit.page.get_by_label("Password", exact=True).fill("short")
    visit.page.get_by_label("The same password again").fill("short")
    press(visit, "Make my account")
    expect(visit.page.get_by_role("alert").first).to_contain_text("There is a problem")
    look(visit, "invitation-wrong", size)
    visit.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visit.page.get_by_label("The same password again").fill(PASSWORD)
    press(visit, "Make my account")
    title(visit, "How do you show that it is you?")
    look(visit, "second-step-none", size)
    press(visit, "Add a passkey")
    look(visit, "passkey-add", size)
    visit.page.get_by_label("What do you call it?").fill("My phone")
    expect(visit.page.get_by_label("Sign in with it alone")).to_be_checked()
    press(visit, "Add the passkey")
    title(visit, "Keep these recovery codes")
    look(visit, "recovery-codes", size)
    press(visit, "Go on")
    expect(visit.page).to_have_url(re.compile("/work/$"))
    follow(visit, "Sign out")
    look(visit, "sign-out", size)
    press(visit, "Sign out")
    title(visit, "Sign in")
    look(visit, "sign-in", size)
    press(visit, "Sign in with a passkey")
    expect(visit.page).to_have_url(re.compile("/work/$"))
    how = Event.objects.filter(verb="accounts.sign_in").order_by("-number")[0].detail.content
    assert "webauthn" in how


def test_codes_from_an_app_and_then_a_recovery_code_let_somebody_in(visit: Visit, size: ViewportSize) -> None:
    user = worker()
    sign_in(visit, user)
    title(visit, "How do you show that it is you?")
    press(visit, "Set up an app")
    look(visit, "codes-set-up", size)
    visit.page.get_by_label("The code that the app shows now").fill("000000")
    press(visit, "Use this app")
    look(visit, "codes-wrong", size)
    secret = set_up_codes(visit)
    title(visit, "Keep these recovery codes")
    spare = visit.page.locator(".evenhand-codes li").first.inner_text()
    visit.go("/account/logout/")
    press(visit, "Sign out")
    sign_in(visit, user)
    title(visit, "What is your code?")
    look(visit, "code", size)
    visit.page.get_by_label("Code", exact=True).fill("000000")
    press(visit, "Sign in")
    look(visit, "code-wrong", size)
    visit.page.get_by_label("Code", exact=True).fill(code_of(secret))
    press(visit, "Sign in")
    expect(visit.page).to_have_url(re.compile("/work/$"))
    visit.go("/account/logout/")
    press(visit, "Sign out")
    sign_in(visit, user)
    visit.page.get_by_label("Code", exact=True).fill(spare)
    press(visit, "Sign in")
    expect(visit.page).to_have_url(re.compile("/work/$"))


def test_a_passkey_that_does_not_come_is_said_in_words(visit: Visit, size: ViewportSize) -> None:
    cdp = visit.page.context.new_cdp_session(visit.page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"isUserVerified": False}})
    visit.go("/account/login/")
    press(visit, "Sign in with a passkey")
    expect(visit.page.locator("[data-passkey-problem]")).to_contain_text("The passkey was not used")
    look(visit, "passkey-problem", size)


def test_a_worker_signs_in_through_the_council(
    size: ViewportSize, browser: Browser, private_site: str, settings: Settings
) -> None:
    user = worker()
    with council() as provider, visiting(browser, private_site, size) as visit:
        provider.settings(settings)
        provider.knows("nell", user.email, amr=["mfa"])
        provider.knows("stranger", "stranger@example.org")
        visit.go("/account/login/")
        look(visit, "sign-in-council", size)
        press(visit, "Sign in with Example Council")
        visit.page.locator("input[name=sub]").fill("stranger")
        visit.page.get_by_role("button", name="Authorize").click()
        title(visit, "Your council knows you, but Evenhand does not let you in")
        look(visit, "council-refused", size)
        visit.go("/account/login/")
        press(visit, "Sign in with Example Council")
        visit.page.locator("input[name=sub]").fill("nell")
        visit.page.get_by_role("button", name="Authorize").click()
        expect(visit.page).to_have_url(re.compile("/work/$"))
        visit.go("/account/3rdparty/")
        look(visit, "council-joined", size)
        # The walk to the provider is a visit to other hosts (it draws its page with a style sheet from elsewhere), and
        # the refusal is an answer 403: all meant. The page that goes on by itself may be left before its icon came.
        icon = f"{private_site}/static/design/evenhand."
        other = (provider.address, "https://cdn.jsdelivr.net/", "Failed to load resource", icon)
        visit.faults[:] = [fault for fault in visit.faults if not fault.startswith(other)]


PAGES = {
    "password-forgotten": "/account/password/reset/",
    "password-sent": "/account/password/reset/done/",
    "password-link-bad": "/account/password/reset/key/1-set-password/",
    "password-changed": "/account/password/reset/key/done/",
    "sign-up-closed": "/account/signup/",
    "closed": "/account/inactive/",
    "email-link-bad": "/account/confirm-email/invented/",
    "letter-sent": "/account/confirm-email/",
    "council-stopped": "/account/3rdparty/login/cancelled/",
    "council-error": "/account/3rdparty/login/error/",
}
OWN = {
    "password-change": "/account/password/change/",
    "show-it-is-you": "/account/reauthenticate/",
    "email": "/account/email/",
    "devices": "/account/sessions/",
    "second-step": "/account/2fa/",
    "passkeys": "/account/2fa/webauthn/",
    "codes-stop": "/account/2fa/totp/deactivate/",
    "codes-new": "/account/2fa/recovery-codes/generate/",
    "council": "/account/3rdparty/",
    "show-with-code": "/account/2fa/reauthenticate/",
    "show-with-passkey": "/account/2fa/webauthn/reauthenticate/",
}


def test_every_page_before_signing_in_is_clear(visit: Visit, size: ViewportSize) -> None:
    for name, address in PAGES.items():
        visit.go(address)
        look(visit, name, size)
        assert "sign up" not in visit.page.inner_text("main").lower().replace("nobody signs up", "")
    visit.faults[:] = [f for f in visit.faults if "status of 4" not in f]  # a link that does not work says so


def test_every_page_of_ones_own_account_is_clear(visit: Visit, size: ViewportSize) -> None:
    device(visit.page)
    user = worker(name="Nell Newcomer")
    sign_in(visit, user)
    press(visit, "Add a passkey")
    visit.page.get_by_label("What do you call it?").fill("My work phone")
    press(visit, "Add the passkey")
    title(visit, "Keep these recovery codes")
    visit.go("/account/2fa/totp/activate/")
    set_up_codes(visit)
    for name, address in OWN.items():
        visit.go(address)
        look(visit, name, size)
    visit.go("/account/2fa/webauthn/")
    follow(visit, "Rename")
    look(visit, "passkey-name", size)
    visit.page.get_by_label("Name").fill("My new phone")
    press(visit, "Save")
    expect(visit.page.get_by_role("term").first).to_have_text("My new phone")
    follow(visit, "Remove")
    look(visit, "passkey-remove", size)
    press(visit, "Remove it")
    expect(visit.page.get_by_text("You have none.")).to_be_visible()


def test_an_administrator_keeps_staff_and_teams(visit: Visit, size: ViewportSize, settings: Settings) -> None:
    settings.DEMO = True  # a second step is not what this journey is about
    administrator = worker(Role.ADMINISTRATOR, name="Ada Administrator")
    team = records.team("Northbridge long-term team")
    other = worker(Role.PRACTITIONER, team=team, name="Wil Worker")
    sign_in(visit, administrator)
    follow(visit, "Teams")
    look(visit, "teams", size)
    press(visit, "Make a team")
    look(visit, "team-new", size)
    visit.page.get_by_label("Name of the team").fill("South team")
    press(visit, "Save")
    expect(visit.page.get_by_text("The team has its name.")).to_be_visible()
    follow(visit, "Staff")
    press(visit, "Invite somebody")
    look(visit, "invite", size)
    visit.page.get_by_label("Name", exact=True).fill("Nell Newcomer")
    visit.page.get_by_label("Work email address").fill("nell@example.org")
    press(visit, "Send the invitation")
    look(visit, "invite-wrong", size)
    visit.page.get_by_label("Broker").check()
    press(visit, "Send the invitation")
    expect(visit.page.get_by_text("The invitation is on its way.")).to_be_visible()
    look(visit, "staff", size)
    follow(visit, "Wil Worker")
    look(visit, "one-of-staff", size)
    for name in ("Change the role", "Add to a team", "Take out of a team", "Close the account"):
        follow(visit, name)
        look(visit, f"change-{name.split()[0].lower()}", size)
        visit.page.go_back()
    follow(visit, "Close the account")
    visit.page.get_by_label("Why?").fill("Left the council")
    press(visit, "Close the account")
    expect(visit.page.get_by_text("This account is closed.")).to_be_visible()
    assert not User.objects.get(pk=other.pk).is_active
    visit.go("/account/demo/x/")
    visit.faults[:] = [f for f in visit.faults if "404" not in f]


def test_the_demonstration_offers_cards(visit: Visit, size: ViewportSize, settings: Settings) -> None:
    settings.DEMO = True
    for number, role in enumerate(Role):
        user = worker(role, name=f"{role.label} Invented")
        User.objects.filter(pk=user.pk).update(email=f"card{number}@demo.invalid")
    visit.go("/account/login/")
    look(visit, "cards", size)
    press(visit, "Sign in as Broker Invented")
    expect(visit.page).to_have_url(re.compile("/work/$"))
