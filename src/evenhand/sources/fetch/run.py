"""Fetch what the catalogue lists into a folder: each file whole and checked, or not there at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evenhand.facts.errors import EvenhandError
from evenhand.sources.fetch import manifest
from evenhand.sources.fetch.catalogue import Catalogue, Source
from evenhand.sources.fetch.client import Client, FetchFailed, NoNetwork
from evenhand.sources.fetch.discover import Candidate, Found, discover, pinned
from evenhand.sources.fetch.verify import verify

Status = Literal["fetched", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file is. ``total`` is None when the server does not say."""

    source: str
    name: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file (or of a whole source, when nothing of it could be had: ``path`` None)."""

    source: str
    title: str
    status: Status
    path: Path | None = None
    file_url: str = ""
    bytes: int = 0
    sha256: str = ""
    found_by: str = ""
    message: str = ""


@dataclass(frozen=True)
class FetchReport:
    """All outcomes in the catalogue's order. ``offline`` when no publisher could be reached at all."""

    outcomes: tuple[Outcome, ...]
    offline: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything asked for is there now."""
        return not self.offline and all(o.status != "failed" for o in self.outcomes)

    def paths(self) -> tuple[Path, ...]:
        """Every file that is there now, new or unchanged: what to hand to ``load``."""
        return tuple(o.path for o in self.outcomes if o.path is not None and o.status != "failed")

    def sentence(self) -> str:
        """The whole run in one sentence."""
        if self.offline:
            return (
                "No publisher can be reached from here (no network, or it is blocked); nothing was changed, everything "
                "already loaded still works, and files saved by hand can be loaded."
            )
        count = {s: sum(o.status == s for o in self.outcomes) for s in ("fetched", "unchanged", "failed")}
        failed = sorted({o.source for o in self.outcomes if o.status == "failed"})
        end = f"; could not be had: {', '.join(failed)}" if failed else ""
        return f"{count['fetched']} files fetched, {count['unchanged']} unchanged, {count['failed']} failed{end}."


def fetch(
    catalogue: Catalogue,
    destination: Path,
    *,
    client: Client | None = None,
    only: set[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> FetchReport:
    """Bring the newest files of the chosen sources into ``destination/<source>/<file>``.

    Nothing half-written is ever found under a file's own name; what an interrupted run leaves is a ``.part`` that the
    next run finishes. One source's failure does not stop the others. Without any network the report says so
    (``offline``) and nothing is written.

    Raises BadCatalogue for an unknown key, EvenhandError when the manifest is damaged or the disk refuses to write.
    """
    chosen = catalogue.chosen(only)
    own = client or Client(catalogue.hosts)
    run = _Run(own, destination, manifest.load(destination), progress or (lambda p: None))
    outcomes: list[Outcome] = []
    try:
        for source in chosen:
            outcomes += run.source(source)
            # two hosts out of reach and none reached: there is no network, so do not wait for the others
            if not own.reached and len(own.unreachable) >= 2:
                break
    finally:
        if client is None:
            own.close()
    return FetchReport(tuple(outcomes), offline=bool(own.unreachable) and not own.reached)


def find(source: Source, client: Client) -> Found:
    """Discovery, with the pins as what to fall back on. Raises NoNetwork, and FetchFailed when there is nothing."""
    try:
        found = discover(source, client, client.now().date())
    except NoNetwork:
        raise
    except FetchFailed as fault:
        found = Found((), (str(fault),))
    if found.groups:
        return replace(found, groups=_with_own_names(found.groups))
    pins = pinned(source)
    if not pins:
        raise FetchFailed(" ".join(found.notes) or "The publisher offers no file.", do="Try again later.")
    note = "The last known address was used instead: a newer edition may exist."
    return Found(tuple((p,) for p in pins), (*found.notes, note))


def _with_own_names(groups: tuple[tuple[Candidate, ...], ...]) -> tuple[tuple[Candidate, ...], ...]:
    """Two files of one publication that share a name are kept apart by a number, so neither overwrites the other."""
    seen: dict[str, int] = {}
    out = []
    for group in groups:
        name = group[0].name
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-{seen[name]}{dot}{ending}" if stem else f"{name}-{seen[name]}"
        out.append(tuple(replace(c, name=name) for c in group) if name != group[0].name else group)
    return tuple(out)


@dataclass
class _Run:
    """One run of ``fetch``: the manifest is saved after each file, so an interruption loses nothing that is done."""

    client: Client
    folder: Path
    entries: dict[str, manifest.Entry]
    progress: Callable[[Progress], None]

    def source(self, source: Source) -> list[Outcome]:
        """All files of one source."""
        try:
            found = find(source, self.client)
        except FetchFailed as fault:
            return [Outcome(source.key, source.title, "failed", message=str(fault))]
        note = " ".join(found.notes)
        outcomes = [self._first_good(source, group, note) for group in found.groups]
        if all(o.status == "failed" for o in outcomes) and found.groups[0][0].found_by != "pin" and source.pins:
            spare = "What the publisher lists could not be had; the last known address was used."
            second = [self._first_good(source, (p,), spare) for p in pinned(source)]
            if any(o.status != "failed" for o in second):
                return second
        return outcomes

    def _first_good(self, source: Source, group: Iterable[Candidate], note: str) -> Outcome:
        """The first alternative that can be had; else the failures of all of them."""
        faults = []
        for candidate in group:
            try:
                return replace(self._file(source, candidate), message=note)
            except NoNetwork as fault:
                faults.append(str(fault))
                break
            except FetchFailed as fault:
                faults.append(str(fault))
        last = " ".join(dict.fromkeys(faults))
        return Outcome(source.key, source.title, "failed", file_url=candidate.url, message=last)

    def _file(self, source: Source, candidate: Candidate) -> Outcome:
        """One file: fetched, checked, renamed and written into the manifest. Raises FetchFailed, EvenhandError."""
        relative = f"{source.key}/{candidate.name}"
        target = self.folder / relative
        held = self.entries.get(relative)
        held = held if held and held.file_url == candidate.url and held.intact(self.folder) else None
        validators = {"etag": held.etag, "last_modified": held.last_modified} if held else {}
        try:
            done = self.client.download(
                candidate.url, target, validators=validators,
                progress=lambda n, total: self.progress(Progress(source.key, candidate.name, n, total)),
            )  # fmt: skip
            if done.unchanged and held:
                return self._outcome(source, held, "unchanged")
            try:
                sha256 = verify(done.path, candidate.name, content_type=done.content_type, sha256=candidate.sha256)
            except FetchFailed:
                self._throw_away(target)
                raise
            return self._keep(source, candidate, target, done.etag, done.last_modified, sha256)
        except OSError as fault:
            raise EvenhandError(
                f"{target.name} cannot be written: {fault.strerror or fault}.",
                do=f"Make room or allow writing in {self.folder}, and run this again: it goes on where it stopped.",
            ) from fault

    def _keep(
        self, source: Source, candidate: Candidate, target: Path, etag: str, last_modified: str, sha256: str
    ) -> Outcome:
        """Give a checked download its own name and write the manifest."""
        part = target.with_name(target.name + ".part")
        relative = f"{source.key}/{candidate.name}"
        before = self.entries.get(relative)
        same = before is not None and before.sha256 == sha256 and before.intact(self.folder)
        entry = manifest.Entry(
            source=source.key, publisher=source.publisher, title=source.title, licence=source.licence,
            page_url=candidate.page_url, file_url=candidate.url, path=relative,
            fetched_at=self.client.now().isoformat(timespec="seconds"), bytes=part.stat().st_size, sha256=sha256,
            public_updated_at=candidate.public_updated_at, found_by=candidate.found_by,
            confidence=candidate.confidence, etag=etag, last_modified=last_modified,
        )  # fmt: skip
        part.replace(target)
        target.with_name(target.name + ".part.json").unlink(missing_ok=True)
        self.entries[relative] = entry
        manifest.save(self.folder, self.entries)
        return self._outcome(source, entry, "unchanged" if same else "fetched")

    def _outcome(self, source: Source, entry: manifest.Entry, status: Status) -> Outcome:
        return Outcome(
            source.key, source.title, status, self.folder / entry.path, entry.file_url, entry.bytes, entry.sha256,
            entry.found_by,
        )  # fmt: skip

    @staticmethod
    def _throw_away(target: Path) -> None:
        for ending in (".part", ".part.json"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
