"""The sheets of words in the ASCOF workbook: contents, comparability log and notes, read as data."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from evenhand.facts.errors import UnreadableFile, Where
from evenhand.facts.register import period_end
from evenhand.sources._ascof import NEW, OLD, item_of
from evenhand.sources.cells import SYMBOLS, Collector, cell_text, column_letter, find_header
from evenhand.sources.model import COMPARABILITY, MEASURE, NOTE
from evenhand.sources.sniff import Cell, Sniff

NOTE_MARK = re.compile(r"\[\s*(note\s+\d+)\s*\]", re.IGNORECASE)


def sheet_like(file: Sniff, start: str) -> str | None:
    """The first sheet whose name starts so (case and underscores do not matter), or None."""
    return next((s for s in file.sheets if s.lower().replace("_", " ").startswith(start)), None)


def year_of(text: str) -> str | None:
    """``2024 to 2025`` as ``2024-25``; None when it is no financial year."""
    m = re.fullmatch(r"(20\d\d) to (20\d\d)", text.strip(), re.ASCII)
    return f"{m[1]}-{m[2][2:]}" if m and int(m[2]) == int(m[1]) + 1 else None


def column_of(header: list[Cell], pattern: str, *, file: str, sheet: str, row: int) -> int:
    """The one column whose heading matches a pattern. Raises UnreadableFile when there is none."""
    for i, cell in enumerate(header):
        if re.search(pattern, cell_text(cell), re.IGNORECASE):
            return i
    raise UnreadableFile(
        f"No heading here matches {pattern!r}.",
        where=Where(file, sheet, row),
        do="The table is not as the publisher lays it out. Nothing was loaded.",
    )


def cell_at(row: list[Cell], index: int) -> str:
    """The text of one cell of a row, "" beyond the row's end."""
    return cell_text(row[index]) if index < len(row) else ""


def read_contents(file: Sniff, into: Collector) -> pl.DataFrame:
    """What the publisher says of each measure, as a MEASURE frame. Raises UnreadableFile without a Contents sheet."""
    sheet = sheet_like(file, "contents") or "Contents"
    rows = file.rows(sheet)
    wanted = ("Metric", "Description", "Source", "Start year")
    top = find_header(rows, wanted, file=file.name, sheet=sheet)
    at = [column_of(rows[top], f"^{w}", file=file.name, sheet=sheet, row=top + 1) for w in wanted]
    old_at = column_of(rows[top], r"\bcode$", file=file.name, sheet=sheet, row=top + 1)
    out = []
    for n, row in enumerate(rows[top + 1 :], start=top + 2):
        code, description, source, start = (cell_at(row, i) for i in at)
        if not code:
            continue
        item = item_of(code, NEW)
        if item is None:
            into.reject(sheet, n, column_letter(at[0]), code, "This is not the code of a measure.")
            continue
        if year_of(start) is None:
            into.reject(sheet, n, column_letter(at[3]), start, "This start year is not a financial year; left out.",
                        severity="warning")  # fmt: skip
        out.append((item, description, source, year_of(start), item_of(cell_at(row, old_at), OLD)))
    return pl.DataFrame(out, schema=MEASURE, orient="row")


def kind_of(text: str) -> str:
    """Whether a change breaks a series, only renames it, or asks for caution: the first rule that fits.

    1. rename:  it says that the measure "was renamed".
    2. caution: it says that this is "not being treated as a break", or that the year "can be compared to earlier
       years" (2021-22 beside the voluntary survey of 2020-21: that one year is set aside, the series goes on).
    3. break:   figures "cannot be compared" or "should not be compared", the method changed significantly, or the
       measure was removed or discontinued.
    4. caution: everything else (a changed population, a refined method, a voluntary year).
    """
    low = text.lower()
    if "was renamed" in low:
        return "rename"
    if "not being treated as a break" in low or "can be compared to earlier" in low:
        return "caution"
    breaks = r"(cannot|can not|should not) be compared|significant methodological change|was removed|discontinued"
    return "break" if re.search(breaks, low) else "caution"


