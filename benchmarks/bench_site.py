"""How fast is the public site with gunicorn, two workers on two cores, over the simulated England?

Promises: a warm page within 50 ms for 95 of 100 requests, at least 150 requests a second, a cold page within 400 ms
(once an edition and worker), at most 120 KB a page as it travels with its style sheet, script and pictures, and at most
500 MB of memory a worker. The baseline is a bare WSGI application that sends as many bytes, under the same gunicorn
with the same load in the same run. Leaves with 1 when a promise is broken. Run: python benchmarks/bench_site.py

The pages are found by following the site's own links, some of each kind.
"""

from __future__ import annotations

import gzip
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import load

ROOT = Path(__file__).resolve().parent.parent
WARM_MS, RATE, COLD_MS, WEIGHT_KB, WORKER_MB = 50.0, 150.0, 400.0, 120.0, 500.0
A_KIND, MOST_PAGES = 2, 60  # pages of one kind, and of all kinds
MOST_ROUNDS = 15
BARE = """
import sys
BODY = b"x" * int(__import__("os").environ["BARE_BYTES"])
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""


@contextmanager
def gunicorn(application: str, folder: Path, environment: dict[str, str], *options: str) -> Iterator[tuple[str, int]]:
    """gunicorn with the settings of deploy/, answering: its address and its process id."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environ = os.environ | environment | {"EVENHAND_BIND": f"127.0.0.1:{port}", "EVENHAND_ACCESS_LOG": "0"}
    conf = ROOT / "deploy" / "gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "-c", str(conf), *options, application]
    with subprocess.Popen(command, cwd=folder, env=environ) as server:
        try:
            wait(address, server)
            yield address, server.pid
        finally:
            server.terminate()


def wait(address: str, server: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            load.ask(load.connect(address, timeout=5), "/status")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn did not start")


def kind(path: str) -> str:
    """What kind of page an address is: /councils/ashvale/ and /councils/dunmere/ are one kind."""
    parts = path.partition("?")[0].strip("/").split("/")
    if parts[0] in {"measures", "councils", "peers", "methods"} and len(parts) > 1:
        parts[1] = "…"
    return "/" + "/".join(parts) + ("?…" if "?" in path else "")


class Found:
    """Pages by kind with how long each took the first time and what it weighs."""

    def __init__(self) -> None:
        self.cold: dict[str, list[float]] = defaultdict(list)
        self.weight: dict[str, float] = {}
        self.paths: list[str] = []
        self.broken: list[str] = []
        self.pages: list[str] = []  # those of the paths that are pages, not files to download or pictures


def follow(address: str) -> Found:
    """Follow the site's own links from its home page, some of each kind, as one reader."""
    found, seen, queue = Found(), {"/"}, ["/"]
    count: dict[str, int] = defaultdict(int)
    files: dict[str, int] = {}
    connection = load.connect(address)
    while queue and len(found.paths) < MOST_PAGES:
        path = queue.pop(0)
        status, body, headers, ms = load.ask(connection, path)
        if status == 429:  # one reader who asks for everything at once is told to wait, and waits
            time.sleep(min(30.0, float(headers.get("retry-after", "5"))))
            status, body, headers, ms = load.ask(connection, path)
        if status in {301, 302}:
            continue
        if status != 200:
            found.broken.append(f"{status} {path}")
            continue
        found.paths.append(path)
        found.cold[kind(path)].append(ms)
        html = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        weight = len(body)
        if headers["content-type"].startswith("text/html"):
            found.pages.append(path)
            text = html.decode().replace("&amp;", "&")
            for file in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text)):
                if file not in files:
                    files[file] = len(load.ask(connection, file)[1])
                weight += files[file]
            for link in re.findall(r'(?:href|src)="(/[^"#]*)', text):
                if link not in seen and not link.startswith(("/static/", "/fetch/")) and count[kind(link)] < A_KIND:
                    seen.add(link)
                    count[kind(link)] += 1
                    queue.append(link)
        found.weight[kind(path)] = max(found.weight.get(kind(path), 0), weight / 1000)
    connection.close()
    return found


def draw_everything(address: str, pages: list[str]) -> None:
    """Read every page until each worker has drawn each of them: until a whole round brings nothing slow."""
    for _ in range(MOST_ROUNDS):
        if load.run(address, pages, seconds=3).at(1.0) < WARM_MS * 3:
            return


