"""The shelf of editions: list, choose, remove, and put a new one there whole.

An edition is a folder that never changes after it appears. ``editions/current`` is one line, the id in use, replaced at
once; a reader opens the pointer once and then stays with that folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.edition.home import full_disk, write_whole, writing
from evenhand.facts.errors import EvenhandError, Where

POINTER = "current"
# Raised whenever a table or a field of an edition changes, so that an old one is refused with a sentence.
FORMAT = 4
BUILDING = ".building-"
CHECKSUMS = "checksums.json"


class NoEdition(EvenhandError):
    """There is no edition to read, or not the one that was asked for."""


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One edition as listed: its id, whether it is in use, and what ``edition.json`` says of it."""

    id: str
    current: bool
    about: dict[str, Any]


def shelf(home: Path) -> Path:
    """The folder of editions."""
    return home / "editions"


def current_id(home: Path) -> str | None:
    """The id of the edition in use, or None."""
    try:
        return (shelf(home) / POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def listed(home: Path) -> list[OnShelf]:
    """Every edition on the shelf, the newest built last. Raises EvenhandError naming one that is damaged."""
    now = current_id(home)
    out = []
    for name in _ids(home):
        about = shelf(home) / name / "edition.json"
        try:
            when, said = about.stat().st_mtime_ns, json.loads(about.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # removed by somebody else since the folder was listed
        except (OSError, ValueError) as fault:
            raise EvenhandError(
                f"The edition {name} is damaged.",
                where=Where(str(about)),
                do=f"`evenhand editions remove {name}` removes it; `evenhand build` makes it again.",
            ) from fault
        out.append((when, OnShelf(name, name == now, said)))
    return [e for _, e in sorted(out, key=lambda pair: (pair[0], pair[1].id))]


def _ids(home: Path) -> list[str]:
    """The names of the editions on the shelf. Folders that are being built or taken away begin with a dot."""
    return sorted(p.parent.name for p in shelf(home).glob("*/edition.json") if not p.parent.name.startswith("."))


def folder_of(home: Path, edition_id: str | None = None) -> Path:
    """The folder of an edition (the current one when no id is given; the first letters of an id are enough)."""
    if edition_id is None:
        edition_id = current_id(home)
        if edition_id is None:
            raise NoEdition(
                "There is no edition yet.",
                do="Run `evenhand load` with official files and `evenhand build`, or `evenhand build --sample`.",
            )
    match = [name for name in _ids(home) if edition_id and name.startswith(edition_id)]
    if len(match) != 1:
        what = f"No edition is called {edition_id!r}." if not match else f"{edition_id!r} begins several editions' ids."
        raise NoEdition(what, do="`evenhand editions` lists them.")
    return shelf(home) / match[0]


def switch(home: Path, edition_id: str) -> str:
    """Make an edition the one in use, at once. Returns its whole id."""
    with writing(home), full_disk(home):
        whole = folder_of(home, edition_id).name
        write_whole(shelf(home) / POINTER, f"{whole}\n".encode())
    return whole


def remove(home: Path, edition_id: str) -> str:
    """Remove an edition that is not in use. Returns its whole id."""
    with writing(home), full_disk(home):
        folder = folder_of(home, edition_id)
        if folder.name == current_id(home):
            raise EvenhandError(
                f"{folder.name} is the edition in use.", do="Switch to another one first: `evenhand editions use ID`."
            )
        _clear(home)
        os.replace(folder, folder.with_name(f"{BUILDING}gone-{folder.name}"))
        _clear(home)
    return folder.name


@contextmanager
def new_edition(home: Path, edition_id: str) -> Iterator[Path]:
    """A folder to build in, which becomes the edition when the block ends well and vanishes when it does not.

    The caller holds the writing lock. Leftovers of builds that were killed are cleared away first.
    """
    with full_disk(home):
        shelf(home).mkdir(parents=True, exist_ok=True)
        _clear(home)
        work = shelf(home) / f"{BUILDING}{edition_id}"
        work.mkdir()
    try:
        with full_disk(home):
            yield work
            final = shelf(home) / edition_id
            write_whole(work / CHECKSUMS, json.dumps(_checksums(work), indent=1).encode())
            if _intact(final):
                _same_or_raise(work, final)
                shutil.rmtree(work)
            else:
                _sync(work)
                if final.exists():  # damaged since it was built: the same inputs mend it
                    os.replace(final, final.with_name(f"{BUILDING}gone-{edition_id}"))
                os.replace(work, final)
            write_whole(shelf(home) / POINTER, f"{edition_id}\n".encode())
    finally:
        _clear(home)


def _clear(home: Path) -> None:
    """Remove whatever was being built or taken away; nobody reads it."""
    for left in shelf(home).glob(f"{BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of an edition, by its path in the folder."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != CHECKSUMS)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def _intact(folder: Path) -> bool:
    """Whether an edition's folder holds exactly the files that it was built with."""
    try:
        return bool(json.loads((folder / CHECKSUMS).read_text(encoding="utf-8")) == _checksums(folder))
    except (OSError, ValueError):
        return False


def _sync(folder: Path) -> None:
    """Ask the disk to keep every file of a folder before the folder gets its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as f:
                os.fsync(f.fileno())


def _same_or_raise(new: Path, old: Path) -> None:
    """An edition's id stands for its bytes: building it again must give the same ones."""
    was, now = _checksums(old), _checksums(new)
    differs = sorted(n for n in was.keys() | now.keys() if was.get(n) != now.get(n))
    if differs:
        raise EvenhandError(
            f"The edition {old.name} was built before from the same files and its bytes differ now ({differs[0]}).",
            where=Where(str(old)),
            do="A library may have changed. Remove the old edition if it is not in use, and build again.",
        )
