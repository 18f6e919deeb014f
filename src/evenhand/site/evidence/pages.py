"""Draw a page once an edition: the same question of the same edition is the same bytes, kept and named by an ETag.

A view says which parameters of an address it reads. It is shown no others, so an address with made-up ones is the same
page as without them: nobody can tire the server with ``?x=1``, ``?x=2`` and so on.

The store lives in the process and holds a bounded number of bytes, least recently used out first. A new edition has a
new id, so nothing of the old one can be shown by mistake. Text is kept compressed, and only so: nearly every reader
takes gzip, and for the rest it is unpacked in less than a millisecond.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import wraps
from threading import Lock, RLock
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.http import parse_etags

from evenhand.edition.read import Edition
from evenhand.site.evidence import limits, queries

Key = tuple[str, ...]  # edition, host and path, query
View = Callable[..., HttpResponse]
KEEP_BYTES = 32 * 2**20
LONGEST_ADDRESS = 2_000
OVERHEAD = 1_000  # bytes that an entry costs beside its body: key, headers and the objects that hold them
SMALLEST = 500  # bytes below which packing gains nothing
PACKED = re.compile(r"text/|application/(json|xml|atom\+xml|problem\+json|vnd\.oai)|image/svg")
REFUSED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
# A reader asks each time whether the page is still the same, and mostly gets an empty 304: two pages of one visit, or
# of one proxy, then never come from different editions.
CACHE_CONTROL = "public, no-cache"
# Set by us or by the server on every answer, so not part of what is kept.
OURS = {"etag", "cache-control", "content-length", "content-encoding", "vary"}


class Entry(NamedTuple):
    """One answer as it is kept."""

    body: bytes
    tag: str
    headers: tuple[tuple[str, str], ...]
    packed: bool  # whether the body is gzip


class Kept:
    """Answers by key, at most ``limit`` bytes of them. Safe to share between threads."""

    def __init__(self, limit: int = KEEP_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Entry | None:
        """The answer, or None."""
        with self._lock:
            found = self._entries.get(key)
            if found:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Key, entry: Entry) -> None:
        """Keep one answer; the longest unused ones go when there is no room."""
        with self._lock:
            before = self._entries.pop(key, None)
            self.size += len(entry.body) + OVERHEAD - (len(before.body) + OVERHEAD if before else 0)
            self._entries[key] = entry
            while self.size > self.limit and self._entries:
                _, gone = self._entries.popitem(last=False)
                self.size -= len(gone.body) + OVERHEAD

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget everything (tests do)."""
        with self._lock:
            self._entries.clear()
            self.size = 0


# Addresses with a query are without number: whoever makes up queries can push out one another's pages, and not the
# pages of measures and councils that most people read.
KEPT = Kept()
KEPT_QUERIES = Kept()
# When a new edition comes, the same page is asked for by several threads at once: one draws it, the others wait for it.
DRAWING = tuple(RLock() for _ in range(64))


