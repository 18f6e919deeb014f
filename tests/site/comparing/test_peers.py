"""Councils like one another."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations, pairwise

import pytest
from django.http import QueryDict
from django.test import Client

from evenhand.edition.read import Edition
from evenhand.edition.spread import TOO_UNLIKE
from evenhand.site.evidence.comparing import likeness
from evenhand.site.evidence.comparing.choice import MOST
from tests.site.comparing.asking import HEADLINE, chosen, text


def test_every_council_that_ever_was_has_a_page_about_its_peers(page: Client, sample: Edition) -> None:
    held = set(sample.table("peers").collect()["area"])
    for c in sample.register.all:
        answer = page.get(f"/peers/{c.id}/")
        assert answer.status_code == 200, c.id
        assert (b'id="who"' in answer.content) == (c.id in held), c.id


@pytest.mark.parametrize("area", TOO_UNLIKE)
def test_those_too_unlike_any_other_have_no_peers_and_it_says_why(page: Client, sample: Edition, area: str) -> None:
    if area not in {c.id for c in sample.register.all}:
        council = {"slug": area, "name": "The smallest", "became": [], "successors": []}
        said = likeness.page(sample, council, {"adults": 1})["nobody"]
    else:
        said = text(page.get(f"/peers/{area}/").content)
    assert "has no peers" in said
    assert "unlike any other council" in said


def test_a_council_that_is_not_there_is_a_page_that_says_so(page: Client) -> None:
    answer = page.get("/peers/atlantis/")
    assert answer.status_code == 404
    assert "There is no council" in text(answer.content)


def test_weights_of_one_give_the_neighbours_that_the_edition_holds(sample: Edition, ids: list[str]) -> None:
    chosen = likeness.weights(sample, QueryDict("")).weights
    for area in ids[::12]:
        stored = likeness.stored(sample, area)
        found = likeness.worked_out(sample, area, chosen)[: len(stored)]
        assert [n.area for n in found] == [n.area for n in stored]
        for one, two in zip(found, stored, strict=True):
            assert one.distance == pytest.approx(two.distance)
            assert one.shares == pytest.approx(two.shares)
            assert sum(one.shares.values()) == pytest.approx(1)


def test_distance_is_the_root_of_the_weighted_squares_added_up(sample: Edition, ids: list[str]) -> None:
    """Worked again in plain Python from the same features: with one feature left, nearness is nearness on it alone."""
    area = ids[0]
    only = {f: int(f == "deprivation") for f in likeness.weights(sample, QueryDict("")).weights}
    rows = {r["area"]: r["deprivation"] for r in sample.table("features").collect().to_dicts()}
    order = likeness.worked_out(sample, area, only)
    ranked = [n.area for n in order]
    above = [a for a in ranked if rows[a] > rows[area]]
    below = [a for a in ranked if rows[a] < rows[area]]
    assert above == sorted(above, key=lambda a: rows[a])
    assert below == sorted(below, key=lambda a: -rows[a])
    assert all(one.distance <= two.distance for one, two in pairwise(order))


def test_a_page_with_changed_weights_says_who_came_and_who_went(page: Client, ids: list[str]) -> None:
    html = page.get(f"/peers/{ids[0]}/?w_adults=3&w_density=0").content
    assert "of the usual 15 stay" in text(html)
    assert "Place before" in text(html)
    new = html.decode().count("(new)")
    left = len(re.findall(r"place \d+ before, place \d+ now", text(html)))
    assert new == left


@pytest.mark.parametrize(
    ("query", "said"),
    [("w_adults=9", "from 0 to 3"), ("w_adults=-1", "from 0 to 3"), ("w_adults=x", "from 0 to 3"),
     ("w_adults=0&w_share_65=0&w_share_85=0&w_density=0&w_deprivation=0", "at least one feature")],
)  # fmt: skip
def test_weights_that_cannot_be_used_are_said_and_the_usual_ones_stay(
    page: Client, ids: list[str], query: str, said: str
) -> None:
    answer = page.get(f"/peers/{ids[0]}/?{query}")
    assert answer.status_code == 400
    assert said in text(answer.content)
    assert "nearest" in text(answer.content)


def test_the_same_weights_have_one_address(page: Client, ids: list[str]) -> None:
    form = "w_adults=2&w_share_65=1&w_share_85=1&w_density=1&w_deprivation=1"
    assert page.get(f"/peers/{ids[0]}/?{form}").headers["Location"] == f"/peers/{ids[0]}/?w_adults=2"


def test_peers_that_pay_more_are_those_whose_ratio_is_beyond_one(sample: Edition, ids: list[str]) -> None:
    """Checked by the naive formula: p₁/p₂ · exp(−3.09 · √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂)) above 1."""
    area, period = ids[0], sample.definition(HEADLINE)["latest_period"]
    rows = {r["area"]: r for r in sample.rows(HEADLINE, period).to_dicts()}
    near = [n.area for n in likeness.stored(sample, area)]
    found = likeness._direct_payments(sample, area, near)
    me = rows[area]

    def beyond(one: str) -> bool:
        x1, n1, x2, n2 = (rows[one]["numerator"], rows[one]["denominator"], me["numerator"], me["denominator"])
        spread = (1 / x1 - 1 / n1 + 1 / x2 - 1 / n2) ** 0.5
        return bool(x1 / n1 / (x2 / n2) * 2.718281828459045 ** (-3.090232306167813 * spread) > 1)

    assert found["higher"] == [a for a in near if rows[a]["value"] is not None and rows[a]["numerator"] and beyond(a)]


def test_a_council_with_its_nearest_is_ten_in_one_address(page: Client, ids: list[str]) -> None:
    moved = page.get(f"/compare/?like={ids[0]}")
    assert moved.status_code == 302
    assert ids[0] in moved.headers["Location"]
    assert len(chosen(page.get(moved.headers["Location"]).content)) == MOST


def test_every_ready_made_set_leads_to_a_comparison(page: Client, ids: list[str]) -> None:
    for a, b in list(combinations(ids[:3], 2)):
        html = page.get(f"/compare/?councils={a},{b}").content.decode()
        ready = re.search(r"Ready-made sets:(.*?)</p>", html, flags=re.S)
        assert ready
        for way in re.findall(r'href="([^"]+)"', ready[1]):
            assert page.get(unescape(way)).status_code == 200, way
