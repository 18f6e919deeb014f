"""The rows that were not imported, as a CSV file to mend and to send again."""

from __future__ import annotations

import csv
import io

from evenhand.documents.csv_files import BOM
from evenhand.documents.text import guard
from evenhand.site.people.importing.plan import Fate, Plan
from evenhand.site.people.importing.reading import Table

FIRST = ("Row of the file", "Why it was not imported")  # before the file's own columns


def reject_file(table: Table, plan: Plan) -> bytes:
    """Rejected rows, those left out and those nobody decided on: the row number, why, and the columns as they came.

    UTF-8 with its mark, so that spreadsheets read it; text that a spreadsheet would run as a formula is guarded. A file
    that was made here, mended and sent again loses its first two columns, and gets new ones.
    """
    kept = [number for number, heading in enumerate(table.headings) if heading not in FIRST]
    out = io.StringIO(newline="")
    write = csv.writer(out).writerow
    write([*FIRST, *(guard(table.headings[number]) for number in kept)])
    for line in plan.of(Fate.REJECTED, Fate.DOUBLE, Fate.LEFT_OUT):
        write([line.number, guard(" ".join(line.why)), *(guard(line.read.cells[number]) for number in kept)])
    return (BOM + out.getvalue()).encode()
