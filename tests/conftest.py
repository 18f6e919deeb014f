"""Things every test may use: a tiny invented country, a home folder of its own, and the official files if present."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from evenhand.edition.build import build
from evenhand.edition.library import Loader
from evenhand.edition.read import Edition, open_current
from evenhand.facts.register import Register, official

HERE = Path(__file__).parent
pytest_plugins = ["tests.site.audit.flushing"]  # tables that nobody may empty, emptied between tests that commit

# The same examples every time, and no clock: a red test must mean a fault. Chance belongs to scripts/fuzz.py.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
OFFICIAL = Path(os.environ.get("EVENHAND_OFFICIAL_DATA", HERE.parent.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def tiny() -> Register:
    """Seven invented councils in two regions: one recoded in 2025, one split in two in 2021."""
    return Register.from_folder(HERE / "tiny", simulated=True)


@pytest.fixture(scope="session")
def england() -> Register:
    return official()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty EVENHAND_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("EVENHAND_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def official_data() -> Path:
    """The folder of the publishers' real files: absent at home is a skip, absent in CI is a failure."""
    if not OFFICIAL.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the official files, and {OFFICIAL} is not there")
        pytest.skip(f"no official files at {OFFICIAL}: set EVENHAND_OFFICIAL_DATA")
    return OFFICIAL


@pytest.fixture(scope="session")
def real_home(official_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the edition of the real files in use, built once, however many processes run the tests.

    Tests read it and never write to it. What was said of each file while loading is beside it, in ``loaded.pickle``.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "real-home"
    with FileLock(shared / "real.lock"):
        if not (folder / "loaded.pickle").exists():
            loaded = Loader(folder, official()).load([official_data])
            build(folder, official())
            (folder / "loaded.pickle").write_bytes(pickle.dumps(loaded))
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the simulated edition in use, built once a session. Tests read it and never write to it."""
    from evenhand.edition.sample.edition import build_sample

    folder = tmp_path_factory.mktemp("sample")
    build_sample(folder)
    return folder


@pytest.fixture(scope="session")
def sample(sample_home: Path) -> Edition:
    """The simulated edition."""
    return open_current(sample_home)
