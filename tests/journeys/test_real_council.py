"""A councillor's whole journey over the publishers' real figures: find, read, doubt, compare, take away, brief.

No figure is written here: each is read from the edition, and the page must say the same.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from math import hypot
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from python_calamine import CalamineWorkbook

from evenhand.compare.intervals import Z998, wilson
from evenhand.edition.read import Edition, open_current
from tests.journeys.conftest import DESK, PHONE, Visit, visiting

pytestmark = [pytest.mark.browser, pytest.mark.official]

NAME, SLUG, HEADLINE = "Gateshead", "gateshead", "ascof-3d-2a"


@pytest.fixture(scope="session")
def real(real_home: Path) -> Edition:
    """The edition of the real files."""
    return open_current(real_home)


def row_of(real: Edition, area: str = SLUG, measure: str = HEADLINE) -> dict[str, Any]:
    """One area's row in the newest period of a measure, by its short name or code."""
    rows = real.rows(measure, real.definition(measure)["latest_period"])
    return rows.filter((pl.col("area") == area) | (pl.col("area_code") == area)).row(0, named=True)


def counts(row: dict[str, Any]) -> str:
    """The counts as every page and paper must spell them."""
    return f"{row['numerator']:,.0f} of {row['denominator']:,.0f}"


def ahead(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The lower limit of one − other, each (figure, lower, upper): above 0 is ahead beyond chance (Newcombe 1998)."""
    return one[0] - other[0] - hypot(one[0] - one[1], other[2] - other[0])


# --- The steps, one a function; each begins where the one before it ended -------------------------------------------


def finds_the_council(page: Page) -> None:
    """Half a name typed on the first page, and the council chosen from the list."""
    box = page.get_by_role("combobox", name="Name of a council")
    box.click()
    box.press_sequentially("gates")
    page.get_by_role("option", name=NAME, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"How does {NAME} do on personal budgets")


def reads_where_it_stands(page: Page, real: Edition) -> None:
    """The one sentence: figure, day and counts are the official ones, beside the country's, above the fold."""
    row = row_of(real)
    answer = page.locator(".evenhand-answer")
    expect(answer).to_be_in_viewport(ratio=1)
    said = re.fullmatch(r"([\d.]+)% of people .* on 31 March (\d{4}): (.+ of .+); in England it was ([\d.]+)%\.",
                        answer.inner_text())  # fmt: skip
    assert said
    assert said[1] == f"{row['value']:.1f}" == f"{100 * row['numerator'] / row['denominator']:.1f}"
    assert said[2] == f"20{row['period'][-2:]}"
    assert said[3] == counts(row)
    assert said[4] == f"{row_of(real, 'E92000001')['value']:.1f}"


def reads_why_it_is_uncertain(page: Page, real: Edition) -> None:
    """One tap says it in words, with the interval of these counts; one more has the method."""
    row = row_of(real)
    page.get_by_text("Why is this figure uncertain?").click()
    words = page.locator("details[open] .govuk-details__text")
    low, high = (f"{100 * float(v):.1f}%" for v in wilson(row["numerator"], row["denominator"]))
    expect(words).to_contain_text(f"{counts(row)}. But who came to {NAME} that year")
    expect(words).to_contain_text(f"could as well have had {low} to {high}.")
    words.get_by_role("link", name="how sure one figure is").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How sure one figure is")
    expect(page.get_by_text("is uncertain all the same")).to_be_visible()
    page.go_back()


def sees_who_is_like_us(page: Page, real: Edition) -> None:
    """One tap to the peers; those said to be higher are exactly those whose difference leaves out zero at 99.8%."""
    page.get_by_role("link", name="Who is like us", exact=True).click()
    heading = page.get_by_role("heading", name=f"Who is like {NAME}")
    expect(heading).to_be_in_viewport()
    said = heading.locator("xpath=following::p[1]").inner_text()
    near = real.table("peers").filter(pl.col("area") == SLUG).sort("place").collect()["peer"].to_list()

    def sure(area: str) -> tuple[float, float, float]:
        row = row_of(real, area)
        low, high = wilson(row["numerator"], row["denominator"], Z998)
        return row["numerator"] / row["denominator"], float(low), float(high)

    higher = [real.register.council(a).name for a in near if ahead(sure(a), sure(SLUG)) > 0]
    named = re.search(r"(\d+) of them have a higher share .* beyond chance: (.+)\.", said)
    assert named
    assert int(named[1]) == len(higher)
    assert re.split(", | and ", named[2]) == higher


def sees_who_does_better(page: Page, real: Edition) -> None:
    """One tap from the top; of each measure named, those listed are beyond chance and the differences are right."""
    page.get_by_role("link", name="Who like us does better").click()
    heading = page.get_by_role("heading", name="Which of them do better?")
    expect(heading).to_be_in_viewport()
    said = heading.locator("xpath=following::p[1]")
    expect(said).to_contain_text(re.compile(rf"On \d+ of \d+ measures .* does better than {NAME} beyond chance\."))
    listed = heading.locator("xpath=following::ul[1]")
    measures = [re.search(r"/measures/([^/]+)/", str(a.get_attribute("href")))[1]  # type: ignore[index]
                for a in listed.locator("a[href^='/measures/']").all()]  # fmt: skip
    assert len(measures) == 3
    for measure, entry in zip(measures, listed.locator(":scope > li").all(), strict=True):
        for name, slug, gap in named_ahead(entry):
            mine, theirs = (row_of(real, a, measure) for a in (SLUG, slug))
            three = [(r["value"], r["lower998"], r["upper998"]) for r in (theirs, mine)]
            lower_is_better = real.definition(measure)["direction"] == "lower"
            assert ahead(*(reversed(three) if lower_is_better else three)) > 0, (measure, name)
            assert gap == pytest.approx(abs(theirs["value"] - mine["value"]), abs=0.05), (measure, name)
    listed.get_by_role("link", name=re.compile("^Compare with")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("compare?")
    expect(page.locator(".evenhand-chosen")).to_contain_text(NAME)
    page.go_back()


def named_ahead(entry: Locator) -> list[tuple[str, str, float]]:
    """Of one measure's entry: name, slug and how far ahead, for each council listed."""
    out = []
    for line in entry.locator("ul li").all():
        link = line.locator("a")
        found = re.search(r": ([\d.,]+) (percentage points )?(higher|lower) \(95% interval", line.inner_text())
        assert found
        slug = str(link.get_attribute("href")).strip("/").split("/")[-1]
        out.append((link.inner_text(), slug, float(found[1].replace(",", ""))))
    assert out
    return out


def takes_figures_away(page: Page, real: Edition) -> None:
    """The table as CSV and ODS and a chart as SVG: each opens, holds the council's counts, and names the edition."""
    row = row_of(real)
    section = page.locator(".evenhand-council-topic", has_text="Personal budgets").first
    section.locator("summary").click()
    period = row["period"]
    for kind, check in (("CSV", opens_as_csv), ("ODS", opens_as_ods)):
        name, data = downloaded(page, section.get_by_label(f"{kind} of People with a direct payment, {period}"))
        assert real.id in name
        check(data, real, row)
    drawing = page.locator("details", has=page.get_by_text("Download the chart:")).first
    drawing.locator("summary").click()
    _, data = downloaded(page, drawing.get_by_role("link", name=re.compile("^SVG")))
    root = ET.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    drawn = " ".join(root.itertext())
    assert f"Edition {real.id}" in drawn
    assert NAME in drawn


def downloaded(page: Page, link: Locator) -> tuple[str, bytes]:
    """The name and the bytes of what a link gives when it is clicked; a file that opens in the browser is fetched."""
    address = str(link.get_attribute("href"))
    answer = page.request.get(page.url.split("/councils/")[0] + address)
    assert answer.ok
    if "attachment" not in answer.headers.get("content-disposition", ""):
        return address, answer.body()
    with page.expect_download() as waited:
        link.click()
    data = Path(waited.value.path()).read_bytes()
    assert data == answer.body()
    return waited.value.suggested_filename, data


def opens_as_csv(data: bytes, real: Edition, row: dict[str, Any]) -> None:
    """Rows under names; the council's are the edition's own, to the digit."""
    found = [r for r in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))) if r["area_name"] == NAME]
    assert [(float(r["numerator"]), float(r["denominator"]), float(r["value"])) for r in found] == [
        (row["numerator"], row["denominator"], row["value"])
    ]


