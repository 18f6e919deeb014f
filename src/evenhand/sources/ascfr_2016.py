"""ASC-FR 2016-17: the finance return as three key-coded CSV files (totals, activity, additional), £000.

The files say ``SupportSetting_KEY 1`` and nowhere what 1 is. What each key means was worked out from the figures
(2016-17 against the same councils' 2017-18, which is in words) and stands with its evidence in
``data/ascfr_2016_keys.csv``; a test repeats the inference on the publisher's files. A key without a meaning there is
never guessed: its rows are left out and a warning says how many.

Council, region and England rows are mixed: a row without ``CASSR_CODE`` is the region, or England, of
``REGION_GO_CODE``. England's row is the sum of councils to about ten significant digits.

Ages 65-74, 75-84 and 85+ are a *voluntary* part of the return. In the activity file a council that left it out has
``:``; the totals file prints 0 instead. Where a council's whole voluntary part is 0 in the totals, its cells are
*missing* and the note says that 0 was printed: 128 of 151 councils did not spend nothing on everyone over 65.

The additional file holds comparative totals (``comparative_expenditure``, ``comparative_income``), for the keys that
could be resolved.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
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
    report_balance,
    settle,
)  # fmt: skip
from evenhand.sources._words import key
from evenhand.sources.cells import Collector
from evenhand.sources.model import ReadResult
from evenhand.sources.sniff import Sniff

NAME = "ascfr_2016"
PUBLISHER = "NHS Digital"
PERIOD = "2016-17"

_PLACE = {
    "year": ("FY_Ending",),
    "code": ("CASSR_CODE",),
    "gss": ("GEOGRAPHY_CODE",),
    "region": ("REGION_GO_CODE",),
    "AgeBand_KEY": ("AgeBand_KEY",),
    "DataType_KEY": ("DataType_KEY",),
    "PrimarySupportReason_KEY": ("PrimarySupportReason_KEY",),
}
_CARE = {k: (k,) for k in ("CareType_KEY", "SupportSetting_KEY", "Purpose_KEY")}
_AMOUNTS = {
    "total_expenditure": ("TOTALEXPENDITURE",),
    "total_income": ("TOTALINCOME",),
    "net_total_expenditure": ("NETTOTALEXPENDITURE",),
    "gross_total_expenditure": ("GROSSTOTALEXPENDITURE",),
    "net_current_expenditure": ("NETCURRENTEXPENDITURE",),
    "gross_current_expenditure": ("GROSSCURRENTEXPENDITURE",),
}
# What each of the three files must have beside the columns of _PLACE, and its name.
_LAYOUTS: dict[str, dict[str, tuple[str, ...]]] = {
    "totals": {**_CARE, "CarerSupportType_KEY": ("CarerSupportType_KEY",), **_AMOUNTS},
    "activity": {**_CARE, "ActivityProvision_KEY": ("ActivityProvision_KEY",), "value": ("ItemValue",)},
    "additional": {
        "uuid": ("UUID",), "ComparativeTotals_KEY": ("ComparativeTotals_KEY",),
        "FinanceType_KEY": ("FinanceType_KEY",), "value": ("ItemValue",),
    },
}  # fmt: skip
_MARKS = {"totals": "totalexpenditure", "activity": "activityprovisionkey", "additional": "comparativetotalskey"}


@cache
def keys() -> dict[tuple[str, str], str]:
    """What each key means: (dimension, key) -> the word of Evenhand; unresolved keys are not in it."""
    text = (files("evenhand.sources") / "data" / "ascfr_2016_keys.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(r["dimension"], r["key"]): r["meaning"] for r in rows if r["status"] != "unresolved"}


def _which(file: Sniff) -> str | None:
    """Which of the three files this is, by its first line."""
    if file.kind != "csv":
        return None
    heads = {key(h) for h in file.head.split("\n", 1)[0].split(",")}
    if not {"fyending", "cassrcode", "agebandkey", "primarysupportreasonkey"} <= heads or "dimensiongroup" in heads:
        return None
    return next((name for name, mark in _MARKS.items() if mark in heads), None)


def recognise(file: Sniff) -> str | None:
    """The table's name when the file is one of the three of ASC-FR 2016-17, else None."""
    which = _which(file)
    return f"Adult Social Care Finance Return 2016-17: {which}" if which else None


