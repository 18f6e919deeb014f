"""What is said of the councils that are compared, and the drawing of them."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.http import QueryDict
from django.test import Client

from evenhand.compare.intervals import wilson
from evenhand.edition.read import Edition
from evenhand.facts.register import period_end
from evenhand.site.evidence.comparing import together
from evenhand.site.evidence.comparing.choice import MOST, MOST_MEASURES, choice
from evenhand.site.evidence.comparing.drawing import Bar, members
from evenhand.site.evidence.comparing.lines import lines
from tests.site.comparing.asking import HEADLINE


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


@pytest.mark.parametrize("width", [340, 700])
def test_the_label_of_the_country_stands_below_the_line_of_a_simulated_edition(width: int) -> None:
    """The dashed line is at 23.5; letters of 12 pixels rise 9 above their baseline and fall 3 below it."""
    bars = [Bar("A", "20.0%", 20.0, 18.0, 22.0)]
    tops = {}
    for simulated in (True, False):
        svg = members("k", "T", "S", bars, centre=("Simulated England 25.2%", 25.2), ticks_as="{}%", width=width,
                      simulated=simulated)  # fmt: skip
        label = re.search(r'y="([\d.]+)"[^>]*>Simulated England 25.2%', svg)
        assert label
        tops[simulated] = float(label[1]) - 9
        assert ("M0 23.5" in svg) == simulated
        grid = min(float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)[vV]", svg))
        assert float(label[1]) + 3 < grid, "and above the drawing"
    assert tops[True] > 24 + 5
    assert tops[False] < 24, "no empty band where nothing is simulated"


def test_a_council_made_after_the_year_is_not_applicable_and_neither_zero_nor_missing(
    page: Client, sample: Edition
) -> None:
    found = 0
    for d in sample.definitions.values():
        end = period_end(d["latest_period"]) if d["latest_period"] else None
        late = [c for c in sample.register.all if end and c.valid_from > end and c.valid_to is None]
        old = [c for c in sample.register.all if end and c.valid_from <= end and c.valid_to is None]
        if not late or not old:
            continue
        found += 1
        query = f"councils={late[0].id},{old[0].id}&measures={d['id']}"
        line = lines(sample, choice(sample, QueryDict(query)))[0]
        own = next(m for m in line.members if m.slug == late[0].id)
        assert (own.figure, own.absent) == ("", "not applicable")
        assert own.why == f"It was not a council in {line.period}."
        assert not any(said.startswith("All of them together") for said in line.said)
        answer = page.get(f"/compare/download.csv?{query}", follow=True)
        row = next(r for r in csv.DictReader(io.StringIO(answer.content.decode())) if r["area_name"] == late[0].name)
        assert (row["value"], row["status"], row["reason"]) == ("", "not_applicable", own.why)
    assert found, "the sample has a measure that is older than one of its councils"
