"""Kept pages: drawn once an edition, never mixed, packed for who takes it, bounded, and nobody's private answer."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.edition.store import NoEdition, folder_of
from evenhand.facts.errors import EvenhandError
from evenhand.site.evidence import limits, opened, pages, queries
from evenhand.site.evidence.limits import Buckets
from evenhand.site.evidence.pages import Entry, Kept, per_edition
from tests.site.editions import SmallEdition

LONG = "Ashvale and Brackwater. " * 100


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()
    opened.SHELF.clear()
    yield
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()
    opened.SHELF.clear()


class Drawn:
    """A view that counts how often it was drawn."""

    def __init__(
        self, answer: Callable[[HttpRequest], HttpResponse] = lambda request: HttpResponse(LONG), **how: Any
    ) -> None:
        self.times, self.answer = 0, answer
        self.view = per_edition("period", "group", many=("area",), **how)(self._draw)

    def _draw(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        return self.answer(request)

    def get(self, address: str = "/page/", **headers: str) -> HttpResponse:
        return self.view(RequestFactory(headers={"host": "localhost"}).get(address, headers=headers))


def test_a_page_is_drawn_once_an_edition_and_again_for_the_next(edition: SmallEdition) -> None:
    page = Drawn()
    assert page.get().content == page.get().content == LONG.encode()
    assert page.times == 1
    first = page.get().headers["ETag"]
    edition.id = "tiny-0002"
    second = page.get().headers["ETag"]
    assert page.times == 2
    assert first.startswith('"tiny-0001-')
    assert second.startswith('"tiny-0002-')


@pytest.mark.parametrize("differs", ["/other/", "/page/?period=2023-24"])
def test_another_address_is_another_page(edition: SmallEdition, differs: str) -> None:
    page = Drawn(lambda request: HttpResponse(request.get_full_path()))
    assert page.get().content == b"/page/"
    assert page.get(differs).content == differs.encode()


def test_another_host_is_another_page_only_where_a_page_prints_its_own_address(edition: SmallEdition) -> None:
    page = Drawn(lambda request: HttpResponse(request.build_absolute_uri("/")), names_host=True)
    assert page.get(host="localhost").content == b"http://localhost/"
    assert page.get(host="127.0.0.1").content == b"http://127.0.0.1/"
    page = Drawn()
    for port in range(200):  # a port that a visitor makes up passes for the same host
        page.get(host=f"localhost:{port + 1}")
    assert page.times == 1


def test_a_thousand_made_up_queries_draw_a_page_once(edition: SmallEdition) -> None:
    page = Drawn()
    for n in range(1_000):
        assert page.get(f"/page/?x={n}&utm_source=a{n}&x={n}").status_code == 200
    assert page.times == 1
    assert len(pages.KEPT_QUERIES) == 0


SAME = [
    "period=2023-24&group=all&area=a&area=b",
    "group=all&period=2023-24&area=a&area=b",
    "area=a&group=all&area=b&period=2023-24",
    "period=2020-21&period=2023-24&group=all&area=a&area=b",  # the last counts, as it does for the view
    "x=1&period=2023-24&y=2&group=all&area=a&area=b&x=3",
    "period=2023%2D24&group=%61ll&area=a&area=b",
]


def test_order_and_repetition_make_no_other_page_but_the_order_of_a_list_does(edition: SmallEdition) -> None:
    page = Drawn()
    for query in SAME:
        page.get(f"/page/?{query}")
    assert page.times == 1
    page.get("/page/?period=2023-24&group=all&area=b&area=a")
    assert page.times == 2


def test_a_view_sees_only_the_parameters_that_it_says_it_reads(edition: SmallEdition) -> None:
    page = Drawn(lambda request: HttpResponse(f"{sorted(request.GET.lists())} {request.get_full_path()}"))
    assert page.get("/page/?secret=1&period=2&period=3").content == b"[('period', ['3'])] /page/?period=3"


def test_a_question_mark_in_a_path_is_no_query(edition: SmallEdition) -> None:
    page = Drawn(lambda request: HttpResponse(request.path))
    assert page.get("/page/" + quote("?period=1")).content != page.get("/page/?period=1").content


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/page/?x=1&period=2023-24&utm_source=a", "/page/?period=2023-24"),
        ("/page/?x=%3E%0D%0ASet-Cookie:a", "/page/"),
        ("/pag%C3%A9%3E/", "/pag%C3%A9%3E/"),
    ],
)
def test_the_one_name_of_a_page_leaves_out_what_was_not_read(
    edition: SmallEdition, address: str, canonical: str
) -> None:
    page = Drawn()
    for _ in range(2):
        assert page.get(address).headers["Link"] == f'<http://localhost{canonical}>; rel="canonical"'
    assert page.get(address, host="127.0.0.1").headers["Link"].startswith("<http://127.0.0.1/")


def test_drawing_for_a_query_costs_tokens_and_what_is_kept_or_plain_is_free(
    edition: SmallEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=2, refill=1, clock=lambda: 0.0))
    page = Drawn(cost=2)
    page.get("/page/?period=1")
    for free in ("/page/?period=1", "/page/", "/page/?x=1", "/page/?period=1&x=2"):
        page.get(free)
    with pytest.raises(limits.TooOften) as wait:
        page.get("/page/?period=2")
    assert wait.value.seconds == 2


REAL = ["/", "/measures/ascof-3d-2a/", "/councils/{}/", "/councils/{}/briefing/", "/compare/", "/peers/{}/",
        "/variation/", "/data/", "/methods/", "/glossary/", "/accessibility/", "/cite/", "/api/", "/councils.json",
        "/data/sources.json", "/measures/ascof-3d-2a/download.csv", "/measures/ascof-3d-2a/map.svg",
        "/councils/{}/download.xlsx", "/edition.zip"]  # fmt: skip


@pytest.mark.parametrize("cookie", ["csrftoken=nonsense", "csrftoken=", "csrftoken=" + "a" * 32, "sessionid=1; a=b"])
def test_a_readers_cookie_makes_no_page_anew_and_is_answered_with_none(
    client: Client, sample_home: Path, settings: Settings, cookie: str
) -> None:
    settings.EVENHAND_HOME = sample_home
    for _ in range(2):
        answer = client.get("/glossary/", headers={"cookie": cookie})
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert len(pages.KEPT) == 1


@pytest.mark.parametrize("address", REAL)
def test_no_page_of_the_site_is_drawn_again_for_a_parameter_that_it_does_not_read(
    client: Client, sample_home: Path, settings: Settings, address: str
) -> None:
    settings.EVENHAND_HOME = sample_home
    a_council = next(c.id for c in opened.open_current(sample_home).register.all if not c.valid_to)
    first = client.get(address.format(a_council))
    assert first.status_code == 200
    held = len(pages.KEPT)
    for made_up in ("x=1", "utm_source=mail", "_=1700000000", "Period=1"):
        again = client.get(f"{address.format(a_council)}?{made_up}")
        assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    assert (len(pages.KEPT), len(pages.KEPT_QUERIES)) == (held, 0)


@pytest.mark.parametrize(
    ("said", "packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
    ],
)
def test_text_is_packed_for_readers_who_take_it(edition: SmallEdition, said: str, packed: bool) -> None:
    answer = Drawn().get(**{"accept-encoding": said})
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(answer.content) if packed else answer.content) == LONG.encode()


def test_packed_and_plain_have_different_names_and_a_reader_of_either_is_told_nothing_changed(
    edition: SmallEdition,
) -> None:
    page = Drawn()
    plain, packed = page.get().headers["ETag"], page.get(**{"accept-encoding": "gzip"}).headers["ETag"]
    assert plain != packed
    for tag in (plain, packed, f"W/{plain}", f'"something-else", {packed}'):
        again = page.get(**{"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert page.get(**{"if-none-match": '"tiny-0000-0123456789abcdef"'}).status_code == 200


def test_a_reader_must_ask_each_time_so_that_a_new_edition_is_seen_at_once(edition: SmallEdition) -> None:
    assert Drawn().get().headers["Cache-Control"] == "public, no-cache"


def test_pictures_and_short_answers_are_not_packed(edition: SmallEdition) -> None:
    for body, kind in ((b"\x89PNG" + bytes(5_000), "image/png"), (b"short", "text/html")):
        pages.KEPT.clear()
        answer = Drawn(lambda request, b=body, k=kind: HttpResponse(b, content_type=k)).get(  # type: ignore[misc]
            **{"accept-encoding": "gzip"}
        )
        assert answer.content == body
        assert "Content-Encoding" not in answer.headers


def test_the_name_of_a_download_is_kept_with_it(edition: SmallEdition) -> None:
    headers = {"Content-Disposition": 'attachment; filename="a.csv"', "Content-Type": "text/csv"}
    page = Drawn(lambda request: HttpResponse(LONG, headers=headers))
    for _ in range(2):
        answer = page.get()
        assert {k: answer.headers[k] for k in headers} == headers


def cookie(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("yours")
    answer.set_cookie("a", "b")
    return answer


def token(request: HttpRequest) -> HttpResponse:
    from django.middleware.csrf import get_token

    return HttpResponse(get_token(request))


@pytest.mark.parametrize("private", [cookie, token, lambda request: HttpResponse("no", status=404)])
def test_an_answer_for_one_reader_and_an_error_are_never_kept(
    edition: SmallEdition, private: Callable[[HttpRequest], HttpResponse]
) -> None:
    page = Drawn(private)
    page.get(), page.get()
    assert page.times == 2
    assert len(pages.KEPT) == 0


def test_an_address_beyond_the_bound_is_answered_and_not_kept(edition: SmallEdition) -> None:
    page = Drawn()
    assert page.get("/page/?period=" + "x" * pages.LONGEST_ADDRESS).status_code == 200
    assert len(pages.KEPT) == len(pages.KEPT_QUERIES) == 0


def test_made_up_queries_push_out_one_another_and_not_the_plain_pages(
    edition: SmallEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.KEPT_QUERIES, "limit", 5_000)
    page = Drawn()
    page.get()
    for n in range(50):
        page.get(f"/page/?period={n}")
    page.get()
    assert page.times == 51
    assert pages.KEPT_QUERIES.size <= 5_000
    assert 0 < len(pages.KEPT_QUERIES) < 5


def test_the_store_keeps_to_its_bytes_and_lets_the_longest_unused_go() -> None:
    store = Kept(limit=3 * (1_000 + pages.OVERHEAD))
    for name in "abc":
        store.put((name, ""), Entry(bytes(1_000), name, (), packed=False))
    store.get(("a", ""))
    store.put(("d", ""), Entry(bytes(1_000), "d", (), packed=False))
    assert [bool(store.get((n, ""))) for n in "abcd"] == [True, False, True, True]
    store.put(("huge", ""), Entry(bytes(10_000), "h", (), packed=False))
    assert store.size == len(store) == 0


def test_threads_that_ask_for_the_same_new_page_wait_for_one_drawing(edition: SmallEdition) -> None:
    def slowly(request: HttpRequest) -> HttpResponse:
        time.sleep(0.05)
        return HttpResponse(LONG)

    page = Drawn(slowly)
    threads = [threading.Thread(target=page.get) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert page.times == 1


def test_a_drawing_that_fails_is_tried_again_by_the_next_reader(edition: SmallEdition) -> None:
    def failing(request: HttpRequest) -> HttpResponse:
        raise RuntimeError("no ink")

    page = Drawn(failing)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            page.get()
    assert page.times == 2


# The edition that stays open.


def test_an_edition_is_opened_once_and_its_tables_read_once(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = opened.open_current(sample_home)
    values = edition.table("values").collect()
    assert values.height > 1_000
    monkeypatch.setattr(Edition, "table", lambda self, name: pytest.fail("read again"))
    assert opened.open_current(sample_home) is edition
    assert edition.table("values").collect().equals(values)
    assert edition.measures() is edition.measures()


def test_an_open_edition_says_the_same_as_one_read_anew(sample_home: Path) -> None:
    held, fresh = opened.open_current(sample_home), Edition(opened.open_current(sample_home).folder)
    assert held.measures().equals(fresh.measures())
    assert held.areas().equals(fresh.areas())
    assert held.values("ascof-3d-2a").equals(fresh.values("ascof-3d-2a"))


def named(home: Path, edition_id: str) -> Path:
    folder = home / "editions" / edition_id
    folder.mkdir(parents=True)
    from evenhand.edition.store import FORMAT

    (folder / "edition.json").write_text(f'{{"format": {FORMAT}, "simulated": true}}')
    return folder


def use(home: Path, edition_id: str) -> None:
    (home / "editions" / "current").write_text(f"{edition_id}\n")


def test_the_pointer_is_read_each_time_and_two_editions_are_held_at_most(tmp_path: Path) -> None:
    for n in "abc":
        named(tmp_path, n)
    for n in "abcab":
        use(tmp_path, n)
        assert opened.open_current(tmp_path).id == n
        assert len(opened.SHELF) <= opened.KEEP


def test_an_edition_that_was_removed_and_built_again_under_its_name_is_opened_again(tmp_path: Path) -> None:
    folder = named(tmp_path, "a")
    use(tmp_path, "a")
    first = opened.open_current(tmp_path)
    folder.rename(tmp_path / "gone")
    with pytest.raises(NoEdition):
        opened.open_current(tmp_path)
    named(tmp_path, "a")
    assert opened.open_current(tmp_path) is not first


@pytest.mark.parametrize("about", ['{"format": -1}', "{", ""])
def test_an_edition_that_cannot_be_read_is_refused_each_time_and_not_held(tmp_path: Path, about: str) -> None:
    (named(tmp_path, "a") / "edition.json").write_text(about)
    use(tmp_path, "a")
    for _ in range(2):
        with pytest.raises(EvenhandError):
            opened.open_current(tmp_path)
    assert len(opened.SHELF) == 0


def test_a_table_cut_short_is_an_error_in_words(tmp_path: Path) -> None:
    folder = named(tmp_path, "a")
    use(tmp_path, "a")
    (folder / "values.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(EvenhandError, match="damaged"):
        opened.open_current(tmp_path).table("values")


# Files: hashed names, packed, kept for a year.


def test_a_page_names_its_style_sheet_by_what_it_holds_and_readers_keep_it_for_a_year(client: Client) -> None:
    from django.templatetags.static import static

    address = static("design/evenhand.css")
    assert address != "/static/design/evenhand.css"
    hashed, plain = client.get(address), client.get("/static/design/evenhand.css")
    body = hashed.getvalue()
    assert body == plain.getvalue()
    assert "immutable" in hashed.headers["Cache-Control"]
    assert "immutable" not in plain.headers["Cache-Control"]
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.getvalue()) == body
    assert client.get(address, headers={"if-none-match": hashed.headers["ETag"]}).status_code == 304


def test_a_hash_that_is_not_the_files_own_is_not_found(client: Client) -> None:
    assert client.get("/static/design/evenhand.0123456789ab.css").status_code == 404


def test_while_developing_names_are_plain_because_files_change(settings: Settings) -> None:
    from django.templatetags.static import static

    settings.DEBUG = True
    assert static("design/evenhand.css") == "/static/design/evenhand.css"


@pytest.mark.parametrize("measures", [False, True])
def test_warming_draws_the_headline_pages_before_anybody_asks_and_every_measure_where_that_is_wanted(
    sample_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, measures: bool
) -> None:
    from evenhand.site import warm

    settings.EVENHAND_HOME = sample_home
    others = [f"/measures/{m}/" for m in Edition(folder_of(sample_home)).definitions]
    expected = [*warm.PAGES, *(p for p in others if measures and p not in warm.PAGES)]
    asked: list[tuple[str, str]] = []
    done = threading.Event()

    def application(environ: dict[str, str], start: Callable[..., None]) -> list[bytes]:
        asked.append((environ["PATH_INFO"], threading.current_thread().name))
        if environ["PATH_INFO"] == "/":
            raise RuntimeError("one page that fails leaves the others")
        if len(asked) == len(expected):
            done.set()
        return []

    monkeypatch.setattr(opened.SHELF, "when_new", [])
    warm.keep_warm(application, measures=measures)
    assert done.wait(20)
    assert [path for path, _ in asked] == expected
    assert {thread for _, thread in asked} == {"warm"}
    queries.current(RequestFactory().get("/"))  # the edition is held now: nobody is told again
    assert len(asked) == len(expected)
