"""``evenhand invite``: the first administrator's link, from the command line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from evenhand.cli.app import run
from evenhand.site.accounts.roles import Role
from tests.site import records
from tests.site.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def command(*more: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            run(["invite", "--administrator", "ada@example.org", "--name", "Ada Example", *more])
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return command


def test_the_link_that_is_printed_makes_an_administrator(say: Say, client: Client) -> None:
    code, out, _ = say("--address", "https://evenhand.example.org/")
    link = re.match(r"https://evenhand\.example\.org(/account/invitation/\S+/)\n", out)
    assert (code, bool(link)) == (0, True)
    assert link
    client.get(link[1])
    client.post("/account/invitation/", {"password1": PASSWORD, "password2": PASSWORD})
    assert client.get("/account/start/").url == "/account/2fa/"
    assert say()[0] == 1


def test_it_refuses_when_somebody_is_administrator_unless_asked_for_another(say: Say) -> None:
    records.staff(Role.ADMINISTRATOR)
    code, out, err = say()
    assert (code, out) == (1, "")
    assert "There is an administrator already" in err
    assert say("--another")[0] == 0


def test_a_wrong_address_is_a_sentence(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["invite", "--administrator", "nobody", "--name", "Ada"])
    assert "This is no email address" in capsys.readouterr().err
