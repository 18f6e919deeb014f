"""Signing in: words that give nothing away, guessing that is slowed, sessions that end, and second factors of staff."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.accounts import checks, words
from evenhand.site.accounts.adapters import SecondFactors
from evenhand.site.accounts.devices import COOKIE
from evenhand.site.accounts.events import BEGAN
from evenhand.site.accounts.middleware import USED
from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations
from evenhand.site.audit.models import Detail, Event
from tests.site import records
from tests.site.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password} | more)


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def citizen() -> User:
    return with_password(records.citizen())


@pytest.fixture
def worker() -> User:
    return with_password(records.staff(Role.PRACTITIONER, second_factor=False))


def verbs() -> list[str]:
    return list(Event.objects.values_list("verb", flat=True))


# --- the door -----------------------------------------------------------------------------------------------------


def test_without_records_there_is_no_sign_in_page(client: Client, settings: Settings) -> None:
    settings.RECORDS = False
    assert client.get(LOGIN).status_code == 404


def test_a_citizen_signs_in_with_a_password_and_goes_to_their_records(client: Client, citizen: User) -> None:
    answer = sign_in(client, citizen)
    assert answer.url == "/account/start/"
    assert client.get("/account/start/").url == "/my/"
    assert "accounts.sign_in" in verbs()


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    page = client.get("/account/signup/")
    assert "You need an invitation" in page.text
    client.post("/account/signup/", {"email": "a@example.org", "password1": PASSWORD})
    assert not User.objects.exists()
    assert "sign up" not in client.get(LOGIN).text.lower().replace("nobody signs up", "")


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(client: Client, citizen: User) -> None:
    def said(email: str) -> str:
        page = client.post(LOGIN, {"login": email, "password": "wrong"}).text
        return re.sub(r'value="[^"]*"', "", page)

    assert said(citizen.email) == said("nobody@example.org")
    assert words.ERRORS["email_password_mismatch"] in said(citizen.email)


def test_a_failure_is_written_without_what_was_typed(client: Client, citizen: User) -> None:
    sign_in(client, citizen, "not the password")
    kept = [str(row) for row in [*Event.objects.values_list(), *Detail.objects.values_list()]]
    assert verbs() == ["accounts.sign_in.fail"]
    assert not any(citizen.email in row or "not the password" in row for row in kept)


def test_somebody_deactivated_cannot_sign_in(client: Client, citizen: User) -> None:
    User.objects.filter(pk=citizen.pk).update(is_active=False)
    sign_in(client, citizen)
    assert client.get("/account/start/").url.startswith(LOGIN)


NEXTS = ["//evil.example", "https:evil.example", r"\\evil.example", "/\\evil.example", "https://evil.example/work/",
         "javascript:alert(1)", "http:///evil.example", "\t//evil.example", "///evil.example"]  # fmt: skip


@pytest.mark.parametrize("onward", NEXTS)
def test_signing_in_leads_to_no_other_site(client: Client, citizen: User, onward: str) -> None:
    assert sign_in(client, citizen, next=onward).url == "/account/start/"
    page = client.post("/account/logout/", {"next": onward})
    assert page.url == LOGIN


@pytest.mark.parametrize("onward", NEXTS)
def test_the_demonstration_leads_to_no_other_site(client: Client, settings: Settings, onward: str) -> None:
    settings.DEMO = True
    user = User.objects.create_user("ada@demo.invalid", "Ada Invented")
    answer = client.post("/account/demo/", {"reference": user.reference, "next": onward}, HTTP_HOST="localhost")
    assert answer.url == "/account/start/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client, citizen: User) -> None:
    wanted = client.get("/my/abc/?page=2")
    assert wanted.url == f"{LOGIN}?next=/my/abc/%3Fpage%3D2"
    assert sign_in(client, citizen, next="/my/abc/?page=2").url == "/my/abc/?page=2"


# --- guessing -----------------------------------------------------------------------------------------------------


def guess(email: str, times: int, address: str) -> list[str]:
    attacker = Client(REMOTE_ADDR=address)
    return [attacker.post(LOGIN, {"login": email, "password": f"guess {n}"}).text for n in range(times)]


def test_after_five_guesses_the_sixth_is_not_even_tried(citizen: User) -> None:
    pages = guess(citizen.email, 6, "192.0.2.1")
    assert [words.ERRORS["too_many_login_attempts"] in page for page in pages] == [False] * 5 + [True]
    right = Client(REMOTE_ADDR="192.0.2.99").post(LOGIN, {"login": citizen.email, "password": PASSWORD})
    assert words.ERRORS["too_many_login_attempts"] in right.text  # from a browser that nobody knows


def test_guessing_locks_nobody_out_of_a_browser_that_signed_in_before(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    client.post("/account/logout/")
    guess(citizen.email, 9, "192.0.2.1")
    assert sign_in(client, citizen).url == "/account/start/"


def test_a_browser_of_another_account_is_no_way_around_the_limit(client: Client, citizen: User) -> None:
    own = with_password(records.citizen())
    sign_in(client, own)
    client.post("/account/logout/")
    guess(citizen.email, 5, "192.0.2.1")
    assert words.ERRORS["too_many_login_attempts"] in sign_in(client, citizen).text


def test_a_forged_device_cookie_counts_as_unknown(client: Client, citizen: User) -> None:
    guess(citizen.email, 5, "192.0.2.1")
    client.cookies[COOKIE] = "eyJkZXZpY2UiOiJhIn0:forged:signature"
    assert words.ERRORS["too_many_login_attempts"] in sign_in(client, citizen).text


def test_a_known_browser_that_guesses_is_slowed_too(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    client.post("/account/logout/")
    pages = [sign_in(client, citizen, f"guess {n}").text for n in range(6)]
    assert words.ERRORS["too_many_login_attempts"] in pages[-1]


def test_one_address_that_tries_many_accounts_is_slowed() -> None:
    pages = [guess(f"someone{n}@example.org", 1, "192.0.2.7")[0] for n in range(11)]
    assert words.ERRORS["too_many_login_attempts"] in pages[-1]
    assert words.ERRORS["too_many_login_attempts"] not in pages[-2]


# --- sessions -----------------------------------------------------------------------------------------------------


def test_the_session_key_changes_at_sign_in(client: Client, citizen: User) -> None:
    client.get("/account/invitation/planted/")  # a session that an attacker could have made
    planted = client.cookies["evenhand_session"].value
    sign_in(client, citizen)
    assert client.cookies["evenhand_session"].value != planted
    thief = Client()
    thief.cookies["evenhand_session"] = planted
    assert thief.get("/account/start/").url.startswith(LOGIN)


def set_session(client: Client, **values: int) -> None:
    session = client.session
    session.update(values)
    session.save()


@pytest.mark.parametrize(
    ("role", "minutes", "stays"),
    [(Role.PRACTITIONER, 29, True), (Role.PRACTITIONER, 31, False), ("", 59, True), ("", 61, False)],
)
def test_a_session_that_nobody_uses_ends(role: str, minutes: int, stays: bool) -> None:
    browser = records.signed_in(records.staff(role) if role else records.citizen())
    browser.get("/account/sessions/")
    set_session(browser, **{USED: int(time.time()) - minutes * 60})
    assert (browser.get("/account/sessions/").status_code == 200) is stays


@pytest.mark.parametrize(("hours", "stays"), [(11.9, True), (12.1, False)])
def test_a_session_ends_after_a_day_however_busy(hours: float, stays: bool) -> None:
    browser = records.signed_in(records.staff(Role.AUDITOR))
    browser.get("/account/sessions/")
    set_session(browser, **{BEGAN: int(time.time() - hours * 3600), USED: int(time.time())})
    assert (browser.get("/account/sessions/").status_code == 200) is stays


def test_what_a_session_that_is_over_asks_for_is_not_done() -> None:
    browser = records.signed_in(records.staff(Role.ADMINISTRATOR))
    browser.get("/account/sessions/")
    set_session(browser, **{USED: 1})
    assert browser.get("/account/start/").url.startswith(LOGIN)  # not the start page of who was signed in


def test_the_device_list_ends_the_other_sessions(citizen: User) -> None:
    here, there = records.signed_in(citizen), records.signed_in(citizen)
    for browser in (here, there):
        browser.get("/account/sessions/")
    assert "In 2 browsers" in here.get("/account/sessions/").text
    here.post("/account/sessions/")
    assert here.get("/account/sessions/").status_code == 200
    assert there.get("/account/sessions/").status_code == 302


def test_a_new_password_ends_the_sessions_of_other_browsers(citizen: User) -> None:
    here, there = records.signed_in(citizen), records.signed_in(citizen)
    new = "nine purple lanterns hum"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get("/account/start/").url == "/my/"
    assert there.get("/account/start/").url.startswith(LOGIN)
    assert "accounts.password.change" in verbs()


def test_a_forgotten_password_is_chosen_anew_by_a_link_once(client: Client, citizen: User) -> None:
    asked = client.post("/account/password/reset/", {"email": citizen.email}).url
    assert asked == client.post("/account/password/reset/", {"email": "nobody@example.org"}).url
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link
    form = client.get(link[1]).url
    assert link[1] not in form  # the key went into the session
    new = "nine purple lanterns hum"
    client.post(form, {"password1": new, "password2": new})
    assert User.objects.get(pk=citizen.pk).check_password(new)
    assert "This link does not work" in Client().get(link[1]).text
    assert "accounts.password.reset" in verbs()


# --- second factors -----------------------------------------------------------------------------------------------


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client: Client, worker: User) -> None:
    sign_in(client, worker)
    for address in ("/work/", "/work/people/", "/my/", "/account/start/"):
        assert client.get(address).url == "/account/2fa/"
    assert "Set up a second step now" in client.get("/account/2fa/").text


def test_the_demonstration_asks_for_no_second_factor(client: Client, worker: User, settings: Settings) -> None:
    settings.DEMO = True
    sign_in(client, worker)
    assert client.get("/account/start/").url == "/work/"


def set_up_codes(client: Client) -> str:
    page = client.get("/account/2fa/totp/activate/")
    secret = re.search(r'evenhand-key">([A-Z2-7]+)<', page.text)
    assert secret
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert answer.url == "/account/2fa/recovery-codes/"
    return secret[1]


def test_a_worker_sets_up_codes_just_after_signing_in_and_is_let_in(client: Client, worker: User) -> None:
    sign_in(client, worker)
    set_up_codes(client)
    assert client.get("/account/start/").url == "/work/"


def test_setting_up_a_second_factor_ends_sessions_that_a_password_opened(
    worker: User, django_capture_on_commit_callbacks: Any
) -> None:
    here, thief = Client(), Client()
    for browser in (here, thief):
        sign_in(browser, worker)
        browser.get("/account/2fa/")
    with django_capture_on_commit_callbacks(execute=True):
        set_up_codes(here)
    assert thief.get("/account/2fa/").url.startswith(LOGIN)
    assert "accounts.second_factor.add" in verbs()


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(client: Client, worker: User) -> None:
    TOTP.activate(worker, secret := generate_totp_secret())
    assert sign_in(client, worker).url == "/account/2fa/authenticate/"
    assert client.get("/work/").url.startswith(LOGIN)
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert "accounts.second_factor.fail" in verbs()
    assert client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).url == "/account/start/"
    assert client.get("/account/start/").url == "/work/"


def test_a_code_is_used_once(worker: User) -> None:
    TOTP.activate(worker, secret := generate_totp_secret())
    code = code_of(secret)
    answers = []
    for browser in (Client(), Client()):
        sign_in(browser, worker)
        answers.append(browser.post("/account/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_codes_are_guessed_five_times_and_no_more(client: Client, worker: User) -> None:
    TOTP.activate(worker, secret := generate_totp_secret())
    sign_in(client, worker)
    for n in range(5):
        client.post("/account/2fa/authenticate/", {"code": f"00000{n}"})
    assert client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code != 302


def test_staff_keep_their_last_second_factor(client: Client, worker: User) -> None:
    sign_in(client, worker)
    set_up_codes(client)
    page = client.post("/account/2fa/totp/deactivate/")
    assert page.status_code == 200
    assert words.SECOND_FACTOR_ERRORS["cannot_delete_authenticator"] in page.text
    assert Authenticator.objects.filter(user=worker, type="totp").exists()


def test_a_citizen_may_do_without(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    set_up_codes(client)
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=citizen).exists()


def test_changing_second_factors_asks_again_a_while_after_signing_in(client: Client, worker: User) -> None:
    sign_in(client, worker)
    set_up_codes(client)
    assert client.get("/account/2fa/webauthn/add/").status_code == 200
    set_session(client, **{BEGAN: int(time.time()) - 16 * 60})
    for address in ("webauthn/add/", "recovery-codes/generate/", "recovery-codes/"):
        assert client.get(f"/account/2fa/{address}").url.startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/2fa/webauthn/add/").status_code == 200


def test_secrets_of_second_factors_are_encrypted_where_they_are_kept(worker: User) -> None:
    TOTP.activate(worker, secret := generate_totp_secret())
    kept = Authenticator.objects.get(user=worker).data["secret"]
    assert secret not in kept
    assert SecondFactors().decrypt(kept) == secret


def test_another_signing_key_opens_no_secret(worker: User, settings: Settings) -> None:
    kept = SecondFactors().encrypt("secret")
    settings.SECRET_KEY = "x" * 60
    with pytest.raises(InvalidToken):
        SecondFactors().decrypt(kept)


# --- invitations in the browser -----------------------------------------------------------------------------------


def invite(role: str = Role.BROKER) -> str:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    return invitations.invite_staff(administrator, "new@example.org", "New Person", role)[1]


def test_a_link_leads_to_an_account_with_its_secret_out_of_the_address(client: Client) -> None:
    secret = invite()
    first = client.get(f"/account/invitation/{secret}/")
    assert first.url == "/account/invitation/"
    page = client.get(first.url)
    assert "has at least 12 letters" in page.text  # the rules are said before
    assert secret not in page.text
    made = client.post(first.url, {"password1": PASSWORD, "password2": PASSWORD})
    assert made.url == "/account/start/"
    assert client.get(made.url).url == "/account/2fa/"
    assert Client().get(f"/account/invitation/{secret}/", follow=True).status_code == 404


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [("short", "short", "at least 12"), (PASSWORD, PASSWORD + " ", "not the same"), ("", "", "Choose a password"),
     ("new@example.org", "new@example.org", "too similar"), ("password1234", "password1234", "too common")],
)  # fmt: skip
def test_a_password_that_will_not_do_is_said_and_the_link_still_works(
    client: Client, one: str, two: str, said: str
) -> None:
    client.get(f"/account/invitation/{invite()}/")
    page = client.post("/account/invitation/", {"password1": one, "password2": two})
    assert page.status_code == 200
    assert said in page.text
    assert not one or f'value="{one}"' not in page.text
    assert client.post("/account/invitation/", {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302


def test_an_owner_of_the_address_signs_in_first_and_then_accepts(client: Client, citizen: User) -> None:
    practitioner = records.acting(records.staff(Role.PRACTITIONER))
    made, secret = invitations.invite_citizen(
        practitioner, about=records.a_person().reference, standing="holder", email=citizen.email, name="A Holder",
        permitted="people.holder.invite",
    )  # fmt: skip
    client.get(f"/account/invitation/{secret}/")
    assert "Sign in to accept" in client.get("/account/invitation/").text
    client.post("/account/invitation/", {"password1": PASSWORD, "password2": PASSWORD})
    made.refresh_from_db()
    assert made.used_by is None
    sign_in(client, citizen)
    client.get(f"/account/invitation/{secret}/")
    assert "Do you accept" in client.get("/account/invitation/").text
    assert client.post("/account/invitation/").url == "/account/start/"
    made.refresh_from_db()
    assert made.used_by == citizen


# --- the demonstration --------------------------------------------------------------------------------------------


def demonstrate(client: Client, user: User, **more: Any) -> int:
    return client.post(
        "/account/demo/", {"reference": user.reference}, **({"HTTP_HOST": "localhost"} | more)
    ).status_code


def test_cards_sign_in_somebody_invented_and_nobody_else(client: Client, settings: Settings) -> None:
    invented = records.staff(Role.BROKER, second_factor=False)
    User.objects.filter(pk=invented.pk).update(email="broker@demo.invalid", name="Bo Invented")
    real = records.staff(Role.ADMINISTRATOR, second_factor=False)
    assert demonstrate(client, invented) == 403
    settings.DEMO = True
    page = client.get(LOGIN, HTTP_HOST="localhost").text
    assert "Sign in as Bo Invented" in page
    assert "Finds and arranges support" in page
    assert real.name not in page
    assert demonstrate(client, real) == 403
    assert demonstrate(client, invented) == 302
    assert client.get("/account/start/", HTTP_HOST="localhost").url == "/work/"


@pytest.mark.parametrize(
    "more", [{"HTTP_HOST": "testserver"}, {"REMOTE_ADDR": "192.0.2.1"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}]
)
def test_cards_answer_this_machine_only(client: Client, settings: Settings, more: dict[str, str]) -> None:
    settings.DEMO = True
    user = User.objects.create_user("ada@demo.invalid", "Ada Invented")
    assert demonstrate(client, user, **more) == 403
    assert "Ada Invented" not in client.get(LOGIN, **({"HTTP_HOST": "localhost"} | more)).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"), [("HTTPS", True), ("ALLOWED_HOSTS", ["evenhand.example.org"]), ("FORWARDED_FOR", 1)]
)
def test_the_checks_refuse_a_demonstration_that_others_could_reach(
    settings: Settings, name: str, value: object
) -> None:
    settings.ALLOWED_HOSTS, settings.HTTPS, settings.FORWARDED_FOR = ["localhost"], False, 0
    setattr(settings, name, value)
    assert checks.no_demonstration_for_others() == []
    settings.DEMO = True
    assert [error.id for error in checks.no_demonstration_for_others()] == ["accounts.E001"]


def test_the_checks_refuse_a_demonstration_under_gunicorn(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALLOWED_HOSTS, settings.HTTPS, settings.FORWARDED_FOR, settings.DEMO = ["localhost"], False, 0, True
    assert checks.no_demonstration_for_others() == []
    monkeypatch.setenv("SERVER_SOFTWARE", "gunicorn/23.0")
    assert checks.no_demonstration_for_others()


def test_sessions_are_listed_for_their_owner_only(citizen: User) -> None:
    browser = records.signed_in(citizen)
    browser.get("/account/sessions/")
    assert UserSession.objects.filter(user=citizen).count() == 1
    assert "Only here" in browser.get("/account/sessions/").text


def test_signing_out_clears_what_the_browser_kept(settings: Settings) -> None:
    settings.RECORDS = True
    browser = records.signed_in(records.staff("practitioner"))
    answer = browser.post("/account/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/work/").headers["Location"].startswith("/account/login/")
