"""Settings from the environment: the signing key, the database, the hosts."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import Signer

from evenhand.site.config import environment


def test_a_key_is_made_once_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    key = environment.secret_key(tmp_path / "home", {})
    assert len(key) >= 50
    assert environment.secret_key(tmp_path / "home", {}) == key
    assert stat.S_IMODE((tmp_path / "home" / "secret-key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "home") == ["secret-key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(tmp_path, {}), range(32)))
    assert len(keys) == 1


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert environment.secret_key(tmp_path / "home", {"EVENHAND_SECRET_KEY": "given"}) == "given"
    assert not (tmp_path / "home").exists()


def test_a_key_that_was_damaged_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")
    with pytest.raises(ImproperlyConfigured, match="Remove the file"):
        environment.secret_key(tmp_path, {})


def test_a_home_that_cannot_be_written_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ImproperlyConfigured, match="EVENHAND_SECRET_KEY"):
        environment.secret_key(tmp_path / "file" / "home", {})


def test_the_lazy_key_of_the_settings_signs_like_the_key_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.site.config import settings as module

    monkeypatch.setenv("EVENHAND_SECRET_KEY", "k" * 60)
    assert Signer(key=module.SECRET_KEY).sign("x") == Signer(key="k" * 60).sign("x")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40ss@db:5433/care", ("postgresql", "care", "u", "p@ss", "db", "5433")),
        ("postgres://db/care", ("postgresql", "care", "", "", "db", "")),
        ("postgresql://u@127.0.0.1", ("postgresql", "evenhand", "u", "", "127.0.0.1", "")),
    ],
)
def test_postgresql_is_described_by_an_address(url: str, expected: tuple[str, ...], tmp_path: Path) -> None:
    d = environment.database(tmp_path, {"DATABASE_URL": url})
    assert (d["ENGINE"].rsplit(".")[-1], d["NAME"], d["USER"], d["PASSWORD"], d["HOST"], d["PORT"]) == expected


def test_without_an_address_the_database_is_a_file_in_the_home(tmp_path: Path) -> None:
    d = environment.database(tmp_path, {})
    assert d["NAME"] == str(tmp_path / "evenhand.sqlite3")
    assert "journal_mode=WAL" in d["OPTIONS"]["init_command"]


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        environment.database(tmp_path, {"DATABASE_URL": "mysql://root@db/care"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", ["localhost", "127.0.0.1", "[::1]"]), ("a.example, b.example,", ["a.example", "b.example"])],
)
def test_hosts(value: str, expected: list[str]) -> None:
    assert environment.hosts({"EVENHAND_ALLOWED_HOSTS": value}) == expected


@pytest.mark.parametrize(("value", "expected"), [("", 0), ("0", 0), (" 1 ", 1), ("2", 2)])
def test_proxies_are_counted(value: str, expected: int) -> None:
    assert environment.proxies({"EVENHAND_FORWARDED_FOR": value}) == expected


@pytest.mark.parametrize("value", ["yes", "-1", "99", "10.0.0.1"])
def test_proxies_that_cannot_be_counted_are_an_error_that_says_what_to_write(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="how many proxies"):
        environment.proxies({"EVENHAND_FORWARDED_FOR": value})


@pytest.mark.parametrize(("value", "on"), [("1", True), ("true", True), ("0", False), ("", False), ("off", False)])
def test_switches(value: str, on: bool) -> None:
    assert environment.flag("X", {"X": value}) is on
