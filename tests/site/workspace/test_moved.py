"""Which people moved a figure between two results."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from evenhand.site.workspace import access, queries
from tests.site.own_results import FIRST, SECOND, keep
from tests.site.test_pages import text


def test_who_moved_a_figure_adds_up_to_its_change(browser: Client, own_home: Path) -> None:
    one, other = keep(own_home), keep(own_home, SECOND)
    pair = f"?before={one.id}&after={other.id}&council=E66000001"
    said = text(browser.get(f"/workspace/compare/3d-2a/{pair}").content)
    assert "It went from 50.0% (2 of 4) to 50.0% (2 of 4): 0 percentage points." in said
    got = queries.movement(one, other, "E66000001", "3d-2a")
    assert got is not None
    assert [(m.key, m.people, m.numerator, m.denominator) for m in got.movements] == [
        ("entered_not_counted", 1, 0, 1),
        ("left_counted", 1, -1, -1),
        ("became_counted", 1, 1, 0),
    ]
    assert "p02" in text(browser.get(f"/workspace/compare/3d-2a/left_counted/{pair}").content)
    assert "Left the measure, and had been counted" in access.openings()[0][0].what
    assert "Who moved" not in text(browser.get(f"/workspace/compare/{pair}").content)


def test_printed_parts_add_up_to_the_printed_change(own_home: Path) -> None:
    one = keep(own_home, FIRST[:3] + FIRST[-1:])
    other = keep(own_home, SECOND)
    got = queries.movement(one, other, "E66000001", "3d-2a")
    assert got is not None
    parts, change = queries.steps(got)
    number = [float(p.points.replace("−", "-")) for p in parts]
    assert len(number) > 2
    assert sum(number) == pytest.approx(float(change.replace("−", "-")), abs=1e-9)


CANNOT = [
    ("hidden in different ways", {"key": "b" * 16}),
    ("no council in common", {"la": "E66000002"}),
]


@pytest.mark.parametrize(("said", "more"), CANNOT)
def test_results_whose_people_cannot_be_matched_are_not_compared(
    browser: Client, own_home: Path, said: str, more: dict[str, str]
) -> None:
    one, other = keep(own_home), keep(own_home, SECOND, **more)  # type: ignore[arg-type]
    answer = browser.get(f"/workspace/compare/?before={one.id}&after={other.id}")
    assert answer.status_code == 400
    assert said in text(answer.content)
