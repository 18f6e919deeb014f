"""What nobody should ask for: pages, downloads and the API answer it, or refuse it in words, and never break."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from evenhand.facts.status import Status
from evenhand.site.evidence import limits
from evenhand.site.evidence.api import guard
from evenhand.site.evidence.limits import Buckets
from tests.site.asking import MEASURE, V1, Row, fill, operations

pytestmark = pytest.mark.usefixtures("over_the_sample")

# The OpenAPI document, walked


def test_every_number_of_the_document_says_what_it_is_in(client: Client) -> None:
    """A field that holds a number has words beside it; a figure's own field says its unit and when it is null."""
    schemas = json.loads(client.get(f"{V1}/openapi.json").content)["components"]["schemas"]
    for name, schema in schemas.items():
        if name in ("ProblemDetails", "Input", "NinjaPaginationResponseSchema"):
            continue
        for field, about in schema["properties"].items():
            kinds = {about.get("type"), *(a.get("type") for a in about.get("anyOf", []))}
            if kinds & {"number", "integer"}:
                assert about.get("description"), (name, field)
    value = schemas["Value"]["properties"]
    for field in ("value", "lower95", "upper95", "real_value"):
        assert "unit" in value[field]["description"]
    assert "null" in value["value"]["description"]
    assert set(value["status"]["enum"]) == {s.value for s in Status}
    for status in value["status"]["enum"]:
        assert status in value["status"]["description"]


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


RAW = ["%FF%FE", "%C0%AF", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "%0d%0aSet-Cookie:%20a=b", "%252e", "%", "%zz",
       "a;b=c", "..;", "%E2%80%AE", "%F0%9F%98%80", "A" * 490]  # fmt: skip
METHODS = ["GET"] * 30 + ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
HEADERS: list[dict[str, str]] = [{}] * 8 + [
    {"Range": "bytes=0-10"}, {"Range": "bytes=-1,5-2,junk"}, {"Accept": "*/*;q=\u00e9"}, {"Accept": "," * 500},
    {"Accept-Encoding": "gzip;q=NaN, *;q=-1"}, {"If-None-Match": '"a", W/"b", "c" , *, "' + "x" * 500},
    {"If-None-Match": "*"}, {"If-Modified-Since": "yesterday"}, {"Cookie": "csrftoken=\u0000; sessionid=../.."},
    {"X-Forwarded-For": "' OR 1=1, " * 40}, {"X-Forwarded-Proto": "gopher"}, {"Content-Length": "NaN"},
    {"Referer": "javascript:alert(1)"}, {"Accept-Language": "*;q=1e999"},
]  # fmt: skip


def odd_addresses(dice: random.Random, many: int, slug: str) -> Iterator[str]:
    """Addresses that nobody should ask for: real ones cut, joined, doubled and filled with what does not belong."""
    words = ["measures", "councils", "compare", "peers", "variation", "data", "methods", "glossary", "api", "v1",
             "areas", "values", "profile", "benchmarks", "editions", "download.csv", "download.ods", "download.parquet",
             "download_about.csv", "funnel.svg", "map.png", "trend.svg", "briefing", "briefing.pdf", "editions.atom",
             "status", "fetch", "static", "edition.zip", "openapi.json", "councils.json", "robots.txt", MEASURE, slug,
             "", ".", "..", *ODD]  # fmt: skip
    names = ["period", "group", "council", "councils", "measures", "measure", "against", "limit", "offset", "level",
             "q", "w_adults", "order", "sort", "as_at", "area", "set", "like", "add", "x", ""]  # fmt: skip
    values = [*ODD, slug, MEASURE, f"{slug},{slug}", ",".join([slug] * 50), "nan", "inf", "-0", "9" * 30, "NaN,NaN",
              "1e999", "-1e999", f"peers:{slug}", "region:", ":", "\ud800".encode("utf-8", "surrogatepass").decode(
                  "latin-1")]  # fmt: skip
    dear = ["/", f"/measures/{MEASURE}/", f"/measures/{MEASURE}/trend.svg", f"/councils/{slug}/",
            f"/measures/{MEASURE}/funnel.png", f"/councils/{slug}/download.ods"]  # fmt: skip
    cheap = ["/compare/", "/compare/download.csv", f"/peers/{slug}/", "/data/", f"/measures/{MEASURE}/download.csv",
             f"/measures/{MEASURE}/download.json", f"{V1}/areas", f"{V1}/measures/{MEASURE}/values",
             f"{V1}/councils/{slug}/values", f"{V1}/measures/{MEASURE}/benchmarks", f"{V1}/areas/{slug}",
             f"{V1}/editions", f"{V1}/variation/{MEASURE}", "/status", "/editions.atom"]  # fmt: skip
    for n in range(many):
        if n % 400 == 0:  # a page that exists, with a query that it never asked for
            path = dice.choice(dear)
        elif n % 8 == 0:
            path = dice.choice(cheap)
        else:
            first = dice.choice([w for w in words if w])  # two slashes at the start would name another host
            path = "/" + "/".join(quote(w, safe="") for w in (first, *dice.choices(words, k=dice.randint(0, 4))))
            path += f"/{dice.choice(RAW)}" if n % 5 == 0 else ""
        query = urlencode([(dice.choice(names), dice.choice(values)) for _ in range(dice.randint(0, 3))])
        query += f"&{dice.choice(RAW)}={dice.choice(RAW)}" if n % 7 == 0 else ""
        yield f"{path}{f'?{query}' if query else dice.choice(['', '/'])}"


@pytest.mark.django_db
def test_ten_thousand_odd_addresses_and_not_one_fault(
    client: Client, a_council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, downloads and the API, by every method, with headers that make no sense: answered, or refused in words."""
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=1e9))  # a refusal must not hide a fault
    faults: list[str] = []
    monkeypatch.setattr(guard.log, "error", lambda *said, **more: faults.append(f"{said} {more}"))
    dice, seen = random.Random(20241121), Counter[tuple[str, int]]()
    for address in odd_addresses(dice, 10_000, a_council):
        method, headers = dice.choice(METHODS), dice.choice(HEADERS)
        answer = client.generic(method, address, headers=headers)
        assert answer.status_code < 500, (method, address, headers)
        seen["api" if address.startswith(V1) else "file" if "." in address.partition("?")[0] else "page",
             answer.status_code] += 1  # fmt: skip
        if method == "HEAD":
            assert answer.content == b""
            whole = client.get(address, headers=headers)
            assert whole.status_code == answer.status_code
            if whole.status_code == 200:
                assert int(answer.headers["Content-Length"]) == len(whole.getvalue())
        elif method != "GET" and method != "OPTIONS":
            assert answer.status_code in (400, 403, 404, 405, 414, 302), (method, address)
        assert "csrftoken" not in answer.cookies or "/fetch" in address
    assert not faults
    for part in ("api", "file", "page"):  # all three were reached, and each both answered and refused
        assert seen[part, 200] > 20, seen
        assert seen[part, 404] > 20, seen
