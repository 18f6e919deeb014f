"""Reads for the pages of an import."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.importing import keeping
from evenhand.site.people.importing.doing import note_import
from evenhand.site.people.importing.fields import fields
from evenhand.site.people.importing.plan import FATES, Fate, Line, Plan
from evenhand.site.people.importing.services import made_plan
from evenhand.site.people.models import Import, ImportMapping
from evenhand.site.people.models.importing import OPEN, Stage

FIRST = 50  # rows of each fate on the check page
RECENT = 10


@dataclass(frozen=True)
class Mine:
    """A user's imports: those that wait, and the last that are over."""

    waiting: list[Import]
    over: list[Import]


def my_imports(actor: Actor) -> Mine:
    """The imports of this user. Those that are a day old end here."""
    keeping.sweep()
    rows = Import.objects.filter(made_by=actor.user)
    return Mine(list(rows.filter(stage__in=OPEN)), list(rows.exclude(stage__in=OPEN)[:RECENT]))


def systems() -> list[str]:
    """The source systems with a saved mapping, by name."""
    names = ImportMapping.objects.order_by("version").values_list("system", flat=True)
    return sorted({name.casefold(): name for name in names}.values(), key=str.casefold)


def imported_before(run: Import) -> Import | None:
    """The newest import of this very file, by whomever."""
    done = Import.objects.filter(digest=run.digest, what=run.what, stage=Stage.DONE)
    return done.order_by("-ended_at").first()


@dataclass(frozen=True)
class Group:
    """Rows with one fate: what it is called, how many there are, and the first of them."""

    fate: str
    title: str
    count: int
    lines: list[Line]


@dataclass(frozen=True)
class Check:
    """The check page: the plan, and its rows by fate."""

    plan: Plan
    groups: list[Group]
    rows: int

    @property
    def does(self) -> int:
        """How many rows would be written."""
        return self.plan.counts[Fate.NEW] + self.plan.counts[Fate.CHANGED]

    @property
    def waiting(self) -> int:
        """How many rows wait for a decision."""
        return self.plan.counts[Fate.DOUBLE]

    @property
    def refused(self) -> int:
        """How many rows are in the reject file."""
        return sum(self.plan.counts[fate] for fate in (Fate.REJECTED, Fate.DOUBLE, Fate.LEFT_OUT))


def check(actor: Actor, run: Import, why: str = "checked") -> Check:
    """What would become of every row now; the audit remembers that it was looked at."""
    plan = made_plan(actor, run)
    with transaction.atomic():
        note_import(actor, run, why)
    groups = [
        Group(fate.value, FATES[fate], plan.counts[fate], plan.of(fate)[:FIRST]) for fate in Fate if plan.counts[fate]
    ]
    return Check(plan, groups, len(plan.lines))


def changed_words(run: Import, line: Line) -> str:
    """Which fields of a record a row changes, in words. What the record holds now is not said: that is its own page."""
    labels = {key: field.label for key, field in fields(run.what).items()}
    own = {"born_to": "born", "is_adult": "who", "is_carer": "who"}
    return ", ".join(dict.fromkeys(labels[own.get(name, name)] for name in sorted(line.changes)))
