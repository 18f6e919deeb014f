"""The rules of the house that no other test would notice being broken."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("run.txt", "dev.txt", "docs.txt", "build.txt")
LONGEST_MODULE = 400
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\;]+)(?: ;[^\\]*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def tracked() -> list[Path]:
    """Every file that a clone of this repository has or will have; all files, where this is no clone."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if names.returncode:
        pytest.skip("not a git clone: there is no list of the repository's files")
    return [p for n in names.stdout.decode().split("\0") if n and (p := ROOT / n).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            found.append((path.relative_to(ROOT), data.decode("utf-8", errors="replace")))
    return found


def pins(lock: str) -> dict[str, str]:
    """Name -> version of every package in a lock file."""
    lines = (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(m[1]): m[2] for line in lines if (m := PIN.match(line))}


def test_who_may_import_whom() -> None:
    """The contracts in pyproject.toml, drawn in docs/explanation/house.md."""
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_no_file_knows_the_machine_or_the_index_it_was_made_on() -> None:
    machine = re.compile(
        # A path of one machine. /work/ alone is an address of the site: the pages of staff.
        r"(?<![\w.])/(?:work/(?:main|shared|\.)|(?:home/\w+|root|opt/pypi|Users/\w+)/)"
        r"|--(?:extra-)?index-url|--find-links|--trusted-host|simple/$"
        r"|files\.pythonhosted\.org|https?://[\w.-]*pypi[\w.-]*",  # a package index
        re.MULTILINE,
    )
    here = Path(__file__).name
    bad = [f"{path}: {m[0]}" for path, text in texts() if path.name != here for m in machine.finditer(text)]
    assert not bad


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_is_pins_each_with_hashes_and_nothing_else(lock: str) -> None:
    lines = (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines()
    strange = [line for line in lines if not (PIN.match(line) or HASH.match(line) or line.startswith("    #"))]
    assert not strange
    for line, after in itertools.pairwise(lines):
        assert not PIN.match(line) or HASH.match(after), f"{line} has no hash"


@pytest.mark.parametrize(
    ("lock", "extras"), [("run.txt", ["web"]), ("dev.txt", ["web", "dev"]), ("docs.txt", ["docs"])]
)
def test_a_lock_file_is_in_step_with_pyproject(lock: str, extras: list[str]) -> None:
    asked = PROJECT["dependencies"] + [r for e in extras for r in PROJECT["optional-dependencies"][e]]
    held = pins(lock)
    for requirement in map(Requirement, asked):
        version = held.get(canonicalize_name(requirement.name))
        assert version, f"{lock} does not hold {requirement.name}: make lock"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock} holds {version}, not {requirement}"


def test_the_lock_files_agree_because_all_may_stand_in_one_environment() -> None:
    run, dev, docs = pins("run.txt"), pins("dev.txt"), pins("docs.txt")
    assert run.items() <= dev.items()
    assert not {n: (v, dev[n]) for n, v in docs.items() if n in dev and dev[n] != v}


def test_the_build_tool_in_the_lock_is_one_that_pyproject_accepts() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    held = pins("build.txt")
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(held[canonicalize_name(requirement.name)])


def modules() -> list[Path]:
    """Every module that a person wrote: Django writes the migrations that make tables (``0001_initial``)."""
    return [p for p in sorted((ROOT / "src").rglob("*.py")) if p.parent.name != "migrations"]


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {}
    for path in modules():
        n = len(path.read_text(encoding="utf-8").splitlines())
        if n >= LONGEST_MODULE:
            long[str(path.relative_to(ROOT))] = n
    assert not long


def test_every_package_of_the_house_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in modules()
        if not p.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent


def test_no_publishers_file_is_in_the_repository() -> None:
    """The product reads the publishers' files wherever a user has put them; it does not carry them."""
    data = {".ods", ".xlsx", ".xls", ".parquet", ".zip", ".hexjson", ".geojson"}
    bad = [str(p.relative_to(ROOT)) for p in tracked() if p.suffix.lower() in data and p.stat().st_size > 200_000]
    assert not bad


def test_nothing_is_left_to_do_in_the_code() -> None:
    left = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    here = Path(__file__).name
    bad = [
        str(p)
        for p, text in texts()
        if p.suffix in {".py", ".sh", ".yaml", ".html"} and p.name != here and left.search(text)
    ]
    assert not bad


def test_every_promise_of_the_makefile_has_its_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.* ## \S", makefile, re.MULTILINE), f"{target} has no line of help"


def test_the_version_is_said_once() -> None:
    import evenhand

    assert evenhand.__version__ == PROJECT["version"]


def test_the_page_about_measures_says_what_the_definitions_say() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("reference_measures", ROOT / "scripts" / "reference_measures.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run: make docs"
