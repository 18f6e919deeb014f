"""The API as it is described: its page, its reference, and the examples in three languages, run or looked up."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.site.serve import bind
from tests.site.asking import MEASURE, V1, fill, operations

pytestmark = pytest.mark.usefixtures("over_the_sample")

# The page for people


def test_the_page_lists_every_address_and_every_problem(client: Client) -> None:
    page = client.get("/api/").content.decode()
    for address in operations(client):
        assert address in page
    for kind in ("bad-request", "no-figures", "too-many-requests"):
        assert f'id="problem-{kind}"' in page
    assert "style=" not in page
    assert "<script>" not in page


# The examples of the documentation, run


@pytest.fixture
def served(settings: Settings) -> Iterator[str]:
    """The site over HTTP in this process, at a port of its own."""
    from django.core.wsgi import get_wsgi_application

    server = bind("127.0.0.1", 0)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("how-to/use-the-figures.md", "reference/api.md")


def examples(language: str, page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def run(program: list[str], text: str, served: str) -> str:
    text = text.replace("http://localhost:8000", served)
    return subprocess.run([*program, text], capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_examples_in_python_do_what_they_say(served: str, sample: Edition) -> None:
    councils = sample.rows(MEASURE, "2024-25").filter(pl.col("level") == "council")
    by_page, whole = (run([sys.executable, "-c"], text, served) for text in examples("python", PAGES[0]))
    assert len(by_page.splitlines()) == councils.height
    assert by_page.count("has no figure:") == councils["value"].null_count()
    assert councils.sort("value", descending=True, nulls_last=True)["area_name"][0] in by_page.splitlines()[0]
    assert councils.sort("value", descending=True, nulls_last=True)["area_name"][0] in whole


def test_the_example_of_the_reference_asks_twice_and_reads_the_error(served: str, sample: Edition) -> None:
    (text,) = examples("python", PAGES[1])
    said = run([sys.executable, "-c"], text, served).splitlines()
    assert said[0].startswith(f"{sample.id}: ")
    assert said[1] == "304: nothing has changed"
    assert said[2].startswith("404: ")
    assert "council" in said[2]


def test_the_example_on_the_page_about_the_api_runs(client: Client, served: str, sample: Edition) -> None:
    page = client.get("/api/").content.decode()
    shown = re.search(r'Example in Python"><code>(.*?)</code>', page, flags=re.DOTALL)
    assert shown
    assert sample.about["country"] in run([sys.executable, "-c"], unescape(shown[1]), served)


def test_what_the_examples_in_r_name_is_there(client: Client) -> None:
    """There may be no R on this machine: every address is asked, and every column and member looked for."""
    found = examples("r", PAGES[0])
    assert len(found) == 2
    for text in found:
        (address,) = re.findall(r'"(/[^"]+)"', text)
        body = client.get(address).content.decode()
        if ".csv" in address:
            columns, members = next(csv.reader(io.StringIO(body))), set()
        else:
            members = set(json.loads(body))
            columns = list(json.loads(body)["data"][0])
        named = re.findall(r'"(\w+)"', " ".join(re.findall(r"\[c\(([^)]*)\)", text)))
        named += re.findall(r"subset\(\w+, (\w+)", text) + re.findall(r"is\.na\((\w+)\)", text)
        assert named
        assert set(named) <= set(columns)
        assert set(re.findall(r"page\$(\w+)", text)) | set(re.findall(r'page\[\["(\w+)"\]\]', text)) <= members


def test_what_the_power_query_names_is_there(client: Client) -> None:
    (text,) = examples("powerquery", PAGES[0])
    path = re.search(r'Path = "([^"]+)"', text)
    query = re.search(r"Query = \[(.*?)\n? *\]", text, flags=re.DOTALL)
    assert path
    assert query
    parameters = {"level": "council", "limit": "100", "offset": "0"}
    assert set(re.findall(r"(\w+) =", query[1])) == set(parameters)
    answer = json.loads(client.get(path[1], parameters).content)
    assert {"next", "offset", "limit", "data"} <= set(answer)
    used = set(re.findall(r"\[(next|offset|limit|data)\]", text))
    assert used == {"next", "offset", "limit", "data"}
    fields = re.findall(r'\{"(\w+)", type \w+\}', text)
    assert fields
    assert set(fields) <= set(answer["data"][0])


def test_every_address_in_the_documents_is_one_of_the_site(client: Client, a_council: str) -> None:
    """The tables of the reference name addresses: each is asked with parts that exist."""
    text = (DOCS / PAGES[1]).read_text(encoding="utf-8")
    parts = {"measure": MEASURE, "council": a_council, "area": a_council}
    # Of files the first kind of each: test_downloads asks for every one.
    named = [alternatives(row)[0] for row in re.findall(r"^\| `(/[^`]+)` \|", text, flags=re.MULTILINE)]
    assert len(named) > 15
    for address in named:
        at = fill(address.partition("?")[0], parts)
        known = at if "." in at else f"{V1}{at}"
        query = {"council": a_council} if "trend" in at else {}
        assert client.get(known, query).status_code == 200, known
    described = {a.removeprefix(V1) for a in operations(client)}
    assert described <= set(named)


def alternatives(address: str) -> list[str]:
    """``/a.{b,c}`` as ``/a.b`` and ``/a.c``; a part such as ``{measure}`` stays."""
    several = re.search(r"\{(\w+(?:,\w+)+)\}", address)
    if not several:
        return [address]
    return [x for one in several[1].split(",") for x in alternatives(address.replace(several[0], one, 1))]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_examples_in_r_do_what_they_say(served: str, sample: Edition) -> None:
    councils = sample.rows(MEASURE, "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    for text in examples("r", PAGES[0])[: None if has_jsonlite() else 1]:
        assert f"{councils.height} councils with a figure" in run(["Rscript", "-e"], text, served)


def has_jsonlite() -> bool:
    return subprocess.run(["Rscript", "-e", "library(jsonlite)"], capture_output=True, check=False).returncode == 0
