"""From the front page to one council's figures, as a councillor on a phone and an analyst at a desk would go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import PHONE, Visit

pytestmark = pytest.mark.browser

ABOUT = [
    "/", "/?q=zzzz", "/?q=e", "/data/", "/data/?measure=all", "/methods/", "/methods/funnel/", "/glossary/",
    "/accessibility/", "/cite/", "/fetch/", "/nowhere",
]  # fmt: skip


def test_find_a_council_by_name_and_read_its_figures(visit: Visit, request: pytest.FixtureRequest) -> None:
    width = request.node.callspec.id
    visit.go("/")
    expect(visit.page.get_by_text("Simulated.", exact=True)).to_be_visible()
    name = visit.page.locator("#councils + .evenhand-regions a").first.inner_text()
    visit.keep(f"home-{width}")

    box = visit.page.get_by_role("combobox", name="Name of a council")
    box.click()
    box.press_sequentially(name.lower())
    expect(visit.page.get_by_role("option").first).to_contain_text(name, timeout=15_000)
    box.press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(name, timeout=15_000)
    visit.page.get_by_role("link", name="Direct payments in every council").click()
    expect(visit.page).to_have_url(re.compile("/measures/ascof-3d-2a/"), timeout=15_000)


def test_the_box_finishes_names_and_can_be_used_with_the_keyboard_alone(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    visit.go("/")
    names = visit.page.locator("#councils + .evenhand-regions a")
    wanted = names.nth(names.count() // 2).inner_text()
    box = visit.page.get_by_role("combobox", name="Name of a council")
    for _ in range(12):
        visit.page.keyboard.press("Tab")
        if box.evaluate("e => e === document.activeElement"):
            break
    expect(box).to_be_focused()
    visit.page.keyboard.type(wanted[:-1], delay=20)
    expect(visit.page.get_by_role("option").first).to_have_text(re.compile(re.escape(wanted)))
    assert not visit.barriers()
    visit.keep(f"home-box-{request.node.callspec.id}")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_url(re.compile("/councils/"), timeout=15_000)
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(wanted, timeout=15_000)


def test_the_box_says_when_no_council_has_the_name(visit: Visit) -> None:
    visit.go("/")
    box = visit.page.get_by_role("combobox", name="Name of a council")
    box.click()
    box.press_sequentially("zzzz")
    expect(visit.page.get_by_text("No council has that name").first).to_be_visible()


def test_without_javascript_a_council_is_found_by_its_name_all_the_same(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    name = page.locator("#councils + .evenhand-regions a").first.inner_text()
    page.get_by_label("Name of a council").fill(name.upper())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name, timeout=15_000)
    context.close()


def test_each_tile_of_the_map_is_reached_by_keyboard_and_leads_to_its_council(visit: Visit) -> None:
    visit.go("/")
    tile = visit.page.locator("figure svg a:visible").first
    tile.focus()
    address = tile.get_attribute("href") or ""
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_url(visit.site + address, timeout=15_000)


@pytest.mark.parametrize("path", ABOUT)
def test_no_page_has_a_barrier_or_scrolls_sideways(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.faults = [f for f in visit.faults if "404" not in f]  # Chromium itself remarks on the page that is not there
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.page.set_viewport_size({"width": 320, "height": 640})
    assert visit.sideways() == 0


def test_home_leads_to_measures_of_every_topic_and_their_pages_fit(visit: Visit) -> None:
    visit.go("/")
    links = visit.page.locator("#measures ~ .evenhand-scroll tbody a")
    paths = [links.nth(i).get_attribute("href") or "" for i in range(links.count())]
    assert len(paths) > 30
    for path in paths[::6]:  # drawing all of them takes minutes; the measures' own journeys look at each kind
        visit.go(path)
        assert visit.page.get_by_role("heading", level=1).inner_text(), path
        assert visit.sideways() == 0, path


def test_the_first_press_of_tab_offers_to_skip_the_header_and_enter_does_it(visit: Visit) -> None:
    visit.go("/")
    visit.page.keyboard.press("Tab")
    skip = visit.page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main-content"


@pytest.mark.parametrize("path", ["/", "/data/", "/glossary/", "/measures/ascof-3d-2a/"])
def test_text_twice_as_large_still_fits(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visit.sideways() == 0
