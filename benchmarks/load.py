"""A small load generator: a bounded number of readers with connections that stay open, only against this machine.

Used by ``bench_site.py``. It shares the machine with the server that it measures, so what it says is on the safe side.
"""

from __future__ import annotations

import http.client
import math
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_READERS, LONGEST_SECONDS = 32, 30.0
HEADERS = {"Accept-Encoding": "gzip", "Host": "localhost"}


@dataclass
class Outcome:
    """What a run of requests took, in milliseconds, and how they ended."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    faults: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """The time within which a share of the answers came (nearest rank); infinite when there were none."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf


def connect(address: str, timeout: float = 30.0) -> http.client.HTTPConnection:
    """A connection to a server on this machine. Raises ValueError for any other."""
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname != "127.0.0.1":
        raise ValueError(f"{address} is not this machine: load goes to 127.0.0.1 only")
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes, dict[str, str], float]:
    """One page: status, body as it travels, headers in lower case, milliseconds until the last byte."""
    start = time.perf_counter()
    connection.request("GET", path, headers=HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - start) * 1000
    return answer.status, body, {k.lower(): v for k, v in answer.getheaders()}, took


def run(address: str, paths: list[str], *, readers: int = 8, seconds: float = 4.0) -> Outcome:
    """Several readers go through the paths again and again, each from another place, until the time is over."""
    readers, seconds = min(readers, MOST_READERS), min(seconds, LONGEST_SECONDS)
    out, lock, start = Outcome(), threading.Lock(), time.perf_counter()

    def read(number: int) -> None:
        took: list[float] = []
        faults = 0
        connection = connect(address)
        step = number * max(1, len(paths) // readers)
        while time.perf_counter() - start < seconds:
            try:
                status, _, _, ms = ask(connection, paths[step % len(paths)])
                took.append(ms)
                faults += status != 200
            except (OSError, http.client.HTTPException):
                faults += 1
                connection.close()  # the next request opens it again
            step += 1
        connection.close()
        with lock:
            out.milliseconds += took
            out.faults += faults

    threads = [threading.Thread(target=read, args=(n,)) for n in range(readers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    out.seconds = time.perf_counter() - start
    return out
