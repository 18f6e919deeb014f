"""A measure's page and England's variation: what they say agrees with the edition, and gaps are said as gaps."""

from __future__ import annotations

import gzip
import re
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.http import QueryDict
from django.template import engines
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.compare.words import rounded
from evenhand.edition.against import compare
from evenhand.edition.read import Edition, UnknownMeasure
from evenhand.facts import history
from evenhand.site.evidence.measure_pages import founding, lines, one
from evenhand.site.evidence.present.charts import picture

DP = "ascof-3d-2a"


@pytest.fixture
def page(client: Client, settings: Settings, sample_home: Path) -> Client:
    settings.EVENHAND_HOME = sample_home
    return client


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())))


def councils(sample: Edition, measure: str = DP, period: str | None = None) -> list[dict[str, Any]]:
    """The councils' rows of a measure and period."""
    rows = compare(sample, measure, period).rows
    return rows.filter(pl.col("level") == "council").to_dicts()


def row_of(html: bytes, name: str) -> str:
    """An area's row in the table of every figure."""
    table = html.decode().split('id="figures"')[1]
    rows = re.findall(r"<tr.*?</tr>", table, flags=re.S)
    return text(next(r for r in rows if re.search(rf">{re.escape(name)}</?(a|th)", unescape(r))).encode()).strip()


def asked(sample: Edition, measure: str = DP, query: str = "") -> one.Asked:
    return one.Asked.of(sample, measure, QueryDict(query))


# --- Every address ------------------------------------------------------------------------------------------------


def test_every_measure_has_a_page_that_keeps_the_rules_of_all_pages(page: Client, sample: Edition) -> None:
    for measure, d in sample.definitions.items():
        answer = page.get(f"/measures/{measure}/")
        assert answer.status_code == 200, measure
        html = answer.content.decode()
        assert html.count("<h1") == 1
        assert unescape(re.findall(r"<h1[^>]*>(.*?)</h1>", html)[0]) == d["question"]
        assert not re.search(r"<script(?! type=\"module\" src=\"/)|<style|\sstyle=|\son[a-z]+=", html), measure
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", html), measure
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), f"{measure}: two elements have one id"
        for table in re.findall(r"<table.*?</table>", html, flags=re.S):
            assert "<caption" in table
            assert 'scope="col"' in table
        assert len(gzip.compress(answer.content)) < 80_000, f"{measure} is heavy for a phone"


@pytest.mark.parametrize(
    "query", ["sort=value&order=down", "sort=rank", "sort=nonsense", "order=up", "x=1", "council="]
)
def test_any_order_is_answered(page: Client, query: str) -> None:
    assert page.get(f"/measures/{DP}/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("period=1999-00", "has no figures for '1999-00'"),
        ("council=atlantis", "no council at the address"),
        ("group=martians", "not published for a group called 'martians'"),
        ("period=%00", "has no figures for"),
        ("council=" + "x" * 1_000, "no council at the address"),
    ],
)
def test_what_there_is_not_is_not_found_and_says_so(page: Client, query: str, says: str) -> None:
    answer = page.get(f"/measures/{DP}/?{query}")
    assert answer.status_code == 404
    assert says in text(answer.content)
    assert "x" * 100 not in answer.content.decode()


def test_an_unknown_measure_is_not_found_and_near_ids_are_named(page: Client) -> None:
    answer = page.get("/measures/ascof-3d-2x/")
    assert answer.status_code == 404
    assert DP in text(answer.content)


