"""Sets of councils that are named by one word."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import date, timedelta
from html import escape, unescape
from itertools import product

import polars as pl
import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client

from evenhand.edition.read import Edition
from evenhand.site.evidence import limits
from evenhand.site.evidence.comparing import likeness, sets
from evenhand.site.evidence.comparing.choice import MOST_MEASURES
from evenhand.site.evidence.limits import Buckets
from tests.site.comparing.asking import HEADLINE, text


def names_of(html: bytes) -> set[str]:
    """The councils in the table of the first measure."""
    table = re.search(r'aria-label="The numbers of.*?</table>', html.decode(), flags=re.S)
    assert table
    return {unescape(name) for name in re.findall(r'href="/councils/[^"]+">(.*?)</a>', table[0])}


def test_every_region_and_type_is_a_set_of_all_its_councils(sample: Edition, day: date) -> None:
    found = {s.key: {c.id for c in s.members} for s in sets.every(sample, day)}
    standing = sample.register.councils(day)
    assert sum(k.startswith("region:") for k in found) == len({c.region for c in standing})
    regions = [members for key, members in found.items() if key.startswith("region:")]
    types = [members for key, members in found.items() if key.startswith("type:")]
    for parts in (regions, types):
        assert sum(map(len, parts)) == len(set().union(*parts)) == len(standing)


def test_a_page_of_a_set_has_every_member_on_one_chart_and_stays_small(
    page: Client, sample: Edition, day: date
) -> None:
    largest = max(sets.every(sample, day), key=lambda s: len(s.members))
    assert len(largest.members) > 40
    measures = ",".join(list(sample.definitions)[:MOST_MEASURES])
    address = f"/compare/?set={largest.key}&measures={measures}"
    answer = page.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) <= 120_000
    html = gzip.decompress(answer.content)
    assert names_of(html) == {c.name for c in largest.members}
    chart = re.search(r'<div class="evenhand-chart--wide">(.*?)</svg>', html.decode(), flags=re.S)
    assert chart
    assert all(escape(c.name) in chart[1] or c.name.split()[0] in chart[1] for c in largest.members)
    assert largest.words in text(html)


@pytest.mark.parametrize("kind", ["region", "type", "peers"])
def test_a_set_has_one_short_address_and_its_total_is_the_sum_of_its_members(
    page: Client, sample: Edition, ids: list[str], day: date, kind: str
) -> None:
    key = f"peers:{ids[0]}" if kind == "peers" else next(
        s.key for s in sets.every(sample, day) if s.key.startswith(kind)
    )  # fmt: skip
    address = f"/compare/?set={key}"
    assert len(address) < 80
    assert page.get(f"{address}&measures=&period=").headers["Location"] == address
    assert page.get(f"/compare/?set={key.upper()}").headers["Location"] == address
    members = {c.id for c in sets.found(sample, key, day).members}
    data = page.get(f"/compare/download.csv?set={key}&measures={HEADLINE},ascof-1a").content.decode()
    rows = [r for r in csv.DictReader(io.StringIO(data)) if r["measure"] == HEADLINE]
    held = sample.rows(HEADLINE, sample.definition(HEADLINE)["latest_period"])
    counted = held.filter(pl.col("area").is_in(sorted(members)) & pl.col("value").is_not_null()
                          & pl.col("numerator").is_not_null())  # fmt: skip
    total = next(r for r in rows if r["level"] == "together")
    assert len([r for r in rows if r["level"] == "council"]) == len(members)
    assert float(total["numerator"]) == counted["numerator"].sum()
    assert float(total["denominator"]) == counted["denominator"].sum()
    surveys = [r for r in csv.DictReader(io.StringIO(data)) if r["measure"] == "ascof-1a"]
    assert surveys
    assert not [r for r in surveys if r["level"] == "together"]


def test_a_set_follows_the_register_and_not_the_address(sample: Edition, gone: str) -> None:
    """The same address in a year before a council ended has that council, and in a later one those after it."""
    ended = sample.register.council(gone)
    area = sample.register.area(ended.region)
    assert area
    assert ended.valid_to
    key = f"region:{sets.slug(area)}"
    then = {c.id for c in sets.found(sample, key, ended.valid_to).members}
    after = {c.id for c in sets.found(sample, key, ended.valid_to + timedelta(days=1)).members}
    assert gone in then - after
    assert set(ended.successors) <= after


def test_a_set_and_councils_together_are_said_not_to_fit_and_the_set_stays(
    page: Client, sample: Edition, ids: list[str], day: date
) -> None:
    key = sets.every(sample, day)[0].key
    answer = page.get(f"/compare/?set={key}&councils={ids[0]}")
    assert answer.status_code == 400
    assert "not both" in text(answer.content)
    way_on = re.search(r'href="(/compare/[^"]*)">Compare the', answer.content.decode())
    assert way_on
    assert unescape(way_on[1]) == f"/compare/?set={key}"


def test_the_page_offers_every_set_without_a_script(page: Client, sample: Edition, ids: list[str], day: date) -> None:
    offered = set(re.findall(r'<option value="([a-z]+:[^"]+)"', page.get("/compare/").content.decode()))
    assert offered == {s.key for s in sets.every(sample, day)}
    of_one = page.get(f"/compare/?councils={ids[0]}").content.decode()
    for kind in ("region:", "type:", f"peers:{ids[0]}"):
        assert f'href="/compare/?set={kind}' in of_one


def test_two_hundred_weights_in_a_minute_are_too_many_and_the_page_says_when_to_come_back(
    page: Client, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(n * 0.3 for n in range(1_000))  # a question every 0.3 seconds: 200 in a minute
    monkeypatch.setattr(limits, "BUCKETS", Buckets(clock=lambda: next(clock)))
    every = product((0, 2, 3), repeat=len(likeness.FEATURES))
    weights = [dict(zip(likeness.FEATURES, c, strict=True)) for c in every if any(c)][:200]
    # How often it may be drawn is what is tested, so the drawing itself is left out.
    monkeypatch.setattr(likeness, "page", lambda *_: {})
    monkeypatch.setattr("evenhand.site.evidence.comparing.views.render", lambda *_, **more: HttpResponse("drawn"))
    answers = [page.get(likeness.address(ids[0], w)) for w in weights]
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert sum(a.status_code == 200 for a in answers) <= 120  # what the bucket holds and what runs in
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].headers["Cache-Control"] == "no-store"
    assert "Wait" in refused[0].content.decode()
    assert page.get("/compare/").status_code == 200  # a page without a choice is always open
    assert page.get(f"/peers/{ids[0]}/").status_code == 200


def test_every_feature_of_an_edition_can_be_weighted(sample: Edition) -> None:
    assert set(likeness.weights(sample, QueryDict("")).weights) <= set(likeness.FEATURES)