def read(file: Sniff, register: Register) -> ReadResult:
    """Every figure whose keys have a meaning. Raises UnreadableFile when columns, year or rows are not as published."""
    which = _which(file) or "totals"
    rows = file.rows()
    at = columns_by_name(rows[0], {**_PLACE, **_LAYOUTS[which]}, file.name, 1, optional=frozenset())
    even_rows(rows[1:], len(rows[0]), file.name, 2)
    table = column_frame(rows[1:], at, 2)
    period = one_year(table, "year", "FY_Ending", file.name)
    if period != PERIOD:
        raise UnreadableFile(
            f"The table is about {period}; what its keys mean is known for {PERIOD} only.",
            where=Where(file.name, None, 2, "FY_Ending"),
            do="Nothing was loaded.",
        )
    collector = Collector(file.name, register, symbols=dict(FINANCE_SYMBOLS))
    areas = _areas(collector, table)
    table = table.with_columns(pl.concat_str("code", "gss", "region", separator="\t").alias("who"))
    cells = {"totals": _totals, "activity": _activity, "additional": _additional}[which](collector, table)
    observations = once(collector, settle(collector, cells, areas, period=PERIOD, thousands=True))
    if which == "totals":
        observations = _unfilled(observations)
        report_balance(collector, observations)
    report_absent(collector, areas.values(), PERIOD, 1)
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"ascfr-{which}/{PERIOD}",
        title=f"Adult Social Care Finance Return (ASC-FR), England, 2016-17: {which}",
        periods=published_periods(observations), revision="", licence="OGL-3.0", observations=observations,
        rejects=collector.rejects(),
    )  # fmt: skip


def _areas(collector: Collector, table: pl.DataFrame) -> dict[str, Council | Area | str]:
    """What each combination of council, ONS and region code means."""
    out: dict[str, Council | Area | str] = {}
    for code, gss, region in table.select("code", "gss", "region").unique(maintain_order=True).iter_rows():
        if code or gss:
            area = collector.area(period=PERIOD, code=code, gss=gss)
        else:
            area = collector.register.area(region) or f"No region is known by {region!r}."
        out[f"{code}\t{gss}\t{region}"] = area
    return out


def _meaning(collector: Collector, table: pl.DataFrame, dimensions: list[str]) -> pl.DataFrame:
    """Replace keys by their meanings (null where the key is empty); rows with a key without one are left out."""
    for dimension in dimensions:
        known = {k: m for (d, k), m in keys().items() if d == dimension}
        unknown = table.filter((pl.col(dimension) != "") & ~pl.col(dimension).is_in(list(known)))
        for k, row, n in (
            unknown.group_by(dimension, maintain_order=True).agg(pl.col("row").first(), pl.len()).iter_rows()
        ):
            collector.reject(
                "", row, dimension, k,
                f"What key {k} of {dimension} means is not known; its {n:,} rows are not used.", severity="warning",
            )  # fmt: skip
        table = table.filter((pl.col(dimension) == "") | pl.col(dimension).is_in(list(known))).with_columns(
            pl.col(dimension).replace_strict(known, default=None, return_dtype=pl.String)
        )
    return table


def _described(table: pl.DataFrame, setting: pl.Expr) -> pl.DataFrame:
    """Age, reason and setting from the meanings; "all" where the return does not divide."""
    return table.with_columns(
        pl.col("AgeBand_KEY").fill_null("all").alias("age"),
        pl.col("PrimarySupportReason_KEY").fill_null("all").alias("reason"),
        setting.fill_null("all").alias("setting"),
        pl.when(pl.col("DataType_KEY") == "voluntary").then(pl.lit("voluntary")).alias("note"),
    )


