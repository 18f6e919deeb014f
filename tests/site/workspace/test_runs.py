"""One run at a time, a whole result or none."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evenhand.site.workspace import running, runs
from tests.site.own_results import keep
from tests.site.test_pages import text
from tests.site.workspace.asking import FORM, ended, left, records, works


def test_a_second_run_waits_its_turn_and_progress_outlives_a_reload(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "waits")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    end = time.monotonic() + 20
    while running.progress(own_home).stage != "Measures" and time.monotonic() < end:
        time.sleep(0.02)
    said = text(browser.get("/workspace/progress/").content)
    assert "step 6 of 10, measures" in said
    assert runs.all_runs(own_home) == []
    answer = browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert "Another run is at work" in text(answer.content)
    assert len(left(own_home)) == 2, "the first run's records and half result, and nothing of the second"
    (own_home / "go").touch()
    assert ended(own_home).state == "done"
    assert len(runs.all_runs(own_home)) == 1


def test_a_run_that_was_killed_leaves_nothing_half_done(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Any] = []
    popen = running.subprocess.Popen
    monkeypatch.setattr(running.subprocess, "Popen", lambda *a, **k: children.append(popen(*a, **k)) or children[-1])
    works(monkeypatch, "waits")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    end = time.monotonic() + 20
    while running.progress(own_home).stage != "Measures" and time.monotonic() < end:
        time.sleep(0.02)
    children[0].kill()
    children[0].wait()
    assert ended(own_home).state == "stopped"
    assert left(own_home) == []
    assert runs.all_runs(own_home) == []
    assert "It stopped at “Measures”" in text(browser.get("/workspace/progress/").content)


def test_what_a_dead_site_left_behind_goes_when_the_site_starts(own_home: Path) -> None:
    runs.private(runs.private(runs.folder(own_home)) / f"{runs.INCOMING}abc")
    running.tidy(own_home)
    assert left(own_home) == []


def test_a_fault_that_can_be_mended_is_told_and_cannot_become_markup(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "refuses")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    assert ended(own_home).state == "failed"
    html = browser.get("/workspace/progress/").content.decode()
    assert "&lt;b&gt;This is no file of records.&lt;/b&gt; Give another." in html


def test_after_a_fault_the_form_still_holds_what_was_typed(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "refuses")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    ended(own_home)
    again = re.search(r'href="([^"]+)">Measure again', browser.get("/workspace/progress/").content.decode())
    assert again
    html = browser.get(unescape(again[1])).content.decode()
    for name, value in (("council", "E66000001"), ("start", "2024-04-01"), ("end", "2025-03-31")):
        assert re.search(f'name="{name}"[^>]* value="{value}"', html), name
    assert browser.get("/workspace/measure/?council=<script>x").content.count(b"<script>x") == 0


def test_a_fault_of_ours_is_told_without_a_word_of_the_records(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch, "breaks")
    browser.post("/workspace/measure/", {**FORM, "records": records()})
    told = ended(own_home)
    assert "ValueError" in told.sentence
    for path in runs.folder(own_home).rglob("*"):
        assert not path.is_file() or b"943" not in path.read_bytes()


def test_two_runs_of_one_second_have_two_ids() -> None:
    assert runs.fresh_id() != runs.fresh_id()


@pytest.mark.parametrize("run_id", ["nothing", "..", "20260101-000000-abcdef", "access.jsonl"])
def test_an_id_that_is_none_is_not_found(browser: Client, own_home: Path, run_id: str) -> None:
    keep(own_home)
    assert browser.get(f"/workspace/runs/{run_id}/").status_code == 404
