"""Pressing the one button: it starts, it says how it ends, and the figures on the page stay while it works."""

from __future__ import annotations

import sys

import pytest
from playwright.sync_api import expect

from evenhand.site.evidence import fetching
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_button_tells_how_the_run_ended_and_leaves_the_edition_as_it_was(
    visit: Visit, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real verbs against real publishers are no test: this step says what `evenhand fetch` says without a network.
    said = "There is no network: nothing was fetched, and everything else still works."
    step = fetching.Step("Getting the official files", (sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"))
    monkeypatch.setattr(fetching, "steps", lambda home: (step,))
    visit.go("/")
    edition = visit.page.locator("footer").inner_text()
    visit.page.get_by_role("link", name="Get the real figures").first.click()
    visit.page.get_by_role("button", name="Fetch the real figures").click()
    for _ in range(50):
        if visit.page.get_by_text("It did not finish").count():
            break
        visit.page.wait_for_timeout(200)
        visit.page.reload()
    expect(visit.page.locator(".evenhand-problem")).to_contain_text(said)
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"fetch-failed-{request.node.callspec.id}")
    visit.go("/")
    assert visit.page.locator("footer").inner_text() == edition
