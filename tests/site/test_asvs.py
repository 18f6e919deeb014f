"""The page that walks the security standard names what is there, and leaves out no requirement."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| ([\d.]+)(?:-(\d+))? \| ([123-]) \| (.+?) \| ([a-z ]+) \| (.*) \|$", re.MULTILINE)
# How many requirements each section of ASVS 5.0 has: V1.1 has 2, V1.2 has 10, and so on.
SECTIONS = {
    1: (2, 10, 12, 3, 3), 2: (3, 3, 5, 2), 3: (1, 3, 5, 8, 8, 1, 5), 4: (5, 5, 2, 4), 5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4), 7: (3, 4, 2, 5, 3, 2), 8: (4, 4, 3, 2), 9: (3, 4), 10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 4, 2, 2, 2), 12: (5, 2, 5), 13: (4, 6, 4, 7), 14: (2, 8, 3), 15: (5, 5, 7, 4), 16: (1, 5, 4, 3, 4),
}  # fmt: skip
STATES = {"met", "partly", "not met", "council", "not used"}


def walked() -> list[str]:
    """The number of every requirement that the page has a line for."""
    found = []
    for number, last, *_ in LINE.findall(PAGE):
        section, _, first = number.rpartition(".")
        found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)] if section else []
    return found


def test_every_requirement_has_a_line_and_only_one() -> None:
    wanted = [
        f"{chapter}.{section}.{n}"
        for chapter, sizes in SECTIONS.items()
        for section, size in enumerate(sizes, 1)
        for n in range(1, size + 1)
    ]
    assert sorted(walked()) == sorted(wanted)


def test_every_line_says_how_it_stands_and_what_is_not_met_says_why() -> None:
    lines = LINE.findall(PAGE)
    assert {line[4] for line in lines} <= STATES
    silent = [line[0] for line in lines if line[4] in {"partly", "not met"} and line[2] in "12" and not line[5].strip()]
    assert not silent


def test_what_a_line_names_is_there() -> None:
    named = set(re.findall(r"`((?:tests|src|docs|deploy)/[\w./-]+)`", PAGE))
    assert len(named) > 30
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
