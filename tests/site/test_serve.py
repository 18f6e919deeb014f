"""``evenhand serve``: a port that is free, an address that is printed, pages that come."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.facts.errors import EvenhandError
from evenhand.site import serve


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that another program holds."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        yield s.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_with_a_way_out(busy: int) -> None:
    with pytest.raises(EvenhandError, match=f"Another program uses port {busy}.*--port"):
        serve.bind("127.0.0.1", busy)


def test_without_a_port_the_next_free_one_is_taken(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PORT", busy)
    server = serve.bind("127.0.0.1", None)
    assert busy < server.server_port < busy + serve.TRIES
    server.server_close()


def test_an_address_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(EvenhandError, match=r"cannot be served at 192\.0\.2\.1:0"):
        serve.bind("192.0.2.1", 0)


def test_pages_come_over_a_real_socket_and_the_address_is_said(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from evenhand.site.serve import serve; "
        "serve(port=0, home=Path(sys.argv[1]), say=lambda said: print(said, flush=True))"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EVENHAND_") and k != "DATABASE_URL"}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        try:
            assert child.stdout is not None
            said = child.stdout.readline()
            address = said.split()[3]
            assert address.startswith("http://localhost:")
            with urllib.request.urlopen(address + "fetch/", timeout=20) as answer:
                assert "Fetch the real figures" in answer.read().decode()
                assert answer.headers["Content-Security-Policy"]
            with urllib.request.urlopen(address + "static/design/evenhand.css", timeout=20) as answer:
                assert answer.headers["Content-Type"].startswith("text/css")
        finally:
            child.terminate()
