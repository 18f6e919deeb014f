"""What was fetched, from where and when: ``manifest.json`` beside the files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from evenhand.facts.errors import EvenhandError, Where
from evenhand.sources.fetch.verify import sha256_of

FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file on disk. ``path`` is relative to the manifest; ``fetched_at`` is ISO 8601 in UTC."""

    source: str
    publisher: str
    title: str
    licence: str
    page_url: str
    file_url: str
    path: str
    fetched_at: str
    bytes: int
    sha256: str
    public_updated_at: str
    found_by: str
    confidence: str
    etag: str = ""
    last_modified: str = ""

    def intact(self, folder: Path) -> bool:
        """Whether the file is still on disk, byte for byte."""
        path = folder / self.path
        return path.is_file() and path.stat().st_size == self.bytes and sha256_of(path) == self.sha256


def load(folder: Path) -> dict[str, Entry]:
    """Entries by path; none when there is no manifest yet. Raises EvenhandError when it is damaged."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        entries = [Entry(**e) for e in json.loads(path.read_text(encoding="utf-8"))["files"]]
    except (ValueError, TypeError, KeyError) as fault:
        raise EvenhandError(
            "The list of fetched files is damaged.",
            where=Where(str(path)),
            do="Move it away and fetch again: files that have not changed are recognised.",
        ) from fault
    return {e.path: e for e in entries}


def save(folder: Path, entries: dict[str, Entry]) -> None:
    """Write the manifest whole or not at all."""
    content = {"version": 1, "files": [asdict(entries[k]) for k in sorted(entries)]}
    part = folder / (FILE + ".part")
    with part.open("w", encoding="utf-8") as f:
        json.dump(content, f, indent=1, ensure_ascii=False)
        f.write("\n")
        f.flush()
        os.fsync(f.fileno())
    part.replace(folder / FILE)
