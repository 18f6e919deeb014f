"""A real OpenID Connect provider on this machine (the one Authlib's tests use), and a browser's walk to it and back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from django.http import HttpResponse
from django.test import Client
from oidc_provider_mock import run_server_in_thread
from pytest_django.fixtures import Settings

from evenhand.site.config import environment

LOGIN = "/account/oidc/council/login/"


class Council:
    """The council's provider: who is known there, and where it is."""

    def __init__(self, port: int) -> None:
        self.address = f"http://localhost:{port}"

    def settings(self, settings: Settings) -> None:
        """Let the site sign staff in with it."""
        described = f'{{"name": "Example Council", "server_url": "{self.address}", "client_id": "e", "secret": "s"}}'
        settings.SOCIALACCOUNT_PROVIDERS = environment.provider({"EVENHAND_OIDC": described})

    def knows(self, subject: str, email: str, *, verified: object = True, **claims: Any) -> None:
        """Somebody who can sign in there."""
        body = {"email": email, "email_verified": verified, "name": "Somebody Invented"} | claims
        assert requests.put(f"{self.address}/users/{subject}", json=body, timeout=5).status_code == 204


@contextmanager
def council() -> Iterator[Council]:
    """The provider, running."""
    with run_server_in_thread() as server:
        yield Council(server.server_port)


def away(browser: Client, **form: str) -> str:
    """Press the button on the sign-in page: the address at the provider that the next page goes on to."""
    page = browser.post(LOGIN, form, HTTP_HOST="localhost")
    assert page.status_code == 200, page.status_code
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def agreed(address: str, subject: str, **form: str) -> str:
    """Sign in at the provider: the address that it sends the browser back to, without the host."""
    answer = requests.post(address, data={"sub": subject} | form, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def through(browser: Client, subject: str, **form: str) -> HttpResponse:
    """The whole walk: the site's answer when the browser comes back."""
    answer: HttpResponse = browser.get(agreed(away(browser, **form), subject), HTTP_HOST="localhost")
    return answer


__all__ = ["Council", "agreed", "away", "council", "through"]
