"""The API's addresses as Django knows them, and the page about it."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe

from evenhand.site.evidence.api.document import PREFIX, openapi, parameters
from evenhand.site.evidence.api.guard import guarded
from evenhand.site.evidence.api.operations import LONGEST_LIST, api
from evenhand.site.evidence.api.problems import KINDS, MEANS
from evenhand.site.evidence.pages import crumbs, per_edition

CHANGING = "editions"  # the shelf may change while the edition in use stays


def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(json.dumps(openapi(), ensure_ascii=False), content_type="application/json")


def nothing(request: HttpRequest) -> HttpResponse:
    """Any other address below /api/."""
    raise Http404


@require_safe
@per_edition()
def about(request: HttpRequest) -> HttpResponse:
    """The page that explains the API to people."""
    context = {
        "crumbs": crumbs(("The figures for programs", "")),
        "operations": list(_operations()),
        "problems": [(k, s, title, MEANS[k]) for k, (s, title) in KINDS.items()],
        "longest": LONGEST_LIST,
    }
    return render(request, "evidence/api.html", context)


def _operations() -> Any:
    for address, item in openapi()["paths"].items():
        operation = item["get"]
        asked = [
            {"name": p["name"], "text": p.get("description") or p["schema"].get("description", "")}
            for p in operation["parameters"]
        ]
        yield {
            "address": address,
            "summary": operation["summary"],
            "text": operation["description"],
            "parameters": asked,
        }


def _of_api() -> list[URLPattern]:
    """The framework's views, each behind the guard. Its root is left out, and it has no documents of its own."""
    known = {r: parameters()[r] for r in parameters()}
    out = []
    for made in api.urls[0]:
        assert isinstance(made, URLPattern)
        if made.name == "api-root":
            continue
        keep = str(made.pattern) != CHANGING
        made.callback = guarded(made.callback, *_known(str(made.pattern), known), keep=keep)
        out.append(path(f"{PREFIX[1:]}/{made.pattern}", made.callback, name=f"api-{made.name}"))
    return out


def _known(
    pattern: str, known: dict[str, tuple[frozenset[str], frozenset[str]]]
) -> tuple[frozenset[str], frozenset[str]]:
    for address, item in openapi()["paths"].items():
        if _shape(address.removeprefix(f"{PREFIX}/")) == _shape(pattern):
            return known[item["get"]["operationId"]]
    raise LookupError(pattern)


def _shape(address: str) -> str:
    """An address with its parts in braces or angle brackets left blank: ``measures/*/values``."""
    return "/".join("*" if part[:1] in "{<" else part for part in address.split("/"))


urlpatterns = [
    path("api/", about, name="api"),
    path(f"{PREFIX[1:]}/openapi.json", guarded(document), name="api-document"),
    *_of_api(),
    re_path(r"^api/.+$", guarded(nothing), name="api-nothing"),
]
