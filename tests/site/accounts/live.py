"""The private half before a real browser: a database that commits, and a server that uses the test's connection.

Requests are answered one after the other, each with the connection that the test itself has, as Django's live server
does it: a database in memory is seen by nobody else, and a transaction of one request never mixes with another's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from evenhand.site.serve import bind


@pytest.fixture(scope="session")
def beside_a_browser() -> Iterator[None]:
    """Let Django work in the thread in which Playwright keeps its event loop: nothing here is asynchronous."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@contextmanager
def records_site(settings: Settings, built: Path, home: Path) -> Iterator[str]:
    """The address of the site with its records open, over the editions of one home, from another home.

    The test needs ``beside_a_browser``, then pytest-django's ``transactional_db``, and
    ``tests.site.audit.flushing.audit_can_be_emptied``.
    """
    from evenhand.site.config.wsgi import application

    home.mkdir(exist_ok=True)
    (home / "editions").symlink_to(built / "editions")
    settings.EVENHAND_HOME = home
    settings.RECORDS = True
    shared = connections["default"]
    shared.inc_thread_sharing()
    turn = threading.Lock()

    def serial(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with turn:
            connections["default"] = shared  # of this thread: a request's own would see an empty database
            answer = application(environ, start)
            try:
                return [b"".join(answer)]
            finally:
                getattr(answer, "close", lambda: None)()

    server = bind("127.0.0.1", 0)
    server.set_app(serial)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        with turn:
            server.server_close()
        shared.dec_thread_sharing()
