"""How figures are spelled; and that over the simulated edition no page says what is untrue."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.site.evidence import words
from evenhand.site.evidence.opened import open_current as keep_open
from tests import words_site
from tests.words_checker import Faults, forbidden
from tests.words_truth import Truths


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (24.5, "%", "24.5%"),
        (22.166, "% of adults", "22.2%"),
        (0.05, "%", "0.1%"),  # half away from zero, as publishers round
        (0.0, "%", "0.0%"),
        (100.0, "%", "100.0%"),
        (2.347, "per 1,000 adults", "2.35"),
        (19.25, "score", "19.3"),
        (7.4, "out of 12", "7.4"),
        (1204.49, "£ per adult", "£1,204"),
        (1234567.5, "£ per person a year", "£1,234,568"),
        (None, "%", ""),
    ],
)
def test_a_value_is_written_with_its_unit(value: float | None, unit: str, said: str) -> None:
    assert words.number(value, unit) == said


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "said"),
    [
        (0.4194, "score", 3, "0.419"),
        (595.52, "per 100,000 aged 65 and over", 1, "595.5"),
        (34.99, "£ per adult", 2, "£35"),  # whole pounds on public pages
    ],
)
def test_a_measure_says_how_many_decimals(value: float, unit: str, decimals: int, said: str) -> None:
    assert words.number(value, unit, decimals) == said


def test_a_rank_is_a_range_and_never_a_place_without_one() -> None:
    assert words.rank(52.0, 85.0, 152) == "between 52nd and 85th of 152"
    assert words.rank(1.0, 1.0, 152) == "1st of 152"
    assert words.rank(None, None, 152) == ""
    assert words.rank(1.0, 2.0, None) == ""


# --- Words are true (tests/official/test_words.py does the same over the publishers' files) -------------------------


@pytest.fixture(scope="module")
def truths(sample_home: Path) -> Truths:
    return Truths(keep_open(sample_home))


@pytest.mark.parametrize("against", ["england", "region", "type", "peers"])
def test_pages_of_councils_say_nothing_untrue(truths: Truths, monkeypatch: pytest.MonkeyPatch, against: str) -> None:
    words_site.without_dots(monkeypatch)
    faults = Faults()
    every = words_site.councils(truths.edition)
    chosen = every[::9] if against == "england" else every[::60]
    words_site.check_councils(truths, chosen, against, faults, brief=against == "england")
    words_site.verdict(
        faults, {"figure in the table": 60, "strip": 100, "place": 50, "measures looked at": len(chosen)}
    )


def test_of_every_council_on_every_measure_nothing_untrue_is_said(truths: Truths) -> None:
    faults = Faults()
    for measure, d in truths.definitions.items():
        if d["latest_period"]:
            assert words_site.check_every_council(truths, faults, measure, d["latest_period"]) == set()
    words_site.verdict(faults, {"figure": 4_000, "side": 3_500, "benchmark": 6_000, "absent": 60, "real terms": 100})


def test_the_rows_of_the_api_say_nothing_untrue(truths: Truths) -> None:
    faults = Faults()
    words_site.check_all_rows(truths, faults, "england", truths.definitions)
    words_site.verdict(faults, {"word of a row": 4_000, "places in order": 3_000, "nothing beside a gap": 20})


def test_no_page_holds_a_word_that_no_page_may_hold(
    client: Client, settings: Settings, sample_home: Path, sample: Edition
) -> None:
    """Every type of page, outside the titles that publishers gave their own files and returns."""
    settings.EVENHAND_HOME = sample_home
    council = words_site.councils(sample)[3].id
    gone = next(c.id for c in sample.register.all if c.valid_to)
    pages = [
        "/", f"/councils/{council}/", f"/councils/{council}/briefing/", f"/councils/{gone}/", "/councils/nowhere/",
        f"/peers/{council}/", f"/compare/?councils={council}", "/variation/", "/data/", "/methods/", "/glossary/",
        "/accessibility/", "/cite/", "/api/", f"/?q={quote('zzz')}", "/nothing-here/",
        *(f"/measures/{m}/?council={council}" for m in list(sample.definitions)[::7]),
        *(f"/methods/{m}/" for m in ("words", "funnel", "ranks", "variation", "intervals", "who-could-be-first")),
    ]  # fmt: skip
    titles = [t for k in sample.built_from for t in (k["title"], k["publisher"])] + OFFICIAL
    bad = {}
    for page in pages:
        answer = client.get(page, HTTP_ACCEPT_ENCODING="identity")
        assert answer.status_code in (200, 404), page
        found = forbidden(answer.content.decode(), titles)
        if found:
            bad[page] = found[:3]
    assert bad == {}


# Titles of papers that the methods name as their source.
OFFICIAL = [
    "Handling over-dispersion of performance indicators", "Funnel plots for comparing institutional performance",
]  # fmt: skip
