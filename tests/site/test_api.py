"""The API: its numbers are the edition's, its gaps have reasons, its errors say what there is instead."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.facts.status import Status
from evenhand.site.evidence import limits, pages
from evenhand.site.evidence.api import guard
from evenhand.site.evidence.limits import Buckets
from evenhand.site.evidence.present.tables import FIELDS
from evenhand.site.serve import bind

V1 = "/api/v1"
MEASURE = "ascof-3d-2a"
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def over_the_sample(own_home: Path, settings: Settings, sample_home: Path) -> Iterator[None]:
    """The simulated edition, and a visitor who has asked for nothing yet."""
    settings.EVENHAND_HOME = sample_home
    limits.BUCKETS.clear()
    for kept in (pages.KEPT, pages.KEPT_QUERIES):
        kept.clear()
    yield
    limits.BUCKETS.clear()


@pytest.fixture
def a_council(sample: Edition) -> str:
    rows = sample.rows(MEASURE, "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    return str(rows["slug"][0])


def asked(client: Client, address: str, status: int = 200, **query: Any) -> Row:
    answer = client.get(f"{V1}{address}", query)
    assert answer.status_code == status, answer.content[:500]
    wanted = "application/json" if status == 200 else "application/problem+json"
    assert answer.headers["Content-Type"].split(";")[0] == wanted
    told: Row = json.loads(answer.content)
    return told


def every_page(client: Client, address: str, **query: Any) -> list[Row]:
    """All rows of a list, by following ``next``."""
    rows, at = [], f"{V1}{address}?{urlencode(query, doseq=True)}"
    while at:
        told = json.loads(client.get(at).content)
        assert told["data"], f"{at} is an empty list"
        rows += told["data"]
        at = told["next"]
    assert len(rows) == told["total"]
    return rows


def test_the_list_of_measures_is_the_editions(client: Client, sample: Edition) -> None:
    told = asked(client, "/measures")
    assert [m["id"] for m in told["data"]] == list(sample.definitions)
    assert (told["edition"], told["simulated"]) == (sample.id, True)


@pytest.mark.parametrize("against", ["england", "region"])
def test_values_are_the_editions_unrounded(client: Client, sample: Edition, against: str) -> None:
    from evenhand.edition.against import compare

    rows = every_page(client, f"/measures/{MEASURE}/values", limit=50, against=against)
    expected = compare(sample, MEASURE, against=against).rows
    assert [r["area_code"] for r in rows] == expected["area_code"].to_list()
    for field in ("value", "lower95", "upper95", "z", "band", "rank_low", "numerator"):
        assert [r[field] for r in rows] == expected[field].to_list(), field
    assert tuple(rows[0]) == FIELDS


def test_nothing_is_said_of_a_gap_but_its_reason(client: Client, sample: Edition) -> None:
    gaps = 0
    for measure, about in sample.definitions.items():
        if not about["periods"]:
            continue
        for row in every_page(client, f"/measures/{measure}/values", limit=500, period="all"):
            if Status(row["status"]).has_value:
                assert row["value"] is not None
                continue
            gaps += 1
            assert row["reason"], row
            numbers = ("value", "calculated", "real_value", "lower95", "upper95", "lower998", "upper998", "z",
                       "rank_median", "band", "margin_of_error", "differs")  # fmt: skip
            assert all(row[n] is None for n in numbers), row
            if row["status"] == "suppressed":  # both counts would tell what the publisher hides
                assert row["numerator"] is None or row["denominator"] is None, row
    statuses = sample.table("values").filter(pl.col("group") == "all").collect()["value"]
    assert gaps == statuses.null_count() > 0


def test_paging_joins_without_gap_or_overlap(client: Client) -> None:
    whole = asked(client, f"/measures/{MEASURE}/values", limit=500)
    assert whole["next"] is None
    assert whole["previous"] is None
    assert every_page(client, f"/measures/{MEASURE}/values", limit=7) == whole["data"]
    second = asked(client, f"/measures/{MEASURE}/values", limit=7, offset=7)
    assert "offset=0" in second["previous"]
    assert "offset=14" in second["next"]


def test_chosen_areas_and_every_period(client: Client, sample: Edition, a_council: str) -> None:
    rows = asked(client, "/measures/ascof-1a/values", period="all", area=a_council)["data"]
    held = sample.rows("ascof-1a").filter(pl.col("area") == a_council)
    assert {r["period"]: r["value"] for r in rows} == dict(held.select("period", "value").iter_rows())
    code = sample.areas().filter(pl.col("slug") == a_council)["code"][0]
    both = asked(client, f"/measures/{MEASURE}/values", area=[a_council, code])["data"]
    assert [r["slug"] for r in both] == [a_council]


NOT_THERE = [
    ("/measures/nope", {}, "no-such-measure"),
    ("/variation/nope", {}, "no-such-measure"),
    (f"/measures/{MEASURE}/values", {"period": "1999-00"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"group": "85+"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"period": "2024-25", "group": "18-64"}, "no-figures"),
    ("/measures/context-deprivation/values", {"level": "region"}, "no-figures"),
    (f"/variation/{MEASURE}", {"period": "1999-00"}, "no-figures"),
    (f"/measures/{MEASURE}/values", {"offset": 1000}, "past-the-end"),
    (f"/measures/{MEASURE}/values", {"area": "nowhere"}, "no-such-area"),
    (f"/measures/{MEASURE}/values", {"against": "nowhere,elsewhere"}, "no-such-area"),
    ("/areas/nowhere", {}, "no-such-area"),
    ("/councils/nowhere/profile", {}, "no-such-area"),
    ("/areas", {"as_at": "1990-01-01"}, "no-figures"),
    ("/measures/", {}, "no-such-address"),
    ("/nothing", {}, "no-such-address"),
]


@pytest.mark.parametrize(("address", "query", "kind"), NOT_THERE)
def test_what_is_not_there_is_an_error_that_names_what_is(client: Client, address: str, query: Row, kind: str) -> None:
    told = asked(client, address, 404, **query)
    assert told["type"] == f"/api/#problem-{kind}"
    assert told["status"] == 404
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == f"{V1}{address}"
    if kind in ("no-such-measure", "no-figures"):
        assert told["available"]
    if kind == "past-the-end":
        assert told["total"] == asked(client, address)["total"]


def test_a_missing_level_names_the_levels_that_exist(client: Client) -> None:
    told = asked(client, "/measures/context-deprivation/values", 404, level="region")
    assert "council" in told["available"]
    assert "region" not in told["available"]


BAD = [
    ("/measures", {"limit": 0}, "limit"),
    ("/measures", {"limit": 501}, "limit"),
    ("/measures", {"limit": "many"}, "limit"),
    ("/measures", {"offset": -1}, "offset"),
    ("/areas", {"as_at": "yesterday"}, "as_at"),
    ("/areas", {"level": "ward"}, "level"),
    ("/areas", {"perod": "2024-25"}, "perod"),
    (f"/measures/{MEASURE}/values", {"period": ["2020-21", "2024-25"]}, "period"),
    (f"/measures/{MEASURE}", {"x": ""}, "x"),
    (f"/measures/{MEASURE}/values", {"area": ["a"] * 50 + ["b"]}, None),
]


@pytest.mark.parametrize(("address", "query", "parameter"), BAD)
def test_a_bad_parameter_is_named(client: Client, address: str, query: Row, parameter: str | None) -> None:
    told = asked(client, address, 400, **query)
    assert [e["parameter"] for e in told["errors"]] == ([parameter] if parameter else [])


def test_areas_as_at_a_day_have_the_codes_of_that_day(client: Client, sample: Edition) -> None:
    gone = sample.areas().filter((pl.col("level") == "council") & ~pl.col("standing")).to_dicts()[0]
    before = every_page(client, "/areas", as_at=str(gone["valid_to"]), level="council")
    assert gone["slug"] in {a["slug"] for a in before}
    today = every_page(client, "/areas", as_at="2025-03-31", level="council")
    assert gone["slug"] not in {a["slug"] for a in today}
    assert asked(client, f"/areas/{gone['code']}")["data"]["successors"] == gone["successors"]


def test_a_profile_counts_what_it_shows(client: Client, a_council: str) -> None:
    told = asked(client, f"/councils/{a_council}/profile")["data"]
    bands = [m["value"]["band"] for m in told["measures"] if m["value"]["band"]]
    assert told["looked_at"] == len(bands)
    assert told["outside"] == sum(b != "similar" for b in bands)
    assert len(told["peers"]) == 15
    for line in told["measures"]:
        assert line["country"] is None or line["country"]["period"] == line["value"]["period"]


def test_the_edition_is_in_every_answer_and_the_same_bytes_are_not_sent_twice(client: Client, sample: Edition) -> None:
    first = client.get(f"{V1}/sources")
    assert first.headers["Evenhand-Edition"] == sample.id
    assert first.headers["Evenhand-Simulated"] == "true"
    assert first.headers["Cache-Control"].startswith("public")
    again = client.get(f"{V1}/sources", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{V1}/nothing").headers["Evenhand-Edition"] == sample.id


def test_any_page_may_read_it_and_nobody_may_write(client: Client) -> None:
    answer = client.get(f"{V1}/measures")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    strict = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "delete", "patch"):
        refused = getattr(strict, method)(f"{V1}/measures")
        assert refused.status_code == 405
        assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert json.loads(refused.content)["status"] == 405
    assert client.options(f"{V1}/measures").status_code == 204
    head = client.head(f"{V1}/measures")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == answer.headers["ETag"]


def test_no_edition_is_a_problem_not_a_page(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.EVENHAND_HOME = tmp_path / "empty"
    told = asked(client, "/measures", 503)
    assert told["type"] == "/api/#problem-no-edition"
    assert str(tmp_path) not in json.dumps(told)


def test_a_fault_of_ours_is_a_problem_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("evenhand.site.evidence.api.reads.variation", broken)
    told = asked(client, f"/variation/{MEASURE}", 500)
    assert told["type"] == "/api/#problem-fault"
    assert "secret" not in json.dumps(told)


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
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=13, refill=1, clock=clock))
    values = f"/measures/{MEASURE}/values"
    asked(client, values, against="peers", limit=1)  # costs 10 of 13
    asked(client, values, against="region", limit=1)  # costs the other 3
    refused = client.get(f"{V1}{values}?against=type&limit=1")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3"
    assert json.loads(refused.content)["retry_after"] == 3
    asked(client, values, against="peers", limit=1)  # drawn already, so free
    asked(client, values, limit=1)  # held by the edition, so free
    clock.now += 3
    asked(client, values, against="type", limit=1)


@pytest.mark.parametrize(
    ("https", "forwarded", "expected"),
    [(False, "9.9.9.9", "127.0.0.1"), (True, "6.6.6.6, 9.9.9.9", "9.9.9.9"), (True, "", "127.0.0.1")],
)
def test_only_the_trusted_proxy_says_who_asks(
    rf: Any, settings: Settings, https: bool, forwarded: str, expected: str
) -> None:
    settings.HTTPS = https
    assert limits.visitor(rf.get("/", HTTP_X_FORWARDED_FOR=forwarded)) == expected


# The OpenAPI document, walked


def operations(client: Client) -> dict[str, Row]:
    document = json.loads(client.get(f"{V1}/openapi.json").content)
    assert document["openapi"].startswith("3.1")
    return {address: item["get"] for address, item in document["paths"].items()}


ODD = ["", " ", "0", "-1", "1e9", "null", "é", "😀", "%00", "\x00", "../../etc/passwd", "' OR 1=1 --", "=1+1", "<b>",
       "a" * 999, ",", ",,,", "2024-25", "all", "[]", "{}", "\\", "65+"]  # fmt: skip
GOOD = {
    "measure": [MEASURE, "ascof-1a"],
    "period": ["2024-25", "all"],
    "group": ["all", "18-64"],
    "as_at": ["2020-01-01"],
}


def tried(parameter: Row) -> list[str]:
    """Values for a parameter from its own schema: each of an enumeration, each boundary and its neighbours."""
    schemas = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
    out = list(GOOD.get(parameter["name"], []))
    for schema in schemas:
        out += schema.get("enum", [])
        for bound in ("minimum", "maximum"):
            if bound in schema:
                out += [str(int(schema[bound]) + n) for n in (-1, 0, 1)]
        if "maxLength" in schema:
            out += ["a" * (schema["maxLength"] + n) for n in (0, 1)]
    return out + ODD


def fill(address: str, parts: dict[str, str]) -> str:
    for name, value in parts.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    return address


def test_every_value_of_every_parameter_is_answered_or_refused_in_words(
    client: Client, a_council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=1e9))
    known = {"measure": MEASURE, "area": a_council, "council": a_council}
    faults: list[str] = []
    monkeypatch.setattr(guard.log, "error", lambda *said, **more: faults.append(f"{said} {more}"))
    for address, operation in operations(client).items():
        inside = {p["name"]: known[p["name"]] for p in operation["parameters"] if p["in"] == "path"}
        for parameter in operation["parameters"]:
            for value in tried(parameter):
                if parameter["in"] == "path":
                    at = fill(address, inside | {parameter["name"]: value})
                else:
                    at = f"{fill(address, inside)}?{urlencode({parameter['name']: value})}"
                answer = client.get(at)
                declared = {*operation["responses"], "200"}
                assert str(answer.status_code) in declared - {"500", "503"}, (at, answer.content[:300])
                told = json.loads(answer.content)
                assert told["data"] if answer.status_code == 200 else told["detail"], at
    assert not faults


def odd_addresses(seed: int, many: int, slug: str) -> Iterator[str]:
    """Addresses that nobody should ask for: real ones cut, joined, doubled and filled with what does not belong."""
    dice = random.Random(seed)
    words = ["measures", "councils", "compare", "peers", "variation", "data", "methods", "glossary", "api", "v1",
             "areas", "values", "profile", "download.csv", "funnel.svg", "map.png", "trend.svg", "briefing",
             "editions.atom", "status", "fetch", "static", "edition.zip", "openapi.json", MEASURE, slug, "", ".",
             "..", *ODD]  # fmt: skip
    names = ["period", "group", "council", "councils", "measures", "against", "limit", "offset", "level", "q",
             "w_adults", "order", "as_at", "area", "x"]  # fmt: skip
    values = [*ODD, slug, MEASURE, f"{slug},{slug}", ",".join([slug] * 50), "nan", "inf", "-0", "9" * 30, "NaN,NaN"]
    real = ["/", f"/measures/{MEASURE}/", f"/measures/{MEASURE}/trend.svg", f"/measures/{MEASURE}/download.csv",
            f"/councils/{slug}/", "/compare/", f"/peers/{slug}/", "/variation/", "/areas", f"{V1}/areas"]  # fmt: skip
    for n in range(many):
        if n % 400 == 0:  # a page that exists, with a query that it never asked for
            path = dice.choice(real)
        else:
            first = dice.choice([w for w in words if w])  # two slashes at the start would name another host
            path = "/" + "/".join(quote(w, safe="") for w in (first, *dice.choices(words, k=dice.randint(0, 4))))
        query = urlencode([(dice.choice(names), dice.choice(values)) for _ in range(dice.randint(0, 3))])
        yield f"{path}{f'?{query}' if query else dice.choice(['', '/'])}"


@pytest.mark.django_db
def test_ten_thousand_odd_addresses_and_not_one_fault(
    client: Client, a_council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[str] = []
    monkeypatch.setattr(guard.log, "error", lambda *said, **more: faults.append(f"{said} {more}"))
    for address in odd_addresses(20241121, 10_000, a_council):
        answer = client.get(address)
        assert answer.status_code < 500, address
    assert not faults


# The page for people


def test_the_page_lists_every_address_and_every_problem(client: Client) -> None:
    page = client.get("/api/").content.decode()
    for address in operations(client):
        assert address in page
    for kind in ("bad-request", "no-figures", "too-many-requests"):
        assert f'id="problem-{kind}"' in page
    assert "style=" not in page
    assert "<script>" not in page


# The examples of the documentation, run


@pytest.fixture
def served(settings: Settings) -> Iterator[str]:
    """The site over HTTP in this process, at a port of its own."""
    from django.core.wsgi import get_wsgi_application

    server = bind("127.0.0.1", 0)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def examples(language: str, served: str) -> list[str]:
    page = (Path(__file__).parents[2] / "docs/how-to/use-the-figures.md").read_text(encoding="utf-8")
    found = re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)
    assert found
    return [text.replace("http://localhost:8000", served) for text in found]


def test_the_examples_in_python_do_what_they_say(served: str, sample: Edition) -> None:
    councils = sample.rows(MEASURE, "2024-25").filter(pl.col("level") == "council")
    by_page, whole = (
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True).stdout
        for text in examples("python", served)
    )
    assert len(by_page.splitlines()) == councils.height
    assert by_page.count("has no figure:") == councils["value"].null_count()
    assert councils.sort("value", descending=True, nulls_last=True)["area_name"][0] in by_page.splitlines()[0]
    assert councils.sort("value", descending=True, nulls_last=True)["area_name"][0] in whole


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_examples_in_r_do_what_they_say(served: str, sample: Edition) -> None:
    councils = sample.rows(MEASURE, "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    (text,) = examples("r", served)
    said = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"{councils.height} councils with a figure" in said
