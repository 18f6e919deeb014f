"""The pages of the workspace. Thin: a view asks ``queries`` or ``services`` and hands the rows to a template."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.facts.errors import EvenhandError
from evenhand.measures.cld.definition import definitions
from evenhand.measures.cld.quality.checks import BY_KEY
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.private import private
from evenhand.site.evidence import council_pages
from evenhand.site.evidence import queries as public
from evenhand.site.evidence.pages import crumbs as trail
from evenhand.site.workspace import access, forms, guard, queries, receiving, running, runs, services

View = Callable[..., HttpResponseBase]
HOME = ("Council workspace", "/workspace/")
# A report of a run is a page of its own, with its own styles and no script.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def crumbs(*steps: tuple[str, str]) -> list[dict[str, Any]]:
    """Breadcrumbs: Home, the workspace, and the steps after it."""
    return trail(HOME, *steps)


def plain(view: View) -> View:
    """A view whose refusals are pages of the workspace: 404 for what is not there, 400 for what makes no sense."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotPermitted:
            raise  # ``private`` answers, as everywhere
        except EvenhandError as fault:
            status = 404 if isinstance(fault, runs.NoRun) else 400
            shown = EvenhandError(fault.what, do=fault.do)
            return _page(request, "refused", {"error": shown, "crumbs": crumbs(("Not shown", ""))}, status)

    return told