def memory(parent: int) -> list[float]:
    """Megabytes of each worker that no other process shares the name of: VmRSS of gunicorn's children (Linux)."""
    out = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(re.findall(r"^(\w+):\s+(\d+)", status.read_text(), flags=re.M))
        except OSError:
            continue  # it has ended meanwhile
        if said.get("PPid") == str(parent):
            out.append(int(said["VmRSS"]) / 1024)
    return out


def typical(found: Found, address: str) -> int:
    """Bytes of a typical page as it travels, for the baseline to send."""
    connection = load.connect(address)
    return int(statistics.median(len(load.ask(connection, p)[1]) for p in found.paths))


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        environment = {"EVENHAND_HOME": home, "PYTHONPATH": f"{home}:{os.environ.get('PYTHONPATH', '')}"}
        build = [sys.executable, "-c", "from evenhand.cli import main; main()", "build", "--sample"]
        subprocess.run(build, check=True, capture_output=True, env=os.environ | environment)
        alone = environment | {"EVENHAND_WORKERS": "1", "EVENHAND_WARM": "headline"}
        with gunicorn("evenhand.site.config.wsgi", folder, alone) as (address, _):
            time.sleep(5)  # let the headline pages be drawn in the background: no visitor meets them undrawn
            found = follow(address)
        pages = found.pages
        with gunicorn("evenhand.site.config.wsgi", folder, environment) as (address, pid):
            draw_everything(address, pages)
            warm = load.run(address, pages)
            each = {k: load.run(address, [p for p in pages if kind(p) == k], seconds=0.5) for k in map(kind, pages)}
            sizes, bytes_ = memory(pid), typical(found, address)
        (folder / "bare.py").write_text(BARE)
        plain = ("--config", "python:bare_settings")
        (folder / "bare_settings.py").write_text("from os import environ\nbind = environ['EVENHAND_BIND']\n"
            "workers, worker_class, threads, loglevel = 2, 'gthread', 4, 'warning'\n")  # fmt: skip
        with gunicorn("bare", folder, environment | {"BARE_BYTES": str(bytes_)}, *plain) as (address, _):
            load.run(address, ["/"], seconds=1)
            bare = load.run(address, ["/"])
    return report(found, warm, each, bare, sizes)


def report(
    found: Found, warm: load.Outcome, each: dict[str, load.Outcome], bare: load.Outcome, sizes: list[float]
) -> int:
    """Say everything, and give 1 when a promise is broken."""
    kept = True

    def say(
        what: str, value: float, promise: float, unit: str, ratio: float | None = None, least: bool = False
    ) -> None:
        nonlocal kept
        ok = value >= promise if least else value <= promise
        kept &= ok
        beside = "" if ratio is None else f"; {ratio:.2f} times the bare application"
        bound = "at least" if least else "at most"
        print(f"  {what:<34}{value:8.1f} {unit} (promise: {bound} {promise:.0f}){beside}{'' if ok else '  BROKEN'}")

    print(f"{len(found.paths)} addresses of {len(found.cold)} kinds over the simulated England, 8 readers, 2 workers")
    print(f"  baseline, a bare application: {bare.rate:.0f} answers a second, p95 {bare.at(0.95):.1f} ms")
    say("warm pages, p95", warm.at(0.95), WARM_MS, "ms", warm.at(0.95) / bare.at(0.95))
    say("warm pages, answers a second", warm.rate, RATE, "/s", warm.rate / bare.rate, least=True)
    say("largest worker", max(sizes, default=0.0), WORKER_MB, "MB")
    print("  first time in a worker (one reader); as it travels with its files; warm p95 under load")
    for name, took in sorted(found.cold.items()):
        own = each.get(name)
        warmly = f"{own.at(0.95):7.1f} ms" if own else ""
        print(f"    {name:<36}{max(took):7.0f} ms {found.weight[name]:7.1f} KB {warmly}")
    shown = {k for k in found.cold if k in each}
    say("slowest page the first time", max(max(found.cold[k]) for k in shown), COLD_MS, "ms")
    say("heaviest page", max(found.weight[k] for k in shown), WEIGHT_KB, "KB")
    for line in found.broken:
        print(f"  a link that leads nowhere: {line}")
    if warm.faults or found.broken:
        print(f"  {warm.faults} requests under load were not answered with a page  BROKEN")
    return 0 if kept and not warm.faults and not found.broken else 1


if __name__ == "__main__":
    sys.exit(main())
