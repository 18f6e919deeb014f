"""``make test`` tells the truth about what a machine could not run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script behind ``make test``, with every command replaced by one that only says that it ran."""
    path = Path(__file__).parent.parent / "scripts" / "check.py"
    spec = importlib.util.spec_from_file_location("check", path)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "check", script)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script.Report, "run", lambda self, label, command, environment=None: self.lines.append(label))
    monkeypatch.setattr(script, "postgres", lambda: "postgresql://somewhere")
    monkeypatch.setattr(script, "chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(script, "official", lambda: path.parent)
    monkeypatch.delenv("EVENHAND_REQUIRE", raising=False)
    return script


def test_when_nothing_lacks_it_says_so(check: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([]) == 0
    assert "Nothing was left out" in capsys.readouterr().out


@pytest.mark.parametrize("need", ["postgres", "chromium", "official"])
def test_what_lacks_is_named_and_is_a_failure_only_where_it_is_required(
    check: ModuleType, need: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, need, lambda: Path("/nowhere/at/all") if need == "official" else None)
    assert check.main([]) == 0
    assert f"not run {check.NEEDS[need][:10]}" in capsys.readouterr().out
    monkeypatch.setenv("EVENHAND_REQUIRE", f"{need}")
    assert check.main([]) == 1
    assert f"FAILED {check.NEEDS[need][:10]}" in capsys.readouterr().out


def test_a_misspelt_requirement_is_a_failure(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_REQUIRE", "postgresql")
    assert check.main([]) == 1


def test_the_site_is_tested_on_both_databases(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str]] = []

    def note(self: object, label: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        if environment:
            ran.append((label, environment["DATABASE_URL"]))

    monkeypatch.setattr(check.Report, "run", note)
    check.main([])
    assert [address for _, address in ran] == ["postgresql://somewhere", ""]


def test_a_check_that_fails_makes_the_whole_fail(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.Report, "run", lambda self, label, *rest: self.failed.append(label))
    assert check.main(["--lint"]) == 1
