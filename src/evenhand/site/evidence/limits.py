"""How often one visitor may ask for what is dear to make: a bucket of tokens for each address.

A bucket holds ``capacity`` tokens and fills again at ``refill`` tokens a second; what was drawn once for an edition is
kept (``pages.per_edition``) and costs nothing when it is asked for again. Buckets live in the process and there are at
most ``most`` of them: the one that was not used for longest goes first.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.http import HttpRequest


class Buckets:
    """Token buckets by name. Safe to share between threads; the clock is given, so that tests need not wait."""

    def __init__(
        self,
        capacity: float = 60,
        refill: float = 2,
        *,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capacity, self.refill, self.most, self.clock = capacity, refill, most, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def take(self, who: str, cost: float) -> int:
        """Take ``cost`` tokens: 0 when there were enough, else the whole seconds until there will be (none taken)."""
        now = self.clock()
        with self._lock:
            tokens, then = self._held.pop(who, (self.capacity, now))
            tokens = min(self.capacity, tokens + (now - then) * self.refill)
            enough = tokens >= cost
            self._held[who] = (tokens - cost if enough else tokens, now)
            while len(self._held) > self.most:
                self._held.popitem(last=False)
        return 0 if enough else max(1, math.ceil((cost - tokens) / self.refill))

    def clear(self) -> None:
        """Forget everyone (tests do)."""
        with self._lock:
            self._held.clear()


BUCKETS = Buckets()


class TooOften(Exception):
    """This visitor has to wait: ``seconds`` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds.")
        self.seconds = seconds


def spend(request: HttpRequest, cost: float) -> None:
    """Take tokens from the visitor's bucket. Raises TooOften."""
    if wait := BUCKETS.take(visitor(request), cost):
        raise TooOften(wait)


def visitor(request: HttpRequest) -> str:
    """The address that a request came from, at most 64 characters of it.

    Behind the proxy that the settings trust for HTTPS it is the last address in ``X-Forwarded-For``, which that proxy
    wrote; what comes before it is the visitor's own claim.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return (told.rsplit(",", 1)[-1].strip() or direct)[:64]
