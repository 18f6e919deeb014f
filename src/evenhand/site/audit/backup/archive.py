"""The file of a backup: a ZIP of the database's copy and the keys, with a manifest of their sums."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from evenhand.edition.home import unfinished
from evenhand.facts.errors import EvenhandError, Where

KIND = "evenhand backup"
FORM = 1  # of the archive; another number is another form
MANIFEST = "manifest.json"
DATABASE = "database"
KEYS = ("secret-key", "audit-key", "audit-keys.txt", "cld.key")
BLOCK = 2**20
MANIFEST_LIMIT = 2**20


@dataclass(frozen=True)
class Held:
    """One file in the archive."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. audit: events (the newest number), seal, and the checkpoint that signs it."""

    evenhand: str
    made: str
    database: str  # "sqlite" or "postgresql"
    audit: dict[str, Any]
    files: dict[str, Held]


def write(out: Path, about: Mapping[str, Any], files: Mapping[str, Path]) -> str:
    """Write the archive, whole or not at all, for its owner only; its SHA-256. Raises OSError."""
    held: dict[str, Held] = {}
    with unfinished(out) as part:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for name, path in files.items():
                    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
                        held[name] = _copy(source, target)
                about = {
                    "kind": KIND,
                    "form": FORM,
                    **about,
                    "files": {name: asdict(one) for name, one in held.items()},
                }
                archive.writestr(MANIFEST, json.dumps(about, indent=1))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.replace(part, out)
    return digest


def manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    """The manifest of an archive. Raises EvenhandError when it is no backup, or one of another form."""
    try:
        if archive.getinfo(MANIFEST).file_size > MANIFEST_LIMIT:
            raise ValueError("too long")
        given = json.loads(archive.read(MANIFEST))
        if given["kind"] != KIND:
            raise ValueError("another kind")
        if given["form"] != FORM:
            raise EvenhandError(
                "The backup was made by another version of Evenhand.", where=Where(str(path)),
                do=f"Restore it with Evenhand {given['evenhand']}.",
            )  # fmt: skip
        files = {str(name): Held(int(one["bytes"]), str(one["sha256"])) for name, one in given["files"].items()}
        made = Manifest(given["evenhand"], given["made"], given["database"], dict(given["audit"]), files)
        if (
            DATABASE not in files
            or not set(files) <= {DATABASE, *KEYS}
            or made.database not in ("sqlite", "postgresql")
        ):
            raise ValueError("other files")
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as fault:
        raise not_one(path) from fault
    return made


def extract(archive: zipfile.ZipFile, about: Manifest, folder: Path, path: Path) -> None:
    """Write the files into a folder and compare each with its sum. Raises EvenhandError at the first that differs."""
    for name, held in about.files.items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with archive.open(name) as source, os.fdopen(handle, "wb") as target:
                came = _copy(source, target, held.bytes)
                target.flush()
                os.fsync(target.fileno())
        except (KeyError, zipfile.BadZipFile, EOFError, ValueError) as fault:
            raise _damaged(name, path) from fault
        if came != held:
            raise _damaged(name, path)


def not_one(path: Path) -> EvenhandError:
    """The refusal of a file that is no backup."""
    return EvenhandError(
        "This is not a whole backup of Evenhand.",
        where=Where(str(path)),
        do="Give a file that `evenhand backup` wrote.",
    )


def _damaged(name: str, path: Path) -> EvenhandError:
    return EvenhandError(
        f"The backup is damaged: {name} is not what was put in.", where=Where(str(path)), do="Use another copy of it."
    )


def _copy(source: Any, target: BinaryIO | Any, limit: int | None = None) -> Held:
    """Copy in blocks, and say how much it was and its sum. Stops after ``limit`` bytes: more is not what was put in."""
    total, seal = 0, hashlib.sha256()
    while block := source.read(BLOCK):
        total += len(block)
        if limit is not None and total > limit:
            raise ValueError("longer than it says")
        seal.update(block)
        target.write(block)
    return Held(total, seal.hexdigest())
