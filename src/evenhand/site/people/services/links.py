"""Who stands beside a person: adding somebody, and saying that it ended."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.models import Link
from evenhand.site.people.models.person import LinkKind
from evenhand.site.people.queries.find import exactly
from evenhand.site.people.refusals import Refused, no_such_record
from evenhand.site.people.services.opening import note, open_to


def add_link(
    actor: Actor, reference: str, kind: str, *, number: str = "", name: str = "", reached: str = "",
    began: date | None = None,
) -> Link:  # fmt: skip
    """Say that somebody stands beside a person.

    number: the council id or NHS number of somebody with a record that the actor can see; else name, and perhaps how
    they are reached. Raises NotPermitted; Refused for both or neither, for the person themselves, and for a link that
    is there already.
    """
    if kind not in LinkKind.values:
        raise Refused("There is no such way to stand beside somebody.", "Choose one from the list.", field="kind")
    if bool(number) == bool(name):
        raise Refused(
            "Write either a number or a name.", "A number where they have a record, else a name.", field="name"
        )
    with transaction.atomic():
        person = open_to(actor, "people.person.change", reference)
        link = Link(person=person, kind=kind, name=name, reached="" if number else reached, began=began)
        if number:
            found = exactly(actor, number)
            if not found:
                raise Refused(
                    "There is no record with this number that you can see.",
                    "Look at the number again, or write the name instead.", field="number",
                )  # fmt: skip
            link.other = found[0]
        _refuse_wrong(link)
        link.save(force_insert=True)
        note(actor, "people.person.change", person, f"link:{link.reference}", after=_held(link))
    return link


def end_link(actor: Actor, reference: str, link_reference: str, on: date | None = None) -> Link:
    """Say that somebody stands beside a person no more; twice is once. Raises NotPermitted, and Refused for its day."""
    with transaction.atomic():
        person = open_to(actor, "people.person.change", reference)
        link = Link.objects.select_for_update().filter(person=person, reference=link_reference).first()
        if link is None:
            raise no_such_record()
        if link.ended is None:
            ended = on or timezone.localdate()
            if link.began and ended < link.began:
                raise Refused("This is before the day on which it began.", "Look at the day again.", field="ended")
            link.ended = ended
            link.save(update_fields=["ended"])
            note(actor, "people.person.change", person, f"link:{link.reference}", before={"ended": None},
                 after={"ended": ended})  # fmt: skip
    return link


def _refuse_wrong(link: Link) -> None:
    live = Link.objects.filter(person=link.person, kind=link.kind, ended=None)
    if link.other is not None and link.other == link.person:
        raise Refused("Nobody stands beside themselves.", "Write the number of the other person.", field="number")
    same = live.filter(other=link.other) if link.other else live.filter(other=None, name__iexact=link.name)
    if same.exists():
        raise Refused("They are recorded already, in this way.", "Choose another way, or go back.", field="kind")


def _held(link: Link) -> dict[str, object]:
    return {
        "kind": str(link.kind), "other": link.other.reference if link.other else "", "name": link.name,
        "reached": link.reached, "began": link.began,
    }  # fmt: skip
