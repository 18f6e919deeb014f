"""Home and the pages about the figures: words agree with the edition's numbers, and every promise of a page is kept."""

from __future__ import annotations

import json
import os
import re
import shutil
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.site.evidence import front, queries
from evenhand.site.evidence.about import data, feed, methods, terms

ATOM = {"a": "http://www.w3.org/2005/Atom"}
BANDS = ["much lower", "lower", "similar", "higher", "much higher", None]


def text(html: bytes | str) -> str:
    """A page as it is read: no tags, single spaces."""
    raw = html.decode() if isinstance(html, bytes) else html
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", raw)))


@pytest.fixture
def page(client: Client, settings: Settings, own_home: Path, sample_home: Path) -> Client:
    settings.EVENHAND_HOME = sample_home
    return client


# --- Home ---


def test_every_headline_is_the_countrys_figure_as_its_publisher_prints_it(page: Client, sample: Edition) -> None:
    said = text(page.get("/").content)
    for g in front.glance(sample):
        d = sample.definition(g.id)
        assert g.value.strip("%") == f"{d['england_value']:,.{d['decimals']}f}"
        assert f"{g.title} {g.value}" in said
        assert g.sentence in said
        assert g.spread in said


@given(
    st.lists(st.tuples(st.sampled_from(BANDS), st.sampled_from(["published", "suppressed", "missing"])), max_size=40)
)
def test_the_counts_in_the_sentence_are_the_counts_of_the_bands(councils: list[tuple[str | None, str]]) -> None:
    rows = pl.DataFrame(
        {
            "level": ["council"] * len(councils) + ["country"],
            "band": [b if s == "published" else None for b, s in councils] + ["much higher"],
            "value": [1.0 if s == "published" else None for _, s in councils] + [1.0],
            "status": [s for _, s in councils] + ["published"],
        },
        schema={"level": pl.String, "band": pl.String, "value": pl.Float64, "status": pl.String},
    )
    said = front.spread(rows)
    shown = [b for b, s in councils if s == "published" and b]
    high, low = sum(b.endswith("higher") for b in shown), sum(b.endswith("lower") for b in shown)
    assert ("not set against each other" in said) == (not shown)
    numbers = re.match(r"(No|\d+) councils? (?:is|are)(?: higher)? (?:and|or) ?(none|\d+)?", said)
    if high or low:
        assert numbers
        assert numbers[1] == (str(high) if high else "No")
        assert numbers[2] == (str(low) if low else "none")
    hidden = sum(s == "suppressed" for _, s in councils)
    assert (f"{hidden} council" in said and "suppressed to protect people" in said) == bool(hidden)
    assert ("without a figure" in said) == any(s == "missing" for _, s in councils)


def test_every_sentence_of_the_front_page_is_short(sample: Edition) -> None:
    for g in front.glance(sample):
        for sentence in re.split(r"(?<=[.:])\s", f"{g.sentence} {g.spread}"):
            assert len(sentence.split()) < 25, sentence


def test_home_lists_every_measure_once_with_its_figure_and_every_council_under_its_region(
    page: Client, sample: Edition
) -> None:
    html = page.get("/").content.decode()
    tables = html.split('id="measures"')[1].split('id="councils"')[0]
    linked = re.findall(r'href="/measures/([a-z0-9-]+)/"', tables)
    assert sorted(linked) == sorted(sample.definitions)
    for m in queries.measures(sample):
        row = next(r for r in re.findall(r"<tr.*?</tr>", tables, flags=re.S) if f"/measures/{m.id}/" in r)
        assert text(row).split()[-1] == str(m.councils)
        assert (m.england or "No figure") in text(row)
    places = html.split('id="councils"')[1]
    for council in queries.councils(sample):
        region = places.split(f">{council['region_name']}</h3>")[1].split("</section>")[0]
        assert f'href="/councils/{council["slug"]}/"' in region
    gone = sample.areas().filter((pl.col("level") == "council") & ~pl.col("standing"))["slug"].to_list()
    assert gone
    assert not [slug for slug in gone if f'/councils/{slug}/"' in places]


def test_each_tile_of_the_map_leads_to_its_council_and_says_its_band_as_the_table_does(
    page: Client, sample: Edition
) -> None:
    chart = front.map_of(sample)
    assert chart is not None
    tiles = dict(re.findall(r'<a href="/councils/([a-z-]+)/" aria-label="[^"]*: ([^"]+)"', chart.to_svg()))
    d = sample.definition(front.MAPPED)
    rows = sample.rows(d["id"], d["latest_period"]).filter(pl.col("level") == "council")
    assert set(tiles) == set(rows["slug"])
    for slug, band in rows.filter(pl.col("band").is_not_null()).select("slug", "band").iter_rows():
        assert tiles[slug].lower().startswith(band)
    assert chart.table is not None
    assert chart.table.rows.height == rows.height
    assert "Show the numbers" in text(page.get("/").content)


