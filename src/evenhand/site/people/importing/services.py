"""The verbs of an import: begin, choose the sheet, the columns and the values, decide on doubles, do it, give it up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evenhand.site.accounts.actor import Actor, NotPermitted
from evenhand.site.accounts.references import fresh_reference
from evenhand.site.audit.services import record
from evenhand.site.people.importing import assessment_plan, guessing, keeping, people_plan, reading
from evenhand.site.people.importing.doing import carry_out, note_import
from evenhand.site.people.importing.fields import fields
from evenhand.site.people.importing.plan import ANOTHER, SKIP, Fate, Plan
from evenhand.site.people.importing.spec import MOST_VALUES, coded, distinct, spec_of, teams_of
from evenhand.site.people.models import Import, ImportMapping
from evenhand.site.people.models.importing import OPEN, Stage, What
from evenhand.site.people.refusals import Refused, Stale

IMPORT = "people.import"
MOST_OPEN = 5  # files of one user that wait at once


def mine(actor: Actor, reference: str, *, lock: bool = False) -> Import:
    """One import of this user. Raises NotPermitted alike for one that is not there and for somebody else's.

    An import whose file has gone is over.
    """
    actor.must(IMPORT)
    rows = Import.objects.select_for_update() if lock else Import.objects
    found = rows.filter(reference=reference, made_by=actor.user).first()
    if found is None:
        raise NotPermitted("There is no such import, or it is somebody else's.", do="Go back to your imports.")
    if found.stage in OPEN and not keeping.folder(reference).is_dir():
        found.stage, found.ended_at = Stage.EXPIRED, timezone.now()
        found.save(update_fields=["stage", "ended_at"])
    return found


def begin(actor: Actor, what: str, system: str, file_name: str, raw: bytes) -> Import:
    """Keep a file and look at it. Raises NotPermitted, and Refused for a file that is no list of ours."""
    actor.must(IMPORT)
    if what not in What.values or not system:
        raise Refused("The page was not complete when you sent it.", "Open the page again and fill it in.")
    if Import.objects.filter(made_by=actor.user, stage__in=OPEN).count() >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} files of yours wait already.", "Finish or give up one of them first.", field="file")
    reference = fresh_reference()
    try:
        path = keeping.keep(reference, raw)
        held = reading.sheets(path)
        with transaction.atomic():
            run = Import.objects.create(
                reference=reference, what=what, system=system, file_name=file_name, stage=Stage.SHEET, sheets=held,
                digest=hashlib.sha256(raw).hexdigest(), made_by=actor.user,
            )  # fmt: skip
            if len(held) == 1:
                _open_sheet(run, held[0])
            note_import(actor, run, "begun", {"what": what, "system": system, "rows": run.rows})
    except BaseException:
        keeping.drop(reference)
        raise
    return run


def choose_sheet(actor: Actor, reference: str, sheet: str) -> Import:
    """Which sheet of a workbook it is. Choosing anew forgets what was said of the columns."""
    with transaction.atomic():
        run = _at_work(actor, reference)
        if sheet not in run.sheets:
            raise Refused("There is no such sheet.", "Choose one from the list.", field="sheet")
        _open_sheet(run, sheet)
    return run


def choose_columns(
    actor: Actor, reference: str, version: int, columns: Mapping[str, int], team: str
) -> Import:  # fmt: skip
    """Which column fills which field. Values that can be guessed are; the saved mapping gets a new version if it moved.

    team: the reference of the team for all new records, where no column says it.
    """
    with transaction.atomic():
        run = _at_work(actor, reference, version)
        table = keeping.kept_table(reference)
        _refuse_columns(actor, run, table, columns, team)
        run.columns, run.team, run.decisions = dict(columns), team, {}
        saved = saved_mapping(run)
        run.values = {}
        for key, field in coded(run.what, teams_of(actor)).items():
            if key in columns:
                before = saved.values.get(key, {}) if saved else {}
                run.values[key] = guessing.values(field.codes or {}, distinct(table, columns[key]), before)
        run.stage = Stage.VALUES if run.values else Stage.CHECK
        _save(run)
        _remember(actor, run, table.headings)
    return run


def choose_values(actor: Actor, reference: str, version: int, values: Mapping[str, Mapping[str, str]]) -> Import:
    """What each of their values means; one without a meaning is left out, and its rows are rejected."""
    with transaction.atomic():
        run = _at_work(actor, reference, version)
        codes = {key: one.codes or {} for key, one in coded(run.what, teams_of(actor)).items()}
        for key, held in values.items():
            if key not in run.columns or set(held.values()) - set(codes.get(key, {})):
                raise Refused("This is not one of the answers.", "Choose one from the list.")
        run.values = {key: dict(held) for key, held in values.items()}
        run.stage, run.decisions = Stage.CHECK, {}
        _save(run)
        _remember(actor, run, keeping.kept_table(reference).headings)
    return run


def decide(actor: Actor, reference: str, version: int, decisions: Mapping[int, str]) -> Import:
    """What to do with likely doubles: leave the row out, make a new record, or say which record it is."""
    with transaction.atomic():
        run = _at_work(actor, reference, version)
        lines = {line.number: line for line in made_plan(actor, run).of(Fate.DOUBLE, Fate.LEFT_OUT)}
        for number, decision in decisions.items():
            line = lines.get(number)
            known = {one.reference for one, _ in line.likely if line.me and one.usable_for(line.me)} if line else set()
            if line is None or decision not in known | {SKIP, ANOTHER} or not decision:
                raise Refused("Something changed since you opened the page.", "Open the check again.")
            run.decisions[str(number)] = decision
        _save(run)
        note_import(actor, run, "decided", {"decisions": {str(row): said for row, said in decisions.items()}})
    return run


def do(actor: Actor, reference: str, version: int, mark: str) -> Import:
    """Import what the check showed, all of it or nothing. mark: of the plan that was shown.

    Raises Stale when the mapping moved, and Refused when a row would now come out otherwise.
    """
    with transaction.atomic():
        run = mine(actor, reference, lock=True)
        if run.stage == Stage.DONE:
            return run
        run = _at_work(actor, reference, version)
        if run.stage != Stage.CHECK:
            raise Refused("The columns and values are not all chosen yet.", "Go through the pages in order.")
        now = made_plan(actor, run, lock=True)
        if now.mark != mark:
            raise Refused("Records changed since you looked at this page, and some rows now come out otherwise.",
                          "Nothing was imported. Look at the new check below, then send it again.")  # fmt: skip
        if not now.of(Fate.NEW, Fate.CHANGED):
            raise Refused("There is nothing to import: no row is new, and none changes a record.",
                          "Take away the rejected rows, mend them, and begin again with that file.")  # fmt: skip
        carry_out(actor, run, now)
        run.stage, run.ended_at, run.counts = Stage.DONE, timezone.now(), now.counts
        _save(run)
        note_import(actor, run, "done", {"rows": run.rows, "counts": now.counts})
        transaction.on_commit(lambda: keeping.drop(reference))
    return run


def give_up(actor: Actor, reference: str) -> Import:
    """End an import without importing anything; twice is once."""
    with transaction.atomic():
        run = mine(actor, reference, lock=True)
        if run.stage in OPEN:
            run.stage, run.ended_at = Stage.GIVEN_UP, timezone.now()
            _save(run)
            note_import(actor, run, "given up")
            transaction.on_commit(lambda: keeping.drop(reference))
    return run


def made_plan(actor: Actor, run: Import, *, lock: bool = False) -> Plan:
    """What would become of every row now."""
    table, spec, today = keeping.kept_table(run.reference), spec_of(actor, run), timezone.localdate()
    if run.what == What.PEOPLE:
        return people_plan.plan(actor, table, spec, run.decisions, today, lock=lock)
    return assessment_plan.plan(actor, table, spec, run.system, today, lock=lock)


def saved_mapping(run: Import) -> ImportMapping | None:
    """The newest saved mapping of this import's source system."""
    held = ImportMapping.objects.filter(system__iexact=run.system, what=run.what)
    return held.order_by("-version").first()


