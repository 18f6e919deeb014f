"""Own figures beside the published ones of the simulated edition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import User
from evenhand.site.evidence import pages
from evenhand.site.workspace import forms
from tests.site import records
from tests.site.own_results import keep
from tests.site.test_pages import text
from tests.site.workspace.asking import FORM


class TestOverTheSample:
    """The pages that put own figures beside the published ones, over the simulated edition."""

    @pytest.fixture
    def over(self, over_the_sample: None, settings: Settings, tmp_path: Path, analyst: User) -> Client:
        home = tmp_path / "own"
        home.mkdir()
        (home / "editions").symlink_to(settings.EVENHAND_HOME / "editions")
        settings.EVENHAND_HOME = home
        settings.RECORDS = True
        return records.signed_in(analyst)

    def test_own_figures_stand_beside_the_published_ones_and_are_never_kept(
        self, over: Client, a_council: str, settings: Settings
    ) -> None:
        address, public = f"/workspace/councils/{a_council}/", f"/councils/{a_council}/"
        before = over.get(address)
        assert (before.status_code, before.headers["Location"]) == (302, public), "nothing of its own to show yet"
        assert over.get(public).headers["Cache-Control"] == "public, no-cache"
        held = len(pages.KEPT)
        code = pages.queries.open_current(settings.EVENHAND_HOME).register.code_of(
            a_council, "cassr", date(2025, 3, 31)
        )
        keep(settings.EVENHAND_HOME, la=code, council=a_council)
        own = over.get(address)
        assert "Provisional: your own records, not published" in text(own.content)
        assert "50.0% 2 of 4" in text(own.content)
        assert own.headers["Cache-Control"] == "no-store"
        assert "ETag" not in own.headers
        assert len(pages.KEPT) == held, "the store of drawn pages knows nothing of it"
        beside = text(over.get(f"/workspace/beside/{a_council}/").content)
        assert "Provisional: your own records, not published" in beside
        for reader in (over, Client()):
            assert "Provisional" not in reader.get(public).content.decode(), "the public page is everybody's"

    def test_a_result_says_where_its_figures_would_stand(
        self, over: Client, a_council: str, settings: Settings
    ) -> None:
        code = pages.queries.open_current(settings.EVENHAND_HOME).register.code_of(
            a_council, "cassr", date(2025, 3, 31)
        )
        run = keep(settings.EVENHAND_HOME, la=code, council=a_council)
        said = text(over.get(f"/workspace/runs/{run.id}/").content)
        assert "Among councils it would be between" in said
        assert "in 2024-25; 1st is the highest." in said

    def test_a_council_is_known_by_its_name_or_its_code(self, over: Client, settings: Settings) -> None:
        edition = pages.queries.open_current(settings.EVENHAND_HOME)
        known = edition.register.councils(date(2025, 3, 31))[0]
        code = edition.register.code_of(known.id, "cassr", date(2025, 3, 31))
        for typed in (known.name, known.name.upper(), code):
            form = forms.Measure({**FORM, "council": typed}, edition=edition, today=date(2026, 5, 1))
            assert form.is_valid(), form.errors
            assert form.cleaned_data["council"] == (known.name, code, known.id)
