"""``evenhand measure``: a council's official figures from its own client-level records, before anybody has them."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from evenhand.facts.errors import EvenhandError, Where

if TYPE_CHECKING:
    from evenhand.measures.cld.run import Measured

FEW = 3  # councils whose figures are printed; of more, only how many there are


def measure(
    records: list[Path],
    /,
    *,
    start: Annotated[dt.date, Parameter(name="--from")],
    end: Annotated[dt.date, Parameter(name="--to")],
    out: Path | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    population: Path | None = None,
    discharges: Path | None = None,
    as_of: dt.date | None = None,
    joined: bool = False,
    disclosure: Literal["ascof", "hes", "none"] = "ascof",
    council: str | None = None,
    release: Literal[1, 2] | None = None,
    mapping: Path | None = None,
    key: Path | None = None,
    keep_ids: bool = False,
    option: list[str] | None = None,
    threads: int | None = None,
    quiet: bool = False,
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
        A folder to write: measures.csv, tables/, spend.csv, quality.html, quality.json and people.parquet.
    engine
        duckdb on this machine, or spark for a national file.
    population
        A CSV with council_code, 18-64 and 65+: the denominators of 2B and 2C. Else they come from the edition.
    discharges
        Hospital discharges, for 2D.
    as_of
        Leave out submissions received after this day.
    joined
        Put each council's submissions together quarter by quarter, as the official tables are made.
    disclosure
        How counts are protected in what is written for others: ascof, hes, or none (inside the council only).
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
    option
        A named option of the method, such as 2BC_NULL_COMPONENT=admit_null. Can be given several times.
    threads
        How many processor threads to use.
    quiet
        Do not say what is being done.
    """
    from evenhand.measures.cld.logic import Period
    from evenhand.measures.cld.options import Options
    from evenhand.measures.cld.run import Asked

    if end < start:
        raise EvenhandError(f"The period ends on {end} and begins on {start}.", do="Give the earlier day to --from.")
    _there(records, population, discharges, mapping)
    asked = Asked(
        Period(start, end), as_of, joined, Options.named(_options(option or [])),
        _population(population), discharges,
    )  # fmt: skip
    secret = None if keep_ids else _key(key)
    quiet = quiet or not sys.stderr.isatty()

    def say(stage: str) -> None:
        if not quiet:
            print(f"… {stage}", file=sys.stderr)

    with _engine(engine, threads) as running:
        from evenhand.measures.cld.run import measured
        from evenhand.sources.cld import read

        say("Reading")
        received = {path: dt.datetime.fromtimestamp(path.stat().st_mtime) for path in records}  # noqa: DTZ006
        got = read(running, records, imported=received, la=council, release=release, mapping=mapping, key=secret)
        if population is None:
            asked = replace(asked, population=_of_edition(got))
        found = measured(running, got, asked, key=secret, say=say)
        if out is not None:
            _write(running, out, got, found, disclosure, say)
        _print(got, found, out)


def _write(running: Any, out: Path, got: Any, found: Measured, disclosure: Any, say: Any) -> None:
    """Every file of the run, or none."""
    from evenhand.measures.cld import written
    from evenhand.measures.cld.quality import quality

    say("Tables and spending")
    made = written.outputs(running, found, got)
    say("Data quality")
    report = quality(running, got, found)

    def also(folder: Path) -> None:
        (folder / "quality.html").write_bytes(report.to_html())
        (folder / "quality.json").write_bytes(report.to_json())
        (folder / "records_to_check.csv").write_bytes(report.to_csv())

    say("Writing")
    written.write(out, running, found, made, disclosure, also)


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
def _engine(name: str, threads: int | None) -> Iterator[Any]:
    """The engine with a scratch folder, which goes with it."""
    from evenhand.measures.cld.engines import DuckDb, Spark

    with tempfile.TemporaryDirectory(prefix="evenhand-") as scratch:
        running = Spark(Path(scratch), threads or 2) if name == "spark" else DuckDb(Path(scratch), threads)
        try:
            yield running
        finally:
            running.close()


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
