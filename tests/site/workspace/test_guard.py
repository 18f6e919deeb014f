"""The workspace is behind sign-in, for those who may use it; an upload is received from nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from evenhand.facts.errors import EvenhandError
from evenhand.site import serve
from evenhand.site.accounts.roles import Role
from evenhand.site.config import environment
from evenhand.site.workspace import runs
from tests.site import records as people
from tests.site.editions import SmallEdition
from tests.site.own_results import keep
from tests.site.workspace.asking import FORM, left, records


def test_while_the_records_are_closed_there_is_no_workspace(client: Client, edition: SmallEdition) -> None:
    assert client.get("/workspace/").status_code == 404
    assert client.post("/workspace/measure/").status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in_and_leaves_nothing(workspace: None, own_home: Path) -> None:
    answer = Client().get("/workspace/")
    assert (answer.status_code, answer.headers["Location"][:15]) == (302, "/account/login/")
    answer = Client().post("/workspace/measure/", {**FORM, "records": records()})
    assert answer.status_code == 302
    assert not runs.folder(own_home).exists() or left(own_home) == []


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ANALYST])
def test_only_an_analyst_measures_and_what_others_send_is_not_kept(workspace: None, own_home: Path, role: str) -> None:
    browser = people.signed_in(people.staff(role))
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert answer.status_code == 403
    assert not runs.folder(own_home).exists() or left(own_home) == []
    assert browser.get("/workspace/").status_code == (200 if role == Role.AUDITOR else 403)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_is_refused(browser: Client, site: str) -> None:
    assert browser.get("/workspace/", headers={"sec-fetch-site": site}).status_code == 403


def test_no_answer_is_kept(browser: Client) -> None:
    answer = browser.get("/workspace/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_form_without_its_token_does_nothing_and_leaves_nothing(browser: Client, own_home: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    strict.get("/workspace/measure/")  # has the cookie now, and still no token
    answer = strict.post("/workspace/measure/", {**FORM, "records": records()})
    assert answer.status_code == 403
    assert left(own_home) == []
    kept = keep(own_home)
    assert strict.post(f"/workspace/runs/{kept.id}/delete/").status_code == 403
    assert [run.id for run in runs.all_runs(own_home)] == [kept.id]


OPEN = [{"EVENHAND_ALLOWED_HOSTS": "evenhand.example"}, {"EVENHAND_FORWARDED_FOR": "1"},
        {"SERVER_SOFTWARE": "gunicorn/23.0.0"}]  # fmt: skip


@pytest.mark.parametrize("said", OPEN, ids=lambda said: next(iter(said)))
def test_records_are_not_opened_to_others_without_https(said: dict[str, str]) -> None:
    assert not environment.records(said)
    with pytest.raises(ImproperlyConfigured, match="passwords would travel in the clear"):
        environment.records({**said, "EVENHAND_RECORDS": "1"})
    assert environment.records({**said, "EVENHAND_RECORDS": "1", "EVENHAND_HTTPS": "1"})
    assert environment.records({"EVENHAND_RECORDS": "1"})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "evenhand.example"])
def test_the_records_are_never_served_in_the_clear_at_an_address_of_others(host: str) -> None:
    with pytest.raises(EvenhandError, match="for this machine only"):
        serve.serve(host, 0, records=True)
