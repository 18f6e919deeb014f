"""Which records the rows of a file are of: by their numbers, and those that may be the same person's.

The likely doubles are those of ``queries.doubles``, found for thousands of rows at once: records are laid out by date
of birth and postcode, and only names that meet there are compared. A test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.roles import Role
from evenhand.site.people.born import may_be_same
from evenhand.site.people.models import Allocation, NamedReader, Person
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.names import likeness
from evenhand.site.people.queries.doubles import ALIKE
from evenhand.site.people.queries.visible import visible

CHUNK = 500
PARTS = {BornTo.DAY: 3, BornTo.MONTH: 2, BornTo.YEAR: 1}  # of a date of birth, as far as it is known
CANNOT_OPEN = "A record that you cannot open has this number."
MERGED = "The record with this number was merged into another. Give that record's number, or leave the row out."


@dataclass
class Numbers:
    """Live records by NHS number and by council id in small letters; and what became of numbers that were merged away.

    ``merged`` gives for such a number the id of the record that was kept.
    """

    by_nhs: dict[str, Person]
    by_council: dict[str, Person]
    merged: dict[str, int]
    mine: Set[int]  # ids of those that the actor may change

    def of(self, given: Mapping[str, Any]) -> tuple[Person | None, str]:
        """The record of a row and "", None and "" when there is none, or None and why the row cannot be used."""
        nhs, council = given.get("nhs_number", ""), str(given.get("council_id", "")).lower()
        first, second = self.by_nhs.get(nhs), self.by_council.get(council)
        if any(one is not None and one.pk not in self.mine for one in (first, second)):
            return None, CANNOT_OPEN
        if first is not None and second is not None and first != second:
            return None, "The NHS number is of one record and the council id of another."
        found = first or second
        if found is None:
            kept = self.merged.get(nhs) or self.merged.get(council)
            if kept is None:
                return None, ""
            return None, MERGED if kept in self.mine else CANNOT_OPEN
        if nhs and found.nhs_number and found.nhs_number != nhs:
            return None, "The record with this council id has another NHS number."
        if council and found.council_id and found.council_id.lower() != council:
            return None, "The record with this NHS number has another council id."
        return found, ""


def changeable(actor: Actor) -> QuerySet[Person]:
    """The people whose record the actor may change: ``people.person.change`` as SQL. Without those that were erased."""
    if actor.role not in (Role.PRACTITIONER, Role.TEAM_MANAGER) or not actor.user.is_active:
        return Person.objects.none()
    of_person = Q(person=OuterRef("pk"), ended_at=None)
    ours = Exists(Allocation.objects.filter(of_person, team_id__in=actor.teams))
    named = Exists(NamedReader.objects.filter(of_person, user=actor.user))
    return Person.objects.filter(ours, Q(restricted=False) | Q(named), merged_into=None, erased_at=None)


def ours(actor: Actor) -> Set[int]:
    """The ids of all whose record the actor may change: asked once, for a file names thousands."""
    return set(changeable(actor).values_list("pk", flat=True))


def hold(given: Iterable[Mapping[str, Any]], references: Iterable[str] = ()) -> None:
    """Lock the records that rows or decisions name until the transaction ends.

    Always in one order, and before anything else is locked: two imports at once must not wait for each other for ever.
    """
    ids = {held.pk for held in _named(given)}
    for some in _chunks(sorted(set(references))):
        ids |= set(Person.objects.filter(reference__in=some).values_list("pk", flat=True))
    for some in _chunks(sorted(ids)):
        list(Person.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))


def numbers(given: Iterable[Mapping[str, Any]], mine: Set[int]) -> Numbers:
    """The records that these rows name. mine: the ids of those that the actor may change (``ours``)."""
    found = Numbers({}, {}, {}, mine)
    for held in _named(given):
        gone = {held.nhs_number or "", (held.council_id or "").lower()} - {""}
        if held.merged_into_id is not None:
            found.merged |= dict.fromkeys(gone, held.merged_into_id)
            continue
        if held.nhs_number:
            found.by_nhs[held.nhs_number] = held
        if held.council_id:
            found.by_council[held.council_id.lower()] = held
    return found


def _named(given: Iterable[Mapping[str, Any]]) -> Iterator[Person]:
    """The records, merged ones too, with a number that a row gives; some of them twice."""
    rows = list(given)
    yield from _by("nhs_number", {one["nhs_number"] for one in rows if one.get("nhs_number")})
    yield from _by("council_id", {one["council_id"] for one in rows if one.get("council_id")})


def _by(name: str, wanted: set[str]) -> Iterator[Person]:
    for some in _chunks(sorted(wanted)):
        rows = Person.objects.order_by("pk")
        if name == "council_id":
            small = [text.lower() for text in some]
            rows = rows.annotate(small=Lower("council_id")).filter(Q(small__in=small) | Q(council_id__in=some))
        else:
            rows = rows.filter(nhs_number__in=some)
        yield from rows


def _chunks(held: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(held), CHUNK):
        yield held[start : start + CHUNK]


@dataclass(frozen=True)
class Known:
    """Somebody whom a row may be: a record by its reference, or an earlier row of the file by its number.

    ``ours``: the actor may change the record.
    """

    name: str
    legal_name: str
    born: date | None
    born_to: str
    postcode: str
    nhs_number: str = ""
    council_id: str = ""
    reference: str = ""
    row: int = 0
    ours: bool = False

    def usable_for(self, row: Known) -> bool:
        """Whether a row can be of this record: it may be changed, and has no other number than the row gives."""
        pairs = ((self.nhs_number, row.nhs_number), (self.council_id.lower(), row.council_id.lower()))
        return self.ours and all(not held or not given or held == given for held, given in pairs)


class Likely:
    """Everybody whom a row may be, laid out by date of birth and postcode."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._held: defaultdict[tuple[object, ...], list[Known]] = defaultdict(list)
        for one in known:
            self.add(one)

    def add(self, one: Known) -> None:
        """One more, for the rows that follow."""
        if one.born is not None:
            upto = _upto(one.born, one.born_to)
            for known in range(1, len(upto) + 1):
                self._held["born", one.born_to, *upto[:known]].append(one)
        if one.postcode:
            self._held["place", one.postcode].append(one)

    def of(self, row: Known) -> list[tuple[Known, str]]:
        """Those whom a row may be, and why, as ``queries.doubles`` says it."""
        near: dict[Known, None] = {}
        if row.born is not None:
            for key in self._births(row.born, row.born_to):
                near |= dict.fromkeys(self._held.get(key, ()))
        if row.postcode:
            near |= dict.fromkeys(self._held.get(("place", row.postcode), ()))
        found = []
        for one in near:
            if not may_be_same((row.born, row.born_to), (one.born, one.born_to)) or not alike(row, one):
                continue
            known = row.born is not None and one.born is not None
            place = bool(row.postcode) and one.postcode == row.postcode
            parts = ["similar name"] + ["same or compatible date of birth"] * known + ["same postcode"] * place
            found.append((one, ", ".join(parts)))
        return found

    def _births(self, born: date, to: str) -> Iterator[tuple[object, ...]]:
        """Where those stand whose date of birth can be this one: alike as far as both are known."""
        wanted = _upto(born, to)
        for other in (BornTo.DAY, BornTo.MONTH, BornTo.YEAR):
            yield "born", other.value, *wanted[: PARTS[other]]


def alike(one: Known, other: Known) -> bool:
    """Whether two names may be one person's."""
    names = {other.name, other.legal_name or other.name}
    return any(min(likeness(one.name, name), likeness(name, one.name)) >= ALIKE for name in names)


def _upto(born: date, to: str) -> tuple[int, ...]:
    """A date of birth as far as it is known: year, month, day."""
    whole = (born.year, born.month, born.day)
    return whole[: PARTS[BornTo(to)]]


def everybody(actor: Actor, mine: Set[int]) -> Likely:
    """All whom the actor can see. mine: the ids of those whose record they may change (``ours``)."""
    rows = visible(actor).filter(erased_at=None).order_by("pk").values_list(
        "name", "legal_name", "born", "born_to", "postcode", "nhs_number", "council_id", "reference", "pk"
    )  # fmt: skip
    return Likely(
        Known(name, legal, born, to, place, nhs or "", council or "", reference, ours=pk in mine)
        for name, legal, born, to, place, nhs, council, reference, pk in rows
    )
