"""ASC-FR 2017-18: gross current expenditure by council in long form, in words and in **pounds** (not £000).

One item, ``gross_current_expenditure``, part "amount", whole pence, divided by age, primary support reason and setting.
The file has councils only and no totals: it holds the finest lines of the return, so "all" stands only where the return
does not divide (age and setting of the parts beside long-term and short-term care).
"""

from __future__ import annotations

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
from evenhand.sources._words import age_of, key, reason_of, setting_of
from evenhand.sources.cells import Collector
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Sniff

NAME = "ascfr_2017"
PUBLISHER = "NHS Digital"

_COLUMNS = {
    "year": ("FY_ENDING",),
    "code": ("CASSR",),
    "gss": ("GEOGRAPHY_CODE",),
    "name": ("DH_GEOGRAPHY_NAME",),
    "care": ("CareType_Key",),
    "age": ("AgeBand_Key",),
    "reason": ("PrimarySupportReason_Key",),
    "setting": ("SupportSetting_Key",),
    "purpose": ("Purpose_Key",),
    "carer": ("CarerSupportType_Key",),
    "text": ("ITEMVALUE",),
}


def recognise(file: Sniff) -> str | None:
    """The table's name when the file is the long form of gross current expenditure, else None."""
    if file.kind != "csv":
        return None
    heads = {key(h) for h in file.head.split("\n", 1)[0].split(",")}
    wanted = {"fyending", "cassr", "dhgeographyname", "caretypekey", "supportsettingkey", "itemvalue"}
    if wanted <= heads and "dimensiongroup" not in heads:
        return "Adult Social Care Finance Return: gross current expenditure by council"
    return None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every amount of the file. Raises UnreadableFile when a column is missing or the rows are of several years."""
    rows = file.rows()
    at = columns_by_name(rows[0], _COLUMNS, file.name, 1, optional=frozenset())
    even_rows(rows[1:], len(rows[0]), file.name, 2)
    table = column_frame(rows[1:], at, 2)
    period = one_year(table, "year", "FY_ENDING", file.name)
    collector = Collector(file.name, register, symbols=dict(FINANCE_SYMBOLS))
    areas: dict[str, Council | Area | str] = {
        f"{name}\t{code}\t{gss}": collector.area(period=period, code=code, gss=gss, name=name)
        for name, code, gss in table.select("name", "code", "gss").unique(maintain_order=True).iter_rows()
    }
    cells = describe(collector, table).with_columns(
        pl.concat_str("name", "code", "gss", separator="\t").alias("who"),
        pl.lit("gross_current_expenditure").alias("item"), pl.lit("amount").alias("part"),
        pl.lit("pence").alias("unit"), pl.lit("ITEMVALUE").alias("column"),
    )  # fmt: skip
    observations = once(collector, settle(collector, cells, areas, period=period, thousands=False))
    report_absent(collector, areas.values(), period, 1)
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"ascfr-gross-current-expenditure/{period}",
        title=f"Adult Social Care Finance Return (ASC-FR), England, {period}: gross current expenditure by council",
        periods=published_periods(observations), revision="", licence="OGL-3.0", observations=observations,
        rejects=collector.rejects(),
    )  # fmt: skip


def describe(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    """Give each row its age, reason and setting; a row with words that are not known is reported and left out.

    table: text columns age, reason, care, setting, purpose and carer, and row. The three columns are replaced.
    """
    words = ["care", "age", "reason", "setting", "purpose", "carer"]
    combos = table.group_by(words, maintain_order=True).agg(pl.col("row").first(), pl.len().alias("n"))
    found: list[tuple[str | None, ...]] = []
    for c in combos.iter_rows(named=True):
        which = {
            "age": age_of(c["age"]),
            "reason": reason_of(c["reason"]),
            "setting": setting_of(c["care"], c["setting"], c["purpose"], c["carer"]),
        }
        for name in (k for k, v in which.items() if v is None):
            said = ", ".join(
                w for w in ((c["setting"], c["purpose"], c["carer"]) if name == "setting" else (c[name],)) if w
            )
            collector.reject("", c["row"], name, said, f"This {name} is not one that the finance return has; "
                             f"{c['n']:,} rows with it are not used.")  # fmt: skip
        if None not in which.values():
            found.append((*(c[w] for w in words), *which.values()))
    names = [*words, "_age", "_reason", "_setting"]
    known = pl.DataFrame(found, schema=dict.fromkeys(names, pl.String), orient="row")
    joined = table.join(known, on=words, how="inner", maintain_order="left", nulls_equal=True)
    return joined.drop("age", "reason", "setting").rename({"_age": "age", "_reason": "reason", "_setting": "setting"})
