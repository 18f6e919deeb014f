"""How often one visitor may ask for what is dear to make: a bucket of tokens for each address.

A token stands for about a tenth of a second of one core. A bucket holds ``capacity`` tokens and fills again at
``refill`` tokens a second. What was drawn once for an edition is kept (``pages.per_edition``) and costs nothing when it
is asked for again, and neither does a page without a query: there are only so many of them. Buckets live in the process
and there are at most ``most`` of them: the one that was not used for longest goes first.
"""

from __future__ import annotations

import ipaddress
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
        capacity: float = 100,
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
    """Take tokens from the visitor's bucket; a cost of 0 asks for nothing. Raises TooOften."""
    if cost <= 0:
        return
    if wait := BUCKETS.take(visitor(request), cost):
        raise TooOften(wait)


COMPARING = {"england": 0, "peers": 10}  # held by the edition; some 150 small comparisons; any other set: one
COMPARING_ELSE = 3


def of_comparing(against: str) -> float:
    """Tokens for working out a comparison with this set, as it stands in an address."""
    return COMPARING.get(against.strip().lower() or "england", COMPARING_ELSE)


def visitor(request: HttpRequest) -> str:
    """The address that a request came from; of an IPv6 address its network of 64 bits, which is one household's.

    ``X-Forwarded-For`` is a visitor's own claim unless the settings say how many proxies in front add to it
    (``EVENHAND_FORWARDED_FOR``): then the address is that many from its end, which the outermost of them wrote.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.FORWARDED_FOR
    told = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    return _network(told[-proxies]) or _network(direct) if len(told) >= proxies > 0 else _network(direct)


def _network(address: str) -> str:
    """An address as the name of a bucket, "" when it is none: ``192.0.2.7:443`` is ``192.0.2.7``."""
    text = address.strip()[:64]
    if text.count(":") == 1:  # some proxies add the port
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)
