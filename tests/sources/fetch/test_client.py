"""Publishers that behave badly: what is tried again, what is refused, and what is left on the disk."""

import errno
import hashlib
import json
import socket
import threading
import time
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.sources.fetch import FetchReport, Pin, Progress, fetch

from .conftest import ASSETS, CSV, NOW, Clock, MakeClient, Publishers, answer, catalogue, direct, file, left_over

URL = f"{ASSETS}/69736b0821a2f53a6a4fd4f8/table.csv"
PIN = Pin(URL, "seen")


def go(tmp_path: Path, make_client: MakeClient, *pins: Pin, **client: object) -> FetchReport:
    return fetch(catalogue(direct(*(pins or (PIN,)))), tmp_path, client=make_client(**client))


def test_we_say_who_we_are_and_ask_a_host_twice_a_second_at_most(
    publishers: Publishers, make_client: MakeClient, clock: Clock, tmp_path: Path
) -> None:
    urls = [f"{ASSETS}/{i}/t{i}.csv" for i in range(5)]
    for u in urls:
        publishers.on(u, file())
    assert go(tmp_path, make_client, *(Pin(u, "seen") for u in urls)).ok
    assert clock.seconds == pytest.approx(2.0)  # five requests: four gaps of half a second
    assert all(h["User-Agent"].startswith("Evenhand/") for _, h in publishers.asked)


def test_told_to_wait_we_wait_that_long(
    publishers: Publishers, make_client: MakeClient, clock: Clock, tmp_path: Path
) -> None:
    later = format_datetime(NOW + timedelta(seconds=11), usegmt=True)
    publishers.on(URL, answer(status=429, Retry_After="7"), answer(status=503, Retry_After=later), file())
    assert go(tmp_path, make_client).ok
    assert clock.slept == [7, 11]


def test_without_a_word_we_wait_longer_each_time(
    publishers: Publishers, make_client: MakeClient, clock: Clock, tmp_path: Path
) -> None:
    publishers.on(URL, answer(status=503), answer(status=503), file())
    assert go(tmp_path, make_client).ok
    assert clock.slept == [1, 2]


