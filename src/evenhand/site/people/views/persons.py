"""Finding people, a new record, the record's page, and changing a part of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.models import Team
from evenhand.site.accounts.private import private
from evenhand.site.people.forms.find import Find
from evenhand.site.people.forms.person import PARTS, New, begun
from evenhand.site.people.models import Person
from evenhand.site.people.queries import look
from evenhand.site.people.queries import person as find_person
from evenhand.site.people.queries.doubles import Doubles, doubles
from evenhand.site.people.queries.find import MOST, find
from evenhand.site.people.queries.page import person_page
from evenhand.site.people.services import persons
from evenhand.site.people.views.frame import REFUSED, address, answered, case_form, case_page, crumbs, is_version, page


@private("people.person.find")
def finding(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The search. What is searched for is personal data: it is posted, and stands in no address and no log."""
    actor.must("people.person.find")
    form = Find(request.POST if request.method == "POST" else None)
    found: list[Person] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found = find(actor, form.cleaned_data["asked"])
        except NotPermitted:
            raise
        except EvenhandError as refused:
            form.refuse(refused)
    status = REFUSED if form.is_bound and form.errors else 200
    shown = {"form": form, "found": found, "most": MOST, "crumbs": [*crumbs()[:1], {"text": "People"}]}
    return page(request, "find.html", shown, status)


@private("people.person.make")
def making(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new record. Likely doubles are shown before anything is saved."""
    actor.must("people.person.make")
    teams = [(team.reference, team.name) for team in Team.objects.filter(pk__in=actor.teams).order_by("name")]
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and len(teams) == 1:
        data["team"] = teams[0][0]
    form = New(data, teams=teams)

    def work() -> str:
        given = form.answers
        another, team = given.pop("another"), given.pop("team")
        return address(persons.make(actor, given, team, another=another))

    def draw(status: int) -> HttpResponse:
        found = _likely(actor, form) if status == REFUSED else Doubles()
        shown = {"form": form, "doubles": found.seen, "teams": teams, "crumbs": crumbs(here="A new record")}
        return page(request, "new.html", shown, status)

    return answered(request, actor, form, work, draw)


def _likely(actor: Actor, form: New) -> Doubles:
    if "name" not in getattr(form, "cleaned_data", {}):
        return Doubles()
    clean = form.cleaned_data
    held: dict[str, Any] = {
        str(name): clean[name] for name in ("name", "nhs_number", "council_id", "postcode") if name in clean
    }
    if clean.get("born"):
        held["born"], held["born_to"] = clean["born"]
    return doubles(actor, held)


@private("people.person.view")
def showing(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """A person's record: what must be seen at once first. The address of a merged record leads to the one kept.

    Citizens have a page of their own: this one shows what is for staff.
    """
    if not actor.role:
        return HttpResponseRedirect(f"/my/{find_person(actor, reference).reference}/")
    shown = person_page(actor, reference)
    if shown.person.reference != reference:
        return HttpResponseRedirect(address(shown.person))
    return case_page(request, actor, shown.person, "person.html", {"shown": shown})


@private("people.person.change")
def changing(request: HttpRequest, actor: Actor, reference: str, part: str) -> HttpResponse:
    """Change one part of a record."""
    if part not in PARTS:
        raise Http404
    person = look(actor, reference, "people.person.change")
    kind = PARTS[part]
    form = kind(request.POST) if request.method == "POST" else kind(initial=begun(person, kind))

    def work() -> str:
        return address(persons.change(actor, person.reference, is_version(form), form.answers))

    title = kind.title  # type: ignore[attr-defined]
    return case_form(request, actor, person, form, work, title)
