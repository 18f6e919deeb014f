"""Pages of who works with a person, who may read a restricted record, and emergencies."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.models import Team
from evenhand.site.accounts.private import private
from evenhand.site.audit.services import record
from evenhand.site.people.forms.standing import Allocating, Emergency, Ending, OpenAgain, Restricting, Review
from evenhand.site.people.models import Allocation, NamedReader, Person
from evenhand.site.people.queries import look, permitted
from evenhand.site.people.queries.emergencies import emergency
from evenhand.site.people.queries.page import live_allocations
from evenhand.site.people.services import allocating, glass
from evenhand.site.people.views.frame import REFUSED, address, answered, case_form, case_page, crumbs, is_version, page


@private("people.person.allocate")
def placing(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Who works with the person. A manager may open it for somebody whom no team has yet."""
    person = permitted(actor, "people.person.allocate", reference)
    with transaction.atomic():
        record(actor.who, "people.person.allocate", f"person:{reference}", case=reference)
    ending = Ending(request.POST) if request.method == "POST" and "team" in request.POST else None
    form = ending or Allocating(request.POST if request.method == "POST" else None, places=_places())

    def work() -> str:
        if ending is not None:
            allocating.end_allocation(actor, reference, ending.answers["team"])
        else:
            team, _, worker = form.answers["place"].partition(":")
            allocating.allocate(actor, reference, team, worker)
        still = actor.may("people.person.allocate", person)
        return address(person, "allocation/") if still else "/work/"

    def draw(status: int) -> HttpResponse:
        drawn = Allocating(places=_places()) if ending is not None else form
        shown = {"form": drawn, "ending": ending or Ending(), "allocations": live_allocations(person)}
        return case_page(request, actor, person, "allocation.html", shown, here="Who works with them", status=status)

    return answered(request, actor, form, work, draw)


def _places() -> list[tuple[str, str]]:
    """Every team, and every worker in it: "reference:reference"."""
    teams = list(Team.objects.filter(closed_at=None).order_by("name"))
    found = [(team.reference, team.name) for team in teams]
    for team, user in allocating.workers(team.pk for team in teams):
        found.append((f"{team.reference}:{user.reference}", f"{team.name}: {user.name}"))
    return [("", "Choose a team or a worker"), *sorted(found, key=lambda one: one[1].casefold())]


@private("people.person.restrict")
def restricting(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Close a record to all but named readers, or name others."""
    person = look(actor, reference, "people.person.restrict")
    readers = list(
        NamedReader.objects.filter(person=person, ended_at=None).select_related("user").order_by("user__name")
    )
    teams = Allocation.objects.filter(person=person, ended_at=None).values_list("team_id", flat=True)
    staff = {user.reference: user.name for _, user in allocating.workers(teams)} | {
        one.user.reference: one.user.name for one in readers
    }
    staff.pop(actor.user.reference, None)
    begun = {"version": person.version, "readers": [one.user.reference for one in readers]}
    form = Restricting(
        request.POST if request.method == "POST" else None,
        staff=sorted(staff.items(), key=lambda one: one[1]),
        initial=begun,
    )

    def work() -> str:
        given = form.answers
        allocating.restrict(actor, person.reference, is_version(form), given.get("readers", []), given["email"])
        return address(person)

    lead = "Only the readers you name, and the auditor, can open a restricted record. Nobody else finds it."
    title = "Who may read this restricted record?" if person.restricted else "Who may read this record?"
    return case_form(request, actor, person, form, work, title, lead=lead, template="restriction.html",
                     button="Restrict the record" if not person.restricted else "Save")  # fmt: skip


@private("people.person.restrict")
def opening(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Open a restricted record to its teams again."""
    person = look(actor, reference, "people.person.restrict")
    form = OpenAgain(request.POST if request.method == "POST" else None, initial={"version": person.version})

    def work() -> str:
        allocating.open_again(actor, person.reference, is_version(form))
        return address(person)

    return case_form(request, actor, person, form, work, "Open this record to the person's teams again?",
                     button="Open it")  # fmt: skip


@private("people.glass.break")
def breaking(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open a record in an emergency: by its exact number, with a reason. There is no search."""
    actor.must("people.glass.break")
    form = Emergency(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found: Person = glass.open_in_emergency(actor, form.answers["number"], form.answers["why"])
            return HttpResponseRedirect(address(found))
        except NotPermitted:
            raise
        except EvenhandError as refused:
            form.refuse(refused)
    shown = {
        "form": form,
        "hours": int(glass.OPEN_FOR.total_seconds() // 3600),
        "crumbs": crumbs(here="In an emergency"),
    }
    return page(request, "emergency.html", shown, REFUSED if form.is_bound else 200)


@private("people.glass.view", post="people.glass.review")
def reviewing(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Look into an emergency: who opened which record, why, and what they saw; and say what was found."""
    found = emergency(actor, reference)
    if request.method == "POST":
        actor.must("people.glass.review", found.glass)
    form = Review(request.POST if request.method == "POST" else None)

    def work() -> str:
        glass.review(actor, reference, form.answers["finding"])
        return f"/work/emergencies/{reference}/"

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "found": found, "case": None, "crumbs": [*crumbs()[:1], {"text": "An emergency"}]}
        return page(request, "glass.html", shown, status)

    return answered(request, actor, form, work, draw)
