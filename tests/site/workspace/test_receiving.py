"""Records are received into a folder of their own, or refused in words, and are gone when measured."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from evenhand.site.workspace import forms, guard, receiving, runs
from tests.site.own_results import keep
from tests.site.test_pages import text
from tests.site.workspace.asking import CSV, FORM, ended, left, records, works

NAMES = [
    ("records.csv", "records.csv"),
    ("../../etc/passwd", "passwd"),
    ("C:\\own\\records.csv", "records.csv"),
    ("..", "records"),
    (".hidden.csv", "hidden.csv"),
    ("<script>alert(1)</script>.csv", "script.csv"),
    ("a\x00b\n.csv", "a_b.csv"),
    ("x" * 300 + ".csv", "x" * 80 + ".csv"),
    ("Größe März.csv", "Größe März.csv"),
]


@pytest.mark.parametrize(("given", "name"), NAMES)
def test_a_name_of_a_file_can_do_nothing(given: str, name: str) -> None:
    got = receiving.plain_name(given, set())
    assert got == name
    assert Path(got).name == got


def test_two_files_of_one_name_are_two_files() -> None:
    assert receiving.plain_name("a.csv", {"A.csv", "a (2).csv"}) == "a (3).csv"


def test_records_become_a_result_and_are_gone(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch, "quick")
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/workspace/progress/")
    told = ended(own_home)
    assert told.state == "done", told
    assert left(own_home) == []
    (run,) = runs.all_runs(own_home)
    assert run.id == told.run
    for path in (runs.folder(own_home), run.place):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in run.place.rglob("*") if p.is_file()} == {0o600}
    assert f"/workspace/runs/{run.id}/" in browser.get("/workspace/progress/").content.decode()


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("no file", {}, "Choose at least one CSV or Parquet file"),
    ("no council", {"council": " ", "records": 1}, "Write which council the records are of."),
    ("an unknown council", {"council": "At-lantis?", "records": 1}, "No council has this name."),
    ("no such day", {"start": "31/2/2024", "records": 1}, "Write the first day of the period as a day that there is."),
    ("the end before the beginning", {"end": "1/4/2020", "records": 1}, "The period ends before it begins."),
    ("sent tomorrow", {"received": "1/1/2999", "records": 1}, "The records were sent on a day still to come."),
]


@pytest.mark.parametrize(("change", "said"), [c[1:] for c in MISTAKES], ids=[c[0] for c in MISTAKES])
def test_a_mistake_in_the_form_is_said_and_the_records_are_gone(
    browser: Client, own_home: Path, change: dict[str, Any], said: str
) -> None:
    sent = {**FORM, **change, **({"records": records()} if "records" in change else {})}
    answer = browser.post("/workspace/measure/", sent)
    assert answer.status_code == 400
    assert said in text(answer.content)
    assert "There is a problem" in text(answer.content)
    assert not runs.folder(own_home).is_dir() or left(own_home) == []


def test_an_upload_that_is_too_large_is_refused_before_and_while_it_comes(
    browser: Client, own_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WORKSPACE_UPLOAD_LIMIT = 2_000
    answer = browser.post("/workspace/measure/", {**FORM, "records": records(held=b"x" * 3_000)})
    assert answer.status_code == 413
    assert not runs.folder(own_home).is_dir()
    # What is counted while it comes is what is written: here the guard at the door is told nothing.
    monkeypatch.setattr(guard, "too_large", lambda request: False)
    answer = browser.post("/workspace/measure/", {**FORM, "records": records(held=b"x" * 3_000)})
    assert answer.status_code == 400
    assert "The files are larger than the limit." in text(answer.content)
    assert left(own_home) == []


def test_too_many_files_are_refused(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(receiving.FIELDS, "records", 2)
    answer = browser.post(
        "/workspace/measure/", {**FORM, "records": [records(f"{n}.csv", b"%d" % n) for n in range(3)]}
    )
    assert answer.status_code == 400
    assert "More than 2 files were sent. Send fewer." in text(answer.content)
    assert 'value="E66000001"' in answer.content.decode(), "what was typed is not typed again"
    assert left(own_home) == []


def test_a_file_named_like_one_of_ours_takes_the_place_of_none(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "lists")
    browser.post(
        "/workspace/measure/", {**FORM, "records": records("wanted.json"), "discharges": records("spill", b"x")}
    )
    told = ended(own_home)
    assert told.sentence == "discharges, discharges/spill, records, records/wanted.json, wanted.json"


REFUSED_FILES: list[tuple[str, dict[str, Any], str, str]] = [
    ("the same file twice", {"records": [("a.csv", CSV), ("b.csv", CSV)]}, "records", "b.csv and a.csv hold the same."),
    ("records for discharges too", {"records": [("a.csv", CSV)], "discharges": [("b.csv", CSV)]}, "discharges",
     "b.csv and a.csv hold the same."),
    ("an empty file", {"records": [("a.csv", b"")]}, "records", "a.csv is empty."),
    ("two files of discharges", {"records": [("a.csv", CSV)], "discharges": [("b.csv", b"b"), ("c.csv", b"c")]},
     "discharges", "More than 1 file was sent."),
    ("discharges without records", {"discharges": [("b.csv", b"b")]}, "records", "Choose at least one CSV or Parquet"),
    ("a field that the form has not", {"other": [("a.csv", CSV)]}, "records", "The page has changed."),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "field", "said"), [c[1:] for c in REFUSED_FILES], ids=[c[0] for c in REFUSED_FILES])
def test_files_that_cannot_be_taken_are_refused_beside_their_field_and_are_gone(
    browser: Client, own_home: Path, sent: dict[str, list[tuple[str, bytes]]], field: str, said: str
) -> None:
    files = {name: [records(*one) for one in held] for name, held in sent.items()}
    answer = browser.post("/workspace/measure/", {**FORM, **files})
    assert answer.status_code == 400
    assert said in text(answer.content)
    assert f'href="#{field}"' in answer.content.decode()
    assert left(own_home) == []


def test_no_more_results_are_kept_than_the_limit(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 1)
    run = keep(own_home)
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert "1 results are kept, which is the most" in text(answer.content)
    assert [r.id for r in runs.all_runs(own_home)] == [run.id], "no result goes without being asked"


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 3, 31), date(2024, 4, 1)),
        (date(2026, 4, 1), date(2025, 4, 1)),
        (date(2026, 11, 22), date(2025, 4, 1)),
    ],
)
def test_the_form_begins_with_the_last_financial_year_that_is_over(today: date, first: date) -> None:
    start, end = forms.last_financial_year(today)
    assert (start, end) == (first, date(first.year + 1, 3, 31))
    assert end < today
