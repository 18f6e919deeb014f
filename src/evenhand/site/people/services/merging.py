"""Making two records of one person into one, and undoing it.

What belongs to the record that goes is moved to the one that is kept: every row of every table that leads to a person,
found through the models, so that a table of a later app is moved too. A row that would stand there twice (the same
team, link or reader) stays with the record that goes; a contradiction is refused, and said. What was moved, and the
kept record's fields as they were, are written into the ``Merge``: undoing puts every row back where it was.
Only ``version`` never goes back: a page that was opened in between must not overwrite anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.models import (
    Access,
    Allocation,
    Assessment,
    ErasureRequest,
    Link,
    Merge,
    NamedReader,
    NameGram,
    Person,
    SafeguardingConcern,
)
from evenhand.site.people.models.assessment import Kind, State
from evenhand.site.people.queries.visible import visible
from evenhand.site.people.refusals import Refused, Stale, no_such_record
from evenhand.site.people.services.opening import note, open_to
from evenhand.site.people.services.persons import index_names

VERB = "people.person.merge"
# What a manager chooses one of; each is one answer on the page. Those in brackets go together.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("name",), "legal_name": ("legal_name",), "nhs_number": ("nhs_number",), "council_id": ("council_id",),
    "born": ("born", "born_to"), "reason": ("reason",), "phone": ("phone",), "email": ("email",),
    "address": ("address", "postcode"), "contact": ("contact_by", "contact_note"),
    "language": ("language", "interpreter"), "formats": ("formats",), "died": ("died",), "moved": ("moved", "moved_to"),
}  # fmt: skip
EITHER = ("restricted", "safeguarding", "is_adult", "is_carer")  # stands for the one when it stood for either
AT_WORK = (State.OPEN, State.WITH_PERSON, State.TO_DETERMINE)
NOT_MOVED = (Merge, NameGram, Person, ErasureRequest)


@dataclass(frozen=True)
class Two:
    """Two records that may become one."""

    kept: Person
    gone: Person


def merge(
    actor: Actor, kept: str, gone: str, versions: tuple[int, int], choices: Mapping[str, str], why: str
) -> Merge:  # fmt: skip
    """Make two records one. The actor manages both.

    versions: of the kept record and the other when the page was opened. choices: for each answer of ``CHOICES`` that
    differs, "kept" or "gone". Raises NotPermitted, Stale, and Refused with what stands against it.
    """
    if not why.strip():
        raise Refused("It is not said why these are one person's.", "Write how you know.", field="why")
    with transaction.atomic():
        first, second = sorted((kept, gone))  # always locked in one order: two merges at once must not wait for ever
        held = {reference: open_to(actor, VERB, reference) for reference in (first, second)}
        two = Two(held[kept], held[gone])
        if (two.kept.version, two.gone.version) != versions:
            raise Stale
        if stands_against := contradictions(two):
            raise Refused(stands_against[0], "Settle it in the records first.")
        moved, stayed = _move(two)
        wanted = _fields(two, choices)
        before = {name: getattr(two.kept, name) for name in wanted if getattr(two.kept, name) != wanted[name]}
        after = {name: wanted[name] for name in before}
        two.gone.merged_into = two.kept
        two.gone.version += 1
        two.gone.save(update_fields=["merged_into", "version"])
        for name, value in after.items():
            setattr(two.kept, name, value)
        two.kept.version += 1
        two.kept.save(update_fields=[*after, "version"])
        index_names(two.kept)
        made = Merge.objects.create(
            kept=two.kept, gone=two.gone, why=why.strip()[:500], made_by=actor.user,
            moved={"rows": moved, "stayed": stayed, "before": _plain(before), "after": _plain(after)},
        )  # fmt: skip
        subject = f"merge:{made.reference}"
        note(actor, VERB, two.kept, subject, why="merged", before=before, after={**after, "moved": moved})
        note(actor, VERB, two.gone, subject, why="merged", after={"merged_into": two.kept.reference})
    return made


def undo(actor: Actor, reference: str) -> Merge:
    """Take two records apart again, every row where it was. Raises NotPermitted, and Refused with what came between."""
    with transaction.atomic():
        made = Merge.objects.select_for_update().select_related("kept", "gone").filter(reference=reference).first()
        if made is None:
            raise no_such_record()
        kept = open_to(actor, VERB, made.kept.reference) if made.kept.merged_into_id is None else None
        if made.undone_at is not None:
            raise Refused("This was undone already.", "Go back to the record.")
        if kept is None:
            if visible(actor).filter(pk=_last(made.kept).pk).exists():
                raise Refused("The record that was kept was itself merged later.", "Undo that first.")
            raise no_such_record()
        if between := came_between(made, kept):
            raise Refused(between[0], "Put that back first, or correct the records by hand.")
        gone = Person.objects.select_for_update().get(pk=made.gone_id)
        try:
            with transaction.atomic():
                _put_back(made, kept, gone)
        except IntegrityError:
            raise Refused(
                "Something was added since that both records cannot have.", "Look at the links, teams and readers."
            ) from None
        made.undone_at, made.undone_by = timezone.now(), actor.user
        made.save(update_fields=["undone_at", "undone_by"])
        subject = f"merge:{made.reference}"
        note(actor, VERB, kept, subject, why="undone", before=made.moved["after"], after=made.moved["before"])
        note(actor, VERB, gone, subject, why="undone")
    return made


def contradictions(two: Two) -> list[str]:
    """What stands against making these records one, in sentences; empty when nothing does."""
    found = []
    if two.kept == two.gone:
        return ["These are the same record."]
    at_work = [
        set(Assessment.objects.filter(person=one, state__in=AT_WORK).values_list("kind", flat=True))
        for one in (two.kept, two.gone)
    ]
    for kind in sorted(at_work[0] & at_work[1]):
        found.append(f"Both records have an assessment at work: {Kind(kind).label.lower()}. Finish or stop one.")
    live = [
        dict(Access.objects.filter(person=one, ended_at=None).values_list("user", "standing"))
        for one in (two.kept, two.gone)
    ]
    if any(live[0][user] != live[1][user] for user in live[0].keys() & live[1].keys()):
        found.append("Somebody signs in to both records in different ways. End one of these.")
    holders = [{user for user, standing in one.items() if standing == "holder"} for one in live]
    if holders[0] and holders[1] and holders[0] != holders[1]:
        found.append("Both records have a budget holder who signs in, with two accounts. End one of these.")
    if ErasureRequest.objects.filter(person__in=[two.kept, two.gone], confirmed_at=None, withdrawn_at=None).exists():
        found.append("Somebody asked for one of these records to be erased. Decide on that first.")
    return found


def differing(two: Two) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The answers in which the records differ: for each, the fields as the kept one and the other have them."""
    found = {}
    for answer, names in CHOICES.items():
        values = tuple({name: getattr(one, name) for name in names} for one in (two.kept, two.gone))
        if values[0] != values[1]:
            found[answer] = (values[0], values[1])
    return found


