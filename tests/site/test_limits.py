"""How often one visitor may ask for what is dear to make, and who a visitor is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.evidence import limits
from evenhand.site.evidence.limits import Buckets
from tests.site.asking import MEASURE, V1, asked

pytestmark = pytest.mark.usefixtures("over_the_sample")

# Buckets of tokens


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_says_how_long_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(capacity=10, refill=2, clock=clock)
    assert [buckets.take("a", 4) for _ in range(3)] == [0, 0, 1]  # 2 left, 2 lacking at 2 a second
    assert buckets.take("a", 10) == 4
    assert buckets.take("b", 4) == 0  # another visitor's bucket is another bucket
    clock.now = 1
    assert buckets.take("a", 4) == 0
    clock.now = 1000
    assert [buckets.take("a", 10), buckets.take("a", 1)] == [0, 1]  # never fuller than full


def test_there_are_never_more_buckets_than_allowed() -> None:
    buckets = Buckets(most=100, clock=Clock())
    for n in range(1_000):
        buckets.take(f"visitor {n}", 1)
    assert len(buckets) == 100


def test_dear_comparisons_are_limited_and_kept_ones_are_free(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=13.75, refill=1, clock=clock))
    values = f"/measures/{MEASURE}/values"
    asked(client, values, against="peers", limit=1)  # a quarter for the query, and 10 for the comparison
    asked(client, values, against="region", limit=1)  # costs 3 and a quarter: a quarter is left
    refused = client.get(f"{V1}{values}?against=type&limit=1")  # takes the quarter, and lacks 3
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3"
    assert json.loads(refused.content)["retry_after"] == 3
    asked(client, values, against="peers", limit=1)  # drawn already, so free
    asked(client, values)  # without a query, so free
    clock.now += 4
    asked(client, values, against="type", limit=1)


PROXIES = [  # how many are trusted, what the header says, who connects, whose bucket it is
    (0, "9.9.9.9", "127.0.0.1", "127.0.0.1"),
    (1, "6.6.6.6, 9.9.9.9", "127.0.0.1", "9.9.9.9"),
    (2, "6.6.6.6, 9.9.9.9", "127.0.0.1", "6.6.6.6"),
    (2, "9.9.9.9", "127.0.0.1", "127.0.0.1"),
    (1, "", "127.0.0.1", "127.0.0.1"),
    (1, "nonsense" * 50, "192.0.2.1", "192.0.2.1"),
    (1, "9.9.9.9:4711", "127.0.0.1", "9.9.9.9"),
    (1, "2001:db8:1:2:3::4", "127.0.0.1", "2001:db8:1:2::/64"),
    (1, "[2001:db8:1:2:ffff::9]", "127.0.0.1", "2001:db8:1:2::/64"),
    (0, "", "::ffff:192.0.2.7", "192.0.2.7"),
]


@pytest.mark.parametrize(("proxies", "forwarded", "direct", "expected"), PROXIES)
def test_only_proxies_that_are_counted_say_who_asks(
    rf: Any, settings: Settings, proxies: int, forwarded: str, direct: str, expected: str
) -> None:
    settings.FORWARDED_FOR = proxies
    asking = rf.get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR=direct)
    assert limits.visitor(asking) == expected


@pytest.mark.parametrize("proxies", [0, 1])
def test_people_behind_one_trusted_proxy_have_a_bucket_each(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, proxies: int
) -> None:
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=3.25, refill=1, clock=lambda: 0.0))
    settings.FORWARDED_FOR = proxies
    address = f"{V1}/measures/{MEASURE}/values?against=region&limit="
    for person in (1, 2, 3):
        answer = client.get(f"{address}{person}", headers={"X-Forwarded-For": f"1.1.1.1, 192.0.2.{person}"})
        assert answer.status_code == (200 if proxies or person == 1 else 429)
