"""The site over a small edition of invented councils, in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence import limits, pages, queries
from tests.site.editions import SmallEdition


@pytest.fixture(autouse=True)
def own_home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test of the site may touch the home of whoever runs it."""
    settings.EVENHAND_HOME = tmp_path / "home"
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """The small edition always has the same id: what one test drew must not answer the next, nor what it spent."""
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()
    limits.BUCKETS.clear()


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


@pytest.fixture
def over_the_sample(own_home: Path, settings: Settings, sample_home: Path) -> Iterator[None]:
    """The simulated edition, and a visitor who has asked for nothing yet."""
    settings.EVENHAND_HOME = sample_home
    limits.BUCKETS.clear()
    for kept in (pages.KEPT, pages.KEPT_QUERIES):
        kept.clear()
    yield
    limits.BUCKETS.clear()


@pytest.fixture
def a_council(sample: Edition) -> str:
    """A council with a figure on direct payments."""
    rows = sample.rows("ascof-3d-2a", "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    return str(rows["slug"][0])
