"""Where staff begin: their list of work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import SIGNED_IN, private
from evenhand.site.people.queries.work import MOST, work_of
from evenhand.site.people.views.frame import page


@private(SIGNED_IN)
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for this member of staff; a citizen is led to their records."""
    if not actor.role:
        return HttpResponseRedirect("/my/")
    return page(request, "work.html", {"work": work_of(actor), "most": MOST})
