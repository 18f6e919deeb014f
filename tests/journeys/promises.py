"""What is promised of every page, as questions to an open page; ``promises.js`` holds those that the browser answers.

Each gives a list of what breaks the promise. An empty list is what is wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, ViewportSize

MOST_BYTES = 120 * 1024
A4: ViewportSize = {"width": 718, "height": 1050}  # CSS pixels of a sheet within margins of 10 mm
QUESTIONS = (Path(__file__).parent / "promises.js").read_text(encoding="utf-8")

# Runs before anything of the page: what moves after it was shown is remembered, and by how much. A table drawn while
# its rows still arrive moves the heads of its columns by a pixel or two (0.0018 was seen on a busy machine), which is
# how browsers draw tables. A picture without a size, or a font that comes late, moves ten times this limit, which is
# itself a tenth of what the web's own measure calls good.
WATCH = """
window.layoutShifts = [];
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) {
    const moved = e.sources.map((s) => s.node?.outerHTML?.slice(0, 80)).join(" | ");
    if (!e.hadRecentInput && e.value >= 0.01) window.layoutShifts.push(`${e.value.toFixed(4)} ${moved}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class Weight:
    """The bytes that came over the wire for one visit, as the browser counts them: packed, with their headers."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0.0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, float]) -> None:
        self.bytes += event["encodedDataLength"]

    def too_much(self) -> list[str]:
        """The promise: no page is heavier than 120 KB with all that it needs."""
        return [f"{self.bytes / 1024:.0f} KB"] if self.bytes > MOST_BYTES else []


def asked(page: Page, question: str) -> list[str]:
    """What one of the questions of ``promises.js`` finds."""
    return list(_answer(page, question))


def words(page: Page) -> str:
    """The words of a page, without the box that a script replaces."""
    return str(_answer(page, "words"))


def _answer(page: Page, question: str) -> Any:
    if not page.evaluate("Boolean(window.promises)"):
        page.evaluate(QUESTIONS)
    return page.evaluate(f"window.promises.{question}()")


def by_keyboard(page: Page) -> list[str]:
    """Tab through the whole page: each stop is reached and seen, the first one skips the furniture, none is a trap."""
    for press in range(int(_answer(page, "stops")) + 3):
        page.keyboard.press("Tab")
        if press % 25 == 24 and page.evaluate("window.walk.round"):
            break
    found = asked(page, "reached")
    if not found and page.locator(".govuk-skip-link").count():
        page.locator(".govuk-skip-link").first.focus()
        page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.id") != "main-content":
            found.append("the skip link leads nowhere")
    return found
