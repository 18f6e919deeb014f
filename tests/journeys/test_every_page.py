"""Every type of page kept to every promise, in a real browser: who cannot see, point, wait or pay for bytes can read.

A page is opened once and looked at in all the ways that people read it; what it broke is printed by the promise's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from pytest_django.fixtures import Settings

from evenhand.edition.read import open_current
from tests.journeys import promises
from tests.journeys.conftest import DESK, PHONE, Visit
from tests.journeys.every_page import EVERY, Examples, PageType

pytestmark = pytest.mark.browser

SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
LONGEST = 9_000  # pixels of a picture that is kept; below that a page goes on with rows of the same kind
TEXT_TWICE = "document.documentElement.style.fontSize = '200%'"
TEXT_AS_EVER = "document.documentElement.removeAttribute('style')"


@pytest.fixture(scope="session")
def examples(sample_home: Path) -> Examples:
    return Examples.of(open_current(sample_home))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=DESK, locale="en-GB")
    made.set_default_timeout(30_000)
    yield made
    made.close()


def opened(context: BrowserContext, site: str, kind: PageType, examples: Examples) -> tuple[Visit, promises.Weight]:
    """The page as it comes to somebody who was never here."""
    page = context.new_page()
    page.add_init_script(promises.WATCH)
    weight = promises.Weight(context.new_cdp_session(page))
    visit = Visit(page, site)
    answer = page.goto(site + kind.address(examples))
    assert answer
    assert answer.status == kind.status
    # Chromium itself remarks on the status of a page that is a refusal.
    visit.faults = [f for f in visit.faults if str(kind.status) not in f]
    return visit, weight


def walked(visit: Visit, weight: promises.Weight, kind: PageType) -> dict[str, list[str]]:
    """What breaks each promise, by the promise: wide first, then as on a phone, magnified, in own colours, printed."""
    page, found = visit.page, {}
    found["nothing moves while it loads"] = promises.asked(page, "moved")
    found["at most 120 KB in all"] = weight.too_much()
    found["no script holds up the page"] = promises.asked(page, "head")
    found["the title is the question, headings in order"] = promises.asked(page, "headings")
    found["each chart has a heading, a sentence, a table"] = promises.asked(page, "charts")
    if not kind.twin:
        found["no barrier, wide"] = visit.barriers()
        visit.keep(f"page-{kind.name}-wide", LONGEST)
    # As the browser lays a page of 1,280 pixels out when it is magnified to 200%.
    page.set_viewport_size({"width": 640, "height": 450})
    found["fits at 200%"] = sideways(visit)
    page.set_viewport_size(DESK)
    page.evaluate(TEXT_TWICE)
    found["fits with text twice as large"] = sideways(visit)
    page.evaluate(TEXT_AS_EVER)
    if not (kind.bare or kind.twin):
        found["each stop of the keyboard is reached and seen"] = promises.by_keyboard(page)
    on_a_phone(visit, kind, found)
    in_own_colours(visit, kind, found)
    printed(page, visit, kind, found)
    found["no complaint, and nothing from another host"] = visit.faults
    return found


def sideways(visit: Visit) -> list[str]:
    return [f"{wide} pixels" for wide in [visit.sideways()] if wide]


def on_a_phone(visit: Visit, kind: PageType, found: dict[str, list[str]]) -> None:
    visit.page.set_viewport_size(SMALL_PHONE)
    found["fits at 320 pixels"] = sideways(visit)
    visit.page.set_viewport_size(PHONE)
    found["fits at 375 pixels"] = sideways(visit)
    found["no barrier, phone"] = visit.barriers()
    found["no text below 12 pixels"] = promises.asked(visit.page, "smallText")
    if not kind.twin:
        visit.keep(f"page-{kind.name}-phone", LONGEST)


def in_own_colours(visit: Visit, kind: PageType, found: dict[str, list[str]]) -> None:
    page = visit.page
    page.set_viewport_size(DESK)
    page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    found["nothing moves for whom motion is trouble"] = promises.asked(page, "motion")
    found["drawings are seen in own colours"] = promises.asked(page, "drawings")
    if not kind.twin:
        visit.keep(f"page-{kind.name}-forced-colours", LONGEST)
        # Colours are all that differs: the other rules were asked above. axe takes the ground of a page without a
        # colour of its own for white, so it is asked where the reader's own ground is white.
        page.emulate_media(forced_colors="active", color_scheme="light")
        found["no barrier, own colours"] = visit.barriers(["color-contrast", "link-in-text-block"])
    page.emulate_media(forced_colors="none", color_scheme="light", reduced_motion="no-preference")


def printed(page: Page, visit: Visit, kind: PageType, found: dict[str, list[str]]) -> None:
    page.set_viewport_size(promises.A4)
    page.emulate_media(media="print")
    found["whole and readable on paper"] = promises.asked(page, "printed")
    if not kind.twin:
        visit.keep(f"page-{kind.name}-print", LONGEST)


@pytest.mark.parametrize("kind", EVERY, ids=lambda k: k.name)
def test_every_promise_is_kept_on_every_type_of_page(
    context: BrowserContext, site: str, examples: Examples, kind: PageType
) -> None:
    visit, weight = opened(context, site, kind, examples)
    found = walked(visit, weight, kind)
    assert not {promise: broken for promise, broken in found.items() if broken}


# The pages with parts that a script brings to life: the box that finishes names, details, and buttons.
LIVELY = {"home", "home-search", "measure-council", "council", "compare-two", "peers", "data"}


@pytest.mark.parametrize("kind", [k for k in EVERY if k.name in LIVELY], ids=lambda k: k.name)
def test_without_javascript_a_page_says_the_same(
    browser: Browser, context: BrowserContext, site: str, examples: Examples, kind: PageType
) -> None:
    page = context.new_page()
    page.goto(site + kind.address(examples))
    plain = browser.new_context(viewport=DESK, locale="en-GB", java_script_enabled=False)
    without = plain.new_page()
    without.goto(site + kind.address(examples))
    assert promises.words(without) == promises.words(page)
    assert without.locator("main").inner_text()
    plain.close()


def test_before_the_first_edition_the_page_keeps_its_promises_too(
    context: BrowserContext, site: str, examples: Examples, settings: Settings, tmp_path: Path
) -> None:
    settings.EVENHAND_HOME = tmp_path / "nothing-here"
    kind = PageType("no-edition", lambda e: "/", status=503)
    visit, weight = opened(context, site, kind, examples)
    found = walked(visit, weight, kind)
    assert not {promise: broken for promise, broken in found.items() if broken}


BAD = """<!DOCTYPE html><html lang="en-GB"><head><title>Something</title><script>1</script></head>
<body><h1>One</h1><h1>Two</h1><h4>Deep</h4><main id="main-content">
<svg role="img" width="60" height="20" viewBox="0 0 120 40"><title>A chart</title>
<circle cx="5" cy="5" r="4" fill="#0B0C0C"></circle><text y="30" font-size="12">small</text></svg>
<p>Words <a href="/x">a link</a> and <a href="https://example.org">another</a></p>
<details><summary>More</summary><p>closed</p></details>
<div class="evenhand-scroll" style="overflow-x: auto"><div style="width: 2000px">wide</div></div>
<form><input aria-label="x" style="outline: none; box-shadow: none; border-color: #000"></form>
<b style="transition: color 2s">moves</b></main></body></html>"""
SEEN = (
    ("head", "a script in line"),
    ("headings", "2 headings of level 1"),
    ("headings", "follows level 1"),
    ("headings", "is not the question"),
    ("charts", "in no figure: A chart"),
    ("smallText", "6.0 px"),
    ("motion", "moves"),
    ("drawings", "<circle"),
    ("drawings", "<text"),
    ("printed", "furniture is printed"),
    ("printed", "cut at the right"),
    ("printed", "closed on paper"),
    ("printed", "the address of another site is not printed"),
)


def test_each_promise_can_be_broken_and_is_then_named(context: BrowserContext) -> None:
    page = context.new_page()
    page.set_content(BAD)
    assert any("focus is not seen on <input" in f for f in promises.by_keyboard(page))
    page.emulate_media(forced_colors="active", color_scheme="dark")
    said = {question: promises.asked(page, question) for question, _ in SEEN if question != "printed"}
    page.emulate_media(forced_colors="none", color_scheme="light", media="print")
    said["printed"] = promises.asked(page, "printed")
    for question, broken in SEEN:
        assert any(broken in f for f in said[question]), (broken, said[question])


def test_what_moves_after_it_was_shown_is_noticed(context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(promises.WATCH)
    page.goto("data:text/html,<p id=a style='height:0'></p><h1>A heading</h1>")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('#a').style.height = '300px'")
    page.wait_for_timeout(200)
    assert promises.asked(page, "moved")
