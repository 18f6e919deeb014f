"""The choice of councils and measures, its one address, and choosing without a script."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import QueryDict
from django.test import Client

from evenhand.edition.read import Edition
from evenhand.facts.register import period_end
from evenhand.site.evidence.comparing.choice import MOST, choice
from tests.site.comparing.asking import HEADLINE, chosen, text


def test_the_same_set_has_one_address_however_it_is_asked_for(page: Client, ids: list[str]) -> None:
    a, b, c = ids[:3]
    want = f"/compare/?councils={a},{b},{c}"
    ways = (
        f"councils={c},{a},{b}", f"councils={a}&councils={b}&councils={c}", f"councils={a}%2C{b}&add={c}",
        f"add={c}&add={b}&add={a}", f"councils={a},{b},{c}&period=&measures=", f"councils={a.upper()},{b},{c}",
    )  # fmt: skip
    for way in ways:
        answer = page.get(f"/compare/?{way}")
        assert (answer.status_code, answer.headers["Location"]) == (302, want), way
    assert page.get(want).status_code == 200


def test_measures_are_kept_in_the_address_in_the_editions_order_and_the_usual_ones_are_left_unsaid(
    page: Client, sample: Edition, ids: list[str]
) -> None:
    base = f"/compare/?councils={ids[0]},{ids[1]}"
    asked = page.get(f"{base}&measures=ascof-1a&measures={HEADLINE}")
    assert asked.headers["Location"] == f"{base}&measures={HEADLINE},ascof-1a"
    usual = ",".join(choice(sample, QueryDict("")).measures)
    assert page.get(f"{base}&measures={usual}").headers["Location"] == base


@pytest.mark.parametrize(
    ("query", "said", "kept"),
    [
        ("councils={a},{b},atlantis", "There is no council called “atlantis”", 2),
        ("councils={a},{b},{a}", "is named twice. It counts once.", 2),
        ("councils={a},{b}&add={b}", "is named twice. It counts once.", 2),
        ("councils={a},{gone}", "so it cannot be compared today. After it:", 1),
        ("councils={eleven}", "At most 10 councils can be compared. Left out:", MOST),
        ("councils={a},{b}&measures=ascof-9z", "There is no measure called “ascof-9z”", 2),
        ("councils={a},{b}&period=1066-67", "None of these measures has figures for “1066-67”", 2),
        ("councils={a},{b}&measures={every}", "At most 12 measures fit on one page", 2),
        ("councils={a},{b}&set=region:atlantis", "There is no set of councils called “region:atlantis”", 2),
        ("councils={a},{b}&set=peers:atlantis", "There is no council called “atlantis”", 2),
        ("councils={a},{b}&set=peers:{gone}", "so its peers cannot be compared", 2),
    ],
)
def test_what_cannot_be_kept_is_said_and_the_rest_stays(
    page: Client, sample: Edition, ids: list[str], gone: str, query: str, said: str, kept: int
) -> None:
    words = {
        "a": ids[0],
        "b": ids[1],
        "gone": gone,
        "eleven": ",".join(ids[: MOST + 1]),
        "every": ",".join(sample.definitions),
    }
    answer = page.get("/compare/?" + query.format(**words))
    assert answer.status_code == 400
    assert said in text(answer.content)
    assert len(chosen(answer.content)) == kept
    if kept > 1:
        way_on = re.search(r'href="(/compare/[^"]*)">Compare the', answer.content.decode())
        assert way_on
        assert page.get(unescape(way_on[1])).status_code == 200


def test_fewer_than_two_councils_is_a_page_to_choose_on_and_no_fault(page: Client, ids: list[str]) -> None:
    empty, one = page.get("/compare/"), page.get(f"/compare/?councils={ids[0]}")
    assert (empty.status_code, one.status_code) == (200, 200)
    assert "Choose 2 to 10 councils" in text(empty.content)
    assert len(chosen(one.content)) == 1
    assert empty.content.count(b'name="add"') == 2
    assert one.content.count(b'name="add"') == 1


def test_a_council_that_has_gone_can_be_compared_in_a_year_when_it_stood(sample: Edition, gone: str) -> None:
    ended = sample.register.council(gone)
    assert ended.valid_to
    seen = set()
    for d in sample.definitions.values():
        for period in d["periods"]:
            stood = ended.valid_from <= period_end(period) <= ended.valid_to
            then = choice(sample, QueryDict(f"councils={gone}&measures={d['id']}&period={period}"))
            assert then.councils == ((ended,) if stood else ()), (d["id"], period)
            assert bool(then.problems) == (not stood), (d["id"], period)
            seen.add(stood)
    assert seen == {True, False}, "the sample has figures of that time and of later times"


def test_remove_and_add_need_no_script(page: Client, ids: list[str]) -> None:
    html = page.get(f"/compare/?councils={ids[0]},{ids[1]},{ids[2]}").content.decode()
    assert f'href="/compare/?councils={ids[1]},{ids[2]}"' in html
    assert f'<input type="hidden" name="councils" value="{ids[0]},{ids[1]},{ids[2]}">' in html
    assert f'<option value="{ids[3]}"' in html
    assert f'<option value="{ids[0]}"' not in html


def test_ten_councils_are_full_and_no_more_are_offered(page: Client, ids: list[str]) -> None:
    html = page.get("/compare/?councils=" + ",".join(ids[:MOST])).content
    assert b'name="add"' not in html
    assert "the most that can be compared" in text(html)


@pytest.mark.parametrize(
    "query",
    ["councils=" + "a," * 5000, "councils=%00", "councils=<script>", "councils=../../etc", "period=%F0%9F%98%80",
     "measures=" + "x" * 3000, "add=&add=&add=", "councils=,,,", "like="],
)  # fmt: skip
def test_odd_addresses_never_break_the_page(page: Client, query: str) -> None:
    answer = page.get(f"/compare/?{query}")
    assert answer.status_code in (200, 302, 400, 414)
    assert b"<script>" not in answer.content.replace(b'<script type="module"', b"")
