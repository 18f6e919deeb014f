"""What was noticed: whole-file faults, rows set aside, cells set aside, and the counts of every field's values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from evenhand.facts.cld.fields import fields
from evenhand.facts.errors import EvenhandError, Where
from evenhand.facts.register import official
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


def refuse_wrong_release(sql: Sql, raw: Raw, words: Mapping[str, FieldWords], release: int | None) -> None:
    """A file said to follow Release 2 is refused when some field's values are mostly words of Release 1.

    The fault names the first such file and every field of it that shows so. Said to follow Release 1, or nothing, a
    file may be of either: Release 1 has few words that Release 2 has not kept. Raises EvenhandError.
    """
    if release not in (None, 1, 2):
        raise EvenhandError(f"There is no Release {release}.", do="Say 1 or 2, or nothing.")
    shown: dict[int, list[str]] = defaultdict(list)
    for key in TELLING if release == 2 else ():
        for number, (text, rows) in _older_words(sql, key, words[key]):
            shown[number].append(f"{heading(key)} is '{text}' in {rows:,} rows")
    if shown:
        first = min(shown)
        raise EvenhandError(
            f"These are records of Release 1, not 2: {'; '.join(shown[first])}.", where=Where(raw.sources[first].name),
            do="Leave the release out: both are read, also together.",
        )  # fmt: skip


def _older_words(sql: Sql, key: str, found: FieldWords) -> Iterator[tuple[int, tuple[str, int]]]:
    """Each file of whose values more than half are words of Release 1 only, with the one that most rows hold."""
    kinds = {e.raw: e.kind for e in found.entries if e.kind != BLANK}
    if RELEASE_1 not in kinds.values():
        return
    held: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for number, text, rows in sql.rows(
        f"SELECT file_no, f_{key} AS raw, count(*) AS n FROM cld_raw GROUP BY file_no, f_{key}"
    ):
        if text in kinds:
            held[int(number)].append((text, int(rows)))
    for number, pairs in held.items():
        old = [(rows, text) for text, rows in pairs if kinds[text] == RELEASE_1]
        if 2 * sum(rows for rows, _ in old) > sum(rows for _, rows in pairs):
            rows, text = max(old)
            yield number, (text, rows)


# The councils of the simulated England (edition.sample), which no real council's code looks like.
SIMULATED = re.compile(r"V\d{3}|V\d\dX\d")
LISTED_COUNCILS = 5


def strangers(found: FieldWords, la: str | None, rows: int) -> list[str]:
    """A sentence for each council code that the register of councils has never held. Their rows count as any others.

    la: the code given for rows that name none; rows: how many rows were read.
    """
    named: dict[str, int] = defaultdict(int)
    for entry in found.entries:
        if entry.value:
            named[entry.value] += entry.rows
    if la is not None:
        named[la] += rows - sum(e.rows for e in found.entries if e.value)
    unknown = {
        code: n for code, n in sorted(named.items())
        if n and not SIMULATED.fullmatch(code) and not official().ever_by_code(code)
    }  # fmt: skip
    out = [
        f"No council has the code {code}, which {_many(n)}; counted as a council's."
        for code, n in list(unknown.items())[:LISTED_COUNCILS]
    ]
    if more := list(unknown.values())[LISTED_COUNCILS:]:
        out.append(f"Nor {len(more)} more codes, which {_many(sum(more))}; counted as councils'.")
    return out


def _many(rows: int) -> str:
    return f"{rows:,} rows have" if rows != 1 else "1 row has"


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
    names = pl.DataFrame(
        {"la_no": range(len(councils)), "la": list(councils)}, schema={"la_no": pl.Int32, "la": pl.String}
    )
    which = {key: mark.which for key, mark in encoded.judged.items()} | dict.fromkeys(encoded.present, "place")
    told = pl.DataFrame(
        [row for key, number in which.items() for row in _meanings(key, number, words.get(key))],
        schema={"field": pl.String, "q": pl.Int32} | {name: DICTIONARY[name] for name in _TOLD}, orient="row",
    )  # fmt: skip
    parts = [*_present(sql, encoded), *_judged(sql, encoded)]
    return (
        pl.concat(parts)
        .with_columns(((pl.col("submission") - 1) % len(councils)).cast(pl.Int32).alias("la_no"))
        .group_by("la_no", "event", "field", "q").agg(pl.col("n").sum().alias("rows"))
        .join(told, on=["field", "q"], how="left").join(names, on="la_no")
        .with_columns(pl.col("class").fill_null(BLANK))
        .select(list(DICTIONARY)).cast(DICTIONARY)  # type: ignore[arg-type]
        .sort("field", "la", "event", "raw_number", nulls_last=True)
    )  # fmt: skip


_COUNTED = {"submission": pl.Int32, "event": pl.Int16, "field": pl.String, "q": pl.Int32, "n": pl.Int64}


def _present(sql: Sql, encoded: Encoded) -> Iterator[pl.DataFrame]:
    """Rows by submission and event type that hold something in a field (q is 1) and that do not (NULL)."""
    if not encoded.present:
        return
    each = ", ".join(f"count({sql.name(column)}) AS f_{key}" for key, column in encoded.present.items())
    found = sql.frame(f"SELECT submission, event, count(*) AS every, {each} FROM {encoded.table} GROUP BY 1, 2")
    for key in encoded.present:
        for held, n in ((1, pl.col(f"f_{key}")), (None, pl.col("every") - pl.col(f"f_{key}"))):
            row = found.with_columns(n.alias("n"), pl.lit(key).alias("field"), pl.lit(held, pl.Int32).alias("q"))
            yield row.filter(pl.col("n") > 0).select(list(_COUNTED)).cast(_COUNTED)  # type: ignore[arg-type]


def _judged(sql: Sql, encoded: Encoded) -> Iterator[pl.DataFrame]:
    """Rows by submission, event type and the number that tells a field's values apart."""
    found: dict[str, pl.DataFrame] = {}
    with sql.small_groups():
        for column in dict.fromkeys(mark.column for mark in encoded.judged.values()):
            asked = f"SELECT submission, event, {sql.name(column)} AS q, count(*) AS n FROM {encoded.table}"
            found[column] = sql.frame(f"{asked} GROUP BY 1, 2, 3").with_columns(pl.col("q").cast(pl.Int32))
    for key, mark in encoded.judged.items():
        number = pl.col("q") // mark.stride % mark.width if mark.width else pl.col("q")
        told = pl.when(number > 0).then(number) if mark.width else number
        row = found[mark.column].with_columns(told.alias("q"), pl.lit(key).alias("field"))
        yield row.select(list(_COUNTED)).cast(_COUNTED)  # type: ignore[arg-type]


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
