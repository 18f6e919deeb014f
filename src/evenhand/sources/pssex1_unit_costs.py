"""PSS-EX1 2014-15: unit costs of residential, nursing and short-term care; councils, regions and England as columns.

Each figure has three rows: numerator (gross total expenditure, £000), denominator (weeks of care) and unit cost (£ a
week). Items are ``unit_cost`` (all provision), ``unit_cost_la_supported``, ``unit_cost_own_provision`` and
``unit_cost_provision_by_others``; parts "numerator" (pence), "denominator" (weeks) and "value" (pence a week).

``.`` is, in the publisher's words, a unit cost "where either data are zero or a component part is not available". It is
*not applicable* when both components are printed (one is then zero: nobody was supported so), else *missing*.

Every printed unit cost is worked out again from its numerator and denominator, within what their own rounding (£10 and
a hundredth of a week) allows; one that does not follow is reported, since it is the sign of mixed units.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.register import Register
from evenhand.facts.status import Status
from evenhand.sources._finance import (
    FINANCE_SYMBOLS,
    columns_by_name,
    even_rows,
    once,
    published_periods,
    report_absent,
    settle,
)  # fmt: skip
from evenhand.sources._wide import Wide, body_and_notes, council_columns, heading_row, unit_note, year_in_name
from evenhand.sources._words import age_of, key, reason_of, setting_of
from evenhand.sources.cells import Collector, cell_text, column_letter
from evenhand.sources.model import NOTE, ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "pssex1_unit_costs"
PUBLISHER = "Health and Social Care Information Centre"
PERIOD = "2014-15"

_HEADINGS = {
    "care": ("Support type",),
    "age": ("Age category",),
    "reason": ("Primary support reason",),
    "setting": ("Service delivery mechanism",),
    "part": ("Unit cost category",),
    "item": ("Unit cost provision",),
}
_ITEMS = {
    "all": "unit_cost",
    "lasupportedonly": "unit_cost_la_supported",
    "ownprovision": "unit_cost_own_provision",
    "provisionbyothers": "unit_cost_provision_by_others",
}
_PARTS = {"numerator": "numerator", "denominator": "denominator", "unitcosts": "value"}


def recognise(file: Sniff) -> str | None:
    """The table's name when the file is PSS-EX1 unit costs by council, else None."""
    if file.kind == "csv" and re.search(
        r"Support type,Age category,Primary support reason,Service delivery mechanism,Unit cost category,", file.head
    ):
        return "Personal Social Services Expenditure 2014-15: unit costs by council"
    return None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every numerator, denominator and unit cost. Raises UnreadableFile when the table is not as published."""
    year_in_name(file.name, PERIOD)
    rows = file.rows()
    top = heading_row(rows, "Support type", file.name)
    at = columns_by_name(rows[top][:6], _HEADINGS, file.name, top + 1, optional=frozenset())
    body, notes = body_and_notes(rows, top + 1, file.name)
    even_rows(body, len(rows[top]), file.name, top + 2)
    unit_note(notes, r"numerator data are presented in £\s*000", file.name, top + 2 + len(body))
    collector = Collector(file.name, register, symbols={**FINANCE_SYMBOLS, ".": Status.MISSING})
    areas = council_columns(collector, rows, top, 6, PERIOD)
    cells = _cells(collector, body, at, areas, top + 2)
    found = {label: area for label, (_, area) in areas.items()}
    money = settle(collector, cells.filter(pl.col("part") == "numerator"), found, period=PERIOD, thousands=True)
    others = settle(collector, cells.filter(pl.col("part") != "numerator"), found, period=PERIOD, thousands=False)
    observations = once(collector, _undefined(pl.concat([money, others]).sort("row", maintain_order=True)))
    _report_quotients(collector, observations)
    report_absent(collector, found.values(), PERIOD, top + 1)
    items = sorted(observations["item"].unique().to_list())
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"pssex1-unit-costs/{PERIOD}",
        title="Personal Social Services: Expenditure and Unit Costs, England, 2014-15: council level unit costs",
        periods=published_periods(observations), revision="final" if "-fin-" in file.name else "", licence="OGL-3.0",
        observations=observations, rejects=collector.rejects(),
        notes=pl.DataFrame([(f"note {i}", t, items) for i, t in enumerate(notes, 1)], schema=NOTE, orient="row"),
    )  # fmt: skip


def _setting(care: str, words: str) -> str | None:
    return "residential-nursing" if key(words) == "residentialandnursingcare" else setting_of(care, words)


def _cells(collector: Collector, body: list[list[Cell]], at: dict[str, int], areas: Wide, first: int) -> pl.DataFrame:
    """The table as one row a cell; a row with an unknown word is reported and left out."""
    out: list[tuple[object, ...]] = []
    for n, r in enumerate(body, first):
        words = {name: cell_text(r[i]) for name, i in at.items()}
        which = {
            "item": _ITEMS.get(key(words["item"])),
            "age": age_of(words["age"]),
            "reason": reason_of(words["reason"]),
            "setting": _setting(words["care"], words["setting"]),
            "part": _PARTS.get(key(words["part"])),
        }
        for name in (k for k, v in which.items() if v is None):
            collector.reject("", n, column_letter(at[name]), words[name],
                             "This word is not one that the layout of 2014-15 has; the row is not used.")  # fmt: skip
        if None not in which.values():
            unit = "weeks" if which["part"] == "denominator" else "pence"
            out += [
                (which["item"], label, which["age"], which["reason"], which["setting"], which["part"], unit,
                 cell_text(r[index]), n, column_letter(index))
                for label, (index, _) in areas.items()
            ]  # fmt: skip
    names = ["item", "who", "age", "reason", "setting", "part", "unit", "text", "row", "column"]
    return pl.DataFrame(out, schema=dict.fromkeys(names, pl.String) | {"row": pl.Int32}, orient="row")


def _undefined(observations: pl.DataFrame) -> pl.DataFrame:
    """Turn ``.`` into not applicable where numerator and denominator are both printed (one of them is zero)."""
    place = ["area", "item", "age", "reason", "setting"]
    both = (
        observations.filter(pl.col("part") != "value", pl.col("status") == "published")
        .group_by(place).agg(pl.col("part").n_unique().alias("_parts"))
    )  # fmt: skip
    dot = (pl.col("part") == "value") & (pl.col("note") == ".") & (pl.col("_parts") == 2)
    return (
        observations.join(both, on=place, how="left", maintain_order="left")
        .with_columns(pl.when(dot).then(pl.lit(str(Status.NOT_APPLICABLE))).otherwise(pl.col("status")).alias("status"))
        .drop("_parts")
    )


def _report_quotients(collector: Collector, observations: pl.DataFrame) -> None:
    """Warn of each printed unit cost that its numerator and denominator do not give (at most 20 of them)."""
    place = ["area", "item", "age", "reason", "setting"]
    wide = observations.pivot(on="part", index=place, values=["value", "row"])
    if not {"value_numerator", "value_denominator", "value_value"} <= set(wide.columns):
        return
    weeks, cost = pl.col("value_denominator"), pl.col("value_numerator")
    # Half a unit of the last digit printed, in pence and weeks, carried through the quotient; and a penny.
    slack = (500 + cost.abs() / weeks * 0.005) / weeks + 1
    odd = wide.filter((weeks > 0) & ((cost / weeks - pl.col("value_value")).abs() > slack)).sort("row_value", "area")
    for r in odd.head(20).iter_rows(named=True):
        collector.reject(
            "", r["row_value"], "", f"{r['value_value'] / 100:.2f}",
            f"The unit cost for {r['area']} is not its numerator divided by its denominator "
            f"({r['value_numerator'] / r['value_denominator'] / 100:.2f}): one of the three is in another unit or has "
            "been altered.",
            severity="warning",
        )  # fmt: skip
