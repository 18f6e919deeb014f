"""Loaded files -> an edition: read, combine, count, judge, write, and put it on the shelf at once.

The edition's id is a digest of everything that decides its bytes: the files' checksums, the measures, the register
and the code itself. No clock and no machine enters it, so the same inputs give the same edition anywhere.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from evenhand import __version__
from evenhand.edition import combine, context, judge, marks, over_time, places, real_terms, sets, spread
from evenhand.edition.assemble import Assembler
from evenhand.edition.corrections import said_missing
from evenhand.edition.home import writing
from evenhand.edition.library import Kept, read_all
from evenhand.edition.store import FORMAT, new_edition
from evenhand.facts.errors import EvenhandError
from evenhand.facts.history import quote
from evenhand.facts.register import Register, period_end
from evenhand.measures.definition import Measure, Population, load_all
from evenhand.sources.model import COMPARABILITY, NOTE, ReadResult

Progress = Callable[[str, int, int], None]


class NothingLoaded(EvenhandError):
    """There are no files to build from."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the edition's id and folder, its counts, and the figures on which two files disagree."""

    id: str
    folder: Path
    rows: int
    measures: int
    conflicts: pl.DataFrame


def _quiet(_stage: str, _done: int, _of: int) -> None:
    """Report progress to nobody."""


ROOMS = ("facts", "sources", "measures", "compare", "edition")