def opens_as_ods(data: bytes, real: Edition, row: dict[str, Any]) -> None:
    """A workbook that says its edition on the cover and has the same counts in its table."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert [f"Edition: {real.id}"] in book.get_sheet_by_name("Cover").to_python()
    table = book.get_sheet_by_name("Table_1").to_python()
    head = next(r for r in table if "Numerator" in r)
    mine = next(r for r in table if NAME in r)
    assert [mine[head.index(c)] for c in ("Numerator", "Denominator", "Figure")] == [
        row["numerator"], row["denominator"], row["value"]
    ]  # fmt: skip


def takes_the_briefing(page: Page, real: Edition, folder: Path) -> None:
    """The page for a councillor says the same sentence, and so does its PDF: one sheet, tagged."""
    sentence = page.locator(".evenhand-answer").inner_text()
    page.get_by_role("link", name="One page for a councillor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME}: direct payments and personal budgets")
    expect(page.get_by_text(sentence, exact=True)).to_be_visible()
    link = page.get_by_role("link", name="The same as PDF")
    answer = page.request.get(page.url.split("/councils/")[0] + str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    paper = folder / "briefing.pdf"
    paper.write_bytes(answer.body())
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid:part"):
        assert mark in answer.body(), "a tagged PDF"
    if not shutil.which("pdftotext"):
        return  # the words of page and PDF are compared in tests/site as well; poppler only reads them back
    said = subprocess.run(["pdftotext", "-raw", paper, "-"], capture_output=True, text=True, check=True).stdout
    assert sentence in " ".join(said.split())
    assert said.rstrip("\n").count("\f") == 1, "one sheet"
    assert real.id in said


# --- The journeys ---------------------------------------------------------------------------------------------------


def test_from_the_first_page_to_the_briefing(real_visit: Visit, real: Edition, tmp_path: Path) -> None:
    page = real_visit.page
    real_visit.go("/")
    finds_the_council(page)
    reads_where_it_stands(page, real)
    steps: list[Callable[[Page, Edition], None]] = [
        reads_why_it_is_uncertain, sees_who_is_like_us, sees_who_does_better, takes_figures_away,
    ]  # fmt: skip
    for step in steps:
        step(page, real)
        assert real_visit.sideways() == 0, step.__name__
    assert not real_visit.barriers()
    takes_the_briefing(page, real, tmp_path)
    assert not real_visit.barriers()
    assert real_visit.sideways() == 0
    assert "Simulated" not in page.content()


def test_without_javascript_nothing_on_the_way_is_missing(
    browser: Browser, real_site: str, real: Edition, tmp_path: Path
) -> None:
    with visiting(browser, real_site, PHONE, java_script_enabled=False) as visit:
        visit.go("/")
        visit.page.get_by_label("Name of a council").fill("gates")
        visit.page.get_by_role("button", name="Find").click()
        reads_where_it_stands(visit.page, real)
        reads_why_it_is_uncertain(visit.page, real)
        sees_who_is_like_us(visit.page, real)
        sees_who_does_better(visit.page, real)
        takes_figures_away(visit.page, real)
        takes_the_briefing(visit.page, real, tmp_path)


def test_by_keyboard_alone(browser: Browser, real_site: str, real: Edition) -> None:
    """Tab, letters, arrows, Enter and Space: no step needs a pointer, and what has the focus can be seen."""
    with visiting(browser, real_site, DESK) as visit:
        page = visit.page
        visit.go("/")
        tab_to(page, "Name of a council")
        page.keyboard.type("gates", delay=20)
        expect(page.get_by_role("option", name=NAME, exact=True)).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/councils/{SLUG}/"))
        reads_where_it_stands(page, real)

        tab_to(page, "Why is this figure uncertain?")
        page.keyboard.press("Space")
        expect(page.get_by_text(f"But who came to {NAME} that year")).to_be_visible()
        tab_to(page, "Who like us does better")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Which of them do better?")).to_be_in_viewport()
        tab_to(page, "Compare with")  # the focus went along: the next one is of the first measure
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("compare?")

        visit.go(f"/councils/{SLUG}/")
        tab_to(page, "One page for a councillor")
        page.keyboard.press("Enter")
        expect(page.get_by_text(counts(row_of(real))).first).to_be_visible()


def tab_to(page: Page, name: str, most: int = 200) -> None:
    """Press Tab until what has the focus begins with a name; it must be on the screen, and show its focus."""
    asked = """() => { const e = document.activeElement, label = e.labels && e.labels[0];
                       const name = e.getAttribute('aria-label') || (label ? label.textContent : e.textContent);
                       return name.trim().replace(/\\s+/g, ' '); }"""
    seen = """() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
                      const drawn = s.outlineStyle !== 'none' || s.boxShadow !== 'none';
                      return drawn && b.top < innerHeight && b.bottom > 0; }"""
    for _ in range(most):
        page.keyboard.press("Tab")
        if str(page.evaluate(asked)).startswith(name):
            assert page.evaluate(seen), f"{name!r} has the focus and does not show it"
            return
    raise AssertionError(f"{most} presses of Tab did not reach {name!r}")