def test_the_box_is_given_todays_and_former_names_and_says_which_have_gone(page: Client, sample: Edition) -> None:
    names = page.get("/councils.json").json()
    councils = sample.areas().filter(pl.col("level") == "council")
    assert sorted(n["slug"] for n in names) == sorted(councils["slug"])
    gone = {n["slug"] for n in names if n["until"]}
    assert gone == set(councils.filter(~pl.col("standing"))["slug"])


def test_the_front_page_is_small(page: Client) -> None:
    body = page.get("/", headers={"accept-encoding": "gzip"})
    assert body.headers["Content-Encoding"] == "gzip"
    assert len(body.content) < 60_000  # the whole page with style and script stays below 120 KB


# --- Data ---


def test_every_source_file_stands_with_its_checksum_its_licence_and_what_was_not_used(
    page: Client, sample: Edition
) -> None:
    said = text(page.get("/data/").content)
    assert data.totals(sample) in said
    for k in sample.built_from:
        assert k["sha256"] in said
        for needed in (k["publisher"], k["title"], k["table"], f"{k['values']:,}", data.gaps(k)):
            assert needed in said
    assert page.get("/data/sources.json").json()["sources"] == json.loads(json.dumps(sample.built_from))


def test_why_figures_were_not_used_is_said_with_the_commonest_reason_first() -> None:
    source = {
        "publisher": "P", "title": "T", "table": "t/1", "periods": ["2023-24", "2024-25"], "revision": "",
        "licence": "OGL-3.0", "sha256": "0" * 64, "bytes": 1_067_136, "councils": 2, "values": 5, "suppressed": 1,
        "missing": 2, "not_applicable": 3, "rejected": 4, "why": {"Rare.": 1, "Common.": 3},
    }  # fmt: skip

    (got,) = data.sources(SimpleNamespace(built_from=[source]))  # type: ignore[arg-type]
    assert got.why == (("Common.", 3), ("Rare.", 1))
    assert (got.periods, got.revision) == ("2023-24 to 2024-25", "none stated")
    assert got.size == "1,067,136 bytes (1.1 MB)"
    assert got.licence == "Open Government Licence v3.0"
    three = "1 suppressed to protect people, 2 with no figure published, 3 where the question does not arise"
    assert got.gaps == three


def test_notes_and_breaks_are_those_of_the_measure_that_was_asked_for(page: Client, sample: Edition) -> None:
    everything = sample.table("comparability").collect().height
    assert len(data.comparability(sample)) == everything
    own = data.comparability(sample, "ascof-1a")
    assert own
    assert all("1A" in f"{r['item']} {r['old_item']}" for r in own)
    assert len(own) < everything
    said = text(page.get("/data/?measure=ascof-1a").content)
    assert all(text(r["text"]) in said for r in own)
    assert f"Notes: {sample.definition('ascof-1a')['title']}" in said