def test_a_page_is_drawn_once_an_edition_and_named_by_an_etag(page: Client) -> None:
    first = page.get(f"/measures/{DP}/")
    again = page.get(f"/measures/{DP}/", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304


# --- Words agree with figures -------------------------------------------------------------------------------------


def test_the_first_words_about_each_council_are_its_own_figure(sample: Edition) -> None:
    """Over every council and every measure: the line, the sentence and the edition say the same."""
    for measure, d in sample.definitions.items():
        if not d["latest_period"]:
            continue
        for r in councils(sample, measure):
            line = lines.line(d, r)
            said = one.sentences.one_area(d, r, "the country")
            if r["value"] is None:
                assert line.value == ""
                assert line.mark
                assert len(said) == 1, "nothing is said about a figure that is not there but that it is not"
                assert line.mark.lower() in said[0].lower()
                assert (line.interval, line.counts, line.band, line.rank) == ("", "", "", "")
                continue
            assert line.mark == ""
            assert rounded(r["value"], d["decimals"]) in line.value
            assert line.value.strip("£%") in said[0]
            assert line.band == (r["band"] or "")
            if line.band and line.band != "similar":
                assert f"is {line.band} than" in " ".join(said)
            if r["value"] == 0:
                assert "zero" in said[0]
                assert "Zero" in line.why


def test_the_page_begins_with_the_council_that_was_chosen(page: Client, sample: Edition) -> None:
    own = next(r for r in councils(sample) if r["value"])
    html = page.get(f"/measures/{DP}/?council={own['slug']}").content
    words = text(html)
    country = sample.about["country"]
    assert words.index(f"{own['area_name']}: {rounded(own['value'], 1)}%") < words.index(f"{country}: ")
    assert f'<option value="{own["slug"]}" selected>' in html.decode()
    assert "evenhand-row--chosen" in html.decode()
    assert f'href="/councils/{own["slug"]}/"' in html.decode()


def test_a_row_carries_figure_interval_count_band_and_rank(page: Client, sample: Edition) -> None:
    own = next(r for r in councils(sample) if r["band"] == "similar" and r["rank_low"] != r["rank_high"])
    said = row_of(page.get(f"/measures/{DP}/").content, own["area_name"])
    assert f"{rounded(own['value'], 1)}%" in said
    assert f"{rounded(own['lower95'], 1)}% to {rounded(own['upper95'], 1)}%" in said
    assert f"{rounded(own['numerator'], 0)} of {rounded(own['denominator'], 0)}" in said
    assert "similar" in said
    assert f"of {own['ranked']}" in said


@pytest.mark.parametrize(
    ("status", "value", "marks", "never"),
    [
        ("suppressed", None, "Suppressed to protect people", "Zero"),
        ("missing", None, "No figure published", "Suppressed"),
        ("not_applicable", None, "Not applicable", "Suppressed"),
        ("published", 0.0, "Zero", "No figure"),
    ],
)
def test_zero_suppressed_missing_and_not_applicable_are_four_different_things(
    sample: Edition, status: str, value: float | None, marks: str, never: str
) -> None:
    row = dict.fromkeys(councils(sample)[0]) | {
        "area_name": "Dunmere", "level": "council", "status": status, "value": value, "reliability": 0,
    }  # fmt: skip
    line = lines.line(sample.definition(DP), row)
    said = f"{line.value} {line.mark} {line.why}"
    assert marks in said
    assert never not in said
    assert (line.value == "0.0%") == (value == 0.0)


def test_markup_in_a_publishers_name_is_printed_and_never_run(sample: Edition) -> None:
    row = next(r for r in councils(sample) if r["value"]) | {"area_name": "<b>Ashvale</b>"}
    line = lines.line(sample.definition(DP), row)
    here = {"d": sample.definition(DP), "asked": asked(sample), "heads": one.heads(asked(sample)), "files": []}
    template = engines["jinja2"].env.get_template("evidence/_measure_table.html")  # type: ignore[attr-defined]
    html = template.render(**here, levels=[("Councils", [line])], unit="")
    assert "&lt;b&gt;Ashvale&lt;/b&gt;" in html
    assert "<b>" not in html


def test_every_gap_in_the_sample_says_why_in_its_row(page: Client, sample: Edition) -> None:
    html = page.get(f"/measures/{DP}/").content
    for r in councils(sample):
        if r["value"] is None:
            said = row_of(html, r["area_name"])
            assert lines.line(sample.definition(DP), r).mark in said
            assert not re.search(r"\d%", said)


def test_a_warning_of_the_publisher_is_read_before_anything_is_compared(page: Client, sample: Edition) -> None:
    warned = [(m, p, t) for m, d in sample.definitions.items() for p, t in d["warnings"] if p in d["periods"]]
    assert warned, "the sample has a measure with a warning"
    for measure, period, warning in warned:
        own = councils(sample, measure, period)[0]
        words = text(page.get(f"/measures/{measure}/?period={period}&council={own['slug']}").content)
        assert words.index(warning) < words.index(f"{own['area_name']}: ")
        assert words.index(warning) < words.index("How councils compare")


def test_better_is_said_only_where_the_measure_says_which_way(page: Client, sample: Edition) -> None:
    for measure, d in sample.definitions.items():
        words = text(page.get(f"/measures/{measure}/").content)
        assert ("Neither higher nor lower is better." in words) == (d["direction"] == "none"), measure
        assert d["direction_reason"] in words


# --- Pickers and orders -------------------------------------------------------------------------------------------


def test_the_country_stands_first_as_published_and_then_as_the_sum_of_councils(sample: Edition) -> None:
    rows = compare(sample, DP).rows
    got = lines.levels(sample.definition(DP), rows, sort="value", down=True, chosen=None)
    assert [heading for heading, _ in got] == ["The country", "Regions", "Types of council", "Councils"]
    country = [line.name for line in got[0][1]]
    assert len(country) == 2
    assert "sum" in country[1]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("sort", ["name", "value", "rank"])
def test_councils_are_in_the_order_asked_for_and_those_without_come_last(
    sample: Edition, sort: str, down: bool
) -> None:
    rows = compare(sample, DP).rows.filter(pl.col("level") == "council")
    column = {"name": "area_name", "value": "value", "rank": "rank_median"}[sort]
    got = lines.in_order(rows, sort, down=down)[column].to_list()
    held = [v for v in got if v is not None]
    assert held == sorted(held, reverse=down)
    assert got == held + [None] * (len(got) - len(held))


def test_the_head_of_a_column_says_how_it_is_sorted_and_turns_the_order_round(sample: Edition) -> None:
    plain = one.heads(asked(sample))
    assert [h["state"] for h in plain.values()] == ["ascending", "none", "none"]
    assert "order=down" in plain["value"]["address"], "the highest figure comes first when figures are asked for"
    turned = one.heads(asked(sample, query="sort=value&order=down"))
    assert turned["value"]["state"] == "descending"
    assert "order=down" not in turned["value"]["address"]


def test_the_pickers_keep_what_was_chosen(page: Client, sample: Edition) -> None:
    d = sample.definition(DP)
    early = sorted(d["periods"])[0]
    own = councils(sample, DP, early)[0]
    html = page.get(f"/measures/{DP}/?period={early}&council={own['slug']}&sort=value").content.decode()
    assert f'<option value="{early}" selected>' in html
    assert f'<option value="{own["slug"]}" selected>' in html
    assert re.search(rf'href="\?period={early}&amp;council={own["slug"]}', html), "sorting keeps council and period"


def test_a_group_that_a_period_lacks_gives_everyone_and_says_so(sample: Edition) -> None:
    for measure, d in sample.definitions.items():
        held = sample.table("values").filter(pl.col("measure") == measure).select("period", "group").unique().collect()
        for g in d["groups"]:
            with_it = set(held.filter(pl.col("group") == g["id"])["period"])
            for period in set(d["periods"]) - with_it:
                got = asked(sample, measure, f"period={period}&group={g['id'].replace('+', '%2B')}")
                assert got.group == "all"
                assert g["label"] in got.notice
                return
    pytest.fail("the sample has a group that some period lacks")


def test_groups_of_people_stand_under_one_another_for_country_and_council(page: Client, sample: Edition) -> None:
    values = sample.table("values").filter((pl.col("measure") == DP) & (pl.col("group") != "all")).collect()
    period = max(values["period"])
    own = values.filter((pl.col("period") == period) & (pl.col("level") == "council") & pl.col("value").is_not_null())
    got = own.row(0, named=True)
    html = page.get(f"/measures/{DP}/?period={period}&council={got['slug']}").content.decode()
    table = text(html.split('id="groups"')[1].split("</table>")[0].encode())
    assert "Everyone" in table
    assert f"{rounded(got['value'], 1)}%" in table


def test_a_council_that_had_gone_by_then_is_said_to_have_gone(page: Client, sample: Edition) -> None:
    gone = sample.areas().filter((pl.col("level") == "council") & ~pl.col("standing")).to_dicts()
    assert gone
    words = text(page.get(f"/measures/{DP}/?council={gone[0]['slug']}").content)
    assert f"{gone[0]['name']} has no place in the figures for" in words


# --- Charts -------------------------------------------------------------------------------------------------------


def test_each_chart_has_a_finding_a_sentence_its_numbers_and_files_to_take_away(page: Client, sample: Edition) -> None:
    own = next(r for r in councils(sample) if r["band"])
    html = page.get(f"/measures/{DP}/?council={own['slug']}").content.decode()
    figures = [part.split('">', 1) for part in html.split('<figure class="evenhand-chart" id="')[1:]]
    assert [kind for kind, _ in figures] == ["funnel", "intervals", "map", "trend"]
    for kind, inner in figures:
        assert re.search(r"<h3[^>]*>[^<]{15,}</h3><p[^>]*>[^<]{30,}</p>", inner), kind
        assert inner.count("<svg") == 2, "one drawing for phones and one for pages"
        assert "Show the numbers" in inner
        assert f"/measures/{DP}/{kind}.svg?period=" in inner
        assert f"council={own['slug']}" in inner


def test_charts_of_money_print_the_pounds_that_the_sentences_say(sample: Edition) -> None:
    """An edition holds money a head in pounds, and charts draw money in pence."""
    measure = "dp-spend-per-adult"
    d, found = sample.definition(measure), compare(sample, measure)
    own = next(r for r in councils(sample, measure) if r["value"])
    pounds = lines.short(d, own["value"])
    for kind in ("intervals", "trend"):
        chart = picture(kind, sample, d, found, own)
        assert f">{own['area_name']} {pounds}</text>" in chart.to_svg(width=700).replace("\n", ""), kind
        assert chart.table is not None
        assert f">{pounds}</td>" in chart.table.to_html()


def test_every_tile_of_the_map_leads_to_its_council(page: Client, sample: Edition) -> None:
    html = page.get(f"/measures/{DP}/").content.decode()
    drawn = html.split('id="map"')[1].split("</figure>")[0]
    placed = set(sample.table("tiles").collect()["council"])
    slugs = {r["slug"] for r in councils(sample) if r["area"] in placed}
    assert slugs
    assert slugs <= set(re.findall(r'href="/councils/([a-z-]+)/"', drawn))


def test_a_break_in_a_year_that_nobody_published_still_parts_the_years_beside_it() -> None:
    from evenhand.site.evidence.present.charts import _drawn_breaks

    definition = {"breaks": [["2011-12", "A."], ["2014-15", "B."], ["2016-17", "C."], ["2030-31", "D."]]}
    held = ["2010-11", "2011-12", "2013-14", "2020-21"]
    assert _drawn_breaks(definition, held) == [("2011-12", "A."), ("2020-21", "B. C.")]


def test_names_in_a_chart_are_escaped() -> None:
    from evenhand.documents.chart import Chart
    from evenhand.documents.part_charts import stacked_bar
    from evenhand.site.evidence.present.charts import figure_markup

    chart = Chart("<b>Ashvale</b>", "<script>alert(1)</script>", stacked_bar([{"label": "<i>x</i>", "value": 1}]))
    html = figure_markup(chart, anchor='"><b>', downloads=[("<u>SVG</u>", '/x"y')])
    assert not re.search(r"<(b|i|u|script)>", html)


# --- Where figures come from --------------------------------------------------------------------------------------


def test_each_source_file_of_the_period_has_its_licence_and_checksum(page: Client, sample: Edition) -> None:
    d = sample.definition(DP)
    for period in d["periods"]:
        html = page.get(f"/measures/{DP}/?period={period}").content
        part = html.decode().split('id="sources"')[1]
        used = one.sources(sample, d, period)
        assert used
        for f in used:
            assert f["sha256"] in part.replace("<wbr>", "")
            assert period in f["periods"]
        assert text(part.encode()).count("Licence") >= 1


def test_history_is_quoted_with_its_source_and_every_break_is_told(page: Client, sample: Edition) -> None:
    for measure in ("dp-per-1000-adults", "sds-per-1000-adults"):
        d = sample.definition(measure)
        words = text(page.get(f"/measures/{measure}/").content)
        for q in d["history"]:
            assert q["text"] in words
            assert q["source"] in words
        for period, reason in d["breaks"]:
            assert f"From {period}:" in words
            assert re.sub(r"\s+", " ", reason) in words


# --- England's variation ------------------------------------------------------------------------------------------


def test_the_variation_page_says_each_ratio_as_the_edition_holds_it(page: Client, sample: Edition) -> None:
    answer = page.get("/variation/")
    assert answer.status_code == 200
    words = text(answer.content)
    for _, _, *measures in founding.SUBJECTS:
        for measure in measures:
            period = founding.comparable(sample.definition(measure))
            row = sample.table("variation").filter(
                (pl.col("measure") == measure) & (pl.col("period") == period) & (pl.col("group") == "all")
            ).collect().to_dicts()[0]  # fmt: skip
            assert founding.ratio(row) in words
            assert f"{rounded(row['ratio'], 1)} times (95% interval" in words
    assert not re.search(r"<script(?! type=\"module\" src=\"/)|<style|\sstyle=|\son[a-z]+=", answer.content.decode())


def test_the_variation_page_shows_the_newest_period_that_may_be_compared_and_says_why(sample: Edition) -> None:
    warned = {"periods": ["2020-21", "2024-25"], "warnings": [["2024-25", "Not meaningful."]]}
    assert founding.comparable(warned) == "2020-21"
    assert founding.comparable(warned | {"warnings": []}) == "2024-25"
    assert founding.comparable(warned | {"periods": ["2024-25"]}) == "2024-25"


def test_quoted_figures_are_printed_as_quoted_under_their_own_head_and_source(page: Client, sample: Edition) -> None:
    html = page.get("/variation/").content
    words = text(html)
    for measure, rows in founding.QUOTED.items():
        sources = {history.quote(quote).source for _, quote, _ in rows}
        assert all(re.sub(r"\s+", " ", s) in words for s in sources)
        beside = founding.beside(sample, sample.table("variation").collect(), measure)
        assert [r["then"].removesuffix(" times") for r in beside["rows"]] == [
            str(history.quote(quote).value) for _, quote, _ in rows
        ]
    assert "means nothing" in words


def test_councils_beyond_the_founding_lines_are_counted_from_their_figures(sample: Edition) -> None:
    measure = "dp-per-1000-adults"
    period = founding.comparable(sample.definition(measure))
    got = founding.beyond(sample, measure, period)
    figures = [r["numerator"] / r["denominator"] * 1000 for r in councils(sample, measure, period) if r["value"]]
    assert got["above"] == sum(f > 3 for f in figures) > 0
    zeros = sum(r["value"] == 0 for r in councils(sample, measure, period))
    assert got["below"] == sum(f < 1.5 for f in figures) + zeros


def test_client_groups_are_shown_year_by_year(page: Client, sample: Edition) -> None:
    d = sample.definition(founding.CLIENTS)
    part = text(page.get("/variation/").content.decode().split('id="client-groups"')[1].encode())
    for g in d["groups"]:
        assert g["label"].lower() in part.lower()
    for period in d["periods"]:
        assert period in part


def test_what_an_address_asks_for_is_refused_by_name(sample: Edition) -> None:
    with pytest.raises(UnknownMeasure, match="no figures for"):
        asked(sample, query="period=2999-00")
