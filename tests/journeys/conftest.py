"""A real browser before the real pages over the simulated England, on this machine and nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.fixtures import Settings

from evenhand.site.serve import bind

ARTEFACTS = Path(__file__).parent.parent / "artefacts"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = {"width": 375, "height": 800}, {"width": 1280, "height": 900}


def _chromium() -> str | None:
    return os.environ.get("EVENHAND_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a network of its own: absent at home is a skip, absent where it is required is a failure."""
    program = _chromium()
    if not program:
        if "chromium" in os.environ.get("EVENHAND_REQUIRE", ""):
            pytest.fail("Chromium is required here and was not found")
        pytest.skip("no Chromium: set EVENHAND_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample edition in use, built once by the command line, however many processes run the tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home = shared / "sample-home"
    with FileLock(shared / "sample.lock"):
        if not (home / "editions" / "current").exists():
            subprocess.run(
                [sys.executable, "-c", "from evenhand.cli import main; main()", "build", "--sample"],
                env={**os.environ, "EVENHAND_HOME": str(home)}, check=True, capture_output=True, timeout=300,
            )  # fmt: skip
    return home


@pytest.fixture
def site(settings: Settings, sample_home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the pages, served as ``evenhand serve`` does, over a home of this test's own."""
    from evenhand.site.config.wsgi import application

    home = tmp_path / "home"
    home.mkdir()
    (home / "editions").symlink_to(sample_home / "editions")
    settings.EVENHAND_HOME = home
    settings.FETCH_BUTTON = True
    server = bind("127.0.0.1", 0)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


class Visit:
    """One visitor: a page, and what may be asked of any page."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.faults: list[str] = []
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda r: self.faults.append(r.url))
        page.on("request", lambda r: None if r.url.startswith(site) else self.faults.append(r.url))

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.site + path)

    def barriers(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and good practice: one line a violation; empty is what is wanted."""
        self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{v['id']}: {v['help']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]

    def sideways(self) -> int:
        """How many pixels the page itself scrolls sideways; 0 is what is wanted."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def keep(self, name: str) -> None:
        """Keep a picture of the whole page for people to look at."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    """The same journey on a phone and at a desk, without JavaScript on the pages' side: they have none."""
    context = browser.new_context(viewport=request.param, locale="en-GB")
    context.set_default_timeout(15_000)
    visit = Visit(context.new_page(), site)
    yield visit
    context.close()
    assert not visit.faults, "the page complained, or asked another host for something"
