"""What would become of each row of a file of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.born import may_be_same
from evenhand.site.people.importing import matching
from evenhand.site.people.importing.people_rows import read
from evenhand.site.people.importing.plan import ANOTHER, SKIP, Fate, Line, Plan, repeated
from evenhand.site.people.importing.reading import Table
from evenhand.site.people.importing.spec import Spec
from evenhand.site.people.models import Person
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.refusals import Refused
from evenhand.site.people.services.persons import CHANGEABLE, check_whole, checked

NUMBERS = (("nhs_number", "NHS number"), ("council_id", "council id"))


def plan(
    actor: Actor, table: Table, spec: Spec, decisions: Mapping[str, str], today: date, *, lock: bool = False
) -> Plan:
    """Every row with what would become of it. lock: the records that it names stay as they are until the end."""
    lines = [Line(read(number, cells, spec, today)) for number, cells in table.rows]
    twice = repeated((line.read for line in lines), NUMBERS)
    given = [line.read.given for line in lines if not line.read.faults]
    if lock:
        matching.hold(given, decisions.values())
    mine = matching.ours(actor)
    records, likely, named = matching.numbers(given, mine), matching.everybody(actor, mine), _named(actor, decisions)
    taken: dict[int, int] = {}
    for line in lines:
        if line.read.faults or line.number in twice:
            line.reject(*(line.read.faults or [twice[line.number]]))
            continue
        person, wrong = records.of(line.read.given)
        if wrong:
            line.reject(wrong)
        elif person is not None:
            _against(line, person, taken)
        else:
            _unknown(line, likely, decisions.get(str(line.number), ""), named, taken)
    return Plan(lines)


def _named(actor: Actor, decisions: Mapping[str, str]) -> dict[str, Person]:
    """The records that decisions name and that the actor may change, by reference."""
    wanted = sorted(set(decisions.values()) - {SKIP, ANOTHER})
    return {one.reference: one for one in matching.changeable(actor).filter(reference__in=wanted)}


def _unknown(
    line: Line, likely: matching.Likely, decision: str, named: Mapping[str, Person], taken: dict[int, int]
) -> None:
    """A row whose numbers no record has."""
    given = line.read.given
    born, to = given.get("born"), given.get("born_to", BornTo.UNKNOWN.value)
    place = given.get("postcode", "")
    me = matching.Known(
        given["name"], given.get("legal_name", ""), born, to, place, given.get("nhs_number", ""),
        given.get("council_id", ""), row=line.number,
    )  # fmt: skip
    line.me, line.likely = me, likely.of(me)
    if decision == SKIP:
        line.become(Fate.LEFT_OUT, "You left this row out: somebody may have a record already.")
        return
    if decision in named and decision in {one.reference for one, _ in line.likely if one.usable_for(me)}:
        _against(line, named[decision], taken)
        return
    if line.likely and decision != ANOTHER:
        line.become(Fate.DOUBLE, "There is a record, or another row, that may be of the same person. "
                    "Nobody has decided whether it is.")  # fmt: skip
        return
    if "team" not in given:
        line.reject("Team: it is not said which team works with the person.")
        return
    try:
        line.changes = checked({key: given[key] for key in given if key in CHANGEABLE})
        check_whole(_whole(Person(), line.changes))
    except Refused as refused:
        line.reject(f"{refused.what} {refused.do}".strip())
        return
    line.become(Fate.NEW)
    likely.add(me)


def _against(line: Line, person: Person, taken: dict[int, int]) -> None:
    """A row that is of a record: what of it would change."""
    given = line.read.given
    first = taken.setdefault(person.pk, line.number)
    if first != line.number:
        line.reject(f"Row {first} is of the same record. Keep one of the two.")
        return
    line.person = person
    if _another(person, given):
        line.reject("The record with this number has another name and another date of birth. Look at both.")
        return
    for name, label in NUMBERS:
        if given.get(name) and getattr(person, name) and _small(given[name]) != _small(getattr(person, name)):
            line.reject(f"The record has another {label}.")
            return
    fields = {key: value for key, value in given.items() if key in CHANGEABLE and value != getattr(person, key)}
    _keep_better(person, fields, given)
    try:
        line.changes = checked(fields)
        check_whole(_whole(person, line.changes))
    except Refused as refused:
        line.changes = {}
        line.reject(f"{refused.what} {refused.do}".strip())
        return
    line.become(Fate.CHANGED if fields else Fate.SAME)


def _keep_better(person: Person, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """What the record knows better than the file stays: more of the date of birth, and a later contact."""
    if "born" in given:
        held, new = (person.born, person.born_to), (given["born"], given["born_to"])
        known = matching.PARTS.get(BornTo(person.born_to), 0)
        if held == new or (may_be_same(held, new) and known > matching.PARTS[BornTo(new[1])]):
            fields.pop("born", None)
            fields.pop("born_to", None)
    contact = fields.get("last_contact")
    if contact is not None and person.last_contact is not None and contact < person.last_contact:
        del fields["last_contact"]
    if "council_id" in fields and _small(person.council_id) == _small(fields["council_id"]):
        del fields["council_id"]


def _another(person: Person, given: Mapping[str, Any]) -> bool:
    """Whether a record found by its number is plainly somebody else's: a digit went wrong in the file."""
    born = given.get("born"), given.get("born_to", BornTo.UNKNOWN.value)
    one = matching.Known(given["name"], given.get("legal_name", ""), None, "", "")
    held = matching.Known(person.name, person.legal_name, None, "", "")
    return not may_be_same(born, (person.born, person.born_to)) and not matching.alike(one, held)


def _whole(person: Person, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields.get(name, getattr(person, name)) for name in CHANGEABLE}


def _small(number: Any) -> str:
    return str(number or "").lower()
