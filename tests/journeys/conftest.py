"""A real browser before the real pages over the simulated England, on this machine and nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from filelock import FileLock
from playwright.sync_api import Browser, FloatRect, Page, Request, ViewportSize, sync_playwright
from pytest_django.fixtures import Settings

from evenhand.site.accounts.models import User
from evenhand.site.serve import bind
from tests.site.accounts.live import beside_a_browser, records_site
from tests.site.audit.flushing import audit_can_be_emptied

__all__ = ["audit_can_be_emptied", "beside_a_browser"]  # fixtures

ARTEFACTS = Path(__file__).parent.parent / "artefacts"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DOWNLOAD = "net::ERR_ABORTED"
PHONE: ViewportSize = {"width": 375, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 900}


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


@contextmanager
def serving(settings: Settings, built: Path, home: Path) -> Iterator[str]:
    """The address of the pages over the editions of one home, served as ``evenhand serve`` does from another."""
    from evenhand.site.config.wsgi import application

    home.mkdir()
    (home / "editions").symlink_to(built / "editions")
    settings.EVENHAND_HOME = home
    settings.FETCH_BUTTON = True
    server = bind("127.0.0.1", 0)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(settings: Settings, sample_home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the pages over the simulated England, from a home of this test's own."""
    with serving(settings, sample_home, tmp_path / "home") as address:
        yield address


@pytest.fixture
def real_site(settings: Settings, real_home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the pages over the edition of the publishers' real files, from a home of this test's own."""
    with serving(settings, real_home, tmp_path / "real") as address:
        yield address


class Visit:
    """One visitor: a page, and what may be asked of any page."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.faults: list[str] = []
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        page.on("requestfailed", lambda r: None if self._left(r) else self.faults.append(r.url))
        page.on("request", lambda r: None if r.url.startswith(site) else self.faults.append(r.url))

    def _left(self, request: Request) -> bool:
        """Whether a request broke off for no fault of the page.

        A link that gives a file ends as an aborted visit: Chromium's way of saying that it became a download. A page
        that is left at once, as a form leads on, aborts the icon that was still coming.
        """
        icon = request.url.endswith(".svg") and "/static/design/evenhand." in request.url
        return request.failure == DOWNLOAD and (request.is_navigation_request() or icon)

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.site + path)

    def barriers(self, rules: list[str] | None = None) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and good practice: one line a violation; empty is what is wanted.

        rules: only these; None for all.
        """
        if not self.page.evaluate("Boolean(window.axe)"):
            self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        only = {"runOnly": rules} if rules else {}
        found = self.page.evaluate("o => axe.run(document, {resultTypes: ['violations'], ...o})", only)
        return [f"{v['id']}: {v['help']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]

    def sideways(self) -> int:
        """How many pixels the page itself scrolls sideways; 0 is what is wanted."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def keep(self, name: str, most: int = 20_000) -> None:
        """Keep a picture of the whole page for people to look at, ``most`` pixels of it where it is longer."""
        ARTEFACTS.mkdir(exist_ok=True)
        high = int(self.page.evaluate("document.documentElement.scrollHeight"))
        part = FloatRect(x=0, y=0, width=self.page.evaluate("innerWidth"), height=min(high, most))
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True, clip=part)


@contextmanager
def visiting(browser: Browser, address: str, size: ViewportSize, **more: Any) -> Iterator[Visit]:
    """One visitor with a screen of this size; ``more`` goes to the browser. A complaint of any page is a failure."""
    context = browser.new_context(viewport=size, locale="en-GB", **more)
    context.set_default_timeout(15_000)
    visit = Visit(context.new_page(), address)
    yield visit
    context.close()
    assert not visit.faults, "the page complained, or asked another host for something"


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    """The same journey on a phone and at a desk, over the simulated England."""
    with visiting(browser, site, request.param) as visit:
        yield visit


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def real_visit(request: pytest.FixtureRequest, browser: Browser, real_site: str) -> Iterator[Visit]:
    """The same journey on a phone and at a desk, over the edition of the publishers' real files."""
    with visiting(browser, real_site, request.param) as visit:
        yield visit


# --- The private half -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def records_can_be_emptied(audit_can_be_emptied: None) -> Iterator[None]:
    """After a test that committed, determinations and what people said are emptied too: SQLite's triggers refuse it.

    On PostgreSQL the tables are truncated, which those triggers do not see.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(case: Any) -> None:
        if connection.vendor != "sqlite":
            empty(case)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'people_%'")
            held = cursor.fetchall()
            for name, _ in held:
                cursor.execute(f"DROP TRIGGER {name}")
            try:
                empty(case)
            finally:
                for _, sql in held:
                    cursor.execute(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield


@pytest.fixture
def open_records(
    beside_a_browser: None, records_can_be_emptied: None, transactional_db: None, settings: Settings,
    sample_home: Path, tmp_path: Path,
) -> Iterator[str]:  # fmt: skip
    """The address of the site with its records open and empty; letters are kept in ``django.core.mail.outbox``."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    with records_site(settings, sample_home, tmp_path / "records") as address:
        yield address


def enter(visit: Visit, user: User, settings: Settings) -> None:
    """Give the visitor the session of a user who has signed in, second factor and all."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    visit.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": visit.site}])
