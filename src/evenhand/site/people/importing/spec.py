"""How the rows of one file are read: which column fills which field, and what each of their values means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evenhand.documents.text import one_line
from evenhand.site.accounts.actor import Actor
from evenhand.site.accounts.models import Team
from evenhand.site.people.importing.fields import Field, fields
from evenhand.site.people.importing.reading import Table
from evenhand.site.people.models.importing import Import
from evenhand.site.people.refusals import Refused

MOST_VALUES = 35  # of one coded column: more are no codes
MOST_SAID = 3  # sentences on what is wrong with one row


@dataclass
class Spec:
    """``codes`` are our answers of each coded field; ``values`` say which of them each of their values is."""

    columns: Mapping[str, int]
    values: Mapping[str, Mapping[str, str]]
    codes: Mapping[str, Mapping[str, str]]
    team: str = ""  # a reference: of all new records

    def text(self, cells: list[str], key: str) -> str:
        """What a row says of a field, as it stands there; empty when no column fills it."""
        number = self.columns.get(key)
        return cells[number] if number is not None and number < len(cells) else ""

    def code(self, cells: list[str], key: str) -> str:
        """Our code for what a row says. Raises Refused for a value that nobody has given a meaning."""
        given = self.text(cells, key)
        if not given:
            return ""
        code = self.values.get(key, {}).get(given, "")
        if code not in self.codes[key]:
            raise Refused(f"Nobody has said what “{one_line(given)[:60]}” means.", "Say it on the page of values.")
        return code


@dataclass
class Read:
    """One row as our fields, and what is wrong with it, in sentences."""

    number: int
    cells: list[str]
    given: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def say(self, label: str, refused: Refused) -> None:
        """Write down what a field's reader refused."""
        if len(self.faults) < MOST_SAID:
            self.faults.append(f"{label}: {refused.what} {refused.do}".strip())


def coded(what: str, teams: Mapping[str, str]) -> dict[str, Field]:
    """The coded fields, with the answers that they have here. teams: name by reference."""
    found = {key: one for key, one in fields(what).items() if one.codes is not None}
    if "team" in found:
        held = found["team"]
        found["team"] = Field("team", held.label, held.section, held.aliases, teams, held.hint)
    return found


def teams_of(actor: Actor) -> dict[str, str]:
    """The open teams that the actor works in: name by reference."""
    found = Team.objects.filter(pk__in=actor.teams, closed_at=None).order_by("name")
    return {team.reference: team.name for team in found}


def spec_of(actor: Actor, run: Import) -> Spec:
    """How this import's rows are read, by this actor."""
    codes = {key: one.codes or {} for key, one in coded(run.what, teams_of(actor)).items()}
    return Spec(run.columns, run.values, codes, run.team)


def distinct(table: Table, column: int) -> list[str]:
    """The different values of a column, without the empty one, in order."""
    return sorted({cells[column] for _, cells in table.rows if cells[column]}, key=lambda text: (text.casefold(), text))
