"""The site with its private half open, and the browser of an analyst who has signed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import User
from evenhand.site.workspace import forms, queries
from tests.site import records
from tests.site.editions import SmallEdition


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who looks is written to the database: these tests run on both."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def analyst(db: None) -> User:
    """An analyst, with a second factor as staff must have one."""
    return records.staff("analyst", name="Ann Alyst")


@pytest.fixture
def workspace(settings: Settings, edition: SmallEdition, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The site with its private half open, over the small edition."""
    settings.RECORDS = True
    monkeypatch.setattr(forms, "council_of", lambda edition, code: None)
    monkeypatch.setattr(forms, "_known", lambda edition, typed: None)
    monkeypatch.setattr(queries, "council_of", lambda edition, code: None)
    monkeypatch.setattr(queries, "standing", lambda *a: None)


@pytest.fixture
def browser(workspace: None, analyst: User) -> Client:
    """The analyst's browser."""
    return records.signed_in(analyst)
