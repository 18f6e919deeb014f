"""Words are true: every sentence agrees with the numbers of the row it is made from, for every council and measure."""

from __future__ import annotations

import re

import polars as pl
import pytest

from evenhand.edition import sentences
from evenhand.edition.against import compare
from evenhand.edition.profile import history, profile
from evenhand.edition.read import Edition
from evenhand.facts.errors import EvenhandError, UnknownArea


@pytest.fixture(scope="module")
def said(sample: Edition) -> list[tuple[dict[str, object], dict[str, object], list[str]]]:
    """Definition, row and sentences of every council x measure of the latest periods."""
    out = []
    for d in sample.definitions.values():
        for r in sample.rows(d["id"], d["latest_period"]).filter(pl.col("level") == "council").to_dicts():
            out.append((d, r, sentences.one_area(d, r, "England")))
    return out


def test_the_word_the_band_and_the_numbers_agree(
    said: list[tuple[dict[str, object], dict[str, object], list[str]]],
) -> None:
    checked = 0
    for _, r, lines in said:
        text = " ".join(lines)
        if r["band"] is None:
            assert not re.search(r"much (lower|higher) than|is (lower|higher) than|similar to", text)
            continue
        word = "similar to" if r["band"] == "similar" else f"is {r['band']} than"
        assert word in text
        assert (r["z"] < 0) == ("lower" in str(r["band"])) or r["band"] == "similar"
        checked += 1
    assert checked > 3_000


def test_more_than_chance_is_said_exactly_when_the_interval_leaves_the_benchmark_out(
    said: list[tuple[dict[str, object], dict[str, object], list[str]]],
) -> None:
    for _, r, lines in said:
        by_chance = any("by more than chance" in s for s in lines)
        assert by_chance == (r["differs"] is not None and r["differs"] != 0)
        if by_chance:
            side = next(s for s in lines if "by more than chance" in s)
            assert ("is above" in side) == (r["differs"] > 0)  # type: ignore[operator]


def test_nothing_is_said_of_a_gap_but_that_it_is_one(
    said: list[tuple[dict[str, object], dict[str, object], list[str]]],
) -> None:
    gaps = 0
    for _, r, lines in said:
        if r["value"] is None:
            gaps += 1
            assert len(lines) == 1
            mark = {"suppressed": "suppressed", "missing": "no figure", "not_applicable": "not applicable"}[
                str(r["status"])
            ]
            assert mark in lines[0].lower()
            assert "zero" not in lines[0] or "total is zero" in lines[0]
    assert gaps > 20


def test_a_zero_says_that_it_is_one(said: list[tuple[dict[str, object], dict[str, object], list[str]]]) -> None:
    zeros = [(r, lines) for _, r, lines in said if r["value"] == 0]
    assert zeros
    assert all("zero" in lines[0] for _, lines in zeros)


def test_sentences_are_short(said: list[tuple[dict[str, object], dict[str, object], list[str]]]) -> None:
    for _, r, lines in said:
        for line in lines:
            for sentence in re.split(r"(?<=[a-z0-9%)])\. (?=[A-Z])", line):
                if not sentence.startswith("Population") and str(r["area_name"]) not in sentence:
                    assert len(sentence.split()) <= 32, sentence