def test_a_few_tries_and_no_more(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    publishers.on(URL, answer(status=500))
    report = go(tmp_path, make_client)
    assert "after 4 tries (HTTP 500)" in report.outcomes[0].message
    assert len(publishers.asked) == 4
    assert left_over(tmp_path) == []


def test_asked_to_wait_an_hour_we_come_another_day(
    publishers: Publishers, make_client: MakeClient, clock: Clock, tmp_path: Path
) -> None:
    publishers.on(URL, answer(status=429, Retry_After="3600"))
    assert "wait 3,600 seconds" in go(tmp_path, make_client).outcomes[0].message
    assert clock.slept == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_argued_with(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, status: int
) -> None:
    publishers.on(URL, answer("no", status))
    assert f"HTTP {status}" in go(tmp_path, make_client).outcomes[0].message
    assert len(publishers.asked) == 1


def test_a_broken_connection_is_gone_on_with(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    publishers.on(URL, file(drop_after=3000), file(drop_after=2000), file())
    assert go(tmp_path, make_client).ok
    assert (tmp_path / "table" / "table.csv").read_bytes() == CSV
    assert [h.get("Range") for _, h in publishers.asked] == [None, "bytes=3000-", "bytes=5000-"]
    assert publishers.asked[1][1]["If-Range"] == '"one"'
    assert left_over(tmp_path) == ["manifest.json", "table/table.csv"]


OTHER = b"code,name,value\n" + b"E66000002,Brackwater,2\n" * 400


@pytest.mark.parametrize(
    "second",
    [
        pytest.param([file(OTHER, etag='"two"')], id="the server answers 200 with the new file"),
        pytest.param([file(OTHER, ranges=False)], id="the server knows no ranges"),
        pytest.param(
            [answer(OTHER[3000:], 206, ETag='"two"', Content_Range=f"bytes 3000-{len(OTHER) - 1}/{len(OTHER)}"),
             file(OTHER, etag='"two"')],
            id="the server sends a piece of the new file"),
        pytest.param(
            [answer(OTHER[10:], 206, ETag='"one"', Content_Range=f"bytes 10-{len(OTHER) - 1}/{len(OTHER)}"),
             file(OTHER)],
            id="the server sends the wrong piece"),
        pytest.param([answer(status=416), file(OTHER)], id="the new file is shorter than what is held"),
    ],
)  # fmt: skip
def test_a_file_that_changed_half_way_is_begun_again(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, second: list[object]
) -> None:
    """Never the head of one file with the tail of another."""
    publishers.on(URL, file(drop_after=3000), *second)  # type: ignore[arg-type]
    assert go(tmp_path, make_client).ok
    assert (tmp_path / "table" / "table.csv").read_bytes() == OTHER


def test_killed_half_way_only_a_part_is_left_and_the_next_run_finishes(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:

    def killed(p: Progress) -> None:
        raise KeyboardInterrupt

    big = CSV * 40
    publishers.on(URL, file(big))
    with pytest.raises(KeyboardInterrupt):
        fetch(catalogue(direct(PIN)), tmp_path, client=make_client(), progress=killed)
    assert left_over(tmp_path) == ["table/table.csv.part", "table/table.csv.part.json"]
    held = (tmp_path / "table" / "table.csv.part").stat().st_size
    assert 0 < held < len(big)
    assert go(tmp_path, make_client).ok
    assert publishers.asked[-1][1]["Range"] == f"bytes={held}-"
    assert (tmp_path / "table" / "table.csv").read_bytes() == big


def test_a_part_of_another_address_is_not_gone_on_with(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "table.csv.part").write_bytes(OTHER[:500])
    memo = {"url": URL.replace("table.csv", "else.csv"), "etag": '"one"', "last_modified": ""}
    (tmp_path / "table" / "table.csv.part.json").write_text(json.dumps(memo))
    publishers.on(URL, file())
    assert go(tmp_path, make_client).ok
    assert (tmp_path / "table" / "table.csv").read_bytes() == CSV


@pytest.mark.parametrize(
    ("respond", "words"),
    [
        (answer("<!DOCTYPE html><title>Sorry</title>", Content_Type="text/csv"), "web page instead of table.csv"),
        (answer("a,b\n1,2\n", Content_Type="text/html; charset=utf-8"), "web page instead of table.csv"),
        (answer(b"", Content_Type="text/csv"), "answered with nothing for table.csv"),
        (answer(b" \r\n \n", Content_Type="text/csv"), "answered with blanks"),
        (answer('{"error": "bad geography"}', Content_Type="text/csv"), "error instead of table.csv"),
        (answer(b"\x7fELF\x00\x00", Content_Type="text/csv"), "is not a .csv file"),
    ],
)
def test_what_is_not_the_file_never_looks_like_data(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, respond: object, words: str
) -> None:
    publishers.on(URL, respond)  # type: ignore[arg-type]
    report = go(tmp_path, make_client)
    assert words in report.outcomes[0].message
    assert report.paths() == ()
    assert left_over(tmp_path) == []


def test_a_bad_answer_leaves_yesterdays_file_alone(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(URL, file(), answer(b"", Content_Type="text/csv"))
    assert go(tmp_path, make_client).ok
    before = (tmp_path / "manifest.json").read_text()
    assert not go(tmp_path, make_client).ok
    assert (tmp_path / "table" / "table.csv").read_bytes() == CSV
    assert (tmp_path / "manifest.json").read_text() == before


@pytest.mark.parametrize(("sha256", "ok"), [(hashlib.sha256(CSV).hexdigest(), True), ("0" * 64, False)])
def test_a_pinned_file_must_have_its_checksum(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, sha256: str, ok: bool
) -> None:
    publishers.on(URL, file())
    report = go(tmp_path, make_client, Pin(URL, "seen", sha256=sha256))
    assert report.ok is ok
    assert ok or "checksum" in report.outcomes[0].message
    assert ok or left_over(tmp_path) == []


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/table.csv", "http://www.gov.uk/table.csv", "//evil.example/t", "https://www.gov.uk:444/t",
     "file:///etc/passwd", "https://www.gov.uk@evil.example/t"],
)  # fmt: skip
def test_a_redirect_to_a_stranger_is_refused(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, elsewhere: str
) -> None:
    publishers.on(URL, answer(status=302, Location=elsewhere))
    assert "not one of the publishers' addresses" in go(tmp_path, make_client).outcomes[0].message
    assert len(publishers.asked) == 1


def test_a_redirect_within_the_publishers_is_followed_but_not_in_circles(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(URL, answer(status=301, Location="/moved.csv"))
    publishers.on("assets.publishing.service.gov.uk/moved.csv", answer(status=302, Location="https://www.gov.uk/t"))
    publishers.on("www.gov.uk/t", file())
    assert go(tmp_path / "a", make_client).ok
    publishers.on("www.gov.uk/t", answer(status=302, Location=URL))
    assert "in circles" in go(tmp_path / "b", make_client).outcomes[0].message


def test_a_slow_drip_ends_at_the_deadline(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    stop = threading.Event()

    def drip(h: BaseHTTPRequestHandler) -> None:
        h.send_response(200)
        h.send_header("Content-Length", "100000")
        h.send_header("ETag", '"one"')
        h.end_headers()
        for _ in range(200):
            if stop.wait(0.01):
                return
            h.wfile.write(b"a")
            h.wfile.flush()

    publishers.on(URL, drip)
    began = time.monotonic()
    report = go(tmp_path, make_client, limits={"total_seconds": 0.1}, clock=time.monotonic)
    stop.set()
    assert "too slow" in report.outcomes[0].message
    assert time.monotonic() - began < 2
    assert left_over(tmp_path) == ["table/table.csv.part", "table/table.csv.part.json"]


def test_a_silent_server_times_out(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    stop = threading.Event()
    publishers.on(URL, lambda h: stop.wait(5) and None)
    report = go(tmp_path, make_client, limits={"read_seconds": 0.05, "tries": 2})
    stop.set()
    assert "ReadTimeout" in report.outcomes[0].message


@pytest.mark.parametrize("announced", [True, False])
def test_an_enormous_file_is_not_taken(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, announced: bool
) -> None:
    def endless(h: BaseHTTPRequestHandler) -> None:
        h.send_response(200)
        if announced:
            h.send_header("Content-Length", str(10**10))
        h.end_headers()
        if not announced:
            h.wfile.write(b"x" * 2_000_000)

    publishers.on(URL, endless)
    report = go(tmp_path, make_client, limits={"max_bytes": 2**20})
    assert "larger than 1 MB" in report.outcomes[0].message
    assert report.paths() == ()


def test_a_full_disk_is_one_sentence_and_the_old_file_stays(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishers.on(URL, file(), file(OTHER, etag='"two"'))
    assert go(tmp_path, make_client).ok
    real = Path.open

    class Full:
        def __init__(self, f: object) -> None:
            self.f = f

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.f.close()  # type: ignore[attr-defined]

        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(self: Path, mode: str = "r", *rest: object, **more: object) -> object:
        f = real(self, mode, *rest, **more)  # type: ignore[arg-type]
        return Full(f) if self.suffix == ".part" and "b" in mode and mode != "rb" else f

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(EvenhandError, match=r"table\.csv cannot be written: No space left on device\."):
        go(tmp_path, make_client)
    assert (tmp_path / "table" / "table.csv").read_bytes() == CSV


def test_what_has_not_changed_is_not_fetched_again(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(URL, file())
    assert go(tmp_path, make_client).outcomes[0].status == "fetched"
    assert go(tmp_path, make_client).outcomes[0].status == "unchanged"
    assert publishers.asked[1][1]["If-None-Match"] == '"one"'
    # a file that someone has altered on disk is fetched anew
    (tmp_path / "table" / "table.csv").write_bytes(b"altered")
    assert go(tmp_path, make_client).outcomes[0].status == "fetched"
    assert (tmp_path / "table" / "table.csv").read_bytes() == CSV


def test_the_same_bytes_under_a_new_etag_are_unchanged(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    publishers.on(URL, file(), file(etag='"two"'))
    go(tmp_path, make_client)
    assert go(tmp_path, make_client).outcomes[0].status == "unchanged"


def test_without_a_network_one_sentence_and_an_empty_folder(make_client: MakeClient, tmp_path: Path) -> None:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    hosts = ("assets.publishing.service.gov.uk", "www.nomisweb.co.uk", "digital.nhs.uk")
    sources = [direct(Pin(f"https://{h}/t.csv", "seen"), key=f"k{i}") for i, h in enumerate(hosts)]
    report = fetch(catalogue(*sources), tmp_path / "new", client=make_client(port=port))
    assert report.offline
    assert not report.ok
    assert report.sentence().startswith("No publisher can be reached from here")
    assert len(report.outcomes) == 2  # the third host is not waited for
    assert not (tmp_path / "new").exists()


def test_a_filter_that_replaces_certificates_is_named(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()

    def refuse(*_: object, **__: object) -> object:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in certificate chain")

    monkeypatch.setattr(client._http, "stream", refuse)
    report = fetch(catalogue(direct(PIN)), tmp_path, client=client)
    assert "replace its certificate" in report.outcomes[0].message


def test_one_publisher_out_of_reach_does_not_stop_the_others(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    client = make_client()
    client.mapping = {**client.mapping, "https://www.nomisweb.co.uk": f"http://127.0.0.1:{port}/"}
    publishers.on(URL, file())
    blocked = direct(Pin("https://www.nomisweb.co.uk/t.csv", "seen"), key="blocked")
    report = fetch(catalogue(blocked, direct(PIN)), tmp_path, client=client)
    assert [o.status for o in report.outcomes] == ["failed", "fetched"]
    assert not report.offline
    assert report.sentence() == "1 files fetched, 0 unchanged, 1 failed; could not be had: blocked."


def test_progress_counts_to_the_end(publishers: Publishers, make_client: MakeClient, tmp_path: Path) -> None:
    publishers.on(URL, file(drop_after=3000), file())
    heard: list[Progress] = []
    fetch(catalogue(direct(PIN)), tmp_path, client=make_client(), progress=heard.append)
    assert heard[-1] == Progress("table", "table.csv", len(CSV), len(CSV))
    assert [p.done for p in heard] == sorted(p.done for p in heard)


def test_a_damaged_manifest_is_an_error_before_anything_is_asked(
    publishers: Publishers, make_client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text('{"files": [{"path"')
    with pytest.raises(EvenhandError, match="list of fetched files is damaged"):
        go(tmp_path, make_client)
    assert publishers.asked == []
