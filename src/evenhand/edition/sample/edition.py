"""The sample edition: the simulated country through the same pipeline as the publishers' files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from evenhand.edition.build import Built, build_from
from evenhand.edition.home import writing
from evenhand.edition.library import Kept, counted
from evenhand.edition.sample import sample_register, sample_tiles
from evenhand.edition.sample.results import sample_results
from evenhand.sources.model import ReadResult

SEED = 1


def build_sample(home: Path, *, seed: int = SEED, progress: Callable[[str, int, int], None] | None = None) -> Built:
    """Make the simulated edition and put it in use. Its id begins with ``sim-`` and everything in it is invented."""
    register = sample_register(seed)
    loaded = [(kept(r, seed), r) for r in sample_results(register, seed)]
    with writing(home):
        return build_from(home, loaded, register, tiles=sample_tiles(), progress=progress or (lambda _s, _d, _o: None))


def kept(result: ReadResult, seed: int) -> Kept:
    """The index entry of an invented table: there is no file, and the checksum stands for the seed that made it."""
    sha = hashlib.sha256(f"simulated|{result.table}|{seed}".encode()).hexdigest()
    return counted(result, file="(simulated, no file)", path="", size=0, sha256=sha)
