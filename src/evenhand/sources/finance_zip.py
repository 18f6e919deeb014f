"""Adult social care finance return 2018-19 and later: the publisher's ZIP of CSV files, with guide and metadata.

No copy of the 2024-25 ZIP was at hand when this was written. What is known, and from where:

- SOURCES.md 2.1: one ZIP with CSV files, a UUID mapping guide, a data quality table and metadata.
- Public programs that read the packs of 2018-19 to 2023-24: a CSV "with descriptions" headed ``GEOGRAPHY_LEVEL``,
  ``FY_ENDING``, ``CASSR``, ``GEOGRAPHY_CODE``, ``DH_GEOGRAPHY_NAME``, ``REGION_GO_CODE``, ``UUID``, ``DimensionGroup``,
  ``CareType_Key``, ``FinanceType_Key``, ``FinanceDescription_Key``, ``AgeBand_Key``, ``PrimarySupportReason_Key``,
  ``SupportSetting_Key``, ``Purpose_Key``, ``ActivityProvision_Key``, ``CarerSupportType_Key``, ``ITEMVALUE`` (later
  without ``_Key``); ``Total`` and ``99`` are totals; ``:`` is not submitted and ``*`` suppressed.
- Not confirmed: the headings of 2024-25, the words for kinds of finance, and whether amounts are £ or £000.

So columns are found by name, kinds of finance by the accounting categories' names, and the unit by the size of the
councils' amounts: half of all councils spend more than £50 million and less than £5,000 million, and an answer that is
neither in pounds nor in £000 is an error, never a guess. Rows that are no amount of money (activity, unit costs) are
left out with a warning.

The archive is read in memory, within limits, and never unpacked to disk: no member may be larger than 200 MB, packed
more tightly than 200 to 1, encrypted, or named with a path that leaves its folder.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile

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
from evenhand.sources.ascfr_2017 import describe
from evenhand.sources.cells import Collector
from evenhand.sources.model import ReadResult
from evenhand.sources.pssex1_expenditure import ITEMS
from evenhand.sources.sniff import MAX_CELLS, MAX_RATIO, SMALL_MEMBER, ZIP_FAULTS, Cell, Sniff

NAME = "finance_zip"
PUBLISHER = "Department of Health and Social Care"

MAX_MEMBER = 200 * 2**20
_COLUMNS = {
    "year": ("FY_ENDING", "FYEnding"),
    "level": ("GEOGRAPHY_LEVEL", "GeographyLevel"),
    "code": ("CASSR", "CASSR_CODE", "CASSRCode"),
    "gss": ("GEOGRAPHY_CODE", "GeographyCode"),
    "name": ("DH_GEOGRAPHY_NAME", "DHGeographyName"),
    "region": ("REGION_GO_CODE", "RegionGOCode"),
    "group": ("DimensionGroup",),
    "finance": ("FinanceType",),
    "detail": ("FinanceDescription",),
    "care": ("CareType",),
    "age": ("AgeBand",),
    "reason": ("PrimarySupportReason",),
    "setting": ("SupportSetting",),
    "purpose": ("Purpose",),
    "carer": ("CarerSupportType",),
    "text": ("ITEMVALUE",),
}
_OPTIONAL = frozenset({"level", "region", "name", "group", "detail", "purpose", "carer"})
_ITEMS = {**ITEMS, "totalexpenditure": "total_expenditure", "totalincome": "total_income"}
# Half of all councils lie between these amounts of money, in pounds, in every year since 2014 with room to spare.
_MEDIAN_POUNDS = (50e6, 5_000e6)


def recognise(file: Sniff) -> str | None:
    """The table's name when the ZIP holds a CSV of the finance return, else None; never raises."""
    if file.kind != "zip":
        return None
    try:
        with zipfile.ZipFile(file.path) as z:
            found = any(_is_finance(_head(z, m)) for m in z.infolist()[:200] if _is_csv(m))
    except ZIP_FAULTS:
        return None
    return "Adult Social Care Finance Return (ASC-FR): CSV files" if found else None


