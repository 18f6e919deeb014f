"""Read files of client-level records into RECORDS and SUBMISSIONS, and say what could not be read and why."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.facts.cld.fields import fields
from evenhand.facts.cld.lists import Mappings, read_mapping
from evenhand.facts.errors import EvenhandError
from evenhand.sources.cld import account, dictionary, encode, values
from evenhand.sources.cld.headings import absent
from evenhand.sources.cld.model import LISTED, Engine, Read, Summary
from evenhand.sources.cld.recognise import CHUNK, Source, recognise
from evenhand.sources.cld.sql import Sql
from evenhand.sources.cld.stage import Raw, stage
from evenhand.sources.cld.submissions import submissions

CODED = tuple(f.key for f in fields().values() if f.list)
DATED = ("stated_start", "stated_end", "birth", "death", "start", "end")
NUMBERED = ("unit_cost", "units")


def read(
    engine: Engine,
    files: Sequence[Path],
    *,
    imported: Mapping[Path, dt.datetime] | None = None,
    la: str | None = None,
    release: int | None = None,
    mapping: Path | None = None,
    key: bytes | None = None,
) -> Read:
    """Records, submissions and everything that was noticed on the way.

    files: CSV or Parquet, in any order. imported: when each file was received (no period can be derived from the
    month of receipt without it). la: the council of rows that do not say. release: 1 or 2, if the files are said to
    follow one specification. mapping: a council's own (facts.cld.lists.read_mapping). key: what pseudonyms are made
    with; None leaves identifiers as they are. Raises EvenhandError where a whole file cannot be read.
    """
    if not files:
        raise EvenhandError("No files were given.", do="Name at least one CSV or Parquet file of records.")
    la = la.strip().upper() if la and la.strip() else None
    stamps = dict(imported or {})
    warnings: list[str] = []
    paths, twice = _once(_ordered(files, stamps), warnings)
    sources = [recognise(path, la) for path in paths]
    extra = read_mapping(mapping) if mapping else None
    sql = Sql(engine)
    raw = stage(sql, sources)
    words, councils = _words(sql, raw, extra, la, stamps)
    account.refuse_month_first(sql, raw, words)
    account.refuse_wrong_release(sql, raw, words, release)
    starts = encode.files_table(sql, raw)
    ids = encode.pseudonyms(sql, raw, key)
    made = encode.plan(sql, raw, words, ids, la, councils)
    encoded = encode.write(sql, made, words)
    faults, first = encode.faulty(sql, made, LISTED)
    repeated = account.drop_repeated(sql, encoded, paths, councils, warnings)
    counts = account.counts(sql, encoded, words, councils)
    sql.put("cld_submissions", submissions(sql, encoded.table, paths, stamps, councils))
    rejects = raw.rejects + account.rejects(sql, raw, words, first)
    summary = _summary(sql, encoded.table, raw, faults, repeated, twice, words)
    warnings += _warnings(sources, words, summary, la, councils)
    account.tidy(sql, encoded, raw, set(ids.tables.values()))
    con = engine.con
    return Read(
        con.table(encoded.table).select(*encode.RECORDS), con.table("cld_submissions"), counts, tuple(rejects), summary,
        tuple(warnings), tuple((start, source.name) for start, source in zip(starts, sources, strict=True)),
    )  # fmt: skip


def _ordered(files: Sequence[Path], stamps: Mapping[Path, dt.datetime]) -> list[Path]:
    """Files in the order of their receipt, then of their names: later records get larger numbers."""
    return sorted(files, key=lambda path: ((stamp := stamps.get(path)) is not None, stamp, path.name, str(path)))


def _once(paths: list[Path], warnings: list[str]) -> tuple[list[Path], int]:
    """The files without those that are, byte for byte, another that is received later; and how many were left out."""
    seen: dict[tuple[int, str], Path] = {}
    sizes = Counter(path.stat().st_size for path in paths if path.is_file())
    kept: list[Path] = []
    for path in reversed(paths):
        if path.is_file() and sizes[path.stat().st_size] > 1:
            mark = (path.stat().st_size, _checksum(path))
            if mark in seen:
                warnings.append(f"{path.name} is the same file as {seen[mark].name}; its rows are counted once.")
                continue
            seen[mark] = path
        kept.append(path)
    return kept[::-1], len(paths) - len(kept)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _words(
    sql: Sql, raw: Raw, extra: Mappings | None, la: str | None,
    stamps: Mapping[Path, dt.datetime],
) -> tuple[dict[str, dictionary.FieldWords], tuple[str, ...]]:  # fmt: skip
    """The dictionary of every field that has one, and the council codes."""
    latest = max((stamp.date() for stamp in stamps.values()), default=None)
    words = {}
    words["la"], councils = dictionary.councils(sql, la, "la" in raw.held)
    for key in CODED:
        words[key] = dictionary.coded(sql, key, extra) if key in raw.held else dictionary.empty(key)
    for key in DATED:
        words[key] = dictionary.dated(sql, key, latest) if key in raw.held else dictionary.empty(key)
    for key in NUMBERED:
        words[key] = dictionary.counted(sql, key) if key in raw.held else dictionary.empty(key)
    if not councils:
        raise EvenhandError("No row names its council.", do="Say which council's records these are.")
    return words, councils


def _summary(
    sql: Sql, table: str, raw: Raw, faults: dict[str, int], repeated: int, twice: int,
    words: Mapping[str, dictionary.FieldWords],
) -> Summary:  # fmt: skip
    ((usable,),) = sql.rows(f"SELECT count(*) AS n FROM {table}")
    unusable = dict(raw.broken) | faults
    if repeated:
        unusable["The same rows were submitted again"] = repeated
    total = sum(raw.rows.values())
    assert total == usable + sum(unusable.values()), "rows read do not add up"
    return Summary(
        total, usable, unusable, {s.name: raw.rows[n] for n, s in enumerate(raw.sources)}, account.cells(words)
    )


def _warnings(
    sources: Sequence[Source], words: Mapping[str, dictionary.FieldWords], summary: Summary, la: str | None,
    councils: Sequence[str],
) -> list[str]:  # fmt: skip
    """What a person should know about files that were read."""
    out = []
    for lacking, names in account.together([(tuple(absent(s.columns)), s.name) for s in sources if absent(s.columns)]):
        out.append(f"{names}: no {', '.join(lacking)}. Read as blank.")
    for key, found in words.items():
        for reason, rows in dictionary.said(found).items():
            if reason in (values.OPEN, values.NO_DEATH, values.UNKNOWN):
                out.append(f"{rows:,} values of {dictionary.heading(key)} have the year 1900 or 9999, which {reason}.")
    out += [f"{rows:,} rows cannot be used: {reason}." for reason, rows in summary.unusable.items()]
    out += account.strangers(words["la"], la, summary.read)
    if la is not None and (others := [code for code in councils if code != la]):
        out.append(f"Rows that name another council than {la} keep it: {', '.join(others[:5])}.")
    return out
