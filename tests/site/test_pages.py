"""The public pages: what is printed, what is refused, and that nothing on them can be taken for something else."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.site.editions import SmallEdition

PAGES = ["/", "/?q=th", "/?q=zzz", "/measures/ascof-3d-2a/", "/councils/ashvale/", "/fetch/", "/nowhere/"]


def text(html: bytes) -> str:
    """A page as it is read: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


def row(html: bytes, name: str) -> str:
    """One row of a table, as it is read."""
    rows = re.findall(r"<tr.*?</tr>", html.decode(), flags=re.S)
    return next(text(r.encode()) for r in rows if f">{name}<" in r)


@pytest.fixture
def page(client: Client, edition: SmallEdition) -> Client:
    return client


def test_home_lists_every_measure_with_its_period_the_country_and_how_many_councils_have_a_figure(page: Client) -> None:
    html = page.get("/").content
    assert "2024-25 ascof-3d-2a 24.5% 3" in row(html, "People with a direct payment")
    assert "per 1,000 adults dp-per-1000-adults 2.35 1" in row(html, "People with a direct payment, per 1,000 adults")
    assert "£ per adult dp-spend-per-adult £1,204 1" in row(html, "Direct payment spending per adult")


def test_home_lists_every_council(page: Client, edition: SmallEdition) -> None:
    html = page.get("/").content.decode()
    assert "All 6 councils" in html
    for name in edition.names:
        assert f">{name}</a>" in html


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_a_simulated_edition_says_so(page: Client, address: str) -> None:
    assert "Simulated." in text(page.get(address).content)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_of_a_real_edition_says_simulated(page: Client, edition: SmallEdition, address: str) -> None:
    edition.simulated = False
    assert "imulated" not in text(page.get(address).content)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_one_heading_a_language_a_title_and_a_way_past_the_header(page: Client, address: str) -> None:
    html = page.get(address).content.decode()
    assert html.count("<h1>") == 1
    assert '<html lang="en-GB">' in html
    assert re.search(r"<title>[^<]+ – Evenhand</title>", html)
    assert 'href="#main">Skip to main content' in html
    assert 'id="main"' in html


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
def test_no_page_needs_a_script_an_inline_style_or_another_host(page: Client, address: str) -> None:
    html = page.get(address).content.decode()
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|(src|href)=[\"']?(https?:)?//", html)


def test_a_value_carries_its_count_its_range_its_band_and_an_honest_rank(page: Client) -> None:
    html = page.get("/measures/ascof-3d-2a/").content
    assert "22.2% 395 of 1,782 20.3% to 24.2% similar between 2nd and 3rd of 3" in row(html, "Ashvale")


def test_zero_suppressed_missing_and_not_applicable_are_four_different_things(page: Client) -> None:
    html = page.get("/measures/ascof-3d-2a/").content
    assert "0.0% 0 of 900" in row(html, "Brackwater")
    assert "Suppressed Suppressed to protect people" in row(html, "Dunmere")
    assert "No figure The council made no return." in row(html, "North Thornshire")
    assert "Not applicable Not applicable: the question does not arise" in row(html, "South Thornshire")


def test_the_country_stands_first_as_published_and_as_the_sum_each_with_its_name(page: Client) -> None:
    html = page.get("/measures/ascof-3d-2a/").content
    assert row(html, "Tinyland").strip() == "Tinyland 24.5% 2,450 of 10,000"
    assert row(html, "Tinyland (sum of councils)").strip() == "Tinyland (sum of councils) 24.5% 2,449 of 10,000"
    assert text(html).index("(sum of councils)") < text(html).index("Ashvale")


def test_a_council_that_has_gone_is_not_listed_but_its_page_says_what_it_became(page: Client) -> None:
    assert 'href="/councils/thornshire/"' not in page.get("/").content.decode()
    said = text(page.get("/councils/thornshire/").content)
    assert "until 31 March 2021. Its area is now part of North Thornshire or South Thornshire ." in said
    assert page.get("/", {"q": "E66000099"}).headers["Location"] == "/councils/thornshire/"


def test_councils_come_by_name_or_by_value_with_those_without_a_figure_last(page: Client) -> None:
    def order(address: str) -> list[str]:
        return re.findall(r'href="/councils/([a-z-]+)/"', page.get(address).content.decode())

    assert order("/measures/ascof-3d-2a/")[:3] == ["ashvale", "brackwater", "corvedale"]
    by_value = order("/measures/ascof-3d-2a/?order=value")
    assert by_value[:3] == ["corvedale", "ashvale", "brackwater"]
    assert set(by_value[3:]) == {"dunmere", "north-thornshire", "south-thornshire"}


