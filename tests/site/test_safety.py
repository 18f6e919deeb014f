"""What the site sends with every answer, what it refuses before it works, and what it never writes down."""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django.fixtures import Settings

from evenhand.site.config.urls import handler400, handler404, handler500  # noqa: F401  (this module is a urlconf too)
from evenhand.site.design import middleware
from evenhand.site.evidence import pages, queries
from evenhand.site.evidence.opened import open_current

SECRET = "a-secret-in-the-query"
ADDRESSES = {
    "/": 200,
    "/?q=zzz": 200,
    "/measures/ascof-3d-2a/": 200,
    "/measures/ascof-3d-2a/?period=1999-00": 404,
    "/measures/none/": 404,
    "/councils/atlantis/": 404,
    "/nowhere/": 404,
    "/fetch/": 200,
    "/status": 200,
    "/static/design/evenhand.css": 200,
    "/static/nothing.css": 404,
    "/?" + "x" * 3_000: 414,
    "/" + "x" * 600: 414,
    "/?" + "&".join("abcdefghij" * 10): 400,
}


def fault(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("inside the machine")


urlpatterns = [path("fault", fault)]


@pytest.fixture(autouse=True)
def on_the_sample(own_home: Path, sample_home: Path, settings: Settings) -> Iterator[None]:
    settings.EVENHAND_HOME = sample_home
    yield
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()


@pytest.fixture
def reader() -> Client:
    """A client that shows what a visitor would see of a fault, and keeps no cookie but its own."""
    return Client(raise_request_exception=False, headers={"host": "localhost"})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_security_headers_files_and_refusals_too(reader: Client, address: str) -> None:
    answer = reader.get(address)
    assert answer.status_code == ADDRESSES[address]
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= {
        *policy.split("; ")
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


PAGE_TYPES = [
    "/", "/?q=vale", "/measures/ascof-3d-2a/", "/measures/ascof-3d-2a/?council={}", "/councils/{}/",
    "/councils/{}/?against=region", "/councils/{gone}/", "/councils/{}/briefing/", "/compare/",
    "/compare/?councils={},{other}", "/compare/?set=peers:{}", "/compare/?set=nothing", "/peers/{}/",
    "/peers/{}/?w_adults=2", "/variation/", "/data/", "/methods/", "/methods/funnel/", "/glossary/", "/accessibility/",
    "/cite/", "/api/", "/fetch/", "/nowhere/", "/councils/atlantis/", "/measures/none/", "/?" + "x" * 3_000,
]  # fmt: skip
FILE_TYPES = [
    "/measures/ascof-3d-2a/download.csv", "/measures/ascof-3d-2a/download.json",
    "/measures/ascof-3d-2a/download_about.csv",
    "/measures/ascof-3d-2a/map.svg", "/measures/ascof-3d-2a/map.png", "/councils/{}/download.ods",
    "/councils/{}/briefing.pdf", "/compare/download.csv?councils={},{other}", "/edition.zip", "/editions.atom",
    "/robots.txt", "/councils.json", "/data/sources.json", "/status", "/api/v1/openapi.json", "/api/v1/measures",
    "/api/v1/nothing", "/static/design/page.js",
]  # fmt: skip
IN_LINE = re.compile(
    r"""<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<(?:iframe|object|embed|base)\b"""
    r"""|(?:src|href)\s*=\s*["']?\s*(?:data|blob):""",
    re.IGNORECASE,
)
OF_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def filled(sample_home: Path) -> Callable[[str], str]:
    """An address with a council, another, and one that has gone, in its braces."""
    register = open_current(sample_home).register
    a, b = [c.id for c in register.all if not c.valid_to][:2]
    gone = next(c.id for c in register.all if c.valid_to)
    return lambda address: address.replace("{}", a).replace("{other}", b).replace("{gone}", gone)


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*PAGE_TYPES, *FILE_TYPES])
def test_every_kind_of_page_and_file_has_its_headers_no_cookie_and_no_code_in_line(
    reader: Client, filled: Callable[[str], str], address: str
) -> None:
    answer = reader.get(filled(address), headers={"accept-encoding": "gzip"})
    if answer.status_code == 302:  # to the one address of a choice
        answer = reader.get(answer.headers["Location"], headers={"accept-encoding": "gzip"})
    assert answer.status_code < 500
    policy = dict(part.partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    for what, whence in policy.items():
        assert whence in ("'self'", "'none'"), what
    assert {k: answer.headers.get(k) for k in OF_EVERY_ANSWER} == OF_EVERY_ANSWER
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert not answer.cookies
    assert "Strict-Transport-Security" not in answer.headers  # no HTTPS here
    assert answer.headers["Cache-Control"]
    if answer.headers.get("Content-Encoding") == "gzip":
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Cookie" not in answer.headers.get("Vary", "")
    if address in PAGE_TYPES:
        packed = answer.headers.get("Content-Encoding") == "gzip"
        html = (gzip.decompress(answer.content) if packed else answer.content).decode()
        assert "<main" in html
        found = IN_LINE.search(html)
        assert not found, html[max(0, found.start() - 100) : found.end() + 50]


def test_what_the_search_for_in_line_code_finds() -> None:
    """The test above can fail: each of these is found, and what pages do use is not."""
    for bad in (
        "<style>",
        '<p style="a">',
        "<script>",
        '<b onclick="a">',
        '<a href="javascript:a">',
        '<img src="data:a">',
    ):
        assert IN_LINE.search(bad), bad
    for good in ('<script type="module" src="/static/a.js">', '<table class="style">', "<p>on a = b</p>"):
        assert not IN_LINE.search(good), good


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a, status in ADDRESSES.items() if status >= 400] + ["/status"])
def test_errors_and_the_status_are_not_kept_by_anybody(reader: Client, address: str) -> None:
    assert reader.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_only_the_page_with_the_button_sets_a_cookie(reader: Client, address: str, settings: Settings) -> None:
    settings.FETCH_BUTTON = True
    cookies = reader.get(address).cookies
    assert set(cookies) == ({"csrftoken"} if address == "/fetch/" else set())
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ["/", "/measures/ascof-3d-2a/", "/status", "/nowhere/", "/static/design/page.js"])
def test_a_page_can_only_be_read(reader: Client, method: str, address: str) -> None:
    answer = getattr(reader, method)(address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("address", ["/glossary/", "/nowhere/", "/?" + "x" * 3_000])
def test_headers_alone_come_without_a_body_and_say_its_length(address: str) -> None:
    from evenhand.site.config.wsgi import application

    ask = RequestFactory(headers={"host": "localhost"})
    whole, head = application.get_response(ask.get(address)), application.get_response(ask.head(address))
    assert isinstance(whole, HttpResponse)
    assert isinstance(head, HttpResponse)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize("method", ["put", "delete", "options"])
def test_the_form_takes_a_post_and_nothing_else_that_writes(reader: Client, method: str) -> None:
    answer = getattr(reader, method)("/fetch/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_a_post_without_the_forms_own_token_is_refused_in_words() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    answer = strict.post("/fetch/")
    assert answer.status_code == 403
    assert "nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "a b", ""])
def test_a_host_that_is_not_ours_is_refused_without_repeating_it(reader: Client, host: str) -> None:
    answer = reader.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "cannot be answered" in answer.content.decode()
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/cite/", "/editions.atom", "/compare/", "/api/v1/measures"])
def test_a_forwarded_host_is_not_believed(reader: Client, address: str) -> None:
    answer = reader.get(
        address, headers={"host": "localhost", "x-forwarded-host": "evil.example", "x-host": "evil.example"}
    )
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content
    assert "evil.example" not in str(answer.headers)


@pytest.mark.django_db
def test_the_status_for_operators_tells_nothing_personal_and_nothing_of_the_machine(
    reader: Client, settings: Settings, tmp_path: Path, sample_home: Path
) -> None:
    told = reader.get("/status").json()
    assert set(told) == {"version", "edition", "simulated", "database"}
    settings.EVENHAND_HOME = tmp_path / "empty"
    answer = reader.get("/status")
    assert answer.status_code == 503
    (damaged := tmp_path / "damaged" / "editions" / "a").mkdir(parents=True)
    (damaged / "edition.json").write_text("{")
    (damaged.parent / "current").write_text("a\n")
    settings.EVENHAND_HOME = tmp_path / "damaged"
    for text in (answer.content.decode(), reader.get("/status").content.decode(), reader.get("/").content.decode()):
        assert str(tmp_path) not in text
        assert str(settings.SECRET_KEY) not in text


def test_bounds_leave_room_for_the_longest_comparison_a_page_offers(sample_home: Path) -> None:
    edition = open_current(sample_home)
    councils = sorted((c["slug"] for c in queries.councils(edition)), key=len)[-10:]
    measures = sorted(edition.definitions, key=len)[-12:]
    asked = "councils=" + ",".join(councils) + "&measures=" + ",".join(measures)
    assert len(asked) < middleware.LONGEST_QUERY / 2


def test_a_fault_of_ours_shows_neither_code_nor_reason(
    reader: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    answer = reader.get(f"/fault?q={SECRET}")
    assert answer.status_code == 500
    shown = answer.content.decode()
    for inside in ("inside the machine", "Traceback", "RuntimeError", ".py", SECRET):
        assert inside not in shown
    assert answer.headers["Content-Security-Policy"]


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything the loggers of the site write, as an operator sees it."""
    django = logging.getLogger("django")
    django.addHandler(caplog.handler)
    yield caplog
    django.removeHandler(caplog.handler)


def test_logs_hold_the_path_and_nothing_else_that_was_typed(
    reader: Client, settings: Settings, written: pytest.LogCaptureFixture
) -> None:
    reader.get(f"/nowhere/?q={SECRET}")
    reader.get(f"/?q={SECRET}" + "&" * 100)
    reader.get("/", headers={"host": f"{SECRET}.example"})
    reader.get("/", headers={"referer": SECRET, "user-agent": SECRET, "cookie": f"csrftoken={SECRET}"})
    reader.post("/fetch/", {"q": SECRET})
    settings.ROOT_URLCONF = __name__
    reader.get(f"/fault?q={SECRET}")
    assert "/fault" in written.text  # the operator does learn which page is broken
    assert SECRET not in written.text


def gunicorn_settings() -> dict[str, Any]:
    """What deploy/gunicorn.conf.py says, read as gunicorn reads it."""
    conf = Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py"
    known: dict[str, Any] = {"__name__": "gunicorn_settings"}
    exec(compile(conf.read_text(encoding="utf-8"), conf.name, "exec"), known)
    return known


def test_the_access_log_has_no_query_and_no_address_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")  # it sets this one for its workers, and not for our other tests
    for name in ("EVENHAND_BIND", "EVENHAND_ACCESS_LOG"):
        monkeypatch.delenv(name, raising=False)
    known = gunicorn_settings()
    log_format = str(known["access_log_format"])
    assert "%(U)s" in log_format
    for personal in ("%(h)s", "%(q)s", "%(r)s", "%(f)s", "%(a)s", "{"):
        assert personal not in log_format
    assert known["preload_app"] is False
    assert str(known["bind"]).startswith("127.0.0.1")


def test_gunicorn_writes_the_line_we_think_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
    glogging: Any = pytest.importorskip("gunicorn.glogging")
    config = pytest.importorskip("gunicorn.config").Config()
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": f"/measures/x/?q={SECRET}", "PATH_INFO": "/measures/x\nFORGED \u00e9/",
        "QUERY_STRING": f"q={SECRET}", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.7",
    }  # fmt: skip
    from datetime import timedelta

    log = gunicorn_settings()["logger_class"](config)
    answer = SimpleNamespace(status="200 OK", headers=[], sent=10, response_length=10)
    atoms = log.atoms(answer, SimpleNamespace(headers=[]), environ, timedelta(milliseconds=3))
    line = str(gunicorn_settings()["access_log_format"]) % glogging.SafeAtoms(atoms)
    assert '"GET /measures/x%0AFORGED%20%E9/" 200 10 bytes 3 ms' in line
    assert SECRET not in line
    assert "192.0.2.7" not in line


@pytest.mark.parametrize("switch", ["1", "0"])
def test_https_settings_follow_the_one_switch(switch: str, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    code = (
        "from django.conf import settings as s; "
        "print(s.SECURE_HSTS_SECONDS > 0, s.CSRF_COOKIE_SECURE, bool(s.SECURE_PROXY_SSL_HEADER))"
    )
    environ = os.environ | {
        "EVENHAND_HTTPS": switch,
        "EVENHAND_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings",
    }
    said = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(switch == "1")] * 3


REFUSED = [  # what the environment says, and part of what is said of it; None: it may start
    ({"EVENHAND_DEBUG": "1"}, None),
    ({"EVENHAND_DEBUG": "1", "EVENHAND_HTTPS": "1"}, "EVENHAND_DEBUG"),
    ({"EVENHAND_DEBUG": "1", "EVENHAND_ALLOWED_HOSTS": "budgets.example.gov.uk"}, "EVENHAND_DEBUG"),
    ({"EVENHAND_DEBUG": "1", "EVENHAND_ALLOWED_HOSTS": "localhost, 127.0.0.1"}, None),
    ({"EVENHAND_ALLOWED_HOSTS": "*"}, "EVENHAND_ALLOWED_HOSTS"),
    ({"EVENHAND_ALLOWED_HOSTS": "budgets.example.gov.uk", "EVENHAND_HTTPS": "1"}, None),
]


@pytest.mark.parametrize(("said", "refused"), REFUSED)
def test_a_public_site_does_not_start_with_a_switch_that_is_for_developers(
    said: dict[str, str], refused: str | None, tmp_path: Path
) -> None:
    import os
    import subprocess
    import sys

    clean = {k: v for k, v in os.environ.items() if not k.startswith("EVENHAND_") or k == "EVENHAND_OFFICIAL_DATA"}
    environ = clean | said | {"EVENHAND_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings"}
    started = subprocess.run([sys.executable, "-c", "from django.conf import settings; settings.DEBUG"], env=environ,
                             capture_output=True, text=True, check=False)  # fmt: skip
    assert bool(started.returncode) == bool(refused)
    assert (refused or "") in started.stderr
