"""Adult social care activity 2024-25 and later (DHSC): the long-form CSV files STS001, STS002, LTS001, LTS002, LTS004.

No copy of these files was at hand when this was written. What is known, and from where:

- The publisher's guide to the CSV files (and SOURCES.md 2.1): five files in long form; the metric stands in a column
  labelled *Measures* (``Sheet`` in the former SALT files), the table in *Views* (formerly ``Table``); LTS004 has a UID
  column since June 2026.
- A public program that reads the files of 2024-25: headings ``Measure``, ``View``, ``FYEnding``, ``GeographyLevel``,
  ``GeographyName``, ``GeographyCode``, ``CASSRCode``, ``RegionGOCode``, ``AggregationLevel``, ``AgeBand``, ``Gender``,
  ``PrimarySupportReason``, ``DeliveryMechanism``, ``LongTermSupportSetting``, ..., ``UID``, ``ITEMVALUE``; ``99`` is a
  total; ``[c]`` is suppressed; measures LTS001A-C, LTS002A-B, STS001, STS002A-B, LTS004; views such as ``1``,
  ``4(Funding status)``, ``1-Clients``, ``1-Reviews``, ``5(client numbers)``.
- Not confirmed: the words in each column, and how ``FYEnding`` is written (``2025``, ``2024-25`` and dates are read).

So columns are found by name, singular or plural; a missing one is an error that lists the headings found. Only what
counts *people* is read: requests, episodes and reviews are other units and are left out with a warning. Items are
``activity/<measure>/<view>``, and a breakdown that is neither age, sex, reason nor setting follows in square brackets:
``activity/lts001b/1[deliverymechanism=direct-payment-only]``.
"""

from __future__ import annotations

import re

import polars as pl

from evenhand.facts.register import Area, Council, Register
from evenhand.sources._finance import (
    FINANCE_SYMBOLS,
    column_frame,
    columns_by_name,
    even_rows,
    once,
    one_year,
    published_periods,
    report_absent,
    settle,
)  # fmt: skip
from evenhand.sources._words import age_of, key, reason_of, slug
from evenhand.sources.cells import Collector, cell_text
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Cell, Sniff

NAME = "activity_csv"
PUBLISHER = "Department of Health and Social Care"

_COLUMNS = {
    "measure": ("Measure", "Measures", "Sheet"),
    "view": ("View", "Views", "Table"),
    "year": ("FYEnding", "Financial year"),
    "code": ("CASSRCode", "CASSR"),
    "gss": ("GeographyCode", "ONS code"),
    "region": ("RegionGOCode",),
    "level": ("GeographyLevel",),
    "name": ("DHGeographyName", "GeographyName"),
    "age": ("AgeBand",),
    "sex": ("Gender", "Sex"),
    "reason": ("PrimarySupportReason",),
    "setting": ("LongTermSupportSetting", "SupportSetting"),
    "text": ("ITEMVALUE", "Value"),
}
_OPTIONAL = frozenset({"code", "region", "level", "name", "sex", "reason", "setting", "age"})
# Columns that are no breakdown: where a row stands, not whom it counts. GeographyName repeats DHGeographyName.
_NO_BREAKDOWN = {"uid", "geographyname", "dhgeographyname", "aggregationlevel", "datalevel", "regionname"}
_TOTALS = {"", "99", "total", "all"}
_PEOPLE = re.compile(r"^(LTS001[ABC]|LTS004)\b", re.I)
_PEOPLE_VIEW = re.compile(r"client", re.I)
_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male"}


