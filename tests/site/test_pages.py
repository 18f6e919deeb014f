"""Every public page: what each must have whatever it shows, the search for a council, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.site.evidence import pages, queries

PLAIN = ["/", "/?q=e", "/?q=zzz", "/fetch/", "/nowhere/", "/methods/", "/glossary/", "/accessibility/"]
PAGES = [*PLAIN, "/data/", "/data/?measure=all", "/cite/", "/methods/funnel/", "/measures/ascof-3d-2a/"]


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


@pytest.fixture
def page(client: Client, settings: Settings, own_home: Path, sample_home: Path) -> Client:
    """A visitor of the site over the simulated edition."""
    settings.EVENHAND_HOME = sample_home
    return client


@pytest.fixture
def as_if_real(page: Client, sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same edition as if its figures were the publishers'. Pages drawn meanwhile are not kept for other tests."""
    monkeypatch.setattr(type(queries.open_current(sample_home)), "simulated", False)
    for store in (pages.KEPT, pages.KEPT_QUERIES):
        store.clear()
    yield
    for store in (pages.KEPT, pages.KEPT_QUERIES):
        store.clear()


def standing(sample: Edition) -> list[str]:
    return [c["name"] for c in queries.councils(sample)]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_a_simulated_edition_says_so(page: Client, address: str) -> None:
    assert "Simulated. Every council and every figure here is invented" in text(page.get(address).content)


@pytest.mark.parametrize("address", PLAIN)
def test_no_page_of_a_real_edition_says_simulated(page: Client, as_if_real: None, address: str) -> None:
    said = text(page.get(address).content).replace("Simulated England", "England")  # the sample's country is so named
    assert "simulated" not in said.lower()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_one_heading_a_language_a_title_and_a_way_past_the_header(page: Client, address: str) -> None:
    html = page.get(address).content.decode()
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert '<html lang="en-GB"' in html
    assert re.search(r"<title>[^<]+ – Evenhand</title>", html)
    assert 'href="#main-content"' in html
    assert 'id="main-content"' in html


@pytest.mark.parametrize("address", [*PAGES, "/static/design/evenhand.css"])
def test_every_answer_forbids_scripts_frames_and_guessing(page: Client, address: str) -> None:
    headers = page.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy  # no script in line, and none from elsewhere
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", PAGES)
def test_no_page_needs_an_inline_script_an_inline_style_or_another_host(page: Client, address: str) -> None:
    html = page.get(address).content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    for tag in re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*>", html):
        assert re.search(r"(src|href)=\"/(?!/)", tag), tag
    assert not "".join(re.findall(r"<script[^>]*>(.*?)</script>", html, flags=re.S)).strip()


@pytest.mark.parametrize("address", PAGES)
def test_every_table_has_a_caption_and_says_which_way_its_headings_read(page: Client, address: str) -> None:
    for table in re.findall(r"<table.*?</table>", page.get(address).content.decode(), flags=re.S):
        assert "<caption" in table or "/methods/" in address  # the documentation's own tables stand under a heading
        assert not re.findall(r"<th(?![^>]*scope=)[ >]", table)


@pytest.mark.parametrize("address", PAGES)
def test_no_two_parts_of_a_page_share_an_id_and_every_link_within_it_leads_somewhere(
    page: Client, address: str
) -> None:
    html = page.get(address).content.decode()
    ids = re.findall(r"\sid=\"([^\"]+)\"", html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"href=\"#([^\"]+)\"", html)) <= set(ids)


def test_a_search_that_means_one_council_goes_to_it(page: Client, sample: Edition) -> None:
    for council in queries.councils(sample)[::15]:
        name, code = council["name"], council["code"]
        for typed in (name, f"  {name.upper()} ", f"{name} Council", f"{name} Borough Council", code, code.lower()):
            answer = page.get("/", {"q": typed})
            assert answer.status_code == 302
            assert answer.headers["Location"] == f"/councils/{council['slug']}/"


