"""One row of a file as the fields of a person's record, by the same checks as our own forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from evenhand.documents.text import one_line
from evenhand.site.people import numbers
from evenhand.site.people.born import born_from
from evenhand.site.people.forms.person import email
from evenhand.site.people.importing import dates
from evenhand.site.people.importing.fields import fields
from evenhand.site.people.importing.spec import Read, Spec
from evenhand.site.people.models import Person
from evenhand.site.people.models.importing import What
from evenhand.site.people.refusals import Refused

ONE_LINE = ("legal_name", "council_id", "phone", "contact_note", "language", "moved_to")
DAYS = ("died", "moved", "last_contact")
CODES = ("contact_by", "reason")


def read(number: int, cells: list[str], spec: Spec, today: date) -> Read:
    """The row. An empty cell gives nothing: it changes nothing in a record that is there."""
    row = Read(number, cells)

    def take(key: str, work: Callable[[], Any]) -> None:
        try:
            found = work()
        except Refused as refused:
            row.say(fields(What.PEOPLE)[key].label, refused)
            return
        if found not in ("", None):
            row.given[key] = found

    take("name", lambda: short("name", _name(cells, spec)))
    for key in ONE_LINE:
        take(key, lambda key=key: short(key, one_line(spec.text(cells, key))))  # type: ignore[misc]
    take("nhs_number", lambda: numbers.nhs_number(spec.text(cells, "nhs_number")))
    take("postcode", lambda: numbers.postcode(spec.text(cells, "postcode")))
    take("email", lambda: short("email", email(one_line(spec.text(cells, "email")))))
    lines = [one_line(spec.text(cells, key)) for key in ("address", "address_2", "address_3")]
    take("address", lambda: short("address", ", ".join(line for line in lines if line)))
    for key in DAYS:
        take(key, lambda key=key: dates.day(spec.text(cells, key), today))  # type: ignore[misc]
    for key in CODES:
        take(key, lambda key=key: spec.code(cells, key))  # type: ignore[misc]
    take("interpreter", lambda: {"yes": True, "no": False}.get(spec.code(cells, "interpreter")))
    take("who", lambda: spec.code(cells, "who"))
    take("team", lambda: spec.code(cells, "team") or spec.team)
    take("born", lambda: _born(spec.text(cells, "born"), today))
    _settle(row)
    return row


def _settle(row: Read) -> None:
    """What stands in two fields of the record; and what a row must have."""
    if "born" in row.given:
        row.given["born"], row.given["born_to"] = row.given["born"]
    if who := row.given.pop("who", ""):
        row.given |= {"is_adult": who != "carer", "is_carer": who != "adult"}
    if not row.faults and "name" not in row.given:
        row.faults.append("The name is missing.")
    if not row.faults and not {"nhs_number", "council_id"} & set(row.given):
        row.faults.append("There is neither an NHS number nor a council id, so the row cannot be told from others.")


def _name(cells: list[str], spec: Spec) -> str:
    whole = one_line(spec.text(cells, "name"))
    return whole or one_line(f"{spec.text(cells, 'first_name')} {spec.text(cells, 'last_name')}")


def short(key: str, text: str) -> str:
    """A text that fits its field of the record. Raises Refused for one that is too long."""
    most = int(getattr(Person._meta.get_field(key), "max_length", 0) or 0)
    if len(text) > most:
        raise Refused(f"This has {len(text)} letters; at most {most} fit.", "Shorten it.")
    return text


def _born(text: str, today: date) -> tuple[date, str] | None:
    day, month, year = dates.parts(text)
    if day and month and year:
        dates.real((day, month, year))  # says so when day and month look swapped
    born, to = born_from(day, month, year, today)
    if born == dates.PLACEHOLDER and day:
        raise Refused("1 January 1900 stands for “not known” in many systems.", "Leave the cell empty.")
    return (born, str(to.value)) if born else None
