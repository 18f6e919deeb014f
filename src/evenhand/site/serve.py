"""Serving the pages from this machine: what ``evenhand serve`` and ``make demo`` start.

The server is the standard library's own ``wsgiref`` with a thread for each request. It is meant for one person or a
room on a trusted network, looking at an edition: it speaks plain HTTP and sets no limit on slow visitors. A site for
the public is served by gunicorn as ``deploy/gunicorn.conf.py`` says, with HTTPS in front of it (decision 0009).
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from evenhand.facts.errors import EvenhandError

PORT = 8000
TRIES = 20
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        # WSGIServer asks the name service for this machine's full name, which can take seconds on a closed network
        # and is only put into environ["SERVER_NAME"]: the address as given serves as well.
        self.allow_reuse_address = True
        super(WSGIServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser that went away is no news
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    timeout = 30  # seconds a silent connection may keep its thread

    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the terminal for the address and for faults."""


def serve(
    host: str = "127.0.0.1",
    port: int | None = None,
    home: Path | None = None,
    *,
    records: bool = False,
    seed: Callable[[], object] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the pages until interrupted, and say their address.

    port None takes 8000, or the next free one of twenty. home None takes the settings' own ``EVENHAND_HOME``.
    records: open the private half too, behind sign-in, on 127.0.0.1 only. seed: what fills it before it is
    served. Raises EvenhandError when the port that was asked for is taken, when none is free, or when the records would
    be open to others without HTTPS.
    """
    if records:
        _refuse_others(host)
        host = "127.0.0.1"
    server = bind(host, port)
    try:
        _prepare(host, home, records=records)
        if records:
            open_records()
            if seed is not None:
                seed()
        from evenhand.site.config.wsgi import application
        from evenhand.site.warm import keep_warm

        server.set_app(application)
        keep_warm(application)
        shown = "localhost" if host in LOOPBACK else host
        say(f"Evenhand is at http://{shown}:{server.server_port}/ (press Ctrl+C to stop)")
        if records:
            say(f"Sign in to the records at http://{shown}:{server.server_port}/account/login/ on this machine only.")
        server.serve_forever()
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        server.server_close()


def bind(host: str, port: int | None) -> _Server:
    """A server that holds its port and answers nothing yet. Raises EvenhandError."""
    wanted = [port] if port is not None else range(PORT, PORT + TRIES)
    for number in wanted:
        try:
            return make_server(host, number, _not_ready, server_class=_Server, handler_class=_Handler)
        except OSError as e:
            if e.errno == errno.EADDRINUSE:
                continue
            raise EvenhandError(
                f"The pages cannot be served at {host}:{number}: {e.strerror}.",
                do="Give another address with --host or another port with --port.",
            ) from e
    if port is not None:
        raise EvenhandError(f"Another program uses port {port}.", do="Give another port with --port.")
    raise EvenhandError(f"Ports {PORT} to {PORT + TRIES - 1} are all in use.", do="Give a free one with --port.")


def _refuse_others(host: str) -> None:
    """Raise EvenhandError where the records could be reached from another machine in the clear."""
    from evenhand.site.config.environment import open_to_others

    way = "Leave --host out, or serve the public pages without --records. For others: gunicorn, with HTTPS in front."
    if host not in LOOPBACK:
        raise EvenhandError(f"These records are for this machine only, and {host} is open to others.", do=way)
    if why := open_to_others():
        raise EvenhandError(f"These records are for this machine only, and {why}.", do="Unset it and start again.")


def open_records() -> None:
    """Bring the database up to this version's tables, see that the audit is guarded, and tidy up after broken runs.

    Raises EvenhandError when a check of the settings finds an error.
    """
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    django.setup()
    from evenhand.site.audit.guard import must_hold
    from evenhand.site.people.importing.keeping import sweep
    from evenhand.site.workspace.running import tidy

    settings.EVENHAND_HOME.mkdir(parents=True, exist_ok=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("check", databases=["default"], stdout=io.StringIO())
    except SystemCheckError as found:
        raise EvenhandError("The records cannot be opened.", do=str(found).strip()) from None
    must_hold()
    tidy(settings.EVENHAND_HOME)
    sweep()


def _prepare(host: str, home: Path | None, *, records: bool = False) -> None:
    """Tell the settings, which are read once, where the home is, what is open and whether the button may be pressed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")
    os.environ["EVENHAND_RECORDS"] = "1" if records else "0"  # nothing but --records opens them here
    if home is not None:
        os.environ["EVENHAND_HOME"] = str(home)
    if host in LOOPBACK:
        os.environ.setdefault("EVENHAND_FETCH_BUTTON", "1")
    elif host not in {"0.0.0.0", "::", ""}:  # noqa: S104  (a name that is compared, not bound)
        os.environ.setdefault("EVENHAND_ALLOWED_HOSTS", f"{host},localhost,127.0.0.1")


def _not_ready(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "1")])
    return [b"Starting\n"]
