"""Results, the people behind them, and who looked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from evenhand.site.audit.models import Event
from evenhand.site.workspace import access, queries, runs
from tests.site.own_results import SECOND, keep
from tests.site.test_pages import text
from tests.site.workspace.asking import left


def test_a_result_says_each_figure_in_a_sentence(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    said = text(browser.get(f"/workspace/runs/{run.id}/").content)
    chance = "Chance alone could explain a value from 15.0% to 85.0%."
    assert f"People with a direct payment: 50.0%, 2 of 4. {chance}" in said
    assert "People aged 18 to 64 newly admitted: 10.0 per 100,000, 1 of 10,000." in said
    assert "Still at home after 84 days: not computable without hospital discharges." in said
    assert "1 record would move a figure if it was put right." in said
    assert "If the records in doubt were put right, it could be between 50.0% and 75.0%." in said


def test_a_figure_is_taken_apart_into_reasons_that_add_up(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    reasons = queries.reasons(run, "E66000001", "3d-2a")
    assert [(r.key, r.people, r.inside, r.counted) for r in reasons] == [
        ("counted", 2, True, True),
        ("managed", 1, True, False),
        ("no_mechanism", 1, True, False),
        ("care_home", 1, False, False),
        ("no_long_term_support", 1, False, False),
    ]
    figure = queries.total(run, "E66000001", "3d-2a")
    assert figure.numerator == sum(r.people for r in reasons if r.counted)
    assert figure.denominator == sum(r.people for r in reasons if r.inside)
    said = text(browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/").content)
    assert "In the denominator only, because the council manages the budget." in said
    assert access.openings() == ([], 0), "counts name nobody"


def test_opening_a_list_of_people_is_written_down_without_their_ids(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    answer = browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/counted/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "row 2 of records.csv" in text(answer.content)
    ((entry,), _) = access.openings()
    assert (entry.who, entry.people, entry.run) == ("Ann Alyst", 2, run.id)
    assert "3D(2a) People with a direct payment: Counted in the numerator." in entry.what
    assert "p01" not in Event.objects.get(verb=access.VERB).detail.content + entry.what
    assert "3D(2a) People with a direct payment" in text(browser.get("/workspace/access/").content)


def test_the_records_that_would_move_a_figure_are_named_by_their_rows(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    said = text(browser.get(f"/workspace/runs/{run.id}/records/?figure=3d-2a").content)
    assert "1 record, if it was put right." in said
    assert "row 5 of records.csv" in said
    assert "Fill the delivery mechanism of these services. 3D(1a), 3D(2a)" in said
    ((entry,), _) = access.openings()
    assert entry.what.startswith("3D(2a) People with a direct payment: records that would move it")
    assert "0 records" in text(browser.get(f"/workspace/runs/{run.id}/records/?figure=2b").content)


def test_nobody_is_shown_when_it_cannot_be_written_down(
    browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **more: object) -> None:
        raise OperationalError("database or disk is full")

    run = keep(own_home)
    monkeypatch.setattr(access, "record", full)
    browser.raise_request_exception = False
    answer = browser.get(f"/workspace/runs/{run.id}/figures/3d-2a/counted/")
    assert answer.status_code == 500
    assert "row 2" not in text(answer.content)


def test_people_come_a_page_at_a_time(browser: Client, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    run = keep(own_home)
    address = f"/workspace/runs/{run.id}/figures/3d-2a/counted/"
    assert "row 2 of" in text(browser.get(address).content)
    second = text(browser.get(f"{address}?page=2").content)
    assert "row 3 of" in second
    assert "row 2 of" not in second
    assert "Page 2 of 2" in text(browser.get(f"{address}?page=99").content)
    assert access.openings()[0][0].people == 1, "as many as were shown"


ABSENT = [
    "figures/9z/",
    "figures/3d-2a/nonsense/",
    "?council=X",
    "files/../run.json",
    "files/%2e%2e/run.json",
    "files/x",
]


@pytest.mark.parametrize("address", ABSENT)
def test_what_a_result_does_not_have_is_not_found(browser: Client, own_home: Path, address: str) -> None:
    run = keep(own_home)
    assert browser.get(f"/workspace/runs/{run.id}/{address}").status_code == 404


def test_files_are_taken_away_and_that_is_written_down(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    answer = browser.get(f"/workspace/runs/{run.id}/files/measures.csv")
    assert b"".join(answer).startswith(b"council_code")  # type: ignore[arg-type]
    assert "attachment" in answer.headers["Content-Disposition"]
    report = browser.get(f"/workspace/runs/{run.id}/files/quality.html")
    assert "sandbox" in report.headers["Content-Security-Policy"]
    assert [e.what.split(" (")[0] for e in access.openings()[0]] == [
        "Took the file quality.html",
        "Took the file measures.csv",
    ]


def test_deleting_asks_first_and_leaves_the_log(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    assert "It goes for good" in text(browser.get(f"/workspace/runs/{run.id}/delete/").content)
    assert runs.all_runs(own_home)
    assert browser.post(f"/workspace/runs/{run.id}/delete/").status_code == 302
    assert runs.all_runs(own_home) == []
    assert left(own_home) == []
    assert "Deleted the result: Ashvale" in access.openings()[0][0].what


def test_words_of_a_council_and_names_of_files_cannot_become_markup(browser: Client, own_home: Path) -> None:
    run = keep(own_home, council="<script>x</script>", file="<img src=x>.csv")
    other = keep(own_home, SECOND, council="<script>x</script>", file="<img src=x>.csv")
    pair = f"?before={run.id}&after={other.id}&council=E66000001"
    for address in (
        "", f"runs/{run.id}/", f"runs/{run.id}/figures/3d-2a/", f"runs/{run.id}/figures/3d-2a/counted/", "access/",
        f"runs/{run.id}/delete/", f"compare/{pair}", f"compare/3d-2a/{pair}", f"compare/3d-2a/left_counted/{pair}",
    ):  # fmt: skip
        answer = browser.get(f"/workspace/{address}")
        assert answer.status_code == 200, address
        html = answer.content.decode()
        assert "<script>x" not in html, address
        assert "<img" not in html, address


def test_a_result_of_another_version_is_not_read_as_ours(browser: Client, own_home: Path) -> None:
    run = keep(own_home)
    held = json.loads((run.place / "run.json").read_text(encoding="utf-8"))
    (run.place / "run.json").write_text(json.dumps(held | {"format": 99}), encoding="utf-8")
    assert "made by another version" in text(browser.get(f"/workspace/runs/{run.id}/").content)
    assert browser.get("/workspace/").status_code == 200
