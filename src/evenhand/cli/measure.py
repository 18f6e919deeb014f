"""``evenhand measure``: a council's official figures from its own client-level records, before anybody has them."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from evenhand.compare.disclosure import Profile
from evenhand.facts.errors import EvenhandError, Where

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Asked, Measured
    from evenhand.sources.cld import Read

FEW = 3  # councils whose figures are printed; of more, only how many there are


@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """How the records are read.

    Parameters
    ----------
    council
        The council's code, for records that do not hold it.
    release
        The release that the records are of; told from their values when left out.
    mapping
        A CSV with the council's own words and the listed values they stand for.
    key
        The file with the key that hides people's ids. Made in the home folder the first time when left out.
    keep_ids
        Leave people's ids as they are. What is written must then be kept as safe as the records.
    """

    council: str | None = None
    release: Literal[1, 2] | None = None
    mapping: Path | None = None
    key: Path | None = None
    keep_ids: bool = False


@Parameter(name="*")
@dataclass(frozen=True)
class Counting:
    """How people are counted.

    Parameters
    ----------
    population
        A CSV with council_code, 18-64 and 65+: the denominators of 2B and 2C. Else they come from the edition.
    discharges
        Hospital discharges, for 2D.
    as_of
        Leave out submissions received after this day.
    joined
        Put each council's submissions together quarter by quarter, as the official tables are made.
    option
        A named option of the method, such as 2BC_NULL_COMPONENT=admit_null. Can be given several times.
    """

    population: Path | None = None
    discharges: Path | None = None
    as_of: dt.date | None = None
    joined: bool = False
    option: list[str] | None = None


@Parameter(name="*")
@dataclass(frozen=True)
class Working:
    """What does the work.

    Parameters
    ----------
    engine
        duckdb on this machine, or spark for a national file.
    threads
        How many processor threads to use.
    quiet
        Do not say what is being done.
    """

    engine: Literal["duckdb", "spark"] = "duckdb"
    threads: int | None = None
    quiet: bool = False


AS_THEY_ARE, AS_OFFICIAL, HERE = Reading(), Counting(), Working()


def measure(
    records: list[Path],
    /,
    *,
    start: Annotated[dt.date, Parameter(name="--from")],
    end: Annotated[dt.date, Parameter(name="--to")],
    out: Path | None = None,
    disclosure: Profile = "ascof",
    counting: Counting = AS_OFFICIAL,
    reading: Reading = AS_THEY_ARE,
    working: Working = HERE,
) -> None:
    """Work out a council's official figures from client-level records.

    Parameters
    ----------
    records
        CSV or Parquet files: Release 1 or 2 or both, one council or many, one submission or many.
    start
        The first day of the period, such as 2024-04-01.
    end
        The last day of the period, such as 2025-03-31.
    out
        A folder to write: measures.csv, tables/, spend.csv, quality.html, quality.json, records_to_check.csv and
        people.parquet.
    disclosure
        How counts are protected in what is written for others: ascof, hes, or none (inside the council only).
    """
    from evenhand.measures.cld.run import measured

    asked = _asked(records, start, end, counting, reading)
    key = None if reading.keep_ids else _key(reading.key)
    say = _silent if working.quiet or not sys.stderr.isatty() else _say
    with _engine(working) as engine:
        say("Reading")
        got, note = _read(engine, records, reading, counting.discharges, key)
        if counting.population is None:
            asked = replace(asked, population=_of_edition(got))
        found = measured(engine, got, asked, key=key, say=say)
        found.notes.extend(note)
        if out is not None:
            from evenhand.measures.cld.folder import fill

            fill(out, engine, got, found, disclosure, say)
        _print(got, found, out)


def _say(stage: str) -> None:
    print(f"… {stage}", file=sys.stderr)


def _silent(stage: str) -> None:
    """Nobody is there to be told."""


def _asked(records: list[Path], start: dt.date, end: dt.date, counting: Counting, reading: Reading) -> Asked:
    """What is asked for, without a population of the edition. Raises EvenhandError before any record is read."""
    from evenhand.measures.cld.logic import Period
    from evenhand.measures.cld.options import Options
    from evenhand.measures.cld.run import Asked

    if end < start:
        raise EvenhandError(f"The period ends on {end} and begins on {start}.", do="Give the earlier day to --from.")
    _there(records, counting.population, counting.discharges, reading.mapping)
    return Asked(
        Period(start, end), counting.as_of, counting.joined, Options.named(_options(counting.option or [])),
        _population(counting.population), counting.discharges,
    )  # fmt: skip


def _read(
    engine: Any, records: list[Path], reading: Reading, discharges: Path | None, key: bytes | None
) -> tuple[Read, list[str]]:
    """The records, and what is to be said of the discharges. A file counts as received when it was last changed."""
    from evenhand.measures.cld.hospital import agree
    from evenhand.sources.cld import read
    from evenhand.sources.cld.discharges import read_discharges

    # Before the records, which take longer: a wrong file is told at once.
    stays = read_discharges(engine, discharges, key) if discharges else None
    received = {path: dt.datetime.fromtimestamp(path.stat().st_mtime) for path in records}  # noqa: DTZ006
    got = read(
        engine, records, imported=received, la=reading.council, release=reading.release, mapping=reading.mapping,
        key=key,
    )  # fmt: skip
    return got, [agree(stays, got, discharges)] if stays is not None and discharges else []


def _there(records: list[Path], *others: Path | None) -> None:
    if not records:
        raise EvenhandError("No records were named.", do="For example: evenhand measure records.csv --from … --to …")
    for path in [*records, *(other for other in others if other is not None)]:
        if not path.is_file():
            raise EvenhandError("There is no such file.", where=Where(file=str(path)), do="See that its name is right.")


def _options(given: list[str]) -> dict[str, str]:
    out = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise EvenhandError(f"The option {text} has no value.", do="Write it as NAME=VALUE.")
        out[name] = value
    return out


def _population(path: Path | None) -> Mapping[tuple[str, str], int]:
    """Residents by council code and age. Raises EvenhandError naming the row that cannot be read."""
    import csv

    if path is None:
        return {}
    out = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        needed = {"council_code", "18-64", "65+"}
        if lacking := needed - set(rows.fieldnames or ()):
            raise EvenhandError(
                f"It has no heading {', '.join(sorted(lacking))}.", where=Where(file=path.name),
                do="Give a CSV with the headings council_code, 18-64 and 65+.",
            )  # fmt: skip
        for number, row in enumerate(rows, start=2):
            for age in ("18-64", "65+"):
                text = (row[age] or "").replace(",", "").strip()
                if not text.isdigit():
                    raise EvenhandError(
                        "This is not a number of residents.", where=Where(file=path.name, row=number, column=age)
                    )
                out[row["council_code"].strip(), age] = int(text)
    return out


def _of_edition(got: Any) -> Mapping[tuple[str, str], int]:
    """Residents of each council in the records by the denominators of 2B and 2C, where the edition has them."""
    from evenhand.cli.common import home
    from evenhand.edition.read import open_current
    from evenhand.edition.standing import residents

    try:
        edition = open_current(home())
    except EvenhandError:
        return {}
    codes = sorted(set(got.submissions.select("la").to_pyarrow()["la"].to_pylist()))
    return residents(edition, codes)


def _key(path: Path | None) -> bytes:
    """The key that hides ids: the one given, or the home folder's own, made the first time for this user only."""
    from evenhand.cli.common import home
    from evenhand.edition.home import KEY_BYTES, cld_key

    if path is not None:
        held = path.read_bytes().strip()
        if len(held) < KEY_BYTES:
            raise EvenhandError(
                "The key is too short to hide anything.", where=Where(file=path.name),
                do=f"Give a file of {KEY_BYTES} random characters or more.",
            )  # fmt: skip
        return held
    return cld_key(home())


