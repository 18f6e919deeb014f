"""Draws the pages of an edition without a server, and checks all of them: what both tests of words share.

The text is what a reader gets. Only the dots of other councils are left out of the drawings: they carry no words, and
they are nine tenths of a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from evenhand.edition import sentences
from evenhand.edition.against import compare
from evenhand.edition.read import Edition
from evenhand.site.evidence.council_pages import briefing, lines, standing
from evenhand.site.evidence.measure_pages import one
from tests.words_checker import Faults, Saying, check_sentences, long_sentences
from tests.words_measures import check_measure, check_rows
from tests.words_pages import check_briefing, check_council
from tests.words_truth import Truths


def without_dots(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lines.members
    monkeypatch.setattr(lines, "members", lambda *asked: whole(*asked).head(0))


def rendered(edition: Edition, template: str, here: dict[str, Any]) -> str:
    request = RequestFactory(HTTP_HOST="localhost").get("/")
    request._edition = edition  # type: ignore[attr-defined]
    return render_to_string(f"evidence/{template}.html", {"crumbs": [], **here}, request=request)


def councils(edition: Edition) -> list[Any]:
    return [c for c in edition.register.all if not c.valid_to]


def check_councils(truths: Truths, chosen: Iterable[Any], against: str, faults: Faults, *, brief: bool = False) -> None:
    """The pages of councils against one set, and their briefings."""
    edition = truths.edition
    for council in chosen:
        check_council(
            faults, truths, rendered(edition, "council", standing(edition, council, against)), council, against
        )
        if brief:
            page = {"b": briefing.briefing(edition, council), "council": council}
            check_briefing(faults, truths, rendered(edition, "briefing", page), council)


def check_measures(truths: Truths, faults: Faults) -> set[str]:
    """The page of every measure in its newest period, and all that it can say of each council; gives back long ones."""
    edition, long = truths.edition, set()
    for measure, d in edition.definitions.items():
        period = d["latest_period"]
        if period is None:
            continue
        asked = one.Asked.of(edition, measure, QueryDict(""))
        check_measure(faults, truths, rendered(edition, "measure", one.page(edition, asked)), measure, period)
        long |= check_every_council(truths, faults, measure, period)
    return long


def check_every_council(
    truths: Truths, faults: Faults, measure: str, period: str, against: str = "england"
) -> set[str]:
    """The sentences that a measure's page (or ``evenhand show --area``) says of each council; long ones come back."""
    edition, d, long = truths.edition, truths.definitions[measure], set()
    found = compare(edition, measure, period, against=against)
    whole = found.rows.filter(pl.col("level") == "country").to_dicts()
    benchmark = sentences.benchmark_name(edition.about["country"], whole[:1], found, d)
    for r in found.rows.filter(pl.col("level") == "council").to_dicts():
        said = sentences.one_area(d, r, benchmark, sentences.trend_sentence(edition, d, r))
        faults.where = f"{measure} in {period}: {r['area']} against {against}"
        check_sentences(faults, Saying(truths, d, truths.council(measure, period, r["area"], against), against), said)
        long |= set(long_sentences(said))
    return long


def check_all_rows(truths: Truths, faults: Faults, against: str, measures: Iterable[str]) -> None:
    """The rows of the API and of ``--format json`` (one function makes both) for the newest period of each measure."""
    from evenhand.site.evidence.api import reads

    for measure in measures:
        if truths.definitions[measure]["latest_period"] is not None:
            rows = reads.values(truths.edition, measure, None, "council", "all", [], against)
            check_rows(faults, truths, json.loads(json.dumps(rows, default=str)), against)


def verdict(faults: Faults, least: dict[str, int]) -> None:
    """Nothing is untrue, and enough was looked at for that to mean something."""
    for kind, n in least.items():
        assert faults.seen[kind] >= n, f"{kind}: looked at {faults.seen[kind]}, not {n}"
    shown = "\n".join(faults.found[:20])
    assert not faults.found, f"{len(faults.found)} untruths\n{shown}"