def _page(request: HttpRequest, name: str, here: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(
        request,
        f"workspace/{name}.html",
        {"spelled": services.spelled, "title_of": services.title} | here,
        status=status,
    )


def _home() -> Any:
    return settings.EVENHAND_HOME


@require_safe
@private("workspace.view", at_door=True)
@plain
def front(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What the workspace is for, and the results that are kept."""
    here = {
        "runs": _readable(),
        "most": runs.KEPT,
        "progress": running.progress(_home()),
        "crumbs": trail((HOME[0], "")),
    }
    return _page(request, "front", here)


def _readable() -> list[runs.Run]:
    """Results that this version can read; the others are listed nowhere and can be deleted in the folder."""
    out = []
    for run in runs.all_runs(_home()):
        try:
            assert run.about
        except EvenhandError:
            continue
        out.append(run)
    return out


@require_http_methods(["GET", "HEAD", "POST"])
@private("workspace.use", at_door=True)
@plain
def measure(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The form; a POST with files starts a run and leads to its progress."""
    edition, today = public.current_or_none(request), date.today()  # noqa: DTZ011
    if request.method != "POST":
        first, last = forms.last_financial_year(today)
        values = {"start": _typed(first), "end": _typed(last), "joined": "no", "disclosure": "ascof", "release": ""}
        said = {name: request.GET[name][:80] for name in ("council", "start", "end") if name in request.GET}
        return _form(request, values | said, [])
    asked: Any = request
    posted = request.POST
    form, problems = forms.Measure(posted, edition=edition, today=today), []
    if refused := getattr(asked, "refused", None):
        problems.append(refused)
    elif getattr(asked, "received", None) is None or not (asked.received / "records").is_dir():
        problems.append(("records", "Choose at least one CSV or Parquet file of records."))
    if not form.is_valid():
        problems += [(name, str(said[0])) for name, said in form.errors.items()]
    if not problems:
        try:
            services.measure(actor, _home(), asked.received, form.cleaned_data)
        except EvenhandError as fault:
            problems.append(("records", f"{fault.what} {fault.do}".strip()))
        else:
            asked.received = None  # the run has the records now
            return redirect("workspace:progress")
    receiving.discard(request)
    return _form(request, posted.dict(), problems, 400)


def _form(
    request: HttpRequest, values: dict[str, Any], problems: list[tuple[str, str]], status: int = 200
) -> HttpResponse:
    here = {
        "values": values, "problems": problems, "wrong": dict(problems), "limit": guard.limit_in_words(),
        "headings": forms.DISCHARGES, "disclosures": forms.DISCLOSURE,
        "releases": forms.RELEASES, "example": forms.EXAMPLE,
        "full": len(runs.all_runs(_home())) >= runs.KEPT, "most": runs.KEPT,
        "busy": running.progress(_home()).running, "crumbs": crumbs(("Measure records", "")),
    }  # fmt: skip
    return _page(request, "measure", here, status)


def _typed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


@require_safe
@private("workspace.view", at_door=True)
@plain
def progress(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """How far the latest run is, and how it ended."""
    told = running.progress(_home())
    here = {"progress": told, "stages": running.STAGES, "crumbs": crumbs(("How far it is", ""))}
    return _page(request, "progress", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def result(request: HttpRequest, actor: Actor, run_id: str) -> HttpResponseBase:
    """What the official figures will be: one sentence a measure, and what is behind each."""
    run = runs.find(_home(), run_id)
    edition = public.current_or_none(request)
    council = queries.council_in(run, request.GET.get("council"))
    others = [other for other in _readable() if other.id != run.id and council in other.about.councils]
    here = {
        "run": run, "council": council, "name": queries.name_of(edition, run, council),
        "names": {code: queries.name_of(edition, run, code) for code in run.about.councils},
        "lines": queries.lines(run, council, edition), "records": queries.to_mend(run, council).height,
        "files": list(run.files()), "inside": runs.INSIDE, "needs": queries.needs_discharges, "others": others,
        "slug": queries.slug_of(edition, run, council),
        "crumbs": crumbs(("Result", "")),
    }  # fmt: skip
    return _page(request, "result", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def figure(request: HttpRequest, actor: Actor, run_id: str, key: str) -> HttpResponseBase:
    """One figure taken apart: why people are counted, are in the denominator only, or in neither, with counts."""
    run = runs.find(_home(), run_id)
    council = queries.council_in(run, request.GET.get("council"))
    edition = public.current_or_none(request)
    total = queries.total(run, council, key)
    definition = definitions()[total.measure]
    here = {
        "run": run, "council": council, "name": queries.name_of(edition, run, council), "key": key,
        "label": queries.label(key), "sentence": queries.sentence(run, total), "figure": total,
        "part": definition.parts[total.part], "definition": definition, "reasons": queries.reasons(run, council, key),
        "spells": queries.spells(key), "unknown": queries.unknown(run, council, key),
        "crumbs": crumbs(("Result", _at(run, council)), (queries.label(key), "")),
    }  # fmt: skip
    return _page(request, "figure", here)


def _at(run: runs.Run, council: str, after: str = "") -> str:
    return f"/workspace/runs/{run.id}/{after}?council={council}"


@require_safe
@private("workspace.view", at_door=True)
@plain
def people(request: HttpRequest, actor: Actor, run_id: str, key: str, why: str) -> HttpResponseBase:
    """The people of one reason, a page at a time. Each opening is written down."""
    run = runs.find(_home(), run_id)
    council = queries.council_in(run, request.GET.get("council"))
    reason = next((r for r in queries.reasons(run, council, key) if r.key == why), None)
    if reason is None:
        raise runs.NoRun("Nobody is behind the figure for this reason.", do="Choose one of the reasons of the figure.")
    rows, number, pages = queries.page_of(queries.behind(run, council, key, why), request.GET.get("page"))
    what = f"{queries.label(key)}: {reason.words}" + (f" Page {number} of {pages}." if pages > 1 else "")
    shown = services.open_people(actor, run, what, rows)
    here = {
        "run": run, "council": council, "key": key, "label": queries.label(key), "reason": reason,
        "rows": shown.to_dicts(), "number": number, "pages": pages, "hidden": bool(run.about.key),
        "spells": queries.spells(key), "unknown": queries.unknown(run, council, key, why),
        "crumbs": crumbs(
            ("Result", _at(run, council)), (queries.label(key), _at(run, council, f"figures/{key}/")), ("People", "")
        ),
    }  # fmt: skip
    return _page(request, "people", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def mend(request: HttpRequest, actor: Actor, run_id: str) -> HttpResponseBase:
    """The records that would move a figure if they were mended, and what to do. Each opening is written down."""
    run = runs.find(_home(), run_id)
    council, key = queries.council_in(run, request.GET.get("council")), request.GET.get("figure") or None
    label = queries.label(key) if key else "All figures"
    every = queries.to_mend(run, council, key)
    rows, number, pages = queries.page_of(every, request.GET.get("page"))
    shown = services.open_people(actor, run, f"{label}: records that would move it", rows)
    here = {
        "run": run, "council": council, "label": label, "count": every.height, "rows": shown.to_dicts(),
        "number": number, "pages": pages, "hidden": bool(run.about.key), "checks": BY_KEY,
        "base": f"?council={quote(council)}" + (f"&figure={key}" if key else ""),
        "crumbs": crumbs(("Result", _at(run, council)), ("Records", "")),
    }  # fmt: skip
    return _page(request, "mend", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def take(request: HttpRequest, actor: Actor, run_id: str, file: str) -> HttpResponseBase:
    """A file of a result to take away; a report opens in the browser."""
    path = services.take(actor, runs.find(_home(), run_id), file)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer = FileResponse(path.open("rb"), as_attachment=path.suffix != ".html", filename=path.name, content_type=kind)
    if path.suffix == ".html":
        answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@private("workspace.use", at_door=True)
@plain
def delete(request: HttpRequest, actor: Actor, run_id: str) -> HttpResponseBase:
    """Ask whether a result is to go; a POST removes it."""
    run = runs.find(_home(), run_id)
    if request.method == "POST":
        services.delete(actor, _home(), run_id)
        return redirect("workspace:front")
    return _page(request, "delete", {"run": run, "crumbs": crumbs(("Delete a result", ""))})


def _pair(request: HttpRequest) -> tuple[runs.Run, runs.Run, str]:
    """The two results of an address and the council that both are of. Raises EvenhandError."""
    one, other = (runs.find(_home(), request.GET.get(name, "")) for name in ("before", "after"))
    common = [code for code in other.about.councils if code in one.about.councils]
    council = request.GET.get("council") or (common[0] if common else "")
    queries.comparable(one, other, council)
    return one, other, council


@require_safe
@private("workspace.view", at_door=True)
@plain
def compare(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Two results beside each other: how each figure changed, and how many people moved it."""
    held = _readable()
    here: dict[str, Any] = {"runs": held, "crumbs": crumbs(("Compare two results", ""))}
    if not request.GET.get("before") or not request.GET.get("after"):
        return _page(request, "compare", here)
    one, other, council = _pair(request)
    if one.id == other.id:
        raise EvenhandError("These are one result, not two.", do="Choose another result to compare with.")
    rows = []
    for line in queries.lines(other, council, None):
        got = queries.movement(one, other, council, line.key)
        rows.append((line, queries.total(one, council, line.key), got, queries.steps(got) if got else None))
    edition = public.current_or_none(request)
    here |= {
        "one": one, "other": other, "council": council, "rows": rows, "written": queries.written,
        "name": queries.name_of(edition, other, council), "signed": queries.signed,
    }  # fmt: skip
    return _page(request, "compared", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def moved(request: HttpRequest, actor: Actor, key: str) -> HttpResponseBase:
    """Which people moved one figure between two results: counts that add up to the change."""
    one, other, council = _pair(request)
    got = queries.movement(one, other, council, key)
    if got is None:
        raise runs.NoRun("One of the results has no such figure.", do="Choose another figure.")
    parts, change = queries.steps(got)
    here = {
        "one": one, "other": other, "council": council, "key": key, "label": queries.label(key), "got": got,
        "before": queries.total(one, council, key), "after": queries.total(other, council, key),
        "steps": parts, "change": change, "written": queries.written, "signed": queries.signed,
        "rate": key in ("2b", "2c"),
        "crumbs": crumbs(("Compare", f"/workspace/compare/?before={one.id}&after={other.id}&council={council}"),
                         (queries.label(key), "")),
    }  # fmt: skip
    return _page(request, "moved", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def movers(request: HttpRequest, actor: Actor, key: str, movement: str) -> HttpResponseBase:
    """The people who moved a figure in one way. Each opening is written down."""
    one, other, council = _pair(request)
    got = queries.movement(one, other, council, key)
    found = next((m for m in got.movements if m.key == movement and m.people), None) if got else None
    if got is None or found is None:
        raise runs.NoRun("Nobody moved the figure in this way.", do="Choose one of the ways on the page before.")
    what = f"{queries.label(key)}: {found.words}."
    every = queries.who_moved(got, movement)
    rows, number, pages = queries.page_of(every, request.GET.get("page"))
    what += (f" Page {number} of {pages}." if pages > 1 else "") + f" Compared with {services.title(one)}"
    rows = services.open_people(actor, other, what, rows)
    back = f"?before={one.id}&after={other.id}&council={council}"
    here = {
        "one": one, "other": other, "council": council, "key": key, "label": queries.label(key), "movement": found,
        "rows": rows.to_dicts(), "number": number, "pages": pages, "hidden": bool(one.about.key), "back": back,
        "unknown": found.people - every.height,
        "words": definitions()[queries.of_key(key)[0]].reasons,
        "crumbs": crumbs(("Compare", f"/workspace/compare/{back}"),
                         (queries.label(key), f"/workspace/compare/{key}/{back}"), ("People", "")),
    }  # fmt: skip
    return _page(request, "movers", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def who(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Who has looked at people, and when."""
    entries, count = access.openings()
    here = {"entries": entries, "count": count, "crumbs": crumbs(("Who has looked", ""))}
    return _page(request, "who", here)


@require_safe
@private("workspace.view", at_door=True)
@plain
def beside(request: HttpRequest, actor: Actor, slug: str) -> HttpResponseBase:
    """A council's own figures beside the published ones, all of them."""
    edition = public.current(request)
    found = queries.beside(_readable(), edition, slug)
    if found is None:
        raise runs.NoRun("There is no result for this council.", do="Measure its records first.")
    name = queries.name_of(edition, found["run"], found["council"])
    return _page(request, "beside", {"own": found, "name": name, "slug": slug, "crumbs": crumbs((name, ""))})


@require_safe
@private("workspace.view", at_door=True)
def council(request: HttpRequest, actor: Actor, slug: str) -> HttpResponseBase:
    """The public page of a council; with its own provisional figures beside the published ones where there is a result.

    Such a page is drawn each time and kept nowhere: neither in the store of drawn pages nor by a browser.
    """
    edition = public.current_or_none(request)
    found = queries.beside(_readable(), edition, slug) if edition is not None else None
    known = next((c for c in edition.register.all if c.id == slug), None) if edition is not None and found else None
    if found is None or known is None or known.valid_to or edition is None:
        return redirect("evidence:council", slug=slug)
    here = council_pages.standing(edition, known, request.GET.get("against") or "england")
    answer = _page(request, "council", here | {"own": found, "slug": slug})
    answer.headers["Cache-Control"] = "no-store"
    return answer
