"""What was noticed: whole-file faults, rows set aside, cells set aside, and the counts of every field's values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from evenhand.facts.cld.fields import fields
from evenhand.facts.errors import EvenhandError, Where
from evenhand.sources.cld import values
from evenhand.sources.cld.dictionary import CLASSES, Entry, FieldWords, heading
from evenhand.sources.cld.encode import CUTS, FAULTS, RECORDS, Encoded
from evenhand.sources.cld.model import BLANK, DICTIONARY, INVALID, LISTED, RELEASE_1, Reject
from evenhand.sources.cld.sql import Sql
from evenhand.sources.cld.stage import Raw

# Fields that every row fills and whose words changed from one release to the next.
TELLING = ("client", "service", "psr", "ethnicity", "outcome")


def refuse_month_first(sql: Sql, raw: Raw, words: Mapping[str, FieldWords]) -> None:
    """A file whose dates in a field have the month first would be misread wherever the day is 12 or less: refused.

    Only where some can be nothing else, and none shows the day first. Raises EvenhandError.
    """
    for key, found in words.items():
        if not any(e.reason == values.MONTH_FIRST for e in found.entries):
            continue
        told = {e.raw: e for e in found.entries}
        seen: dict[int, set[str]] = defaultdict(set)
        for number, text in sql.rows(f"SELECT DISTINCT file_no, f_{key} AS raw FROM cld_raw WHERE f_{key} IS NOT NULL"):
            seen[number].add(_order(told[text]))
        for number in sorted(seen):
            if "month" in seen[number] and "day" not in seen[number]:
                raise EvenhandError(
                    f"{heading(key)} has the month before the day; dates are read day first.",
                    where=Where(raw.sources[number].name), do="Save its dates as yyyy-mm-dd.",
                )  # fmt: skip


def _order(entry: Entry) -> str:
    """Whether a raw date can only have its day first, or only its month first."""
    if entry.reason == values.MONTH_FIRST:
        return "month"
    lead = str(entry.raw).strip().replace("-", "/").replace(".", "/").split("/")[0]
    return "day" if entry.value is not None and lead.isdigit() and len(lead) <= 2 and int(lead) > 12 else ""


def refuse_wrong_release(words: Mapping[str, FieldWords], release: int | None, files: Sequence[str]) -> None:
    """Files said to follow one release whose values are mostly the other's words. Raises EvenhandError."""
    if release not in (None, 1, 2):
        raise EvenhandError(f"There is no Release {release}.", do="Say 1 or 2, or nothing.")
    for key in TELLING if release == 2 else ():
        spoken = [e for e in words[key].entries if e.kind != BLANK]
        old = [e for e in spoken if e.kind == RELEASE_1]
        if old and 2 * sum(e.rows for e in old) > sum(e.rows for e in spoken):
            most = max(old, key=lambda e: (e.rows, e.raw))
            raise EvenhandError(
                f"These are records of Release 1, not 2: {heading(key)} is '{most.raw}' in {most.rows:,} rows.",
                where=Where(", ".join(files[:3])), do="Leave the release out: both are read, also together.",
            )  # fmt: skip


def drop_repeated(
    sql: Sql, encoded: Encoded, files: Sequence[Path], councils: Sequence[str], warnings: list[str]
) -> int:
    """Leave out a council's submission that a later one repeats row for row. Returns the rows left out."""
    if len(files) < 2:
        return 0
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, *marks in sql.rows(
        "SELECT submission, count(*) AS n, min(stated_start) AS a, max(stated_end) AS b, count(DISTINCT nhs) AS p, "
        f"min(la_person) AS c, max(la_person) AS d, count(unit_cost) AS e FROM {encoded.table} GROUP BY submission"
    ):
        alike[(number - 1) % len(councils), *marks].append(number)
    again = [
        earlier
        for group in (sorted(numbers) for numbers in alike.values())
        for place, earlier in enumerate(group)
        if any(_same_rows(sql, encoded.table, earlier, later) for later in group[place + 1 :])
    ]
    if not again:
        return 0
    again.sort()
    listed = ", ".join(map(str, again))
    ((rows,),) = sql.rows(f"SELECT count(*) AS n FROM {encoded.table} WHERE submission IN ({listed})")
    sql.keep(f"{encoded.table}_once", f"SELECT * FROM {encoded.table} WHERE submission NOT IN ({listed})")
    encoded.helpers.append(encoded.table)
    encoded.table = f"{encoded.table}_once"
    for number in again[:5]:
        warnings.append(
            f"{files[(number - 1) // len(councils)].name} has the same rows of council "
            f"{councils[(number - 1) % len(councils)]} as a later file; they are counted once."
        )
    return int(rows)


def _same_rows(sql: Sql, table: str, one: int, other: int) -> bool:
    """Whether two submissions of as many rows hold the same ones, in whatever order."""
    columns = ", ".join(sql.name(name) for name in RECORDS if name not in ("record", "submission"))
    asked = [f"SELECT {columns} FROM {table} WHERE submission = {number}" for number in (one, other)]
    ((rows,),) = sql.rows(f"SELECT count(*) AS n FROM ({asked[0]} EXCEPT ALL {asked[1]}) apart")
    return not rows


