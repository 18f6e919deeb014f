"""A server that is about to answer has done what no reader should wait for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from django.template import engines
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site import warm
from evenhand.site.evidence import pages

PAGES = (*warm.PAGES, "/compare/", "/about/data/", "/no-such-page/")


def test_once_prepared_no_page_waits_for_a_template_to_be_compiled(
    client: Client, settings: Settings, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVENHAND_HOME = sample_home
    engines["jinja2"].env.cache.clear()  # type: ignore[attr-defined]
    pages.KEPT.clear()
    warm.prepare()

    def compiled(_env: Any, _source: Any, name: str | None = None, *_more: Any, **_named: Any) -> None:
        pytest.fail(f"{name} was compiled while a reader waited")

    monkeypatch.setattr(jinja2.Environment, "compile", compiled)
    for path in PAGES:
        assert client.get(path, follow=True).status_code in (200, 404)
