"""Pages of an import, one question each. Thin: services decide; each page leads to the one where the import stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.design.middleware import Forms
from evenhand.site.people.forms.fields import Sheet
from evenhand.site.people.importing import forms, guessing, keeping, queries, services
from evenhand.site.people.importing.fields import fields
from evenhand.site.people.importing.plan import FATES, Fate
from evenhand.site.people.importing.receiving import InMemory, drain, plain_name, too_large
from evenhand.site.people.importing.rejects import reject_file
from evenhand.site.people.importing.spec import coded, distinct, teams_of
from evenhand.site.people.models import Import
from evenhand.site.people.models.importing import OPEN, Stage, What
from evenhand.site.people.refusals import Refused
from evenhand.site.people.views.frame import REFUSED, WORDS, answered, is_version

IMPORT = services.IMPORT
HOME = "/work/import/"
NEXT = {Stage.SHEET: "sheet/", Stage.COLUMNS: "columns/", Stage.VALUES: "values/", Stage.CHECK: "check/"}
SAMPLE = 3


def _page(request: HttpRequest, name: str, shown: Mapping[str, Any], status: int = 200) -> HttpResponse:
    trail = [{"text": "My work", "href": "/work/"}, {"text": "Import", "href": HOME}]
    here = shown.get("here")
    crumbs = [*trail, {"text": here}] if here else [trail[0], {"text": "Import"}]
    return render(request, f"importing/{name}.html", {**WORDS, "crumbs": crumbs, **shown}, status=status)


def _at(run: Import, page: str | None = None) -> str:
    return f"{HOME}{run.reference}/{NEXT.get(Stage(run.stage), '') if page is None else page}"


@private(IMPORT)
@csrf_exempt  # what follows must choose where files are received before anything reads the form; then it is guarded
def starting(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The imports of this user, and a form for a new one."""
    actor.must(IMPORT)
    if request.method == "POST":
        if too_large(request):
            drain(request)
            form = forms.Upload({}, systems=queries.systems())
            form.errors.clear()
            form.add_error("file", "The file is larger than 20 MB. Divide it into smaller files.")
            return _start(request, actor, form, REFUSED)
        request.upload_handlers = [InMemory(request)]
    return cast(HttpResponse, _received(request, actor))


