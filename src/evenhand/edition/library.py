"""The library of loaded source files: what ``evenhand load`` keeps and ``evenhand build`` reads.

Each table (``ascof/2024-25``) is kept once, as the publisher's own file. Loading the same bytes again changes
nothing; a newer revision of a table replaces the older one; an older one, or one that says the same revision with other
figures, is refused, because two files that disagree must not be settled by the order somebody typed them in.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from evenhand import sources
from evenhand.edition.home import full_disk, unfinished, write_whole, writing
from evenhand.facts.errors import EvenhandError, UnreadableFile, Where
from evenhand.facts.register import Register
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import KEY

Outcome = Literal["loaded", "unchanged", "replaced", "refused", "passed over"]
MAX_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """One table of the library, as ``index.json`` holds it. Counts are of cells; ``why`` counts rejects by reason."""

    table: str
    reader: str
    publisher: str
    title: str
    licence: str
    revision: str
    file: str
    path: str
    bytes: int
    sha256: str
    periods: list[str]
    items: int
    councils: int
    values: int
    suppressed: int
    missing: int
    not_applicable: int
    rejected: int
    warnings: int
    why: dict[str, int]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What happened to one path: an outcome, a sentence, and the table as now kept (None when there is none)."""

    path: Path
    outcome: Outcome
    sentence: str
    kept: Kept | None = None
    rejects: pl.DataFrame | None = None


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def index(home: Path) -> dict[str, Kept]:
    """What is loaded, by table, in the order of the tables' names. Raises EvenhandError when the index is damaged."""
    path = home / "sources" / "index.json"
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {r["table"]: Kept(**r) for r in sorted(rows, key=lambda r: r["table"])}
    except (ValueError, TypeError, KeyError) as fault:
        raise EvenhandError(
            "The list of loaded files is damaged.",
            where=Where(str(path)),
            do="Remove it and load the files again.",
        ) from fault


def _write_index(home: Path, kept: dict[str, Kept]) -> None:
    rows = [asdict(kept[t]) for t in sorted(kept)]
    write_whole(home / "sources" / "index.json", json.dumps(rows, indent=1, ensure_ascii=False).encode())


def counted(result: ReadResult, *, file: str, path: str, size: int, sha256: str) -> Kept:
    """Count what a table says, for people and for the index. ``path`` is relative to the home, ``size`` in bytes."""
    obs, rej = result.observations, result.rejects
    by = dict(obs.group_by("status").len().iter_rows())
    bad = rej.filter(pl.col("severity") == "rejected")
    why = dict(bad.group_by("reason").len().sort(["len", "reason"], descending=[True, False]).head(20).iter_rows())
    councils = obs.filter((pl.col("level") == "council") & (pl.col("status") == "published"))["area"].n_unique()
    return Kept(
        table=result.table, reader=result.reader, publisher=result.publisher, title=result.title,
        licence=result.licence, revision=result.revision, file=file, path=path, bytes=size, sha256=sha256,
        periods=list(result.periods), items=obs["item"].n_unique(), councils=councils or len(result.geometry),
        values=by.get("published", 0), suppressed=by.get("suppressed", 0), missing=by.get("missing", 0),
        not_applicable=by.get("not_applicable", 0), rejected=bad.height, warnings=rej.height - bad.height, why=why,
    )  # fmt: skip


def _expand(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """Files to look at, each with whether somebody named it; folders in name order, what is hidden left out."""
    found: list[tuple[Path, bool]] = []
    for p in paths:
        if p.is_dir():
            inside = sorted(f for f in p.rglob("*") if f.is_file() and not _hidden(f.relative_to(p)))
            found += [(f, False) for f in inside if f.name != "manifest.json" and f.suffix != ".part"]
        else:
            found.append((p, True))
    if len(found) > MAX_FILES:
        raise EvenhandError(f"There are {len(found):,} files here; name the ones to load.", do="Nothing was loaded.")
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _intact(home: Path, kept: Kept) -> bool:
    """Whether the stored copy of a table is there and says what it said when it was loaded."""
    path = home / kept.path
    return path.is_file() and fingerprint(path) == kept.sha256


def _disagreement(old: ReadResult, new: ReadResult) -> str:
    """The first cell in which two readings of one table differ, in words."""
    both = old.observations.join(new.observations, on=KEY, how="full", suffix="_new", coalesce=True)
    differs = both.filter(
        ~pl.col("value").eq_missing(pl.col("value_new")) | ~pl.col("status").eq_missing(pl.col("status_new"))
    )
    if differs.is_empty():
        return "They say the same; only the wrapping differs."
    r = differs.sort(KEY).row(0, named=True)

    def say(value: float | None, status: str | None) -> str:
        return f"{value:,.10g}" if value is not None else (status or "nothing").replace("_", " ")

    place = Where(None, r["sheet_new"] or r["sheet"], r["row_new"] or r["row"], r["column_new"] or r["column"])
    what = f"{r['item']} ({r['part']}) for {r['area']} in {r['period']}"
    before, now = say(r["value"], r["status"]), say(r["value_new"], r["status_new"])
    count = "1 cell differs," if differs.height == 1 else f"{differs.height:,} cells differ, first"
    return f"{count} {place}: {what} is {before} in the file loaded and {now} in this one."


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:120] or "file"


def _closed(path: Path, fault: OSError) -> Loaded:
    """The answer for a file that is there and that the machine does not let us read."""
    said = UnreadableFile(
        f"The file cannot be read: {fault.strerror or fault}.",
        where=Where(str(path)),
        do="Check that you may read it. Nothing was changed.",
    )
    return Loaded(path, "refused", str(said))


