"""The measuring itself, as a run calls it: records in, a whole result in a folder, as ``evenhand measure`` does."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from evenhand import __version__
from evenhand.facts.errors import EvenhandError
from evenhand.site.workspace import runs
from evenhand.site.workspace.running import Wanted

if TYPE_CHECKING:
    from evenhand.measures.cld.quality import Quality
    from evenhand.measures.cld.run import Measured
    from evenhand.sources.cld import Read


def work(home: Path, incoming: Path, out: Path, wanted: Wanted, say: Callable[[str], None]) -> None:
    """Measure the files of ``incoming`` and write the result to ``out``. Raises EvenhandError."""
    from evenhand.edition.home import cld_key
    from evenhand.measures.cld.engines import DuckDb
    from evenhand.measures.cld.folder import fill
    from evenhand.measures.cld.hospital import agree
    from evenhand.measures.cld.logic import Period
    from evenhand.measures.cld.run import Asked, measured
    from evenhand.sources.cld import read
    from evenhand.sources.cld.discharges import read_discharges

    key = cld_key(home)  # nobody who uses the workspace may know people by their ids
    files = [incoming / "records" / name for name in wanted.files]
    hospital = incoming / "discharges" / wanted.discharges if wanted.discharges else None
    engine = DuckDb(incoming)  # what does not fit in memory spills to the folder that goes with the records
    try:
        say("Reading")
        # Before the records, which take longer: a wrong file is told at once.
        stays = read_discharges(engine, hospital, key) if hospital else None
        got = read(
            engine, files, imported=receipts(files, wanted.received), la=wanted.code or None, release=wanted.release,
            key=key,
        )  # fmt: skip
        note = [agree(stays, got, hospital)] if stays is not None and hospital else []
        population, of_whom = residents_of(home, councils_of(got))
        period = Period(wanted.start, wanted.end)
        asked = Asked(period, joined=wanted.joined, population=population, discharges=hospital)
        found = measured(engine, got, asked, key=key, say=say)
        found.notes.extend(note)
        told = fill(out / "files", engine, got, found, wanted.disclosure, say)
        held = about(wanted, got, found, key, of_whom)
        runs.write(out, held, found.figures, people(got, found), ranges(told), told.to_check)
    finally:
        engine.close()


def receipts(files: list[Path], day: dt.date) -> dict[Path, dt.datetime]:
    """When each file was received: that day, a second apart in their order, so that the later one is the later one."""
    noon = dt.datetime.combine(day, dt.time(12))
    return {path: noon + dt.timedelta(seconds=number) for number, path in enumerate(files)}


def councils_of(got: Read) -> list[str]:
    """The codes of the councils that the submissions are of."""
    held = got.submissions.select("la").distinct().to_pyarrow()["la"].to_pylist()
    return sorted(code for code in held if code)


def residents_of(home: Path, codes: list[str]) -> tuple[dict[tuple[str, str], int], str]:
    """Residents by council code and age from the edition in use, and in words whose they are ("" without one)."""
    from evenhand.edition.read import open_current
    from evenhand.edition.standing import residents

    try:
        edition = open_current(home)
        return residents(edition, codes), f"the published denominators of the edition {edition.id}"
    except EvenhandError:
        return {}, ""


def about(wanted: Wanted, got: Read, found: Measured, key: bytes | None, of_whom: str) -> runs.About:
    """What is kept of a run beside its figures."""
    from evenhand.measures.cld.pipeline.accounts import KEPT, REASONS

    lost = {reason: rows for reason, rows in _account(found).items() if reason != KEPT}
    words = {REASONS.get(reason, reason): rows for reason, rows in lost.items()}
    return runs.About(
        id=wanted.run, made=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), by=wanted.by,
        council=wanted.council, code=wanted.code, slug=wanted.slug, start=wanted.start.isoformat(),
        end=wanted.end.isoformat(), joined=wanted.joined, disclosure=wanted.disclosure,
        key=hashlib.sha256(key).hexdigest()[:16] if key else "", files=tuple(wanted.files),
        councils=tuple(found.councils), read=got.summary.read, kept=found.kept_rows,
        rows={**words, **dict(got.summary.unusable)}, notes=(*got.warnings, *found.notes),
        population=of_whom, discharges=wanted.discharges, version=__version__,
    )  # fmt: skip


def ranges(told: Quality) -> list[runs.Range]:
    """How far mending the records could move each figure, by all checks together."""
    return [
        runs.Range(one.code, effect.measure, effect.part, effect.low, effect.high, effect.people)
        for one in told.councils
        for effect in one.together
    ]


def _account(found: Measured) -> dict[str, int]:
    rows = found.account.group_by("reason").agg(rows=found.account["rows"].sum()).to_pyarrow().to_pylist()
    return {row["reason"]: int(row["rows"]) for row in sorted(rows, key=lambda r: (-r["rows"], r["reason"]))}


def people(got: Read, found: Measured) -> pl.DataFrame:
    """Every decision with the person's pseudonym and the place of the record that decided: PEOPLE of ``runs``."""
    decided = found.decisions
    # Somebody whom the records do not know has no number, and still was discharged from hospital.
    joined = decided.left_join(found.ids, decided["person"] == found.ids["person"]).select(
        "la", "pseudonym", "measure", "part", "unit", "age", "band", "denominator", "numerator", "why", "record"
    )
    frame: Any = pl.from_arrow(joined.to_pyarrow())
    frame = frame.rename({"pseudonym": "person"}).sort("record", nulls_last=False)
    starts = pl.DataFrame(
        {"start": [start for start, _ in got.offsets], "file": [file for _, file in got.offsets]},
        schema={"start": pl.Int64, "file": pl.String},
    ).sort("start")
    frame = frame.join_asof(starts, left_on="record", right_on="start", strategy="backward", allow_exact_matches=False)
    frame = frame.with_columns(row=pl.col("record") - pl.col("start"))
    order = ["la", "measure", "part", "person", "unit"]
    return frame.select(pl.col(name).cast(kind) for name, kind in runs.PEOPLE.items()).sort(order)  # type: ignore[no-any-return]
