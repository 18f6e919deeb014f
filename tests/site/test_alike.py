"""Who is like a council and does better: only beyond chance, only where a measure says which way is better."""

from __future__ import annotations

import re
from dataclasses import replace
from math import hypot

import pytest

from evenhand.edition.read import Edition
from evenhand.facts.register import Council
from evenhand.site.evidence.council_pages import alike, sure
from evenhand.site.evidence.council_pages.lines import Line, councils_lines

SOME = ("marle-coast", "arrowbridge")


@pytest.fixture(scope="module")
def here(sample: Edition) -> tuple[Council, ...]:
    return tuple(c for c in sample.register.all if not c.valid_to)[::15]


def shown(found: alike.Alike) -> tuple[alike.Measured, ...]:
    return found.first + found.more


def by_hand(sample: Edition, council: Council, line: Line) -> tuple[set[str], int]:
    """Who is ahead on one measure, in plain loops over the edition's rows; and how many peers have a figure."""
    table = sample.table("peers").collect().to_dicts()
    near = {r["peer"] for r in table if r["area"] == council.id}
    rows = {r["area"]: r for r in sample.rows(line.definition["id"], line.period).to_dicts()}
    me, ahead, of = rows[council.id], set(), 0
    for peer in near & set(rows):
        r = rows[peer]
        if r["value"] is None or r["lower998"] is None:
            continue
        of += 1
        low, high = (me, r) if line.definition["direction"] == "higher" else (r, me)
        gap = high["value"] - low["value"]
        least = gap - hypot(high["value"] - high["lower998"], low["upper998"] - low["value"])
        if least > 0:
            ahead.add(peer)
    return ahead, of


def test_exactly_those_are_named_whose_difference_is_beyond_chance(sample: Edition, here: tuple[Council, ...]) -> None:
    ways = set()
    for council in here:
        lines = councils_lines(sample, council)
        found = alike.better(sample, council, lines)
        assert found
        told = {m.line.definition["id"]: m for m in shown(found)}
        for line in lines:
            if line.definition["direction"] == "none" or line.row["lower998"] is None or line.warnings:
                assert line.definition["id"] not in told
                continue
            ahead, of = by_hand(sample, council, line)
            m = told.get(line.definition["id"])
            assert ({a.slug for a in m.ahead} if m else set()) == ahead, (council.name, line.label)
            if m:
                assert m.of == of
                ways.add(line.definition["direction"])
            elif of:
                assert line.label in {li.label for li in found.none}
    assert ways == {"higher", "lower"}, "both ways of being better were seen"


def test_the_furthest_ahead_come_first_and_their_sign_is_the_measures(
    sample: Edition, here: tuple[Council, ...]
) -> None:
    for council in here:
        found = alike.better(sample, council, councils_lines(sample, council))
        assert found
        for m in shown(found):
            gaps = []
            for a in m.ahead:
                gap, unit, way, low, high = re.fullmatch(
                    r"([\d.,]+) (percentage points )?(higher|lower) \(95% interval ([\d.,]+) to ([\d.,]+)\)", a.by
                ).groups()  # type: ignore[union-attr]
                number = [float(n.replace(",", "")) for n in (low, gap, high)]
                assert number == sorted(number)
                assert way == m.line.definition["direction"]
                assert bool(unit) == (m.line.definition["unit"] == "%")
                gaps.append(number[1])
            assert gaps == sorted(gaps, reverse=True)
        counts = [len(m.ahead) for m in shown(found)]
        assert counts == sorted(counts, reverse=True)


def test_the_sentence_agrees_with_the_list(sample: Edition, here: tuple[Council, ...]) -> None:
    for council in here:
        found = alike.better(sample, council, councils_lines(sample, council))
        assert found
        some, compared = len(shown(found)), len(shown(found)) + len(found.none)
        assert found.said.startswith(f"On {some} of {compared} measures that say which way is better")
        assert found.said.endswith(f"does better than {council.name} beyond chance.")


SAID = [
    (3, 20, "On 3 of 20 measures that say which way is better, at least one of these 15 councils does better than"),
    (0, 20, "On 20 measures that say which way is better, none of these 15 councils does better than Ashvale beyond"),
    (0, 1, "On the 1 measure that says which way is better, none"),
    (1, 1, "On the 1 measure that says which way is better, at least one"),
    (0, 0, "No measure that says which way is better can be compared between Ashvale and these councils."),
]


@pytest.mark.parametrize(("some", "compared", "begins"), SAID)
def test_the_answer_in_one_sentence(some: int, compared: int, begins: str) -> None:
    assert alike._said("Ashvale", 15, some, compared).startswith(begins)


def test_what_cannot_be_compared_is_left_out_with_its_reason(sample: Edition) -> None:
    council = sample.register.council(SOME[0])
    lines = councils_lines(sample, council)
    changed = list(lines)
    at = next(i for i, li in enumerate(lines) if li.definition["direction"] == "higher" and not li.warnings)
    cases = [
        (replace(lines[at], row=lines[at].row | {"value": None, "status": "suppressed", "reason": None}),
         "Suppressed to protect people here."),
        (replace(lines[at], row=lines[at].row | {"lower998": None}), "Chance cannot be judged."),
        (replace(lines[at], definition=lines[at].definition | {"warnings": [[lines[at].period, "Not meaningful."]]}),
         "Not meaningful."),
    ]  # fmt: skip
    for line, why in cases:
        changed[at] = line
        found = alike.better(sample, council, changed)
        assert found
        assert (line.label, why) in found.left_out
        assert line.label not in {m.line.label for m in shown(found)} | {li.label for li in found.none}


def test_a_council_without_peers_has_no_such_section(sample: Edition) -> None:
    peopled = set(sample.table("peers").collect()["area"])
    lonely = [c for c in sample.register.all if c.id not in peopled]
    assert lonely
    assert all(alike.better(sample, c, councils_lines(sample, c)) is None for c in lonely)


def test_why_the_figure_is_uncertain_says_the_interval_of_the_headline(sample: Edition) -> None:
    council = sample.register.council(SOME[1])
    lines = councils_lines(sample, council)
    said = " ".join(sure.why_uncertain(council.name, lines))
    headline = next(li for li in lines if li.definition["id"] == "ascof-3d-2a")
    assert headline.interval in said
    assert headline.counts in said
    assert sure.why_uncertain(council.name, [li for li in lines if li is not headline]) == ()
    withheld = replace(headline, row=headline.row | {"value": None})
    assert sure.why_uncertain(council.name, [withheld]) == ()
