"""Pages of citizens: the records they stand beside, one of them, who has looked at it, and who supports them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import SIGNED_IN, private
from evenhand.site.accounts.roles import Standing
from evenhand.site.accounts.services import letters
from evenhand.site.people.forms.beside import Doing, InviteSupporter
from evenhand.site.people.models import Access
from evenhand.site.people.queries import look, person
from evenhand.site.people.queries.looked import looked
from evenhand.site.people.queries.mine import my_page, my_records
from evenhand.site.people.services import beside
from evenhand.site.people.views.frame import answered, page


@private(SIGNED_IN)
def records(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The records that this citizen stands beside; staff are led to their work."""
    if actor.role:
        return HttpResponseRedirect("/work/")
    return page(request, "my/records.html", {"accesses": my_records(actor)})


@private("people.person.view")
def mine(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """One record, as the person or who stands beside them sees it. Staff have a page of their own."""
    if actor.role:
        return HttpResponseRedirect(f"/work/people/{person(actor, reference).reference}/")
    shown = my_page(actor, reference)
    if shown.person.reference != reference:
        return HttpResponseRedirect(f"/my/{shown.person.reference}/")
    return page(request, "my/record.html", {"shown": shown, "crumbs": _crumbs()})


@private("people.lookers.view")
def who_looked(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Who has looked at the record."""
    found = looked(actor, reference, before(request))
    shown = {"looked": found, "crumbs": _crumbs(reference, found.person.name, "Who has looked")}
    return page(request, "my/looked.html", shown)


@private("people.supporter.invite")
def supporters(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Who supports the person: what each may see, and its end."""
    whose = look(actor, reference, "people.supporter.invite")
    form = Doing(request.POST if request.method == "POST" else None)

    def work() -> str:
        which, do = form.answers["which"], form.answers["do"]
        if do == "withdraw":
            beside.take_back(actor, whose.reference, which)
        elif do == "end":
            beside.end_access(actor, whose.reference, which)
        else:
            beside.show_assessments(actor, whose.reference, which, do == "show")
        return f"/my/{whose.reference}/supporters/"

    def draw(status: int) -> HttpResponse:
        live = Access.objects.filter(person=whose, standing=Standing.SUPPORTER, ended_at=None).select_related("user")
        shown = {
            "form": form, "person": whose, "supporters": live.order_by("began_at"),
            "waiting": beside.waiting(whose, Standing.SUPPORTER),
            "crumbs": _crumbs(whose.reference, whose.name, "Who supports you"),
        }  # fmt: skip
        return page(request, "my/supporters.html", shown, status)

    return answered(request, actor, form, work, draw)


@private("people.supporter.invite")
def inviting(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Invite a supporter."""
    whose = look(actor, reference, "people.supporter.invite")
    form = InviteSupporter(request.POST if request.method == "POST" else None)

    def work() -> str:
        given = form.answers
        made, secret = beside.invite(actor, whose.reference, Standing.SUPPORTER, given["name"], given["email"])
        letters.send(request, made, secret)
        return f"/my/{whose.reference}/supporters/"

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "person": whose, "crumbs": _crumbs(whose.reference, whose.name, "Invite a supporter")}
        return page(request, "my/invite.html", shown, status)

    return answered(request, actor, form, work, draw)


def before(request: HttpRequest) -> int | None:
    """From which event of the audit the page goes on."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


def _crumbs(reference: str = "", name: str = "", here: str = "") -> list[dict[str, str]]:
    trail = [{"text": "My records", "href": "/my/"}]
    if reference:
        trail += [{"text": name, "href": f"/my/{reference}/"}, {"text": here}]
    return trail
