"""The site over a small edition of invented councils, in a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence import pages, queries
from tests.site.editions import SmallEdition


@pytest.fixture(autouse=True)
def own_home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test of the site may touch the home of whoever runs it."""
    settings.EVENHAND_HOME = tmp_path / "home"
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """The small edition always has the same id: what one test drew must not answer the next."""
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()


@pytest.fixture
def edition(monkeypatch: pytest.MonkeyPatch) -> SmallEdition:
    """The site answers from this edition; a test may change it before it asks for a page."""
    small = SmallEdition()
    monkeypatch.setattr(queries, "open_current", lambda home: small)
    return small


@pytest.fixture
def no_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been built yet."""

    def missing(home: Path) -> SmallEdition:
        raise EvenhandError("There is no edition here.", do="Run `evenhand build --sample`.")

    monkeypatch.setattr(queries, "open_current", missing)