class Loader:
    """Loads paths into a home. One use: ``Loader(home, register).load(paths)``."""

    def __init__(self, home: Path, register: Register, *, replace: bool = False) -> None:
        self.home = home
        self.register = register
        self.replace = replace

    def load(self, paths: Iterable[Path], progress: Callable[[Path], None] = lambda _: None) -> list[Loaded]:
        """Load files and folders; every path gets an answer, and one bad file does not stop the others.

        A file that somebody named and Evenhand does not know is refused; one that merely lies in a named folder is
        passed over. Raises Busy, or NoRoom with the library as the files before that one left it.
        """
        with writing(self.home):
            kept = index(self.home)
            out = []
            for path, named in _expand(paths):
                progress(path)
                done = self._one(path, named, kept)
                if done.kept and done.outcome in ("loaded", "replaced"):
                    self._list(done.kept, kept)
                out.append(done)
            return out

    def _one(self, path: Path, named: bool, kept: dict[str, Kept]) -> Loaded:
        refused: Outcome = "refused" if named else "passed over"
        try:
            reader, file, _ = sources.recognise(path)
            sha = fingerprint(path)
        except EvenhandError as fault:
            return Loaded(path, refused, str(fault))
        except OSError as fault:
            return _closed(path, fault)
        same = next((k for k in kept.values() if k.sha256 == sha), None)
        if same and _intact(self.home, same):
            return Loaded(path, "unchanged", f"{same.title} is already loaded; nothing changed.", same)
        try:
            result = sources.checked(reader.read(file, self.register), path.name)
        except EvenhandError as fault:
            return Loaded(path, "refused", str(fault))
        except OSError as fault:
            return _closed(path, fault)
        before = kept.get(result.table)
        whole = before is not None and _intact(self.home, before)
        if before and not self.replace and not self._newer(result, before, whole):
            return self._stale(path, result, before)
        # The name is kept as it came: for some publishers' files only the name says the year and the revision.
        target = self.home / "sources" / _safe(result.table) / sha[:12] / path.name
        with full_disk(self.home):
            target.parent.mkdir(parents=True, exist_ok=True)
            with unfinished(target) as part:
                shutil.copyfile(path, part)
                part.replace(target)
        kept_at = target.relative_to(self.home).as_posix()
        now = counted(result, file=path.name, path=kept_at, size=path.stat().st_size, sha256=sha)
        if before:
            was = f"revision {before.revision or 'without a date'} ({before.file})"
            lost = "" if whole else ", whose stored copy was missing or changed"
            return Loaded(path, "replaced", f"Replaces {was}{lost}.", now, result.rejects)
        return Loaded(path, "loaded", "New.", now, result.rejects)

    @staticmethod
    def _newer(result: ReadResult, before: Kept, whole: bool) -> bool:
        """Whether a file may take a table's place: a later revision, or the same one when the stored copy is lost."""
        return result.revision > before.revision or (result.revision == before.revision and not whole)

    def _list(self, new: Kept, kept: dict[str, Kept]) -> None:
        """Put a stored file in the index, and remove what no table needs any more. ``kept`` is changed in place.

        Raises NoRoom; the index is then as it was, and so are the files that it names.
        """
        kept[new.table] = new
        with full_disk(self.home):
            _write_index(self.home, kept)
            self._sweep(kept)

    def _stale(self, path: Path, result: ReadResult, before: Kept) -> Loaded:
        """Refuse an older revision, or one of the same revision that may disagree, saying which figure differs."""
        where = Where(path.name)
        if result.revision < before.revision:
            what = f"This is revision {result.revision or 'without a date'}; revision {before.revision} is loaded."
        else:
            what = f"{before.file} is loaded as {result.table} with the same revision. {self._against(result, before)}"
        fault = UnreadableFile(
            what, where=where, do="Use --replace to put this file in its place. Nothing was changed."
        )
        return Loaded(path, "refused", str(fault), before)

    def _against(self, result: ReadResult, before: Kept) -> str:
        try:
            return _disagreement(sources.read(self.home / before.path, self.register), result)
        except EvenhandError as fault:  # loaded with an older version of the reader
            return f"The file loaded can no longer be read to compare them: {fault}"

    def _sweep(self, kept: dict[str, Kept]) -> None:
        """Remove stored files that no table points to any more."""
        live = {self.home / k.path for k in kept.values()}
        needed = live.union(*(f.parents for f in live))
        for f in sorted((self.home / "sources").glob("*/**/*"), reverse=True):  # what is inside a folder comes first
            if f.is_dir() and f not in needed:
                f.rmdir()
            elif not f.is_dir() and f not in live:
                f.unlink(missing_ok=True)


def read_all(
    home: Path, register: Register, progress: Callable[[Kept], None] = lambda _: None
) -> list[tuple[Kept, ReadResult]]:
    """Read every loaded file again, in table order. Raises EvenhandError when a stored file was changed or lost.

    What comes back is counted afresh: the reader may have learnt since the file was loaded.
    """
    out = []
    for kept in index(home).values():
        progress(kept)
        path = home / kept.path
        if not _intact(home, kept):
            raise UnreadableFile(
                f"The stored copy of {kept.title} is missing or was changed.",
                where=Where(str(path)),
                do="Load the publisher's file again.",
            )
        result = sources.read(path, register)
        now = counted(result, file=kept.file, path=kept.path, size=kept.bytes, sha256=kept.sha256)
        out.append((now, result))
    return out