@contextmanager
def _engine(working: Working) -> Iterator[Any]:
    """The engine with a scratch folder, which goes with it."""
    from evenhand.measures.cld.engines import DuckDb, Spark

    with tempfile.TemporaryDirectory(prefix="evenhand-") as scratch:
        if working.engine == "spark":
            engine: Any = Spark(Path(scratch), working.threads or 2)
        else:
            engine = DuckDb(Path(scratch), working.threads)
        try:
            yield engine
        finally:
            engine.close()


def _print(got: Any, found: Measured, out: Path | None) -> None:
    """What was read, what came of it, and each figure with its interval and where it would stand."""
    from evenhand.cli.measured import lines

    for line in got.warnings:
        print(f"Note: {line}")
    for line in found.notes:
        print(f"Note: {line}")
    print(_read_line(got, found))
    if len(found.councils) > FEW:
        print(f"{len(found.councils)} councils measured. Their figures are in measures.csv with --out.")
    for council in found.councils[: FEW if len(found.councils) <= FEW else 0]:
        print()
        for line in lines(found, council):
            print(line)
    if out is not None:
        print(f"\nWritten to {out}.")
        print("people.parquet, the report on quality and records_to_check.csv are for use inside the council only.")


def _read_line(got: Any, found: Measured) -> str:
    kept = found.kept_rows
    return (
        f"Read {got.summary.read:,} rows of {len(got.summary.files)} file{'s' if len(got.summary.files) != 1 else ''}: "
        f"{kept:,} events kept, {got.summary.read - kept:,} not (the reasons are in quality.json)."
    )
