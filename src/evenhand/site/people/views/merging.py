"""Pages of making two records of one person into one, and of undoing it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evenhand.facts.people import needs
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.private import private
from evenhand.site.people import numbers
from evenhand.site.people.born import born_words
from evenhand.site.people.forms.standing import Another, Joining, Undoing
from evenhand.site.people.models import Merge, Person
from evenhand.site.people.models.person import ContactBy, Reason
from evenhand.site.people.queries import look
from evenhand.site.people.queries.find import exactly
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services import merging
from evenhand.site.people.views.frame import address, answered, case_page, is_version
from evenhand.site.people.words import in_words

VERB = "people.person.merge"
LABELS = {
    "name": "Name", "legal_name": "Name for letters and banks", "nhs_number": "NHS number", "council_id": "Council id",
    "born": "Date of birth", "reason": "Primary support reason", "phone": "Phone", "email": "Email",
    "address": "Address", "contact": "How they prefer to be reached", "language": "Language",
    "formats": "What they need to communicate", "died": "Died", "moved": "Moved away",
}  # fmt: skip


@private(VERB)
def choosing(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Which other record is of the same person; and earlier merges of this one, which can be undone."""
    person = look(actor, reference, VERB)
    undoing = Undoing(request.POST) if request.method == "POST" and "merge" in request.POST else None
    form = undoing or Another(request.POST if request.method == "POST" else None)

    def work() -> str:
        if undoing is not None:
            made = merging.undo(actor, undoing.answers["merge"])
            return address(made.kept)
        found = exactly(actor, form.answers["number"])
        if not found:
            raise Refused(
                "There is no record with this number that you can see.", "Look at the number again.", field="number"
            )
        return address(person, f"merge/{found[0].reference}/")

    def draw(status: int) -> HttpResponse:
        merges = (
            Merge.objects.filter(kept=person, undone_at=None).select_related("gone", "made_by").order_by("-made_at")
        )
        shown = {"form": form if undoing is None else Another(), "undoing": undoing or Undoing(), "merges": merges,
                 "refused": undoing is not None and status != 200}  # fmt: skip
        return case_page(request, actor, person, "merge.html", shown, here="Merge", status=status)

    return answered(request, actor, form, work, draw)


@private(VERB)
def joining(request: HttpRequest, actor: Actor, reference: str, other: str) -> HttpResponse:
    """Both records side by side, and which of their answers is kept."""
    person, gone = look(actor, reference, VERB), look(actor, other, VERB)
    if (person.reference, gone.reference) != (reference, other):
        return HttpResponseRedirect(address(person, "merge/"))
    two = merging.Two(person, gone)
    differing = merging.differing(two)
    answers = {name: (LABELS[name], _said(name, person), _said(name, gone)) for name in differing}
    begun: dict[str, Any] = {"version": person.version, "gone_version": gone.version}
    begun |= {name: "kept" if _said(name, person) else "gone" for name in differing}
    form = Joining(request.POST if request.method == "POST" else None, answers=answers, initial=begun)

    def work() -> str:
        versions = is_version(form), int(form.cleaned_data.get("gone_version") or 0)
        merging.merge(actor, person.reference, gone.reference, versions, form.answers, form.answers["why"])
        return address(person)

    same = {LABELS[name]: _said(name, person) for name in merging.CHOICES if name not in differing}

    def draw(status: int) -> HttpResponse:
        shown = {
            "form": form,
            "other": gone,
            "against": merging.contradictions(two),
            "same": same,
            "names": list(answers),
        }
        return case_page(request, actor, person, "merging.html", shown, here="Merge", status=status)

    return answered(request, actor, form, work, draw)


def _said(answer: str, person: Person) -> str:
    """How a record answers, in words."""
    match answer:
        case "nhs_number":
            return numbers.shown(person.nhs_number)
        case "born":
            return born_words(person.born, person.born_to) if person.born else ""
        case "reason":
            return "" if person.reason == Reason.UNKNOWN else str(person.get_reason_display())
        case "address":
            return ", ".join(part for part in (person.address, person.postcode) if part)
        case "contact":
            return ": ".join(
                part
                for part in (ContactBy(person.contact_by).label if person.contact_by else "", person.contact_note)
                if part
            )
        case "language":
            return f"{person.language}{', with an interpreter' if person.interpreter else ''}"
        case "formats":
            return "; ".join(needs()[code].words for code in person.formats if code in needs())
        case "died":
            return in_words(person.died)
        case "moved":
            return " to ".join(part for part in (in_words(person.moved), person.moved_to) if part)
    return str(getattr(person, answer) or "")
