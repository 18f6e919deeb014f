"""The edition in use, kept open between requests: its files are read once, the pointer to it is read every time.

Opening an edition reads and parses its JSON, and every table is decoded from Parquet: 15 to 30 ms that no page should
spend. An edition never changes, so what was read once stays true for as long as the pointer names it. The pointer is a
file of one line; reading it takes about 30 µs, and so a new edition is seen by the next request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Lock

import polars as pl

from evenhand.edition.read import Edition
from evenhand.edition.read import open_current as open_again
from evenhand.edition.store import current_id, shelf
from evenhand.facts.errors import EvenhandError, Where

KEEP = 2  # the one in use, and the one before it for requests that are still being answered

Key = tuple[str, int, int]


class Held(Edition):
    """An edition whose tables stay in memory once they were read: some 30 MB for the whole of England."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._frames: dict[str, pl.DataFrame] = {}
        self._reading = Lock()

    def table(self, name: str) -> pl.LazyFrame:
        """As ``Edition.table``, from memory after the first time. Raises EvenhandError."""
        with self._reading:  # two first readers would each decode the same file
            if name not in self._frames:
                self._frames[name] = self._decoded(name)
        return self._frames[name].lazy()

    def _decoded(self, name: str) -> pl.DataFrame:
        lazily = super().table(name)
        try:
            return lazily.collect()
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise EvenhandError(
                "The edition is damaged.",
                where=Where(str(self.folder / f"{name}.parquet")),
                do="Build it again from the loaded files: `evenhand build`.",
            ) from fault

    @cached_property
    def _measures(self) -> pl.DataFrame:
        return super().measures()

    def measures(self) -> pl.DataFrame:
        """As ``Edition.measures``, made once. Do not change the frame in place: others hold it too."""
        return self._measures


class Shelf:
    """The editions that this process holds open, at most ``KEEP`` of them. Safe to share between threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._lock = Lock()
        self.when_new: list[Callable[[Path], None]] = []  # told the home when an edition is opened

    def current(self, home: Path) -> Edition:
        """The edition that the pointer names now. Raises NoEdition, or EvenhandError for one that cannot be read."""
        key = _key(home)
        if key is None:
            return open_again(home)  # says in words what is missing
        with self._lock:
            held = self._held.get(key)
            if held:
                self._held.move_to_end(key)
                return held
            held = Held(Path(key[0]))
            assert held.about  # an edition of another format, or a damaged one, is refused and not kept
            self._held[key] = held
            while len(self._held) > KEEP:
                self._held.popitem(last=False)
        for tell in self.when_new:
            tell(home)
        return held

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        """Forget every edition (tests do)."""
        with self._lock:
            self._held.clear()


SHELF = Shelf()


def open_current(home: Path) -> Edition:
    """The edition in use, opened at most once. Raises NoEdition or EvenhandError."""
    return SHELF.current(home)


def _key(home: Path) -> Key | None:
    """What tells one edition from another: its folder, and which folder that is if it was removed and built again."""
    named = current_id(home)
    if not named:
        return None
    folder = shelf(home) / named
    try:
        about = folder.stat()
    except OSError:
        return None
    return (str(folder), about.st_ino, about.st_mtime_ns)
