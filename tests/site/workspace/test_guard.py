"""The workspace is for this machine only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.facts.errors import EvenhandError
from evenhand.site import serve
from evenhand.site.config import environment
from evenhand.site.workspace import runs
from evenhand.site.workspace.apps import only_here
from tests.site.editions import SmallEdition
from tests.site.own_results import keep
from tests.site.workspace.asking import FORM, HERE, left, records


def test_without_the_switch_there_is_no_workspace(client: Client, edition: SmallEdition) -> None:
    assert client.get("/workspace/").status_code == 404
    assert client.post("/workspace/measure/").status_code == 404


REFUSED: list[tuple[str, dict[str, str], dict[str, str], int]] = [
    ("another machine", {"REMOTE_ADDR": "192.0.2.7"}, HERE, 403),
    ("another machine, by IPv6", {"REMOTE_ADDR": "2001:db8::1"}, HERE, 403),
    ("no address at all", {"REMOTE_ADDR": ""}, HERE, 403),
    ("through a proxy on this machine", {}, {**HERE, "x-forwarded-for": "192.0.2.7"}, 403),
    ("through a proxy of another kind", {}, {**HERE, "forwarded": "for=192.0.2.7"}, 403),
    ("a stranger's name that leads here", {}, {"host": "rebound.example"}, 400),
    ("a name that only begins like ours", {}, {"host": "localhost.example"}, 400),
    ("a page of another site", {}, {**HERE, "sec-fetch-site": "cross-site"}, 403),
    ("a page of another program of this machine", {}, {**HERE, "sec-fetch-site": "same-site"}, 403),
]


@pytest.mark.parametrize(("environ", "headers", "status"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_whoever_is_not_at_this_machine_is_refused(
    workspace: None, settings: Settings, environ: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # the guard does not lean on Django's own list of names
    answer = Client(headers=headers).get("/workspace/", **environ)
    assert answer.status_code == status
    assert "govuk-heading-l" in answer.content.decode(), "a page, in plain words"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered_and_no_answer_is_kept(workspace: None, host: str, address: str) -> None:
    answer = Client(headers={"host": host}).get("/workspace/", REMOTE_ADDR=address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_an_open_workspace_closes_the_public_pages_to_others_too(workspace: None) -> None:
    assert Client(headers=HERE).get("/", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert Client(headers={"host": "rebound.example"}).get("/").status_code == 400


def test_a_form_without_its_token_does_nothing_and_leaves_nothing(workspace: None, own_home: Path) -> None:
    strict = Client(enforce_csrf_checks=True, headers=HERE)
    strict.get("/workspace/measure/")  # has the cookie now, and still no token
    answer = strict.post("/workspace/measure/", {**FORM, "records": records()})
    assert answer.status_code == 403
    assert left(own_home) == []
    kept = keep(own_home)
    assert strict.post(f"/workspace/runs/{kept.id}/delete/").status_code == 403
    assert [run.id for run in runs.all_runs(own_home)] == [kept.id]


OPEN = [
    {"EVENHAND_ALLOWED_HOSTS": "evenhand.example"},
    {"EVENHAND_HTTPS": "1"},
    {"EVENHAND_FORWARDED_FOR": "1"},
    {"SERVER_SOFTWARE": "gunicorn/23.0.0"},
]


@pytest.mark.parametrize("said", OPEN, ids=lambda said: next(iter(said)))
def test_settings_that_let_others_in_refuse_the_workspace(said: dict[str, str]) -> None:
    assert not environment.workspace(said)
    with pytest.raises(ImproperlyConfigured, match="no sign-in yet"):
        environment.workspace({**said, "EVENHAND_WORKSPACE": "1"})
    assert environment.workspace({"EVENHAND_WORKSPACE": "1"})


def test_the_system_check_finds_a_workspace_that_is_open_to_others(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["evenhand.example"]
    assert only_here(None) == []
    settings.WORKSPACE = True
    assert [found.id for found in only_here(None)] == ["workspace.E001"]
    settings.ALLOWED_HOSTS = ["localhost"]
    assert only_here(None) == []
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "guard" not in m]
    assert [found.id for found in only_here(None)] == ["workspace.E002"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "evenhand.example"])
def test_the_workspace_is_never_served_at_an_address_of_others(host: str) -> None:
    with pytest.raises(EvenhandError, match="for this machine only"):
        serve.serve(host, 0, workspace=True)
