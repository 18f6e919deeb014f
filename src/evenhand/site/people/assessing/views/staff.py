"""The practitioner's pages: the list of what is to do, then one thing a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.people.assessing import forms, services
from evenhand.site.people.assessing.queries import Opened, assessments, opened
from evenhand.site.people.assessing.views.frame import saved, staff_only, staff_page, work_address
from evenhand.site.people.assessing.voice import HEALTH, WELLBEING, WORDS
from evenhand.site.people.forms.fields import Sheet
from evenhand.site.people.models import Assessment
from evenhand.site.people.models.assessment import Kind, State
from evenhand.site.people.views.frame import answered, is_version

CHANGE = "people.assessment.change"
AT_WORK = (State.OPEN, State.WITH_PERSON, State.TO_DETERMINE)


@private("people.assessment.view")
def listing(request: HttpRequest, actor: Actor, person: str) -> HttpResponse:
    """The assessments of a person, newest first."""
    staff_only(actor)
    found, rows = assessments(actor, person)
    shown = {"rows": rows, "may_begin": actor.may(CHANGE, found)}
    return staff_page(request, actor, found, "list.html", shown, here="")


@private(CHANGE)
def beginning(request: HttpRequest, actor: Actor, person: str) -> HttpResponse:
    """Begin one: whose needs, and how deep."""
    staff_only(actor)
    found, rows = assessments(actor, person)
    actor.must(CHANGE, found)
    busy = {row.kind for row in rows if row.state in AT_WORK}
    suits = {Kind.ADULT: found.is_adult, Kind.CARER: found.is_carer}
    kinds = [(kind.value, str(kind.label)) for kind in Kind if suits[kind] and kind not in busy]
    form = forms.Begin(request.POST if request.method == "POST" else None, kinds)

    def work() -> str:
        clean = form.cleaned_data
        return work_address(services.begin(actor, found, clean["kind"], clean["depth"]))

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "kinds": kinds}
        return staff_page(request, actor, found, "begin.html", shown, here="Begin an assessment", status=status)

    return answered(request, actor, form, work, draw)


@private("people.assessment.view")
def showing(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """What is done and what is left; once it was determined or stopped, all of it, to read."""
    staff_only(actor)
    here = opened(actor, person, reference)
    a = here.assessment
    may_write = actor.may(CHANGE, a)
    shown: dict[str, Any] = {"may_write": may_write, "may_determine": actor.may("people.assessment.determine", a)}
    if a.state in (State.OPEN, State.TO_DETERMINE) and may_write:
        shown |= {"tasks": here.tasks(), "result": here.result()}
        return staff_page(request, actor, here.person, "tasks.html", shown, here="", opened=here)
    if a.state == State.WITH_PERSON:
        return staff_page(request, actor, here.person, "waiting.html", shown, here="", opened=here)
    shown["result"] = here.result() if not here.determination else None
    return staff_page(request, actor, here.person, "read.html", shown, here="", opened=here)


def _writing(
    request: HttpRequest, actor: Actor, here: Opened, form: Sheet, save: Callable[[int], Assessment], *,
    template: str, title: str, then: str = "", shown: dict[str, Any] | None = None,
    states: tuple[State, ...] = (State.OPEN,),
) -> HttpResponse:  # fmt: skip
    """A page that the practitioner writes on; then on to the next one, or back to the list.

    In another state there is nothing to write, and the page leads to where the assessment can be read.
    """
    if request.method != "POST" and here.assessment.state not in states:
        return HttpResponseRedirect(work_address(here.assessment))

    def work() -> str:
        save(is_version(form))
        return work_address(here.assessment, then if "list" not in request.POST else "")

    def draw(status: int) -> HttpResponse:
        more = {"form": form, "title": title, **(shown or {})}
        return staff_page(request, actor, here.person, template, more, here=title, opened=here, status=status)

    return saved(request, actor, form, work, draw, lambda: _version(here))


def _version(here: Opened) -> int:
    return Assessment.objects.values_list("version", flat=True).get(pk=here.assessment.pk)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@private(CHANGE)
def words(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """What matters to the person: before any question."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    a = here.assessment
    form = forms.OwnWords(_posted(request), initial={"own_words": a.own_words, "version": a.version})
    return _writing(
        request, actor, here, form,
        lambda version: services.save_own_words(actor, a, version, form.cleaned_data["own_words"]),
        template="page.html", title="What matters to them?", then="cause/", shown={"part": WORDS, "name": "own_words"},
    )  # fmt: skip


