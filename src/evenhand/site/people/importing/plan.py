"""What would become of every row, with the records as they are now. Making a plan writes nothing.

A plan is made for the check page, and made again inside the transaction that carries it out. ``Plan.mark`` is the same
only if every row comes out the same: what was shown is what is done, or nothing is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from evenhand.site.people.importing.matching import Known
from evenhand.site.people.importing.spec import Read
from evenhand.site.people.models import Person

SKIP, ANOTHER = "skip", "new"  # decisions on a likely double; or the reference of the record that it is


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBLE = "double"  # waits for a decision
    LEFT_OUT = "left_out"  # by a decision
    REJECTED = "rejected"


FATES = {
    Fate.NEW: "New", Fate.CHANGED: "Changed", Fate.SAME: "Already the same", Fate.DOUBLE: "Waiting for your decision",
    Fate.LEFT_OUT: "Left out by you", Fate.REJECTED: "Rejected",
}  # fmt: skip


@dataclass
class Line:
    """One row: what becomes of it, why, and of whom it is. ``changes``: our fields as they will be."""

    read: Read
    fate: Fate = Fate.REJECTED
    why: list[str] = field(default_factory=list)
    person: Person | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    likely: list[tuple[Known, str]] = field(default_factory=list)
    me: Known | None = None  # whom the row names, where no record has their number

    @property
    def number(self) -> int:
        """The row, as a spreadsheet shows it."""
        return self.read.number

    @property
    def name(self) -> str:
        """The name in the file; of an assessment, the number that the person was looked up by."""
        given = self.read.given
        return str(given.get("name") or given.get("council_id") or given.get("nhs_number") or "")

    def reject(self, *why: str) -> Line:
        """This row is not imported."""
        self.fate, self.why = Fate.REJECTED, list(why)
        return self

    def become(self, fate: Fate, *why: str) -> Line:
        """This is what becomes of the row."""
        self.fate, self.why = fate, list(why)
        return self


@dataclass
class Plan:
    """Every row, in order."""

    lines: list[Line]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows have each fate; they add up to the rows."""
        held = Counter(line.fate for line in self.lines)
        return {fate.value: held[fate] for fate in Fate}

    def of(self, *fates: Fate) -> list[Line]:
        """The rows with these fates."""
        return [line for line in self.lines if line.fate in fates]

    @cached_property
    def mark(self) -> str:
        """Tells this plan from every other: what becomes of each row, and the version of the record it changes."""
        told = [
            [line.number, line.fate.value, line.person.pk if line.person else 0,
             line.person.version if line.person else 0, sorted(line.changes)]
            for line in self.lines
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def repeated(rows: Iterable[Read], keys: Iterable[tuple[str, str]]) -> dict[int, str]:
    """Rows that stand in the file twice, and what is wrong with them, by row number.

    keys: a field and its label. Of rows that are alike in every cell the first is used; where two rows give one number
    and differ, neither is: which is right, nobody knows.
    """
    held = [row for row in rows if not row.faults]
    found: dict[int, str] = {}
    for key, label in keys:
        same: defaultdict[str, list[Read]] = defaultdict(list)
        for row in held:
            if row.given.get(key):
                same[str(row.given[key]).lower()].append(row)
        for group in same.values():
            if len(group) > 1:
                found |= _clash(group, label, found)
    return found


def _clash(group: list[Read], label: str, found: dict[int, str]) -> dict[int, str]:
    first = group[0]
    if all(row.cells == first.cells for row in group):
        said = f"This row is the same as row {first.number}, which is used."
        return {row.number: said for row in group[1:] if row.number not in found}
    out = {}
    for row in group:
        if row.number not in found:
            other = next(one.number for one in group if one.number != row.number)
            out[row.number] = f"Row {other} has this {label} too, and says otherwise. Keep one of the two."
    return out
