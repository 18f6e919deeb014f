"""A local HTTP server that behaves like the publishers, well and badly, and a clock that nobody waits for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from evenhand.sources.fetch import Catalogue, Client, Limits, Pin, Source

HOSTS = frozenset(
    {"www.gov.uk", "assets.publishing.service.gov.uk", "digital.nhs.uk", "files.digital.nhs.uk", "www.nomisweb.co.uk",
     "services1.arcgis.com"}
)  # fmt: skip
ASSETS = "https://assets.publishing.service.gov.uk/media"
CSV = b"code,name,value\n" + b"E66000001,Ashvale,1\n" * 400

Respond = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes | str = b"", status: int = 200, **headers: str) -> Respond:
    """A plain answer. Headers are written with underscores: ``Retry_After="7"``."""
    data = body.encode() if isinstance(body, str) else body

    def respond(h: BaseHTTPRequestHandler) -> None:
        h.send_response(status)
        for name, value in {"Content_Length": str(len(data)), **headers}.items():
            h.send_header(name.replace("_", "-"), value)
        h.end_headers()
        h.wfile.write(data)

    return respond


def page(content: object) -> Respond:
    return answer(json.dumps(content), Content_Type="application/json")


def file(body: bytes = CSV, *, etag: str = '"one"', ranges: bool = True, drop_after: int | None = None) -> Respond:
    """A file as an asset server gives it: ETag, If-None-Match, Range; ``drop_after`` breaks the connection."""

    def respond(h: BaseHTTPRequestHandler) -> None:
        if h.headers.get("If-None-Match") == etag:
            answer(status=304, ETag=etag)(h)
            return
        start = 0
        wanted = h.headers.get("Range")
        if wanted and ranges and h.headers.get("If-Range", etag) == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            h.send_response(206)
            h.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            h.send_response(200)
        h.send_header("Content-Type", "text/csv")
        h.send_header("ETag", etag)
        h.send_header("Content-Length", str(len(body) - start))
        h.end_headers()
        h.wfile.write(body[start:] if drop_after is None else body[start : start + drop_after])

    return respond


@dataclass
class Publishers:
    """Routes by logical address without ``https://``; the answers of a route are given in turn, the last for ever."""

    port: int = 0
    routes: dict[str, list[Respond]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def on(self, url: str, *answers: Respond) -> None:
        self.routes[url.removeprefix("https://")] = list(answers)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def respond(self, h: BaseHTTPRequestHandler) -> None:
        path = h.path.removeprefix("/")
        self.asked.append((path, dict(h.headers)))
        known = self.routes.get(path) or self.routes.get(path.split("?")[0])
        if known is None:
            answer("no such page", 404)(h)
        else:
            (known.pop(0) if len(known) > 1 else known[0])(h)


@pytest.fixture
def publishers() -> Iterator[Publishers]:
    site = Publishers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.respond(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up on purpose is not news."""

    server = Server(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MakeClient = Callable[..., Client]


@pytest.fixture
def make_client(publishers: Publishers, clock: Clock) -> Iterator[MakeClient]:
    made: list[Client] = []

    def make(**more: Any) -> Client:
        base = f"http://127.0.0.1:{more.pop('port', publishers.port)}/"
        limits = Limits(**more.pop("limits", {}))
        client = Client(
            HOSTS, {f"https://{h}": f"{base}{h}" for h in HOSTS}, limits, trust_env=False,
            **({"clock": clock, "sleep": clock.sleep, "now": lambda: NOW} | more),
        )  # fmt: skip
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def govuk(key: str = "ascof", *, pins: tuple[Pin, ...] = (), **discover: Any) -> Source:
    """A source whose page is found by year."""
    how = {"slug": "government/statistics/framework-england-{y}-to-{y1}", "oldest": 2024, "files": [r"\.csv$"]}
    return Source(key, "Invented Department", "Framework", "OGL-3.0", "govuk", "seen", discover=how | discover,
                  pins=pins)  # fmt: skip


def direct(*pins: Pin, key: str = "table", **more: Any) -> Source:
    return Source(key, "Invented Office", "Table", "OGL-3.0", "direct", "seen", discover={}, pins=pins, **more)


def catalogue(*sources: Source) -> Catalogue:
    return Catalogue(sources, HOSTS)


def content(year: int, **details: object) -> dict[str, object]:
    """The Content API's answer for one year's page."""
    path = f"/government/statistics/framework-england-{year}-to-{year + 1}"
    return {
        "base_path": path, "title": f"Framework, {year} to {year + 1}", "public_updated_at": "2026-01-23T09:30:00Z",
        "withdrawn_notice": {}, "details": details,
    }  # fmt: skip


def attachment(url: str, content_type: str = "text/csv") -> dict[str, str]:
    return {"attachment_type": "file", "content_type": content_type, "id": url[-9:], "url": url, "title": "Data"}


def api(year: int) -> str:
    return f"www.gov.uk/api/content/government/statistics/framework-england-{year}-to-{year + 1}"


def left_over(folder: Path) -> list[str]:
    """Everything in a folder, by relative name."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
