"""Results in plain words, checked against the numbers they speak of."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.compare import words as wo
from evenhand.compare.trend import Judged
from evenhand.facts.status import Status

ORDINALS = [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (10, "10th"), (11, "11th"), (12, "12th"), (13, "13th"),
            (20, "20th"), (21, "21st"), (22, "22nd"), (101, "101st"), (111, "111th"), (112, "112th"), (121, "121st"),
            (1011, "1,011th")]  # fmt: skip


@pytest.mark.parametrize(("n", "text"), ORDINALS)
def test_ordinals(n, text):
    assert wo.ordinal(n) == text


@pytest.mark.parametrize("n", [0, -1, 2.5])
def test_there_is_no_such_place(n):
    with pytest.raises(ValueError, match="not a place"):
        wo.ordinal(n)


RANKS = [
    (21, 52, 152, "between 21st and 52nd of 152"),
    (1, 3, 152, "between 1st and 3rd of 152"),
    (3, 3, 152, "3rd of 152"),
    (1, 1, 1, "1st of 1"),
    (math.nan, 5, 152, None),
]


@pytest.mark.parametrize(("low", "high", "of", "text"), RANKS)
def test_a_rank_is_always_said_with_its_interval(low, high, of, text):
    assert wo.rank_words(low, high, of) == text


def test_rank_sentences_say_highest_and_not_best():
    assert wo.rank_sentence("Ashvale", 21, 52, 152) == "Ashvale's figure is between 21st and 52nd highest of 152."
    assert wo.rank_sentence("North Downs", 1, 1, 152) == "North Downs' figure is the highest of 152."
    assert wo.rank_sentence("Ashvale", 2, 2, 152) == "Ashvale's figure is the 2nd highest of 152."
    assert wo.rank_sentence("Ashvale", math.nan, math.nan, 152) == "Ashvale has no rank, because it has no figure."


BANDS = [
    (-2, None, "much lower"),
    (1, None, "higher"),
    (2, "higher", "much better"),
    (2, "lower", "much worse"),
    (-1, "lower", "better"),
    (0, "lower", "similar"),
    (math.nan, "higher", None),
]


@pytest.mark.parametrize(("code", "direction", "word"), BANDS)
def test_better_only_where_a_direction_is_declared(code, direction, word):
    assert wo.band_word(code, direction) == word


def test_bands_of_a_column():
    assert wo.band_words([-2, math.nan, 0]) == ["much lower", None, "similar"]


ROUNDED = [(0.15, 1, "0.2"), (-0.15, 1, "-0.2"), (-0.04, 1, "0.0"), (1234.5, 0, "1,235"), (2.675, 2, "2.68"),
           (117655, 0, "117,655"), (1e7, 0, "10,000,000"), (0, 2, "0.00")]  # fmt: skip


@pytest.mark.parametrize(("value", "places", "text"), ROUNDED)
def test_halves_round_away_from_zero_and_there_is_no_minus_nought(value, places, text):
    assert wo.rounded(value, places) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_rounded_number_is_within_half_a_step_of_it(value, places):
    assert abs(float(wo.rounded(value, places).replace(",", "")) - value) <= 0.5 * 10**-places * (1 + 1e-6) + 1e-6


def test_a_figure_stands_beside_its_count():
    said = wo.value_sentence(Status.PUBLISHED, 395 / 1782, "percent", numerator=395, denominator=1782)
    assert said == "22.2%: 395 of 1,782."


def test_no_figure_suppressed_zero_and_nobody_to_count_are_four_sentences():
    said = {
        wo.value_sentence(Status.MISSING, math.nan, "percent"),
        wo.value_sentence(Status.SUPPRESSED, math.nan, "percent"),
        wo.value_sentence(Status.PUBLISHED, 0.0, "percent", numerator=0, denominator=40),
        wo.value_sentence(Status.DERIVED, math.nan, "percent", numerator=0, denominator=0),
    }
    assert said == {
        "No figure published.",
        "Suppressed to protect people.",
        "Zero: 0 of 40.",
        "No figure can be worked out: there is nobody to count.",
    }


def test_ratios():
    assert wo.ratio_words(8.2, 7.1, 9.5) == "8.2 times (95% interval 7.1 to 9.5) as likely"
    assert wo.ratio_words(math.nan, math.nan, math.nan) is None
    said = wo.ratio_sentence("Ashvale", "Corvedale", (8.2, 7.1, 9.5), "get a direct payment", zeros=2)
    assert said == (
        "Someone in Ashvale is 8.2 times (95% interval 7.1 to 9.5) as likely to get a direct payment as someone in "
        "Corvedale. 2 councils at zero are left out: a ratio to zero does not exist."
    )
    assert "1 council at zero is left out" in wo.ratio_sentence("A", "B", (2, 1, 3), "x", zeros=1)


def test_trends():
    assert wo.trend_sentence(Judged.BREAK, math.nan, math.nan, "percent", first="", last="").startswith("Not judged")
    said = wo.trend_sentence(Judged.YES, -1, -0.012, "percent", first="2020-21", last="2024-25")
    assert said == "Falling from 2020-21 to 2024-25, by about 1.2 percentage points a year."
    assert (
        wo.trend_sentence(Judged.YES, 0, 0.1, "rate", first="2020", last="2024") == "No clear change from 2020 to 2024."
    )


def test_flags_and_how_many_were_looked_at():
    assert wo.reliability_words(0) == ""
    assert wo.reliability_words(1) == "Treat with care. Fewer than 30 people are counted."
    assert wo.looked_at(21, 1) == "21 measures were looked at; 1 is unusual. Some would be by chance."
    assert wo.listed(["A", "B", "C"]) == "A, B and C"


def every_sentence() -> list[str]:
    out = [wo.rank_sentence("Ashvale", 21, 52, 152), wo.rank_sentence("Ashvale", math.nan, 1, 1)]
    for code in (-2, -1, 0, 1, 2, math.nan):
        out += [wo.band_sentence("Ashvale", code, "Tinyland", d) for d in (None, "higher", "lower")]
        out.append(wo.chance_sentence(code, 0.203, 0.242, "percent", "Tinyland"))
    out += [
        wo.ratio_sentence("Ashvale", "Corvedale", (8.2, 7.1, 9.5), "get a direct payment", zeros=z) for z in (0, 1, 9)
    ]
    out += [wo.value_sentence(s, 0.2, "percent", numerator=2, denominator=10) for s in Status]
    out += [wo.trend_sentence(j, d, 0.01, u, first="2020-21", last="2024-25")
            for j in Judged for d in (-1, 0, 1) for u in ("percent", "rate")]  # fmt: skip
    out += [wo.reliability_words(f) for f in range(8)] + [wo.looked_at(m, u) for m in (1, 21) for u in (0, 1, 3)]
    return [s for s in out if s]


@pytest.mark.parametrize("text", sorted(set(every_sentence())))
def test_every_sentence_is_short_plain_and_makes_no_judgement_of_its_own(text):
    for sentence in re.split(r"(?<=\.)\s+(?=[A-Z0-9])", text):
        assert len(sentence.split()) < 25
    assert text.endswith(".")
    assert not re.search(r"\b(performance|league|worst|best|service users|DP|nan|None)\b", text)
    assert "better" not in text or "is better." in text  # only where a direction was declared