def test_variation_names_the_ends_and_counts_the_councils(sample: Edition) -> None:
    d = sample.definition("ascof-3d-2a")
    v = sample.table("variation").filter(
        (pl.col("measure") == d["id"]) & (pl.col("period") == "2024-25") & (pl.col("group") == "all")
    ).collect().to_dicts()[0]  # fmt: skip
    names = dict(sample.areas().select("area", "name").iter_rows())
    lines = sentences.variation(d, v, names, {})
    councils = sample.rows(d["id"], "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    exact = councils["calculated"]
    assert f"{(exact > 30).sum()} councils are above 30.0%, {(exact < 15).sum()} below 15.0%." in lines[1]
    top = councils.sort("calculated", descending=True)["area_name"][0]
    assert lines[0].startswith(f"Someone in {top} is ")
    assert "left out: a ratio to zero does not exist" in lines[0]  # the simulated country has a council at zero
    assert f"{words_of(v['maximum'])}" in lines[2]


def words_of(value: float) -> str:
    return f"{value:.1f}%"


UNITS = [
    ("ascof-1a", (17.6, 19.0), "17.6 to 19.0 out of 24"),
    ("ascof-3d-2a", (20.3, 24.2), "20.3% to 24.2%"),
    ("dp-per-1000-adults", (2.02, 2.18), "2.02 to 2.18 per 1,000 adults"),
    ("dp-spend-per-adult", (1.5, 39.54), "£2 to £40 per adult"),
    ("ascof-1b", (0.368, 0.44), "0.368 to 0.440 points"),
]


@pytest.mark.parametrize(("measure", "ends", "words"), UNITS, ids=[m for m, _, _ in UNITS])
def test_a_unit_is_said_once_for_two_figures(
    measure: str, ends: tuple[float, float], words: str, sample: Edition
) -> None:
    assert sentences.between(sample.definition(measure), *ends) == words


ABSENT = [
    ("missing", "No figure published.", None, "Ashvale: no figure published."),
    (
        "missing",
        "No population estimate is loaded for the boundaries of that time.",
        None,
        "Ashvale: no figure. No population estimate is loaded for the boundaries of that time.",
    ),
    ("suppressed", "Suppressed to protect people: the publisher holds a figure and does not print it.", "[c]",
     "Ashvale: suppressed to protect people."),
    ("missing", "No figure published.", "[x]; Ashvale and Brackwater together: 20.2",
     "Ashvale: no figure published. Published instead: Ashvale and Brackwater together: 20.2."),
]  # fmt: skip


@pytest.mark.parametrize(("status", "reason", "note", "words"), ABSENT)
def test_a_gap_says_whose_it_is_and_what_stands_beside_it(
    status: str, reason: str, note: str | None, words: str, sample: Edition
) -> None:
    row = {"area_name": "Ashvale", "value": None, "status": status, "reason": reason, "note": note}
    assert sentences.figure(sample.definition("ascof-6a"), row) == words


def test_where_the_publisher_gives_no_country_figure_nothing_is_said_of_the_country(sample: Edition) -> None:
    """In the voluntary survey year councils are set against one another, and the sentences say so."""
    d = sample.definition("ascof-1a")
    found = compare(sample, d["id"], "2020-21")
    country = found.rows.filter((pl.col("level") == "country") & (pl.col("area") != "sum-of-councils"))
    assert country["value"].is_null().all()
    took_part = found.rows.filter((pl.col("level") == "council") & pl.col("value").is_not_null())["area_name"][0]
    few = compare(sample, d["id"], "2020-21", areas=(took_part,))
    said = sentences.about(sample, d, few.rows, few, people=True)
    over_all = sentences.about(sample, d, found.rows, found, people=False)
    name = sample.about["country"]
    assert not [s for s in said[1:] + over_all[1:] if name in s]
    assert any("the councils that have a figure" in s for s in said)


def test_unlike_by_more_than_chance_and_alike_among_councils_are_said_together(
    said: list[tuple[dict[str, object], dict[str, object], list[str]]],
) -> None:
    both = [(r, lines) for _, r, lines in said if r["band"] == "similar" and r["differs"]]
    assert len(both) > 100
    for _, lines in both:
        assert any(s.startswith("Councils differ about this much anyway") for s in lines)


def test_over_all_councils_the_sentence_counts_what_the_rows_show(sample: Edition) -> None:
    d = sample.definition("ascof-3d-2a")
    found = compare(sample, d["id"])
    lines = sentences.about(sample, d, found.rows, found, people=False)
    councils = found.rows.filter(pl.col("level") == "council")
    judged = councils.filter(pl.col("band").is_not_null()).height
    higher = councils.filter(pl.col("band").is_in(["higher", "much higher"])).height
    assert any(s.startswith(f"Of {judged} councils judged, {higher} are higher and ") for s in lines)


def test_a_profile_says_how_many_measures_were_looked_at(sample: Edition) -> None:
    name = sample.areas().filter(pl.col("standing"))["name"][5]
    p = profile(sample, name)
    assert p.looked_at == sum(r["band"] is not None for _, r, _ in p.lines)
    assert p.outside == sum(r["band"] not in (None, "similar") for _, r, _ in p.lines)
    assert len({d["id"] for d, _, _ in p.lines}) == len(p.lines)


def test_a_council_that_has_gone_keeps_its_history(sample: Edition) -> None:
    gone = next(c for c in sample.register.all if c.valid_to and c.successors)
    p = profile(sample, gone.name)
    assert p.council == gone
    assert any("after it" in s for s in history(sample, gone))
    with pytest.raises(UnknownArea, match="was not a council"):
        compare(sample, "ascof-3d-2a", "2024-25", areas=(gone.name,))


def test_a_region_has_no_council_profile(sample: Edition) -> None:
    region = next(a for a in sample.register.areas if a.level == "region")
    with pytest.raises(EvenhandError, match="is not a council"):
        profile(sample, region.name)
