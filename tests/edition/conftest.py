"""What the tests of storage and building share: a small edition built once, and real other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evenhand.edition.build import Built, build_from
from evenhand.edition.home import writing
from evenhand.edition.read import Edition
from evenhand.facts.register import Register
from tests.edition.tables import tiny_files

ROOT = Path(__file__).parents[2]
Child = Callable[[str], "subprocess.Popen[str]"]
# What a script in a child process may use. ``ready`` tells the test to go on; ``wait`` lasts until the test ends.
PREAMBLE = """
import sys
from pathlib import Path
HOME = Path(sys.argv[1])
def ready(): print("ready", flush=True)
def wait(): sys.stdin.read()
"""


@pytest.fixture(scope="session")
def tiny_built(tiny: Register, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The tiny country's edition, built once. Tests read it and change nothing in its home."""
    home = tmp_path_factory.mktemp("tiny-home")
    with writing(home):
        return build_from(home, tiny_files(), tiny)


@pytest.fixture(scope="session")
def tiny_edition(tiny_built: Built) -> Edition:
    return Edition(tiny_built.folder)


@pytest.fixture
def child(home: Path) -> Iterator[Child]:
    """Start a script in a process of its own on the same home, and go on when it says that it is ready."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PREAMBLE + script, str(home)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready", "the child process failed before it was ready"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
