"""From the question to whether a council's figure means anything, and on to England's variation."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


def test_choose_a_council_read_why_it_is_uncertain_and_put_the_highest_first(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    width = request.node.callspec.id
    visit.go("/measures/ascof-3d-2a/")
    choice = visit.page.get_by_label("Council", exact=True)
    name = choice.locator("option").nth(5).inner_text()
    choice.select_option(label=name)
    visit.page.get_by_role("button", name="Show").click()
    expect(visit.page.locator("p.evenhand-answer")).to_contain_text(name)
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"measure-{width}")

    funnel = visit.page.locator("figure#funnel")
    expect(funnel.locator("svg:visible")).to_have_count(1)
    funnel.get_by_text("Show the numbers").click()
    expect(funnel.get_by_role("table")).to_be_visible()
    visit.page.get_by_role("link", name="Figure", exact=True).click()
    expect(visit.page.get_by_role("columnheader", name="Figure", exact=True).last).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(visit.page.locator("p.evenhand-answer")).to_contain_text(name)


@pytest.mark.parametrize(
    "path", ["/variation/", "/measures/dp-spend-per-adult/", "/measures/sds-per-1000-adults/", "/measures/ascof-1a/"]
)
def test_measures_of_every_kind_and_the_variation_page_have_no_barrier(
    visit: Visit, path: str, request: pytest.FixtureRequest
) -> None:
    visit.go(path)
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.page.set_viewport_size({"width": 320, "height": 700})
    assert visit.sideways() == 0
    if path == "/variation/":
        visit.keep(f"variation-{'phone' if 'phone' in request.node.callspec.id else 'desk'}")
