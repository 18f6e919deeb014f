"""From one council's figure to who is like it and the page for its councillors, on a phone and at a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_councillor_reads_where_the_council_stands_compares_it_and_takes_the_briefing(
    visit: Visit, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    width = request.node.callspec.id
    visit.go("/councils/marle-coast/")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(
        "How does Marle Coast do on personal budgets and direct payments?"
    )
    expect(visit.page.locator(".evenhand-answer")).to_contain_text("on 31 March 2025")
    numbers = visit.page.locator(".evenhand-council-topic details").first
    numbers.locator("summary").click()
    expect(numbers.locator("caption")).to_be_visible()
    drawings = visit.page.locator(".evenhand-council-topic").first.locator("svg[role=img]")
    assert [drawings.nth(i).is_visible() for i in range(drawings.count())].count(True) == 1, "one drawing a width"
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"council-page-{width}")

    visit.page.get_by_label("Compare Marle Coast with").select_option("peers")
    visit.page.get_by_role("button", name="Compare").click()
    expect(visit.page.get_by_role("heading", name="Every measure beside its peers")).to_be_visible()
    assert visit.sideways() == 0

    visit.page.get_by_role("link", name="One page for a councillor").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Marle Coast: direct payments and personal budgets")
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.keep(f"briefing-{width}")

    visit.page.emulate_media(media="print")
    printed = tmp_path / "printed.pdf"
    visit.page.pdf(path=printed, prefer_css_page_size=True)
    assert printed.read_bytes().count(b"/Type /Page\n") == 1, "one sheet of A4"


@pytest.mark.parametrize("path", ["/councils/quernshire/", "/councils/marle-cost/"])
def test_a_council_that_has_gone_and_a_slip_have_no_barrier_and_lead_on(
    visit: Visit, path: str, request: pytest.FixtureRequest
) -> None:
    visit.go(path)
    visit.faults = [f for f in visit.faults if "404" not in f]  # Chromium itself remarks on a page that is not there
    assert not visit.barriers()
    assert visit.sideways() == 0
    visit.page.locator("main a[href^='/councils/']").first.click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("How does ")


@pytest.mark.parametrize("width", [320])
def test_the_longest_page_fits_the_smallest_phone_and_text_twice_as_large(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 700})
    visit.go("/councils/marle-coast/?against=type")
    assert visit.sideways() == 0
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visit.sideways() == 0
