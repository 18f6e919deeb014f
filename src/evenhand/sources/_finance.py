"""What the readers of activity and expenditure files share: whole tables of cells settled at once.

These tables are large (the finance return of 2014-15 alone has 406,000 cells), so the cells are parsed as columns and
not one at a time. The rules are those of ``cells``: a symbol keeps its status, a cell that is neither number nor symbol
is reported with its place and never used, nothing becomes zero.

Money stays exact: pence come from the decimal digits of the text (whole pounds and pence are integers throughout,
half a penny is rounded away from zero), never from binary fractions. ``12.345678`` thousand pounds is the digits
``1234567`` and a next digit of 8, so 1,234,568 pence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import Area, Council, period_end
from evenhand.facts.status import Status
from evenhand.sources._words import key
from evenhand.sources.cells import Collector
from evenhand.sources.model import OBSERVATION
from evenhand.sources.sniff import Cell

# Publishers' symbols in the finance returns: ":" not submitted, "*" suppressed, "." a quotient that cannot be formed.
FINANCE_SYMBOLS: dict[str, Status] = {
    ":": Status.MISSING,
    "..": Status.MISSING,
    "[x]": Status.MISSING,
    "*": Status.SUPPRESSED,
    "[c]": Status.SUPPRESSED,
    "[z]": Status.NOT_APPLICABLE,
}

# The columns of a table of cells that ``settle`` takes; ``who`` is a key of the mapping of areas.
CELL: dict[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.String, "who": pl.String, "age": pl.String, "reason": pl.String, "setting": pl.String,
    "part": pl.String, "unit": pl.String, "text": pl.String, "row": pl.Int32, "column": pl.String,
}  # fmt: skip

# One figure is one combination of these (as in ``schema.KEY``, which costs an import of pandera).
KEY = ["item", "period", "area", "age", "sex", "reason", "setting", "part"]

_NUMBER = r"^-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$"
_SCIENTIFIC = r"^-?[0-9](\.[0-9]+)?[eE][+-]?[0-9]{1,2}$"


def columns_by_name(
    header: Sequence[Cell], wanted: Mapping[str, tuple[str, ...]], file: str, row: int, *, optional: frozenset[str]
) -> dict[str, int]:
    """Where each wanted column stands, by the first of its names found; case, spaces and a final ``_Key`` are nothing.

    Raises UnreadableFile when a column that is not in ``optional`` is absent, listing the headings found, or when two
    columns carry the same name.
    """
    have: dict[str, list[int]] = {}
    for i, c in enumerate(header):
        have.setdefault(re.sub(r"key$", "", key(c)), []).append(i)
    found: dict[str, int] = {}
    for name, spellings in wanted.items():
        at = next((have[k] for s in spellings if (k := re.sub(r"key$", "", key(s))) in have), [])
        if len(at) > 1:
            raise UnreadableFile(
                f"Two columns are both headed {spellings[0]!r}.",
                where=Where(file, None, row, column_name(header, at[1])),
                do="Nothing was loaded. Load the publisher's own copy, unchanged.",
            )
        if at:
            found[name] = at[0]
        elif name not in optional:
            shown = ", ".join(str(c) for c in header if str(c or "").strip())[:600]
            raise UnreadableFile(
                f"There is no column headed {' or '.join(repr(s) for s in spellings)}; the headings are: {shown}.",
                where=Where(file, None, row),
                do="Nothing was loaded. Load the publisher's own copy, unchanged.",
            )
    return found


def column_name(header: Sequence[Cell], index: int) -> str:
    """The heading of a column, for people."""
    return str(header[index]).strip()


def even_rows(rows: list[list[Cell]], width: int, file: str, first: int) -> None:
    """Refuse a table in which a row has another number of cells than the heading: everything would shift."""
    for n, r in enumerate(rows, first):
        if r and len(r) != width:
            raise UnreadableFile(
                f"This row has {len(r)} cells and the heading has {width}.",
                where=Where(file, None, n),
                do="Nothing was loaded. Download the file again from the publisher.",
            )


def settle(
    collector: Collector,
    cells: pl.DataFrame,
    areas: Mapping[str, Council | Area | str],
    *,
    period: str,
    thousands: bool,
) -> pl.DataFrame:
    """Every cell of a table as an observation, or as a reject in the collector.

    cells:     columns of ``CELL`` (and ``note`` where the reader has one), one row a cell, in the file's order.
    areas:     what each ``who`` means; a sentence rejects its numbers, reported once a council and not once a cell.
    thousands: amounts of money are £000 (they are stored as whole pence either way).

    Returns a frame with exactly the columns of OBSERVATION. Raises UnreadableFile when too many cells are refused.
    """
    if "note" not in cells.columns:
        cells = cells.with_columns(pl.lit(None, pl.String).alias("note"))
    # A publisher's column may be called "level" or "code" too: only our own go further.
    parsed = _refuse(collector, _parse(cells.select(*CELL, "note"), collector.symbols, 5 if thousands else 2))
    known = pl.DataFrame(
        [(w, a.id, "council") if isinstance(a, Council) else (w, a.code, a.level)
         for w, a in areas.items() if not isinstance(a, str)],
        schema={"who": pl.String, "area": pl.String, "level": pl.String}, orient="row",
    )  # fmt: skip
    _refuse_areas(collector, parsed, areas)
    seen = parsed.join(known, on="who", how="inner", maintain_order="left")
    return seen.with_columns(
        pl.lit(period).alias("period"), pl.lit("all").alias("sex"), pl.lit("").alias("sheet")
    ).select(*OBSERVATION)


def _parse(cells: pl.DataFrame, symbols: Mapping[str, Status], shift: int) -> pl.DataFrame:
    """Add ``value``, ``status`` and ``why`` (the sentence that refuses the cell, or null)."""
    text = pl.col("text").fill_null("").str.strip_chars()
    frame = cells.with_columns(text.alias("text")).with_columns(
        pl.col("text").str.contains(_NUMBER).alias("plain"),
        pl.col("text").str.to_lowercase()
        .replace_strict({k: str(v) for k, v in symbols.items()}, default=None, return_dtype=pl.String)
        .alias("symbol"),
    )  # fmt: skip
    digits = pl.col("text").str.replace_all(",", "")
    whole, part = digits.str.extract(r"^-?(\d+)"), digits.str.extract(r"\.(\d+)$").fill_null("")
    padded = part.str.pad_end(shift + 1, "0")
    up = padded.str.slice(shift, 1).cast(pl.Int64, strict=False) >= 5
    size = (whole + padded.str.slice(0, shift)).cast(pl.Int64, strict=False) + up.cast(pl.Int64)
    amount = pl.when(digits.str.starts_with("-")).then(-size).otherwise(size).cast(pl.Float64)
    value = pl.when(pl.col("unit") == "pence").then(amount).otherwise(digits.cast(pl.Float64, strict=False))
    frame = frame.with_columns(pl.when(pl.col("plain")).then(value).alias("value"))
    frame = _scientific(frame, 10 ** (shift - 2))
    published = pl.col("value").is_not_null()
    return frame.with_columns(
        pl.when(published).then(pl.lit("published")).otherwise(pl.col("symbol")).alias("status"),
        pl.when(published).then(pl.col("note")).otherwise(pl.coalesce("note", "text")).alias("note"),
        pl.when(published).then(_cannot_be()).when(pl.col("symbol").is_null()).then(_not_a_number()).alias("why"),
    )


def _scientific(frame: pl.DataFrame, pounds: int) -> pl.DataFrame:
    """Values of the few cells printed as 5.23E-10, one at a time through decimals; a cell that fails stays without."""
    odd = frame.with_row_index("_at").filter(~pl.col("plain") & pl.col("text").str.contains(_SCIENTIFIC))
    if odd.is_empty():
        return frame
    values: list[float | None] = []
    for text, unit in odd.select("text", "unit").iter_rows():
        amount = Decimal(text)
        if unit == "pence" and abs(amount) < 10**12:
            amount = (amount * pounds * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        values.append(float(amount) if abs(amount) < 10**18 else None)
    return frame.with_columns(frame["value"].scatter(odd["_at"], values).alias("value"))


def _cannot_be() -> pl.Expr:
    """The sentence for a number that cannot be what its column counts, else null."""
    counted = pl.col("unit") == "people"
    return (
        pl.when(pl.col("unit").is_in(["people", "weeks", "hours"]) & (pl.col("value") < 0))
        .then(pl.lit("A count cannot be negative."))
        .when(counted & (pl.col("value") != pl.col("value").round()))
        .then(pl.lit("A count of people must be a whole number; this looks like a percentage or a rate."))
    )


def _not_a_number() -> pl.Expr:
    """The sentence for a cell that is neither a number nor a symbol."""
    return (
        pl.when(pl.col("text") == "")
        .then(pl.lit("This cell is empty."))
        .when(pl.col("text").str.ends_with("%"))
        .then(pl.lit("A percentage stands where a count or an amount belongs."))
        .when(pl.col("text").str.contains(r"^[£$€]|[0-9]\s*(k|m|bn|million)$"))
        .then(pl.lit("A sign of currency or size stands in the cell; the table gives plain numbers in one unit."))
        .otherwise(pl.lit("This is neither a number nor a symbol that the publisher uses."))
    )


def _refuse(collector: Collector, parsed: pl.DataFrame) -> pl.DataFrame:
    """Report the cells that carry a sentence, and return the others."""
    bad = parsed.filter(pl.col("why").is_not_null())
    for row, column, text, why in bad.select("row", "column", "text", "why").iter_rows():
        collector.reject("", row, column, text, why)
    return parsed if bad.is_empty() else parsed.filter(pl.col("why").is_null())


def _refuse_areas(collector: Collector, parsed: pl.DataFrame, areas: Mapping[str, Council | Area | str]) -> None:
    """Report each area that is none, once, with the number of figures that are lost with it."""
    none = [w for w, a in areas.items() if isinstance(a, str)]
    if not none:
        return
    lost = parsed.filter(pl.col("who").is_in(none) & pl.col("value").is_not_null())
    for who, row, column, n in (
        lost.group_by("who", maintain_order=True).agg(pl.col("row", "column").first(), pl.len()).iter_rows()
    ):
        collector.reject("", row, column, who.split("\t")[0], f"{areas[who]} {n:,} figures of it are not used.")


def once(collector: Collector, observations: pl.DataFrame) -> pl.DataFrame:
    """Each figure once: rows repeated cell for cell are used once, with one warning for the file.

    Where a file gives two *different* figures for one area, period and kind, neither is used and both places are named.
    """
    twice = observations.filter(pl.struct(KEY).is_duplicated())
    if twice.is_empty():
        return observations
    sides = twice.group_by(KEY, maintain_order=True).agg(
        pl.struct("value", "status").n_unique().alias("n"), pl.col("row", "column", "value", "status")
    )
    differ = sides.filter(pl.col("n") > 1)
    for odd in differ.iter_rows(named=True):
        said = [str(v if s == "published" else s) for v, s in zip(odd["value"], odd["status"], strict=True)]
        collector.reject(
            "", odd["row"][1], odd["column"][1], said[1],
            f"{odd['item']} for {odd['area']} ({odd['age']}, {odd['reason']}, {odd['setting']}) stands in row "
            f"{odd['row'][0]} as {said[0]} and in row {odd['row'][1]} as {said[1]}; neither is used.",
        )  # fmt: skip
    kept = observations.unique(KEY, keep="first", maintain_order=True)
    if not differ.is_empty():
        kept = kept.join(differ.select(KEY), on=KEY, how="anti", maintain_order="left")
    again = twice.join(differ.select(KEY), on=KEY, how="anti").filter(~pl.struct(KEY).is_first_distinct())
    rows = again["row"].unique().sort()
    if len(rows):
        collector.reject(
            "", int(rows[0]), "", "",
            f"{len(rows):,} rows (the first is this one, the last is row {rows[-1]}) repeat figures of earlier rows; "
            "each figure is used once.",
            severity="warning",
        )  # fmt: skip
    return kept


def report_balance(collector: Collector, observations: pl.DataFrame) -> None:
    """Warn where total expenditure less total income is not net total expenditure within £1,000.

    In the publishers' files the three always agree, so a row that does not is in another unit or has been altered.
    """
    wanted = ["total_expenditure", "total_income", "net_total_expenditure"]
    place = ["area", "age", "reason", "setting"]
    wide = (
        observations.filter(pl.col("item").is_in(wanted) & pl.col("value").is_not_null())
        .pivot(on="item", index=place, values=["value", "row"])
    )  # fmt: skip
    if not {f"value_{w}" for w in wanted} <= set(wide.columns):
        return
    gap = (
        pl.col("value_total_expenditure") - pl.col("value_total_income") - pl.col("value_net_total_expenditure")
    ).abs()
    for odd in wide.filter(gap > 100_000).sort("row_net_total_expenditure", "area").head(20).iter_rows(named=True):
        collector.reject(
            "", odd["row_net_total_expenditure"], "", odd["area"],
            f"Total expenditure less total income is not net total expenditure here ({odd['age']}, {odd['reason']}, "
            f"{odd['setting']}): one of the three is in another unit or has been altered.",
            severity="warning",
        )  # fmt: skip


def report_absent(collector: Collector, areas: Iterable[Council | Area | str], period: str, row: int) -> None:
    """One warning naming the councils of that time for which the table has nothing at all."""
    seen = {a.id for a in areas if isinstance(a, Council)}
    absent = [c.short_name for c in collector.register.councils(period_end(period)) if c.id not in seen]
    if absent:
        shown = ", ".join(absent[:10]) + (f" and {len(absent) - 10} more" if len(absent) > 10 else "")
        collector.reject("", row, "", "", f"The table has no figures for {shown}.", severity="warning")


def published_periods(observations: pl.DataFrame) -> tuple[str, ...]:
    """Periods with at least one published value, oldest first."""
    have = observations.filter(pl.col("status") == "published")["period"].unique().to_list()
    return tuple(sorted(have, key=period_end))


def financial_year(text: Cell) -> str | None:
    """``2018``, ``2024-25``, ``2025-03-31`` and ``31/03/2025`` (the end of the year) as ``2017-18`` and ``2024-25``."""
    t = str(text or "").strip()
    if re.fullmatch(r"\d{4}-\d{2}", t):
        return t if (int(t[:4]) + 1) % 100 == int(t[5:]) else None
    m = re.fullmatch(r"(\d{4})(\.0)?|(\d{4})-03-31.*|31/03/(\d{4})", t)
    if not m:
        return None
    end = int(m[1] or m[3] or m[4])
    return f"{end - 1}-{end % 100:02d}"


def column_frame(rows: list[list[Cell]], at: Mapping[str, int], first: int) -> pl.DataFrame:
    """Chosen columns of a table as text, with ``row`` as a spreadsheet counts; empty rows are left out.

    rows: from the row after the heading; first: the number of that row (counted from 1).
    """
    use = [(n, r) for n, r in enumerate(rows, first) if r]
    data: dict[str, list[object]] = {name: [r[i] for _, r in use] for name, i in at.items()}
    data["row"] = [n for n, _ in use]
    frame = pl.DataFrame(data, schema={**dict.fromkeys(at, pl.String), "row": pl.Int32})
    return frame.with_columns(pl.col(*at).str.strip_chars())


def one_year(frame: pl.DataFrame, column: str, heading: str, file: str) -> str:
    """The one financial year of a table. Raises UnreadableFile when a row gives none or another than the first row."""
    years = frame.group_by(column, maintain_order=True).agg(pl.col("row").first())
    first: str | None = None
    for text, row in years.iter_rows():
        year = financial_year(text)
        first = first or year
        if year is None or year != first:
            what = f"{text!r} is no financial year" if year is None else f"This row is about {year}, the first {first}"
            raise UnreadableFile(
                f"{what}.", where=Where(file, None, row, heading), do="Nothing was loaded. Load one year at a time."
            )
    if first is None:
        raise UnreadableFile("The table has no rows.", where=Where(file), do="Nothing was loaded.")
    return first