@cache
def code_digest() -> str:
    """SHA-256 over the code and data files of the rooms that decide an edition's bytes."""
    digest = hashlib.sha256()
    root = Path(str(files("evenhand")))
    for room in ROOMS:
        for path in sorted(p for p in (root / room).rglob("*") if p.suffix in (".py", ".csv", ".yaml")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def edition_id(kept: Sequence[Kept], register: Register) -> str:
    """The id that these inputs give: ``sim-`` before it when the register is simulated."""
    digest = hashlib.sha256()
    facts = register_digest(register)
    for part in (str(FORMAT), code_digest(), facts, *sorted(f"{k.table}={k.revision}={k.sha256}" for k in kept)):
        digest.update(part.encode() + b"\0")
    return ("sim-" if register.simulated else "e-") + digest.hexdigest()[:12]


def register_digest(register: Register) -> str:
    """SHA-256 over the register's rows: a corrected code makes a new edition."""
    text = repr((register.all, register.codes, register.types, register.areas))
    return hashlib.sha256(text.encode()).hexdigest()


def build(home: Path, register: Register, *, progress: Progress = _quiet) -> Built:
    """Make an edition from the library of loaded files and put it in use.

    Raises NothingLoaded, Busy, NoRoom or the reader's own error; whatever is raised, the edition in use stays.
    """
    with writing(home):
        loaded = read_all(home, register, lambda k: progress(f"Reading {k.title}", 0, 0))
        if not loaded:
            raise NothingLoaded(
                "No official files are loaded.",
                do="Run `evenhand fetch`, or `evenhand load` with the publishers' files; or `evenhand build --sample`.",
            )
        tiles = None if register.simulated else tile_grid()
        return build_from(home, loaded, register, tiles=tiles, progress=progress)


def build_from(
    home: Path,
    loaded: Sequence[tuple[Kept, ReadResult]],
    register: Register,
    *,
    tiles: pl.DataFrame | None = None,
    progress: Progress = _quiet,
) -> Built:
    """Make an edition from files already read. The caller holds the writing lock."""
    ident = edition_id([k for k, _ in loaded], register)
    observations, conflicts = combine.combined(loaded)
    measures = load_all()
    assembler = Assembler(observations, register, said_missing(loaded, register))
    newest = newest_period(loaded)
    prices = real_terms.Prices(observations, newest)
    tables: dict[str, list[pl.DataFrame]] = {}

    def keep(name: str, frame: pl.DataFrame) -> None:
        tables.setdefault(name, []).append(frame)

    progress("Finding peers", 0, len(measures))
    area_table = places.areas(register, period_end(newest))
    found, frame = context.features(observations, register, newest)
    alike = spread.peers(frame, found)
    near = sets.Neighbours.of(register, alike)
    keep("peers", alike)
    keep("features", frame)
    keep("areas", area_table)
    for i, m in enumerate(measures):
        progress(f"Comparing councils: {m.title}", i, len(measures))
        rows = assembler.rows(m)
        if rows.is_empty():
            continue
        values, against, in_sets, compared = judge_all(m, rows, near)
        keep("values", real_terms.with_real_terms(m, values, prices))
        keep("benchmarks", against)
        keep("sets", in_sets)
        keep("set_benchmarks", compared)
        keep("variation", spread.variation(m, values))
        keep("deciles", spread.deciles(m, values))
        keep("trends", over_time.trends(m, values))
    keep("conflicts", conflicts)
    keep("notes", _side([(k, r.notes) for k, r in loaded], NOTE))
    keep("comparability", _side([(k, r.comparability) for k, r in loaded], COMPARABILITY))
    if tiles is not None:
        keep("tiles", tiles)
    whole = {name: pl.concat(frames) for name, frames in tables.items()}
    if "values" not in whole:
        raise _no_figures()
    whole["values"] = places.with_names(whole["values"], register, area_table)
    progress("Writing the edition", len(measures), len(measures))
    about = _about(ident, register, [k for k, _ in loaded], whole, newest)
    with new_edition(home, ident) as folder:
        for name, table in sorted(whole.items()):
            _parquet(folder / f"{name}.parquet", table)
        _json(folder / "measures.json", [measure_dict(m, whole["values"], observations) for m in measures])
        _json(folder / "geometry.json", {k: g for _, r in loaded for k, g in sorted(r.geometry.items())})
        _json(folder / "edition.json", about)
        places.write_register(register, folder / "register")
    return Built(
        ident, home / "editions" / ident, whole["values"].height, whole["values"]["measure"].n_unique(), conflicts
    )


def tile_grid() -> pl.DataFrame:
    """The hand-arranged grid of today's councils: council, column, row, label."""
    from evenhand.facts.tiles import official

    return pl.DataFrame([asdict(t) for t in official()])


def newest_period(loaded: Sequence[tuple[Kept, ReadResult]]) -> str:
    """The newest financial year of the loaded files: the day on which areas and peers are drawn up.

    Raises NothingLoaded when no file has a figure of any period (boundaries alone).
    """
    every = {p for k, _ in loaded for p in k.periods}
    if not every:
        raise _no_figures()
    return max({p for p in every if "-" in p and not p.startswith("mid")} or every, key=period_end)


def _no_figures() -> NothingLoaded:
    return NothingLoaded("The files loaded hold no figure of any measure.", do="Load the ASCOF tables first.")


def judge_all(
    m: Measure, rows: pl.DataFrame, near: sets.Neighbours
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Judge every period and group of a measure: the rows and a frame of what they were judged by, against England,
    and the same two (``marks.SETS`` and ``marks.MARKS``) against each council's own region, type and peers, for
    everyone in the latest period.
    """  # fmt: skip
    judged, against = [], []
    in_sets, compared = [pl.DataFrame(schema=marks.SETS)], [pl.DataFrame(schema=marks.MARKS)]
    country, scale = "country", judge.Scale.of(m)
    everyone = rows.filter(pl.col("group") == marks.GROUP)["period"].unique()
    latest = max(everyone.to_list(), key=period_end, default=None)
    for chunk in rows.partition_by("series", "period", "group", maintain_order=True):
        whole = chunk.filter((pl.col("level") == country) & (pl.col("area") != "sum-of-councils"))
        published = whole["value"][0] if whole.height else None
        figures = judge.Figures.of(scale, chunk)
        frame, bench = judge.judged(scale, chunk, published=published, figures=figures)
        judged.append(frame)
        against.append(
            {
                "measure": m.id,
                "series": chunk["series"][0],
                "period": chunk["period"][0],
                "group": chunk["group"][0],
                "published": published,
                **asdict(bench),
            }
        )
        if (chunk["period"][0], chunk["group"][0]) == (latest, marks.GROUP):
            own, theirs = sets.judge_sets(scale, frame, figures, near)
            in_sets.append(own)
            compared.append(theirs)
    return pl.concat(judged), pl.DataFrame(against, schema=AGAINST), pl.concat(in_sets), pl.concat(compared)


AGAINST: dict[str, Any] = {
    "measure": pl.String, "series": pl.Int8, "period": pl.String, "group": pl.String, "published": pl.Float64,
    "kind": pl.String, "value": pl.Float64, "mean_of_councils": pl.Float64, "numerator": pl.Float64,
    "denominator": pl.Float64, "phi": pl.Float64, "tau2": pl.Float64, "y0": pl.Float64, "councils": pl.Int32,
}  # fmt: skip


def _side(frames: list[tuple[Kept, pl.DataFrame]], schema: dict[str, Any]) -> pl.DataFrame:
    """Notes or comparability logs of all files, each with its table; one log repeated in five files counts once."""
    some = [f.with_columns(table=pl.lit(k.table)) for k, f in frames if not f.is_empty()]
    if some:
        return pl.concat(some).unique(list(schema), keep="first", maintain_order=True)
    return pl.DataFrame(schema=schema | {"table": pl.String})


def tables_of(m: Measure, observations: pl.DataFrame) -> list[str]:
    """The tables that a measure's figures were read from: those that print an item one of its definitions asks for."""
    items = set()
    for s in m.series:
        for source in (s.numerator, s.denominator, s.value, s.margin_of_error, s.respondents):
            if isinstance(source, Population):
                items |= {"population", "population_series"}
            elif source is not None:
                items |= {x.item for x in (source if isinstance(source, tuple) else (source,))}
    return sorted(observations.filter(pl.col("item").is_in(sorted(items)))["table"].unique().to_list())


def measure_dict(m: Measure, values: pl.DataFrame, observations: pl.DataFrame) -> dict[str, Any]:
    """One measure as the read side wants it: the definition's texts and what this edition holds of it."""
    own = values.filter((pl.col("measure") == m.id) & (pl.col("group") == "all"))
    periods = sorted(own["period"].unique().to_list(), key=period_end)
    latest = periods[-1] if periods else None
    now = own.filter(pl.col("period").eq_missing(pl.lit(latest, pl.String)))
    councils = now.filter((pl.col("level") == "council") & pl.col("value").is_not_null()).height
    country = now.filter(pl.col("level") == "country").sort(pl.col("area") == "sum-of-councils")
    raw = asdict(m)
    raw["series"] = [
        {k: s[k] for k in ("definition", "start", "end", "source_return")} | {"number": i}
        for i, s in enumerate(raw["series"])
    ]
    return raw | {
        "tables": tables_of(m, observations),
        "periods": periods, "latest_period": latest, "councils_with_value": councils,
        "england_value": country["value"][0] if country.height else None,
        "groups": [{"id": g.id, "label": g.label} for g in m.groups],
        "history": [
            {"text": q.text, "period": q.period, "source": q.source, "status": q.status} for q in map(quote, m.history)
        ],
    }  # fmt: skip


def _about(
    ident: str, register: Register, kept: list[Kept], tables: dict[str, pl.DataFrame], newest: str
) -> dict[str, Any]:
    return {
        "id": ident, "format": FORMAT, "code_version": __version__, "code_digest": code_digest(),
        "simulated": register.simulated,
        "country": register.country.name, "newest_period": newest,
        "built_from": [_named(k) for k in sorted(kept, key=lambda k: k.table)],
        "rows": {name: t.height for name, t in sorted(tables.items())},
    }  # fmt: skip


def _named(kept: Kept) -> dict[str, Any]:
    """A source file as an edition names it: by what it is and its checksum, whatever the file was called here."""
    return {k: v for k, v in asdict(kept).items() if k not in ("file", "path")}


def _parquet(path: Path, table: pl.DataFrame) -> None:
    """Write a table through Python's own file: Polars calls a full disk a fault of the format, and not an OSError."""
    whole = io.BytesIO()
    table.write_parquet(whole, compression="zstd", statistics=True)
    path.write_bytes(whole.getbuffer())


def _json(path: Path, data: Any) -> None:
    path.write_bytes(json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True, default=str).encode())
