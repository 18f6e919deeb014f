"""What the tests of the API share: the simulated edition behind it, and how to ask and to follow its pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

V1 = "/api/v1"
MEASURE = "ascof-3d-2a"
Row = dict[str, Any]


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


def operations(client: Client) -> dict[str, Row]:
    document = json.loads(client.get(f"{V1}/openapi.json").content)
    assert document["openapi"].startswith("3.1")
    return {address: item["get"] for address, item in document["paths"].items()}


def fill(address: str, parts: dict[str, str]) -> str:
    for name, value in parts.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    return address
