"""Signing in through the council's identity provider, against a real one that runs here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import User
from evenhand.site.accounts.roles import Role
from evenhand.site.accounts.services import invitations
from evenhand.site.audit.models import Event
from tests.site import records
from tests.site.accounts.conftest import PASSWORD
from tests.site.accounts.provider import LOGIN, Council, agreed, away, council, through

pytestmark = pytest.mark.django_db
REFUSED = "no account here is yours to open with it"


@pytest.fixture(scope="module")
def running() -> Iterator[Council]:
    with council() as here:
        yield here


@pytest.fixture(autouse=True)
def provider(running: Council, settings: Settings) -> Council:
    running.settings(settings)
    return running


@pytest.fixture
def worker() -> User:
    return records.staff(Role.PRACTITIONER, second_factor=False)


def signed_in(browser: Client) -> bool:
    return not browser.get("/account/start/", HTTP_HOST="localhost").url.startswith("/account/login/")


def refused(answer: HttpResponse, browser: Client) -> bool:
    return answer.status_code == 403 and REFUSED in answer.text and not signed_in(browser)


def test_the_sign_in_page_offers_the_council_and_asks_it_safely(client: Client) -> None:
    assert "Sign in with Example Council" in client.get("/account/login/").text
    address = away(client)
    assert "code_challenge_method=S256" in address  # the code is of use to this browser only
    assert re.search(r"state=\w{10,}", address)
    page = client.post(LOGIN)
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]  # and to no host that we cannot know


def test_a_visit_alone_starts_nothing(client: Client, worker: User) -> None:
    assert "Go on to Example Council" in client.get(LOGIN).text


def test_a_worker_signs_in_and_their_account_belongs_to_that_subject(
    client: Client, provider: Council, worker: User
) -> None:
    provider.knows("one", worker.email.upper())
    assert through(client, "one").url == "/account/start/"
    assert signed_in(client)
    assert SocialAccount.objects.get(user=worker).uid == "one"
    assert list(Event.objects.values_list("verb", flat=True)) == ["accounts.provider.join", "accounts.sign_in"]
    again = Client()
    assert through(again, "one").url == "/account/start/"


def test_the_subject_decides_when_the_address_at_the_council_changes(
    client: Client, provider: Council, worker: User
) -> None:
    provider.knows("moved", worker.email)
    through(client, "moved")
    provider.knows("moved", "married.name@example.org")
    again = Client()
    assert through(again, "moved").url == "/account/start/"
    assert User.objects.get(pk=worker.pk).email == worker.email


def test_another_subject_with_the_same_address_does_not_get_the_account(
    client: Client, provider: Council, worker: User
) -> None:
    provider.knows("first", worker.email)
    through(client, "first")
    provider.knows("attacker", worker.email)
    thief = Client()
    assert refused(through(thief, "attacker"), thief)
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("verified", [False, None, "false", 1])
def test_an_address_that_the_council_has_not_verified_opens_nothing(
    client: Client, provider: Council, worker: User, verified: object
) -> None:
    provider.knows("unsure", worker.email, verified=verified)
    assert refused(through(client, "unsure"), client)
    assert not SocialAccount.objects.exists()


def test_somebody_unknown_is_told_in_plain_words_and_gets_no_account(client: Client, provider: Council) -> None:
    provider.knows("unknown", "unknown@example.org")
    before = User.objects.count()
    assert refused(through(client, "unknown"), client)
    assert User.objects.count() == before


def test_a_citizen_does_not_sign_in_through_the_council(client: Client, provider: Council) -> None:
    citizen = records.citizen()
    provider.knows("citizen", citizen.email)
    assert refused(through(client, "citizen"), client)


def test_somebody_deactivated_stays_out_with_and_without_a_subject(
    client: Client, provider: Council, worker: User
) -> None:
    provider.knows("left", worker.email)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert refused(through(client, "left"), client)
    User.objects.filter(pk=worker.pk).update(is_active=True)
    browser = Client()
    through(browser, "left")
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert not signed_in(browser)
    again = Client()
    assert refused(through(again, "left"), again)


def test_a_state_that_is_not_this_browsers_is_refused(client: Client, provider: Council, worker: User) -> None:
    provider.knows("two", worker.email)
    victim = Client()
    back = agreed(away(client), "two")
    for address in (back, re.sub(r"state=\w+", "state=invented", back), re.sub(r"&?state=\w+", "", back)):
        answer = victim.get(address, HTTP_HOST="localhost")
        assert answer.status_code == 401
        assert "did not answer as it should" in answer.text
        assert not signed_in(victim)


def test_a_code_works_once(client: Client, provider: Council, worker: User) -> None:
    provider.knows("three", worker.email)
    back = agreed(away(client), "three")
    client.get(back, HTTP_HOST="localhost")
    client.post("/account/logout/", HTTP_HOST="localhost")
    assert client.get(back, HTTP_HOST="localhost").status_code == 401
    assert not signed_in(client)


def test_stopping_at_the_council_is_no_error(client: Client) -> None:
    address = away(client)
    state = re.search(r"state=\w+", address)
    assert state
    back = f"{agreed(address, 'x', action='deny')}&{state[0]}"  # which this provider forgets when somebody stops
    answer = client.get(back, HTTP_HOST="localhost", follow=True)
    assert "You stopped signing in" in answer.text


def test_a_provider_that_is_down_is_said_in_words(client: Client, settings: Settings) -> None:
    Council(9).settings(settings)  # nobody listens there
    answer = client.post(LOGIN)
    assert answer.status_code in {401, 503}
    assert "did not answer as it should" in answer.text


def test_a_provider_that_answers_nonsense_is_said_in_words(
    client: Client, settings: Settings, provider: Council
) -> None:
    Council(9).settings(settings)
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = f"{provider.address}/jwks?/.well-known/"  # JSON, and no description of a provider
    assert client.post(LOGIN).status_code == 503


def test_a_provider_that_goes_down_half_way_is_said_in_words(
    client: Client, provider: Council, worker: User, settings: Settings
) -> None:
    provider.knows("four", worker.email)
    back = agreed(away(client), "four")
    Council(9).settings(settings)
    answer = client.get(back, HTTP_HOST="localhost")
    assert answer.status_code in {401, 503}
    assert not signed_in(client)


MFA = [({"amr": ["pwd", "mfa"]}, True), ({"amr": ["pwd"]}, False), ({"amr": "mfa"}, False), ({}, False),
       ({"acr": "https://refeds.org/profile/mfa"}, True), ({"acr": "mfa"}, False)]  # fmt: skip


@pytest.mark.parametrize(("claims", "enough"), MFA)
def test_the_second_factor_is_the_councils_business_where_it_says_so(
    client: Client, provider: Council, worker: User, claims: dict[str, Any], enough: bool
) -> None:
    provider.knows("five", worker.email, **claims)
    through(client, "five")
    assert client.get("/work/", HTTP_HOST="localhost").status_code == (200 if enough else 302)
    if not enough:
        assert client.get("/work/", HTTP_HOST="localhost").url == "/account/2fa/"


@pytest.mark.parametrize(("claims", "enough"), MFA)
def test_our_own_second_factor_is_asked_for_unless_the_council_did(
    client: Client, provider: Council, worker: User, claims: dict[str, Any], enough: bool
) -> None:
    TOTP.activate(worker, generate_totp_secret())
    provider.knows("six", worker.email, **claims)
    assert through(client, "six").url == ("/account/start/" if enough else "/account/2fa/authenticate/")
    assert signed_in(client) is enough


def test_what_the_council_said_once_does_not_help_a_password_later(
    client: Client, provider: Council, worker: User
) -> None:
    worker.set_password(PASSWORD)
    worker.save()
    provider.knows("seven", worker.email, amr=["mfa"])
    through(client, "seven")
    client.post("/account/logout/", HTTP_HOST="localhost")
    client.post("/account/login/", {"login": worker.email, "password": PASSWORD}, HTTP_HOST="localhost")
    assert client.get("/work/", HTTP_HOST="localhost").url == "/account/2fa/"


def test_an_invitation_is_taken_up_through_the_council_without_a_password(client: Client, provider: Council) -> None:
    administrator = records.acting(records.staff(Role.ADMINISTRATOR))
    _, secret = invitations.invite_staff(administrator, "new@example.org", "New Person", Role.BROKER)
    provider.knows("new", "new@example.org")
    provider.knows("other", "other@example.org")
    client.get(f"/account/invitation/{secret}/", HTTP_HOST="localhost")
    assert refused(through(client, "other"), client)  # the invitation is not theirs
    client.get(f"/account/invitation/{secret}/", HTTP_HOST="localhost")
    assert "Sign in with Example Council" in client.get("/account/invitation/", HTTP_HOST="localhost").text
    assert through(client, "new").url == "/account/start/"
    made = User.objects.get(email="new@example.org")
    assert records.acting(made).role == Role.BROKER
    assert not made.has_usable_password()


def test_nobody_joins_a_second_subject_to_the_account_that_is_signed_in(provider: Council, worker: User) -> None:
    other = records.staff(Role.BROKER)
    provider.knows("eight", worker.email)
    browser = records.signed_in(other)
    address = away(browser, process="connect")
    assert browser.get(agreed(address, "eight"), HTTP_HOST="localhost").status_code in {302, 403}
    assert not SocialAccount.objects.filter(user=other).exists()


def test_nobody_takes_their_account_away_from_its_subject(client: Client, provider: Council, worker: User) -> None:
    provider.knows("ten", worker.email)
    through(client, "ten")
    joined = SocialAccount.objects.get(user=worker)
    client.post("/account/3rdparty/", {"account": joined.pk}, HTTP_HOST="localhost")
    assert SocialAccount.objects.filter(pk=joined.pk).exists()


def test_the_way_back_leads_to_no_other_site(client: Client, provider: Council, worker: User) -> None:
    provider.knows("nine", worker.email)
    assert through(client, "nine", next="https://evil.example/").url == "/account/start/"
