"""The council workspace in a real browser: upload invented records, read the result, open the people, compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings

from evenhand.measures.sample.writing import Asked, write
from evenhand.site.accounts.roles import Role
from tests.journeys.conftest import DESK, PHONE, Visit, enter, visiting
from tests.site.own_results import discharges
from tests.site.records import staff

pytestmark = pytest.mark.browser
COUNCIL = "V101"  # of the simulated England
PATIENCE = 240  # looks at the progress page, half a second apart: a run on a busy machine


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A small invented file of one council, with the faults that real ones have."""
    path = tmp_path / "records.csv"
    write(Asked([COUNCIL], people=150, mess=0.1), path, lambda code, done, of: None)
    return path


def good(visit: Visit, name: str) -> None:
    """A page without barriers that fits a phone and a desk; a picture of each is kept."""
    for size, width in (("phone", PHONE), ("desk", DESK)):
        visit.page.set_viewport_size(width)
        assert not visit.barriers(), name
        assert visit.sideways() == 0, name
        visit.keep(f"workspace-{name}-{size}")


@pytest.fixture
def stays(records: Path, tmp_path: Path) -> Path:
    """Invented hospital discharges of the same people, and of some others."""
    path = tmp_path / "discharges.csv"
    assert discharges(records, path)
    return path


def measure(visit: Visit, records: Path, first: str, last: str, stays: Path | None = None) -> None:
    """Upload, wait, and open the result."""
    visit.go("/workspace/")
    visit.page.get_by_role("button", name="Measure records").click()
    visit.page.get_by_label("The records", exact=True).set_input_files(records)
    if stays:
        visit.page.get_by_label("Hospital discharges, if you have them").set_input_files(stays)
    visit.page.get_by_label("Which council are they of?").fill(COUNCIL)
    visit.page.get_by_label("First day").fill(first)
    visit.page.get_by_label("Last day").fill(last)
    visit.page.get_by_role("button", name="Measure", exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("How far is it?")
    for _ in range(PATIENCE):
        if not visit.page.get_by_role("link", name="Look again").count():
            break
        visit.page.wait_for_timeout(500)
        visit.page.reload()
    visit.page.get_by_role("link", name="See the figures of").click()


def test_from_records_to_the_people_who_moved_a_figure(
    browser: Browser, open_records: str, records: Path, stays: Path, settings: Settings
) -> None:
    with visiting(browser, open_records, DESK) as visit:
        visit.page.set_default_timeout(60_000)
        enter(visit, staff(Role.ANALYST, name="Ann Alyst"), settings)
        visit.go("/workspace/measure/")
        visit.page.get_by_text("What the file of discharges must hold").click()
        good(visit, "form")
        measure(visit, records, "1/4/2023", "31/3/2024")
        expect(visit.page.get_by_text("not computable without hospital discharges").first).to_be_visible()
        measure(visit, records, "1/4/2024", "31/3/2025", stays)
        expect(visit.page.get_by_role("heading", level=1)).to_contain_text("What will the official figures of")
        expect(visit.page.locator(".evenhand-answer")).to_contain_text("would move a figure if")
        good(visit, "result")
        visit.page.get_by_role("link", name=re.compile(r"The people behind it\W+2D\(2\)")).click()
        expect(visit.page.get_by_text("of people whom the records do not know")).to_be_visible()
        good(visit, "discharges")
        visit.page.go_back()
        visit.page.get_by_role("link", name=re.compile(r"The people behind it\W+3D\(2a\)")).click()
        good(visit, "figure")
        visit.page.get_by_role("link", name="Counted in the numerator.").click()
        expect(visit.page.get_by_text("of records.csv").first).to_be_visible()
        good(visit, "people")
        visit.page.get_by_role("link", name="Who has looked").click()
        expect(visit.page.get_by_role("cell", name="3D(2a) People with a direct payment: Counted")).to_be_visible()
        expect(visit.page.get_by_role("cell", name="Ann Alyst").first).to_be_visible()
        good(visit, "who")
        visit.page.get_by_role("link", name="Compare two results").click()
        runs = visit.page.get_by_label("Before").locator("option")
        visit.page.get_by_label("Before").select_option(index=runs.count() - 1)
        visit.page.get_by_role("button", name="Compare").click()
        good(visit, "compared")
        visit.page.get_by_role("link", name="3D(2a)").click()
        expect(visit.page.get_by_text("The rows add up to the change.")).to_be_visible()
        good(visit, "moved")
        visit.page.locator("tbody th a").first.click()
        expect(visit.page.get_by_text("It was written down that you looked.")).to_be_visible()
        good(visit, "movers")
