"""The OpenAPI document: what the framework makes, with the errors and headers that it does not know of."""

from __future__ import annotations

from functools import cache
from typing import Any

from evenhand.site.evidence.api.operations import api
from evenhand.site.evidence.api.problems import CONTENT_TYPE, KINDS
from evenhand.site.evidence.api.schemas import ProblemDetails

PREFIX = "/api/v1"
HEADERS = {
    "ETag": "Names these bytes; send it back as If-None-Match for a 304.",
    "Evenhand-Edition": "Id of the edition.",
    "Evenhand-Simulated": "true or false.",
}


@cache
def openapi() -> dict[str, Any]:
    """The document, OpenAPI 3.1. Treat it as read only: it is made once a process."""
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"{PREFIX}/"))
    made["info"] |= {"license": {"name": "Open Government Licence v3.0 (see each source)"}}
    details = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    made["components"]["schemas"]["ProblemDetails"] = details
    body = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    for item in made["paths"].values():
        for operation in item.values():
            answers = operation["responses"]
            answers[200]["headers"] = {k: {"description": v, "schema": {"type": "string"}} for k, v in HEADERS.items()}
            answers[304] = {"description": "The bytes named by If-None-Match are still right."}
            for status in sorted({s for s, _ in KINDS.values()} - {405}):
                titles = "; ".join(title for s, title in KINDS.values() if s == status)
                answers[status] = {"description": titles, "content": body}
            operation["responses"] = {str(k): v for k, v in answers.items()}
    return made


def parameters() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """By operation id: the query parameters that it has, and those that may be given several times."""
    out = {}
    for item in openapi()["paths"].values():
        for operation in item.values():
            asked = [p for p in operation["parameters"] if p["in"] == "query"]
            many = frozenset(p["name"] for p in asked if p["schema"].get("type") == "array")
            out[operation["operationId"]] = (frozenset(p["name"] for p in asked), many)
    return out