@private(CHANGE)
def cause(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Whether the needs arise from impairment or illness, or from necessary care."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    a = here.assessment
    form = forms.Cause(_posted(request), here)

    def save(version: int) -> Assessment:
        clean = form.cleaned_data
        return services.save_cause(actor, a, version, forms.AS_SAID[clean["cause"]], clean["cause_note"])

    title = "Why do they need support?" if a.kind == Kind.ADULT else "What care do they give?"
    shown = {"rule": here.asked.cause, "part": ""}
    then = "outcomes/" if here.light else f"outcome/{next(iter(here.asked.outcomes))}/"
    return _writing(request, actor, here, form, save, template="page.html", title=title, then=then, shown=shown)


@private(CHANGE)
def health(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """A carer's own health."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    a = here.assessment
    if here.asked.health is None:
        raise Http404
    form = forms.Health(
        _posted(request), initial={"at_risk": forms.SAID_AS[a.health_at_risk], "version": a.version}
    )  # fmt: skip

    def save(version: int) -> Assessment:
        return services.save_health(actor, a, version, forms.AS_SAID[form.cleaned_data["at_risk"]])

    shown = {"rule": here.asked.health, "part": HEALTH}
    return _writing(
        request, actor, here, form, save, template="page.html", title="Their own health", then="wellbeing/", shown=shown
    )  # fmt: skip


@private(CHANGE)
def outcome(request: HttpRequest, actor: Actor, person: str, reference: str, key: str) -> HttpResponse:
    """One outcome: what the person said, what they told, the four questions, notes."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    if key not in here.asked.outcomes:
        raise Http404
    form = forms.Outcome(_posted(request), here, key)
    order = list(here.asked.outcomes)
    after = order[order.index(key) + 1 :]
    then = f"outcome/{after[0]}/" if after else ("health/" if here.asked.health else "wellbeing/")
    shown = {"rule": here.asked.outcomes[key], "part": key, "number": order.index(key) + 1, "count": len(order)}
    return _writing(
        request, actor, here, form,
        lambda version: services.save_outcomes(actor, here.assessment, version, {key: form.fields_of_answer()}),
        template="outcome.html", title=here.asked.outcomes[key].name, then="" if here.light else then, shown=shown,
    )  # fmt: skip


@private(CHANGE)
def outcomes(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """A light assessment: every outcome on one page."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    form = forms.Light(_posted(request), here)
    return _writing(
        request, actor, here, form,
        lambda version: services.save_outcomes(actor, here.assessment, version, form.changes()),
        template="light.html", title="Day-to-day life", then="health/" if here.asked.health else "wellbeing/",
    )  # fmt: skip


@private(CHANGE)
def wellbeing(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """The nine parts of wellbeing."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    form = forms.WellbeingParts(_posted(request), here)
    return _writing(
        request, actor, here, form,
        lambda version: services.save_wellbeing(actor, here.assessment, version, form.changes()),
        template="wellbeing.html", title="Wellbeing", shown={"rule": here.asked.wellbeing_rule, "part": WELLBEING},
    )  # fmt: skip


@private(CHANGE)
def sending(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Send it to the person, in plain words or Easy Read."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    a = here.assessment
    easy = a.easy_read or "easy_read" in here.person.formats
    form = forms.Send(_posted(request), initial={"version": a.version, "easy_read": "yes" if easy else "no"})

    def save(version: int) -> Assessment:
        return services.send(actor, a, version, easy_read=form.cleaned_data["easy_read"] == "yes")

    return _writing(request, actor, here, form, save, template="send.html", title="Send it to the person")


@private(CHANGE)
def taking_back(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Take it back from the person."""
    title = "Take it back from the person"
    return _button(request, actor, person, reference, services.take_back, title, State.WITH_PERSON)


@private(CHANGE)
def handing_over(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Say that it is ready to determine."""
    return _button(
        request, actor, person, reference, services.hand_over, "Say that it is ready to determine", State.OPEN
    )


@private(CHANGE)
def opening_again(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Open again what was ready to determine."""
    return _button(request, actor, person, reference, services.reopen, "Open it again", State.TO_DETERMINE)


def _button(
    request: HttpRequest, actor: Actor, person: str, reference: str,
    verb: Callable[[Actor, Assessment, int], Assessment], title: str, state: State,
) -> HttpResponse:  # fmt: skip
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    form = forms.Plain(_posted(request), initial={"version": here.assessment.version})
    return _writing(
        request, actor, here, form, lambda version: verb(actor, here.assessment, version),
        template="button.html", title=title, shown={"verb": verb.__name__}, states=(state,),
    )  # fmt: skip


@private(CHANGE)
def stopping(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Stop it, and say why."""
    staff_only(actor)
    here = opened(actor, person, reference, CHANGE)
    form = forms.Stop(_posted(request), initial={"version": here.assessment.version})
    return _writing(
        request, actor, here, form,
        lambda version: services.stop(actor, here.assessment, version, form.cleaned_data["why"]),
        template="button.html", title="Stop this assessment", shown={"verb": "stop"}, states=AT_WORK,
    )  # fmt: skip


@private("people.assessment.determine")
def determining(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """The working line by line, then the decision with its reasons."""
    staff_only(actor)
    here = opened(actor, person, reference, "people.assessment.determine")
    a = here.assessment
    if request.method != "POST" and a.state not in (State.OPEN, State.TO_DETERMINE):
        return HttpResponseRedirect(work_address(a))
    form = forms.Determine(_posted(request), a)

    def work() -> str:
        clean = form.cleaned_data
        services.determine(
            actor, a, is_version(form), eligible=clean["eligible"] == "yes", reasons=clean["reasons"],
            advice=clean["advice"], decided_on=clean["decided_on"],
        )  # fmt: skip
        return work_address(a)

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "result": here.result(), "left": [t for t in here.tasks() if t.status != "Done"]}
        return staff_page(
            request, actor, here.person, "determine.html", shown, here="Determine", opened=here, status=status
        )

    return saved(request, actor, form, work, draw, lambda: _version(here))
