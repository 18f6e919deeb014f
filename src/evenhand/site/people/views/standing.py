"""Pages of who stands beside a person, decisions on capacity, and safeguarding."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.people.forms.standing import Capacity, CloseConcern, Concern, EndLink, NewLink
from evenhand.site.people.models import SafeguardingConcern
from evenhand.site.people.queries import look
from evenhand.site.people.services import capacity, links, safeguarding
from evenhand.site.people.views.frame import address, case_form, case_page


def _data(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


@private("people.person.change")
def linking(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Add somebody who stands beside the person."""
    person = look(actor, reference, "people.person.change")
    form = NewLink(_data(request))

    def work() -> str:
        links.add_link(actor, person.reference, **form.answers)
        return address(person)

    return case_form(request, actor, person, form, work, "Who stands beside them?", button="Add")


@private("people.person.change")
def unlinking(request: HttpRequest, actor: Actor, reference: str, link: str) -> HttpResponse:
    """Say that it ended."""
    person = look(actor, reference, "people.person.change")
    form = EndLink(_data(request))

    def work() -> str:
        links.end_link(actor, person.reference, link, form.answers["ended"])
        return address(person)

    return case_form(request, actor, person, form, work, "When did it end?", button="End it")


@private("people.capacity.decide")
def deciding(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Record a decision on capacity."""
    person = look(actor, reference, "people.capacity.decide")
    form = Capacity(_data(request))

    def work() -> str:
        given = form.answers
        capacity.decide(actor, person.reference, **given | {"has_capacity": given["has_capacity"] == "yes"})
        return address(person)

    lead = "Capacity is of one decision at one time, never of a person. What you record here is not changed afterwards."
    return case_form(request, actor, person, form, work, "Could the person make a decision?", lead=lead)


@private("people.safeguarding.view")
def concerns(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """What the safeguarding flag is about."""
    person = look(actor, reference, "people.safeguarding.view")
    found = SafeguardingConcern.objects.filter(person=person).select_related("raised_by", "closed_by")
    shown = {
        "concerns": sorted(found, key=lambda one: (one.closed_on is not None, -one.raised_on.toordinal())),
        "may_change": actor.may("people.safeguarding.change", person),
    }
    return case_page(request, actor, person, "safeguarding.html", shown, here="Safeguarding")


@private("people.safeguarding.change")
def raising(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Raise a concern."""
    person = look(actor, reference, "people.safeguarding.change")
    form = Concern(_data(request), initial={"raised_on": timezone.localdate()})

    def work() -> str:
        safeguarding.raise_concern(actor, person.reference, **form.answers)
        return address(person, "safeguarding/")

    lead = "Those who work with the person read this. People who sign in to the record, and lists, do not."
    return case_form(request, actor, person, form, work, "What is the concern?", lead=lead)


@private("people.safeguarding.change")
def closing(request: HttpRequest, actor: Actor, reference: str, concern: str) -> HttpResponse:
    """Close a concern."""
    person = look(actor, reference, "people.safeguarding.change")
    form = CloseConcern(_data(request), initial={"closed_on": timezone.localdate()})

    def work() -> str:
        safeguarding.close_concern(actor, person.reference, concern, **form.answers)
        return address(person, "safeguarding/")

    return case_form(request, actor, person, form, work, "What came of the concern?", button="Close the concern")
