"""Pages by which staff invite citizens to a record, and read who has looked at it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.accounts.services import letters
from evenhand.site.people.forms.beside import Doing, Invite
from evenhand.site.people.models import Access
from evenhand.site.people.queries import look
from evenhand.site.people.queries import person as find_person
from evenhand.site.people.queries.looked import looked
from evenhand.site.people.services import beside
from evenhand.site.people.views.frame import address, answered, case_page
from evenhand.site.people.views.mine import before

TITLE = "Who should sign in to this record?"


@private("people.holder.invite")
def inviting(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Invite the person, or who receives the direct payment for them; end what was given."""
    person = look(actor, reference, "people.holder.invite")
    doing = Doing(request.POST) if request.method == "POST" and "do" in request.POST else None
    invite = Invite(request.POST if request.method == "POST" and doing is None else None)

    def work() -> str:
        if doing is not None:
            act = beside.take_back if doing.answers["do"] == "withdraw" else beside.end_access
            act(actor, person.reference, doing.answers["which"])
            return address(person, "invite/")
        given = invite.answers
        made, secret = beside.invite(actor, person.reference, given["standing"], given["name"], given["email"])
        letters.send(request, made, secret)
        return address(person, "invite/")

    def draw(status: int) -> HttpResponse:
        live = Access.objects.filter(person=person, ended_at=None).select_related("user").order_by("began_at")
        shown = {
            "form": doing if doing is not None and status != 200 else invite, "doing_form": doing or Doing(),
            "accesses": live, "waiting": beside.waiting(person), "title": TITLE, "button": "Send the invitation",
        }  # fmt: skip
        return case_page(request, actor, person, "invite.html", shown, here="Invite", status=status)

    return answered(request, actor, doing or invite, work, draw)


@private("people.lookers.view")
def who_looked(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Who has looked at the record. Citizens read it on a page of their own."""
    if not actor.role:
        person = find_person(actor, reference)
        actor.must("people.lookers.view", person)
        return HttpResponseRedirect(f"/my/{person.reference}/looked/")
    found = looked(actor, reference, before(request))
    return case_page(request, actor, found.person, "my/looked.html", {"looked": found}, here="Who has looked")
