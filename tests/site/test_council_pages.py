"""A council's pages: every word agrees with its number, a gap is said as a gap, and old names and codes lead on."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import asdict, replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.compare import words as say
from evenhand.edition.read import Edition
from evenhand.facts.register import Council
from evenhand.site.evidence.council_pages import briefing as brief
from evenhand.site.evidence.council_pages import lines as on
from evenhand.site.evidence.council_pages import pictures, standing, telling
from evenhand.site.evidence.pages import KEPT

SETS = ("england", "region", "type", "peers")


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())))


@pytest.fixture
def page(client: Client, settings: Settings, own_home: Path, sample_home: Path) -> Client:
    """The site over the whole simulated edition."""
    settings.EVENHAND_HOME = sample_home
    return client


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Charts keep their words but are not drawn, which takes a second a page; a test marked ``drawn`` draws them."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(pictures, "drawn", lambda c: pictures.Drawn(c.title, c.sentence, "<svg></svg>", ""))
    KEPT.clear()


@pytest.fixture
def drawn() -> None:
    """For a test that needs the drawings themselves."""


@pytest.fixture(scope="session")
def here(sample: Edition) -> tuple[Council, ...]:
    """Every council that stands today."""
    return tuple(c for c in sample.register.all if not c.valid_to)


@pytest.fixture(scope="session")
def suppressed(sample: Edition) -> Council:
    """A standing council whose figure on direct payments is withheld from everyone."""
    rows = sample.rows("ascof-3d-2a", "2024-25").to_dicts()
    return sample.register.council(next(r["area"] for r in rows if r["status"] == "suppressed"))


# --- What is said --------------------------------------------------------------------------------------------------


def test_of_every_council_word_and_number_agree_on_every_measure(sample: Edition, here: tuple[Council, ...]) -> None:
    """A figure called higher is above what it is set against, one called lower below it; no figure has no word."""
    judged = 0
    for council in here:
        for line in on.councils_lines(sample, council):
            if line.row["value"] is None:
                assert (line.band, line.chip, line.interval, line.rank, line.counts) == ("",) * 5
                assert line.absence[0]
                continue
            assert line.absence == ("", "")
            assert line.value
            if line.set_value is not None and line.unusual:
                above = line.row["value"] > line.set_value
                assert above is ("higher" in line.band), f"{council.id}: {line.label}"
                judged += 1
    assert judged > 500


def test_of_every_council_the_first_sentence_holds_its_figure_or_says_that_there_is_none(
    sample: Edition, here: tuple[Council, ...]
) -> None:
    rows = {r["area"]: r for r in sample.rows("ascof-3d-2a", "2024-25").to_dicts()}
    for council in here:
        first, *rest = telling.headline(sample, council.name, on.councils_lines(sample, council))
        row = rows[council.id]
        if row["value"] is None:
            assert not re.search(r"\d%", " ".join([first, *rest]))
            assert first.startswith("People with a direct payment, 2024-25: ")
            continue
        counts = f"{say.rounded(row['numerator'], 0)} of {say.rounded(row['denominator'], 0)}"
        assert first.startswith(f"{say.rounded(row['value'], 1)}% of people")
        assert f"31 March 2025: {counts};" in first
        assert ("more than chance" in rest[0]) is (row["differs"] != 0)


def test_what_stands_out_is_counted_and_listed_alike(sample: Edition, here: tuple[Council, ...]) -> None:
    for council in here:
        lines = on.councils_lines(sample, council)
        unusual, judged = telling.outstanding(lines), [li for li in lines if li.band]
        assert telling.looked_at(lines) == say.looked_at(len(judged), len(unusual))
        warned = [bool(li.warnings) for li in unusual]
        assert warned == sorted(warned), "a comparison that carries a warning comes after those that do not"


@pytest.mark.parametrize("against", SETS[1:])
def test_against_another_set_the_dots_are_that_set_and_words_agree(
    sample: Edition, here: tuple[Council, ...], against: str
) -> None:
    for council in here[::40]:
        lines = on.councils_lines(sample, council, against)
        members = on.members(sample, council, against, lines)
        near = set(sample.table("peers").collect().filter(area=council.id)["peer"]) | {council.id}
        for line in lines:
            if line.unusual and line.set_value is not None:
                assert (line.row["value"] > line.set_value) is ("higher" in line.band), line.label
            areas = set(members.filter(measure=line.definition["id"])["area"])
            if against == "peers":
                assert areas <= near
            elif against == "region":
                assert all(sample.register.council(a).region == council.region for a in areas)


@pytest.mark.parametrize(
    ("bands", "title"),
    [
        (["similar", "similar"], "Safety: similar to England on all 2 measures compared"),
        (["similar"], "Safety: similar to England on the 1 measure compared"),
        (["lower"], "Safety: lower than England on the 1 measure compared"),
        (["lower", "much higher", "lower"], "Safety: much higher than England on 1 of 3 measures compared, lower on 2"),
        ([None, None], "Safety: figures that carry no word"),
    ],
)
def test_a_topics_title_states_the_finding(sample: Edition, bands: list[str | None], title: str) -> None:
    line = on.councils_lines(sample, sample.register.council("quernshire"))[0]
    lines = [replace(line, benchmark="England", row=line.row | {"band": b}) for b in bands]
    assert pictures.finding("safety", lines) == title


def test_a_title_over_time_never_sets_figures_side_by_side_across_a_break(
    sample: Edition, here: tuple[Council, ...]
) -> None:
    council = here[0]
    for o in pictures.over_time(sample, council, on.councils_lines(sample, council)):
        assert o.chart.title.endswith("in 2024-25; earlier years were counted in another way")
        assert o.rows[0][0] == "2024-25", "the newest period comes first"


def test_without_its_own_figure_a_council_is_not_set_beside_its_peers(sample: Edition, suppressed: Council) -> None:
    """Saying "none is higher" of a council whose figure is withheld would say something about that figure."""
    found, _, _ = telling.peers(sample, suppressed, on.councils_lines(sample, suppressed))
    assert found
    assert not telling.comparable(found)
    said = " ".join(telling.peers_sentence(suppressed.name, found))
    assert "a figure is missing" in said
    assert "higher" not in said
    assert "higher share" not in " ".join(brief.briefing(sample, suppressed).like_us)


def test_peers_who_do_better_beyond_chance_have_a_higher_figure(sample: Edition, here: tuple[Council, ...]) -> None:
    value = {r["area"]: r["value"] for r in sample.rows("ascof-3d-2a", "2024-25").to_dicts()}
    seen = set()
    for council in here[::10]:
        for peer in telling.peers(sample, council, on.councils_lines(sample, council))[0]:
            seen.add(peer.verdict)
            if peer.verdict == telling.HIGHER:
                assert value[peer.slug] > value[council.id]
            if peer.verdict == telling.LOWER:
                assert value[peer.slug] < value[council.id]
    assert {telling.HIGHER, telling.LOWER, telling.SAME} <= seen


# --- The page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("against", SETS)
def test_a_page_against_each_set_is_whole_and_holds_nothing_in_line(page: Client, against: str) -> None:
    answer = page.get("/councils/marle-coast/", {"against": against})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
    tables = re.findall(r"<table.*?</table>", html, flags=re.S)
    assert len(tables) > 9
    assert all("<caption" in t and 'scope="col"' in t and 'scope="row"' in t for t in tables)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), "every id once"
    assert f'value="{against}" selected' in html


def test_a_withheld_figure_is_said_as_one_and_no_number_stands_in_its_place(page: Client, suppressed: Council) -> None:
    said = text(page.get(f"/councils/{suppressed.id}/").content)
    assert "People with a direct payment, 2024-25: suppressed to protect people." in said
    assert "What stands out" in said


def test_a_warning_of_the_publisher_stands_with_the_figures_that_it_is_about(page: Client) -> None:
    said = text(page.get("/councils/marle-coast/").content)
    assert "People with self-directed support: The publisher says that comparisons of this measure are not" in said


def test_markup_in_a_name_is_printed_and_never_run(sample: Edition, here: tuple[Council, ...]) -> None:
    from django.template.loader import render_to_string

    named = replace(here[0], name="<b>Ash</b> & vale")
    html = render_to_string("evidence/council.html", standing(sample, named, "england"))
    assert "<b>" not in html
    assert "&lt;b&gt;Ash&lt;/b&gt; &amp; vale" in html


@pytest.mark.parametrize("against", ["atlantis", "England ", "x" * 500, "<script>"])
def test_a_comparison_that_does_not_exist_is_refused_in_words(page: Client, against: str) -> None:
    answer = page.get("/councils/marle-coast/", {"against": against})
    assert answer.status_code == 404
    assert "Choose one of england, region, type and peers" in text(answer.content)
    assert "<script>" not in answer.content.decode()


def test_every_topic_is_drawn_for_a_phone_and_for_a_desk_with_its_words_inside(page: Client, drawn: None) -> None:
    html = page.get("/councils/marle-coast/").content.decode()
    topics = len(re.findall('class="evenhand-council-topic"', html))
    assert topics > 5
    for width in ("wide", "narrow"):
        assert len(re.findall(f'evenhand-chart--{width}"><svg [^>]*role="img"', html)) >= topics
    assert "SIMULATED FIGURES" in html
    assert not re.search(r"\sstyle=", html)
    assert len(gzip.compress(html.encode())) < 100_000, "with style and script a page stays under 120 KB"


def test_a_page_is_kept_and_a_reader_who_has_it_is_told_so(page: Client) -> None:
    first = page.get("/councils/marle-coast/")
    again = page.get("/councils/marle-coast/", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304


# --- Names, codes and councils that have gone ----------------------------------------------------------------------


def test_every_code_that_a_council_ever_had_leads_to_it_for_good(page: Client, sample: Edition) -> None:
    for code in sample.register.codes:
        answer = page.get(f"/councils/{code.code}/")
        last = sample.register.ever_by_code(code.code)[-1]
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/councils/{last.id}/"), code.code


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("/councils/Marle-Coast/", "/councils/marle-coast/"),
        ("/councils/quernshire/briefing/", "/councils/quernshire/"),
        ("/councils/quernshire/briefing.pdf", "/councils/quernshire/"),
    ],
)
def test_capitals_and_briefings_of_councils_that_have_gone_lead_to_a_page(
    page: Client, address: str, leads: str
) -> None:
    answer = page.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (301, leads)


def test_a_code_keeps_its_briefing(page: Client, sample: Edition, here: tuple[Council, ...]) -> None:
    code = telling.codes(sample, here[0])[0][1].split(",")[0]
    for after in ("briefing/", "briefing.pdf"):
        answer = page.get(f"/councils/{code}/{after}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/councils/{here[0].id}/{after}")


def test_an_unknown_name_is_not_found_and_offers_near_ones(page: Client) -> None:
    answer = page.get("/councils/marle-cost/")
    assert answer.status_code == 404
    assert 'href="/councils/marle-coast/"' in answer.content.decode()
    for odd in ("/councils/zzzzzz/", f"/councils/{'x' * 300}/", "/councils/___/briefing/", "/councils/0/briefing.pdf"):
        assert page.get(odd).status_code == 404, odd


def test_every_council_that_has_gone_says_what_it_became_and_shows_its_figures_as_history(
    page: Client, sample: Edition
) -> None:
    gone = [c for c in sample.register.all if c.valid_to]
    assert gone
    for council in gone:
        answer = page.get(f"/councils/{council.id}/")
        html, said = answer.content.decode(), text(answer.content)
        assert answer.status_code == 200
        assert f"until {council.valid_to.day} {council.valid_to:%B %Y}" in said  # type: ignore[union-attr]
        assert all(f'href="/councils/{s}/"' in html for s in council.successors)
        for after in council.successors:
            assert f'href="/councils/{council.id}/"' in page.get(f"/councils/{after}/").content.decode()
        assert not re.search(r"2024-25|2023-24", said.split("Its last figures")[1].split("About this site")[0])


# --- The briefing --------------------------------------------------------------------------------------------------


def test_the_briefing_of_every_council_is_one_page_that_programs_can_read_aloud(
    sample: Edition, here: tuple[Council, ...]
) -> None:
    for council in here[::6]:
        made = brief.pdf(brief.briefing(sample, council))
        assert made.startswith(b"%PDF-1.")
        assert made.rstrip().endswith(b"%%EOF")
        assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1, council.id
        for part in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang(en-GB)", b"pdfuaid:part"):
            assert part in made
        assert b"CreationDate" not in made


def test_the_same_edition_gives_the_same_pdf_and_its_title_is_the_council(
    page: Client, sample: Edition, here: tuple[Council, ...]
) -> None:
    council = next(c for c in here if c.name.isascii() and "(" not in c.name)
    first = page.get(f"/councils/{council.id}/briefing.pdf")
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content == brief.pdf(brief.briefing(sample, council))
    assert f"/Title({council.name}: direct payments and personal budgets)".encode() in first.content


def test_page_and_pdf_are_made_of_the_same_words(page: Client, sample: Edition, here: tuple[Council, ...]) -> None:
    for council in here[::30]:
        said = text(page.get(f"/councils/{council.id}/briefing/").content)
        made = brief.briefing(sample, council)
        for sentence in (*made.lead, made.looked_at, *made.outstanding, *made.like_us, *made.caveats, made.source):
            assert sentence in said, sentence
        for row in made.rows:
            assert row.figure in said
            assert row.rank in said


def test_text_that_looks_like_markup_reaches_the_pdf_as_text(sample: Edition, here: tuple[Council, ...]) -> None:
    """Read as markup any of these would be set otherwise, stop the program, or read a file of the machine."""
    odd = '#panic("x") *bold* $x^2$ <label> @cite #read("/etc/passwd") \\ "quoted" [a] // end'
    made = replace(brief.briefing(sample, here[0]), name=odd, lead=(odd, odd), caveats=(odd,), title="Plain title")
    assert brief.pdf(made).startswith(b"%PDF")
    assert json.loads(json.dumps(asdict(made)))["lead"] == [odd, odd]


@pytest.mark.parametrize("after", ["", "briefing/", "briefing.pdf"])
def test_pages_are_read_only(page: Client, after: str) -> None:
    assert page.post(f"/councils/marle-coast/{after}").status_code == 405