def read_log(file: Sniff, measures: pl.DataFrame, into: Collector) -> pl.DataFrame:
    """The comparability log as a COMPARABILITY frame; empty, with a warning, when the workbook has no log.

    A line about a measure that is printed in parts (2E) is a line about every part. A part that had no code in the
    framework before (by the contents page) keeps the breaks and cautions and has neither old code nor renaming.
    """
    sheet = sheet_like(file, "comparability")
    if sheet is None:
        into.reject("", 1, "A", "", "The workbook has no comparability log: breaks are not known.", severity="warning")
        return pl.DataFrame(schema=COMPARABILITY)
    rows = file.rows(sheet)
    top = find_header(rows, ("Year of change",), file=file.name, sheet=sheet)
    place = {"file": file.name, "sheet": sheet}
    new_at, old_at, year_at, text_at = (
        column_of(rows[top], p, row=top + 1, **place)
        for p in (r"^(?!2022 to 2023).*code$", r"^2022 to 2023.*code$", "^year of change", "^description")
    )
    had = dict(measures.select("item", "old_item").iter_rows())
    out = []
    for n, row in enumerate(rows[top + 1 :], start=top + 2):
        new, old, year, text = (cell_at(row, i) for i in (new_at, old_at, year_at, text_at))
        if not (new or old or text):
            continue
        period, item, old_item = year_of(year), item_of(new, NEW), item_of(old, OLD)
        if period is None or (item is None and new.lower() not in SYMBOLS) or (item is None and old_item is None):
            into.reject(sheet, n, column_letter(year_at if period is None else new_at), year if period is None else new,
                        "This line of the log names no measure or no year.")  # fmt: skip
            continue
        kind = kind_of(text)
        for part in _parts(item, had):
            none_before = part in had and had[part] is None and part != item
            if not (none_before and kind == "rename"):
                out.append((part, None if none_before else old_item, period, kind, text.strip()))
    return pl.DataFrame(out, schema=COMPARABILITY, orient="row")


def _parts(item: str | None, had: dict[str, str | None]) -> list[str | None]:
    """The item itself, or its parts where the contents page lists only parts."""
    if item is None or item in had:
        return [item]
    return [i for i in had if i.startswith(f"{item}(")] or [item]


def trust_the_log(file: Sniff, measures: pl.DataFrame, log: pl.DataFrame, into: Collector) -> pl.DataFrame:
    """The measures with the old code that the log gives, warning where the contents page gives another one."""
    both = log.filter(pl.col("old_item").is_not_null() & pl.col("item").is_not_null())
    said: dict[str, str] = dict(both.select("item", "old_item").iter_rows())
    sheet = sheet_like(file, "contents") or "Contents"
    for n, row in enumerate(file.rows(sheet), start=1):
        item, last = item_of(cell_at(row, 0), NEW), max((i for i, c in enumerate(row) if cell_text(c)), default=0)
        old = item_of(cell_at(row, last), OLD)
        if item in said and old and old != said[item]:
            into.reject(
                sheet, n, column_letter(last), row[last],
                f"The contents page gives {old.removeprefix(OLD)} as the old code of {item.removeprefix(NEW)}, the "
                f"comparability log gives {said[item].removeprefix(OLD)}. The log is trusted.",
                severity="warning",
            )  # fmt: skip
    told = pl.col("item").replace_strict(said, default=None, return_dtype=pl.String)
    return measures.with_columns(old_item=pl.coalesce(told, "old_item"))


def cited(rows: Iterable[list[Cell]]) -> list[str]:
    """The notes that rows of cells refer to, lower case (``note 15``), each once, in order."""
    found = (m[1] for row in rows for c in row for m in NOTE_MARK.finditer(cell_text(c)))
    return list(dict.fromkeys(re.sub(r"\s+", " ", f.lower()) for f in found))


def read_notes(file: Sniff, cited_by: dict[str, list[str]], into: Collector) -> pl.DataFrame:
    """The notes as a NOTE frame; a note that a table cites and the sheet lacks is a warning.

    cited_by: note label -> items whose sheet cites it.
    """
    sheet = sheet_like(file, "notes")
    if sheet is None:
        into.reject("", 1, "A", "", "The workbook has no sheet of notes.", severity="warning")
        return pl.DataFrame(schema=NOTE)
    rows = file.rows(sheet)
    top = find_header(rows, ("Note number", "Note text"), file=file.name, sheet=sheet)
    label_at, text_at = (
        column_of(rows[top], p, file=file.name, sheet=sheet, row=top + 1) for p in ("^note number", "^note text")
    )
    out = []
    for row in rows[top + 1 :]:
        for label in cited([[cell_at(row, label_at)]]):
            link = next((cell_at(row, i) for i in range(text_at + 1, len(row)) if cell_at(row, i)), "")
            text = cell_at(row, text_at) + ("" if link.lower() in ("", "not applicable") else f" {link}")
            out.append((label, text, cited_by.get(label, [])))
    known = {o[0] for o in out}
    for label, items in cited_by.items():
        if label not in known:
            why = f"{', '.join(items)} refers to {label}, which is not among the notes."
            into.reject(sheet, 1, column_letter(label_at), label, why, severity="warning")
    return pl.DataFrame(out, schema=NOTE, orient="row")


def latest(periods: Iterable[str]) -> str:
    """The last of some periods."""
    return max(periods, key=period_end)
