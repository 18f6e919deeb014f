"""Chosen councils side by side and councils like one another, over the simulated England."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import date, timedelta
from html import escape, unescape
from itertools import combinations, pairwise, product
from pathlib import Path

import polars as pl
import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.compare.intervals import wilson
from evenhand.edition.read import Edition
from evenhand.edition.spread import TOO_UNLIKE
from evenhand.facts.register import period_end
from evenhand.site.evidence import limits
from evenhand.site.evidence.comparing import likeness, sets, together
from evenhand.site.evidence.comparing.choice import MOST, MOST_MEASURES, choice
from evenhand.site.evidence.comparing.drawing import Bar, members
from evenhand.site.evidence.comparing.lines import lines
from evenhand.site.evidence.limits import Buckets

HEADLINE = "ascof-3d-2a"


@pytest.fixture
def page(client: Client, settings: Settings, sample_home: Path) -> Client:
    """A visitor to the site over the simulated edition."""
    settings.EVENHAND_HOME = sample_home
    return client


@pytest.fixture(scope="module")
def ids(sample: Edition) -> list[str]:
    """Councils that stand today, by name."""
    standing = sample.areas().filter((sample.areas()["level"] == "council") & sample.areas()["standing"])
    return standing.sort("name")["slug"].to_list()


@pytest.fixture(scope="module")
def gone(sample: Edition) -> str:
    """A council that has ended."""
    return next(c.id for c in sample.register.all if c.valid_to)


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    body = re.sub(r"<svg.*?</svg>", " ", html.decode(), flags=re.S)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def chosen(html: bytes) -> list[str]:
    """The councils that a page keeps: those with a link to remove them."""
    return re.findall(r"Remove<span class=\"govuk-visually-hidden\"> (.*?)</span>", html.decode())


# --- The choice and its address ----------------------------------------------------------------------------------


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


# --- Sets that are named by one word ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def day(sample: Edition) -> date:
    return period_end(sample.about["newest_period"])


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


# --- Choosing without a script ------------------------------------------------------------------------------------


def test_fewer_than_two_councils_is_a_page_to_choose_on_and_no_fault(page: Client, ids: list[str]) -> None:
    empty, one = page.get("/compare/"), page.get(f"/compare/?councils={ids[0]}")
    assert (empty.status_code, one.status_code) == (200, 200)
    assert "Choose 2 to 10 councils" in text(empty.content)
    assert len(chosen(one.content)) == 1
    assert empty.content.count(b'name="add"') == 2
    assert one.content.count(b'name="add"') == 1


def test_a_council_that_has_gone_can_be_compared_in_a_year_when_it_stood(sample: Edition, gone: str) -> None:
    ended = sample.register.council(gone)
    for d in sample.definitions.values():
        for period in d["periods"]:
            then = choice(sample, QueryDict(f"councils={gone}&measures={d['id']}&period={period}"))
            assert bool(then.councils) == (not then.problems)
            if then.councils:
                assert then.councils == (ended,)
                return
    pytest.skip("the sample has no figures of that time")


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


# --- What is said of the members ---------------------------------------------------------------------------------


def test_together_is_sums_over_sums_with_wilsons_interval() -> None:
    d = {"kind": "proportion", "per": 100}
    rows = [
        {"area_name": "A", "value": 22.2, "numerator": 395.0, "denominator": 1782.0},
        {"area_name": "B", "value": 25.0, "numerator": 500.0, "denominator": 2000.0},
        {"area_name": "C", "value": None, "numerator": 9.0, "denominator": 90.0},
    ]
    found = together.total(d, rows)
    assert found.value == pytest.approx(100 * 895 / 3782)
    assert (round(found.lower or 0, 1), round(found.upper or 0, 1)) == (22.3, 25.0)
    assert (found.of, found.without) == (("A", "B"), ("C",))


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("score", "survey"),
        ("survey_percent", "survey"),
        ("published_only", "not published"),
        ("rate", "fewer than two"),
    ],
)
def test_where_there_is_no_total_the_reason_is_given(kind: str, why: str) -> None:
    found = together.total({"kind": kind, "per": 1000}, [])
    assert found.value is None
    assert why in found.why


COUNTS = [
    # (numerator, denominator) of the highest and the lowest; what the sentence must say
    (30, 100, 10, 100, "3.00 times (95% interval 1.55 to 5.80)", "That is more than chance."),
    (12, 100, 10, 100, "1.20 times", "Chance alone could explain that."),
    (10, 100, 10, 100, "all but the same", ""),
    (51_000, 100_000, 50_500, 100_000, "1.001 to 1.019", "That is more than chance."),
]


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "said", "verdict"), COUNTS)
def test_the_highest_against_the_lowest(x1: int, n1: int, x2: int, n2: int, said: str, verdict: str) -> None:
    d = {"kind": "proportion", "per": 100, "likelihood": "get a direct payment", "decimals": 1}
    rows = [
        {"area_name": name, "value": 100 * x / n, "numerator": x, "denominator": n}
        for name, x, n in (("Low", x2, n2), ("High", x1, n1))
    ]
    sentence = together.apart(d, rows)
    assert said in sentence
    assert verdict in sentence


def test_a_ratio_to_zero_is_not_given_and_the_page_says_so() -> None:
    d = {"kind": "rate", "per": 1000, "likelihood": None, "decimals": 2}
    rows = [
        {"area_name": name, "value": 1000 * x / 50_000, "numerator": x, "denominator": 50_000}
        for name, x in (("Zero", 0), ("Some", 40), ("More", 90))
    ]
    assert "More's figure is 2.25 times" in together.apart(d, rows)
    assert "a ratio to zero does not exist" in together.apart(d, rows)


def test_surveys_are_set_apart_by_their_margins() -> None:
    d = {"kind": "survey_percent", "decimals": 1}
    rows = [
        {"area_name": "A", "value": 70.0, "margin_of_error": 3.0},
        {"area_name": "B", "value": 60.0, "margin_of_error": 4.0},
    ]
    assert together.apart(d, rows) == (
        "A is 10.0 percentage points higher than B (95% interval 5.0 to 15.0). That is more than chance."
    )
    rows[1]["value"] = 66.0
    assert together.apart(d, rows).endswith("(95% interval -1.0 to 9.0). Chance alone could explain that.")


def test_words_and_numbers_agree_for_every_neighbouring_pair_on_every_measure(sample: Edition, ids: list[str]) -> None:
    """Whatever is compared: the finding's ends are the ends, and "more than chance" goes with an interval beyond 1."""
    every = list(sample.definitions)
    for start in range(0, len(ids) - 1, 5):
        for some in (every[i : i + MOST_MEASURES] for i in range(0, len(every), MOST_MEASURES)):
            query = QueryDict(f"councils={','.join(ids[start : start + 5])}&measures={','.join(some)}")
            picked = choice(sample, query)
            if not picked.complete:
                continue
            for line in lines(sample, picked):
                values = [m for m in line.members if m.figure]
                if any(said.startswith("All of them together") for said in line.said):
                    assert len(values) == len(line.members), line.definition["id"]
                assert len(line.members) == len(picked.councils)
                for m in line.members:
                    assert bool(m.figure) != bool(m.absent), (line.definition["id"], m)
                    assert not (m.absent and (m.band or m.interval or m.differs))
                for sentence in line.said:
                    if found := re.search(r"times \(95% interval ([\d.,]+) to", sentence):
                        assert (float(found[1]) > 1) == ("more than chance" in sentence), sentence
                if len(values) > 1 and "highest at" in line.finding:
                    assert values[0].figure in line.finding or any(m.figure in line.finding for m in values)


