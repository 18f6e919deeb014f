"""Draw the headline pages before anybody asks: when a process starts, and when a new edition is put in use.

What is slow the first time is drawn in the background: reading the tables, and the pages most visitors open. The site
answers meanwhile; a request for a page that is being drawn waits for that drawing.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.util import setup_testing_defaults

from evenhand.facts.errors import EvenhandError

PAGES = ("/", "/measures/ascof-3d-2a/", "/variation/")
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
log = logging.getLogger(__name__)


def keep_warm(application: Application, *, measures: bool = False) -> None:
    """Draw the headline pages now and whenever this process opens an edition that it did not hold.

    measures: the page of every measure after them, each followed by a rest as long as it took, so that readers have
              the machine for at least half of the time. For a server that stays up, not for a demonstration.
    """
    from django.conf import settings

    from evenhand.site.evidence.opened import SHELF, open_current

    prepare()

    def again(home: Path) -> None:
        edition = open_current(home)
        paths = [*PAGES, *(f"/measures/{m}/" for m in edition.definitions)] if measures else PAGES
        order = list(dict.fromkeys(paths))

        def still_in_use() -> bool:
            return open_current(home).id == edition.id

        Thread(target=draw, args=(application, order, still_in_use), name="warm", daemon=True).start()

    SHELF.when_new.append(again)
    with suppress(EvenhandError):  # no edition yet: its first reader will warm the other pages
        open_current(settings.EVENHAND_HOME)  # tells ``again``


LOADED_LATE = (
    "evenhand.compare.funnel", "evenhand.documents.compare_charts", "evenhand.documents.html",
    "evenhand.documents.part_charts", "evenhand.documents.time_charts", "evenhand.edition.judge",
    "evenhand.site.evidence.present.findings", "evenhand.site.evidence.present.tables",
)  # fmt: skip


def prepare() -> None:
    """Load what no page should wait for: the views of every address, the templates, and the parts that draw charts.

    The command line imports these only when they are needed, so that it starts quickly. A server has the time at its
    start: about a second and a half of processor, which its first readers would otherwise pay between them.
    """
    from django.urls import get_resolver

    from evenhand.site.design.jinja import compile_templates

    assert get_resolver().url_patterns  # reading them imports the views
    for name in LOADED_LATE:
        import_module(name)
    compile_templates()


def draw(application: Application, paths: Sequence[str], still_in_use: Callable[[], bool]) -> None:
    """Ask the application for each page, as a reader on the first of its hosts would, until a newer edition comes."""
    from django.conf import settings

    host = next((h for h in settings.ALLOWED_HOSTS if h and h[0] not in "*."), "localhost")
    for number, path in enumerate(paths):
        if number >= len(PAGES) and not still_in_use():
            return
        began = time.monotonic()
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "HTTP_HOST": host,
            "HTTP_ACCEPT_ENCODING": "gzip",
            "wsgi.input": io.BytesIO(),
            # What a proxy that speaks HTTPS says of its readers, where there is one.
            **({"HTTP_X_FORWARDED_PROTO": "https"} if settings.HTTPS else {}),
        }
        setup_testing_defaults(environ)
        try:
            answer = application(environ, lambda status, headers, exc_info=None: None)
            try:
                for _ in answer:
                    pass
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        except Exception:  # a page that cannot be drawn will say so to its reader; the others still can
            log.exception("%s could not be drawn beforehand", path)
        if number >= len(PAGES):
            time.sleep(time.monotonic() - began)
