"""Draw a page once an edition: the same address over the same edition is the same bytes, kept and named by an ETag.

The store lives in the process and holds a bounded number of bytes, least recently used out first. A new edition has a
new id, so nothing of the old one can be shown by mistake.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from evenhand.edition.read import Edition
from evenhand.site.evidence import queries

P = ParamSpec("P")
KEEP_BYTES = 64 * 2**20
LONGEST_ADDRESS = 2_000


class Kept:
    """Bodies by key, at most ``limit`` bytes of them. Safe to share between threads."""

    def __init__(self, limit: int = KEEP_BYTES) -> None:
        self.limit = limit
        self._bodies: OrderedDict[tuple[str, str], tuple[bytes, str, str]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> tuple[bytes, str, str] | None:
        """Body, content type and ETag, or None."""
        with self._lock:
            found = self._bodies.get(key)
            if found:
                self._bodies.move_to_end(key)
            return found

    def put(self, key: tuple[str, str], entry: tuple[bytes, str, str]) -> None:
        """Keep one body; the longest unused ones go when there is no room."""
        with self._lock:
            before = self._bodies.pop(key, None)
            self._size += len(entry[0]) - (len(before[0]) if before else 0)
            self._bodies[key] = entry
            while self._size > self.limit and self._bodies:
                _, (body, _, _) = self._bodies.popitem(last=False)
                self._size -= len(body)

    def clear(self) -> None:
        """Forget everything (tests do)."""
        with self._lock:
            self._bodies.clear()
            self._size = 0


KEPT = Kept()


def per_edition(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose answer depends on the edition and the address alone. Only whole answers (200) are kept.

    Sends an ETag and answers 304 to a reader who has the same bytes already.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        edition: Edition = queries.current(request)
        address = request.get_full_path()
        key = (edition.id, address)
        entry = KEPT.get(key) if len(address) <= LONGEST_ADDRESS else None
        if entry is None:
            answer = view(request, *args, **kwargs)
            if answer.status_code != 200 or getattr(answer, "streaming", False):
                return answer
            tag = f'"{edition.id}-{hashlib.sha256(answer.content).hexdigest()[:16]}"'
            entry = (answer.content, answer.headers["Content-Type"], tag)
            if len(address) <= LONGEST_ADDRESS:
                KEPT.put(key, entry)
        return _answer(request, *entry)

    return kept


def _answer(request: HttpRequest, body: bytes, kind: str, tag: str) -> HttpResponse:
    same = tag in request.headers.get("If-None-Match", "")
    answer = HttpResponse(status=304) if same else HttpResponse(body, content_type=kind)
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def crumbs(*steps: tuple[str, str]) -> list[dict[str, Any]]:
    """Breadcrumbs for the page template: Home first, the page itself last and without a link when its address is ""."""
    trail = [("Home", "/"), *steps]
    return [{"text": text, "href": address} if address else {"text": text} for text, address in trail]
