"""Records that may be of the same person, without a word about a record that the actor cannot see.

The one exception is a number that must be unique: that it is taken shows anyway, so it is said, and whom to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.born import may_be_same
from evenhand.site.people.models import Person
from evenhand.site.people.models.person import BornTo
from evenhand.site.people.names import likeness
from evenhand.site.people.queries.find import near_names
from evenhand.site.people.queries.visible import visible
from evenhand.site.people.refusals import Refused

ALIKE = 0.9  # likeness of names, 0 to 1, from which two records may be one person's
MOST = 10


@dataclass(frozen=True)
class Double:
    """A record that may be the same person's, and why: "same NHS number"."""

    person: Person
    why: str


@dataclass
class Doubles:
    """What was found. ``taken``: the numbers that another record has, and whether the actor can see that record."""

    seen: list[Double] = field(default_factory=list)
    taken: dict[str, bool] = field(default_factory=dict)

    def refuse_taken(self) -> None:
        """Raise Refused when a number that must be unique belongs to another record."""
        for name, can_see in self.taken.items():
            label = {"nhs_number": "NHS number", "council_id": "council id"}[name]
            if can_see:
                raise Refused(f"There is a record with this {label}.", "Open that record instead.", field=name)
            raise Refused(f"There is a record with this {label} that you cannot open.", "Ask your manager.", field=name)


def doubles(actor: Actor, given: Mapping[str, Any], besides: Person | None = None) -> Doubles:
    """Records that may be of the person described. besides: the record that is being changed, which is no double."""
    found = Doubles()
    everyone = Person.objects.filter(merged_into=None)
    if besides is not None:
        everyone = everyone.exclude(pk=besides.pk)
    seen: dict[int, Double] = {}
    for name, label in (("nhs_number", "same NHS number"), ("council_id", "same council id")):
        if not given.get(name):
            continue
        same = _with_number(everyone, name, given[name]).first()
        if same is not None:
            can_see = visible(actor).filter(pk=same.pk).exists()
            found.taken[name] = can_see
            if can_see:
                seen.setdefault(same.pk, Double(same, label))
    if given.get("name"):
        for person, why in _alike(actor, given):
            if besides is None or person.pk != besides.pk:
                seen.setdefault(person.pk, Double(person, why))
    found.seen = list(seen.values())[:MOST]
    return found


def _with_number(among: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
    if name == "council_id":
        return among.annotate(council_id_lower=Lower("council_id")).filter(council_id_lower=value.lower())
    return among.filter(nhs_number=value)


def _alike(actor: Actor, given: Mapping[str, Any]) -> list[tuple[Person, str]]:
    """Visible people with a similar name and a date of birth that can be the same, or with the same postcode."""
    born = given.get("born"), given.get("born_to", BornTo.UNKNOWN)
    found = []
    for _, person in near_names(actor, given["name"]):
        alike = max(
            min(likeness(given["name"], name), likeness(name, given["name"]))
            for name in (person.name, person.legal_name or person.name)
        )
        if alike < ALIKE or not may_be_same(born, (person.born, person.born_to)):
            continue
        same_place = bool(given.get("postcode")) and person.postcode == given["postcode"]
        known = born[0] is not None and person.born is not None
        if known or same_place:
            parts = ["similar name"] + ["same or compatible date of birth"] * known + ["same postcode"] * same_place
            found.append((person, ", ".join(parts)))
    return found
