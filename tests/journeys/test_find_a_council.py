"""From the front page to one council's figures, as a councillor on a phone and an analyst at a desk would go."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


def test_find_a_council_by_name_and_read_its_figures(visit: Visit, request: pytest.FixtureRequest) -> None:
    width = request.node.callspec.id
    visit.go("/")
    expect(visit.page.get_by_text("Simulated.", exact=True)).to_be_visible()
    name = visit.page.locator("#councils + ul a").first.inner_text()
    visit.keep(f"home-{width}")

    visit.page.get_by_label("Name of a council").fill(name.lower())
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(
        f"How does {name} do on personal budgets and direct payments?"
    )
    expect(visit.page.locator("p.lead")).to_contain_text("People with a direct payment, 2024-25")
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"council-{width}")

    visit.page.get_by_role("link", name="People with a direct payment", exact=True).click()
    expect(visit.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    visit.page.get_by_role("link", name="Put the highest value first").click()
    expect(visit.page.get_by_text("Highest value first.")).to_be_visible()
    visit.keep(f"measure-{width}")


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=zzzz", "/?q=e", "/measures/ascof-3d-2a/?order=value", "/measures/ascof-1b/", "/fetch/", "/nowhere"],
)
def test_no_page_has_a_barrier_or_scrolls_sideways(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.faults = [f for f in visit.faults if "404" not in f]  # Chromium itself remarks on the page that is not there
    assert not visit.barriers()
    assert visit.sideways() == 0


def test_every_measure_of_the_sample_has_a_page_that_fits_a_phone(visit: Visit) -> None:
    visit.go("/")
    links = visit.page.locator("#measures + div tbody a")
    paths = [links.nth(i).get_attribute("href") or "" for i in range(links.count())]
    assert len(paths) > 30
    for path in paths:
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
    assert visit.page.evaluate("document.activeElement.id") == "main"


def test_text_twice_as_large_still_fits(visit: Visit) -> None:
    visit.go("/measures/ascof-3d-2a/")
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visit.sideways() == 0
