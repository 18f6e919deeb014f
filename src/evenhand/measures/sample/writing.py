"""Writes invented records to files: council by council, so that a whole country needs no more memory than one."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.facts.errors import EvenhandError, Where
from evenhand.measures.sample import submissions
from evenhand.measures.sample.chance import Chance
from evenhand.measures.sample.mess import messed
from evenhand.measures.sample.plan import Plan, plan_of
from evenhand.measures.sample.records import draw, table

ENDINGS = (".csv", ".parquet")
LEAST_DAYS, MOST_YEARS, MOST_FILES = 150, 20, 40
RECEIVED_AFTER = 21  # days


@dataclass(frozen=True)
class Asked:
    """What records somebody asked for.

    codes: the councils' codes. people: how many each has, or plans: a plan for each. mess: the share of rows with a
    fault, 0 to 1. release: 1 or 2, the words that the lists are written in. period: first and last day. files: how
    many quarterly submissions.
    """

    codes: Sequence[str]
    people: int = 5_000
    plans: Sequence[Plan] = ()
    seed: int = 1
    mess: float = 0.0
    release: int = 2
    period: tuple[dt.date, dt.date] = (dt.date(2023, 4, 1), dt.date(2025, 3, 31))
    files: int = 1


@dataclass(frozen=True)
class Written:
    """One file that was written, and its rows."""

    file: Path
    rows: int


def write(asked: Asked, file: Path, say: object = None) -> list[Written]:
    """Write the records. file: ends in .csv or .parquet; with several submissions NAME-1.csv and so on are written.

    say: called as say(council code, done, of) after each council. The same arguments give the same bytes.
    Raises EvenhandError for what cannot be asked, and leaves no half-written file behind.
    """
    _check(asked, file)
    paths = [file] if asked.files == 1 else [file.with_stem(f"{file.stem}-{i}") for i in range(1, asked.files + 1)]
    halves = [path.with_name(f".{path.name}.part") for path in paths]
    writers = [_Csv(half) if file.suffix.lower() == ".csv" else _Parquet(half) for half in halves]
    try:
        # Compressing one council's table while the next is drawn takes both cores; the order stays.
        with ThreadPoolExecutor(1) as pool:
            waiting = None
            for done, tables in enumerate(_councils(asked), 1):
                if waiting is not None:
                    waiting.result()
                waiting = pool.submit(lambda held: [w.add(t) for w, t in zip(writers, held, strict=True)], tables)
                if callable(say):
                    say(asked.codes[done - 1], done, len(asked.codes))
            if waiting is not None:
                waiting.result()
        for writer in writers:
            writer.close()
        for half, path, span in zip(halves, paths, submissions.spans(asked.period, asked.files), strict=True):
            half.replace(path)
            _date(path, span[1])
    finally:
        for writer, half in zip(writers, halves, strict=True):
            writer.close()
            half.unlink(missing_ok=True)
    return [Written(path, writer.rows) for path, writer in zip(paths, writers, strict=True)]


def _date(path: Path, end: dt.date) -> None:
    """Give the file the date on which a council would have sent it: the measures read a file's date as its receipt."""
    sent = dt.datetime.combine(end + dt.timedelta(days=RECEIVED_AFTER), dt.time(12), dt.UTC).timestamp()
    os.utime(path, (sent, sent))


def _check(asked: Asked, file: Path) -> None:
    start, end = asked.period
    if file.suffix.lower() not in ENDINGS:
        raise EvenhandError(
            f"Evenhand cannot write records to {file.suffix or 'a file without an ending'}.",
            where=Where(file.name), do="End the name in .csv or .parquet.",
        )  # fmt: skip
    if not file.absolute().parent.is_dir():
        raise EvenhandError("There is no such folder.", where=Where(str(file.parent)), do="Make it first.")
    if (end - start).days + 1 < LEAST_DAYS or end.year - start.year > MOST_YEARS:
        raise EvenhandError(
            f"The period {start.isoformat()} to {end.isoformat()} cannot be filled.",
            do=f"Ask for {LEAST_DAYS} days at least and {MOST_YEARS} years at most.",
        )
    quarters = ((end - start).days + 1) // 90
    if not 1 <= asked.files <= min(MOST_FILES, quarters):
        raise EvenhandError(
            f"{asked.files} quarterly submissions do not fit the period.",
            do=f"Ask for 1 to {min(MOST_FILES, quarters)} with --submissions, or for a longer period.",
        )
    if not 0 <= asked.mess <= 1:
        raise EvenhandError(f"A share of {asked.mess:g} of the rows is not possible.", do="Ask for --mess 0 to 1.")
    if asked.release not in (1, 2):
        raise EvenhandError(f"There is no Release {asked.release}.", do="Ask for --release 1 or 2.")
    if asked.seed < 0:
        raise EvenhandError("A seed is a whole number from 0.", do="Ask for --seed 1, for instance.")


def _councils(asked: Asked) -> Iterator[list[pa.Table]]:
    """For each council its table in each file."""
    spans = submissions.spans(asked.period, asked.files)
    used = 0
    for place, code in enumerate(asked.codes):
        chance = Chance(asked.seed, place)
        plan = asked.plans[place] if asked.plans else plan_of(asked.people, chance)
        drawn = draw(code, plan, chance, asked.period, used)
        used += plan.people
        right, gone = submissions.fates(chance, drawn.events, asked.files)
        held = []
        for number, span in enumerate(spans):
            seen = drawn if asked.files == 1 else submissions.as_seen(drawn, span, number, right, gone)
            one = table(seen, span, asked.release)
            held.append(messed(one, asked.mess, chance, asked.release) if asked.mess else one)
        yield held


class _Writer(Protocol):
    rows: int

    def add(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class _Csv:
    """UTF-8, commas, days as 2025-03-31, one line of headings."""

    def __init__(self, file: Path) -> None:
        self.rows = 0
        self._started = False
        self._out: BinaryIO = file.open("wb")

    def add(self, table: pa.Table) -> None:
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        frame.write_csv(self._out, include_header=not self._started)
        self._started = True
        self.rows += table.num_rows

    def close(self) -> None:
        self._out.close()


class _Parquet:
    """One row group a council; text columns as text, days as days, money as decimals (all text where there is mess)."""

    def __init__(self, file: Path) -> None:
        self.rows = 0
        self._file = file
        self._out: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        if self._out is None:
            self._out = pq.ParquetWriter(self._file, table.schema, compression="zstd", store_schema=False)
        self._out.write_table(table, row_group_size=max(table.num_rows, 1))
        self.rows += table.num_rows

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None
