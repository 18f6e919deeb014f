"""A polite, suspicious HTTP client: the only code of Evenhand that talks to a network.

Polite: it names itself, asks a host at most twice a second, waits as long as it is told to (Retry-After) and gives up
after a few tries. Suspicious: https only, named hosts only (redirects too), limits on size and time, and never a web
page or an empty answer for data. Bytes go to ``<name>.part`` beside ``<name>.part.json`` (address and ETag), so that a
broken download goes on where it stopped, unless the file behind the address has changed.

``clock``, ``sleep`` and ``now`` are handed in, so tests neither wait nor depend on the day.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx

from evenhand import __version__
from evenhand.facts.errors import EvenhandError

USER_AGENT = f"Evenhand/{__version__} (reads official statistics on adult social care)"
MAX_REDIRECTS = 5
T = TypeVar("T")
TRY_AGAIN = (429, 500, 502, 503, 504)


class FetchFailed(EvenhandError):
    """A file or page that could not be had; ``status`` is the HTTP status, when there was an answer."""

    def __init__(self, what: str, *, do: str = "", status: int | None = None) -> None:
        super().__init__(what, do=do)
        self.status = status


class NoNetwork(FetchFailed):
    """A host that cannot be reached at all."""


@dataclass(frozen=True)
class Limits:
    """How long, how much and how often. Seconds and bytes."""

    connect_seconds: float = 30
    read_seconds: float = 60  # between two pieces of an answer
    total_seconds: float = 600  # for a whole answer, however slowly it drips
    max_bytes: int = 100 * 2**20
    page_bytes: int = 20 * 2**20  # a page or JSON answer held in memory
    tries: int = 4
    longest_wait: float = 120  # a longer Retry-After is an answer of "not today"
    seconds_between: float = 0.5  # two requests a second to one host


@dataclass(frozen=True)
class Downloaded:
    """A finished ``.part`` file, not yet checked or renamed. ``unchanged`` when the server said 304 (no bytes)."""

    path: Path
    url: str
    etag: str
    last_modified: str
    content_type: str
    unchanged: bool = False


@dataclass(frozen=True)
class Peeked:
    """What an address answers: HTTP status, size in bytes if known, content type, and the body when it is small."""

    status: int
    size: int | None
    content_type: str
    body: bytes | None


class _Again(Exception):
    """An answer or break after which another try is worthwhile: why, and how long to wait (None: the usual)."""

    def __init__(self, why: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(why)
        self.why, self.wait, self.status = why, wait, status


@dataclass
class Client:
    """``hosts`` may be asked; ``mapping`` sends an address that starts with a key to its value (for tests)."""

    hosts: frozenset[str]
    mapping: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    trust_env: bool = True  # a council's proxy stands in the environment
    unreachable: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    _next: dict[str, float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.limits.read_seconds, connect=self.limits.connect_seconds)
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        self._http = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False, trust_env=self.trust_env)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get_text(self, url: str) -> str:
        """A page as text. Raises FetchFailed (``status`` 404 when there is no such page) and NoNetwork."""
        return self._retry(url, lambda: self._text(url))

    def get_json(self, url: str) -> Any:
        """A JSON answer. Raises FetchFailed, also when the answer is no JSON."""
        text = self.get_text(url)
        try:
            return json.loads(text)
        except ValueError as fault:
            raise FetchFailed(f"{_host(url)} answered something that is not JSON ({url}).") from fault

    def download(
        self,
        url: str,
        target: Path,
        *,
        validators: Mapping[str, str] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Downloaded:
        """Bring an address to ``<target>.part``, going on with what an earlier run left there.

        validators: ``etag`` and ``last_modified`` of a copy already held; the server may then answer "unchanged".
        Raises FetchFailed, NoNetwork; OSError when the disk is full (the ``.part`` stays for the next run).
        """
        job = _Download(self, url, target, dict(validators or {}), progress or (lambda done, total: None))
        return self._retry(url, job.once)

    def peek(self, url: str, most: int) -> Peeked:
        """Status, length and, when it is at most ``most`` bytes, the body of an address. Raises as ``get_text``."""

        def once() -> Peeked:
            with self.stream(url) as answer:
                length = answer.headers.get("content-length", "")
                size = int(length) if length.isdigit() else None
                kind = answer.headers.get("content-type", "")
                if size is not None and size > most:
                    return Peeked(answer.status_code, size, kind, None)
                body, began = bytearray(), self.clock()
                for piece in answer.iter_bytes():
                    body += piece
                    self.check_pace(url, began, len(body), self.limits.max_bytes)
                    if len(body) > most:
                        return Peeked(answer.status_code, size, kind, None)
                return Peeked(answer.status_code, len(body), kind, bytes(body))

        return self._retry(url, once)

    def _retry(self, url: str, once: Callable[[], T]) -> T:
        host = _host(url)
        if host in self.unreachable:
            raise _no_network(host)
        last: _Again | None = None
        for attempt in range(self.limits.tries):
            try:
                return once()
            except _Again as again:
                last = again
                wait = 2.0**attempt if again.wait is None else again.wait
                if wait > self.limits.longest_wait:
                    raise FetchFailed(
                        f"{host} asks to wait {wait:,.0f} seconds ({again.why}).",
                        do="Nothing was changed. Try again later.",
                        status=again.status,
                    ) from again
                if attempt + 1 < self.limits.tries:
                    self.sleep(wait)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as fault:
                if host not in self.reached:
                    self.unreachable.add(host)
                    raise _no_network(host, str(fault)) from fault
                last = _Again("the connection could not be made again")
                if attempt + 1 < self.limits.tries:
                    self.sleep(2.0**attempt)
            except httpx.HTTPError as fault:
                last = _Again(f"the connection broke: {type(fault).__name__}")
                if attempt + 1 < self.limits.tries:
                    self.sleep(2.0**attempt)
        assert last
        raise FetchFailed(
            f"{host} did not deliver after {self.limits.tries} tries ({last.why}).",
            do="Nothing was changed. Try again later, or download the file by hand and load it.",
            status=last.status,
        ) from last

    def _wait_for_turn(self, host: str) -> None:
        """Keep to two requests a second to one host."""
        wait = self._next.get(host, 0.0) - self.clock()
        if wait > 0:
            self.sleep(wait)
        self._next[host] = max(self.clock(), self._next.get(host, 0.0)) + self.limits.seconds_between

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """One answer after redirects, not yet read. Raises _Again for 429 and 5xx, FetchFailed for other refusals."""
        for _ in range(MAX_REDIRECTS + 1):
            self._allow(url)
            host = _host(url)
            self._wait_for_turn(host)
            with self._http.stream("GET", self._mapped(url), headers=dict(headers or {})) as answer:
                self.reached.add(host)
                if answer.is_redirect and "location" in answer.headers:
                    url = urljoin(url, answer.headers["location"])
                    continue
                self._refuse(answer, url)
                yield answer
                return
        raise FetchFailed(f"{_host(url)} sends this request round in circles ({url}).")

    def _refuse(self, answer: httpx.Response, url: str) -> None:
        status = answer.status_code
        if status in TRY_AGAIN:
            raise _Again(f"HTTP {status}", self._retry_after(answer.headers.get("retry-after", "")), status)
        if status in (404, 410):
            raise FetchFailed(f"There is nothing at {url} (HTTP {status}).", status=status)
        if status not in (200, 206, 304, 416):
            raise FetchFailed(f"{_host(url)} refused {url} (HTTP {status}).", status=status)

    def _retry_after(self, text: str) -> float | None:
        """Seconds that a Retry-After asks for, given as a number or a date; None when it says neither."""
        if text.strip().isdigit():
            return float(text)
        try:
            when = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (when - self.now()).total_seconds())

    def _allow(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname not in self.hosts or parts.port not in (None, 443):
            raise FetchFailed(
                f"Evenhand was sent to {url}, which is not one of the publishers' addresses.",
                do="Nothing was taken from there.",
            )

    def _mapped(self, url: str) -> str:
        for start, instead in self.mapping.items():
            if url.startswith(start):
                return instead + url[len(start) :]
        return url

    def _text(self, url: str) -> str:
        with self.stream(url) as answer:
            body = bytearray()
            began = self.clock()
            for piece in answer.iter_bytes():
                body += piece
                self.check_pace(url, began, len(body), self.limits.page_bytes)
        if not body.strip():
            raise FetchFailed(f"{url} answered with an empty page.")
        return body.decode("utf-8", "replace")

    def check_pace(self, url: str, began: float, size: int, most: int) -> None:
        """Raise FetchFailed when an answer has grown too large or taken too long."""
        if size > most:
            raise FetchFailed(f"The answer from {url} is larger than {most // 2**20} MB, more than any official file.")
        if self.clock() - began > self.limits.total_seconds:
            raise FetchFailed(
                f"{_host(url)} is too slow: {size:,} bytes in {self.limits.total_seconds:g} seconds.",
                do="Run the command again: it goes on where it stopped.",
            )


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _no_network(host: str, fault: str = "") -> NoNetwork:
    if "CERTIFICATE" in fault.upper():
        return NoNetwork(
            f"{host} cannot be trusted from here: a filter on this network seems to replace its certificate.",
            do="Nothing was changed. Ask your IT team for its certificate (SSL_CERT_FILE), or save the files by hand.",
        )
    return NoNetwork(
        f"{host} cannot be reached: there is no network here, or it is blocked.",
        do="Nothing was changed; everything already loaded still works, and files saved by hand can be loaded.",
    )


@dataclass
class _Download:
    """One file on its way to ``<target>.part``; ``once`` is one try and may be called again."""

    client: Client
    url: str
    target: Path
    validators: dict[str, str]
    progress: Callable[[int, int | None], None]

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def memo(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    def once(self) -> Downloaded:
        """One try: resume when the part on disk is of this address and has an ETag or date to hold it to."""
        held = self._held()
        headers: dict[str, str] = {}
        if held:
            headers["Range"] = f"bytes={self.part.stat().st_size}-"
            # a weak ETag may not stand in If-Range (RFC 9110, 13.1.5); it is compared after the answer instead
            strong = held["etag"] if not held["etag"].startswith("W/") else ""
            if strong or held["last_modified"]:
                headers["If-Range"] = strong or held["last_modified"]
        elif self.validators.get("etag"):
            headers["If-None-Match"] = self.validators["etag"]
        elif self.validators.get("last_modified"):
            headers["If-Modified-Since"] = self.validators["last_modified"]
        with self.client.stream(self.url, headers) as answer:
            if answer.status_code == 304:
                return self._result(answer, unchanged=True)
            if answer.status_code == 416 or (answer.status_code == 206 and not self._continues(answer, held)):
                self._forget()
                raise _Again("the file changed while it was being fetched", 0.0)
            self._receive(answer, append=answer.status_code == 206)
            return self._result(answer)

    def _held(self) -> dict[str, str] | None:
        """What is known of the part on disk, or None when there is none that can be gone on with."""
        try:
            memo = json.loads(self.memo.read_text(encoding="utf-8"))
            size = self.part.stat().st_size
        except (OSError, ValueError):
            return None
        held = {k: str(memo.get(k, "")) for k in ("url", "etag", "last_modified")} if isinstance(memo, dict) else {}
        usable = size > 0 and held.get("url") == self.url and (held["etag"] or held["last_modified"])
        return held if usable else None

    def _continues(self, answer: httpx.Response, held: dict[str, str] | None) -> bool:
        """Whether a 206 really goes on where the part ends, in the same file."""
        if held is None or not self.part.exists():
            return False
        begins = answer.headers.get("content-range", "").startswith(f"bytes {self.part.stat().st_size}-")
        same = [
            not held[name] or answer.headers.get(header, held[name]) == held[name]
            for name, header in (("etag", "etag"), ("last_modified", "last-modified"))
        ]
        return begins and all(same)

    def _receive(self, answer: httpx.Response, *, append: bool) -> None:
        """Write the body to the part, within the limits. A body shorter than announced raises httpx's own error."""
        limits, client = self.client.limits, self.client
        done = self.part.stat().st_size if append else 0
        length = answer.headers.get("content-length", "")
        total = done + int(length) if length.isdigit() else None
        began = client.clock()
        client.check_pace(self.url, began, total or 0, limits.max_bytes)
        if not append:
            self._forget()
            self.target.parent.mkdir(parents=True, exist_ok=True)
            # a compressed answer cannot be gone on with: its ranges count other bytes than the part holds
            plain = answer.headers.get("content-encoding", "identity") == "identity"
            memo = {"url": self.url, "etag": answer.headers.get("etag", "") if plain else "",
                    "last_modified": answer.headers.get("last-modified", "") if plain else ""}  # fmt: skip
            self.memo.write_text(json.dumps(memo), encoding="utf-8")
        with self.part.open("ab" if append else "wb") as out:
            for piece in answer.iter_bytes():
                out.write(piece)
                done += len(piece)
                self.progress(done, total)
                client.check_pace(self.url, began, done, limits.max_bytes)
            out.flush()
            os.fsync(out.fileno())  # before the rename: a name must never stand for bytes that a power cut took

    def _result(self, answer: httpx.Response, *, unchanged: bool = False) -> Downloaded:
        return Downloaded(
            path=self.part, url=self.url, etag=answer.headers.get("etag", ""),
            last_modified=answer.headers.get("last-modified", ""),
            content_type=answer.headers.get("content-type", ""), unchanged=unchanged,
        )  # fmt: skip

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.memo.unlink(missing_ok=True)
