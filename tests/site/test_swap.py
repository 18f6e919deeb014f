"""A new edition is put in use while people read: nothing is dropped, cut or mixed, and the old one does not return."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest
from pytest_django.fixtures import Settings

from evenhand.edition.store import current_id, shelf, switch
from evenhand.site.config.wsgi import application
from evenhand.site.evidence import opened, pages
from evenhand.site.serve import _Handler, _Server

SECONDS, READERS = 4.0, 4
PATHS = ("/", "/measures/ascof-3d-2a/", "/variation/", "/data/")


@dataclass
class Read:
    """One page as one reader got it."""

    began: float
    ended: float
    path: str
    status: int
    edition: set[str]
    whole: bool


@pytest.fixture
def two_editions(own_home: Path, sample_home: Path, settings: Settings) -> Iterator[list[str]]:
    """A home with the simulated edition and the same under another id: only the id tells their pages apart."""
    first = current_id(sample_home)
    assert first is not None
    second = "sim-000000000002"
    for name in (first, second):
        shutil.copytree(shelf(sample_home) / first, shelf(own_home) / name)
    (shelf(own_home) / "current").write_text(f"{first}\n")
    settings.EVENHAND_HOME = own_home
    yield [first, second]
    pages.KEPT.clear()
    pages.KEPT_QUERIES.clear()
    opened.SHELF.clear()


@pytest.fixture
def port(two_editions: list[str]) -> Iterator[int]:
    """The site on a real socket, a thread for each connection."""
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def read(port: int, path: str) -> Read:
    """Ask for a page as a browser does, and note which editions it names."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": "localhost"})
    answer = connection.getresponse()
    html = answer.read().decode()
    connection.close()
    named = set(re.findall(r"Edition (sim-[0-9a-f]{12})", html))
    tag = re.match(r'"(sim-[0-9a-f]{12})-', answer.headers.get("ETag", ""))
    named |= {tag[1]} if tag else {"no edition in the ETag"}
    whole = html.rstrip().endswith("</html>") and len(html.encode()) == int(answer.headers["Content-Length"])
    return Read(began, time.monotonic(), path, answer.status, named, whole)


def test_switching_editions_under_traffic_drops_cuts_and_mixes_nothing(
    port: int, two_editions: list[str], own_home: Path
) -> None:
    paths = [p for p in PATHS if read(port, p).status == 200]
    assert "/measures/ascof-3d-2a/" in paths
    end = time.monotonic() + SECONDS
    done: list[Read] = []
    faults: list[BaseException] = []

    def reader(number: int) -> None:
        try:
            step = number
            while time.monotonic() < end:
                done.append(read(port, paths[step % len(paths)]))
                step += 1
        except BaseException as fault:  # a thread's fault must fail the test
            faults.append(fault)

    readers = [threading.Thread(target=reader, args=(n,)) for n in range(READERS)]
    for r in readers:
        r.start()
    switches: list[tuple[float, float, str]] = [(0.0, 0.0, two_editions[0])]  # began, done, id
    while time.monotonic() < end:
        time.sleep(0.2)
        new = two_editions[len(switches) % 2]
        before = time.monotonic()
        switch(own_home, new)
        switches.append((before, time.monotonic(), new))
    for r in readers:
        r.join()

    assert not faults
    assert len(switches) > 5
    assert Counter(r.status for r in done) == {200: len(done)}
    assert all(r.whole for r in done)
    assert all(len(r.edition) == 1 for r in done), "a page that names two editions"
    assert {e for r in done for e in r.edition} == set(two_editions), "both were read"
    stale = [r for r in done if not r.edition <= in_use(switches, r.began, r.ended)]
    assert not stale, "a page older than the edition in use when it was asked for"


def in_use(switches: list[tuple[float, float, str]], began: float, ended: float) -> set[str]:
    """The editions that were in use at some moment between two: the last one before, and those that came meanwhile."""
    before = [edition for _, done, edition in switches if done <= began][-1]
    return {before} | {edition for start, done, edition in switches if start <= ended and done > began}


def test_what_counts_as_in_use_is_the_last_one_before_and_those_that_came_meanwhile() -> None:
    switches = [(0.0, 0.0, "a"), (1.0, 1.1, "b"), (2.0, 2.1, "c")]
    cases = [((0.5, 0.6), "a"), ((0.9, 1.05), "ab"), ((1.05, 1.06), "ab"), ((1.2, 1.3), "b"), ((0.9, 2.5), "abc")]
    for (began, ended), editions in cases:
        assert in_use(switches, began, ended) == set(editions), (began, ended)


# --- The same with gunicorn as it is deployed, a real build and the real command ------------------------------------