def came_between(made: Merge, kept: Person) -> list[str]:
    """What happened since a merge that stands against undoing it, in sentences."""
    found = []
    now = _plain({name: getattr(kept, name) for name in made.moved["after"]})
    if changed := sorted(name for name, value in now.items() if value != made.moved["after"][name]):
        found.append(f"The record was changed since, in what the merge had set: {', '.join(changed)}.")
    for label, ids in made.moved["rows"].items():
        model, field = _row(label)
        if model._default_manager.filter(pk__in=ids, **{field: kept.pk}).count() != len(ids):
            found.append(f"Some of what was moved is with this record no more ({model._meta.verbose_name}).")
    back = {**{name: getattr(kept, name) for name in ("nhs_number", "council_id")}, **made.moved["before"]}
    others = Person.objects.filter(merged_into=None).exclude(pk=kept.pk)
    for one in (back, {"nhs_number": made.gone.nhs_number, "council_id": made.gone.council_id}):
        if one["nhs_number"] and others.filter(nhs_number=one["nhs_number"]).exists():
            found.append("The NHS number that would come back is another record's now.")
        if one["council_id"] and others.filter(council_id__iexact=one["council_id"]).exists():
            found.append("The council id that would come back is another record's now.")
    return found


def _fields(two: Two, choices: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the one record: as chosen; what must stand for either; the later contact; both holds."""
    wanted: dict[str, Any] = {}
    for answer, (of_kept, of_gone) in differing(two).items():
        if choices.get(answer) not in ("kept", "gone"):
            raise Refused("It is not said which answer is kept.", "Choose one.", field=answer)
        wanted |= of_gone if choices[answer] == "gone" else of_kept
    for name in EITHER:
        wanted[name] = getattr(two.kept, name) or getattr(two.gone, name)
    contacts = [day for day in (two.kept.last_contact, two.gone.last_contact) if day]
    wanted["last_contact"] = max(contacts, default=None)
    holds = dict.fromkeys(hold for hold in (two.kept.hold, two.gone.hold) if hold)
    wanted["hold"] = "; ".join(holds)[:500]
    born, died = wanted.get("born", two.kept.born), wanted.get("died", two.kept.died)
    if born and died and died < born:
        raise Refused("The person would have died before they were born.", "Choose other days.", field="died")
    return wanted


def _leads() -> list[models.ForeignKey[Any, Any]]:
    """Every foreign key, of any app, that leads to a person and moves with a merge."""
    return [
        field
        for model in apps.get_models()
        if model not in NOT_MOVED
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Person
    ]


def _move(two: Two) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Move every row; by table and column, the ids that moved and those that stayed because they would stand twice."""
    moved: dict[str, list[int]] = {}
    stayed: dict[str, list[int]] = {}
    for lead in _leads():
        rows = lead.model._default_manager.filter(**{lead.name: two.gone}).order_by("pk")
        twice = [row.pk for row in rows if _stands_twice(row, lead.name, two)]
        going = [row.pk for row in rows if row.pk not in twice]
        label = f"{lead.model._meta.label}.{lead.name}"
        if going:
            moved[label] = going
            lead.model._default_manager.filter(pk__in=going).update(**{lead.name: two.kept})
        if twice:
            stayed[label] = twice
    return moved, stayed


def _stands_twice(row: Any, field: str, two: Two) -> bool:
    """Whether the kept record has this row already, so that it stays where it is."""
    of_kept = {field: two.kept}
    if isinstance(row, Link):
        person, other = (two.kept.pk, row.other_id) if field == "person" else (row.person_id, two.kept.pk)
        same = (
            Link.objects.filter(person=person, kind=row.kind, other=other, ended=None) if other else Link.objects.none()
        )
        return person == other or (row.ended is None and same.exists())
    if isinstance(row, Allocation):
        return row.ended_at is None and Allocation.objects.filter(**of_kept, team=row.team, ended_at=None).exists()
    if isinstance(row, Access | NamedReader):
        return row.ended_at is None and type(row).objects.filter(**of_kept, user=row.user, ended_at=None).exists()
    return False


def _put_back(made: Merge, kept: Person, gone: Person) -> None:
    for label, ids in made.moved["rows"].items():
        model, field = _row(label)
        model._default_manager.filter(pk__in=ids).update(**{field: gone.pk})
    for name, value in made.moved["before"].items():
        setattr(kept, name, _typed(name, value))
    kept.version += 1
    kept.save(update_fields=[*made.moved["before"], "version"])
    gone.merged_into = None
    gone.version += 1
    gone.save(update_fields=["merged_into", "version"])
    index_names(kept)
    for one in (kept, gone):  # a concern that was closed in between is closed in the record that it went back to
        concerns = SafeguardingConcern.objects.filter(person=one)
        if one.safeguarding and concerns.exists() and not concerns.filter(closed_on=None).exists():
            Person.objects.filter(pk=one.pk).update(safeguarding=False)


def _row(label: str) -> tuple[type[models.Model], str]:
    model, _, field = label.rpartition(".")
    return apps.get_model(model), field


def _last(person: Person) -> Person:
    while person.merged_into is not None:
        person = person.merged_into
    return person


def _plain(held: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON keeps them."""
    encode = DjangoJSONEncoder().default
    return {name: encode(value) if isinstance(value, date) else value for name, value in held.items()}


def _typed(name: str, value: Any) -> Any:
    field = Person._meta.get_field(name)
    assert isinstance(field, models.Field)
    return value if name == "formats" else field.to_python(value)
