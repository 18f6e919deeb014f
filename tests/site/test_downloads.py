"""Files to take away: the edition's own figures, safe names, the same bytes on any day, and no way in for a visitor."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.edition.read import Edition
from evenhand.site.evidence import limits, pages
from evenhand.site.evidence.limits import Buckets
from evenhand.site.evidence.present.take_away import TYPES, file_name, stated_date

MEASURE = "ascof-3d-2a"
MONEY = "dp-spend-per-adult"
ENDINGS = ("csv", "json", "parquet", "ods", "xlsx")


@pytest.fixture(autouse=True)
def over_the_sample(own_home: Path, settings: Settings, sample_home: Path) -> Iterator[None]:
    """The simulated edition, nothing kept, and a visitor who has asked for nothing yet."""
    settings.EVENHAND_HOME = sample_home
    for kept in (limits.BUCKETS, pages.KEPT, pages.KEPT_QUERIES):
        kept.clear()
    yield
    limits.BUCKETS.clear()


@pytest.fixture
def a_council(sample: Edition) -> str:
    rows = sample.rows(MEASURE, "2024-25").filter((pl.col("level") == "council") & pl.col("value").is_not_null())
    return str(rows["slug"][0])


def rows_of(data: bytes, ending: str) -> list[dict[str, Any]]:
    """The rows of a file that machines read; numbers as floats, nothing as None."""
    if ending == "csv":
        listed = list(csv.DictReader(io.StringIO(data.decode())))
        return [{k: v or None for k, v in r.items()} for r in listed]
    if ending == "json":
        rows: list[dict[str, Any]] = json.loads(data)["rows"]
        return rows
    return pl.read_parquet(io.BytesIO(data)).to_dicts()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("whose", [f"measures/{MEASURE}", f"measures/{MONEY}", "measures/ascof-1a", "councils/{}"])
def test_every_file_comes_with_its_type_name_and_edition(
    client: Client, sample: Edition, a_council: str, whose: str, ending: str
) -> None:
    answer = client.get(f"/{whose.format(a_council)}/download.{ending}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[ending]
    name = re.fullmatch(r'attachment; filename="([a-z0-9.-]+)"', answer.headers["Content-Disposition"])
    assert name
    assert name[1].endswith(f"{sample.id}.{ending}")
    assert answer.headers["Evenhand-Simulated"] == "true"
    again = client.get(answer.wsgi_request.path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
@pytest.mark.parametrize("measure", [MEASURE, MONEY, "ascof-1a"])
def test_a_measures_file_holds_the_editions_figures_unrounded(
    client: Client, sample: Edition, measure: str, ending: str
) -> None:
    rows = rows_of(client.get(f"/measures/{measure}/download.{ending}").content, ending)
    held = {r["area_code"]: r for r in sample.rows(measure, sample.definition(measure)["latest_period"]).to_dicts()}
    assert len(rows) == len(held)
    for row in rows:
        own = held[row["area_code"]]
        for field in ("value", "lower95", "upper95", "numerator"):
            assert (None if row[field] is None else float(row[field])) == own[field], (row["area_name"], field)
        assert str(row["simulated"]).lower() == "true"
        if own["value"] is None:
            assert row["status"] in ("missing", "suppressed", "not_applicable")
            assert row["reason"]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_councils_file_holds_every_row_of_it(client: Client, sample: Edition, a_council: str, ending: str) -> None:
    rows = rows_of(client.get(f"/councils/{a_council}/download.{ending}").content, ending)
    held = sample.table("values").filter(pl.col("area") == a_council).collect()
    key = ("measure", "period", "group")
    expected = {tuple(r[k] for k in key): r["value"] for r in held.to_dicts()}
    got = {tuple(r[k] for k in key): None if r["value"] is None else float(r["value"]) for r in rows}
    assert got == expected
    for row in rows:
        about = sample.definitions[row["measure"]]
        assert (row["title"], row["unit"]) == (about["title"], about["unit"])


@pytest.mark.parametrize("whose", [f"measures/{MONEY}", "councils/{}"])
def test_a_workbook_says_what_it_is_and_holds_as_many_figures(
    client: Client, sample: Edition, a_council: str, whose: str
) -> None:
    from python_calamine import CalamineWorkbook

    books = {}
    for ending in ("ods", "xlsx"):
        data = client.get(f"/{whose.format(a_council)}/download.{ending}").content
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        books[ending] = {n: book.get_sheet_by_name(n).to_python() for n in book.sheet_names}
    assert list(books["ods"]) == list(books["xlsx"])
    sheets = books["ods"]
    cover = " ".join(str(c) for row in sheets["Cover"] for c in row)
    assert "Simulated" in cover
    assert sample.id in cover
    day = stated_date(sample)
    assert f"{day.day} {day:%B %Y}" in cover
    tables = [rows for name, rows in sheets.items() if name.startswith("Table_")]
    figures = 0
    for rows in tables:
        heads = next(i for i, r in enumerate(rows) if "Figure" in r)
        at = rows[heads].index("Figure")
        figures += sum(isinstance(r[at], float | int) for r in rows[heads + 1 :])
    held = sample.table("values").filter(pl.col("value").is_not_null()).collect()
    own = held.filter(
        (pl.col("measure") == MONEY) & (pl.col("period") == "2017-18")
        if whose.startswith("measures")
        else pl.col("area") == a_council
    )
    assert figures == own.height


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_edition_gives_the_same_bytes_on_any_day(client: Client, ending: str) -> None:
    first = client.get(f"/measures/{MONEY}/download.{ending}").content
    pages.KEPT.clear()
    assert client.get(f"/measures/{MONEY}/download.{ending}").content == first


def test_the_about_file_explains_every_column(client: Client) -> None:
    answer = client.get(f"/measures/{MEASURE}/download.csv")
    data = answer.content.decode()
    link = re.fullmatch(r'<([^>]+)>; rel="describedby"; type="text/csv"', answer.headers["Link"])
    assert link
    about = client.get(link[1]).content.decode()
    explained = {r["item"] for r in csv.DictReader(io.StringIO(about))}
    assert {f"column {c}" for c in next(csv.reader(io.StringIO(data)))} <= explained
    assert {"title", "simulated", "edition", "licence", "source"} <= explained


CHARTS = [("funnel", ""), ("intervals", "council"), ("map", ""), ("trend", "council")]


@pytest.mark.parametrize(("chart", "needs"), CHARTS)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_charts_are_drawings_and_pictures(
    client: Client, sample: Edition, a_council: str, chart: str, needs: str, ending: str
) -> None:
    answer = client.get(f"/measures/{MEASURE}/{chart}.{ending}", {"council": a_council} if needs else {})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[ending]
    if ending == "png":
        assert answer.content.startswith(b"\x89PNG")
        return
    text = answer.content.decode()
    assert "SIMULATED" in text
    assert "<script" not in text
    if needs:
        name = sample.areas().filter(pl.col("slug") == a_council)["name"][0]
        assert name in text


WRONG = [
    "/measures/nope/download.csv",
    f"/measures/{MEASURE}/download.exe",
    f"/measures/{MEASURE}/download.csv?period=1999-00",
    f"/measures/{MEASURE}/download.csv?group=85%2B",
    f"/measures/{MEASURE}/download.csv?against=nowhere,elsewhere",
    f"/measures/{MEASURE}/download.csv?against=,",
    f"/measures/{MEASURE}/download.csv?period=..%2F..%2Fetc%2Fpasswd",
    f"/measures/{MEASURE}/download.csv?against={'a,' * 100}",
    f"/measures/{MEASURE}/trend.svg",
    f"/measures/{MEASURE}/funnel.svg?council=nowhere",
    f"/measures/{MEASURE}/pie.svg",
    "/measures/ascof-1a/funnel.svg",
    "/measures/..%2F..%2Fetc/download.csv",
    "/councils/nowhere/download.csv",
    "/councils/nowhere/download.xlsx",
]


@pytest.mark.parametrize("address", WRONG)
def test_what_is_not_there_is_a_page_that_says_so(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Content-Disposition" not in answer.headers
    assert "text/html" in answer.headers["Content-Type"]


def test_only_the_edition_and_our_own_words_are_in_a_files_name(client: Client, a_council: str) -> None:
    query = {"against": f'{a_council},"; filename=x.exe', "period": "2024-25"}
    assert client.get(f"/measures/{MEASURE}/download.csv", query).status_code == 404
    named = client.get(f"/measures/{MEASURE}/download.csv?against=region&x=%22evil.exe")
    assert "evil" not in named.headers["Content-Disposition"]
    assert "against-region" in named.headers["Content-Disposition"]


@pytest.mark.parametrize("part", ['"; x="', "../../etc", "a\r\nSet-Cookie: b", "é" * 500, "=1+1"])
def test_a_file_name_is_letters_digits_dashes_and_points(sample: Edition, part: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,150}\.csv", file_name(sample, part, ending="csv"))


def test_the_whole_edition_is_one_zip_file(client: Client, sample: Edition) -> None:
    answer = client.get("/edition.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = {n.removeprefix(f"{sample.id}/") for n in archive.namelist()}
        assert {"README.txt", "values.parquet", "measures.json", "edition.json"} <= names
        readme = archive.read(f"{sample.id}/README.txt").decode()
        values = pl.read_parquet(archive.read(f"{sample.id}/values.parquet"))
    assert values.equals(sample.table("values").collect())
    assert "SIMULATED" in readme
    assert all(source["sha256"] in readme for source in sample.built_from)


DEAR = [
    (f"/measures/{MEASURE}/download.ods", "/measures/ascof-1a/download.ods", 4),
    (f"/measures/{MEASURE}/funnel.png", f"/measures/{MEASURE}/intervals.png", 4),
    (f"/measures/{MEASURE}/funnel.svg", f"/measures/{MEASURE}/intervals.svg", 2),
    (f"/measures/{MEASURE}/download.csv?against=peers", "/measures/ascof-1a/download.csv?against=peers", 11),
    ("/councils/{}/download.xlsx", "/councils/{}/download.ods", 4),
    ("/edition.zip", "/edition.zip", 10),
]


@pytest.mark.parametrize(("first", "second", "cost"), DEAR)
def test_who_takes_too_much_is_told_when_to_come_back(
    client: Client, a_council: str, monkeypatch: pytest.MonkeyPatch, first: str, second: str, cost: int
) -> None:
    monkeypatch.setattr(limits, "BUCKETS", Buckets(capacity=cost, refill=1, clock=lambda: 0.0))
    assert client.get(first.format(a_council)).status_code == 200
    if second != first:
        refused = client.get(second.format(a_council))
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == str(cost) or "against" in second
        assert refused.headers["Cache-Control"] == "no-store"
        assert "Content-Disposition" not in refused.headers
        assert f"Wait {refused.headers['Retry-After']} seconds" in refused.content.decode()
    assert client.get(first.format(a_council)).status_code == 200  # kept, so free
    assert client.get(f"/measures/{MEASURE}/download.csv").status_code == 200  # cheap, so free


@pytest.mark.parametrize("address", ["/edition.zip", f"/measures/{MEASURE}/map.png", "/councils/{}/download.xlsx"])
def test_the_largest_files_fit_the_store_many_times_over(client: Client, a_council: str, address: str) -> None:
    assert len(client.get(address.format(a_council)).content) < pages.KEEP_BYTES / 10