def per_edition(
    *reads: str, many: Collection[str] = (), cost: float = 1, names_host: bool = False, keep: bool = True
) -> Callable[[View], View]:
    """A view whose answer depends on the edition, the path and some parameters alone; a whole answer (200) is kept.

    reads: the parameters that the view reads; of one given twice the last counts, as it does for Django.
    many: those that may be given several times. The view sees these parameters and no others.
    cost: tokens of the visitor's bucket for drawing an answer to a query (``limits``); what is kept is free.
    names_host: whether the answer prints the site's own address, so that one host's page is not another's.
    keep: False for an answer that may change while the edition does not: drawn each time, and named like the others.

    Keeps the view's own headers, sends an ETag, answers 304 to a reader who has the same bytes already, and packs text
    for readers who take gzip. An answer with a cookie or a form's token is one reader's own and is never kept.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            edition: Edition = queries.current(request)
            query = asked(request.GET, reads, many)
            _narrow(request, query)
            host = f"{request.scheme}://{request.get_host()}" if names_host else ""

            def draw() -> HttpResponse:
                limits.spend(request, cost if query else 0)
                return view(request, *args, **kwargs)

            entry = _drawn(request, edition, (edition.id, host + request.path, query), draw, keep)
            return entry if isinstance(entry, HttpResponse) else _answer(request, entry)

        return kept

    return decorated


def asked(given: QueryDict, reads: Collection[str], many: Collection[str]) -> str:
    """The parameters that a view reads as one query string: by name, the last of each, and all of those in ``many``.

    >>> asked(QueryDict("b=2&x=9&a=1&b=3&l=2&l=1"), ("a", "b"), ("l",))
    'a=1&b=3&l=2&l=1'
    """
    parts = []
    for name in sorted({*reads, *many}):
        values = given.getlist(name)
        parts += [(name, value) for value in (values if name in many else values[-1:])]
    return urlencode(parts)


def _narrow(request: HttpRequest, query: str) -> None:
    """Leave the request with this query and no other: what a view cannot see it cannot depend on."""
    request.META = request.META | {"QUERY_STRING": query}
    request.GET = QueryDict(query)


def _drawn(
    request: HttpRequest, edition: Edition, key: Key, draw: Callable[[], HttpResponse], keep: bool
) -> Entry | HttpResponse:  # fmt: skip
    """The kept answer, or a new one; a response as it is when it cannot be kept."""
    if not keep or sum(map(len, key)) > LONGEST_ADDRESS:
        answer = draw()
        return _entry(edition, answer) if _keepable(request, answer) else answer
    store = KEPT_QUERIES if key[-1] else KEPT
    entry = store.get(key)
    if entry is not None:
        return entry
    with DRAWING[hash(key) % len(DRAWING)]:
        entry = store.get(key)
        if entry is None:
            answer = draw()
            if not _keepable(request, answer):
                return answer
            entry = _entry(edition, answer)
            store.put(key, entry)
    return entry


def _keepable(request: HttpRequest, answer: HttpResponse) -> bool:
    private = bool(answer.cookies) or bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))
    return answer.status_code == 200 and not getattr(answer, "streaming", False) and not private


def _entry(edition: Edition, answer: HttpResponse) -> Entry:
    body = answer.content
    tag = f"{edition.id}-{hashlib.sha256(body).hexdigest()[:16]}"
    headers = tuple((k, v) for k, v in answer.headers.items() if k.lower() not in OURS)
    if len(body) >= SMALLEST and PACKED.match(answer.headers["Content-Type"]):
        # No time in the packed form: the same page gives the same bytes in every worker.
        return Entry(gzip.compress(body, compresslevel=6, mtime=0), tag, headers, packed=True)
    return Entry(body, tag, headers, packed=False)


def _answer(request: HttpRequest, entry: Entry) -> HttpResponse:
    packed = entry.packed and _takes_gzip(request)
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    # Packed and plain are different bytes, so they have different names; a reader who has either has the page.
    if known & {f'"{entry.tag}"', f'"{entry.tag}-gzip"'}:
        answer = HttpResponse(status=304)
        del answer.headers["Content-Type"]
    else:
        body = entry.body if packed or not entry.packed else gzip.decompress(entry.body)
        answer = HttpResponse(body, headers=dict(entry.headers))
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers["ETag"] = f'"{entry.tag}-gzip"' if packed else f'"{entry.tag}"'
    answer.headers["Cache-Control"] = CACHE_CONTROL
    if entry.packed:
        patch_vary_headers(answer, ["Accept-Encoding"])
    if dict(entry.headers).get("Content-Type", "").startswith("text/html"):
        # The one name of this page for search engines: whatever else an address said, it was not read.
        query = request.META.get("QUERY_STRING", "")
        address = escape_uri_path(request.path) + (f"?{query}" if query else "")
        answer.headers["Link"] = f'<{request.scheme}://{request.get_host()}{address}>; rel="canonical"'
    return answer


def _takes_gzip(request: HttpRequest) -> bool:
    said = request.headers.get("Accept-Encoding", "").lower()
    return "gzip" in said and not REFUSED.search(said)


def crumbs(*steps: tuple[str, str]) -> list[dict[str, Any]]:
    """Breadcrumbs for the page template: Home first, the page itself last and without a link when its address is ""."""
    trail = [("Home", "/"), *steps]
    return [{"text": text, "href": address} if address else {"text": text} for text, address in trail]