ROOT = Path(__file__).resolve().parents[2]
OTHER = "sim-000000000002"
ANSWERS = (
    "/", "/councils/marle-coast/", "/measures/ascof-3d-2a/?council=marle-coast", "/measures/ascof-3d-2a/funnel.svg",
    "/measures/ascof-3d-2a/download.csv", "/compare/?councils=arrowbridge,marle-coast",
)  # fmt: skip
ID = re.compile(r"sim-[0-9a-f]{12}")


@dataclass
class Answer:
    """One answer of gunicorn: every edition that its body and its headers name, and how often."""

    path: str
    status: int
    named: Counter[str]


def answered(port: int, path: str) -> Answer:
    """Ask on a connection of its own. Raises what http.client raises when the answer is refused, dropped or cut."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": "localhost"})
    answer = connection.getresponse()
    said = answer.read().decode() + "\n" + str(answer.headers)
    connection.close()
    return Answer(path, answer.status, Counter(ID.findall(said)))


def environment(home: Path) -> dict[str, str]:
    """This process's own, for another process over a home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DJANGO_"))}
    return kept | {"EVENHAND_HOME": str(home), "DATABASE_URL": ""}


def evenhand(home: Path, *words: str) -> None:
    """The command, as a person runs it beside the server."""
    code = "from evenhand.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *words], env=environment(home), check=True, capture_output=True)


@pytest.fixture
def one_edition(own_home: Path, sample_home: Path) -> Path:
    """A home with one edition under another id than the one that a build makes."""
    now = current_id(sample_home)
    assert now is not None
    assert now != OTHER
    shutil.copytree(shelf(sample_home) / now, shelf(own_home) / OTHER)
    (shelf(own_home) / "current").write_text(f"{OTHER}\n")
    return own_home


@pytest.fixture
def gunicorn(one_edition: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port of gunicorn with deploy/gunicorn.conf.py over that home, and its master process."""
    pytest.importorskip("gunicorn")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    more = {"EVENHAND_BIND": f"127.0.0.1:{port}", "EVENHAND_ACCESS_LOG": "0", "EVENHAND_WARM": "headline"}
    conf = str(ROOT / "deploy" / "gunicorn.conf.py")
    master = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", conf, "evenhand.site.config.wsgi"],
        cwd=ROOT, env=environment(one_edition) | more, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert master.poll() is None, "gunicorn did not start"
            try:
                answered(port, "/status")
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield port, master
    finally:
        os.killpg(master.pid, signal.SIGKILL)
        master.wait()


def workers(master: subprocess.Popen[bytes]) -> list[int]:
    """The process ids of gunicorn's workers, where the system tells them."""
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """These processes stand still meanwhile: whatever is asked, another one answers."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_build_and_a_switch_beside_gunicorn_drop_and_mix_nothing_and_reach_every_worker(
    gunicorn: tuple[int, subprocess.Popen[bytes]], one_edition: Path, sample_home: Path
) -> None:
    port, master = gunicorn
    built = current_id(sample_home)
    got: list[Answer] = []
    faults: list[BaseException] = []
    ended = threading.Event()

    def reader(number: int) -> None:
        try:
            step = number
            while not ended.is_set():
                got.append(answered(port, ANSWERS[step % len(ANSWERS)]))
                step += 1
                ended.wait(0.05)  # a reader reads; without it the build waits for the readers
        except BaseException as fault:  # a thread's fault must fail the test
            faults.append(fault)

    readers = [threading.Thread(target=reader, args=(n,)) for n in range(READERS)]
    for r in readers:
        r.start()
    try:
        evenhand(one_edition, "build", "--sample")
        assert current_id(one_edition) == built
        every_worker_serves(built, port, master)
        evenhand(one_edition, "editions", "use", OTHER)
        every_worker_serves(OTHER, port, master)
    finally:
        ended.set()
        for r in readers:
            r.join()

    assert not faults, "a request was refused, dropped or cut"
    assert Counter((a.path, a.status) for a in got if a.status != 200) == Counter()
    assert [a for a in got if len(a.named) != 1] == [], "an answer that names two editions, or none"
    assert {e for a in got for e in a.named} == {built, OTHER}, "both were read"
    assert {a.path for a in got} == set(ANSWERS)
    measure = [a.named.total() for a in got if a.path.startswith("/measures/ascof-3d-2a/?")]
    assert min(measure) > 3, "a measure's page names it in its ETag, its foot and its charts"


def every_worker_serves(edition: str | None, port: int, master: subprocess.Popen[bytes]) -> None:
    """Each worker in turn, with all others stopped, answers from this edition."""
    found = workers(master)
    assert len(found) == 2 or not found
    for one in found or [0]:
        with stopped([w for w in found if w != one]):
            assert set(answered(port, "/glossary/").named) == {edition}
