"""Errors of the API as RFC 9457 problem details: what happened, and what there is instead."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

CONTENT_TYPE = "application/problem+json"

# slug: (status, title). ``type`` is /api/#problem-<slug>, where the page explains each one.
KINDS: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be understood"),
    "no-such-address": (404, "There is nothing at this address"),
    "no-such-measure": (404, "There is no such measure"),
    "no-such-area": (404, "There is no such area"),
    "no-figures": (404, "There are no figures for this"),
    "past-the-end": (404, "There is no such page of results"),
    "method-not-allowed": (405, "The data can only be read"),
    "too-many-requests": (429, "Too many requests"),
    "fault": (500, "The program failed"),
    "no-edition": (503, "There is no edition to answer from"),
}
MEANS: dict[str, str] = {
    "bad-request": "A parameter is unknown, given twice, or not of the form that it needs. `errors` lists each.",
    "no-such-address": "The address is not one of the API's. A slash at the end makes an address another one.",
    "no-such-measure": "No measure has this id. `available` lists the ids.",
    "no-such-area": "No council, region or type has this code, name or short name, or not at that time.",
    "no-figures": "The measure exists, and has nothing for this period, group or level. `available` lists what it has.",
    "past-the-end": "`offset` is beyond the last row. `total` is the number of rows.",
    "method-not-allowed": "Only GET, HEAD and OPTIONS are answered.",
    "too-many-requests": "Something dear to work out was asked for too often. `Retry-After`: seconds to wait.",
    "fault": "The fault is in the program, and its log says what happened.",
    "no-edition": "No edition has been built, or the one in use cannot be read.",
}


class Problem(Exception):
    """An answer that is an error: ``kind`` is one of KINDS; ``more`` are further members of the JSON object."""

    def __init__(self, kind: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.more = kind, detail, more


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a response. ``instance`` is the address that was asked for, without its query."""
    status, title = KINDS[problem.kind]
    body: dict[str, Any] = {
        "type": f"/api/#problem-{problem.kind}",
        "title": title,
        "status": status,
        "detail": problem.detail,
        "instance": request.path[:500],
    }
    text = json.dumps(body | problem.more, ensure_ascii=True, allow_nan=False)
    response = HttpResponse(text, status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if problem.kind == "method-not-allowed":
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
    if "retry_after" in problem.more:
        response.headers["Retry-After"] = str(problem.more["retry_after"])
    return response