def _is_csv(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith(".csv") and not member.is_dir()


def _is_finance(head: str) -> bool:
    heads = {re.sub("key$", "", key(h)) for h in head.split("\n", 1)[0].split(",")}
    return {"fyending", "itemvalue", "financetype", "supportsetting"} <= heads


def _head(z: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 1:
        return ""
    with z.open(member) as f:
        return f.read(4000).decode("utf-8-sig", "replace")


def members(file: Sniff) -> dict[str, str]:
    """The text of every CSV in the archive, by name, read within the limits above.

    Raises UnreadableFile naming the member when one is too large, too tightly packed, encrypted, damaged, named twice,
    or named with a path that leaves the archive.
    """
    out: dict[str, str] = {}
    try:
        with zipfile.ZipFile(file.path) as z:
            for m in z.infolist():
                if m.is_dir():
                    continue
                why = _unsafe(m, out)
                if why:
                    raise UnreadableFile(
                        f"The part {m.filename[:80]!r} of this archive {why}.",
                        where=Where(file.name),
                        do="It was not opened and nothing was loaded. Download it again from the publisher.",
                    )
                if _is_csv(m):
                    out[m.filename] = _text(z, m, file.name)
    except ZIP_FAULTS as fault:
        raise UnreadableFile(
            f"The archive is cut short or damaged ({str(fault)[:100]}).",
            where=Where(file.name),
            do="Download it again from the publisher. Nothing was loaded.",
        ) from fault
    return out


def _unsafe(m: zipfile.ZipInfo, seen: dict[str, str]) -> str:
    """Why a member must not be read, or ""."""
    parts = re.split(r"[/\\]", m.filename)
    if ".." in parts or m.filename.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", m.filename):
        return "has a path that leaves the archive"
    if (m.external_attr >> 16) & 0o170000 == 0o120000:
        return "is a link and not a file"
    if m.flag_bits & 1:
        return "is encrypted"
    if m.filename in seen:
        return "stands in it twice"
    if m.file_size > MAX_MEMBER:
        return f"unpacks to {m.file_size / 2**20:,.0f} MB, more than any official table"
    if m.file_size > SMALL_MEMBER and m.file_size > MAX_RATIO * max(m.compress_size, 1):
        return "is packed more tightly than any table can be"
    return ""


def _text(z: zipfile.ZipFile, m: zipfile.ZipInfo, file: str) -> str:
    with z.open(m) as f:
        raw = f.read(MAX_MEMBER + 1)
    if len(raw) > MAX_MEMBER:
        raise UnreadableFile(
            f"The part {m.filename!r} is larger than it says.", where=Where(file), do="Nothing was loaded."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read(file: Sniff, register: Register) -> ReadResult:
    """Every amount of the finance CSV in the archive.

    Raises UnreadableFile when the archive is unsafe, holds no finance CSV or several, a column is missing, or the unit
    of its amounts is not certain.
    """
    tables = {name: text for name, text in members(file).items() if _is_finance(text[:4000])}
    if len(tables) != 1:
        raise UnreadableFile(
            f"The archive holds {len(tables)} finance tables in words"
            + (f" ({', '.join(tables)})." if tables else ", and one is needed."),
            where=Where(file.name),
            do="Nothing was loaded. Load the one CSV in a ZIP of its own.",
        )
    name, text = next(iter(tables.items()))
    place = f"{file.name}/{name}"
    rows = _rows(text, place)
    at = columns_by_name(rows[0], _COLUMNS, place, 1, optional=_OPTIONAL)
    even_rows(rows[1:], len(rows[0]), place, 2)
    table = column_frame(rows[1:], at, 2).with_columns(pl.lit("").alias(n) for n in sorted(_OPTIONAL - set(at)))
    period = one_year(table, "year", "FY_ENDING", place)
    collector = Collector(place, register, symbols=dict(FINANCE_SYMBOLS))
    table = _money_only(collector, table)
    areas = _areas(collector, table, period)
    cells = describe(collector, table).with_columns(
        pl.concat_str("name", "code", "gss", "region", "level", separator="\t").alias("who"),
        pl.lit("amount").alias("part"), pl.lit("pence").alias("unit"), pl.lit("ITEMVALUE").alias("column"),
    )  # fmt: skip
    thousands = _in_thousands(cells, areas, place)
    settled = settle(collector, cells, areas, period=period, thousands=thousands)
    observations = once(collector, settled)
    report_balance(collector, observations)
    report_absent(collector, areas.values(), period, 1)
    return ReadResult(
        reader=NAME, publisher=PUBLISHER, table=f"ascfr/{period}",
        title=f"Adult Social Care Finance Return (ASC-FR), England, {period}", periods=published_periods(observations),
        revision="", licence="OGL-3.0", observations=observations, rejects=collector.rejects(),
    )  # fmt: skip


def _rows(text: str, place: str) -> list[list[Cell]]:
    """The rows of a CSV inside the archive, within the limit of cells."""
    try:
        rows: list[list[Cell]] = [list(r) for r in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as fault:
        raise UnreadableFile(f"This is not a CSV ({fault}).", where=Where(place), do="Nothing was loaded.") from fault
    if sum(map(len, rows)) > MAX_CELLS:
        raise UnreadableFile(
            "The table has more cells than any official one.", where=Where(place), do="Nothing was loaded."
        )
    return rows


def _money_only(collector: Collector, table: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows whose kind of finance is an accounting category; one warning for each other kind."""
    kinds = table.group_by("group", "finance", "detail", maintain_order=True).agg(
        pl.col("row").first(), pl.len().alias("n")
    )
    known: list[tuple[str, str, str, str]] = []
    for group, finance, detail, row, n in kinds.iter_rows():
        names = [key(detail), key(finance), key(f"{finance} {detail}")]
        item = next((_ITEMS[k] for k in names if k in _ITEMS), None)
        if item and not re.search("activity|unit", group, re.I):
            known.append((group, finance, detail, item))
        else:
            said = " / ".join(t for t in (group, finance, detail) if t)
            collector.reject(
                "", row, "FinanceType", said, f"{said or 'An empty kind of finance'} is not an accounting category "
                f"that Evenhand reads; its {n:,} rows are not used.", severity="warning",
            )  # fmt: skip
    names = ["group", "finance", "detail", "item"]
    keep = pl.DataFrame(known, schema=dict.fromkeys(names, pl.String), orient="row")
    return table.join(keep, on=["group", "finance", "detail"], how="inner", maintain_order="left")


def _areas(collector: Collector, table: pl.DataFrame, period: str) -> dict[str, Council | Area | str]:
    """What each combination of level, codes and name means."""
    out: dict[str, Council | Area | str] = {}
    where = ["name", "code", "gss", "region", "level"]
    for name, code, gss, region, level in table.select(where).unique(maintain_order=True).iter_rows():
        if key(level) in ("", "localauthority", "council") and (code or gss):
            area = collector.area(period=period, code=code, gss=gss, name=name)
        else:
            found = (collector.register.area(t) for t in (gss, region, name, level) if t)
            area = next((a for a in found if a), None) or f"No area is known by {gss or region or level!r}."
        out["\t".join((name, code, gss, region, level))] = area
    return out


def _in_thousands(cells: pl.DataFrame, areas: dict[str, Council | Area | str], file: str) -> bool:
    """Whether amounts are £000, from the sum of all the lines of the middle council.

    The sum counts parts, totals and several accounting categories together, so it lies between the council's spending
    and at most 100 times that. A worked example: the middle council of 2016-17 spent £110 million gross. If 30 such
    sums are in the table they make 3.3e9 in pounds and 3.3e6 in £000; the ranges accepted are 5e7 to 5e11 and 5e4 to
    5e7.
    """
    councils = [w for w, a in areas.items() if isinstance(a, Council)]
    amounts = cells.filter(pl.col("who").is_in(councils)).with_columns(
        pl.col("text").str.replace_all(",", "").cast(pl.Float64, strict=False).abs().alias("size")
    )
    median = amounts.group_by("who").agg(pl.col("size").sum())["size"].median()
    size = float(median) if isinstance(median, int | float) else 0.0
    low, high = _MEDIAN_POUNDS
    if low <= size <= 100 * high:
        return False
    if low <= size * 1000 < 1000 * low:
        return True
    raise UnreadableFile(
        f"The middle council's amounts add up to {size:,.0f}: neither pounds nor £000 for a council's social care.",
        where=Where(file, None, None, "ITEMVALUE"),
        do="Nothing was loaded, since the unit of the amounts is not certain.",
    )
