"""Pages of how long a record is kept, its erasure, and the copy that a person asks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evenhand.facts.people import retention
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.people.forms.keeping import Ask, Bundle, Decide, Hold
from evenhand.site.people.models import ErasureRequest
from evenhand.site.people.queries import look
from evenhand.site.people.queries.bundle import passages, third_names
from evenhand.site.people.services import bundles, keeping
from evenhand.site.people.views.frame import REFUSED, address, answered, case_form, case_page, is_version


@private("people.hold.set")
def clock(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """How long the record is kept, what stands against erasing it, and who asked for that."""
    person = look(actor, reference, "people.hold.set")
    deciding = Decide(request.POST) if request.method == "POST" and "do" in request.POST else None
    form = deciding or Ask(request.POST if request.method == "POST" else None)
    today = timezone.localdate()

    def work() -> str:
        if deciding is None:
            keeping.ask_erasure(actor, person.reference, form.answers["why"])
        elif deciding.answers["do"] == "confirm":
            keeping.confirm_erasure(actor, person.reference, deciding.answers["request"])
            return "/work/"
        else:
            keeping.withdraw_erasure(actor, person.reference, deciding.answers["request"])
        return address(person, "keeping/")

    def draw(status: int) -> HttpResponse:
        asked = ErasureRequest.objects.filter(person=person, confirmed_at=None, withdrawn_at=None)
        shown = {
            "form": form, "ask": Ask() if deciding is not None else form, "deciding": deciding or Decide(),
            "over": (until := keeping.erasable_from(person, today)) is not None and until <= today, "until": until,
            "rule": retention(today),
            "against": keeping.stands_against(person, today), "may_erase": actor.may("people.erase", person),
            "asked": asked.select_related("asked_by").first(),
        }  # fmt: skip
        return case_page(request, actor, person, "keeping.html", shown, here="How long it is kept", status=status)

    return answered(request, actor, form, work, draw)


@private("people.hold.set")
def holding(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Set or end a legal hold."""
    person = look(actor, reference, "people.hold.set")
    begun = {"version": person.version, "why": person.hold}
    form = Hold(request.POST if request.method == "POST" else None, initial=begun)

    def work() -> str:
        keeping.set_hold(actor, person.reference, is_version(form), form.answers["why"])
        return address(person, "keeping/")

    back = address(person, "keeping/")
    return case_form(request, actor, person, form, work, "Is this record under a legal hold?", back=back)


@private("people.bundle.make")
def bundle(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """The copy for the person: every passage, with a tick for what is left out, and then the file."""
    person = look(actor, reference, "people.bundle.make")
    held = passages(person)
    begun = {"left_out": [one.key for one in held if one.third], "strike": "\n".join(third_names(person))}
    form = Bundle(request.POST if request.method == "POST" else None, keys=[one.key for one in held], initial=begun)
    if request.method == "POST" and form.is_valid():
        given = form.answers
        made = bundles.make_bundle(actor, person.reference, given["left_out"], given["strike"].splitlines())
        answer = HttpResponse(made, content_type="application/zip")
        answer.headers["Content-Disposition"] = f'attachment; filename="record-{person.reference}.zip"'
        return answer
    sections: dict[str, list[object]] = {}
    for one in held:
        sections.setdefault(one.section, []).append(one)
    shown = {"form": form, "sections": sections, "out": form.shown("left_out")}
    status = REFUSED if form.is_bound else 200
    return case_page(request, actor, person, "bundle_form.html", shown, here="Copy for the person", status=status)