def counts(sql: Sql, encoded: Encoded, words: Mapping[str, FieldWords], councils: Sequence[str]) -> pl.DataFrame:
    """DICTIONARY: rows by council, event type, field and value (of fields that are not coded: and class)."""
    parts = []
    names = pl.DataFrame(
        {"la_no": range(len(councils)), "la": list(councils)}, schema={"la_no": pl.Int32, "la": pl.String}
    )
    order = list(fields())
    for key, (column, _) in sorted(encoded.judged.items(), key=lambda pair: order.index(pair[0])):
        found = sql.frame(
            f"SELECT submission, event, {column} AS q, count(*) AS n FROM {encoded.table} GROUP BY 1, 2, 3"
        )
        parts.append(
            found.select(
                ((pl.col("submission") - 1) % len(councils)).cast(pl.Int32).alias("la_no"),
                pl.col("event").cast(pl.Int16), pl.lit(key).alias("field"), pl.col("q").cast(pl.Int32),
                pl.col("n").cast(pl.Int64),
            )
        )  # fmt: skip
    told = pl.DataFrame(
        [row for key, (_, which) in encoded.judged.items() for row in _meanings(key, which, words.get(key))],
        schema={"field": pl.String, "q": pl.Int32} | {name: DICTIONARY[name] for name in _TOLD}, orient="row",
    )  # fmt: skip
    return (
        pl.concat(parts).group_by("la_no", "event", "field", "q").agg(pl.col("n").sum().alias("rows"))
        .join(told, on=["field", "q"], how="left").join(names, on="la_no")
        .with_columns(pl.col("class").fill_null(BLANK))
        .select(list(DICTIONARY)).cast(DICTIONARY)  # type: ignore[arg-type]
        .sort("field", "la", "event", "raw_number", nulls_last=True)
    )  # fmt: skip


_TOLD = ("raw_number", "raw", "number", "class")


def _meanings(
    key: str, which: str, words: FieldWords | None
) -> list[tuple[str, int, int, str | None, int | None, str]]:
    """What each number that tells a field's values apart says: its place, its words, what they mean and its class."""
    if fields()[key].list and words is not None:
        spoken = [e for e in words.entries if e.place is not None]
        return [(key, getattr(e, which), e.place or 0, e.raw, e.value, e.kind) for e in spoken]
    return [(key, place, place, None, None, kind) for kind, place in CLASSES.items()]


def cells(words: Mapping[str, FieldWords]) -> dict[tuple[str, str], int]:
    """Cells that cannot be read, by heading and reason; a coded value that no list holds is not one of them."""
    out: dict[tuple[str, str], int] = defaultdict(int)
    for key, found in words.items():
        for entry in found.entries:
            if entry.kind == INVALID and entry.reason:
                out[heading(key), entry.reason] += entry.rows
    return dict(out)


def rejects(sql: Sql, raw: Raw, words: Mapping[str, FieldWords], first: Iterable[tuple[int, int, int]]) -> list[Reject]:
    """The first rows of each fault, and the first cells of each reason, by file and row."""
    out = [
        Reject(raw.sources[number].name, line, "", FAULTS[fault - 1])
        for number, line, fault in first if fault <= len(FAULTS) - len(CUTS)
    ]  # fmt: skip
    for key, found in words.items():
        bad = {e.raw: e.reason for e in found.entries if e.kind == INVALID and e.reason}
        if not bad:
            continue
        for number, line, text in _cells(sql, raw, key, bad):
            shown = "" if fields()[key].personal else str(text)
            out.append(Reject(raw.sources[number].name, line, heading(key), bad[text], shown, key not in CUTS))
    return sorted(out, key=lambda r: (r.file, r.row, r.field))


def _cells(sql: Sql, raw: Raw, key: str, bad: Mapping[object, str]) -> list[tuple[int, int, str]]:
    """The first places where a field holds one of the values."""
    import pyarrow as pa

    # Any hundred of them do: each is in some row, and only the first rows are listed.
    sql.put("cld_bad", pa.table({"raw": pa.array([str(text) for text in bad], pa.string())}))
    found = sql.rows(
        f"SELECT r.file_no, r.line, r.f_{key} AS raw FROM cld_raw r "
        f"JOIN cld_bad b ON CAST(r.f_{key} AS STRING) = b.raw ORDER BY r.file_no, r.line LIMIT {LISTED}"
    )
    sql.drop("cld_bad")
    return [(int(number), int(line), text) for number, line, text in found]


def together(pairs: Iterable[tuple[tuple[str, ...], str]]) -> list[tuple[tuple[str, ...], str]]:
    """What several files lack alike, with their names in one."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for lacking, name in pairs:
        groups[lacking].append(name)
    return [
        (k, names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more") for k, names in groups.items()
    ]


def tidy(sql: Sql, encoded: Encoded, raw: Raw, ids: set[str]) -> None:
    """Let go of everything that holds raw values or is no longer asked."""
    sql.drop("cld_raw", *raw.kept, *sorted(ids), "cld_files", *encoded.helpers)
    if sql.duck:
        for column in encoded.carried:
            sql.run(f"ALTER TABLE {encoded.table} DROP COLUMN {column}")