@decorator_from_middleware(Forms)
def _received(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = forms.Upload(request.POST if request.method == "POST" else None, systems=queries.systems())

    def work() -> str:
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("No file was sent.", "Choose a CSV or an XLSX file.", field="file")
        keeping.sweep()
        said = form.answers
        raw = sent.read()
        return _at(services.begin(actor, said["what"], said["system"], plain_name(sent.name or ""), raw))

    return answered(request, actor, form, work, lambda status: _start(request, actor, form, status))


def _start(request: HttpRequest, actor: Actor, form: forms.Upload, status: int) -> HttpResponse:
    shown = {"form": form, "imports": queries.my_imports(actor), "next": NEXT, "home": HOME, "teams": teams_of(actor)}
    return _page(request, "start", shown, status)


@private(IMPORT)
def standing(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Where an import stands: the page that comes next, or what became of it."""
    run = services.mine(actor, reference)
    if run.stage in OPEN:
        return HttpResponseRedirect(_at(run))
    counts = [(FATES[fate], run.counts.get(fate.value, 0)) for fate in Fate] if run.counts else []
    return _page(request, "over", {"run": run, "counts": counts, "here": run.system})


@private(IMPORT)
def sheet(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Which sheet of the workbook."""
    run = services.mine(actor, reference)
    if away := _away(run, Stage.SHEET):
        return away
    form = forms.ChooseSheet(request.POST if request.method == "POST" else None, sheets=run.sheets)
    title = "Which sheet holds the list?"
    return _form(request, actor, run, form, lambda: _at(services.choose_sheet(actor, reference, form.answers["sheet"])),
                 "sheet", title)  # fmt: skip


@private(IMPORT)
def columns(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Which column is what."""
    run = services.mine(actor, reference)
    if away := _away(run, Stage.COLUMNS):
        return away
    table, saved, teams = keeping.kept_table(reference), services.saved_mapping(run), teams_of(actor)
    ours = fields(run.what)
    now = run.columns or guessing.columns(ours, table.headings, saved.headings if saved else {})
    begun = {key: str(number) for key, number in now.items()} | {"version": run.version}
    begun["one_team"] = run.team or (next(iter(teams)) if len(teams) == 1 and "team" not in now else "")
    data = request.POST if request.method == "POST" else None
    form = forms.Columns(data, ours=ours, headings=table.headings, begun=begun, teams=teams)

    def work() -> str:
        team = form.cleaned_data.get("one_team", "")
        return _at(services.choose_columns(actor, reference, is_version(form), form.columns, team))

    rest = [heading for number, heading in enumerate(table.headings) if number not in now.values()]
    more = {"sample": [row for _, row in table.rows[:SAMPLE]], "headings": table.headings, "saved": saved,
            "rest": rest, "before": queries.imported_before(run)}  # fmt: skip
    return _form(request, actor, run, form, work, "columns", "Which column is what?", **more)


@private(IMPORT)
def values(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """What the values of coded columns mean."""
    run = services.mine(actor, reference)
    if away := _away(run, Stage.VALUES):
        return away
    table, codes = keeping.kept_table(reference), coded(run.what, teams_of(actor))
    theirs = {key: distinct(table, run.columns[key]) for key in codes if key in run.columns}
    data = request.POST if request.method == "POST" else None
    form = forms.Values(data, coded=codes, theirs=theirs, begun={"version": run.version}, now=run.values)
    unknown = {key: [one for one in held if one not in run.values.get(key, {})] for key, held in theirs.items()}

    def work() -> str:
        return _at(services.choose_values(actor, reference, is_version(form), form.values))

    more = {"codes": codes, "unknown": {key: held for key, held in unknown.items() if held}}
    return _form(request, actor, run, form, work, "values", "What do their values mean?", **more)


@private(IMPORT)
def check(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """What would become of every row; and doing it."""
    run = services.mine(actor, reference)
    if run.stage == Stage.DONE:
        return HttpResponseRedirect(_at(run, ""))
    if away := _away(run, Stage.CHECK):
        return away
    form = forms.Do(request.POST if request.method == "POST" else None)

    def work() -> str:
        mark = str(form.cleaned_data.get("mark") or "")
        return _at(services.do(actor, reference, is_version(form), mark), "")

    def draw(status: int) -> HttpResponse:
        run.refresh_from_db()  # a refusal may mean that it moved: the page then shows what is new
        seen = queries.check(actor, run)
        shown = {"run": run, "form": form, "check": seen, "first": queries.FIRST, "here": "Check",
                 "people": run.what == What.PEOPLE,
                 "changed_words": lambda line: queries.changed_words(run, line)}  # fmt: skip
        return _page(request, "check", shown, status)

    return answered(request, actor, form, work, draw)


@private(IMPORT)
def deciding(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Whether rows are of people who have a record, fifty at a time."""
    run = services.mine(actor, reference)
    if away := _away(run, Stage.CHECK):
        return away
    waiting = queries.check(actor, run, "looked at likely doubles").plan.of(Fate.DOUBLE)
    if not waiting and request.method != "POST":
        return HttpResponseRedirect(_at(run))
    data = request.POST if request.method == "POST" else None
    lines = [line for n, line in enumerate(waiting) if n < queries.FIRST or f"row-{line.number}" in request.POST]
    form = forms.Decide(data, lines=lines, begun={"version": run.version})

    def work() -> str:
        return _at(services.decide(actor, reference, is_version(form), form.decisions))

    more = {"waiting": len(waiting), "first": queries.FIRST}
    return _form(request, actor, run, form, work, "decide", "Do these people have a record already?", **more)


@private(IMPORT)
def rejects(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """The rows that would not be imported, as CSV."""
    run = services.mine(actor, reference)
    if away := _away(run, Stage.CHECK):
        return away
    plan = queries.check(actor, run, "took away the rejected rows").plan
    answer = HttpResponse(reject_file(keeping.kept_table(reference), plan), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="not-imported-{run.reference}.csv"'
    return answer


@private(IMPORT)
def giving_up(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Whether to give the import up."""
    run = services.mine(actor, reference)
    if run.stage not in OPEN:
        return HttpResponseRedirect(_at(run, ""))
    form = Sheet(request.POST if request.method == "POST" else None)
    return _form(request, actor, run, form, lambda: _at(services.give_up(actor, reference), ""), "give_up",
                 "Do you want to give this import up?")  # fmt: skip


def _form(
    request: HttpRequest, actor: Actor, run: Import, form: Sheet, work: Callable[[], str], name: str, title: str,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    def draw(status: int) -> HttpResponse:
        return _page(request, name, {"run": run, "form": form, "title": title, "here": title, **more}, status)

    return answered(request, actor, form, work, draw)


def _away(run: Import, stage: Stage) -> HttpResponse | None:
    """Where to go instead, when the import is over or has not come so far; going back to an earlier page is free."""
    order = list(NEXT)
    if run.stage not in OPEN:
        return HttpResponseRedirect(_at(run, ""))
    return HttpResponseRedirect(_at(run)) if order.index(Stage(run.stage)) < order.index(stage) else None
