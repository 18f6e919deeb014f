"""Words are true: over the whole edition of real files the word, the sentence and the numbers agree.

Every council on every measure, against England, its region, its type and its peers. What is expected is worked out in
``tests.words_truth`` from the publishers' counts; what is printed is read by pattern in ``tests.words_checker``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.edition.read import Edition
from evenhand.site.evidence.opened import open_current as keep_open
from tests.words_checker import Faults
from tests.words_measures import check_rows
from tests.words_site import (
    check_all_rows,
    check_councils,
    check_every_council,
    check_measures,
    councils,
    verdict,
    without_dots,
)  # fmt: skip
from tests.words_truth import Truths

pytestmark = pytest.mark.official
OTHERS = ("region", "type", "peers")


@pytest.fixture(scope="module")
def truths(real_home: Path) -> Truths:
    return Truths(keep_open(real_home))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_dots(monkeypatch)


def test_the_page_and_briefing_of_every_council_against_england(truths: Truths) -> None:
    faults = Faults()
    check_councils(truths, councils(truths.edition), "england", faults, brief=True)
    verdict(faults, {"figure in the table": 5_000, "strip": 10_000, "place": 5_000, "absent": 100, "headline": 140,
                     "word and numbers": 300, "trend": 600, "how far ahead": 2_000, "side": 140})  # fmt: skip


def test_the_page_of_every_measure_and_every_sentence_on_a_council(truths: Truths) -> None:
    faults = Faults()
    long = check_measures(truths, faults)
    verdict(faults, {"figure": 5_000, "side": 4_000, "ratio": 15, "finding": 40, "care": 50,
                     "figure behind a chart": 10_000, "absent": 300, "real terms": 250})  # fmt: skip
    assert long == set()


@pytest.mark.parametrize("against", OTHERS)
def test_the_words_of_every_council_against_its_own_set(truths: Truths, against: str) -> None:
    faults = Faults()
    for measure, d in truths.definitions.items():
        if d["latest_period"]:
            check_every_council(truths, faults, measure, d["latest_period"], against)
    verdict(faults, {"word in the sentence": 3_500, "side": 3_500})


@pytest.mark.parametrize("against", ["england", *OTHERS])
def test_the_rows_that_programs_get(truths: Truths, against: str) -> None:
    faults = Faults()
    check_all_rows(truths, faults, against, truths.definitions)
    verdict(faults, {"word of a row": 5_000, "places in order": 3_500, "nothing beside a gap": 80})


@pytest.mark.parametrize("against", OTHERS)
def test_a_council_of_each_region_and_type_on_its_page_against_its_own_set(truths: Truths, against: str) -> None:
    faults = Faults()
    every = councils(truths.edition)
    seen: dict[tuple[str, str], object] = {(c.region, c.council_type): c for c in every}
    check_councils(truths, [c for c in every if c in seen.values()], against, faults)
    verdict(faults, {"figure in the table": 500, "strip": 1_000})


def test_every_period_ever_published_has_the_right_word(real: Edition, truths: Truths) -> None:
    """All years, not only the newest: word, limits and place of each council, as the edition holds them."""
    faults = Faults()
    rows = real.table("values").collect().filter(level="council", group="all").to_dicts()
    check_rows(faults, truths, rows, "england")
    verdict(faults, {"word of a row": 19_000, "nothing beside a gap": 1_000})
