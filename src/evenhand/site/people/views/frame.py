"""What every page with a form does: send once, show again what was refused, and say where one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.people import numbers
from evenhand.site.people.born import born_words
from evenhand.site.people.forms.fields import Sheet
from evenhand.site.people.models import Person
from evenhand.site.people.once import followed, once
from evenhand.site.people.queries import case_of
from evenhand.site.people.words import doing, in_words, moment_words

REFUSED = 422  # the page comes back with the answers that cannot be taken
WORDS: dict[str, Callable[[Any], str]] = {
    "born_words": lambda person: born_words(person.born, person.born_to),
    "nhs": numbers.shown,
    "in_words": in_words,
    "moment_words": moment_words,
    "doing": doing,
}
Crumbs = list[dict[str, str]]


def answered(
    request: HttpRequest, actor: Actor, form: Sheet, work: Callable[[], str], draw: Callable[[int], HttpResponse]
) -> HttpResponse:
    """Draw the form; or, when it was sent, do its work once and go where it leads, or draw it with what is wrong.

    work: does it and returns the address that follows. draw: the page, given its status. Raises NotPermitted.
    """
    if request.method != "POST":
        return draw(200)
    token = str(request.POST.get("once", ""))
    if before := followed(actor, token):
        return HttpResponseRedirect(before)
    if not form.is_valid():
        return draw(REFUSED)
    try:
        return HttpResponseRedirect(once(actor, token, work))
    except NotPermitted:
        raise
    except EvenhandError as refused:
        form.refuse(refused)
        return draw(REFUSED)


def page(request: HttpRequest, template: str, shown: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page of ours, with the words for days, births and numbers."""
    return render(request, f"people/{template}", {**WORDS, **shown}, status=status)


def case_page(
    request: HttpRequest, actor: Actor, person: Person, template: str, more: Mapping[str, Any], *, here: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """A page of a person's record for staff: their name at its head, and the way back to it."""
    shown = {"person": person, "case": case_of(actor, person), "crumbs": crumbs(person, here), **more}
    return page(request, template, shown, status)


def case_form(
    request: HttpRequest, actor: Actor, person: Person, form: Sheet, work: Callable[[], str], title: str, **more: Any
) -> HttpResponse:
    """A page of a record with one form; ``more``: ``lead``, ``warnings``, ``button`` and the like of ``form.html``."""
    template = more.pop("template", "form.html")

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "title": title, **more}
        return case_page(request, actor, person, template, shown, here=title, status=status)

    return answered(request, actor, form, work, draw)


def crumbs(person: Person | None = None, here: str = "") -> Crumbs:
    """My work, people, the record and this page."""
    trail = [{"text": "My work", "href": "/work/"}, {"text": "People", "href": "/work/people/"}]
    if person is not None:
        trail.append({"text": person.name, "href": address(person)})
    return [*trail, {"text": here}] if here else trail


def address(person: Person | str, page: str = "") -> str:
    """The address of a record's page for staff: ``address(person, "capacity/")``."""
    reference = person if isinstance(person, str) else person.reference
    return f"/work/people/{reference}/{page}"


def is_version(form: Sheet) -> int:
    """The version of the record with which the form was opened; 0, which no record has, when it does not say."""
    return int(form.cleaned_data.get("version") or 0)
