"""The person's own part, on a phone: one question a page, saved as they go, then sent and only read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.people.assessing import forms, services, voice
from evenhand.site.people.assessing.queries import Opened, opened
from evenhand.site.people.assessing.views.frame import citizens_only, my_address, my_page, saved
from evenhand.site.people.models.assessment import Said, State
from evenhand.site.people.permissions import speaks
from evenhand.site.people.refusals import no_such_record
from evenhand.site.people.views.frame import answered, is_version

ANSWER = "people.assessment.answer"


@private("people.assessment.view")
def start(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """Where it is, and what the person can do: begin, go on, or read what was said and decided."""
    citizens_only(actor)
    here = opened(actor, person, reference)
    pages = voice.parts(here.assessment)
    left = [part for part in pages if part not in here.voice]
    shown = {
        "may_answer": actor.may(ANSWER, here.assessment),
        "at": left[0] if left else "",
        "done": len(pages) - len(left),
        "count": len(pages),
        "told": _told(here),
    }
    return my_page(request, here, "my_start.html", shown)


@private(ANSWER)
def question(request: HttpRequest, actor: Actor, person: str, reference: str, part: str) -> HttpResponse:
    """One question. Saved, and on to the next; or back to the list of answers when that is where they came from."""
    citizens_only(actor)
    here = opened(actor, person, reference)
    a = here.assessment
    pages = voice.parts(a)
    if (away := _elsewhere(actor, here)) and request.method != "POST":
        return away
    if part not in pages:
        raise Http404
    form = forms.Say(request.POST if request.method == "POST" else None, a, part, here.voice.get(part))
    number = pages.index(part)
    checking = request.GET.get("from") == "check"

    def work() -> str:
        clean = form.cleaned_data
        services.say(actor, a, part, is_version(form), clean["words"], clean.get("chosen", []))
        if checking or number + 1 == len(pages):
            return my_address(a, "check/")
        return my_address(a, f"question/{pages[number + 1]}/") if "later" not in request.POST else my_address(a)

    def draw(status: int) -> HttpResponse:
        before = my_address(a, f"question/{pages[number - 1]}/" if number else "")
        shown = {
            "form": form, "part": part, "number": number + 1, "count": len(pages), "title": voice.title(a, part),
            "hint": voice.hint(a, part), "before": my_address(a, "check/") if checking else before,
            "checking": checking,
        }  # fmt: skip
        return my_page(request, here, "my_question.html", shown, here=f"Question {number + 1}", status=status)

    def version() -> int:
        return Said.objects.filter(assessment=a, part=part).values_list("version", flat=True).first() or 0

    return saved(request, actor, form, work, draw, version)


@private(ANSWER)
def check(request: HttpRequest, actor: Actor, person: str, reference: str) -> HttpResponse:
    """All their answers, each with a way to change it, and the button that sends them."""
    citizens_only(actor)
    here = opened(actor, person, reference)
    if (away := _elsewhere(actor, here)) and request.method != "POST":
        return away
    form = forms.Plain(request.POST if request.method == "POST" else None)

    def work() -> str:
        services.turn_in(actor, here.assessment)
        return my_address(here.assessment)

    def draw(status: int) -> HttpResponse:
        missing = [part for part in voice.parts(here.assessment) if not here.said(part)]
        shown = {"form": form, "told": _told(here), "missing": len(missing)}
        return my_page(request, here, "my_check.html", shown, here="Check your answers", status=status)

    return answered(request, actor, form, work, draw)


def _elsewhere(actor: Actor, here: Opened) -> HttpResponse | None:
    """Who speaks for the record is led to what they can read once it was sent; everybody else is refused."""
    if actor.may(ANSWER, here.assessment):
        return None
    if speaks.test(actor, here.assessment) and here.assessment.state != State.WITH_PERSON:
        return HttpResponseRedirect(my_address(here.assessment))
    raise no_such_record()


def _told(here: Opened) -> list[dict[str, object]]:
    """Each page of the person's part: its question, and what they said."""
    a = here.assessment
    return [{"part": part, "title": voice.title(a, part), "said": here.said(part)} for part in voice.parts(a)]