def recognise(file: Sniff) -> str | None:
    """The table's name when the file is one of the activity report's CSV files, else None."""
    if file.kind != "csv":
        return None
    lines = file.head.split("\n", 2)
    heads = {key(h) for h in lines[0].split(",")}
    if {"itemvalue"} <= heads and heads & {"measure", "measures"} and heads & {"view", "views"} and len(lines) > 1:
        m = re.search(r"\b(STS00[12]|LTS00[124])", lines[1], re.I)
        return f"Adult social care activity report: {m[1].upper()}" if m else None
    return None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every count of people in the file. Raises UnreadableFile when a column that is needed is missing."""
    rows = file.rows()
    at = columns_by_name(rows[0], _COLUMNS, file.name, 1, optional=_OPTIONAL)
    even_rows(rows[1:], len(rows[0]), file.name, 2)
    extra = _breakdowns(rows[0], at)
    table = column_frame(rows[1:], {**at, **extra}, 2)
    period = one_year(table, "year", cell_text(rows[0][at["year"]]), file.name)
    table = table.with_columns(pl.lit("").alias(n) for n in sorted(_OPTIONAL - set(at)))
    collector = Collector(file.name, register, symbols={**FINANCE_SYMBOLS, "c": FINANCE_SYMBOLS["[c]"]})
    table = _people_only(collector, table)
    areas = _areas(collector, table, period)
    cells = _described(collector, table, sorted(extra)).with_columns(
        pl.concat_str("name", "code", "gss", "region", "level", separator="\t").alias("who"),
        pl.lit("count").alias("part"), pl.lit("people").alias("unit"),
        pl.lit(cell_text(rows[0][at["text"]])).alias("column"),
    )  # fmt: skip
    observations = _with_sex(collector, cells, areas, period)
    if not observations.is_empty():
        report_absent(collector, areas.values(), period, 1)
    which = (cell_text(rows[1][at["measure"]]) if len(rows) > 1 else "")[:6].lower()
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"activity-{which}/{period}",
        title=f"Adult social care activity report, England, {period}: {which.upper()}",
        periods=published_periods(observations), revision="", licence="OGL-3.0", observations=observations,
        rejects=collector.rejects(),
    )  # fmt: skip


def _breakdowns(header: list[Cell], at: dict[str, int]) -> dict[str, int]:
    """The columns that divide people in another way than by age, sex, reason and setting."""
    taken = set(at.values())
    return {
        key(h): i
        for i, h in enumerate(header)
        if i not in taken and key(h) and key(h) not in _NO_BREAKDOWN and key(h) != "geographylevel"
    }


def _people_only(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    """Leave out measures and views that count requests, episodes or reviews, with one warning each."""
    pairs = table.group_by("measure", "view", maintain_order=True).agg(pl.col("row").first(), pl.len().alias("n"))
    counted = []
    for measure, view, row, n in pairs.iter_rows():
        if _PEOPLE.match(measure) or _PEOPLE_VIEW.search(view):
            counted.append((measure, view))
        else:
            collector.reject(
                "", row, "", f"{measure} {view}",
                f"{measure}, view {view}, does not count people (requests, episodes or reviews); its {n:,} rows are "
                "not used.",
                severity="warning",
            )  # fmt: skip
    keep = pl.DataFrame(counted, schema={"measure": pl.String, "view": pl.String}, orient="row")
    return table.join(keep, on=["measure", "view"], how="inner", maintain_order="left")


def _areas(collector: Collector, table: pl.DataFrame, period: str) -> dict[str, Council | Area | str]:
    """What each combination of codes, name and level means; a region or England row may carry no council code."""
    out: dict[str, Council | Area | str] = {}
    where = ["name", "code", "gss", "region", "level"]
    for name, code, gss, region, level in table.select(where).unique(maintain_order=True).iter_rows():
        council = key(level) in ("", "localauthority", "council", "la") and key(code) not in _TOTALS | {"england"}
        if council or (not level and code):
            area = collector.area(period=period, code=code, gss=gss, name=name)
        else:
            found = (collector.register.area(t) for t in (gss, region, code, name, level) if t)
            area = next((a for a in found if a), None) or f"No area is known by {gss or name or level!r}."
        out["\t".join((name, code, gss, region, level))] = area
    return out


def _described(collector: Collector, table: pl.DataFrame, extra: list[str]) -> pl.DataFrame:
    """Item, age, sex, reason and setting of every row; a row with an unknown age or reason is reported, not used."""
    words = ["measure", "view", "age", "sex", "reason", "setting", *extra]
    found: list[tuple[str, ...]] = []
    combos = table.group_by(words, maintain_order=True).agg(pl.col("row").first(), pl.len().alias("n"))
    for c in combos.iter_rows(named=True):
        by = ",".join(f"{e}={slug(c[e])}" for e in extra if key(c[e]) not in _TOTALS)
        item = f"activity/{slug(c['measure'])}/{slug(c['view'])}" + (f"[{by}]" if by else "")
        age = "unknown" if key(c["age"]).startswith("unknown") else age_of(c["age"])
        reason = reason_of(c["reason"])
        for name, value in (("age", age), ("reason", reason)):
            if value is None:
                collector.reject("", c["row"], name, c[name], f"This {name} is not one that Evenhand knows; "
                                 f"{c['n']:,} rows with it are not used.")  # fmt: skip
        if age is not None and reason is not None:
            sex = "all" if key(c["sex"]) in _TOTALS else _SEXES.get(key(c["sex"]), slug(c["sex"]))
            setting = "all" if key(c["setting"]) in _TOTALS else slug(c["setting"])
            found.append((*(c[w] for w in words), item, age, sex, reason, setting))
    names = [*words, "item", "_age", "_sex", "_reason", "_setting"]
    known = pl.DataFrame(found, schema=dict.fromkeys(names, pl.String), orient="row")
    joined = table.join(known, on=words, how="inner", maintain_order="left").drop("age", "sex", "reason", "setting")
    return joined.rename({"_age": "age", "_sex": "sex", "_reason": "reason", "_setting": "setting"})


def _with_sex(
    collector: Collector, cells: pl.DataFrame, areas: dict[str, Council | Area | str], period: str
) -> pl.DataFrame:
    """Settle the cells of each sex apart, since the other tables of these readers are not divided by sex."""
    settled = [
        settle(collector, part, areas, period=period, thousands=False).with_columns(pl.lit(sex).alias("sex"))
        for (sex,), part in cells.group_by("sex", maintain_order=True)
    ]
    if not settled:
        return settle(collector, cells, areas, period=period, thousands=False)
    return once(collector, pl.concat(settled).sort("row", maintain_order=True))
