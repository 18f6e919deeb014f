"""The edition of the publishers' real files, for the tests that check what Evenhand says of them."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from evenhand.edition.library import Loaded
from evenhand.edition.read import Edition, open_current


@pytest.fixture(scope="session")
def official_load(real_home: Path) -> tuple[Path, list[Loaded]]:
    """A home with everything in the folder loaded, and what was said of each file."""
    return real_home, pickle.loads((real_home / "loaded.pickle").read_bytes())


@pytest.fixture(scope="session")
def real(real_home: Path) -> Edition:
    """The edition of the real files."""
    return open_current(real_home)