def test_a_search_that_may_mean_several_lists_them_all(page: Client, sample: Edition) -> None:
    meant = [n for n in standing(sample) if "wick" in n.lower()]
    assert len(meant) > 1
    html = page.get("/", {"q": "wick"}).content.decode()
    found = html.split('id="found-title"')[1].split("</section>")[0]
    assert "councils match" in found
    assert {n for n in meant if f">{n}</a>" in found} == set(meant)


def test_a_slip_of_the_keyboard_is_answered_with_the_nearest_name(page: Client, sample: Edition) -> None:
    name = max(standing(sample), key=len)
    slip = name[:4] + name[5:]
    said = text(page.get("/", {"q": slip}).content)
    assert "No council matches" in said
    assert "Did you mean" in said
    assert name in said.split("Did you mean")[1].split("?")[0]


@pytest.mark.parametrize("typed", ["zzz", "?", "<script>alert(1)</script>", "x" * 1_500, "\x00", "né-zzz"])
def test_a_search_that_finds_nothing_says_so_and_prints_what_was_typed_harmlessly(page: Client, typed: str) -> None:
    answer = page.get("/", {"q": typed})
    assert answer.status_code == 200
    assert "No council matches" in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    assert "x" * 81 not in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/measures/no-such-measure/", "/councils/atlantis/", "/measures/ascof-3d-2a/?period=1999-00", "/x",
        "/methods/none/", "/methods/..%2F..%2Findex/", "/data/?measure=none", "/data/?measure=" + "x" * 500,
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found_and_says_where_to_go(page: Client, address: str) -> None:
    answer = page.get(address)
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


def test_without_an_edition_the_home_page_says_how_to_get_one(client: Client, no_edition: None) -> None:
    answer = client.get("/")
    assert answer.status_code == 503
    assert "evenhand build --sample" in text(answer.content)


@pytest.mark.parametrize("address", ["/measures/ascof-3d-2a/", "/data/", "/councils.json", "/cite/"])
def test_without_an_edition_other_pages_say_what_is_wrong_and_what_to_do(
    client: Client, no_edition: None, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 503
    assert "There is no edition here. Run `evenhand build --sample`." in text(answer.content)


def test_a_host_that_was_not_allowed_is_refused(page: Client) -> None:
    assert page.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("address", [a for a in PAGES if a not in ("/fetch/", "/nowhere/")] + ["/status"])
def test_pages_are_read_only(page: Client, address: str) -> None:
    assert page.post(address).status_code == 405


def test_a_fault_of_ours_is_a_plain_page(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.site.evidence.queries.councils", lambda edition: 1 / 0)
    answer = Client(raise_request_exception=False).get("/?q=a-search-nobody-made")
    assert answer.status_code == 500
    assert "This page did not work" in text(answer.content)
    assert "ZeroDivisionError" not in answer.content.decode()


def test_a_page_with_a_forms_token_is_never_kept(page: Client, settings: Settings) -> None:
    settings.FETCH_BUTTON = True
    token = re.compile(r"name=\"csrfmiddlewaretoken\" value=\"(\w+)\"")
    found = [token.search(c.get("/fetch/").content.decode()) for c in (page, Client())]
    assert found[0]
    assert found[1]
    assert found[0][1] != found[1][1]
    assert "ETag" not in page.get("/fetch/").headers


@pytest.mark.django_db
def test_status_tells_machines_the_edition_and_that_the_database_answers(page: Client, sample: Edition) -> None:
    answer = page.get("/status")
    assert answer.status_code == 200
    assert answer.json() == {"version": "0.1.0", "edition": sample.id, "simulated": True, "database": "ok"}


@pytest.mark.django_db
def test_status_without_an_edition_is_not_ok(client: Client, no_edition: None) -> None:
    answer = client.get("/status")
    assert answer.status_code == 503
    assert answer.json()["problem"].startswith("There is no edition here.")
