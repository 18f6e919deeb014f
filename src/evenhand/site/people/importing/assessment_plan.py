"""What would become of each row of a file of assessments. An assessment that is there is never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from evenhand.facts.care_act import KINDS as ACT_KINDS
from evenhand.facts.care_act import criteria
from evenhand.facts.errors import EvenhandError
from evenhand.site.accounts.actor import Actor
from evenhand.site.people import numbers
from evenhand.site.people.assessing.services.determining import LEAST
from evenhand.site.people.assessing.services.held import tidy
from evenhand.site.people.assessing.services.moving import AT_WORK
from evenhand.site.people.importing import dates, matching
from evenhand.site.people.importing.fields import SAID, fields, outcomes
from evenhand.site.people.importing.people_rows import short
from evenhand.site.people.importing.plan import Fate, Line, Plan
from evenhand.site.people.importing.reading import Table
from evenhand.site.people.importing.spec import Read, Spec
from evenhand.site.people.models import Assessment, Person
from evenhand.site.people.models.assessment import Depth, Kind
from evenhand.site.people.models.importing import What
from evenhand.site.people.refusals import Refused

LONG = {"own_words": 8000, "reasons": 3500, "advice": 4000, "decided_by": 200}
DECISION = ("determined_on", "eligible", "reasons", "advice", "decided_by")


def read(number: int, cells: list[str], spec: Spec, today: date) -> Read:
    """One row as the fields of an assessment, with what is wrong with it."""
    row = Read(number, cells)
    ours = fields(What.ASSESSMENTS)

    def take(key: str, work: Callable[[], Any]) -> None:
        try:
            found = work()
        except Refused as refused:
            row.say(ours[key].label, refused)
            return
        if found not in ("", None):
            row.given[key] = found

    take("nhs_number", lambda: numbers.nhs_number(spec.text(cells, "nhs_number")))
    take("council_id", lambda: short("council_id", spec.text(cells, "council_id")))
    take("kind", lambda: spec.code(cells, "kind"))
    take("depth", lambda: spec.code(cells, "depth") or Depth.FULL.value)
    take("eligible", lambda: {"yes": True, "no": False}.get(spec.code(cells, "eligible")))
    for key in ("begun_on", "determined_on"):
        take(key, lambda key=key: dates.day(spec.text(cells, key), today))  # type: ignore[misc]
    for key in (*LONG, *(key for key in ours if key.startswith(SAID))):
        take(key, lambda key=key: tidy(spec.text(cells, key), LONG.get(key, 4000)))  # type: ignore[misc]
    if not row.faults:
        row.faults.extend(_lacking(row.given))
    return row


def _lacking(given: dict[str, Any]) -> list[str]:
    """What is wrong with a row whose every cell can be read, in sentences."""
    if not {"nhs_number", "council_id"} & set(given):
        return ["There is neither an NHS number nor a council id, so nobody knows whose assessment it is."]
    if given.get("kind") not in ACT_KINDS:
        return ["It is not said whether this is an adult's or a carer's assessment."]
    if "begun_on" not in given:
        return ["The day on which it began is missing."]
    try:
        criteria(given["kind"], given["begun_on"])
    except EvenhandError as refused:
        return [f"{refused.what} Leave the row out."]
    strange = [key for key in given if key.startswith(SAID) and key.removeprefix(SAID) not in outcomes(given["kind"])]
    if strange:
        kind = Kind(given["kind"]).label.lower()
        return [f"{fields(What.ASSESSMENTS)[strange[0]].label}: a {kind} does not ask about this."]
    return _decision(given)


def _decision(given: dict[str, Any]) -> list[str]:
    if "determined_on" not in given:
        if held := [key for key in DECISION if key in given]:
            label = fields(What.ASSESSMENTS)[held[0]].label
            return [f"{label} is given, and not the day on which it was decided."]
        return []
    if given["determined_on"] < given["begun_on"]:
        return ["It was decided before it began. Look at both days."]
    if "eligible" not in given:
        return ["It is not said whether the person is eligible."]
    if len(given.get("reasons", "")) < LEAST:
        return [f"A decision needs its reasons, in at least {LEAST} letters."]
    if not given["eligible"] and len(given.get("advice", "")) < LEAST:
        return [f"Somebody who is not eligible is owed advice on what else can help: at least {LEAST} letters."]
    return []


def plan(actor: Actor, table: Table, spec: Spec, system: str, today: date, *, lock: bool = False) -> Plan:
    """Every row with what would become of it."""
    lines = [Line(read(number, cells, spec, today)) for number, cells in table.rows]
    given = [line.read.given for line in lines if not line.read.faults]
    if lock:
        matching.hold(given)
    records = matching.numbers(given, matching.ours(actor))
    for line in lines:
        if line.read.faults:
            line.reject(*line.read.faults)
            continue
        person, wrong = records.of(line.read.given)
        if wrong:
            line.reject(wrong)
        elif person is None:
            line.reject("Nobody whose record you can open has this number. Import or make the person first.")
        else:
            line.person = person
    _settle([line for line in lines if line.person is not None], system)
    return Plan(lines)


def _settle(lines: list[Line], system: str) -> None:
    """Rows of people who are there: new, the same as one that is there, or in its way."""
    held = _held({line.person.pk for line in lines if line.person})
    busy = {(one.person_id, one.kind) for several in held.values() for one in several if one.state in AT_WORK}
    used: dict[tuple[int, str, date], Line] = {}
    for line in lines:
        assert line.person is not None
        given = line.read.given
        key = (line.person.pk, given["kind"], given["begun_on"])
        if key in used:
            first = used[key]
            line.reject(f"This row is the same as row {first.number}, which is used."
                        if first.read.cells == line.read.cells
                        else f"Row {first.number} is of the same assessment, and says otherwise.")  # fmt: skip
            continue
        used[key] = line
        if there := held.get(key):
            if any(said(one) == wanted(given, system) for one in there):
                line.become(Fate.SAME)
            else:
                line.reject("There is an assessment that began on that day, and it says otherwise. It is not changed.")
        elif wrong := _in_the_way(line.person, given, busy):
            line.reject(wrong)
        else:
            line.changes = dict(given)
            line.become(Fate.NEW)
            if "determined_on" not in given:
                busy.add((line.person.pk, given["kind"]))


def _in_the_way(person: Person, given: dict[str, Any], busy: set[tuple[int, str]]) -> str:
    """As ``assessing.services.begin`` refuses; empty when nothing is in the way."""
    kind = given["kind"]
    if not (person.is_adult if kind == Kind.ADULT else person.is_carer):
        what = "an adult who may need care" if kind == Kind.ADULT else "a carer"
        return f"The record does not say that they are {what}. Change the record first."
    if "determined_on" not in given and (person.pk, kind) in busy:
        return f"A {Kind(kind).label.lower()} is at work already. Go on with that one, or stop it."
    return ""


def _held(people: set[int]) -> dict[tuple[int, str, date], list[Assessment]]:
    """The assessments that these people have, by person, kind and the day on which they began."""
    found: defaultdict[tuple[int, str, date], list[Assessment]] = defaultdict(list)
    ids = sorted(people)
    for start in range(0, len(ids), matching.CHUNK):
        rows = Assessment.objects.filter(person__in=ids[start : start + matching.CHUNK])
        for one in rows.select_related("determination").prefetch_related("answers"):
            found[one.person_id, one.kind, one.begun_on].append(one)
    return dict(found)


def wanted(given: dict[str, Any], system: str) -> dict[str, Any]:
    """What an imported assessment says, as ``said`` reads it back."""
    found: dict[str, Any] = {"depth": given["depth"], "own_words": given.get("own_words", "")}
    found |= {key: text for key, text in given.items() if key.startswith(SAID)}
    if "determined_on" in given:
        found |= {"eligible": given["eligible"], "reasons": reasons(given, system), "advice": given.get("advice", ""),
                  "determined_on": given["determined_on"]}  # fmt: skip
    return found


def said(held: Assessment) -> dict[str, Any]:
    """What an assessment says, so far as a file can say it."""
    found: dict[str, Any] = {"depth": held.depth, "own_words": held.own_words}
    found |= {f"{SAID}{one.outcome}": one.own_words for one in held.answers.all() if one.own_words}
    made = getattr(held, "determination", None)
    if made is not None:
        found |= {"eligible": made.eligible, "reasons": made.reasons, "advice": made.advice,
                  "determined_on": made.decided_on}  # fmt: skip
    return found


def reasons(given: dict[str, Any], system: str) -> str:
    """The reasons, and who decided: the determination itself names whoever imports it."""
    by = f" by {given['decided_by']}" if given.get("decided_by") else ""
    return f"{given['reasons']}\n\nDecided{by}; imported from {system}."