def test_figures_that_two_tables_print_differently_are_shown_with_both(
    sample: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = queries.councils(sample)[0]
    one = {
        "item": "ascof2023/1A", "period": "2024-25", "area": area["area"], "age": "18-64", "sex": "all",
        "reason": "all", "setting": "all", "part": "value", "used_table": "new", "used_value": 2.0,
        "other_table": "old", "other_value": 1.0,
    }  # fmt: skip
    many = pl.DataFrame([one] * (data.MOST_CONFLICTS + 5))
    real = Edition.table
    monkeypatch.setattr(
        type(sample), "table", lambda self, name: many.lazy() if name == "conflicts" else real(self, name)
    )
    shown, of = data.conflicts(sample)
    assert (len(shown), of) == (data.MOST_CONFLICTS, data.MOST_CONFLICTS + 5)
    assert (shown[0]["name"], shown[0]["what"]) == (area["name"], "ascof2023/1A, value, 18-64")


@pytest.fixture
def shelf(sample_home: Path, tmp_path: Path) -> Path:
    """Two editions: the simulated one, and one made before it in which a single figure differs."""
    home = tmp_path / "two"
    (home / "editions").mkdir(parents=True)
    now = (sample_home / "editions" / "current").read_text().strip()
    for name in (now, "sim-000000000000"):
        shutil.copytree(sample_home / "editions" / now, home / "editions" / name)
    old = home / "editions" / "sim-000000000000"
    values = pl.read_parquet(old / "values.parquet").with_row_index("n")
    first = values.filter(pl.col("value") > 0)["n"][0]
    changed = values.with_columns(value=pl.when(pl.col("n") == first).then(pl.col("value") * 2).otherwise("value"))
    changed.drop("n").write_parquet(old / "values.parquet")
    os.utime(old / "edition.json", (1_600_000_000, 1_600_000_000))
    (home / "editions" / "current").write_text(f"{now}\n")
    return home


def test_what_changed_since_the_last_edition_is_said_and_only_of_the_same_kind(shelf: Path, sample: Edition) -> None:
    said = data.changes(shelf, sample)
    assert said[0] == f"From sim-000000000000 to {sample.id}:"
    assert "1 figure changed." in said
    assert len(said) < 5
    about = shelf / "editions" / "sim-000000000000" / "edition.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"simulated": False}))
    os.utime(about, (1_600_000_000, 1_600_000_000))
    assert data.changes(shelf, sample) == ["There is no earlier edition on this machine to compare with."]


def test_without_an_earlier_edition_the_page_says_so(page: Client) -> None:
    assert "There is no earlier edition on this machine to compare with." in text(page.get("/data/").content)


# --- The feed ---


def test_the_feed_is_atom_with_an_entry_for_each_edition_newest_first(shelf: Path, sample: Edition) -> None:
    top = ET.fromstring(feed.feed(shelf, "https://example.org"))
    assert top.tag == f"{{{ATOM['a']}}}feed"
    ids = [e.findtext("a:id", namespaces=ATOM) for e in top.findall("a:entry", ATOM)]
    assert ids == [f"tag:evenhand,2026:edition:{i}" for i in (sample.id, "sim-000000000000")]
    stamps = [e.findtext("a:updated", namespaces=ATOM) for e in top.findall("a:entry", ATOM)]
    assert stamps[1] == "2020-09-13T12:26:40Z"
    assert top.findtext("a:updated", namespaces=ATOM) == stamps[0]
    for e in top.findall("a:entry", ATOM):
        assert (e.findtext("a:title", namespaces=ATOM) or "").startswith("Simulated: ")
        for needed in ("id", "title", "updated", "summary", "link"):
            assert e.find(f"a:{needed}", ATOM) is not None
    assert top.find("a:author/a:name", ATOM) is not None


def test_the_feed_has_its_own_kind_and_address(page: Client) -> None:
    answer = page.get("/editions.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    links = {e.get("rel"): e.get("href") for e in ET.fromstring(answer.content).findall("a:link", ATOM)}
    assert links == {"self": "http://testserver/editions.atom", "alternate": "http://testserver/"}


# --- Methods, glossary and the rest ---


def test_every_method_of_the_documentation_has_a_page_that_can_be_reached(page: Client) -> None:
    place = methods.folder()
    assert place is not None
    listed = re.findall(r'href="/methods/([a-z0-9-]+)/"', page.get("/methods/").content.decode())
    assert sorted(listed) == sorted(p.stem for p in place.glob("*.md"))
    for slug in listed:
        said = page.get(f"/methods/{slug}/").content.decode()
        assert "Worked example" in said
        assert "Formula" in said


def test_a_method_is_drawn_with_our_classes_and_markup_in_it_is_printed_and_never_obeyed() -> None:
    drawn = methods.method(
        "x", "# A <b>title</b>\n\n## Part\n\nOne *fine* [peers](peers.md#x). Two. <script>x</script>\n\n"
        "[bad](javascript:alert(1))\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )  # fmt: skip
    assert drawn.title == "A <b>title</b>"  # the template escapes it
    assert drawn.first == "One fine peers."
    assert '<h2 class="govuk-heading-m">Part</h2>' in drawn.html
    assert 'href="/methods/peers/#x"' in drawn.html
    assert "&lt;script&gt;" in drawn.html
    assert "<script" not in drawn.html
    assert 'href="javascript' not in drawn.html
    assert '<th class="govuk-table__header" scope="col">a</th>' in drawn.html
    assert drawn.html.count("<div") == drawn.html.count("</div>") == 1


def test_where_the_documentation_was_not_installed_the_page_says_where_it_is(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(methods, "folder", lambda: None)
    assert methods.pages() == ()
    assert "docs/methods" in text(page.get("/methods/?unkept").content)
    assert page.get("/methods/funnel/?unkept").status_code == 404


def test_the_glossary_has_every_word_once_and_links_only_to_pages_that_are_there(page: Client) -> None:
    words = [t for _, part in terms.PARTS for t in part]
    assert len({t.slug for t in words}) == len(words)
    html = page.get("/glossary/").content.decode()
    for t in words:
        assert f'id="{t.slug}"' in html
        for sentence in re.split(r"(?<=[.:])\s", t.means):
            assert len(sentence.split()) < 26, sentence
        if t.page:
            assert page.get(t.page).status_code == 200
    home = page.get("/").content.decode()
    anchors = re.findall(r'href="/glossary/#([a-z-]+)"', home)
    assert anchors
    assert set(anchors) <= {t.slug for t in words}


def test_citing_names_the_edition_and_its_publishers_and_refuses_invented_figures(
    page: Client, sample: Edition
) -> None:
    said = text(page.get("/cite/").content)
    assert f"edition {sample.id} (simulated)" in said
    assert "Do not cite them" in said
    assert all(k["publisher"] in said for k in sample.built_from)


def test_the_accessibility_page_says_what_was_tested_what_was_not_and_how_to_report(page: Client) -> None:
    said = text(page.get("/accessibility/").content)
    for part in ("What is tested", "What is not tested", "What we know to be hard", "How to report a barrier"):
        assert part in said


def test_robots_may_read_pages_and_not_start_anything(page: Client) -> None:
    answer = page.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"Disallow: /fetch/" in answer.content