_COLUMNS = ["item", "who", "age", "reason", "setting", "part", "unit", "text", "row", "column", "note"]
_BASE = ["AgeBand_KEY", "PrimarySupportReason_KEY", "DataType_KEY"]


def _totals(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    dims = [*_BASE, "CareType_KEY", "SupportSetting_KEY", "Purpose_KEY", "CarerSupportType_KEY"]
    rows = _described(
        _meaning(collector, table, dims), pl.coalesce("SupportSetting_KEY", "Purpose_KEY", "CarerSupportType_KEY")
    )
    headings = {item: names[0] for item, names in _AMOUNTS.items()}
    return (
        rows.unpivot(list(_AMOUNTS), index=["who", "age", "reason", "setting", "note", "row"], variable_name="item",
                     value_name="text")
        .with_columns(pl.lit("amount").alias("part"), pl.lit("pence").alias("unit"),
                      pl.col("item").replace_strict(headings).alias("column"))
        .select(_COLUMNS).sort("row", maintain_order=True)
    )  # fmt: skip


def _activity(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    dims = [*_BASE, "CareType_KEY", "SupportSetting_KEY", "Purpose_KEY", "ActivityProvision_KEY"]
    rows = _described(_meaning(collector, table, dims), pl.coalesce("SupportSetting_KEY", "Purpose_KEY"))
    provider = pl.col("ActivityProvision_KEY").str.replace_all("-", "_")
    return rows.with_columns(
        pl.concat_str(pl.lit("care_weeks_"), provider).alias("item"), pl.lit("count").alias("part"),
        pl.lit("weeks").alias("unit"), pl.col("value").alias("text"), pl.lit("ItemValue").alias("column"),
    ).select(_COLUMNS)  # fmt: skip


def _additional(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    rows = _meaning(collector, _without_copies(collector, table), [*_BASE, "ComparativeTotals_KEY", "FinanceType_KEY"])
    return _described(rows, pl.col("ComparativeTotals_KEY")).with_columns(
        pl.col("FinanceType_KEY").alias("item"), pl.lit("amount").alias("part"), pl.lit("pence").alias("unit"),
        pl.col("value").alias("text"), pl.lit("ItemValue").alias("column"),
    ).select(_COLUMNS)  # fmt: skip


def _without_copies(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    """Leave out lines whose figures are another line's in every area: one of the two stands there by mistake."""
    lines = table.sort("who").group_by("uuid").agg(pl.col("value"), pl.col("row").min()).sort("row")
    figures: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for uuid, values, row in lines.select("uuid", "value", "row").iter_rows():
        figures.setdefault(tuple(values), []).append((uuid, row))
    doubtful = [
        group for values, group in figures.items() if len(group) > 1 and len(values) > 2 and len(set(values)) > 2
    ]
    for group in doubtful:
        names = " and ".join(u for u, _ in group)
        collector.reject(
            "", group[-1][1], "UUID", group[-1][0],
            f"The lines {names} have the same figures in every area: one was published in the other's place, and "
            "neither is used.",
        )  # fmt: skip
    return table.filter(~pl.col("uuid").is_in([u for group in doubtful for u, _ in group]))


def _unfilled(observations: pl.DataFrame) -> pl.DataFrame:
    """The voluntary part of a council that is 0 throughout was not filled in: missing, with a note that says so."""
    voluntary = (pl.col("level") == "council") & pl.col("note").eq_missing("voluntary")
    empty = (
        observations.filter(voluntary).group_by("area")
        .agg((pl.col("value").fill_null(0) != 0).any().alias("_filled")).filter(~pl.col("_filled"))["area"]
    )  # fmt: skip
    blank = voluntary & pl.col("area").is_in(empty.to_list())
    return observations.with_columns(
        pl.when(~blank).then(pl.col("value")).alias("value"),
        pl.when(blank).then(pl.lit("missing")).otherwise(pl.col("status")).alias("status"),
        pl.when(blank).then(pl.lit("voluntary part not filled in; 0 printed")).otherwise(pl.col("note")).alias("note"),
    )
