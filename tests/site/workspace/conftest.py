"""The site with an open workspace, and a browser on this machine."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import clear_url_caches
from pytest_django.fixtures import Settings

from evenhand.site.config import urls
from evenhand.site.workspace import forms, queries
from tests.site.editions import SmallEdition
from tests.site.workspace.asking import HERE


@pytest.fixture
def workspace(settings: Settings, edition: SmallEdition, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site with an open workspace, over the small edition."""
    settings.WORKSPACE = True
    monkeypatch.setattr(forms, "council_of", lambda edition, code: None)
    monkeypatch.setattr(forms, "_known", lambda edition, typed: None)
    monkeypatch.setattr(queries, "council_of", lambda edition, code: None)
    monkeypatch.setattr(queries, "standing", lambda *a: None)
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.WORKSPACE = False
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def browser(workspace: None) -> Client:
    """A browser on this machine."""
    return Client(headers=HERE)
