"""Files and imports for tests. Everybody here is invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from evenhand.site.accounts.actor import Actor
from evenhand.site.people.importing import guessing, keeping, services
from evenhand.site.people.importing.fields import fields
from evenhand.site.people.importing.plan import Plan
from evenhand.site.people.models import Import
from evenhand.site.people.models.importing import Stage, What

HEAD = ("Name", "NHS number", "Council id", "Date of birth", "Postcode")


def csv_file(rows: Iterable[Sequence[object]], head: Sequence[str] = HEAD, mark: str = ",") -> bytes:
    """A CSV file with these headings and rows."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows([head, *rows])
    return out.getvalue().encode()


def xlsx_file(sheets: Mapping[str, Sequence[Sequence[Any]]], dates: str = "dd/mm/yyyy") -> bytes:
    """A workbook with these sheets; dates are real dates of a spreadsheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": dates, "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def ready(
    actor: Actor, raw: bytes, *, what: str = What.PEOPLE, team: str = "", system: str = "Old system"
) -> Import:  # fmt: skip
    """An import that was led through its pages by the guesses alone, up to the check."""
    run = services.begin(actor, what, system, "list.csv", raw)
    table = keeping.kept_table(run.reference)
    columns = guessing.columns(fields(what), table.headings, {})
    run = services.choose_columns(actor, run.reference, run.version, columns, team)
    if run.stage == Stage.VALUES:
        run = services.choose_values(actor, run.reference, run.version, run.values)
    return run


def planned(actor: Actor, run: Import) -> Plan:
    """What the check page would show."""
    return services.made_plan(actor, run)


def done(actor: Actor, run: Import) -> Import:
    """The import as the check page's button does it."""
    return services.do(actor, run.reference, run.version, planned(actor, run).mark)


def fates(plan: Plan) -> dict[int, str]:
    """What becomes of each row."""
    return {line.number: line.fate.value for line in plan.lines}