def test_the_total_of_the_page_and_the_file_is_the_sum_of_its_rows(page: Client, ids: list[str]) -> None:
    address = f"/compare/download.csv?councils={','.join(ids[:4])}&measures={HEADLINE}"
    rows = list(csv.DictReader(io.StringIO(page.get(address).content.decode())))
    councils = [r for r in rows if r["level"] == "council"]
    total = next(r for r in rows if r["level"] == "together")
    assert len(councils) == 4
    x = sum(float(r["numerator"]) for r in councils if r["value"])
    n = sum(float(r["denominator"]) for r in councils if r["value"])
    assert (float(total["numerator"]), float(total["denominator"])) == (x, n)
    low, high = wilson(x, n)
    assert float(total["lower95"]) == pytest.approx(100 * float(low))
    assert float(total["upper95"]) == pytest.approx(100 * float(high))
    assert total["status"] == "derived"


def test_the_file_has_its_companion_and_one_address_and_refuses_what_the_page_refuses(
    page: Client, ids: list[str]
) -> None:
    a, b = ids[:2]
    about = page.get(f"/compare/download_about.csv?councils={a},{b}").content.decode()
    assert "simulated" in about
    assert "column lower95" in about
    moved = page.get(f"/compare/download.csv?councils={b},{a}")
    assert moved.headers["Location"] == f"/compare/download.csv?councils={a},{b}"
    refused = page.get(f"/compare/download.csv?councils={a}")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_a_page_of_ten_councils_and_twelve_measures_is_whole_and_keeps_to_the_content_policy(
    page: Client, sample: Edition, ids: list[str]
) -> None:
    measures = ",".join(list(sample.definitions)[:MOST_MEASURES])
    html = page.get(f"/compare/?councils={','.join(ids[:MOST])}&measures={measures}").content.decode()
    assert html.count("<h1") == 1
    assert 'style="' not in html
    assert " onclick" not in html
    assert html.count("<table") == html.count("<caption")
    assert all('scope="' in head for head in re.findall(r"<th\b[^>]*>", html))
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))


def test_a_drawing_escapes_names_and_says_what_is_missing() -> None:
    bars = [Bar("<b>A & B</b>", "20.0%", 20.0, 18.0, 22.0), Bar("C", "no figure published", None)]
    svg = members("k", "T", "S", bars, centre=("England 24.5%", 24.5), ticks_as="{}%", width=340, simulated=True)
    assert "<b>" not in svg
    assert "no figure published" in svg
    assert "SIMULATED" in svg
    assert svg.count("<circle") == 1


def test_a_council_made_after_the_year_is_not_applicable_and_neither_zero_nor_missing(
    page: Client, sample: Edition
) -> None:
    for d in sample.definitions.values():
        end = period_end(d["latest_period"]) if d["latest_period"] else None
        late = [c for c in sample.register.all if end and c.valid_from > end and c.valid_to is None]
        old = [c for c in sample.register.all if end and c.valid_from <= end and c.valid_to is None]
        if late and old:
            query = f"councils={late[0].id},{old[0].id}&measures={d['id']}"
            line = lines(sample, choice(sample, QueryDict(query)))[0]
            own = next(m for m in line.members if m.slug == late[0].id)
            assert (own.figure, own.absent) == ("", "not applicable")
            assert own.why == f"It was not a council in {line.period}."
            assert not any(said.startswith("All of them together") for said in line.said)
            answer = page.get(f"/compare/download.csv?{query}", follow=True)
            row = next(
                r for r in csv.DictReader(io.StringIO(answer.content.decode())) if r["area_name"] == late[0].name
            )
            assert (row["value"], row["status"], row["reason"]) == ("", "not_applicable", own.why)
            return
    pytest.skip("every measure of the sample is younger than its councils")


# --- Peers --------------------------------------------------------------------------------------------------------


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
