"""PSS-EX1 2014-15: what each council spent, by kind of support, age, reason and setting; one column a council.

Two heading rows (region letters, then ``102 - Cumbria``), five columns that say what a row is, amounts in £000, and
notes at the foot. The file names no year: this layout (``Support type`` ... ``Accounting category``, a council a
column) was used for 2014-15 only, so a file name that gives another year stops the reading.

Items are the accounting categories (``gross_current_expenditure``, ``client_contributions``, ...), part "amount", whole
pence. ``age``, ``reason`` and ``setting`` are "all" exactly where the file prints such a row: the council's total is
the row *Non Salt Totals, Adult Social Care, Total*; the total of long-term support is setting ``long-term``.
``Gross SSMSS`` is social services management and support services.

Seen in the publisher's file and handled: 240 rows repeat earlier rows cell for cell (the non-SALT totals stand up to
three times), each used once; the empty cells stand in the notes at the foot, not among the figures; one cell says
``$0.00`` and is rejected; no cell is ``:``, although the notes explain it.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.register import Register
from evenhand.sources._finance import (
    FINANCE_SYMBOLS,
    columns_by_name,
    even_rows,
    once,
    published_periods,
    report_absent,
    report_balance,
    settle,
)  # fmt: skip
from evenhand.sources._wide import Wide, body_and_notes, council_columns, heading_row, unit_note, year_in_name
from evenhand.sources._words import age_of, key, reason_of, setting_of
from evenhand.sources.cells import Collector, cell_text, column_letter
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "pssex1_expenditure"
PUBLISHER = "Health and Social Care Information Centre"
PERIOD = "2014-15"

ITEMS: dict[str, str] = {
    "grosstotalcostownprovision": "gross_total_cost_own_provision",
    "grosstotalcostprovisionbyothers": "gross_total_cost_provision_by_others",
    "grosstotalcostgrantstovoluntaryorg": "gross_total_cost_grants",
    "grosstotalcosttotalexpenditure": "total_expenditure",
    "incomeclientcontributions": "client_contributions",
    "incomejointarrangements": "income_joint_arrangements",
    "incomeincomefromnhs": "income_nhs",
    "incomeotherincome": "income_other",
    "incometotal": "total_income",
    "nettotalexpenditure": "net_total_expenditure",
    "grosstotalexpenditure": "gross_total_expenditure",
    "capitalchargesownprovision": "capital_charges_own_provision",
    "capitalchargesprovisionbyothers": "capital_charges_provision_by_others",
    "netcurrentexpenditure": "net_current_expenditure",
    "grosscurrentexpenditure": "gross_current_expenditure",
    "grossssmss": "gross_management_support",
}
# Two closing lines of the return are not spending on a reason: they are items of their own.
_CLOSING = {
    "incomefromspecificandspecialgrants": "income_specific_grants",
    "actualtotalnetcost": "actual_total_net_cost",
}
_HEADINGS = {
    "care": ("Support type",),
    "age": ("Age category",),
    "reason": ("Summary",),
    "setting": ("Delivery mechanism",),
    "item": ("Accounting category",),
}


def recognise(file: Sniff) -> str | None:
    """The table's name when the file is PSS-EX1 expenditure by council, else None."""
    if file.kind == "csv" and re.search(
        r"Support type,Age category,Summary,Delivery mechanism,Accounting category,", file.head
    ):
        return "Personal Social Services Expenditure 2014-15: expenditure by council"
    return None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every amount of the file. Raises UnreadableFile when headings, units or rows are not as published."""
    year_in_name(file.name, PERIOD)
    rows = file.rows()
    top = heading_row(rows, "Support type", file.name)
    header = rows[top]
    at = columns_by_name(header[:5], _HEADINGS, file.name, top + 1, optional=frozenset())
    body, notes = body_and_notes(rows, top + 1, file.name)
    even_rows(body, len(header), file.name, top + 2)
    unit_note(notes, r"£\s*000", file.name, top + 2 + len(body))
    collector = Collector(file.name, register, symbols=dict(FINANCE_SYMBOLS))
    areas = council_columns(collector, rows, top, 5, PERIOD)
    described = _describe(collector, body, at, top + 2)
    cells = _cells(body, described, areas, top + 2)
    found = {header_text: area for header_text, (_, area) in areas.items()}
    settled = settle(collector, cells, found, period=PERIOD, thousands=True)
    observations = once(collector, settled)
    report_balance(collector, observations)
    report_absent(collector, found.values(), PERIOD, top + 1)
    note_rows = [(f"note {i}", t, [] if t.lower() == "notes" else ["all"]) for i, t in enumerate(notes)]
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"pssex1-expenditure/{PERIOD}",
        title="Personal Social Services: Expenditure and Unit Costs, England, 2014-15: council level expenditure",
        periods=published_periods(observations), revision="final" if "-fin-" in file.name else "", licence="OGL-3.0",
        observations=observations, rejects=collector.rejects(),
        notes=pl.DataFrame(note_rows, schema=NOTE, orient="row"),
    )  # fmt: skip


def _describe(
    collector: Collector, body: list[list[Cell]], at: dict[str, int], first: int
) -> list[tuple[str, ...] | None]:
    """Item, age, reason and setting of each row; None (and a reject) where a word of the row is not known."""
    out: list[tuple[str, ...] | None] = []
    for n, r in enumerate(body, first):
        care, age, reason, setting, item = (cell_text(r[at[k]]) for k in ("care", "age", "reason", "setting", "item"))
        closing = _CLOSING.get(key(reason))
        what = closing or ITEMS.get(key(item))
        which = (what, age_of(age), "all" if closing else reason_of(reason), setting_of(care, setting))
        if key(reason) == "socialsupportsupporttocarer" and which[3] == "direct-payments":
            which = (*which[:3], "carer-direct-payments")
        for name, value in zip(("item", "age", "reason", "setting"), which, strict=True):
            if value is None:
                words = cell_text(r[at[name]])
                collector.reject("", n, column_letter(at[name]), words,
                                 "This word is not one that the layout of 2014-15 has; "
                                 "the row is not used.")  # fmt: skip
        out.append(None if None in which else tuple(str(w) for w in which))
    return out


def _cells(body: list[list[Cell]], described: list[tuple[str, ...] | None], areas: Wide, first: int) -> pl.DataFrame:
    """The table as one row a cell, in the file's order."""
    use = [(d, r, n) for n, (d, r) in enumerate(zip(described, body, strict=True), first) if d is not None]
    frame: dict[str, list[object]] = {
        "item": [d[0] for d, _, _ in use], "age": [d[1] for d, _, _ in use], "reason": [d[2] for d, _, _ in use],
        "setting": [d[3] for d, _, _ in use], "row": [n for _, _, n in use],
    }  # fmt: skip
    for label, (index, _) in areas.items():
        frame[label] = [r[index] for _, r, _ in use]
    letters = {label: column_letter(index) for label, (index, _) in areas.items()}
    wide = pl.DataFrame(frame, schema_overrides={"row": pl.Int32})
    long = wide.unpivot(index=["item", "age", "reason", "setting", "row"], variable_name="who", value_name="text")
    return long.with_columns(
        pl.lit("amount").alias("part"), pl.lit("pence").alias("unit"),
        pl.col("who").replace_strict(letters, return_dtype=pl.String).alias("column"),
    ).sort("row", maintain_order=True)  # fmt: skip
