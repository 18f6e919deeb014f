"""What stands round every answer of the API: methods, parameters, errors as problems, ETags, and who may read it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import ValidationError

from evenhand.edition.read import UnknownMeasure
from evenhand.facts.errors import EvenhandError, UnknownArea
from evenhand.site.evidence import limits, queries
from evenhand.site.evidence.api.operations import api
from evenhand.site.evidence.api.problems import Problem, answer
from evenhand.site.evidence.pages import per_edition
from evenhand.site.evidence.present.asked import NotHeld

View = Callable[..., HttpResponse]
COST = 0.25  # tokens for one answer to a query: most take some 20 ms
log = logging.getLogger("django.request")


def problem_of(fault: Exception) -> Problem:
    """An exception as a problem; one that nobody foresaw goes to the log."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, ValidationError):
        errors = [{"parameter": str(e["loc"][-1]), "detail": str(e["msg"])} for e in fault.errors]
        return Problem("bad-request", "A parameter does not have the form that it needs.", errors=errors)
    if isinstance(fault, limits.TooOften):
        detail = f"Wait {fault.seconds} seconds and ask again."
        return Problem("too-many-requests", detail, retry_after=fault.seconds)
    if isinstance(fault, NotHeld):
        kind = "no-such-measure" if fault.asked == "measure" and fault.available else "no-figures"
        return Problem(kind, str(fault), available=fault.available)
    if isinstance(fault, UnknownArea):
        return Problem("no-such-area", str(fault))
    if isinstance(fault, UnknownMeasure):
        return Problem("no-such-measure", fault.what)
    if isinstance(fault, Http404):
        return Problem("no-such-address", "The API has nothing here. /api/ describes what there is.")
    if isinstance(fault, SuspiciousOperation):  # more parameters than the site reads
        return Problem("bad-request", "There are too many parameters, or they cannot be read.", errors=[])
    if isinstance(fault, EvenhandError):
        return Problem("no-edition", fault.what)  # without the place: a folder of the server is nobody's business
    log.error("The API failed.", exc_info=fault)
    return Problem("fault", "The fault is in the program, not in what you asked.")


@api.exception_handler(Exception)
def _told(request: HttpRequest, fault: Exception) -> HttpResponse:
    return answer(request, problem_of(fault))


for _kind in (Http404, ValidationError):  # the framework's own handlers for these would come first

    @api.exception_handler(_kind)
    def _told_too(request: HttpRequest, fault: Exception) -> HttpResponse:
        return answer(request, problem_of(fault))


def known_parameters(request: HttpRequest, known: frozenset[str], many: frozenset[str]) -> None:
    """Raises Problem for a parameter that is not known or is given twice: a slip must not change what is answered."""
    errors = []
    for name, given in request.GET.lists():
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            errors.append({"parameter": name[:80], "detail": f"There is no such parameter. There is: {there}."})
        elif len(given) > 1 and name not in many:
            errors.append({"parameter": name, "detail": "It can be given once."})
    if errors:
        detail = "A parameter is not known here, or is given twice."
        raise Problem("bad-request", detail, errors=errors[:20])


def guarded(
    view: View, known: frozenset[str] = frozenset(), many: frozenset[str] = frozenset(), *, keep: bool = True
) -> View:
    """A view of the API: GET and HEAD only, strict parameters, every error a problem, readable from any site.

    keep: False for what may change while the edition in use does not.
    """
    drawn = per_edition(*(known - many), many=many, cost=COST, keep=keep)(view)

    @csrf_exempt
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            out = HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
            return _open(request, out)
        if request.method not in ("GET", "HEAD"):
            return _open(request, answer(request, Problem("method-not-allowed", "Ask with GET or HEAD.")))
        head = request.method == "HEAD"
        request.method = "GET"
        try:
            known_parameters(request, known, many)
            out = drawn(request, *args, **kwargs)
        except Exception as fault:  # whatever it is, a program must be able to read the answer
            out = answer(request, problem_of(fault))
        if head:
            out.headers["Content-Length"] = str(len(out.content))
            out.content = b""
            request.method = "HEAD"
        return _open(request, out)

    return asked


def _open(request: HttpRequest, out: HttpResponse) -> HttpResponse:
    """Public, read-only and without cookies: any page may read it; the edition is in the headers too."""
    out.headers["Access-Control-Allow-Origin"] = "*"
    out.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    out.headers["Access-Control-Expose-Headers"] = "ETag, Evenhand-Edition, Evenhand-Simulated, Retry-After"
    out.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    out.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    try:
        edition = queries.current(request)
        out.headers["Evenhand-Edition"] = edition.id
        out.headers["Evenhand-Simulated"] = str(edition.simulated).lower()
    except EvenhandError:  # the body says so already
        pass
    return out