def test_an_earlier_period_can_be_chosen(page: Client) -> None:
    html = page.get("/measures/ascof-3d-2a/?period=2023-24").content
    assert "20.0% 300 of 1,500" in row(html, "Ashvale")
    assert '<option value="2023-24" selected>' in html.decode()


def test_a_council_page_says_its_figure_in_one_breath(page: Client) -> None:
    said = text(page.get("/councils/ashvale/").content)
    assert (
        "People with a direct payment, 2024-25: 22.2% (395 of 1,782). Tinyland: 24.5%. That is similar to most "
        "councils. Chance alone could explain a value from 20.3% to 24.2%."
    ) in said


def test_a_council_without_a_figure_is_told_why(page: Client) -> None:
    assert "People with a direct payment, 2024-25: suppressed." in text(page.get("/councils/dunmere/").content)


@pytest.mark.parametrize(
    "typed", ["Ashvale", "ashvale", " ASHVALE ", "Ashvale Council", "Ashvale Borough Council", "E66000001", "ashv"]
)
def test_a_search_that_means_one_council_goes_to_it(page: Client, typed: str) -> None:
    answer = page.get("/", {"q": typed})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/councils/ashvale/"


def test_a_search_that_may_mean_two_lists_both(page: Client) -> None:
    html = page.get("/", {"q": "h thorn"}).content.decode()
    found = html.split('id="found-title"')[1].split("</section>")[0]
    assert "2 councils match" in found
    assert ">North Thornshire<" in found
    assert ">South Thornshire<" in found


def test_a_slip_of_the_keyboard_is_answered_with_the_nearest_name(page: Client) -> None:
    assert "Did you mean Corvedale" in text(page.get("/", {"q": "corvdale"}).content)


@pytest.mark.parametrize("typed", ["zzz", "?", "<script>alert(1)</script>", "x" * 5_000, "\x00", "né"])
def test_a_search_that_finds_nothing_says_so_and_prints_what_was_typed_harmlessly(page: Client, typed: str) -> None:
    answer = page.get("/", {"q": typed})
    assert answer.status_code == 200
    assert "No council matches" in answer.content.decode()
    assert "<script" not in answer.content.decode()
    assert "x" * 81 not in answer.content.decode()


def test_markup_in_a_publishers_name_is_printed_and_never_run(page: Client, edition: SmallEdition) -> None:
    edition.names = ("<b>Ashvale</b>", *edition.names[1:])
    html = page.get("/measures/ascof-3d-2a/").content.decode()
    assert "&lt;b&gt;Ashvale&lt;/b&gt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    "address", ["/measures/no-such-measure/", "/councils/atlantis/", "/measures/ascof-3d-2a/?period=1999-00", "/x"]
)
def test_what_does_not_exist_is_not_found_and_says_where_to_go(page: Client, address: str) -> None:
    answer = page.get(address)
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


def test_without_an_edition_the_home_page_says_how_to_get_one(client: Client, no_edition: None) -> None:
    answer = client.get("/")
    assert answer.status_code == 503
    assert "evenhand build --sample" in text(answer.content)


def test_without_an_edition_other_pages_say_what_is_wrong_and_what_to_do(client: Client, no_edition: None) -> None:
    answer = client.get("/measures/ascof-3d-2a/")
    assert answer.status_code == 503
    assert "There is no edition here. Run `evenhand build --sample`." in text(answer.content)


def test_a_host_that_was_not_allowed_is_refused(page: Client) -> None:
    assert page.get("/", headers={"host": "evil.example"}).status_code == 400


def test_pages_are_read_only(page: Client) -> None:
    for address in ["/", "/measures/ascof-3d-2a/", "/councils/ashvale/", "/status"]:
        assert page.post(address).status_code == 405


def test_a_fault_of_ours_is_a_plain_page(
    edition: SmallEdition, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("evenhand.site.evidence.queries.councils", lambda edition: 1 / 0)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "This page did not work" in text(answer.content)
    assert "ZeroDivisionError" not in answer.content.decode()


@pytest.mark.django_db
def test_status_tells_machines_the_edition_and_that_the_database_answers(page: Client) -> None:
    answer = page.get("/status")
    assert answer.status_code == 200
    assert answer.json() == {"version": "0.1.0", "edition": "tiny-0001", "simulated": True, "database": "ok"}


@pytest.mark.django_db
def test_status_without_an_edition_is_not_ok(client: Client, no_edition: None) -> None:
    answer = client.get("/status")
    assert answer.status_code == 503
    assert answer.json()["problem"].startswith("There is no edition here.")