def _at_work(actor: Actor, reference: str, version: int | None = None) -> Import:
    """An import that is still open, locked. Raises Refused for one that is over, and Stale."""
    run = mine(actor, reference, lock=True)
    if run.stage not in OPEN:
        raise Refused("This import is over.", "Begin again and choose the file.")
    if version is not None and version != run.version:
        raise Stale(run.version)
    return run


def _open_sheet(run: Import, sheet: str) -> None:
    table = reading.table(keeping.folder(run.reference) / keeping.FILE, sheet)
    keeping.keep_table(run.reference, table)
    run.rows, run.stage = len(table.rows), Stage.COLUMNS
    run.columns, run.values, run.team, run.decisions = {}, {}, "", {}
    _save(run)


def _save(run: Import) -> None:
    run.version += 1
    run.save()


def _refuse_columns(
    actor: Actor, run: Import, table: reading.Table, columns: Mapping[str, int], team: str
) -> None:  # fmt: skip
    """Raise Refused for what cannot be imported at all."""
    known, teams = fields(run.what), teams_of(actor)
    if set(columns) - set(known) or any(not 0 <= number < len(table.headings) for number in columns.values()):
        raise Refused("The page was not complete when you sent it.", "Open the page again and fill it in.")
    if not {"nhs_number", "council_id"} & set(columns):
        raise Refused("No column is chosen for the NHS number or the council id.",
                      "Choose at least one: by it a person is found again.", field="nhs_number")  # fmt: skip
    need = ("kind", "begun_on") if run.what == What.ASSESSMENTS else ()
    for key in need:
        if key not in columns:
            raise Refused(f"No column is chosen for “{known[key].label}”.", "Choose the column.", field=key)
    if run.what == What.PEOPLE:
        if not {"name", "last_name"} & set(columns):
            raise Refused("No column is chosen for the name.", "Choose the whole name, or the last name.", field="name")
        if "team" in columns and team:
            raise Refused("A column says the team, and one team for all is chosen as well.", "Choose one of the two.",
                          field="one_team")  # fmt: skip
        if "team" not in columns and team not in teams:
            raise Refused("It is not said which team works with new people.", "Choose one of your teams, or a column.",
                          field="one_team")  # fmt: skip
    for key in coded(run.what, teams):
        if key in columns and (found := len(distinct(table, columns[key]))) > MOST_VALUES:
            raise Refused(f"This column has {found:,} different values; codes are at most {MOST_VALUES}.",
                          "Choose another column, or none.", field=key)  # fmt: skip


def _remember(actor: Actor, run: Import, headings: list[str]) -> None:
    """Save the mapping for the next file of this system, when it differs from the newest saved."""
    said: dict[str, Any] = {"headings": {key: headings[n] for key, n in run.columns.items()}}
    said["values"] = {key: dict(sorted(held.items())) for key, held in run.values.items()}
    last = saved_mapping(run)
    if last is not None:
        # What other files of this system said, and this one does not happen to, stays known.
        said["values"] = {key: last.values.get(key, {}) | held for key, held in said["values"].items()}
        if (last.headings, last.values) == (said["headings"], said["values"]):
            return
    newest = ImportMapping.objects.filter(system__iexact=run.system, what=run.what).aggregate(n=Max("version"))["n"]
    made = ImportMapping.objects.create(
        system=last.system if last else run.system, what=run.what, version=(newest or 0) + 1, made_by=actor.user, **said
    )
    before = {"version": last.version, "headings": last.headings, "values": last.values} if last else None
    record(actor.who, IMPORT, f"mapping:{made.reference}", why=f"import {run.reference}", before=before,
           after={"version": made.version, **said})  # fmt: skip
