"""Choose councils, see whether they differ, find who is like one of them: as a person would, wide and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


def test_choose_two_councils_add_a_third_and_read_whether_they_differ(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    visit.go("/compare/")
    assert not visit.barriers()
    visit.page.get_by_label("First council").select_option(index=3)
    visit.page.get_by_label("Second council").select_option(index=9)
    visit.page.get_by_role("button", name="Compare", exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("compare?")
    visit.page.get_by_label("Add a council").select_option(index=5)
    visit.page.get_by_role("button", name="Add").click()
    expect(visit.page.get_by_role("link", name="Remove")).to_have_count(3)
    expect(visit.page.get_by_text("chance", exact=False).first).to_be_visible()
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"compare-{request.node.callspec.id}")

    visit.page.get_by_role("link", name="Remove").first.click()
    expect(visit.page.get_by_role("link", name="Remove")).to_have_count(2)


def test_see_who_is_like_a_council_change_what_counts_and_compare(visit: Visit, request: pytest.FixtureRequest) -> None:
    visit.go("/compare/")
    visit.page.get_by_label("Council", exact=True).select_option(index=2)
    visit.page.get_by_role("button", name="Compare with its nearest peers").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("How do these 10 councils compare?")
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"compare-ten-{request.node.callspec.id}")

    slug = (visit.page.locator(".evenhand-chosen a").first.get_attribute("href") or "").split("/")[2]
    visit.go(f"/peers/{slug}/")
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.page.locator("#w-adults-3").check()
    visit.page.get_by_role("button", name="Find neighbours again").click()
    expect(visit.page.get_by_text("of the usual 15 stay")).to_be_visible()
    assert visit.page.url.endswith(f"/peers/{slug}/?w_adults=3")
    assert not visit.barriers()
    visit.keep(f"peers-{request.node.callspec.id}")


def test_a_choice_that_does_not_hold_says_so_and_fits_a_small_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 700})
    visit.go("/compare/?councils=atlantis")
    visit.faults = [f for f in visit.faults if "400" not in f]  # Chromium itself remarks on the status
    expect(visit.page.get_by_role("alert")).to_contain_text("There is no council called")
    assert not visit.barriers()
    assert visit.sideways() == 0
