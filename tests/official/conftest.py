"""The publishers' real files, loaded and built once for every test that needs an edition of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.edition.build import build
from evenhand.edition.library import Loaded, Loader
from evenhand.edition.read import Edition, open_current
from evenhand.facts.register import official


@pytest.fixture(scope="session")
def official_load(official_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Loaded]]:
    """A home with everything in the folder loaded, and what was said of each file."""
    home = tmp_path_factory.mktemp("official")
    return home, Loader(home, official()).load([official_data])


@pytest.fixture(scope="session")
def real(official_load: tuple[Path, list[Loaded]]) -> Edition:
    """The edition of the real files."""
    home, _ = official_load
    build(home, official())
    return open_current(home)
